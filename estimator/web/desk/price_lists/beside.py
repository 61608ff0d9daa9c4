"""One plan under the version in force and under a draft: every amount of both, worded as patients read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Literal, NamedTuple, TypedDict

from estimator import wording
from estimator.i18n import Reader
from estimator.i18n import gettext as _
from estimator.wording.at_least import Certainty
from pricing.stored import StoredBreakdown
from pricing.table import PriceTable

Sums = tuple[Literal["provider", "others", "total", "reserve"], ...]

RESERVE: Literal["reserve"] = "reserve"
SUMS: Sums = ("provider", "others", "total")


class Priced(NamedTuple):
    """A breakdown and the list that it was made with."""

    breakdown: StoredBreakdown
    table: PriceTable


class BesideRow(TypedDict):
    """One line under the version in force and under the draft, and what changes; `total` of a sum."""

    label: str
    old: str
    new: str
    change: str
    differs: bool
    total: bool


class _Line(NamedTuple):
    """What a line says, and its amount; None if it has none."""

    label: str
    said: str
    amount: str | None


def rows_beside(old: Priced | None, new: Priced, reader: Reader) -> list[BesideRow]:
    """Return every item and tax that is paid with both of its likely amounts, and the sums below."""
    rows = [
        *_both(
            None if old is None else _items(old, reader, reserve=False), _items(new, reader, reserve=False)
        ),
        *_both(None if old is None else _taxes(old, reader), _taxes(new, reader)),
    ]
    sums = _both(None if old is None else _sums(old, reader, SUMS), _sums(new, reader, SUMS))
    return [*(_row(line, reader) for line in rows), *(_row(line, reader, total=True) for line in sums)]


def reserve_beside(old: Priced | None, new: Priced, reader: Reader) -> list[BesideRow]:
    """Return what is suggested as a reserve, which is in no other sum; nothing if neither list suggests any."""
    rows = list(
        _both(None if old is None else _items(old, reader, reserve=True), _items(new, reader, reserve=True))
    )
    if not rows:
        return []
    sums = _both(None if old is None else _sums(old, reader, (RESERVE,)), _sums(new, reader, (RESERVE,)))
    return [*(_row(line, reader) for line in rows), *(_row(line, reader, total=True) for line in sums)]


class _Pair(NamedTuple):
    old: _Line | None
    new: _Line | None
    compares: bool


def _both(old: Mapping[str, _Line] | None, new: Mapping[str, _Line]) -> Iterator[_Pair]:
    """Yield the lines of both lists: those of the draft, then those that it does not have any more."""
    for code in dict.fromkeys((*new, *(old or {}))):
        yield _Pair((old or {}).get(code), new.get(code), old is not None)


def _items(priced: Priced, reader: Reader, *, reserve: bool) -> dict[str, _Line]:
    breakdown, table = priced
    aside = {group["code"] for group in breakdown["groups"] if group["total"] == RESERVE}
    return {
        item["code"]: _Line(
            str(reader.words(item["label"], table.main_language)),
            wording.item_said(item, reader.number),
            item["amount"]["likely"],
        )
        for item in breakdown["items"]
        if (item["group"] in aside) == reserve
    }


def _taxes(priced: Priced, reader: Reader) -> dict[str, _Line]:
    breakdown, table = priced
    found = {}
    for tax in breakdown["taxes"]:
        amount = tax["amount"]["likely"]
        said = _("included") if tax["included"] else reader.number(amount)
        label = str(reader.words(tax["label"], table.main_language))
        found[tax["code"]] = _Line(label, said, None if tax["included"] else amount)
    return found


def _sums(priced: Priced, reader: Reader, kinds: Sums) -> dict[str, _Line]:
    breakdown, table = priced
    labels = {
        "provider": _("What the provider charges"),
        "others": _("Paid to others"),
        "total": _("Total"),
        "reserve": _("To keep in reserve; not part of the price"),
    }
    certainty = Certainty(breakdown, table)
    found: dict[str, _Line] = {}
    for kind in kinds:
        amounts = breakdown["totals"][kind]
        likely, has_range = amounts["likely"], wording.at_least.has_range(amounts)
        lack = certainty.total(*(("provider", "others") if kind == "total" else (kind,)))
        said = wording.at_least.sum_said(likely, reader.number(likely), lack, has_range=has_range)
        found[kind] = _Line(labels[kind], said, likely)
    return found


def _row(pair: _Pair, reader: Reader, *, total: bool = False) -> BesideRow:
    old, new, compares = pair
    change = ""
    unpriced = any(line is not None and line.amount is None for line in (old, new))
    if compares and not unpriced:
        before, after = (Decimal(0 if line is None else line.amount or 0) for line in (old, new))
        if after != before:
            change = ("+" if after > before else "") + reader.number(format(after - before, "f"))
    return {
        "label": (new or old or _Line("", "", None)).label,
        "old": "–" if old is None else old.said,
        "new": "–" if new is None else new.said,
        "change": change,
        "differs": compares
        and (old is None or new is None or (old.said, old.amount) != (new.said, new.amount)),
        "total": total,
    }
