"""What a patient meets first: the price lists with what is known of each, and what is served beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypedDict

from babel import Locale
from flask import (
    Response,
    render_template,
)
from flask.typing import ResponseReturnValue

from estimator import clinic, price_lists, wording
from estimator.i18n import Reader, Words, listed_apart
from estimator.i18n import gettext as _
from estimator.models import TableVersion
from estimator.web import errors, request_context
from estimator.web.language import current_reader
from estimator.web.patient.estimate import UNFINISHED_DAYS, notices, pages
from pricing import PriceTable

MOST_OF_A_PLAN = 6
"""Number of answers in which a worked example is told, beside the amounts that are in it."""


@pages.get("/")
def start() -> ResponseReturnValue:
    """Show what can be estimated, with what is known about it said once above all of it."""
    reader = current_reader()
    versions = price_lists.all_in_force(request_context.now())
    return render_template(
        "patient/start.html",
        offers=[_offer(version, reader) for version in versions],
        evidence=_evidence([price_lists.parsed(version) for version in versions], reader),
        kept_days=request_context.settings().kept_days,
        unfinished_days=UNFINISHED_DAYS,
    )


@pages.get("/robots.txt")
def robots() -> ResponseReturnValue:
    """Ask search engines to stay away; no link with a secret in it is named."""
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")


@pages.get("/logo/<digest>.png")
def logo(digest: str) -> ResponseReturnValue:
    """Send the clinic's logo; the address names its content, so a new logo has another one."""
    found = request_context.clinic().logo
    content = clinic.logo_content(found) if found is not None and found.sha256 == digest else None
    if content is None:
        raise errors.Missing
    return Response(content, mimetype="image/png")


class Offer(TypedDict):
    """One price list that can be estimated with."""

    slug: str
    title: Words
    provider: Words
    country: str
    demo: bool
    typical: Range | None


class Range(TypedDict):
    """What a treatment typically comes to, and for which plan."""

    sentence: str
    plan: Words | str


def _offer(version: TableVersion, reader: Reader) -> Offer:
    table = price_lists.parsed(version)
    territories: Mapping[str, str] = Locale.parse(reader.locale).territories
    return {
        "slug": version.slug,
        "title": reader.words(table.title, table.main_language),
        "provider": wording.provider(table, reader),
        "country": territories.get(table.provider.country, table.provider.country),
        "demo": table.demo,
        "typical": _typical(version, table, reader),
    }


def _typical(version: TableVersion, table: PriceTable, reader: Reader) -> Range | None:
    """Say what the worked example of a list comes to; None if it has none."""
    found = price_lists.typical(version)
    if found is None:
        return None
    low, high = reader.money(found.low, table.currency), reader.number(found.high)
    if found.low == found.high:
        sentence = _("about %(amount)s", amount=low)
    else:
        sentence = _("about %(low)s to %(high)s", low=low, high=high)
    if found.at_least:
        sentence = wording.at_least.said(low, incomplete=True)
    return {"sentence": sentence, "plan": _plan(found, table, reader)}


def _plan(found: price_lists.Typical, table: PriceTable, reader: Reader) -> Words | str:
    """Return what a clinic calls its worked example; in another language than the list's, its first answers.

    An amount says nothing without its question, so of flights or a hotel it says that they are in it.
    """
    if reader.tag.partition("-")[0] == table.main_language.partition("-")[0]:
        return reader.own(found.name, table.main_language)
    asked = [
        driver
        for driver in table.drivers
        if driver.role != "about_you"
        and found.answers.get(driver.code) not in (None, True, False, "none", "0")
    ]
    amounts = [driver for driver in asked if getattr(driver, "money", False)]
    others = [driver for driver in asked if driver not in amounts]
    return listed_apart(
        [
            *(
                wording.answer_words(driver, found.answers[driver.code], table, reader)
                for driver in others[:MOST_OF_A_PLAN]
            ),
            *(reader.words(driver.label, table.main_language) for driver in amounts),
        ]
    )


def _evidence(tables: Sequence[PriceTable], reader: Reader) -> wording.NoticeSection | None:
    """Return what the lists say about the evidence, once where several say the same or name the same source."""
    sections = [
        section for table in tables for section in notices(table, reader) if section.kind == "evidence"
    ]
    if not sections:
        return None
    rows: dict[str, wording.NoticeRow] = {}
    for section in sections:
        for row in section.rows:
            rows.setdefault(row.link or row.text.text, row)
    return replace(sections[0], rows=list(rows.values()))
