"""A final bill beside its estimate and its quote, line by line and in all, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from estimator import bills, past_bills
from estimator.bills import Compared, Overrun
from estimator.i18n import Reader, Words
from estimator.i18n import gettext as _
from estimator.models import FinalBill, QuoteRevision
from pricing.money import plain


@dataclass(frozen=True)
class ComparedLine:
    """One line of the table; what was not said is empty."""

    label: Words
    estimate: str
    quote: str
    bill: str
    #: how much more or less was billed than was quoted, or estimated where there is no quote
    difference: str
    #: what no line of estimate or quote is
    is_new: bool = False
    #: what was expected, and nothing was said of it
    is_empty: bool = False


def lines_of(
    bill: FinalBill, labels: Mapping[str, Words], others: Sequence[str], reader: Reader
) -> list[ComparedLine]:
    """Return the lines of a bill; none where it was entered in all. `others` are what its further lines are called."""
    found = []
    further = iter(others)
    stored = bills.of_bill(bill)
    for line in stored:
        code, billed = line["code"], line.get("amount")
        label = Words(next(further, _("A further line"))) if code is None else labels.get(code, Words(code))
        expected = line.get("quoted", line.get("likely"))
        found.append(
            ComparedLine(
                label,
                span(line.get("low"), line.get("likely"), line.get("high"), bill.currency, reader),
                _money(line.get("quoted"), bill.currency, reader),
                _money(billed, bill.currency, reader),
                _difference(billed, "0" if code is None else expected, bill.currency, reader),
                code is None,
                billed is None and bills.is_expected(line),
            )
        )
    rest = Decimal(bill.total) - sum((Decimal(line.get("amount", 0)) for line in stored), Decimal(0))
    empty = [line for line in stored if "amount" not in line and bills.is_expected(line)]
    if stored and (rest or empty):
        found.append(
            ComparedLine(
                Words(_("Not told by item")),
                "",
                "",
                _money(str(rest), bill.currency, reader),
                _difference(str(rest), _sum_of(empty), bill.currency, reader),
            )
        )
    return found


def _sum_of(lines: Sequence[bills.Line]) -> str | None:
    """Return what was expected for these lines together; None if that is not known of one of them."""
    amounts = [line.get("quoted", line.get("likely")) for line in lines]
    known = [Decimal(amount) for amount in amounts if amount is not None]
    return str(sum(known, Decimal(0))) if len(known) == len(amounts) else None


def whole(bill: FinalBill, reader: Reader) -> ComparedLine:
    """Return what a bill comes to in all."""
    return ComparedLine(
        Words(_("In all")),
        span(bill.low, bill.likely, bill.high, bill.currency, reader),
        _money(bill.quoted, bill.currency, reader),
        _money(bill.total, bill.currency, reader),
        _difference(bill.total, bill.quoted or bill.likely, bill.currency, reader),
    )


def sentences(bill: FinalBill, reader: Reader) -> Iterator[str]:
    """Say where a bill is: inside the range or not, and how far from what was likely and what was quoted."""
    total, currency = Decimal(bill.total), bill.currency
    if bill.low is None or bill.likely is None or bill.high is None:
        yield _(
            "The estimate was not the whole, or in another currency. It does not count towards how often ranges were "
            "true."
        )
    elif total > Decimal(bill.high):
        above = reader.money(total - Decimal(bill.high), currency)
        yield _("The bill is %(amount)s above the range of the estimate.", amount=above)
    elif total < Decimal(bill.low):
        below = reader.money(Decimal(bill.low) - total, currency)
        yield _("The bill is %(amount)s below the range of the estimate.", amount=below)
    else:
        yield _("The bill is inside the range of the estimate.")
    if bill.likely is not None:
        yield _from_expected(total, Decimal(bill.likely), currency, reader, quoted=False)
    if bill.quoted is not None:
        yield _from_expected(total, Decimal(bill.quoted), currency, reader, quoted=True)


def quote_name(compared: Compared, revision: QuoteRevision) -> str:
    """Return what a quote is called that a bill is compared with, with the plan that was accepted of several."""
    said = {"number": revision.quote.number, "revision": revision.number}
    if compared.plan:
        return _("Quote %(number)s, revision %(revision)s, plan %(plan)s", plan=compared.plan, **said)
    return _("Quote %(number)s, revision %(revision)s", **said)


def undecided(compared: Compared) -> str | None:
    """Say why a bill is not compared with a quote that was issued; None if it is, or there is none."""
    if not compared.undecided:
        return None
    return _(
        "The quote has the plans %(plans)s, and none of them is accepted. As long as that is so, a bill is compared "
        "with the estimate alone.",
        plans=", ".join(compared.undecided),
    )


def plan_sentence(bill: FinalBill, compared: Compared) -> str | None:
    """Say with which plan of a quote a bill is compared; None if that cannot be in doubt."""
    if bill.quoted is None:
        return undecided(compared)
    if is_older(bill, compared) or not compared.plan or compared.revision is None:
        return None
    return _(
        "It is compared with what was accepted: %(quote)s.", quote=quote_name(compared, compared.revision)
    )


def older(bill: FinalBill, compared: Compared, reader: Reader) -> str | None:
    """Say that a bill that counts is compared with another quote or plan than is valid now; None if it is not."""
    if not is_older(bill, compared):
        return None
    was = (
        _("the estimate alone")
        if bill.quoted is None
        else _("a quote of %(total)s", total=reader.money(bill.quoted, bill.currency))
    )
    if compared.quoted is None or compared.revision is None:
        return _(
            "The bill is compared with %(was)s. None of the plans of the quote is accepted now. Correct the bill to "
            "compare it with the estimate alone.",
            was=was,
        )
    return _(
        "The bill is compared with %(was)s. Now it is %(quote)s, of %(total)s. Correct the bill to compare it with "
        "that.",
        was=was,
        quote=quote_name(compared, compared.revision),
        total=reader.money(compared.quoted, compared.currency),
    )


def is_older(bill: FinalBill, compared: Compared) -> bool:
    """Whether a bill is compared with another quote, or another plan of it, than it would be now."""
    if compared.revision is None:
        return False
    quoted = None if bill.quoted is None else Decimal(bill.quoted)
    now = None if compared.quoted is None else Decimal(compared.quoted)
    return quoted != now or bill.revision_id != compared.revision.id


def _from_expected(total: Decimal, expected: Decimal, currency: str, reader: Reader, *, quoted: bool) -> str:
    amount = reader.money(abs(total - expected), currency)
    if total == expected:
        return (
            _("It is the firm total of the quote.")
            if quoted
            else _("It is the likely total of the estimate.")
        )
    if not expected:
        return _("It is %(amount)s more than the quote, which came to nothing.", amount=amount)
    share = reader.percent(str(abs(past_bills.whole_percent(Fraction(total) / Fraction(expected)))))
    said = {"amount": amount, "share": share}
    if quoted and total > expected:
        return _("It is %(amount)s, or %(share)s, above the firm total of the quote.", **said)
    if quoted:
        return _("It is %(amount)s, or %(share)s, below the firm total of the quote.", **said)
    if total > expected:
        return _("It is %(amount)s, or %(share)s, above the likely total of the estimate.", **said)
    return _("It is %(amount)s, or %(share)s, below the likely total of the estimate.", **said)


def overrun(found: Overrun, reader: Reader) -> str:
    """Say by which rule a bill is far above what was expected."""
    of = (
        _("the likely total of the estimate")
        if found["of"] == "estimate"
        else _("the firm total of the quote")
    )
    if "by" in found:
        said = _(
            "The bill is far above %(of)s: by %(amount)s or more.",
            of=of,
            amount=reader.money(found["by"], found["currency"]),
        )
    else:
        said = _(
            "The bill is far above %(of)s: by more than %(share)s.",
            of=of,
            share=reader.percent(found.get("percent", "0")),
        )
    return _("%(said)s Rule: %(source)s", said=said, source=found["source"])


def _money(amount: str | None, currency: str, reader: Reader) -> str:
    return "" if amount is None else reader.money(amount, currency)


def span(low: str | None, likely: str | None, high: str | None, currency: str, reader: Reader) -> str:
    """Write a likely amount with its range; empty if there is none."""
    if low is None or likely is None or high is None:
        return ""
    if plain(Decimal(low)) == plain(Decimal(high)):
        return reader.money(likely, currency)
    return _(
        "%(likely)s (%(low)s to %(high)s)",
        likely=reader.money(likely, currency),
        low=reader.money(low, currency),
        high=reader.number(high),
    )


def _difference(billed: str | None, expected: str | None, currency: str, reader: Reader) -> str:
    if billed is None or expected is None:
        return ""
    difference = Decimal(billed) - Decimal(expected)
    return reader.money(difference, currency, sign=True) if difference else "="
