"""The page of reports: a year with its requests, answers, quotes and decisions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TypedDict

from flask import render_template, request
from flask.typing import ResponseReturnValue

from estimator import spreadsheets
from estimator.i18n import Reader
from estimator.reports import answer_times, quotes
from estimator.web.desk.quotes.issued import DECLINED
from estimator.web.desk.reports import answer_times_table
from estimator.web.desk.reports.blueprint import counts_invented, pages
from estimator.web.desk.reports.blueprint import year as asked_year
from estimator.web.language import current_reader
from estimator.web.request_context import now
from pricing.currencies import MINOR_UNIT
from pricing.money import decimals

FEW = answer_times.FEW
"""Of fewer quotes no sum is told: of one it would be what one patient pays."""


@pages.get("")
def page() -> ResponseReturnValue:
    """Show a year: its requests, its quotes in each currency by itself, and why some were declined."""
    year = asked_year() or now().year
    by = answer_times_table.chosen_way(request.args.get("by"))
    reader, invented = current_reader(), counts_invented()
    spans = [span for span in (quotes.years(), answer_times.years()) if span is not None]
    return render_template(
        "desk/reports.html",
        year=str(year),
        earlier=str(year - 1) if any(first < year for first, _last in spans) else None,
        later=str(year + 1) if year < now().year else None,
        by=by,
        ways=[(name, label, name == by) for name, label in answer_times_table.WAYS.items()],
        heading=answer_times_table.HEADINGS[by],
        counted=by in ("month", "list"),
        work=answer_times_table.figures(answer_times_table.named(year, by), by),
        few=answer_times.FEW,
        currencies=_currencies(quotes.months(year, invented=invented), reader),
        reasons=[
            (DECLINED.get(reason, reason), answer_times_table.few(times))
            for reason, times in quotes.reasons(year, invented=invented).items()
        ],
        count=quotes.count(year, invented=invented),
        most=reader.number(str(spreadsheets.MOST_ROWS)),
        too_many=quotes.are_more_than(spreadsheets.MOST_ROWS),
    )


class Counts(TypedDict):
    """How many quotes were issued and answered, and what the answered ones came to."""

    issued: str
    accepted: str
    declined: str
    accepted_total: str
    declined_total: str


class MonthRow(Counts):
    """One month; its bars are percentages of the longest."""

    name: str
    accepted_width: str
    declined_width: str


class CurrencyYear(TypedDict):
    """One currency with its months; bars are `drawn` if one of them has a length."""

    currency: str
    drawn: bool
    months: list[MonthRow]
    sum: Counts


def _currencies(months: Sequence[quotes.Month], reader: Reader) -> list[CurrencyYear]:
    """Return each currency with its months; its bars are drawn to one scale."""
    names = reader.month_names()
    found: list[CurrencyYear] = []
    for currency in dict.fromkeys(month.currency for month in months):
        own = [month for month in months if month.currency == currency]
        accepted = _told([month.accepted for month in own])
        declined = _told([month.declined for month in own])
        shown = [
            (month.accepted_total if yes else None, month.declined_total if no else None)
            for month, yes, no in zip(own, accepted, declined, strict=True)
        ]
        largest = max((amount for pair in shown for amount in pair if amount is not None), default=Decimal(0))
        taken, refused = sum(month.accepted for month in own), sum(month.declined for month in own)
        found.append(
            {
                "currency": currency,
                "months": [
                    {
                        "name": names[month.month.month - 1],
                        "issued": reader.number(str(month.issued)),
                        "accepted": reader.number(str(month.accepted)),
                        "declined": reader.number(str(month.declined)),
                        "accepted_total": _money(yes, currency, reader),
                        "declined_total": _money(no, currency, reader),
                        "accepted_width": _width(yes, largest),
                        "declined_width": _width(no, largest),
                    }
                    for month, (yes, no) in zip(own, shown, strict=True)
                ],
                "drawn": largest > 0,
                "sum": {
                    "issued": reader.number(str(sum(month.issued for month in own))),
                    "accepted": reader.number(str(taken)),
                    "declined": reader.number(str(refused)),
                    "accepted_total": _year(taken, (each.accepted_total for each in own), currency, reader),
                    "declined_total": _year(refused, (each.declined_total for each in own), currency, reader),
                },
            }
        )
    return found


def _told(counts: Sequence[int]) -> list[bool]:
    """Return of which months the sum is told: not of fewer than FEW quotes, nor of what would tell such a sum.

    Those that are not told are at least two, with FEW quotes together, so that the year's sum tells none of them.
    """
    hidden = {place for place, count in enumerate(counts) if 0 < count < FEW}
    others = sorted((count, place) for place, count in enumerate(counts) if count >= FEW)
    for _count, place in others:
        if not hidden or (len(hidden) > 1 and sum(counts[each] for each in hidden) >= FEW):
            break
        hidden.add(place)
    return [place not in hidden for place in range(len(counts))]


def _year(count: int, amounts: Iterator[Decimal], currency: str, reader: Reader) -> str:
    """Write the sum of a year, unless it is of fewer than FEW quotes."""
    return _money(None if 0 < count < FEW else _sum(amounts), currency, reader)


def _money(amount: Decimal | None, currency: str, reader: Reader) -> str:
    """Write a sum with the decimals of its currency, also where it is 0; a dash for one that is not told."""
    if amount is None:
        return "–"
    places = max(decimals(MINOR_UNIT[currency]), len(f"{amount:f}".partition(".")[2]))
    return reader.money(f"{amount:.{places}f}", currency)


def _sum(amounts: Iterator[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))


def _width(amount: Decimal | None, largest: Decimal) -> str:
    return f"{100 * amount / largest:.2f}" if amount is not None and largest else "0"
