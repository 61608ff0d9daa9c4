"""The reader of table files: one TOML table at a time, with every problem collected at its place.

A `Section` hands out the keys of one TOML table, checked for their kind, and in the end reports those that
nobody asked for. Whatever is wrong becomes a problem and None, so that reading goes on to the next mistake.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from typing import Any, TypeVar

from pricing.currencies import MINOR_UNIT
from pricing.money import decimals, plain
from pricing.places import around, below, lines_of
from pricing.problems import Problem
from pricing.table import Amount, Text, UnitText

T = TypeVar("T")

CODE = re.compile(r"[a-z][a-z0-9_]{0,79}\Z")
LONGEST_CODE = 80
MOST_WHOLE_DIGITS = 18
MOST_DECIMALS = 18
"""Maximum number of digits before, and after, the point of a number; more is a slip, and would be slow."""
LONGEST_TEXT = 5_000
"""Maximum number of characters of a text in a table."""
MOST_PROBLEMS = 1_000
"""Number of problems after which reading stops: the file is not a price table."""
PLURAL_FORMS = ("zero", "one", "two", "few", "many", "other")
AMOUNT_KEYS = ("low", "likely", "high")
FINEST = min(MINOR_UNIT.values())
"""The smallest amount of any currency: the step of money while nobody knows in which."""

_LONGEST_NUMBER = 100  # characters; room for zeros at either end
_MOST_COMPARISONS = 20_000  # words compared in search of a near one, in the whole file
_MOST_SHOWN = 40  # names in a sentence
_LONGEST_ECHO = 60  # characters of a wrong value in a sentence
_HIGHEST_PERCENT = Decimal(1_000)
_NEVER_A_LETTER = "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17))
_CONTROL = re.compile(
    # Embeddings and overrides of direction would turn round what stands beside the text as well.
    rf"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ufdd0-\ufdef\ud800-\udfff{_NEVER_A_LETTER}]"
)


class TooLong:
    """A number in the file with more characters or a larger exponent than can be read."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text


def exact_number(text: str) -> Decimal | TooLong:
    """Return a TOML float exactly; one that no decimal can hold is kept as it stands, for its problem."""
    if len(text) > _LONGEST_NUMBER:
        return TooLong(text)
    try:
        return Decimal(text)
    except ArithmeticError:
        return TooLong(text)


class TooManyProblems(Exception):
    """A file has so many problems that the rest is not worth reading."""


