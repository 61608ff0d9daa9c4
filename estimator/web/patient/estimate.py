"""The form of an estimate, with its running total: a new one, or one whose answers are changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import (
    Blueprint,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

import pricing
from estimator import estimates, price_lists, wording
from estimator.db import unavailable
from estimator.i18n import Reader
from estimator.i18n import gettext as _
from estimator.models import Estimate, TableVersion
from estimator.web import errors, estimate_form, request_context, typed_answers
from estimator.web.forms import printable, summary
from estimator.web.language import current_reader, is_switching
from estimator.web.patient import before, closed_list, compare_next, cookies, estimate_making, worded
from estimator.web.total_so_far import Running, running, told
from pricing import PriceTable

pages = Blueprint("patient", __name__)


UNFINISHED_DAYS = 7
"""For how long a browser keeps the answers of a form that was not sent."""


@pages.route("/estimate/<slug>", methods=["GET", "POST"])
def estimate(slug: str) -> ResponseReturnValue:
    """Ask the questions of the list in force and make an estimate of the answers."""
    try:
        version = price_lists.in_force(slug, request_context.now())
    except price_lists.UnknownTable:
        if price_lists.is_closed(printable(slug)):
            raise closed_list.Closed(slug) from None
        raise errors.Missing from None
    except price_lists.NotInForce:
        return errors.page(
            404,
            _("This price list is not in force yet"),
            _("Its first version begins on a later day. Ask the provider, or come back then."),
        )
    return _answering(
        version,
        action=url_for("patient.estimate", slug=slug, **compare_next.carried(compare_next.following())),
        total_url=url_for("patient.total", slug=slug),
    )


@pages.route("/e/<token>/change", methods=["GET", "POST"])
@typed_answers.keeping()
def change(token: str) -> ResponseReturnValue:
    """Ask again, with the answers of an estimate filled in; the answers make a new estimate."""
    earlier = request_context.estimate_of(token)
    version = estimate_making.todays(earlier)
    answer = _answering(
        version,
        action=url_for("patient.change", token=token),
        total_url=url_for("changing.total", token=token),
        earlier=earlier,
        back=url_for("patient.breakdown", token=token),
    )
    return before.remember(token, answer)


@pages.post("/estimate/<slug>/total")
def total(slug: str) -> ResponseReturnValue:
    """Say what the answers come to so far, for the panel beside the form."""
    try:
        version = price_lists.in_force(slug, request_context.now())
    except (price_lists.UnknownTable, price_lists.NotInForce):
        return jsonify({"error": "unknown table"}), 404
    reader = current_reader()
    table = price_lists.parsed(version)
    form = estimate_form.build(table)
    found = estimate_form.read(form, table, reader)
    panel = running(table, found, reader)
    changed = _changed(version) if (form.table_sha256.data or version.sha256) != version.sha256 else None
    return told(panel, changed=changed, cookieless=not request.cookies)


@dataclass(frozen=True)
class _Said:
    """The message above a form that is shown again, and `changed` beside its total if the price list is another one."""

    status: int = 200
    note: str | None = None
    changed: str | None = None


def _answering(
    version: TableVersion,
    action: str,
    total_url: str,
    earlier: Estimate | None = None,
    back: str | None = None,
) -> ResponseReturnValue:
    """Show the form of a version, or process what was sent: compute the total, or store the estimate."""
    reader, table = current_reader(), price_lists.parsed(version)
    slug, sha256 = version.slug, version.sha256  # the row cannot be reloaded once the database is away
    sent = request.method == "POST"
    form = estimate_form.build(table, None if earlier is None or sent else estimates.answers_of(earlier))
    if sent:
        estimate_form.fill(form, table, request.form.get("fill", ""))
    else:
        estimate_form.use_usual(form, table, request.args.get("use", ""))
    found = estimate_form.read(form, table, reader)
    if sent:
        said = _taken(version, form, found.answers)
        if not isinstance(said, _Said):
            return said
    else:
        said = _Said(changed=_changed_since(earlier, version))
    was = None if earlier is None else estimates.breakdown_of(earlier)
    panel = running(table, found, reader, was)
    problems = _problems(panel) if sent and not is_switching() else {}
    if said.note:
        form.refuse(said.note)
    form.refuse_answers(problems)
    sections = estimate_form.sections(form, table, reader, panel.asked)
    page = render_template(
        "patient/estimate.html",
        errors=summary(form),
        ruled_out=panel.ruled_out,
        only_ruled_out=panel.is_ruled_out and not said.note and not panel.left,
        form=form,
        action=action,
        back=back,
        sent=sent,
        title=reader.words(table.title, table.main_language),
        provider=wording.provider(table, reader),
        contact=table.provider.email,
        phone=table.provider.phone,
        cookieless=sent and not request.cookies,
        at_check=said.note is not None,
        demo=table.demo,
        steps=estimate_form.steps(sections),
        notices=notices(table, reader),
        slug=slug,
        unfinished_days=UNFINISHED_DAYS,
        table_sha256=sha256,
        total_url=total_url,
        total=panel,
        changed=said.changed,
        day_order=reader.day_order(),
    )
    refused = bool(problems) and said.status not in (
        400,
        409,
        429,
    )  # those are said before any answer is looked at
    return worded.dense(page), 422 if refused else said.status


def _taken(
    version: TableVersion, form: estimate_form.EstimateForm, answers: Mapping[str, Any]
) -> ResponseReturnValue | _Said:
    """Store the estimate and redirect to it; or return the message above the form, which is shown again."""
    if is_switching():
        return _Said()
    if not form.is_of_this_visit():
        return _Said(400, cookies.ended(_visit_over(), price_lists.parsed(version).provider))
    if (form.table_sha256.data or version.sha256) != version.sha256:
        changed = _changed(version)
        return _Said(409, changed, changed)
    if _only_total():
        return _Said()
    try:
        return _make(version, answers, form.submission.data or "")
    except pricing.BadAnswers:
        return _Said()  # what is wrong with them is said beside each, and with the total
    except DBAPIError as error:
        known = unavailable(error)
        if known is None:
            raise
        return _Said(
            503, _("%(why)s Your answers are still here. Try again in a minute.", why=known.sentence)
        )


def _only_total() -> bool:
    """Whether a button was pressed that stores nothing: for the total, or to fill in a field."""
    return request.form.get("act") == "total" or "fill" in request.form


def _problems(panel: Running) -> Mapping[str, list[str]]:
    """Return what is wrong, by question; for the total alone, open questions are no problems."""
    return panel.refused() if _only_total() else panel.sentences


def _changed_since(earlier: Estimate | None, version: TableVersion) -> str | None:
    """Say that an estimate was made with other prices than those of the form; None if it was not."""
    if earlier is None or earlier.table_version.sha256 == version.sha256:
        return None
    return _changed(version)


def _visit_over() -> str:
    return _(
        "This page was open for too long, or your browser keeps no cookies. Your answers are still here; "
        "press the button again."
    )


def _make(version: TableVersion, answers: Mapping[str, Any], submission: str) -> ResponseReturnValue | _Said:
    try:
        token = estimate_making.make(version, answers, submission)
    except estimate_making.TooMany:
        return _Said(429, estimate_making.too_many())
    return redirect(compare_next.after(token), code=303)


def _changed(version: TableVersion) -> str:
    return _(
        "The price list has changed meanwhile. Your answers are kept; the figures are now those of “%(version)s”. "
        "Look at them before you go on.",
        version=current_reader().isolated(version.version),
    )


def notices(table: PriceTable, reader: Reader) -> list[wording.NoticeSection]:
    """The notices that stand beside the form, where there are no answers yet to choose them by."""
    codes = [notice.code for notice in table.notices if notice.when is None and notice.unless is None]
    return wording.notice_sections(codes, table, reader, kinds=("evidence", "not_included", "risk"))
