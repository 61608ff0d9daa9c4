"""A link that came with a sign too many, and an address in capitals, lead to the page that is meant."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.support.visitor import Page, Visitor

BEHIND = [
    ".",
    ",",
    ")",
    ">",
    "/",
    " ",
    "\u200b",
    "\u2060",
    "\ufeff",
    "”",
    "»",
    "।",
    "،",
    "*",
    ").",
    "...\u200b ",
]


@pytest.mark.parametrize("behind", BEHIND, ids=ascii)
def test_a_secret_link_with_something_behind_it_leads_to_the_link(
    visitor: Visitor, breakdown: Page, behind: str
) -> None:
    answer = visitor.open(breakdown.path + quote(behind, safe="/"))
    assert (answer.status, answer.location) == (303, breakdown.path)


@pytest.mark.parametrize("way", ["e", "q", "r", "compare", "Q"])
def test_whether_a_link_opens_anything_is_told_at_its_own_address_alone(visitor: Visitor, way: str) -> None:
    nothing = "A" * 42 + "_"
    answer = visitor.open(f"/{way}/{nothing}).")
    assert (answer.status, answer.location) == (303, f"/{way.lower()}/{nothing}")
    assert visitor.open(answer.location).status == 404


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("/estimate/clinic/", "/estimate/clinic"),
        ("/estimate/Clinic", "/estimate/clinic"),
        ("/ESTIMATE/CLINIC.", "/estimate/clinic"),
        ("/VERIFY", "/verify"),
        ("/verify/", "/verify"),
        ("/staff/", "/staff"),
        ("/Staff.", "/staff"),
        ("/verify/Q-2026-00001/", "/verify/Q-2026-00001"),
        ("/Verify/Q-2026-00001", "/verify/Q-2026-00001"),
    ],
)
def test_an_address_that_somebody_typed_leads_to_the_page_that_is_meant(
    visitor: Visitor, written: str, meant: str
) -> None:
    assert visitor.open(written).location == meant


@pytest.mark.parametrize("path", ["/nothing.", "/staff/sign-in/", "/e/", "/..", "/E", "/estimate/"])
def test_what_means_nothing_stays_missing(visitor: Visitor, path: str) -> None:
    assert visitor.open(path).status == 404


def test_nothing_of_what_was_asked_goes_into_the_address(visitor: Visitor, breakdown: Page) -> None:
    asked = f"{breakdown.path}.?_external=1&_scheme=ftp&token=x"
    assert visitor.open(asked).location == breakdown.path


def test_a_form_that_was_sent_is_led_nowhere(visitor: Visitor, breakdown: Page) -> None:
    assert visitor.post(f"{breakdown.path}/change/").status == 404
