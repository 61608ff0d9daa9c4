"""The plan of a quote that is being prepared: the same questions as in an estimate, asked with the chosen prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

import pricing
from estimator import price_lists, wording
from estimator.i18n import gettext as _
from estimator.i18n import listed_apart
from estimator.models import PatientRequest, QuoteDraft
from estimator.quotes import drafts
from estimator.web import estimate_form
from estimator.web.desk.quotes.blueprint import (
    head_of,
    pages,
    plan_in,
    plan_key,
    save_in,
    save_of,
    saving,
    the_draft,
    the_request,
    to,
    when,
)
from estimator.web.desk.quotes.figures import version_of
from estimator.web.desk.quotes.told_here import ToldHere
from estimator.web.forms import summary
from estimator.web.language import current_reader
from estimator.web.request_context import settings
from estimator.web.staff import signed_in
from estimator.web.staff.signed_in import act
from estimator.web.total_so_far import running, told
from estimator.wording import firm_plans
from pricing import PriceTable


@pages.route("/answers", methods=["GET", "POST"])
def answers(reference: str) -> ResponseReturnValue:
    """Ask the questions with what is saved filled in, and save what was answered."""
    of = the_request(reference)
    draft = the_draft(of)
    if request.method != "POST":
        return _page(of, draft)
    reader, plan = current_reader(), plan_in(draft)
    table = price_lists.parsed(version_of(of, draft.prices))
    form = estimate_form.build(table)
    estimate_form.fill(form, table, request.form.get("fill", ""))
    found = estimate_form.read(form, table, reader)
    if request.form.get("act") == "total" or "fill" in request.form:
        return _page(of, draft, form)
    if found.unreadable:
        return _page(of, draft, form, refused=found.unreadable)
    try:
        with saving(draft):
            drafts.change(act(), draft, save=save_in(draft), answers=found.answers, plan=plan)
    except pricing.BadAnswers as refusal:
        refused = wording.problem_sentences(refusal, reader)
        return _page(the_request(reference), the_draft(of), form, refused=refused)
    except drafts.ChangedMeanwhile:
        of = the_request(reference)
        draft = the_draft(of)
        return _page(of, draft, form.refuse(_meanwhile(of, draft, table, found.answers)), status=409)
    return to("prepare", reference=of.reference, saved=1, plan=plan or None)


def _meanwhile(of: PatientRequest, draft: QuoteDraft, table: PriceTable, mine: Mapping[str, Any]) -> str:
    """Say that somebody else has saved, and which answers would be put in place of theirs."""
    reader, theirs = current_reader(), drafts.answers_of(draft, settings(), plan_in(draft))
    note = _(
        "%(who)s has saved this quote meanwhile (%(when)s). Your answers are still here; save them again if they "
        "are to replace what is saved.",
        who=signed_in.name_of(draft.changed_by),
        when=when(draft.changed_at, of),
    )
    try:
        own = pricing.estimate(table, mine, unfinished=True).answers
    except pricing.BadAnswers:  # told at its question when it is saved again
        return note
    different = [
        reader.words(driver.label, table.main_language).text
        for driver in table.drivers
        if theirs.get(driver.code) != (None if mine.get(driver.code) is None else own.get(driver.code))
    ]
    if not different:
        return note
    return f"{note} {_('Other than what is saved now: %(questions)s.', questions=listed_apart(different))}"


@pages.post("/answers/total")
def answers_total(reference: str) -> ResponseReturnValue:
    """Say what the answers come to so far, for the panel beside the form."""
    of = the_request(reference)
    reader = current_reader()
    table = price_lists.parsed(version_of(of, the_draft(of).prices))
    found = estimate_form.read(estimate_form.build(table), table, reader)
    return told(running(table, found, reader, unfinished=True))


def _page(
    of: PatientRequest,
    draft: QuoteDraft,
    form: Any = None,
    *,
    refused: Mapping[str, list[str]] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """Show the form; what the list `refused` stands at its questions."""
    reader, plan = current_reader(), plan_in(draft)
    version = version_of(of, draft.prices)
    table = price_lists.parsed(version)
    kept, told = drafts.answers_of(draft, settings(), plan), ToldHere(of, table)
    if form is None:
        form = estimate_form.build(table, {**told.usable(kept), **kept})
    panel = running(table, estimate_form.read(form, table, reader), reader, unfinished=True)
    form.refuse_answers({**panel.refused(), **(refused or {})})
    sections = [
        replace(section, questions=[told.beside(each, kept) for each in section.questions])
        for section in estimate_form.sections(form, table, reader, panel.asked)
    ]
    page = render_template(
        "desk/quote_answers.html",
        request_=head_of(of),
        errors=summary(form),
        save=save_of(draft),
        plan_key=plan_key(draft, plan),
        plan={"letter": plan, "name": firm_plans.named(plan)} if plan else None,
        version=version.version,
        sections=sections,
        total=panel,
        changed=None,
        total_url=url_for("quotes_desk.answers_total", reference=of.reference),
        day_order=reader.day_order(),
    )
    return page, 422 if refused else status
