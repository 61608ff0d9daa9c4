"""What a message from a chat says about whoever wrote it: suggestions for a form, none of them applied by itself."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from estimator import telephone
from estimator.i18n import folded_digits
from estimator.i18n import reader as reader_of
from estimator.mail import addresses
from estimator.requests.chat import lines
from estimator.requests.chat.completeness import completeness_in
from estimator.requests.chat.countries import countries_in
from estimator.requests.chat.names import names_in, patients_in
from estimator.requests.chat.patient import ages_in, levels_in
from estimator.requests.chat.relatives import is_for_relative
from estimator.requests.chat.sessions import spoken_of
from estimator.requests.chat.ways import ways_in

MOST_BYTES = 100_000
"""Maximum size of a message that is read and kept, in UTF-8."""

MOST = 3
"""Maximum number of suggestions of a kind."""

EARLIEST, YEARS_AHEAD = 1950, 5
"""The years between which a date says something about a plan or an injury."""

LEAST_WORDS = 2
"""Minimum number of common words by which a language that is written in Latin letters is told."""

SCRIPTS = {
    "ar": ("[\u0621-\u063a\u0641-\u064a]", "[\u0679\u067e\u0686\u0688\u0698\u06a9\u06af\u06cc\u06d2]"),
    "ru": ("[\u0410-\u044f\u0401\u0451]", "[\u0406\u0407\u0404\u0490\u0456\u0457\u0454\u0491\u040e\u045e]"),
    "hi": ("[\u0904-\u0939]", "[\u0933]"),
    "bn": ("[\u0985-\u09b9]", "[\u09f0\u09f1]"),
}
"""Letters by which a language is told, and those of other languages in the same script, which make it none of ours."""

WORDS = {
    "en": "the and is are my for with have you your please what would much from how she her his want after".split(),
    "fr": "le la les des et est une je mon ma pour avec vous bonjour merci que dans nous au il elle après sont".split(),
    "es": "el los las una es mi para con usted hola gracias que por en de su tengo cuánto somos después está".split(),
    # Not ours to suggest; they keep one of ours from being taken for it.
    "de": "der die das und ist ein eine ich mein für mit sie hallo danke wie nicht nach wir zu den auf".split(),
    "pt": "o os uma é meu minha para com você olá obrigado que por em não do da tenho quanto depois está".split(),
    "it": "il gli una è mio mia per con lei ciao grazie che di non ho quanto dopo sono della nel vorrei".split(),
    "tr": "ve bir bu için ile benim merhaba teşekkürler ne kadar nasıl var çok ben sonra mi mı değil".split(),
}
"""Common words of languages in Latin letters."""

_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_NUMBERS = re.compile(r"(?<![0-9./-])([0-9]{1,4})([./-])([0-9]{1,2})\2([0-9]{1,4})(?![0-9./-]?[0-9])")
_MONTH_NUMBER = re.compile(r"(?<![0-9./-])([0-9]{1,2})[./-]([0-9]{4})(?![./-]?[0-9])")


@dataclass(frozen=True)
class Number:
    """A telephone number as it is written abroad, and the code of its country, empty where there is none."""

    text: str
    country: str


@dataclass(frozen=True)
class When:
    """A date as it stands in the message, and a month that it can mean: "2027-03"."""

    text: str
    month: str


@dataclass(frozen=True)
class Found:
    """What stands in a message, each as often as it can be meant, and at most MOST times; `sessions` are numbers.

    `for_other` if it asks for a relative, named or not; `waits_for_country` if there are digits that can be a telephone
    number once its country is known.
    """

    numbers: tuple[Number, ...] = ()
    emails: tuple[str, ...] = ()
    language: str | None = None
    dates: tuple[When, ...] = ()
    names: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    patients: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    ages: tuple[int, ...] = ()
    completeness: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()
    for_other: bool = False
    waits_for_country: bool = False


def is_too_long(text: str) -> bool:
    """Whether a message is longer than what is read and kept."""
    return len(text) > MOST_BYTES or len(text.encode("utf-8", "replace")) > MOST_BYTES


def look(text: str, *, country: str, languages: Collection[str], today: date) -> Found:
    """Return what a message says, if it is not too long; `languages` are those in which the clinic answers.

    A number without a country's code is read in `country`, or else in the countries that the message names.
    """
    if is_too_long(text):
        return Found()
    plain = folded_digits(lines.without_moments(text))
    emails = (addresses.checked(match[0].rstrip(".")) for match in _ADDRESS.finditer(text))
    dates = dict.fromkeys(_dates(plain, today))
    named = countries_in(text, (*SCRIPTS, *WORDS), most=MOST)
    numbers: dict[Number, None] = {}
    for where in [country] if country else ["", *named]:
        numbers |= dict.fromkeys(Number(*one) for one in telephone.numbers_in(plain, where, most=MOST))
    return Found(
        tuple(numbers)[:MOST],
        tuple(dict.fromkeys(filter(None, emails)))[:MOST],
        _language(text, languages),
        tuple(dates)[:MOST],
        tuple(names_in(text, most=MOST)),
        tuple(spoken_of(plain, most=MOST)),
        tuple(named),
        tuple(patients_in(text, most=MOST)),
        tuple(levels_in(plain, most=MOST)),
        tuple(ages_in(plain, most=MOST)),
        tuple(completeness_in(plain, most=MOST)),
        tuple(ways_in(text, most=MOST)),
        is_for_relative(text),
        not country and not numbers and telephone.may_need_country(plain),
    )


def _language(text: str, languages: Collection[str]) -> str | None:
    """Return the language of a message by its script or its common words; None if it is not clear, or not offered."""
    counts = {tag: len(re.findall(letters, text)) for tag, (letters, _others) in SCRIPTS.items()}
    tag = max(counts, key=lambda one: counts[one])
    latin = len(re.findall("[A-Za-z]", text))
    if counts[tag] > latin:
        return tag if tag in languages and not re.search(SCRIPTS[tag][1], text) else None
    words = re.findall(r"[^\W\d_]+", text.casefold())
    scores = {tag: sum(word in common for word in words) for tag, common in _common().items()}
    best, second = sorted(scores, key=lambda one: -scores[one])[:2]
    clear = scores[best] >= LEAST_WORDS and scores[best] > scores[second]
    return best if clear and best in languages else None


def _dates(text: str, today: date) -> Iterator[When]:
    """Yield the dates of a text, one that can be read in two ways as both."""
    latest = today.year + YEARS_AHEAD

    def when(written: str, year: str, month: str, day: str = "1") -> Iterator[When]:
        try:
            found = date(int(year), int(month), int(day))
        except ValueError:
            return
        if len(year) == 4 and EARLIEST <= found.year <= latest:
            yield When(written, found.isoformat()[:7])

    for match in _NUMBERS.finditer(text):
        first, sign, second, third = match.groups()
        if len(first) == 4:
            yield from when(match[0], first, second, third)
        else:
            yield from when(match[0], third, second, first)
            if sign != ".":
                yield from when(match[0], third, first, second)
    for match in _MONTH_NUMBER.finditer(text):
        yield from when(match[0], match[2], match[1])
    names, pattern = _months()
    for match in pattern.finditer(text):
        yield from when(match[0], match["year"], str(names[match["name"].casefold()]))


@cache
def _common() -> dict[str, frozenset[str]]:
    return {tag: frozenset(words) for tag, words in WORDS.items()}


@cache
def _months() -> tuple[dict[str, int], re.Pattern[str]]:
    """Return the names of months in the languages that are told, and what finds one before a year."""
    names: dict[str, int] = {}
    for tag in (*SCRIPTS, *WORDS):
        for kind in ("format", "stand-alone"):
            for number, name in reader_of(tag).locale.months[kind]["wide"].items():
                names.setdefault(name.casefold(), number)
    longest_first = sorted(names, key=len, reverse=True)
    either = "|".join(map(re.escape, longest_first))
    return names, re.compile(
        rf"(?<!\w)(?P<name>{either})(?:\s++(?:(?:de|del|of|г\.)\s*+)?|,\s*+)(?P<year>[0-9]{{4}})(?![0-9])",
        re.IGNORECASE,
    )
