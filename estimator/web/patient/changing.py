"""Change one answer of an estimate where it stands: by a tap on what it would cost, or by its question alone."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

import pricing
from estimator import estimates, price_lists, wording
from estimator.db import unavailable
from estimator.i18n import gettext as _
from estimator.models import Estimate, TableVersion
from estimator.web import errors, estimate_form, request_context, typed_answers
from estimator.web.forms import summary
from estimator.web.language import current_reader, is_switching
from estimator.web.patient import before, cookies, estimate_making
from estimator.web.total_so_far import ruled_out_by, running, told
from pricing import PriceTable
from pricing.explore import filled_in
from pricing.table import YesNoDriver

pages = Blueprint("changing", __name__)

LONGEST_SUBMISSION = 100
"""Maximum number of characters of a form's random name."""


@pages.post("/e/<token>/with")
def apply(token: str) -> ResponseReturnValue:
    """Make the estimate with the one answer that was pressed, and go to it; ask for it where it is not possible."""
    earlier = request_context.estimate_of(token)
    code, _is, value = request.form.get("answer", "").partition("=")
    version = estimate_making.todays(earlier)
    table = price_lists.parsed(version)
    driver = next((driver for driver in table.drivers if driver.code == code), None)
    if driver is None:
        return redirect(url_for("patient.breakdown", token=token), code=303)
    answer: str | bool = {"yes": True}.get(value, False) if isinstance(driver, YesNoDriver) else value
    given = dict(estimates.answers_of(earlier))
    ask = redirect(url_for("changing.question", token=token, driver=code), code=303)
    if version.id != earlier.table_version_id:
        return ask  # what the page said of this answer holds for other prices
    try:
        stored = estimates.breakdown_of(earlier)["answers"]
        answers = {**given, code: answer, **filled_in(table, stored, code, answer)}
        made = estimate_making.make(version, answers, request.form.get("submission", "")[:LONGEST_SUBMISSION])
    except pricing.BadAnswers:
        return ask
    return before.remember(token, redirect(url_for("patient.breakdown", token=made), code=303))


@pages.get("/e/<token>/answer")
def which(token: str) -> ResponseReturnValue:
    """Go to the question whose "Change" was pressed; the buttons of a form say so shorter than links with the token."""
    driver = request.args.get("question", "")
    table = price_lists.parsed(request_context.estimate_of(token).table_version)
    if driver not in {each.code for each in table.drivers}:
        return redirect(url_for("patient.change", token=token), code=303)
    return redirect(url_for("changing.question", token=token, driver=driver), code=303)


@pages.post("/e/<token>/total")
def total(token: str) -> ResponseReturnValue:
    """Say what the answers come to so far, and how that differs from the estimate; unasked answers stay as they are."""
    earlier = request_context.estimate_of(token)
    table, reader = price_lists.parsed(estimate_making.todays(earlier)), current_reader()
    form = estimate_form.build(table)
    panel = running(table, _read(form, table, earlier), reader, estimates.breakdown_of(earlier))
    return told(panel, one=bool(_shown(table)), cookieless=not request.cookies)


def _shown(table: PriceTable) -> set[str]:
    """Return the questions that a page with some of them has; none of one that has all."""
    return {each.code for each in table.drivers if f"shown_{each.code}" in request.form}


def _read(form: estimate_form.EstimateForm, table: PriceTable, earlier: Estimate) -> estimate_form.Read:
    """Take the answers out of a form, with those of an earlier estimate to what it does not ask."""
    found, shown = estimate_form.read(form, table, current_reader()), _shown(table)
    if shown:
        given = {code: answer for code, answer in estimates.answers_of(earlier).items() if code not in shown}
        asked = {code: answer for code, answer in found.answers.items() if code in shown}
        found.answers = {**asked, **given}
        found.unreadable = {code: said for code, said in found.unreadable.items() if code in shown}
    return found


@pages.route("/e/<token>/change/<driver>", methods=["GET", "POST"])
@typed_answers.keeping()
def question(token: str, driver: str) -> ResponseReturnValue:
    """Ask one question again, and whatever its new answer calls for; make the estimate with that."""
    earlier = request_context.estimate_of(token)
    version, reader = estimate_making.todays(earlier), current_reader()
    table, given = price_lists.parsed(version), dict(estimates.answers_of(earlier))
    if driver not in {each.code for each in table.drivers}:
        raise errors.Missing
    form = estimate_form.build(table, given)
    asked, ruled_out, status = {driver}, set[str](), 200
    if request.method == "POST":
        asked |= _shown(table)
        found = estimate_form.read(form, table, reader)
        answers = {**found.answers, **{code: answer for code, answer in given.items() if code not in asked}}
        try:
            if is_switching():
                pass  # shown again as it is
            elif not form.is_of_this_visit():
                status = _refused(
                    form,
                    400,
                    cookies.ended(
                        _(
                            "This page was open for too long. What you typed is still here; press the button again."
                        ),
                        table.provider,
                    ),
                )
            else:
                made = estimate_making.make(version, answers, form.submission.data or "")
                return before.remember(token, redirect(url_for("patient.breakdown", token=made), code=303))
        except pricing.BadAnswers as refusal:
            said = {**wording.problem_sentences(refusal, reader, table), **found.unreadable}
            asked |= said.keys()
            form.refuse_answers(said)
            ruled_out = ruled_out_by(refusal) - found.unreadable.keys()
            status = 422
        except estimate_making.TooMany:
            status = _refused(form, 429, estimate_making.too_many())
        except DBAPIError as error:
            known = unavailable(error)
            if known is None:
                raise
            status = _refused(
                form,
                503,
                _("%(why)s What you typed is still here. Try again in a minute.", why=known.sentence),
            )
    is_other = version.sha256 != earlier.table_version.sha256
    changed = current_reader().isolated(version.version) if is_other else None
    return _page(token, form, version, asked, ruled_out, changed), status


def _refused(form: estimate_form.EstimateForm, status: int, sentence: str) -> int:
    form.refuse(sentence)
    return status


def _page(
    token: str,
    form: estimate_form.EstimateForm,
    version: TableVersion,
    asked: set[str],
    ruled_out: set[str],
    changed: str | None,
) -> str:
    reader, table = current_reader(), price_lists.parsed(version)
    earlier = request_context.estimate_of(token)
    panel = running(table, _read(form, table, earlier), reader, estimates.breakdown_of(earlier))
    sections = []
    for section in estimate_form.sections(form, table, reader, tuple(asked)):
        questions = [each for each in section.questions if each.asked]
        if questions:
            sections.append(estimate_form.Section(section.role, section.heading, questions))
    return render_template(
        "patient/change_one.html",
        errors=summary(form),
        ruled_out=ruled_out,
        only_ruled_out=bool(ruled_out)
        and not form.form_errors
        and all(
            question.code in ruled_out
            for section in sections
            for question in section.questions
            if question.errors
        ),
        form=form,
        table_sha256=version.sha256,
        sections=sections,
        asked=sorted(asked),
        changed=changed,
        provider=wording.provider(table, reader),
        title=reader.words(table.title, table.main_language),
        demo=table.demo,
        day_order=reader.day_order(),
        action=request.path,
        total=panel,
        one=True,
        total_url=url_for("changing.total", token=token),
        back=f"{url_for('patient.breakdown', token=token)}#answers",
        all_answers=url_for("patient.change", token=token),
    )
