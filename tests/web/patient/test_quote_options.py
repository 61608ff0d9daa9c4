"""What a patient may take with a quote: nothing is ticked beforehand, the total follows, and the acceptance has it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from flask import Flask

from pricing.quote_options import Option
from tests.support.database import publish
from tests.support.quote_clinic import NAME, Desk, Patient, list_text
from tests.support.visitor import Page

OPTIONS = [Option(Decimal("120.00"), "Interpreter"), Option(Decimal("30.00"), "A larger room")]
ALONE, ONE, BOTH = "USD 4,211.05", "USD 4,331.05", "USD 4,361.05"


@pytest.fixture
def desk(start: Callable[..., Flask]) -> Desk:
    """Return the desk of somebody who asked."""
    app = start()
    publish(app, list_text())
    return Desk(app)


@pytest.fixture
def patient(desk: Desk) -> Patient:
    """Return a patient who has opened a quote with two lines that may be taken."""
    return desk.patient(desk.issue(options=OPTIONS))


def said(page: Page) -> str:
    return page.text().replace("\N{NO-BREAK SPACE}", " ")


def in_short(page: Page) -> str:
    """Return what the short form of the quote says above a question about it."""
    facts = page.all("dl", class_="facts short")[0]
    cells = ["".join(cell.itertext()) for cell in facts.iter() if cell.tag in ("dt", "dd")]
    return " ".join(" ".join(cells).split())


def choose(patient: Patient, *numbers: str) -> Page:
    """Tick lines, and go on to the name."""
    page = patient.open(f"{patient.path}/accept")
    data = page.typed(page.all("form")[0])
    data.setlist("option", list(numbers))
    data["act"] = "choose"
    return patient.post(f"{patient.path}/accept", data)


def test_the_quote_names_them_and_its_total_is_without_them(patient: Patient) -> None:
    page = patient.open(patient.path)
    assert "What you may take with it" in said(page)
    assert "Interpreter" in said(page)
    assert ALONE in said(page)
    assert BOTH not in said(page)
    text = patient.open(f"{patient.path}/1.txt").body.decode()
    assert "What you may take with it" in text
    assert "Interpreter" in text


def test_a_revision_with_other_lines_says_what_changed(desk: Desk, patient: Patient) -> None:
    desk.issue(options=OPTIONS[:1])
    page = said(patient.open(patient.path))
    text = " ".join(patient.open(f"{patient.path}/2.txt").body.decode().split())
    for medium in (page, text.replace("\N{NO-BREAK SPACE}", " ")):
        assert "You may take with it: A larger room" in medium
    assert "No figure differs" not in page


def test_nothing_is_ticked_beforehand_and_the_total_follows_by_round_trip(patient: Patient) -> None:
    page = patient.open(f"{patient.path}/accept")
    assert [box.get("checked") for box in page.all("input", type="checkbox")] == [None, None]
    worked = patient.press(page, "total", option="1")
    assert ONE in said(worked)
    assert [box.get("checked") is not None for box in worked.all("input", type="checkbox")] == [True, False]


def test_the_total_follows_while_somebody_ticks(patient: Patient) -> None:
    page = patient.open(f"{patient.path}/accept")
    data = page.typed(page.all("form")[0])
    data.setlist("option", ["1", "2"])
    answer = patient.ask("POST", f"{patient.path}/accept/total", data=data)
    assert BOTH in answer.json["spoken"].replace("\N{NO-BREAK SPACE}", " ")
    assert BOTH in answer.json["html"].replace("\N{NO-BREAK SPACE}", " ")


def test_after_the_lines_nothing_is_wrong_with_a_name_that_nobody_was_asked_for_yet(patient: Patient) -> None:
    name = choose(patient, "1")
    assert name.status == 200
    assert name.all("div", class_="error-summary") == []


def test_what_is_taken_is_agreed_to_checked_and_in_the_acceptance(desk: Desk, patient: Patient) -> None:
    name = choose(patient, "1")
    for shown in (name, checked := patient.press(name, "check", typed_name=NAME, agreed="yes")):
        assert f"Firm total {ALONE} Taken with it Interpreter: USD 120.00 All together {ONE}" in in_short(
            shown
        )
    assert f"for {ONE}. I have read what is included and what is not. With it I take: Interpreter." in said(
        checked
    )
    done = patient.open(patient.press(checked, "accept").location)
    assert f"Taken with it: Interpreter. Together that is {ONE}." in said(done)
    assert "With it the payments are:" in said(done)
    (kept,) = desk.decisions()
    assert (kept.taken, kept.total) == ("1", "4331.05")
    page = said(patient.open(patient.path))
    assert page.count(ONE) >= 2, "the headline and the items come to what was accepted"
    assert "Taken with it: Interpreter" in page
    assert "What you may take with it" not in page
    assert page.count(ALONE) == 1, "by the price list, and nowhere else"
    for path in ("take-back", "certificate"):
        assert ONE in said(patient.open(f"{patient.path}/{path}"))
    (receipt,) = desk.mails("quote_receipt")
    body = receipt.get_body(("plain",))
    assert body is not None
    assert "One optional line is taken with it" in " ".join(body.get_content().split())
    assert "Interpreter" not in body.get_content()


@pytest.mark.parametrize(
    ("first", "then", "told"),
    [
        (["1", "2"], [], f"Taken with it: Interpreter; A larger room. Together that is {BOTH}."),
        ([], ["2"], "Nothing was taken with it."),
    ],
)
def test_who_agrees_to_other_lines_a_second_time_reads_that_they_do_not_count(
    desk: Desk, patient: Patient, first: list[str], then: list[str], told: str
) -> None:
    pages = [
        patient.press(choose(patient, *lines), "check", typed_name=NAME, agreed="yes")
        for lines in (first, then)
    ]
    accepted = patient.press(pages[0], "accept")
    refused = patient.press(pages[1], "accept")
    assert refused.status == 409
    assert "This quote is accepted already" in said(refused)
    assert told in said(refused)
    assert "What you have chosen just now was not recorded." in said(refused)
    assert patient.press(pages[0], "accept").location == accepted.location, "the same once more is the same"
    assert [kept.taken for kept in desk.decisions()] == [" ".join(first)]


def test_all_of_them_can_be_left(desk: Desk, patient: Patient) -> None:
    name = choose(patient)
    checked = patient.press(name, "check", typed_name=NAME, agreed="yes")
    assert "With it I take" not in said(checked)
    patient.press(checked, "accept")
    (kept,) = desk.decisions()
    assert (kept.taken, kept.total) == ("", None)


def test_what_was_ticked_can_be_changed_before_anything_is_accepted(desk: Desk, patient: Patient) -> None:
    again = patient.press(choose(patient, "1", "2"), "options")
    assert [box.get("checked") is not None for box in again.all("input", type="checkbox")] == [True, True]
    assert BOTH in said(again)
    assert desk.decisions() == []


@pytest.mark.long
@pytest.mark.parametrize("taken", ["9", "x", "1 3", "-1", "1.0"])
def test_what_is_not_offered_is_asked_again_and_nothing_is_accepted(
    desk: Desk, patient: Patient, taken: str
) -> None:
    checked = patient.press(choose(patient, "1"), "check", typed_name=NAME, agreed="yes")
    page = patient.press(checked, "accept", taken=taken)
    assert "Tick what you want to take" in said(page)
    assert desk.decisions() == []


def test_with_several_plans_the_lines_are_added_to_the_chosen_one(desk: Desk) -> None:
    patient = desk.patient(desk.issue(plans=[3], options=OPTIONS))
    page = patient.open(f"{patient.path}/accept?plan=B")
    data = page.typed(page.all("form")[0])
    data.setlist("option", ["2"])
    data["act"] = "choose"
    name = patient.post(f"{patient.path}/accept", data)
    checked = patient.press(name, "check", typed_name=NAME, agreed="yes")
    assert "I accept plan B" in said(checked)
    patient.press(checked, "accept")
    (kept,) = desk.decisions()
    assert (kept.plan, kept.taken, kept.total) == ("B", "2", "6241.05")
