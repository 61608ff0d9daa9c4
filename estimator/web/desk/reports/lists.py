"""Lists to take along: requests and quotes as XLSX, CSV and JSON Lines, and the figures of a year as XLSX and CSV."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from flask import Response, request, stream_with_context
from flask.typing import ResponseReturnValue

from estimator import audit, spreadsheets
from estimator.i18n import gettext as _
from estimator.reports import quotes, requests
from estimator.spreadsheets import Cell, Column
from estimator.web.desk.reports import work_table
from estimator.web.desk.reports.blueprint import pages, year
from estimator.web.desk.requests import blueprint as desk
from estimator.web.request_context import now
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing
from estimator.wording import states_at_desk

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JSON_LINES = "application/jsonl"
LINES_AT_ONCE = 500


@pages.get("/quotes.csv")
def quotes_csv() -> ResponseReturnValue:
    """Send the list of quotes as CSV, while it is read."""
    return _csv("quotes", _quote_columns(), map(_quote_row, _quotes(year())))


@pages.get("/quotes.xlsx")
def quotes_xlsx() -> ResponseReturnValue:
    """Send the list of quotes as XLSX."""
    return _xlsx("quotes", _("Quotes"), _quote_columns(), map(_quote_row, _quotes(year())))


@pages.get("/quotes.jsonl")
def quotes_lines() -> ResponseReturnValue:
    """Send the list of quotes as JSON Lines, while it is read."""
    return _lines(
        "quotes", ({"id": f"{one.number}/{one.revision}", **asdict(one)} for one in _quotes(year()))
    )


@pages.get("/requests.csv")
def requests_csv() -> ResponseReturnValue:
    """Send the list of requests as CSV, while it is read."""
    return _csv("requests", _request_columns(), map(_request_row, _requests(year())))


@pages.get("/requests.xlsx")
def requests_xlsx() -> ResponseReturnValue:
    """Send the list of requests as XLSX."""
    return _xlsx("requests", _("Requests"), _request_columns(), map(_request_row, _requests(year())))


@pages.get("/requests.jsonl")
def requests_lines() -> ResponseReturnValue:
    """Send the list of requests as JSON Lines, while it is read."""
    return _lines("requests", ({"id": one.reference, **asdict(one)} for one in _requests(year())))


@pages.get("/figures.csv")
def figures_csv() -> ResponseReturnValue:
    """Send the figures of a year as CSV."""
    return _csv("figures", *_figures())


@pages.get("/figures.xlsx")
def figures_xlsx() -> ResponseReturnValue:
    """Send the figures of a year as XLSX."""
    return _xlsx("figures", _("Requests"), *_figures())


def _figures() -> tuple[Sequence[Column], list[list[Cell]]]:
    by = work_table.chosen_way(request.args.get("by"))
    found = work_table.named(year() or now().year, by)
    return work_table.columns(by), work_table.cells(found, by)


def _csv(what: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> Response:
    _write_down(what, "csv")
    answer = Response(stream_with_context(spreadsheets.csv(columns, rows)), mimetype="text/csv")
    return _attached(answer, what, "csv")


def _xlsx(what: str, title: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> Response:
    """Write a file first, which is removed when it was sent."""
    _write_down(what, "xlsx")
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed, and so removed, with the answer
    spreadsheets.xlsx(file, title, columns, rows)
    length = file.tell()
    file.seek(0)
    answer = Response(iter(lambda: file.read(65_536), b""), mimetype=XLSX)
    answer.call_on_close(file.close)
    answer.content_length = length
    return _attached(answer, what, "xlsx")


def _lines(what: str, records: Iterator[dict[str, Any]]) -> Response:
    _write_down(what, "jsonl")

    def pieces() -> Iterator[bytes]:
        while lines := [
            json.dumps(one, default=_plain, ensure_ascii=False) for one in islice(records, LINES_AT_ONCE)
        ]:
            yield "".join(f"{line}\n" for line in lines).encode()

    return _attached(Response(stream_with_context(pieces()), mimetype=JSON_LINES), what, "jsonl")


def _plain(value: object) -> str:
    """Return an amount with all of its decimals, a day or a moment of UTC as ISO 8601 writes it."""
    match value:
        case Decimal():
            return format(value, "f")
        case datetime():
            return f"{value:%Y-%m-%dT%H:%M:%SZ}"
        case date():
            return value.isoformat()
    raise TypeError(f"not in a list: {value!r}")


def _attached(answer: Response, what: str, kind: str) -> Response:
    answer.headers["Content-Disposition"] = f'attachment; filename="{_name(what)}.{kind}"'
    return answer


def _write_down(what: str, kind: str) -> None:
    """Put into the audit trail that a list leaves the house, with names in it; else it does not."""
    if what == "figures":
        return
    with committing():
        audit.add(act(), f"{what}.downloaded", subject=_name(what), kind=kind)


def _name(what: str) -> str:
    chosen = year()
    return what if chosen is None else f"{what}-{chosen}"


def _quotes(chosen: int | None) -> Iterator[quotes.Listed]:
    return quotes.listed(act(), chosen, spreadsheets.MOST_ROWS, named=True)


def _requests(chosen: int | None) -> Iterator[requests.Listed]:
    return requests.listed(act(), chosen, spreadsheets.MOST_ROWS, named=True)


def _quote_columns() -> Sequence[Column]:
    return [
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
        Column(_("Plan accepted"), width=10),
        Column(_("Optional lines taken"), width=12),
        Column(_("Patient"), width=28),
    ]


def _quote_row(one: quotes.Listed) -> list[Cell]:
    return [
        one.number,
        one.revision,
        one.reference,
        states_at_desk.revision_at_desk(one.state),
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
        one.plan,
        one.taken,
        one.patient,
    ]


def _request_columns() -> Sequence[Column]:
    return [
        Column(_("Request")),
        Column(_("Kind"), width=12),
        Column(_("Entered by"), width=12),
        Column(_("Status"), width=14),
        Column(_("Received (UTC)"), "moment", 18),
        Column(_("Due (UTC)"), "moment", 18),
        Column(_("First answer (UTC)"), "moment", 18),
        Column(_("Time zone"), width=18),
        Column(_("Price list")),
        Column(_("Version"), width=12),
        Column(_("Estimate")),
        Column(_("Total of the estimate"), "amount", 14),
        Column(_("At least"), width=10),
        Column(_("Currency"), width=10),
        Column(_("Country"), width=10),
        Column(_("Language"), width=10),
        Column(_("For whom"), width=10),
        Column(_("Planned month"), width=12),
        Column(_("Answer by"), width=12),
        Column(_("Coordinator"), width=28),
        Column(_("Quote")),
        Column(_("Name"), width=28),
    ]


def _request_row(one: requests.Listed) -> list[Cell]:
    return [
        one.reference,
        one.kind,
        one.origin,
        desk.state_word(one.state),
        one.received_at,
        one.due_at,
        one.answered_at,
        one.time_zone,
        one.table,
        one.version,
        one.estimate,
        one.total,
        _("yes") if one.at_least else _("no"),
        one.currency,
        one.country,
        one.language,
        one.for_whom,
        one.planned_month,
        one.answer_by,
        one.coordinator,
        one.quote,
        one.name,
    ]
