"""What looks like a slip beside the version before is accepted by name on the publish page, or nothing is published."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from flask import Flask

from estimator import price_lists
from estimator.db import db
from estimator.models import TableVersion
from tests.support.acts import acting
from tests.support.delhi_list import DELHI
from tests.support.quote_desk import changed_list, now
from tests.support.staff_browser import Staff
from tests.web.desk.test_desk_blocking import NEXT, acknowledged, begin

PRICE = "\nprice = 60.00"


def versions(app: Flask) -> list[str]:
    with app.app_context():
        return [version.version for version in price_lists.versions("delhi")]


def test_ten_times_a_price_is_not_published_before_somebody_has_accepted_it(
    app: Flask, editor: Staff, approver: Staff
) -> None:
    assert DELHI.count(PRICE) == 1
    draft = begin(editor, NEXT.replace(PRICE, "\nprice = 600.00"))
    editor.see(f"{draft}/publish")
    assert "600 is ten times what stood here before, 60, or more." in editor.page.text
    name, *others = acknowledged(editor)
    assert name.startswith("tenfold charge.")
    editor.send("Ask for approval", {"ack": others})
    assert "Warnings that are not accepted: 1." in editor.page.text
    assert acknowledged(editor) == [name, *others]
    editor.send("Ask for approval", {"ack": [name, *others]})
    approver.see(f"{draft}/publish")
    assert "600 is ten times" in approver.page.text
    approver.send("Approve, and schedule it for 1 December 2026", {})
    assert versions(app) == ["2026-12", "2026-09"]


def test_what_was_withdrawn_is_not_what_stood_here_before(
    app: Flask, editor: Staff, clock: time_machine.Traveller
) -> None:
    with app.app_context():
        good = price_lists.in_force("delhi", now()).id
    changed_list(app, version="2026-11", valid_from="2026-11-10", **{PRICE: "\nprice = 500.00"})
    clock.shift(timedelta(minutes=5))
    with app.app_context():
        price_lists.returns.go_back(
            acting(actor="user:1", now=now()),
            db.session.get_one(TableVersion, good),
            instead_of=price_lists.in_force("delhi", now()).id,
            reason="A slip.",
        )
        db.session.commit()
    draft = begin(editor, NEXT.replace(PRICE, "\nprice = 600.00"))
    editor.see(f"{draft}/publish")
    assert "600 is ten times what stood here before, 60, or more." in editor.page.text


def test_a_first_day_ten_years_away_is_asked_about(app: Flask, editor: Staff) -> None:
    draft = begin(editor, NEXT.replace("2026-12-01", "2036-12-01"))
    editor.see(f"{draft}/publish")
    assert acknowledged(editor)[0] == "far_first_day valid_from"


def test_a_minus_that_slipped_in_is_told_where_it_was_typed_and_to_whoever_publishes(
    editor: Staff, draft: str
) -> None:
    editor.see(f"{draft}/entry/charge/medicines")
    editor.send("save", {"f.price": "-5"})
    sentence = "The price is -5, below 0, so that this lowers what patients pay."
    assert sentence in editor.see(f"{draft}/entry/charge/medicines").text
    assert sentence in editor.see(f"{draft}/publish").text
    assert "review_credit" not in str(editor.page.all("input", name="ack"))


def test_a_payment_that_repeats_a_changed_price_is_named_where_the_price_is_changed(
    app: Flask, editor: Staff
) -> None:
    draft = begin(editor, NEXT)
    editor.see(f"{draft}/section/charge")
    said = "“Review of your records” still says 60, which was the price of “Review of your records before you travel”"
    assert said not in editor.page.text
    editor.send("save", {"c.price.review": "75"})
    assert said in editor.page.text
    assert said in editor.see(f"{draft}/entry/payment/review").text
    editor.send("save", {"f.amount": "75"})
    assert said not in editor.page.text
