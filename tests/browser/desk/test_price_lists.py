"""In a browser: forms save themselves, say what is wrong at once, and no page is wider than a phone."""

from __future__ import annotations

import subprocess
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from playwright.sync_api import Page, Route, ViewportSize, expect

from estimator.price_lists import drafts
from tests.support.accessibility import axe, hindrances_at_the_desk

PAGES = (
    "",
    "/section/charge",
    "/section/driver",
    "/entry/charge/ward",
    "/entry/driver/cells",
    "/text",
    "/differences",
    "/try",
    "/examples",
    "/effect",
    "/saves",
    "/publish",
    "/discard",
    "/spreadsheet",
    "/translations",
    "/guide/questions",
    "/guide/charges",
    "/guide/notices",
)


PHONE: ViewportSize = {"width": 360, "height": 800}


@pytest.mark.long
def test_a_form_saves_itself_and_says_at_once_what_is_wrong(app: Flask, page: Page) -> None:
    page.goto("/staff/tables/drafts/1/entry/charge/single")
    price = page.get_by_label("Price of a unit")
    price.fill("sixty")
    expect(page.locator("p.error")).to_contain_text("“sixty” is not a number.", timeout=15_000)
    expect(page.locator(".autosaved")).to_have_text(
        "Saved. Problems in this draft: 1. To the first one", timeout=15_000
    )
    expect(price).to_have_attribute("aria-invalid", "true")
    price.fill("64")
    expect(page.locator(".autosaved")).to_have_text("Saved.", timeout=15_000)
    expect(page.locator("form .error")).to_have_count(0)
    page.locator(".save-line button").click()
    expect(price).to_have_value("64")
    with app.app_context():
        assert "price = 64\n" in drafts.find(1).text


@pytest.mark.long
def test_who_was_slower_is_told_while_typing(page: Page) -> None:
    page.goto("/staff/tables/drafts/1/entry/charge/single")
    other = page.context.new_page()
    other.goto("/staff/tables/drafts/1/entry/charge/single")
    other.get_by_label("Price of a unit").fill("70")
    other.locator(".save-line button").click()
    page.get_by_label("Price of a unit").fill("71")
    expect(page.locator(".autosaved")).to_contain_text("has saved this draft meanwhile", timeout=15_000)
    page.locator(".save-line button").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Two people have changed this draft")
    page.get_by_role("button", name="Add my changes to theirs").click()
    expect(page.get_by_label("Price of a unit")).to_have_value("71")


@pytest.mark.long
def test_what_is_wrong_is_said_while_somebody_types_and_before_anything_is_saved(
    app: Flask, page: Page
) -> None:
    page.route("**/entry/charge/single", lambda route: route.abort() if _saves(route) else route.continue_())
    page.goto("/staff/tables/drafts/1/entry/charge/single")
    price = page.get_by_label("Price of a unit")
    price.fill("sixty")
    expect(page.locator(".autosaved")).to_contain_text("Not saved yet. Problems: 1.", timeout=15_000)
    expect(page.locator("form .error")).to_contain_text("“sixty”")
    expect(price).to_have_attribute("aria-invalid", "true")
    assert axe(page) == []
    price.fill("0")
    expect(page.locator("form .warned")).to_contain_text("The price is 0.", timeout=15_000)
    expect(page.locator("form .error")).to_have_count(0)
    expect(price).not_to_have_attribute("aria-invalid", "true")
    with app.app_context():
        assert drafts.find(1).saves == 1


@pytest.mark.long
def test_a_new_package_is_not_greeted_with_errors_while_somebody_types(page: Page) -> None:
    page.goto("/staff/tables/drafts/1/section/package")
    page.get_by_label("Name", exact=True).fill("A week")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_label("Price (needed)").fill("seven")
    expect(page.locator(".autosaved")).to_contain_text("Saved. Problems", timeout=15_000)
    expect(page.locator("form .error")).to_have_count(1)
    page.locator(".save-line button").click()
    expect(page.locator("form .error")).to_have_count(3)


