"""The lines of a firm quote that may be taken or left, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from estimator.i18n import Reader, Words
from estimator.i18n import gettext as _
from estimator.wording.rows import ChangedRow, OptionRow, Sum, not_in_it
from pricing.quote_options import Option
from pricing.stored import StoredQuote
from pricing.table import PriceTable


def option_rows(
    content: StoredQuote, options: Sequence[Option], table: PriceTable, reader: Reader
) -> list[OptionRow]:
    """Word the lines of a content, whose labels are as they were typed."""
    labels = {tax.code: tax.label for tax in table.taxes}
    currency = content["currency"]
    return [
        OptionRow(
            number,
            Words(option.label),
            reader.money(kept["net"], currency),
            [
                Sum(
                    reader.words(labels[tax["code"]], table.main_language),
                    reader.money(tax["amount"], currency),
                    note=Words(reader.percent(tax["percent"])),
                )
                for tax in kept["taxes"]
            ],
            reader.money(kept["total"], currency),
        )
        for number, (kept, option) in enumerate(zip(content.get("options", []), options, strict=True), 1)
    ]


class Offered(NamedTuple):
    """A line as it was typed, whatever the language of the rows that it is in; `taken` if it was accepted."""

    label: str
    net: str
    total: str
    currency: str
    taken: bool = False


def offered(content: StoredQuote, labels: Sequence[str], taken: Sequence[int] = ()) -> list[Offered]:
    """Return the lines of a content with their labels; those whose numbers are `taken` were accepted with it."""
    return [
        Offered(label, kept["net"], kept["total"], content["currency"], number in taken)
        for number, (kept, label) in enumerate(zip(content.get("options", []), labels, strict=True), 1)
    ]


def changed_options(old: Sequence[Offered], new: Sequence[Offered], reader: Reader) -> Iterator[ChangedRow]:
    """Yield each line with another amount, taken out or put in, and each that was taken and is offered anew."""
    before, after, nothing = Counter(old), Counter(new), not_in_it()
    put_in = list((after - before).elements())
    for line in (before - after).elements():
        now = next((one for one in put_in if one.label == line.label), None)
        if now is None:
            yield _changed(line, _said(line, reader), nothing)
            continue
        put_in.remove(now)
        said = [_said(each, reader) for each in (line, now)]
        if said[0] == said[1]:
            said = [
                _("%(amount)s without taxes", amount=reader.money(each.net, each.currency))
                for each in (line, now)
            ]
        yield _changed(line, *said)
    for line in put_in:
        yield _changed(line, nothing, _said(line, reader))


def _changed(line: Offered, old: str, new: str) -> ChangedRow:
    return ChangedRow("option", Words(_("You may take with it: %(line)s", line=line.label)), old, new)


def _said(line: Offered, reader: Reader) -> str:
    amount = reader.money(line.total, line.currency)
    return _("%(label)s: %(answer)s", label=_("Taken with it"), answer=amount) if line.taken else amount
