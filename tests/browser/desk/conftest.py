"""The desk's app and people, for Chromium as for a browser without JavaScript."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from estimator.models.staff import Role
from tests.support.serving import browsing
from tests.support.staff_browser import Staff
from tests.web.desk.conftest import app, approver, database_url, draft, editor, kind, make_app, sign_in

__all__ = ["app", "approver", "database_url", "draft", "editor", "kind", "make_app", "sign_in"]


@pytest.fixture(autouse=True)
def clock() -> None:
    """Let the time pass: a browser waits by it."""


@pytest.fixture
def page(app: Flask, browser: Browser, sign_in: Callable[[Flask, Role], Staff]) -> Iterator[Page]:
    """Return a browser's page in which an editor has begun a draft; mistakes of scripts fail the test."""
    with browsing(app, browser, sign_in(app, "price_editor")) as page:
        page.goto("/staff/tables")
        with page.expect_navigation():
            page.get_by_role("button", name="Begin a draft from").click()
        yield page
