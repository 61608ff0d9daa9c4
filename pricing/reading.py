"""The pieces a table file is read with: one TOML table at a time, every problem kept with its place.

A `Section` hands out the keys of one TOML table, checked for their kind, and in the end reports those that
nobody asked for. Whatever is wrong becomes a problem and None, so that reading goes on to the next mistake.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from typing import Any, TypeVar

from pricing.money import plain
from pricing.problems import Problem
from pricing.table import Amount, Text, UnitText

T = TypeVar("T")

CODE = re.compile(r"[a-z][a-z0-9_]*\Z")
MOST_DIGITS = 40
"""A number in a table has at most so many digits before and after the decimal point together."""
LONGEST_TEXT = 5_000
"""A text in a table has at most so many characters."""
PLURAL_FORMS = ("zero", "one", "two", "few", "many", "other")
AMOUNT_KEYS = ("low", "likely", "high")

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Book:
    """One file being read: its problems, and what every part of it needs to know."""

    def __init__(self, lines: Mapping[str, int]) -> None:
        self.lines = lines
        self.problems: list[Problem] = []
        self.languages: tuple[str, ...] = ()
        self.round_to: Decimal | None = None
        self.all_drivers: tuple[str, ...] = ()

    def problem(self, place: str, kind: str, /, **values: Any) -> None:
        """Keep one problem; the line is that of the place or of the nearest table around it."""
        self.problems.append(Problem(place, self._line(place), kind, values))

    def _line(self, place: str) -> int | None:
        while place:
            if place in self.lines:
                return self.lines[place]
            place = place[: max(place.rfind("."), place.rfind("["), 0)]
        return None


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that a misspelt one most likely stands for."""
    found = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return found[0] if found else None


