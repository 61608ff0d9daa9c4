"""Mail as text and as a MIME message, from a folder of templates/email; the same mail always gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr

from estimator.i18n import Reader, speaking
from estimator.template_environment import environment


@dataclass(frozen=True)
class Letter:
    """A mail's subject, text and HTML."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Attachment:
    """A PDF that goes with a mail."""

    name: str
    content: bytes


def compose(template: str, reader: Reader, context: Mapping[str, object]) -> Letter:
    """Write a mail from its folder of templates in the reader's language; the subject is one line."""
    with speaking(reader):
        subject, text, html = (
            environment().get_template(f"email/{template}/{part}").render(context, reader=reader)
            for part in ("subject.txt", "body.txt", "body.html")
        )
    return Letter(
        " ".join(subject.split()), re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", html.strip() + "\n"
    )


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
