"""A request that a coordinator enters for somebody who called or wrote in a chat: plan, person and consents at once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import flash, render_template, request, url_for

from estimator import estimates, price_lists, requests
from estimator.i18n import gettext as _
from estimator.models import TableVersion
from estimator.requests import Asked, consents
from estimator.web import errors, forms, request_context
from estimator.web.countries import countries
from estimator.web.desk.requests import blueprint as desk
from estimator.web.desk.requests.blueprint import Answer, pages
from estimator.web.language import current_reader
from estimator.web.patient import request_form
from estimator.web.patient.request_form import AskForm, Checked
from estimator.web.staff.signed_in import act
from estimator.web.total_so_far import running
from estimator.web.transaction import committing
from pricing.answers import Answers


@pages.get("/new", endpoint="new")
def choose() -> Answer:
    """Show the price lists in force, to choose whose questions are to be asked."""
    reader = current_reader()
    versions = list(price_lists.all_in_force(request_context.now()))
    offers = []
    for version in versions:
        table = price_lists.parsed(version)
        offers.append(
            {
                "address": url_for("desk.enter", slug=version.slug),
                "title": reader.words(table.title, table.main_language),
                "provider": table.provider.name,
                "version": version.version,
                "demo": table.demo,
            }
        )
    return render_template("desk/request_new.html", offers=offers)


@pages.route("/new/<slug>", endpoint="enter", methods=["GET", "POST"])
def enter(slug: str) -> Answer:
    """Ask the questions of a list and who it is for, and make estimate and request of it together."""
    try:
        version = price_lists.in_force(forms.printable(slug), request_context.now())
    except (price_lists.UnknownTable, price_lists.NotInForce):
        return errors.page(
            404,
            _("This price list is not in force"),
            _("It was closed, or its first version begins on a later day."),
            way_out=(url_for("desk.new"), _("To the price lists in force")),
            kept=errors.typed() if request.method == "POST" else (),
        )
    reader = current_reader()
    table = price_lists.parsed(version)
    plan, form = forms.build(table), AskForm()
    found = forms.read(plan, table, reader)
    panel = running(table, found, reader)
    sent = request.method == "POST"
    if not sent:
        form.language.data = reader.tag
        return _form(version, plan, panel, form, Checked(), {})
    if request.form.get("act") == "total":
        return _form(version, plan, panel, form, Checked(), panel.refused())
    if (plan.table_sha256.data or version.sha256) != version.sha256:
        sentence = _(
            "The price list has changed meanwhile. Everything you typed is kept; the figures are now those of "
            "“%(version)s”. Tell the caller, then press the button again.",
            version=version.version,
        )
        return _form(version, plan, panel, form, Checked(), panel.sentences, 409, sentence)
    checked = request_form.check(form, _consents(version), _months(version), either=True)
    checked.wrong |= {name: text for name, text in _said_by_phone().items() if name in checked.wrong}
    if "email" in checked.wrong and not (form.email.data or "").strip():
        checked.wrong["email"] = _("Write a mail address or a telephone number.")
    if panel.sentences or checked.asked is None:
        return _form(version, plan, panel, form, checked, panel.sentences, 422)
    return _make(version, found.answers, checked.asked, request_form.submission_of(form))


def _make(version: TableVersion, answers: Answers, asked: Asked, submission: str) -> Answer:
    with committing():
        token = estimates.make(act(), version, answers, language=asked.language, submission=submission)
        estimate = estimates.find(act(), token)
        assert estimate is not None, "it was made in this transaction"
        reference = requests.ask(act(), estimate, asked, origin="staff", submission=submission).reference
    flash(_("The request is entered. The link for the patient stands on this page."))
    return desk.to("request", reference=reference, _anchor="hand-over")


def _form(
    version: TableVersion,
    plan: forms.EstimateForm,
    panel: Any,
    form: AskForm,
    checked: Checked,
    problems: Mapping[str, list[str]],
    status: int = 200,
    sentence: str | None = None,
) -> Answer:
    reader = current_reader()
    table = price_lists.parsed(version)
    sections = forms.sections(plan, table, reader, panel.asked, problems)
    notes: list[dict[str, str | None]] = [{"target": None, "sentence": sentence}] if sentence else []
    notes += forms.notes(sections)
    notes += [{"target": name, "sentence": text} for name, text in checked.wrong.items()]
    shown = render_template(
        "desk/request_enter.html",
        errors=notes,
        action=url_for("desk.enter", slug=version.slug),
        title=reader.words(table.title, table.main_language),
        provider=table.provider.name,
        demo=table.demo,
        sections=sections,
        submission=forms.name_of(plan) or secrets.token_urlsafe(16),
        table_sha256=version.sha256,
        total_url=url_for("patient.total", slug=version.slug),
        total=panel,
        changed=None,
        day_order=reader.day_order(),
        part_names={"day": _("Day"), "month": _("Month"), "year": _("Year")},
        wrong=checked.wrong,
        meant=checked.meant,
        typed=request_form.typed(form),
        countries=countries(reader),
        months=[(month, reader.month(month)) for month in _months(version)],
        consents=list(_consents(version).values()),
        longest=reader.number(str(request_form.LONGEST_MESSAGE)),
        sends_mail=request_context.settings().sends_mail,
    )
    return shown, status


def _consents(version: TableVersion) -> Mapping[str, consents.Consent]:
    return consents.asked(current_reader(), price_lists.parsed(version).provider.name)


def _months(version: TableVersion) -> list[str]:
    return request_form.months(request_context.now(), version.time_zone)


def _said_by_phone() -> dict[str, str]:
    """Return what is said to staff of what is missing; the sentences of the patient's page speak to the patient."""
    return {
        "full_name": _("Write the name of whoever asks."),
        "consent_health_data": _(
            "Read this aloud, and tick it once they have said yes. Without it the request cannot be kept."
        ),
        "consent_contact": _(
            "Read this aloud, and tick it once they have said yes. Without it nobody may answer."
        ),
        "consent_on_behalf": _(
            "They ask for somebody else. Read this aloud, and tick it once they have said yes."
        ),
    }
