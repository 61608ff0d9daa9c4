"""A question about a quote, to the coordinator."""

from __future__ import annotations

from datetime import timedelta

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from estimator import quotes, requests
from estimator.db import db
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.mail import outbox
from estimator.models import Quote
from estimator.web import request_context
from estimator.web.fields import AreaField
from estimator.web.forms import Form, summary
from estimator.web.patient.quote import blueprint
from estimator.web.patient.quote.blueprint import Way, pages
from estimator.web.validators import Filled, NotTooLong

LONGEST = 4000
SAME = timedelta(minutes=10)
"""The same words sent again so soon are one question: a button was pressed twice."""


class QuestionForm(Form):
    """What somebody wants to know."""

    words = AreaField(
        lazy_gettext("Your question"),
        [
            Filled(lazy_gettext("Write your question.")),
            NotTooLong(LONGEST, lazy_gettext("Shorten your question to %(most)s letters, or ask twice.")),
        ],
    )


@pages.route("/quote/<number>/question", methods=["GET", "POST"])
def question(number: str) -> ResponseReturnValue:
    """Take a question, whatever became of the quote."""
    found = blueprint.let_in(number)
    form = QuestionForm()
    number = found.quote.number
    if request.method != "POST":
        return _page(number, form)
    if not form.is_of_this_visit():
        return _page(number, form.refuse(blueprint.ended_visit()), 400)
    if not form.validate():
        return _page(number, form, 422)
    words = form.words.data
    revision = found.newest
    try:
        if not _was_asked(found.quote, words):
            quotes.ask_question(
                found.quote, words, settings=request_context.settings(), now=request_context.now()
            )
            db.session.commit()
    except outbox.TooMany:
        db.session.rollback()
        sentence = _("Enough questions have been sent today. Call the provider, or ask again tomorrow.")
        return _page(number, form.refuse(sentence), 429)
    except DBAPIError as error:
        return _page(number, form.refuse(blueprint.kept_here(error)), 503)
    blueprint.ring(revision)
    return redirect(url_for("quote.asked", number=number), code=303)


@pages.get("/quote/<number>/asked")
def asked(number: str) -> ResponseReturnValue:
    """Say that a question was sent."""
    found = blueprint.let_in(number)
    return blueprint.done(
        _("Your question is sent"),
        _("The coordinator is told by mail, and answers you by mail or telephone."),
        number=found.quote.number,
        ways=[Way(found.link, _("Back to the quote"))],
    )


def _was_asked(quote: Quote, words: str) -> bool:
    """Whether the same words were sent just now."""
    settings, now = request_context.settings(), request_context.now()
    return any(
        entry.kind == "question" and entry.words == words
        for entry in requests.history(quote.request, settings.data_keys)
        if now - SAME < entry.at <= now
    )


def _page(number: str, form: QuestionForm, status: int = 200) -> ResponseReturnValue:
    return render_template(
        "patient/quote_question.html",
        errors=summary(form),
        number=number,
        form=form,
        links={
            "action": url_for("quote.question", number=number),
            "back": url_for("quote.page", number=number),
        },
    ), status
