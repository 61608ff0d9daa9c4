"""What another clinic wrote, laid beside an estimate: found, checked, compared, and kept nowhere."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import inspect, text

from estimator.clinic import exchange_rates
from estimator.db import db
from estimator.i18n import reader
from estimator.pdf import renderer
from estimator.web import turns
from estimator.web.patient import other_offer, pdf_line
from tests.support.acts import acting
from tests.support.clinic import ANSWERS, NOW, table_text
from tests.support.visitor import Page, Visitor, words

MESSAGE = "Hello dear, USD 12,000, 4 injections, 10 days, hotel included, flights not included. Visa USD 80"


@pytest.fixture
def form(visitor: Visitor, breakdown: Page) -> Page:
    """Return the empty form beside the visitor's estimate."""
    return visitor.open(f"{breakdown.path}/other-offer")


def said(page: Page) -> str:
    """Return what a page says, with spaces of one kind."""
    return page.text().replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\xa0", " ")


def rows(page: Page) -> dict[str, list[str]]:
    """Return the lines of the comparison: what the other clinic said, and what we say."""
    table = page.one("table")
    return {
        words(next(row.iter("th"))): [words(cell).replace("\xa0", " ") for cell in row.iter("td")]
        for row in table.iter("tr")
        if list(row.iter("td"))
    }


def test_the_breakdown_leads_to_it(visitor: Visitor, breakdown: Page) -> None:
    assert f"{breakdown.path}/other-offer" in set(breakdown.links())


def test_what_is_found_stands_in_the_fields_and_is_compared_only_when_it_is_asked_for(
    visitor: Visitor, form: Page
) -> None:
    found = visitor.send(form, {"words": MESSAGE}, button="find")
    assert found.status == 200
    assert [found.control(name) for name in ("price", "currency", "sessions", "days")] == [
        "12000",
        "USD",
        "4",
        "10",
    ]
    assert found.control("said-hotel") == "included"
    assert found.control("said-flights") == "excluded"
    assert (found.control("said-visa"), found.control("amount-visa")) == ("", "80")
    assert "Check each one" in found.text()
    assert found.all("table") == []
    assert found.control("words") == MESSAGE
    compared = visitor.send(found, button="compare")
    assert compared.status == 200
    lines = rows(compared)
    assert lines["Hotel"] == ["said to be included", "not counted"]
    assert lines["Flights"][0] == "said to be not included"
    assert lines["Visa"] == ["USD 80.00not said whether it is inside their price", "not counted"]
    assert lines["Rehabilitation"][0] == "not said"
    assert "USD 12,000.00" in said(compared)
    assert "They do not tell which clinic costs less" in compared.text()
    assert "They wrote 4 sessions or injections, and our estimate has 2." in compared.text()
    assert "cheaper" not in compared.text()


def test_what_was_not_said_becomes_questions_to_copy_and_send(visitor: Visitor, form: Page) -> None:
    page = visitor.send(form, {"words": MESSAGE}, button="find")
    page = visitor.send(page, button="compare")
    message = words(page.one("textarea", id="message-en")).replace("\xa0", " ")
    for asked in (
        "Is rehabilitation in the price?",
        "Would a second session be needed?",
        "if the treatment stops early",
        "Who pays if there is a complication",
        "Until which day is it valid?",
        "Which cells are they",
        "Is this treatment approved in your country?",
        "Visa: you wrote USD 80.00.",
        "You wrote that these are not included: Flights. What do they cost?",
    ):
        assert asked in message
    assert "hotel in the price" not in message
    assert any(link.startswith("https://wa.me/?text=Hello.%20Thank") for link in page.links())


@pytest.fixture
def abroad(start: Callable[..., Flask]) -> Visitor:
    """Return somebody who reads Russian or French."""
    return Visitor(start(table_text(), languages=("en", "fr", "ru")))


def test_the_questions_stand_in_the_readers_language_and_in_english(abroad: Visitor) -> None:
    path = f"{abroad.estimate(ANSWERS).path}/other-offer"
    abroad.open(f"{path}?language=ru")
    page = abroad.send(abroad.open(path), {"words": "12 000 $, 4 укола, отель включён"}, button="find")
    assert page.control("said-hotel") == "included"
    page = abroad.send(page, button="compare")
    assert "Входит ли в цену реабилитация?" in words(page.one("textarea", id="message-ru"))
    assert "Is rehabilitation in the price?" in words(page.one("textarea", id="message-en"))


