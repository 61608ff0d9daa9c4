"""Error pages: what went wrong and what to do, never a traceback."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask import Flask, current_app, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, InternalServerError

from estimator import logs, requests, verification
from estimator.db import unavailable
from estimator.i18n import gettext as _
from estimator.web.estimate_form import PREFIX
from estimator.web.fields import typed_names
from estimator.web.forms import Form, all_forms, printable
from estimator.web.language import current_reader

MOST_KEPT = 200
"""Maximum number of texts that are shown again of a form that could not be saved."""


CARRIED = frozenset(
    (
        "csrf_token act over base page save fingerprint changes said submission table_sha256 basis seen back pick "
        "plan_key given reference state before revision second agreed read_in asked sent_again sentence name_of_form "
        "holder instead_of becomes returned recipient standing taken worked_out plan bill every fresh group tick ack "
        "kind row sha256 setup lang language next currency who list order to in show"
    ).split()
)
"""What pages carry along or let choose outside of a form of a class of its own, and nobody has typed."""

CARRIED_FOR_EACH = ("basis-", "shown_", "price-for-", "price-shown-")
"""How names begin of which a page carries one for each of its entries."""


class Missing(Exception):
    """The record of a page does not exist, or may not be seen by the reader; functions that load one raise this.

    An error handler shows `answer`. A subclass has a page of its own.
    """

    def answer(self) -> ResponseReturnValue:
        """Return the response: one 404 page for everything that was deleted or never existed.

        It keeps what somebody typed for it meanwhile.
        """
        return missing(kept=typed() if request.method == "POST" else ())


def init_app(app: Flask) -> None:
    """Give an app its error pages."""
    app.register_error_handler(Missing, _instead)
    app.register_error_handler(requests.Erased, _erased)
    app.register_error_handler(requests.TooManyToday, _tomorrow)
    app.register_error_handler(CSRFError, _ended_session)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(InternalServerError, _ours)


def page(
    status: int,
    heading: str,
    *sentences: str,
    way_out: tuple[str, str] | None = None,
    again: Sequence[tuple[str, str]] = (),
    kept: Sequence[str] = (),
) -> tuple[str, int]:
    """Return an error page and its status; `way_out` is a link (address, label), by default to the start.

    `again` is what was sent, by name; the page offers to send it once more. `kept` are texts that somebody
    typed and that were not saved; the page shows them, to be copied.
    """
    address, label = way_out or (url_for("patient.start"), _("To the start page"))
    shown = {"heading": heading, "sentences": sentences, "way_out": {"address": address, "label": label}}
    # Whoever has no such page learns nothing but that: the page is the same for everything that is not there.
    number = "" if status in (401, 404) else logs.request_id.get()
    return render_template("errors/error.html", again=again, kept=kept, number=number, **shown), status


def _instead(missing: Missing) -> ResponseReturnValue:
    return missing.answer()


def _erased(_error: requests.Erased) -> tuple[str, int]:
    return erased_meanwhile()


def _tomorrow(_error: requests.TooManyToday) -> tuple[str, int]:
    return page(
        429,
        _("Try again tomorrow"),
        _("This was done very often today, so nothing was changed now. Everything stays as it was."),
        kept=typed() if request.method == "POST" else (),
    )


def erased_meanwhile() -> tuple[str, int]:
    """Return the page for something about a person who was erased meanwhile; it keeps what was typed."""
    at_desk = request.path.startswith("/desk/")
    return page(
        409,
        _("The person’s details were deleted meanwhile"),
        _("Nothing was kept or sent: nothing is added any more to what was deleted."),
        way_out=(url_for("desk.queue"), _("To the requests")) if at_desk else None,
        kept=typed() if request.method == "POST" else (),
    )


def missing(kept: Sequence[str] = ()) -> tuple[str, int]:
    """Return the 404 page, with what somebody typed for something that is gone; staff's keeps it in any case."""
    if g.get("leads_to_staff", False):
        return page(
            404,
            _("This page does not exist"),
            _("Its address may be mistyped, or what it showed is not there any more."),
            way_out=(url_for("staff.start"), _("To the start page")),
            kept=typed() if request.method == "POST" else (),
        )
    return page(
        404,
        _("This page does not exist"),
        _(
            "The link may be incomplete, too old, or its estimate was deleted. Ask for it again, or start anew."
        ),
        kept=kept,
    )


def too_busy(sentence: str) -> tuple[str, int]:
    """Return the 503 page for something that may be retried; it keeps what was sent, to be sent again."""
    again = [(name, printable(value)) for name, value in sent_form().items(multi=True)]
    if any(is_secret(name) for name, _value in again):
        again = []
    later = _("Nothing was changed. Try again in a minute.")
    if again:
        later = _("Nothing was changed, and this page keeps what you sent. Try again in a minute.")
    return page(503, _("This does not work at the moment"), sentence, later, again=again)


