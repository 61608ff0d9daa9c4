"""Declining a quote, with a reason from a short list and perhaps a few words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from estimator import quotes
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.web import client_network
from estimator.web.fields import CarriedField, RadiosField, WordsField
from estimator.web.forms import Form, summary
from estimator.web.language import current_reader, is_switching
from estimator.web.patient.quote import blueprint
from estimator.web.patient.quote.blueprint import Opened, Short, pages
from estimator.web.request_context import act
from estimator.web.transaction import committing
from estimator.web.validators import NotTooLong, Printable

REASONS: Mapping[str, str] = {
    "price": lazy_gettext("It costs more than I can or want to pay"),
    "plan": lazy_gettext("The plan does not suit me"),
    "elsewhere": lazy_gettext("I have chosen another provider"),
    "time": lazy_gettext("The time does not suit me"),
    "health": lazy_gettext("My health does not allow it now"),
    "other": lazy_gettext("Another reason, or none that I want to say"),
}

LONGEST = 4000


class DeclineForm(Form):
    """A reason, and words that nobody has to write."""

    revision = CarriedField()
    reason = RadiosField(
        lazy_gettext("Why do you decline?"),
        choices=list(REASONS.items()),
        refusal=lazy_gettext("Choose one of the reasons. The last one says nothing."),
    )
    words = WordsField(
        lazy_gettext("In your own words"),
        [NotTooLong(LONGEST, lazy_gettext("Shorten your text to %(most)s characters.")), Printable()],
    )


@pages.route("/quote/<number>/decline", methods=["GET", "POST"])
def decline(number: str) -> ResponseReturnValue:
    """Ask why, show it once more, and decline the newest revision."""
    found = blueprint.let_in(number)
    rows = blueprint.rows_of(found.newest)
    form, posted = DeclineForm(), request.method == "POST"
    short = blueprint.short(found.newest, rows)
    if posted and found.state == "declined" and blueprint.is_the_newest(found, form.revision.data):
        return redirect(url_for("quote.answered", number=short.number), code=303)
    if found.state != "current" or (posted and not blueprint.is_the_newest(found, form.revision.data)):
        return blueprint.refused(found)
    if not posted or is_switching():
        return _page(short, form)
    if not form.is_of_this_visit():
        return _page(short, form.refuse(blueprint.ended_visit()), 400)
    if not form.validate():
        return _page(short, form, 422)
    if request.form.get("act") == "change":
        return _page(short, form)
    if request.form.get("act") != "decline":
        return _page(short, form, checking=True)
    return _decline(found, short, form)


def _page(
    short: Short, form: DeclineForm, status: int = 200, *, checking: bool = False
) -> ResponseReturnValue:
    return render_template(
        "patient/quote_decline.html",
        errors=summary(form),
        short=short,
        form=form,
        checking=checking,
        reason=REASONS[form.reason.data] if checking else None,
        links={
            "action": url_for("quote.decline", number=short.number),
            "back": url_for("quote.page", number=short.number),
        },
    ), status


def _decline(found: Opened, short: Short, form: DeclineForm) -> ResponseReturnValue:
    revision = found.newest
    try:
        with committing():
            quotes.decline(
                act(),
                revision,
                reason=form.reason.data,
                words=form.words.data or None,
                agreed_to=_(
                    "I decline the firm quote %(number)s, revision %(revision)s.",
                    number=short.number,
                    revision=short.revision,
                ),
                language=current_reader().tag,
                network=client_network.recorded(),
                pdf_sha256=revision.pdf_sha256,
            )
    except (quotes.NotCurrent, quotes.AlreadyDecided) as refusal:
        if isinstance(refusal, quotes.AlreadyDecided) and refusal.kind == "declined":
            return redirect(url_for("quote.answered", number=short.number), code=303)
        return blueprint.refused(replace(found))
    except DBAPIError as error:
        return _page(short, form.refuse(blueprint.kept_here(error)), 503)
    return redirect(url_for("quote.answered", number=short.number), code=303)
