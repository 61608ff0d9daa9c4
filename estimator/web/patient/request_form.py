"""The form that asks for a firm quote: what may stand in it, and what is said about what may not."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import StringField

from estimator import keys
from estimator.i18n import Reader, folded_digits
from estimator.i18n import gettext as _
from estimator.mail import addresses
from estimator.requests import Asked, Person, consents
from estimator.web import request_context
from estimator.web.countries import countries
from estimator.web.forms import LONGEST_NAME, Form
from estimator.web.language import current_reader

LONGEST_PERSON = 200
LONGEST_PHONE = 40
LONGEST_MESSAGE = 5_000
MONTHS_AHEAD = 36

FIELDS = (
    "full_name",
    "email",
    "phone",
    "country",
    "language",
    "for_whom",
    "planned_month",
    "message",
    "consent_health_data",
    "consent_contact",
    "consent_on_behalf",
)
"""Everything that is filled in, in the order of the page."""

_TURNS_TEXT_ROUND = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""What can make a text look like another one; marks between scripts, and what joins letters, are none of it."""

_LOST = "\N{REPLACEMENT CHARACTER}"
_PHONE = re.compile(r"\+?[0-9][0-9 ()./\-–]*(?:(?:x|ext\.?|#) ?[0-9]+)?", re.IGNORECASE)
LEAST_DIGITS, MOST_DIGITS = 5, 20


class AskForm(Form):
    """What is filled in, as texts, and what the page carries.

    `submission` is random for each form that is handed out, so that the same form sent twice is one request.
    `asked` is the address that was asked about already, and is meant as it stands. `agreed` is the hash of the
    words that stood beside the boxes.
    """

    full_name = StringField()
    email = StringField()
    phone = StringField()
    country = StringField()
    language = StringField()
    for_whom = StringField()
    planned_month = StringField()
    message = StringField()
    consent_health_data = StringField()
    consent_contact = StringField()
    consent_on_behalf = StringField()
    asked = StringField()
    agreed = StringField()
    submission = StringField()


@dataclass
class Checked:
    """What was made of a form: who asks, or a sentence for each field that keeps it from being that."""

    asked: Asked | None = None
    wrong: dict[str, str] = field(default_factory=dict)
    #: an address that is perhaps meant
    meant: str | None = None


def typed(form: AskForm) -> dict[str, str]:
    """Return what stands in each field."""
    found = {name: form[name].data or "" for name in FIELDS}
    return {**found, "message": found["message"].replace("\r\n", "\n").replace("\r", "\n")}


def check(
    form: AskForm, said: Mapping[str, consents.Consent], months: Sequence[str], *, either: bool = False
) -> Checked:
    """Read a form that was sent; `said` are the consents as they stand on the page.

    With `either`, a telephone number does instead of a mail address.
    """
    texts, found = typed(form), Checked()
    name = _one_line(texts["full_name"])
    email = texts["email"].strip()
    phone = _phone(texts["phone"])
    message = texts["message"].strip()
    wrong = {
        "full_name": _wrong_name(name),
        "email": None if either and phone and not email else _wrong_email(email),
        "phone": _wrong_phone(phone),
        "country": None if texts["country"] in countries(_english()) else _("Choose a country."),
        "language": None if texts["language"] in _languages() else _("Choose a language."),
        "for_whom": None if texts["for_whom"] in ("self", "other") else _("Say whom the treatment is for."),
        "planned_month": None
        if texts["planned_month"] in ("", *months)
        else _("Choose a month of the list."),
        "message": wrong_message(message),
        **_wrong_consents(texts),
    }
    found.wrong = {name: sentence for name, sentence in wrong.items() if sentence}
    address = addresses.checked(email)
    if address is not None and (form.asked.data or "").strip() != email:
        found.meant = addresses.suggestion(address)
    if found.wrong or found.meant or (email and address is None):
        return found
    person = Person(name, address, phone or None, message)
    found.asked = Asked(
        person=person,
        country=texts["country"],
        language=texts["language"],
        for_whom=texts["for_whom"],
        planned_month=texts["planned_month"] or None,
        consents=[said[purpose] for purpose in consents.needed(texts["for_whom"])],
    )
    return found


