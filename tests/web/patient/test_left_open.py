"""Somebody who does not know everything: what is left open is named and linked, money is typed as it is at hand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import pricing
from estimator import requests
from estimator.db import db
from estimator.i18n import reader as reader_of
from estimator.models import Estimate
from estimator.web import estimate_form
from estimator.web.total_so_far import running
from tests.support.acts import acting
from tests.support.asking import asked, link_of, stored
from tests.support.clinic import NOW
from tests.support.open_list import ANSWERS, OPEN
from tests.support.visitor import Page, Visitor, parsed, words

SPACE = "\N{NO-BREAK SPACE}"


@pytest.fixture
def app(start: Callable[..., Flask]) -> Flask:
    return start(OPEN)


def plain(text: str) -> str:
    return text.replace(SPACE, " ")


def total(visitor: Visitor, answers: dict[str, str]) -> dict[str, Any]:
    form = visitor.open("/estimate/delhi")
    found: dict[str, Any] = visitor.post("/estimate/delhi/total", {**form.typed(), **answers}).json
    tree = parsed(f"<!doctype html><title>x</title>{found['html']}")
    found["shown"] = plain(words(tree))
    found["links"] = [link.get("href") for link in tree.iter("a")]
    found["fills"] = [b.get("value") for b in tree.iter("button") if b.get("name") == "fill"]
    return found


def fill(visitor: Visitor, page: Page, answers: dict[str, str], button: str) -> Page:
    data = page.typed()
    for name, answer in {**answers, "fill": button}.items():
        data.poplist(name)
        data.add(name, answer)
    return visitor.post(page.path, data)


def links(page: Page) -> dict[str, str]:
    return {words(link): link.get("href", "") for link in page.all("a")}


def test_the_form_asks_what_may_stay_open_and_shows_it(visitor: Visitor) -> None:
    page = visitor.open("/estimate/delhi")
    for code in ("flights", "hotel_nights", "visa", "infection"):
        (question,) = page.all("div", id=f"question-{code}")
        assert question.get("hidden") is None, code
    assert (
        "What you do not know yet may stay open; it is then not counted, and the estimate says so."
        in page.text()
    )
    assert "What you do not know yet may stay open; we ask you again before a firm quote." in page.text()


def test_the_heading_of_the_answers_counts_only_those_that_were_given(visitor: Visitor) -> None:
    page = visitor.estimate(ANSWERS, "delhi")
    (fold,) = [each for each in page.all("details") if words(each).startswith("Your answers")]
    rows = [words(each) for each in fold.iter("dd") if "Change" not in words(each)]
    open_ = [each for each in rows if each.lower().startswith("not answered") or "Not answered" in each]
    assert len(open_) > 1
    assert words(fold).startswith(f"Your answers {len(rows) - len(open_)} answers; {len(open_)} not answered")


def test_money_has_a_field_without_steps_and_with_a_decimal_keyboard(visitor: Visitor) -> None:
    page = visitor.open("/estimate/delhi")
    (field,) = page.all("input", id="q_flights")
    assert field.get("inputmode") == "decimal"
    (question,) = page.all("div", id="question-flights")
    assert not [button for button in question.iter("button") if "stepper" in button.get("class", "")]


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1830", "USD 1,830.00"),
        ("1849.50", "USD 1,849.50"),
        ("1849,50", "USD 1,849.50"),
        ("USD 1,850", "USD 1,850.00"),
    ],
)
def test_money_is_taken_as_it_was_typed(visitor: Visitor, typed: str, amount: str) -> None:
    page = visitor.estimate({**ANSWERS, "q_flights": typed}, "delhi")
    assert amount in plain(page.text())
    assert "US dollars" not in page.text()


def test_an_amount_that_is_no_possible_answer_is_not_offered(visitor: Visitor) -> None:
    page = visitor.send(visitor.open("/estimate/delhi"), {**ANSWERS, "q_flights": "99999999999"})
    question = page.one("div", id="question-flights")
    assert page.typed().get("q_flights") == "99999999999"
    assert [button for button in question.iter("button") if "999" in str(button.get("value"))] == []


def test_an_amount_finer_than_its_currency_is_told_so_and_the_nearest_one_offered(visitor: Visitor) -> None:
    page = visitor.send(visitor.open("/estimate/delhi"), {**ANSWERS, "q_flights": "1849.504"})
    (problem,) = page.problems
    assert plain(problem) == (
        "Flights: Amounts in USD go in steps of 0.01. Enter one without finer decimals, for example USD 1,849.50."
    )
    panel = total(visitor, {**ANSWERS, "q_flights": "1849.504"})
    assert panel["fills"] == ["flights=1849.50"]
    assert fill(visitor, page, {}, panel["fills"][0]).control("q_flights") == "1849.50"


def test_yen_have_no_smaller_part(start: Callable[..., Flask]) -> None:
    shipped = (Path(pricing.__file__).parent / "tables" / "japan.toml").read_text(encoding="utf-8")
    shipped = re.sub(r"valid_from = \S+", "valid_from = 2026-01-01", shipped, count=1)
    table, reader = pricing.read(shipped), reader_of("en")
    with start(shipped).test_request_context():
        form = estimate_form.build(table)
        form["q_flights"].fill("90000.5")
        found = estimate_form.read(form, table, reader)
        panel = running(table, found, reader)
    (refusal,) = panel.refusals
    assert plain(refusal.sentence) == (
        "Amounts in JPY go in steps of 1. Enter one without finer decimals, for example JPY 90,001."
    )
    assert [reading.sent for reading in refusal.readings] == ["flights=90001"]


@pytest.mark.long
def test_an_amount_with_two_readings_is_asked_back_with_both(visitor: Visitor) -> None:
    page = visitor.send(visitor.open("/estimate/delhi"), {**ANSWERS, "q_flights": "1.850"})
    assert page.status == 422
    assert page.problems == ["Flights: “1.850” can be read in two ways. Choose the one that you mean."]
    (question,) = page.all("div", id="question-flights")
    sent = [button.get("value") for button in question.iter("button") if button.get("name") == "fill"]
    assert sent[:2] == ["flights=1850", "flights=1.85"]
    chosen = fill(visitor, page, {}, "flights=1.85")
    assert chosen.status == 200
    assert chosen.control("q_flights") == "1.85"
    assert chosen.control("q_nights") == "7", "the other answers stay"
    made = visitor.send(chosen)
    assert "USD 1.85" in plain(visitor.open(made.location).text())


def test_another_currency_is_told_so_without_an_amount_in_ours_that_repeats_the_number(
    visitor: Visitor,
) -> None:
    for typed in ("1850 টাকা", "1850 جنيه", "Rs 1850"):
        page = visitor.send(visitor.open("/estimate/delhi"), {**ANSWERS, "q_flights": typed})
        (said,) = [line for line in page.problems if typed in line]
        assert "The amount is asked for in USD" in said
        assert "looks like another currency" in said
        assert "1,850" not in said
    made = visitor.send(visitor.open("/estimate/delhi"), {**ANSWERS, "q_flights": "1850 ডলার"})
    assert "USD 1,850" in plain(visitor.open(made.location).text())


def test_a_button_that_fills_a_field_makes_no_estimate(visitor: Visitor, app: Flask) -> None:
    page = fill(visitor, visitor.open("/estimate/delhi"), ANSWERS, "flights=1100")
    assert page.control("q_flights") == "1100"
    with app.app_context():
        assert db.session.query(Estimate).count() == 0


@pytest.mark.parametrize(
    "sent", ["", "flights", "flights=", "flights=x", "cells=5", "nothing=1", "flights=-5"]
)
def test_a_field_is_filled_with_numbers_only(visitor: Visitor, sent: str) -> None:
    page = fill(visitor, visitor.open("/estimate/delhi"), ANSWERS, sent)
    assert page.status == 200
    assert not page.control("q_flights")


def test_the_panel_asks_back_while_somebody_types(visitor: Visitor) -> None:
    found = total(visitor, {**ANSWERS, "q_flights": "1.850"})
    assert found["fills"] == ["flights=1850", "flights=1.85"]
    assert "USD 1,850.00" in found["shown"]


def test_what_most_people_spend_is_offered_and_never_counted_by_itself(visitor: Visitor) -> None:
    page = visitor.open("/estimate/delhi")
    (usual,) = page.all("p", id="usual-flights")
    assert plain(words(usual)) == "Most people spend USD 600 to 1,900. (Made for the tests)"
    assert not page.control("q_flights")


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("4", "USD 4.00"),
        ("60", "USD 60.00"),
        ("61", ""),
        ("18999", ""),
        ("19000", "USD 19,000.00"),
        ("0", ""),
    ],
)
def test_an_amount_far_from_what_most_people_spend_is_asked_about_and_counts(
    visitor: Visitor, typed: str, asked: str
) -> None:
    sentence = f"Is {asked} right? Most people spend USD 600 to 1,900."
    for answers in (ANSWERS, {"q_cells": "umbilical"}):  # also before everything is answered
        found = total(visitor, {**answers, "q_flights": typed})
        assert (f"Flights: {sentence}" in found["shown"]) == bool(asked)
        assert ("#question-flights" in found["links"]) == bool(asked)
        if asked:
            assert found["amounts"]["flights"].replace(SPACE, " ") == sentence, "where answers are checked"
    form = visitor.open("/estimate/delhi")
    made = visitor.post("/estimate/delhi", {**form.typed(), **ANSWERS, "q_flights": typed})
    assert made.status in (302, 303)


def test_before_everything_is_answered_the_least_is_told_and_what_it_lacks(visitor: Visitor) -> None:
    found = total(visitor, {"q_cells": "umbilical", "q_sessions": "2"})
    assert "Likely total, at least USD 12," in found["shown"]
    assert "Not answered yet: Hospital stay; Rehabilitation; Travel and extras; 1 more" in found["shown"]
    assert plain(found["spoken"]).startswith("Likely total: at least USD 12,")
    assert "not answered yet: Hospital stay, Rehabilitation," in found["spoken"]
    assert "#question-room" in found["links"]


def test_what_is_told_on_the_way_is_not_undercut_by_the_range_that_follows(visitor: Visitor) -> None:
    """The low end of the range may be below it, the likely total is not: “at least” is said of that one."""
    half = {"q_cells": "umbilical", "q_sessions": "2", "q_room": "semi_private", "q_nights": "14"}
    found = total(visitor, half)
    assert plain(found["spoken"]).startswith("Likely total: at least USD 13,")
    assert "Likely total, at least USD 13," in found["shown"]
    for said in (found["spoken"], found["shown"]):
        assert len(re.findall(r"(?i)\bat least\b", said)) == 1


def test_what_is_in_a_least_at_its_lowest_is_not_said_to_be_left_out(visitor: Visitor) -> None:
    found = total(visitor, {})
    assert "Likely total, at least USD " in found["shown"], "the cheapest cells, and one session"
    assert "Not answered yet: Type of cells; Sessions; Hospital stay; 3 more" in found["shown"]
    assert "not counted" not in f"{found['spoken']} {found['shown']}".casefold()


def test_a_least_that_nobody_can_tell_is_no_figure(visitor: Visitor, app: Flask) -> None:
    found = total(visitor, {"q_cells": "umbilical", "q_sessions": "many"})
    assert "USD" not in found["shown"]


def test_the_total_names_what_it_leaves_out_with_a_link_to_each_question(visitor: Visitor) -> None:
    answers = {
        **ANSWERS,
        "q_companions": "0",
        "q_attendant": "no",
        "q_transfer": "car",
        "q_interpreter": "talks",
    }
    found = total(visitor, {**answers, "q_visa": "no", "q_own_mri": "yes"})
    assert "Likely total, so far" in found["shown"]
    assert "Not counted yet: Hotel; Flights." in found["shown"]
    assert found["links"] == ["#question-hotel_nights", "#question-flights"]
    assert found["spoken"].endswith("Not counted yet: Hotel; Flights.")


def test_money_is_said_as_it_is_written_everywhere(visitor: Visitor) -> None:
    answers = {**ANSWERS, "q_flights": "1 850,50"}
    form = visitor.open("/estimate/delhi")
    found = visitor.post("/estimate/delhi/total", {**form.typed(), **answers}).json
    assert found["amounts"]["flights"] == "USD\xa01,850.50"
    found = visitor.post(
        "/estimate/delhi/total", {**form.typed(), **answers, "q_flights": "99999999999"}
    ).json
    assert plain(found["refused"]["flights"][0]) == "USD 99,999,999,999 is too high. The most is USD 20,000."


def test_a_breakdown_names_what_it_leaves_out_and_leads_to_the_question(visitor: Visitor) -> None:
    page = visitor.estimate(ANSWERS, "delhi")
    assert "at least USD" in page.text("section", aria_labelledby="total-title")
    change = f"{page.path}/change"
    assert links(page)["Flights"] == f"{change}#question-flights"
    asked = visitor.open(f"{change}?use=flights")
    assert asked.control("q_flights") == "1100"
    assert asked.control("q_nights") == "7"


@pytest.mark.parametrize("use", ["nothing", "cells", "hotel_nights", "flights&use=cells", "%00"])
def test_only_a_known_usual_amount_is_filled_in(visitor: Visitor, use: str) -> None:
    page = visitor.estimate(ANSWERS, "delhi")
    assert visitor.open(f"{page.path}/change?use={use}").status == 200


def test_an_open_sore_still_has_an_estimate_that_says_what_must_heal_first(visitor: Visitor) -> None:
    page = visitor.estimate({**ANSWERS, "q_infection": "yes"}, "delhi")
    assert "First this must heal." in page.text()


def test_a_health_question_that_was_left_open_is_not_answered_everywhere(visitor: Visitor) -> None:
    page = visitor.estimate(ANSWERS, "delhi")
    answered = page.text("dl", class_="answers")
    assert "Do you use a machine to breathe?Not answered" in answered
    data = json.loads(visitor.open(f"{page.path}/data.json").body)
    assert "breathing" not in data["answers"]
    assert "breathing" not in data["breakdown"]["answers"]
    assert "flights" in data["breakdown"]["not_counted"]


def test_why_a_plan_is_refused_is_said_aloud_behind_its_question_without_a_colon(visitor: Visitor) -> None:
    found = total(visitor, {**ANSWERS, "q_breathing": "yes"})
    assert found["spoken"].startswith("Do you use a machine to breathe? We cannot care safely for people")


def test_what_is_passed_on_is_plainly_what_was_told(visitor: Visitor) -> None:
    page = visitor.estimate({**ANSWERS, "q_flights": "1850"}, "delhi")
    assert "This is the price you told us." in page.text()
    assert "× USD 1.00" not in plain(page.text())


def test_what_must_heal_first_is_said_at_the_question_and_to_whoever_hears_the_answer(
    visitor: Visitor,
) -> None:
    page = visitor.open("/estimate/delhi")
    (question,) = page.all("div", id="question-infection")
    yes, no, _unknown = question.iter("input")
    (note,) = [each for each in question.iter("p") if each.get("class", "").startswith("told")]
    assert note.get("id") == yes.get("aria-describedby")
    assert no.get("aria-describedby") is None
    assert words(note).startswith("First this must heal. An infection")


def test_what_must_heal_first_is_open_on_the_breakdown_before_any_figure(visitor: Visitor) -> None:
    page = visitor.estimate({**ANSWERS, "q_infection": "yes"}, "delhi")
    text = page.text()
    assert text.index("First this must heal.") < text.index("Likely total")
    (said,) = page.all("p", class_="told")
    assert not any(said in each.iter() for each in page.all("details"))
    assert words(said) == "First this must heal. More: The law, risks, before you pay"
    page = visitor.estimate({**ANSWERS, "q_infection": "no"}, "delhi")
    assert page.all("p", class_="told") == []


NEEDED = [
    "Attendant day and night",
    "Airport transfer, both ways",
    "Interpreter",
    "Do you need a visa for India?",
    "Do you have an MRI of your spine from the last six months?",
    "Do you use a machine to breathe?",
    "Do you take blood thinners?",
    "Do you have an infection or an open pressure sore now?",
]


def still_asked(page: Page) -> list[str]:
    """Return the questions of the form on the page of a request."""
    boxes = [box for box in page.all("div") if (box.get("id") or "").startswith("question-")]
    return [words(next(box.iter("legend"))) for box in boxes]


def test_whoever_asks_for_a_quote_is_told_where_the_rest_is_asked_and_not_led_away_from_the_form(
    visitor: Visitor,
) -> None:
    form = visitor.open(f"{visitor.estimate(ANSWERS, 'delhi').path}/ask")
    assert "What you left open and a quote needs is asked on the page of your request" in form.text()
    assert [link for link in form.links() if "/change/" in link] == []


def test_the_page_of_a_request_says_what_is_open_to_whoever_asked_alone(app: Flask, visitor: Visitor) -> None:
    form = visitor.open(f"{visitor.estimate(ANSWERS, 'delhi').path}/ask")
    asked(visitor, form)
    (record,) = stored(app)
    page = visitor.open(f"/request/{record.reference}")
    assert still_asked(page) == [*NEEDED[4:], *NEEDED[:4]], "what is about the patient comes first"
    (send,) = page.all("button", class_="button")
    assert words(send) == "Send the answers"
    assert "Answer what you know; the rest may stay empty." in page.text()
    with app.app_context():
        found = requests.get(record.reference)
        assert found is not None
        act = acting(actor="user:1", now=NOW, settings=app.config["SETTINGS"])
        requests.answer(act, found, "Do you take blood thinners?", then_wait=True)
        db.session.commit()
    page = visitor.open(page.path)
    assert still_asked(page) == [*NEEDED[4:], *NEEDED[:4]], "what is about the patient comes first"
    visitor.send(page, {"words": "No visa, and no blood thinners."})
    page = visitor.open(page.path)
    assert still_asked(page) == [*NEEDED[4:], *NEEDED[:4]], "what is about the patient comes first"
    assert "What you wrote already need not be answered again." in page.text()
    stranger = Visitor(app)
    stranger.open(link_of(app, record))
    assert still_asked(stranger.open(f"/request/{record.reference}")) == []
