"""Try a draft: any answers priced against it beside the version in force, and what differs in words."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Literal, TypedDict

from flask import render_template, request
from flask.typing import ResponseReturnValue
from wtforms import Field

import pricing
from estimator import price_lists, wording
from estimator.i18n import Reader, Words
from estimator.i18n import gettext as _
from estimator.models import Draft, TableVersion
from estimator.price_lists import editing
from estimator.web import estimate_form
from estimator.web.desk.price_lists.blueprint import head_of, pages, the_draft
from estimator.web.desk.price_lists.comparison import compared
from estimator.web.desk.price_lists.problems import problems_in_words
from estimator.web.estimate_form import EstimateForm
from estimator.web.forms import summary
from estimator.web.language import current_reader
from estimator.web.request_context import now
from pricing.stored import StoredBreakdown, StoredItem, StoredTax
from pricing.table import ChoiceDriver, DateDriver, PriceTable, YesNoDriver


@pages.get("/drafts/<whole:draft_id>/differences")
def differences(draft_id: int) -> ResponseReturnValue:
    """Show in words what differs between the version in force and a draft."""
    draft = the_draft(draft_id)
    current = in_force(draft)
    old = None if current is None else price_lists.parsed(current)
    new = editing.look(draft.text).table
    return render_template(
        "desk/differences.html",
        draft=head_of(draft),
        current=None if current is None else current.version,
        found=None if current is None else compared(current.text, draft.text),
        renamed=_renamed(old, new) if old and new else [],
        saved=request.args.get("saved", "") == str(draft.saves),
    )


def _renamed(old: PriceTable, new: PriceTable) -> list[tuple[str, str]]:
    """Entries that vanished beside one that appeared with the same name."""
    return [
        (change.place, change.perhaps_renamed)
        for change in pricing.explore.difference(old, new)
        if change.change == "removed" and change.perhaps_renamed
    ]


def in_force(draft: Draft) -> TableVersion | None:
    """Return the version in force of the list that a draft was begun for."""
    try:
        return price_lists.in_force(draft.slug, now())
    except LookupError:
        return None


@pages.route("/drafts/<whole:draft_id>/try", methods=["GET", "POST"])
def try_it(draft_id: int) -> ResponseReturnValue:
    """Ask the draft's questions, and price the answers against the draft and the version in force."""
    draft = the_draft(draft_id)
    look = editing.look(draft.text)
    if look.table is None:
        problems = problems_in_words(draft, look.problems, 20)
        return render_template(
            "desk/try.html", draft=head_of(draft), problems=problems, questions=[], result=None
        )
    table, reader = look.table, current_reader()
    form = estimate_form.build(table)
    found = estimate_form.read(form, table, reader)
    result, wrong = None, {}
    if request.method == "POST":
        current = in_force(draft)
        new, refused = _priced(table, found.answers, reader)
        old, refused_old = (
            (None, {}) if current is None else _priced(price_lists.parsed(current), found.answers, reader)
        )
        wrong = {**refused, **found.unreadable}
        form.refuse_answers(wrong)
        if new is not None and not found.unreadable:
            result = {
                "new": new,
                "old": old,
                "refused_old": [text for texts in refused_old.values() for text in texts],
                "current": None if current is None else current.version,
                "rows": _beside(old, new, table, reader),
                "not_counted": wording.headline(new, table, reader)[0].not_counted_words(),
                "currency": table.currency,
                "same_currency": old is None or old["currency"] == new["currency"],
            }
    page = render_template(
        "desk/try.html",
        draft=head_of(draft),
        problems=[],
        questions=questions_of(form, table, reader),
        result=result,
        errors=summary(form),
    )
    return page, 422 if wrong else 200


def _priced(
    table: PriceTable, answers: Any, reader: Reader
) -> tuple[StoredBreakdown | None, dict[str, list[str]]]:
    known = {driver.code for driver in table.drivers}
    own = {code: answer for code, answer in answers.items() if code in known}
    try:
        return pricing.estimate(table, own).as_dict(), {}
    except pricing.BadAnswers as refusal:
        return None, wording.problem_sentences(refusal, reader)


