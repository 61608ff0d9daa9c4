"""Questions of whoever asked for a quote, and the answers of the desk: kept with the request, never in a mail."""

from __future__ import annotations

import secrets
from datetime import timedelta
from email.utils import parseaddr

from sqlalchemy import func, select

from estimator.act import Act
from estimator.db import advisory_lock, db
from estimator.mail import outbox
from estimator.models import Estimate, PatientRequest, RequestEvent
from estimator.requests.consents import Consent
from estimator.requests.events import add_event, lock, words_of
from estimator.requests.lifecycle import Asked, ask, move, notify
from estimator.requests.person import Person, person_of

EXCHANGE = ("question", "answer")
"""The kinds of events that are a question or an answer, which both sides read."""

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
) -> PatientRequest:
    """Keep a question about an estimate of somebody who asks for no quote, and notify the desk by mail.

    It is a request of its own kind, without a name and a country; `submission` makes it idempotent as in `ask`.
    """
    person = Person(full_name="", email=email, phone=phone, message="")
    asked = Asked(person, "", language, "self", None, [consent], kind="question")
    request = ask(act, estimate, asked, origin="page", submission=submission)
    event = keep_question(act, request, words)
    if event is not None:
        tell_desk(act, request, event)
    return request


def keep_question(act: Act, request: PatientRequest, words: str) -> RequestEvent | None:
    """Keep a question to the coordinator; None if the same words were sent within the hour, which is one question.

    Raises outbox.TooMany after QUESTIONS_A_DAY, Erased, and keys.Unreadable.
    """
    lock(request)
    recent = db.session.scalars(
        select(RequestEvent).where(
            RequestEvent.request_id == request.id,
            RequestEvent.kind == "question",
            RequestEvent.at > act.now - DAY,
        )
    ).all()
    for event in recent:
        if event.at > act.now - AGAIN and words_of(event, act.settings.data_keys) == words:
            return None
    if len(recent) >= QUESTIONS_A_DAY:
        raise outbox.TooMany("record")
    return add_event(act, request, "question", words=words)


def tell_desk(act: Act, request: PatientRequest, event: RequestEvent) -> None:
    """Put a mail to the desk that a question was asked about a request; the question itself is not in it.

    There is none within QUIET of another one about this request, nor after TOLD_AN_HOUR about all requests.
    """
    if not act.settings.sends_mail or was_just_told(act, request, "request_question", request.reference):
        return
    advisory_lock("mails to the desk about questions")
    if outbox.put_since(act.now - HOUR, "request_question") >= TOLD_AN_HOUR:
        return
    outbox.put(
        act,
        outbox.Message(
            "request_question",
            about=request.reference,
            address=parseaddr(act.settings.mail_reply_to or act.settings.mail_from)[1],
            language=act.settings.languages[0],
            submission=event.name,
            # Limited above; other mail of the day must not keep the desk from hearing of a question.
            limits=outbox.UNLIMITED,
        ),
    )


def was_just_told(act: Act, request: PatientRequest, template: str, about: str) -> bool:
    """Whether a mail of a template told the desk of a question a moment ago, and the desk has not answered since."""
    answered = select(func.max(RequestEvent.at)).where(
        RequestEvent.request_id == request.id, RequestEvent.kind == "answer", RequestEvent.at <= act.now
    )
    since = max(act.now - QUIET, db.session.scalar(answered) or act.now - QUIET)
    return outbox.put_since(since, template, about=about) > 0


def was_answered(request: PatientRequest) -> bool:
    """Whether the desk has answered something at a request."""
    found = select(RequestEvent.id).filter_by(request_id=request.id, kind="answer").limit(1)
    return db.session.scalar(found) is not None


def answer(act: Act, request: PatientRequest, words: str) -> str:
    """Keep what the desk answers, and mail that there is an answer, which is not in the mail; work has begun with it.

    Returns what became of the mail, as a code; raises Erased, and keys.Unreadable.
    """
    lock(request)
    person = person_of(request, act.settings.data_keys)
    address = None if person is None else person.email
    mail = notify(act, request, address, "request_answer", submission=secrets.token_hex(16))
    if request.state == "new":
        move(act, request, "in_work")
    add_event(act, request, "answer", words=words, mail=mail)
    return mail
