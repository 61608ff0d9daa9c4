"""A list begins from nothing with a short form, or as a copy of another one; what is wrong is said beside it.

What follows the short form is tried in test_first_list.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

import pytest
from flask import Flask

from estimator import price_lists
from estimator.db import db
from estimator.models import Draft
from estimator.models.staff import Role
from estimator.price_lists import drafts, editing
from tests.support.acts import acting
from tests.support.delhi_list import DELHI, NOW
from tests.support.staff_browser import Staff

NEW = {
    "slug": "knee-mumbai",
    "title": "Knee treatment",
    "language": "en",
    "valid_from": "2026-12-01",
    "provider": "Example clinic",
    "country": "IN",
    "currency": "INR",
    "time_zone": "Asia/Kolkata",
}


def count(app: Flask) -> int:
    with app.app_context():
        return len(drafts.all_drafts())


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("slug", "Knee Mumbai", "“Knee Mumbai”"),
        ("slug", "", "This is needed."),
        ("slug", "delhi", "There is a list of this name already"),
        ("title", "x" * 5_001, "5,000"),
        ("language", "xx", "Choose one from the list."),
        ("valid_from", "soon", "“soon” is not a day."),
        ("valid_from", "2026-11-09", "The first day lies in the past."),
        ("valid_from", "", "This is needed."),
        ("provider", "", "This is needed."),
        ("country", "XX", "Choose one from the list."),
        ("currency", "XXX", "Choose one from the list."),
        ("time_zone", "Asia/Nowhere", "Choose one from the list."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    app: Flask, editor: Staff, field: str, typed: str, said: str
) -> None:
    editor.see("/staff/tables/new")
    given = {**NEW, field: typed}
    editor.send("Begin the draft", given)
    assert editor.page.status == 422
    (error,) = editor.page.errors()
    assert said.replace(",", "") in error.replace(",", "")
    for name, text in given.items():
        if (field, name) not in (
            ("language", "language"),
            ("country", "country"),
            ("currency", "currency"),
            ("time_zone", "time_zone"),
        ):
            assert editor.page.value(name) == text
    assert [link.get("href") for link in editor.page.all("a") if link.get("href") == f"#{field}"]
    assert count(app) == 0


def test_currency_and_time_zone_are_filled_in_from_the_country_and_asked_about(
    app: Flask, editor: Staff
) -> None:
    editor.see("/staff/tables/new")
    page = editor.send("Begin the draft", {**NEW, "country": "TH", "currency": "", "time_zone": ""})
    assert page.status == 422
    assert (
        page.errors()
        == ["Error: This is filled in from the country. If it is right, press the button again."] * 2
    )
    assert (page.value("currency"), page.value("time_zone")) == ("THB", "Asia/Bangkok")
    editor.press("Begin the draft")
    assert count(app) == 1


def test_of_a_country_with_several_zones_none_is_filled_in(editor: Staff) -> None:
    editor.see("/staff/tables/new")
    page = editor.send("Begin the draft", {**NEW, "country": "US", "currency": "USD", "time_zone": ""})
    assert page.errors() == ["Error: This is needed."]
    assert page.value("time_zone") == ""


def test_everything_that_is_missing_is_said_at_once(editor: Staff) -> None:
    editor.see("/staff/tables/new")
    editor.send("Begin the draft", dict.fromkeys(NEW, ""))
    assert editor.page.status == 422
    assert editor.page.errors() == ["Error: This is needed."] * len(NEW)


def test_what_is_typed_is_never_markup_or_notation(app: Flask, editor: Staff) -> None:
    nasty = '"] [charge.x] <script>alert(1)</script>'
    editor.see("/staff/tables/new")
    editor.send("Begin the draft", {**NEW, "title": nasty, "slug": nasty})
    assert editor.page.status == 422
    assert "<script>alert" not in editor.page.html
    editor.send("Begin the draft", {"slug": "knee-mumbai"})
    with app.app_context():
        (draft,) = drafts.all_drafts()
        data = editing.look(draft.text).data or {}
        assert "charge" not in data
        assert "[charge.x]" in editing.get(data, ("title", "en"))


def test_a_list_is_copied_under_another_name_with_its_examples(app: Flask, editor: Staff) -> None:
    examples = json.dumps([{"name": "One", "answers": {}, "expected": {}}])
    with app.app_context():
        text = price_lists.versions("delhi")[0].text
        later = text.replace('version = "2026-09"', 'version = "b"').replace("2026-09-01", "2026-10-01")
        price_lists.import_(acting(actor="command line", now=NOW), later, examples=examples)
        db.session.commit()
        number = price_lists.find("delhi", "b").id
    editor.see(f"/staff/tables/versions/{number}")
    editor.see(editor.page.links("Copy it as a new list…")[0])
    assert "Stem cell treatment" in editor.page.value("title")
    editor.send("Begin the draft", {"slug": "delhi", "title": "Second clinic"})
    assert editor.page.status == 422
    assert editor.page.value("title") == "Second clinic"
    editor.send("Begin the draft", {"slug": "delhi-two"})
    assert "Nothing stands in the way of publication." in editor.page.text
    with app.app_context():
        draft = drafts.find(1)
        assert draft.slug == "delhi-two"
        assert draft.examples == examples
        found = [
            (change.change, [(part.old, part.new) for part in change.fields])
            for change in editing.differences(
                editing.look(later).data or {}, editing.look(draft.text).data or {}, 10
            )
        ]
        assert found == [
            (
                "changed",
                [
                    ("delhi", "delhi-two"),
                    ("b", "2026-12"),
                    ("2026-10-01", "2026-12-01"),
                    ("Stem cell treatment for spinal cord injury, with rehabilitation", "Second clinic"),
                ],
            )
        ]
    assert editor.see("/staff/tables/versions/999/copy").status == 404


def test_two_who_begin_the_same_list_at_once_get_drafts_of_which_one_is_published(
    app: Flask, editor: Staff
) -> None:
    editor.see("/staff/tables/new")
    action, fields = editor.page.sent("Begin the draft", NEW)
    answers: list[int] = []
    cookie = editor.client.get_cookie("session")
    assert cookie is not None

    def send() -> None:
        client = app.test_client()
        client.set_cookie("session", cookie.value)
        answers.append(client.post(action, data=fields).status_code)

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 422]
    with app.app_context():
        assert db.session.query(Draft).count() == 1


def test_who_may_not_edit_begins_nothing(approver: Staff) -> None:
    assert approver.see("/staff/tables/new").status == 403
    assert approver.see("/staff/tables/versions/1/copy").status == 403
    assert approver.post("/staff/tables/new", NEW).status == 403
    assert "A new list" not in approver.see("/staff/tables").text


def test_the_languages_of_the_pages_and_of_the_lists_in_force_come_before_all_others(
    make_app: Callable[..., Flask], sign_in: Callable[[Flask, Role], Staff]
) -> None:
    app = make_app(LANGUAGES="ru,en,ar")
    with app.app_context():
        text = DELHI.replace('table = "delhi"', 'table = "lyon"')
        text = text.replace('languages = ["en"]', 'languages = ["en", "sw"]')
        price_lists.import_(acting(actor="command line", now=NOW), text)
        db.session.commit()
    page = sign_in(app, "price_editor").see("/staff/tables/new")
    (select,) = [one for one in page.all("select") if one.get("name") == "language"]
    tags = [str(one.get("value")) for one in select.iter("option") if one.get("value")]
    assert tags[:5] == ["ru", "en", "ar", "sw", "af"]
    assert len(tags) == len(set(tags)) > 200
