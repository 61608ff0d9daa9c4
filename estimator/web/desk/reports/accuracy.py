"""How near estimates and quotes came to final bills: pictures, the figures under them, and a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, NamedTuple, TypedDict

from flask import render_template, request
from flask.typing import ResponseReturnValue

from estimator import bills, past_bills, price_lists
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.reports import accuracy
from estimator.reports.accuracy import By, Group, Part
from estimator.reports.answer_times import FEW
from estimator.spreadsheets import Cell, Column
from estimator.web import downloads, errors
from estimator.web.desk.reports.blueprint import counts_invented, pages, year
from estimator.web.language import current_reader
from estimator.web.request_context import now
from pricing import PriceTable
from pricing.table import ChoiceDriver

WAYS: Mapping[By, Any] = {
    "month": lazy_gettext("By month"),
    "list": lazy_gettext("By price list"),
    "cells": lazy_gettext("By type of cells"),
    "rehabilitation": lazy_gettext("By rehabilitation"),
    "adjustments": lazy_gettext("By adjustments"),
}
"""By what the bills are put together, in words."""

HEADINGS: Mapping[By, Any] = {
    "month": lazy_gettext("Month of the bill"),
    "list": lazy_gettext("Price list"),
    "cells": lazy_gettext("Type of cells"),
    "rehabilitation": lazy_gettext("Rehabilitation"),
    "adjustments": lazy_gettext("Adjustments of the coordinator"),
}

ADJUSTMENTS: Mapping[str, Any] = {
    "with": lazy_gettext("The quote had adjustments"),
    "without": lazy_gettext("The quote had none"),
    "none": lazy_gettext("There was no quote"),
}


class Named(NamedTuple):
    """A group with what it is called; `whole` are all of them together."""

    name: str
    group: Group
    whole: bool = False


class Figures(TypedDict):
    """A row as it is shown; "–" is what is not told of so few."""

    name: str
    whole: bool
    #: whether nothing may be drawn of it
    hidden: bool
    bills: str
    inside: str
    above: str
    of_likely: str
    of_quoted: str
    overruns: str
    #: in percent of the bills
    inside_width: str
    above_width: str


@pages.get("/accuracy")
def accuracy_page() -> ResponseReturnValue:
    """Show a year of final bills beside what had been said."""
    shown, by = year() or now().year, _way()
    span = accuracy.years()
    return render_template(
        "desk/reports_accuracy.html",
        year=str(shown),
        earlier=str(shown - 1) if span is not None and span[0] < shown else None,
        later=str(shown + 1) if shown < now().year else None,
        by=by,
        ways=[(name, label, name == by) for name, label in WAYS.items()],
        heading=HEADINGS[by],
        rows=_figures(_named(shown, by)),
        few=FEW,
        awaited=bills.how_many_awaited(invented=counts_invented()),
    )


@pages.get("/accuracy.<any(csv, xlsx):kind>")
def accuracy_figures(kind: str) -> ResponseReturnValue:
    """Send the figures of a year, as the page shows them."""
    shown, by = year() or now().year, _way()
    rows = [_cells(each) for each in _named(shown, by)]
    name = f"bills-{shown}-by-{by}"
    if kind == "csv":
        return downloads.csv(name, _columns(by), rows)
    return downloads.xlsx(name, _("Estimates and final bills"), _columns(by), rows)


def _way() -> By:
    asked = request.args.get("by") or "month"
    for way in WAYS:
        if way == asked:
            return way
    raise errors.Missing


def _named(shown: int, by: By) -> Sequence[Named]:
    """Return the groups of a year with their names, and all together last."""
    found = accuracy.groups(shown, by, invented=counts_invented())
    names = _Names()
    rows = [Named(names.of(by, group), group) for group in found]
    return [*rows, Named(str(shown), accuracy.total(found), whole=True)] if found else []


class _Names:
    """What groups are called, each list read once."""

    def __init__(self) -> None:
        self._tables: dict[str, PriceTable | None] = {}

    def of(self, by: By, group: Group) -> str:
        """Return what a group is called."""
        key = group.key
        if isinstance(key, tuple):
            return f"{key[0][0]}: {', '.join(map(self._answer, key))}"
        match by:
            case "month":
                return current_reader().month(key)
            case "adjustments":
                return str(ADJUSTMENTS[key])
            case _:
                return key

    def _answer(self, part: Part) -> str:
        """Return an answer in words; its code where the list has no such answer any more."""
        slug, code, answer = part
        if not code:
            return _("not known")
        table = self._table(slug)
        drivers = () if table is None else table.drivers
        driver = next((each for each in drivers if each.code == code), None)
        if driver is None or table is None:
            return f"{code}={answer}"
        reader = current_reader()
        if isinstance(driver, ChoiceDriver):
            choice = next((each for each in driver.choices if each.code == answer), None)
            return (
                f"{code}={answer}" if choice is None else reader.words(choice.label, table.main_language).text
            )
        return _("with") if answer == "yes" else _("without")

    def _table(self, slug: str) -> PriceTable | None:
        if slug not in self._tables:
            versions = price_lists.versions(slug)
            self._tables[slug] = price_lists.parsed(versions[0]) if versions else None
        return self._tables[slug]


def _figures(rows: Sequence[Named]) -> list[Figures]:
    number = current_reader().number
    return [
        {
            "name": name,
            "whole": whole,
            "hidden": group.share(group.inside) is None,
            "bills": _hidden(group) if group.hidden else number(str(group.bills)),
            "inside": _counted(group, group.inside),
            "above": _counted(group, group.above),
            "of_likely": _percent(group.median("likely")),
            "of_quoted": _percent(group.median("quoted")),
            "overruns": "–" if group.hidden else number(str(group.overruns)),
            "inside_width": _width(group.share(group.inside)),
            "above_width": _width(group.share(group.above)),
        }
        for name, group, whole in rows
    ]


def _hidden(group: Group) -> str:
    """Say why a group is hidden."""
    return _("not told") if group.bills >= FEW else _("fewer than %(few)s", few=FEW)


def _counted(group: Group, count: int) -> str:
    """Say a count of the compared bills with its share of them; nothing of so few."""
    share = group.share(count)
    if share is None:
        return "–"
    reader = current_reader()
    return _(
        "%(count)s of %(all)s (%(share)s)",
        count=reader.number(str(count)),
        all=reader.number(str(group.compared)),
        share=_percent(share),
    )


def _percent(ratio: Fraction | None) -> str:
    return "–" if ratio is None else current_reader().percent(str(past_bills.in_percent(ratio)))


def _width(share: Fraction | None) -> str:
    return "0" if share is None else f"{float(share * 100):.2f}"


def _columns(by: By) -> Sequence[Column]:
    return [
        Column(str(HEADINGS[by]), width=40),
        Column(_("Bills"), "count", 12),
        Column(_("With a whole estimate"), "count", 14),
        Column(_("Inside the range"), "count", 14),
        Column(_("Above the range"), "count", 14),
        Column(_("Middle bill to likely total (%)"), "amount", 18),
        Column(_("Middle bill to quote (%)"), "amount", 18),
        Column(_("Overruns"), "count", 12),
    ]


def _cells(row: Named) -> list[Cell]:
    """Return a row of the spreadsheet; what is not told is an empty cell."""
    group = row.group
    if group.hidden:
        return [row.name, _hidden(group), *[None] * 6]
    told = group.share(0) is not None
    return [
        row.name,
        group.bills,
        group.compared
        if told
        else _("fewer than %(few)s", few=FEW)
        if group.compared < FEW
        else _("not told"),
        group.inside if told else None,
        group.above if told else None,
        _tenths(group.median("likely")),
        _tenths(group.median("quoted")),
        group.overruns,
    ]


def _tenths(ratio: Fraction | None) -> Decimal | None:
    """Return a ratio in per cent with a tenth, half away from zero."""
    if ratio is None:
        return None
    return (Decimal(ratio.numerator) * 100 / ratio.denominator).quantize(Decimal("0.1"), ROUND_HALF_UP)
