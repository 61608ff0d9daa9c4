"""The running total beside the form, as the page's own script asks for it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.support.clinic import ANSWERS, TOTAL, table_text
from tests.support.database import count, publish
from tests.support.visitor import Visitor, parsed, words

MONEY = "USD"


@pytest.fixture
def ask(visitor: Visitor) -> Any:
    """Return a function that asks for the total of some answers, with an open form's other fields."""
    form = visitor.open("/estimate/clinic")

    def ask(answers: dict[str, str], **others: str) -> dict[str, Any]:
        answer = visitor.post("/estimate/clinic/total", {**form.typed(), **answers, **others})
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "application/json"
        found: dict[str, Any] = answer.json
        assert set(found) == {"html", "spoken", "asked", "refused", "ruled_out", "amounts"}
        found["shown"] = words(parsed(f"<!doctype html><title>x</title>{found['html']}"))
        return found

    return ask


def test_finished_answers_have_a_total_with_its_range(ask: Any) -> None:
    found = ask(ANSWERS)
    assert TOTAL in found["shown"]
    assert found["spoken"] == f"Likely total: {TOTAL}. It may come to USD\xa04,711.05 to 7,111.05."
    assert "at least" not in found["shown"]


def test_unfinished_answers_have_the_number_of_questions_left_and_the_least_they_come_to(ask: Any) -> None:
    answers: dict[str, str] = {}
    # One session and no night is the least; a second session costs 2,000, and 2 nights 201.
    for number, name, least in (
        (4, "", "2,"),
        (3, "q_cells", "2,"),
        (2, "q_sessions", ""),
        (1, "q_training", ""),
    ):
        answers |= {name: ANSWERS[name]} if name else {}
        found = ask(answers)
        said = f"{number} questions left" if number > 1 else "One question left"
        assert found["spoken"].endswith(f". {said}.")
        assert found["spoken"].startswith(f"Likely total: at least {MONEY}\xa0{least}")
        assert " so far; not answered yet: " in found["spoken"]
        assert said in found["shown"]
        assert f"Likely total, at least {MONEY}" in found["shown"]
        assert "Not answered yet: " in found["shown"]
        assert "not counted" not in f"{found['spoken']} {found['shown']}".casefold(), (
            "the sum has one session"
        )


def test_of_a_list_without_any_range_the_least_is_called_so(app: Flask, ask: Any) -> None:
    text = table_text(version="2026-2", valid_from="2026-03-01")
    for ranged, one in (
        ("varies = { more = 1 }\n", ""),
        ("{ low = 500.00, likely = 600.00, high = 900.00 }", "600.00"),
    ):
        assert ranged in text
        text = text.replace(ranged, one)
    publish(app, text)
    found = ask({})
    assert found["spoken"].startswith(f"At least {MONEY}\xa0")
    assert f"At least, so far {MONEY}" in found["shown"]


def test_what_cannot_be_bounded_is_no_figure(app: Flask, ask: Any) -> None:
    discount = (
        '[charge.friends]\nlabel.en = "For friends"\ngroup = "treatment"\npercent = -10\nof = ["session"]\n'
    )
    publish(app, table_text(version="2026-2", valid_from="2026-03-01") + discount)
    found = ask({})
    assert MONEY not in found["shown"]
    assert found["spoken"] == "4 questions left"
    assert "The total appears here when they are answered." in found["shown"]


def test_a_question_with_one_possible_answer_is_not_left(ask: Any) -> None:
    assert "Meals" not in ask({})["shown"]


def test_the_questions_left_lead_to_their_place(ask: Any, visitor: Visitor) -> None:
    form = visitor.open("/estimate/clinic")
    tree = parsed(f"<!doctype html><title>x</title>{ask({})['html']}")
    targets = [link.get("href", "")[1:] for link in tree.iter("a")]
    assert targets
    for target in targets:
        form.one("div", id=target)


def test_a_question_appears_when_another_answer_asks_it(ask: Any) -> None:
    assert "training_hours" not in ask(ANSWERS)["asked"]
    found = ask({**ANSWERS, "q_training": "yes"})
    assert "training_hours" in found["asked"]
    assert found["spoken"].endswith("One question left.")


