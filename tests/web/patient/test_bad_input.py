"""Whatever is sent: a sentence at the right place, what was typed kept, and never a mistake of ours."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from estimator.db import db
from estimator.models import Estimate
from tests.support.clinic import ANSWERS, TOTAL
from tests.support.database import count
from tests.support.visitor import Page, Visitor

LONG = "9" * 100_000

ENDED = (
    "This page was open for too long, or your browser keeps no cookies. Your answers are still here; "
    "press the button again."
)


@pytest.fixture
def form(visitor: Visitor) -> Page:
    """Return the open form."""
    return visitor.open("/estimate/clinic")


def beside(page: Page, question: str) -> str:
    """Return the sentence that stands beside a question."""
    sentence = page.text("p", id=f"error-{question}")
    assert sentence.startswith("Error: ")
    return sentence.removeprefix("Error: ")


def test_nothing_at_all_is_said_at_every_question_that_must_be_answered(
    app: Flask, visitor: Visitor, form: Page
) -> None:
    page = visitor.send(form)
    assert page.status == 422
    assert page.title == "Error: Your answers – Treatment with cells – Treatment cost estimator"
    asked = ["Type of cells", "Sessions", "Training", "Day of arrival"]
    assert page.problems == [f"{label}: Please answer this question." for label in asked]
    for code in ("cells", "sessions", "training", "arrival"):
        assert beside(page, code) == "Please answer this question."
    assert count(app) == 0


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("1,5", "“1,5” cannot be read as one number. Enter digits only, for example 2."),
        ("1e9999", "“1e9999” cannot be read as one number. Enter digits only, for example 2."),
        ("two", "“two” cannot be read as one number. Enter digits only, for example 2."),
        ("NaN", "“NaN” cannot be read as one number. Enter digits only, for example 2."),
        ("1 or 2", "“1 or 2” cannot be read as one number. Enter digits only, for example 2."),
        (
            "\N{RIGHT-TO-LEFT OVERRIDE}x",
            "“\N{RIGHT-TO-LEFT OVERRIDE}x” cannot be read as one number. Enter digits only, for example 2.",
        ),
        ("<b>1", "“<b>1” cannot be read as one number. Enter digits only, for example 2."),
        ("-1", "-1 is too low. The least is 1."),
        ("\N{MINUS SIGN}1", "-1 is too low. The least is 1."),
        ("0", "0 is too low. The least is 1."),
        ("1000000000000", "1000000000000 is too high. The most is 6."),
        ("7", "7 is too high. The most is 6."),
        ("1.5", "1.5 falls between the possible numbers. Count from 1 in steps of 1, for example 2."),
    ],
)
def test_a_number_that_cannot_be_used_is_explained_and_kept(
    app: Flask, visitor: Visitor, form: Page, typed: str, sentence: str
) -> None:
    page = visitor.send(form, {**ANSWERS, "q_sessions": typed})
    assert page.status == 422
    assert beside(page, "sessions") == sentence
    assert page.problems == [f"Sessions: {sentence}"]
    assert page.control("q_sessions") == typed
    assert page.one("input", id="q_sessions").get("aria-invalid") in ("true", None)
    for name, answer in ANSWERS.items():
        if name != "q_sessions":
            assert page.control(name) == answer
    assert count(app) == 0


@pytest.mark.parametrize(
    "typed",
    ["2", " 2 ", "2.0", "٢", "२", "２", "\N{ZERO WIDTH SPACE}2", "+2"],
)
def test_a_number_in_any_digits_is_read(visitor: Visitor, form: Page, typed: str) -> None:
    page = visitor.send(form, {**ANSWERS, "q_sessions": typed}, button="total")
    if typed == "+2":
        assert page.status == 422
    else:
        assert TOTAL in page.text("div", id="total")


@pytest.mark.parametrize(
    "day",
    [
        ("31", "2", "2026"),
        ("0", "1", "2026"),
        ("1", "1", ""),
        ("1", "", "2026"),
        ("1", "1", "26"),
        ("1", "1", "0000"),
        ("1", "13", "2026"),
        ("x", "y", "z"),
        ("-1", "1", "2026"),
        ("1", "Smarch", "2026"),
        ("1", "Ju", "2026"),
        ("1", "1", "9" * 50),
    ],
)
def test_a_day_that_is_in_no_calendar_is_explained_and_kept(
    visitor: Visitor, form: Page, day: tuple[str, str, str]
) -> None:
    typed = {f"q_arrival-{part}": text for part, text in zip(("day", "month", "year"), day, strict=True)}
    page = visitor.send(form, {**ANSWERS, **typed})
    assert page.status == 422
    assert beside(page, "arrival").startswith("This is not a day of the calendar.")
    assert {name: page.control(name) for name in typed} == typed


@pytest.mark.parametrize("month", ["6", "06", "June", "june", "Jun", "٦"])
def test_a_month_may_be_a_number_or_a_name(visitor: Visitor, form: Page, month: str) -> None:
    page = visitor.send(form, {**ANSWERS, "q_arrival-day": "1", "q_arrival-month": month})
    assert "Summer season" in visitor.open(page.location).text("table", class_="items")


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("q_cells", "nothing", "“nothing” is not one of the answers."),
        ("q_cells", "ipsc", "“Reprogrammed cells” is not offered here. Only in trials."),
        ("q_training", "maybe", "“maybe” is neither yes nor no."),
        ("q_meals", "none", "“none” is not one of the answers."),
    ],
)
def test_an_answer_that_no_page_offered_is_refused_in_its_place(
    app: Flask, visitor: Visitor, form: Page, name: str, typed: str, said: str
) -> None:
    page = visitor.send(form, {**ANSWERS, name: typed})
    assert page.status == 422
    assert beside(page, name.removeprefix("q_")).startswith(said)
    assert count(app) == 0


FIELDS = (*ANSWERS, "q_nights", "q_robot", "q_meals", "submission", "table_sha256")


@pytest.mark.long
@pytest.mark.parametrize(
    "typed",
    [
        LONG,
        "\x00",
        "1\x002",
        "\ufffe",
        "\x7f\x85",
        "\r\n\t",
        "\U0010ffff",
        "'\"<>&",
        "%s{}$",
        "None",
        "q" * 101,
    ],
    ids=[
        "long",
        "nul",
        "nul-inside",
        "noncharacter",
        "control",
        "lines",
        "last",
        "marks",
        "signs",
        "none",
        "q",
    ],
)
def test_nothing_that_stands_in_a_field_is_a_mistake_of_ours(
    visitor: Visitor, form: Page, typed: str
) -> None:
    for name in FIELDS:
        page = visitor.send(form, {**ANSWERS, name: typed})
        assert page.status in (303, 400, 409, 422), name
        if page.status != 303:
            assert page.problems
            assert page.control("q_cells" if name != "q_cells" else "q_training") is not None
        total = visitor.post("/estimate/clinic/total", {**form.typed(), **ANSWERS, name: typed})
        assert total.status == 200, name


def test_a_long_text_is_kept_and_its_sentence_is_short(visitor: Visitor, form: Page) -> None:
    page = visitor.send(form, {**ANSWERS, "q_sessions": LONG, "q_cells": "x" * 50_000})
    assert page.control("q_sessions") == LONG
    assert len(page.html) < 160_000
    assert max(map(len, page.problems)) < 200


def test_fields_that_nobody_asked_for_are_left_alone(app: Flask, visitor: Visitor, form: Page) -> None:
    more = {
        "q_price": "0",
        "price": "0",
        "q_": "",
        "total": "1",
        "q_sessions-day": "1",
        "id": "1",
        "class": "x",
    }
    page = visitor.estimate({**ANSWERS, **more})
    assert TOTAL in page.text("section", aria_labelledby="total-title")
    with app.app_context():
        given = db.session.query(Estimate.given).scalar()
    assert "price" not in given


def test_of_a_field_that_comes_twice_the_first_counts(visitor: Visitor, form: Page) -> None:
    data = form.typed()
    for name, answer in ANSWERS.items():
        data.setlist(name, [answer, "1"])
    page = visitor.open(visitor.post("/estimate/clinic", data).location)
    assert TOTAL in page.text("section", aria_labelledby="total-title")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"q_sessions": 3}', "application/json"),
        (b'{"q_sessions": {"a": [1]}, "submission": 5}', "application/json"),
        (b"[1, 2]", "application/json"),
        (b'"text"', "application/json"),
        (b"{", "application/json"),
        (b"q_sessions=3", "text/plain"),
        (b"q_sessions=3", ""),
        (b"q_sessions=%ff%ed%a0%80&%ff=1", "application/x-www-form-urlencoded"),
        (b"q_sessions=\xff\xfe", "application/x-www-form-urlencoded"),
        (b"&&==&;%", "application/x-www-form-urlencoded"),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
        (b"", "multipart/form-data"),
        (b"\x00" * 1000, "application/octet-stream"),
    ],
)
def test_a_body_of_another_kind_is_no_form(
    app: Flask, form: Page, visitor: Visitor, body: bytes, kind: str
) -> None:
    for path, refused in (("/estimate/clinic", 400), ("/e/x/delete", 404)):
        assert visitor.post(path, body, content_type=kind).status == refused, path
    assert visitor.post("/estimate/clinic/total", body, content_type=kind).status == 200, (
        "as if nothing was answered"
    )
    assert count(app) == 0


@pytest.mark.parametrize("proof", ["", "nonsense", "\x00", "a" * 5000, "."])
def test_a_form_from_somewhere_else_keeps_the_answers_and_asks_again(
    app: Flask, visitor: Visitor, form: Page, proof: str
) -> None:
    page = visitor.send(form, {**ANSWERS, "csrf_token": proof})
    assert page.status == 400
    assert page.problems == [ENDED]
    assert page.control("q_sessions") == "2"
    assert count(app) == 0
    assert visitor.send(page).status == 303, "the page that came back works"


def test_a_visit_that_ended_costs_nobody_their_answers(app: Flask, form: Page) -> None:
    another_day = Visitor(app)
    page = another_day.send(form, {**ANSWERS, "q_sessions": "9"})
    assert page.status == 400
    assert page.problems == [ENDED, "Sessions: 9 is too high. The most is 6."]
    assert page.control("q_arrival-day") == "31"
    assert another_day.send(page, {"q_sessions": "2"}).status == 303


def test_a_session_that_somebody_made_up_is_a_new_one(app: Flask) -> None:
    for made_up in ("", "x", "e30.x.y", "A" * 3000):
        visitor = Visitor(app)
        visitor.client.set_cookie("session", made_up)
        assert visitor.estimate(ANSWERS).status == 200


def test_more_than_any_form_holds_is_refused_with_a_sentence(visitor: Visitor, form: Page) -> None:
    data = {**form.typed(), **ANSWERS, "q_sessions": "9" * 300_000}
    for path in ("/estimate/clinic", "/estimate/clinic/total"):
        page = visitor.post(path, data)
        assert page.status == 413
        assert page.text("h1") == "Too much was sent at once"
    parts = {f"field{number}": "x" for number in range(2000)}
    assert visitor.post("/estimate/clinic", parts, content_type="multipart/form-data").status == 413


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_a_page_that_does_not_work_that_way_says_so(visitor: Visitor, method: str) -> None:
    page = Page(visitor.client.open("/estimate/clinic", method=method))
    assert page.status == 405
    assert page.text("h1") == "This page does not work that way"


NOWHERE = (
    "/estimate/" + "x" * 5000,
    "/estimate/%ff%fe",
    "/estimate/%ed%a0%80",
    "/estimate/'%20OR%201=1--",
    "/estimate//clinic",
    "/e/%ff",
    "/e/" + "x" * 5000,
    "/e//",
    "/nothing",
)


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_an_address_that_leads_nowhere_is_missing(visitor: Visitor) -> None:
    for path in NOWHERE:
        page = visitor.open(path)
        assert page.status == 404, path
        assert page.text("h1") == "This page does not exist"
        assert "/" in list(page.links())


@pytest.mark.parametrize(
    "header",
    [
        {"Accept-Language": "xx-nothing;q=9,*;q=,;;"},
        {"Accept-Language": "\xff" * 500},
        {"Cookie": "session=\xff; =; ;"},
        {"Host": "["},
        {"Host": "a b"},
        {"Range": "bytes=9-1"},
        {"If-None-Match": '"'},
        {"Content-Length": "x"},
    ],
)
def test_no_header_is_a_mistake_of_ours(visitor: Visitor, header: dict[str, str]) -> None:
    answer: Any = visitor.client.get("/", headers=header)
    answer.close()
    assert answer.status_code < 500


@pytest.mark.parametrize("disposition", ["form-data", "attachment", "", "form-data; name", 'form-data; ;a="'])
def test_a_part_without_a_name_belongs_to_no_field(visitor: Visitor, disposition: str) -> None:
    body = f"--x\r\nContent-Disposition: {disposition}\r\n\r\nx\r\n--x--".encode()
    for path in (
        "/verify",
        "/estimate/clinic",
        "/estimate/clinic/total",
        "/staff/sign-in",
        "/staff/forgotten",
        "/e/x/delete",
    ):
        answer = visitor.client.post(path, data=body, content_type="multipart/form-data; boundary=x")
        assert answer.status_code < 500, path
