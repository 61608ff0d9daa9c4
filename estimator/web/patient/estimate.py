"""What a patient sees: start, form with its running total, breakdown, PDF, change, delete."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from babel import Locale
from flask import (
    Blueprint,
    Response,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_wtf import FlaskForm
from sqlalchemy.exc import DBAPIError
from werkzeug.wrappers import Response as AnyResponse

import pricing
from estimator import clinic, estimates, price_lists, wording
from estimator.db import unavailable
from estimator.estimates import other_currency, pdf_cache, pdf_document
from estimator.i18n import Reader
from estimator.i18n import gettext as _
from estimator.models import Estimate, TableVersion
from estimator.pdf import renderer
from estimator.web import errors, forms, request_context
from estimator.web.language import current_reader
from estimator.web.patient import estimate_email
from estimator.web.request_context import act
from estimator.web.total_so_far import running
from estimator.web.transaction import committing
from pricing import PriceTable
from pricing.explore import sensitivity

pages = Blueprint("patient", __name__)

Answer = str | AnyResponse | tuple[str | AnyResponse, int]


@pages.get("/")
def start() -> Answer:
    """Show what can be estimated, with the evidence notice beside each offer."""
    reader = current_reader()
    offers = [_offer(version, reader) for version in price_lists.all_in_force(request_context.now())]
    return render_template(
        "patient/start.html", offers=offers, kept_days=request_context.settings().kept_days
    )


@pages.get("/robots.txt")
def robots() -> Answer:
    """Ask search engines to stay away; no link with a secret in it is named."""
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")


@pages.get("/logo/<digest>.png")
def logo(digest: str) -> Answer:
    """Send the clinic's logo; the address names its content, so a new logo has another one."""
    found = request_context.clinic().logo
    content = clinic.logo_content(found) if found is not None and found.sha256 == digest else None
    return errors.missing() if content is None else Response(content, mimetype="image/png")


@pages.route("/estimate/<slug>", methods=["GET", "POST"])
def estimate(slug: str) -> Answer:
    """Ask the questions of the list in force and make an estimate of the answers."""
    try:
        version = price_lists.in_force(slug, request_context.now())
    except price_lists.UnknownTable:
        return errors.missing()
    except price_lists.NotInForce:
        return errors.page(
            404,
            _("This price list is not in force yet"),
            _("Its first version begins on a later day. Ask the provider, or come back then."),
        )
    return _answering(version, action=url_for("patient.estimate", slug=slug))


@pages.route("/e/<token>/change", methods=["GET", "POST"])
def change(token: str) -> Answer:
    """Ask again, with the answers of an estimate filled in; the answers make a new estimate."""
    earlier = request_context.estimate_of(token)
    if earlier is None:
        return errors.missing()
    try:
        version = price_lists.in_force(earlier.table_version.slug, request_context.now())
    except price_lists.NotInForce:
        version = earlier.table_version
    return _answering(
        version,
        action=url_for("patient.change", token=token),
        earlier=earlier,
        back=url_for("patient.breakdown", token=token),
    )


@pages.post("/estimate/<slug>/total")
def total(slug: str) -> Answer:
    """Say what the answers come to so far, for the panel beside the form."""
    try:
        version = price_lists.in_force(slug, request_context.now())
    except (price_lists.UnknownTable, price_lists.NotInForce):
        return jsonify({"error": "unknown table"}), 404
    reader = current_reader()
    table = price_lists.parsed(version)
    form = forms.build(table)
    found = forms.read(form, table, reader)
    panel = running(table, found, reader)
    changed = _changed(version) if (form.table_sha256.data or version.sha256) != version.sha256 else None
    html = render_template("patient/_total.html", total=panel, changed=changed)
    return jsonify({"html": html, "spoken": panel.spoken, "asked": panel.asked})


