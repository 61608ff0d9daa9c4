"""The grid of charges without JavaScript: groups, search, what changed, where one comes back to, and Undo."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from estimator.price_lists import drafts, editing
from estimator.web.desk.price_lists import grid as grids
from tests.support.browser import plain_words
from tests.support.delhi_list import DELHI
from tests.support.staff_browser import Staff


@pytest.fixture
def grid(editor: Staff, draft: str) -> str:
    editor.see(f"{draft}/section/charge")
    return f"{draft}/section/charge"


def text_of(app: Flask) -> str:
    with app.app_context():
        return drafts.find(1).text


def codes(app: Flask) -> list[str]:
    return list(editing.entries(editing.look(text_of(app)).data or {}, ("charge",)))


def shown(editor: Staff) -> list[str]:
    """Return the codes of the rows that can be seen."""
    return [
        str(row.get("id"))[4:]
        for row in editor.page.all("tr")
        if str(row.get("id")).startswith("row-") and row.get("hidden") is None
    ]


def row(editor: Staff, code: str) -> str:
    return plain_words(editor.page.one("tr", id=f"row-{code}"))


def test_the_charges_stand_under_the_headings_of_their_groups(app: Flask, editor: Staff, grid: str) -> None:
    headings = [plain_words(row) for row in editor.page.all("tr", class_="group-row")]
    assert headings == [
        "Assessment and tests",
        "Treatment with cells",
        "Hospital stay",
        "Rehabilitation",
        "Help with your journey",
        "Visas",
        "Flights",
        "Hotel",
        "If something goes wrong",
    ]
    editor.send("save", {"c.group.robot": "stay"})
    assert shown(editor).index("robot") == shown(editor).index("attendant") + 1
    editor.send("up:robot", {})
    assert shown(editor).index("robot") == shown(editor).index("attendant") - 1, "past its neighbour there"
    assert editor.page.form("down:ward")
    with pytest.raises(AssertionError):
        editor.page.form("up:ward")


def test_group_and_for_each_are_chosen_by_their_names(app: Flask, editor: Staff, grid: str) -> None:
    (per,) = editor.page.all("select", name="c.per.ward")
    offered = {str(one.get("value")): plain_words(one) for one in per.iter("option")}
    assert offered[""] == "once"
    assert offered["nights"] == "Nights in this room"
    editor.send("save", {"c.per.ward": "icu_nights", "c.group.ward": "rehabilitation"})
    ward = editing.get(editing.look(text_of(app)).data or {}, ("charge", "ward"))
    assert (ward["per"], ward["group"]) == ("icu_nights", "rehabilitation")
    editor.send("save", {"c.per.ward": ""})
    assert "per" not in editing.get(editing.look(text_of(app)).data or {}, ("charge", "ward"))


def test_a_charge_of_several_numbers_can_be_chosen_and_stays(app: Flask, editor: Staff) -> None:
    text = DELHI.replace('per = "icu_nights"', 'per = ["icu_nights", "sessions"]')
    editor.see("/staff/tables")
    editor.send("Begin the draft", {"text": text})
    editor.see(f"{editor.page.path}/section/charge")
    assert editor.page.value("c.per.icu") == "icu_nights, sessions"
    assert "Planned nights in intensive care × Sessions" in row(editor, "ward")
    before = text_of(app)
    editor.press("save")
    assert text_of(app) == before


@pytest.mark.long
@pytest.mark.parametrize(("key", "word"), [("per", "moons"), ("group", "nowhere")])
def test_a_group_or_number_that_the_list_does_not_have_stays_until_somebody_chooses(
    app: Flask, editor: Staff, key: str, word: str
) -> None:
    text = re.sub(rf'(\[charge\.ward\][^\[]*?\n{key} = )"\w+"', rf'\1"{word}"', DELHI)
    editor.see("/staff/tables")
    editor.send("Begin the draft", {"text": text})
    editor.see(f"{editor.page.path}/section/charge")
    assert editor.page.value(f"c.{key}.ward") == word
    editor.send("save", {"c.label.ward": "A bed in the ward"})
    ward_now = editing.get(editing.look(text_of(app)).data or {}, ("charge", "ward"))
    assert ward_now[key] == word
    assert ward_now["label"]["en"] == "A bed in the ward"


@pytest.mark.long
def test_rows_are_found_by_name_code_group_and_state(app: Flask, editor: Staff, grid: str) -> None:
    editor.send("find", {"q": "ROOM stay", "c.price.single": "70"})
    assert shown(editor) == ["semi_private", "single", "deluxe"]
    assert "3 of 33 charges" in editor.page.text
    assert editor.page.value("c.price.single") == "70", "what was typed was saved"
    assert editor.page.value("q") == "ROOM stay"
    editor.send("find", {"q": "", "show": "changed"})
    assert shown(editor) == ["single"]
    editor.send("find", {"q": "", "show": "without"})
    assert "rehab_intensive" in shown(editor)
    assert "single" not in shown(editor)
    editor.send("find", {"q": "nothing has this", "show": ""})
    assert shown(editor) == []
    editor.send("save", {"q": "", "show": "wrong", "c.price.ward": "sixty"})
    assert shown(editor) == ["ward"], "what is hidden is saved all the same, and the search stays"


def test_of_a_list_of_several_pages_the_rows_that_are_found_come_alone(
    app: Flask, editor: Staff, grid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grids, "PAGE", 10)
    editor.see(grid)
    assert len(shown(editor)) == 10
    assert "page 1 of 4" in editor.page.text
    editor.see(editor.page.links("Next page")[0])
    assert "page 2 of 4" in editor.page.text
    editor.send("find", {"q": "visa"})
    assert shown(editor) == ["visa_letter", "visa", "visa_companions"]


def test_the_difference_to_the_version_in_force_stands_beside_the_price(editor: Staff, grid: str) -> None:
    assert "%" not in row(editor, "single")
    editor.send("save", {"c.price.single": "65.52", "c.price.ward": "39 | 40 | 46.2"})
    assert "+4.0" in row(editor, "single")
    assert "−6.1" in row(editor, "ward")
    editor.send("copy:single", {})
    assert "new" in row(editor, "single_2")
    told = editor.post(grid, {"over": "3", "base": "3", "act": "autosave", "c.price.deluxe": "100"}).json
    assert told["since"]["deluxe"].startswith("+18.2")


def test_one_comes_back_to_the_row(editor: Staff, grid: str) -> None:
    action, fields = editor.page.sent("save", {"c.price.single": "70", "q": "room", "show": ""})
    target = urlsplit(editor.client.post(action, data=fields).location)
    assert target.fragment == "row-single"
    assert parse_qs(target.query)["q"] == ["room"]


def test_problems_are_not_said_in_green_and_lead_to_the_first_one(
    editor: Staff, draft: str, grid: str
) -> None:
    editor.send("save", {"c.price.single": "70"})
    assert editor.page.one("p", class_="saved").get("class") == "saved"
    editor.send("save", {"c.price.single": "sixty", "c.price.ward": "fifty"})
    notice = editor.page.one("p", class_="saved")
    assert notice.get("class") == "saved has-problems"
    assert editor.page.links("This draft has 2 problems.") == ["#row-ward"]
    assert editor.page.one("tr", id="row-ward").get("class") == "wrong-row"
    editor.see(f"{draft}/entry/charge/icu")
    editor.press("save")
    assert editor.page.links("This draft has 2 problems.") == [f"{draft}/entry/charge/ward#f.price"]
    told = editor.post(
        f"{draft}/entry/charge/icu", {"over": "3", "base": "3", "act": "autosave", "f.price": "1"}
    ).json
    assert told["problem"] == f"{draft}/entry/charge/ward#f.price"


@pytest.mark.long
def test_a_removal_is_undone_and_what_was_typed_stays(
    app: Flask, editor: Staff, draft: str, grid: str
) -> None:
    before = text_of(app)
    editor.send("remove:ward", {"c.price.single": "70"})
    assert "ward" not in codes(app)
    assert "“General ward” was removed." in editor.page.text
    editor.send("Undo", {"c.price.deluxe": "90"})
    assert "was removed" not in editor.page.text
    assert text_of(app) == before.replace("price = 63\n", "price = 70\n").replace(
        "price = 84.6\n", "price = 90\n"
    )
    first = codes(app)[0]
    editor.send(f"remove:{first}", {})
    editor.press("Undo")
    assert codes(app)[0] == first, "at its old place"
    editor.see(f"{draft}/section/tax")
    editor.send("remove:gst", {})
    editor.press("Undo")
    assert "[tax.gst]" in text_of(app)
    editor.see(f"{draft}/section/charge?removed=ward&undo=99")
    assert "was removed" not in editor.page.text


@pytest.mark.long
def test_an_entry_is_removed_on_its_own_page_and_comes_back(app: Flask, editor: Staff, draft: str) -> None:
    before = text_of(app)
    editor.see(f"{draft}/entry/charge/ward")
    editor.send("remove", {})
    assert "“General ward” was removed." in editor.page.text
    editor.press("Undo")
    assert text_of(app) == before
    editor.see(f"{draft}/entry/driver/room/choice/deluxe")
    editor.send("remove", {})
    editor.press("Undo")
    assert text_of(app) == before


def test_one_goes_on_to_publication_with_what_was_typed(
    app: Flask, editor: Staff, draft: str, grid: str
) -> None:
    editor.send("publish", {"c.price.single": "70"})
    assert editor.page.path == f"{draft}/publish"
    assert "price = 70\n" in text_of(app)


def test_what_is_ticked_outside_of_a_search_is_said(editor: Staff, draft: str) -> None:
    editor.see(f"{draft}/section/charge")
    page = editor.send("find", {"tick": ["ward", "visa"], "q": "visa"})
    assert "ticked" not in page.text, "a search begins with nothing ticked"
    page = editor.send("raise", {"tick": ["ward", "visa"], "by": "nothing"})
    assert page.status == 422
    assert "2 ticked, 1 of them outside of this search: General ward" in page.text
    assert "A tick at a heading stands for its whole group" in page.text


def test_a_row_says_how_many_units_are_included_before_the_price_is_on_request(
    editor: Staff, grid: str
) -> None:
    editor.see(f"{grid.partition('/section')[0]}/entry/charge/single")
    editor.send("save", {"f.price": "", "f.on_request": "yes", "f.included": "60"})
    page = editor.see(grid)
    assert plain_words(page.one("tr", id="row-single")).count("60 included, more on request") == 1
    editor.see(f"{grid.partition('/section')[0]}/entry/charge/single")
    editor.send("save", {"f.included": ""})
    assert "On request" in plain_words(editor.see(grid).one("tr", id="row-single"))
