"""Everything that answers a request: pages, error pages, the reader's language, security headers."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, url_for
from flask_babel import Babel
from werkzeug.middleware.proxy_fix import ProxyFix

from estimator.config import Settings
from estimator.i18n import reader, speak
from estimator.web import (
    asking,
    checking,
    desk,
    errors,
    guard,
    language,
    mailbox,
    mailing,
    my_data,
    outbox,
    patient,
    price_lists,
    quote,
    quotes_desk,
    reports,
    security,
    staff,
    staff_links,
    trail,
)
from estimator.web.language import current_reader


def init_app(app: Flask) -> None:
    """Give an app its pages."""
    app.url_map.merge_slashes = False  # it answers with the address that the request claims to have
    app.request_class = checking.InMemory
    guard.init_app(app)
    language.init_app(app)
    errors.init_app(app)
    translations = str(Path(__file__).parent.parent / "translations")
    Babel(app, default_translation_directories=translations, locale_selector=lambda: current_reader().locale)
    speak(app.jinja_env)
    app.register_blueprint(patient.pages)
    app.register_blueprint(mailing.pages)
    app.register_blueprint(asking.pages)
    app.register_blueprint(my_data.pages)
    app.register_blueprint(quote.pages)
    app.register_blueprint(checking.pages)
    security.init_app(app)
    app.register_blueprint(staff.pages)
    app.register_blueprint(staff_links.pages)
    app.register_blueprint(price_lists.pages)
    app.register_blueprint(desk.pages)
    app.register_blueprint(quotes_desk.pages)
    app.register_blueprint(outbox.pages)
    app.register_blueprint(reports.pages)
    app.register_blueprint(trail.pages)
    app.context_processor(_everywhere)
    settings: Settings = app.config["SETTINGS"]
    if settings.demo:
        app.register_blueprint(mailbox.pages)
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]


def _everywhere() -> dict[str, Any]:
    settings: Settings = current_app.config["SETTINGS"]
    return {
        "asset": _asset,
        "errors": [],
        "demonstration": settings.demo,
        "languages": [reader(tag) for tag in settings.languages],
        "reader": current_reader(),
    }


def _asset(name: str) -> str:
    return url_for("static", filename=name, v=_version_of(name))


@lru_cache(maxsize=32)
def _version_of(name: str) -> str:
    content = Path(__file__).parent.parent / "static" / name
    return hashlib.sha256(content.read_bytes()).hexdigest()[:12]
