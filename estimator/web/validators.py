"""What may not stand in a field: each refusal is a sentence of ours that says what is wrong and what to do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from wtforms import Field
from wtforms.form import BaseForm
from wtforms.validators import DataRequired, StopValidation

from estimator import figures, telephone
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext, listed, with_colon
from estimator.web import typed_text
from estimator.web.countries import countries
from estimator.web.forms import Unnamed
from estimator.web.language import current_reader
from estimator.web.typed_figures import two_readings

if TYPE_CHECKING:
    from estimator.web.day_fields import DayField
    from estimator.web.fields import AddressField, NumberField, TicksField

NO_DAY = lazy_gettext("This is not a day of the calendar. Enter day, month and year, for example 31 3 2027.")

_TURNS_TEXT_ROUND = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""What can make a text look like another one; marks between scripts, and what joins letters, are none of it."""

_LOST = "\N{REPLACEMENT CHARACTER}"

MOST_ACCENTS = 12
"""Maximum number of signs on one letter. No script needs as many; more of them cover the lines above and below."""

_PHONE = re.compile(r"\+?[0-9][0-9 ()./\-–]*(?:(?:x|ext\.?|#) ?[0-9]+)?", re.IGNORECASE)
LEAST_DIGITS, MOST_DIGITS = 5, 20
MOST_LENGTHS = 3
"""Maximum number of lengths of a country's numbers that are named one by one."""


