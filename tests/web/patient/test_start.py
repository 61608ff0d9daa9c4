"""The start page: what this is, what is known, and a card for each price list."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources

from flask import Flask

import pricing
from estimator import price_lists
from estimator.db import db
from tests.support.acts import acting
from tests.support.clinic import NOW
from tests.support.visitor import Page, Visitor, words

SHIPPED = resources.files("pricing.tables")


def page_of(app: Flask, *names: str) -> Page:
    """Return the start page with shipped lists and their worked examples."""
    with app.app_context():
        for name in names:
            text = (SHIPPED / f"{name}.toml").read_text(encoding="utf-8")
            day = next(line for line in text.splitlines() if line.startswith("valid_from"))
            examples = (SHIPPED / f"{name}.json").read_text(encoding="utf-8")
            price_lists.import_(
                acting(now=NOW), text.replace(day, "valid_from = 2026-01-01"), examples=examples
            )
        db.session.commit()
    return Visitor(app).open("/")


def test_each_list_is_a_card_with_provider_treatment_range_and_one_button(
    start: Callable[..., Flask],
) -> None:
    page = page_of(start(), "delhi", "japan", "mexico")
    cards = page.all("article", class_="offer")
    assert len(cards) == 3
    for card in cards:
        said = words(card)
        assert "Demonstration" in said
        assert "Typically: " in said
        assert "Example: " in said
        assert len(list(card.iter("a"))) == 1
        assert len(said) < 400


def test_in_another_language_an_example_is_its_answers_without_amounts_that_name_nothing(
    start: Callable[..., Flask],
) -> None:
    app = start(languages=("en", "ru"))
    page_of(app, "delhi", "japan")
    page = Visitor(app, headers={"Accept-Language": "ru"}).open("/")
    said = [words(note) for note in page.all("span", class_="note") if words(note).startswith("Пример")]
    assert len(said) == 2
    assert [text for text in said if "JPY" in text or "USD" in text] == []


def test_names_stand_beside_each_other_with_the_comma_of_the_language(start: Callable[..., Flask]) -> None:
    app = start(languages=("en", "ar"))
    page_of(app, "delhi")
    page = Visitor(app, headers={"Accept-Language": "ar"}).open("/")
    card = page.one("article", class_="offer")
    assert "(invented)، الهند" in words(next(card.iter("p")))


def test_what_is_known_is_said_once(start: Callable[..., Flask]) -> None:
    page = page_of(start(), "delhi", "japan", "mexico")
    assert page.text().count("is not proven") == 1
    notice = page.text("section", class_="evidence-once")
    assert "not proven" in notice
    assert "Stemirac" not in notice
    assert "Stemirac is not what this clinic offers" in page.text("details", class_="reading")


def test_a_list_without_a_worked_example_has_no_range(app: Flask) -> None:
    page = Visitor(app).open("/")
    assert "Typically" not in page.text()
    assert page.text("section", class_="evidence-once") == (
        "What is known about this treatment The benefit is unproven. More: What is known about this treatment "
        "Read more about this: The benefit is unproven."
    )


def test_nobody_is_shown_what_a_provider_still_has_to_write(app: Flask) -> None:
    for name in ("delhi", "japan", "mexico"):
        text = (SHIPPED / f"{name}.toml").read_text(encoding="utf-8")
        assert "must name" not in text
        assert "invented for this demonstration" in text


def test_the_examples_of_the_shipped_lists_are_right() -> None:
    for name in ("delhi", "japan", "mexico"):
        table = pricing.read((SHIPPED / f"{name}.toml").read_text(encoding="utf-8"))
        examples = price_lists.worked_examples.parsed((SHIPPED / f"{name}.json").read_text(encoding="utf-8"))
        for found in price_lists.worked_examples.compared(examples, table):
            assert found.equal, found
