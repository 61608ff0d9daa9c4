"""A firm quote from the mailbox to the answer, as a person goes it; on every screen, and with a keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, StorageState, expect

from tests.browser.patient.quote_walk import NAME, Issued, check, confirm, digits, issue, states
from tests.browser.patient.served import Opener, Site
from tests.browser.patient.test_journey import PHONE, downloaded
from tests.browser.patient.test_keyboard import stops, tab_to
from tests.browser.patient.walk import open_all, unfold
from tests.support import profile
from tests.support.accessibility import (
    DESK,
    NARROW,
    OVERFLOW,
    cramped_by_large_text,
    hindrances,
    hindrances_beside_colours,
)
from tests.support.accessibility import (
    PHONE as PHONE_SIZE,
)

Opened = tuple[Issued, StorageState]


@pytest.fixture(scope="module")
def opened(site: Site, browser: Browser) -> Iterator[Opened]:
    """Return a quote with two revisions, and the cookies of a browser that has opened it; nothing changes them."""
    quote = issue(site)
    issue(site, revise=quote)
    context = browser.new_context(base_url=site.address)
    confirm(context.new_page(), site, quote)
    yield quote, context.storage_state()
    context.close()


def test_a_patient_on_a_phone_opens_reads_accepts_and_takes_back_without_javascript(
    open_page: Opener, site: Site, tmp_path: Path
) -> None:
    page = open_page(**PHONE, java_script_enabled=False)
    quote = issue(site)
    confirm(page, site, quote)
    assert quote.link.removeprefix("/q/") not in page.url
    expect(page.locator("h1")).to_contain_text(f"Firm quote {quote.number}, revision 1")
    total = page.locator(".total-amount").inner_text()
    for _look in range(150):
        page.goto(f"{quote.path}/question")  # the document is made meanwhile
        if page.request.get(f"{quote.path}/1.pdf").headers["content-type"] == "application/pdf":
            break
        page.wait_for_timeout(200)
    page.goto(quote.path)
    document = downloaded(page, tmp_path, page.get_by_role("link", name="Download as PDF").tap)
    assert document.name == f"{quote.number}-1.pdf"
    assert document.read_bytes() == page.request.get(f"{quote.path}/1.pdf").body()
    assert document.read_bytes().startswith(b"%PDF-")
    page.get_by_role("link", name="Accept this quote").tap()
    page.fill("#typed_name", NAME)
    page.locator("#agreed").tap()
    page.get_by_role("button", name="Continue to review it").tap()
    expect(page.locator("main")).to_contain_text(total)
    expect(page.locator("main")).to_contain_text("you can take it back until the end of")
    page.get_by_role("button", name="Accept it for").tap()
    expect(page.locator("h1")).to_contain_text("You have accepted the quote")
    page.get_by_role("link", name="Take the acceptance back").tap()
    page.get_by_role("button", name="Take it back").tap()
    expect(page.locator("h1")).to_contain_text("The acceptance is taken back")
    page.goto(quote.path)
    unfold(page, "On this device")
    page.get_by_role("button", name="Close this quote on this device").tap()
    expect(page.locator("h1")).to_have_text("The quote is closed on this device")
    page.goto(quote.path)
    expect(page.locator("h1")).to_have_text("This quote is not open in this browser")


@pytest.mark.long
def test_a_double_click_accepts_once(open_page: Opener, site: Site) -> None:
    page = open_page()
    quote = issue(site)
    confirm(page, site, quote)
    check(page, quote)
    page.locator("main button[value=accept]").dblclick()
    expect(page.locator("h1")).to_contain_text("You have accepted the quote")
    ((number,),) = site.database(
        "SELECT count(*) FROM quote_decision JOIN quote_revision ON quote_revision.id = revision_id "
        "JOIN quote ON quote.id = quote_id WHERE quote.number = ?",
        quote.number,
    )
    assert number == 1


@pytest.mark.long
def test_the_keyboard_alone_leads_from_the_link_to_the_acceptance(open_page: Opener, site: Site) -> None:
    page = open_page(viewport=DESK)
    quote = issue(site)
    page.goto(quote.link)
    tab_to(page, page.locator("main button[value=send]"))
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_be_visible()
    code = digits(page, site)
    tab_to(page, page.locator("#code"))
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page.locator(".document-head")).to_be_visible()
    tab_to(page, page.get_by_role("link", name="Accept this quote"))
    page.keyboard.press("Enter")
    expect(page.locator("#typed_name")).to_be_visible()
    tab_to(page, page.locator("#typed_name"))
    page.keyboard.type(NAME)
    tab_to(page, page.locator("#agreed"))
    page.keyboard.press("Space")
    tab_to(page, page.locator("main button[value=check]"))
    page.keyboard.press("Enter")
    expect(page.locator("main button[value=accept]")).to_be_visible()
    tab_to(page, page.locator("main button[value=accept]"))
    page.keyboard.press("Space")
    expect(page.locator("h1")).to_contain_text("You have accepted the quote")
    page.goto(quote.path)
    unfold(page, "On this device")
    page.goto(f"{quote.path}#close")
    assert "Close this quote on this device" in list(stops(page))


def test_every_state_of_a_quote_is_for_everybody(open_page: Opener, site: Site) -> None:
    page = open_page()
    # An amount never breaks, so spread letters need a little more than the narrowest screen.
    found = {
        state: hindrances(page, spaced=PHONE_SIZE) for state in states(page, site) if profile.looks(0, state)
    }
    assert {state: problems for state, problems in found.items() if problems} == {}


@pytest.mark.long
def test_every_state_of_a_quote_in_another_direction_is_for_everybody(open_page: Opener, site: Site) -> None:
    page = open_page(language="ar", color_scheme="dark")
    found = {
        state: hindrances_beside_colours(page)
        for state in states(page, site, "ar")
        if profile.looks(1, state)
    }
    assert {state: problems for state, problems in found.items() if problems} == {}


@pytest.mark.long
def test_a_quote_in_another_language_than_the_page_is_marked(open_page: Opener, opened: Opened) -> None:
    quote, signed_in = opened
    page = open_page(viewport=NARROW, language="ar", storage_state=signed_in)
    page.goto(quote.path)
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    for half in page.locator("main > div[lang]").all():
        assert (half.get_attribute("lang"), half.get_attribute("dir")) == ("en", "ltr")
    assert page.evaluate(OVERFLOW) == []


@pytest.mark.long
def test_with_text_of_twice_the_size_a_quote_is_no_wider_than_a_telephone(
    open_page: Opener, opened: Opened
) -> None:
    quote, signed_in = opened
    page = open_page(viewport=NARROW, storage_state=signed_in)
    page.goto(quote.path)
    open_all(page)
    found = [each for size in (NARROW, PHONE_SIZE) for each in cramped_by_large_text(page, size)]
    assert found == [], "\n".join(found)


@pytest.mark.long
def test_a_quote_is_four_screens_of_a_phone_and_what_is_not_included_begins_on_the_second(
    open_page: Opener, site: Site
) -> None:
    quote = issue(site, language="ru")
    page = open_page(**PHONE, language="ru")
    confirm(page, site, quote)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.scrollingElement.scrollHeight") <= 4 * 740
    for part, most in ((".total-amount", 740), (".notice-evidence", 2 * 740), ("#not-included", 2 * 740)):
        box = page.locator(part).first.bounding_box()
        assert box, part
        assert box["y"] < most, part


@pytest.mark.long
def test_a_quote_with_its_style_weighs_less_than_60_kilobytes(open_page: Opener, opened: Opened) -> None:
    quote, signed_in = opened
    page = open_page(storage_state=signed_in)
    page.goto(quote.path, wait_until="networkidle")
    addresses = page.evaluate(
        "[location.href, ...performance.getEntriesByType('resource').map(entry => entry.name)]"
    )
    sizes = {address: len(page.request.get(address).body()) for address in addresses}
    assert len(sizes) >= 3, "a page comes with its style"
    assert sum(sizes.values()) < 60_000, sizes


@pytest.mark.long
def test_a_quote_prints_without_its_buttons(open_page: Opener, opened: Opened) -> None:
    quote, signed_in = opened
    page = open_page(storage_state=signed_in)
    page.goto(quote.path)
    page.emulate_media(media="print")
    for gone in ("header.site", "footer.site", ".actions", "#close"):
        expect(page.locator(gone).first).to_be_hidden()
    for kept in (".demo-mark", ".total-amount", ".items", ".notice-not_included", ".notice-evidence"):
        expect(page.locator(kept).first).to_be_visible()
