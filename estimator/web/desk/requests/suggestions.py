"""What a pasted message suggests for the form of a request: each with a button, and nothing is filled in by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from estimator import price_lists
from estimator.i18n import gettext as _
from estimator.i18n import listed_apart
from estimator.i18n import reader as reader_of
from estimator.models import TableVersion
from estimator.requests import chat
from estimator.web import request_context
from estimator.web.countries import countries
from estimator.web.estimate_form import PREFIX, EstimateForm
from estimator.web.language import current_reader
from estimator.web.patient.request_form import RequestForm
from estimator.wording import injury
from pricing import PriceTable
from pricing.answers import Refused, value_of
from pricing.table import NumberDriver

ALL = "all"
"""What the button sends that fills in every suggestion of `undisputed`."""


@dataclass(frozen=True)
class Suggestion:
    """Something that a message says: what it is for, how it reads, and what its button sends.

    `used` if it stands in its field already, `free` if nothing that somebody gave stands there.
    """

    label: str
    text: str
    sent: str
    used: bool
    free: bool
    fill: Callable[[], None]

    @property
    def field(self) -> str:
        """The name of the field that it is for."""
        return self.sent.partition("=")[0]


def of(form: RequestForm, plan: EstimateForm, version: TableVersion) -> list[Suggestion]:
    """Return what the pasted message of a form suggests for it and for the plan; empty without one, or if too long."""
    found = looked(form, version)
    table = price_lists.parsed(version)
    month = request_context.now().astimezone(ZoneInfo(version.time_zone)).date().isoformat()[:7]
    return [
        *_of_person(form, found, month, table.provider.country),
        *_of_patient(form, found),
        *_of_plan(plan, found, table),
    ]


def looked(form: RequestForm, version: TableVersion) -> chat.message.Found:
    """Return what stands in the pasted message of a form; nothing without one, or if it is too long."""
    if not form["pasted"].data:
        return chat.message.Found()
    today = request_context.now().astimezone(ZoneInfo(version.time_zone)).date()
    return chat.message.look(
        form["pasted"].data,
        country=form.country.data or "",
        languages=request_context.settings().languages,
        today=today,
    )


def impossible(form: RequestForm, version: TableVersion) -> str | None:
    """Say which telephone numbers of the pasted message no country has, or not the one that is chosen; None if none."""
    found = looked(form, version).impossible
    if not found:
        return None
    written = listed_apart([current_reader().isolated(each) for each in found])
    country = countries(current_reader()).get(form.country.data or "")
    if country is None or found[0].startswith(("+", "00")):
        return _(
            "A telephone number stands there that no country has: %(number)s. Ask for it again.",
            number=written,
        )
    return _(
        "A telephone number stands there that %(country)s cannot have: %(number)s. Ask for it again.",
        country=country,
        number=written,
    )


def use(form: RequestForm, plan: EstimateForm, version: TableVersion, sent: str) -> None:
    """Fill in the suggestion whose button was pressed, or ALL; one that is none any more fills in nothing."""
    found = of(form, plan, version) if sent else []
    for suggestion in undisputed(found) if sent == ALL else (each for each in found if each.sent == sent):
        suggestion.fill()


def undisputed(found: Sequence[Suggestion]) -> list[Suggestion]:
    """Return the suggestions for fields that have no other one and in which nothing stands, so that nobody chooses."""
    fields = Counter(suggestion.field for suggestion in found)
    return [suggestion for suggestion in found if suggestion.free and fields[suggestion.field] == 1]


def _of_person(
    form: RequestForm, found: chat.message.Found, month: str, provider: str
) -> Iterator[Suggestion]:
    """Yield what is said of whoever asks, and when; people name the provider's country for other reasons."""
    reader = current_reader()
    for name in found.names:
        yield _text(form.full_name, _("Name"), name, name)
    for number in found.numbers:
        yield _text(form.phone, _("Telephone"), number.text, number.text)
    for code in dict.fromkeys(number.country for number in found.numbers):
        if code in countries(reader):
            yield _choice(form.country, _("Country, by the number"), countries(reader)[code], code)
    for code in found.countries:
        if code in countries(reader) and code not in {
            provider,
            *(number.country for number in found.numbers),
        }:
            yield _choice(form.country, _("Country, as they name it"), countries(reader)[code], code)
    for email in found.emails:
        yield _text(form.email, _("Email address"), email, email)
    for way in found.ways:
        yield _choice(form.answer_by, _("How they want to be answered"), injury.channel(way), way)
    if found.language is not None:
        yield _language(form, found.language)
    for when in found.dates:
        shown = _("%(month)s (“%(text)s”)", month=injury.month(when.month, reader), text=when.text)
        if when.month >= month:
            yield _choice(form.planned_month, _("Planned"), shown, when.month)
        else:
            year, _dash, number_of_month = when.month.partition("-")
            typed = f"{number_of_month.lstrip('0')} {year}".strip()
            yield _text(form.injury_month, _("When the injury happened"), shown, typed)


def _of_patient(form: RequestForm, found: chat.message.Found) -> Iterator[Suggestion]:
    for name in found.patients:
        yield _patient(form, name)
    if found.for_other and not found.patients:
        yield _choice(form.for_whom, _("Whom it is for"), _("Somebody they may speak for"), "other")
    for level in found.levels:
        yield _choice(form.injury_level, _("Level of the injury"), injury.level(level), level)
    for code in found.completeness:
        yield _choice(
            form.injury_completeness, _("How complete the injury is"), str(injury.COMPLETENESS[code]), code
        )
    for age in found.ages:
        group = injury.age_group(age)
        said = current_reader().number(str(age))
        shown = _("%(group)s (“%(age)s”)", group=injury.AGES[group], age=said)
        yield _choice(form.age_group, _("Age of the patient"), shown, group)


def _of_plan(plan: EstimateForm, found: chat.message.Found, table: PriceTable) -> Iterator[Suggestion]:
    """Yield the numbers of sessions that the price list allows."""
    reader = current_reader()
    for driver in table.drivers:
        if driver.role != "sessions" or not isinstance(driver, NumberDriver):
            continue
        label = reader.words(driver.label, table.main_language).text
        for number in found.sessions:
            try:
                value_of(driver, number)
            except Refused:
                continue
            yield _text(plan[PREFIX + driver.code], label, reader.number(number), number)


def _language(form: RequestForm, tag: str) -> Suggestion:
    """Return the suggestion of a language; what they agree to is then shown in it as well."""

    def fill() -> None:
        form.language.data = form["read_in"].data = tag

    found = _choice(form.language, _("Language"), reader_of(tag).name, tag)
    # The form begins in the coordinator's own, which nobody has chosen.
    return replace(found, free=True, fill=fill)


def _patient(form: RequestForm, name: str) -> Suggestion:
    """Return the suggestion that it is for somebody of this name."""

    def fill() -> None:
        form.patient_name.fill(name)
        form.for_whom.data = "other"

    found = _text(form.patient_name, _("Patient"), name, name)
    return replace(found, free=found.free and form.for_whom.data != "self", fill=fill)


def _text(field: Any, label: str, shown: str, text: str) -> Suggestion:
    sent = f"{field.name}={text}"
    return Suggestion(label, shown, sent, field.data == text, not field.data, lambda: field.fill(text))


def _choice(field: Any, label: str, shown: str, value: str) -> Suggestion:
    def fill() -> None:
        field.data = value

    return Suggestion(label, shown, f"{field.name}={value}", field.data == value, not field.data, fill)
