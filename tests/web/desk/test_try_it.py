"""A draft is tried: the page opens with answers and what they come to, in the words that patients read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from estimator.db import db
from estimator.models.staff import Role
from estimator.price_lists import drafts, editing, worked_examples
from tests.support.staff_browser import Page, Staff
from tests.web.desk.test_journey import PLAN


def tables(page: Page) -> list[str]:
    """What can be read in each table of the page."""
    return [" ".join(" ".join(table.itertext()).split()) for table in page.all("table", class_="beside")]


def test_it_opens_with_answers_and_what_they_come_to(editor: Staff, draft: str) -> None:
    page = editor.see(f"{draft}/try")
    assert "These are made-up answers to begin with." in page.text
    assert page.value("q_cells") == "umbilical"
    assert "General ward" in tables(page)[0]
    assert not page.errors()


def test_it_opens_with_a_worked_example_where_there_is_one(app: Flask, editor: Staff, draft: str) -> None:
    with app.app_context():
        found = drafts.find(1)
        table = editing.look(found.text).table
        assert table is not None
        answers = {**PLAN, "cells": "marrow", "nights": "9"}
        found.examples = worked_examples.written([worked_examples.made("Nine nights", answers, table)])
        db.session.commit()
    page = editor.see(f"{draft}/try")
    assert "These are the answers of the worked example “Nine nights”." in page.text
    assert (page.value("q_cells"), page.value("q_nights")) == ("marrow", "9")


@pytest.mark.long
def test_it_opens_with_what_somebody_tried_last_until_the_list_does_not_take_it(
    app: Flask, editor: Staff, draft: str, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    editor.see(f"{draft}/try")
    editor.send("Work it out", {"q_nights": "23", "q_cells": "marrow"})
    editor.see(draft)
    page = editor.see(f"{draft}/try")
    assert "These are the answers that you tried last." in page.text
    assert (page.value("q_nights"), page.value("q_cells")) == ("23", "marrow")
    assert editor.see(f"{draft}/examples").value("q_nights") == "23", "to be kept as an example"
    other = sign_in(app, "approver").see(f"{draft}/try")
    assert "These are made-up answers" in other.text, "they are nobody else's"
    editor.see(f"{draft}/entry/driver/nights")
    editor.send("save", {"f.most": "20"})
    page = editor.see(f"{draft}/try")
    assert "These are made-up answers" in page.text
    assert not page.errors()


def test_what_is_included_says_so_and_is_no_amount(editor: Staff, draft: str) -> None:
    editor.see(f"{draft}/try")
    paid = tables(editor.send("Work it out", {"q_interpreter": "talks"}))[0]
    assert "Interpreter for talks with the doctors included included" in paid
    assert " 0.00 " not in paid.partition("What the provider charges")[0]


def test_the_reserve_stands_below_the_total_that_leaves_it_out(editor: Staff, draft: str) -> None:
    paid, reserve = tables(editor.see(f"{draft}/try"))
    assert "Longer stay or treatment of complications" in reserve
    assert "Longer stay or treatment of complications" not in paid
    assert "not part of the total above" in reserve


def test_a_total_that_leaves_something_out_says_so(editor: Staff, draft: str) -> None:
    editor.see(f"{draft}/try")
    page = editor.send("Work it out", {"q_own_mri": "no"})
    assert "Likely total, so far USD" in page.text
    assert "Not in this sum, because the price is on request: MRI of the spine" in page.text
    (total,) = [
        row for row in page.all("tr", class_="sum") if "".join(row.itertext()).strip().startswith("Total")
    ]
    assert "so far" in "".join(total.itertext()), "its range begins below it"


def test_what_was_tried_is_forgotten_with_the_session(editor: Staff, draft: str) -> None:
    editor.see(f"{draft}/try")
    editor.send("Work it out", {"q_nights": "23"})
    with editor.client.session_transaction() as kept:
        assert kept["tried"][2]["nights"] == "23"
    editor.press("Sign out")
    with editor.client.session_transaction() as kept:
        assert "tried" not in kept


TERMS_AND_COMMISSION = """
[terms.wait]
kind = "accept_after"
days = 15
source = "An act"
as_of = 2026-01-01

[commission.agency]
payee.en = "Example Agency"
percent = 15
of = ["treatment"]
source = "Contract"
"""


def test_what_patients_read_beside_the_price_stands_beside_it_here(
    app: Flask, editor: Staff, draft: str
) -> None:
    with app.app_context():
        drafts.find(1).text += TERMS_AND_COMMISSION
        db.session.commit()
    page = editor.see(f"{draft}/try")
    assert "Example Agency gets a commission of USD" in page.text
    assert "At least 15 whole days pass after a quote is issued" in page.text
    assert "(An act; as of 1 January 2026)" in page.text
    assert page.all("section", class_="notice notice-evidence")
    assert "When it would be paid" in page.text


def test_what_answers_come_to_is_a_page_that_one_can_go_back_to(editor: Staff, draft: str) -> None:
    page = editor.see(f"{draft}/try")
    action, fields = page.sent("Work it out", {"q_nights": "23"})
    answer = editor.client.post(action, data=fields)
    assert answer.status_code == 303
    address = answer.headers["Location"]
    answer.close()
    assert editor.see(address.partition("#")[0]).value("q_nights") == "23"
    assert "The result" in editor.page.text
    action, fields = page.sent("Work it out", {"q_nights": "a few"})
    answer = editor.client.post(action, data=fields)
    assert answer.status_code == 422, "what is wrong is said with what was typed"
    answer.close()