@pytest.mark.parametrize(("currency", "typed", "step"), [("JPY", "100.5", "1"), ("USD", "80.1255", "0.01")])
def test_an_amount_that_is_finer_than_its_currency_is_asked_about(
    visitor: Visitor, form: Page, currency: str, typed: str, step: str
) -> None:
    page = visitor.send(form, {"currency": currency, "amount-visa": typed}, button="compare")
    assert page.status == 422
    assert f"Amounts in {currency} go in steps of {step}." in page.problems[0]
    assert page.control("amount-visa") == typed
    whole = visitor.send(page, {"amount-visa": typed.partition(".")[0]}, button="compare")
    assert whole.status == 200


def test_what_is_included_can_cost_all_of_the_price(visitor: Visitor, form: Page) -> None:
    parts = {"said-hotel": "included", "amount-hotel": "80", "said-tests": "included", "amount-tests": "20"}
    filled = {"price": "100", "currency": "USD", "said-visa": "excluded", "amount-visa": "90", **parts}
    page = visitor.send(form, filled, button="compare")
    assert page.status == 200, page.problems


def test_nothing_of_it_is_stored(app: Flask, visitor: Visitor, form: Page) -> None:
    def rows_of_tables() -> dict[str, int]:
        with app.app_context():
            names = inspect(db.engine).get_table_names()
            return {
                name: db.session.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()
                for name in names
                if name != "staff_attempts"
            }

    before = rows_of_tables()
    page = visitor.send(form, {"words": MESSAGE}, button="find")
    visitor.send(page, button="compare")
    assert rows_of_tables() == before


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Paste their message and find the figures in it, or fill in at least one line."),
        ({"price": "about 12"}, "“about 12” is not an amount."),
        ({"price": "12000 টাকা"}, "“12000 টাকা” looks like another currency."),
        ({"price": "12000 EUR"}, "choose EUR as the currency of their amounts, or enter the amount in USD."),
        ({"price": "12k EUR"}, "choose EUR as the currency of their amounts, or enter the amount in USD."),
        (
            {"price": "12000 kr"},
            "Choose the currency of their amounts in the list, or enter the amount in USD.",
        ),
        ({"price": "-12000"}, "“-12000” is not an amount."),
        ({"price": "12000 15000"}, "“12000 15000” is not an amount."),
        ({"price": "9" * 30}, "This amount is too large."),
        ({"price": MESSAGE}, "…” is not an amount."),
        ({"price": "0"}, "This amount is zero."),
        ({"price": "1.234,5.6"}, "is not an amount."),
        ({"price": "12.000"}, "“12.000” can be read in two ways."),
        ({"price": "12000", "currency": ""}, "Choose the currency of their amounts."),
        ({"price": "12000", "currency": "XXX"}, "Choose a currency of the list."),
        ({"price": "12000", "sessions": "0"}, "Enter a whole number from 1 to 200, or leave it empty."),
        ({"price": "12000", "sessions": "four"}, "Enter a whole number from 1 to 200, or leave it empty."),
        ({"price": "12000", "days": "1.5"}, "Enter a whole number from 1 to 1,000, or leave it empty."),
        (
            {"price": "9800", "said-cells": "included", "amount-cells": "13500"},
            "What is included cannot cost more than the whole price.",
        ),
        (
            {
                "price": "100",
                "said-hotel": "included",
                "amount-hotel": "80",
                "said-tests": "included",
                "amount-tests": "80",
            },
            "What is included comes to USD 160.00 together, which is more than the whole price.",
        ),
        ({"said-hotel": "perhaps"}, "Choose one of the three."),
        ({"price": "12000", "words": "w" * 5001}, "there is room for 5,000"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    visitor: Visitor, form: Page, typed: dict[str, str], sentence: str
) -> None:
    filled = {"currency": "USD", **typed} if typed else {}
    page = visitor.send(form, filled, button="compare")
    assert page.status == 422
    assert [line for line in page.problems if sentence in line], page.problems
    assert page.all("table") == []
    for name, value in typed.items():
        assert page.control(name) == value


def test_digits_marks_and_words_for_thousands_are_read(visitor: Visitor, form: Page) -> None:
    for typed in ("١٢٬٠٠٠", "१२,०००", "12 000", "12,000.00", "12k", "$12k", "12 тыс.", "১২ হাজার"):
        page = visitor.send(form, {"price": typed, "currency": "USD"}, button="compare")
        assert page.status == 200, page.problems
        assert "USD 12,000.00" in said(page)


