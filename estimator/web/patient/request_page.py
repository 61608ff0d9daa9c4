"""The page of a request: that it has arrived, how far it is, questions and answers, and the language of what is sent.

A page that is opened changes nothing: the secret of a link is exchanged for a note in the cookie, and that is all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from estimator import estimates, price_lists, quotes, requests, wording
from estimator.i18n import Reader, Words, lazy_gettext
from estimator.i18n import gettext as _
from estimator.i18n import reader as reader_of
from estimator.mail import addresses, outbox
from estimator.models import PatientRequest, Quote
from estimator.web import request_context
from estimator.web.fields import ChoiceField
from estimator.web.forms import Form, summary
from estimator.web.language import current_reader, is_switching, link_to_pass_on
from estimator.web.patient import dead_links, question_form, request_limit, request_visit
from estimator.web.patient.exchange import Said, said_so_far, said_with_it
from estimator.web.patient.open_questions import OpenQuestions
from estimator.web.patient.question_form import QuestionForm, ReplyForm
from estimator.web.patient.request import far_too_long, pages, visit_over, with_room
from estimator.web.patient.request_form import language_names
from estimator.web.request_context import act
from estimator.web.transaction import committing
from estimator.wording import states

MOST_OPEN = 4
"""Maximum number of questions that stand open on the page; further ones are folded, so that a phone need not scroll."""


@pages.get("/request/<reference>/sent")
def asked(reference: str) -> ResponseReturnValue:
    """Say that a request has arrived, what happens next and by when."""
    record = request_visit.opened(reference)
    return render_template(
        "patient/asked.html",
        **_about(record),
        mail=_mail(record),
        link=link_to_pass_on(_link(record)),
    )


@pages.get("/r/<token>")
def open(token: str) -> ResponseReturnValue:
    """Exchange the secret of a request's link for a note in the cookie, and go on without it."""
    record = requests.find(token, request_context.now())
    if record is None:
        raise dead_links.DeadLink
    request_visit.begin(record)
    return redirect(url_for("asking.page", reference=record.reference), code=303)


@pages.get("/request/<reference>")
def page(reference: str) -> ResponseReturnValue:
    """Show how far a request is, and what comes next."""
    record = request_visit.opened(reference)
    return _page(record, QuestionForm())


@pages.post("/request/<reference>/question")
def question(reference: str) -> ResponseReturnValue:
    """Keep a question to the coordinator, or answers to what is open before a quote, or both."""
    try:
        with_room()
    except RequestEntityTooLarge:
        return far_too_long(url_for("asking.page", reference=reference))
    record = request_visit.opened(reference)
    questions = _questions(record)
    form = QuestionForm() if questions is None or not questions.is_asking else ReplyForm()
    if is_switching() or "fill" in request.form:
        return _page(record, form, questions=questions)
    if not form.is_of_this_visit():
        return _page(record, form.refuse(visit_over(record), form.words), 400, questions=questions)
    answered = None if questions is None else questions.read()
    if not form.validate() or (questions is not None and questions.is_refused):
        return _page(record, form, 422, questions=questions)
    words = form.words.data
    if not words and answered is None:
        nothing = _("Answer a question, or write something.")
        return _page(record, form.refuse(nothing, form.words), 422, questions=questions)
    submission = "" if questions is None else questions.form.submission.data or ""
    try:
        with committing():  # commits also the count of a refused attempt
            refusal = request_limit.too_many("question")
            if refusal is None:
                quotes.ask_question(act(), record, words, answered=answered, submission=submission)
    except outbox.TooMany:
        refusal = question_form.too_many()
    if refusal is not None:
        now = requests.get(reference) or record
        return _page(now, form.refuse(refusal, form.words), 429, questions=questions)
    # That answers have arrived stands at the top of the page, as does what is still asked.
    anchor = "questions" if answered is None else None
    return redirect(url_for("asking.page", reference=reference, _anchor=anchor), code=303)


class LanguageForm(Form):
    """The language of what is sent to somebody."""

    language = ChoiceField(
        lazy_gettext("Language of our answers"),
        choices=lambda: [(tag, name, {"lang": tag}) for tag, name in language_names().items()],
        refusal=lazy_gettext("Choose a language."),
    )