@pages.get("/e/<token>")
def breakdown(token: str) -> Answer:
    """Show a stored estimate, item by item."""
    found = request_context.estimate_of(token)
    if found is None:
        return errors.missing()
    reader = current_reader()
    table = price_lists.parsed(found.table_version)
    stored = estimates.breakdown_of(found)
    given = estimates.given_of(found)
    head = _head(found, table, reader)
    alternatives = sensitivity(table, stored["answers"])
    rate = _rate(table)
    also: dict[str, Any] = {} if rate is None else {"in": rate.quoted}
    return render_template(
        "patient/breakdown.html",
        record=head,
        expired=estimates.has_expired(found, request_context.now()),
        kept_until=reader.moment(
            found.created_at + timedelta(days=request_context.settings().kept_days), table.time_zone
        ),
        rows=wording.rows(stored, table, reader, list(given)),
        changes=wording.changes(alternatives, stored, table, reader),
        currencies=other_currency.currencies(table, request_context.now()),
        currency=None if rate is None else rate.quoted,
        beside=None if rate is None else other_currency.beside(stored, table, rate, reader),
        email=estimate_email.fields(estimate_email.EmailForm(), token)
        if request_context.settings().sends_mail
        else None,
        links={
            "page": f"{request_context.settings().public_url}{url_for('patient.breakdown', token=token)}",
            "pdf": url_for("patient.document", token=token, **also),
            "change": url_for("patient.change", token=token),
            "ask": url_for("asking.ask", token=token),
            "data": url_for("my_data.estimate", token=token),
            "delete": url_for("patient.delete", token=token),
        },
    )


@pages.get("/e/<token>/estimate.pdf")
def document(token: str) -> Answer:
    """Send an estimate as PDF; one that was made already is not made again."""
    after = request_context.now() - timedelta(days=request_context.settings().kept_days)
    look = pdf_document.Look(request_context.clinic().logo)
    found = None
    if request.args.get("in"):
        found = request_context.estimate_of(token)
        if found is None:
            return errors.missing()
        look = replace(look, rate=_rate(price_lists.parsed(found.table_version)))
    key = pdf_document.key_of(token, look)
    kept = pdf_cache.find(key, made_after=after)
    if kept is not None:
        reference, content = kept
        return _attachment(reference, content)
    found = found or request_context.estimate_of(token)
    if found is None:
        return errors.missing()
    try:
        content = pdf_document.pdf_of(found, look)
    except renderer.RenderingFailed as failure:
        current_app.logger.error("no PDF of %s: %s", found.reference, failure)
        return _no_pdf(failure, token)
    reference = found.reference
    try:
        with committing():
            pdf_cache.keep(key, found, content, request_context.now())
    except DBAPIError as error:
        if unavailable(error) is None:
            if request_context.estimate_of(token) is None:  # deleted while its PDF was made
                return errors.missing()
            raise
        current_app.logger.warning("the PDF of %s could not be kept", reference)
    return _attachment(reference, content)


@pages.route("/e/<token>/delete", methods=["GET", "POST"])
def delete(token: str) -> Answer:
    """Ask whether an estimate is to be deleted, and delete it."""
    found = request_context.estimate_of(token)
    if found is None:
        return errors.missing()
    if request.method == "POST":
        with committing():
            estimates.delete(found)
        return render_template("patient/deleted.html")
    return render_template(
        "patient/delete.html",
        form=FlaskForm(),
        reference=found.reference,
        provider=price_lists.parsed(found.table_version).provider.name,
        back=url_for("patient.breakdown", token=token),
    )