@pytest.mark.parametrize(
    ("message", "remark"),
    [
        ("USD 9,000 or INR 8,50,000", "It has amounts in several currencies: USD 9000; INR 850000."),
        ("USD 12,000-15,000", "It has several amounts: USD 12000; USD 15000."),
        ("USD 3,000 per injection", "These are prices for one session, night or person"),
        ("USD 6,000 before the treatment and USD 6,000 at discharge.", "We put these amounts into no field"),
        ("Hotel included. Hotel not included.", "and also that they are not: Hotel."),
        ("USD 9,000, hotel EUR 500", "“EUR 500” is in another currency than the one chosen below"),
        ("USD 12.000", "“USD 12.000” can be read in two ways. We filled in 12000. Check it."),
        ("USD 9,000. Includes 4 injections, hotel USD 60 per night", "gives an amount of their own: Hotel."),
        ("USD 9,800 (was USD 13,500)", "prices that no longer hold, and left them out: USD 13500."),
        ("Total USD 9,800. Deposit USD 2,000", "We put these amounts into no field: “Deposit USD 2,000”."),
        ("Total USD 9,800, MRI USD 13,500", "larger than the whole price: Tests and MRI."),
        ("Total $250,000 pesos, 3 sesiones", "not clear which currency they are in: “$250,000 pesos”."),
        ("¥180,000, 4 sessions", "not clear which currency they are in: “¥180,000”."),
        ("USD 9,000, hotel $500 pesos", "not clear which currency they are in: “$500 pesos”."),
        (
            "Total $250,000 pesos. Total USD 12,500",
            "amounts in several currencies: “$250,000 pesos”; USD 12500.",
        ),
        ("from USD 9,000", "The message says “from”."),
        ("Hello dear", "We found no price and no line in the message."),
        ("USD 9,000, 3 sessions, 5 sessions", "It has several numbers of sessions: 3, 5."),
    ],
)
def test_what_can_be_meant_in_several_ways_is_left_to_the_reader(
    visitor: Visitor, form: Page, message: str, remark: str
) -> None:
    page = visitor.send(form, {"words": message}, button="find")
    assert page.status == 200
    assert remark in page.text()
    assert page.control("words") == message


def test_the_marks_that_a_chat_puts_around_numbers_are_no_obstacle(visitor: Visitor, form: Page) -> None:
    page = visitor.send(form, {"words": "\u202a+91 98765 43210\u202c: \u2066USD 12,000\u2069"}, button="find")
    assert page.status == 200, page.problems
    assert page.control("price") == "12000"


def test_an_amount_in_no_clear_currency_fills_no_field(visitor: Visitor, form: Page) -> None:
    page = visitor.send(form, {"words": "Total $250,000 pesos, 3 sesiones"}, button="find")
    assert [page.control(name) for name in ("price", "currency", "sessions")] == ["", "", "3"]
    page = visitor.send(form, {"words": "Total $9.000.000 colombianos"}, button="find")
    assert [page.control(name) for name in ("price", "currency")] == ["9000000", "COP"]


def test_what_turns_a_message_round_is_named(visitor: Visitor, form: Page) -> None:
    page = visitor.send(form, {"words": "USD \u202e00021"}, button="find")
    assert "reverses the direction of writing" in page.problems[0]
    assert page.control("price") == ""


@pytest.mark.long
def test_an_amount_in_another_currency_than_the_chosen_one_is_left_out(visitor: Visitor, form: Page) -> None:
    page = visitor.send(form, {"words": "USD 9,000", "currency": "INR"}, button="find")
    assert (page.control("price"), page.control("currency")) == ("", "INR")
    assert "“USD 9,000” is in another currency than the one chosen below" in page.text()


def test_what_was_typed_is_not_replaced_by_what_is_found(visitor: Visitor, form: Page) -> None:
    page = visitor.send(form, {"words": MESSAGE, "price": "11000", "said-hotel": "excluded"}, button="find")
    assert (page.control("price"), page.control("said-hotel")) == ("11000", "excluded")


def test_three_decimals_of_a_dinar_are_asked_about(visitor: Visitor, form: Page) -> None:
    page = visitor.send(form, {"words": "KWD 12.000"}, button="find")
    assert page.control("price") == "12.000"
    page = visitor.send(page, button="compare")
    assert page.status == 422
    assert "can be read in two ways" in page.problems[0]


def test_a_message_alone_is_first_read_and_then_compared(visitor: Visitor, form: Page) -> None:
    page = visitor.send(form, {"words": MESSAGE}, button="compare")
    assert page.all("table") == []
    assert page.control("price") == "12000"


