"""A mail that goes out once more tells the moment of what it tells, and nothing that is not so any more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from estimator import quotes, requests
from estimator.db import db
from estimator.mail import outbox
from estimator.models import Mail, PatientRequest, QuoteRevision, RequestEvent
from estimator.processes import mail_contents
from estimator.quotes import sending_again
from tests.support.acts import acting
from tests.support.example_list import NOW
from tests.support.example_mail import claimed
from tests.support.example_quotes import (
    COORDINATOR,
    accept,
    decline,
    issue,
    prepare,
    quoted,
    settings,
    with_plans,
)

LATER = NOW + timedelta(minutes=8)


@pytest.fixture
def database_url(tmp_path: object) -> str:
    """Return the address of an empty SQLite file: nothing here depends on the kind of database."""
    return f"sqlite:///{tmp_path}/estimator.sqlite"


def newest_mail(template: str) -> Mail:
    return db.session.scalars(select(Mail).filter_by(template=template).order_by(Mail.id.desc())).first()  # type: ignore[return-value]


def taken(template: str) -> Mail:
    """Let a server take the newest mail of a template."""
    mail = newest_mail(template)
    outbox.sent(acting(now=NOW), claimed(mail.id, NOW), words="250 OK")
    db.session.commit()
    return mail


def repeat(mail: Mail, now: datetime = LATER) -> quotes.Sent:
    sent = quotes.repeat(acting(actor=COORDINATOR, now=now, settings=settings(), mail_server="mail"), mail)
    db.session.commit()
    return sent


def take_back(revision: QuoteRevision, now: datetime) -> None:
    quotes.take_back(acting(now=now, settings=settings()), revision)
    db.session.commit()


def replace(revision: QuoteRevision) -> None:
    prepare(revision.quote.request, NOW, prices="keep")
    issue(revision.quote.request, LATER)


def times_sent_again() -> int:
    return len(db.session.scalars(select(RequestEvent).filter_by(kind="sent_again")).all())


def test_a_receipt_that_is_sent_again_tells_when_it_was_accepted(app: Flask) -> None:
    accept(quoted())
    assert repeat(taken("quote_receipt")) == "anew"
    again = newest_mail("quote_receipt")
    message = mail_contents.compose(acting(settings=settings(), now=LATER), claimed(again.id, LATER))
    body = message.get_body(("plain",))
    assert body is not None
    text = " ".join(body.get_content().split())
    assert "On 10 March 2026, 12:00 (UTC) you accepted revision 1" in text


def test_a_receipt_of_an_acceptance_that_ended_is_not_sent_again(app: Flask) -> None:
    revision = quoted()
    accept(revision)
    first = taken("quote_receipt")
    replace(revision)
    assert repeat(first) == "over"
    assert times_sent_again() == 0


def test_of_an_acceptance_that_was_taken_back_only_that_is_told_again(app: Flask) -> None:
    revision = quoted()
    accept(revision)
    first = taken("quote_receipt")
    take_back(revision, NOW)
    second = taken("quote_receipt")
    assert [repeat(first), repeat(second)] == ["over", "anew"]
    accept(revision, LATER)
    assert [repeat(first), repeat(second)] == ["over", "over"], (
        "another acceptance is not the one they tell of"
    )


def test_a_quote_that_was_replaced_is_refused_at_once(app: Flask) -> None:
    revision = quoted()
    first = taken("quote_issued")
    assert repeat(first) == "anew"
    replace(revision)
    assert repeat(first) == "over"
    assert times_sent_again() == 1


@pytest.mark.parametrize("answer", [accept, decline])
def test_a_quote_that_was_answered_is_not_offered_again_but_the_receipt_of_the_answer(
    app: Flask, answer: Callable[[QuoteRevision], None]
) -> None:
    revision = with_plans("3")
    first = taken("quote_issued")
    act = acting(actor=COORDINATOR, now=LATER, settings=settings(), mail_server="mail")
    assert "quote_issued" in sending_again.letters(revision.quote.request, act)
    (accept_b if answer is accept else answer)(revision)
    taken("quote_receipt")
    assert repeat(first) == "over"
    offered = sending_again.letters(revision.quote.request, act)
    assert ("quote_issued" in offered, "quote_receipt" in offered) == (False, True)
    assert sending_again.send(act, revision.quote.request, "quote_issued") == "over"
    assert sending_again.send(act, revision.quote.request, "quote_receipt") == "anew"
    db.session.commit()
    again = newest_mail("quote_receipt")
    message = mail_contents.compose(act, claimed(again.id, LATER))
    body = message.get_body(("plain",))
    assert body is not None
    said = "you accepted plan B of quote" if answer is accept else "you declined revision 1 of quote"
    assert said in " ".join(body.get_content().split())


def accept_b(revision: QuoteRevision) -> None:
    accept(revision, plan="B")


def test_the_mail_of_a_quote_that_was_accepted_before_it_left_does_not_go_out(app: Flask) -> None:
    revision = quoted()
    accept(revision)
    with pytest.raises(mail_contents.Overtaken):
        mail_contents.compose(
            acting(settings=settings(), now=LATER), claimed(newest_mail("quote_issued").id, LATER)
        )


@pytest.mark.parametrize(("way", "offered"), [("email", True), ("whatsapp", False)])
def test_the_mail_that_there_is_an_answer_is_offered_only_after_one_by_mail(
    app: Flask, way: requests.Way, offered: bool
) -> None:
    request = db.session.get_one(PatientRequest, quoted().quote.request_id)
    act = acting(actor=COORDINATOR, now=NOW, settings=settings())
    requests.answer(act, request, "August is possible.", way=way)
    assert ("request_answer" in sending_again.letters(request, act)) is offered
