"""The totals in the reader's currency: beside the price, with rate, day and source, and remembered nowhere."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element

import pytest
from flask import Flask

from estimator import clinic
from estimator.clinic import exchange_rates
from estimator.db import db
from estimator.models import Document
from tests.support import open_list
from tests.support.acts import acting
from tests.support.clinic import ANSWERS, NOW, table_text
from tests.support.database import count
from tests.support.open_list import OPEN
from tests.support.visitor import Page, Visitor, words


def enter(app: Flask, quoted: str = "INR", rate: str = "83.25", day: date = date(2026, 3, 10)) -> None:
    with app.app_context():
        exchange_rates.enter(
            acting(actor="user:1", now=NOW), "USD", quoted, Decimal(rate), "Reserve <Bank>", day
        )
        db.session.commit()


def amounts(page: Page, currency: str) -> list[Decimal]:
    found = re.findall(rf"{currency}\xa0([0-9,]+(?:\.[0-9]{{2}})?)(?![0-9])", page.text())
    return [Decimal(amount.replace(",", "")) for amount in found]


def pdf_text(page: Page) -> str:
    read = subprocess.run(["pdftotext", "-", "-"], input=page.body, capture_output=True, check=True)
    return " ".join(read.stdout.decode().split())


def test_without_a_rate_there_is_nothing_to_choose(breakdown: Page, visitor: Visitor) -> None:
    assert breakdown.all("select") == []
    assert visitor.open(f"{breakdown.path}?in=INR").text() == breakdown.text()


def test_totals_stand_beside_with_rate_day_and_source(app: Flask, visitor: Visitor, breakdown: Page) -> None:
    enter(app)
    enter(app, "THB", "32.1")
    page = visitor.open(breakdown.path)
    assert [option.get("value") or words(option) for option in page.one("select").iter("option")] == [
        "no other currency",
        "INR",
        "THB",
    ]
    assert amounts(page, "INR") == []
    chosen = visitor.open(f"{breakdown.path}?in=INR")
    price, beside = amounts(breakdown, "USD"), amounts(chosen, "INR")
    assert amounts(chosen, "USD") == price, "the price stays as it is"
    headline = Decimal(words(breakdown.one("span", class_="total-amount")).split("\xa0")[1].replace(",", ""))
    assert headline == Decimal("4811.05")
    assert beside[0] == 401_000, "400,519.91 to three digits"
    assert {amount % 100 for amount in beside if amount > 10_000} == {0}
    assert (
        "For orientation: 1\xa0USD\xa0=\xa083.25\xa0INR on 10 March 2026, according to Reserve <Bank>. "
        "The price is the one in USD."
    ) in words(folded_choice(chosen))
    totals = chosen.one("tbody", class_="totals")
    assert len(re.findall("about", words(totals))) == len(list(totals.iter("tr"))) - 1
    assert words(chosen.one("option", selected="")) == "INR"
    assert amounts(visitor.open(breakdown.path), "INR") == [], "it is remembered nowhere"


def folded_choice(page: Page) -> Element:
    """Return what is closed until somebody wants another currency than the price's."""
    (found,) = (
        part for part in page.all("details") if any(form.get("id") == "in" for form in part.iter("select"))
    )
    return found


def test_the_currencies_are_folded_into_one_line_that_says_what_they_are_for(
    app: Flask, visitor: Visitor, breakdown: Page
) -> None:
    enter(app)
    said = {
        path: words(next(folded_choice(visitor.open(path)).iter("summary")))
        for path in (breakdown.path, f"{breakdown.path}?in=INR")
    }
    assert list(said.values()) == ["In another currency", "For orientation: the rate, other currencies"]


def left_open(start: Callable[..., Flask]) -> tuple[Visitor, Page]:
    """Return an estimate in which something is left open, and a rate to the taka."""
    app = start(OPEN)
    enter(app, "BDT", "121.5")
    visitor = Visitor(app)
    return visitor, visitor.estimate(open_list.ANSWERS, "delhi")


