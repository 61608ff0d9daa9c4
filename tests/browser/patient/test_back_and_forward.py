"""Back, Forward and Reload after every form: the page answers, and nothing is sent twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.patient import quote_walk, test_request
from tests.browser.patient.served import Opener, Site
from tests.browser.patient.walk import DELHI, PACKAGE, answer, at_breakdown, show

PDF = b"%PDF-1.7\n%%EOF\n"


class Sent:
    """Counts the forms that a page sends."""

    def __init__(self, page: Page) -> None:
        self.page, self.forms = page, 0
        page.on("request", self.count)

    def count(self, request: Request) -> None:
        """Count one more, if it is a form."""
        self.forms += request.method == "POST" and request.is_navigation_request()

    def survives(self, *, back: int = 1) -> None:
        """Go back and forth and reload; fails where the browser would ask whether to send a form again."""
        self.page.wait_for_load_state()  # its scripts have run
        before = self.forms
        moves: list[Callable[[], object]] = [self.page.reload]
        moves += [self.page.go_back] * back + [self.page.reload] + [self.page.go_forward] * back
        for move in [*moves, self.page.reload]:
            move()
            assert not self.page.url.startswith("chrome-error"), self.page.url
            expect(self.page.locator("main h1").first).to_be_visible()
        assert self.forms == before, "a form was sent twice"


@pytest.fixture
def page(open_page: Opener) -> Page:
    """Return a page of a phone."""
    return open_page()


@pytest.fixture
def sent(page: Page) -> Sent:
    """Count what the page sends."""
    return Sent(page)


@pytest.fixture
def quote(site: Site, page: Page) -> quote_walk.Issued:
    """Return a quote that is open in the page."""
    issued = quote_walk.issue(site)
    quote_walk.confirm(page, site, issued)
    return issued


def fill_in_request(page: Page, path: str) -> None:
    """Fill in the form that asks for a firm quote."""
    page.goto(f"{path}/ask")
    test_request.fill_in(page)


def requests(site: Site) -> int:
    """Return how many requests are kept."""
    ((number,),) = site.database("SELECT count(*) FROM patient_request")
    assert isinstance(number, int)
    return number


@pytest.mark.long
def test_the_form_of_an_estimate(page: Page, sent: Sent) -> None:
    page.goto("/estimate/delhi")
    answer(page, DELHI.half | {"nights": "99"})
    show(page)
    expect(page.locator(".error-summary")).to_be_focused()
    sent.survives()
    expect(page.locator("#q_nights")).to_have_value("99")
    answer(page, DELHI.whole)
    show(page)
    at_breakdown(page)
    sent.survives()


@pytest.mark.long
def test_changing_an_estimate(page: Page, sent: Sent, breakdown: str) -> None:
    page.goto(f"{breakdown}/change")
    answer(page, PACKAGE | {"nights": "99"})
    show(page)
    expect(page.locator(".error-summary")).to_be_focused()
    sent.survives()
    expect(page.locator("#q_nights")).to_have_value("99")
    expect(page.locator("[name=q_room][value=semi_private]")).to_be_checked()


@pytest.mark.long
@pytest.mark.parametrize("way", ["change", "change/nights", "compare/delhi", "compare/mexico?compare=delhi"])
def test_answers_that_were_not_sent_are_there_again_after_reload_and_for_who_left_and_comes_back_by_a_link(
    page: Page, breakdown: str, way: str
) -> None:
    nights = page.locator("#q_nights")

    def come() -> None:
        page.goto(f"{breakdown}/{way}")
        page.wait_for_load_state()

    come()
    first = nights.input_value()
    nights.evaluate(
        "field => { field.value = '7'; field.dispatchEvent(new Event('input', { bubbles: true })); }"
    )
    assert first != "7"
    page.reload()
    expect(nights).to_have_value("7")
    page.goto(breakdown)
    come()
    expect(nights).to_have_value("7")
    page.goto(breakdown)
    page.go_back()
    expect(nights).to_have_value("7")


@pytest.mark.long
def test_answers_that_were_sent_are_not_those_of_who_begins_again(page: Page, breakdown: str) -> None:
    page.goto(f"{breakdown}/change/nights")
    first = page.locator("#q_nights").input_value()
    page.fill("#q_nights", "7")
    page.get_by_role("button", name="Done").click()
    page.wait_for_url(lambda url: "change" not in url)
    page.goto(f"{breakdown}/change/nights")
    expect(page.locator("#q_nights")).to_have_value(first)


@pytest.mark.long
def test_asking_for_a_quote(page: Page, sent: Sent, site: Site, breakdown: str) -> None:
    fill_in_request(page, breakdown)
    page.fill("#email", "nobody")
    test_request.press(page, "check")
    expect(page.locator(".error-summary")).to_be_focused()
    sent.survives()
    expect(page.locator("#full_name")).to_have_value(test_request.FIELDS["full_name"])
    expect(page.locator("#message")).to_have_value(test_request.FIELDS["message"])
    page.fill("#email", test_request.FIELDS["email"])
    test_request.press(page, "check")
    expect(page.locator("h1")).to_contain_text("Is this right?")
    page.reload()
    expect(page.locator("#email")).to_have_value(test_request.FIELDS["email"])
    expect(page.locator("#full_name")).to_have_value(test_request.FIELDS["full_name"])
    test_request.press(page, "check")
    expect(page.locator("h1")).to_contain_text("Is this right?")
    before = requests(site)
    test_request.press(page, "send")
    expect(page.locator("h1")).to_have_text("We have your request")
    sent.survives(back=2)
    page.go_back()
    expect(page.locator("#full_name")).to_have_value(test_request.FIELDS["full_name"])
    test_request.press(page, "check")
    test_request.press(page, "send")
    expect(page.locator("h1")).to_have_text("We have your request")
    assert requests(site) == before + 1, "the same request twice is one request"


@pytest.mark.long
def test_sending_an_estimate_by_mail(page: Page, sent: Sent, breakdown: str) -> None:
    page.goto(f"{breakdown}/email")
    page.fill("#address", "nobody")
    page.locator("form.email button").click()
    expect(page.locator(".error-summary")).to_be_focused()
    sent.survives()
    expect(page.locator("#address")).to_have_value("nobody")
    page.fill("#address", "anna@example.org")
    page.locator("form.email button").click()
    expect(page.locator(".outcome").first).to_be_visible()
    sent.survives()


@pytest.mark.long
def test_deleting_an_estimate(page: Page, sent: Sent) -> None:
    page.goto("/estimate/delhi")
    answer(page, DELHI.half | DELHI.whole)
    show(page)
    path = at_breakdown(page)
    page.goto(f"{path}/delete")
    page.locator("main button[type=submit]").click()
    expect(page.locator("h1")).to_have_text("The estimate is deleted")
    sent.survives()


@pytest.mark.long
def test_checking_a_document(page: Page, sent: Sent) -> None:
    page.goto("/verify")
    page.locator("form.by-file button").click()
    expect(page.locator(".error-summary")).to_be_focused()
    sent.survives()
    page.goto("/verify")
    page.set_input_files("[type=file]", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": PDF})
    page.locator("form.by-file button").click()
    expect(page.locator(".verdict")).to_be_visible()
    sent.survives()


@pytest.mark.long
def test_a_question_about_a_quote(page: Page, sent: Sent, quote: quote_walk.Issued) -> None:
    page.goto(f"{quote.path}/question")
    page.locator("main form button").click()
    expect(page.locator(".error-summary")).to_be_focused()
    sent.survives()
    page.fill("#words", "Is the van ramped?")
    page.locator("main form button").click()
    expect(page.locator("h1")).to_contain_text("Your question is sent")
    sent.survives()


@pytest.mark.long
def test_a_question_before_anything_else(page: Page, sent: Sent, site: Site, breakdown: str) -> None:
    page.goto(f"{breakdown}/question")
    page.fill("#words", "Is there a lift?")
    page.reload()
    expect(page.locator("#words")).to_have_value("Is there a lift?")
    page.get_by_role("button", name="Send the question").click()
    expect(page.locator(".error-summary")).to_be_focused()
    sent.survives()
    expect(page.locator("#words")).to_have_value("Is there a lift?")
    page.fill("#email", test_request.FIELDS["email"])
    page.locator("#consent").check()
    before = requests(site)
    page.get_by_role("button", name="Send the question").click()
    expect(page.locator("h1")).to_have_text("We have your question")
    sent.survives()
    page.go_back()
    expect(page.locator("#words")).to_have_value("")
    expect(page.locator("#consent")).not_to_be_checked()
    page.goto(f"{breakdown}/question")
    expect(page.locator("#words")).to_have_value("")
    assert requests(site) == before + 1


@pytest.mark.long
def test_declining_a_quote(page: Page, sent: Sent, quote: quote_walk.Issued) -> None:
    page.goto(f"{quote.path}/decline")
    page.locator("main form button").click()
    expect(page.locator(".error-summary")).to_be_focused()
    sent.survives()
    page.check("input[value=price]")
    page.locator("main form button").click()
    page.get_by_role("button", name="Decline this quote").click()
    expect(page.locator("h1")).to_contain_text("You have declined the quote")
    sent.survives(back=2)


def test_accepting_a_quote(page: Page, sent: Sent, quote: quote_walk.Issued) -> None:
    page.goto(f"{quote.path}/accept")
    page.fill("#typed_name", test_request.FIELDS["full_name"])
    page.get_by_role("button", name="Continue to review it").click()
    expect(page.locator(".error-summary")).to_be_focused()
    sent.survives()
    expect(page.locator("#typed_name")).to_have_value(test_request.FIELDS["full_name"])
    page.locator("[name=agreed]").check()
    page.get_by_role("button", name="Continue to review it").click()
    expect(page.locator("h1")).to_contain_text("Check what you accept")
    page.reload()
    expect(page.locator("#typed_name")).to_have_value(test_request.FIELDS["full_name"])
    expect(page.locator("[name=agreed]")).to_be_checked()
    page.get_by_role("button", name="Continue to review it").click()
    page.get_by_role("button", name="Accept it for").click()
    expect(page.locator("h1")).to_contain_text("You have accepted the quote")
    sent.survives(back=2)


@pytest.mark.long
def test_what_was_typed_in_one_tab_is_not_shown_in_another(page: Page, breakdown: str) -> None:
    fill_in_request(page, breakdown)
    other = page.context.new_page()
    other.goto(f"{breakdown}/ask")
    expect(other.locator("#full_name")).to_have_value("")
    page.goto(f"{breakdown}/ask")
    expect(page.locator("#full_name")).to_have_value("")
    page.fill("#full_name", "Anna")
    page.reload()
    expect(page.locator("#full_name")).to_have_value("Anna")


@pytest.mark.long
def test_a_comparison_that_a_reload_took_away_is_made_again_with_one_press(
    page: Page, breakdown: str
) -> None:
    page.goto(f"{breakdown}/other-offer")
    expect(page.locator("[data-again]")).to_be_hidden()
    page.locator("[name=price]").fill("12000")
    page.locator("[name=currency]").select_option("USD")
    page.locator(".finish button[value=compare]").click()
    expect(page.locator("#totals")).to_be_visible()
    page.reload()
    expect(page.locator("[name=price]")).to_have_value("12000")
    page.locator("[data-again] button").click()
    expect(page.locator("#totals")).to_be_visible()
