"""The form of a new entry says what is needed, and what is wrong only once somebody has saved it."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.support.staff_browser import Staff


@pytest.mark.long
@pytest.mark.parametrize(
    ("section", "missing"), [("package", 3), ("driver", 2), ("tax", 2), ("payment", 2), ("notice", 1)]
)
def test_a_new_entry_is_not_greeted_with_errors(
    editor: Staff, draft: str, section: str, missing: int
) -> None:
    editor.see(f"{draft}/section/{section}")
    page = editor.send("add", {"new.label": "Something new"})
    assert "/entry/" in page.path
    assert page.errors() == []
    assert "Error:" not in next(page.all("title")[0].itertext())
    assert len(page.all("span", class_="needed")) >= missing
    page = editor.press("save")
    assert len(page.errors()) >= missing, "somebody has tried to save it"


def test_a_new_answer_is_not_greeted_with_errors(editor: Staff, draft: str) -> None:
    editor.see(f"{draft}/entry/driver/cells")
    editor.send("add_answer", {})
    page = editor.send("Add", {"new.label": "", "new.code": "other"})
    assert page.path.endswith("/choice/other")
    assert page.errors() == []
    assert editor.press("save").errors() == ["Error: This is needed."]


def test_what_is_wrong_in_a_new_entry_is_said_while_it_is_typed_and_what_is_missing_is_not(
    app: Flask, editor: Staff, draft: str
) -> None:
    editor.see(f"{draft}/section/package")
    page = editor.send("add", {"new.label": "A week"})
    action, fields = page.sent("save", {"f.price": "seven"})
    told = editor.post(f"{draft}/check", {**fields.to_dict(), "of": action.partition(f"{draft}/")[2]}).json
    assert told["wrong"]["f.price"]
    assert not any(told["wrong"][name] for name in told["wrong"] if name != "f.price")
    editor.page = page
    assert len(editor.send("save", {"f.price": "seven"}).errors()) == 3