def test_without_a_rate_each_amount_stays_in_its_currency(visitor: Visitor, form: Page) -> None:
    page = visitor.send(form, {"price": "1000000", "currency": "INR"}, button="compare")
    assert "We have no exchange rate between USD and INR" in page.text()
    assert "according to" not in page.text()


def test_with_a_rate_our_total_stands_in_their_currency_with_source_and_day(
    app: Flask, visitor: Visitor, form: Page
) -> None:
    with app.app_context():
        act = acting(actor="user:1", now=NOW)
        exchange_rates.enter(act, "USD", "INR", Decimal("83.25"), "Reserve Bank", date(2026, 3, 10))
        db.session.commit()
    page = visitor.send(form, {"price": "1000000", "currency": "INR"}, button="compare")
    assert "1 USD = 83.25 INR on 10 March 2026, according to Reserve Bank" in said(page)
    assert "no exchange rate" not in page.text()


def test_without_sessions_there_is_no_cost_for_each(visitor: Visitor, form: Page) -> None:
    page = visitor.send(form, {"price": "12000", "currency": "USD"}, button="compare")
    assert "We give no cost per session of the other clinic" in page.text()
    page = visitor.send(form, {"price": "12000", "currency": "USD", "sessions": "4"}, button="compare")
    assert "USD 3,000.00" in said(page)
    assert "It leaves out, or may leave out" in page.text()


def test_all_of_it_can_be_saved_as_plain_text(visitor: Visitor, form: Page) -> None:
    filled = {"price": "12000", "currency": "USD", "said-hotel": "included"}
    page = visitor.send(form, filled, button="compare")
    saved = visitor.ask("POST", form.path, data={**filled, "act": "text"})
    assert saved.status == 200
    saved_text = saved.body.decode().replace("\xa0", " ")
    for line in ("USD 12,000.00", "said to be included", "Is rehabilitation in the price?", "not said"):
        assert line in saved_text
        assert line in said(page)


@pytest.mark.long
def test_all_of_it_can_be_saved_as_a_document(visitor: Visitor, form: Page) -> None:
    saved = visitor.ask("POST", form.path, data={"price": "12000", "currency": "USD", "act": "pdf"})
    assert saved.status == 200
    read = subprocess.run(["pdftotext", "-", "-"], input=saved.body, capture_output=True, check=True)
    text = " ".join(read.stdout.decode().split())
    for line in ("USD 12,000.00", "Is rehabilitation in the price?", "not said", "What is known about this"):
        assert line in text
    day = reader("en").day(NOW.date())
    assert re.search(rf"Estimate Date EST-\w{{4}}-\w{{4}} {day} ", text)  # two columns, each word apart


def test_a_document_that_cannot_be_made_leaves_the_comparison_where_it_is(
    visitor: Visitor, form: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_arguments: object, **_values: object) -> bytes:
        raise renderer.RenderingFailed("no room")

    monkeypatch.setattr(renderer, "document", fails)
    page = visitor.post(form.path, {"price": "12000", "currency": "USD", "act": "pdf"})
    assert page.status == 503
    assert page.problems == ["The PDF could not be made. The page shows the same, and you can print it."]
    assert page.control("price") == "12000"
    assert "USD 12,000.00" in said(page)


def test_while_another_document_is_drawn_the_page_says_so(app: Flask, visitor: Visitor, form: Page) -> None:
    with app.app_context(), turns.turn(pdf_line.DRAWING):
        page = visitor.post(form.path, {"price": "12000", "currency": "USD", "act": "pdf"})
    assert page.status == 503
    assert "Other documents come first at the moment." in page.problems[0]


@pytest.mark.long
def test_prices_that_have_expired_say_so_in_every_medium(
    visitor: Visitor, form: Page, clock: time_machine.Traveller
) -> None:
    clock.move_to(NOW + timedelta(days=40))
    filled = {"price": "12000", "currency": "USD"}
    page = visitor.send(form, filled, button="compare")
    sentence = "The prices of this estimate have expired."
    assert sentence in page.text()
    assert sentence in visitor.ask("POST", form.path, data={**filled, "act": "text"}).body.decode()
    saved = visitor.ask("POST", form.path, data={**filled, "act": "pdf"})
    read = subprocess.run(["pdftotext", "-", "-"], input=saved.body, capture_output=True, check=True)
    assert sentence in " ".join(read.stdout.decode().split())


