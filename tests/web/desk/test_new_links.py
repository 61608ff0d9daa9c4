"""A new link ends every link to the request and to its quote, in every browser that had opened one."""

from __future__ import annotations

import pytest
from flask import Flask

from estimator import requests
from tests.support.quote_desk import ask, page, request_of, settings_of
from tests.support.quote_form import issue
from tests.support.staff_browser import Page, Staff
from tests.support.visitor import Visitor, words


def link_of(app: Flask, reference: str) -> str:
    """Return the path of a request's link."""
    with request_of(app, reference) as found:
        return f"/r/{requests.token_of(found, settings_of(app).link_key)}"


def shown_links(app: Flask, shown: Page) -> list[str]:
    """Return the paths of the links that the desk's page of a quote shows: the quote's, and the request's."""
    public = settings_of(app).public_url
    fields = shown.all("input", class_="whole-link")
    return [str(field.get("value")).removeprefix(public).partition("?")[0] for field in fields]


def stranger_with(app: Flask, link: str) -> Visitor:
    """Return somebody in whose browser a link was opened."""
    stranger = Visitor(app)
    assert stranger.open(link).status == 303
    return stranger


@pytest.mark.long
@pytest.mark.parametrize("address", [None, "zephyrine@example.org"])
def test_a_new_link_ends_the_link_of_the_request_with_that_of_the_quote(
    app: Flask, coordinator: Staff, address: str | None
) -> None:
    reference = ask(app, address=address)
    shown = issue(coordinator, reference)
    quote, own = shown_links(app, shown)
    assert own == link_of(app, reference)
    before = stranger_with(app, own)
    assert before.open(f"/request/{reference}").status == 200
    coordinator.see(f"{page(reference)}/link")
    shown = coordinator.press("Make a new link")
    assert "The quote and its request have new links. The old ones no longer work." in shown.text
    for old in (quote, own):
        assert Visitor(app).open(old).status == 404
    for tail in ("", "/data", "/erase"):
        assert before.open(f"/request/{reference}{tail}").status == 404, tail
    newer_quote, newer = shown_links(app, shown)
    assert not {quote, own} & {newer_quote, newer}
    for new in (newer_quote, newer):
        assert Visitor(app).open(new).status == 303


@pytest.mark.long
def test_nobody_reaches_a_quote_by_the_link_of_its_request_from_before(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app, address=None)
    issue(coordinator, reference)
    before = stranger_with(app, link_of(app, reference))
    assert "/q/" in before.open(f"/request/{reference}").html
    coordinator.see(f"{page(reference)}/link")
    coordinator.press("Make a new link")
    assert "/q/" not in before.open(f"/request/{reference}").html
    after = stranger_with(app, link_of(app, reference))
    assert "/q/" in after.open(f"/request/{reference}").html


def test_a_request_without_a_quote_gets_a_new_link_at_the_desk(app: Flask, coordinator: Staff) -> None:
    reference = ask(app, address=None)
    old = link_of(app, reference)
    before = stranger_with(app, old)
    coordinator.see(f"/desk/requests/{reference}/link")
    shown = coordinator.press("Make a new link")
    assert shown.path == f"/desk/requests/{reference}"
    assert "The request has a new link. The old one no longer works." in shown.text
    assert "made a new link to the request" in shown.text
    assert link_of(app, reference) in shown.content.decode()
    assert Visitor(app).open(old).status == 404
    assert before.open(f"/request/{reference}").status == 404
    after = stranger_with(app, link_of(app, reference))
    assert "New link made" in after.open(f"/request/{reference}/data").text()


def test_the_page_of_a_request_leads_to_its_new_link_whether_it_has_a_quote_or_not(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app)
    shown = coordinator.see(f"/desk/requests/{reference}")
    assert [a.get("href") for a in shown.all("a") if words(a) == "Make a new link…"] == [
        f"/desk/requests/{reference}/link"
    ]
    issue(coordinator, reference)
    shown = coordinator.see(f"/desk/requests/{reference}/link")
    assert shown.path == f"{page(reference)}/link"
    assert "Make new links for quote" in shown.text


def test_an_erased_request_gets_no_new_link(app: Flask, coordinator: Staff) -> None:
    reference = ask(app, address=None)
    coordinator.see(f"/desk/requests/{reference}/link")
    patient = stranger_with(app, link_of(app, reference))
    patient.send(patient.open(f"/request/{reference}/erase"), button=None)
    shown = coordinator.press("Make a new link")
    assert shown.status == 409
    assert coordinator.see(f"/desk/requests/{reference}/link").status == 409
