"""A page about an accepted quote for others, made at the desk for a patient who said what it may show."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator import quotes
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.web import errors
from estimator.web.desk.quotes.blueprint import head_of, pages, the_quote, the_request
from estimator.web.fields import WordsField
from estimator.web.forms import summary
from estimator.web.patient.quote.certificate import CertificateForm, beginning_with, drawn, offered, sent
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
    """Ask what the patient agreed to show and how, and send the page."""
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
                    quotes.certificates.keep(act(), revision, made, form.shown, how=form.agreed.data)
            except quotes.NotCurrent:
                return _nothing_to_certify(reference)
            return sent(made, revision.quote.number)
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


def _nothing_to_certify(reference: str) -> ResponseReturnValue:
    return errors.page(
        409,
        _("There is nothing to confirm to others"),
        _("A confirmation can be made of a quote that is accepted."),
        way_out=(url_for("quotes_desk.prepare", reference=reference), _("To the quote")),
        kept=errors.typed(),
    )