class Section:
    """One TOML table of the file, at `place`."""

    def __init__(self, book: Book, place: str, data: Any) -> None:
        self.book = book
        self.place = place
        self.asked: dict[str, None] = {}
        self.data: Mapping[str, Any] = {}
        if isinstance(data, dict):
            self.data = data
        else:
            book.problem(place, "not_a_table", given=shown(data))

    def at(self, key: str) -> str:
        """The place of a key."""
        return f"{self.place}.{key}" if self.place else key

    def problem(self, key: str, kind: str, /, **values: Any) -> None:
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
                near = nearest(key, self.asked)
                if near is None:
                    self.problem(key, "unknown_key", given=key, allowed=list(self.asked))
                else:
                    self.problem(key, "misspelt_key", given=key, near=near, allowed=list(self.asked))

    def section(self, key: str, required: bool = False) -> Section | None:
        """Return the TOML table at a key."""
        data = self.get(key, required)
        return None if data is None else Section(self.book, self.at(key), data)

    def entries(self, key: str, word: str) -> list[tuple[str, Section]]:
        """Return the coded TOML tables below a key, in the order of the file."""
        below = self.section(key)
        found = []
        for code, data in (below.data if below else {}).items():
            place = f"{self.at(key)}.{code}"
            if not CODE.match(code):
                self.book.problem(place, "bad_code", given=shown(code), word=word)
            found.append((code, Section(self.book, place, data)))
        return found

    def _read(self, key: str, required: bool, good: Callable[[Any], bool], kind: str) -> Any:
        given = self.get(key, required)
        if given is None or good(given):
            return given
        self.problem(key, kind, given=shown(given))
        return None

    def plain(self, key: str, required: bool = False, longest: int = LONGEST_TEXT) -> str | None:
        """Return a plain text: not empty, printable, not longer than `longest`."""
        text = self._read(key, required, lambda given: isinstance(given, str), "not_a_text")
        return text if text is None or _text_is_good(self.book, self.at(key), text, longest) else None

    def text(self, key: str, required: bool = False) -> Text | None:
        """Return a text by language; the main language is required, others than the table's are refused."""
        given = self.get(key, required)
        if given is None:
            return None
        return self._by_language(key, given, self._one_text)

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
            place = f"{key}.{language}"
            if languages and language not in languages:
                self.problem(place, "unknown_language", given=language, allowed=list(languages))
                continue
            one = read(place, text)
            if one is not None:
                found[language] = one
        if languages and main not in given:
            self.problem(f"{key}.{main}", "missing_main_text", language=main, key=key)
        return {language: found[language] for language in languages if language in found}

    def _one_text(self, key: str, given: Any) -> str | None:
        if not isinstance(given, str):
            self.problem(key, "not_a_text", given=shown(given))
            return None
        return given if _text_is_good(self.book, self.at(key), given, LONGEST_TEXT) else None

    def _one_unit(self, key: str, given: Any) -> str | dict[str, str] | None:
        if not isinstance(given, dict):
            return self._one_text(key, given)
        forms = Section(self.book, self.at(key), given)
        found = {form: text for form in PLURAL_FORMS if (text := forms.plain(form, form == "other"))}
        forms.close()
        return found or None

    def flag(self, key: str) -> bool | None:
        """Return true or false."""
        given = self._read(key, False, lambda value: isinstance(value, bool), "not_true_or_false")
        return None if given is None else bool(given)

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
        near = nearest(given, allowed) if isinstance(given, str) else None
        if near:
            self.problem(key, "misspelt_word", given=shown(given), near=near, allowed=list(allowed))
        else:
            self.problem(key, "unknown_word", given=shown(given), allowed=list(allowed))
        return None

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

    def amount(self, key: str, required: bool = False, coarse: bool = False) -> Amount | None:
        """Return an amount: a number, or low, likely and high. `coarse`: whole multiples of `round_to`."""
        given = self.get(key, required)
        if given is None:
            return None
        if not isinstance(given, dict):
            number = number_at(self.book, self.at(key), given)
            if number is None or (coarse and not self._is_coarse(self.at(key), number)):
                return None
            return Amount(number, number, number)
        parts = Section(self.book, self.at(key), given)
        numbers = [parts.number(part, required=True) for part in AMOUNT_KEYS]
        parts.close()
        if coarse:
            numbers = [
                number if number is not None and self._is_coarse(parts.at(part), number) else None
                for part, number in zip(AMOUNT_KEYS, numbers, strict=True)
            ]
        low, likely, high = numbers
        if low is None or likely is None or high is None:
            return None
        if not low <= likely <= high:
            self.problem(key, "low_likely_high", low=plain(low), likely=plain(likely), high=plain(high))
            return None
        return Amount(low, likely, high)

    def _is_coarse(self, place: str, number: Decimal) -> bool:
        unit = self.book.round_to
        if unit is not None and Fraction(number) % Fraction(unit):
            self.book.problem(place, "too_fine", given=plain(number), unit=plain(unit))
            return False
        return True

    def names(self, key: str, required: bool = False) -> list[tuple[str, str]]:
        """Return a list of names, each with its place; one name may stand without brackets."""
        given = self.get(key, required)
        if given is None:
            return []
        if isinstance(given, str):
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
                self.book.problem(place, "named_twice", given=name)
            else:
                seen.add(name)
                found.append((place, name))
        return found


def number_at(book: Book, place: str, given: Any) -> Decimal | None:
    """Return a number as an exact decimal; None, and a problem, for anything else."""
    if isinstance(given, bool) or not isinstance(given, (int, Decimal)):
        book.problem(place, "not_a_number", given=shown(given))
        return None
    number = Decimal(given)
    if not number.is_finite():
        book.problem(place, "not_finite", given=str(given))
        return None
    digits = number.as_tuple()
    assert isinstance(digits.exponent, int)
    if max(len(digits.digits) + max(digits.exponent, 0), -digits.exponent) > MOST_DIGITS:
        book.problem(place, "too_many_digits", most=str(MOST_DIGITS))
        return None
    return _shortest(number)


def _shortest(number: Decimal) -> Decimal:
    """The same number without trailing zeros and without an exponent above 0."""
    return Decimal(plain(number))


def _text_is_good(book: Book, place: str, text: str, longest: int) -> bool:
    if not text.strip():
        book.problem(place, "empty_text")
    elif len(text) > longest:
        book.problem(place, "too_long", length=str(len(text)), longest=str(longest))
    elif _CONTROL.search(text):
        book.problem(place, "control_character")
    else:
        return True
    return False


def shown(given: Any) -> str:
    """Write a wrong value for a sentence, as it might stand in the file, cut if it is long."""
    if isinstance(given, bool):
        text = "true" if given else "false"
    elif isinstance(given, dict):
        text = "{…}"
    elif isinstance(given, list):
        text = "[…]" if given else "[]"
    else:
        text = str(given)
    return text if len(text) <= 60 else text[:60] + "…"
