"""The same plan at another provider, or another plan at the same one: answers are carried over, the rest is asked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

import pricing
from estimator import estimates, price_lists, wording
from estimator.db import unavailable
from estimator.i18n import Reader, Words
from estimator.i18n import gettext as _
from estimator.marked_text import joined
from estimator.models import Estimate, TableVersion
from estimator.web import errors, estimate_form, request_context, typed_answers
from estimator.web.estimate_form import EstimateForm, Section
from estimator.web.forms import summary
from estimator.web.language import current_reader, is_switching
from estimator.web.patient import compare_next, comparing, cookies, estimate_making
from estimator.web.patient.comparing import pages
from estimator.web.request_context import act
from estimator.web.total_so_far import Running, running
from pricing import PriceTable
from pricing.carrying import Carried, Lost, carry
from pricing.side_by_side import MOST

Known = tuple[Estimate, str | None]
"""An estimate, with its link where this browser has it."""


@dataclass(frozen=True)
class Beginning:
    """What a plan is compared with: the estimates so far, and the way back."""

    so_far: Sequence[Known]
    back: tuple[str, str]
    action: str

    @property
    def base(self) -> Estimate:
        """The estimate whose answers are carried over: the first one."""
        return self.so_far[0][0]

    @property
    def answers(self) -> dict[str, str | bool]:
        """The answers that are carried over: all of them to whoever has the link of the estimate.

        Whoever has the link of the comparison alone is given those that it shows, and none about the patient.
        """
        record, link = self.so_far[0]
        given = dict(estimates.answers_of(record))
        if link is not None:
            return given
        shown = {
            driver.code
            for driver in price_lists.parsed(record.table_version).drivers
            if driver.role in wording.comparison.PLANNED
        }
        return {code: answer for code, answer in given.items() if code in shown}


@pages.route("/e/<token>/compare/<slug>", methods=["GET", "POST"])
@typed_answers.keeping()
def of_estimate(token: str, slug: str) -> ResponseReturnValue:
    """Ask what a list needs to know besides the answers of an estimate, and lay both side by side."""
    found = request_context.estimate_of(token)
    more = compare_next.carried(compare_next.following())
    here = url_for("comparing.of_estimate", token=token, slug=slug, **more)
    back = url_for("comparing.begin", token=token), _("Back")
    return _answering(comparing.in_force(slug), Beginning([(found, token)], back, here))


@pages.route("/compare/<token>/add/<slug>", methods=["GET", "POST"])
@typed_answers.keeping()
def of_comparison(token: str, slug: str) -> ResponseReturnValue:
    """Ask the same for the next plan of a comparison, with the answers of its first one."""
    found, compared = comparing.opened(token)
    if len(found.columns) >= MOST:
        return redirect(url_for("comparing.page", token=token), code=303)
    own = comparing.tokens_of(token, compared)
    so_far = [(each, link) for each, link in zip(compared, own, strict=True) if each is not None]
    back = url_for("comparing.page", token=token), _("Back to the comparison")
    here = url_for("comparing.of_comparison", token=token, slug=slug)
    return _answering(comparing.in_force(slug), Beginning(so_far, back, here))


def _answering(version: TableVersion, beginning: Beginning) -> ResponseReturnValue:
    reader, table = current_reader(), price_lists.parsed(version)
    before = price_lists.parsed(beginning.base.table_version)
    carried = carry(before, beginning.answers, table)
    sent = request.method == "POST"
    form = estimate_form.build(table, None if sent else carried.answers)
    status, made = 200, None
    if sent:
        estimate_form.fill(form, table, request.form.get("fill", ""))
        status, made = _taken(version, form, beginning)
        if made is not None:
            return made
    panel = running(table, estimate_form.read(form, table, reader), reader)
    problems = {}
    if sent and not is_switching():
        problems = panel.refused() if "fill" in request.form else panel.sentences
        form.refuse_answers(problems)
    if problems and status == 200:
        status = 422
    return _page(version, form, panel, carried, beginning), status


def _taken(
    version: TableVersion, form: EstimateForm, beginning: Beginning
) -> tuple[int, ResponseReturnValue | None]:
    """Make the estimate and the comparison, and return where it is; or the status of the form that is shown again."""
    table = price_lists.parsed(version)
    if is_switching() or "fill" in request.form:
        return 200, None
    if not form.is_of_this_visit():
        sentence = _("This page was open for too long. What you typed is still here; press the button again.")
        return _refused(form, 400, cookies.ended(sentence, table.provider)), None
    if (form.table_sha256.data or version.sha256) != version.sha256:
        sentence = _(
            "The prices have changed meanwhile. What you typed is still here; press the button again."
        )
        return _refused(form, 409, sentence), None
    found = estimate_form.read(form, table, current_reader())
    if not comparing.has_room():
        return _refused(form, 429, estimate_making.too_many()), None
    try:
        token = estimate_making.make(version, found.answers, form.submission.data or "")
    except pricing.BadAnswers:
        return 200, None  # what is wrong with them is said beside each
    except estimate_making.TooMany:
        return _refused(form, 429, estimate_making.too_many()), None
    except DBAPIError as error:
        known = unavailable(error)
        if known is None:
            raise
        sentence = _("%(why)s What you typed is still here. Try again in a minute.", why=known.sentence)
        return _refused(form, 503, sentence), None
    return 303, _on(token, form.submission.data or "", beginning)


def _on(token: str, submission: str, beginning: Beginning) -> ResponseReturnValue:
    """Make the comparison with a new estimate, and go to it, or to the next list."""
    record = estimates.find(act(), token)
    if record is None:
        raise errors.Missing
    together: list[Known] = [*beginning.so_far, (record, token)]
    if len({each.id for each, _link in together}) < 2:  # the same answers once more are the same estimate
        return redirect(url_for("patient.breakdown", token=token), code=303)
    made = comparing.make([each for each, _link in together], [link for _each, link in together], submission)
    slugs = compare_next.following()
    if slugs and len(together) < MOST:
        return redirect(url_for("comparing.of_comparison", token=made, slug=slugs[0]), code=303)
    return redirect(url_for("comparing.page", token=made), code=303)


def _refused(form: EstimateForm, status: int, sentence: str) -> int:
    form.refuse(sentence)
    return status


def _page(
    version: TableVersion, form: EstimateForm, panel: Running, carried: Carried, beginning: Beginning
) -> str:
    reader, table = current_reader(), price_lists.parsed(version)
    before = price_lists.parsed(beginning.base.table_version)
    same = beginning.base.table_version.slug == version.slug
    sections = estimate_form.sections(form, table, reader, panel.asked)
    wrong = {
        code for code, texts in panel.sentences.items() if texts and form[estimate_form.PREFIX + code].errors
    }
    over = set(carried.answers) - wrong
    needed = {
        driver.code
        for driver in table.drivers
        if driver.code in {*carried.asked, *wrong}
        or (driver.code not in over and estimate_form.is_required(driver))
    }
    if same:
        needed, over = {driver.code for driver in table.drivers}, set()
    return render_template(
        "patient/compare_answers.html",
        errors=summary(form),
        ruled_out=panel.ruled_out,
        only_ruled_out=panel.is_ruled_out and not form.form_errors and not panel.left,
        form=form,
        same=same,
        needed=_some(sections, lambda code: code in needed, "needed"),
        carried=_some(sections, lambda code: code in over - needed, "carried"),
        rest=_some(sections, lambda code: code not in needed | over, "rest"),
        lost=list(_lost(carried.lost, before, table, reader)),
        provider=wording.provider(table, reader),
        before=wording.provider(before, reader),
        title=reader.words(table.title, table.main_language),
        demo=table.demo,
        day_order=reader.day_order(),
        action=beginning.action,
        back=beginning.back,
        total=panel,
        total_url=url_for("patient.total", slug=version.slug),
        table_sha256=version.sha256,
        contact=table.provider.email,
    )


def _some(sections: Sequence[Section], wanted: Callable[[str], bool], name: str) -> list[Section]:
    """Return the questions that are wanted, by sections with names of their own on the page."""
    found = []
    for section in sections:
        questions = [question for question in section.questions if wanted(question.code)]
        if questions:
            found.append(replace(section, role=f"{section.role}-{name}", questions=questions))
    return found


def _lost(lost: Collection[Lost], before: PriceTable, table: PriceTable, reader: Reader) -> Sequence[str]:
    """Say of each answer that does not go over why that is."""
    drivers = {driver.code: driver for driver in before.drivers}
    found = []
    for each in lost:
        label = wording.comparison.bare(reader.words(drivers[each.driver].label, before.main_language))
        why = None if each.why is None else reader.words(each.why, table.main_language)
        found.append(_why(each, label, why, before.currency))
    return found


def _why(lost: Lost, label: Words, why: Words | None, currency: str) -> str:
    match lost.reason:
        case "no_question":
            return _("%(label)s: this is not asked there.", label=label)
        case "not_offered":
            said = _("%(label)s: your answer is not offered there.", label=label)
            return said if why is None else joined(" ", (said, why))
        case "not_possible":
            return _("%(label)s: your number is not possible there.", label=label)
        case "other_currency":
            return _("%(label)s: the amount was in %(currency)s.", label=label, currency=currency)
        case "other_units":
            return _("%(label)s: it is counted in other units there.", label=label)
        case "other_kind" | "other_words":
            return _("%(label)s: the question is another one there.", label=label)
