"""Reports: what was accepted and declined in each month, and the list of quotes as a spreadsheet."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TypedDict

from flask import Blueprint, Response, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from estimator import audit, spreadsheets
from estimator.i18n import Reader
from estimator.i18n import gettext as _
from estimator.quotes import reports
from estimator.spreadsheets import Cell, Column
from estimator.web import errors, whole_numbers
from estimator.web.language import current_reader
from estimator.web.request_context import now
from estimator.web.staff import signed_in
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing
from estimator.wording import states_at_desk
from pricing.currencies import MINOR_UNIT
from pricing.money import decimals

pages = Blueprint("reports", __name__, url_prefix="/desk/reports")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pages.get("")
def page() -> ResponseReturnValue:
    """Show a year: each currency by itself, each month with counts and totals."""
    year = _year()
    if year is None:
        year = now().year
    reader = current_reader()
    span = reports.years()
    return render_template(
        "desk/reports.html",
        year=str(year),
        earlier=str(year - 1) if span is not None and span[0] < year else None,
        later=str(year + 1) if year < now().year else None,
        currencies=_currencies(reports.months(year), reader),
        count=reports.count(year),
        most=reader.number(str(spreadsheets.MOST_ROWS)),
        too_many=reports.are_more_than(spreadsheets.MOST_ROWS),
    )


@pages.get("/quotes.csv")
def quotes_csv() -> ResponseReturnValue:
    """Send the list of quotes as CSV, while it is read."""
    year = _year()
    _write_down(year, "csv")
    content = spreadsheets.csv(_columns(), _rows(year))
    answer = Response(stream_with_context(content), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{_name(year)}.csv"'
    return answer


@pages.get("/quotes.xlsx")
def quotes_xlsx() -> ResponseReturnValue:
    """Send the list of quotes as XLSX, written to a file first and removed when it was sent."""
    year = _year()
    _write_down(year, "xlsx")
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed, and so removed, with the answer
    spreadsheets.xlsx(file, _("Quotes"), _columns(), _rows(year))
    length = file.tell()
    file.seek(0)
    answer = Response(iter(lambda: file.read(65_536), b""), mimetype=XLSX)
    answer.call_on_close(file.close)
    answer.content_length = length
    answer.headers["Content-Disposition"] = f'attachment; filename="{_name(year)}.xlsx"'
    return answer


def _write_down(year: int | None, kind: str) -> None:
    """Put into the audit trail that the list leaves the house, with names in it; else it does not."""
    with committing():
        audit.add(act(), "quotes.downloaded", subject=_name(year), kind=kind)


def _year() -> int | None:
    """Return the year that was asked for, None if none was; raises errors.Missing for what is no year."""
    typed = request.args.get("year")
    if not typed:
        return None
    year = whole_numbers.read(typed, least=2000, most=2999)
    if year is None:
        raise errors.Missing
    return year


def _name(year: int | None) -> str:
    return "quotes" if year is None else f"quotes-{year}"


def _columns() -> Sequence[Column]:
    columns = [
        Column(_("Number")),
        Column(_("Revision"), "count", 10),
        Column(_("Request")),
        Column(_("Status"), width=12),
        Column(_("Issued (UTC)"), "moment", 18),
        Column(_("Last day"), "day", 12),
        Column(_("Time zone"), width=18),
        Column(_("Total"), "amount", 14),
        Column(_("Adjustments in it"), "amount", 14),
        Column(_("Currency"), width=10),
        Column(_("Country"), width=10),
        Column(_("Language"), width=10),
        Column(_("Price list")),
        Column(_("Version"), width=12),
        Column(_("Decided (UTC)"), "moment", 18),
        Column(_("Reason"), width=18),
    ]
    if signed_in.may("requests.read"):
        columns.append(Column(_("Patient"), width=28))
    return columns


def _rows(year: int | None) -> Iterator[Sequence[Cell]]:
    named = signed_in.may("requests.read")
    words = {
        standing: states_at_desk.revision_at_desk(standing) for standing in states_at_desk.REVISION_AT_DESK
    }
    for one in reports.listed(act(), year, spreadsheets.MOST_ROWS, named=named):
        row: list[Cell] = [
            one.number,
            one.revision,
            one.reference,
            words[one.state],
            one.issued_at,
            one.valid_until,
            one.time_zone,
            one.total,
            one.adjusted,
            one.currency,
            one.country,
            one.language,
            one.table,
            one.version,
            one.decided_at,
            one.reason,
        ]
        yield [*row, one.patient] if named else row


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
    """One currency with its months."""

    currency: str
    months: list[MonthRow]
    sum: Counts


def _currencies(months: Sequence[reports.Month], reader: Reader) -> list[CurrencyYear]:
    """Return each currency with its months; its bars are drawn to one scale."""
    names = reader.month_names()
    found: list[CurrencyYear] = []
    for currency in dict.fromkeys(month.currency for month in months):
        own = [month for month in months if month.currency == currency]
        largest = max(max(month.accepted_total, month.declined_total) for month in own)
        found.append(
            {
                "currency": currency,
                "months": [
                    {
                        "name": names[month.month.month - 1],
                        "issued": reader.number(str(month.issued)),
                        "accepted": reader.number(str(month.accepted)),
                        "declined": reader.number(str(month.declined)),
                        "accepted_total": _money(month.accepted_total, currency, reader),
                        "declined_total": _money(month.declined_total, currency, reader),
                        "accepted_width": _width(month.accepted_total, largest),
                        "declined_width": _width(month.declined_total, largest),
                    }
                    for month in own
                ],
                "sum": {
                    "issued": reader.number(str(sum(month.issued for month in own))),
                    "accepted": reader.number(str(sum(month.accepted for month in own))),
                    "declined": reader.number(str(sum(month.declined for month in own))),
                    "accepted_total": _money(_sum(month.accepted_total for month in own), currency, reader),
                    "declined_total": _money(_sum(month.declined_total for month in own), currency, reader),
                },
            }
        )
    return found


def _money(amount: Decimal, currency: str, reader: Reader) -> str:
    """Write a sum with the decimals of its currency, also where it is 0."""
    places = max(decimals(MINOR_UNIT[currency]), len(f"{amount:f}".partition(".")[2]))
    return reader.money(f"{amount:.{places}f}", currency)


def _sum(amounts: Iterator[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))


def _width(amount: Decimal, largest: Decimal) -> str:
    return f"{100 * amount / largest:.2f}" if largest else "0"
