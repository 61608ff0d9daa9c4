"""Somebody who knows no notation gets from nothing to a published list, page by page, without JavaScript."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from flask import Flask

import pricing
from estimator import price_lists
from estimator.i18n import reader, speaking
from estimator.price_lists import drafts, editing
from estimator.price_lists.editing import demonstrations, ready
from estimator.price_lists.editing.starting import needed_notices
from tests.support.browser import plain_words
from tests.support.staff_browser import Page, Staff
from tests.web.desk.test_new_list import NEW

GUIDE = "/staff/tables/drafts/1/guide"

QUESTIONS = {
    "known_marrow": "unproven",
    "known_adipose": "trial",
    "own_cells": "",
    "answers_rehab": ["none", "day"],
    "answers_room": ["ward", "single"],
    "more": ["rehab_days", "flights", "own_mri", "attendant"],
}

CHARGES = {
    "price_cells_marrow": "2400",
    "price_cells_adipose": "3000 | 3600 | 4200",
    "price_ward": "42.60",
    "price_single": "63",
    "price_rehab_day": "12",
    "take_mri": "yes",
    "take_attendant": "yes",
    "take_flight_tickets": "yes",
    "source": "Our own list",
}


def data_of(app: Flask) -> editing.Data:
    with app.app_context():
        data = editing.look(drafts.find(1).text).data
    assert data is not None
    return data


def begun(editor: Staff, **more: str) -> Page:
    editor.see("/staff/tables/new")
    return editor.send("Begin the draft", {**NEW, **more})


def missing(page: Page) -> list[str]:
    notes = map(plain_words, page.one("ol", class_="way").iter("span"))
    return [note for note in notes if note != "done"]


@pytest.mark.long
def test_a_list_is_begun_priced_and_published_in_seven_pages(
    app: Flask, editor: Staff, approver: Staff
) -> None:
    pages = 1
    editor.see("/staff/tables/new")
    assert editor.page.value("valid_from") == "2026-12-01", "the first of next month"
    chosen = {"country": "IN", "currency": "USD", "time_zone": "Asia/Kolkata"}
    typed = {"slug": "knee-mumbai", "title": "Knee treatment", "provider": "Example clinic"}
    page = editor.send("Begin the draft", {**chosen, **typed})
    assert page.path == f"{GUIDE}/questions"
    pages += 1
    assert not [box for box in page.all("input", type="checkbox") if box.get("checked") is not None]
    page = editor.send("Save, and on to the charges", QUESTIONS)
    assert page.path == f"{GUIDE}/charges"
    pages += 1
    assert not [box for box in page.all("input", type="checkbox") if box.get("checked") is not None]
    page = editor.send("Save, and on to the notices", CHARGES)
    assert page.path == f"{GUIDE}/notices"
    pages += 1
    page = editor.send("Save, and try the list", {"law": ["unproven", "guidelines"]})
    assert page.path == "/staff/tables/drafts/1/try"
    pages += 1
    assert "Your own bone marrow cells, one dose a session 2,400.00" in " ".join(page.text.split())
    assert "at least" in page.text, "the MRI is on request"
    page = editor.see("/staff/tables/drafts/1")
    assert "Nothing stands in the way of publication." in page.text
    assert missing(page) == []
    page = editor.see("/staff/tables/drafts/1/publish")
    pages += 1
    warnings = [str(box.get("value")) for box in page.all("input", type="checkbox")]
    assert warnings == [], "nothing has to be accepted"
    editor.press("Ask for approval")
    approver.see("/staff/tables/drafts/1/publish")
    approver.press("Approve, and schedule it for 1 December 2026")
    pages += 1
    with app.app_context():
        (version,) = price_lists.versions("knee-mumbai")
        table = price_lists.parsed(version)
    assert pages == 7
    assert len(typed) + len([name for name in CHARGES if not name.startswith("take_")]) == 9, "fields typed"
    answers = {"cells": "marrow", "sessions": "2", "room": "ward", "nights": "7", "rehab": "none"}
    result = pricing.estimate(table, {**answers, "own_mri": False, "attendant": True, "flights": "900"})
    assert result.totals["provider"][1] == Decimal("5098.20"), "2 x 2,400 and 7 x 42.60"
    assert result.totals["others"][1] == 900
    assert set(result.on_request) == {"mri", "attendant"}, "a missing price is on request, never 0"
    assert {notice.link for notice in table.notices if notice.kind == "legal"} == {
        "https://pmc.ncbi.nlm.nih.gov/articles/PMC6801994"
    }


@pytest.mark.long
def test_the_way_can_be_left_and_the_draft_says_what_is_still_missing(app: Flask, editor: Staff) -> None:
    page = begun(editor)
    assert [note.partition(": ")[0] for note in missing(page)] == ["Missing"] * 3
    page = editor.see("/staff/tables/drafts/1")
    editor.see(page.links("Questions", GUIDE)[0])
    editor.send("Save, and on to the charges", {**QUESTIONS, "known_adipose": ""})
    editor.send("Save, and on to the notices", {"price_ward": "40"})
    page = editor.see("/staff/tables/drafts/1")
    (charges, notices) = missing(page)
    assert charges == (
        "Missing: a charge for “Your own bone marrow cells”; a charge for “Single room”; "
        "a charge for “Day programme”"
    )
    assert notices.startswith("Missing: What is known about this treatment; What is not included;")
    page = editor.see(f"{GUIDE}/questions")
    assert "questions are in the list" in page.text
    assert not page.all("select", name="known_marrow")
    assert page.all("select", name="known_adipose")
    before = data_of(app)
    editor.send("Save, and on to the charges", {})
    assert data_of(app) == before, "what is there stays as it is"
    page = editor.see(f"{GUIDE}/charges")
    assert "One charge with a price is in the list" in page.text


def test_a_charge_on_request_gets_its_price_later(app: Flask, editor: Staff) -> None:
    begun(editor)
    editor.send("Save, and on to the charges", QUESTIONS)
    editor.send("Save, and on to the notices", {"take_ward": "yes"})
    assert editing.get(data_of(app), ("charge", "ward", "on_request")) is True
    editor.see(f"{GUIDE}/charges")
    editor.send("Save, and on to the notices", {"price_of_ward": "40", "source": "Ours"})
    entry = editing.get(data_of(app), ("charge", "ward"))
    assert (entry["price"], entry["source"], "on_request" in entry) == (40, "Ours", False)


def test_answers_of_ones_own_have_charges_too(app: Flask, editor: Staff) -> None:
    begun(editor, country="DE", currency="EUR", time_zone="Europe/Berlin")
    own = {
        "own_cells": "Placenta cells\nPlacenta cells\n\nCells <b>from</b> teeth",
        "known_own": "trial",
        "answers_rehab": ["none"],
        "own_rehab": "Two weeks by the sea",
    }
    editor.send("Save, and on to the charges", own)
    page = editor.page
    assert "Nights in hospital" in page.text, "without a question for the room"
    prices = {"price_cells_placenta_cells": "1.250,50", "price_cells_cells_b_from_b_teeth": "990,00"}
    editor.send("Save, and on to the notices", {**prices, "price_hospital_nights": "200"})
    data = data_of(app)
    assert editing.get(data, ("charge", "cells_placenta_cells")) == {
        "label": {"en": "Placenta cells"},
        "group": "treatment",
        "when": {"cells": "placenta_cells"},
        "per": "sessions",
        "price": Decimal("1250.5"),
    }
    assert editing.get(data, ("driver", "nights", "least")) == 0, "somebody may come for the day"
    assert missing(editor.page)[0] == "Missing: a charge for “Two weeks by the sea”"
    assert "No notice about the law of this country is known here." in editor.page.text


def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(app: Flask, editor: Staff) -> None:
    begun(editor)
    before = data_of(app)
    page = editor.send("Save, and on to the charges", {"own_room": "Tent"})
    assert page.status == 422
    assert len(page.errors()) == 2
    assert page.value("own_room") == "Tent"
    page = editor.send(
        "Save, and on to the charges", {"own_cells": "Placenta cells", "answers_rehab": ["none"]}
    )
    assert page.errors() == ["Error: Choose what is known about them. Patients read it above the price."]
    assert data_of(app) == before
    page = editor.send("Save, and on to the charges", {**QUESTIONS, "own_room": "x" * 5_001, "own_cells": ""})
    assert page.errors() == ["Error: This has 5,001 characters; there is room for 5,000. Shorten it."]
    editor.send("Save, and on to the charges", {"own_room": ""})
    page = editor.send("Save, and on to the notices", {})
    assert "Tick at least one charge, or write its price." in page.text
    page = editor.send("Save, and on to the notices", {"price_ward": "1,250", "price_single": "sixty"})
    assert len(page.errors()) == 2
    assert "“1,250” can be read in two ways. Write 1250 or 1.25." in page.text
    assert (page.value("price_ward"), page.value("price_single")) == ("1,250", "sixty")
    editor.send("Save, and on to the notices", {"price_ward": "1250", "price_single": ""})
    page = editor.send("Save, and try the list", {"text_not_included": ""})
    assert page.errors() == ["Error: This is needed."]
    assert "notice" not in data_of(app)


NOT_THB = "is not in THB, the currency of the list. Write the amount in it, in digits alone, such as 1800."


@pytest.mark.long
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("฿ 1,800", "can be read in two ways. Write 1800 or 1.80."),
        ("$ 1800", NOT_THB),
        ("1800 usd", NOT_THB),
        (
            "500 | 600",
            "is neither one number nor three. Write one, such as 500, or the lowest, the likely one and the highest, "
            "such as 500 | 550 | 600.",
        ),
        ("sixty", "is not a number. Enter digits with a point, for example 480.50."),
    ],
)
def test_what_is_no_price_is_said_with_what_to_type_in_the_guide_and_in_the_form(
    editor: Staff, typed: str, said: str
) -> None:
    begun(editor, country="TH", currency="THB", time_zone="Asia/Bangkok")
    editor.send("Save, and on to the charges", QUESTIONS)
    page = editor.send("Save, and on to the notices", {"price_ward": typed})
    assert page.errors() == [f"Error: “{typed}” {said}"]
    assert page.value("price_ward") == typed
    editor.send("Save, and on to the notices", {"price_ward": "฿1800"})
    editor.see("/staff/tables/drafts/1/entry/charge/ward")
    assert editor.send("save", {"f.price": typed}).errors() == [f"Error: “{typed}” {said}"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("55 | 40 | 31", "The three numbers have to rise"),
        ("40 | 55 | 31", "The three numbers have to rise"),
        ("31.0050", "is finer than 0.01"),
        ("1.234 | 2000 | 3000", "“1.234” can be read in two ways. Write 1234 or 1.2340."),
        ("31 | 40", "“31 | 40” is neither one number nor three."),
        ("1234567890123456789", "is not a number"),
    ],
)
def test_a_price_that_the_list_could_not_be_published_with_is_said_at_its_field(
    app: Flask, editor: Staff, typed: str, said: str
) -> None:
    begun(editor)
    editor.send("Save, and on to the charges", QUESTIONS)
    before = data_of(app)
    page = editor.send("Save, and on to the notices", {"price_mri": typed})
    assert page.status == 422
    (error,) = page.errors()
    assert said in error
    assert page.value("price_mri") == typed
    assert data_of(app) == before


def test_what_is_said_of_a_source_is_what_patients_see(app: Flask, editor: Staff) -> None:
    begun(editor)
    editor.send("Save, and on to the charges", QUESTIONS)
    promise = "Patients read it with the price, so write nothing that is only for staff."
    assert promise in editor.page.text
    editor.send(
        "Save, and on to the notices", {"price_ward": "300", "source": "Talk with the head of the ward"}
    )
    address = re.sub(r"/guide/.*|/first.*", "", editor.page.path)
    assert promise in editor.see(f"{address}/entry/charge/ward").text


def test_somebody_who_saved_meanwhile_is_seen(editor: Staff) -> None:
    begun(editor)
    page = editor.page
    editor.send("Save, and on to the charges", QUESTIONS)
    editor.page = page
    assert editor.send("Save, and on to the charges", {**QUESTIONS, "own_room": "Tent"}).status == 409


@pytest.mark.long
@pytest.mark.parametrize("tag", ["ar", "hi", "de"])
def test_ready_parts_are_in_the_language_of_the_list(app: Flask, editor: Staff, tag: str) -> None:
    begun(editor, language=tag, title="Titel")
    editor.send("Save, and on to the charges", QUESTIONS)
    editor.send("Save, and on to the notices", CHARGES)
    page = editor.send("Save, and try the list", {"law": ["guidelines"]})
    assert page.path.endswith("/try")
    with app.app_context():
        table = editing.look(drafts.find(1).text).table
    assert table is not None
    (cells,) = [driver for driver in table.drivers if driver.code == "cells"]
    english = ready.question_label("cells", "en")
    assert (cells.label[tag] == english) == (tag == "de"), "English where there is no translation"
    told = editor.see("/staff/tables/drafts/1/publish").text
    assert ("Texts that are still in English" in told) == (tag == "de")


@pytest.mark.parametrize("tag", ["ar", "bn", "es", "fr", "hi", "ru"])
def test_the_notices_that_every_list_needs_are_in_its_language(app: Flask, tag: str) -> None:
    for evidence in ("conditional", "trial", "unproven"):
        data: editing.Data = {"driver": {"cells": {"choice": {"own": {"evidence": evidence}}}}}
        english = needed_notices(data)
        with app.app_context(), speaking(reader(tag)):
            said = needed_notices(data)
        assert said.keys() == english.keys() == {"evidence", "not_included", "about_this_estimate"}
        assert not set(said.values()) & set(english.values())


def test_what_came_in_english_is_warned_of_in_a_list_of_another_language_until_it_is_written(
    app: Flask, editor: Staff
) -> None:
    begun(editor, language="de", title="Hotel")
    editor.send("Save, and on to the charges", QUESTIONS)
    draft = "/staff/tables/drafts/1"
    editor.see(f"{draft}/guide/notices")
    editor.send("Save, and try the list", {})

    def still() -> set[str]:
        look = editing.look(editing.written(data_of(app)))
        return {one.place for one in look.warnings if one.kind == "still_english"}

    assert {"driver.sessions.label.de", "driver.sessions.unit.de", "notice.evidence.text.de"} <= still()
    editor.see(f"{draft}/entry/driver/sessions")
    editor.send("save", {"f.label.de": "Sitzungen"})
    editor.see(f"{draft}/entry/notice/evidence")
    assert "This text is still in English" in editor.page.text
    editor.send("save", {"f.text.de": "Dass diese Behandlung hilft, ist nicht gezeigt."})
    assert not {"driver.sessions.label.de", "notice.evidence.text.de"} & still()


def test_a_word_that_is_the_same_in_several_languages_is_not_taken_for_english() -> None:
    found = demonstrations.in_english()
    assert "It has not been shown that this treatment helps." in found
    assert {"Sessions", "session", "sessions", "Hotel"} & found == {"Sessions", "session", "sessions"}


def test_every_combination_of_ready_parts_is_sound() -> None:
    data: editing.Data = {
        "format": 1,
        "table": "all",
        "version": "1",
        "valid_from": "",
        "currency": "USD",
        "languages": ["en"],
        "title": {"en": "All"},
        "time_zone": "UTC",
        "provider": {"name": "x", "country": "IN"},
    }
    data = editing.typed_into(data, ("header",), {"valid_from": "2027-01-01"})
    for code in ready.QUESTIONS:
        data = ready.with_question(data, code, ready.ready_answers(code))
    for answer in ready.ready_answers("cells"):
        data = editing.put(data, ("driver", "cells", "choice", answer, "evidence"), "unproven")
    for charge in ready.ready_charges(data):
        data = ready.with_charge(data, charge, None if "price" in charge.entry else 10, "Ours")
    for kind, text in needed_notices(data).items():
        data = ready.with_notice(data, kind, kind, text)
    look = editing.look(editing.written(data))
    assert [one.text for one in look.problems] == []
    assert [(one.place, one.kind) for one in look.warnings] == []
    assert ready.without_charge(data) == []
    assert ready.ready_charges(data) == []
