"""A page about an accepted quote for others, made at the desk for a patient who said what it may show."""

from __future__ import annotations

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator import quotes
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.pdf import renderer
from estimator.web import errors, turns
from estimator.web.desk.quotes.blueprint import head_of, pages, the_quote, the_request
from estimator.web.fields import WordsField
from estimator.web.forms import summary
from estimator.web.language import current_reader
from estimator.web.patient import pdf_line
from estimator.web.patient.quote.certificate import (
    CertificateForm,
    beginning_with,
    drawn,
    languages,
    offered,
    sent,
)
from estimator.web.request_context import now
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing
from estimator.web.validators import Filled, NotTooLong, Printable

LONGEST = 500
"""Maximum number of characters of how the patient agreed."""


class DeskForm(CertificateForm):
    """What the patient agreed to show, and how they agreed."""

    agreed = WordsField(
        lazy_gettext("How the patient agreed to show this"),
        [
            Filled(lazy_gettext("Say how the patient agreed: for example by mail on which day.")),
            NotTooLong(LONGEST),
            Printable(),
        ],
    )


@pages.route("/certificate", methods=["GET", "POST"])
def certificate(reference: str) -> ResponseReturnValue:
    """Ask what the patient agreed to show and how, make the page, and lead to where it is downloaded."""
    of = the_request(reference)
    revision = quotes.newest(the_quote(of))
    form = DeskForm()
    if not quotes.certificates.can_be_made(revision, now()):
        return _nothing_to_certify(reference)
    status = 200
    if request.method != "POST":
        form.language.data = beginning_with(revision)
    elif form.revision.data != str(revision.number):
        return _nothing_to_certify(reference)
    elif not form.validate():
        status = 422
    else:
        made = drawn(form, revision)
        if made is not None:
            try:
                with committing():
                    kept = quotes.certificates.keep(act(), revision, made, form.shown, how=form.agreed.data)
            except quotes.NotCurrent:
                return _nothing_to_certify(reference)
            language = form.language.data
            return redirect(_address_of_made("made_certificate", reference, kept.id, language), code=303)
        status = 503 if form.shown else 422
    page = render_template(
        "desk/quote_certificate.html",
        request_=head_of(of),
        form=form,
        errors=summary(form),
        choices=offered(revision),
        number=revision.quote.number,
        revision=revision.number,
    )
    return page, status


@pages.get("/certificate/<whole:made>")
def made_certificate(reference: str, made: int) -> ResponseReturnValue:
    """Say that the page is made, and link to it: once the file is saved, this one still says so."""
    of = the_request(reference)
    revision, language = quotes.newest(the_quote(of)), request.args.get("beside", "")
    try:
        found = quotes.certificates.of(act(), revision, made)
    except quotes.NotCurrent:
        return _nothing_to_certify(reference)
    except quotes.certificates.NotKept:
        return _not_kept(reference)
    reader = current_reader()
    return render_template(
        "desk/quote_certificate_made.html",
        request_=head_of(of),
        number=revision.quote.number,
        revision=revision.number,
        shown=[words for code, words in offered(revision).items() if code in found.shown.split()],
        language=dict(languages()).get(language, ""),
        file=_address_of_made("certificate_file", reference, made, language),
        until=reader.clock(found.made_at + quotes.certificates.DRAWN_AGAIN, revision.time_zone),
    )


@pages.get("/certificate/<whole:made>.pdf")
def certificate_file(reference: str, made: int) -> ResponseReturnValue:
    """Send the page, drawn once more exactly as it was made; nothing more is written into the history."""
    revision, language = quotes.newest(the_quote(the_request(reference))), request.args.get("beside", "")
    try:
        if language not in dict(languages()):
            raise quotes.certificates.NotKept
        found = quotes.certificates.of(act(), revision, made)
        with turns.turn(pdf_line.DRAWING) as free:
            if free:
                return sent(quotes.certificates.draw_again(act(), found, language), revision.quote.number)
    except quotes.NotCurrent:
        return _nothing_to_certify(reference)
    except quotes.certificates.NotKept:
        return _not_kept(reference)
    except renderer.RenderingFailed as failure:
        current_app.logger.error("no confirmation of %s: %s", revision.quote.number, failure)
    return errors.page(
        503,
        _("The PDF could not be made"),
        _("Try again in a minute."),
        way_out=(_address_of_made("made_certificate", reference, made, language), _("To the confirmation")),
    )


def _address_of_made(page: str, reference: str, made: int, language: str) -> str:
    # An address says with `language` in which language our own pages are, so that the file's is called otherwise.
    return url_for(f"quotes_desk.{page}", reference=reference, made=made, beside=language)


def _not_kept(reference: str) -> ResponseReturnValue:
    return errors.page(
        410,
        _("This confirmation cannot be downloaded any more"),
        _(
            "The file is not kept: whoever made it can download it for a quarter of an hour. Another one can be made, "
            "of what the patient agreed to show."
        ),
        way_out=(url_for("quotes_desk.certificate", reference=reference), _("A confirmation for others")),
    )


def _nothing_to_certify(reference: str) -> ResponseReturnValue:
    return errors.page(
        409,
        _("There is nothing to confirm to others"),
        _("A confirmation can be made of a quote that is accepted."),
        way_out=(url_for("quotes_desk.prepare", reference=reference), _("To the quote")),
        kept=errors.typed(),
    )
