"""The final bill of a request: typed, asked about again where it is strange, corrected, withdrawn, as a spreadsheet."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
import time_machine
from flask import Flask

from estimator import bills, clinic, estimates, requests
from estimator.db import db
from estimator.i18n import reader
from estimator.models import FinalBill
from estimator.models.staff import Role
from estimator.privacy import erasure
from estimator.web.desk.bills import comparison
from pricing.overruns import Rule
from tests.support import example_quotes as example
from tests.support.acts import acting
from tests.support.delhi_list import NOW
from tests.support.example_bills import history
from tests.support.quote_desk import PLAN, accept, ask, request_of
from tests.support.quote_form import issue
from tests.support.staff_browser import Page, Staff

OTHER = {**PLAN, "cells": "marrow", "room": "single", "rehab": "none"}
"""Another plan of the same list, with other lines."""


@pytest.fixture
def address(reference: str, clock: time_machine.Traveller) -> str:
    """Return where the bill of a request is, a month after it was asked for."""
    clock.shift(timedelta(days=30))
    return f"/desk/requests/{reference}/bill"


@pytest.fixture
def coordinator(app: Flask, sign_in: Callable[[Flask, Role], Staff], address: str) -> Staff:
    """Return somebody who answers requests, and signs in on the day of the bill."""
    return sign_in(app, "coordinator")


def likely(app: Flask, reference: str) -> str:
    with request_of(app, reference) as found:
        cases = bills.compared_with(found).cases
        assert cases is not None
        return cases["likely"]


def the_bills(app: Flask) -> list[FinalBill]:
    with app.app_context():
        return db.session.query(FinalBill).order_by(FinalBill.id).all()


def today() -> str:
    return (NOW + timedelta(days=30)).date().isoformat()


def enter(person: Staff, address: str, **typed: object) -> Page:
    person.see(f"{address}/enter")
    return person.press("Keep the bill", **{"day": today(), **typed})


def test_a_bill_is_entered_from_the_request_and_stands_beside_the_estimate(
    app: Flask, coordinator: Staff, reference: str, address: str
) -> None:
    expected = likely(app, reference)
    page = enter(
        coordinator, address, total=expected, reasons=["more_nights", "complication"], note="Said by phone."
    )
    assert "The bill is inside the range of the estimate." in page.text
    assert "It is the likely total of the estimate." in page.text
    assert "Why: More nights; A complication" in page.text
    assert "Said by phone." in page.text
    request = coordinator.see(f"/desk/requests/{reference}").text
    assert "Final bill: USD" in request
    assert "entered the final bill" in request


def test_a_bill_is_offered_at_a_request_once_a_quote_was_accepted(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    offer = "Enter the final bill"
    coordinator.see(f"/desk/requests/{reference}")
    assert offer not in coordinator.press("Change status", state="in_work", why="").text
    issue(coordinator, reference)
    assert offer not in coordinator.see(f"/desk/requests/{reference}").text, "nobody has accepted it"
    accept(app, reference)
    assert offer in coordinator.see(f"/desk/requests/{reference}").text


def test_each_page_of_a_bill_names_the_patient_and_not_whoever_asked(app: Flask, coordinator: Staff) -> None:
    reference = ask(app, name="Wilhelmina Quill", patient="Ottokar Quill")
    address = f"/desk/requests/{reference}/bill"
    pages = [coordinator.see(f"{address}/enter"), coordinator.see(f"{address}/spreadsheet")]
    pages.append(enter(coordinator, address, total=likely(app, reference)))
    pages.append(coordinator.see(f"{address}/withdraw"))
    for page in pages:
        assert "Ottokar Quill" in page.text
        assert "Wilhelmina" not in page.text


def test_items_are_enough_and_what_was_not_expected_has_lines_of_its_own(
    app: Flask, coordinator: Staff, reference: str, address: str
) -> None:
    coordinator.see(f"{address}/enter")
    with request_of(app, reference) as found:
        first = str(bills.compared_with(found).lines[0]["code"])
    typed = {"day": today(), f"billed-{first}": "9,000.00", "label-0": "A wheelchair", "amount-0": "350.50"}
    page = coordinator.send("Keep the bill", typed)
    assert page.status == 422
    assert any("expected items are empty: is USD" in sentence for sentence in page.errors()), page.text
    assert (page.value("label-0"), page.value(f"billed-{first}")) == ("A wheelchair", "9,000.00")
    assert the_bills(app) == []
    page = coordinator.press("Keep the bill", sure="yes")
    assert "9,350.50" in page.text
    assert "left empty" in page.text
    assert "A wheelchair not expected" in page.text
    (bill,) = the_bills(app)
    assert bill.total == "9350.50"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"amount-1": "", "label-1": ""}, "Enter what was billed in all, or by item."),
        ({"total": "a lot"}, "“a lot” cannot be read as an amount in USD."),
        ({"total": "€ 4000"}, "“€ 4000” is in another currency: the estimate and the quote are in USD."),
        ({"total": "13.487,60 EUR"}, "“13.487,60 EUR” is in another currency"),
        ({"total": "4000 weeks"}, "“4000 weeks” cannot be read as an amount in USD."),
        ({"total": "-4000"}, "What was billed is not below 0."),
        ({"total": "0"}, "A bill is above 0."),
        ({"total": "9.500"}, "“9.500” can be read in two ways."),
        ({"total": "21,145"}, "Write 21145 if you mean that; an amount in USD has at most 2 decimals."),
        ({"total": "9500.005"}, "has at most 2 decimals"),
        ({"total": "9" * 30}, "is not absurdly large"),
        ({"total": "9500", "currency": "EUR"}, "a bill in another currency cannot be compared"),
        ({"total": "9500", "day": "2026-02-30"}, "Enter a day like this"),
        ({"total": "9500", "day": ""}, "Enter a day like this"),
        ({"total": "9500", "day": "2027-12-24"}, "still to come"),
        ({"total": "9500", "day": "2020-12-24"}, "not before the day of the request"),
        ({"total": "9500", "label-0": "A wheelchair"}, "Enter what was billed for it."),
        ({"total": "9500", "amount-0": "10"}, "Enter what it was billed for."),
        (
            {"total": "9500", "label-0": "A wheelchair", "amount-0": "9500.01"},
            "more than the total of",
        ),
        ({"total": "9500", "note": "x" * 301}, "there is room for 300"),
        ({"total": "9500", "estimate": "EST-2222-2222"}, "There is no estimate with this reference"),
        ({"total": "9500", "estimate": "x" * 5000}, "Shorten it"),
    ],
)
def test_what_cannot_be_a_bill_is_said_at_its_field_and_nothing_typed_is_lost(
    app: Flask, coordinator: Staff, address: str, typed: dict[str, str], said: str
) -> None:
    coordinator.see(f"{address}/enter")
    page = coordinator.send("Keep the bill", {"day": today(), "label-1": "Kept", "amount-1": "1", **typed})
    assert page.status == 422
    assert any(said in sentence for sentence in page.errors()), page.text
    for name, text in typed.items():
        assert page.value(name).startswith(text[:300]), name
    assert "label-1" in typed or page.value("label-1") == "Kept"
    assert the_bills(app) == []


def test_the_differences_of_the_lines_come_to_that_of_the_whole(
    app: Flask, coordinator: Staff, reference: str, address: str
) -> None:
    coordinator.see(f"{address}/enter")
    with request_of(app, reference) as found:
        line = bills.compared_with(found).lines[0]
    typed = {"day": today(), f"billed-{line['code']}": str(line["likely"])}
    coordinator.send("Keep the bill", typed)
    coordinator.press("Keep the bill", sure="yes")
    with app.test_request_context():
        (bill,) = the_bills(app)
        lines = comparison.lines_of(bill, {}, (), reader("en"))
        whole = comparison.whole(bill, reader("en"))
    assert [each.difference for each in lines if each.label.text == "Not told by item"] == [whole.difference]


def test_ten_times_as_much_is_asked_about_again_and_then_taken(
    app: Flask, coordinator: Staff, reference: str, address: str
) -> None:
    much = f"{float(likely(app, reference)) * 10 + 0.5:.1f}"
    page = enter(coordinator, address, total=much)
    assert page.status == 422
    assert f"{float(much):,.2f} is ten times what was expected" in page.text
    assert the_bills(app) == []
    page = coordinator.press("Keep the bill", sure="yes")
    assert "above the range of the estimate" in page.text
    assert len(the_bills(app)) == 1


def test_rules_that_a_bill_broke_are_one_box_that_says_what_it_is_above(
    app: Flask, coordinator: Staff, reference: str, address: str
) -> None:
    with app.app_context():
        rules = (Rule("First rule", percent=Decimal(5)), Rule("Second rule", "USD", by=Decimal(1)))
        clinic.change(acting(actor="user:1", now=NOW), "overrun_rules", rules)
        db.session.commit()
    page = enter(coordinator, address, total=f"{float(likely(app, reference)) * 1.1:.2f}")
    (box,) = page.all("p", class_="warning")
    said = "".join(box.itertext())
    assert said.count("The bill is far above the likely total of the estimate") == 2
    assert ("First rule" in said, "Second rule" in said) == (True, True)


def test_entering_it_twice_offers_to_correct_the_first(
    app: Flask, coordinator: Staff, reference: str, address: str
) -> None:
    expected = likely(app, reference)
    coordinator.see(f"{address}/enter")
    form = coordinator.page.sent("Keep the bill", {"total": expected, "day": today()})
    coordinator.press("Keep the bill", total=expected, day=today())
    page = coordinator.post(form[0], form[1].to_dict())
    assert page.status == 409
    assert "was entered for this request already" in page.text
    assert page.value("total") == expected
    coordinator.page = page
    page = coordinator.press("Keep the correction", total="9,500.00")
    assert "What stood before" in page.text
    assert [bill.ended_as for bill in the_bills(app)] == ["corrected", None]


def test_a_correction_is_compared_with_the_other_estimate_that_the_bill_was(
    app: Flask, coordinator: Staff, address: str
) -> None:
    with request_of(app, ask(app, plan=OTHER)) as found:
        other = found.estimate_reference
    enter(coordinator, address, total="9500", estimate=other)
    coordinator.see(f"{address}/enter")
    assert coordinator.page.value("estimate") == other
    coordinator.press("Keep the correction", note="Said by phone.")
    assert [bill.estimate_reference for bill in the_bills(app)] == [other, other]


def test_an_item_that_the_other_estimate_has_not_is_said_at_its_field(
    app: Flask, coordinator: Staff, reference: str, address: str
) -> None:
    with request_of(app, ask(app, plan=OTHER)) as found:
        other = found.estimate_reference
        theirs = {line["code"] for line in bills.compared_with(found).lines}
    with request_of(app, reference) as found:
        alone = next(line["code"] for line in bills.compared_with(found).lines if line["code"] not in theirs)
    coordinator.see(f"{address}/enter")
    typed = {"day": today(), "total": "9500", "estimate": other, f"billed-{alone}": "50"}
    page = coordinator.send("Keep the bill", typed)
    assert page.status == 422
    assert f"Estimate {other} has no such line." in " ".join(page.errors())
    assert (page.value("estimate"), page.value(f"billed-{alone}")) == (other, "50")


@pytest.mark.long
def test_what_was_billed_for_a_line_that_is_no_more_becomes_a_line_of_its_own(
    app: Flask, coordinator: Staff, reference: str, address: str
) -> None:
    with request_of(app, reference) as found:
        ours = {line["code"] for line in bills.compared_with(found).lines}
    with request_of(app, ask(app, plan=OTHER)) as found:
        gone = next(line["code"] for line in bills.compared_with(found).lines if line["code"] not in ours)
        other = estimates.by_reference(acting(), found.estimate_reference)
        of = requests.get(reference)
        assert of is not None
        day = (NOW + timedelta(days=30)).date()
        items = [bills.Item(Decimal(50), gone)]
        bill = bills.Entered(Decimal(9500), "USD", day, items)
        bills.enter(acting(actor="user:1"), of, bill, estimate=other, sure=True)
        db.session.commit()
    page = coordinator.bring(f"{address}/spreadsheet", content_of(taken_out(coordinator, address)))
    assert "The spreadsheet changes nothing." in page.text
    assert (page.value("label-0"), page.value("amount-0")) == (gone, "50")


def test_a_withdrawn_bill_counts_no_more_and_can_be_entered_anew(
    app: Flask, coordinator: Staff, reference: str, address: str
) -> None:
    enter(coordinator, address, total=likely(app, reference))
    coordinator.see(f"{address}/withdraw")
    page = coordinator.press("Withdraw it")
    assert "No final bill counts for this request." in page.text
    assert "Withdrawn by" in page.text
    enter(coordinator, address, total=likely(app, reference))
    assert [bill.ended_as for bill in the_bills(app)] == ["withdrawn", None]


def test_after_the_person_was_removed_nothing_is_entered(
    app: Flask, coordinator: Staff, reference: str, address: str
) -> None:
    coordinator.see(f"{address}/enter")
    with request_of(app, reference) as found:
        erasure.erase(acting(actor="user:1"), found)
    page = coordinator.press("Keep the bill", total="9500", day=today())
    assert page.status in (404, 409, 410)
    assert the_bills(app) == []


def taken_out(person: Staff, address: str) -> openpyxl.Workbook:
    answer = person.client.get(f"{address}/bill.xlsx")
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    answer.close()
    return book


def content_of(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def row_of(book: openpyxl.Workbook, code: str) -> int:
    return [cell.value for cell in book.active["A"]].index(code) + 1


def test_a_spreadsheet_is_filled_in_and_looked_at_before_it_counts(
    app: Flask, coordinator: Staff, address: str
) -> None:
    book = taken_out(coordinator, address)
    sheet = book.active
    sheet.cell(2, 5, 9000)
    sheet.cell(row_of(book, "+total"), 5, 9500.5)
    sheet.cell(row_of(book, "+day"), 5, today())
    last = sheet.max_row + 1
    sheet.cell(last, 2, "A wheelchair")
    sheet.cell(last, 5, 350.5)
    page = coordinator.bring(f"{address}/spreadsheet", content_of(book))
    assert "Nothing is kept yet." in page.text
    assert (page.value("total"), page.value("day")) == ("9,500.5", today())
    assert (page.value("label-0"), page.value("amount-0")) == ("A wheelchair", "350.5")
    assert the_bills(app) == []
    coordinator.press("Keep the bill")
    (bill,) = the_bills(app)
    assert bill.total == "9500.50"


def test_what_a_spreadsheet_has_wrong_is_told_by_its_cell_and_is_not_offered_to_be_kept(
    app: Flask, coordinator: Staff, address: str
) -> None:
    book = taken_out(coordinator, address)
    sheet = book.active
    total, day = row_of(book, "+total"), row_of(book, "+day")
    typed = {2: "a lot", 3: -500, total: 9500.005, day: "tomorrow"}
    for row, value in typed.items():
        sheet.cell(row, 5, value)
    sheet.cell(4, 5, 9000).number_format = "#,##0.00 [$EUR]"
    last = sheet.max_row + 1
    sheet.cell(last, 1, "unknown")
    sheet.cell(last, 5, 1)
    sheet.cell(last + 1, 5, 2)
    page = coordinator.bring(f"{address}/spreadsheet", content_of(book))
    assert page.status == 422
    said = page.text
    for row, sentence in (
        (2, "“a lot” cannot be read as an amount in USD."),
        (3, "What was billed is not below 0."),
        (
            4,
            "“9000 EUR” is in another currency: the estimate and the quote are in USD. Enter what was charged",
        ),
        (total, "has at most 2 decimals"),
        (day, "Enter a day like this: 2026-12-25."),
    ):
        assert f"Sheet “Bill”, row {row}, column E (Billed): " in said, row
        assert sentence in said
    wrong = "Neither the estimate nor the quote has a line “unknown”."
    assert f"Sheet “Bill”, row {last}, column A (Code): {wrong}" in said
    assert f"row {last + 1}, column B (Item): Enter what it was billed for." in said
    assert "Keep the bill" not in said
    assert the_bills(app) == []


def test_ten_times_as_much_in_a_spreadsheet_is_asked_about_before_it_is_kept(
    app: Flask, coordinator: Staff, reference: str, address: str
) -> None:
    book = taken_out(coordinator, address)
    total = row_of(book, "+total")
    book.active.cell(total, 5, float(Decimal(likely(app, reference)) * 10))
    book.active.cell(row_of(book, "+day"), 5, today())
    page = coordinator.bring(f"{address}/spreadsheet", content_of(book))
    assert f"Sheet “Bill”, row {total}, column E (Billed): USD" in page.text
    assert "is ten times what was expected or more" in page.text
    coordinator.press("Keep the bill", sure="yes")
    assert len(the_bills(app)) == 1


def test_a_day_to_come_in_a_spreadsheet_is_told_by_its_cell(
    app: Flask, coordinator: Staff, address: str
) -> None:
    book = taken_out(coordinator, address)
    day = row_of(book, "+day")
    book.active.cell(row_of(book, "+total"), 5, 9500)
    book.active.cell(day, 5, "2027-12-24")
    page = coordinator.bring(f"{address}/spreadsheet", content_of(book))
    assert f"row {day}, column E (Billed): The day of the bill is not before" in page.text
    assert "Keep the bill" not in page.text


@pytest.mark.long
def test_what_was_kept_comes_back_from_its_spreadsheet_unchanged(
    app: Flask, coordinator: Staff, address: str
) -> None:
    coordinator.see(f"{address}/enter")
    coordinator.send("Keep the bill", {"day": today(), "total": "9500", "label-0": "=2+2", "amount-0": "1.5"})
    page = coordinator.bring(f"{address}/spreadsheet", content_of(taken_out(coordinator, address)))
    assert "The spreadsheet changes nothing." in page.text
    assert page.value("label-0") == "=2+2"


@pytest.mark.long
@pytest.mark.parametrize("content", [b"no spreadsheet", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_a_file_that_is_no_spreadsheet_changes_nothing(
    app: Flask, coordinator: Staff, address: str, content: bytes
) -> None:
    page = coordinator.bring(f"{address}/spreadsheet", content)
    assert page.status == 422
    assert "Nothing was changed." in page.text


def test_a_spreadsheet_whose_total_is_in_another_currency_is_refused(
    app: Flask, coordinator: Staff, address: str
) -> None:
    book = taken_out(coordinator, address)
    total = row_of(book, "+total")
    book.active.cell(total, 2, "In all, EUR")
    book.active.cell(total, 5, 9500)
    page = coordinator.bring(f"{address}/spreadsheet", content_of(book))
    assert page.status == 422
    assert (
        f"Sheet “Bill”, row {total}, column B (Item): The amounts of this spreadsheet are in EUR" in page.text
    )


def test_a_spreadsheet_of_another_request_is_refused(app: Flask, coordinator: Staff, address: str) -> None:
    book = taken_out(coordinator, address)
    book["about"]["B1"] = "REQ-2222-2222"
    page = coordinator.bring(f"{address}/spreadsheet", content_of(book))
    assert page.status == 422
    assert "another request" in page.text


def test_of_few_bills_no_figures_are_given(
    app: Flask, coordinator: Staff, reference: str, address: str
) -> None:
    assert "No final bill was entered" in coordinator.see("/desk/bills").text
    enter(coordinator, address, total=likely(app, reference))
    page = coordinator.see("/desk/bills")
    assert "Fewer than 11 comparable bills yet." in page.text
    assert "inside the range" not in page.text


def test_the_page_of_ranges_names_the_bill_that_makes_an_end_and_estimates_of_one_figure(
    app: Flask, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    with app.app_context():
        version = example.publish()
        history(version, ["4400.00"] * 18 + ["44000.00"])
        references = [
            bill.request.reference
            for bill in db.session.query(FinalBill).filter_by(total="44000.00")
            if bill.request is not None
        ]
    page = sign_in(app, "coordinator").see("/desk/bills")
    (reference,) = references
    assert f"The upper end is the bill of: {reference}" in page.text
    assert "No bill is above the upper end" in page.text
    assert "In 19 of these 19 cases the estimate gave one figure and no range." in page.text


def test_a_formula_without_a_value_and_an_error_in_a_spreadsheet_are_called_so(
    coordinator: Staff, address: str
) -> None:
    book = taken_out(coordinator, address)
    sheet = book.active
    last = sheet.max_row + 1
    sheet.cell(2, 5, "=E3*2")
    sheet.cell(row_of(book, "+day"), 5, "=TODAY()")
    sheet.cell(3, 5, "#REF!").data_type = "e"
    sheet.cell(last, 2, "=A2")
    sheet.cell(last, 5, 10)
    sheet.cell(last + 1, 1, "=A3")
    sheet.cell(last + 1, 5, 20)
    said = coordinator.bring(f"{address}/spreadsheet", content_of(book)).text
    formula = "This is a formula without a value. Open the file, let it be calculated, and save it."
    for row, column in ((2, "E (Billed)"), (row_of(book, "+day"), "E (Billed)"), (last, "B (Item)")):
        assert f"row {row}, column {column}: {formula}" in said
    assert f"row {last + 1}, column A (Code): {formula}" in said
    assert "row 3, column E (Billed): The cell shows an error, “#REF!”." in said
    assert "This is no amount." not in said


def test_far_too_many_further_lines_are_one_sentence_with_their_number(
    coordinator: Staff, address: str
) -> None:
    book = taken_out(coordinator, address)
    sheet = book.active
    last = sheet.max_row + 1
    for row in range(last, last + 300):
        sheet.cell(row, 2, "A wheelchair")
        sheet.cell(row, 5, 1)
    said = coordinator.bring(f"{address}/spreadsheet", content_of(book)).text
    sentence = "There are 300 further lines, and a bill has at most 20. Put some of them together."
    assert f"row {last + 20}, column B (Item): {sentence}" in said
    assert said.count("Put some of them together.") == 1


def test_a_code_that_was_replaced_by_that_of_another_item_is_told_although_one_row_is_empty(
    coordinator: Staff, address: str
) -> None:
    book = taken_out(coordinator, address)
    sheet = book.active
    code = sheet.cell(3, 1).value
    sheet.cell(2, 1, code)
    sheet.cell(2, 5, 9000)
    page = coordinator.bring(f"{address}/spreadsheet", content_of(book))
    assert page.status == 422
    assert (
        f"row 3, column A (Code): The code “{code}” stands in row 2 as well. Give each row the code of its own "
        "item, or delete one of them."
    ) in page.text
    assert "Keep the bill" not in page.text
