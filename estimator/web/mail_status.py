"""The status of a mail in words: for the person who asked for it, for the desk, and on the page of all mail."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from markupsafe import Markup

from estimator import keys
from estimator.i18n import gettext as _
from estimator.mail import addresses, outbox, smtp
from estimator.models import Mail
from estimator.web import request_context
from estimator.web.language import current_reader

TO_PATIENTS = frozenset(
    "request_received request_answer request_code quote_issued quote_receipt quote_reminder quote_code".split()
)
"""The templates of mail to the address of a request."""


@dataclass(frozen=True)
class Outcome:
    """The status of one mail. `letter` is its URL in a demonstration, None elsewhere; `untried` has not set out yet.

    `is_before` if it went to an address that a patient had before the one that is known now.
    """

    address: str
    asked_at: str
    state: str
    sentence: str
    untried: bool
    remark: str | None
    letter: str | None
    is_before: bool


def outcome(
    mail: Mail, zone: str, *, domain: bool = False, whole: bool = False, current: str | None = None
) -> Outcome:
    """Return the status of a mail in the reader's language and a time zone; its address is masked.

    Staff see the `domain` of the address in any case, and the `whole` of it where they have to check it. `current` is
    the address that the patient has now, to tell the one before from it: masked, both can look alike.
    """
    address = _address(mail)
    return Outcome(
        address=_("an address that we have deleted")
        if address is None
        else address
        if whole
        else addresses.masked(address, domain=domain),
        asked_at=current_reader().clock(mail.created_at, zone),
        state=mail.state,
        sentence=_sentence(mail, zone),
        untried=mail.state == "waiting" and not mail.attempts,
        remark=_remark(mail),
        letter=_letter(mail),
        is_before=None not in (address, current) and mail.template in TO_PATIENTS and address != current,
    )


def _address(mail: Mail) -> str | None:
    try:
        return outbox.address_of(mail, request_context.settings().data_keys)
    except keys.Unreadable:
        return None


def _sentence(mail: Mail, zone: str) -> str:
    reader = current_reader()
    match mail.state:
        case "sent" if _is_shown(mail):
            return _("It is in the mailbox of this demonstration.")
        case "sent" if mail.words == smtp.KEPT:
            return _("It was sent to nobody: no mail server was set, and it was kept in a folder.")
        case "sent":
            assert mail.ended_at is not None
            return _("The mail server took it on %(moment)s.", moment=reader.clock(mail.ended_at, zone))
        case "failed" if mail.perhaps_twice:
            return _("We have stopped trying. The reason: %(words)s", words=_reason(mail.words or ""))
        case "failed":
            return _(
                "It was not sent, and we have stopped trying. The reason: %(words)s",
                words=_reason(mail.words or ""),
            )
        case "working":
            return _("It is being sent.")
        case _ if mail.attempts:
            return _(
                "It is not sent yet. The reason: %(words)s We try again on %(moment)s.",
                words=_reason(f"{(mail.words or '').rstrip('.')}."),
                moment=reader.clock(mail.due_at, zone),
            )
    return _("It is about to be sent.")


def _reason(words: str) -> str:
    """Return why a mail did not go, which is kept in English, marked as such for readers of another language."""
    if current_reader().tag.partition("-")[0] == "en":
        return words
    return Markup('<bdi lang="en" dir="ltr">{}</bdi>').format(words)


def _remark(mail: Mail) -> str | None:
    match mail.state:
        case "sent" if mail.perhaps_twice:
            return _("It may have arrived twice.")
        case "failed" if mail.perhaps_twice:
            return _(
                "The connection broke while the server was taking it, so it may have arrived all the same."
            )
    return None


def _letter(mail: Mail) -> str | None:
    """Return the URL of a mail in the demonstration's mailbox, or None."""
    return url_for("mailbox.letter", name=mail.name) if mail.state == "sent" and _is_shown(mail) else None


def _is_shown(mail: Mail) -> bool:
    """Whether a mail that is sent was kept in the folder, and the pages of a demonstration show what is there."""
    settings = request_context.settings()
    return mail.words == smtp.KEPT and settings.demo and settings.mail_server is None
