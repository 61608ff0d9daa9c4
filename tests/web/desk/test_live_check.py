"""What is wrong is said while somebody types, from the server, and nothing is saved by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from estimator.models.staff import Role
from estimator.price_lists import drafts
from estimator.web.desk.price_lists import live_check
from pricing.syntax import MOST_CHARACTERS
from tests.support.staff_browser import Page, Staff

JSON = {"Accept": "application/json"}


def ask(person: Staff, draft: str, of: str, **typed: str) -> Page:
    names = {name.replace("__", "."): text for name, text in typed.items()}
    data: dict[str, Any] = {"of": of, "over": "1", "base": "1", **names}
    return person.post(f"{draft}/check", data, headers=JSON)


def as_it_is(app: Flask) -> tuple[str, int]:
    with app.app_context():
        draft = drafts.find(1)
        return draft.text, draft.saves


def test_a_form_is_told_what_is_wrong_at_each_control(app: Flask, editor: Staff, draft: str) -> None:
    before = as_it_is(app)
    told = ask(editor, draft, "entry/charge/single", f__price="sixty").json
    assert told["said"] == "Not saved yet. Problems: 1."
    (wrong,) = told["wrong"]["f.price"]
    assert "“sixty”" in wrong
    assert told["wrong"]["f.group"] == []
    good = ask(editor, draft, "entry/charge/single", f__price="64").json
    assert good["wrong"]["f.price"] == []
    assert "warnings: 2" in good["said"]
    zero = ask(editor, draft, "entry/charge/single", f__price="0").json
    assert "The price is 0." in zero["warned"]["f.price"][0]
    assert as_it_is(app) == before


def test_a_form_of_a_question_and_of_the_head_is_told_too(editor: Staff, draft: str) -> None:
    told = ask(editor, draft, "entry/header", f__currency="dollars").json
    assert "dollars" in told["wrong"]["f.currency"][0]
    told = ask(editor, draft, "entry/driver/nights", f__most="many").json
    assert "“many” is not a number." in told["wrong"]["f.most"][0]


def test_a_grid_is_told_what_is_wrong_in_each_cell(app: Flask, editor: Staff, draft: str) -> None:
    before = as_it_is(app)
    told = ask(editor, draft, "section/charge", c__price__single="sixty", c__label__ward="Ward").json
    assert "“sixty”" in told["wrong"]["c.price.single"][0]
    assert told["wrong"]["c.label.ward"] == []
    assert as_it_is(app) == before
    saved = editor.post(
        f"{draft}/section/charge",
        {"over": "1", "base": "1", "act": "autosave", "c.price.single": "sixty"},
        headers=JSON,
    ).json
    assert saved["said"] == "Saved. Problems in this draft: 1."
    assert saved["wrong"]["c.price.single"] == told["wrong"]["c.price.single"]


def test_a_text_is_told_the_lines_of_its_problems_and_warnings(app: Flask, editor: Staff, draft: str) -> None:
    before = as_it_is(app)
    text, _saves = before
    broken = text.replace('country = "IN"', 'country = "XX"')
    line = broken[: broken.index('"XX"')].count("\n") + 1
    (found,) = ask(editor, draft, "text", text=broken.replace("\n", "\r\n")).json["found"]
    assert (found["line"], found["where"], found["wrong"]) == (line, f"Line {line}", True)
    assert found["place"] == "provider.country"
    toml = ask(editor, draft, "text", text=text.replace('country = "IN"', 'country = "IN')).json
    assert toml["found"][0]["line"] == line
    good = ask(editor, draft, "text", text=text).json
    assert [one["wrong"] for one in good["found"]] == [False] * 2
    assert as_it_is(app) == before
    saved = editor.post(
        f"{draft}/text", {"over": "1", "base": "1", "act": "autosave", "text": broken}, headers=JSON
    ).json
    assert saved["found"][0]["line"] == line


def test_only_what_was_typed_counts_where_somebody_else_has_saved(
    app: Flask, editor: Staff, draft: str, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    other = sign_in(app, "price_editor")
    other.see(f"{draft}/entry/charge/single")
    other.send("save", {"f.price": "sixty"})
    told = ask(editor, draft, "entry/charge/single", f__price="63", f__label__en="A bed").json
    assert "“sixty”" in told["wrong"]["f.price"][0], "theirs stays"
    assert ask(editor, draft, "entry/charge/single", f__price="64").json["wrong"]["f.price"] == []


def test_a_draft_that_is_no_toml_leaves_a_form_without_an_answer(editor: Staff, draft: str) -> None:
    editor.see(f"{draft}/text")
    editor.send("Save", {"text": "[broken"})
    assert ask(editor, draft, "entry/charge/single", f__price="64").json == {"said": ""}


def test_a_long_list_is_looked_at_when_it_is_saved(
    editor: Staff, draft: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = ask(editor, draft, "text", text="# " + "x" * live_check.LONGEST).json
    assert told["stop"] is True
    assert "looked at when it is saved" in told["said"]
    monkeypatch.setattr(live_check, "LONGEST", 100)
    assert ask(editor, draft, "entry/charge/single", f__price="64").json["stop"] is True


@pytest.mark.long
def test_longer_than_any_list_is_no_reason_to_stop_working(editor: Staff, draft: str) -> None:
    assert ask(editor, draft, "text", text="x" * (MOST_CHARACTERS + 1)).json["stop"] is True
    assert ask(editor, draft, "text", text="x" * 41_000_000).status == 413


@pytest.mark.parametrize(
    "of", ["", "nothing", "section/driver", "section/none", "entry/nothing/x", "entry/charge"]
)
def test_what_is_no_form_is_not_there(editor: Staff, draft: str, of: str) -> None:
    assert ask(editor, draft, of).status == 404


def test_only_who_may_edit_is_told(app: Flask, approver: Staff, editor: Staff, draft: str) -> None:
    assert ask(approver, draft, "entry/charge/single", f__price="sixty").status == 403
    without = editor.client.post(f"{draft}/check", data={"of": "text", "text": "x"}, headers=JSON)
    assert without.status_code == 400
    stranger = app.test_client().post(f"{draft}/check", data={"of": "text"}, headers=JSON)
    assert (stranger.status_code, stranger.json) == (401, {"error": "signed out"})
    assert editor.client.get(f"{draft}/check").status_code == 405
    assert ask(editor, "/staff/tables/drafts/99", "text", text="x").status == 404
