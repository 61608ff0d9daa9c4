"""What a final bill is compared with: the estimate that was asked about, and the quote that came of it.

Of the estimate it is what is paid to the provider, whose bill it is. Of several plans of a quote it is the one that was
accepted, with what was taken with it. While none of them is accepted, it is the estimate alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NotRequired, TypedDict

from sqlalchemy import select

from estimator import past_bills, price_lists, quotes, requests
from estimator.db import db
from estimator.models import Estimate, FinalBill, PatientRequest, Quote, QuoteRevision, TableVersion
from pricing import PriceTable, quote_plans
from pricing.stored import Cases, CasesOrRequest, StoredBreakdown, StoredQuote, read_breakdown

TAXES, ADJUSTMENTS, OPTIONS = "+taxes", "+adjustments", "+options"
"""Lines that are no charge of a list: the provider's taxes; of a quote its adjustments, and what was taken with it."""

CASES = ("low", "likely", "high")


class OtherList(Exception):
    """The estimate that was named is of another price list than the request."""


class Line(TypedDict):
    """One line of estimate, quote and bill, as it is stored; what is not there was not said."""

    #: of a charge or package, or one of TAXES, ADJUSTMENTS, OPTIONS; None for what neither of both has
    code: str | None
    low: NotRequired[str]
    likely: NotRequired[str]
    high: NotRequired[str]
    quoted: NotRequired[str]
    #: what was billed for it
    amount: NotRequired[str]


def takes_off(line: Line) -> bool:
    """Whether a line was expected to be below 0, so that what was billed for it may be."""
    return any(
        Decimal(amount) < 0
        for amount in (line.get("low"), line.get("likely"), line.get("high"), line.get("quoted"))
        if amount is not None
    )


def is_expected(line: Line) -> bool:
    """Whether something was expected for a line, be it less than 0 or on request."""
    amounts = [line.get("quoted"), line.get("low"), line.get("likely"), line.get("high")]
    said = [Decimal(amount) for amount in amounts if amount is not None]
    return any(said) or not said


@dataclass(frozen=True)
class Compared:
    """What a bill of a request is compared with, all in one currency."""

    estimate_reference: str
    version: TableVersion
    table: PriceTable
    breakdown: StoredBreakdown
    currency: str
    #: what is paid to the provider; None where the estimate was not the whole, or is in another currency
    cases: Cases | None
    revision: QuoteRevision | None
    quoted: str | None
    #: the letter of the plan that was accepted of several; empty if there was one plan, or none is accepted
    plan: str
    #: the letters of the plans of the quote, while none of several is accepted
    undecided: Sequence[str]
    #: the breakdown of the plan of the quote
    quoted_breakdown: StoredBreakdown | None
    #: the lines of both, in the order of the list
    lines: Sequence[Line]

    @property
    def group(self) -> past_bills.Group:
        """The cases that this one is comparable with."""
        return past_bills.Group(
            self.table.table, past_bills.cells_of(self.table, self.breakdown["answers"]), self.currency
        )


def compared_with(request: PatientRequest, estimate: Estimate | None = None) -> Compared:
    """Return what a bill of a request is compared with.

    That is the plan that was asked about, or another `estimate` that was made of the same list; raises OtherList.
    """
    version, breakdown, reference = (
        request.table_version,
        requests.breakdown_of(request),
        request.estimate_reference,
    )
    if estimate is not None and estimate.reference != reference:
        if estimate.table_version.slug != request.slug:
            raise OtherList
        version, breakdown, reference = (
            estimate.table_version,
            read_breakdown(estimate.breakdown),
            estimate.reference,
        )
    table = price_lists.parsed(version)
    revision = _revision(request)
    currency = breakdown["currency"]
    plan: StoredBreakdown | None = None
    quoted: str | None = None
    letter = ""
    undecided: tuple[str, ...] = ()
    lines_of_quote: dict[str, str] = {}
    if revision is not None:
        currency = revision.currency
        agreed = quotes.agreed(revision)
        plans = quote_plans.by_plan(quotes.content_of(revision))
        if agreed is None and len(plans) > 1:
            undecided = tuple(plans)
        else:
            letter = "" if agreed is None else agreed.plan
            plan, quoted, lines_of_quote = _quoted(agreed, next(iter(plans.values())))
    same = currency == breakdown["currency"]
    return Compared(
        estimate_reference=reference,
        version=version,
        table=table,
        breakdown=breakdown,
        currency=currency,
        cases=past_bills.range_of(table, breakdown) if same else None,
        revision=revision,
        quoted=quoted,
        plan=letter,
        undecided=undecided,
        quoted_breakdown=plan,
        lines=_together(dict(_lines(breakdown)) if same else {}, lines_of_quote),
    )


