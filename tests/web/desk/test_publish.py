"""What stands on the page of publication goes with its buttons, and what speaks against a publication stands on it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask

from estimator import price_lists, staff
from estimator.db import db
from estimator.models.staff import Role
from estimator.price_lists import drafts, editing
from estimator.price_lists.editing.demonstrations import demonstration
from tests.support.browser import plain_words
from tests.support.quote_desk import PLAN, changed_list
from tests.support.staff_browser import Staff
from tests.web.desk.test_desk_blocking import NEXT, begin


def ticked(person: Staff) -> list[str]:
    return [str(box.get("value")) for box in person.page.all("input", type="checkbox", name="ack")]


def named(app: Flask) -> tuple[str, str, int, str | None]:
    """Return the name and the first day of the first draft, its save, and who asked for approval of it."""
    with app.app_context():
        draft = drafts.find(1)
        data = editing.look(draft.text).data or {}
        asked = draft.proposed_by if draft.proposed_save == draft.saves else None
        return data["version"], str(data["valid_from"]), draft.saves, asked


def test_approval_is_asked_for_the_day_and_the_name_that_were_typed(
    app: Flask, editor: Staff, approver: Staff, draft: str
) -> None:
    editor.see(f"{draft}/publish")
    typed = {"valid_from": "5.1.2027", "version": "New year", "ack": ticked(editor)}
    editor.send("Ask for approval", typed)
    assert "another person has to approve" in editor.page.text
    version, day, _save, asked = named(app)
    assert (version, day) == ("New year", "2027-01-05")
    assert asked is not None
    assert "Version “New year”, in force from 5 January 2027." in approver.see(f"{draft}/publish").text


def test_asking_without_another_day_saves_nothing(app: Flask, editor: Staff, draft: str) -> None:
    save = named(app)[2]
    editor.see(f"{draft}/publish")
    editor.send("Ask for approval", {"ack": ticked(editor)})
    assert named(app)[2] == save
    assert named(app)[3] is not None


def test_a_day_that_cannot_be_read_is_refused_with_everything_that_was_typed(
    app: Flask, editor: Staff, draft: str
) -> None:
    editor.see(f"{draft}/publish")
    names = ticked(editor)
    before = named(app)
    editor.send("Ask for approval", {"valid_from": "03/04/2027", "version": "Spring", "ack": names})
    assert editor.page.status == 422
    assert (editor.page.value("valid_from"), editor.page.value("version")) == ("03/04/2027", "Spring")
    boxes = editor.page.all("input", type="checkbox", name="ack")
    assert [box.get("checked") is not None for box in boxes] == [True for _name in names]
    assert named(app) == before


def test_a_warning_that_another_day_brings_is_not_accepted_unseen(
    app: Flask, editor: Staff, draft: str
) -> None:
    editor.see(f"{draft}/publish")
    editor.send("Ask for approval", {"valid_from": "2036-12-01", "ack": ticked(editor)})
    assert editor.page.status == 422
    assert "far_first_day valid_from" in ticked(editor)
    assert named(app)[1:] == ("2036-12-01", 2, None), "the day is kept, and approval was not asked for"


def test_what_was_typed_stays_where_somebody_else_saved_meanwhile(
    app: Flask, editor: Staff, draft: str
) -> None:
    editor.see(f"{draft}/publish")
    action, fields = editor.page.sent("Ask for approval", {"version": "Mine"})
    editor.send("Save", {"valid_from": "2027-02-01"})
    editor.page = editor.kind_of_page(editor.client.post(action, data=fields))
    assert editor.page.status == 409
    assert "The draft was saved again meanwhile." in editor.page.text
    assert editor.page.value("version") == "Mine"
    assert editor.page.value("valid_from") == "2027-02-01", "what nobody typed here is as the others left it"


def test_who_publishes_alone_is_shown_another_day_before_it_is_published(
    make_app: Callable[..., Flask], sign_in: Callable[[Flask, Role], Staff]
) -> None:
    app = make_app(SECOND_APPROVER="0")
    person = sign_in(app, "price_editor")
    with app.app_context():
        user = staff.demonstration("price_editor", language="en", now=datetime.now(UTC))
        user.roles = [
            *user.roles,
            *staff.demonstration("approver", language="en", now=datetime.now(UTC)).roles,
        ]
        db.session.commit()
    person.see("/staff/tables")
    person.press("Begin a draft")
    person.see(f"{person.page.path}/publish")
    person.send("Publish, in force from 1 December 2026", {"valid_from": "2027-01-05"})
    assert person.page.status == 409
    assert "The first day and the name are saved. Nothing was published yet" in person.page.text
    with app.app_context():
        assert len(price_lists.versions("delhi")) == 1
    changed_list(app, version="2026-11", valid_from="2026-11-10")
    person.send("Publish, in force from 5 January 2027", {"ack": ticked(person)})
    assert person.page.status == 409
    assert "Meanwhile “2026-11” was published" in person.page.text
    person.send("Publish, in force from 5 January 2027", {"ack": ticked(person)})
    with app.app_context():
        assert str(price_lists.versions("delhi")[0].valid_from) == "2027-01-05"


def test_two_drafts_of_one_version_have_two_names(app: Flask, editor: Staff, draft: str) -> None:
    editor.see("/staff/tables")
    editor.press("Begin a draft")
    assert editor.page.path != draft
    editor.see("/staff/tables")
    assert editor.page.links("Draft 1: 2026-12") == [draft]
    assert editor.page.links("Draft 2: 2026-12-2") == [f"{draft[:-1]}2"]


def test_a_name_that_was_taken_since_approval_was_asked_for_is_told_and_can_be_changed(
    app: Flask, editor: Staff, approver: Staff, draft: str
) -> None:
    editor.see(f"{draft}/publish")
    editor.send("Ask for approval", {"ack": ticked(editor)})
    assert "cannot be approved" not in approver.see("/staff").text
    changed_list(app, version="2026-12", valid_from="2026-11-20")
    told = (
        "It cannot be approved as it is: Another version of this list has the same name. Choose another name."
    )
    where = "The first day and the name are changed on its page “Publish”"
    assert f"{told} {where}" in approver.see("/staff").text
    approver.see(f"{draft}/publish")
    assert "Another version of this list has the same name." in approver.page.text
    assert "Approve, and schedule" not in approver.page.text
    editor.see(f"{draft}/publish")
    editor.send("Save", {"version": "2026-12-2"})
    editor.send("Ask for approval", {"ack": ticked(editor)})
    assert "cannot be approved" not in approver.see("/staff").text
    approver.see(f"{draft}/publish")
    approver.press("Approve, and schedule it for 1 December 2026")
    with app.app_context():
        assert price_lists.find("delhi", "2026-12-2")


def test_warnings_are_counted_alike_on_every_page(editor: Staff) -> None:
    """What looks like a slip beside the version before counts as what the text says of itself."""
    text = NEXT.replace("\nprice = 60.00", "\nprice = 600.00").replace("no_charge = true\n", "")
    draft = begin(editor, text)
    editor.see(f"{draft}/publish")
    acceptable = len(ticked(editor))
    overview = editor.see(draft)
    said = f"One warning must be fixed before this draft can be published. There are {acceptable} warnings to look at."
    assert said in overview.text
    counted = [int(each) for each in re.findall(r"([0-9]+) warnings?\b", plain_words(overview.one("tbody")))]
    assert sum(counted) == acceptable + 1
    row = next(row for row in overview.all("tr") if plain_words(row).startswith("Charges"))
    (charges,) = re.findall(r"([0-9]+) warnings?\b", plain_words(row))
    shown = editor.see(f"{draft}/section/charge").all("span", class_="count warn-count")
    assert sum(int(plain_words(one).split()[0]) for one in shown) == int(charges)


def test_a_discount_that_the_version_before_has_is_counted_nowhere(editor: Staff, draft: str) -> None:
    overview = editor.see(draft)
    editor.see(f"{draft}/publish")
    assert f"publication. There are {len(ticked(editor))} warnings to look at." in overview.text


def test_a_worked_example_that_fails_stands_where_the_list_is_published(
    editor: Staff, approver: Staff, draft: str
) -> None:
    editor.see(f"{draft}/examples")
    answers = {f"q_{code}": "yes" if answer is True else answer for code, answer in PLAN.items()}
    editor.send("add", {"name": "Two weeks", **answers})
    told = "One worked example does not give the expected result: Two weeks"
    assert "worked example" not in editor.see(f"{draft}/publish").text
    editor.see(f"{draft}/entry/charge/ward")
    editor.send("save", {"f.price": "50"})
    page = editor.see(f"{draft}/publish")
    assert told in page.text
    assert page.links("Look at the worked examples") == [f"{draft}/examples"]
    editor.send("Ask for approval", {"ack": ticked(editor)})
    assert told in approver.see(f"{draft}/publish").text


def test_a_list_that_says_that_nobody_earns_beside_a_commission_is_asked_about_until_it_is_changed(
    app: Flask, editor: Staff
) -> None:
    data = editing.look(NEXT).data or {}
    denial = {
        "kind": "before_you_pay",
        "text": {"en": demonstration("delhi")["notice"]["interests"]["text"]["en"]},
    }
    data = editing.add(data, ("notice",), "interests", denial)
    agency = {"payee": {"en": "Agence Teranga"}, "amount": 300, "source": "Contract"}
    draft = begin(editor, editing.written(editing.add(data, ("commission",), "agency", agency)))
    told = "is a warning that has to be accepted by its name; better change that notice or remove it"
    assert told in editor.see(f"{draft}/section/commission").text
    sentence = "Patients read here that nobody gets a commission, and “Agence Teranga” does."
    assert sentence in editor.see(f"{draft}/entry/notice/interests").text
    assert sentence in editor.see(f"{draft}/publish").text
    names = ticked(editor)
    assert "commission_denied notice.interests" in names
    editor.send("Ask for approval", {"ack": [one for one in names if not one.startswith("commission_")]})
    assert editor.page.status == 422
    editor.send("Ask for approval", {"ack": names})
    assert named(app)[3] is not None
    editor.see(f"{draft}/entry/notice/interests")
    editor.send("save", {"f.text.en": "An agency may earn from your choice. Ask us."})
    assert sentence not in editor.see(f"{draft}/publish").text
