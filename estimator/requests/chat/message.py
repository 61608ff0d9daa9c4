"""What a message from a chat says about whoever wrote it: suggestions for a form, none of them applied by itself."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache

from estimator import telephone
from estimator.i18n import folded_digits
from estimator.mail import addresses
from estimator.requests.chat import lines
from estimator.requests.chat.completeness import completeness_in
from estimator.requests.chat.countries import countries_in
from estimator.requests.chat.dates import When, dates_in
from estimator.requests.chat.names import names_in, patients_in
from estimator.requests.chat.patient import ages_in, levels_in
from estimator.requests.chat.relatives import is_for_relative
from estimator.requests.chat.sessions import spoken_of
from estimator.requests.chat.ways import ways_in

MOST_BYTES = 100_000
"""Maximum size of a message that is read and kept, in UTF-8."""

MOST = 3
"""Maximum number of suggestions of a kind."""

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
    "en": (
        "the and is are my for with have you your please what would much from how she her his want after in "
        "since we hello he i to of can thank"
    ).split(),
    "fr": (
        "le la les des et est une un je j mon ma pour avec vous bonjour merci que dans nous au il elle après "
        "sont l d de du en c qu n ai depuis frère sœur"
    ).split(),
    "es": (
        "el los las la una un es mi para con usted hola gracias que por en de del su y se tengo cuánto somos "
        "después está desde podemos quiero queremos puede hermano hermana buenos buenas cuesta tiene"
    ).split(),
    # Not ours to suggest; they keep one of ours from being taken for it.
    "de": "der die das und ist ein eine ich mein für mit sie hallo danke wie nicht nach wir zu den auf in".split(),
    "pt": (
        "o os um uma é meu minha para com você olá obrigado que por em de do da se não tenho quanto depois "
        "está podemos e seu sua"
    ).split(),
    "it": (
        "il la le gli un una è mio mia per con lei ciao grazie che di si in non ho quanto dopo sono della nel "
        "vorrei e a"
    ).split(),
    "tr": "ve bir bu için ile benim merhaba teşekkürler ne kadar nasıl var çok ben sonra mi mı değil".split(),
}
"""Common words of languages in Latin letters."""

_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")


@dataclass(frozen=True)
class Number:
    """A telephone number as it is written abroad, and the code of its country, empty where there is none."""

    text: str
    country: str


@dataclass(frozen=True)
class Found:
    """What stands in a message, each as often as it can be meant, and at most MOST times; `sessions` are numbers.

    `for_other` if it asks for a relative, named or not; `waits_for_country` if there are digits that can be a telephone
    number once its country is known. `impossible` are telephone numbers, as they are written, that no country has, or
    not the one in which they are read.
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
    impossible: tuple[str, ...] = ()


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
    named = countries_in(text, (*SCRIPTS, *WORDS), most=MOST)
    numbers: dict[Number, None] = {}
    for where in [country] if country else ["", *named]:
        numbers |= dict.fromkeys(Number(*one) for one in telephone.numbers_in(plain, where, most=MOST))
    return Found(
        tuple(numbers)[:MOST],
        tuple(dict.fromkeys(filter(None, emails)))[:MOST],
        _language(text, languages),
        tuple(dates_in(plain, today))[:MOST],
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
        tuple(telephone.impossible_in(plain, country, most=MOST)),
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


@cache
def _common() -> dict[str, frozenset[str]]:
    return {tag: frozenset(words) for tag, words in WORDS.items()}
