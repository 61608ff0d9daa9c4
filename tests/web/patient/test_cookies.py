"""A browser that accepts no cookies: told once to try again, then what else can be done."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from estimator import web
from estimator.web import guard
from tests.support.asking import filled
from tests.support.clinic import ANSWERS, table_text
from tests.support.visitor import Page, Visitor


class NoCookies(Visitor):
    """A browser that forgets every cookie at once."""

    def ask(self, method: str, path: str, **more: object) -> Page:
        """Ask for something without a cookie."""
        self.client.delete_cookie("session")
        page: Page = super().ask(method, path, **more)
        return page


@pytest.fixture
def app(start: Callable[..., Flask]) -> Flask:
    """Return an app in two languages."""
    return start(table_text(), languages=("en", "ar"))


@pytest.fixture
def blocked(app: Flask) -> NoCookies:
    """Return somebody whose browser accepts no cookies."""
    return NoCookies(app)


def test_the_second_try_without_cookies_says_how_to_allow_them_and_whom_to_write_to(
    blocked: NoCookies,
) -> None:
    first = blocked.send(blocked.open("/estimate/clinic"), ANSWERS)
    assert first.status == 400
    assert first.one("form", id="typed").get("data-at-check") is not None
    assert "Your browser accepts no cookies" in first.text("div", id="total")
    assert "press the button again" in first.problems[0]
    second = blocked.send(first, ANSWERS)
    assert second.status == 400
    assert "Allow cookies for this site" in second.problems[0]
    assert "Or write to estimates@example.org" in second.problems[0]
    assert second.control("q_cells") == ANSWERS["q_cells"]
    third = blocked.send(second, ANSWERS)
    assert "Allow cookies for this site" in third.problems[0]


def test_cookies_that_are_allowed_meanwhile_let_the_form_through(app: Flask, blocked: NoCookies) -> None:
    second = blocked.send(blocked.send(blocked.open("/estimate/clinic"), ANSWERS), ANSWERS)
    allowed = Visitor(app)
    page = allowed.send(second, ANSWERS)
    assert page.status == 400
    again = allowed.send(page, ANSWERS)
    assert again.status == 303


def test_a_session_that_ends_twice_is_not_taken_for_blocked_cookies(app: Flask) -> None:
    visitor = Visitor(app)
    page = visitor.send(visitor.open("/estimate/clinic"), {**ANSWERS, "csrf_token": "old"})
    again = visitor.send(page, {**ANSWERS, "csrf_token": "old"})
    assert "press the button again" in again.problems[0]


@pytest.mark.parametrize("form", ["ask", "email"])
def test_the_other_forms_say_it_too(app: Flask, blocked: NoCookies, form: str) -> None:
    path = f"{Visitor(app).estimate(ANSWERS).path}/{form}"
    answers = filled() if form == "ask" else {"address": "anna@example.org"}
    button = "check" if form == "ask" else None
    first = blocked.send(blocked.open(path), answers, button)
    second = blocked.send(first, {}, button)
    assert "Allow cookies" not in first.problems[0]
    assert "Allow cookies for this site" in second.problems[0]
    assert "estimates@example.org" in second.problems[0]


def test_the_form_of_one_question_says_it_too(app: Flask, blocked: NoCookies) -> None:
    path = f"{Visitor(app).estimate(ANSWERS).path}/change/sessions"
    first = blocked.send(blocked.open(path), {"q_sessions": "3"})
    second = blocked.send(first, {"q_sessions": "3"})
    assert "press the button again" in first.problems[0]
    assert "Allow cookies for this site" in second.problems[0]
    assert "estimates@example.org" in second.problems[0]
    assert second.control("q_sessions") == "3"


def test_a_link_that_cannot_be_remembered_says_so(blocked: NoCookies) -> None:
    for path in ("/quote/Q-2026-00001", "/request/REQ-AAAA-AAAA"):
        page = blocked.open(path)
        assert "your browser accepts no cookies from this site" in page.text()


def test_a_language_that_cannot_be_remembered_is_carried_from_page_to_page(
    app: Flask, blocked: NoCookies
) -> None:
    start = blocked.open("/")
    [link] = [link for link in start.links() if link.endswith("=ar")]
    page = blocked.open(blocked.open(f"/{link}").location)
    assert page.one("html").get("lang") == "ar"
    [form] = {link for link in page.links() if link.startswith("/estimate/")}
    page = blocked.open(form)
    assert page.one("html").get("lang") == "ar"
    refused = blocked.send(blocked.send(page, ANSWERS), ANSWERS)
    assert refused.one("html").get("lang") == "ar"
    assert "ملفات تعريف الارتباط" in refused.problems[0]
    assert refused.control("q_cells") == ANSWERS["q_cells"]
    [english] = [button for button in refused.all("button", lang="en") if button.get("form") == "typed"]
    again = blocked.post(english.get("formaction", ""), refused.typed(refused.one("form", id="typed")))
    assert again.one("html").get("lang") == "en"
    assert again.one("form", id="typed").get("action", "").endswith("?lang=en")


def test_what_somebody_sends_on_opens_as_they_read_it_and_chooses_nothing(
    app: Flask, blocked: NoCookies
) -> None:
    made = Visitor(app).estimate(ANSWERS).path
    page = blocked.open(f"{made}?lang=ar")
    ours = {urlsplit(link).query for link in page.links() if link.startswith(f"{made}/")}
    assert all("lang=ar" in query for query in ours)
    assert len(ours) > 1
    assert page.one("input", id="link").get("value", "").endswith(f"{made}?written=ar")
    [chat] = [link for link in page.links() if link.startswith("https://wa.me/")]
    assert unquote(chat).endswith(f"{made}?written=ar"), "for a browser in which nobody chose"
    assert "lang" not in chat
    other = Visitor(app).open(made)
    assert not [link for link in other.links() if "lang=" in link]


def test_a_browser_that_accepts_cookies_soon_has_short_addresses_again(app: Flask) -> None:
    visitor = Visitor(app)
    page = visitor.open("/?language=ar")
    page = visitor.open(page.location)
    assert (page.status, page.location) == (303, "/")
    page = visitor.open("/")
    assert page.one("html").get("lang") == "ar"
    assert not [link for link in page.links() if "lang=" in link]


def test_a_form_that_asks_by_its_address_carries_the_language_too(app: Flask, blocked: NoCookies) -> None:
    made = Visitor(app).estimate(ANSWERS).path
    for shown, action, answers in (
        (f"{made}/explore", f"{made}/explore", {"budget": "3000"}),
        (made, f"{made}/answer", {"question": "sessions"}),
        ("/verify", "/verify", {"number": "Q-2026-00001"}),
    ):
        page = blocked.open(f"{shown}?lang=ar")
        (form,) = [
            each
            for each in page.all("form")
            if each.get("method") != "post" and urlsplit(each.get("action") or page.path).path == action
        ]
        answer = blocked.open(f"{action}?{urlencode({**page.typed(form), **answers})}")
        if answer.status == 303:
            answer = blocked.open(answer.location)
        assert answer.one("html").get("lang") == "ar", action


def test_both_readings_of_a_budget_carry_the_language(start: Callable[..., Flask]) -> None:
    app = start(table_text().replace('currency = "USD"', 'currency = "KWD"'), languages=("en", "ar"))
    blocked = NoCookies(app)
    asked = blocked.open(f"{Visitor(app).estimate(ANSWERS).path}/explore?lang=ar&budget=5.000")
    readings = [link.get("href", "") for link in asked.one("p", class_="readings").iter("a")]
    assert len(readings) == 2
    for reading in readings:
        page = blocked.open(reading)
        assert page.one("html").get("lang") == "ar"
        assert page.all("div", class_="bought")


def pressed_twice(blocked: NoCookies, path: str, **typed: Any) -> tuple[Page, Page]:
    """Fill the form of a page in that sends something, press its button, and press it once more."""
    pages = [blocked.open(path)]
    for _press in range(2):
        (form,) = pages[-1].all("form", method="post")
        data = MultiDict([*pages[-1].typed(form).items(multi=True), *typed.items()])
        for name, value in typed.items():
            data.setlist(name, [(io.BytesIO(value), "quote.pdf") if isinstance(value, bytes) else value])
        pages.append(blocked.post(form.get("action") or path, data))
    _first, refused, again = pages
    return refused, again


def test_what_is_pressed_in_vain_says_it_in_the_language_that_is_carried_and_keeps_what_was_typed(
    app: Flask, blocked: NoCookies
) -> None:
    made = Visitor(app).estimate(ANSWERS).path
    link = f"https://localhost{made}"
    for place, typed in (
        (f"{made}/delete", {}),
        (f"{made}/compare", {"link_2": link}),
        ("/compare", {"link_3": link}),
        ("/verify", {"file": b"%PDF-1.7"}),
    ):
        first, second = pressed_twice(blocked, f"{place}?lang=ar", **typed)
        for page in (first, second):
            assert page.status == 400, place
            assert page.one("html").get("lang") == "ar", place
        assert "متصفحك لا يقبل" not in first.problems[0]
        assert "متصفحك لا يقبل" in second.problems[0]
        assert "estimates@example.org" in second.problems[0]
        (form,) = second.all("form", method="post")
        kept = second.typed(form)
        assert [kept.get(name) for name in typed if name != "file"] == [link] * ("compare" in place)
    assert blocked.open(made).status == 200, "nothing was deleted"


def test_the_total_beside_a_form_is_shown_without_cookies_and_says_that_there_are_none(
    app: Flask, blocked: NoCookies
) -> None:
    form = blocked.open("/estimate/clinic?lang=ar")
    made = Visitor(app).estimate(ANSWERS).path
    for path in ("/estimate/clinic/total", f"{made}/total"):
        total = blocked.post(f"{path}?lang=ar", {**form.typed(), **ANSWERS})
        assert total.status == 200
        assert "ملفات تعريف الارتباط" in total.json["html"], path


def test_every_form_of_patients_says_itself_what_to_do_without_a_visit(app: Flask) -> None:
    sent_to = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and rule.endpoint.partition(".")[0] in web.PATIENT
    }
    assert sent_to <= guard.CHECKS_ITSELF
