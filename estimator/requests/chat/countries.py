"""The countries that a message names, in the languages that are told, each as a whole word with a capital letter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from estimator.i18n import reader as reader_of
from estimator.normal_form import normal_form

IN_SHORT = {"USA": "US", "UK": "GB", "UAE": "AE"}
"""What people write in place of a long name."""

MOST_WORDS = 6
"""Maximum number of words of a name that is looked for."""

OF_ONE = frozenset(
    "french british english spanish german american african european asian arab arabic emirati saudi afghan turkish "
    "swiss dutch danish polish swedish greek filipino thai burmese chinese "
    "français française anglais espagnol allemand américain africain maghrébin arabe turc suisse néerlandais "
    "español española inglés francés alemán alemana americano latino árabe estadounidense".split()
)
"""People of a country or a continent whose names say it in another way than by its beginning."""

_ENDINGS = re.compile(
    "i|n|ns|an|en|ian|ien|ienne|enne|ane|aine?|ese|ois|oise|ais|aise|ano|ana|eno|ena|eño|eña|es|esa|ino|ina|iano|iana|ish|er|"
    "olais|olaise|vian|lese|uano|uana|ense"
)

_WORD = re.compile(r"[^\s.,;:!?()\[\]{}<>…\"“”«»،؛؟।/|*_~0-9]+")


def countries_in(text: str, languages: Sequence[str], *, most: int) -> list[str]:
    """Return the codes of the countries that a text names, each once, at most so many; in time linear in the text."""
    return list(dict.fromkeys(_named(text, tuple(languages))))[:most]


def is_of_one(word: str) -> bool:
    """Whether a word with a capital letter is the name of a country, or of somebody who is of one: "Indian"."""
    folded = _folded(word)
    if word.casefold() in OF_ONE:
        return True
    stems, wholes = _stems()
    return folded in wholes or any(
        folded[:length] in stems and _ENDINGS.fullmatch(folded[length:]) for length in range(4, len(folded))
    )


def _named(text: str, languages: tuple[str, ...]) -> Iterator[str]:
    names = _names(languages)
    found = [match[0] for match in _WORD.finditer(text)]
    folded = [_folded(word) for word in found]
    for start, word in enumerate(found):
        if word in IN_SHORT:
            yield IN_SHORT[word]
        if word[0].islower() or folded[start] not in names:
            continue
        for length, name, code in names[folded[start]]:
            if tuple(folded[start : start + length]) == name:
                yield code
                break


@cache
def _names(languages: tuple[str, ...]) -> dict[str, list[tuple[int, tuple[str, ...], str]]]:
    """Return the words of names with their codes by the first word, the longest first."""
    found: dict[str, dict[tuple[str, ...], str]] = {}
    for tag in languages:
        for code, name in reader_of(tag).locale.territories.items():
            words = tuple(_folded(match[0]) for match in _WORD.finditer(name))
            if len(code) == 2 and 0 < len(words) <= MOST_WORDS:
                found.setdefault(words[0], {}).setdefault(words, code)
    return {
        first: sorted(((len(words), words, code) for words, code in each.items()), key=lambda one: -one[0])
        for first, each in found.items()
    }


@cache
def _stems() -> tuple[frozenset[str], frozenset[str]]:
    """Return the beginnings of names of one word, without the vowel at their end, and the whole ones."""
    wholes = frozenset(
        words[0]
        for each in _names(("en", "fr", "es")).values()
        for number, words, _code in each
        if number == 1
    )
    return wholes | {name.rstrip("aeo") for name in wholes if len(name.rstrip("aeo")) >= 4}, wholes


def _folded(word: str) -> str:
    """Return a word without capitals and accents."""
    letters = normal_form("NFKD", word.casefold())
    return "".join(letter for letter in letters if not "\u0300" <= letter <= "\u036f")
