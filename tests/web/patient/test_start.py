"""The start page: what this is, what is known, and a card for each price list."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import resources

import pytest
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


def test_a_range_has_the_same_figures_in_every_language(start: Callable[..., Flask]) -> None:
    tags = ("en", "en-IN", "ar", "fr", "es", "ru", "hi", "bn")
    app = start(languages=tags)
    page_of(app, "delhi", "japan", "mexico")
    found = {}
    for tag in tags:
        page = Visitor(app, headers={"Accept-Language": tag}).open("/")
        assert page.one("html").get("lang") == tag
        ranges = [words(next(each.iter("bdi"))) for each in page.all("p", class_="typical")]
        bare = [re.sub(r"(?<=[0-9])[,.\s](?=[0-9])", "", said) for said in ranges]
        found[tag] = [tuple(re.findall(r"[0-9]+", said)) for said in bare]
    every = [("8300", "16100"), ("3470000", "6560000"), ("8900",)]
    assert [tag for tag in tags if found[tag] != every] == []


@pytest.mark.long
def test_who_asks_for_the_english_of_india_counts_in_lakhs(start: Callable[..., Flask]) -> None:
    app = start(languages=("en", "en-IN"))
    page_of(app, "japan")
    said = {
        tag: Visitor(app, headers={"Accept-Language": tag}).open("/").text("p", class_="typical")
        for tag in ("en-IN,en;q=0.9", "en-GB,en;q=0.9", "en")
    }
    assert ["34,70,000" in each for each in said.values()] == [True, False, False]


def test_names_stand_beside_each_other_with_the_comma_of_the_language(start: Callable[..., Flask]) -> None:
    app = start(languages=("en", "ar"))
    page_of(app, "delhi")
    page = Visitor(app, headers={"Accept-Language": "ar"}).open("/")
    card = page.one("article", class_="offer")
    assert "(invented)، الهند" in words(next(card.iter("p")))


def test_what_is_known_is_said_once(start: Callable[..., Flask]) -> None:
    page = page_of(start(), "delhi", "japan", "mexico")
    links = " ".join(map(words, page.all("a")))  # whoever hears the one to more about it hears about what
    assert page.text().count("is not proven") - links.count("is not proven") == 1
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
