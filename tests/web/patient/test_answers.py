"""The page of a request shows its estimate, questions and answers: the words only to who may read them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from estimator import estimates, requests
from tests.support.acts import acting
from tests.support.clinic import NOW
from tests.support.quote_clinic import COORDINATOR, Desk, list_text
from tests.support.visitor import Page, Visitor
from tests.web.patient.test_my_data import confirmed, opened


@pytest.fixture
def app(start: Callable[..., Flask]) -> Flask:
    """Return an app whose list has a regulatory basis, so that it can be quoted."""
    return start(list_text())


@pytest.fixture
def desk(app: Flask) -> Desk:
    """Return the desk with one request."""
    return Desk(app)


def answer(desk: Desk, words: str) -> str:
    with desk.request() as request:
        return requests.answer(acting(actor=COORDINATOR, now=NOW, settings=desk.settings), request, words)


def ask(visitor: Visitor, desk: Desk, words: str) -> Page:
    page = visitor.open(f"/request/{desk.reference}")
    assert visitor.send(page, {"words": words}, button=None).status == 303
    return visitor.open(f"/request/{desk.reference}")


def test_questions_and_answers_stand_on_the_page_in_their_order(desk: Desk) -> None:
    visitor = confirmed(desk)
    ask(visitor, desk, "Is there a lift?")
    assert answer(desk, "Yes, to every floor.\nAnd a ramp.") == "put"
    text = ask(visitor, desk, "How wide is it?").text()
    order = ["Is there a lift?", "Yes, to every floor. And a ramp.", "How wide is it?"]
    assert sorted(order, key=text.index) == order
    assert "Our answer of 10 March 2026, 12:00" in text


def test_what_was_written_with_the_request_stands_first(desk: Desk) -> None:
    visitor = confirmed(desk)
    text = ask(visitor, desk, "Is there a lift?").text()
    order = ["What you wrote with your request, on 10 March 2026", "My stairs are steep.", "Is there a lift?"]
    assert sorted(order, key=text.index) == order
    assert "steep" not in opened(desk).open(f"/request/{desk.reference}").text(), (
        "the link alone shows no words"
    )


def test_while_an_answer_is_waited_for_the_page_says_where_the_question_stands(desk: Desk) -> None:
    visitor = confirmed(desk)
    with desk.request() as request:
        act = acting(actor=COORDINATOR, now=NOW, settings=desk.settings)
        requests.answer(act, request, "Do you take blood thinners?", then_wait=True)
    text = visitor.open(f"/request/{desk.reference}").text()
    assert "What we asked stands below, under “Questions and answers”." in text
    assert "Check your email" not in text
    text = ask(visitor, desk, "No, none.").text()
    assert text.index("What you wrote on") < text.index("No, none.")
    assert "Your question of" not in text, "it was an answer"


def test_a_link_alone_shows_when_and_no_words_and_no_estimate(desk: Desk) -> None:
    visitor = opened(desk)
    page = ask(visitor, desk, "Is there a lift?")
    answer(desk, "Yes, to every floor.")
    page = visitor.open(page.path)
    assert "What you wrote on 10 March 2026, 12:00" in page.text()
    assert "Our answer of 10 March 2026, 12:00" in page.text()
    for personal in ("lift", "floor", "EST-", "/e/"):
        assert personal not in page.html
    assert f"/request/{desk.reference}/code?wanted=request" in set(page.links())


def test_a_mail_says_that_there_is_an_answer_and_not_which(desk: Desk) -> None:
    answer(desk, "Yes, to every floor.")
    (mail,) = desk.mails("request_answer")
    assert mail["To"] == "mina@quillworth.org"
    assert desk.reference in mail["Subject"]
    assert "floor" not in mail.as_string()
    with desk.request() as request:
        assert requests.token_of(request, desk.settings.link_key) in mail.as_string().replace("=\n", "")


def test_who_has_no_address_reads_the_answer_by_the_link(app: Flask) -> None:
    desk = Desk(app, address=None)
    assert answer(desk, "Yes, to every floor.") == "no_address"
    assert "Yes, to every floor." in opened(desk).open(f"/request/{desk.reference}").text()


def test_the_page_leads_to_the_estimate_while_that_opens(app: Flask, clock: time_machine.Traveller) -> None:
    desk = Desk(app, address=None)
    page = opened(desk).open(f"/request/{desk.reference}")
    (link,) = [link for link in page.links() if link.startswith("/e/")]
    assert Visitor(app).open(link).status == 200
    clock.move_to(NOW + timedelta(days=desk.settings.kept_days))
    page = opened(desk).open(f"/request/{desk.reference}")
    assert [link for link in page.links() if link.startswith("/e/")] == []


def test_the_page_leads_to_no_estimate_that_was_deleted(desk: Desk) -> None:
    with desk.request() as request:
        found = estimates.by_reference(acting(now=NOW, settings=desk.settings), request.estimate_reference)
        assert found is not None
        estimates.delete(found)
    page = confirmed(desk).open(f"/request/{desk.reference}")
    assert [link for link in page.links() if link.startswith("/e/")] == []


def test_answers_are_among_my_data_and_deleted_with_them(desk: Desk) -> None:
    answer(desk, "Yes, to every floor.")
    assert "Yes, to every floor." in confirmed(desk).open(f"/request/{desk.reference}/data").text()
    desk.erase()
    assert [entry.words for entry in desk.history() if entry.kind == "answer"] == [None]
