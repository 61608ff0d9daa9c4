"""A list with an answer that nothing charges is not published, and the page says where and leads there."""

from __future__ import annotations

import json

import pytest
from flask import Flask

import pricing
from estimator import price_lists
from estimator.db import db
from estimator.models import TableVersion
from estimator.price_lists import drafts
from tests.support.acts import acting
from tests.support.delhi_list import DELHI, NOW
from tests.support.staff_browser import Staff

PLACE = "driver.rehab.choice.none"
SAID = "Answer “No programme here”"
SENTENCE = "No charge depends on the answer “No programme here”. Is a price missing?"
NEXT = DELHI.replace('version = "2026-09"', 'version = "2026-12"').replace("2026-09-01", "2026-12-01")
UNCHARGED = NEXT.replace("no_charge = true\n", "")


def begin(editor: Staff, text: str) -> str:
    """Begin a draft with a text, and return its address."""
    editor.see("/staff/tables")
    editor.send("Begin the draft", {"text": text})
    return editor.page.path


def acknowledged(person: Staff) -> list[str]:
    return [str(box.get("value")) for box in person.page.all("input", type="checkbox", name="ack")]


def no_new_version(app: Flask) -> bool:
    with app.app_context():
        return [version.version for version in price_lists.versions("delhi")] == ["2026-09"]


def awaiting_approval(app: Flask, address: str) -> None:
    """Let a draft wait for approval as one does for which it was asked before the warning blocked."""
    with app.app_context():
        draft = drafts.find(int(address.rpartition("/")[2]))
        names = [drafts.name_of(warning) for warning in pricing.lint(pricing.read(draft.text))]
        draft.proposed_by, draft.proposed_at, draft.proposed_save = "user:99", NOW, draft.saves
        draft.acknowledged = json.dumps(names)
        db.session.commit()


@pytest.mark.long
def test_the_page_says_where_and_leads_to_the_answer_where_it_is_mended(
    app: Flask, editor: Staff, approver: Staff
) -> None:
    draft = begin(editor, UNCHARGED)
    assert "One warning must be fixed before this draft can be published." in editor.see(draft).text
    assert SENTENCE in editor.page.text
    editor.see(f"{draft}/publish")
    assert SENTENCE in editor.page.text
    assert "To be fixed before it is published" in editor.page.text
    assert not [name for name in acknowledged(editor) if PLACE in name], "nobody can accept it"
    with pytest.raises(AssertionError, match="no button"):
        editor.page.form("Ask for approval")

    (address,) = editor.page.links(SAID)
    editor.see(address)
    assert "Costs nothing" in editor.page.text
    assert SENTENCE in editor.page.text
    editor.send("save", {"f.no_charge": "yes"})
    editor.see(f"{draft}/publish")
    assert SENTENCE not in editor.page.text
    editor.send("Ask for approval", {"ack": acknowledged(editor)})
    assert "another person has to approve" in editor.page.text
    approver.see(f"{draft}/publish")
    approver.press("Approve, and schedule it for 1 December 2026")
    with app.app_context():
        assert "no_charge = true" in price_lists.find("delhi", "2026-12").text


def test_whoever_asks_all_the_same_is_refused_with_the_place(app: Flask, editor: Staff) -> None:
    draft = begin(editor, NEXT)
    editor.see(f"{draft}/publish")
    action, fields = editor.page.sent("Ask for approval", {"ack": acknowledged(editor)})
    with app.app_context():
        drafts.save(acting(actor="user:99", now=NOW), 1, UNCHARGED, over=1)
        db.session.commit()
    fields["over"] = "2"
    fields.add("kind", "choice_without_charge")
    fields.add("ack", f"choice_without_charge {PLACE}")
    answer = editor.client.post(action, data=fields)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Nothing was published." in page
    assert "Warnings that must be fixed first: 1." in page
    assert SAID in page
    with app.app_context():
        assert drafts.find(1).proposed_by is None


@pytest.mark.long
def test_a_draft_that_waits_for_approval_is_looked_at_again(
    app: Flask, editor: Staff, approver: Staff
) -> None:
    draft = begin(editor, NEXT)
    awaiting_approval(app, draft)
    approver.see(f"{draft}/publish")
    action, fields = approver.page.sent("Approve, and schedule it for 1 December 2026", {})

    with app.app_context():
        waiting = drafts.find(1)
        waiting.text = UNCHARGED
        db.session.commit()
    awaiting_approval(app, draft)
    approver.see(f"{draft}/publish")
    assert "It cannot be approved as it is." in approver.page.text
    assert SENTENCE in approver.page.text
    assert approver.page.links(SAID)
    with pytest.raises(AssertionError, match="no button"):
        approver.page.form("Approve, and schedule it for 1 December 2026")
    answer = approver.client.post(action, data=fields)
    assert answer.status_code == 422
    assert "Warnings that must be fixed first: 1." in answer.get_data(as_text=True)
    assert no_new_version(app)


def test_a_warning_that_came_after_approval_was_asked_for_is_not_shown_as_accepted(
    app: Flask, editor: Staff, approver: Staff
) -> None:
    draft = begin(editor, NEXT)
    awaiting_approval(app, draft)
    with app.app_context():
        waiting = drafts.find(1)
        names = json.loads(waiting.acknowledged or "[]")
        waiting.acknowledged = json.dumps(names[:-1])
        db.session.commit()
    approver.see(f"{draft}/publish")
    accepted, _, refused = approver.page.text.partition("These warnings have not been accepted:")
    assert "Answer “We come by ourselves”" in accepted
    assert "driver.interpreter.choice.none" not in accepted
    assert "Answer “Not needed”" in refused
    assert "It cannot be approved as it is." in refused


def test_a_stored_version_with_such_an_answer_is_shown_and_its_draft_says_what_to_mend(
    app: Flask, editor: Staff
) -> None:
    with app.app_context():
        old = DELHI.replace("no_charge = true\n", "").replace('"2026-09"', '"2026-10"')
        table = pricing.read(old.replace("2026-09-01", "2026-10-01"))
        version = TableVersion(
            slug="delhi",
            version=table.version,
            valid_from=table.valid_from,
            time_zone=table.time_zone,
            text=pricing.write(table),
            sha256=pricing.sha256(table),
            examples="[]",
            published_by="command line",
            created_at=NOW,
        )
        db.session.add(version)
        db.session.commit()
        number = version.id
    assert "No programme here" in editor.see(f"/staff/tables/versions/{number}").text
    assert editor.see("/estimate/delhi").status == 200
    editor.see("/staff/tables")
    editor.press("Begin a draft")
    assert SENTENCE in editor.page.text
