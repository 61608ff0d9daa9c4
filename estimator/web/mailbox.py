"""The mailbox of a demonstration: mail that went to the folder, because no server is set, can be read here."""

from __future__ import annotations

import base64
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from pathlib import Path

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue

from estimator.i18n import reader as reader_of
from estimator.web import errors, request_context
from estimator.web.language import current_reader

pages = Blueprint("mailbox", __name__, url_prefix="/demonstration/mail")

MOST_SHOWN = 100
AS_MAIL_PROGRAMS = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
"""A mail's page has its style and its picture within itself, and nothing else is loaded or run, as in mail programs."""

_NAME = re.compile(r"[0-9a-f]{32}\Z")


@dataclass(frozen=True)
class Shown:
    """A mail as the mailbox shows it."""

    link: str
    to: str
    subject: str
    language: str
    direction: str
    date: str
    text: str
    page: str
    attachments: list[tuple[str, str]]


@pages.get("/")
def folder() -> ResponseReturnValue:
    """List the mails, the newest first."""
    mails = [_shown(name, found) for name in _names() if (found := _read(name)) is not None]
    return render_template("demonstration/mailbox.html", mails=mails)


@pages.get("/<name>")
def letter(name: str) -> ResponseReturnValue:
    """Show one mail as text, with what is attached."""
    return render_template("demonstration/letter.html", mail=_shown(name, _mail(name)))


@pages.get("/<name>/page")
def page(name: str) -> ResponseReturnValue:
    """Show the HTML part of a mail by itself."""
    mail = _mail(name)
    part = mail.get_body(("html",))
    if part is None:
        raise errors.Missing
    shown: str = part.get_content()
    for picture in mail.walk():
        if picture.get_content_type() == "image/png" and picture["Content-ID"]:
            address = f"cid:{picture['Content-ID'].strip('<>')}"
            inline = base64.b64encode(picture.get_content()).decode()
            shown = shown.replace(address, f"data:image/png;base64,{inline}")
    response = Response(shown, mimetype="text/html")
    response.headers["Content-Security-Policy"] = AS_MAIL_PROGRAMS
    return response


@pages.get("/<name>/<whole:number>")
def attachment(name: str, number: int) -> ResponseReturnValue:
    """Send what is attached to a mail."""
    parts = list(_mail(name).iter_attachments())
    if number > len(parts):
        raise errors.Missing
    part = parts[number - 1]
    response = Response(part.get_content(), mimetype=part.get_content_type())
    response.headers["Content-Disposition"] = f'attachment; filename="{part.get_filename()}"'
    return response


def _folder() -> Path:
    return request_context.settings().mail_folder


def _names() -> list[str]:
    kept = []
    for path in _folder().glob("*.eml"):
        with suppress(OSError):  # one that was removed at this moment
            kept.append((path.stat().st_mtime, path.stem))
    return [name for _moment, name in sorted(kept, reverse=True) if _NAME.match(name)][:MOST_SHOWN]


def _read(name: str) -> EmailMessage | None:
    if not _NAME.match(name):
        return None
    try:
        content = (_folder() / f"{name}.eml").read_bytes()
    except OSError:
        return None
    return message_from_bytes(content, policy=SMTPUTF8)


def _mail(name: str) -> EmailMessage:
    """Return a mail by its name; raises errors.Missing."""
    found = _read(name)
    if found is None:
        raise errors.Missing
    return found


def _shown(name: str, found: EmailMessage) -> Shown:
    text = found.get_body(("plain",))
    sent = found["Date"].datetime.astimezone(UTC)
    language = str(found["Content-Language"] or current_reader().tag)
    return Shown(
        link=url_for("mailbox.letter", name=name),
        to=str(found["To"]),
        subject=str(found["Subject"]),
        language=language,
        direction=reader_of(language).direction,
        date=current_reader().clock(sent, "UTC"),
        text="" if text is None else text.get_content(),
        page=url_for("mailbox.page", name=name),
        attachments=[
            (part.get_filename() or "", url_for("mailbox.attachment", name=name, number=number))
            for number, part in enumerate(found.iter_attachments(), 1)
        ],
    )
