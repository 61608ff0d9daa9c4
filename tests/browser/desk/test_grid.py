"""The grid of charges in a browser: keys, blocks from a spreadsheet, search, and how few clicks ten prices take."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from estimator.price_lists import drafts, editing
from tests.support.accessibility import hindrances_at_the_desk
from tests.support.browser import plain_words
from tests.support.settled import two_frames
from tests.support.staff_browser import Staff

GRID = "/staff/tables/drafts/1/section/charge"

PASTE = """([name, texts]) => {
  const clipboardData = new DataTransfer();
  for (const [kind, text] of Object.entries(texts)) clipboardData.setData(kind, text);
  const cell = document.querySelector(`[name="${name}"]`);
  cell.focus();
  cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def page(page: Page) -> Page:
    """Return the page of the draft with its grid."""
    page.goto(GRID)
    return page


def cell(page: Page, name: str) -> Locator:
    return page.locator(f'[name="c.{name}"]')


def is_at(page: Page, name: str) -> bool:
    return bool(page.evaluate("document.activeElement.name") == f"c.{name}")


def saves(app: Flask) -> int:
    with app.app_context():
        return drafts.find(1).saves


def price(app: Flask, code: str) -> Any:
    with app.app_context():
        return editing.get(editing.look(drafts.find(1).text).data or {}, ("charge", code, "price"))


@pytest.mark.long
def test_keys_go_from_cell_to_cell_and_send_nothing(app: Flask, page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.is_navigation_request() else None)
    cell(page, "price.semi_private").focus()
    for key, there in (
        ("Enter", "price.single"),
        ("Shift+Enter", "price.semi_private"),
        ("ArrowDown", "price.single"),
        ("ArrowLeft", "per.single"),
        ("ArrowDown", "per.deluxe"),
        ("Enter", "per.icu"),
        ("ArrowRight", "price.icu"),
        ("Tab", "label.rounds"),
        ("Tab", "group.rounds"),
        ("Shift+Tab", "label.rounds"),
        ("Shift+Tab", "price.icu"),
    ):
        page.keyboard.press(key)
        assert is_at(page, there), (key, page.evaluate("document.activeElement.name"))
    assert cell(page, "per.icu").input_value() == "icu_nights", "an arrow does not choose another word"
    cell(page, "label.single").focus()
    page.keyboard.press("F2")
    page.keyboard.press("ArrowLeft")
    assert is_at(page, "label.single"), "within the text"
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.textContent").endswith("single"), "the link to its own page"
    cell(page, "price.single").fill("99")
    page.keyboard.press("Escape")
    assert cell(page, "price.single").input_value() == "63"
    page.keyboard.type("64")
    assert cell(page, "price.single").input_value() == "64", "what was given up is replaced"
    page.keyboard.press("Escape")
    cell(page, "price.blood_tests").focus()
    page.keyboard.press("Enter")
    assert is_at(page, "price.cells_umbilical"), "what is on request has no price to be typed"
    page.locator("[name=every]").focus()
    page.keyboard.press("Enter")
    assert sent == []
    assert saves(app) == 1


@pytest.mark.long
def test_a_column_is_filled_down(page: Page) -> None:
    cell(page, "price.semi_private").fill("70")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+d")
    assert cell(page, "price.single").input_value() == "70"
    page.keyboard.press("Control+z")
    assert cell(page, "price.single").input_value() == "63", "not what was typed before it"
    assert cell(page, "price.semi_private").input_value() == "70"
    cell(page, "price.single").focus()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Delete")
    assert [cell(page, f"price.{code}").input_value() for code in ("semi_private", "single", "deluxe")] == [
        "70",
        "",
        "",
    ]
    page.keyboard.press("Control+z")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.type("71")
    assert [cell(page, f"price.{code}").input_value() for code in ("single", "deluxe")] == ["71", "84.6"]
    cell(page, "per.single").focus()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    page.get_by_role("button", name="Fill down").click()
    assert [cell(page, f"per.{code}").input_value() for code in ("deluxe", "icu", "rounds")] == ["nights"] * 3
    expect(page.locator(".autosaved").first).to_contain_text("Saved", timeout=15_000)


@pytest.mark.long
def test_a_block_of_a_spreadsheet_is_pasted_and_taken_back(app: Flask, page: Page) -> None:
    page.evaluate(
        PASTE,
        [
            "c.label.semi_private",
            {"text/plain": '"Two\nbeds"\thospital stay\t\t31,50\r\n"A ""quiet"" bed"\r\n'},
        ],
    )
    assert cell(page, "label.semi_private").input_value() == "Two beds"
    assert cell(page, "per.semi_private").input_value() == ""
    assert cell(page, "price.semi_private").input_value() == "31,50"
    assert cell(page, "label.single").input_value() == 'A "quiet" bed'
    expect(page.locator("#row-semi_private .delta")).to_contain_text("−38.2", timeout=15_000)
    page.get_by_role("button", name="Undo").click()
    assert cell(page, "price.semi_private").input_value() == "51"
    assert cell(page, "per.semi_private").input_value() == "nights"
    html = "<table><tr><td>Nights in this room</td><td>71</td></tr><tr><td>once</td><td>72</td></tr></table>"
    page.evaluate(PASTE, ["c.per.single", {"text/html": html, "text/plain": "not this"}])
    assert [cell(page, f"price.{code}").input_value() for code in ("single", "deluxe")] == ["71", "72"]
    assert cell(page, "per.deluxe").input_value() == ""
    told = page.locator("[data-pasted]")
    for name, text, said in (
        ("price.single", "1\t2", "do not fit"),
        ("per.single", "often\t3", "“often” has no place"),
        (
            "price.rehab_day",
            "5\n6",
            f"“6” has no place at {cell(page, 'label.rehab_intensive').input_value()}",
        ),
        ("price.reserve_icu", "5\n6", "do not fit"),
    ):
        before = page.locator("form.grid-form").evaluate(
            "(form) => new URLSearchParams(new FormData(form)).toString()"
        )
        page.evaluate(PASTE, [f"c.{name}", {"text/plain": text}])
        expect(told).to_contain_text(said)
        after = page.locator("form.grid-form").evaluate(
            "(form) => new URLSearchParams(new FormData(form)).toString()"
        )
        assert after.partition("&c.")[2] == before.partition("&c.")[2], text


@pytest.mark.long
def test_a_search_shows_rows_at_once_and_a_box_ticks_those_that_are_seen(page: Page) -> None:
    rows = page.locator("tbody tr[id]:visible")
    page.locator("#q").fill("room")
    expect(rows).to_have_count(5)
    expect(page.locator("caption")).to_have_text("5 of 33 charges")
    page.locator("[name=every]").click()
    expect(page.locator("[data-ticked]")).to_have_text("5 ticked")
    page.locator("#q").press("Enter")
    page.locator("#q").fill("")
    expect(rows).to_have_count(33)
    expect(page.locator("[name=every]")).not_to_be_checked()
    page.locator("#q").fill("semi")
    expect(page.locator("[data-ticked]")).to_contain_text("5 ticked, 4 of them outside of this search: Op")
    page.locator("#q").fill("")
    expect(page.locator("[data-ticked]")).to_have_text("5 ticked")
    page.get_by_label("Choose the group Visas").check()
    expect(page.locator("[data-ticked]")).to_have_text("7 ticked")
    page.get_by_label("Show").select_option("without")
    expect(page.locator("#row-robot")).to_be_visible()
    expect(page.locator("#row-ward")).to_be_hidden()
    page.get_by_label("How much").fill("10")
    page.get_by_label("How much").press("Enter")
    expect(page.get_by_text("None of them is changed yet.")).to_be_visible()
    expect(page.locator("[name=row]")).to_have_count(7)
    assert hindrances_at_the_desk(page) == []


@pytest.mark.long
def test_one_stays_where_one_is_after_saving(page: Page) -> None:
    hotel = cell(page, "price.hotel_nights")
    hotel.fill("sixty")
    top = page.evaluate("scrollY")
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    expect(hotel).to_be_focused()
    assert abs(page.evaluate("scrollY") - top) < 150
    page.evaluate("scrollTo(0, 0)")
    link = page.get_by_role("link", name="This draft has one problem.")
    expect(page.locator("p.saved")).to_have_css("border-left-color", "rgb(163, 25, 43)")
    link.click()
    expect(page.locator("#row-hotel_nights")).to_be_in_viewport()
    page.locator("#row-hotel_nights").get_by_role("button", name="Remove").click()
    expect(page.locator("#row-hotel_nights")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(hotel).to_have_value("sixty")


def test_ten_prices_are_changed_and_published_in_eight_clicks_at_most(
    app: Flask, page: Page, approver: Staff
) -> None:
    page.goto("/staff/tables/drafts/1")
    clicks = 0

    def click(place: Locator) -> None:
        nonlocal clicks
        clicks += 1
        place.click()

    click(page.get_by_role("link", name="Charges", exact=True).first)
    click(cell(page, "price.medicines"))
    prices = [9, -58, 44, 52, 64, 85, 91, 11, 8, 13]
    for number in prices:
        page.keyboard.type(str(number))
        page.keyboard.press("Enter")
    click(page.get_by_role("button", name="Save, then publish…"))
    expect(page.get_by_role("button", name="Ask for approval")).to_be_visible()
    for box in page.locator("input[name=ack]").all():
        click(box)
    click(page.get_by_role("button", name="Ask for approval"))
    expect(page.get_by_role("heading", name="Approval")).to_be_visible()
    approver.see("/staff")
    (waiting,) = approver.page.links(start="/staff/tables/drafts/1/publish")
    approver.see(waiting)
    approve = [plain_words(button) for button in approver.page.all("button")]
    approver.press(next(words for words in approve if words.startswith("Approve, and schedule it for")))
    assert clicks + 2 <= 8
    approver.see("/staff/tables/versions/2")
    assert all(
        f"USD {number}" in approver.page.text.replace("\N{NO-BREAK SPACE}", " ")
        for number in prices
        if number > 0
    )


@pytest.mark.long
def test_after_saving_the_row_with_a_problem_is_in_view_below_the_headings(page: Page) -> None:
    row = page.locator("#row-single")
    covered = """() => {
      const row = document.querySelector("#row-single").getBoundingClientRect();
      const head = document.querySelector(".grid thead th:nth-of-type(2)").getBoundingClientRect();
      const foot = document.querySelector("form[data-keeps-place] .save-line").getBoundingClientRect();
      return [row.top >= head.bottom - 1, row.bottom <= foot.top + 1];
    }"""
    for by in (2, 60, -300):
        row.evaluate(f"row => scrollTo(0, row.getBoundingClientRect().top + scrollY + {by})")
        cell(page, "price.single").evaluate("one => one.focus({ preventScroll: true })")
        cell(page, "price.single").evaluate(f"one => one.value = 'sixty {by}'")
        page.keyboard.press("Control+s")
        expect(page.locator(".row-errors")).to_contain_text(f"sixty {by}")
        page.wait_for_load_state()
        two_frames(page)
        assert page.evaluate(covered) == [True, True], by
