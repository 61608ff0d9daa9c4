"""The reader of a request, and how they choose another language: `?language=ar` after any address."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, current_app, g, has_request_context, redirect, request, session, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from estimator import clinic
from estimator.i18n import Reader, reader


def init_app(app: Flask) -> None:
    """Let every page of an app be read in another language, where it stands."""
    app.before_request(_remember)


def _remember() -> Response | None:
    """Remember a chosen language for this visit and show the same page again; a strange one is ignored."""
    chosen = request.args.get("language")
    if chosen is None or request.method != "GET" or request.endpoint in (None, "static"):
        return None
    if chosen in current_app.config["SETTINGS"].languages:
        session["language"] = chosen
    return redirect(url_for(request.endpoint, **(request.view_args or {})), code=303)


def current_reader() -> Reader:
    """Return the reader of this request: the language they chose, else their browser's, else the clinic's."""
    if not has_request_context():
        return reader("en")
    if "reader" not in g:
        tags = current_app.config["SETTINGS"].languages
        chosen = session.get("language")
        if chosen not in tags:
            chosen = request.accept_languages.best_match(tags) or _of_the_clinic(tags)
        g.reader = reader(chosen)
    found: Reader = g.reader
    return found


def _of_the_clinic(tags: Sequence[str]) -> str:
    """Return the language that an administrator set, else the first; error pages need one without a database."""
    if len(tags) == 1:
        return tags[0]
    try:
        found = clinic.default_language()
    except SQLAlchemyError:
        current_app.logger.warning("the default language could not be asked for")
        return tags[0]
    return found if found is not None and found in tags else tags[0]
