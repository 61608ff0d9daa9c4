"""Two estimates of a browser side by side: which costs less is the first thing that a phone shows, with both totals."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.patient.served import Opener
from tests.browser.patient.walk import DELHI, PACKAGE, Plan, estimate
from tests.support.accessibility import OVERFLOW, hindrances
from tests.support.settled import wait_until


def test_an_estimate_that_was_made_for_a_comparison_is_listed_in_its_browser(open_page: Opener) -> None:
    page = open_page()
    path = estimate(page, DELHI)
    page.goto(f"{path}/compare/delhi")
    page.locator("#q_sessions").fill("3")
    page.get_by_role("button", name="Compare").click()
    expect(page).to_have_title(re.compile("Comparison"))
    wait_until(page, "JSON.parse(localStorage.estimates).length === 2")
    page.goto("/")
    expect(page.locator("[data-estimates]").get_by_role("link")).to_have_count(2)


@pytest.mark.long
def test_estimates_that_a_browser_keeps_are_ticked_and_compared_in_the_first_screen(
    open_page: Opener,
) -> None:
    page = open_page()
    estimate(page, DELHI)
    expect(page.locator("#total-title")).to_be_visible()
    estimate(page, Plan("delhi", half={"cells": "umbilical"}, whole=PACKAGE))
    wait_until(page, "JSON.parse(localStorage.estimates ?? '[]').length === 2")
    page.goto("/compare")
    boxes = page.get_by_role("group", name="My estimates on this device").get_by_role("checkbox")
    expect(boxes).to_have_count(2)
    rows = page.locator("[data-kept-estimates] label").all_inner_texts()
    assert len(set(rows)) == 2
    for row in rows:
        told = r"Delhi.* · .*USD.* · Umbilical cord cells.*; \d sessions? · .*\d{4}.*\d:\d\d.* · EST-\w{4}-\w{4}$"
        assert re.search(told, row), row
    assert hindrances(page) == []
    for number in (0, 1):
        boxes.nth(number).check()
    page.get_by_role("button", name="Compare").click()
    expect(page).to_have_title(re.compile("Comparison"))
    for seen in (page.locator("#verdict"), *page.locator(".total-of").all()):
        place = seen.bounding_box()
        assert place is not None
        assert place["y"] + place["height"] < 740
    page.get_by_text("Item beside item").first.click()
    assert page.evaluate(OVERFLOW) == []
    assert hindrances(page) == []
