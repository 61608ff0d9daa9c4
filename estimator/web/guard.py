"""Who may reach what, and the headers that every answer carries.

Deny by default: an endpoint that is not on the short list of public ones answers 404 to strangers.
"""

from __future__ import annotations

from flask import Flask, Response, abort, current_app, g, jsonify, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from estimator import staff
from estimator.verification import LARGEST as LARGEST_PDF
from estimator.web import compression, errors, language
from estimator.web.patient import verify
from estimator.web.staff import security
from estimator.web.static_files import is_kept_for_ever

PUBLIC = frozenset(
    {
        "static",
        "patient.start",
        "patient.estimate",
        "patient.total",
        "patient.breakdown",
        "patient.document",
        "patient.plain",
        "patient.change",
        "patient.delete",
        "patient.robots",
        "patient.logo",
        "prices.page",
        "prices.document",
        "changing.apply",
        "changing.question",
        "changing.total",
        "changing.which",
        "comparing.start",
        "comparing.begin",
        "comparing.of_estimate",
        "comparing.page",
        "comparing.add",
        "comparing.of_comparison",
        "comparing.document",
        "comparing.plain",
        "exploring.apply",
        "exploring.page",
        "mailing.email",
        "asking.ask",
        "asking.check",
        "asking.asked",
        "asking.open",
        "asking.page",
        "asking.language",
        "asking.question",
        "asking.first_question",
        "other_offer.page",
        "my_data.request",
        "my_data.download",
        "my_data.erase",
        "my_data.code",
        "my_data.estimate",
        "my_data.estimate_download",
        "quote.open",
        "quote.page",
        "quote.revision",
        "quote.document",
        "quote.plain",
        "quote.code",
        "quote.close",
        "quote.closed",
        "quote.accept",
        "quote.total",
        "quote.answered",
        "quote.take_back",
        "quote.certificate",
        "quote.decline",
        "quote.question",
        "quote.asked",
        "quote.reminders",
        "checking.start",
        "checking.reference",
        "checking.upload",
        "health.alive",
        "health.ready",
        "health.metrics",
    }
)
"""Endpoints that need no account. Everything else answers 404."""

DEMONSTRATION = frozenset({"mailbox.folder", "mailbox.letter", "mailbox.page", "mailbox.attachment"})
"""Endpoints that exist in demonstration mode only, and need no account there."""

SIGNING_IN = frozenset(
    {
        "security.login",
        "security.two_factor_token_validation",
        "security.two_factor_setup",
        "security.mf_recovery",
        "staff_links.forgotten",
        "staff_links.new_password",
        "staff_links.welcome",
        "staff_links.demonstration",
    }
)
"""Endpoints by which staff come in; nobody is signed in yet."""

ANYBODY = "anybody"
OWNER = "owner"

