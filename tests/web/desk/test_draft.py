"""Forms, grid and text of a draft: nothing that is typed is lost, and what is wrong is said beside it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from estimator.models.staff import Role
from estimator.price_lists import drafts, editing
from tests.support.delhi_list import DELHI
from tests.support.staff_browser import Staff


def text_of(app: Flask, number: int = 1) -> str:
    with app.app_context():
        return drafts.find(number).text


def codes(app: Flask) -> list[str]:
    data = editing.look(text_of(app)).data
    assert data is not None
    return list(editing.entries(data, ("charge",)))


def test_what_is_no_number_is_saved_shown_again_and_told(app: Flask, editor: Staff, draft: str) -> None:
    editor.see(f"{draft}/entry/charge/single")
    editor.send("save", {"f.price": "1,480"})
    assert editor.page.value("f.price") == "1,480"
    assert editor.page.errors() == ["Error: “1,480” can be read in two ways. Write 1480 or 1.48."]
    assert "Error:" in next(editor.page.all("title")[0].itertext())
    assert "One problem must be fixed" in editor.see(draft).text
    (link,) = editor.page.links("Charge “Single room”, Price of a unit")
    assert link == f"{draft}/entry/charge/single#f.price"
    told = editor.see(f"{draft}/text").text
    assert 'price = "1,480"' in told, "the line is shown"
    editor.see(f"{draft}/entry/charge/single")
    editor.send("save", {"f.price": "64"})
    assert "Nothing stands in the way of publication." in editor.see(draft).text


@pytest.mark.long
def test_a_form_that_is_saved_untouched_changes_nothing(app: Flask, editor: Staff, draft: str) -> None:
    before = text_of(app)
    for path in (
        "header",
        "provider",
        "charge/ward",
        "driver/cells",
        "driver/nights",
        "notice/evidence",
        "tax/room",
    ):
        page = editor.see(f"{draft}/entry/{path}")
        if page.path.endswith(path):
            editor.press("save")
    for name in ("charge", "driver", "notice"):
        editor.see(f"{draft}/section/{name}")
        editor.press("save")
    editor.see(f"{draft}/text")
    editor.press("Save")
    assert text_of(app) == before


@pytest.mark.long
def test_rows_are_added_copied_moved_and_removed(app: Flask, editor: Staff, draft: str) -> None:
    grid = f"{draft}/section/charge"
    before = codes(app)
    editor.see(grid)
    editor.send("copy:ward", {"c.price.ward": "44"})
    assert editor.page.value("c.price.ward_2") == "44", "what was typed is saved before the copy is made"
    editor.send("up:ward_2", {})
    assert codes(app).index("ward_2") == codes(app).index("ward") - 1
    editor.send("remove:ward_2", {})
    assert codes(app) == before
    editor.send(
        "add",
        {
            "new.label": "Laundry",
            "new.per": "nights",
            "new.price": "3.5",
            "new.group": "stay",
            "new.code": "",
        },
    )
    assert codes(app)[-1] == "laundry"
    editor.send("add", {"new.label": "Other", "new.code": "Not a code"})
    assert editor.page.status == 422
    assert editor.page.value("new.label") == "Other"
    assert codes(app)[-1] == "laundry"


def test_rows_of_a_spreadsheet_are_pasted(app: Flask, editor: Staff, draft: str) -> None:
    editor.see(f"{draft}/section/charge")
    editor.send(
        "paste", {"rows": "Code\tName\r\nsingle\t\t\t\t70\r\nlaundry\tLaundry\tstay\tnights\t3.5\r\n"}
    )
    assert "These rows could not be read" in editor.page.text
    assert editor.page.value("c.price.single") == "70"
    assert codes(app)[-1] == "laundry"


def test_every_word_that_the_table_shows_can_be_pasted_into_it(app: Flask, editor: Staff, draft: str) -> None:
    rows = [
        "laundry\tLaundry\tHOSPITAL STAY\tOnce\t3.5",
        "ward\t\t\tONCE\ton REQUEST",
        "mri\t\t\t\tOn request",
        "rehab_intensive\t\t\t\tTiers",
        "longer_stay\t\t\t\t10 | 15 | 25 PERCENT of other charges",
    ]
    editor.see(f"{draft}/section/charge")
    assert editor.send("paste", {"rows": "\r\n".join(rows)}).errors() == []
    with app.app_context():
        charges = editing.entries(editing.look(drafts.find(1).text).data or {}, ("charge",))
    assert "per" not in charges["laundry"]
    assert charges["laundry"]["group"] == "stay"
    assert charges["ward"]["on_request"] is True
    assert not {"price", "per"} & set(charges["ward"])
    assert "graduated" in charges["rehab_intensive"]
    assert "percent" in charges["longer_stay"]


def test_a_word_that_stands_in_another_row_only_is_refused(editor: Staff, draft: str) -> None:
    editor.see(f"{draft}/section/charge")
    editor.send("paste", {"rows": "ward\t\t\t\tTiers"})
    assert "These rows could not be read" in editor.page.text


@pytest.mark.long
def test_of_too_many_pasted_rows_those_that_were_not_taken_stand_in_the_page(
    app: Flask, editor: Staff, draft: str
) -> None:
    before = len(codes(app))
    rows = [f"extra_{number}\tExtra {number}\tstay\tnights\t3" for number in range(1_002)]
    editor.see(f"{draft}/section/charge")
    editor.send("paste", {"rows": "\r\n".join(rows)})
    assert editor.page.status == 422
    assert "Only the first 1,000 rows were added. The other 2 are still here" in editor.page.text
    assert editor.page.all("a", href="#rows")
    assert editor.page.value("rows").splitlines() == rows[-2:]
    assert len(codes(app)) == before + 1_000
    editor.press("paste")
    assert editor.page.status == 200
    assert len(codes(app)) == before + 1_002


def test_the_limits_of_what_is_typed_stand_where_it_is_typed(editor: Staff, draft: str) -> None:
    for path, *limits in (
        ("/text", "2,000,000 characters"),
        ("/entry/charge/ward", "5,000 characters", "18 digits", "at most 80", "at most 20"),
        ("/entry/header", "at most 80", "40 characters", "at most 100", "3,650"),
        ("/entry/notice/unproven", "500 characters"),
        ("/section/charge", "at most 80", "At most 1000 rows", "at most 1,000"),
        ("/add/driver/room/choice", "at most 80"),
        ("/examples", "200 examples", "80 characters"),
        ("/saves", "200"),
        ("/publish", "40 characters"),
    ):
        told = editor.see(draft + path).text
        assert [limit for limit in limits if limit not in told] == [], path


def test_another_code_is_used_everywhere(app: Flask, editor: Staff, draft: str) -> None:
    editor.see(f"{draft}/entry/driver/nights")
    editor.send("rename", {"code": "bed_nights"})
    assert editor.page.path.endswith("/entry/driver/bed_nights")
    assert 'per = "bed_nights"' in text_of(app)
    assert editing.look(text_of(app)).table is not None
    editor.send("rename", {"code": "rehab_days"})
    assert editor.page.status == 422
    assert "is used already" in editor.page.text


def test_an_answer_is_added_to_a_question(app: Flask, editor: Staff, draft: str) -> None:
    editor.see(f"{draft}/entry/driver/room")
    editor.send("add_answer", {})
    editor.send("Add", {"new.label": "Suite", "new.code": ""})
    assert editor.page.path.endswith("/entry/driver/room/choice/suite")
    editor.send("save", {"f.note.en": "With a kitchen."})
    assert 'note.en = "With a kitchen."' in text_of(app)
    assert editing.look(text_of(app)).table is not None


@pytest.mark.long
def test_every_form_of_the_list_can_be_opened(app: Flask, editor: Staff, draft: str) -> None:
    data = editing.look(text_of(app)).data
    assert data is not None
    for section in editing.SECTIONS:
        if section in ("header", "provider"):
            assert editor.see(f"{draft}/entry/{section}").status == 200
        elif section != "choice":
            assert editor.see(f"{draft}/section/{section}").status == 200
            for code in list(editing.entries(data, (section,)))[:3]:
                page = editor.see(f"{draft}/entry/{section}/{code}")
                assert page.path.endswith(code)


def test_comments_are_told_of_before_a_form_takes_them_out(app: Flask, editor: Staff) -> None:
    editor.see("/staff/tables")
    editor.send("Begin the draft", {"text": DELHI})
    overview = editor.page.path
    assert "The text has comments" in editor.see(f"{overview}/entry/charge/ward").text
    editor.send("save", {"f.price": "43"})
    assert "The text has comments" not in editor.page.text
    assert "#" not in text_of(app)


def test_a_text_that_is_no_toml_is_kept_and_its_line_is_shown(app: Flask, editor: Staff, draft: str) -> None:
    broken = text_of(app).replace('country = "IN"', 'country = "IN')
    editor.see(f"{draft}/text")
    editor.send("Save", {"text": broken.replace("\n", "\r\n")})
    assert text_of(app) == broken
    assert "a text is not closed" in editor.page.text
    assert "there are no forms" in editor.see(draft).text
    assert editor.see(f"{draft}/entry/charge/ward").path == f"{draft}/text"
    assert editor.see(f"{draft}/publish").status == 200


def test_earlier_saves_can_be_gone_back_to(app: Flask, editor: Staff, draft: str) -> None:
    first = text_of(app)
    editor.see(f"{draft}/entry/charge/single")
    editor.send("save", {"f.price": "70"})
    editor.see(f"{draft}/saves")
    editor.see(editor.page.links("1")[-1])
    assert "Price of a unit 63 70" in editor.page.text
    editor.press("Go back to save 1")
    assert text_of(app) == first
    assert len(editor.see(f"{draft}/saves").all("tr")) == 4, "nothing that was saved is gone"


def test_a_draft_is_thrown_away_after_a_question(app: Flask, editor: Staff, draft: str) -> None:
    editor.see(f"{draft}/discard")
    editor.press("Discard it")
    assert editor.page.path == "/staff/tables"
    late = editor.post(
        f"{draft}/entry/charge/ward", {"over": "1", "base": "1", "act": "save", "f.price": "123.45"}
    )
    assert late.status == 404
    assert "123.45" in late.html, "what was typed into a draft that is gone is not"


def test_what_a_colleague_saved_meanwhile_is_not_thrown_away_unseen(
    app: Flask, editor: Staff, draft: str, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    editor.see(f"{draft}/discard")
    colleague = sign_in(app, "price_editor")
    colleague.see(f"{draft}/entry/charge/single")
    colleague.send("save", {"f.price": "70"})
    told = editor.press("Discard it")
    assert told.status == 409
    assert "has saved this draft meanwhile" in told.html
    assert "price = 70" in text_of(app)
    editor.press("Discard it")
    assert editor.page.path == "/staff/tables", "whoever has looked at it may still discard it"


def test_where_codes_are_typed_they_are_shown(app: Flask, editor: Staff, draft: str) -> None:
    assert "Codes that you can write here" not in editor.see(f"{draft}/entry/charge/ward").text
    editor.see(f"{draft}/text")
    editor.send("Save", {"text": text_of(app).replace('when = { room = "ward" }', 'when = "in the ward"', 1)})
    told = editor.see(f"{draft}/entry/charge/ward").text
    assert editor.page.value("f.when") == "in the ward"
    assert "Codes that you can write here" in told
    assert "semi_private Semi-private room" in told


# Two people at once


def test_the_second_of_two_is_told_and_nothing_is_overwritten(
    app: Flask, editor: Staff, draft: str, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    path = f"{draft}/entry/charge/single"
    other = sign_in(app, "price_editor")
    editor.see(path)
    other.see(path)
    other.send("save", {"f.price": "70", "f.note.en": "Theirs"})
    editor.send("save", {"f.price": "71", "f.label.en": "One <bed>"})
    page = editor.page
    assert page.status == 409
    assert "Price of a unit 63 70" in page.text
    assert "Price of a unit 63 71" in page.text
    assert "One <bed>" in page.text
    assert "price = 70" in text_of(app)
    editor.press("Add my changes to theirs")
    single = editing.get(editing.look(text_of(app)).data or {}, ("charge", "single"))
    assert single["price"] == 71
    assert single["label"]["en"] == "One <bed>"
    assert single["note"]["en"] == "Theirs", "a field that only they changed stays theirs"


def test_somebody_faster_again_is_told_of_again(
    app: Flask, editor: Staff, draft: str, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    path = f"{draft}/entry/charge/single"
    other = sign_in(app, "price_editor")
    editor.see(path)
    other.see(path)
    other.send("save", {"f.price": "70"})
    editor.send("save", {"f.price": "71"})
    other.send("save", {"f.price": "72"})
    editor.press("Add my changes to theirs")
    assert editor.page.status == 409
    assert "Price of a unit 63 72" in editor.page.text
    editor.press("Add my changes to theirs")
    assert "price = 71" in text_of(app)


def test_two_grids_of_the_same_draft(
    app: Flask, editor: Staff, draft: str, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    path = f"{draft}/section/charge"
    other = sign_in(app, "price_editor")
    editor.see(path)
    other.see(path)
    other.send("remove:deluxe", {})
    editor.send("save", {"c.price.single": "71"})
    assert editor.page.status == 409
    editor.press("Add my changes to theirs")
    assert "deluxe" not in codes(app)
    assert "price = 71" in text_of(app)


def test_two_texts_of_the_same_draft(
    app: Flask, editor: Staff, draft: str, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    path = f"{draft}/text"
    other = sign_in(app, "price_editor")
    editor.see(path)
    other.see(path)
    start = text_of(app)
    other.send("save", {"text": start.replace("price = 63", "price = 70")})
    editor.send("save", {"text": start.replace("price = 63", "price = 71")})
    assert editor.page.status == 409
    assert "price = 70" in text_of(app)
    editor.press("Save mine over it")
    assert "price = 71" in text_of(app)


def test_what_saves_by_itself_is_told_of_somebody_else(
    app: Flask, editor: Staff, draft: str, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    path = f"{draft}/entry/charge/single"
    saved = editor.post(path, {"over": "1", "base": "1", "act": "autosave", "f.price": "70"})
    assert (saved.json["saves"], saved.json["said"]) == (2, "Saved.")
    assert saved.json["wrong"]["f.price"] == []
    late = sign_in(app, "price_editor").post(
        path, {"over": "1", "base": "1", "act": "autosave", "f.price": "71"}
    )
    assert late.status == 409
    assert late.json["conflict"] is True
    assert "price = 70" in text_of(app)


def test_an_entry_that_somebody_removed_comes_back_whole_if_it_is_wanted(
    app: Flask, editor: Staff, draft: str, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    path = f"{draft}/entry/charge/single"
    other = sign_in(app, "price_editor")
    editor.see(path)
    other.see(path)
    other.send("remove", {})
    editor.send("save", {"f.price": "71"})
    assert editor.page.status == 409
    editor.press("Add my changes to theirs")
    single = editing.get(editing.look(text_of(app)).data or {}, ("charge", "single"))
    assert single["price"] == 71
    assert single["per"] == "nights"


@pytest.mark.long
def test_what_was_typed_is_never_markup(app: Flask, editor: Staff, draft: str) -> None:
    nasty = '"><script>alert(1)</script>'
    editor.see(f"{draft}/entry/charge/single")
    editor.send("save", {"f.label.en": nasty})
    for page in ("", "/section/charge", "/text", "/differences", "/publish", "/entry/charge/single"):
        assert "<script>alert" not in editor.see(draft + page).html
    assert "&lt;script&gt;alert" in editor.page.html


def test_the_list_of_drafts_names_the_version_and_its_first_day(editor: Staff, draft: str) -> None:
    page = editor.see("/staff/tables")
    assert page.links("Draft 1: 2026-12") == [draft]
    assert "Draft 1: 2026-12 from 1 December 2026 on" in page.text
    editor.see(f"{draft}/text")
    editor.send("save", {"text": "version = 5\nvalid_from = soon"})
    assert editor.see("/staff/tables").links("Draft 1") == [draft]


def test_the_publish_page_says_the_first_minute_and_the_zone(editor: Staff, draft: str) -> None:
    assert (
        "That is from the beginning of 1 December 2026 on (India). Now it is 10 November 2026, 14:30 (India)."
    ) in editor.see(f"{draft}/publish").text
    editor.send("Save", {"valid_from": "2026-11-10"})
    assert (
        "That is today, 10 November 2026 (India): it is in force from the minute in which it is published."
    ) in editor.page.text
