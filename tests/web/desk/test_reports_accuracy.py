"""The report of final bills: pictures, the figures under them, and the same figures as a spreadsheet."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
import time_machine
from flask import Flask

from estimator import bills, clinic
from estimator.db import db
from estimator.models.staff import Role
from tests.support.acts import acting
from tests.support.quote_desk import ask, now, request_of, settings_of
from tests.support.staff_browser import Page, Staff

SPACE = "\N{NO-BREAK SPACE}"

PAGE = "/desk/reports/accuracy"


def with_bills(app: Flask, count: int) -> None:
    """Enter a bill of the likely total for each of so many requests, and the last one far above."""
    references = [ask(app, name=f"Person {number}") for number in range(count)]
    for number, reference in enumerate(references):
        with request_of(app, reference) as found:
            act = acting(clinic=clinic.current(), actor="user:1", now=now(), settings=settings_of(app))
            cases = bills.compared_with(found).cases
            assert cases is not None
            total = Decimal(cases["likely"]) if number < count - 1 else Decimal(cases["high"]) * 3
            bills.enter(act, found, bills.Entered(total, "USD", now().date()), sure=True)
            db.session.commit()


def cells(shown: Page) -> list[list[str]]:
    (table,) = shown.all("table")
    return [
        ["".join(cell.itertext()).replace(SPACE, " ") for cell in row.iter() if cell.tag in ("th", "td")]
        for row in table.iter("tr")
    ][1:]


@pytest.mark.parametrize("by", ["month", "list", "cells", "rehabilitation", "adjustments"])
def test_a_report_over_nothing_is_a_sentence(coordinator: Staff, by: str) -> None:
    shown = coordinator.see(f"{PAGE}?by={by}")
    assert "No final bill is of this year." in shown.text
    assert shown.all("table") == []
    assert coordinator.see(f"{PAGE}.csv?by={by}").content.decode().count("\n") == 1


def test_figures_and_their_picture_say_the_same(app: Flask, sign_in: Callable[[Flask, Role], Staff]) -> None:
    with_bills(app, 12)
    person = sign_in(app, "coordinator")
    shown = person.see(PAGE)
    row = ["12", "11 of 12 (92 %)", "1 of 12 (8 %)", "100 %", "–", "0"]
    assert cells(shown) == [[shown_month(), *row], [str(now().year), *row]]
    fills = [rect.get("width") for rect in shown.all("{http://www.w3.org/2000/svg}rect", class_="bar-fill")]
    assert fills == ["91.67"]
    for by in ("list", "cells", "rehabilitation", "adjustments"):
        assert cells(person.see(f"{PAGE}?by={by}"))[0][1:] == row
    book = openpyxl.load_workbook(io.BytesIO(person.see(f"{PAGE}.xlsx?by=adjustments").content))
    (_heading, first, whole) = book.worksheets[0].iter_rows(values_only=True)
    assert first == ("There was no quote", 12, 12, 11, 1, 100, None, 0)
    assert whole[1:] == first[1:]


def shown_month() -> str:
    return f"{now():%B %Y}"


def test_of_few_bills_neither_figures_nor_bars_are_shown(
    app: Flask, sign_in: Callable[[Flask, Role], Staff], clock: time_machine.Traveller
) -> None:
    with_bills(app, 10)
    clock.shift(timedelta(hours=1))
    person = sign_in(app, "coordinator")
    shown = person.see(f"{PAGE}?by=cells")
    assert [row[1:] for row in cells(shown)] == [["fewer than 11", "–", "–", "–", "–", "–"]] * 2
    assert shown.all("{http://www.w3.org/2000/svg}rect") == []
    (_heading, first, _whole) = person.see(f"{PAGE}.csv?by=cells").content.decode().splitlines()
    assert first.endswith(",fewer than 11,,,,,,")


def test_a_month_of_few_bills_cannot_be_worked_out_from_the_total(
    app: Flask, sign_in: Callable[[Flask, Role], Staff], clock: time_machine.Traveller
) -> None:
    with_bills(app, 11)
    clock.shift(timedelta(days=31))
    with_bills(app, 1)
    person = sign_in(app, "coordinator")
    few, other, whole = cells(person.see(PAGE))
    assert few[1:] == ["fewer than 11", "–", "–", "–", "–", "–"]
    assert other[1:] == ["not told", "–", "–", "–", "–", "–"]
    assert whole[1] == "12"
    lines = person.see(f"{PAGE}.csv").content.decode().splitlines()
    assert [line.split(",", 1)[1] for line in lines[1:3]] == ["fewer than 11,,,,,,", "not told,,,,,,"]
    book = openpyxl.load_workbook(io.BytesIO(person.see(f"{PAGE}.xlsx").content))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert rows[2][1:] == ("not told", *[None] * 6)


@pytest.mark.parametrize("asked", ["?by=moon", "?year=20x6", ".csv?by=moon"])
def test_what_is_no_way_to_put_bills_together_is_a_page_that_is_not_there(
    coordinator: Staff, asked: str
) -> None:
    assert coordinator.see(f"{PAGE}{asked}").status == 404
