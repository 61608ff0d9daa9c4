"""The link of a quote, exchanged for a cookie; the code by mail; and closing the quote on this device."""

from __future__ import annotations

import json
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError

from estimator import price_lists, quotes, requests
from estimator.i18n import gettext as _
from estimator.mail import addresses, outbox
from estimator.models import Mail, QuoteCode
from estimator.requests import mailed_codes
from estimator.web import mail_status, request_context
from estimator.web.forms import Form, summary
from estimator.web.language import is_switching
from estimator.web.patient import code_form, dead_links, whom_to_ask
from estimator.web.patient.code_form import CodeForm
from estimator.web.patient.opened_links import QUOTES, asker
from estimator.web.patient.quote import blueprint
from estimator.web.patient.quote.blueprint import Link, Opened, pages
from estimator.web.request_context import act
from estimator.web.transaction import committing
from estimator.wording import states


@pages.get("/q/<token>", endpoint="open")
def open_link(token: str) -> ResponseReturnValue:
    """Exchange a link for a cookie and go on at an address without it; nothing is written or used up."""
    quote = quotes.find(token)
    if quote is None:
        raise dead_links.DeadLink
    QUOTES.begin(quote.number, quote.link_serial)
    return redirect(url_for("quote.page", number=quote.number), code=303)


@pages.post("/quote/<number>/code")
def code(number: str) -> ResponseReturnValue:
    """Send a code, or look at the one that was typed."""
    found = blueprint.opened(number)
    if found.confirmed:
        return redirect(found.link, code=303)
    form = CodeForm()
    if is_switching():
        return gate(found, form)
    if not form.is_of_this_visit():
        return gate(found, form.refuse(blueprint.ended_visit()), 400)
    if form.act.data == "check":
        return _check(found, form)
    return _send(found, form)


@pages.post("/quote/<number>/close")
def close(number: str) -> ResponseReturnValue:
    """Forget a quote in this browser, and what the browser has kept of it."""
    if not Form().is_of_this_visit():
        blueprint.opened(number)
        raise CSRFError("The form is not of this visit.")
    QUOTES.end(number)
    answer = redirect(url_for("quote.closed"), code=303)
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


@pages.get("/quote/closed")
def closed() -> ResponseReturnValue:
    """Say that a quote is closed here."""
    return blueprint.done(
        _("The quote is closed on this device"),
        _("To see it again, open the link of the mail. A downloaded PDF stays where you saved it."),
        ways=[Link(url_for("patient.start"), _("To the start page"))],
    )


def gate(found: Opened, form: CodeForm | None = None, status: int = 200) -> ResponseReturnValue:
    """Show that there is a quote, and nothing that tells whose or for what, until the code is typed."""
    form = form or CodeForm()
    now = request_context.now()
    waits = mailed_codes.waiting(found.quote.request, asker(), now)
    mail = None if waits is None else _mail_with(waits, found)
    zone = found.newest.time_zone
    assert found.address is not None
    shown: dict[str, Any] = {
        "number": found.quote.number,
        "demo": price_lists.parsed(found.quote.request.table_version).demo,
        "standing": states.REVISION_FOR_PATIENT[found.state],
        "valid_until": blueprint.end_of(found.newest),
        "address": addresses.masked(found.address),
        "action": url_for("quote.code", number=found.quote.number),
        "code_waits": waits is not None,
        "code_minutes": mailed_codes.MINUTES,
        "outcome": None if mail is None else mail_status.outcome(mail, zone),
    }
    return render_template("patient/quote_code.html", errors=summary(form), form=form, gate=shown), status


def _mail_with(code: QuoteCode, found: Opened) -> Mail | None:
    """Return the mail with a code; others may have been asked for in other browsers."""
    options = {"code": str(code.id)}
    mails = outbox.mails_about(found.quote.request.reference)
    return next(
        (
            mail
            for mail in mails
            if mail.template in ("quote_code", "request_code") and json.loads(mail.options) == options
        ),
        None,
    )


def _send(found: Opened, form: CodeForm) -> ResponseReturnValue:
    try:
        with committing():
            mailed_codes.send(act(), found.quote.request, asker())
    except mailed_codes.TooMany as too_many:
        return _no_code(found, form, too_many)
    except mailed_codes.NoAddress:  # erased meanwhile
        return redirect(found.link, code=303)
    except DBAPIError as error:
        return gate(found, form.refuse(blueprint.kept_here(error)), 503)
    return redirect(found.link, code=303)


def _no_code(found: Opened, form: CodeForm, too_many: mailed_codes.TooMany) -> ResponseReturnValue:
    """Show the page of the code once more, with why none was sent; one that was sent here can still be typed."""
    if too_many.by_others:
        with committing():
            if mailed_codes.used_up(act(), found.quote.request):
                quotes.notifications.tell_desk_of_codes(act(), found.newest)
        found = blueprint.opened(found.quote.number)
    sentences = [code_form.wait(too_many)]
    if mailed_codes.waiting(found.quote.request, asker(), request_context.now()) is not None:
        sentences.append(_("The code that was sent here before still works."))
    provider = price_lists.parsed(found.quote.request.table_version).provider
    # Also where one network has used up its own: a hotel's, or a telephone company's, is shared by many.
    sentences.append(whom_to_ask.for_a_new_link(provider))
    form.code.fill("")
    return gate(found, form.refuse(" ".join(filter(None, sentences))), 429)


def _check(found: Opened, form: CodeForm) -> ResponseReturnValue:
    asked = found.quote.request
    if not form.validate():
        return gate(found, form, 422)
    try:
        with committing():  # also after a wrong code, so that the try counts
            right = mailed_codes.check(act(), asked, asker(), form.code.data)
            if right:
                requests.add_event(act(), asked, "opened", quote=found.quote.number)
    except DBAPIError as error:
        return gate(found, form.refuse(blueprint.kept_here(error)), 503)
    if right:
        QUOTES.begin(found.quote.number, found.quote.link_serial, confirmed=True)
        return redirect(found.link, code=303)
    left = mailed_codes.waiting(asked, asker(), request_context.now())
    if left is None:
        form.code.fill("")
        form.refuse(_("This code does not open the quote any more. Ask for a new one."))
        return gate(found, form, 422)
    return gate(found, form.refuse(code_form.wrong(left), form.code), 422)
