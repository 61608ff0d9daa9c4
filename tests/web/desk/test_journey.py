"""A coordinator who does not know TOML changes prices, and another person lets them come into force."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import time_machine
from flask import Flask

import pricing
from estimator import audit, estimates, price_lists
from estimator.db import db
from estimator.processes import preview_task
from tests.support.acts import acting
from tests.support.delhi_list import DELHI, NOW
from tests.support.staff_browser import Staff

PLAN = {
    "cells": "umbilical",
    "sessions": "2",
    "room": "ward",
    "nights": "14",
    "rehab": "intensive",
    "rehab_days": "40",
    "visa": True,
    "own_mri": True,
}


def make_estimate(app: Flask) -> str:
    with app.app_context():
        token = estimates.make(
            acting(now=datetime.now(UTC)),
            price_lists.in_force("delhi", datetime.now(UTC)),
            PLAN,
            language="en",
            submission=secrets.token_urlsafe(16),
        )
        db.session.commit()
    return token


@pytest.mark.long
def test_prices_rise_from_a_day_on_and_what_was_promised_stays(
    app: Flask, editor: Staff, approver: Staff, clock: time_machine.Traveller
) -> None:
    token = make_estimate(app)
    before = editor.see(f"/e/{token}").text

    editor.see("/staff/tables")
    assert "in force" in editor.page.text
    overview = editor.press("Begin a draft").path
    assert "Nothing stands in the way of publication." in editor.page.text

    # The ward price, 4 percent more
    editor.see(f"{overview}/section/charge")
    editor.send("raise", {"tick": ["ward"], "by": "4"})
    assert "39 | 42.6 | 46.2 40.56 | 44.3 | 48.05" in editor.page.text
    assert "None of them is changed yet." in editor.page.text
    editor.press("Change these prices")
    assert editor.page.value("c.price.ward") == "40.56 | 44.3 | 48.05"

    # One more tier
    editor.see(f"{overview}/entry/charge/rehab_intensive")
    assert editor.page.value("f.graduated.0.up_to") == "24"
    editor.send(
        "save",
        {
            "f.graduated.1.up_to": "36",
            "f.graduated.1.price": "55",
            "f.graduated.2.price": "50",
        },
    )
    assert "Saved." in editor.page.text

    # What differs, what one plan comes to, who is affected
    differs = editor.see(f"{overview}/differences").text
    assert "Price of a unit 39 | 42.6 | 46.2 40.56 | 44.3 | 48.05" in differs
    editor.see(f"{overview}/try")
    tried = editor.send(
        "Work it out",
        {f"q_{code}": "yes" if answer is True else answer for code, answer in PLAN.items()},
    ).text
    assert "General ward 596.40 620.20 +23.80" in tried
    assert "Total 15,973.40 16,057.20 +83.80" in tried
    editor.see(f"{overview}/effect")
    editor.press("Work it out")
    assert "Waiting for a worker" in editor.page.text
    with app.app_context():
        preview_task.preview(app, 1)
    effect = editor.see(f"{overview}/effect").text
    assert "One estimate of the last 90 days" in effect
    assert "cost more 1 cost less 0 cost the same 0" in effect
    assert "The middle change of the likely total is +USD 83.80 (+0.52 %)." in effect

    # From the first of next month
    editor.see(f"{overview}/publish")
    editor.send("Save", {"valid_from": "2026-12-01", "version": "2026-12"})
    assert "1 December 2026" in editor.page.text
    warnings = [str(box.get("value")) for box in editor.page.all("input", type="checkbox")]
    assert len(warnings) == 2
    editor.press("Ask for approval")
    assert "Nothing was published." in editor.page.text
    editor.send("Ask for approval", {"ack": warnings})
    assert "another person has to approve" in editor.page.text

    approver.see("/staff/tables")
    assert "waits for approval" in approver.page.text
    approver.see(f"{overview}/publish")
    assert "Price of a unit 39 | 42.6 | 46.2 40.56 | 44.3 | 48.05" in approver.page.text
    approver.press("Approve, and schedule it for 1 December 2026")
    assert "scheduled" in approver.page.text

    # It comes into force on its day; the estimate stays as it was
    with app.app_context():
        assert price_lists.in_force("delhi", datetime.now(UTC)).version == "2026-09"
    clock.move_to(datetime(2026, 12, 1, 0, 0, tzinfo=UTC))
    with app.app_context():
        current = price_lists.in_force("delhi", datetime.now(UTC))
        assert current.version == "2026-12"
        (ward,) = [charge for charge in pricing.read(current.text).charges if charge.code == "ward"]
        assert ward.price.price.likely == Decimal("44.3")  # type: ignore[union-attr]
        assert audit.verify().broken is None
    assert editor.see(f"/e/{token}").text == before


def test_an_older_version_is_brought_back_as_a_new_one(app: Flask, editor: Staff, approver: Staff) -> None:
    with app.app_context():
        newer = DELHI.replace('version = "2026-09"', 'version = "2026-10"').replace(
            "2026-09-01", "2026-10-01"
        )
        price_lists.import_(
            acting(actor="command line", now=NOW), newer.replace("price = 63.00", "price = 70.00")
        )
        db.session.commit()
    editor.see("/staff/tables")
    editor.press("Make it a draft again")
    overview = editor.page.path
    editor.see(f"{overview}/differences")
    assert "Price of a unit 70 63" in editor.page.text
    publish_with_everything(editor, approver, overview)
    with app.app_context():
        assert [version.version for version in price_lists.versions("delhi")] == [
            "2026-12",
            "2026-10",
            "2026-09",
        ]


def publish_with_everything(editor: Staff, approver: Staff, overview: str) -> None:
    editor.see(f"{overview}/publish")
    warnings = [str(box.get("value")) for box in editor.page.all("input", type="checkbox")]
    editor.send("Ask for approval", {"ack": warnings})
    approver.see(f"{overview}/publish")
    approver.press("Approve, and schedule it for 1 December 2026")
    assert approver.page.path == "/staff/tables"


def test_the_trail_tells_who_did_what(app: Flask, editor: Staff, approver: Staff, draft: str) -> None:
    publish_with_everything(editor, approver, draft)
    approver.see("/staff/audit")
    told = approver.page.text
    for words in (
        "began a draft",
        "asked for approval of a draft",
        "published a version",
        "accepted the warnings",
    ):
        assert words in told
    assert told.index("published a version:") < told.index("began a draft:"), "the newest stands first"
    assert editor.see("/staff/audit").status == 403


def test_the_trail_is_read_page_by_page(app: Flask, approver: Staff) -> None:
    with app.app_context():
        for number in range(120):
            audit.add(acting(actor="command line", now=NOW), "table.closed", subject=f"price_list:x{number}")
        db.session.commit()
    seen: list[str] = []
    page = approver.see("/staff/audit")
    while True:
        seen += [code.text or "" for code in page.all("code") if (code.text or "").startswith("price_list:x")]
        older = page.links("Older entries")
        if not older:
            break
        page = approver.see(older[0])
    assert seen == [f"price_list:x{number}" for number in reversed(range(120))]


def test_worked_examples_are_kept_with_the_list_and_tell_of_a_change(
    app: Flask, editor: Staff, draft: str
) -> None:
    editor.see(f"{draft}/examples")
    editor.send(
        "add",
        {
            "name": "Two weeks",
            **{f"q_{code}": "yes" if answer is True else answer for code, answer in PLAN.items()},
        },
    )
    assert "Every example gives the expected result." in editor.page.text
    editor.see(f"{draft}/entry/charge/ward")
    editor.send("save", {"f.price": "50"})
    told = editor.see(f"{draft}/examples").text
    assert "One example does not give the expected result." in told
    editor.send("take:Two weeks", {})
    assert "Every example gives the expected result." in editor.page.text
    editor.press("add", name=" ")
    assert editor.page.status == 422
    editor.see(f"{draft}/examples")
    editor.send("remove:Two weeks", {})
    assert "There is none yet." in editor.page.text
