"""The form that asks for a firm quote, as a patient fills it in; staff fill in the same one for somebody who called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import Field
from wtforms.validators import StopValidation

from estimator import keys
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.i18n import reader as reader_of
from estimator.requests import Asked, Person, consents
from estimator.web import request_context
from estimator.web.countries import countries
from estimator.web.day_fields import MonthField
from estimator.web.fields import (
    AddressField,
    CarriedField,
    ChoiceField,
    LineField,
    PhoneField,
    RadiosField,
    SubmissionField,
    TickField,
    WordsField,
)
from estimator.web.forms import Form
from estimator.web.language import current_reader
from estimator.web.validators import (
    Address,
    Filled,
    HasLetter,
    NotTooLong,
    NumberOfCountry,
    PossibleNumber,
    Printable,
    PrintableLine,
    Telephone,
)
from estimator.wording import injury

LONGEST_PERSON = 200
LONGEST_PHONE = 40
LONGEST_ADDRESS = 1_000
LONGEST_MESSAGE = 5_000
LONGEST_HOURS = 100
EARLIEST_INJURY = "1900"
MONTHS_AHEAD = 36

MOST_SHOWN = 100_000
"""Maximum number of characters of a message that is too long which the form shows again."""

NOT_CONSENTED = {
    consents.HEALTH_DATA: lazy_gettext(
        "Without this we may not read your request. Tick it, or do not send the request."
    ),
    consents.CONTACT: lazy_gettext("Without this we cannot answer. Tick it, or do not send the request."),
    consents.ON_BEHALF: lazy_gettext(
        "You are asking for somebody else. Tick this if they have allowed it; otherwise ask them first."
    ),
}
"""What is said of a box that is needed and not ticked."""


class Consented:
    """Refuses an unticked box for a consent that is needed."""

    def __init__(self, purpose: str) -> None:
        self.purpose = purpose

    def __call__(self, form: RequestForm, field: Field) -> None:
        if not field.data and self.purpose in consents.needed(form.for_whom.data or ""):
            raise StopValidation(str(form.not_consented[self.purpose]))


class NumberToAnswer:
    """Refuses an empty telephone number where the answer is to come by one."""

    def __call__(self, form: RequestForm, field: Field) -> None:
        if not field.data and form.answer_by.data in ("whatsapp", "telephone"):
            raise StopValidation(
                _("For an answer by WhatsApp or by telephone, enter the number, with its country code.")
            )


class PatientNamed:
    """Refuses a name without a letter where somebody else asks for the patient."""

    def __call__(self, form: RequestForm, field: Field) -> None:
        if form.for_whom.data == "other":
            HasLetter(_("Enter the name of the patient: the quote is made out to them."))(form, field)


class PastMonth:
    """Refuses what is no month or year, and one that has not come yet."""

    def __call__(self, form: RequestForm, field: MonthField) -> None:
        if not field.data:
            return
        month = field.month
        if month is None and (meant := field.perhaps) is not None:
            raise StopValidation(
                _("Do you mean %(example)s? Enter the year with four digits.", example=meant)
            )
        if month is None or month < EARLIEST_INJURY:
            raise StopValidation(
                _(
                    "Enter a month and a year, for example %(example)s. The year alone is enough.",
                    example="3 2024",
                )
            )
        if month > form.this_month[: len(month)]:
            raise StopValidation(_("This month has not come yet. Enter when the injury happened."))


class RequestForm(Form):
    """Who asks, what for, and what they agree to; and what the page carries.

    `submission` is random for each form that is handed out, so that the same form sent twice is one request.
    `asked` is the address that was asked about already, and is meant as it stands; `phone_asked` is such a number.
    `agreed` is the hash of the words that stood beside the boxes.
    """

    not_consented: Mapping[str, str] = NOT_CONSENTED

    full_name = LineField(
        lazy_gettext("Name"),
        [HasLetter(lazy_gettext("Enter your name.")), NotTooLong(LONGEST_PERSON), PrintableLine()],
    )
    email = AddressField(
        lazy_gettext("Email address"),
        [
            Filled(lazy_gettext("Enter the email address that we should reply to.")),
            Address(lazy_gettext("This is not an email address. Enter it like this: name@example.org.")),
        ],
    )
    phone = PhoneField(
        lazy_gettext("Telephone (not required)"),
        [NumberToAnswer(), NotTooLong(LONGEST_PHONE), Telephone(), PossibleNumber(), NumberOfCountry()],
    )
    country = ChoiceField(
        lazy_gettext("Country you live in"),
        choices=lambda: list(countries(current_reader()).items()),
        empty=lazy_gettext("Choose a country"),
        refusal=lazy_gettext("Choose a country."),
    )
    language = ChoiceField(
        lazy_gettext("Language of our answers"),
        choices=lambda: [(tag, name, {"lang": tag}) for tag, name in language_names().items()],
        refusal=lazy_gettext("Choose a language."),
    )
    answer_by = RadiosField(
        lazy_gettext("How should we answer? (not required)"),
        choices=lambda: list(injury.CHANNELS.items()),
        optional=True,
        refusal=lazy_gettext("Choose one of the ways that are offered."),
    )
    answer_hours = LineField(
        lazy_gettext("When can we reach you? (not required)"), [NotTooLong(LONGEST_HOURS), PrintableLine()]
    )
    for_whom = RadiosField(
        lazy_gettext("Whom is the treatment for?"),
        choices=[
            ("self", lazy_gettext("For myself")),
            ("other", lazy_gettext("For somebody I may speak for")),
        ],
        refusal=lazy_gettext("Say whom the treatment is for."),
    )
    patient_name = LineField(
        lazy_gettext("Name of the patient"), [NotTooLong(LONGEST_PERSON), PrintableLine(), PatientNamed()]
    )
    planned_month = ChoiceField(
        lazy_gettext("When is it planned?"),
        empty=lazy_gettext("I do not know yet"),
        optional=True,
        refusal=lazy_gettext("Choose a month of the list."),
    )
    message = WordsField(
        lazy_gettext("Message (not required)"),
        [NotTooLong(LONGEST_MESSAGE), Printable()],
        most_shown=MOST_SHOWN,
    )
    injury_level = ChoiceField(
        lazy_gettext("Level of the injury (not required)"),
        choices=lambda: [(code, injury.level(code)) for code in injury.LEVELS],
        empty=lazy_gettext("Left open"),
        optional=True,
        refusal=lazy_gettext("Choose a level of the list."),
    )
    injury_completeness = ChoiceField(
        lazy_gettext("How complete is it? (not required)"),
        choices=lambda: list(injury.COMPLETENESS.items()),
        empty=lazy_gettext("Left open"),
        optional=True,
        refusal=lazy_gettext("Choose an answer of the list."),
    )
    injury_month = MonthField(
        lazy_gettext("When did it happen? (not required)"), [NotTooLong(LONGEST_PHONE), PastMonth()]
    )
    age_group = ChoiceField(
        lazy_gettext("Age of the patient (not required)"),
        choices=lambda: list(injury.AGES.items()),
        empty=lazy_gettext("Left open"),
        optional=True,
        refusal=lazy_gettext("Choose an age of the list."),
    )
    consent_health_data = TickField(validators=[Consented(consents.HEALTH_DATA)])
    consent_contact = TickField(validators=[Consented(consents.CONTACT)])
    consent_on_behalf = TickField(validators=[Consented(consents.ON_BEHALF)])
    asked = CarriedField(most=LONGEST_ADDRESS)
    phone_asked = CarriedField()
    agreed = CarriedField()
    submission = SubmissionField()

    def __init__(self, now: datetime, zone: str, **values: Any) -> None:
        super().__init__(**values)
        #: an address that is perhaps meant instead of the one that was typed
        self.meant: str | None = None
        reader = current_reader()
        self.this_month = months(now, zone)[0]
        self.planned_month.choices = [(month, reader.month(month)) for month in months(now, zone)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Look at every answer, and at whether the address is perhaps another one."""
        self.meant = self.email.perhaps(self.asked)
        return bool(super().validate(extra_validators))

    def as_asked(self, said: Mapping[str, consents.Consent]) -> Asked:
        """Return who asks for what, from a form in which nothing is wrong; `said` are the consents of the page."""
        person = Person(
            full_name=self.full_name.data,
            email=self.email.address,
            phone=self.phone.data or None,
            message=self.message.data,
            patient_name=self.patient_name.data if self.for_whom.data == "other" else None,
            injury_level=self.injury_level.data or None,
            injury_completeness=self.injury_completeness.data or None,
            injury_month=self.injury_month.month,
            age_group=self.age_group.data or None,
            answer_hours=self.answer_hours.data or None,
        )
        return Asked(
            person=person,
            country=self.country.data,
            language=self.language.data,
            for_whom=self.for_whom.data,
            planned_month=self.planned_month.data or None,
            answer_by=self.answer_by.data or None,
            consents=[said[purpose] for purpose in consents.needed(self.for_whom.data)],
        )

    def as_hidden(self) -> list[tuple[str, str]]:
        """Return everything that was filled in, to be carried by a page that does not show it as fields."""
        carried = [(field.name, _sent_as(field)) for field in self if field.name not in NOT_CARRIED]
        return [(name, text) for name, text in carried if text]

    def ask_for_consent_again(self) -> None:
        """Untick what was agreed to."""
        for purpose in consents.needed("other"):
            self[f"consent_{purpose}"].data = False


