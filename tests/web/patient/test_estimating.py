"""From the start to the breakdown, back again, and away: the journey without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from flask import Flask

from tests.support.clinic import ANSWERS, NOW, TOTAL, table_text
from tests.support.database import count, publish
from tests.support.visitor import Page, Visitor, words

CHANGED = "The price list has changed meanwhile."


def panel(page: Page) -> str:
    return page.text("div", id="total")


def test_the_start_leads_to_the_form_and_names_the_evidence(visitor: Visitor) -> None:
    start = visitor.open("/")
    assert start.status == 200
    assert "/estimate/clinic" in list(start.links())
    assert "The benefit is unproven." in start.text()
    assert "Demonstration" not in start.html


def test_a_start_without_a_list_says_so(start: Callable[..., Flask]) -> None:
    page = Visitor(start()).open("/")
    assert page.status == 200
    assert "no price list in force" in page.text()


def test_nothing_that_costs_money_is_chosen_beforehand(visitor: Visitor) -> None:
    typed = visitor.open("/estimate/clinic").typed()
    asked = {name: value for name, value in typed.items() if name.startswith("q_") and value}
    assert asked == {"q_meals": "all"}, "only the question with one possible answer"


def test_the_total_is_worked_out_by_a_round_trip(visitor: Visitor) -> None:
    form = visitor.open("/estimate/clinic")
    assert "4 questions left" in panel(form)
    page = visitor.send(form, ANSWERS, button="total")
    assert page.status == 200
    assert TOTAL in panel(page)
    assert page.problems == []
    assert page.control("q_sessions") == "2"
    assert page.control("q_cells") == "own"
    assert page.control("q_arrival-month") == "3"


def test_asking_for_the_total_keeps_nothing(app: Flask, visitor: Visitor) -> None:
    visitor.send(visitor.open("/estimate/clinic"), ANSWERS, button="total")
    assert count(app) == 0


def test_an_unfinished_form_is_no_error_while_only_the_total_is_asked_for(visitor: Visitor) -> None:
    page = visitor.send(visitor.open("/estimate/clinic"), {"q_cells": "own"}, button="total")
    assert page.status == 200
    assert page.problems == []
    assert not page.title.startswith("Error:")
    assert "3 questions left" in panel(page)
    assert "Likely total, at least USD" in panel(page), "never a part of the sum without saying so"


def test_sending_the_form_makes_an_estimate_with_a_link_of_its_own(app: Flask, visitor: Visitor) -> None:
    sent = visitor.send(visitor.open("/estimate/clinic"), ANSWERS)
    assert sent.status == 303
    assert sent.location.startswith("/e/")
    page = visitor.open(sent.location)
    assert page.status == 200
    assert page.text("h1") == "Cost estimate not a firm price"
    assert TOTAL in page.text("section", aria_labelledby="total-title")
    assert count(app) == 1


def test_enter_in_a_field_works_out_the_total_and_leads_to_no_page_of_errors(visitor: Visitor) -> None:
    form = visitor.open("/estimate/clinic")
    submitting = [button for button in form.one("form").iter("button") if button.get("type") != "button"]
    assert submitting[0].get("value") == "total"
    page = visitor.send(form, {}, button="total")
    assert page.status == 200
    assert not page.all("div", class_="error-summary")


@pytest.mark.parametrize("typed", ["", "3", "nonsense", "1e9"])
def test_what_stands_in_a_question_that_is_not_asked_any_more_stops_nobody(
    visitor: Visitor, typed: str
) -> None:
    page = visitor.estimate({**ANSWERS, "q_training_hours": typed})
    assert TOTAL in page.text("section", aria_labelledby="total-title")
    assert "Hour of training" not in page.text("table", class_="items")


def test_changing_answers_begins_with_the_earlier_ones_and_makes_another_estimate(
    app: Flask, visitor: Visitor
) -> None:
    answers = {**ANSWERS, "q_training": "yes", "q_training_hours": "2.5", "q_robot": "yes"}
    earlier = visitor.estimate(answers)
    form = visitor.open(f"{earlier.path}/change")
    assert form.status == 200
    filled = {name: form.control(name) for name in answers}
    assert filled == answers
    assert form.control("q_nights") == "", "what was left open stays open"
    assert form.text("p", class_="back") == "Back to the estimate"
    later = visitor.send(form, {"q_sessions": "1"})
    assert later.status == 303
    assert later.location != earlier.path
    assert visitor.open(earlier.path).status == 200
    assert count(app) == 2


def test_each_answer_leads_to_its_question(visitor: Visitor, breakdown: Page) -> None:
    buttons = [button.get("value") for button in breakdown.all("button", name="question")]
    assert len(buttons) == 7
    for code in buttons:
        asked = visitor.open(visitor.open(f"{breakdown.path}/answer?question={code}").location)
        assert [each.get("id") for each in asked.all("div", class_="question")] == [f"question-{code}"]
    assert visitor.open(f"{breakdown.path}/answer?question=x").location == f"{breakdown.path}/change"


def test_a_radio_button_that_no_longer_comes_is_an_open_question(visitor: Visitor, breakdown: Page) -> None:
    form = visitor.open(f"{breakdown.path}/change")
    page = visitor.send(form, {"q_cells": None})
    assert page.status == 422
    assert page.problems == ["Type of cells: Please answer this question."]


def without_id(page: Page) -> list[tuple[str, str]]:
    """Return the headers of an answer but for the one that no other has."""
    return [(name, value) for name, value in page.headers.items() if name != "X-Request-ID"]


def test_a_deleted_estimate_an_old_one_and_one_that_never_was_look_the_same(
    app: Flask, visitor: Visitor, clock: time_machine.Traveller
) -> None:
    deleted, old = visitor.estimate(ANSWERS), visitor.estimate({**ANSWERS, "q_sessions": "1"})
    asked = visitor.open(f"{deleted.path}/delete")
    assert asked.status == 200
    done = visitor.send(asked, button=None)
    assert done.text("h1") == "The estimate is deleted"
    assert count(app) == 1
    clock.move_to(NOW + timedelta(days=90), tick=False)
    for tail in ("", "/change", "/delete", "/estimate.pdf"):
        unknown = visitor.open(f"/e/{'A' * 43}{tail}")
        assert unknown.status == 404
        for page in (deleted, old):
            found = visitor.open(page.path + tail)
            assert (found.status, found.body) == (404, unknown.body)
            assert without_id(found) == without_id(unknown)


def test_looking_at_the_delete_page_deletes_nothing(app: Flask, visitor: Visitor, breakdown: Page) -> None:
    visitor.open(f"{breakdown.path}/delete")
    visitor.client.head(f"{breakdown.path}/delete")
    assert visitor.post(f"{breakdown.path}/delete").status == 400, "without the page's own form"
    assert count(app) == 1


def test_the_same_form_sent_twice_is_one_estimate(app: Flask, visitor: Visitor) -> None:
    form = visitor.open("/estimate/clinic")
    first, second = visitor.send(form, ANSWERS), visitor.send(form, ANSWERS)
    assert first.location == second.location
    assert count(app) == 1


def test_two_people_with_the_same_answers_have_two_estimates(app: Flask) -> None:
    links = {visitor.estimate(ANSWERS).path for visitor in (Visitor(app), Visitor(app))}
    assert len(links) == 2


@pytest.mark.parametrize("name", [None, "", "n" * 100])
def test_forms_without_a_usable_name_are_never_somebody_elses(app: Flask, name: str | None) -> None:
    links = set()
    for visitor in (Visitor(app), Visitor(app)):
        page = visitor.send(visitor.open("/estimate/clinic"), {**ANSWERS, "submission": name}, button="total")
        assert page.control("submission") not in (None, "", "None", name)
        links.add(visitor.send(page).location)
    assert len(links) == 2


@pytest.mark.long
@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_a_double_click_is_one_estimate(app: Flask, visitor: Visitor) -> None:
    form = visitor.open("/estimate/clinic")
    cookie = visitor.client.get_cookie("session")
    assert cookie is not None
    data = {**form.typed(), **ANSWERS, "act": "show"}
    together = Barrier(4)

    def send(_number: int) -> tuple[int, str]:
        again = Visitor(app)
        again.client.set_cookie("session", cookie.value)
        together.wait()
        sent = again.post("/estimate/clinic", data)
        return sent.status, sent.headers.get("Location", sent.html)

    with ThreadPoolExecutor(4) as clicks:
        answers = set(clicks.map(send, range(4)))
    assert len(answers) == 1
    assert {status for status, _link in answers} == {303}
    assert count(app) == 1


def test_a_list_that_changed_meanwhile_shows_its_figures_before_anything_is_kept(
    app: Flask, visitor: Visitor
) -> None:
    form = visitor.open("/estimate/clinic")
    publish(app, table_text(version="2026-2", valid_from="2026-03-01", price="3000.00"))
    page = visitor.send(form, ANSWERS)
    assert page.status == 409
    assert page.title.startswith("Error:")
    assert [line.startswith(CHANGED) for line in page.problems] == [True]
    assert "6,811.05" in panel(page)
    assert page.control("q_sessions") == "2"
    assert count(app) == 0
    sent = visitor.send(page)
    assert sent.status == 303
    assert "6,811.05" in visitor.open(sent.location).text("section", aria_labelledby="total-title")


def test_a_list_that_changed_while_answers_were_wrong_says_both(app: Flask, visitor: Visitor) -> None:
    form = visitor.open("/estimate/clinic")
    publish(app, table_text(version="2026-2", valid_from="2026-03-01"))
    page = visitor.send(form, {**ANSWERS, "q_sessions": "7"})
    assert page.status == 409
    assert page.problems[0].startswith(CHANGED)
    assert page.problems[1:] == ["Sessions: 7 is too high. The most is 6."]


def test_old_answers_that_a_new_list_does_not_offer_are_asked_again(
    app: Flask, visitor: Visitor, breakdown: Page
) -> None:
    newer = table_text(version="2026-2", valid_from="2026-03-01")
    newer = newer.replace("[driver.cells.choice.own]", "[driver.cells.choice.marrow]")
    newer = newer.replace('label.en = "Session"', 'label.en = "One session"')
    publish(app, newer)
    form = visitor.open(f"{breakdown.path}/change")
    assert form.status == 200
    assert CHANGED in panel(form)
    assert form.control("q_cells") is None
    page = visitor.send(form)
    assert page.problems == ["Type of cells: Please answer this question."]
    assert visitor.send(page, {"q_cells": "marrow"}).status == 303


KINDS = {"number": "least = 1\nmost = 9\n", "date": "", "yes_no": ""}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["arrival", "nights", "robot", "cells"])
def test_a_newer_list_may_ask_something_else_by_the_same_name(
    app: Flask, visitor: Visitor, name: str, kind: str
) -> None:
    earlier = visitor.estimate({**ANSWERS, "q_nights": "3", "q_robot": "yes"})
    newer = table_text(version="2026-2", valid_from="2026-03-01")
    newer = newer.replace(f"[driver.{name}", f"[driver.{name}_too")
    for before, after in ((f"{{ {name} =", f"{{ {name}_too ="), (f", {name} =", f", {name}_too =")):
        newer = newer.replace(before, after)
    newer = newer.replace(f'per = "{name}"', f'per = "{name}_too"')
    role = "cell_type" if name == "cells" else "extras"
    newer += (
        f'\n[driver.{name}]\nkind = "{kind}"\nrole = "{role}"\nlabel.en = "Something else"\n{KINDS[kind]}'
    )
    publish(app, newer)
    form = visitor.open(f"{earlier.path}/change")
    assert form.status == 200
    assert form.control("q_sessions") == "2"
    assert visitor.send(form).status in (303, 422)


def test_a_list_of_a_later_day_is_not_in_force_yet(app: Flask, visitor: Visitor) -> None:
    publish(app, table_text(valid_from="2026-04-01").replace('"clinic"', '"later"', 1))
    page = visitor.open("/estimate/later")
    assert page.status == 404
    assert "not in force yet" in page.text("h1")
    assert visitor.post("/estimate/later/total", visitor.open("/estimate/clinic").typed()).status == 404


def test_prices_that_have_expired_say_so_and_lead_to_todays(
    visitor: Visitor, breakdown: Page, clock: time_machine.Traveller
) -> None:
    assert "expired" not in breakdown.text()
    clock.move_to(NOW + timedelta(days=31), tick=False)
    page = visitor.open(breakdown.path)
    assert "These prices have expired" in page.text()
    assert f"{breakdown.path}/change" in list(page.links())


def test_what_is_kept_until_when_is_said_where_the_link_is(breakdown: Page) -> None:
    assert "We keep it until 8 June 2026." in breakdown.text("div", class_="copy")


def test_what_must_be_answered_comes_first_in_its_section_and_is_marked(visitor: Visitor) -> None:
    form = visitor.open("/estimate/clinic")
    for section in form.all("section", data_section=""):
        questions = [question for question in section.iter("div") if question.get("data-driver") is not None]
        marks = ["(required)" in words(question) for question in questions]
        assert marks == [question.get("data-required") is not None for question in questions]
        unasked = [question.get("hidden") is not None for question in questions]
        plain = [mark for mark, is_unasked in zip(marks, unasked, strict=True) if not is_unasked]
        assert plain == sorted(plain, reverse=True), section.get("aria-labelledby")


def test_every_question_stands_in_exactly_one_step(visitor: Visitor) -> None:
    form = visitor.open("/estimate/clinic")
    steps = form.all("div", class_="step")
    inside = [
        question.get("data-driver")
        for step in steps
        for question in step.iter("div")
        if question.get("data-driver")
    ]
    everywhere = [question.get("data-driver") for question in form.all("div", class_="question")]
    assert inside == everywhere
    assert steps[-1].get("id") == "step-check"
    assert len({step.get("id") for step in steps}) == len(steps)


def test_what_is_wrong_with_an_answer_comes_with_the_total(visitor: Visitor) -> None:
    form = visitor.open("/estimate/clinic")
    answer = visitor.post("/estimate/clinic/total", {**form.typed(), "q_sessions": "9"})
    assert answer.json["refused"] == {"sessions": ["9 is too high. The most is 6."]}
    answer = visitor.post("/estimate/clinic/total", form.typed())
    assert answer.json["refused"] == {}
