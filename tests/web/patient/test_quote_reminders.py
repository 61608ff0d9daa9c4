"""Whoever wants no mail before a quote ends says so by the link in it, without a code; opening it changes nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from estimator import quotes, requests
from tests.support.quote_clinic import ADDRESS, NAME, TOTAL, Desk, list_text
from tests.support.visitor import Visitor


@pytest.fixture
def app(start: Callable[..., Flask]) -> Flask:
    """Return an app whose list quotes can be issued from."""
    return start(list_text())


@pytest.fixture
def desk(app: Flask) -> Desk:
    """Return the desk with a quote that was issued."""
    desk = Desk(app)
    desk.issue(pdf=b"%PDF-1.7 kept")
    return desk


def link(desk: Desk) -> str:
    with desk.revision() as revision:
        token = quotes.reminders.token_of(revision.quote, desk.settings.link_key)
    return f"/reminders/{desk.number}/{token}"


def wants_none(desk: Desk) -> bool:
    with desk.request() as request:
        return request.no_reminders_at is not None


def test_a_mail_program_that_opens_the_link_changes_nothing(app: Flask, desk: Desk) -> None:
    page = Visitor(app).open(link(desk))
    assert page.status == 200
    Visitor(app).client.head(link(desk)).close()
    assert not wants_none(desk)
    assert [told for told in (NAME, ADDRESS, TOTAL) if told in page.html] == []


def test_one_press_without_a_code_or_a_cookie_ends_the_mails_and_another_brings_them_back(
    app: Flask, desk: Desk
) -> None:
    for act, none in (("stop", True), ("stop", True), ("send", False)):
        answer = Visitor(app).post(link(desk), {"act": act})
        assert answer.status == 303
        assert "Saved." in Visitor(app).open(answer.location).text()
        assert wants_none(desk) is none
    assert desk.events()[-2:] == ["no_reminders", "reminders_wanted"]


def test_whoever_changes_it_all_day_is_stopped_with_a_sentence_and_the_history_has_an_end(
    app: Flask, desk: Desk
) -> None:
    visitor, before = Visitor(app), len(desk.events())
    most = 2 * requests.MOST_OF_A_KIND
    for number in range(most):
        assert visitor.post(link(desk), {"act": "send" if number % 2 else "stop"}).status == 303
    for _time in range(2):
        answer = visitor.post(link(desk), {"act": "stop"})
        assert answer.status == 429
        assert "Try again tomorrow" in answer.text()
    assert len(desk.events()) == before + most
    assert not wants_none(desk)


def test_the_buttons_of_the_page_do_what_they_say(app: Flask, desk: Desk) -> None:
    visitor = Visitor(app)
    page = visitor.open(link(desk))
    visitor.post(link(desk), {**page.typed(page.all("form")[-1]), "act": "stop"})
    assert wants_none(desk)
    assert "You get no mail before a quote ends." in visitor.open(link(desk)).text()


def test_another_token_opens_nothing_and_the_link_of_the_mail_does_not_open_the_quote(
    app: Flask, desk: Desk
) -> None:
    address = link(desk)
    assert Visitor(app).open(address[:-1] + ("A" if address[-1] != "A" else "B")).status == 404
    assert Visitor(app).open(f"/q/{address.rpartition('/')[2]}").status == 404
    desk.erase()
    assert Visitor(app).open(address).status == 404
