"""Reports: what was accepted and declined, each currency by itself, and the list of quotes as a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal

import pytest
import time_machine
from flask import Flask
from openpyxl import load_workbook

from estimator import audit, clinic, price_lists, quotes, spreadsheets
from estimator.db import db
from estimator.models.staff import Role
from estimator.privacy import erasure
from estimator.quotes import drafts
from estimator.reports import years
from estimator.web.desk.reports import page as report
from pricing.quote import Adjustment
from tests.support.acts import acting
from tests.support.delhi_list import DELHI
from tests.support.quote_desk import NAME, accept, ask, decline, newest, now, page, request_of, settings_of
from tests.support.staff_browser import Page, Staff

SPACE = "\N{NO-BREAK SPACE}"


def issue(app: Flask, reference: str, *, amount: str | None = None) -> None:
    """Issue the next revision of a request's quote, USD 15,890.40 and an adjustment."""
    settings, moment = settings_of(app), now()
    with request_of(app, reference) as found:
        draft = drafts.begin(acting(actor="user:1", now=moment, settings=settings), found)
        lines = [] if amount is None else [Adjustment(Decimal(amount), "Agreed", "By telephone")]
        draft = drafts.change(
            acting(actor="user:1", now=moment, settings=settings), draft, save=draft.save, adjustments=lines
        )
        state = drafts.preview(acting(clinic=clinic.current(), now=moment, settings=settings), draft)
        quotes.issue(
            acting(clinic=clinic.current(), actor="user:1", now=moment, settings=settings),
            found,
            save=draft.save,
            fingerprint=state.fingerprint,
        )


def cells(shown: Page) -> list[list[str]]:
    """Return the table of figures, row by row."""
    (table,) = shown.all("table", class_="cards by-month")
    return [
        ["".join(cell.itertext()).replace(SPACE, " ") for cell in row.iter() if cell.tag in ("th", "td")]
        for row in table.iter("tr")
    ][1:]


def rows_of_csv(content: bytes) -> list[dict[str, str]]:
    """Read a CSV file."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


@pytest.fixture(autouse=True)
def sums_of_few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the sum of a single quote be told, but where a test is about that it is not."""
    if "few" not in request.node.name:
        monkeypatch.setattr(report, "FEW", 1)


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ([0, 0], [True, True]),
        ([12, 30], [True, True]),
        ([12, 30, 3], [False, True, False]),
        ([12, 6, 6], [True, False, False]),
        ([12, 2, 2], [False, False, False]),
        ([3, 0], [False, True]),
    ],
)
def test_the_sum_of_few_quotes_is_not_told_nor_what_it_could_be_worked_out_from(
    counts: list[int], told: list[bool]
) -> None:
    assert report._told(counts) == told


