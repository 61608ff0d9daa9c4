"""A firm quote of the served demonstration, and every state in which a patient can meet it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from playwright.sync_api import Page, expect

from estimator import clinic, config, create_app, estimates, price_lists, quotes, requests
from estimator.act import Act
from estimator.db import db
from estimator.models import PatientRequest
from estimator.quotes import drafts
from pricing.quote import Adjustment
from tests.browser.patient.served import Site, environment
from tests.browser.patient.walk import said, unfold
from tests.support.acts import acting

ANSWERS = {
    "cells": "umbilical",
    "sessions": "2",
    "room": "single",
    "nights": "10",
    "rehab": "day",
    "visa": True,
    "own_mri": True,
    "attendant": False,
    "transfer": "none",
    "interpreter": "none",
    "breathing": False,
    "blood_thinners": "no",
    "infection": False,
}
NAME = "Wilhelmina Quill"
PERSON = requests.Person(NAME, "mina@quillworth.org", None, "My stairs are steep.")


@dataclass(frozen=True)
class Issued:
    """A quote that was issued: the path of its link, its number, and the reference of its request."""

    link: str
    number: str
    request: str

    @property
    def path(self) -> str:
        """The address of its page."""
        return f"/quote/{self.number}"


def issue(site: Site, *, language: str = "en", revise: Issued | None = None, asked: str = "") -> Issued:
    """Issue a quote of the Delhi list, or the next revision of one, which is 100 units cheaper.

    It answers the request whose reference is `asked`, else one that is made for it.

    Does what the pages of patient and desk do, beside the served app in its installation.
    """
    settings = config.load(environment(site))
    app, now = create_app(settings, pages=False), datetime.now(UTC)
    try:
        with app.app_context():
            patient = acting(now=now, settings=settings, clinic=clinic.current())
            coordinator = patient.by("user:1")
            before = revise.request if revise else asked
            request = requests.get(before) if before else _asked(patient, language)
            assert request is not None
            draft = drafts.begin(coordinator, request)
            lines = [Adjustment(Decimal(-100), "Goodwill", "Agreed.")] if revise else []
            draft = drafts.change(coordinator, draft, save=draft.save, prices="keep", adjustments=lines)
            state = drafts.preview(coordinator, draft)
            assert not state.missing, state.missing
            revision = quotes.issue(coordinator, request, save=draft.save, fingerprint=state.fingerprint)
            db.session.commit()
            token = quotes.token_of(revision.quote, settings.link_key)
            return Issued(f"/q/{token}", revision.quote.number, request.reference)
    finally:
        app.extensions["jobs"].close()
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def _asked(patient: Act, language: str) -> PatientRequest:
    """Make an estimate and ask for a quote."""
    list_ = price_lists.in_force("delhi", patient.now)
    token = estimates.make(patient, list_, ANSWERS, language=language, submission="")
    estimate = estimates.find(patient, token)
    assert estimate is not None
    asked = requests.Asked(PERSON, "DE", language, "self", None, [])
    return requests.ask(patient, estimate, asked, origin="page", submission="")


def digits(page: Page, site: Site) -> str:
    """Wait until the code is in the mailbox of the demonstration, and read it there."""
    expect(page.locator("#code")).to_be_visible()
    site.wait_for_mail()
    if not page.locator(".outcome a").count():
        page.reload()
    letter = page.context.new_page()
    letter.goto(str(page.locator(".outcome a").get_attribute("href")))
    found = re.search(r"^(\d{6})$", letter.locator(".letter").inner_text(), re.MULTILINE)
    letter.close()
    assert found
    return found[1]


def confirm(page: Page, site: Site, quote: Issued) -> None:
    """Open the link, have a code sent, read it in the mailbox and type it."""
    page.goto(quote.link)
    page.locator("main button[value=send]").click()
    code = digits(page, site)
    page.fill("#code", code)
    page.locator("main button[value=check]").click()
    expect(page.locator(".document-head")).to_be_visible()


def check(page: Page, quote: Issued) -> None:
    """Go as far as the page on which an acceptance is checked."""
    page.goto(f"{quote.path}/accept")
    page.fill("#typed_name", NAME)
    page.check("#agreed")
    page.locator("main button[value=check]").click()
    expect(page.locator("main button[value=accept]")).to_be_visible()


def states(page: Page, site: Site, language: str = "en") -> Iterator[str]:
    """Bring a page into every state of a quote, and yield the name of each."""
    quote = issue(site, language=language)
    page.goto(quote.path)
    expect(page.locator("h1")).to_have_text(said(page, "This quote is not open in this browser"))
    yield "closed"
    page.goto(quote.link)
    expect(page.locator("main button[value=send]")).to_be_visible()
    yield "before the code"
    page.locator("main button[value=send]").click()
    right = digits(page, site)
    yield "code is sent"
    page.fill("#code", "000000" if right != "000000" else "111111")
    page.locator("main button[value=check]").click()
    expect(page.locator(".error-summary")).to_be_focused()
    yield "wrong code"
    page.fill("#code", right)
    page.locator("main button[value=check]").click()
    expect(page.locator(".document-head")).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    yield "the quote, with everything opened"
    page.goto(f"{quote.path}/accept")
    page.locator("main button[value=check]").click()
    expect(page.locator(".error-summary")).to_be_focused()
    yield "accepting, with errors"
    check(page, quote)
    yield "check"
    page.goto(f"{quote.path}/question")
    page.locator("main button").click()
    expect(page.locator(".error-summary")).to_be_focused()
    yield "question, with errors"
    page.fill("#words", "Can my sister stay in the room?")
    page.locator("main button").click()
    expect(page.locator("h1")).to_contain_text(said(page, "Your question is sent"))
    yield "question is sent"
    check(page, quote)
    issue(site, revise=quote)
    page.locator("main button[value=accept]").click()
    expect(page.locator("h1")).to_contain_text(said(page, "There is a newer revision of this quote"))
    yield "replaced while checking"
    page.goto(f"{quote.path}/1")
    expect(page.locator(".standing-replaced")).to_be_visible()
    yield "replaced"
    page.goto(quote.path)
    expect(page.locator(".compared")).to_be_visible()
    yield "what changed"
    check(page, quote)
    page.locator("main button[value=accept]").click()
    expect(page.locator("h1")).to_contain_text(said(page, "You have accepted the quote"))
    yield "accepted"
    page.goto(quote.path)
    expect(page.locator(".standing-accepted")).to_be_visible()
    yield "the quote, accepted"
    page.goto(f"{quote.path}/take-back")
    yield "take it back?"
    page.locator("main button").click()
    expect(page.locator("h1")).to_contain_text(said(page, "The acceptance is taken back"))
    yield "taken back"
    page.goto(f"{quote.path}/decline")
    page.locator("main button").click()
    expect(page.locator(".error-summary")).to_be_focused()
    yield "declining, with errors"
    page.check("input[value=price]")
    page.locator("main button").click()
    expect(page.locator("main .check")).to_be_visible()
    yield "declining, once more"
    page.locator("main button[value=decline]").click()
    expect(page.locator("h1")).to_contain_text(said(page, "You have declined the quote"))
    yield "declined"
    page.goto(quote.path)
    expect(page.locator(".standing-declined")).to_be_visible()
    yield "the quote, declined"
    unfold(page, ":has(#close-title)")
    page.locator("#close button").click()
    expect(page.locator("h1")).to_have_text(said(page, "The quote is closed on this device"))
    yield "closed on this device"
