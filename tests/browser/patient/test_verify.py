"""Checking a document, as somebody does who was given one: on a phone without scripts, and on every screen."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pikepdf
import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.browser.patient.quote_walk import Issued, confirm, issue
from tests.browser.patient.served import Opener, Site
from tests.browser.patient.test_journey import PHONE
from tests.support.accessibility import NARROW, hindrances


def document(page: Page, site: Site, quote: Issued) -> bytes:
    """Return the PDF of a quote as its patient downloads it."""
    confirm(page, site, quote)
    for _look in range(150):
        answer = page.request.get(f"{quote.path}/1.pdf")
        if answer.headers["content-type"] == "application/pdf":
            return answer.body()
        page.wait_for_timeout(200)
    raise AssertionError("the document is not made")


@pytest.fixture(scope="module")
def paper(site: Site, browser: Browser) -> Iterator[tuple[Issued, bytes]]:
    """Return a quote that was issued, and its PDF; nothing changes them."""
    quote = issue(site)
    context = browser.new_context(base_url=site.address)
    yield quote, document(context.new_page(), site, quote)
    context.close()


def cheaper(content: bytes) -> bytes:
    """Return a document whose data say another total, as somebody would change it."""
    with pikepdf.open(io.BytesIO(content)) as opened:
        data = opened.attachments["quote.json"].get_file().read_bytes()
        changed = data.replace(b'"total":"', b'"total":"1').replace(b'"likely":"2', b'"likely":"1')
        opened.attachments["quote.json"] = pikepdf.AttachedFileSpec(opened, changed, filename="quote.json")
        written = io.BytesIO()
        opened.save(written)
    return written.getvalue()


def send(page: Page, content: bytes) -> None:
    """Choose a file and have it checked."""
    page.goto("/verify")
    page.set_input_files("#file", FilePayload(name="quote.pdf", mimeType="application/pdf", buffer=content))
    page.get_by_role("button", name="Check this file").click()


@pytest.mark.long
def test_somebody_with_a_paper_and_its_pdf_checks_both_without_javascript(
    open_page: Opener, site: Site, paper: tuple[Issued, bytes]
) -> None:
    quote, content = paper
    page = open_page(**PHONE, java_script_enabled=False)
    page.goto("/")
    page.get_by_role("link", name="Check a document").tap()
    page.fill("#number", quote.number.lower())
    page.fill("#revision", "1")
    page.get_by_role("button", name="Look it up").tap()
    expect(page.locator("h1")).to_have_text(f"Current {quote.number}, revision 1")
    page.get_by_role("link", name="Check its PDF").tap()
    page.wait_for_url("**/verify#by-file-title")
    send(page, content)
    expect(page.locator("h1")).to_contain_text("Genuine: we issued exactly this file")
    send(page, cheaper(content))
    expect(page.locator("h1")).to_contain_text("Not ours: we issued something else under this number")
    replaced = issue(site)
    issue(site, revise=replaced)
    page.goto(f"/verify/{replaced.number}/1")
    expect(page.locator("h1")).to_contain_text("Replaced")


def states(page: Page, quote: Issued, content: bytes) -> Iterator[str]:
    """Bring a page into every state of checking, and yield the name of each."""
    page.goto("/verify")
    yield "start"
    page.locator(".by-number button").click()
    expect(page.locator(".error-summary")).to_be_focused()
    yield "without a number"
    page.locator(".by-file button").click()
    expect(page.locator(".error-summary")).to_be_focused()
    yield "without a file"
    for path in (f"/{quote.number}", f"/{quote.number}/1", "/Q-2026-99999", "/EST-7K3M-92QF"):
        page.goto(f"/verify{path}")
        expect(page.locator("h1")).to_be_visible()
        yield path
    for name, file in {"genuine": content, "changed": cheaper(content), "no PDF": b"hello"}.items():
        send(page, file)
        expect(page.locator(".verdict")).to_be_visible()
        yield name


def test_every_page_of_checking_can_be_read_and_pressed(
    open_page: Opener, paper: tuple[Issued, bytes]
) -> None:
    quote, content = paper
    page = open_page()
    found = {state: hindrances(page, spaced=NARROW) for state in states(page, quote, content)}
    assert {state: problems for state, problems in found.items() if problems} == {}
    assert len(found) == 10
