"""The whole way from the start to the PDF, as a person goes it on a phone."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.patient.served import LONG_WORDS as LIST
from tests.browser.patient.served import Opener, Site
from tests.browser.patient.walk import (
    DELHI,
    LONG_WORDS,
    Plan,
    answer,
    at_breakdown,
    estimate,
    open_all,
    show,
    total_is_shown,
    unfold,
)
from tests.support.accessibility import OVERFLOW
from tests.support.settled import two_frames

SORE = replace(DELHI, whole={**DELHI.whole, "infection": "yes"})
"""A plan of which the page says one thing more."""

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


def downloaded(page: Page, folder: Path, press: Callable[[], None]) -> Path:
    if page.locator("#send").count():
        unfold(page, "Save or send")
    with page.expect_download() as coming:
        press()
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    return path


def plain(text: str) -> str:
    """Write a text with ordinary spaces and hyphens, as it is compared."""
    return re.sub(r"\s+", " ", text.replace("\N{MINUS SIGN}", "-"))


def figures(text: str) -> list[str]:
    return re.findall(r"USD (\d[\d,]*\.\d\d)\b", plain(text))


def test_a_patient_on_a_phone_gets_from_the_start_to_a_pdf_with_the_same_figures(
    open_page: Opener, tmp_path: Path
) -> None:
    page = open_page(**PHONE)
    page.goto("/")
    page.locator("article", has_text="Delhi").get_by_role("link", name="Estimate this treatment").tap()
    status = page.get_by_role("status")
    expect(page.locator("#total")).to_contain_text("questions left")
    for code, value in DELHI.half.items():
        answer(page, {code: value})
    expect(status).to_contain_text(
        "so far; not answered yet: Hospital stay, Rehabilitation, Travel and extras"
    )
    expect(status).to_contain_text("3 questions left.")
    answer(page, DELHI.whole)
    total_is_shown(page)
    first = page.locator(".total-amount").inner_text()
    expect(status).to_contain_text(f"{first} so far. What is counted may come to")
    page.goto("/estimate/delhi#step-stay")  # the answers are kept
    total_is_shown(page)
    page.get_by_role("button", name="More: Sessions").tap()
    expect(page.locator(".total-amount")).not_to_have_text(first)
    total = page.locator(".total-amount").inner_text()
    expect(status).to_contain_text(f"{total} so far. What is counted may come to")
    for _step in range(5):
        page.get_by_role("button", name="Next").tap()
    page.get_by_role("button", name="Show my estimate").tap()
    at_breakdown(page)
    expect(page.locator(".total-amount")).to_have_text(total, use_inner_text=True)
    open_all(page)
    shown = page.locator("main").inner_text()

    document = downloaded(page, tmp_path, page.get_by_role("link", name="Download as PDF").tap)

    assert document.stem == page.locator("dl.facts bdi").first.inner_text()
    with pikepdf.open(document) as pdf:
        (attached,) = pdf.attachments.values()
        breakdown = json.loads(attached.get_file().read_bytes())
    assert f"USD {breakdown['totals']['total']['likely']}" == plain(total).replace(",", "")
    printed = subprocess.run(
        ["pdftotext", "-layout", document, "-"], check=True, capture_output=True, text=True
    ).stdout
    amounts = [item["amount"]["likely"] for item in breakdown["items"] if item["amount"]["likely"]]
    amounts += [sums["likely"] for sums in breakdown["totals"].values()]
    for amount in amounts:
        written = f"{float(amount.lstrip('-')):,.2f}"
        if written != "0.00":  # that is written as "included"
            assert written in figures(shown), f"{amount} is not on the page"
            assert written in printed, f"{amount} is not in the PDF"


@pytest.mark.long
def test_the_journey_works_by_round_trips_without_javascript(open_page: Opener, tmp_path: Path) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/")
    page.locator("article", has_text="Delhi").get_by_role("link", name="Estimate this treatment").click()
    assert page.locator(".stepper:visible").count() == 0
    answer(page, DELHI.half)
    page.get_by_role("button", name="Work out the total").click()
    expect(page.locator("#total")).to_contain_text("3 questions left")
    show(page)
    expect(page.locator(".error-summary li")).to_have_count(3)
    assert page.title().startswith("Error: ")
    page.locator(".error-summary a").first.click()
    assert page.url.endswith("#q_room")
    answer(page, DELHI.whole)
    page.get_by_role("button", name="Work out the total").click()
    total = page.locator(".total-amount").inner_text()
    show(page)
    at_breakdown(page)
    expect(page.locator(".total-amount")).to_have_text(total, use_inner_text=True)
    unfold(page, "Save or send")
    expect(page.locator("[data-copy], [data-share]")).to_have_count(2)
    expect(page.locator("[data-copy]")).to_be_hidden()
    document = downloaded(page, tmp_path, page.get_by_role("link", name="Download as PDF").click)
    assert document.read_bytes().startswith(b"%PDF-")


@pytest.mark.long
def test_questions_come_and_go_with_the_answers_that_call_for_them(open_page: Opener) -> None:
    page = open_page()
    page.goto("/estimate/delhi")
    days = page.locator("#question-rehab_days")
    answer(page, {"rehab": "none"})
    expect(days).to_be_hidden()
    answer(page, {"rehab": "day"})
    expect(days).to_be_visible()


@pytest.mark.long
def test_an_error_leaves_when_its_answer_changes(open_page: Opener) -> None:
    page = open_page()
    page.goto("/estimate/delhi")
    answer(page, DELHI.half | DELHI.whole | {"nights": "1,5"})
    show(page)
    error = page.locator("#question-nights .error")
    expect(error).to_contain_text("cannot be read as one number")
    expect(page.locator("#q_nights")).to_have_value("1,5")
    answer(page, {"nights": "12"})
    expect(error).to_have_count(0)
    expect(page.locator("#q_nights[aria-invalid]")).to_have_count(0)
    total_is_shown(page)


@pytest.mark.long
def test_an_amount_with_two_readings_is_asked_back_while_it_is_typed(open_page: Opener) -> None:
    page = open_page(**PHONE)
    page.goto("/estimate/delhi")
    answer(page, DELHI.half | DELHI.whole | {"flights": "1.850"})
    panel = page.locator("#total")
    expect(panel).to_contain_text("can be read in two ways")
    panel.get_by_role("button", name="USD 1,850.00").tap()
    expect(page.locator("#q_flights")).to_have_value("1850")
    total_is_shown(page)
    assert "/estimate/delhi" in page.url, "nothing was sent"


@pytest.mark.long
def test_enter_uses_no_offered_amount(open_page: Opener) -> None:
    page = open_page()
    page.goto("/estimate/delhi")
    answer(page, DELHI.half | DELHI.whole)
    page.locator("#q_nights").press("Enter")
    show(page)
    at_breakdown(page)
    expect(page.locator("dl.answers div", has_text="Flights").first).to_contain_text("Not answered")


@pytest.mark.long
def test_what_most_people_spend_is_used_with_one_tap_from_the_breakdown(open_page: Opener) -> None:
    page = open_page(**PHONE)
    estimate(page, DELHI)
    page.get_by_text("What most people spend").tap()
    page.get_by_role("link", name="Use USD 1,100").tap()
    expect(page.locator("#q_flights")).to_have_value("1100")
    expect(page.locator("#question-flights")).to_be_in_viewport()
    show(page)
    at_breakdown(page)
    expect(page.locator("table.items")).to_contain_text("1,100.00")


def test_a_double_click_makes_one_estimate(open_page: Opener, site: Site) -> None:
    page = open_page()
    page.goto("/estimate/delhi")
    answer(page, DELHI.half | DELHI.whole)
    before = site.estimates()
    page.evaluate("location.hash = 'step-check'")
    page.locator("button[value=show]").dblclick()
    at_breakdown(page)
    assert site.estimates() == before + 1


@pytest.mark.long
def test_the_back_button_keeps_the_answers(open_page: Opener) -> None:
    page = open_page()
    estimate(page, DELHI)
    total = page.locator(".total-amount").inner_text()
    page.go_back()
    expect(page.locator("#q_nights")).to_have_value("10")
    expect(page.locator("[name=q_room][value=single]")).to_be_checked()
    total_is_shown(page)
    expect(page.locator("#total .total-amount")).to_have_text(total)


@pytest.mark.long
def test_change_asks_one_question_and_the_page_says_what_it_has_changed(
    open_page: Opener, breakdown: str
) -> None:
    page = open_page()
    page.goto(f"{breakdown}#answers")
    page.get_by_role("button", name="Change : Nights in this room").click()
    expect(page.locator(".question")).to_have_count(1)
    expect(page.locator("#q_nights")).to_have_value("10")
    page.get_by_role("button", name="More: Nights in this room").click()
    page.get_by_role("button", name="Done").click()
    at_breakdown(page)
    expect(page.locator(".since")).to_contain_text("more than before")
    expect(page.locator(".since")).to_contain_text("Nights in this room: 11 nights, instead of 10 nights")
    page.get_by_role("link", name="Back to the estimate before").click()
    expect(page).to_have_url(re.compile(f"{breakdown}$"))


def test_a_tap_on_what_would_change_the_cost_changes_it(
    open_page: Opener, breakdown: str, site: Site
) -> None:
    page = open_page(**PHONE)
    page.goto(f"{breakdown}#changes")
    kept = site.estimates()
    page.get_by_role("button", name="General ward").dblclick()
    at_breakdown(page)
    expect(page.locator(".since")).to_contain_text("Room: General ward, instead of Single room")
    assert site.estimates() == kept + 1


@pytest.mark.long
@pytest.mark.parametrize("scripted", [True, False], ids=["script", "no script"])
def test_an_address_within_the_page_opens_what_is_closed_there(
    open_page: Opener, breakdown: str, *, scripted: bool
) -> None:
    page = open_page(java_script_enabled=scripted)
    page.goto(breakdown)
    parts = page.locator(".contents a")
    assert parts.count() == 9
    for part in parts.all():
        address = str(part.get_attribute("href"))
        expect(page.locator(f".fold {address}")).to_be_hidden()
        page.goto(f"{breakdown}{address}")
        expect(page.locator(address)).to_be_visible()
        page.goto("about:blank")
        page.goto(breakdown)
    parts.nth(1).click()
    expect(page.locator("#items")).to_be_in_viewport()


@pytest.mark.long
@pytest.mark.parametrize("scripted", [True, False], ids=["script", "no script"])
def test_in_print_everything_is_open(
    open_page: Opener, breakdown: str, tmp_path: Path, *, scripted: bool
) -> None:
    page = open_page(java_script_enabled=scripted)
    page.goto(breakdown)
    path = tmp_path / "printed.pdf"
    page.pdf(path=path, format="A4")
    printed = plain(
        subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True).stdout
    )
    for sentence in (
        "Where the range comes from",
        "It cannot show whether the treatment helps.",
        "10 × USD 63.00 = USD 630.00",
        "Where the price comes from:",
        "instead of Single room",
        "After:",
        "Schedule J",
        "Planned nights in intensive care",
        "Why do I pay?",
    ):
        assert sentence in printed, sentence


@pytest.mark.long
@pytest.mark.parametrize("plan", [SORE, LONG_WORDS], ids=lambda plan: plan.slug)
def test_an_estimate_is_four_screens_of_a_phone_and_450_words(open_page: Opener, plan: Plan) -> None:
    page = open_page()
    estimate(page, plan)
    page.wait_for_load_state("networkidle")
    two_frames(page)
    assert page.evaluate("document.scrollingElement.scrollHeight") <= 4 * 740
    assert len(page.locator("body").inner_text().split()) <= 450


def test_text_of_twice_its_size_stays_on_the_page(open_page: Opener, breakdown: str) -> None:
    page = open_page()
    page.goto(breakdown)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate(OVERFLOW) == []
    open_all(page)
    assert page.evaluate(OVERFLOW) == []
    page.goto("/verify")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate(OVERFLOW) == []


def test_the_link_is_copied(open_page: Opener, breakdown: str) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(breakdown)
    unfold(page, "Save or send")
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("#link-copied")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == f"{page.url}?written=en"


@pytest.mark.long
def test_a_list_that_changes_meanwhile_is_said_before_anything_is_kept(
    open_page: Opener, site: Site, tmp_path: Path
) -> None:
    text = LIST.read_text(encoding="utf-8").replace('table = "long-words"', 'table = "changing"')
    file = tmp_path / "changing.toml"
    file.write_text(text, encoding="utf-8")
    site.run("tables", "import", file)
    page = open_page()
    page.goto("/estimate/changing")
    answer(page, LONG_WORDS.half | {"rehab": "no"})
    total_is_shown(page)
    old = page.locator(".total-amount").inner_text()

    dearer = text.replace("likely = 12000,", "likely = 15000,").replace("2026-01-01", "2026-02-01")
    file.write_text(dearer.replace('"2026-11, second', '"2026-12, third'), encoding="utf-8")
    site.run("tables", "import", file)
    kept = site.estimates()
    show(page)

    sentence = "The price list has changed meanwhile."
    expect(page.locator(".error-summary")).to_contain_text(sentence)
    expect(page.locator("#q_sessions")).to_have_value("2")
    total_is_shown(page)
    new = page.locator(".total-amount").inner_text()
    assert new != old
    assert site.estimates() == kept
    show(page)
    at_breakdown(page)
    assert page.locator(".total-amount").inner_text() == new


@pytest.mark.long
def test_the_total_says_when_it_cannot_be_worked_out(open_page: Opener) -> None:
    page = open_page()
    page.goto("/estimate/delhi")
    expect(page.locator("#total")).not_to_have_attribute("aria-busy", "true")
    answered: list[int] = []

    def refuse(route: Route) -> None:
        answered.append(1)
        route.fulfill(status=422, body="")

    page.route("**/total", refuse)
    answer(page, DELHI.half)
    expect(page.locator(".failed")).to_be_visible()
    assert answered
    page.unroute("**/total")
    answer(page, DELHI.whole)
    total_is_shown(page)
    expect(page.locator(".failed")).to_be_hidden()


@pytest.mark.parametrize("plan", [DELHI, LONG_WORDS], ids=lambda plan: plan.slug)
def test_no_page_weighs_more_than_60_kilobytes_nor_18_when_it_comes_compressed(
    open_page: Opener, site: Site, plan: Plan
) -> None:
    page = open_page()
    sizes: dict[str, int] = {}
    sent: dict[str, int] = {}

    def weigh(path: str | None) -> None:
        sizes.clear()
        sent.clear()
        if path:
            page.goto(path, wait_until="networkidle")
        addresses = page.evaluate(
            "[location.href, ...performance.getEntriesByType('resource').map(entry => entry.name)]"
        )
        for address in addresses:
            if not address.endswith("/total"):
                answer = page.request.get(address)
                sizes[address] = len(answer.body())
                sent[address] = int(answer.headers["content-length"])
        assert len(sizes) >= 3, "a page comes with its style"
        assert sum(sizes.values()) < 60_000, sizes
        assert sum(sent.values()) < 18 * 1024, sent

    weigh("/")
    weigh(f"/estimate/{plan.slug}")
    path = estimate(page, plan)
    weigh(path)
    site.database(
        "INSERT INTO rate (base, quoted, day, rate, source, entered_by, entered_at) "
        "SELECT 'USD', 'INR', '2026-01-01', '89.2541', 'Reserve Bank of India', 'user:1', '2026-01-01'"
    )
    try:
        weigh(f"{path}?in=INR")
    finally:
        site.database("DELETE FROM rate")
