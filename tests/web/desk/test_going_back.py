"""A wrong price went live this morning: somebody who may publish goes back, alone, and whoever saw it is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from estimator import price_lists
from estimator.db import db
from estimator.models.staff import Role
from tests.support.acts import acting
from tests.support.browser import plain_words
from tests.support.quote_desk import ask, changed_list, now, page
from tests.support.quote_form import dearer, issue
from tests.support.staff_browser import Staff

BOTH = pytest.mark.parametrize("kind", ["sqlite", "postgresql"], indirect=True)
WHY = "The ward costs 39, not 3."


@pytest.fixture
def wrong(app: Flask, clock: time_machine.Traveller) -> str:
    """Publish a version with a wrong price from today on, and return the address of the one before."""
    with app.app_context():
        good = price_lists.in_force("delhi", now())
    changed_list(app, version="2026-11", valid_from="2026-11-10")
    clock.shift(timedelta(minutes=5))
    return f"/staff/tables/versions/{good.id}"


def in_force(app: Flask) -> str:
    with app.app_context():
        return price_lists.in_force("delhi", now()).version


def returns(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        return [(each.version.version, each.reason) for each in price_lists.returns.of_list("delhi")]


@BOTH
def test_an_approver_goes_back_alone_and_at_once(app: Flask, approver: Staff, wrong: str) -> None:
    assert in_force(app) == "2026-11"
    approver.see("/staff/tables")
    assert approver.page.text.count("Go back to it now") == 1, "only what is past can be gone back to"
    approver.see(f"{wrong}/go-back-to")
    assert "“2026-11” is in force now and is withdrawn." in approver.page.text
    approver.send("Go back to it now", {"reason": f"  {WHY}\r\n"})
    assert "“2026-09” is in force again." in approver.page.body.decode()
    assert "This version was withdrawn" in approver.page.text
    assert "There is no quote made with it that can still be accepted." in approver.page.text
    said = "10 November 2026, 14:35 (India): approver@demonstration.example.org went back from “2026-11” to"
    assert f"{said} “2026-09”. {WHY}" in approver.page.text
    assert (in_force(app), returns(app)) == ("2026-09", [("2026-09", WHY)])
    approver.see("/staff/tables")
    assert f"{said} “2026-09”. {WHY}" in approver.page.text
    assert "went back to an earlier version" in approver.see("/staff/audit").text


def test_what_a_return_changes_stands_there_before_anybody_confirms_it(
    app: Flask, approver: Staff, wrong: str
) -> None:
    changed_list(app, version="2026-11b", valid_from="2026-11-10", **{"price = 63.00": "price = 6.30"})
    page = approver.see(f"{wrong}/go-back-to")
    (changes,) = page.all("details", id="changes")
    assert "2 entries differ." in plain_words(changes), "the price, and the name with the first day"
    assert "6.3 63" in plain_words(changes), "from the price in force to the one that comes back"
    assert changes.get("open") is not None
    approver.send("Go back to it now", {"reason": " "})
    assert (approver.page.status, len(approver.page.all("details", id="changes"))) == (422, 1)


def test_a_return_without_a_reason_or_with_a_very_long_one_is_asked_again(
    app: Flask, approver: Staff, wrong: str
) -> None:
    approver.see(f"{wrong}/go-back-to")
    approver.send("Go back to it now", {"reason": " "})
    assert approver.page.status == 422
    assert "Error: Write why" in approver.page.errors()[0]
    approver.send("Go back to it now", {"reason": "x" * 1_001})
    assert approver.page.status == 422
    assert "there is room for 1,000" in approver.page.errors()[0]
    assert approver.page.value("reason") == "x" * 1_001
    assert returns(app) == []


def test_of_two_who_go_back_at_once_the_second_is_told_and_loses_nothing(
    app: Flask, approver: Staff, sign_in: Callable[[Flask, Role], Staff], wrong: str
) -> None:
    other = sign_in(app, "approver")
    for person in (approver, other):
        person.see(f"{wrong}/go-back-to")
    approver.send("Go back to it now", {"reason": WHY})
    other.send("Go back to it now", {"reason": "The same, seen later."})
    assert other.page.status == 409
    assert "This version is in force already" in other.page.text
    assert other.page.value("reason") == "The same, seen later."
    assert returns(app) == [("2026-09", WHY)]


def test_what_came_into_force_meanwhile_is_not_withdrawn_unseen(
    app: Flask, approver: Staff, wrong: str, clock: time_machine.Traveller
) -> None:
    approver.see(f"{wrong}/go-back-to")
    clock.shift(timedelta(minutes=1))
    changed_list(app, version="2026-11b", valid_from="2026-11-10", **{'"General ward"': '"Ward"'})
    clock.shift(timedelta(minutes=1))
    approver.send("Go back to it now", {"reason": WHY})
    assert approver.page.status == 409
    assert "Meanwhile “2026-11b” has come into force. Nothing was changed" in approver.page.text
    assert (in_force(app), returns(app)) == ("2026-11b", [])
    approver.press("Go back to it now")
    assert (in_force(app), returns(app)) == ("2026-09", [("2026-09", WHY)])


def test_a_closed_list_is_opened_first(app: Flask, approver: Staff, wrong: str) -> None:
    approver.see(f"{wrong}/go-back-to")
    with app.app_context():
        price_lists.close(acting(actor="user:9", now=now()), "delhi")
        db.session.commit()
    approver.send("Go back to it now", {"reason": WHY})
    assert approver.page.status == 409
    assert "The list is closed. Open it again first" in approver.page.text
    assert approver.page.value("reason") == WHY
    assert returns(app) == []


def test_what_is_scheduled_or_in_force_is_not_gone_back_to(app: Flask, approver: Staff, wrong: str) -> None:
    changed_list(app, version="2026-12", valid_from="2026-12-01", **{'"General ward"': '"Ward"'})
    with app.app_context():
        numbers = {one.version: one.id for one in price_lists.versions("delhi")}
    for version, sentence in (("2026-12", "has not begun yet"), ("2026-11", "is in force already")):
        address = f"/staff/tables/versions/{numbers[version]}"
        assert "Go back to this version now" not in approver.see(address).text
        approver.see(f"{address}/go-back-to")
        approver.send("Go back to it now", {"reason": WHY})
        assert approver.page.status == 409
        assert sentence in approver.page.text
    assert returns(app) == []


def test_who_may_not_publish_may_not_go_back(app: Flask, editor: Staff, wrong: str) -> None:
    assert "Go back to" not in editor.see("/staff/tables").text
    assert editor.client.get(f"{wrong}/go-back-to").status_code == 403
    assert in_force(app) == "2026-11"


@pytest.mark.long
def test_quotes_that_can_still_be_accepted_are_listed_for_the_desk(
    app: Flask, approver: Staff, sign_in: Callable[[Flask, Role], Staff], wrong: str
) -> None:
    coordinator = sign_in(app, "coordinator")
    issued, withdrawn = ask(app), ask(app, name="Anna Kowalska", address="anna@example.org")
    for reference in (issued, withdrawn):
        issue(coordinator, reference)
    coordinator.see(f"{page(withdrawn)}/withdraw")
    coordinator.send("Withdraw it", {"reason": "prices"})
    approver.see(f"{wrong}/go-back-to")
    approver.send("Go back to it now", {"reason": WHY})
    assert "One quote that was made with it can still be accepted." in approver.page.text
    assert approver.page.links("Q-2026-00001") == [page(issued)]
    assert approver.page.links("Q-2026-00002") == []
    assert "Wilhelmina" not in approver.page.text


def test_who_publishes_for_the_day_of_another_version_is_told_which_one_will_count(
    app: Flask, editor: Staff, wrong: str
) -> None:
    editor.see("/staff/tables")
    editor.press("Begin a draft")
    draft = editor.page.path
    editor.see(f"{draft}/publish")
    sentence = "“2026-11” begins on the same day."
    assert sentence not in editor.page.text
    editor.send("Save", {"valid_from": "2026-11-10", "version": "2026-11b"})
    assert sentence in editor.page.text
    assert "Another version begins" not in editor.page.text


def test_who_prepares_a_quote_is_told_that_the_prices_to_be_kept_were_withdrawn(
    app: Flask, approver: Staff, sign_in: Callable[[Flask, Role], Staff], clock: time_machine.Traveller
) -> None:
    with app.app_context():
        good = price_lists.in_force("delhi", now())
    dearer(app)
    clock.move_to(now().replace(day=10, minute=5))
    reference = ask(app)
    approver.see(f"/staff/tables/versions/{good.id}/go-back-to")
    approver.send("Go back to it now", {"reason": WHY})
    coordinator = sign_in(app, "coordinator")
    coordinator.see(page(reference))
    coordinator.press("Prepare a quote")
    assert "It was withdrawn on 10 November 2026, 14:35 (India)" in coordinator.page.text