def rounded(text: str) -> list[str]:
    """Return what stands before an amount in taka, the amount, and what stands after it."""
    said = r"(?:about|at least) BDT [0-9,]+(?:\.[0-9]+)?(?: so far)?"
    return re.findall(said, " ".join(text.replace("\xa0", " ").split()))


def test_what_leaves_something_open_says_so_in_another_currency_and_claims_no_cents(
    start: Callable[..., Flask],
) -> None:
    visitor, mine = left_open(start)
    page = visitor.open(f"{mine.path}?in=BDT")
    shown = rounded(words(page.one("p", class_="beside")))
    own = words(page.one("p", class_="total-about")).replace("\xa0", " ")
    assert shown, words(page.one("p", class_="beside"))
    first = re.sub(r"USD [0-9,.]+", "BDT", own)
    assert re.sub(r"BDT [0-9,.]+", "BDT", shown[0]) == first
    rows = page.one("tbody", class_="totals")
    said = rounded(words(rows))
    assert said
    for row in rows.iter("tr"):
        line = words(row).replace("\xa0", " ")
        for amount in rounded(line):
            assert "." not in amount
            assert amount.endswith("so far") == bool(re.search(r"USD [0-9,.]+ so far", line)), line
            assert amount.startswith("at least") == bool(re.search(r"at least USD", line)), line
        assert re.search("about (at least|not|on request)", line) is None


def test_the_plain_text_has_the_same_totals_beside(start: Callable[..., Flask]) -> None:
    visitor, mine = left_open(start)
    page = visitor.open(f"{mine.path}?in=BDT")
    link = next(path for path in page.links() if "estimate.txt" in path)
    assert link.endswith("/estimate.txt?in=BDT")
    text = visitor.open(link).body.decode()
    shown = rounded(words(page.one("p", class_="beside"))) + rounded(
        words(page.one("tbody", class_="totals"))
    )
    assert rounded(text) == shown
    assert "For orientation: 1 USD = 121.5 BDT on 10 March 2026" in " ".join(
        text.replace("\xa0", " ").split()
    )
    assert "BDT" not in visitor.open(f"{mine.path}/estimate.txt").body.decode()


@pytest.mark.long
def test_the_pdf_says_the_same_of_what_is_left_open(start: Callable[..., Flask]) -> None:
    visitor, mine = left_open(start)
    page = visitor.open(f"{mine.path}?in=BDT")
    shown = rounded(words(page.one("p", class_="beside"))) + rounded(
        words(page.one("tbody", class_="totals"))
    )
    text = pdf_text(visitor.open(f"{mine.path}/estimate.pdf?in=BDT"))
    assert set(rounded(text)) == set(shown)


def test_a_rate_is_read_from_left_to_right_in_arabic_and_its_source_in_its_own_direction(
    start: Callable[..., Flask],
) -> None:
    app = start(table_text(), languages=("en", "ar"))
    enter(app)
    visitor = Visitor(app)
    mine = visitor.estimate(ANSWERS)
    visitor.open("/?language=ar")
    said = visitor.open(f"{mine.path}?in=INR").text()
    assert "\u20661\xa0USD\xa0=\xa083.25\xa0INR\u2069" in said
    assert "\u2068Reserve <Bank>\u2069" in said
    visitor.open("/?language=en")
    assert "\u2066" not in visitor.open(f"{mine.path}?in=INR").text()


@pytest.mark.parametrize("wanted", ["", "inr", "EUR", "USD", "INR;DROP", "%00", "x" * 3000, "IN\N{SNOWMAN}"])
def test_a_currency_without_a_rate_is_as_if_none_was_asked_for(
    app: Flask, visitor: Visitor, breakdown: Page, wanted: str
) -> None:
    enter(app)
    page = visitor.open(breakdown.path, query_string={"in": wanted})
    assert (page.status, page.all("p", class_="beside")) == (200, [])