def sent_form() -> MultiDict[str, str]:
    """Return the form that was sent, for an error page; an empty one if it is too large or too broken to be read."""
    try:
        return request.form
    except HTTPException:
        return MultiDict()


def is_secret(name: str) -> bool:
    """Whether a field must never be shown again: a password, or a code of signing in."""
    return "password" in name or (name == "code" and (request.endpoint or "").startswith("security."))


def typed() -> list[str]:
    """Return the texts of the form that was sent which somebody may have typed, the longest first."""
    found = {
        printable(text)
        for name, text in sent_form().items(multi=True)
        if not is_secret(name) and text.strip() and _may_be_typed(name) and not _is_chosen(name, text)
    }
    return sorted(found, key=len, reverse=True)[:MOST_KEPT]


def _is_chosen(name: str, text: str) -> bool:
    """Whether an answer to a question of a price list is the code of a choice, or yes or no: those have no digits."""
    return name.startswith(PREFIX) and not any(letter.isdigit() for letter in text)


def _may_be_typed(name: str) -> bool:
    """Whether somebody may have typed what has this name: the forms beside the view say so, then those of all pages."""
    view = current_app.view_functions.get(request.endpoint or "")
    beside = vars(sys.modules[view.__module__]).values() if view is not None else ()
    here = typed_names(each for each in beside if isinstance(each, type) and issubclass(each, Form))
    if name in here:
        return here[name]
    if name in CARRIED or name.startswith(CARRIED_FOR_EACH):
        return False
    return typed_names(all_forms()).get(name, True)


def _ended_session(_error: CSRFError) -> tuple[str, int]:
    return page(
        400,
        _("Please try that again"),
        _(
            "This page was open for too long, or cookies are switched off. Go back, reload the page and press "
            "the button again."
        ),
        kept=_staff_typed(),
    )


def _staff_typed() -> list[str]:
    """Return what was typed on a page of staff; patients' pages keep their answers themselves."""
    return typed() if request.path.startswith(("/staff/", "/desk/")) else []


def signed_out() -> tuple[str, int]:
    """Return the page for a form sent after the session ended; it keeps what was typed."""
    return page(
        401,
        _("You are not signed in any more"),
        _("Your session is over, or your roles were changed. Nothing was saved. Sign in, and try again."),
        way_out=(url_for("security.login"), _("Sign in")),
        kept=typed(),
    )


def too_long_ago(verify: str) -> tuple[str, int]:
    """Return the page for a form that needs the password again first; it keeps what was typed."""
    return page(
        401,
        _("Enter your password again"),
        _("You signed in some time ago, so nothing was saved yet. Enter your password, and try again."),
        way_out=(verify, _("Enter the password")),
        kept=typed(),
    )


def of_real_people() -> ResponseReturnValue:
    """Return the page for something that nobody invented may do, whatever their role."""
    return page(
        403,
        _("You may not do this"),
        _(
            "You are one of the invented people of this demonstration. They let nobody in, have no account of their "
            "own to change, and no say in where money is paid, so that nothing real begins with them."
        ),
        way_out=(url_for("staff.start"), _("To the start page")),
        kept=typed(),
    )


def _http(error: HTTPException) -> Any:
    code = error.code or 500
    if code == 404:
        return missing()
    if code == 403:
        return page(
            403,
            _("You may not do this"),
            _("None of your roles allows it. Ask an administrator, who can give you another one."),
            way_out=(url_for("staff.start"), _("To the start page")),
            kept=typed(),
        )
    if code == 405:
        return page(
            405, _("This page does not work that way"), _("Follow the links and buttons of the pages.")
        )
    if code == 413 and request.endpoint == "checking.upload":
        return page(
            413,
            _("This file is too large to be one of ours"),
            _(
                "We read %(megabytes)s MB at most, and our documents have less than 1 MB. The file was not read.",
                megabytes=verification.LARGEST // 1_000_000,
            ),
            _("Send the PDF as you were given it: not a photograph, a scan or a folder of it."),
            way_out=(url_for("checking.start"), _("Check another document")),
        )
    if code == 413:
        tenths = Decimal((request.max_content_length or 0) // 100_000) / 10
        return page(
            413,
            _("Too much was sent at once"),
            _(
                "This form takes %(megabytes)s MB at most, with all files, and more was sent. Go back, where what you "
                "typed still stands, and choose a smaller file or shorten it.",
                megabytes=current_reader().number(str(tenths)),
            ),
        )
    if code >= 500:
        return _ours(error)
    return page(
        code, _("That did not work"), _("The request could not be understood. Go back and try again.")
    )


def _database(error: DBAPIError) -> tuple[str, int]:
    known = unavailable(error)
    if known is None:
        raise error
    return too_busy(str(known.sentence))


def _ours(_error: Exception) -> tuple[str, int]:
    return page(
        500,
        _("Something went wrong on our side"),
        _("The mistake is ours and has been written down. Go back and try again, or ask the provider."),
    )
