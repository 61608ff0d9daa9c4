"""Who may reach what, and the headers that every answer carries.

Closed until opened: an endpoint that is not on the short list of public ones does not exist for strangers.
"""

from __future__ import annotations

from flask import Flask, Response, abort, current_app, request
from flask_wtf.csrf import CSRFProtect

PUBLIC = frozenset(
    {
        "static",
        "patient.start",
        "patient.estimate",
        "patient.total",
        "patient.breakdown",
        "patient.document",
        "patient.change",
        "patient.delete",
        "patient.robots",
        "mailing.email",
    }
)
"""Endpoints that need no account. Everything else answers 404."""

DEMONSTRATION = frozenset({"mailbox.folder", "mailbox.letter", "mailbox.page", "mailbox.attachment"})
"""Endpoints that exist in demonstration mode only, and need no account there."""

CHECKS_ITSELF = frozenset({"patient.estimate", "patient.change", "mailing.email"})
"""Forms that check their own token, so that an ended session costs nobody the answers they typed."""

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}

csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    """Guard every request and every answer of an app."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # a form may be open for hours; the token ends with the session
    app.config["WTF_CSRF_SSL_STRICT"] = (
        False  # it asks for a Referer, which our pages forbid the browser to send
    )
    csrf.init_app(app)
    app.before_request(_keep_strangers_out)
    app.after_request(_add_headers)


def _keep_strangers_out() -> None:
    if request.endpoint is None:
        return  # there is no such page, or not for that method, which is said in a moment
    if request.endpoint not in PUBLIC and not _is_shown_here(request.endpoint):
        abort(404)
    if request.endpoint not in CHECKS_ITSELF:
        csrf.protect()


def _is_shown_here(endpoint: str) -> bool:
    return endpoint in DEMONSTRATION and bool(current_app.config["SETTINGS"].demo)


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint == "static" and response.status_code < 400:
        # The address carries a hash of the content, so that it may be kept for ever.
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        response.headers["Cache-Control"] = "no-store"
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    return response
