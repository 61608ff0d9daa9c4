"""The real app in a process of its own, and browsers that watch what its pages do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.browser.conftest import PATIENCE
from tests.browser.patient.served import LONG_WORDS, Opener, Site, serving
from tests.browser.patient.walk import DELHI, estimate


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the demonstration and a list of long words in English and Arabic, and end it with the tests."""
    with serving(tmp_path_factory.mktemp("instance")) as site:
        site.run("tables", "import", LONG_WORDS)
        yield site


@pytest.fixture(scope="session")
def base_url(site: Site) -> str:
    """Let pages be opened by their path."""
    return site.address


@pytest.fixture(scope="session")
def breakdown(site: Site, browser: Browser) -> str:
    """Return the path of an estimate of the Delhi list that no test changes."""
    context = browser.new_context(base_url=site.address)
    path = estimate(context.new_page(), DELHI)
    context.close()
    return path


@pytest.fixture
def open_page(new_context: Callable[..., BrowserContext], site: Site) -> Iterator[Opener]:
    """Return a function that opens a page in a browser of its own: a phone, unless told otherwise.

    After the test, no such page may have said anything in its console, thrown an error, broken the content
    security policy, or asked anybody but the app for anything.
    """
    strange: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        # A refused form, a closed page and a missing one are answered with a status that the browser remarks on.
        # So is closing a quote on a device, which empties the cache.
        known = r"the server responded with a status of 4(00|01|04|09|22)|^Clear-Site-Data header on "
        if not re.search(known, message.text):
            strange.append(f"{message.type}: {message.text}")

    def open_page(**options: object) -> Page:
        language = options.pop("language", None)
        context = new_context(**{"viewport": {"width": 360, "height": 740}, **options})
        context.set_default_timeout(PATIENCE)
        context.on("console", on_console)
        context.on("weberror", lambda error: strange.append(str(error.error)))
        context.on(
            "request",
            lambda asked: None if asked.url.startswith(f"{site.address}/") else strange.append(asked.url),
        )
        page = context.new_page()
        if language:
            page.goto(f"/?language={language}")
        return page

    yield open_page
    assert strange == []