def test_a_switch_of_language_keeps_what_was_typed_and_the_comparison(abroad: Visitor) -> None:
    path = f"{abroad.estimate(ANSWERS).path}/other-offer"
    page = abroad.send(abroad.open(path), {"price": "12000", "currency": "USD"}, button="compare")
    switched = abroad.post(f"{path}?speak=fr", page.typed())
    assert switched.status == 200
    assert switched.control("price") == "12000"
    assert "USD 12 000,00" in said(switched)


def test_a_form_that_is_far_too_large_is_answered_with_a_page(visitor: Visitor, form: Page) -> None:
    page = visitor.post(form.path, {"words": "w" * 500_000, "act": "find"})
    assert page.status == 413
    assert "far too long" in page.text("h1")


def test_one_network_does_not_send_it_without_end(
    visitor: Visitor, form: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(other_offer, "MOST_FROM", 1)
    assert visitor.send(form, {"words": MESSAGE}, button="find").status == 200
    page = visitor.send(form, {"words": MESSAGE}, button="find")
    assert page.status == 429
    assert page.control("words") == MESSAGE


def test_an_estimate_of_which_nothing_is_known_is_no_amount_of_zero(start: Callable[..., Flask]) -> None:
    unknown = re.sub(r"(?m)^price = .*$", "on_request = true", table_text())
    patient = Visitor(start(unknown))
    page = patient.open(f"{patient.estimate(ANSWERS).path}/other-offer")
    page = patient.send(page, {"price": "12000", "currency": "INR", "sessions": "2"}, button="compare")
    assert page.status == 200, page.problems
    assert "USD 0" not in said(page)
    assert "on request: " in said(page)


def test_our_cost_for_each_session_is_for_the_parts_that_they_include_or_is_left_out(
    visitor: Visitor, form: Page
) -> None:
    filled = {"price": "12000", "currency": "USD", "sessions": "4", "said-cells": "included"}
    alike = visitor.send(form, filled, button="compare")
    sides = [words(one).replace("\xa0", " ") for one in sections(alike, "sessions-title")]
    assert [one for one in sides if "Our estimate" in one and "It holds: Cells and injections." in one]
    assert "We give no cost per session of our estimate" not in alike.text()
    for unlike in ({"said-hotel": "included"}, {"said-cells": ""}, {"said-cells": "excluded"}):
        page = visitor.send(form, {**filled, **unlike}, button="compare")
        assert "We give no cost per session of our estimate" in page.text()
        assert not [one for one in sections(page, "sessions-title") if "It holds:" in words(one)]
        saved = visitor.ask("POST", form.path, data={**filled, **unlike, "act": "text"}).body.decode()
        assert "We give no cost per session of our estimate" in " ".join(saved.split())
        assert "It holds:" not in saved


def sections(page: Page, title: str) -> list[Any]:
    """Return the sections under a heading."""
    return [one for one in page.all("section") if one.get("aria-labelledby") == title]


def test_what_our_estimate_does_not_include_and_what_is_known_stand_in_every_file(
    visitor: Visitor, form: Page
) -> None:
    filled = {"price": "12000", "currency": "USD"}
    saved = visitor.ask("POST", form.path, data={**filled, "act": "text"}).body.decode()
    drawn = visitor.ask("POST", form.path, data={**filled, "act": "pdf"}).body
    read = subprocess.run(["pdftotext", "-", "-"], input=drawn, capture_output=True, check=True)
    for content in (saved, read.stdout.decode()):
        plain = " ".join(content.split())
        assert "What our estimate does not include" in plain
        assert "What is known about this treatment" in plain


def test_the_head_of_the_document_names_the_provider_once(visitor: Visitor, form: Page) -> None:
    drawn = visitor.ask("POST", form.path, data={"price": "12000", "currency": "USD", "act": "pdf"}).body
    read = subprocess.run(["pdftotext", "-l", "1", "-", "-"], input=drawn, capture_output=True, check=True)
    head = read.stdout.decode().partition("Compare with what another clinic wrote")[0]
    assert len(head.strip().splitlines()) >= 2
    names = [line for line in head.splitlines() if line.strip()]
    assert sum(names[0] in line for line in names) == 1


def test_a_form_without_its_comparison_offers_to_compare_again(visitor: Visitor, form: Page) -> None:
    notice = next(one for one in form.all("div") if one.get("data-again"))
    assert "One press compares it again." in words(notice)
    assert notice.get("hidden") is not None
    compared = visitor.send(form, {"price": "12000", "currency": "USD"}, button="compare")
    assert not [one for one in compared.all("div") if one.get("data-again")]
