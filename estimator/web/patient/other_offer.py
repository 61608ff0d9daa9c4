"""What another clinic wrote beside an estimate of ours: found in its message, checked, compared, and never kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict
from urllib.parse import quote

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import RequestEntityTooLarge

from estimator import estimates, price_lists
from estimator.db import unavailable
from estimator.estimates import offer_rows, offer_text, other_currency, other_offer
from estimator.i18n import Reader
from estimator.i18n import gettext as _
from estimator.i18n import reader as reader_of
from estimator.models import Estimate
from estimator.requests import chat_offer
from estimator.web import request_context
from estimator.web.forms import summary
from estimator.web.language import current_reader, is_switching
from estimator.web.patient import network_limit, worded
from estimator.web.patient.estimate import head_of
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
    wait = _too_many()
    if wait is not None:
        return _page(found, token, form.refuse(wait), status=429)
    pressed = request.form.get("act", "")
    if pressed == "find" or (pressed == "compare" and form.is_empty and form.words.data):
        if not form.words.data:
            form.refuse(_("Paste the message first, or fill in the lines below."), form.words)
        if not form.answers_are_right() or not form.words.data:
            return _page(found, token, form, status=422)
        return _page(found, token, form, remarks=form.fill_in(chat_offer.look(form.words.data)))
    offer = form.read()
    if offer is None:
        return _page(found, token, form, status=422)
    if pressed == "text":
        return _as_text(found, offer)
    return _page(found, token, form, offer=offer)


def _as_text(found: Estimate, offer: other_offer.Offer) -> Response:
    """Return all that is said as plain text, which any device shows, and any program reads aloud."""
    head = head_of(found, price_lists.parsed(found.table_version), current_reader())
    content = offer_text.text(_compared(found, offer), head)
    response = Response(content, mimetype="text/plain")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.reference}-compared.txt"'
    return response


def _too_many() -> str | None:
    """Count one more form from a network; a database that cannot be written keeps nobody from comparing."""
    try:
        with committing():
            return network_limit.too_many("other offer", MOST_FROM)
    except DBAPIError as error:
        if unavailable(error) is None:
            raise
        return None


def _compared(found: Estimate, offer: other_offer.Offer) -> offer_rows.Compared:
    reader, table = current_reader(), price_lists.parsed(found.table_version)
    words = worded.words_of(found, reader)
    rate = None
    if offer.currency != table.currency and not counts_nothing(words.stored):
        rate = other_currency.chosen(table, offer.currency, request_context.now())
    beside = None if rate is None else other_currency.beside(words.stored, table, rate, reader)
    return offer_rows.compared(offer, words.stored, table, words.rows, beside, reader)


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
        expired=estimates.has_expired(found, request_context.now()),
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