def _answering(
    version: TableVersion, action: str, earlier: Estimate | None = None, back: str | None = None
) -> Answer:
    """Show the form of a version, or take what was sent: work out the total, or keep the estimate."""
    reader = current_reader()
    table = price_lists.parsed(version)
    slug, sha256 = version.slug, version.sha256  # the row cannot be read again once the database is away
    sent = request.method == "POST"
    form = forms.build(table, None if earlier is None or sent else estimates.given_of(earlier))
    found = forms.read(form, table, reader)
    notes: list[dict[str, str | None]] = []
    changed = None
    status = 200
    only_total = request.form.get("act") == "total"
    outdated = (form.table_sha256.data or sha256) != sha256
    genuine = not sent or form.validate()
    if sent and genuine and not (only_total or outdated):
        try:
            return _make(version, found.answers, form.submission.data or "", reader)
        except pricing.BadAnswers:
            pass  # what is wrong with them is said below, with the total
        except DBAPIError as error:
            known = unavailable(error)
            if known is None:
                raise
            sentence = _("%(why)s Your answers are still here. Try again in a minute.", why=known.sentence)
            notes.append({"target": None, "sentence": sentence})
            status = 503
    panel = running(table, found, reader)
    problems: Mapping[str, list[str]] = {}
    if sent:
        problems = panel.refused() if only_total else panel.sentences
        if not genuine:
            sentence = _(
                "Your visit had ended, or your browser keeps no cookies. Your answers are still here; "
                "press the button again."
            )
            notes.append({"target": None, "sentence": sentence})
            status = 400
        elif outdated:
            changed = _changed(version)
            notes.append({"target": None, "sentence": changed})
            status = 409
        elif problems:
            status = 422
    elif earlier is not None and earlier.table_version.sha256 != sha256:
        changed = _changed(version)
    sections = forms.sections(form, table, reader, panel.asked, problems)
    page = render_template(
        "patient/estimate.html",
        errors=notes + forms.notes(sections),
        form=form,
        action=action,
        back=back,
        title=reader.words(table.title, table.main_language),
        provider=table.provider.name,
        contact=table.provider.email,
        demo=table.demo,
        sections=sections,
        notices=_notices(table, reader),
        submission=forms.name_of(form) or secrets.token_urlsafe(16),
        table_sha256=sha256,
        total_url=url_for("patient.total", slug=slug),
        total=panel,
        changed=changed,
        day_order=reader.day_order(),
        part_names={"day": _("Day"), "month": _("Month"), "year": _("Year")},
    )
    return page, status


def _make(version: TableVersion, answers: Mapping[str, Any], submission: str, reader: Reader) -> Answer:
    with committing():
        token = estimates.make(act(), version, answers, language=reader.tag, submission=submission)
    return redirect(url_for("patient.breakdown", token=token), code=303)


def _no_pdf(failure: renderer.RenderingFailed, token: str) -> Answer:
    back = (url_for("patient.breakdown", token=token), _("Back to the estimate"))
    heading, here = (
        _("The PDF could not be made"),
        _("The page shows the same figures, and you can print it."),
    )
    if isinstance(failure, renderer.MissingFont):
        why = _("Our server has no font for a letter in this estimate, so that it cannot stand in a PDF yet.")
        return errors.page(503, heading, why, here, way_out=back)
    return errors.page(503, heading, here, _("Or try again in a minute."), way_out=back)


def _changed(version: TableVersion) -> str:
    return _(
        "The price list has changed meanwhile. Your answers are kept; the figures are now those of “%(version)s”. "
        "Look at them before you go on.",
        version=version.version,
    )


def _offer(version: TableVersion, reader: Reader) -> dict[str, Any]:
    table = price_lists.parsed(version)
    territories: Mapping[str, str] = Locale.parse(reader.locale).territories
    return {
        "slug": version.slug,
        "title": reader.words(table.title, table.main_language),
        "provider": table.provider.name,
        "country": territories.get(table.provider.country, table.provider.country),
        "currency": table.currency,
        "valid_from": reader.day(table.valid_from),
        "demo": table.demo,
        "evidence": [section for section in _notices(table, reader) if section.kind == "evidence"],
    }


def _notices(table: PriceTable, reader: Reader) -> list[wording.NoticeSection]:
    """The notices that stand beside the form, where there are no answers yet to choose them by."""
    codes = [notice.code for notice in table.notices if notice.when is None and notice.unless is None]
    return wording.notice_sections(codes, table, reader, kinds=("evidence", "not_included", "risk"))


def _rate(table: PriceTable) -> other_currency.Chosen | None:
    """Return the rate to the currency that the address asks for; it is remembered nowhere."""
    return other_currency.chosen(table, request.args.get("in", ""), request_context.now())


def _head(found: Estimate, table: PriceTable, reader: Reader) -> wording.Head:
    return wording.head(
        table,
        reader,
        reference=found.reference,
        created=found.created_at,
        valid_until=found.valid_until,
    )


def _attachment(reference: str, content: bytes) -> Response:
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{reference}.pdf"'
    return response
