"""What another clinic wrote beside an estimate of ours: found in its message, checked, compared, and never kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict
from urllib.parse import quote

from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from estimator import estimates, price_lists
from estimator.estimates import offer_pdf, offer_rows, offer_text, other_currency, other_offer
from estimator.i18n import Reader
from estimator.i18n import gettext as _
from estimator.i18n import reader as reader_of
from estimator.models import Estimate
from estimator.pdf import renderer
from estimator.requests import chat
from estimator.web import client_network, network_limits, request_context, turns
from estimator.web.forms import summary
from estimator.web.language import current_reader, is_switching
from estimator.web.patient import attempts, pdf_line, request_limit, worded
from estimator.web.patient.breakdown import head_of, readers_paper
from estimator.web.patient.other_offer_form import OtherOfferForm
from estimator.web.patient.request import far_too_long, with_room
from estimator.web.patient.request_form import LONGEST_MESSAGE
from estimator.web.transaction import committing
from pricing.stored import counts_nothing

pages = Blueprint("other_offer", __name__)

MOST_FROM = 120
"""Maximum number of times that one network may send this form in a quarter of an hour."""


@pages.route("/e/<token>/other-offer", methods=["GET", "POST"])
def page(token: str) -> ResponseReturnValue:
    """Show the form; find the figures in a message; or lay what is filled in beside the estimate."""
    action = url_for("other_offer.page", token=token)
    try:
        with_room()
    except RequestEntityTooLarge:
        return far_too_long(action)
    found = request_context.estimate_of(token)
    form = OtherOfferForm(price_lists.parsed(found.table_version).currency)
    if request.method != "POST":
        return _page(found, token, form)
    if is_switching():
        offer = form.read() if form.compared.data else None
        return _page(found, token, form, offer=offer)
    wait = attempts.count("other offer", MOST_FROM)
    if wait is not None:
        return _page(found, token, form.refuse(request_limit.sentence(wait)), status=429)
    pressed = request.form.get("act", "")
    if pressed == "find" or (pressed == "compare" and form.is_empty and form.words.data):
        if not form.words.data:
            form.refuse(_("Paste the message first, or fill in the lines below."), form.words)
        if not form.answers_are_right() or not form.words.data:
            return _page(found, token, form, status=422)
        return _page(found, token, form, remarks=form.fill_in(chat.offer.look(form.words.data)))
    offer = form.read()
    if offer is None:
        return _page(found, token, form, status=422)
    if pressed == "text":
        return _as_text(found, offer)
    if pressed == "pdf":
        return _as_pdf(found, token, form, offer)
    return _page(found, token, form, offer=offer)


def _as_text(found: Estimate, offer: other_offer.Offer) -> Response:
    """Return all that is said as plain text, which any device shows, and any program reads aloud."""
    head = head_of(found, price_lists.parsed(found.table_version), current_reader())
    rows = worded.words_of(found, current_reader()).rows
    content = offer_text.text(_compared(found, offer), rows, head)
    response = Response(content, mimetype="text/plain")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.reference}-compared.txt"'
    return response


def _as_pdf(
    found: Estimate, token: str, form: OtherOfferForm, offer: other_offer.Offer
) -> ResponseReturnValue:
    """Draw all that is said; or show the page again, with the reason why there is no PDF just now."""
    if not network_limits.has_room("pdf"):
        sentence = _("Many PDFs were asked for from your network just now.")
        return _page(found, token, form.refuse(f"{sentence} {_printable()}"), 429, offer)
    with turns.fair_turn(pdf_line.DRAWING, client_network.counted(), behind=pdf_line.DRAWING) as free:
        if not free:
            sentence = _("Other documents come first at the moment. Press the button again in half a minute.")
            return _page(found, token, form.refuse(f"{sentence} {_printable()}"), 503, offer)
        try:
            content = _drawn(found, offer)
        except renderer.RenderingFailed as failure:
            current_app.logger.error("no PDF of a comparison with %s: %s", found.reference, failure)
            content = None
    name = f"{found.reference}-compared.pdf"
    with committing():  # what failed took as long as what succeeds, or longer
        network_limits.take("pdf")
    if content is None:
        sentence = _("The PDF could not be made.")
        again = request_context.estimate_of(token)
        return _page(again, token, form.refuse(f"{sentence} {_printable()}"), 503, offer)
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _drawn(found: Estimate, offer: other_offer.Offer) -> bytes:
    reader, table = current_reader(), price_lists.parsed(found.table_version)
    return offer_pdf.document(
        _compared(found, offer),
        worded.words_of(found, reader).rows,
        head_of(found, table, reader),
        reader,
        request_context.now(),
        reader.moment(request_context.now(), table.time_zone),
        readers_paper(),
    )


def _printable() -> str:
    return _("The page shows the same, and you can print it.")


def _compared(found: Estimate, offer: other_offer.Offer) -> offer_rows.Compared:
    reader, table = current_reader(), price_lists.parsed(found.table_version)
    words = worded.words_of(found, reader)
    rate = None
    if offer.currency != table.currency and not counts_nothing(words.stored):
        rate = other_currency.chosen(table, offer.currency, request_context.now())
    beside = None if rate is None else other_currency.beside(words.stored, table, rate, reader)
    return offer_rows.compared(offer, words.stored, table, words.rows, beside, reader, _warnings(found))


def _warnings(found: Estimate) -> list[str]:
    """Return what is to be known of the estimate before its prices are compared with any others."""
    reader, table = current_reader(), price_lists.parsed(found.table_version)
    head, warnings = head_of(found, table, reader), []
    if head.withdrawn:
        warnings.append(head.withdrawn)
    if estimates.has_expired(found, request_context.now()):
        warnings.append(
            _(
                "The prices of this estimate have expired. They were valid until %(day)s.",
                day=head.valid_until,
            )
        )
    return warnings


def _page(
    found: Estimate,
    token: str,
    form: OtherOfferForm,
    status: int = 200,
    offer: other_offer.Offer | None = None,
    remarks: Sequence[str] = (),
) -> tuple[str, int]:
    reader, table = current_reader(), price_lists.parsed(found.table_version)
    form.compared.data = "yes" if offer is not None else ""
    result = None if offer is None else _compared(found, offer)
    rendered = render_template(
        "patient/other_offer.html",
        errors=summary(form),
        form=form,
        action=url_for("other_offer.page", token=token),
        back=url_for("patient.breakdown", token=token),
        record=head_of(found, table, reader),
        demo=table.demo,
        warnings=_warnings(found),
        evidence=worded.words_of(found, reader).rows.notice("evidence"),
        remarks=remarks,
        compared=result,
        to_send=[] if result is None else _to_send(result),
        room=reader.number(str(LONGEST_MESSAGE)),
    )
    return rendered, status


class ToSend(TypedDict):
    """One message with the questions: its text, its language, and the address that opens it in a chat."""

    text: str
    reader: Reader
    whatsapp: str


def _to_send(result: offer_rows.Compared) -> list[ToSend]:
    """Return the message in the reader's language, and in English for a clinic that does not read it."""
    both = [(current_reader(), result.questions), (reader_of("en"), result.english)]
    return [
        {"text": asked.message, "reader": reader, "whatsapp": f"https://wa.me/?text={quote(asked.message)}"}
        for reader, asked in both
        if asked is not None
    ]