@pages.post("/request/<reference>/language")
def language(reference: str) -> ResponseReturnValue:
    """Write to somebody in another language from now on; what was sent stays as it is."""
    record, form = request_visit.opened(reference), LanguageForm()
    if not form.is_of_this_visit():
        return _page(record, QuestionForm(None), 400, form.refuse(visit_over(record), form.language))
    if not form.validate():
        return _page(record, QuestionForm(None), 422, form)
    try:
        with committing():
            requests.speak(act(), record, form.language.data)
    except outbox.TooMany:
        sentence = _(
            "You have reached today’s limit of changes of the language. Try again tomorrow, or write to us."
        )
        again = form.refuse(sentence, form.language)
        return _page(requests.get(reference) or record, QuestionForm(None), 429, again)
    return redirect(url_for("asking.page", reference=reference, _anchor="language-title"), code=303)


class About(TypedDict):
    """What every page of a request says."""

    reference: str
    provider: Words
    demo: bool
    due: str
    time_zone: str
    late: bool
    contact: str | None
    asked_at: str
    page: str
    my_data: str
    mere_question: bool
    answer_language: Reader
    withdrawn: str | None


def _about(record: PatientRequest) -> About:
    """Return what every page of a request says; nothing of it tells who asked, or for what."""
    table = price_lists.parsed(record.table_version)
    withdrawn = price_lists.returns.withdrawn_at(record.table_version_id, record.created_at)
    return {
        "reference": record.reference,
        "provider": wording.provider(table, current_reader()),
        "demo": table.demo,
        "due": current_reader().moment(record.due_at, table.time_zone),
        "time_zone": current_reader().zone(table.time_zone),
        "late": request_context.now() > record.due_at,
        "contact": table.provider.email,
        "asked_at": current_reader().clock(record.created_at, table.time_zone),
        "page": url_for("asking.page", reference=record.reference),
        "my_data": url_for("my_data.request", reference=record.reference),
        "mere_question": record.kind == "question",
        "answer_language": reader_of(record.language),
        "withdrawn": None
        if withdrawn is None
        else wording.withdrawn_words(withdrawn, table.time_zone, current_reader()),
    }


def _said(record: PatientRequest, zone: str, questions: OpenQuestions | None) -> list[Said]:
    """Return what was said; a message that asks what the form of the page asks is folded."""
    confirmed = request_visit.is_confirmed(record)
    if questions is None:
        return said_so_far(record, zone, with_words=confirmed)
    return said_so_far(
        record,
        zone,
        with_words=confirmed,
        is_asked_here=lambda words: questions.is_asked_in(words, record),
    )


def _questions(record: PatientRequest) -> OpenQuestions | None:
    """Return the questions that keep a first quote from being issued; what they are about is nobody else's business."""
    if record.kind != "quote" or record.erased_at is not None or not request_visit.is_confirmed(record):
        return None
    return OpenQuestions(record)


def _page(
    record: PatientRequest,
    form: QuestionForm,
    status: int = 200,
    language: LanguageForm | None = None,
    *,
    questions: OpenQuestions | None = None,
) -> tuple[str, int]:
    questions = questions or _questions(record)
    answers_in = language or LanguageForm(None, data={"language": record.language})
    about, quote = _about(record), quotes.for_request(record)
    confirmed, zone = request_visit.is_confirmed(record), record.table_version.time_zone
    shown = [] if questions is None else questions.shown()
    refusals = [] if questions is None else questions.refusals()
    # Nobody is asked one question after another for a quote that cannot come.
    most = 0 if refusals else MOST_OPEN
    said, last = _said(record, zone, questions if shown else None), _last_word(record)
    rendered = render_template(
        "patient/request.html",
        errors=summary(*([] if questions is None else [questions.form]), form, answers_in),
        form=form,
        answers_in=answers_in,
        speak=url_for("asking.language", reference=record.reference),
        state=record.state,
        state_sentence=_state(record, quote, is_folded=bool(said) and said[-1]["folded"]),
        exchange=[*said_with_it(record, zone), *said] if confirmed else said,
        answers_come=bool(said),
        mailed=request_visit.is_mailed(record),
        # The plan is personal as well: a link alone leads to no estimate.
        estimate=_estimate_link(record) if confirmed else None,
        questions=questions,
        asks=bool(shown),
        open_questions=shown[:most],
        further_questions=shown[most:],
        given_answers=[] if questions is None or record.erased_at else questions.given(),
        called_for=[] if questions is None else questions.called_for(),
        refusals=refusals,
        chosen_way=record.answer_by is not None,
        is_sent=questions is not None and questions.is_sent,
        more_about=[] if questions is None else questions.more_about(),
        day_order=current_reader().day_order(),
        answers_arrived=_has_answered(record),
        they_wrote=last == "question" and bool(said[-1]["words"]),
        code=None if confirmed else url_for("my_data.code", reference=record.reference, wanted="request"),
        quote=None if quote is None else _quote(quote),
        action=None if record.erased_at else url_for("asking.question", reference=record.reference),
        typed_at=url_for("asking.page", reference=record.reference),
        room=question_form.room(),
        **about,
    )
    return rendered, status


