"""What a draft does to the estimates of the last months."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, TypedDict

from flask import render_template, request
from flask.typing import ResponseReturnValue

import pricing
from estimator import wording
from estimator.i18n import Reader
from estimator.i18n import gettext as _
from estimator.price_lists import editing, previews
from estimator.web import clinics_clock
from estimator.web.desk.price_lists.blueprint import head_of, pages, the_draft, to
from estimator.web.desk.price_lists.problems import problems_in_words
from estimator.web.desk.price_lists.try_it import driver_words, item_words
from estimator.web.language import current_reader
from estimator.web.request_context import now
from estimator.web.staff import signed_in
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing
from pricing.impact import StoredMover
from pricing.money import Rounder
from pricing.table import PriceTable

Kind = Literal[
    "up",
    "down",
    "unchanged",
    "refused",
    "accepted",
    "refused_before",
    "on_request",
    "priced",
    "left_open",
    "counted",
    "other_currency",
    "unfinished",
]

KINDS = ("up", "down", "unchanged", "refused", "on_request")
"""The kinds that are always shown; others only if there are any."""


@pages.get("/drafts/<whole:draft_id>/effect")
def effect(draft_id: int) -> ResponseReturnValue:
    """Show what was found, or how far it is."""
    draft = the_draft(draft_id)
    look = editing.look(draft.text)
    found = previews.latest(draft)
    result = None
    if found is not None and found.state == "done" and look.table is not None:
        result = _result(previews.result_of(found), look.table)
    failed = previews.why_failed(found) if found is not None and found.state == "failed" else None
    return render_template(
        "desk/effect.html",
        draft=head_of(draft),
        days=previews.DAYS,
        sound=look.table is not None,
        problems=problems_in_words(draft, look.problems, 20),
        preview=None
        if found is None
        else {
            "state": found.state,
            "plans": found.plans,
            "priced": found.priced,
            "older": found.save != draft.saves,
            "asked_by": signed_in.name_of(found.asked_by),
            "asked_at": clinics_clock.written(found.asked_at),
        },
        waiting=found is not None and found.state in ("waiting", "working"),
        result=result,
        failed=None if failed is None else _why_failed(failed),
    )


@pages.post("/drafts/<whole:draft_id>/effect")
def ask_effect(draft_id: int) -> ResponseReturnValue:
    """Ask for the effect, or stop working it out."""
    draft = the_draft(draft_id)
    if request.form.get("act") == "cancel":
        found = previews.latest(draft)
        if found is not None:
            with committing():
                previews.cancel(found, now=now())
        return to("effect", draft_id=draft_id)
    try:
        with committing():
            previews.ask(act(), draft)
    except pricing.BadTable:
        pass  # the page says so
    return to("effect", draft_id=draft_id)


def _why_failed(reason: str) -> str:
    return {
        "draft_gone": _("That save of the draft is not kept any more. Ask again."),
        "not_in_force": _("This list has no version in force to compare with."),
        "given_up": _("The work was interrupted several times and given up. Ask again."),
    }.get(reason, _("It could not be worked out. The mistake is ours and has been written down."))


class Impact(TypedDict):
    """The result of a preview for the page; numbers are formatted for the reader, `width` is in per cent."""

    plans: int
    kinds: list[tuple[str, str]]
    median: str | None
    median_percent: str | None
    bars: list[BarRow]
    movers: list[MoverRow]
    refused_because: list[ReasonRow]
    on_request_because: list[ReasonRow]


class BarRow(TypedDict):
    """One bar of the histogram."""

    label: str
    plans: int
    number: str
    width: str


class MoverRow(TypedDict):
    """One of the plans that move most."""

    answers: list[tuple[str, str]]
    plans: str
    old: str
    new: str
    change: str
    percent: str | None


class ReasonRow(TypedDict):
    """A question or an item because of which plans cannot be priced, and how many they are."""

    label: str
    plans: str


def _result(found: previews.Found, table: PriceTable) -> Impact:
    reader = current_reader()
    names: dict[Kind, str] = {
        "up": _("cost more"),
        "down": _("cost less"),
        "unchanged": _("cost the same"),
        "refused": _("would now be refused"),
        "accepted": _("were refused and would now be accepted"),
        "refused_before": _("are refused by both"),
        "on_request": _("would now have something on request"),
        "priced": _("had something on request and would now have a price"),
        "left_open": _("would now have something not counted, because a question is left open"),
        "counted": _("had something not counted and would now have all of it counted"),
        "other_currency": _("cannot be compared: another currency"),
        "unfinished": _("lack answers, so that they have no total yet"),
    }
    median, percent = found.get("median"), found.get("median_percent")
    rounder = Rounder(table.round_to, table.rounding)
    most = max((row["plans"] for row in found.get("histogram", ())), default=0)
    return {
        "plans": found["plans"],
        "kinds": [
            (label, reader.number(str(found[kind])))
            for kind, label in names.items()
            if kind in KINDS or found.get(kind)
        ],
        "median": None
        if median is None
        else _signed(rounder.longer_text(Decimal(median)), reader, table.currency),
        "median_percent": None if percent is None else _signed(percent, reader) + reader.percent("0")[1:],
        "bars": [
            {
                "label": _span(row["from"], row["to"], reader),
                "plans": row["plans"],
                "number": reader.number(str(row["plans"])),
                "width": f"{100 * row['plans'] / most:.2f}" if most else "0",
            }
            for row in found.get("histogram", ())
        ],
        "movers": [_mover(row, table, reader) for row in found.get("movers", ())],
        "refused_because": [
            {"label": driver_words(table, row["driver"], reader), "plans": reader.number(str(row["plans"]))}
            for row in found.get("refused_because", ())
        ],
        "on_request_because": [
            {"label": item_words(table, row["item"], reader), "plans": reader.number(str(row["plans"]))}
            for row in found.get("on_request_because", ())
        ],
    }


def _mover(row: StoredMover, table: PriceTable, reader: Reader) -> MoverRow:
    drivers = {driver.code: driver for driver in table.drivers}
    answers = []
    for code, answer in row["answers"].items():
        driver = drivers.get(code)
        try:
            words = str(wording.answer_words(driver, answer, table, reader)) if driver else str(answer)
        except (KeyError, ValueError):
            words = str(answer)
        answers.append((driver_words(table, code, reader), words))
    return {
        "answers": answers,
        "plans": reader.number(str(row["plans"])),
        "old": reader.number(row["old"]),
        "new": reader.number(row["new"]),
        "change": _signed(row["change"], reader),
        "percent": None if row["percent"] is None else _signed(row["percent"], reader),
    }


def _signed(number: str, reader: Reader, currency: str | None = None) -> str:
    if currency is not None:
        return reader.money(number, currency, sign=True)
    return ("+" if not number.startswith("-") and number.strip("0.") else "") + reader.number(number)


def _span(start: str | None, end: str | None, reader: Reader) -> str:
    if start is None:
        return _("below %(percent)s", percent=reader.percent(end or "0"))
    if end is None:
        return _("above %(percent)s", percent=reader.percent(start))
    if start == end:
        return _("unchanged")
    return _("%(start)s to %(end)s", start=reader.number(start), end=reader.percent(end))
