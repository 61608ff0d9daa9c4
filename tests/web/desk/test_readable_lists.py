"""A published version is a price list that people read, print and take out; the public one is off by default."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from zipfile import ZipFile

import pytest
import time_machine
from flask import Flask
from weasyprint import HTML
from weasyprint.urls import URLFetcherResponse

import pricing
from estimator import clinic, price_lists, wording
from estimator.db import db
from estimator.i18n import reader, speaking
from tests.support.acts import acting
from tests.support.delhi_list import NOW
from tests.support.example_papers import text_of
from tests.support.quote_desk import changed_list
from tests.support.staff_browser import Page, Staff

EVERY_PRICE = """
format = 1
table = "small"
version = "1"
valid_from = 2026-01-01
currency = "USD"
languages = ["en"]
title.en = "Small list"
time_zone = "UTC"

[provider]
name = "Small clinic"
country = "IN"

[driver.cells]
kind = "choice"
role = "cell_type"
label.en = "Cells"
[driver.cells.choice.own]
label.en = "Own"

[driver.sessions]
kind = "number"
role = "sessions"
label.en = "Sessions"
least = 1
most = 2

[driver.rehab]
kind = "yes_no"
role = "rehabilitation"
label.en = "Rehabilitation"

[driver.nights]
kind = "number"
role = "hospital_stay"
label.en = "Nights"
unit.en = { one = "night", other = "nights" }
least = 0
most = 30

[driver.arrival]
kind = "date"
role = "extras"
label.en = "Arrival"

[driver.visa]
kind = "yes_no"
role = "extras"
label.en = "Visa"

[group.stay]
label.en = "Stay"

[charge.room]
label.en = "Room"
group = "stay"
per = "nights"
graduated = [{ up_to = 7, price = 310 }, { price = 260, flat = 50 }]
included = 2
at_most = 5000
source = "S"

[charge.bed]
label.en = "Bed"
group = "stay"
per = "nights"
times = 2
block = 7
price = { low = 10, likely = 12.5, high = 20 }
when = { nights = { least = 3 }, visa = true }
unless = { arrival = { months = [6, 7] } }
source = "S"

[charge.fee]
label.en = "Fee"
group = "stay"
percent = 10
of = ["room", "bed"]
source = "S"

[charge.later]
label.en = "Later"
group = "stay"
on_request = true

[charge.party]
label.en = "Party"
group = "stay"
per = "nights"
stairstep = [{ up_to = 3, price = 100 }, { up_to = 9, price = 150 }]
source = "S"

[package.all]
label.en = "All of it"
group = "stay"
price = 900
covers = { room = 7, party = "all" }
source = "S"

[tax.room_tax]
label.en = "Room tax"
percent = 5
of = ["room"]
above = 60

[stage.first]
label.en = "Assessment"

[payment.deposit]
label.en = "Deposit"
due.en = "When you book"
amount = 500

[payment.rest]
label.en = "Rest"
due.en = "On arrival"
percent = 100

[notice.out]
kind = "not_included"
text.en = "Flights."

