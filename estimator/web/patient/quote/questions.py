"""A question about a quote, to the coordinator."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from estimator import quotes
from estimator.i18n import gettext as _
from estimator.mail import outbox
from estimator.models import PatientRequest
from estimator.web import request_context
from estimator.web.forms import summary
from estimator.web.language import is_switching
from estimator.web.patient import question_form, request_limit
from estimator.web.patient.question_form import QuestionForm
from estimator.web.patient.quote import blueprint
from estimator.web.patient.quote.blueprint import Link, pages
from estimator.web.request_context import act
from estimator.web.transaction import committing


@pages.route("/quote/<number>/question", methods=["GET", "POST"])
def question(number: str) -> ResponseReturnValue:
    """Take a question, whatever became of the quote."""
    found = blueprint.let_in(number)
    form = QuestionForm()
    number, chosen_way = found.quote.number, found.quote.request.answer_by is not None
    if request.method != "POST" or is_switching():
        return _page(number, chosen_way, form)
    if not form.is_of_this_visit():
        return _page(number, chosen_way, form.refuse(blueprint.ended_visit()), 400)
    if not form.validate():
        return _page(number, chosen_way, form, 422)
    try:
        with committing():  # commits also the count of a refused attempt
            refusal = request_limit.too_many("question")
            if refusal is None:
                quotes.ask_question(act(), found.quote.request, form.words.data)
    except outbox.TooMany:
        refusal = question_form.too_many()
    except DBAPIError as error:
        return _page(number, chosen_way, form.refuse(blueprint.kept_here(error)), 503)
    if refusal is not None:
        return _page(number, chosen_way, form.refuse(refusal, form.words), 429)
    return redirect(url_for("quote.asked", number=number), code=303)


@pages.get("/quote/<number>/asked")
def asked(number: str) -> ResponseReturnValue:
    """Say that a question was sent."""
    found = blueprint.let_in(number)
    return blueprint.done(
        _("Your question is sent"),
        _answered(found.quote.request),
        about=found,
        ways=[Link(found.link, _("Back to the quote"))],
    )


def _answered(asked: PatientRequest) -> str:
    """Say who is told of the question, and where its answer comes."""
    told = request_context.settings().sends_mail and request_context.clinic().desk_mail != "none"
    if asked.answer_by is None:
        return (
            _("The coordinator is told by mail, and answers on the page of your request.")
            if told
            else _("The coordinator answers on the page of your request.")
        )
    return (
        _("The coordinator is told by mail, and answers you the way you chose.")
        if told
        else _("The coordinator answers you the way you chose.")
    )


def _page(number: str, chosen_way: bool, form: QuestionForm, status: int = 200) -> ResponseReturnValue:
    return render_template(
        "patient/quote_question.html",
        errors=summary(form),
        number=number,
        chosen_way=chosen_way,
        form=form,
        room=question_form.room(),
        links={
            "action": url_for("quote.question", number=number),
            "back": url_for("quote.page", number=number),
        },
    ), status