def of_bill(bill: FinalBill) -> list[Line]:
    """Return the lines of a bill as they were when it was entered."""
    stored: list[Line] = json.loads(bill.items)
    return stored


def _revision(request: PatientRequest) -> QuoteRevision | None:
    """Return the last revision, which ended those before; None if it was withdrawn: nobody may rely on any then."""
    found = (
        select(QuoteRevision)
        .join(Quote, Quote.id == QuoteRevision.quote_id)
        .where(Quote.request_id == request.id)
        .order_by(QuoteRevision.number.desc())
        .limit(1)
    )
    last = db.session.scalar(found)
    return None if last is None or last.state == "withdrawn" else last


def _quoted(agreed: quotes.Agreed | None, only: StoredQuote) -> tuple[StoredBreakdown, str, dict[str, str]]:
    """Return what was quoted: the plan, its firm total with what was taken, and its lines by their codes."""
    content = only if agreed is None else agreed.content
    total = content["total"] if agreed is None else agreed.total
    lines = {code: cases["likely"] for code, cases in _lines(content["breakdown"])}
    extra = {
        ADJUSTMENTS: Decimal(content["adjusted"]),
        OPTIONS: Decimal(total) - Decimal(content["total"]),
    }
    said = {code: amount for code, amount in lines.items() if amount is not None}
    return content["breakdown"], total, said | {code: str(amount) for code, amount in extra.items() if amount}


def _lines(breakdown: StoredBreakdown) -> Iterator[tuple[str, CasesOrRequest]]:
    """Yield what the provider bills by its code, without what a package pays for, and its taxes as one line."""
    groups = {group["code"] for group in breakdown["groups"] if group["total"] == "provider"}
    provider = breakdown["totals"]["provider"]
    rest = {case: Decimal(provider[case]) for case in CASES}  # type: ignore[literal-required]
    for item in breakdown["items"]:
        if item["group"] not in groups:
            continue
        amounts = item["amount"]
        for case in CASES:
            rest[case] -= Decimal(amounts[case] or 0)  # type: ignore[literal-required]
        if item["covered_by"] is None or any(Decimal(amounts[case] or 0) for case in CASES):  # type: ignore[literal-required]
            yield item["code"], amounts
    if any(rest.values()):
        yield TAXES, {"low": str(rest["low"]), "likely": str(rest["likely"]), "high": str(rest["high"])}


def _together(estimated: dict[str, CasesOrRequest], quoted: dict[str, str]) -> list[Line]:
    lines: list[Line] = []
    last = (TAXES, ADJUSTMENTS, OPTIONS)
    codes = [code for code in dict.fromkeys([*estimated, *quoted]) if code not in last]
    for code in [*codes, *(code for code in last if code in estimated or code in quoted)]:
        line = Line(code=code)
        if code in estimated:
            for case in CASES:
                if (amount := estimated[code][case]) is not None:  # type: ignore[literal-required]
                    line[case] = amount  # type: ignore[literal-required]
        if code in quoted:
            line["quoted"] = quoted[code]
        lines.append(line)
    return lines
