"""What each language costs: the weight of every page of a patient, and the time and the size of the documents.

A page is weighed with its styles and scripts, as it stands and as it is sent. Documents are drawn in turns in one
process, which has drawn one of each before.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter

from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select

from benchmarks.acts import acting
from benchmarks.measure import Row, in_turns, middle, milliseconds, ratio
from benchmarks.screens import (
    CHROMIUM,
    HEIGHT,
    WIDTH,
    demonstration,
    links_of,
    plans_of,
    served,
)
from estimator import clinic, config, create_app, estimates, quotes
from estimator.db import db
from estimator.models import QuoteRevision
from estimator.pdf import renderer
from estimator.quotes import pdf_document as firm_document

LANGUAGES = ("en", "fr", "es", "ru", "ar", "hi", "bn")
LATIN = ("en", "fr", "es")
SLUG = "delhi"
ROUNDS = 5

LIMIT, LIMIT_SENT = 60_000, 18_000
"""Bytes of a page in Latin letters with its styles and scripts, and of what is sent of it."""


def rows() -> list[Row]:
    """Weigh the pages in every language, then draw the documents."""
    with tempfile.TemporaryDirectory(prefix="estimator-bench-") as name:
        settings = {**demonstration(Path(name)), "LANGUAGES": ",".join(LANGUAGES)}
        plans = {kind: answers for kind, answers in plans_of(SLUG).items() if kind != "smallest"}
        with served(settings):
            links = {tag: links_of(settings, SLUG, plans, language=tag) for tag in LANGUAGES}
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
                found = [
                    row
                    for tag in LANGUAGES
                    for row in _pages(browser, settings["PUBLIC_URL"], tag, links[tag])
                ]
                browser.close()
        return [*found, *_documents(settings, links)]


def _pages(browser: Browser, address: str, tag: str, links: Mapping[str, str]) -> Iterator[Row]:
    """Open every page as somebody who reads one language, on a phone."""
    context = browser.new_context(base_url=address, locale=tag, viewport={"width": WIDTH, "height": HEIGHT})
    page = context.new_page()
    page.goto("/")
    lowest = page.locator("main .button").first.bounding_box()
    assert lowest is not None
    ends = lowest["y"] + lowest["height"]
    yield Row(f"{tag}: the first button of the start ends at", f"{ends:.0f} px", aim=f"at most {HEIGHT} px")
    yield _weighed(page, "/", tag, "start")
    yield _weighed(page, f"/estimate/{SLUG}", tag, "form")
    for what, path in links.items():
        yield _weighed(page, path, tag, what)
        if what.startswith("breakdown"):
            continue
        accept = page.locator("ul.actions a.button").first.get_attribute("href")
        yield _weighed(page, str(accept), tag, f"accept, {what}")
    estimate = next(path for what, path in links.items() if what == "breakdown, largest plan")
    for name in ("ask", "question", "change", "data"):
        yield _weighed(page, f"{estimate}/{name}", tag, name)
    yield _weighed(page, "/verify", tag, "verify")
    context.close()


def _weighed(page: Page, path: str, tag: str, what: str) -> Row:
    """Weigh a page with whatever it loads; what tells the total so far is no part of it."""
    page.goto(path)
    loaded = page.evaluate(
        "[location.href, ...performance.getEntriesByType('resource').map((entry) => entry.name)]"
    )
    whole = sent = 0
    for address in dict.fromkeys(loaded):
        if address.endswith("/total"):
            continue
        answer = page.request.get(address, headers={"Accept-Language": tag})
        whole += len(answer.body())
        sent += int(answer.headers["content-length"])
    aim = f"at most {LIMIT // 1000} and {LIMIT_SENT // 1000} kB" if tag in LATIN else ""
    return Row(f"{tag}: {what}", f"{whole / 1000:.1f} kB", f"sent: {sent / 1000:.1f} kB", aim=aim)


def _documents(settings: Mapping[str, str], links: Mapping[str, Mapping[str, str]]) -> Iterator[Row]:
    """Draw the estimate and the quote of the worked example in each language, in turns."""
    loaded = config.load(settings)
    app = create_app(loaded, pages=False)
    try:
        with app.app_context():
            act = acting("patient", datetime.now(UTC), loaded, clinic.current())
            sides: dict[str, dict[str, Callable[[], bytes]]] = {"estimate": {}, "quote": {}}
            for tag in LANGUAGES:
                token = links[tag]["breakdown, default plan"].rpartition("/")[2]
                record = estimates.find(act, token)
                assert record is not None
                sides["estimate"][tag] = partial(estimates.pdf_document.pdf_of, record)
            for revision in db.session.scalars(select(QuoteRevision)):
                sides["quote"][revision.language] = partial(_quote, revision, loaded)
            for kind, draws in sides.items():
                yield from _drawn(kind, draws)
    finally:
        renderer.close()
        app.extensions["jobs"].close()


def _quote(revision: QuoteRevision, settings: config.Settings) -> bytes:
    rows = quotes.issued_revisions.rows_of(revision, settings.data_keys)
    patient = quotes.issued_revisions.patient_of(revision, settings.data_keys)
    assert rows is not None
    assert patient is not None
    return firm_document.document(
        quotes.issued_revisions.content_of(revision),
        rows,
        patient=patient,
        language=revision.language,
        settings=settings,
    )


def _drawn(kind: str, draws: Mapping[str, Callable[[], bytes]]) -> Iterator[Row]:
    def timed(draw: Callable[[], bytes]) -> tuple[float, int]:
        begin = perf_counter()
        content = draw()
        return perf_counter() - begin, len(content)

    for draw in draws.values():
        draw()
    found = in_turns({tag: partial(timed, draw) for tag, draw in draws.items()}, ROUNDS)
    took = {tag: middle(seconds for seconds, _size in each) for tag, each in found.items()}
    for tag, each in found.items():
        size = each[0][1]
        yield Row(
            f"{tag}: PDF of the {kind}, worked example",
            milliseconds(took[tag]),
            f"{size / 1000:.0f} kB",
            ratio(took[tag], took["en"]),
        )