def _saves(route: Route) -> bool:
    return route.request.method == "POST"


@pytest.mark.long
def test_a_cell_of_the_grid_is_told_below_its_row(page: Page) -> None:
    page.goto("/staff/tables/drafts/1/section/charge")
    price = page.locator("[name='c.price.single']")
    price.fill("sixty")
    below = page.locator("#row-single + .row-errors")
    expect(below).to_contain_text("“sixty”", timeout=15_000)
    expect(page.locator("#row-single")).to_have_class("wrong-row")
    assert axe(page) == []
    price.fill("64")
    expect(below).to_have_count(0, timeout=15_000)
    expect(page.locator("#row-single")).not_to_have_class("wrong-row")
    expect(page.locator(".autosaved")).to_have_text("Saved.", timeout=15_000)


@pytest.mark.long
def test_a_text_lists_what_is_wrong_and_leads_to_the_line(page: Page) -> None:
    page.set_viewport_size(PHONE)
    page.goto("/staff/tables/drafts/1/text")
    area = page.get_by_label("Text", exact=True)
    text = area.input_value()
    line = text[: text.index('country = "IN"')].count("\n") + 1
    expect(page.get_by_role("heading", name="Warnings")).to_be_visible()
    area.fill(text.replace('country = "IN"', 'country = "XX"'))
    expect(page.locator(".live li")).to_have_count(1, timeout=15_000)
    expect(page.locator(".live li")).to_contain_text("provider.country")
    expect(page.get_by_role("heading", name="Warnings")).to_be_hidden()
    assert hindrances_at_the_desk(page) == []
    page.get_by_role("button", name=f"Line {line}").click()
    assert (
        page.evaluate(
            "(area => area.value.slice(area.selectionStart, area.selectionEnd))(document.activeElement)"
        )
        == 'country = "XX"'
    )
    expect(page.locator(".autosaved")).to_have_text("Saved. Problems in this draft: 1.", timeout=15_000)


@pytest.mark.long
def test_a_text_has_line_numbers(page: Page) -> None:
    page.goto("/staff/tables/drafts/1/text")
    lines = page.get_by_label("Text", exact=True).input_value().count("\n") + 1
    numbers = page.locator(".line-numbers").text_content()
    assert numbers is not None
    assert numbers.split("\n") == [str(number) for number in range(1, lines + 1)]


def test_no_page_is_wider_than_its_window_and_none_breaks_a_rule_of_accessibility(page: Page) -> None:
    broken = {}
    for path in PAGES:
        page.goto(f"/staff/tables/drafts/1{path}")
        broken[path] = hindrances_at_the_desk(page)
    assert {path: problems for path, problems in broken.items() if problems} == {}


@pytest.mark.long
def test_the_form_of_a_new_list_suits_every_window_and_leads_to_what_is_wrong(page: Page) -> None:
    page.set_viewport_size(PHONE)
    for path in ("", "/versions/1", "/versions/1/copy", "/new"):
        page.goto(f"/staff/tables{path}")
        assert hindrances_at_the_desk(page) == [], path
    page.get_by_label("Title").fill("Knee treatment")
    page.get_by_role("button", name="Begin the draft").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert hindrances_at_the_desk(page) == []
    expect(page.get_by_label("Title")).to_have_value("Knee treatment")
    page.get_by_role("link", name="Currency: This is needed.").click()
    expect(page.get_by_label("Currency")).to_be_focused()