STAFF: dict[str, str] = {
    "staff.start": ANYBODY,
    "staff.account": OWNER,
    "staff.sign_out_everywhere": OWNER,
    "staff.people": "staff.manage",
    "staff.someone": "staff.manage",
    "staff.what_waits": "requests.read",
    "price_lists.index": "tables.read",
    "price_lists.version": "tables.read",
    "price_lists.version_differences": "tables.read",
    "price_lists.version_text": "tables.read",
    "price_lists.version_xlsx": "tables.read",
    "price_lists.version_csv": "tables.read",
    "price_lists.version_csv_semicolons": "tables.read",
    "price_lists.overview": "tables.read",
    "price_lists.draft_text": "tables.read",
    "price_lists.list_xlsx": "tables.read",
    "price_lists.charges_csv": "tables.read",
    "price_lists.charges_csv_semicolons": "tables.read",
    "price_lists.translations_xlsx": "tables.read",
    "price_lists.translations_csv": "tables.read",
    "price_lists.translations_csv_semicolons": "tables.read",
    "price_lists.differences": "tables.read",
    "price_lists.try_it": "tables.read",
    "price_lists.examples": "tables.read",
    "price_lists.effect": "tables.read",
    "price_lists.ask_effect": "tables.read",
    "price_lists.saves": "tables.read",
    "price_lists.save": "tables.read",
    "price_lists.publish": "tables.read",
    "price_lists.begin": "tables.edit",
    "price_lists.new": "tables.edit",
    "price_lists.copy": "tables.edit",
    "price_lists.guide": "tables.edit",
    "price_lists.discard": "tables.edit",
    "price_lists.section": "tables.edit",
    "price_lists.raise_prices": "tables.edit",
    "price_lists.add": "tables.edit",
    "price_lists.entry": "tables.edit",
    "price_lists.text": "tables.edit",
    "price_lists.check": "tables.edit",
    "price_lists.spreadsheet": "tables.edit",
    "price_lists.save_spreadsheet": "tables.edit",
    "price_lists.translations": "tables.edit",
    "price_lists.change_examples": "tables.edit",
    "price_lists.go_back": "tables.edit",
    "price_lists.date_and_name": "tables.edit",
    "price_lists.propose": "tables.edit",
    "price_lists.approve": "tables.approve",
    "price_lists.send_back": "tables.approve",
    "price_lists.publish_alone": "tables.approve",
    "price_lists.take_back": "tables.approve",
    "price_lists.go_back_to": "tables.approve",
    "price_lists.closing": "tables.approve",
    "desk.queue": "requests.read",
    "desk.request": "requests.read",
    "desk.new": "requests.work",
    "desk.enter": "requests.work",
    "desk.entered_total": "requests.work",
    "desk.note": "requests.work",
    "desk.answer": "requests.work",
    "desk.assign": "requests.work",
    "desk.state": "requests.work",
    "desk.bulk": "requests.work",
    "desk.new_link": "requests.work",
    "desk.contact": "requests.work",
    "quotes_desk.prepare": "requests.read",
    "quotes_desk.preview": "requests.read",
    "quotes_desk.preview_pdf": "requests.read",
    "quotes_desk.revision": "requests.read",
    "quotes_desk.document": "requests.read",
    "quotes_desk.begin": "requests.work",
    "quotes_desk.save": "requests.work",
    "quotes_desk.figures": "requests.work",
    "quotes_desk.discard": "requests.work",
    "quotes_desk.copy": "requests.work",
    "quotes_desk.options": "requests.work",
    "quotes_desk.answers": "requests.work",
    "quotes_desk.answers_total": "requests.work",
    "quotes_desk.issue": "quotes.issue",
    "quotes_desk.withdraw": "quotes.issue",
    "quotes_desk.new_link": "quotes.issue",
    "quotes_desk.propose": "requests.work",
    "quotes_desk.approve": "quotes.approve",
    "quotes_desk.send_back": "quotes.approve",
    "outbox.page": "requests.work",
    "outbox.again": "requests.work",
    "outbox.leave": "requests.work",
    "reports.page": "requests.read",
    "reports.listed": "requests.read",
    "reports.figures": "requests.read",
    "reports.accuracy_page": "requests.read",
    "reports.accuracy_figures": "requests.read",
    "trail.audit_trail": "audit.read",
    "trail.trail_csv": "audit.read",
    "trail.trail_xlsx": "audit.read",
    "settings.overview": "settings.edit",
    "settings.part": "settings.edit",
    "settings.letter": "settings.edit",
    "settings.message": "settings.edit",
    "settings.logo": "settings.edit",
    "settings.rates": "settings.edit",
    "settings.overruns": "settings.edit",
    "settings.all_rates": "settings.edit",
    "settings.account": "settings.edit",
    "settings.confirm_account": "accounts.confirm",
    "bills_desk.page": "requests.read",
    "bills_desk.sheet_xlsx": "requests.read",
    "bills_desk.accuracy": "requests.read",
    "bills_desk.awaited": "requests.read",
    "bills_desk.enter": "requests.work",
    "bills_desk.spreadsheet": "requests.work",
    "bills_desk.withdraw": "requests.work",
    "older_accounts.page": "requests.read",
    "quotes_desk.leave_account": "quotes.issue",
    "quotes_desk.certificate": "quotes.issue",
    "quotes_desk.made_certificate": "quotes.issue",
    "quotes_desk.certificate_file": "quotes.issue",
    "security.logout": ANYBODY,
    "security.verify": OWNER,
    "security.change_password": OWNER,
    "security.two_factor_setup": OWNER,
    "security.two_factor_setup_validate": OWNER,
    "security.mf_recovery_codes": OWNER,
}
"""The permission that each endpoint of staff requires; ANYBODY is anybody signed in, OWNER anybody with an account of
their own, which the invented people of a demonstration do not have."""