[notice.about]
kind = "about_this_estimate"
text.en = "Not a quote."
"""


def said(words: object) -> str:
    """Return words with spaces that a keyboard has."""
    return str(words).replace("\N{NO-BREAK SPACE}", " ")


def test_a_price_list_says_in_words_what_decides_every_price() -> None:
    english = reader("en")
    with speaking(english):
        rows = wording.price_list(pricing.read(EVERY_PRICE), english)
    entries = (*rows.groups[0].rows, *rows.packages, *rows.taxes, *rows.payments)
    assert {row.code: [said(row.price), *map(said, row.lines)] for row in entries} == {
        "room": [
            "",
            "Each unit at the price of its own step.",
            "Up to 7: USD 310.00",
            "Above 7: USD 260.00, and USD 50.00 once",
            "× Nights",
            "2 included at no extra cost.",
            "It is never more than USD 5,000.00.",
        ],
        "bed": [
            "USD 12.50",
            "× 2 × Nights",
            "Sold in blocks of 7; each started one counts.",
            "Only with: Nights: 3 nights or more + Visa: Yes",
            "Not with: Arrival: June, July",
        ],
        "fee": ["10 %", "10 % of: Room, Bed"],
        "later": ["on request"],
        "party": [
            "",
            "Up to 3: USD 100.00 in all",
            "Above 3, up to 9: USD 150.00 in all",
            "Above 9: on request",
            "× Nights",
        ],
        "all": ["USD 900.00", "Pays for: 7 × Room; Party"],
        "room_tax": ["5 %", "5 % of: Room", "Only on what costs more than USD 60.00 for each unit."],
        "deposit": ["USD 500.00"],
        "rest": ["100 % of the rest"],
    }
    (bed,) = [row for row in entries if row.code == "bed"]
    assert said(bed.span) == "USD 10.00 to 20.00"
    assert [str(stage) for stage in rows.stages] == ["Assessment"]
    assert [section.kind for section in rows.notices] == ["not_included", "about_this_estimate"]


def test_a_version_is_a_price_list_with_its_text_behind(app: Flask, approver: Staff) -> None:
    shown = approver.see("/staff/tables/versions/1")
    for words in (
        "General ward",
        "× Nights in this room",
        "Only with: Room: General ward",
        "What is not included",
    ):
        assert words in shown.text
    (text,) = [details for details in shown.all("details") if "its-text" in str(details.get("class"))]
    assert text.get("open") is None
    assert "SHA-256" in "".join(text.itertext())
    assert "/prices/" not in shown.html, "it is off"


def test_a_version_shows_what_differs_from_the_one_before(app: Flask, editor: Staff) -> None:
    first = "/staff/tables/versions/1"
    assert "What differs" not in editor.see(first).text, "there is none before it"
    changed_list(app, **{"price = 63": "price = 67"})
    (link,) = editor.see("/staff/tables/versions/2").links("What differs from “2026-09”")
    page = editor.see(link)
    assert "Between version “2026-09”, which came before, and this one." in page.text
    assert "63 67" in page.text
    assert "2 entries differ." in page.text, "the price, and the name with the first day"
    assert page.links("2026-11") == ["/staff/tables/versions/2"]
    assert "no version before it" in editor.see(f"{first}/differences").text
    assert editor.client.get("/staff/tables/versions/9/differences").status_code == 404


def test_a_charge_that_got_another_code_between_two_versions_is_named(app: Flask, editor: Staff) -> None:
    changed_list(
        app, **{"[charge.single]": "[charge.single_room]", '"single", "deluxe"]': '"single_room", "deluxe"]'}
    )
    assert "“charge.single” seems to have become" in editor.see("/staff/tables/versions/2/differences").text


def test_a_version_says_whose_prices_they_are(app: Flask, editor: Staff) -> None:
    page = editor.see("/staff/tables/versions/1")
    assert "Demonstration Spine Hospital" in page.text
    assert len(page.all("p", class_="demo-mark")) == 1
    with app.app_context():
        real = price_lists.import_(acting(now=NOW), EVERY_PRICE)
        db.session.commit()
        address = f"/staff/tables/versions/{real.id}"
    page = editor.see(address)
    assert "Small clinic" in page.text
    assert page.all("p", class_="demo-mark") == []


@pytest.mark.long
def test_on_paper_a_version_says_whose_prices_they_are_and_nothing_that_is_only_ours(
    app: Flask, approver: Staff, clock: time_machine.Traveller
) -> None:
    changed_list(app, valid_from="2026-11-10")
    clock.shift(timedelta(minutes=1))
    approver.see("/staff/tables/versions/1/go-back-to")
    approver.send("Go back to it now", {"reason": "Typed as 90 instead of 89."})
    page = approver.see("/staff/tables/versions/2")
    assert "Typed as 90" in page.text
    assert "approver@" in page.text
    paper = printed(approver, page.html)
    for words in ("General ward", "Demonstration Spine Hospital", "the provider is invented", "withdrawn"):
        assert words in paper
    for words in ("Typed as 90", "@", "Published by", "can still be accepted", "Price lists"):
        assert words not in paper


def printed(person: Staff, html: str) -> str:
    """Return what a page says on paper, with its own stylesheets."""

    def fetched(address: str) -> URLFetcherResponse:
        answer = person.client.get(address.removeprefix("http://localhost"))
        return URLFetcherResponse(address, answer.data, {"Content-Type": answer.mimetype})

    return text_of(HTML(string=html, base_url="http://localhost/", url_fetcher=fetched).write_pdf())


def test_a_version_is_taken_out_as_a_spreadsheet(app: Flask, approver: Staff) -> None:
    answer = approver.client.get("/staff/tables/versions/1/list.xlsx")
    assert answer.status_code == 200
    assert 'filename="delhi-2026-09-01.xlsx"' in answer.headers["Content-Disposition"]
    names = ZipFile(io.BytesIO(answer.data)).namelist()
    assert any(name.startswith("xl/worksheets/") for name in names)


@pytest.fixture
def public(app: Flask) -> Flask:
    """Return an app whose clinic shows its price lists."""
    with app.app_context():
        clinic.change(acting(now=NOW), "public_prices", True)
        db.session.commit()
    return app


def test_nobody_outside_reads_a_price_list_unless_the_clinic_says_so(app: Flask) -> None:
    assert app.test_client().get("/prices/delhi").status_code == 404


def test_a_public_price_list_is_the_one_in_force(public: Flask) -> None:
    page = Page(public.test_client().get("/prices/delhi"))
    assert page.status == 200
    assert "Price list 2026-09, in force from" in page.text
    assert "Only with: Room: General ward" in page.text
    assert "Estimate this treatment" in page.text
    assert public.test_client().get("/prices/no-such").status_code == 404
    with public.app_context():
        price_lists.close(acting(now=NOW), "delhi")
        db.session.commit()
    assert public.test_client().get("/prices/delhi").status_code == 404


def test_a_public_price_list_is_drawn_as_pdf_within_the_limit_of_a_network(
    make_app: Callable[..., Flask],
) -> None:
    app = make_app(PDFS_PER_NETWORK="1")
    client = app.test_client()
    assert client.get("/prices/delhi.pdf").status_code == 404
    with app.app_context():
        clinic.change(acting(now=NOW), "public_prices", True)
        db.session.commit()
    answer = client.get("/prices/delhi.pdf")
    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF-")
    assert 'filename="delhi-2026-09-01.pdf"' in answer.headers["Content-Disposition"]
    text = text_of(answer.data)
    assert "General ward" in text
    assert "Only with: Room: General ward" in text.replace("\n", " ")
    assert client.get("/prices/delhi.pdf").status_code == 429