def agreed(said: Mapping[str, consents.Consent]) -> str:
    """Return the hash of the words beside the boxes, by which a page knows whether they are still the same."""
    words = "\x00".join(f"{consent.version} {consent.words}" for consent in said.values())
    return keys.lookup(request_context.settings().lookup_key, "consents", words)


def submission_of(form: AskForm) -> str:
    """Return the name of the form that was sent, or a new one."""
    name = form.submission.data or ""
    return name if 0 < len(name) <= LONGEST_NAME else secrets.token_urlsafe(16)


def months(now: datetime, zone: str) -> list[str]:
    """Return the months that can be planned, the present one first: "2027-03"."""
    today = now.astimezone(ZoneInfo(zone))
    first = today.year * 12 + today.month - 1
    return [f"{month // 12}-{month % 12 + 1:02}" for month in range(first, first + MONTHS_AHEAD)]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _wrong_name(name: str) -> str | None:
    if not any(letter.isalpha() for letter in name):
        return _("Write your name.")
    if len(name) > LONGEST_PERSON:
        return _too_long(len(name), LONGEST_PERSON)
    return _hidden(name) or (_unreadable() if _controls(name) else None)


def _wrong_email(email: str) -> str | None:
    if not email:
        return _("Write the mail address that we are to answer to.")
    if addresses.checked(email) is None:
        return _("This is no mail address. Write it like this: name@example.org.")
    return None


def _phone(typed: str) -> str:
    """Return a number without what phones put around it, in digits that everybody reads."""
    shown = "".join(letter for letter in typed if unicodedata.category(letter) != "Cf")
    return _one_line(folded_digits(shown)) if shown.strip() else ""


def _wrong_phone(phone: str) -> str | None:
    if not phone:
        return None
    if len(phone) > LONGEST_PHONE:
        return _too_long(len(phone), LONGEST_PHONE)
    digits = sum(letter.isdecimal() for letter in phone)
    if not _PHONE.fullmatch(phone) or not LEAST_DIGITS <= digits <= MOST_DIGITS:
        return _(
            "This is no telephone number. Write it with its country code, for example %(example)s, "
            "or leave it empty.",
            example="+49 30 901820",
        )
    return None


def wrong_message(message: str) -> str | None:
    """Say what is wrong with a text of several lines, None if nothing is."""
    if len(message) > LONGEST_MESSAGE:
        return _too_long(len(message), LONGEST_MESSAGE)
    return _hidden(message) or (_unreadable() if _LOST in message else None)


def _wrong_consents(texts: Mapping[str, str]) -> dict[str, str]:
    sentences = {
        "consent_health_data": _(
            "Without this we may not read your request. Tick it, or do not send the request."
        ),
        "consent_contact": _("Without this we cannot answer. Tick it, or do not send the request."),
        "consent_on_behalf": _(
            "You are asking for somebody else. Tick this if they have allowed it; otherwise ask them first."
        ),
    }
    needed = {f"consent_{purpose}" for purpose in consents.needed(texts["for_whom"])}
    return {name: sentence for name, sentence in sentences.items() if name in needed and texts[name] != "yes"}


def _too_long(length: int, most: int) -> str:
    reader = current_reader()
    return _(
        "This has %(length)s characters; there is room for %(most)s. Shorten it.",
        length=reader.number(str(length)),
        most=reader.number(str(most)),
    )


def _hidden(text: str) -> str | None:
    if _TURNS_TEXT_ROUND.search(text):
        return _(
            "There is an invisible character in it that turns the direction of writing round. "
            "Type it by hand instead of pasting it."
        )
    return None


def _controls(text: str) -> bool:
    return any(
        letter == _LOST or (unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn")) for letter in text
    )


def _unreadable() -> str:
    return _("There is a character in it that cannot be shown. Type it by hand instead of pasting it.")


def _languages() -> Sequence[str]:
    return request_context.settings().languages


def _english() -> Reader:
    return Reader("en")


def as_hidden(form: AskForm, **changed: Any) -> list[tuple[str, str]]:
    """Return everything that a page carries to the next one without showing it as a field."""
    kept = {**typed(form), "asked": form.asked.data or "", **changed}
    return [(name, text) for name, text in kept.items() if text]