class Filled(DataRequired):
    """Refuses a field in which nothing stands; the message says what to write there."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.field_flags = {}  # our message, instead of the browser's own


class NotTooLong:
    """Refuses more characters than a page says there is room for."""

    def __init__(self, most: int, message: str | None = None) -> None:
        self.most, self.message = most, message

    def __call__(self, form: BaseForm, field: Field) -> None:
        length = len(field.data or "")
        if length <= self.most:
            return
        if self.message is not None:
            raise StopValidation(str(self.message) % {"most": self.most})
        reader = current_reader()
        sentence = _(
            "This has %(length)s characters; there is room for %(most)s. Shorten it.",
            length=reader.number(str(length)),
            most=reader.number(str(self.most)),
        )
        raise StopValidation(Unnamed(sentence))


class Printable:
    """Refuses what cannot be shown, or makes a text look like another one."""

    def __call__(self, form: BaseForm, field: Field) -> None:
        text = field.data or ""
        _refuse_what_turns_round(field)
        if _piled_up(text):
            sentence = _("More than %(most)s accents stand on one letter. Leave some out.", most=MOST_ACCENTS)
            raise StopValidation(Unnamed(sentence))
        if any(map(self.cannot_be_shown, text)):
            sentence = _(
                "It contains a character that cannot be shown. Type it by hand instead of pasting it."
            )
            raise StopValidation(Unnamed(sentence))

    def cannot_be_shown(self, letter: str) -> bool:
        """Whether a character was lost on its way."""
        return letter == _LOST


class PrintableLine(Printable):
    """Refuses also what controls a terminal, and what stands for no character."""

    def cannot_be_shown(self, letter: str) -> bool:
        """Whether the text has a character that no name contains."""
        return letter == _LOST or unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn")


class Ticked:
    """Refuses boxes of which none is ticked."""

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, form: BaseForm, field: TicksField) -> None:
        if not field.ticked:
            raise StopValidation(str(self.message))


class HasLetter:
    """Refuses a text without any letter that is seen."""

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, form: BaseForm, field: Field) -> None:
        if not typed_text.has_letter(field.data or ""):
            raise StopValidation(str(self.message))


class Address:
    """Refuses what no mail server takes as an address."""

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, form: BaseForm, field: AddressField) -> None:
        _refuse_what_turns_round(field)
        if field.data and field.address is None:
            raise StopValidation(str(self.message))


class Telephone:
    """Refuses what nobody can call."""

    def __call__(self, form: BaseForm, field: Field) -> None:
        _refuse_what_turns_round(field)
        phone = field.data
        digits = sum(letter.isdecimal() for letter in phone)
        if phone and (not _PHONE.fullmatch(phone) or not LEAST_DIGITS <= digits <= MOST_DIGITS):
            raise StopValidation(
                _(
                    "This is not a telephone number. Enter it with its country code, for example %(example)s, "
                    "or leave it empty.",
                    example=telephone.EXAMPLE,
                )
            )


class PossibleNumber:
    """Refuses a number that its country cannot have, once: sent again it is meant, and `phone_asked` carries it."""

    def __call__(self, form: BaseForm, field: Field) -> None:
        country = form["country"].data if "country" in form else ""
        fault = telephone.fault(field.data, country or "") if field.data else None
        if fault is None or form["phone_asked"].data == field.data:
            return
        form["phone_asked"].data = field.data
        if fault.code is None:
            raise StopValidation(
                _(
                    "No country has the code with which this telephone number begins. Correct it, or press the button "
                    "again if it is right."
                )
            )
        reader = current_reader()
        said = {
            "code": f"\N{LEFT-TO-RIGHT ISOLATE}{fault.code}\N{POP DIRECTIONAL ISOLATE}",
            "there": reader.number(str(fault.digits)),
            "needed": _lengths(fault.lengths),
        }
        if fault.digits < max(fault.lengths):
            sentence = _(
                "This telephone number is too short. Digits after %(code)s: %(there)s; needed: %(needed)s. Correct it, "
                "or press the button again if it is right.",
                **said,
            )
        else:
            sentence = _(
                "This telephone number is too long. Digits after %(code)s: %(there)s; needed: %(needed)s. Correct it, "
                "or press the button again if it is right.",
                **said,
            )
        raise StopValidation(sentence)


class NumberOfCountry:
    """Writes a number to answer by with its country's code, or refuses one of which nobody can tell the country.

    An answer goes to a number if that was chosen, and if there is no address.
    """

    def __call__(self, form: BaseForm, field: Field) -> None:
        if not field.data or (form["email"].data and _way(form) not in ("whatsapp", "telephone")):
            return
        asked = form["country"].data if "country" in form else ""
        country = asked if asked in countries(current_reader()) else ""
        found = telephone.written_abroad(field.data, country)
        if found is None and telephone.fault(field.data, country) is not None:
            return  # they were asked about it, and it is meant
        if found is None:
            raise StopValidation(
                _(
                    "We cannot tell from which country this number is. Enter it with its country code, for example "
                    "%(example)s.",
                    example=telephone.EXAMPLE,
                )
            )
        field.data = found


def _way(form: BaseForm) -> str | None:
    """Return the way of the answer, which a form asks for or knows already."""
    way = getattr(form, "answer_by", None)
    return way.data if isinstance(way, Field) else way


class Number:
    """Refuses what is no number."""

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, form: BaseForm, field: NumberField) -> None:
        if field.number is None:
            both = figures.both(field.data, percent=True)
            raise StopValidation(str(self.message) if both is None else two_readings(field.data, both))


class Whole:
    """Refuses a part of a whole."""

    def __call__(self, form: BaseForm, field: NumberField) -> None:
        if field.number is not None and field.number != field.number.to_integral_value():
            raise StopValidation(Unnamed(_("Enter a whole number.")))


class RealDay:
    """Refuses three inputs that are no day of the calendar; empty ones are no matter."""

    def __call__(self, form: BaseForm, field: DayField) -> None:
        if not field.is_empty and field.day is None:
            raise StopValidation(Unnamed(NO_DAY))


def _lengths(lengths: Sequence[int]) -> str:
    """Return how many digits numbers can have: each, or the fewest and the most where they are many."""
    numbers = [current_reader().number(str(length)) for length in lengths]
    return listed(numbers) if len(numbers) <= MOST_LENGTHS else f"{numbers[0]}–{numbers[-1]}"


def _refuse_what_turns_round(field: Field) -> None:
    if _TURNS_TEXT_ROUND.search(field.data or ""):
        sentence = _(
            "It contains an invisible character that reverses the direction of writing. "
            "Type it by hand instead of pasting it."
        )
        # Whoever pasted several texts does not see in which of them it is.
        raise StopValidation(with_colon(field.label.text, sentence))


def _piled_up(text: str) -> bool:
    """Whether more signs stand on one letter than MOST_ACCENTS."""
    if len(text) <= MOST_ACCENTS or text.isascii():
        return False
    number = 0
    for letter in text:
        number = number + 1 if unicodedata.category(letter) in ("Mn", "Me") else 0
        if number > MOST_ACCENTS:
            return True
    return False
