"""Settings that are single values: an overview of them all, and a form for those that belong together."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel.dates import get_day_names
from flask import render_template, request
from flask.typing import ResponseReturnValue
from wtforms import Field

from estimator import clinic
from estimator.clinic import LONGEST_NAME, Clinic, accounts, exchange_rates
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext, ngettext, reader
from estimator.web import request_context, whole_numbers
from estimator.web.day_fields import IsoDaysField
from estimator.web.fields import ChoiceField, LineField, NumberField, TickField, TicksField
from estimator.web.forms import Form, summary
from estimator.web.language import current_reader
from estimator.web.staff.settings import letters, messages, overruns
from estimator.web.staff.settings.account_words import in_short
from estimator.web.staff.settings.blueprint import change, done, pages
from estimator.web.validators import NotTooLong, Number, PrintableLine, Whole
from pricing.money import plain

LONGEST_NUMBER = 12
"""More characters than any of these settings has."""


class WholeField(NumberField):
    """A whole number."""

    def __init__(self, label: str, **values: Any) -> None:
        checks = [Number(lazy_gettext("Enter a number in digits.")), Whole()]
        super().__init__(label, checks, longest=LONGEST_NUMBER, **values)


class PercentField(NumberField):
    """A part of the price in per cent."""

    def __init__(self, label: str, **values: Any) -> None:
        checks = [Number(lazy_gettext("Enter a number in digits."))]
        super().__init__(label, checks, longest=LONGEST_NUMBER, **values)


class DaysForm(Form):
    """When nobody answers, and by when somebody has to."""

    weekend = TicksField(
        lazy_gettext("Days of the week without business"),
        choices=lambda: [(str(number), name) for number, name in sorted(_weekdays().items())],
        description=lazy_gettext("Days on which nobody answers; they do not count when an answer is due."),
    )
    holidays = IsoDaysField(
        lazy_gettext("Holidays"),
        description=lazy_gettext(
            "One day a line, such as 2026-12-25 or 25.12.2026. Past ones can stay, so that old requests keep "
            "their days."
        ),
    )
    reply_days = WholeField(
        lazy_gettext("Business days until a request is answered"),
        description=lazy_gettext("From 1 to 60. People are told the day when they ask."),
    )


class QuotesForm(Form):
    """What holds for every quote."""

    reflection_days = WholeField(
        lazy_gettext("Days in which an acceptance can be taken back"),
        description=lazy_gettext(
            "From 0 to 90, unless the price list says otherwise. Nothing is to be paid before they are over."
        ),
    )
    adjustment_limit = PercentField(
        lazy_gettext("Adjustments that one person may make alone, in per cent of the price"),
        description=lazy_gettext(
            "From 0 to 100. A larger change of the price needs a second person. Lines with a price that was given for "
            "one quote count as well."
        ),
    )
    reminder_days = WholeField(
        lazy_gettext("Days before the last day of a quote on which one mail tells the patient of it"),
        description=lazy_gettext(
            "From 0 to 60; 0 means no such mail. It goes out once for a quote, names the day and asks for nothing. "
            "Whoever wants none says so with a link in it."
        ),
    )
    follow_up_days = WholeField(
        lazy_gettext("Days of silence after which a request is to be followed up"),
        description=lazy_gettext(
            "From 0 to 90; 0 means never. It counts for requests that are quoted or wait for the patient, from the "
            "last thing that happened."
        ),
    )


class MailForm(Form):
    """What the clinic is called in mails to patients, and when a mail tells the desk of what is new."""

    mail_name = LineField(
        lazy_gettext("Name of the clinic in mails to patients"),
        [NotTooLong(LONGEST_NAME), PrintableLine()],
        description=lazy_gettext(
            "At most 60 characters. Mail can be read on locked screens: choose a name without a medical word. Without "
            "one it is the provider’s in the price list. The sender’s name is set on the server."
        ),
    )
    desk_mail = ChoiceField(
        lazy_gettext("Mail to the desk about a new request or question"),
        choices=lambda: list(_desk_mail().items()),
        refusal=lazy_gettext("Choose one of these."),
        description=lazy_gettext(
            "It says how many there are, and nothing about anybody. It goes to the address for replies. At once means "
            "that what comes within ten minutes of a mail is in the next one."
        ),
    )


class PricesForm(Form):
    """Whether anybody can read the price lists."""

    public_prices = TickField(
        lazy_gettext("Anybody can read the price lists in force, at /prices/ and the name of the list"),
        description=lazy_gettext(
            "With every charge, in the reader’s language. Otherwise only staff see a whole price list."
        ),
    )


class KeptForm(Form):
    """For how long what is personal is kept."""

    requests_kept_days = WholeField(
        lazy_gettext("Days that a request without a quote is kept"),
        description=lazy_gettext("From 30 to 3650. Then it is removed, with all that was written to it."),
    )
    quotes_kept_years = WholeField(
        lazy_gettext("Years that a quote is kept"),
        description=lazy_gettext(
            "From 1 to 30. Then it is removed, with the person it was for; the figures stay. The law of "
            "your country may ask for more."
        ),
    )


class LanguageForm(Form):
    """The language of readers whose browser asks for none of ours."""

    default_language = ChoiceField(
        lazy_gettext("Language of readers whose browser asks for none of yours"),
        choices=lambda: [
            (tag, reader(tag).name, {"lang": tag}) for tag in request_context.settings().languages
        ],
        optional=True,
        refusal=lazy_gettext("Choose one of the languages."),
        description=lazy_gettext(
            "Everybody else reads the language of their browser, and can choose another one."
        ),
    )

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        first = reader(request_context.settings().languages[0]).name
        self.default_language.empty = _("The first one of the server: %(language)s", language=first)


class RangesForm(Form):
    """What estimates say of the final bills of comparable cases."""

    past_bills = ChoiceField(
        lazy_gettext("Patients read how often the range was true"),
        choices=lambda: list(_past_bills().items()),
        refusal=lazy_gettext("Choose one of these."),
        description=lazy_gettext(
            "A new estimate then says in how many comparable cases the final bill was inside its range, and keeps "
            "saying it. Fewer than 11 bills give no figures."
        ),
    )
    past_bills_range = TickField(
        lazy_gettext("The range of past bills stands beside the price list’s own"),
        description=lazy_gettext(
            "Where there are at least 19 comparable bills, which come to be neither higher nor lower. The price "
            "list’s own range stays beside it."
        ),
    )


@dataclass(frozen=True)
class Part:
    """Settings that are changed together."""

    title: Any
    form: type[Form]


PARTS: Mapping[str, Part] = {
    "days": Part(lazy_gettext("Business days"), DaysForm),
    "quotes": Part(lazy_gettext("Quotes"), QuotesForm),
    "mail": Part(lazy_gettext("Mail"), MailForm),
    "prices": Part(lazy_gettext("Price lists"), PricesForm),
    "ranges": Part(lazy_gettext("Ranges and past bills"), RangesForm),
    "kept": Part(lazy_gettext("Retention"), KeptForm),
    "language": Part(lazy_gettext("Language"), LanguageForm),
}
"""The forms, in their order."""


def _fields(form: Form) -> list[Field]:
    """Return the settings of a form."""
    return [field for field in form if field.type != "CSRFTokenField"]


@pages.get("")
def overview() -> ResponseReturnValue:
    """Show every setting, and those of the server beside."""
    settings, set_here = request_context.settings(), request_context.clinic()
    in_force = accounts.in_force()
    of_the_server = {
        "kept": [
            ("KEPT_DAYS", _("Days that an estimate is kept"), settings.kept_days),
            (
                "DOCUMENTS_KEPT_DAYS",
                _("Days that the PDF of an estimate is kept before it is drawn anew"),
                settings.documents_kept_days,
            ),
            (
                "ADDRESSES_KEPT_DAYS",
                _("Days for which the address of an email is kept after it was sent"),
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
                "rows": [
                    (field.label.text, _in_words(field, set_here)) for field in _fields(part.form(None))
                ],
                "of_the_server": of_the_server.get(code, []),
            }
            for code, part in PARTS.items()
        ],
        letters=letters.overview(set_here),
        messages=messages.overview(set_here),
        logo=set_here.logo,
        account=None if accounts.account_of(in_force) is None else in_short(in_force),
        account_waits=accounts.proposed() is not None,
        invented=request_context.person().demonstration,
        overruns=[overruns.in_words(rule) for rule in set_here.overrun_rules],
        rates=len(exchange_rates.everything()),
        most_rates=exchange_rates.MOST_SHOWN,
    )


@pages.route("/<any(days, quotes, mail, prices, ranges, kept, language):code>", methods=["GET", "POST"])
def part(code: str) -> ResponseReturnValue:
    """Show the form of some settings, and change them."""
    found = PARTS[code]
    if request.method != "POST":
        stored = request_context.clinic()
        empty = found.form(None)
        data = {field.name: _written(field, getattr(stored, field.name)) for field in _fields(empty)}
        return _form(code, found, found.form(None, data=data))
    form = found.form()
    form.validate()
    values = {field.name: _value(field) for field in _fields(form) if not field.errors}
    status = change(form, values)
    if status != 303:
        return _form(code, found, form, status)
    return done(_("Saved: %(what)s.", what=found.title))


def _form(code: str, part: Part, form: Form, status: int = 200) -> ResponseReturnValue:
    stored = clinic.current()
    fields = _fields(form)
    page = render_template(
        "staff/settings/part.html",
        title=part.title,
        fields=fields,
        theirs={field.name: _in_words(field, stored) for field in fields} if status == 409 else {},
        bases=clinic.bases(),
        errors=summary(form),
    )
    return page, status


def _value(field: Field) -> Any:
    """Return what was typed as a value of its setting."""
    match field:
        case TicksField():
            return tuple(number for day in field.ticked if (number := whole_numbers.read(day)) is not None)
        case IsoDaysField():
            return field.days
        case WholeField(number=Decimal() as number):
            return math.trunc(number)
        case PercentField():
            return field.number
        case TickField():
            return bool(field.data)
    return field.data or None


def _written(field: Field, value: Any) -> Any:
    """Return the value of a setting as it is typed."""
    match field:
        case TicksField():
            return [str(day) for day in value]
        case IsoDaysField():
            return "\n".join(day.isoformat() for day in value)
        case PercentField():
            return current_reader().number(plain(value))
        case TickField():
            return value
    return "" if value is None else str(value)


def _in_words(field: Field, stored: Clinic) -> str:
    value = getattr(stored, field.name)
    match field:
        case TicksField():
            names = _weekdays()
            return ", ".join(names[day] for day in value) or _("none")
        case IsoDaysField():
            coming = [day for day in value if day >= request_context.now().date()]
            if not value:
                return _("none")
            shown = "; ".join(current_reader().day(day) for day in coming[:3])
            count = ngettext("%(num)s day", "%(num)s days", len(value))
            return f"{count} ({_('next:')} {shown})" if shown else count
        case PercentField():
            return current_reader().percent(plain(value))
        case TickField():
            return _("Yes") if value else _("No")
        case LineField():
            return value or _("the provider’s in the price list")
        case ChoiceField(name="desk_mail"):
            return _desk_mail()[value]
        case ChoiceField(name="past_bills"):
            return _past_bills()[value]
        case ChoiceField():
            tag = (
                value
                if value in request_context.settings().languages
                else request_context.settings().languages[0]
            )
            return reader(tag).name
    return current_reader().number(str(value))


def _desk_mail() -> dict[str, str]:
    """Return when the desk can be told, in words."""
    return {
        "at_once": _("at once"),
        "hourly": _("once an hour, in one mail"),
        "none": _("none"),
    }


def _past_bills() -> dict[str, str]:
    """Return when patients read how often ranges were true, in words."""
    return {
        "never": _("never"),
        "enough": _("with at least 11 comparable bills"),
        "always": _("also that there are fewer than 11"),
    }


def _weekdays() -> dict[int, str]:
    """The days of the week as the reader calls them, Monday first."""
    names = get_day_names("wide", "stand-alone", locale=current_reader().locale)
    return {number: names[number] for number in range(7)}
