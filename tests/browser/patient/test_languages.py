"""Somebody who reads one language only goes from the start page to an accepted quote, and meets no other language.

Each run of the tests goes the way in one language, which is another one each day; `make soak` goes it in all of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser

from estimator import config
from tests.browser.patient.conftest import PATIENCE
from tests.browser.patient.language_walk import states
from tests.browser.patient.served import Site, serving
from tests.browser.patient.walk import DELHI, estimate
from tests.support import profile

SPOKEN = next(setting.default for setting in config.SETTINGS if setting.name == "LANGUAGES")
LANGUAGES = [tag.strip() for tag in SPOKEN.split(",")]


def chosen() -> list[str]:
    """Return the languages of this run: all in the soak, one that is named by LANGUAGE_WALKED, else that of the day."""
    named = os.environ.get("LANGUAGE_WALKED")
    if profile.NAME == "soak" or named == "all":
        return LANGUAGES
    return [named or LANGUAGES[datetime.now(UTC).toordinal() % len(LANGUAGES)]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the demonstration in all languages."""
    with serving(tmp_path_factory.mktemp("languages"), languages=",".join(LANGUAGES)) as site:
        yield site


@pytest.mark.soak
@pytest.mark.parametrize("tag", chosen())
def test_who_reads_one_language_goes_the_whole_way_in_it(browser: Browser, site: Site, tag: str) -> None:
    context = browser.new_context(
        base_url=site.address, locale=tag, viewport={"width": 360, "height": 740}, service_workers="block"
    )
    context.set_default_timeout(PATIENCE)
    found = dict(states(context.new_page(), site, tag))
    context.close()
    wrong = [f"{state}: {each}" for state, everything in found.items() for each in everything]
    assert not wrong, "\n".join(wrong)
    assert len(found) > 50


@pytest.mark.long
@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_first_button_is_in_the_first_screen_in_every_language(
    browser: Browser, site: Site, tag: str
) -> None:
    context = browser.new_context(base_url=site.address, locale=tag, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto("/")
    box = page.locator("main .button").first.bounding_box()
    context.close()
    assert box is not None
    assert box["y"] + box["height"] <= 740


@pytest.mark.long
def test_the_total_and_its_four_sums_are_in_the_first_screen_in_every_language(
    browser: Browser, site: Site
) -> None:
    context = browser.new_context(base_url=site.address, viewport={"width": 360, "height": 740})
    page = context.new_page()
    path = estimate(page, DELHI)
    found = {}
    for tag in LANGUAGES:
        page.goto(f"{path}?language={tag}")
        boxes = [row.bounding_box() for row in page.locator(".total-about, .split dd:not(.note)").all()]
        found[tag] = max(box["y"] + box["height"] for box in boxes if box is not None)
        assert len(boxes) == 5
        assert page.locator("html").get_attribute("lang") == tag
    context.close()
    assert {tag: end for tag, end in found.items() if end > 740} == {}