NOT_CARRIED = ("csrf_token", "submission", "agreed")
"""What each page has of its own."""


def _sent_as(field: Field) -> str:
    if isinstance(field, TickField):
        return "yes" if field.data else ""
    return getattr(field, "shown", None) or field.data or ""


def agreed(said: Mapping[str, consents.Consent]) -> str:
    """Return the hash of the words beside the boxes, by which a page knows whether they are still the same."""
    words = "\x00".join(f"{consent.version} {consent.words}" for consent in said.values())
    return keys.lookup(request_context.settings().lookup_key, "consents", words)


def months(now: datetime, zone: str) -> list[str]:
    """Return the months that can be planned, the present one first: "2027-03"."""
    today = now.astimezone(ZoneInfo(zone))
    first = today.year * 12 + today.month - 1
    return [f"{month // 12}-{month % 12 + 1:02}" for month in range(first, first + MONTHS_AHEAD)]


def language_names() -> Mapping[str, str]:
    """Return every language that answers can be written in, by its tag, in its own name."""
    return {tag: reader_of(tag).name for tag in request_context.settings().languages}


def words_field(
    label: str, missing: str | None = None, *, rules: Sequence[Any] = (), **values: Any
) -> WordsField:
    """Return a field for some words of somebody; `missing` is said where they must write something.

    `rules` are further validators.
    """
    needed = [Filled(missing)] if missing else []
    return WordsField(
        label, [*needed, NotTooLong(LONGEST_MESSAGE), Printable(), *rules], most_shown=MOST_SHOWN, **values
    )