def _estimate_link(record: PatientRequest) -> dict[str, str] | None:
    """Return the estimate that was asked about, if its page still opens."""
    found = estimates.by_reference(act(), record.estimate_reference)
    if found is None:
        return None
    token = estimates.token_of(found, request_context.settings().link_key)
    return {"reference": found.reference, "link": url_for("patient.breakdown", token=token)}


def _quote(quote: Quote) -> dict[str, str]:
    if quote.request.erased_at is not None:  # no link opens it any more
        return {"number": quote.number, "link": url_for("quote.page", number=quote.number)}
    token = quotes.token_of(quote, request_context.settings().link_key)
    return {"number": quote.number, "link": url_for("quote.open", token=token)}


def _last_word(record: PatientRequest) -> str | None:
    """Return whether a question or an answer came last; None if there is neither."""
    events = requests.history(record, request_context.settings().data_keys)
    return next((event.kind for event in events if event.kind in requests.EXCHANGE), None)


def _has_answered(record: PatientRequest) -> bool:
    """Whether the last word is answers to our questions, and the desk is to read them."""
    events = requests.history(record, request_context.settings().data_keys)
    last = next((event for event in events if event.kind in requests.EXCHANGE), None)
    return last is not None and last.answered is not None and record.state in ("new", "in_work")


def _state(record: PatientRequest, quote: Quote | None, *, is_folded: bool) -> str:
    """Say how far a request is; what was asked last stands in the form below where its message `is_folded`."""
    state = record.state
    if record.kind == "question":
        answered = state == "in_work" and _last_word(record) == "answer"
        return str(states.QUESTION_ANSWERED if answered else states.QUESTION_FOR_PATIENT[state])
    if state == "quoted" and quote is not None:
        # It expires with its last day, whether the clock has come round to it yet or not.
        newest = quotes.state_at(quotes.newest(quote), request_context.now())
        state = "expired" if newest == "expired" else state
    if state == "waiting" and _last_word(record) == "answer" and not is_folded:
        return str(states.ASKED_ON_PAGE)
    return str(states.REQUEST_FOR_PATIENT[state])


@dataclass(frozen=True)
class Confirmation:
    """What became of the mail that confirms a request."""

    sentence: str
    was_sent: bool = False


def _mail(record: PatientRequest) -> Confirmation | None:
    """Return the status of the confirmation mail; None if there is none."""
    events = requests.history(record, request_context.settings().data_keys)
    became = next((event.detail.get("mail") for event in events if event.kind == "asked"), None)
    person = requests.person_of(record, request_context.settings().data_keys)
    if person is None or person.email is None or became in (None, "no_address"):
        return None
    address = addresses.masked(person.email)
    if became == "put":
        return Confirmation(_("We have sent a confirmation to %(address)s.", address=address), was_sent=True)
    if became == "too_many":
        return Confirmation(
            _(
                "We have reached today’s limit of emails to %(address)s, so no confirmation was sent. "
                "What you wrote has arrived all the same.",
                address=address,
            )
        )
    if became == "too_many_now":
        return Confirmation(
            _(
                "We have sent as many emails as we may in this hour, so no confirmation was sent to %(address)s. "
                "What you wrote has arrived all the same.",
                address=address,
            )
        )
    return Confirmation(_("No confirmation is sent, because this server sends no mail."))


def _link(record: PatientRequest) -> str:
    token = requests.token_of(record, request_context.settings().link_key)
    return url_for("asking.open", token=token, lang=None)
