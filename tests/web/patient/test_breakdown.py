"""The estimate as page, as PDF, as data in the PDF and from the command line: the same figures to the cent."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from urllib import parse
from xml.etree.ElementTree import Element

import pikepdf
import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

import pricing
from estimator.db import db
from estimator.models import Document, Estimate
from estimator.privacy import retention
from tests.support.acts import acting
from tests.support.clinic import ANSWERS, TOTAL, table_text
from tests.support.database import count
from tests.support.example_papers import EVERY_LANGUAGE
from tests.support.folders import ROOT
from tests.support.profile import sampled
from tests.support.visitor import Page, Visitor, reference_of, words

DELHI = ROOT / "pricing" / "tables" / "delhi.toml"

PLAN = {
    "cells": "umbilical",
    "sessions": "2",
    "room": "semi_private",
    "nights": "15",
    "rehab": "intensive",
    "rehab_days": "30",
    "companions": "1",
    "hotel_nights": "10",
    "visa": "yes",
    "own_mri": "no",
}
"""A long plan with tiers, ranges, others to be paid, a reserve and prices on request."""

MONEY = re.compile(r"USD\xa0([0-9,]+\.[0-9]{2})")


def pdf_text(content: bytes) -> str:
    """Return what another program reads in a PDF, with single spaces."""
    read = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True
    ).stdout.decode()
    return " ".join(read.split())


def data_in(content: bytes) -> bytes:
    """Return the embedded breakdown."""
    with pikepdf.open(BytesIO(content)) as document:
        assert list(document.attachments) == ["estimate.json"]
        return document.attachments["estimate.json"].get_file().read_bytes()


def stored(app: Flask) -> bytes:
    with app.app_context():
        return db.session.scalars(select(Estimate.breakdown)).one().encode()


def from_command_line(answers: dict[str, Any]) -> bytes:
    return subprocess.run(
        [sys.executable, "-m", "estimator", "price", str(DELHI), "--answers", "-", "--json"],
        input=json.dumps(answers).encode(),
        capture_output=True,
        check=True,
    ).stdout


def written(amount: str) -> str:
    """Return an amount as documents write it, without what stands before it."""
    return f"{abs(Decimal(amount)):,.2f}"


def likely_amounts(breakdown: dict[str, Any]) -> set[str]:
    """Return every amount that a document must show, as it is written."""
    rows = [
        *(item["amount"] for item in breakdown["items"] if item["amount"]["likely"] is not None),
        *(group["amount"] for group in breakdown["groups"]),
        *(tax["amount"] for tax in breakdown["taxes"]),
        *breakdown["totals"].values(),
        *(stage["cost_by_then"] for stage in breakdown["stages"]),
        *({"likely": payment["amount"]} for payment in breakdown["payments"]),
    ]
    return {written(row["likely"]) for row in rows if Decimal(row["likely"]) != 0}


def item_rows(page: Page) -> list[Element]:
    return [
        row for row in page.one("table", class_="items").iter("tr") if "item" in row.get("class", "").split()
    ]


@pytest.mark.long
def test_a_pdf_that_was_removed_is_drawn_again_the_same_to_the_byte(
    start: Callable[..., Flask], clock: time_machine.Traveller
) -> None:
    visitor = Visitor(app := start(table_text()))
    page = visitor.estimate(ANSWERS)
    made = visitor.open(f"{page.path}/estimate.pdf")
    clock.shift(timedelta(days=8))
    with app.app_context():
        removed = retention.run(acting(), commit=db.session.commit)
    assert removed["documents"] == 1
    assert count(app, Document) == 0
    again = visitor.open(f"{page.path}/estimate.pdf")
    assert (again.status, again.body) == (200, made.body)
    assert count(app, Document) == 1


def test_page_pdf_data_and_command_line_agree_to_the_cent(
    start: Callable[..., Flask], clock: time_machine.Traveller
) -> None:
    text = DELHI.read_text(encoding="utf-8")
    table = pricing.read(text)
    clock.move_to(datetime.combine(table.valid_from, time(12), UTC), tick=False)
    app = start(text)
    visitor = Visitor(app)

    page = visitor.estimate({f"q_{code}": answer for code, answer in PLAN.items()}, slug="delhi")
    made = visitor.open(f"{page.path}/estimate.pdf")
    assert made.headers["Content-Type"] == "application/pdf"
    assert made.headers["Content-Disposition"] == f'attachment; filename="{reference_of(page)}.pdf"'
    again = visitor.open(f"{page.path}/estimate.pdf")
    assert again.body == made.body, "made once"
    assert count(app, Document) == 1

    answers = {code: {"yes": True, "no": False}.get(answer, answer) for code, answer in PLAN.items()}
    data = data_in(made.body)
    assert data == stored(app) == from_command_line(answers)

    breakdown = json.loads(data)
    assert breakdown["on_request"], "the plan is to have prices on request"
    seen, read = page.text(), pdf_text(made.body)
    amounts = likely_amounts(breakdown)
    assert len(amounts) > 20
    assert {amount for amount in amounts if amount not in seen} == set()
    assert {amount for amount in amounts if amount not in read} == set()

    total = written(breakdown["totals"]["total"]["likely"])
    assert f"USD\xa0{total}" in page.text("section", aria_labelledby="total-title")
    assert reference_of(page) in read
    for item, row in zip(
        [
            item
            for group in breakdown["groups"]
            for item in breakdown["items"]
            if item["group"] == group["code"]
        ],
        item_rows(page),
        strict=False,
    ):
        cells = [words(cell) for cell in row]
        assert item["label"]["en"] in cells[0]
        if item["amount"]["likely"] is None:
            assert cells[-1] == "on request"
        elif "included" not in cells[-1]:
            assert written(item["amount"]["likely"]) in cells[-1]

    visitor.send(visitor.open(f"{page.path}/delete"), button=None)
    assert visitor.open(f"{page.path}/estimate.pdf").status == 404
    assert count(app, Document) == 0, "the PDF is deleted with its estimate"


def test_every_sum_that_lacks_a_price_says_so(visitor: Visitor) -> None:
    page = visitor.estimate({**ANSWERS, "q_robot": "yes"})
    headline = page.text("section", aria_labelledby="total-title")
    assert " ".join(headline.split()).startswith("Likely total about USD")
    assert "Training with a robot" in headline
    for table in page.all("tbody", class_="totals"):
        sums = [words(row) for row in table.iter("tr") if words(row)]
        sums = [line for line in sums if "USD" in line and "reserve" not in line]
        assert len(sums) == 3
        # Nothing that is paid to others is on request.
        assert ["so far" in line for line in sums] == [True, False, True]


def test_a_missing_price_is_never_nought(visitor: Visitor) -> None:
    page = visitor.estimate({**ANSWERS, "q_robot": "yes"})
    [row] = [row for row in item_rows(page) if "Training with a robot" in words(row)]
    assert words(list(row)[-1]) == "on request"
    assert not re.search(r"\b0(\.00)?\b", words(list(row)[-1]))
    assert "It is not 0." in page.text("table", class_="items")
    free = [row for row in item_rows(page) if "Welcome meal" in words(row)]
    assert [words(list(row)[-1]) for row in free] == ["USD\xa00.00"], "what is free may say so"


def test_a_plan_with_every_price_does_not_say_at_least(breakdown: Page) -> None:
    headline = breakdown.text("section", aria_labelledby="total-title")
    assert "at least" not in headline
    assert TOTAL in headline
    assert "on request" not in breakdown.text("table", class_="items")


def test_the_items_of_the_page_add_up_to_its_total(breakdown: Page) -> None:
    shown = [words(list(row)[-1]) for row in item_rows(breakdown) if "Longer stay" not in words(row)]
    amounts = [Decimal(MONEY.findall(amount)[0].replace(",", "")) for amount in shown]
    assert sum(amounts) == Decimal("4811.05")


def test_the_notices_stand_beside_the_price_on_the_form_and_on_the_breakdown(
    visitor: Visitor, breakdown: Page
) -> None:
    for page, kind in ((visitor.open("/estimate/clinic"), "details"), (breakdown, "section")):
        assert "The benefit is unproven." in page.text(kind, class_="notice-evidence")
        assert "Visas are not included." in page.text(kind, class_="notice-not_included")
        assert "https://example.org/evidence" in list(page.links())


@pytest.mark.parametrize("language", sampled(["hi", "bn"], EVERY_LANGUAGE))
def test_the_link_after_a_notice_says_a_whole_sentence_of_it(
    start: Callable[..., Flask], clock: time_machine.Traveller, language: str
) -> None:
    """In Hindi and Bengali the "not" stands at the end of "is not proven": what is cut off there says the opposite."""
    clock.move_to(datetime(2026, 12, 1, 9, tzinfo=UTC), tick=False)
    visitor = Visitor(
        start(DELHI.read_text(encoding="utf-8"), languages=tuple(dict.fromkeys(("en", language))))
    )
    answers = {f"q_{code}": answer for code, answer in PLAN.items()}
    path = visitor.estimate(answers, slug="delhi").path
    visitor.open(f"/?language={language}")
    page = visitor.open(path)
    notices = [*page.all("section", class_="notice notice-evidence"), *page.all("section", class_="fold")]
    links = [(item, link) for notice in notices for item in notice.iter("li") for link in item.iter("a")]
    heard = [
        (words(item), words(link).partition(":")[2].strip())
        for item, link in links
        if link.get("href", "").startswith("https://")
    ]
    assert len(heard) > 2
    for notice, sentence in heard:
        assert notice.startswith(sentence)
        assert sentence[-1] in ".।", sentence


def test_what_was_left_open_is_said_where_the_answers_are(breakdown: Page) -> None:
    answers = breakdown.text("section", aria_labelledby="answers-title")
    assert answers.count("Not answered; we used this.") == 2
    assert "31 March 2026" in answers


def test_an_estimate_shows_for_ever_what_was_computed(app: Flask, visitor: Visitor, breakdown: Page) -> None:
    from tests.support.database import publish

    publish(app, table_text(version="2026-2", valid_from="2026-03-01", price="9000.00"))
    page = visitor.open(breakdown.path)
    assert TOTAL in page.text("section", aria_labelledby="total-title")
    assert "9,000" not in page.text("table", class_="items")


HOSTILE = "<script>alert(1)</script> \"'&amp;</td> {{ 77777*77777 }} %(x)s"
TURNED = "\N{RIGHT-TO-LEFT ISOLATE}00.001 DSU"
ENDLESS = "Wirbelsäule" * 12


@pytest.fixture
def hostile(start: Callable[..., Flask]) -> Flask:
    """Return an app whose list tries everything that a text can try."""
    text = table_text()
    for label, other in (
        ("Treatment with cells", f"{HOSTILE} title"),
        ("Own bone marrow cells", f"{HOSTILE} choice"),
        ("Most stay two nights.", f"{HOSTILE} help"),
        ("Only in trials.", f"{HOSTILE} why"),
        ("Session", f"{HOSTILE} {TURNED} item"),
        ("Night", ENDLESS),
        ("The airline", f"{HOSTILE} payee"),
        ("Visas are not included.", f"{HOSTILE} notice"),
        ("on arrival", f"{HOSTILE} due"),
        ("Walking robot", f"{HOSTILE} {ENDLESS}"),
    ):
        assert f'"{label}"' in text
        text = text.replace(f'"{label}"', json.dumps(other, ensure_ascii=False))
    text = text.replace('name = "Example clinic"', f"name = {json.dumps(HOSTILE)}")
    text = text.replace('source = "Made for the tests."', f"source = {json.dumps(HOSTILE + ' source')}")
    return start(text)


def test_no_text_of_a_list_is_more_than_text(hostile: Flask) -> None:
    visitor = Visitor(hostile)
    form = visitor.open("/estimate/clinic")
    page = visitor.estimate(ANSWERS)
    total = visitor.post("/estimate/clinic/total", {**form.typed(), **ANSWERS})
    refused = visitor.send(form)
    for shown in (visitor.open("/"), form, refused, page, visitor.open(f"{page.path}/change")):
        assert HOSTILE in shown.text("body")
        assert not [script for script in shown.all("script") if script.text]
        assert "<script>alert" not in shown.html
        assert "6049261729" not in shown.title
    assert "<script>alert" not in total.json["html"]
    assert ENDLESS in page.text()
    for row in item_rows(page):
        amount = list(row)[-1]
        assert [bdi for bdi in amount.iter("bdi") if "USD" in words(bdi)], "apart from what stands beside it"


@pytest.mark.long
def test_no_text_of_a_list_is_more_than_text_in_the_pdf(hostile: Flask) -> None:
    visitor = Visitor(hostile)
    page = visitor.estimate(ANSWERS)
    made = visitor.open(f"{page.path}/estimate.pdf")
    assert made.status == 200
    read = pdf_text(made.body)
    assert "<script>alert(1)</script>" in read
    assert "4,811.05" in read
    assert "{{ 77777*77777 }}" in read
    with pikepdf.open(BytesIO(made.body)) as document:
        assert "/JavaScript" not in document.Root.get("/Names", {})
        assert "/OpenAction" not in document.Root


@pytest.mark.long
def test_a_letter_that_no_font_has_keeps_nobody_from_a_pdf(start: Callable[..., Flask]) -> None:
    unwritten = "\N{BRAIN}"
    app = start(table_text().replace("Own bone marrow cells", f"Own cells {unwritten}"))
    visitor = Visitor(app)
    page = visitor.estimate(ANSWERS)
    assert unwritten in page.text()
    answer = visitor.open(f"{page.path}/estimate.pdf")
    assert answer.status == 200
    assert f"Own cells {unwritten}" in " ".join(pdf_text(answer.body).split())


def test_the_first_screen_says_about_how_much_to_whom_and_what_is_not_known(visitor: Visitor) -> None:
    page = visitor.estimate({**ANSWERS, "q_robot": "yes"})
    headline = page.text("section", aria_labelledby="total-title")
    rounded = words(page.one("p", class_="total-about")).replace("\xa0", " ")
    assert re.fullmatch(r"about USD [0-9],[0-9]{2}0 so far", rounded)
    exact = MONEY.findall(words(page.one("span", class_="total-amount")))[0]
    assert Decimal(rounded.split()[2].replace(",", "")) <= Decimal(exact.replace(",", ""))
    rows = [words(row) for row in page.one("dl", class_="split").iter("div")]
    assert rows[0].startswith("To Example clinic")
    assert rows[1].startswith("To others")
    assert rows[-1].startswith("Not known yeton request")
    assert "Training with a robot" in rows[-1]
    assert headline.index("at least") < headline.index("Exactly:")


def test_what_is_known_of_every_price_is_said_too(breakdown: Page) -> None:
    rows = [words(row) for row in breakdown.one("dl", class_="split").iter("div")]
    assert rows[-1] == "Not known yetnothing"


def test_the_ways_to_ask_save_and_send_tell_others_nothing_but_reference_and_link(breakdown: Page) -> None:
    (whatsapp,) = breakdown.links("WhatsApp")
    address = parse.urlsplit(whatsapp)
    assert (address.scheme, address.netloc, address.path) == ("https", "wa.me", "/")
    said = parse.parse_qs(address.query)["text"][0]
    what, _colon, link = said.partition(": ")
    reference = reference_of(breakdown)
    assert what == f"Cost estimate {reference}"
    assert link.endswith(f"{breakdown.path}?written=en")
    assert breakdown.one("input", id="link").get("value") == link
    (mail,) = breakdown.links("Ask a question by email")
    assert mail.endswith(f"?subject={reference}")
    share = breakdown.one("button", data_title=f"Cost estimate {reference}")
    assert share.get("data-share") is not None
    assert share.get("hidden") is not None


def test_my_data_stands_before_deleting_and_not_under_it(breakdown: Page) -> None:
    said = breakdown.text("section", aria_labelledby="data-title")
    assert said.index("See everything that we keep") < said.index("Delete this estimate")
    assert words(breakdown.all("h3")[-1]) == "Delete this estimate"


def test_every_address_of_the_contents_is_on_the_page(breakdown: Page) -> None:
    targets = [link.get("href", "")[1:] for link in breakdown.one("nav", class_="contents").iter("a")]
    assert len(targets) >= 6
    ids = {element.get("id") for element in breakdown.one("main").iter()}
    assert set(targets) <= ids
