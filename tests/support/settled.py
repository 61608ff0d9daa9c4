"""Wait until something is so in a page, asked from outside: the pages forbid a script to evaluate text.

`Page.wait_for_function` evaluates its text in the page each time after the first, which the content security policy
refuses: it passes where the answer is yes at once, and else fails with a sentence about that policy.
"""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Page

PATIENCE = 30.0
"""Seconds after which it is not going to be so."""


def wait_until(page: Page, expression: str, argument: Any = None) -> None:
    """Ask a page until an expression of it is true; an assertion fails if it never is."""
    ends = time.monotonic() + PATIENCE
    while not page.evaluate(expression, argument):
        assert time.monotonic() < ends, f"never so: {expression}"
        page.wait_for_timeout(20)


def two_frames(page: Page) -> None:
    """Wait until the browser has drawn twice: what a script has changed is laid out."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