class Book:
    """One file being read: its problems, and what every part of it needs to know."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.problems: list[Problem] = []
        self.languages: tuple[str, ...] = ()
        self.round_to: Decimal | None = None
        self.minor_unit = FINEST
        self.finer: dict[str, str] = {}
        self.all_drivers: Collection[str] = ()
        self._lines: Mapping[str, int] | None = None
        self._comparisons = _MOST_COMPARISONS

    def problem(self, place: str, kind: str, /, **values: str | Sequence[str]) -> None:
        """Keep one problem; the line is that of the place or of the nearest table around it."""
        if len(self.problems) == MOST_PROBLEMS:
            self.problems.append(Problem("", None, "too_many_problems", {"most": str(MOST_PROBLEMS)}))
            raise TooManyProblems
        told = {
            key: _printable(value) if isinstance(value, str) else [_printable(part) for part in value]
            for key, value in values.items()
        }
        self.problems.append(Problem(place, self._line(place), kind, told))

    def unknown(self, place: str, what: str, given: str, known: Collection[str]) -> None:
        """Keep the problem that a `what` (key, word, name, driver) is not among the known ones."""
        allowed = list(known)[:_MOST_SHOWN] + (["…"] if len(known) > _MOST_SHOWN else [])
        near = self._nearest(given, known)
        if near is None:
            self.problem(place, f"unknown_{what}", given=shown(given), allowed=allowed or ["–"])
        else:
            self.problem(place, f"misspelt_{what}", given=shown(given), near=near, allowed=allowed)

    def _nearest(self, word: str, known: Collection[str]) -> str | None:
        """The known word that a misspelt one most likely stands for.

        Comparing is slow, so a file has a budget for it; what is found after that has no suggestion.
        """
        if len(word) > LONGEST_CODE or len(known) > self._comparisons:
            return None
        self._comparisons -= len(known)
        found = get_close_matches(word, list(known), n=1, cutoff=0.6)
        return found[0] if found else None

    def _line(self, place: str) -> int | None:
        if self._lines is None:
            self._lines = lines_of(self.text)
        while place:
            if place in self._lines:
                return self._lines[place]
            place = around(place)
        return None


class Section:
    """One TOML table of the file, at `place`."""

    def __init__(self, book: Book, place: str, data: Mapping[str, Any]) -> None:
        self.book = book
        self.place = place
        self.data = data
        self.asked: dict[str, None] = {}

    def at(self, key: str) -> str:
        """The place of a key."""
        return below(self.place, key)

    def problem(self, key: str, kind: str, /, **values: str | Sequence[str]) -> None:
        """Keep a problem with one key."""
        self.book.problem(self.at(key), kind, **values)

    def get(self, key: str, required: bool = False) -> Any:
        """Return what stands at a key, None if nothing does."""
        self.asked[key] = None
        if required and key not in self.data:
            self.problem(key, "missing", key=key)
        return self.data.get(key)

    def known(self, *keys: str) -> None:
        """Allow keys without reading them."""
        self.asked.update(dict.fromkeys(keys))

    def close(self) -> None:
        """Report every key that nobody asked for, with the nearest word that is known."""
        for key in self.data:
            if key not in self.asked:
                self.book.unknown(self.at(key), "key", key, self.asked)

    def section(self, key: str, required: bool = False) -> Section | None:
        """Return the TOML table at a key."""
        data = self.get(key, required)
        return None if data is None else self.inside(self.at(key), data)

    def inside(self, place: str, data: Any) -> Section | None:
        """Return the TOML table that stands at a place of this one."""
        if isinstance(data, dict):
            return Section(self.book, place, data)
        self.book.problem(place, "not_a_table", given=shown(data))
        return None

    def entries(self, key: str) -> list[tuple[str, Section]]:
        """Return the coded TOML tables below a key, in the order of the file."""
        whole = self.section(key)
        found = []
        for code, data in (whole.data if whole else {}).items():
            place = below(self.at(key), code)
            if not CODE.match(code):
                self.book.problem(place, "bad_code", given=shown(code), most=str(LONGEST_CODE))
            section = self.inside(place, data)
            if section is not None:
                found.append((code, section))
        return found

    def plain(
        self, key: str, required: bool = False, longest: int = LONGEST_TEXT, lines: bool = False
    ) -> str | None:
        """Return a plain text: readable, not longer than `longest`, on one line unless `lines`."""
        given = self.get(key, required)
        return None if given is None else _text(self.book, self.at(key), given, longest, lines)

    def name(self, key: str, known: Collection[str], required: bool = False) -> str | None:
        """Return the name of something in the file that is among the `known`."""
        given = self.plain(key, required)
        if given is None or given in known:
            return given
        self.book.unknown(self.at(key), "name", given, known)
        return None

    def text(self, key: str, required: bool = False, lines: bool = False) -> Text | None:
        """Return a text by language; the main language is required, others than the table's are refused."""

        def one(place: str, given: Any) -> str | None:
            return _text(self.book, place, given, LONGEST_TEXT, lines)

        given = self.get(key, required)
        return None if given is None else self._by_language(key, given, one)

    def unit(self, key: str) -> UnitText | None:
        """Return a unit by language: texts, or plural forms of the language."""
        given = self.get(key)
        return None if given is None else self._by_language(key, given, self._one_unit)

    def _by_language(self, key: str, given: Any, read: Callable[[str, Any], T | None]) -> dict[str, T] | None:
        languages = self.book.languages
        main = languages[0] if languages else "en"
        if not isinstance(given, dict):
            self.problem(key, "not_by_language", key=key, language=main)
            return None
        found: dict[str, T] = {}
        for language, text in given.items():
            place = below(self.at(key), language)
            if languages and language not in languages:
                allowed = list(languages)
                self.book.problem(place, "unknown_language", given=shown(language), allowed=allowed)
                continue
            one = read(place, text)
            if one is not None:
                found[language] = one
        if languages and main not in given:
            self.book.problem(below(self.at(key), main), "missing_main_text", language=main, key=key)
        return {language: found[language] for language in languages if language in found}

    def _one_unit(self, place: str, given: Any) -> str | dict[str, str] | None:
        if not isinstance(given, dict):
            return _text(self.book, place, given, LONGEST_TEXT, lines=False)
        forms = Section(self.book, place, given)
        found = {form: text for form in PLURAL_FORMS if (text := forms.plain(form, form == "other"))}
        forms.close()
        return found or None

    def flag(self, key: str) -> bool | None:
        """Return true or false."""
        given = self.get(key)
        if given is None or isinstance(given, bool):
            return given
        self.problem(key, "not_true_or_false", given=shown(given))
        return None

    def day(self, key: str, required: bool = False) -> date | None:
        """Return a date without a time."""
        given = self.get(key, required)
        if given is None or (isinstance(given, date) and not isinstance(given, datetime)):
            return given
        self.problem(key, "not_a_date", given=shown(given))
        return None

    def word(self, key: str, allowed: Sequence[str], required: bool = False) -> Any:
        """Return one of a few words."""
        given = self.get(key, required)
        if given is None or (isinstance(given, str) and given in allowed):
            return given
        if isinstance(given, str):
            self.book.unknown(self.at(key), "word", given, allowed)
        else:
            self.problem(key, "unknown_word", given=shown(given), allowed=list(allowed))
        return None

    def whole(self, key: str, default: int, most: int) -> int:
        """Return a whole number from 1 to `most`."""
        given = self.get(key)
        if given is None:
            return default
        if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= most:
            self.problem(key, "whole_number", given=shown(given), least="1", most=str(most))
            return default
        return given

    def number(
        self,
        key: str,
        required: bool = False,
        least: Decimal | None = None,
        above: Decimal | None = None,
    ) -> Decimal | None:
        """Return an exact number, at least `least` or above `above`."""
        given = self.get(key, required)
        if given is None:
            return None
        number = number_at(self.book, self.at(key), given)
        if number is None:
            return None
        if least is not None and number < least:
            self.problem(key, "below", given=plain(number), least=plain(least))
            return None
        if above is not None and number <= above:
            self.problem(key, "not_above", given=plain(number), above=plain(above))
            return None
        return number

    def percent(self, key: str) -> Decimal | None:
        """Return a percentage that is one number and not negative; the key must be there."""
        number = self.number(key, required=True, least=Decimal(0))
        return None if number is None or not is_percent(self.book, self.at(key), number) else number

    def amount(
        self, key: str, required: bool = False, good: Callable[[Book, str, Decimal], bool] | None = None
    ) -> Amount | None:
        """Return an amount: a number, or low, likely and high; each of them must be `good`."""
        given = self.get(key, required)
        if given is None:
            return None
        if not isinstance(given, dict):
            number = number_at(self.book, self.at(key), given)
            if number is None or (good is not None and not good(self.book, self.at(key), number)):
                return None
            return Amount(number, number, number)
        parts = Section(self.book, self.at(key), given)
        numbers = [parts.number(part, required=True) for part in AMOUNT_KEYS]
        parts.close()
        if good is not None:
            numbers = [
                number if number is not None and good(self.book, parts.at(part), number) else None
                for part, number in zip(AMOUNT_KEYS, numbers, strict=True)
            ]
        low, likely, high = numbers
        if low is None or likely is None or high is None:
            return None
        if not low <= likely <= high:
            self.problem(key, "low_likely_high", low=plain(low), likely=plain(likely), high=plain(high))
            return None
        return Amount(low, likely, high)

    def names(self, key: str, required: bool = False, alone: bool = False) -> list[tuple[str, str]]:
        """Return a list of names, each with its place; with `alone`, one may stand without brackets."""
        given = self.get(key, required)
        if given is None:
            return []
        if alone and isinstance(given, str):
            return [(self.at(key), given)]
        if not isinstance(given, list) or not given:
            self.problem(key, "not_names", given=shown(given))
            return []
        found, seen = [], set()
        for number, name in enumerate(given):
            place = f"{self.at(key)}[{number}]"
            if not isinstance(name, str):
                self.book.problem(place, "not_a_text", given=shown(name))
            elif name in seen:
                self.book.problem(place, "named_twice", given=shown(name))
            else:
                seen.add(name)
                found.append((place, name))
        return found


