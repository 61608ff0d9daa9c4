"""How often ranges were true: each group of comparable bills, month by month, and the range that it gives."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from estimator import bills, past_bills, price_lists, wording
from estimator.i18n import Reader
from estimator.i18n import gettext as _
from estimator.past_bills import Group, Months, PastCase
from estimator.web import request_context
from estimator.web.desk.bills.blueprint import pages
from estimator.web.language import current_reader
from pricing import PriceTable
from pricing.past_bills import FEW, LEAST, Case, held, record, trend
from pricing.table import ChoiceDriver

MOST_NAMED = 3
"""Maximum number of requests that are named for one end of a range, where several bills make it."""


@pages.get("/bills")
def accuracy() -> ResponseReturnValue:
    """Show every group of the last months."""
    reader = current_reader()
    today = request_context.now().date()
    set_here = request_context.clinic()
    invented = request_context.settings().demo
    found = past_bills.all_groups(today, invented=invented)
    return render_template(
        "desk/bills_accuracy.html",
        groups=[_group(group, cases, reader) for group, cases in found.items()],
        since=reader.day(past_bills.first_day(today)),
        until=reader.day(today),
        months=past_bills.MONTHS,
        few=FEW,
        least=LEAST,
        shown=set_here.past_bills,
        with_range=set_here.past_bills_range,
        awaited=bills.how_many_awaited(invented=invented),
    )


def _group(group: Group, cases: list[PastCase], reader: Reader) -> dict[str, Any]:
    known = [each.case for each in cases]
    ratios = [case.ratio for case in known]
    found, around, moving = record(known), held(known), trend(known)
    table = _table_of(group)
    return {
        "title": group.slug if table is None else reader.words(table.title, table.main_language).text,
        "slug": group.slug,
        "cells": _cells(group, table, reader),
        "currency": group.currency,
        "count": reader.number(str(len(known))),
        "record": None
        if found is None
        else {
            "inside": reader.number(str(found.inside)),
            "share": _percent_of(Fraction(found.inside, found.count), reader),
            "median": wording.past_bills.middle(past_bills.whole_percent(found.median), reader),
        },
        "range": None
        if around is None
        else _(
            "from %(low)s to %(high)s of the likely total",
            low=_percent_of(around.low, reader),
            high=_percent_of(around.high, reader),
        ),
        "ends": []
        if around is None
        else [
            {"name": name, "references": past_bills.requests_of(cases, ratio)[:MOST_NAMED]}
            for name, ratio in ((_("The upper end"), around.high), (_("The lower end"), around.low))
        ],
        "single": around is not None and max(ratios) == around.high and ratios.count(around.high) == 1,
        "one_figure": _one_figure(known, reader),
        "moving": moving,
        "months": [
            {
                "name": _months(month, reader),
                "count": reader.number(str(month.bills)),
                "inside": reader.number(str(month.inside)),
            }
            for month in past_bills.by_month(cases)
        ],
    }


def _one_figure(cases: Sequence[Case], reader: Reader) -> str | None:
    """Say of how many cases the estimate was one figure and no range; None if of none, or of too few to tell."""
    count = sum(case.low == case.high for case in cases)
    if not count or len(cases) < FEW:
        return None
    return _(
        "In %(count)s of these %(all)s cases the estimate gave one figure and no range. There only a bill of exactly "
        "that figure counts as inside.",
        count=reader.number(str(count)),
        all=reader.number(str(len(cases))),
    )


def _months(found: Months, reader: Reader) -> str:
    first, last = (reader.month(f"{day:%Y-%m}") for day in (found.first, found.last))
    return first if first == last else _("%(first)s to %(last)s", first=first, last=last)


def _table_of(group: Group) -> PriceTable | None:
    """Return the newest version of a group's list, for the names of its answers; None if it is gone."""
    versions = price_lists.versions(group.slug)
    return price_lists.parsed(max(versions, key=lambda version: version.id)) if versions else None


def _cells(group: Group, table: PriceTable | None, reader: Reader) -> str:
    """Say the type of cells of a group; the codes stay where the list has such an answer no more."""
    labels = (
        {}
        if table is None
        else {
            f"{driver.code}={choice.code}": reader.words(choice.label, table.main_language).text
            for driver in table.drivers
            if isinstance(driver, ChoiceDriver)
            for choice in driver.choices
        }
    )
    return ", ".join(labels.get(part, part) for part in group.cells.split(" "))


def _percent_of(ratio: Fraction, reader: Reader) -> str:
    return reader.percent(str(past_bills.in_percent(ratio)))
