"""A coordinator takes the plans of another quote over by its number."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.support.quote_desk import ask, page
from tests.support.quote_form import PRICE, issue, line, prepare, total
from tests.support.staff_browser import Staff


@pytest.mark.long
def test_the_plans_of_a_quote_are_copied_by_its_number(app: Flask, coordinator: Staff) -> None:
    issue(coordinator, ask(app), **line(0, "-100", label="Courtesy"))
    other = ask(app, name="Otto Young", address="otto@example.org")
    shown = coordinator.see(f"{page(other)}/copy")
    assert shown.status == 200
    shown = coordinator.send("Copy its plans", {"number": " q 2026 1 "})
    assert "The plans of Q-2026-00001/1 are copied." in shown.text
    assert shown.value("label-0") == "Courtesy"
    assert total(shown) != PRICE


@pytest.mark.long
@pytest.mark.parametrize("typed", ["", "Q-2026-00009", "Q-2026-00001/7", "EST-1234-5678", "\x00", "9" * 500])
def test_what_is_no_number_of_a_quote_is_refused_and_nothing_begins(
    app: Flask, coordinator: Staff, typed: str
) -> None:
    issue(coordinator, ask(app))
    other = ask(app, name="Otto Young", address="otto@example.org")
    coordinator.see(f"{page(other)}/copy")
    shown = coordinator.send("Copy its plans", {"number": typed})
    assert shown.status == 422
    assert len(shown.errors()) == 1
    assert "Prepare a quote" in coordinator.see(page(other)).text


def test_a_draft_that_somebody_saved_meanwhile_is_not_replaced(app: Flask, coordinator: Staff) -> None:
    issue(coordinator, ask(app))
    other = ask(app, name="Otto Young", address="otto@example.org")
    coordinator.see(f"{page(other)}/copy")
    form, fields = coordinator.page.sent("Copy its plans", {"number": "Q-2026-00001"})
    prepare(coordinator, other, **line(0, "-50", label="Kept"))
    late = coordinator.client.post(form, data=fields)
    assert late.status_code == 409
    assert coordinator.see(page(other)).value("label-0") == "Kept"
