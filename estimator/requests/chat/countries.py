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

_WORD = re.compile(r"[^\s.,;:!?()\[\]{}<>…\"“”«»،؛؟।/|*_~0-9]+")


def countries_in(text: str, languages: Sequence[str], *, most: int) -> list[str]:
    """Return the codes of the countries that a text names, each once, at most so many; in time linear in the text."""
    return list(dict.fromkeys(_named(text, tuple(languages))))[:most]


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


def _folded(word: str) -> str:
    """Return a word without capitals and accents."""
    letters = normal_form("NFKD", word.casefold())
    return "".join(letter for letter in letters if not "\u0300" <= letter <= "\u036f")
