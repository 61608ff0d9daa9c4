"""From the page to the mailbox, as a person goes it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.patient.served import Opener
from tests.browser.patient.test_journey import PHONE, downloaded
from tests.browser.patient.walk import DELHI, estimate, mail


def pdf_of(page: Page, path: str) -> bytes:
    return page.request.get(f"{path}/estimate.pdf").body()


@pytest.mark.long
def test_an_estimate_is_emailed_and_its_pdf_opened_from_the_mailbox(
    open_page: Opener, tmp_path: Path
) -> None:
    page = open_page(**PHONE)
    path = estimate(page, DELHI)
    mail(page, "anna@example.org")
    expect(page.locator(".outcome").first).to_contain_text("a…@e….org")
    page.get_by_role("link", name="Mailbox of this demonstration").tap()
    page.locator(".mails a").first.tap()
    expect(page.locator("main")).to_contain_text("anna@example.org")
    document = downloaded(page, tmp_path, page.locator("main .button").first.tap)
    assert document.name.startswith("EST-")
    assert document.read_bytes() == pdf_of(page, path)
    page.get_by_role("link", name="http").tap()
    page.wait_for_url(lambda url: urlsplit(url).path == path)


def test_a_slip_in_an_address_is_pointed_out_and_nothing_is_changed(open_page: Opener) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(f"{estimate(page, DELHI)}/email")
    page.fill("#address", "anna@gmial.com")
    page.check("#attached-no")
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_text("Perhaps you meant anna@gmail.com")).to_be_visible()
    expect(page.locator("#address")).to_have_value("anna@gmial.com")
    expect(page.locator("#attached-no")).to_be_checked()
    page.get_by_role("button", name="Send it as it is").click()
    expect(page.locator(".outcome").first).to_contain_text("a…@gmial.com")
