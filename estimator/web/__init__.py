"""Everything that answers a request: pages, error pages, the reader's language, security headers."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, request, url_for
from flask_babel import Babel
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.middleware.proxy_fix import ProxyFix

from estimator.config import Settings
from estimator.db import unavailable
from estimator.i18n import reader, speak
from estimator.template_environment import FILTERS
from estimator.web import (
    desk,
    errors,
    guard,
    health,
    language,
    mailbox,
    measuring,
    mistyped_addresses,
    patient,
    request_context,
    staff,
    static_files,
    troubles,
    well_formed,
    whole_numbers,
)
from estimator.web.language import current_reader
from estimator.web.patient import verify
from estimator.web.staff import security

PATIENT = frozenset(pages.name for pages in patient.blueprints)


def init_app(app: Flask) -> None:
    """Give an app its pages."""
    app.url_map.merge_slashes = False  # it answers with the address that the request claims to have
    app.request_class = verify.InMemory
    whole_numbers.init_map(app.url_map)
    measuring.init_app(app)
    static_files.init_app(app)
    guard.init_app(app)
    language.init_app(app)
    mistyped_addresses.init_app(app)
    errors.init_app(app)
    Babel(app, locale_selector=lambda: current_reader().locale)
    speak(app.jinja_env)
    app.jinja_env.filters |= FILTERS
    security.init_app(app)
    for pages in (*patient.blueprints, *staff.blueprints, *desk.blueprints):
        app.register_blueprint(pages)
    app.register_blueprint(health.pages)
    app.context_processor(_everywhere)
    set_here: Settings = app.config["SETTINGS"]
    if set_here.demo:
        app.register_blueprint(mailbox.pages)
    if set_here.proxies:
        hops = set_here.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    # Outermost, so that nothing else ever sees what is refused here.
    app.wsgi_app = well_formed.only(  # type: ignore[method-assign, assignment]
        app.wsgi_app, public_url=set_here.public_url, headers=guard.HEADERS
    )


def _everywhere() -> dict[str, Any]:
    here: Settings = current_app.config["SETTINGS"]
    return {
        "answers_a_form": request.method == "POST" and request.blueprint in PATIENT,
        "asset": _asset,
        "clinic_logo": _logo,
        "errors": [],
        "here": language.query,
        "unspoken": language.unspoken,
        "demonstration": here.demo,
        "sends_mail": here.sends_mail,
        "desk_troubles": troubles.sentences,
        "privacy_notice": here.privacy_notice,
        "new_estimate": False,
        "languages": [reader(tag) for tag in language.spoken()],
        "reader": current_reader(),
    }


def _logo() -> dict[str, Any] | None:
    """Return the logo's URL and size for the head of a page; None if there is none.

    None also if the database is unavailable: an error page that keeps what somebody typed must still be shown.
    """
    try:
        logo = request_context.clinic().logo
    except SQLAlchemyError as error:
        if unavailable(error) is None:
            current_app.logger.warning("the logo could not be asked for")
        return None
    if logo is None:
        return None
    address = url_for("patient.logo", digest=logo.sha256)
    return {"address": address, "width": logo.width, "height": logo.height}


def _asset(name: str) -> str:
    return url_for("static", filename=name, v=static_files.version(name))
