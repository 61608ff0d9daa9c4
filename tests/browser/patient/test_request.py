"""From an estimate to a request for a firm quote, as a person goes it, and every page on the way for everybody."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.patient.served import Opener, Site
from tests.browser.patient.test_journey import downloaded
from tests.browser.patient.walk import DELHI, estimate, said, unfold
from tests.support import profile
from tests.support.accessibility import DESK, NARROW, hindrances, hindrances_beside_colours

FIELDS = {
    "full_name": "Wilhelmina Quill",
    "email": "mina@quillworth.org",
    "phone": "+49 30 901820",
    "message": "My stairs are steep.\nIs there a lift?",
}


def fill_in(page: Page) -> None:
    """Fill the form in."""
    for name, text in FIELDS.items():
        page.fill(f"#{name}", text)
    page.select_option("#country", "DE")
    page.select_option("#planned_month", index=5)
    page.check("#for_whom")
    page.check("#consent_health_data")
    page.check("#consent_contact")


def press(page: Page, value: str) -> None:
    """Press a button of the form."""
    page.locator(f"main button[value={value}]").last.click()


def send_question(page: Page) -> None:
    """Press the button below the words of a question."""
    page.locator("form:has(#words) .button[type=submit]").click()


def to_the_form(page: Page) -> None:
    """Make an estimate and open the form."""
    estimate(page, DELHI)
    unfold(page, "#ask-title")
    page.locator("#ask a[href$='/ask']").click()
    expect(page.locator("h1")).to_contain_text(said(page, "Ask for a firm quote"))


def asked(page: Page) -> str:
    """Ask, and return the secret link to the request."""
    to_the_form(page)
    fill_in(page)
    press(page, "check")
    expect(page.locator("h1")).to_contain_text(said(page, "Is this right?"))
    press(page, "send")
    expect(page.locator("h1")).to_have_text(said(page, "We have your request"))
    return page.input_value("#link")


def mails(page: Page) -> list[str]:
    """Return the addresses of the mails in the mailbox of the demonstration, the newest first."""
    page.goto("/demonstration/mail/")
    links = page.locator(".mails a").all()
    return [link.get_attribute("href") or "" for link in links]


def code_of(page: Page, before: list[str]) -> str:
    """Return the six digits of a mail that was not in the mailbox before."""
    for _look in range(150):
        for address in mails(page):
            if address not in before:
                page.goto(address)
                found = re.search(r"^\s*(\d{6})\s*$", page.locator(".letter").inner_text(), re.MULTILINE)
                if found:
                    return found[1]
        page.wait_for_timeout(200)
    raise AssertionError("no mail with a code has come")


def states(page: Page, stranger: Page) -> Iterator[tuple[str, Page]]:
    """Bring pages into every state of the journey, and yield the name of each."""
    to_the_form(page)
    page.locator(".reading a[href$='/question']").click()
    expect(page.locator("#words")).to_be_visible()
    yield "empty question", page
    send_question(page)
    expect(page.locator(".error-summary")).to_be_focused()
    yield "a question that lacks everything", page
    page.fill("#words", "Is there a lift?")
    page.fill("#email", FIELDS["email"])
    page.check("#consent")
    send_question(page)
    expect(page.locator("h1")).to_have_text(said(page, "We have your question"))
    yield "question sent", page
    page.locator("main a.button").click()
    expect(page.locator(".outcomes")).to_contain_text("Is there a lift?")
    yield "page of a question", page
    to_the_form(page)
    yield "empty form", page
    press(page, "check")
    expect(page.locator(".error-summary")).to_be_focused()
    yield "everything is wrong", page
    fill_in(page)
    page.fill("#email", "mina@gmial.com")
    press(page, "check")
    expect(page.locator(".suggestion")).to_be_visible()
    yield "a slip in the address", page
    # Codes are counted for a mailbox, and each of these pages asks for some.
    page.fill("#email", f"mina.{secrets.token_hex(4)}@example.org")
    press(page, "check")
    expect(page.locator(".checked")).to_be_visible()
    yield "last look", page
    press(page, "send")
    expect(page.locator(".steps")).to_be_visible()
    link = page.input_value("#link")
    yield "sent", page
    page.locator("main a.button").click()
    page.fill("#words", " ")
    send_question(page)
    expect(page.locator(".error-summary")).to_be_focused()
    yield "an empty question", page
    page.fill("#words", "Is there a lift?")
    send_question(page)
    expect(page.locator(".outcomes")).to_be_visible()
    yield "page of the request", page
    page.locator("section[aria-labelledby=data-title] a").click()
    expect(page.locator(".kept")).to_be_visible()
    yield "my data", page
    page.locator(".row a").last.click()
    expect(page.locator("form.row button")).to_be_visible()
    yield "delete", page
    stranger.goto(link)
    with stranger.expect_navigation():
        stranger.locator("section[aria-labelledby=data-title] a").click()
    yield "no code yet", stranger
    stranger.locator("main button[value=send]").click()
    stranger.fill("#code", "no")
    stranger.locator("main button[value=check]").click()
    expect(stranger.locator(".error-summary")).to_be_focused()
    yield "a wrong code", stranger
    page.locator("form.row button").click()
    expect(page.locator("h1")).to_have_text(said(page, "It is deleted"))
    yield "deleted", page
    stranger.reload()
    expect(stranger.locator("h1")).to_have_text(said(stranger, "Open the link once more"))
    yield "nothing there", stranger
    estimate(page, DELHI)
    unfold(page, ":has(#data-title)")
    with page.expect_navigation():
        page.locator("#data a").first.click()
    yield "data of an estimate", page


def test_every_page_of_asking_is_for_everybody(open_page: Opener) -> None:
    found = {}
    for state, page in states(open_page(), open_page()):
        if profile.looks(0, state):
            found[state] = hindrances(page, spaced=NARROW)
    assert {state: problems for state, problems in found.items() if problems} == {}


@pytest.mark.long
def test_every_page_of_asking_in_another_direction_is_for_everybody(open_page: Opener) -> None:
    options = {"language": "ar", "color_scheme": "dark"}
    found = {}
    for state, page in states(open_page(**options), open_page(**options)):
        if profile.looks(1, state):
            found[state] = hindrances_beside_colours(page, spaced=NARROW)
    assert {state: problems for state, problems in found.items() if problems} == {}


@pytest.mark.long
def test_a_request_is_made_without_scripts(open_page: Opener) -> None:
    page = open_page(java_script_enabled=False)
    link = asked(page)
    page.goto(link)
    expect(page.locator("main")).to_contain_text("A person reads it")


@pytest.mark.long
def test_a_request_is_made_with_the_keyboard_alone(open_page: Opener) -> None:
    page = open_page(viewport=DESK)
    to_the_form(page)
    page.locator("#full_name").focus()
    for name in ("full_name", "email", "phone"):
        expect(page.locator(f"#{name}")).to_be_focused()
        page.keyboard.type(FIELDS[name])
        page.keyboard.press("Tab")
    page.keyboard.type("Germ")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")  # past the language, which is chosen already
    page.keyboard.press("ArrowDown")
    expect(page.locator("#answer_by-whatsapp")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("after 18:00")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator("#message")).to_be_focused()
    page.keyboard.type("Is there a lift?")
    page.keyboard.press("Tab")
    page.keyboard.type("T6")
    for _question in range(3):
        page.keyboard.press("Tab")
    for _box in range(2):
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".checked")).to_contain_text("Germany")
    expect(page.locator(".checked")).to_contain_text("For myself")
    expect(page.locator(".checked")).to_contain_text("after 18:00")
    expect(page.locator(".checked")).to_contain_text("T6 (chest)")
    change = page.get_by_role("button", name="Change : Telephone")
    change.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/ask#phone$"))
    expect(page.locator("#message")).to_have_value("Is there a lift?")


@pytest.mark.long
def test_who_goes_back_finds_what_they_wrote(open_page: Opener) -> None:
    page = open_page()
    to_the_form(page)
    fill_in(page)
    press(page, "check")
    expect(page.locator(".checked")).to_be_visible()
    page.go_back()
    expect(page.locator("#message")).to_have_value(FIELDS["message"])
    press(page, "check")
    expect(page.locator(".checked")).to_be_visible()


@pytest.mark.long
def test_who_goes_back_after_a_message_does_not_find_it_to_send_again(open_page: Opener) -> None:
    page = open_page()
    page.goto(asked(page))
    page.fill("#words", "Is there a lift?")
    page.reload()
    expect(page.locator("#words")).to_have_value("Is there a lift?")  # it was not sent yet
    send_question(page)
    expect(page.locator(".outcomes")).to_contain_text("Is there a lift?")
    expect(page.locator("#words")).to_have_value("")
    page.reload()
    expect(page.locator("#words")).to_have_value("")
    page.go_back()
    expect(page.locator("#words")).to_have_value("")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_comma_stays_with_what_it_follows_on_a_phone(open_page: Opener, language: str) -> None:
    page = open_page(locale=language)
    to_the_form(page)
    page.go_back()
    path = page.url.partition("#")[0]
    page.goto(f"{path}/ask")
    lines = page.locator("h1 small").evaluate(
        """small => {
            const walker = document.createTreeWalker(small, NodeFilter.SHOW_TEXT);
            const range = document.createRange();
            for (let node; (node = walker.nextNode()); ) {
                const at = node.data.search(/[,،]/);
                if (at < 0) continue;
                range.setStart(node, at);
                range.setEnd(node, at + 1);
                const comma = range.getBoundingClientRect();
                return [comma.top, small.querySelector("bdi").getBoundingClientRect().top];
            }
        }"""
    )
    assert abs(lines[0] - lines[1]) < 4


def test_a_button_that_is_pressed_twice_makes_one_request(open_page: Opener, site: Site) -> None:
    page = open_page()
    ((before,),) = site.database("SELECT count(*) FROM patient_request")
    assert isinstance(before, int)
    to_the_form(page)
    fill_in(page)
    press(page, "check")
    page.locator("main button[value=send]").dblclick()
    expect(page.locator("h1")).to_have_text("We have your request")
    ((requests,),) = site.database("SELECT count(*) FROM patient_request")
    assert requests == before + 1


def test_a_link_and_a_code_open_what_is_kept_and_it_is_taken_along(open_page: Opener, tmp_path: Path) -> None:
    link = asked(open_page())
    page, mailbox = open_page(), open_page()
    page.goto(link)
    assert urlsplit(link).path.rpartition("/")[2] not in page.url
    page.get_by_role("link", name="My data").click()
    before = mails(mailbox)
    page.get_by_role("button", name="Send me a code").click()
    page.fill("#code", code_of(mailbox, before))
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".kept")).to_contain_text("Wilhelmina Quill")
    document = downloaded(page, tmp_path, page.get_by_role("link", name="JSON").click)
    assert json.loads(document.read_text(encoding="utf-8"))["person"]["full_name"] == "Wilhelmina Quill"
    paper = downloaded(page, tmp_path, page.get_by_role("link", name="Download as PDF").click)
    assert paper.read_bytes().startswith(b"%PDF-")


@pytest.mark.long
def test_the_name_of_the_patient_is_asked_only_of_who_asks_for_somebody_else(open_page: Opener) -> None:
    page = open_page(viewport=NARROW)
    to_the_form(page)
    expect(page.locator("#patient_name")).to_be_hidden()
    page.check("#for_whom-other")
    expect(page.locator("#patient_name")).to_be_visible()
    fill_in(page)
    expect(page.locator("#patient_name")).to_be_hidden()
    page.check("#for_whom-other")
    page.check("#consent_on_behalf")
    press(page, "check")
    expect(page.locator(".error-summary")).to_be_focused()
    page.get_by_role("link", name="Enter the name of the patient").click()
    expect(page.locator("#patient_name")).to_be_focused()
    page.fill("#patient_name", "Bartholomea Quill")
    page.check("#answer_by-whatsapp")
    page.select_option("#injury_level", "T6")
    page.fill("#injury_month", "March 2024")
    press(page, "check")
    checked = page.locator(".checked")
    for each in ("Bartholomea Quill", "By WhatsApp", "T6 (chest)", "March 2024", "not answered"):
        expect(checked).to_contain_text(each)
