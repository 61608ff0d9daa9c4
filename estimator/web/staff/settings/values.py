"""Settings that are single values: an overview of them all, and a form for those that belong together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from babel.dates import get_day_names
from flask import render_template, request
from wtforms import SelectMultipleField, StringField

from estimator import clinic
from estimator.clinic import Clinic, WrongValue, exchange_rates
from estimator.i18n import folded_digits, lazy_gettext, ngettext, reader
from estimator.i18n import gettext as _
from estimator.web import forms, request_context
from estimator.web.language import current_reader
from estimator.web.staff.settings import letters
from estimator.web.staff.settings.blueprint import Answer, change, done, pages, summary
from pricing.money import plain

Kind = Literal["weekdays", "days", "whole", "percent", "language"]


@dataclass(frozen=True)
class Field:
    """One setting in a form."""

    key: str
    kind: Kind
    label: Any
    help: Any = ""


@dataclass(frozen=True)
class Part:
    """Settings that are changed together."""

    title: Any
    fields: tuple[Field, ...]


PARTS: Mapping[str, Part] = {
    "days": Part(
        lazy_gettext("Business days"),
        (
            Field(
                "weekend",
                "weekdays",
                lazy_gettext("Days of the week without business"),
                lazy_gettext("Days on which nobody answers; they do not count when an answer is due."),
            ),
            Field(
                "holidays",
                "days",
                lazy_gettext("Holidays"),
                lazy_gettext(
                    "One day a line, like this: 2026-12-25. Past ones can stay, so that old requests keep "
                    "their days."
                ),
            ),
            Field(
                "reply_days",
                "whole",
                lazy_gettext("Business days until a request is answered"),
                lazy_gettext("From 1 to 60. People are told the day when they ask."),
            ),
        ),
    ),
    "quotes": Part(
        lazy_gettext("Quotes"),
        (
            Field(
                "reflection_days",
                "whole",
                lazy_gettext("Days in which an acceptance can be taken back"),
                lazy_gettext("From 0 to 90. Nothing is to be paid before they are over."),
            ),
            Field(
                "adjustment_limit",
                "percent",
                lazy_gettext("Adjustments that one person may make alone, in per cent of the price"),
                lazy_gettext("From 0 to 100. Whoever changes the price by more needs a second person."),
            ),
        ),
    ),
    "kept": Part(
        lazy_gettext("Retention"),
        (
            Field(
                "requests_kept_days",
                "whole",
                lazy_gettext("Days that a request without a quote is kept"),
                lazy_gettext("From 30 to 3650. Then it is removed, with all that was written to it."),
            ),
            Field(
                "quotes_kept_years",
                "whole",
                lazy_gettext("Years that a quote is kept"),
                lazy_gettext(
                    "From 1 to 30. Then it is removed, with whoever it was for; the figures stay. The law of "
                    "your country may ask for more."
                ),
            ),
        ),
    ),
    "language": Part(
        lazy_gettext("Language"),
        (
            Field(
                "default_language",
                "language",
                lazy_gettext("Language of readers whose browser asks for none of yours"),
                lazy_gettext(
                    "Everybody else reads the language of their browser, and can choose another one."
                ),
            ),
        ),
    ),
}
"""The forms, in their order."""


class PartForm(forms.Form):
    """What one of the forms sends; each has some of these fields."""

    weekend = SelectMultipleField(validate_choice=False)
    holidays = StringField()
    reply_days = StringField()
    reflection_days = StringField()
    adjustment_limit = StringField()
    requests_kept_days = StringField()
    quotes_kept_years = StringField()
    default_language = StringField()


@pages.get("")
def overview() -> Answer:
    """Show every setting, and those of the server beside."""
    settings, set_here = request_context.settings(), request_context.clinic()
    of_the_server = {
        "kept": [
            ("KEPT_DAYS", _("Days that an estimate is kept"), settings.kept_days),
            (
                "ADDRESSES_KEPT_DAYS",
                _("Days that the address of a mail is kept after it was sent"),
                settings.addresses_kept_days,
            ),
        ],
        "language": [
            (
                "LANGUAGES",
                _("Languages of the pages"),
                ", ".join(reader(tag).name for tag in settings.languages),
            )
        ],
    }
    return render_template(
        "staff/settings/overview.html",
        parts=[
            {
                "code": code,
                "title": part.title,
                "rows": [(field.label, _in_words(field, set_here)) for field in part.fields],
                "of_the_server": of_the_server.get(code, []),
            }
            for code, part in PARTS.items()
        ],
        letters=letters.overview(set_here),
        logo=set_here.logo,
        rates=len(exchange_rates.everything()),
        most_rates=exchange_rates.MOST_SHOWN,
    )


@pages.route("/<any(days, quotes, kept, language):code>", methods=["GET", "POST"])
def part(code: str) -> Answer:
    """Show the form of some settings, and change them."""
    found = PARTS[code]
    if request.method != "POST":
        stored = request_context.clinic()
        return _form(code, found, {field.key: _written(field, stored) for field in found.fields})
    sent = PartForm()
    typed = {field.key: _typed(field, sent) for field in found.fields}
    values, problems = {}, {}
    for field in found.fields:
        try:
            values[field.key] = _read(field, typed[field.key])
        except WrongValue as wrong:
            problems[field.key] = wrong.sentence
    status, refused = change(values, keep=not problems)
    problems |= refused
    if problems:
        in_order = {field.key: problems[field.key] for field in found.fields if field.key in problems}
        return _form(code, found, typed, in_order, 422 if status == 303 else status)
    return done(_("Saved: %(what)s.", what=found.title))


def _form(
    code: str,
    part: Part,
    typed: Mapping[str, Any],
    problems: Mapping[str, str] | None = None,
    status: int = 200,
) -> Answer:
    stored, wrong = clinic.current(), problems or {}
    page = render_template(
        "staff/settings/part.html",
        title=part.title,
        fields=part.fields,
        typed=typed,
        theirs={field.key: _in_words(field, stored) for field in part.fields} if status == 409 else {},
        bases=clinic.bases(),
        wrong=wrong,
        errors=summary(wrong),
        weekdays=[(number, name) for number, name in sorted(_weekdays().items())],
        languages_here=[reader(tag) for tag in request_context.settings().languages],
    )
    return page, status


def _typed(field: Field, sent: PartForm) -> Any:
    data = sent[field.key].data
    if field.kind == "weekdays":
        return data or []
    return forms.printable((data or "").replace("\r\n", "\n"))


def _read(field: Field, typed: Any) -> Any:
    """Return what was typed as a value of its setting; raises WrongValue."""
    match field.kind:
        case "weekdays":
            return tuple(int(day) for day in typed if day in ("0", "1", "2", "3", "4", "5", "6"))
        case "days":
            return _days(typed)
        case "language":
            chosen = typed or None
            if chosen is not None and chosen not in request_context.settings().languages:
                raise WrongValue({"": _("Choose one of the languages.")})
            return chosen
    number = current_reader().read_number(typed.strip().rstrip("%٪").strip())
    if number is None or len(number) > 12:
        raise WrongValue({"": _("Write a number in digits.")})
    if field.kind == "percent":
        return Decimal(number)
    if Decimal(number) != int(Decimal(number)):
        raise WrongValue({"": _("Write a whole number.")})
    return int(Decimal(number))


def _days(typed: str) -> tuple[date, ...]:
    found = []
    for number, line in enumerate(typed.splitlines(), 1):
        text = folded_digits(line).strip()
        if text:
            try:
                if len(text) != 10:
                    raise ValueError
                found.append(date.fromisoformat(text))
            except ValueError:
                sentence = _(
                    "Line %(number)s: “%(text)s” is no day. Write it like this: 2026-12-25.",
                    number=number,
                    text=line.strip()[:40],
                )
                raise WrongValue({"": sentence}) from None
    return tuple(found)


def _written(field: Field, stored: Clinic) -> Any:
    value = getattr(stored, field.key)
    match field.kind:
        case "weekdays":
            return [str(day) for day in value]
        case "days":
            return "\n".join(day.isoformat() for day in value)
        case "percent":
            return current_reader().number(plain(value))
    return "" if value is None else str(value)


def _in_words(field: Field, stored: Clinic) -> str:
    value = getattr(stored, field.key)
    match field.kind:
        case "weekdays":
            names = _weekdays()
            return ", ".join(names[day] for day in value) or _("none")
        case "days":
            coming = [day for day in value if day >= request_context.now().date()]
            if not value:
                return _("none")
            shown = "; ".join(current_reader().day(day) for day in coming[:3])
            count = ngettext("%(num)s day", "%(num)s days", len(value))
            return f"{count} ({_('next:')} {shown})" if shown else count
        case "percent":
            return current_reader().percent(plain(value))
        case "language":
            tag = (
                value
                if value in request_context.settings().languages
                else request_context.settings().languages[0]
            )
            return reader(tag).name
    return current_reader().number(str(value))


def _weekdays() -> dict[int, str]:
    """The days of the week as the reader calls them, Monday first."""
    names = get_day_names("wide", "stand-alone", locale=current_reader().locale)
    return {number: names[number] for number in range(7)}
