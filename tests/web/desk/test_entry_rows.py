"""Conditions, tiers, factors and what a package covers are chosen by their names, without JavaScript as well."""

from __future__ import annotations

from typing import Any

from flask import Flask

from estimator.price_lists import drafts, editing
from tests.support.browser import plain_words
from tests.support.staff_browser import Staff


def entry(app: Flask, section: str, code: str) -> Any:
    with app.app_context():
        return editing.get(editing.look(drafts.find(1).text).data or {}, (section, code))


def options(editor: Staff, name: str) -> dict[str, str]:
    (select,) = editor.page.all("select", name=name)
    return {str(one.get("value")): plain_words(one) for one in select.iter("option")}


def test_conditions_are_chosen_by_question_and_answer(app: Flask, editor: Staff, draft: str) -> None:
    editor.see(f"{draft}/entry/charge/ward")
    assert editor.page.value("f.when.0.test") == "room = ward"
    offered = options(editor, "f.when.1.test")
    assert offered["room = single"] == "Room: Single room"
    assert offered["sessions >="] == "Sessions: at least"
    assert offered["own_mri = no"].endswith(": no")
    editor.send("more:when", {"f.when.1.test": "room = single"})
    assert editor.page.value("f.when.3.test") == "", "there are more rows now"
    editor.send(
        "save", {"f.when.2.test": "sessions >=", "f.when.2.value": "2", "f.when.3.test": "visa = yes"}
    )
    assert entry(app, "charge", "ward")["when"] == {
        "room": ["ward", "single"],
        "sessions": {"least": 2},
        "visa": True,
    }
    editor.send("save", {f"f.when.{row}.test": "" for row in range(4)} | {"f.when.2.value": ""})
    assert "when" not in entry(app, "charge", "ward")


def test_half_a_condition_is_kept_and_told(app: Flask, editor: Staff, draft: str) -> None:
    editor.see(f"{draft}/entry/charge/ward")
    editor.send("save", {"f.when.1.test": "sessions >=", "f.when.1.value": "two"})
    assert editor.page.value("f.when.1.value") == "two"
    assert len(editor.page.errors()) == 1
    assert editor.page.links("Only if:") == ["#f.when"]
    editor.send("save", {"f.when.1.value": "2"})
    assert editor.page.errors() == []


def test_tiers_are_written_in_rows(app: Flask, editor: Staff, draft: str) -> None:
    editor.see(f"{draft}/entry/charge/rehab_intensive")
    assert [editor.page.value(f"f.graduated.1.{part}") for part in ("up_to", "price", "flat")] == [
        "",
        "50",
        "",
    ]
    editor.send(
        "save",
        {
            "f.graduated.1.up_to": "36",
            "f.graduated.1.price": "45 | 50 | 55",
            "f.graduated.2.price": "40",
            "f.graduated.2.flat": "15",
        },
    )
    assert entry(app, "charge", "rehab_intensive")["graduated"] == [
        {"up_to": 24, "price": 60},
        {"up_to": 36, "price": {"low": 45, "likely": 50, "high": 55}},
        {"price": 40, "flat": 15},
    ]
    editor.send("save", {"f.graduated.0.price": ""})
    assert editor.page.value("f.graduated.0.up_to") == "24", "what is half filled in stays"
    assert editor.page.errors()


def test_what_a_charge_is_multiplied_by_and_a_tax_is_of_are_chosen(
    app: Flask, editor: Staff, draft: str
) -> None:
    editor.see(f"{draft}/entry/charge/ward")
    assert options(editor, "f.per.1.code")["sessions"] == "Sessions"
    editor.send("save", {"f.per.1.code": "sessions"})
    assert entry(app, "charge", "ward")["per"] == ["nights", "sessions"]
    editor.send("save", {"f.per.0.code": "", "f.per.1.code": ""})
    assert "per" not in entry(app, "charge", "ward")
    editor.see(f"{draft}/entry/tax/gst")
    assert options(editor, "f.of.0.code")["stay"] == "Group: Hospital stay"
    rows = [box for box in editor.page.all("select") if str(box.get("name")).startswith("f.of.")]
    editor.send("save", {f"f.of.{len(rows) - 1}.code": "icu"})
    assert entry(app, "tax", "gst")["of"][-1] == "icu"


def test_what_a_package_pays_for_is_chosen(app: Flask, editor: Staff, draft: str) -> None:
    before = entry(app, "package", "marrow_week")["covers"]
    editor.see(f"{draft}/entry/package/marrow_week")
    assert options(editor, "f.covers.0.code")["icu"] == "Intensive care"
    editor.send("save", {f"f.covers.{len(before)}.code": "icu"})
    assert entry(app, "package", "marrow_week")["covers"] == {**before, "icu": "all"}
    editor.send("save", {f"f.covers.{len(before)}.units": "2"})
    assert entry(app, "package", "marrow_week")["covers"] == {**before, "icu": 2}


def test_rows_are_told_while_they_are_chosen_and_saved_by_themselves(
    app: Flask, editor: Staff, draft: str
) -> None:
    data = {"over": "1", "base": "1", "f.when.0.test": "sessions >=", "f.when.0.value": "many"}
    told = editor.post(f"{draft}/check", {**data, "of": "entry/charge/ward"}).json
    assert len(told["wrong"]["f.when"]) == 1
    saved = editor.post(f"{draft}/entry/charge/ward", {**data, "act": "autosave", "f.when.0.value": "3"}).json
    assert saved["wrong"]["f.when"] == []
    assert entry(app, "charge", "ward")["when"] == {"sessions": {"least": 3}}
