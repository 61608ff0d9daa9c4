"""The list of bills to enter: accepted quotes without a final bill, the longest accepted first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from estimator.bills import not_entered
from estimator.models.staff import Role
from tests.support import quote_desk
from tests.support.quote_desk import ask
from tests.support.quote_form import issue
from tests.support.staff_browser import Page, Staff

LIST = "/desk/bills/awaited"


@pytest.fixture
def accepted(app: Flask, coordinator: Staff, clock: time_machine.Traveller) -> list[str]:
    """Return three requests whose quotes were accepted one after the other, the last that was asked for first."""
    references = [ask(app, name=f"Person {number}") for number in range(3)]
    for reference in references:
        issue(coordinator, reference)
    for reference in reversed(references):
        clock.shift(timedelta(minutes=5))
        quote_desk.accept(app, reference)
    return references[::-1]


def listed(page: Page) -> list[str]:
    return [link for link in page.links() if "/bill" in link and "/requests/" in link]


def test_accepted_quotes_without_a_final_bill_lead_to_entering_it_the_longest_accepted_first(
    app: Flask, coordinator: Staff, accepted: list[str], sign_in: Callable[[Flask, Role], Staff]
) -> None:
    ask(app, name="Somebody else")
    for path in ("/desk/reports/accuracy", "/desk/bills"):
        page = coordinator.see(path)
        assert "3 accepted quotes have no final bill yet" in page.text
        assert LIST in page.links()
    page = coordinator.see(LIST)
    assert listed(page) == [f"/desk/requests/{reference}/bill/enter" for reference in accepted]
    assert "Person 2" in page.text
    coordinator.see(listed(page)[0])
    coordinator.press("Keep the bill", total="15000", day=quote_desk.now().date().isoformat())
    assert listed(coordinator.see(LIST)) == [f"/desk/requests/{each}/bill/enter" for each in accepted[1:]]
    assert "2 accepted quotes have no final bill yet" in coordinator.see("/desk/bills").text
    # Whoever may only read is led to what there is to read.
    reading = sign_in(app, "approver").see(LIST)
    assert listed(reading) == [f"/desk/requests/{each}/bill" for each in accepted[1:]]


def test_it_has_pages_and_says_when_nothing_is_left(
    coordinator: Staff, accepted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(not_entered, "PAGE", 2)
    first = coordinator.see(LIST)
    assert len(listed(first)) == 2
    (more,) = (link for link in first.links() if "after=" in link)
    last = coordinator.see(more)
    assert listed(last) == [f"/desk/requests/{accepted[2]}/bill/enter"]
    assert not [link for link in last.links() if "after=" in link]


def test_where_no_quote_waits_for_its_bill_the_list_says_so(coordinator: Staff) -> None:
    assert "No accepted quote waits for its final bill." in coordinator.see(LIST).text
    assert "No accepted quote waits for its final bill." in coordinator.see("/desk/reports/accuracy").text
