"""What a pasted message suggests for the form of a request: each with a button, and nothing is filled in by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from estimator.i18n import gettext as _
from estimator.i18n import reader as reader_of
from estimator.requests import chat_message
from estimator.web import request_context
from estimator.web.countries import countries
from estimator.web.language import current_reader
from estimator.web.patient.request_form import RequestForm


@dataclass(frozen=True)
class Suggestion:
    """Something that a message says: what it is for, how it reads, and what its button sends.

    `used` if it stands in its field already.
    """

    label: str
    text: str
    sent: str
    used: bool
    fill: Callable[[], None]


def of(form: Any, zone: str) -> list[Suggestion]:
    """Return what the pasted message of a form suggests; empty without one, and if it is too long."""
    if not form.pasted.data:
        return []
    today = request_context.now().astimezone(ZoneInfo(zone)).date()
    found = chat_message.look(
        form.pasted.data,
        country=form.country.data or "",
        languages=request_context.settings().languages,
        today=today,
    )
    return list(_suggestions(form, found, today.isoformat()[:7]))


def use(form: Any, sent: str, zone: str) -> None:
    """Fill in the suggestion whose button was pressed; one that is none any more fills in nothing."""
    for suggestion in of(form, zone):
        if suggestion.sent == sent:
            suggestion.fill()
            return


def _suggestions(form: RequestForm, found: chat_message.Found, month: str) -> Iterator[Suggestion]:
    reader = current_reader()
    for number in found.numbers:
        yield _text(form.phone, _("Telephone"), number.text, number.text)
        name = countries(reader).get(number.country)
        if name is not None:
            yield _choice(form.country, _("Country, by the number"), name, number.country)
    for email in found.emails:
        yield _text(form.email, _("Email address"), email, email)
    if found.language is not None:
        yield _choice(form.language, _("Language"), reader_of(found.language).name, found.language)
    for when in found.dates:
        shown = _("%(month)s (“%(text)s”)", month=reader.month(when.month), text=when.text)
        if when.month >= month:
            yield _choice(form.planned_month, _("Planned"), shown, when.month)
        else:
            year, _dash, number_of_month = when.month.partition("-")
            typed = f"{number_of_month.lstrip('0')} {year}"
            yield _text(form.injury_month, _("When the injury happened"), shown, typed)


def _text(field: Any, label: str, shown: str, text: str) -> Suggestion:
    return Suggestion(label, shown, f"{field.name}={text}", field.data == text, lambda: field.fill(text))


def _choice(field: Any, label: str, shown: str, value: str) -> Suggestion:
    def fill() -> None:
        field.data = value

    return Suggestion(label, shown, f"{field.name}={value}", field.data == value, fill)
