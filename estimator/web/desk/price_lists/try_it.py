"""Try a draft: any answers priced against it beside the version in force, and what differs in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from flask import render_template, request
from flask.typing import ResponseReturnValue
from wtforms import Field

import pricing
from estimator import price_lists, wording
from estimator.i18n import Reader, Words
from estimator.i18n import gettext as _
from estimator.models import Draft
from estimator.price_lists import editing
from estimator.price_lists.trial import Trial, first_trial
from estimator.web import estimate_form
from estimator.web.desk.price_lists import tried
from estimator.web.desk.price_lists.beside import Priced, reserve_beside, rows_beside
from estimator.web.desk.price_lists.blueprint import head_of, pages, the_draft, to
from estimator.web.desk.price_lists.comparison import compared, renamed
from estimator.web.desk.price_lists.first_steps import StepRow, steps_of
from estimator.web.desk.price_lists.in_force import in_force
from estimator.web.desk.price_lists.problems import problems_in_words
from estimator.web.estimate_form import EstimateForm
from estimator.web.forms import summary
from estimator.web.language import current_reader
from estimator.web.staff import signed_in
from pricing.stored import StoredBreakdown
from pricing.table import ChoiceDriver, DateDriver, PriceTable, YesNoDriver


@pages.get("/drafts/<whole:draft_id>/differences")
def differences(draft_id: int) -> ResponseReturnValue:
    """Show in words what differs between the version in force and a draft."""
    draft = the_draft(draft_id)
    current = in_force(draft.slug)
    old = None if current is None else price_lists.parsed(current)
    new = editing.look(draft.text).table
    return render_template(
        "desk/differences.html",
        draft=head_of(draft),
        current=None if current is None else current.version,
        found=None if current is None else compared(current.text, draft.text),
        renamed=renamed(old, new) if old and new else [],
        saved=request.args.get("saved", "") == str(draft.saves),
    )


@pages.route("/drafts/<whole:draft_id>/try", methods=["GET", "POST"])
def try_it(draft_id: int) -> ResponseReturnValue:
    """Ask the draft's questions, and price the answers against the draft and the version in force."""
    draft = the_draft(draft_id)
    look = editing.look(draft.text)
    if look.table is None:
        problems = problems_in_words(draft, look.problems, 20)
        return render_template(
            "desk/try.html",
            draft=head_of(draft),
            problems=problems,
            questions=[],
            result=None,
            steps=_steps(draft, look.data),
        )
    table, reader = look.table, current_reader()
    if request.method == "POST":
        form = estimate_form.build(table)
        found = estimate_form.read(form, table, reader)
        answers, unreadable, begun = found.answers, found.unreadable, None
    else:
        kept = tried.answers_of(draft, table)
        trial = None if kept is not None else first_trial(table, draft.examples)
        answers = dict(kept or {} if trial is None else trial.answers)
        form, unreadable = estimate_form.build(table, answers), {}
        begun = _begun_with(trial) if answers else None
    new, refused = _priced(table, answers, reader)
    if unreadable:
        new = None
    result = None if new is None else _result(draft, table, new, answers, reader)
    wrong: dict[str, list[str]] = {}
    if request.method == "POST":
        wrong = {**refused, **unreadable}
        form.refuse_answers(wrong)
        if new is not None:
            tried.keep(draft, new["answers"])
            if tried.answers_of(draft, table) == new["answers"]:
                return to("try_it", draft_id=draft.id, _anchor="result")
    page = render_template(
        "desk/try.html",
        draft=head_of(draft),
        problems=[],
        steps=_steps(draft, look.data),
        begun=begun,
        questions=questions_of(form, table, reader),
        result=result,
        errors=summary(form),
    )
    return page, 422 if wrong else 200


def _steps(draft: Draft, data: editing.Data | None) -> list[StepRow]:
    """Return the steps of a first list, for those who may take them."""
    return steps_of(draft, data) if signed_in.may("tables.edit") else []


def _begun_with(trial: Trial | None) -> str:
    """Say whose answers stand in the form before anybody has answered."""
    if trial is None:
        return _("These are the answers that you tried last. Change them as you like.")
    if trial.example is not None:
        return _(
            "These are the answers of the worked example “%(name)s”. Change them as you like.",
            name=trial.example,
        )
    return _("These are made-up answers to begin with. Change them as you like.")


def _result(
    draft: Draft, table: PriceTable, new: StoredBreakdown, answers: Mapping[str, Any], reader: Reader
) -> dict[str, Any]:
    """Return what the page shows of a plan: the draft beside the version in force."""
    current = in_force(draft.slug)
    old_table = None if current is None else price_lists.parsed(current)
    old, refused = (None, {}) if old_table is None else _priced(old_table, answers, reader)
    same_currency = old is None or old["currency"] == new["currency"]
    before = None if old is None or old_table is None or not same_currency else Priced(old, old_table)
    after = Priced(new, table)
    rows = wording.rows(new, table, reader)
    headline = rows.headline
    return {
        "refused_old": [text for texts in refused.values() for text in texts],
        "current": None if current is None else current.version,
        "headline": headline,
        "left_out": [text for text in (headline.on_request_words(), headline.not_counted_words()) if text],
        "rows": rows_beside(before, after, reader),
        "below": reserve_beside(before, after, reader),
        "currency": table.currency,
        "same_currency": same_currency,
        "commissions": rows.notice("commission"),
        "payments": rows.payments,
        "notices": rows.notices_besides("commission"),
    }


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