FRESH = frozenset(
    {
        "staff.people",
        "staff.someone",
        "settings.part",
        "settings.letter",
        "settings.message",
        "settings.logo",
        "settings.rates",
        "settings.overruns",
        "settings.all_rates",
        "settings.account",
        "settings.confirm_account",
    }
)
"""Endpoints that ask for the password again unless it was entered within `security.FRESH`."""

OF_REAL_PEOPLE = frozenset({"settings.account"})
"""Endpoints that nobody invented may use, whatever their role, beside what `staff.may` refuses them."""

UNATTENDED = frozenset({"staff.what_waits"})
"""Endpoints that a page asks by itself: they do not show that anybody is there, and prolong no session."""

LARGE = frozenset(
    {
        "price_lists.begin",
        "price_lists.text",
        "price_lists.check",
        "price_lists.spreadsheet",
        "price_lists.save_spreadsheet",
        "price_lists.translations",
    }
)
"""Endpoints to which staff send whole price lists; to everything else only forms are sent."""

LARGEST = 40_000_000
"""Maximum size of a request to LARGE, in bytes: more than a price list has, so that a longer one can be shown again."""

MOST_FIELDS = 20_000
"""Maximum number of fields of a form for price lists, which may accept thousands of warnings one by one."""

MOST_WORDS = 2_000_000
"""Size, in bytes, up to which a text that is far too long is refused in its form, where it can be shortened."""

WORDY = frozenset(
    {"asking.question", "asking.first_question", "other_offer.page", "quote.question", "quote.decline"}
)
"""Endpoints of everybody that take somebody's own words."""

CHECKS_ITSELF = frozenset(
    {
        "patient.estimate",
        "patient.change",
        "patient.delete",
        "patient.total",  # nothing is stored
        "quote.reminders",  # its proof is the secret link in its address
        "other_offer.page",  # nothing is stored
        "exploring.apply",  # its proof is the secret link in its address: reading an estimate needs no cookie
        "changing.apply",  # as well
        "changing.question",
        "changing.total",  # nothing is stored
        "comparing.start",
        "comparing.of_estimate",
        "comparing.of_comparison",
        "mailing.email",
        "asking.ask",
        "asking.check",
        "asking.language",
        "asking.question",
        "asking.first_question",
        "checking.upload",
        "my_data.code",
        "my_data.erase",
        "quote.code",
        "quote.close",
        "quote.accept",
        "quote.certificate",
        "quote.take_back",
        "quote.total",
        "quote.decline",
        "quote.question",
    }
)
"""Endpoints that check the CSRF token themselves, so that after an ended session the typed answers are kept."""

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

csrf = compression.Protect()


