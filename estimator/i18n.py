"""The reader's language: tag, direction, and how money, numbers, days and plurals are written in it.

Digits are Latin in every language, and an amount always carries its ISO 4217 code: "$" alone is ambiguous.
Amounts arrive rounded; nothing here rounds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date, format_skeleton, get_month_names
from babel.numbers import NumberFormatError, get_decimal_symbol, get_group_symbol, parse_decimal
from flask import g
from flask_babel import force_locale, get_babel, get_translations
from flask_babel.speaklater import LazyString
from jinja2 import Environment
from jinja2.nodes import EvalContext
from jinja2.utils import pass_eval_context
from markupsafe import Markup

from estimator.marked_text import END_ISOLATE, ISOLATE, ISOLATES, Words, filled, joined
from estimator.normal_form import normal_form

__all__ = [
    "DOMAINS",
    "Reader",
    "Words",
    "gettext",
    "lazy_gettext",
    "lazy_pgettext",
    "listed",
    "listed_apart",
    "ngettext",
    "pgettext",
    "reader",
    "says_all",
    "second_language",
    "speak",
    "speaking",
    "with_colon",
]

DOMAINS = ("staff", "patients")
"""The message catalogues of a language: what only staff and the command line say, and what patients can meet.

The last one says which plural form a number has, and only patients' catalogues are there in every language.
"""

MINUS = "\N{MINUS SIGN}"
SPACE = "\N{NO-BREAK SPACE}"
ARABIC_MARKS = "\N{ARABIC THOUSANDS SEPARATOR}\N{ARABIC DECIMAL SEPARATOR}"
_ARABIC = re.compile(
    r"(?P<whole>[0-9]+|[0-9]{1,3}(?:%s[0-9]{3})+)(?:%s(?P<part>[0-9]+))?" % tuple(ARABIC_MARKS)  # noqa: UP031
)


STOPS = "\N{DEVANAGARI DANDA}\N{DEVANAGARI DOUBLE DANDA}\N{ARABIC FULL STOP} \t"
"""Full stops that stand in no number, so that behind one they end a sentence, and the space around them."""

_APART = re.compile(r"[0-9]\s+[0-9]")
_SPACED = re.compile(r"[^0-9]*(?:[0-9]{1,3}(?:\s[0-9]{3})+|[0-9]{1,2}(?:\s[0-9]{2})*\s[0-9]{3})[^0-9]*")


def gettext(message: str, **values: object) -> str:
    """Say a message in the reader's language, in English where there is no reader."""
    said: str = _translations().ugettext(message)
    return _filled(said, values)


def ngettext(one: str, other: str, number: int, **values: object) -> str:
    """Say a message in the plural form that the reader's language has for `number`."""
    said: str = _translations().ungettext(one, other, number)
    return _filled(said, {"num": number, **values})


def pgettext(context: str, message: str, **values: object) -> str:
    """Say a message whose English words are used for two things; the context says which of them is meant."""
    said: str = _translations().upgettext(context, message)
    return _filled(said, values)


def lazy_gettext(message: str, **values: object) -> Any:
    """Return a message that is said, as `gettext` does, wherever it is drawn or made a text of."""
    return LazyString(gettext, message, **values)


def lazy_pgettext(context: str, message: str, **values: object) -> Any:
    """Return a message with a context that is said, as `pgettext` does, wherever it is drawn or made a text of."""
    return LazyString(pgettext, context, message, **values)


def _filled(said: str, values: Mapping[str, object]) -> str:
    """Fill values into a sentence; one that is markup makes markup of the whole, with everything else escaped."""
    if not values:
        return said
    if any(isinstance(value, Markup) for value in values.values()):
        return Markup(said) % values  # noqa: S704 (a message of ours; the values are escaped)
    return filled(said, values)


def says_all(tag: str) -> bool:
    """Whether a language has every catalogue: what only staff read, too."""
    folders = get_babel().translation_directories
    locale = reader(tag).locale
    return all(
        any((Path(folder) / str(locale) / "LC_MESSAGES" / f"{domain}.mo").is_file() for folder in folders)
        for domain in DOMAINS
    )


def listed(parts: Iterable[object]) -> str:
    """Write short names one after the other with the language's own comma: "a, b, c"."""
    return joined(pgettext("between two short names of a list", ", "), parts)


def listed_apart(parts: Iterable[object]) -> str:
    """Write names that may have commas in them one after the other: "a, large; b"."""
    return joined(pgettext("between two names of a list", "; "), parts)


