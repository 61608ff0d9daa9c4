"""Questions of whoever asked for a quote, and the answers of the desk: kept with the request, never in a mail."""

from __future__ import annotations

import json
import secrets
from datetime import timedelta
from typing import Any, get_args

from sqlalchemy import func, select

from estimator.act import Act
from estimator.clinic import business_days
from estimator.db import advisory_lock, db
from estimator.mail import notices, outbox
from estimator.models import Estimate, PatientRequest, RequestEvent
from estimator.models.requests import AnswerBy
from estimator.requests.answered import IN, Answered
from estimator.requests.consents import Consent
from estimator.requests.events import add_event, lock, words_of
from estimator.requests.lifecycle import NEXT, Asked, ask, move, notify, take_if_nobodys
from estimator.requests.person import Person, person_of

EXCHANGE = ("question", "answer")
"""The kinds of events that are a question or an answer, which both sides read."""

Way = AnswerBy
"""How something was said to whoever asks."""

WAYS: tuple[Way, ...] = get_args(AnswerBy)

AGAIN = timedelta(hours=1)
"""Time within which a question in the same words counts as sent twice."""

DAY = timedelta(days=1)
QUESTIONS_A_DAY = 20
"""Maximum number of questions about one request, or its quote, in 24 hours."""

QUIET = timedelta(minutes=10)
"""Time after a mail to the desk in which more questions about the same request or quote cause no other one, unless the
desk has answered."""

HOUR = timedelta(hours=1)
TOLD_AN_HOUR = 30
"""Maximum number of mails in an hour that tell the desk of questions about requests without a quote.

Anybody can ask, with no address at all. Every question is kept, and stands at the desk whether a mail tells of it or
not. Questions about quotes are not counted here, so that no stranger keeps the desk from hearing of them.
"""


def ask_first(
    act: Act,
    estimate: Estimate,
    words: str,
    *,
    email: str | None,
    phone: str | None,
    language: str,
    consent: Consent,
    submission: str,
    demonstration: bool = False,
) -> PatientRequest:
    """Keep a question about an estimate of somebody who asks for no quote, and notify the desk by mail.

    It is a request of its own kind, without a name and a country; `submission` makes it idempotent as in `ask`.
    """
    person = Person(full_name="", email=email, phone=phone, message="")
    asked = Asked(person, "", language, "self", None, [consent], kind="question")
    request = ask(act, estimate, asked, origin="page", submission=submission, demonstration=demonstration)
    event = keep_question(act, request, words)
    if event is not None:
        tell_desk(act, request, event)
    return request


def keep_question(
    act: Act,
    request: PatientRequest,
    words: str,
    *,
    answered: Answered | None = None,
    submission: str = "",
) -> RequestEvent | None:
    """Keep a question to the coordinator, or answers to ours; None if it is here already, which is one question.

    That is so of the same words within the hour, and of the same words in a form with the same `submission` within the
    day; what was changed in a form that came already counts, because whoever sent it may not have seen the answer.

    It is due like a new request, unless another one waits already; and nothing more is waited for from whoever asks.
    Raises outbox.TooMany after QUESTIONS_A_DAY, Erased, and keys.Unreadable.
    """
    lock(request)
    text = words if answered is None else answered.sealed_with(words)
    detail: dict[str, Any] = {} if answered is None else {IN: answered.version, "submission": submission}
    recent = db.session.scalars(
        select(RequestEvent)
        .where(
            RequestEvent.request_id == request.id,
            RequestEvent.kind == "question",
            RequestEvent.at > act.now - DAY,
        )
        .order_by(RequestEvent.id)
    ).all()
    for event in recent:
        is_same_form = bool(submission) and json.loads(event.detail).get("submission") == submission
        # An answer counts as it was given last, also where it is the one before the last again.
        may_be_sent_twice = (answered is None or event is recent[-1]) and event.at > act.now - AGAIN
        if (is_same_form or may_be_sent_twice) and words_of(event, act.settings.data_keys) == text:
            return None
    if len(recent) >= QUESTIONS_A_DAY:
        raise outbox.TooMany("record")
    event = add_event(act, request, "question", words=text, **detail)
    if request.question_due_at is None:
        request.question_due_at = business_days.due(act.now, request.table_version.time_zone, act.clinic)
    if request.state == "waiting":
        move(act, request, "in_work")
    if request.untold_since is None and act.clinic.desk_mail == "hourly":
        request.untold_since = act.now
    db.session.flush()
    return event


def tell_desk(act: Act, request: PatientRequest, event: RequestEvent) -> None:
    """Put a mail to the desk that a question was asked about a request; the question itself is not in it.

    There is none within QUIET of another one about this request, nor after TOLD_AN_HOUR about all requests, nor where
    the clinic wants to hear of questions later, or not at all.
    """
    if not act.settings.sends_mail or not is_to_be_told(act, request, "request_question", request.reference):
        return
    advisory_lock("mails to the desk about questions")
    if outbox.put_since(act.now - HOUR, "request_question") >= TOLD_AN_HOUR:
        return
    options = {"answered": True} if IN in json.loads(event.detail) else None
    notices.put(act, "request_question", about=request.reference, submission=event.name, options=options)


def is_to_be_told(act: Act, request: PatientRequest, template: str, about: str) -> bool:
    """Whether a mail of a template is to tell the desk of a question now.

    Not where the clinic wants to hear of questions later, or not at all; nor if such a mail went out a moment ago, and
    the desk has not answered since.
    """
    if act.clinic.desk_mail != "at_once":
        return False
    answered = select(func.max(RequestEvent.at)).where(
        RequestEvent.request_id == request.id, RequestEvent.kind == "answer", RequestEvent.at <= act.now
    )
    since = max(act.now - QUIET, db.session.scalar(answered) or act.now - QUIET)
    return outbox.put_since(since, template, about=about) == 0


def was_answered_by_mail(request: PatientRequest) -> bool:
    """Whether the desk has answered something at a request of which a mail is to tell."""
    found = select(RequestEvent.detail).filter_by(request_id=request.id, kind="answer")
    return any(json.loads(detail).get("way", "email") == "email" for detail in db.session.scalars(found))


def answer(
    act: Act, request: PatientRequest, words: str, *, way: Way = "email", then_wait: bool = False
) -> str:
    """Keep what the desk says to whoever asks; it answers every question so far, and work has begun with it.

    By email means that it stands on their page, and a mail says so without its words; what was said in another way
    stands there as well, and no mail goes out. `then_wait` makes the request wait for them, where that is possible.
    Returns what became of the mail, as a code, "said" for another way; raises Erased, and keys.Unreadable.
    """
    lock(request)
    take_if_nobodys(act, request, begins=False)
    mail = "said"
    if way == "email":
        person = person_of(request, act.settings.data_keys)
        address = None if person is None else person.email
        mail = notify(act, request, address, "request_answer", submission=secrets.token_hex(16))
    if then_wait and can_wait(request):
        move(act, request, "waiting")
    elif request.state == "new":
        move(act, request, "in_work")
    add_event(act, request, "answer", words=words, mail=mail, way=way)
    request.question_due_at = None
    if request.kind == "question":
        request.untold_since = None
    db.session.flush()
    return mail


def can_wait(request: PatientRequest) -> bool:
    """Whether a request can wait for whoever asks: not one with a quote, or a closed one."""
    return "waiting" in NEXT[request.state]


def default_way(request: PatientRequest) -> Way:
    """Return the way in which somebody wished to be answered; by email if they did not say."""
    return request.answer_by or "email"