def init_app(app: Flask) -> None:
    """Guard every request and every answer of an app."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # a form may be open for hours; the token ends with the session
    app.config["WTF_CSRF_SSL_STRICT"] = (
        False  # it asks for a Referer, which our pages forbid the browser to send
    )
    csrf.init_app(app)
    app.extensions[language.OF_STAFF] = frozenset({*STAFF, *SIGNING_IN})
    app.before_request(_keep_strangers_out)
    app.after_request(_add_headers)
    compression.init_app(app, PUBLIC - {"static"})


def _keep_strangers_out() -> ResponseReturnValue | None:
    endpoint = request.endpoint
    g.leads_to_staff = security.KEY in session and request.path.startswith(("/staff", "/desk"))
    if endpoint is None:
        return None  # there is no such page, or not for that method, which is said in a moment
    if endpoint == "checking.upload":
        request.max_content_length = LARGEST_PDF + verify.ROUND_IT
    if endpoint in WORDY:
        request.max_content_length = request.max_form_memory_size = MOST_WORDS
    if endpoint.startswith(("settings.", "desk.", "quotes_desk.", "bills_desk.")) and security.KEY in session:
        request.max_content_length = request.max_form_memory_size = LARGEST // 10
    if endpoint.startswith("price_lists.") and security.KEY in session:
        # Also for somebody whose session has just ended, so that what they typed can be shown to them.
        request.max_content_length = request.max_form_memory_size = (
            LARGEST if endpoint in LARGE else LARGEST // 10
        )
        request.max_form_parts = MOST_FIELDS
    if endpoint in SIGNING_IN or endpoint in STAFF:
        answer = _staff_only(endpoint)
        if answer is not None:
            return answer
    elif endpoint not in PUBLIC and not _is_shown_here(endpoint):
        abort(404)
    if endpoint not in CHECKS_ITSELF:
        csrf.protect()
    return None


def _staff_only(endpoint: str) -> ResponseReturnValue | None:
    """Return None if the person may use an endpoint of staff, else the response to show instead."""
    if not all(security.own_path(place) for place in request.values.getlist("next")):
        abort(400)
    person = security.person()
    if person is None:
        if endpoint in SIGNING_IN:
            security.forget_half_way()
            return None
        if _wants_json():
            return jsonify({"error": "signed out"}), 401
        if request.method == "POST" and request.form and endpoint in STAFF:
            return errors.signed_out()
        return redirect(url_for("security.login", next=_this_path()), code=303)
    security.seen(person, attended=endpoint not in UNATTENDED)
    asked = STAFF.get(endpoint, ANYBODY)
    if endpoint == "security.two_factor_token_validation":
        return redirect(url_for("staff.start"), code=303)  # they have come in already
    allowed = (
        asked == ANYBODY
        or (asked == OWNER and not person.demonstration)
        or (asked not in (ANYBODY, OWNER) and staff.may(person, asked))
    ) and not (person.demonstration and endpoint in OF_REAL_PEOPLE)
    if not allowed:
        if _wants_json():
            return jsonify({"error": "not allowed"}), 403
        if person.demonstration and (
            asked == OWNER or asked in staff.OF_REAL_PEOPLE or endpoint in OF_REAL_PEOPLE
        ):
            return errors.of_real_people()
        abort(403)
    if endpoint in FRESH and not person.demonstration and not security.is_fresh():
        if request.method == "POST":
            return errors.too_long_ago(url_for("security.verify", next=_this_path()))
        return redirect(url_for("security.verify", next=_this_path()), code=303)
    return None


def _this_path() -> str | None:
    """Return the path to come back to after signing in: that of this request, if it can be repeated."""
    if request.method not in ("GET", "HEAD"):
        return request.path if "GET" in (request.url_rule.methods or ()) else None  # type: ignore[union-attr]
    return request.full_path.rstrip("?")


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _is_shown_here(endpoint: str) -> bool:
    return endpoint in DEMONSTRATION and bool(current_app.config["SETTINGS"].demo)


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if response.status_code < 400 and is_kept_for_ever():
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        response.headers["Cache-Control"] = "no-store"
    if response.status_code == 503:
        response.headers.setdefault("Retry-After", "60")
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    return response
