"""The reader of a request."""

from __future__ import annotations

from flask import current_app, g, has_request_context, request, session

from estimator.i18n import Reader, reader


def current_reader() -> Reader:
    """Return the reader of this request: the language they chose, else their browser's, else the first."""
    if not has_request_context():
        return reader("en")
    if "reader" not in g:
        tags = current_app.config["SETTINGS"].languages
        chosen = session.get("language")
        if chosen not in tags:
            chosen = request.accept_languages.best_match(tags) or tags[0]
        g.reader = reader(chosen)
    found: Reader = g.reader
    return found