def with_colon(label: object, said: object) -> str:
    """Write a label and what is said to it in one line; a question mark needs no colon after it.

    Templates say the same with `colon` of components.html.
    """
    if str(label).endswith(("?", "？", "؟", ";")):
        return joined(" ", [label, said])
    return gettext("%(label)s: %(answer)s", label=label, answer=said)


def speak(environment: Environment) -> None:
    """Let templates say messages in the reader's language.

    They are those of Jinja's new style, without the three calls that it makes for each: a page says hundreds.
    """
    environment.globals |= {"_": _say, "gettext": _say, "ngettext": _say_number, "pgettext": _say_in_context}
    environment.newstyle_gettext = True  # type: ignore[attr-defined]


@pass_eval_context
def _say(where: EvalContext, message: str, /, **values: object) -> str:
    return _drawn(where, _translations().ugettext(message), values)


@pass_eval_context
def _say_number(where: EvalContext, one: str, other: str, number: int, /, **values: object) -> str:
    return _drawn(where, _translations().ungettext(one, other, number), {"num": number, **values})


@pass_eval_context
def _say_in_context(where: EvalContext, context: str, message: str, /, **values: object) -> str:
    return _drawn(where, _translations().upgettext(context, message), values)


def _drawn(where: EvalContext, said: str, values: Mapping[str, object]) -> str:
    """Fill values into a sentence of a template, which escapes them where it escapes; "%%" is a "%" in any of them."""
    marked = Markup(said) if where.autoescape else said  # noqa: S704 (a message of ours)
    return marked % values if "%" in said else marked


def _translations() -> Any:
    """The messages of the reader's language, looked for once in a request: a page says hundreds of them."""
    try:
        return g.translations
    except AttributeError:
        g.translations = get_translations()
        return g.translations
    except RuntimeError:  # outside of any request
        return get_translations()


@contextmanager
def speaking(reader: Reader) -> Iterator[None]:
    """Translate every message inside the `with` into one reader's language, whoever has made the request."""
    with force_locale(str(reader.locale)):
        others = g.pop("translations", None) if g else None
        try:
            yield
        finally:
            if g:
                g.pop("translations", None)
                if others is not None:
                    g.translations = others


