"""A question about a quote, to the coordinator."""

from __future__ import annotations

from datetime import timedelta

from flask import redirect, render_template, request, url_for
from sqlalchemy.exc import DBAPIError
from wtforms import StringField

from estimator import keys, quotes, requests
from estimator.i18n import gettext as _
from estimator.mail import outbox
from estimator.models import Quote
from estimator.web import request_context
from estimator.web.forms import Form
from estimator.web.patient.quote import blueprint
from estimator.web.patient.quote.blueprint import Answer, Opened, Problem, Way, pages
from estimator.web.request_context import act
from estimator.web.transaction import committing

LONGEST = 4000
SAME = timedelta(minutes=10)
"""The same words sent again so soon are one question: a button was pressed twice."""


class QuestionForm(Form):
    """What somebody wants to know."""

    words = StringField()


@pages.route("/quote/<number>/question", methods=["GET", "POST"])
def question(number: str) -> Answer:
    """Take a question, whatever became of the quote."""
    found = blueprint.let_in(number)
    if not isinstance(found, Opened):
        return found
    form = QuestionForm()
    number = found.quote.number
    if request.method != "POST":
        return _page(number, form)
    if not form.validate():
        return _page(number, form, [blueprint.ended_visit()], 400)
    words = (form.words.data or "").strip()
    if not words:
        return _page(number, form, [Problem("words", _("Write your question."))], 422)
    if len(words) > LONGEST:
        sentence = _("Shorten your question to %(most)s letters, or ask twice.", most=LONGEST)
        return _page(number, form, [Problem("words", sentence)], 422)
    try:
        if not _was_asked(found.quote, words):
            with committing():
                quotes.ask_question(act(), found.quote, words)
    except outbox.TooMany:
        sentence = _("Enough questions have been sent today. Call the provider, or ask again tomorrow.")
        return _page(number, form, [Problem(None, sentence)], 429)
    except keys.Unreadable:
        return blueprint.unreadable()
    except DBAPIError as error:
        return _page(number, form, [blueprint.kept_here(error)], 503)
    return redirect(url_for("quote.asked", number=number), code=303)


@pages.get("/quote/<number>/asked")
def asked(number: str) -> Answer:
    """Say that a question was sent."""
    found = blueprint.let_in(number)
    if not isinstance(found, Opened):
        return found
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


def _page(
    number: str, form: QuestionForm, problems: list[Problem] | None = None, status: int = 200
) -> Answer:
    return render_template(
        "patient/quote_question.html",
        errors=problems or [],
        number=number,
        words=form.words.data or "",
        links={
            "action": url_for("quote.question", number=number),
            "back": url_for("quote.page", number=number),
        },
    ), status