def test_what_was_typed_into_a_hidden_question_does_not_count(ask: Any) -> None:
    for typed in ("10", "1e9", "nonsense"):
        found = ask({**ANSWERS, "q_training_hours": typed})
        assert TOTAL in found["shown"], typed
        assert "training_hours" not in found["asked"]


def test_a_refused_answer_is_named_instead_of_a_sum(ask: Any) -> None:
    found = ask({**ANSWERS, "q_sessions": "7"})
    assert found["spoken"] == "Sessions: 7 is too high. The most is 6."
    assert "7 is too high. The most is 6." in found["shown"]
    assert MONEY not in found["shown"]


def test_a_plan_that_a_rule_refuses_says_why(ask: Any) -> None:
    found = ask({**ANSWERS, "q_sessions": "4"})
    assert "This plan is not possible" in found["shown"]
    assert "Four sessions need four nights." in found["shown"]
    assert found["spoken"] == "Nights: Four sessions need four nights."
    assert MONEY not in found["shown"]
    assert found["ruled_out"] == ["nights"]
    assert ask({**ANSWERS, "q_sessions": "7"})["ruled_out"] == []


def test_a_plan_that_a_rule_refuses_says_why_before_everything_is_answered(ask: Any) -> None:
    answers = {name: answer for name, answer in ANSWERS.items() if name != "q_cells"}
    answers["q_nights"] = "3"
    found = ask({**answers, "q_sessions": "4"})
    assert "This plan is not possible" in found["shown"]
    assert found["ruled_out"] == ["nights"]
    assert ask(answers)["ruled_out"] == []
    del answers["q_nights"]
    assert ask({**answers, "q_sessions": "4"})["ruled_out"] == [], "more nights may come yet"


def test_who_answers_rightly_what_a_clinic_cannot_do_made_no_mistake(visitor: Visitor) -> None:
    """The page says what is not possible, and marks it as no error."""
    form = visitor.open("/estimate/clinic")
    refused = visitor.send(form, {**ANSWERS, "q_sessions": "4"})
    assert refused.status == 422
    assert [heading.text for heading in refused.all("h2", id="error-summary-title")] == [
        "This plan is not possible"
    ]
    assert "ruled-out" in str(refused.one("div", id="question-nights").get("class"))
    assert "Error:" not in refused.html
    mistaken = visitor.send(form, {**ANSWERS, "q_sessions": "7"})
    assert [heading.text for heading in mistaken.all("h2", id="error-summary-title")] == [
        "There is a problem"
    ]
    assert "Error:" in mistaken.html
    assert "ruled-out" not in mistaken.html


def test_a_total_that_lacks_a_price_says_so_aloud_too(ask: Any) -> None:
    found = ask({**ANSWERS, "q_robot": "yes"})
    assert "Likely total, so far" in found["shown"]
    assert "Training with a robot" in found["shown"]
    assert found["spoken"].startswith(f"Likely total: {TOTAL} so far. What is counted may come to")


def test_a_changed_list_is_said_beside_its_new_figures(app: Flask, ask: Any) -> None:
    assert "has changed" not in ask(ANSWERS)["shown"]
    publish(app, table_text(version="2026-2", valid_from="2026-03-01", price="3000.00"))
    found = ask(ANSWERS)
    assert "The price list has changed meanwhile." in found["shown"]
    assert "6,811.05" in found["shown"]


def test_a_form_that_does_not_say_its_list_is_not_told_of_a_change(ask: Any) -> None:
    assert "has changed" not in ask(ANSWERS, table_sha256="")["shown"]


def test_asking_keeps_nothing(app: Flask, ask: Any) -> None:
    ask(ANSWERS)
    assert count(app) == 0


def test_a_list_that_does_not_exist_has_no_total(visitor: Visitor) -> None:
    form = visitor.open("/estimate/clinic")
    assert visitor.post("/estimate/nothing/total", form.typed()).status == 404