@dataclass(frozen=True)
class Reader:
    """One language and everything that is written differently in it."""

    tag: str

    @cached_property
    def locale(self) -> Locale:
        """Babel's locale."""
        return _locale(self.tag)

    @property
    def direction(self) -> str:
        """Return "ltr" or "rtl"."""
        return self.locale.text_direction

    @property
    def name(self) -> str:
        """The language's own name, with a capital."""
        name = Locale.parse(self.tag, sep="-").get_display_name() or self.tag
        return name[0].upper() + name[1:]

    def words(self, text: Mapping[str, str], main: str) -> Words:
        """Return a table's text in the reader's language if there is one, else in the main one, marked with its tag."""
        for tag in (self.tag, self.tag.partition("-")[0]):
            if tag in text:
                return Words(text[tag])
        return _foreign(text[main], main)

    def own(self, text: str, main: str) -> Words:
        """Return a text that a table has in its main language only, such as a name, marked where that is foreign."""
        return self.words({main: text}, main)

    def money(self, amount: str | Decimal, currency: str, sign: bool = False) -> str:
        """Write an amount with its currency, e.g. "USD 2,950.00"; with `sign`, a plus or a minus as well."""
        written = amount if isinstance(amount, str) else format(amount, "f")
        digits = written.removeprefix("-")
        mark = ""
        if digits.strip("0."):
            mark = MINUS if written != digits else "+" if sign else ""
        said = f"{currency}{SPACE}{_grouped(digits, self.tag)}"
        return self._from_left(mark + said) if mark else said

    def number(self, number: str | Decimal) -> str:
        """Write a number with all of its digits."""
        written = number if isinstance(number, str) else format(number, "f")
        digits = written.removeprefix("-")
        said = _grouped(digits, self.tag)
        return said if written == digits else self._from_left(MINUS + said)

    def percent(self, percent: str | Decimal) -> str:
        """Write a percentage, e.g. "12.5 %", its sign on the same side wherever it stands."""
        return self._from_left(f"{self.number(percent)}{SPACE}%")

    def rate(self, base: str, rate: str | Decimal, quoted: str) -> str:
        """Write a rate, e.g. "1 USD = 83.25 INR": an equation, which is read from left to right in every language."""
        return self._from_left(f"1{SPACE}{base}{SPACE}={SPACE}{self.number(rate)}{SPACE}{quoted}")

    def _from_left(self, written: str) -> str:
        """Keep the order of what is read from left to right in every language, such as a sign before a number."""
        return f"{ISOLATES['ltr']}{written}{END_ISOLATE}" if self.direction == "rtl" else written

    def isolated(self, name: str) -> str:
        """Write a name in its own direction, so that a sentence from right to left keeps its order around it."""
        return joined("", [ISOLATE, name, END_ISOLATE]) if self.direction == "rtl" else name

    def day(self, day: date | str) -> str:
        """Write a day in words, e.g. "1 March 2026"."""
        when = date.fromisoformat(day) if isinstance(day, str) else day
        written = format_date(when, "long", locale=self.locale)
        # French counts the first of a month and no other day, which the patterns of Unicode cannot say.
        return written.replace("1 ", "1er ", 1) if when.day == 1 and self.locale.language == "fr" else written

    def moment(self, moment: datetime, zone: str) -> str:
        """Write the day a moment falls on in a time zone."""
        return self.day(moment.astimezone(ZoneInfo(zone)).date())

    def month(self, month: str) -> str:
        """Write a month, "2027-03", in words, e.g. "March 2027"."""
        first = date.fromisoformat(f"{month}-01")
        written: str = format_skeleton("yMMMM", first, locale=self.locale)
        return written

    def clock(self, moment: datetime, zone: str) -> str:
        """Write the day and the time of a moment in a time zone, e.g. "1 March 2026, 10:04 (India)"."""
        there = moment.astimezone(ZoneInfo(zone))
        comma = "،" if self.locale.language in ("ar", "fa", "ur") else ","
        return f"{self.day(there.date())}{comma} {there:%H:%M} ({self.zone(zone)})"

    def zone(self, zone: str) -> str:
        """Name a time zone by where it is: by its country if that has one only, else by its city.

        One that has no place, such as UTC, keeps the name of the tz database.
        """
        return _place(zone, self.tag)

    def unit(self, unit: Mapping[str, object], quantity: str | Decimal, main: str) -> Words:
        """Choose a unit's text, in the plural form that the language has for `quantity`."""
        for tag in (self.tag, self.tag.partition("-")[0]):
            if tag in unit:
                return Words(_plural(unit[tag], quantity, tag))
        return _foreign(_plural(unit[main], quantity, main), main)

    def counted(self, unit: Mapping[str, object], quantity: str | Decimal, main: str) -> Words:
        """Write a number with its unit; in Arabic the words for one and two of it say the number themselves."""
        said = self.unit(unit, quantity, main)
        if self.says_number(unit, quantity):
            return said
        return Words(f"{self.number(quantity)} {said}", said.language, said.direction)

    def says_number(self, unit: Mapping[str, object], quantity: str | Decimal) -> bool:
        """Whether the unit's text says of `quantity` how many they are, so that no number belongs before it."""
        forms = unit.get(self.tag, unit.get(self.tag.partition("-")[0]))
        if self.locale.language != "ar" or not isinstance(forms, Mapping):
            return False
        own = {"1": "one", "2": "two"}.get(f"{Decimal(quantity).normalize():f}")
        return own in forms and list(forms.values()).count(forms[own]) == 1

    def month_names(self) -> list[str]:
        """The twelve months, January first."""
        names = get_month_names("wide", "stand-alone", locale=self.locale)
        return [names[month] for month in range(1, 13)]

    def day_order(self) -> Sequence[str]:
        """The order in which the language writes "day", "month" and "year"."""
        pattern = self.locale.date_formats["short"].pattern
        letters = {"d": "day", "M": "month", "y": "year"}
        return tuple(letters[letter] for letter in dict.fromkeys(re.sub(r"[^dMy]", "", pattern)))

    @cached_property
    def thousands(self) -> str:
        """The mark that the language writes between thousands."""
        return get_group_symbol(self.locale, numbering_system="latn")

    def read_number(self, typed: str) -> str | None:
        """Return what somebody typed as plain decimal text, None if it is no number or is ambiguous.

        Digits of any script and spaces between them are accepted; "1,5" is a number only in languages that
        write it so, and never silently 15.
        """
        text = bare_number(typed)
        arabic = arabic_number(text)
        if arabic is not None:
            return arabic
        if not re.fullmatch(r"-?[0-9][0-9.,'’]*", text):
            return None
        if re.fullmatch(r"-?[0-9]+", text):
            return str(Decimal(text))
        try:
            number = parse_decimal(text, locale=self.locale, strict=True)
        except (NumberFormatError, InvalidOperation):  # the second for more digits than it compares
            return None
        return format(number, "f") if number.is_finite() else None