@pytest.mark.long
def test_many_warnings_of_a_kind_suit_every_window(page: Page) -> None:
    page.set_viewport_size(PHONE)
    page.goto("/staff/tables/drafts/1/text")
    area = page.get_by_label("Text", exact=True)
    lines = area.input_value().split("\n")
    area.fill("\n".join(line for line in lines if not line.startswith('source = "Illustrative')))
    page.locator(".save-line button").click()
    page.goto("/staff/tables/drafts/1/publish")
    tick = page.get_by_label("The price has no source: accept all")
    expect(tick).not_to_be_checked()
    page.get_by_text("Look at them, and tick them one by one").click()
    assert hindrances_at_the_desk(page) == []
    tick.check()
    for one in page.locator("input[name=ack]:visible").all():
        if not str(one.get_attribute("value")).startswith("missing_source"):
            one.check()
    page.get_by_role("button", name="Ask for approval").click()
    expect(page.get_by_role("heading", name="Approval")).to_be_visible()
    assert axe(page) == []


@pytest.mark.long
def test_a_spreadsheet_is_taken_out_and_its_changes_are_shown(page: Page, tmp_path: Path) -> None:
    page.set_viewport_size(PHONE)
    page.goto("/staff/tables/drafts/1/spreadsheet")
    assert axe(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as XLSX").click()
    file = tmp_path / "list.xlsx"
    download.value.save_as(file)
    book = openpyxl.load_workbook(file)
    sheet = book["Charges"]
    row = [cell.value for cell in sheet["A"]].index("single") + 1
    sheet.cell(row, [cell.value for cell in sheet[1]].index("price") + 1, 70)
    book.save(file)
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()
    assert hindrances_at_the_desk(page) == []
    page.reload()  # asks whether to send the file again nowhere, and sends nothing
    expect(page.get_by_text("Nothing is saved yet.")).to_have_count(0)
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Show what would change").click()
    page.get_by_role("button", name="Save these changes").click()
    expect(page.get_by_role("heading", name="What differs")).to_be_visible()
    expect(page.get_by_text("Saved.")).to_be_visible()


@pytest.mark.long
def test_a_figure_in_a_spreadsheet_that_can_be_read_in_two_ways_is_asked_about(
    page: Page, tmp_path: Path
) -> None:
    page.set_viewport_size(PHONE)
    page.goto("/staff/tables/drafts/1/spreadsheet")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as XLSX").click()
    file = tmp_path / "list.xlsx"
    download.value.save_as(file)
    book = openpyxl.load_workbook(file)
    sheet = book["Charges"]
    price = [cell.value for cell in sheet[1]].index("price") + 1
    codes = [cell.value for cell in sheet["A"]]
    sheet.cell(codes.index("single") + 1, price, "1.234")
    sheet.cell(codes.index("semi_private") + 1, price, "sixty")
    book.save(file)
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_text("“1.234” is 1234 or 1.234")).to_be_visible()
    assert axe(page) == []
    assert hindrances_at_the_desk(page) == []
    page.get_by_role("button", name="Save these changes").click()
    expect(page.get_by_text("Choose what it stands for").first).to_be_visible()
    assert axe(page) == []
    page.get_by_label("What does the point stand for?").select_option("thousands")
    page.get_by_role("button", name="Save these changes").click()
    expect(page.get_by_role("heading", name="What differs")).to_be_visible()
    expect(page.get_by_text("1234")).to_be_visible()


@pytest.mark.long
def test_a_printed_list_has_no_menu_and_no_group_begins_at_the_foot_of_a_page(
    page: Page, tmp_path: Path
) -> None:
    page.goto("/staff/tables")
    page.get_by_role("row").get_by_role("link", name="2026-09").click()
    headings = page.locator(".price-list-page section > h2").all_inner_texts()
    assert len(headings) > 3
    path = tmp_path / "printed.pdf"
    for height in range(90, 150, 5):
        page.pdf(path=path, width="210mm", height=f"{height}mm")
        printed = subprocess.run(
            ["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True
        )
        assert "Sign out" not in printed.stdout
        sheets = [sheet.strip().splitlines() for sheet in printed.stdout.split("\f")]
        feet = {" ".join(sheet[-1].split()) for sheet in sheets if sheet}
        assert not feet & {" ".join(heading.split()) for heading in headings}, height