def number_at(book: Book, place: str, given: Any) -> Decimal | None:
    """Return a number as an exact decimal; None, and a problem, for anything else."""
    if isinstance(given, bool) or not isinstance(given, (int, Decimal, TooLong)):
        book.problem(place, "not_a_number", given=shown(given))
        return None
    if isinstance(given, Decimal) and not given.is_finite():
        book.problem(place, "not_finite", given=shown(given))
        return None
    number = _shortest(given)
    if isinstance(given, Decimal) and number is not None and _decimals_of(given) > decimals(book.minor_unit):
        book.finer[place] = f"{given:f}"
    if number is None:
        most = {"whole": str(MOST_WHOLE_DIGITS), "decimals": str(MOST_DECIMALS)}
        book.problem(place, "too_many_digits", **most)
    return number


def is_coarse(book: Book, place: str, number: Decimal) -> bool:
    """Whether a number is a multiple of the table's `round_to`; if not, that is a problem."""
    unit = book.round_to
    if unit is not None and Fraction(number) % Fraction(unit):
        book.problem(place, "too_fine", given=plain(number), unit=plain(unit))
        return False
    return True


def is_percent(book: Book, place: str, number: Decimal) -> bool:
    """Whether a number can be a percentage, also one that is taken off; if not, that is a problem."""
    if number > _HIGHEST_PERCENT:
        book.problem(place, "above_most", given=plain(number), most=plain(_HIGHEST_PERCENT))
    elif number < -_HIGHEST_PERCENT:
        book.problem(place, "below", given=plain(number), least=plain(-_HIGHEST_PERCENT))
    else:
        return True
    return False