class QuestionRow(TypedDict):
    """One question of a list as a plain control."""

    label: Words
    kind: str
    options: list[tuple[str, str]] | None
    field: Field


def questions_of(form: EstimateForm, table: PriceTable, reader: Reader) -> list[QuestionRow]:
    """Return the questions of a list as plain controls, with what was typed into them."""
    rows: list[QuestionRow] = []
    for driver in table.drivers:
        field = form[estimate_form.PREFIX + driver.code]
        options: list[tuple[str, str]] | None = None
        if isinstance(driver, ChoiceDriver):
            options = [
                (choice.code, str(reader.words(choice.label, table.main_language)))
                for choice in driver.choices
                if choice.offered
            ]
        elif isinstance(driver, YesNoDriver):
            options = [("yes", _("Yes")), ("no", _("No"))]
        rows.append(
            {
                "label": reader.words(driver.label, table.main_language),
                "kind": "day" if isinstance(driver, DateDriver) else "select" if options else "line",
                "options": [("", "–"), *options] if options else None,
                "field": field,
            }
        )
    return rows


class BesideRow(TypedDict):
    """One line under the version in force and under the draft, and what changes."""

    label: str
    old: str
    new: str
    change: str
    differs: bool
    total: bool


def _beside(
    old: StoredBreakdown | None, new: StoredBreakdown, table: PriceTable, reader: Reader
) -> list[BesideRow]:
    """Every item of either breakdown with both of its likely amounts, and the totals below."""
    rows: list[BesideRow] = []
    parts: list[tuple[Sequence[StoredItem | StoredTax], Sequence[StoredItem | StoredTax]]] = [
        ([] if old is None else old["items"], new["items"]),
        ([] if old is None else old["taxes"], new["taxes"]),
    ]
    for lines_before, lines_after in parts:
        one, other = ({line["code"]: line for line in lines} for lines in (lines_before, lines_after))
        for code in dict.fromkeys((*other, *one)):
            labelled = other.get(code) or one[code]
            rows.append(
                _row(
                    str(reader.words(labelled["label"], next(iter(labelled["label"])))),
                    _likely(one.get(code)),
                    _likely(other.get(code)),
                    code in one,
                    code in other,
                    old is not None,
                    reader,
                )
            )
    totals: Sequence[tuple[Literal["provider", "others", "total"], str]] = (
        ("provider", _("What the provider charges")),
        ("others", _("Paid to others")),
        ("total", _("Total")),
    )
    for key, label in totals:
        then = None if old is None else old["totals"][key]["likely"]
        row = _row(label, then, new["totals"][key]["likely"], old is not None, True, old is not None, reader)
        rows.append({**row, "total": True})
    return rows


def _likely(item: StoredItem | StoredTax | None) -> str | None:
    return None if item is None else item["amount"]["likely"]


def _row(
    label: str, old: str | None, new: str | None, was: bool, there: bool, compares: bool, reader: Reader
) -> BesideRow:
    def words(amount: str | None, present: bool) -> str:
        if not present:
            return "–"
        return _("on request") if amount is None else reader.number(amount)

    change = ""
    if compares and not (was and old is None) and not (there and new is None):
        by = Decimal(new or 0) - Decimal(old or 0)
        if by:
            change = ("+" if by > 0 else "") + reader.number(format(by, "f"))
    differs = compares and (was != there or old != new)
    return {
        "label": label,
        "old": words(old, was),
        "new": words(new, there),
        "change": change,
        "differs": differs,
        "total": False,
    }


def driver_words(table: PriceTable, code: str, reader: Reader) -> str:
    """Return what a question is called; its code if the list does not ask it."""
    for driver in table.drivers:
        if driver.code == code:
            return str(reader.words(driver.label, table.main_language))
    return code


def item_words(table: PriceTable, code: str, reader: Reader) -> str:
    """Return what a charge or a package is called; its code if the list has none."""
    labels = {item.code: item.label for item in table.charges} | {
        item.code: item.label for item in table.packages
    }
    return str(reader.words(labels[code], table.main_language)) if code in labels else code
