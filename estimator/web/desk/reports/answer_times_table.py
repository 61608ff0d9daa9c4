"""The table of the requests of a year, by month, list, country or coordinator: on the page and as a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple, TypedDict

from estimator import staff
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext, ngettext
from estimator.reports import answer_times
from estimator.reports.answer_times import FEW, By, Group
from estimator.spreadsheets import Cell, Column
from estimator.web import errors
from estimator.web.desk.reports.blueprint import counts_invented
from estimator.web.desk.requests import blueprint as desk
from estimator.web.language import current_reader

WAYS: Mapping[By, Any] = {
    "month": lazy_gettext("By month"),
    "list": lazy_gettext("By price list"),
    "country": lazy_gettext("By country"),
    "coordinator": lazy_gettext("By coordinator"),
}
"""By what the requests are put together, in words."""

HEADINGS: Mapping[By, Any] = {
    "month": lazy_gettext("Month"),
    "list": lazy_gettext("Price list"),
    "country": lazy_gettext("Country"),
    "coordinator": lazy_gettext("Coordinator"),
}

HOUR = timedelta(hours=1)


class Named(NamedTuple):
    """A group with what it is called; `whole` are all of them together."""

    name: str
    group: Group
    whole: bool = False


class Figures(TypedDict):
    """A row as it is shown; "–" is what is not told of so few, or does not apply."""

    name: str
    whole: bool
    #: whether its counts are hidden, so that no bar may show them either
    hidden: bool
    estimates: str
    requests: str
    answered: str
    half: str
    most: str
    in_time: str
    quoted: str
    accepted: str
    declined: str
    #: in percent of the group with the most requests
    width: str
    answered_width: str


def chosen_way(asked: str | None) -> By:
    """Return by what requests are to be put together, by month if nothing was asked; raises errors.Missing."""
    for way in WAYS:
        if way == (asked or "month"):
            return way
    raise errors.Missing


def named(year: int, by: By) -> Sequence[Named]:
    """Return the groups of a year with their names, and all together last; countries of few people are one group."""
    found = answer_times.groups(year, by, invented=counts_invented())
    told, few = (found, []) if by != "country" else answer_times.recognisable(found)
    names = _names(by, told)
    rows = [Named(names[group.key], group) for group in told]
    if few:
        others = ngettext(
            "%(num)s country with few requests", "%(num)s countries with few requests", len(few)
        )
        rows.append(Named(others, answer_times.total(few)))
    return [*rows, Named(str(year), answer_times.total(found), whole=True)] if found else []


def figures(rows: Sequence[Named], by: By) -> list[Figures]:
    """Return the rows as they are shown."""
    number = current_reader().number
    drawn = [row.group for row in rows if not (row.whole or _hidden(row.group, by))]
    largest = max((group.requests for group in drawn), default=0)

    def shown(count: int) -> str:
        return number(str(count))

    return [
        {
            "name": name,
            "whole": whole,
            "hidden": _hidden(group, by),
            "estimates": "–" if group.estimates is None else shown(group.estimates),
            "requests": few(group.requests) if by == "country" else shown(group.requests),
            "answered": "–" if _hidden(group, by) else shown(group.answered),
            "half": _time(group.within(50)),
            "most": _time(group.within(90)),
            "in_time": "–" if _hidden(group, by) else shown(group.in_time),
            "quoted": "–" if _hidden(group, by) else shown(group.quoted),
            "accepted": "–" if _hidden(group, by) else shown(group.accepted),
            "declined": "–" if _hidden(group, by) else shown(group.declined),
            "width": "0" if _hidden(group, by) else _width(group.requests, largest),
            "answered_width": "0" if _hidden(group, by) else _width(group.answered, largest),
        }
        for name, group, whole in rows
    ]


def few(count: int) -> str:
    """Return a count of people; of 1 to 10 it says no more than that they are fewer than 11."""
    if 0 < count < FEW:
        return _("fewer than %(few)s", few=FEW)
    return current_reader().number(str(count))


def columns(by: By) -> Sequence[Column]:
    """Return the columns of the table as a spreadsheet."""
    return [
        Column(str(HEADINGS[by]), width=28),
        *([Column(_("Estimates"), "count", 12)] if by in ("month", "list") else []),
        Column(_("Requests"), "count", 12),
        Column(_("Answered"), "count", 12),
        Column(_("Half answered within (hours)"), "amount", 16),
        Column(_("90 % answered within (hours)"), "amount", 16),
        Column(_("Answered in time"), "count", 12),
        Column(_("Quoted"), "count", 12),
        Column(_("Accepted"), "count", 12),
        Column(_("Declined"), "count", 12),
    ]


def cells(rows: Sequence[Named], by: By) -> list[list[Cell]]:
    """Return the rows of the table as a spreadsheet; what is not told is an empty cell."""
    found: list[list[Cell]] = []
    for name, group, _whole in rows:
        row: list[Cell] = [name]
        if by in ("month", "list"):
            row.append(group.estimates)
        if _hidden(group, by):
            row += [few(group.requests), *[None] * 7]
        else:
            row += [group.requests, group.answered, _hours(group.within(50)), _hours(group.within(90))]
            row += [group.in_time, group.quoted, group.accepted, group.declined]
        found.append(row)
    return found


def _hidden(group: Group, by: By) -> bool:
    return by == "country" and group.requests < FEW


def _names(by: By, groups: Sequence[Group]) -> Mapping[str | int, str]:
    keys = [group.key for group in groups]
    match by:
        case "month":
            names = current_reader().month_names()
            return {key: names[date.fromisoformat(f"{key}-01").month - 1] for key in keys}
        case "country":
            return {key: desk.country(str(key)) if key else _("not known") for key in keys}
        case "coordinator":
            found = staff.names({key for key in keys if isinstance(key, int)})
            return {key: found.get(key, "") if isinstance(key, int) else _("nobody") for key in keys}
        case "list":
            return {key: str(key) for key in keys}


def _hours(time: timedelta | None) -> Decimal | None:
    if time is None:
        return None
    seconds = Decimal(time // timedelta(seconds=1))
    return (seconds / 3600).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _time(time: timedelta | None) -> str:
    """Say a time in whole hours, and from two days on in days with a tenth."""
    if time is None:
        return "–"
    if time < HOUR:
        return _("less than an hour")
    if time < 48 * HOUR:
        return ngettext("%(num)s hour", "%(num)s hours", time // HOUR)
    days = (Decimal(time // HOUR) / 24).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return _("%(days)s days", days=current_reader().number(str(days)))


def _width(part: int, largest: int) -> str:
    return f"{100 * part / largest:.2f}" if largest else "0"