def _decimals_of(given: Decimal) -> int:
    """The digits after the point as they are written, zeros at the end too."""
    exponent = given.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _shortest(given: int | Decimal | TooLong) -> Decimal | None:
    """The same number without trailing zeros and without an exponent above 0; None if it is too long."""
    if isinstance(given, TooLong) or (isinstance(given, int) and given.bit_length() > _LONGEST_NUMBER):
        return None
    number = Decimal(given)
    if not number:
        return Decimal(0)
    if not -_LONGEST_NUMBER < number.adjusted() < MOST_WHOLE_DIGITS:
        return None
    text = plain(number)
    return Decimal(text) if len(text.partition(".")[2]) <= MOST_DECIMALS else None


def _text(book: Book, place: str, given: Any, longest: int, lines: bool) -> str | None:
    if not isinstance(given, str):
        book.problem(place, "not_a_text", given=shown(given))
    elif not any(letter.isprintable() and not letter.isspace() for letter in given):
        book.problem(place, "empty_text")
    elif len(given) > longest:
        book.problem(place, "too_long", length=str(len(given)), longest=str(longest))
    elif _CONTROL.search(given):
        book.problem(place, "control_character")
    elif not lines and ("\n" in given or "\t" in given):
        book.problem(place, "several_lines")
    else:
        return given
    return None


def shown(given: Any, longest: int = _LONGEST_ECHO) -> str:
    """Write a wrong value for a sentence, as it might stand in the file, on one line and not too long."""
    if isinstance(given, bool):
        text = "true" if given else "false"
    elif isinstance(given, dict):
        text = "{…}" if given else "{}"
    elif isinstance(given, list):
        text = "[…]" if given else "[]"
    elif isinstance(given, int) and given.bit_length() > _LONGEST_NUMBER * 4:
        text = "…"  # Python refuses to write out very long integers
    else:
        text = str(given)
    return _printable(text if len(text) <= longest else text[:longest] + "…")


def _printable(text: str) -> str:
    return (
        text
        if text.isprintable()
        else "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
    )
