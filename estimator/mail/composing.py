"""Mail as text and as a MIME message, from a folder of templates/email; the same mail always gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from html import unescape

from estimator.i18n import Reader, speaking
from estimator.mail.addresses import ENCODED
from estimator.marked_text import Sentence, plain
from estimator.template_environment import environment

LOGO = "logo"
"""The id of the part of a message that is the clinic's logo."""


@dataclass(frozen=True)
class Letter:
    """A mail's subject, text and HTML."""

    subject: str
    text: str
    html: str
    logo: bytes | None = None
    """The PNG that the HTML shows as `cid:` and LOGO."""


@dataclass(frozen=True)
class Attachment:
    """A PDF that goes with a mail."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Letterhead:
    """Who writes, and whom readers may ask; not to whom, whose name stands in no mail."""

    name: str
    address: str | None = None
    phone: str | None = None
    logo: bytes | None = None
    """A PNG."""


def compose(template: str, reader: Reader, letterhead: Letterhead, context: Mapping[str, object]) -> Letter:
    """Write a mail from its folder of templates in the reader's language; the subject is one line.

    The page and the text come from one template, with other parts, so that both say the same.
    """
    given = {**context, "reader": reader, "letterhead": letterhead, "logo": LOGO}
    with speaking(reader):
        subject = environment().get_template(f"email/{template}/subject.txt").render(given)
        given["subject"] = " ".join(subject.split())
        html, text = (
            environment()
            .get_template(f"email/{template}/letter.html")
            .render(said, frame=f"email/_{kind}.html", kinds=f"email/_{kind}_parts.html")
            for kind, said in (("page", given), ("text", _unmarked(given, reader)))
        )
    return Letter(
        str(given["subject"]), f"{_spaced(unescape(text))}\n", f"{_spaced(html)}\n", letterhead.logo
    )


def _unmarked(given: Mapping[str, object], reader: Reader) -> dict[str, object]:
    """Return what a template is told, without marks of other languages: a plain text has none.

    A telephone number has no letters, and no element keeps it from being turned round.
    """
    return {name: _plain(value, reader) for name, value in given.items()}


def _plain(value: object, reader: Reader) -> object:
    if isinstance(value, Letterhead):
        phone = None if value.phone is None else reader.isolated(value.phone)
        return replace(value, name=plain(value.name), phone=phone)
    if isinstance(value, list):
        return [_plain(each, reader) for each in value]
    return plain(value) if isinstance(value, Sentence) else value


def _spaced(text: str) -> str:
    """Return a text without the spaces of templates: one empty line at most between two paragraphs."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"(?<![ \t])[ \t]+$", "", text, flags=re.MULTILINE)).strip()


def message(
    letter: Letter,
    *,
    sender: str,
    reply_to: str | None,
    address: str,
    name: str,
    language: str,
    written: datetime,
    attachment: Attachment | None = None,
) -> EmailMessage:
    """Return the MIME message of a letter; the same arguments give the same bytes with the same Message-ID.

    `name` is the mail's own, random one. Raises ValueError for an invalid address.
    """
    found = EmailMessage(policy=SMTP if address.isascii() else SMTPUTF8)
    found["From"] = sender
    local, _at, domain = address.rpartition("@")
    if ENCODED in address:
        raise ValueError("an address that would be read as another one is invalid")
    found["To"] = Address(username=local, domain=domain)
    if reply_to is not None:
        found["Reply-To"] = reply_to
    found["Subject"] = _unbroken(letter.subject)
    found["Date"] = format_datetime(written)
    found["Message-ID"] = f"<{name}@{domain_of(sender)}>"
    found["Auto-Submitted"] = "auto-generated"
    found["X-Auto-Response-Suppress"] = "All"
    found.set_content(letter.text, cte="quoted-printable")
    found.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    if letter.logo is not None:
        page = found.get_body(("html",))
        assert isinstance(page, EmailMessage)
        page.add_related(
            letter.logo, "image", "png", cid=f"<{LOGO}>", disposition="inline", filename="logo.png"
        )
    if attachment is not None:
        found.add_attachment(
            attachment.content, maintype="application", subtype="pdf", filename=attachment.name
        )
    found["Content-Language"] = language
    # The boundary would be random otherwise, and the same mail other bytes each time.
    for number, part in enumerate(part for part in found.walk() if part.is_multipart()):
        part.set_boundary(f"={number}={name}=")
    return found


def _unbroken(subject: str) -> str:
    """Return a subject that is folded without a loss: Python drops spaces where it breaks one that is not ASCII."""
    return subject if subject.isascii() else subject.replace(" ", "\N{NO-BREAK SPACE}")


def domain_of(sender: str) -> str:
    """Return the part of an address behind the @."""
    return parseaddr(sender)[1].rpartition("@")[2]
