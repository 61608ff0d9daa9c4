"""A page about an accepted quote that the patient makes for others, and chooses what it shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator import quotes
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.i18n import reader as reader_of
from estimator.models import QuoteRevision
from estimator.pdf import renderer
from estimator.web import client_network, network_limits, request_context, turns
from estimator.web.fields import CarriedField, ChoiceField, TickField
from estimator.web.forms import Form, summary
from estimator.web.patient import pdf_line
from estimator.web.patient.quote import blueprint
from estimator.web.patient.quote.blueprint import Opened, pages
from estimator.web.request_context import act
from estimator.web.transaction import committing
from estimator.wording import SHOWN

CHOICES: Mapping[str, Any] = {
    "name": lazy_gettext("The name of the patient"),
    "treatment": lazy_gettext("What the treatment is called"),
    "dates": lazy_gettext("The days on which the quote was issued and accepted"),
    "planned": lazy_gettext("The month for which it is planned"),
    "total": lazy_gettext("The firm total"),
}
"""What can be shown, each with a box of its own."""


def languages() -> list[tuple[str, str]]:
    english = reader_of("en").name
    return [
        (tag, english if tag == "en" else f"{reader_of(tag).name} + {english}")
        for tag in dict.fromkeys([*request_context.settings().languages, "en"])
    ]


class CertificateForm(Form):
    """What the page shows, nothing of it ticked beforehand, and the language that stands beside English."""

    revision = CarriedField()
    language = ChoiceField(
        lazy_gettext("Languages"),
        choices=languages,
        refusal=lazy_gettext("Choose one of the languages."),
    )
    name = TickField()
    treatment = TickField()
    dates = TickField()
    planned = TickField()
    total = TickField()

    @property
    def shown(self) -> list[str]:
        """The codes of what is ticked."""
        return [code for code in SHOWN if self[code].data]


def beginning_with(revision: QuoteRevision) -> str:
    """Return the language that is chosen at first: that of the quote, if it is offered at all."""
    offered = [tag for tag, _name in languages()]
    return revision.language if revision.language in offered else "en"


@pages.route("/quote/<number>/certificate", methods=["GET", "POST"])
def certificate(number: str) -> ResponseReturnValue:
    """Ask what the page is to show, and send it."""
    found = blueprint.let_in(number)
    revision = found.newest
    form = CertificateForm()
    if not quotes.certificates.can_be_made(revision, request_context.now()):
        return _nothing_to_certify(found)
    if request.method != "POST":
        form.language.data = beginning_with(revision)
        return _page(found, form)
    if not blueprint.is_the_newest(found, form.revision.data):
        return blueprint.refused(found)
    if not form.is_of_this_visit():
        return _page(found, form.refuse(blueprint.ended_visit()), 400)
    if not form.validate():
        return _page(found, form, 422)
    if form.shown and _too_many():
        return pdf_line.too_many((found.link, _("To the quote")))
    made = drawn(form, revision)
    if made is None:
        return _page(found, form, 422 if not form.shown else 503)
    try:
        with committing():
            quotes.certificates.keep(act(), revision, made, form.shown)
    except quotes.NotCurrent:
        return _nothing_to_certify(blueprint.let_in(number))
    return sent(made, found.quote.number)


def _too_many() -> bool:
    """Count one more drawing of a network, whatever becomes of it; whether it is one too many."""
    with committing():
        return network_limits.take("pdf") is not None


def drawn(form: CertificateForm, revision: QuoteRevision) -> bytes | None:
    """Draw the page that a form asks for; None with a refusal in the form where that cannot be done."""
    try:
        with turns.fair_turn(pdf_line.DRAWING, client_network.counted(), behind=pdf_line.DRAWING) as free:
            if free:
                return quotes.certificates.draw(act(), revision, form.shown, form.language.data)
            form.refuse(
                _("Other documents come first at the moment. Press the button again in half a minute.")
            )
    except quotes.certificates.NothingShown:
        form.refuse(_("Tick what the page is to show."))
    except renderer.RenderingFailed as failure:
        current_app.logger.error("no confirmation of %s: %s", revision.quote.number, failure)
        form.refuse(_("The PDF could not be made. Try again in a minute."))
    return None


def sent(made: bytes, number: str) -> Response:
    """Return the page as a file to be saved."""
    response = Response(made, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{number}-confirmation.pdf"'
    return response


def _page(found: Opened, form: CertificateForm, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "patient/quote_certificate.html",
        form=form,
        errors=summary(form),
        short=blueprint.short_of_agreed(found.newest, blueprint.rows_of(found.newest)),
        choices=offered(found.newest),
        links={"action": url_for("quote.certificate", number=found.quote.number), "back": found.link},
    )
    return page, status


def offered(revision: QuoteRevision) -> dict[str, Any]:
    """Return what can be shown of a revision: without a month where none is planned."""
    known = revision.quote.request.planned_month is not None
    return {code: words for code, words in CHOICES.items() if known or code != "planned"}


def _nothing_to_certify(found: Opened) -> ResponseReturnValue:
    return blueprint.done(
        _("There is nothing to confirm to others"),
        _("A confirmation can be made of a quote that is accepted."),
        about=found,
        ways=[blueprint.Link(found.link, _("To the quote"))],
        status=409,
    )