def test_a_month_with_few_accepted_quotes_shows_how_many_and_no_sum(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    issue(app, reference)
    accept(app, reference)
    assert cells(coordinator.see("/desk/reports"))[-1] == ["2026", "1", "1", "–", "0", "USD 0.00"]
    assert "15,890.40" not in coordinator.page.text


def test_a_year_without_quotes_says_so(coordinator: Staff) -> None:
    shown = coordinator.see("/desk/reports")
    assert "Nothing was issued, accepted or declined in this year." in shown.text
    assert "No request came in this year, and no estimate was made." in shown.text
    assert shown.all("table") == []


@pytest.mark.long
def test_each_month_tells_what_was_accepted_and_declined(
    app: Flask, sign_in: Callable[[Flask, Role], Staff], clock: time_machine.Traveller
) -> None:
    references = [ask(app, name=f"Person {number}") for number in range(4)]
    for number, reference in enumerate(references):
        issue(app, reference, amount=f"-{number}00" if number else None)
    issue(app, references[3])
    accept(app, references[0])
    accept(app, references[1])
    decline(app, references[2])
    # In Kolkata December has begun.
    clock.move_to("2026-11-30T18:31:00Z")
    accept(app, references[3])
    shown = sign_in(app, "coordinator").see("/desk/reports")
    assert cells(shown) == [
        ["December", "0", "1", "USD 15,890.40", "0", "USD 0.00"],
        ["November", "4", "2", "USD 31,680.80", "1", "USD 15,690.40"],
        ["2026", "4", "3", "USD 47,571.20", "1", "USD 15,690.40"],
    ]
    widths = [
        rect.get("width")
        for rect in shown.all("{http://www.w3.org/2000/svg}rect")
        if "bar-track" not in str(rect.get("class"))
    ]
    assert widths[-4:] == ["50.16", "0.00", "100.00", "49.53"]


def test_an_acceptance_that_was_taken_back_does_not_count(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    issue(app, reference)
    accept(app, reference)
    with newest(app, reference) as revision:
        quotes.take_back(acting(now=now(), settings=settings_of(app)), revision)
    assert cells(coordinator.see("/desk/reports"))[0] == ["November", "1", "0", "USD 0.00", "0", "USD 0.00"]


def test_an_acceptance_that_ended_with_another_revision_does_not_count_until_the_patient_accepts_again(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app)
    issue(app, reference)
    accept(app, reference)
    issue(app, reference, amount="-100.00")
    shown = coordinator.see("/desk/reports")
    assert cells(shown)[0] == ["November", "1", "0", "USD 0.00", "0", "USD 0.00"]
    figures, *_sum = rows_of_csv(coordinator.see("/desk/reports/figures.csv?year=2026&by=month").content)
    assert (figures["Quoted"], figures["Accepted"]) == ("1", "0")
    accept(app, reference)
    assert cells(coordinator.see("/desk/reports"))[0][2:4] == ["1", "USD 15,790.40"]


def test_a_quote_that_was_declined_and_then_accepted_counts_once_as_accepted(
    app: Flask, sign_in: Callable[[Flask, Role], Staff], clock: time_machine.Traveller
) -> None:
    reference, other = ask(app), ask(app, name="Otto Plumb")
    for each in (reference, other):
        issue(app, each)
        decline(app, each)
    issue(app, reference, amount="-100.00")
    issue(app, other, amount="-200.00")
    clock.move_to("2026-11-30T18:31:00Z")  # December in Kolkata
    accept(app, reference)
    assert cells(sign_in(app, "coordinator").see("/desk/reports")) == [
        ["December", "0", "1", "USD 15,790.40", "0", "USD 0.00"],
        ["November", "2", "0", "USD 0.00", "1", "USD 15,890.40"],
        ["2026", "2", "1", "USD 15,790.40", "1", "USD 15,890.40"],
    ]


def test_a_decision_counts_again_once_the_later_one_is_taken_back(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    issue(app, reference)
    decline(app, reference)
    issue(app, reference, amount="-100.00")
    accept(app, reference)
    with newest(app, reference) as revision:
        quotes.take_back(acting(now=now(), settings=settings_of(app)), revision)
    assert cells(coordinator.see("/desk/reports"))[0] == [
        "November",
        "1",
        "0",
        "USD 0.00",
        "1",
        "USD 15,890.40",
    ]


def test_amounts_of_two_currencies_are_never_added(app: Flask, coordinator: Staff) -> None:
    with app.app_context():
        other = DELHI.replace('table = "delhi"', 'table = "lima"').replace('"USD"', '"EUR"')
        price_lists.import_(acting(actor="command line", now=now()), other)
        db.session.commit()
    for slug in ("delhi", "lima"):
        reference = ask(app, slug=slug)
        issue(app, reference)
        accept(app, reference)
    shown = coordinator.see("/desk/reports")
    assert [str(heading.get("id")) for heading in shown.all("h3")] == ["in-EUR", "in-USD"]
    sums = [" ".join("".join(row.itertext()).split()) for row in shown.all("tr", class_="sum")][1:]
    assert ["EUR 15,890.40" in sums[0], "USD 15,890.40" in sums[1]] == [True, True]
    assert "31,780.80" not in shown.html


@pytest.mark.parametrize("year", ["x", "1999", "3000", "20261", "٢٠٢٦"])
def test_what_is_no_year_is_not_found(coordinator: Staff, year: str) -> None:
    for path in ("", "/quotes.csv", "/quotes.xlsx", "/requests.jsonl", "/figures.csv"):
        assert coordinator.see(f"/desk/reports{path}?year={year}").status == 404


def test_the_list_of_quotes_is_a_spreadsheet(app: Flask, coordinator: Staff) -> None:
    name = '=HYPERLINK("http://example.org")'
    first, second = ask(app), ask(app, name=name)
    issue(app, first, amount="-250.50")
    issue(app, first)
    issue(app, second, amount="100")
    decline(app, second, "price")
    answer = coordinator.see("/desk/reports/quotes.csv?year=2026")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="quotes-2026.csv"'
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = rows_of_csv(answer.content)
    assert [(row["Number"], row["Revision"], row["Status"]) for row in rows] == [
        ("Q-2026-00002", "1", "declined"),
        ("Q-2026-00001", "2", "current"),
        ("Q-2026-00001", "1", "replaced"),
    ]
    assert [(row["Total"], row["Adjustments in it"], row["Currency"]) for row in rows] == [
        ("15990.40", "100.00", "USD"),
        ("15890.40", "0.00", "USD"),
        ("15639.90", "-250.50", "USD"),
    ]
    assert [row["Patient"] for row in rows] == [f"'{name}", NAME, NAME]
    assert rows[0]["Reason"] == "price"
    assert rows[0]["Decided (UTC)"] == "2026-11-10T09:00:00Z"

    answer = coordinator.see("/desk/reports/quotes.xlsx")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="quotes.xlsx"'
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet.title == "Quotes"
    found = list(sheet.iter_rows(values_only=True))
    assert len(found) == 4
    at = found[0].index("Total")
    assert [Decimal(str(row[at])) for row in found[1:]] == [
        Decimal("15990.40"),
        Decimal("15890.40"),
        Decimal("15639.90"),
    ]
    assert found[1][-1] == name
    assert sheet.cell(2, len(found[0])).data_type == "s"


def test_a_list_has_the_rows_of_its_year(
    app: Flask, sign_in: Callable[[Flask, Role], Staff], clock: time_machine.Traveller
) -> None:
    issue(app, ask(app))
    clock.move_to("2026-12-31T18:31:00Z")  # the new year has begun in Kolkata
    issue(app, ask(app))
    coordinator = sign_in(app, "coordinator")
    numbers = {
        year: [
            row["Number"] for row in rows_of_csv(coordinator.see(f"/desk/reports/quotes.csv{year}").content)
        ]
        for year in ("", "?year=2026", "?year=2027")
    }
    assert numbers == {
        "": ["Q-2027-00001", "Q-2026-00001"],
        "?year=2026": ["Q-2026-00001"],
        "?year=2027": ["Q-2027-00001"],
    }


def test_the_number_of_revisions_is_that_of_the_clinics_year(
    app: Flask, clock: time_machine.Traveller, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    for moment in ("2026-12-31T18:29:00Z", "2026-12-31T18:31:00Z"):  # before and after midnight in Kolkata
        clock.move_to(moment)
        issue(app, ask(app))
    coordinator = sign_in(app, "coordinator")
    assert "1 revision was issued in 2026." in coordinator.see("/desk/reports?year=2026").text
    assert "1 revision was issued in 2027." in coordinator.see("/desk/reports?year=2027").text


def test_a_list_has_no_more_rows_than_it_says(
    app: Flask, coordinator: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = ask(app)
    for _revision in range(3):
        issue(app, reference)
    monkeypatch.setattr(spreadsheets, "MOST_ROWS", 2)
    shown = coordinator.see("/desk/reports")
    assert "A file holds at most 2 rows, the newest." in shown.text
    assert "There are more in all years together" in shown.text
    rows = rows_of_csv(coordinator.see("/desk/reports/quotes.csv").content)
    assert [row["Revision"] for row in rows] == ["3", "2"]


def test_a_list_that_is_read_piece_by_piece_misses_nothing(
    app: Flask, coordinator: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = ask(app)
    for _revision in range(5):
        issue(app, reference)
    monkeypatch.setattr(years, "PIECE", 2)
    rows = rows_of_csv(coordinator.see("/desk/reports/quotes.csv").content)
    assert [row["Revision"] for row in rows] == ["5", "4", "3", "2", "1"]
    assert {row["Patient"] for row in rows} == {NAME}
    sheet = load_workbook(io.BytesIO(coordinator.see("/desk/reports/quotes.xlsx").content)).active
    assert sheet.max_row == 6


def test_whose_person_was_erased_has_no_name(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    issue(app, reference)
    with request_of(app, reference) as found:
        erasure.erase(acting(now=now()), found)
    (row,) = rows_of_csv(coordinator.see("/desk/reports/quotes.csv").content)
    assert (row["Patient"], row["Total"]) == ("", "15890.40")


def test_approvers_read_reports_and_price_editors_do_not(
    app: Flask, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    approver, editor = sign_in(app, "approver"), sign_in(app, "price_editor")
    for path in ("/desk/reports", "/desk/reports/quotes.csv", "/desk/reports/quotes.xlsx"):
        assert (approver.see(path).status, editor.see(path).status) == (200, 403)


def test_who_downloads_the_list_of_quotes_stands_in_the_trail(app: Flask, coordinator: Staff) -> None:
    """It has names in it, and leaves the house."""
    coordinator.see("/desk/reports")
    for path in ("quotes.csv?year=2026", "quotes.xlsx"):
        assert coordinator.see(f"/desk/reports/{path}").status == 200
    with app.app_context():
        told = [
            (entry.subject, json.loads(entry.detail), entry.actor)
            for entry in audit.entries(9)
            if entry.action == "quotes.downloaded"
        ]
    assert told == [
        ("quotes", {"kind": "xlsx"}, told[0][2]),
        ("quotes-2026", {"kind": "csv"}, told[0][2]),
    ]
    assert told[0][2].startswith("user:")


def test_the_page_of_a_quote_is_reached_from_its_request(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    assert page(reference) in coordinator.see(f"/desk/requests/{reference}").html
