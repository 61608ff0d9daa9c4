"""My data: see what is kept and for how long, take it along, and delete it."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, current_app, redirect, render_template, url_for
from flask import request as asked
from flask.typing import ResponseReturnValue

from estimator import clinic, estimates, price_lists, quotes, requests
from estimator.i18n import gettext as _
from estimator.i18n import ngettext
from estimator.mail import outbox, smtp
from estimator.models import PatientRequest
from estimator.pdf import renderer
from estimator.privacy import data_export, erasure
from estimator.privacy.exported import KeptRequest
from estimator.requests import mailed_codes
from estimator.web import errors, network_limits, request_context
from estimator.web.countries import countries
from estimator.web.forms import Form, summary
from estimator.web.language import current_reader, is_switching
from estimator.web.patient import code_form, cookies, pdf_line, request_visit, whom_to_ask
from estimator.web.patient.code_form import CodeForm
from estimator.web.patient.opened_links import QUOTES, REQUESTS, asker
from estimator.web.request_context import act
from estimator.web.transaction import committing

pages = Blueprint("my_data", __name__)

FOR, REQUEST = "wanted", "request"
"""The argument of the page of the code that says that the page of the request is wanted, not what is kept."""


@pages.get("/request/<reference>/data")
def request(reference: str) -> ResponseReturnValue:
    """Show everything that is kept of a request."""
    record = request_visit.opened(reference)
    if not request_visit.is_confirmed(record):
        return redirect(url_for("my_data.code", reference=reference), code=303)
    found = _everything(record)
    reader = current_reader()
    return render_template(
        "patient/my_data.html",
        reference=reference,
        demo=price_lists.parsed(record.table_version).demo,
        parts=data_export.parts(record, found, reader, countries(reader)),
        sentences=_kept(record),
        back=url_for("asking.page", reference=reference),
        json=url_for("my_data.download", reference=reference, kind="json"),
        pdf=url_for("my_data.download", reference=reference, kind="pdf"),
        erase=url_for("my_data.erase", reference=reference),
    )


@pages.get("/request/<reference>/data.<kind>")
def download(reference: str, kind: str) -> ResponseReturnValue:
    """Send everything that is kept of a request, for a program or on paper."""
    record = request_visit.opened(reference)
    if kind not in ("json", "pdf"):
        raise errors.Missing
    if not request_visit.is_confirmed(record):
        return redirect(url_for("my_data.code", reference=reference), code=303)
    found = _everything(record)
    if kind == "json":
        return _attachment(data_export.as_json(found), "application/json", f"{reference}.json")
    way_out = url_for("my_data.request", reference=reference), _("Back to my data")
    # The same line and the same limit as for PDFs of estimates: both cost the same.
    return pdf_line.in_turn(f"data {reference}", way_out, lambda: _drawn(record, found, way_out))


def _drawn(record: PatientRequest, found: KeptRequest, way_out: pdf_line.WayOut) -> ResponseReturnValue:
    """Draw what is kept of a request, unless the network has asked for too many PDFs."""
    reader = current_reader()
    reference = record.reference
    with committing():
        wait = network_limits.take("pdf")
    if wait is not None:
        return pdf_line.too_many(way_out)
    try:
        content = data_export.document(
            record, found, reader, countries(reader), _kept(record), request_context.now()
        )
    except renderer.RenderingFailed as failure:
        current_app.logger.error("no PDF of what is kept of %s: %s", reference, failure)
        return pdf_line.not_made(way_out)
    return _attachment(content, "application/pdf", f"{reference}.pdf")


@pages.route("/request/<reference>/erase", methods=["GET", "POST"])
def erase(reference: str) -> ResponseReturnValue:
    """Say what deleting does, and delete."""
    record = request_visit.opened(reference)
    if not request_visit.is_confirmed(record):
        return redirect(url_for("my_data.code", reference=reference), code=303)
    form = Form()
    if asked.method == "POST" and form.is_of_this_visit():
        with committing():
            mails = erasure.mails_of(record)
            whole = erasure.erase(act(), record)
            until = None if whole else _until(record)
        smtp.forget_these(request_context.settings().mail_folder, mails)
        if whole:
            REQUESTS.end(reference)
        else:
            _stays_open(record)
        return render_template(
            "patient/my_data_erased.html", reference=reference, until=until, reach=_reach(record)
        )
    if asked.method == "POST":
        form.refuse(cookies.nothing_deleted(price_lists.parsed(record.table_version).provider))
    contract = erasure.accepted(record)
    page = render_template(
        "patient/my_data_erase.html",
        errors=summary(form),
        action=url_for("my_data.erase", reference=reference),
        reference=reference,
        estimate=record.estimate_reference,
        until=None if contract is None else _until(record),
        number=None if contract is None else contract.quote.number,
        reach=_reach(record),
        back=url_for("my_data.request", reference=reference),
    )
    return page, 400 if form.form_errors else 200


def _stays_open(record: PatientRequest) -> None:
    """Let what is kept of an erased request stay open in this browser until its visit ends: it could be seen here."""
    REQUESTS.keep_open(record.reference, record.link_serial)
    quote = quotes.for_request(record)
    if quote is not None:
        QUOTES.keep_open(quote.number, quote.link_serial)


def _reach(record: PatientRequest) -> str:
    """Return how the provider of a request is reached without its pages: an address, a number, or both."""
    provider = price_lists.parsed(record.table_version).provider
    return " · ".join(way for way in (provider.email, provider.phone) if way)


@pages.route("/request/<reference>/code", methods=["GET", "POST"])
def code(reference: str) -> ResponseReturnValue:
    """Send a code to the address of a request, and open what is personal to whoever types it."""
    record = request_visit.opened(reference)
    if request_visit.is_confirmed(record):
        return redirect(_way_on(reference), code=303)
    form = CodeForm()
    if asked.method != "POST" or is_switching():
        return _code_page(record, form)
    if not form.is_of_this_visit():
        form.refuse(_("This page was open for too long. Press the button again."), form.code)
        return _code_page(record, form, 400)
    if form.act.data == "send":
        return _send_code(record, form)
    if not form.validate():
        return _code_page(record, form, 422)
    with committing():  # also after a wrong code, so that the try counts
        right = mailed_codes.check(act(), record, asker(), form.code.data)
        if right:
            request_visit.begin(record, confirmed=True)
    if right:
        return redirect(_way_on(reference), code=303)
    left = mailed_codes.waiting(record, asker(), request_context.now())
    sentence = (
        _("This code does not work any more. Ask for a new one.") if left is None else code_form.wrong(left)
    )
    return _code_page(record, form.refuse(sentence, form.code), 422)


def _way_on(reference: str) -> str:
    """Return where a code leads: to the page of the request if it was asked for there, else to what is kept."""
    page = "asking.page" if asked.args.get(FOR) == REQUEST else "my_data.request"
    return url_for(page, reference=reference)


def _here(reference: str) -> str:
    """Return the address of the page of the code, with where it leads."""
    wanted = REQUEST if asked.args.get(FOR) == REQUEST else None
    return url_for("my_data.code", reference=reference, wanted=wanted)


@pages.get("/e/<token>/data")
def estimate(token: str) -> ResponseReturnValue:
    """Show what is kept of an estimate and for how long."""
    found = request_context.estimate_of(token)
    reader, zone = current_reader(), found.table_version.time_zone
    settings = request_context.settings()
    until = found.created_at + timedelta(days=settings.kept_days)
    return render_template(
        "patient/my_data_estimate.html",
        reference=found.reference,
        made_at=reader.clock(found.created_at, zone),
        until=reader.moment(until, zone),
        mails=len(outbox.mails_about(found.reference)),
        comparisons=estimates.comparisons.number_with(found),
        forgotten_days=settings.addresses_kept_days,
        back=url_for("patient.breakdown", token=token),
        json=url_for("my_data.estimate_download", token=token),
        delete=url_for("patient.delete", token=token),
    )


@pages.get("/e/<token>/data.json")
def estimate_download(token: str) -> ResponseReturnValue:
    """Send what is kept of an estimate, for a program."""
    found = request_context.estimate_of(token)
    settings = request_context.settings()
    until = found.created_at + timedelta(days=settings.kept_days)
    kept = data_export.of_estimate(found, kept_until=until, keyring=settings.data_keys)
    return _attachment(data_export.as_json(kept), "application/json", f"{found.reference}.json")


def _send_code(record: PatientRequest, form: CodeForm) -> ResponseReturnValue:
    reference = record.reference
    try:
        with committing():  # commits also the count of a refused attempt
            wait = _too_many_mails(record)
            if wait is None:
                mailed_codes.send(act(), record, asker())
    except mailed_codes.NoAddress:  # erased meanwhile
        raise request_visit.VisitOver from None
    except mailed_codes.TooMany as too_many:
        return _too_many_codes(reference, form, too_many)
    except outbox.TooMany:
        sentence = _("We have reached today’s limit of emails to this address. Try again tomorrow.")
        return _no_code(reference, form, sentence, others=True)
    if wait is None:
        return redirect(_here(reference), code=303)
    return _too_many_codes(reference, form, mailed_codes.TooMany(wait))


def _too_many_mails(record: PatientRequest) -> timedelta | None:
    """Count one more mail that a network has caused, if anybody may cause it; return how long to wait, if at all."""
    if not mailed_codes.is_anybodys(record):
        return None
    return network_limits.take("mail")


def _too_many_codes(reference: str, form: CodeForm, too_many: mailed_codes.TooMany) -> ResponseReturnValue:
    if too_many.by_others:
        found = request_visit.opened(reference)
        with committing():
            mailed_codes.used_up(act(), found)
    return _no_code(reference, form, code_form.wait(too_many), others=too_many.by_others)


def _no_code(reference: str, form: CodeForm, sentence: str, *, others: bool = False) -> ResponseReturnValue:
    """Show the page of the code once more, with why none was sent, and whom to ask if others used them up."""
    found = requests.get(reference)
    if found is None:
        raise errors.Missing
    ways = whom_to_ask.otherwise(price_lists.parsed(found.table_version).provider) if others else ""
    sentence = f"{sentence} {ways}".rstrip()
    return _code_page(found, form.refuse(sentence, form.code), 429)


def _code_page(record: PatientRequest, form: CodeForm, status: int = 200) -> tuple[str, int]:
    waiting = mailed_codes.waiting(record, asker(), request_context.now())
    page = render_template(
        "patient/my_data_code.html",
        errors=summary(form),
        form=form,
        reference=record.reference,
        minutes=None if waiting is None else mailed_codes.MINUTES,
        back=url_for("asking.page", reference=record.reference),
        action=_here(record.reference),
    )
    return page, status


def _everything(record: PatientRequest) -> KeptRequest:
    return data_export.of_request(act(), record)


def _kept(record: PatientRequest) -> list[str]:
    """Say for how long what is kept is kept, and why."""
    settings, rules = request_context.settings(), clinic.current()
    until = _until(record)
    if quotes.for_request(record) is not None:
        first = ngettext(
            "There is a quote. We keep it, and who it was made for, until %(day)s: %(num)s year after it was issued.",
            "There is a quote. We keep it, and who it was made for, until %(day)s: %(num)s years after it was issued.",
            rules.quotes_kept_years,
            day=until,
        )
    else:
        first = ngettext(
            "We keep this until %(day)s: %(num)s day after the last thing that happened to it.",
            "We keep this until %(day)s: %(num)s days after the last thing that happened to it.",
            rules.requests_kept_days,
            day=until,
        )
    return [
        first,
        ngettext(
            "We delete the address of an email %(num)s day after it was sent.",
            "We delete the address of an email %(num)s days after it was sent.",
            settings.addresses_kept_days,
        ),
        _(
            "Names, address, telephone number, what is about the injury and everything you wrote are stored encrypted."
        ),
    ]


def _until(record: PatientRequest) -> str:
    moment = erasure.kept_until(record, clinic.current())
    return current_reader().moment(moment, record.table_version.time_zone)


def _attachment(content: bytes, mimetype: str, name: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
