"""Documents of plans, made as the app makes them, and what other programs read in them.

As a program it prints the SHA-256 of each plan's document in the order of its arguments.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pikepdf

import pricing
from estimator import wording
from estimator.config.defaults import SETTINGS
from estimator.estimates import pdf_document
from estimator.i18n import reader, speaking
from pricing.explore import sensitivity
from pricing.stored import StoredBreakdown
from pricing.table import ChoiceDriver, Driver, NumberDriver, PriceTable, YesNoDriver

MADE = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)
TABLES = sorted((Path(pricing.__file__).parent / "tables").glob("*.toml"))
FIVE_SCRIPTS = Path(__file__).with_name("five_scripts.toml")
LANGUAGES = ("en", "ar", "hi", "bn", "ru")

_THE_PRODUCTS = next(setting for setting in SETTINGS if setting.name == "LANGUAGES")

EVERY_LANGUAGE = sorted({*LANGUAGES, *map(str.strip, _THE_PRODUCTS.default.split(","))})
"""The languages of the product, and those that the list in five scripts has."""

DELHI = {
    "typical": {
        "cells": "umbilical",
        "sessions": 2,
        "room": "single",
        "nights": 10,
        "rehab": "day",
        "rehab_days": 12,
        "companions": 1,
        "hotel_nights": 14,
        "visa": True,
        "own_mri": True,
        "transfer": "car",
        "interpreter": "talks",
        "flights": 1200,
    },
    "package": {
        "cells": "marrow",
        "sessions": 1,
        "room": "ward",
        "nights": 7,
        "rehab": "none",
        "visa": False,
        "own_mri": True,
    },
    "request": {
        "cells": "adipose",
        "sessions": 3,
        "room": "deluxe",
        "nights": 21,
        "icu_nights": 2,
        "rehab": "robot",
        "rehab_days": 36,
        "companions": 2,
        "attendant": True,
        "hotel_nights": 30,
        "transfer": "van",
        "interpreter": "all_day",
        "visa": True,
        "flights": 2400,
        "own_mri": False,
        "blood_thinners": "paused",
    },
}
"""Plans of the hospital in Delhi: with ranges and tax, with a package, and with most of what there is."""

FIVE = {"cells": "donor", "sessions": 3, "nights": 10, "transfer": True}
"""A plan of the price list in five scripts."""


def table_of(text: str | Path) -> PriceTable:
    """Return the price list in a text or a file."""
    return pricing.read(text.read_text(encoding="utf-8") if isinstance(text, Path) else text)


def plan(name: str) -> tuple[PriceTable, dict[str, Any], str]:
    """Return table, answers and language of a plan by name: one of DELHI, or a language for FIVE."""
    if name in DELHI:
        return table_of(next(path for path in TABLES if path.stem == "delhi")), DELHI[name], "en"
    return table_of(FIVE_SCRIPTS), FIVE, name


def html_of(
    table: PriceTable,
    answers: Mapping[str, Any],
    language: str = "en",
    reference: str | None = "EST-2222-3333",
) -> str:
    """Return the HTML that a plan's document is made of."""
    breakdown, reading = pricing.estimate(table, answers).as_dict(), reader(language)
    rows = wording.rows(breakdown, table, reading, list(answers))
    changes = wording.changes(sensitivity(table, breakdown["answers"]), breakdown, table, reading)
    return pdf_document.html(rows, changes, _head(table, language, reference), reading)


_drawn: dict[tuple[str, str, str, str | None], bytes] = {}


def pdf_of(
    table: PriceTable,
    answers: Mapping[str, Any],
    language: str = "en",
    reference: str | None = "EST-2222-3333",
) -> bytes:
    """Return a plan's document; drawn once for all tests of a process, because equal plans give equal bytes."""
    plan_of_it = pricing.sha256(table), repr(list(answers.items())), language, reference
    if plan_of_it not in _drawn:
        breakdown = pricing.estimate(table, answers).as_dict()
        head = _head(table, language, reference)
        _drawn[plan_of_it] = pdf_document.document(
            breakdown, table, head, reader(language), list(answers), MADE
        )
    return _drawn[plan_of_it]


