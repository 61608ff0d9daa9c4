"""A question about a quote, to the coordinator."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from sqlalchemy.exc import DBAPIError

from estimator import keys, quotes
from estimator.db import db
from estimator.i18n import gettext as _
from estimator.mail import outbox
from estimator.web import request_context
from estimator.web.patient import question_form
from estimator.web.patient.question_form import QuestionForm
from estimator.web.patient.quote import blueprint
from estimator.web.patient.quote.blueprint import Answer, Link, Opened, Problem, pages


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
    words = question_form.words_of(form)
    if wrong := question_form.wrong(words):
        return _page(number, form, [Problem("words", wrong)], 422)
    revision = found.newest
    try:
        quotes.ask_question(
            found.quote.request, words, settings=request_context.settings(), now=request_context.now()
        )
        db.session.commit()
    except outbox.TooMany:
        db.session.rollback()
        return _page(number, form, [Problem(None, question_form.too_many())], 429)
    except keys.Unreadable:
        return blueprint.unreadable()
    except DBAPIError as error:
        return _page(number, form, [blueprint.kept_here(error)], 503)
    blueprint.ring(revision)
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
        ways=[Link(found.link, _("Back to the quote"))],
    )


def _page(
    number: str, form: QuestionForm, problems: list[Problem] | None = None, status: int = 200
) -> Answer:
    return render_template(
        "patient/quote_question.html",
        errors=problems or [],
        number=number,
        words=form.words.data or "",
        room=question_form.room(),
        links={
            "action": url_for("quote.question", number=number),
            "back": url_for("quote.page", number=number),
        },
    ), status
