"""Many warnings of one kind are accepted with one tick, and the trail still tells which."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import pytest
from flask import Flask

import pricing
from estimator import audit, price_lists
from estimator.price_lists import drafts
from estimator.web.desk.price_lists import in_forms, warnings
from pricing.problems import SENTENCES
from pricing.table_sentences import WARNING_SENTENCES
from tests.support import profile
from tests.support.acts import acting
from tests.support.delhi_list import DELHI, NOW
from tests.support.staff_browser import Staff

MANY = profile.count(300, 2_000)


def list_without_sources(charges: int) -> str:
    more = "".join(
        f'\n[charge.extra_{number}]\nlabel.en = "Extra {number}"\ngroup = "stay"\nper = "nights"\nprice = 3\n'
        for number in range(charges)
    )
    later = DELHI.replace('version = "2026-09"', 'version = "2026-12"').replace("2026-09-01", "2026-12-01")
    before, package, after = later.partition("[package.")
    return f"{before}{more}\n{package}{after}"


def begin(editor: Staff, charges: int) -> str:
    """Begin a draft in which so many prices have no source."""
    editor.see("/staff/tables")
    editor.send("Begin the draft", {"text": list_without_sources(charges)})
    return editor.page.path


def kinds_of(person: Staff) -> list[str]:
    return [str(box.get("value")) for box in person.page.all("input", type="checkbox", name="kind")]


def single_of(person: Staff) -> list[str]:
    return [str(box.get("value")) for box in person.page.all("input", type="checkbox", name="ack")]


def acknowledged() -> dict[str, Any]:
    (entry,) = [entry for entry in audit.entries(100) if entry.action == "table.warnings_acknowledged"]
    detail: dict[str, Any] = json.loads(entry.detail)
    return detail


@pytest.mark.long
@pytest.mark.soak
def test_many_warnings_of_a_kind_are_accepted_with_one_tick_and_written_down(
    app: Flask, editor: Staff, approver: Staff
) -> None:
    long_draft = begin(editor, MANY)
    editor.see(f"{long_draft}/publish")
    assert kinds_of(editor) == ["missing_source"]
    assert f"The price has no source: accept all {MANY:,} warnings of this kind" in editor.page.text
    assert len(editor.page.html) < 300_000, "what is accepted with one tick is not listed one by one"
    others = [name for name in single_of(editor) if not name.startswith("missing_source ")]
    assert len(others) == 2

    editor.send("Ask for approval", {"ack": others})
    assert editor.page.status == 422
    assert f"Warnings that are not accepted: {MANY:,}." in editor.page.text
    editor.send("Ask for approval", {"kind": ["missing_source"], "ack": []})
    assert "Warnings that are not accepted: 2." in editor.page.text
    assert editor.page.all("input", value="missing_source")[0].get("checked") is not None, "the tick stays"
    editor.send("Ask for approval", {"kind": ["missing_source"], "ack": others})
    assert "another person has to approve" in editor.page.text

    approver.see(f"{long_draft}/publish")
    assert f"The price has no source {MANY:,}" in approver.page.text
    approver.press("Approve, and schedule it for 1 December 2026")
    with app.app_context():
        version = price_lists.find("delhi", "2026-12")
        found = pricing.lint(price_lists.parsed(version))
        written = acknowledged()
        assert written["count"] == len(found) == MANY + 2
        assert f"missing_source:{MANY}" in written["kinds"]
        own = [place for place in written["places"] if place.startswith("missing_source:")]
        assert own == [f"missing_source:charge.extra_{number}" for number in range(drafts.MOST_PLACES)]
        names = "\n".join(map(drafts.name_of, found))
        assert written["sha256"] == hashlib.sha256(names.encode()).hexdigest()
        assert audit.verify().broken is None
    assert "missing_source" in approver.see("/staff/audit").text


def test_a_kind_that_was_ticked_before_the_draft_was_saved_again_accepts_nothing(
    app: Flask, editor: Staff
) -> None:
    long_draft = begin(editor, 5)
    editor.see(f"{long_draft}/publish")
    action, fields = editor.page.sent("Ask for approval", {"kind": ["missing_source"]})
    editor.see(f"{long_draft}/entry/charge/ward")
    editor.send("save", {"f.source": ""})
    late = editor.client.post(action, data=fields)
    assert late.status_code == 409
    with app.app_context():
        assert drafts.find(1).proposed_by is None


def test_few_warnings_of_a_kind_are_ticked_one_by_one(editor: Staff, draft: str) -> None:
    editor.see(f"{draft}/publish")
    assert kinds_of(editor) == []
    assert len(single_of(editor)) == 2


def test_every_kind_of_warning_has_a_name() -> None:
    assert set(warnings.NAMES) == set(WARNING_SENTENCES)


def test_where_an_accepted_warning_stands_is_always_a_code(app: Flask) -> None:
    long = "x" * 80
    text = list_without_sources(1).replace("[charge.single]", f"[charge.{long}]")
    text = text.replace('"single", "deluxe"', f'"{long}", "deluxe"')
    table = text.replace('languages = ["en"]', 'languages = ["en", "pt-BR"]')
    with app.app_context():
        draft = drafts.begin(
            acting(actor="user:1", now=NOW), "delhi", text=table, examples="[]", based_on=None
        )
        names = drafts.check(draft, NOW).names
        assert f"missing_translation charge.{long}.label.pt-BR" in names
        drafts.publish(acting(actor="user:1", now=NOW), draft, over=1, acknowledged=names)
        assert acknowledged()["count"] == len(names)


@pytest.mark.long
def test_what_is_wrong_with_a_figure_is_said_in_the_same_words_on_every_page(
    editor: Staff, draft: str
) -> None:
    editor.see(f"{draft}/section/charge")
    editor.send("save", {"c.price.single": "12.345", "c.price.semi_private": "9 pounds"})
    twice = "“12.345” can be read in two ways. Write 12345 or 12.3450."
    none = "“9 pounds” is not a number. Enter digits with a point, for example 480.50."
    assert twice in editor.page.text
    for page in ("entry/charge/single", "publish", "effect", "", "try"):
        assert twice in editor.see(f"{draft}/{page}".rstrip("/")).text, page
    for page in ("section/charge", "entry/charge/semi_private", "publish", ""):
        assert none in editor.see(f"{draft}/{page}".rstrip("/")).text, page
    text = editor.see(f"{draft}/publish").text
    assert "Charge “Single room”, Price of a unit" in text
    assert "charge.single" not in text
    assert not re.search(r"\bline [0-9]", text)


@pytest.mark.long
def test_warnings_that_people_accept_say_no_notation(editor: Staff, draft: str) -> None:
    editor.see(f"{draft}/entry/charge/single")
    editor.send("save", {"f.price": "0", "f.source": ""})
    for text in (editor.see(f"{draft}/publish").text, editor.see(draft).text):
        assert "If it is not known yet, it is on request; if it costs nothing, say so in a note." in text
        assert "Charge “Single room”" in text
        assert "on_request" not in text
        assert "charge.single" not in text


def test_no_warning_says_a_word_of_the_notation_on_a_page() -> None:
    words = re.compile(r"[a-z]+_[a-z]+|= ?true|“(of|when|unless)”|\[")
    said = {**SENTENCES, **{kind: str(worded) for kind, worded in in_forms.SENTENCES.items()}}
    holes = re.compile(r"\{[a-z_]+\}")
    assert [kind for kind in WARNING_SENTENCES if words.search(holes.sub("", said[kind]))] == []
