"""Somebody who reads one language only goes from the start page to an accepted quote, and meets no other language.

Each run of the tests goes the way in one language, which is another one each day; `make soak` goes it in all of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser

from estimator import config
from estimator.clinic import exchange_rates
from tests.browser.conftest import PATIENCE
from tests.browser.patient.language_walk import states
from tests.browser.patient.served import Site, serving
from tests.browser.patient.walk import DELHI, at_breakdown, estimate, unfold
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


SHORT = """() => {
  for (const part of document.querySelectorAll("details")) part.open = false;
  const words = document.body.innerText.split(/\\s+/).filter((word) => /[\\p{L}\\p{N}]/u.test(word));
  return [document.documentElement.scrollHeight, words.length];
}"""
"""Closes all that can be closed, and returns the height of a page and the number of its words that are seen."""


COUNTED = {
    "own_mri": "yes",
    "flights": "1100",
    "hotel_nights": "3",
    "transfer": "van",
    "interpreter": "talks",
}
"""Answers to what the other plan leaves open, and one that spares something."""


@pytest.mark.long
def test_an_estimate_with_an_open_sore_is_four_screens_and_450_words_and_no_more_screens_after_a_change(
    browser: Browser, site: Site
) -> None:
    for currency in exchange_rates.ORIENTATION:
        site.database(
            "INSERT INTO rate (base, quoted, day, rate, source, entered_by, entered_at) "
            "SELECT 'USD', ?, '2026-01-01', '83.25', 'Bank', 'user:1', '2026-01-01 00:00:00' WHERE ? != 'USD'",
            currency,
            currency,
        )
    context = browser.new_context(base_url=site.address, viewport={"width": 360, "height": 740})
    page = context.new_page()
    first = estimate(page, replace(DELHI, whole=DELHI.whole | COUNTED | {"infection": "yes"}))
    unfold(page, ":has(#changes-title)")
    page.locator(".changes button").first.click()
    page.wait_for_url(lambda url: not url.endswith(first))
    changed = at_breakdown(page)
    found = {}
    for tag in LANGUAGES:
        page.goto(f"{changed}?language={tag}")
        assert page.locator(".since").count() == page.locator(".told").count() == 1
        assert page.locator("#in option").count() == len(exchange_rates.ORIENTATION)
        after, _words = page.evaluate(SHORT)
        page.goto(f"{first}?language={tag}")
        before, words = page.evaluate(SHORT)
        ends = [row.bounding_box() for row in page.locator(".split dd:not(.note)").all()]
        shown = [box and box["y"] + box["height"] <= 740 for box in ends]
        found[tag] = before <= 4 * 740, after <= 4 * 740, words <= 450, shown
    context.close()
    assert found == {tag: (True, True, True, [True] * 4) for tag in LANGUAGES}


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


@pytest.mark.long
def test_arabic_amounts_of_items_and_of_their_groups_share_a_column_on_a_phone(
    browser: Browser, site: Site
) -> None:
    context = browser.new_context(base_url=site.address, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(f"{estimate(page, DELHI)}?language=ar")
    unfold(page, ":has(#items-title)")
    ends = page.locator(".items tr:not(.less) > td:last-child:not(.less) > bdi").evaluate_all(
        """amounts => amounts.flatMap((amount) => {
            const text = amount.firstChild;
            const figures = /\\d+\\.\\d\\d/.exec(text.data);
            if (!figures) return [];
            const range = document.createRange();
            range.setStart(text, figures.index);
            range.setEnd(text, figures.index + figures[0].length);
            return Math.round(range.getBoundingClientRect().right);
        })"""
    )
    scrolls = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert len(ends) > 8
    assert max(ends) - min(ends) <= 2, ends
    assert scrolls <= 360