def test_a_rate_of_long_ago_says_so_and_one_of_tomorrow_does_not_count(
    app: Flask, visitor: Visitor, breakdown: Page
) -> None:
    enter(app, day=date(2026, 2, 7))
    enter(app, rate="99", day=date(2026, 3, 11))
    page = visitor.open(f"{breakdown.path}?in=INR")
    assert "1\xa0USD\xa0=\xa083.25\xa0INR on 7 February 2026" in page.text()
    assert "This rate is more than 30 days old." in page.text()


@pytest.mark.long
def test_the_pdf_has_the_same_totals_and_each_choice_its_own_pdf(
    app: Flask, visitor: Visitor, breakdown: Page
) -> None:
    enter(app)
    chosen = visitor.open(f"{breakdown.path}?in=INR")
    link = next(path for path in chosen.links() if "estimate.pdf" in path)
    assert link.endswith("/estimate.pdf?in=INR")
    first = visitor.open(link)
    text = pdf_text(first)
    headline = words(chosen.one("p", class_="beside")).partition(" INR")[0]
    assert "For orientation: 1 USD = 83.25 INR on 10 March 2026, according to Reserve <Bank>." in text
    assert headline.replace("\xa0", " ").split("INR")[0].strip() in text
    assert visitor.open(link).body == first.body
    assert count(app, Document) == 1
    plain = visitor.open(f"{breakdown.path}/estimate.pdf")
    assert "INR" not in pdf_text(plain)
    enter(app, rate="84")
    assert "84 INR" in pdf_text(visitor.open(link))
    assert count(app, Document) == 3


def test_a_pdf_with_another_currency_is_gone_with_its_estimate(
    app: Flask, visitor: Visitor, breakdown: Page
) -> None:
    enter(app)
    assert visitor.open(f"/e/{'A' * 43}/estimate.pdf?in=INR").status == 404


@pytest.mark.long
def test_a_new_logo_makes_new_pdfs_and_the_old_one_comes_back_with_it(
    app: Flask, visitor: Visitor, breakdown: Page
) -> None:
    plain = visitor.open(f"{breakdown.path}/estimate.pdf")
    png = (
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"
        b"\x00\x00\x00\x0cIDATx\x9cc\xf8\xcf\xc0\x00\x00\x03\x01\x01\x00\xc9\xfe\x92\xef"
        b"\x00\x00\x00\x00IEND\xaeB`\x82"
    )
    with app.app_context():
        clinic.change_logo(acting(actor="user:1", now=NOW), png, 1, 1, basis=None)
        db.session.commit()
    with_logo = visitor.open(f"{breakdown.path}/estimate.pdf")
    assert b"/Subtype /Image" in with_logo.body
    assert b"/Subtype /Image" not in plain.body
    assert visitor.open(breakdown.path).one("img").get("alt") == "Example clinic"
    with app.app_context():
        clinic.change_logo(acting(actor="user:1", now=NOW), None, basis=None)
        db.session.commit()
    assert visitor.open(f"{breakdown.path}/estimate.pdf").body == plain.body
    assert count(app, Document) == 2


@pytest.mark.parametrize(
    ("wanted", "own"),
    [
        ("hi", "INR"),
        ("bn-BD,en-US;q=0.5", "BDT"),
        ("en-IN", "INR"),
        ("ar-EG", "EGP"),
        ("es", None),
        ("en-US", None),
    ],
)
def test_readers_are_offered_their_own_currency_first(
    start: Callable[..., Flask], wanted: str, own: str | None
) -> None:
    app = start(table_text(), languages=("en", "ar", "hi", "bn", "es"))
    for code in ("BDT", "EGP", "INR", "THB"):
        enter(app, code)
    page = Visitor(app, headers={"Accept-Language": wanted}).estimate(ANSWERS)
    options = [option for option in page.one("select", id="in").iter("option") if option.get("value") is None]
    if own is not None:
        assert words(options[0]) == own
    assert [words(option) for option in options if option.get("selected") is not None] == [own] * (
        own is not None
    )
    assert amounts(page, own or "THB") == [], "nothing is shown before they ask for it"
