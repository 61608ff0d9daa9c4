"""Reports of requests: how many came, how soon they were answered, what became of them; and the list of them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from openpyxl import load_workbook

from estimator import audit, clinic, quotes, requests
from estimator.db import db
from estimator.models.staff import Role
from estimator.privacy import erasure
from estimator.quotes import drafts
from estimator.reports import answer_times
from tests.support.acts import acting
from tests.support.quote_desk import NAME, accept, ask, decline, now, request_of, settings_of
from tests.support.staff_browser import Page, Staff


def answer(app: Flask, reference: str) -> None:
    """Answer a request with words."""
    with request_of(app, reference) as found:
        act = acting(actor="user:1", now=now(), settings=settings_of(app), clinic=clinic.current())
        requests.answer(act, found, "We read your papers.")


def issue(app: Flask, reference: str) -> None:
    """Issue the quote of a request."""
    with request_of(app, reference) as found:
        act = acting(actor="user:1", now=now(), settings=settings_of(app), clinic=clinic.current())
        draft = drafts.begin(act, found)
        quotes.issue(act, found, save=draft.save, fingerprint=drafts.preview(act, draft).fingerprint)


def rows(shown: Page) -> list[list[str]]:
    """Return the table of requests, row by row."""
    (table,) = shown.all("table", class_="cards year-of-requests")
    found = [[cell for cell in row.iter() if cell.tag in ("th", "td")] for row in table.iter("tr")]
    return [["".join(cell.itertext()).replace("\N{NO-BREAK SPACE}", " ") for cell in row] for row in found][
        1:
    ]


def test_each_month_tells_what_came_and_what_became_of_it(
    app: Flask, sign_in: Callable[[Flask, Role], Staff], clock: time_machine.Traveller
) -> None:
    answered, declined, silent = (ask(app, name=f"Person {number}") for number in range(3))
    issue(app, declined)
    clock.shift(timedelta(days=30))  # far beyond the day on which an answer was due
    answer(app, answered)
    decline(app, declined)
    accepted = ask(app)
    issue(app, accepted)
    accept(app, accepted)
    assert silent
    assert rows(sign_in(app, "coordinator").see("/desk/reports")) == [
        # month, estimates, requests, answered, half, 90 %, in time, quoted, accepted, declined
        ["December", "1", "1", "1", "–", "–", "1", "1", "1", "0"],
        ["November", "3", "3", "2", "–", "–", "1", "1", "0", "1"],
        ["2026", "4", "4", "3", "–", "–", "2", "2", "1", "1"],
    ]


def test_times_are_told_of_enough_answers_and_are_times_that_were_observed(
    app: Flask, sign_in: Callable[[Flask, Role], Staff], clock: time_machine.Traveller
) -> None:
    references = [ask(app, name=f"Person {number}") for number in range(answer_times.FEW)]
    for reference in references[:-1]:
        clock.shift(timedelta(hours=2))
        answer(app, reference)
    assert rows(sign_in(app, "coordinator").see("/desk/reports"))[0][4:6] == ["–", "–"]
    clock.shift(timedelta(days=3))
    answer(app, references[-1])
    # The 6th and the 10th of 2, 4, ... 20 hours and 3 days more.
    assert rows(sign_in(app, "coordinator").see("/desk/reports"))[0][4:6] == ["12 hours", "20 hours"]


@pytest.mark.parametrize(("percent", "expected"), [(50, 6), (90, 10), (100, 11)])
def test_between_two_observed_times_the_longer_one_is_told(percent: int, expected: int) -> None:
    group = answer_times.Group("", times=[timedelta(hours=hours) for hours in range(11, 0, -1)])
    assert group.within(percent) == timedelta(hours=expected)
    assert answer_times.Group("", times=group.times[1:]).within(percent) is None


def test_countries_of_few_people_are_one_row(app: Flask, coordinator: Staff) -> None:
    for country in [*["DE"] * 11, *["FR"] * 2, "IT", ""]:
        ask(app, country=country)
    assert [row[:3] for row in rows(coordinator.see("/desk/reports?by=country"))] == [
        ["Germany", "11", "0"],
        ["3 countries with few requests", "fewer than 11", "–"],
        ["2026", "15", "0"],
    ]


def test_no_bar_draws_a_count_that_the_table_hides(app: Flask, coordinator: Staff) -> None:
    for country in [*["DE"] * 11, *["FR"] * 2, "IT", ""]:
        ask(app, country=country)
    (bars,) = coordinator.see("/desk/reports?by=country").all("ul", class_="histogram by-month")
    assert ["".join(bar.itertext()).strip() for bar in bars] == ["Germany"]


def test_where_every_count_is_hidden_nothing_is_drawn(app: Flask, coordinator: Staff) -> None:
    ask(app, country="FR")
    shown = coordinator.see("/desk/reports?by=country")
    assert shown.all("ul", class_="histogram by-month") == []


@pytest.mark.long
def test_a_single_country_of_few_people_does_not_follow_from_the_others(
    app: Flask, coordinator: Staff
) -> None:
    for country in [*["DE"] * 12, *["FR"] * 11, "IT"]:
        ask(app, country=country)
    assert [row[:2] for row in rows(coordinator.see("/desk/reports?by=country"))] == [
        ["Germany", "12"],
        ["2 countries with few requests", "12"],
        ["2026", "24"],
    ]


def test_lists_and_coordinators_have_rows_of_their_own(app: Flask, coordinator: Staff) -> None:
    first, _second = ask(app), ask(app)
    with request_of(app, first) as found:
        act = acting(actor="user:1", now=now(), settings=settings_of(app))
        requests.assign(act, found, 1, changes=found.changes)
    assert rows(coordinator.see("/desk/reports?by=list"))[0][:3] == ["delhi", "2", "2"]
    by_coordinator = [row[:2] for row in rows(coordinator.see("/desk/reports?by=coordinator"))]
    assert by_coordinator[0] == ["nobody", "1"]
    assert "@" in by_coordinator[1][0]
    assert coordinator.see("/desk/reports?by=diagnosis").status == 404


def test_the_figures_are_a_spreadsheet_too_and_hide_as_much(app: Flask, coordinator: Staff) -> None:
    for country in [*["DE"] * 11, "FR", "IT"]:
        ask(app, country=country)
    file = coordinator.see("/desk/reports/figures.csv?by=country&year=2026")
    assert file.headers["Content-Disposition"] == 'attachment; filename="figures-by-country-2026.csv"'
    found = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"), newline="")))
    assert [row[:3] for row in found[1:]] == [
        ["Germany", "11", "0"],
        ["2 countries with few requests", "fewer than 11", ""],
        ["2026", "13", "0"],
    ]
    sheet = load_workbook(io.BytesIO(coordinator.see("/desk/reports/figures.xlsx?by=month").content)).active
    assert [cell.value for cell in sheet[2]][:4] == ["November", 13, 13, 0]


@pytest.mark.long
def test_why_quotes_were_declined_is_counted_without_pointing_at_anybody(
    app: Flask, coordinator: Staff
) -> None:
    for number in range(12):
        reference = ask(app, name=f"Person {number}")
        issue(app, reference)
        decline(app, reference, "price" if number else "health")
    (reasons,) = coordinator.see("/desk/reports").all("dl", class_="short-facts")
    said = [each.text for pair in reasons for each in pair]
    assert said == ["the price", "11", "health has changed", "fewer than 11"]


def test_the_list_of_requests_is_a_spreadsheet(
    app: Flask, sign_in: Callable[[Flask, Role], Staff], clock: time_machine.Traveller
) -> None:
    name = '=HYPERLINK("http://example.org")'
    first, second = ask(app), ask(app, name=name, country="FR", patient="Otto Plumb")
    clock.shift(timedelta(hours=5))
    issue(app, first)
    coordinator = sign_in(app, "coordinator")
    file = coordinator.see("/desk/reports/requests.csv?year=2026")
    assert file.headers["Content-Disposition"] == 'attachment; filename="requests-2026.csv"'
    found = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"), newline=""), strict=True))
    assert [(row["Request"], row["Status"], row["Quote"], row["Name"]) for row in found] == [
        (second, "new", "", f"'{name}"),
        (first, "quoted", "Q-2026-00001", NAME),
    ]
    assert [row["Patient"] for row in found] == ["Otto Plumb", NAME], "who asked is often somebody else"
    assert [row["First answer (UTC)"] for row in found] == ["", f"{now():%Y-%m-%dT%H:%M:%SZ}"]
    assert [row["Country"] for row in found] == ["FR", "DE"]
    sheet = load_workbook(io.BytesIO(coordinator.see("/desk/reports/requests.xlsx").content)).active
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == ["Request", second, first]


def test_json_lines_have_names_of_columns_in_no_language_and_ids_that_stay(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app)
    issue(app, reference)
    issue(app, reference)
    with request_of(app, reference) as found:
        erasure.erase(acting(now=now()), found)
    lines = [
        json.loads(line) for line in coordinator.see("/desk/reports/requests.jsonl").content.splitlines()
    ]
    assert [(each["id"], each["name"], each["patient"], each["quote"]) for each in lines] == [
        (reference, None, None, "Q-2026-00001")
    ]
    assert lines[0]["received_at"] == "2026-11-10T09:00:00Z"
    assert lines[0]["total"].count(".") == 1
    lines = [json.loads(line) for line in coordinator.see("/desk/reports/quotes.jsonl").content.splitlines()]
    assert [(each["id"], each["total"]) for each in lines] == [
        ("Q-2026-00001/2", "15890.40"),
        ("Q-2026-00001/1", "15890.40"),
    ]


def test_who_takes_the_list_of_requests_along_stands_in_the_trail(app: Flask, coordinator: Staff) -> None:
    for path in ("requests.csv?year=2026", "requests.jsonl", "figures.csv"):
        assert coordinator.see(f"/desk/reports/{path}").status == 200
    with app.app_context():
        told = [
            (entry.subject, json.loads(entry.detail))
            for entry in audit.entries(9)
            if entry.action.endswith(".downloaded")
        ]
        db.session.rollback()
    assert told == [("requests", {"kind": "jsonl"}), ("requests-2026", {"kind": "csv"})]


def test_a_request_counts_in_the_year_of_the_clinic(
    app: Flask, sign_in: Callable[[Flask, Role], Staff], clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2026, 12, 31, 18, 31, tzinfo=UTC))  # the new year has begun in Kolkata
    ask(app)
    clock.move_to(datetime(2027, 1, 2, tzinfo=UTC))
    coordinator = sign_in(app, "coordinator")
    assert rows(coordinator.see("/desk/reports"))[0][:3] == ["January", "1", "1"]
    assert coordinator.see("/desk/reports?year=2026").all("table") == []