@lru_cache(maxsize=256)
def _place(zone: str, tag: str) -> str:
    locale = _locale(tag)
    new_names: Mapping[str, str] = get_global("zone_aliases")
    name = new_names.get(zone, zone)
    country = get_global("zone_territories").get(name, "")
    if get_global("territory_zones").get(country) == [name]:
        return str(locale.territories.get(country, zone))
    # Babel has cities by the names that their zones had first.
    for one in (name, *(old for old, new in new_names.items() if new == name)):
        if "city" in locale.time_zones.get(one, {}):
            return str(locale.time_zones[one]["city"])
    return name.rpartition("/")[2].replace("_", " ") if country not in ("", "ZZ") else zone


@lru_cache(maxsize=64)
def reader(tag: str) -> Reader:
    """Return the cached reader of a language tag; raises ValueError if Babel knows no such language."""
    try:
        _locale(tag)
    except UnknownLocaleError as error:
        raise ValueError(f"no such language: {tag}") from error
    return Reader(tag)


def second_language(first: str, clinics: str) -> str | None:
    """Return the language that a document can have below its first one: English, else the clinic's, else None."""
    speech = first.partition("-")[0]
    return next((tag for tag in ("en", clinics) if tag.partition("-")[0] != speech), None)


def folded_digits(typed: str) -> str:
    """Write the decimal digits of any script as 0 to 9 and leave everything else."""
    if typed.isascii():
        return typed
    return "".join(
        str(unicodedata.decimal(letter)) if unicodedata.category(letter) == "Nd" else letter
        for letter in normal_form("NFKC", typed)
    )


def bare_number(typed: str) -> str:
    """Write a typed number in digits that programs read, without spaces and what cannot be seen.

    A full stop of another script goes that can only end a sentence. A space between digits goes only where thousands
    or lakhs may be apart: "1 2" stays as it is, and is no number. A figure that is no digit, as in "5²", makes the
    whole of it none.
    """
    if any(unicodedata.category(letter) == "No" for letter in typed):
        return ""
    text = folded_digits(typed).replace("\N{ARABIC COMMA}", ",").replace(MINUS, "-")
    seen = "".join(letter for letter in text if unicodedata.category(letter) != "Cf").rstrip(STOPS).strip()
    whole, *rest = re.split("[.,\N{ARABIC DECIMAL SEPARATOR}]", seen, maxsplit=1)
    if any(map(_APART.search, rest)) or (_APART.search(whole) and not _SPACED.fullmatch(whole)):
        return seen
    return re.sub(r"\s", "", seen)


def arabic_number(bare: str) -> str | None:
    """Return a bare number with Arabic marks as plain decimal text: each means one thing, in every language.

    None if it has none of them, or if they do not stand where they can.
    """
    found = _ARABIC.fullmatch(bare)
    if found is None or not set(bare) & set(ARABIC_MARKS):
        return None
    whole, part = found["whole"].replace(ARABIC_MARKS[0], ""), found["part"] or "0"
    return format(Decimal(f"{whole}.{part}").normalize(), "f")


def _foreign(text: str, tag: str) -> Words:
    return Words(text, tag, _locale(tag).text_direction)


def _plural(forms: object, quantity: str | Decimal, tag: str) -> str:
    if isinstance(forms, str):
        return forms
    assert isinstance(forms, Mapping)
    form = _locale(tag).plural_form(Decimal(quantity))
    return str(forms.get(form) or forms.get("other") or next(iter(forms.values())))


@lru_cache(maxsize=4096)
def _grouped(written: str, tag: str) -> str:
    """Write plain digits with the language's separators, exactly as many decimals as there are."""
    separator, point, size, others = _separators(tag)
    whole, _, part = written.partition(".")
    whole = whole.lstrip("0") or "0"
    groups: list[str] = []
    while len(whole) > size:
        whole, group, size = whole[:-size], whole[-size:], others
        groups.insert(0, group)
    return separator.join([whole, *groups]) + (f"{point}{part}" if part else "")


@lru_cache(maxsize=64)
def _separators(tag: str) -> tuple[str, str, int, int]:
    """A language's marks between groups of digits and before decimals, the size of the last group and of others."""
    locale = _locale(tag)
    size, others = locale.decimal_formats[None].grouping
    return (
        get_group_symbol(locale, numbering_system="latn"),
        get_decimal_symbol(locale, numbering_system="latn"),
        size,
        others,
    )


@lru_cache(maxsize=64)
def _locale(tag: str) -> Locale:
    """Babel's locale of a language tag; plain "en" is written as it is outside the United States."""
    return Locale.parse("en-GB" if tag == "en" else tag, sep="-")
