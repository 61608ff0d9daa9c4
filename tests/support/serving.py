"""The desk in a real browser: an app that is served, and a page in which somebody is signed in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from tests.support.staff_browser import Staff


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve an app on a free port of this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def browsing(app: Flask, browser: Browser, person: Staff, **options: Any) -> Iterator[Page]:
    """Open a page in which somebody is signed in; mistakes of scripts fail the test."""
    with served(app) as address:
        cookie = person.client.get_cookie("session")
        assert cookie is not None
        context = browser.new_context(base_url=address, locale="en-GB", **options)
        context.add_cookies([{"name": "session", "value": cookie.value, "url": address}])
        page = context.new_page()
        mistakes: list[str] = []
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        yield page
        context.close()
        assert mistakes == []
