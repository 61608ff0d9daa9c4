"""What looks like a slip beside the version before is accepted by name on the publish page, or nothing is published."""

from __future__ import annotations

from flask import Flask

from estimator import price_lists
from tests.support.delhi_list import DELHI
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


def test_a_first_day_ten_years_away_is_asked_about(app: Flask, editor: Staff) -> None:
    draft = begin(editor, NEXT.replace("2026-12-01", "2036-12-01"))
    editor.see(f"{draft}/publish")
    assert acknowledged(editor)[0] == "far_first_day valid_from"