def pair_of(table: PriceTable, answers: Mapping[str, Any], language: str, second: str) -> bytes:
    """Return a plan's document in two languages; it needs an app that speaks both."""
    breakdown = pricing.estimate(table, answers).as_dict()
    ours, others = (side_of(table, tag) for tag in (language, second))
    return pdf_document.document(breakdown, table, ours.head, ours.reader, list(answers), MADE, second=others)


def side_of(table: PriceTable, language: str) -> pdf_document.Side:
    """Return what a document says in one language that is not in the breakdown."""
    with speaking(reader(language)):
        return pdf_document.Side(reader(language), _head(table, language, "EST-2222-3333"))


def _head(table: PriceTable, language: str, reference: str | None) -> wording.Head:
    until = (MADE + timedelta(days=30)).date()
    return wording.head(table, reader(language), reference=reference, created=MADE, valid_until=until)


def text_of(content: bytes, *options: str) -> str:
    """Return the text that another program reads in a PDF."""
    done = subprocess.run(["pdftotext", *options, "-", "-"], input=content, capture_output=True, check=True)
    return done.stdout.decode()


def unnamed_tables(page: Element) -> list[str]:
    """Return the text of every table in a parsed page that has neither a caption nor a heading right before it."""
    found = []
    for parent in page.iter():
        before = None
        for child in parent:
            caption = child.find("caption")
            words = "" if caption is None else "".join(caption.itertext()).strip()
            if child.tag == "table" and not words and (before is None or before.tag != "h2"):
                found.append("".join(child.itertext()))
            before = child
    return found


def structure(document: pikepdf.Pdf) -> Iterator[pikepdf.Dictionary]:
    """Yield every element of a document's structure, in reading order."""

    def below(element: pikepdf.Object) -> Iterator[pikepdf.Dictionary]:
        if not isinstance(element, pikepdf.Dictionary) or element.get("/Type") not in (
            None,
            "/StructElem",
            "/StructTreeRoot",
        ):
            return
        yield element
        kids: Any = element.get("/K", [])
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            yield from below(kid)

    yield from below(document.Root.StructTreeRoot)


def possible(driver: Driver) -> list[Any]:
    """Return some answers to a question, the plainest one first."""
    default = getattr(driver, "default", None)
    first = [] if default is None else [default]
    match driver:
        case ChoiceDriver():
            return [*first, *(choice.code for choice in driver.choices if choice.offered)]
        case NumberDriver():
            return [*first, driver.least, driver.least + (driver.step or 1), driver.most]
        case YesNoDriver():
            return [*first, False, True]
    return [*first, "2027-01-15"]


def priced(table: PriceTable, answers: Mapping[str, Any]) -> StoredBreakdown | None:
    """Return a breakdown, None where the answers are refused."""
    try:
        return pricing.estimate(table, answers).as_dict()
    except pricing.BadAnswers:
        return None


def plainest(table: PriceTable) -> dict[str, Any]:
    """Return the answers that ask for least: the default, else the least, of every question that is asked."""
    answers: dict[str, Any] = {}
    drivers = {driver.code: driver for driver in table.drivers}
    for _question in table.drivers:
        try:
            pricing.estimate(table, answers)
        except pricing.BadAnswers as refusal:
            refused = {problem.driver for problem in refusal.problems}
            if not refused - answers.keys():
                # All are given, but they do not go together: another one for the first that can mend it.
                ways = ({**answers, code: other} for code in drivers for other in possible(drivers[code]))
                return next(way for way in ways if priced(table, way))
            answers |= {code: possible(drivers[code])[0] for code in refused - answers.keys()}
    return answers


def largest(table: PriceTable) -> dict[str, Any]:
    """Return answers whose breakdown has about as many lines and notices as there can be."""
    answers = plainest(table)
    for driver in table.drivers:
        ways = [{**answers, driver.code: answer} for answer in reversed(possible(driver))]
        answers = max(
            (way for way in ways if priced(table, way)), key=lambda way: _size(table, way), default=answers
        )
    return answers


def _size(table: PriceTable, answers: Mapping[str, Any]) -> int:
    breakdown = priced(table, answers)
    assert breakdown is not None
    return sum(len(breakdown[part]) for part in ("items", "notices", "taxes", "answers"))


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(hashlib.sha256(pdf_of(*plan(name))).hexdigest())
