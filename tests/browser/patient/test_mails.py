"""In a browser: every mail as a page, as wide as the narrowest phone, in light and in the dark."""

from __future__ import annotations

from playwright.sync_api import Browser

from tests.estimator.mail.test_composing import CASES, compose
from tests.support.accessibility import dim, dim_in_the_dark


def test_no_mail_is_wider_than_the_narrowest_phone_nor_too_dim(browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 740})
    page = context.new_page()
    found: dict[tuple[str, str], list[str]] = {}
    for (template, case), given in CASES.items():
        page.set_content(compose(template, given).html)
        width = page.evaluate("document.scrollingElement.scrollWidth")
        wide = [] if width <= 320 else [f"{width} px wide"]
        problems = [*wide, *dim(page), *dim_in_the_dark(page)]
        if problems:
            found[template, case] = problems
    context.close()
    assert found == {}
