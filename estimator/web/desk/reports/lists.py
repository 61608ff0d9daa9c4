"""Lists to take along: requests and quotes as XLSX, CSV and JSON Lines, and the figures of a year as XLSX and CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from estimator import audit, spreadsheets
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.reports import quotes, request_list
from estimator.spreadsheets import Cell, Column
from estimator.web import downloads
from estimator.web.desk.reports import answer_times_table, columns
from estimator.web.desk.reports.blueprint import counts_invented, pages, year
from estimator.web.request_context import now
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing


@dataclass(frozen=True)
class List:
    """One list: what it is called, its columns, what it is made of, and the id of each that stays for ever."""

    title: Any
    columns: Callable[[], Sequence[Column]]
    listed: Callable[..., Iterator[Any]]
    row: Callable[[Any], list[Cell]]
    id_of: Callable[[Any], str]


LISTS: Mapping[str, List] = {
    "quotes": List(
        lazy_gettext("Quotes"),
        columns.quote_columns,
        quotes.listed,
        columns.quote_row,
        lambda one: f"{one.number}/{one.revision}",
    ),
    "requests": List(
        lazy_gettext("Requests"),
        columns.request_columns,
        request_list.listed,
        columns.request_row,
        lambda one: str(one.reference),
    ),
}


@pages.get("/<any(quotes, requests):what>.<any(csv, xlsx, jsonl):kind>")
def listed(what: str, kind: str) -> ResponseReturnValue:
    """Send a list, with names in it; that it leaves the house stands in the audit trail, else it does not."""
    found, name = LISTS[what], _name(what)
    with committing():
        audit.add(act(), f"{what}.downloaded", subject=name, kind=kind)
    records = found.listed(act(), year(), spreadsheets.MOST_ROWS, named=True, invented=counts_invented())
    if kind == "jsonl":
        return downloads.lines(name, ({"id": found.id_of(one), **asdict(one)} for one in records))
    rows = map(found.row, records)
    if kind == "csv":
        return downloads.csv(name, found.columns(), rows)
    return downloads.xlsx(name, str(found.title), found.columns(), rows)


@pages.get("/figures.<any(csv, xlsx):kind>")
def figures(kind: str) -> ResponseReturnValue:
    """Send the figures of a year, as the page shows them."""
    by = answer_times_table.chosen_way(request.args.get("by"))
    rows = answer_times_table.cells(answer_times_table.named(year() or now().year, by), by)
    name = _name(f"figures-by-{by}")
    if kind == "csv":
        return downloads.csv(name, answer_times_table.columns(by), rows)
    return downloads.xlsx(name, _("Requests"), answer_times_table.columns(by), rows)


def _name(what: str) -> str:
    chosen = year()
    return what if chosen is None else f"{what}-{chosen}"
