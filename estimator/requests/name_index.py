"""Names that can be searched without being readable: an HMAC of each beginning of each word."""

from __future__ import annotations

import re
import unicodedata

from estimator import keys
from estimator.normal_form import normal_form

LEAST = 3
"""Minimum length of an indexed beginning; a shorter one would be shared by too many to help, and tell too much."""

LEAST_HAN = 2
"""Minimum length in Chinese characters: most names have two or three, and each tells as much as a syllable."""

MOST = 12
"""Maximum length of an indexed beginning; twelve letters find everybody."""

_APOSTROPHES = re.compile("['\u2019\u02bc\u2018`\u00b4]")


def beginnings(text: str, key: str) -> set[int]:
    """Return what is stored of a name, so that it is found by the beginning of any of its words."""
    return {
        keys.lookup_number(key, "name", word[:length])
        for word in _words(text)
        for length in range(_least(word), min(len(word), MOST) + 1)
    }


def word_of(typed: str, key: str) -> list[int]:
    """Return what to look for: a number for each typed word that is long enough; a name must have them all."""
    return [
        keys.lookup_number(key, "name", word[:MOST]) for word in _words(typed) if len(word) >= _least(word)
    ]


def _words(text: str) -> list[str]:
    """Return the words of a text as they are compared: without capitals, accents and apostrophes."""
    folded = normal_form("NFKD", _APOSTROPHES.sub("", text)).casefold()
    letters = "".join(
        letter if letter.isalnum() else " "
        for letter in normal_form("NFKD", folded)
        if unicodedata.category(letter)[0] != "M" and unicodedata.category(letter) != "Cf"
    )
    return letters.split()


def _least(word: str) -> int:
    return LEAST_HAN if any(unicodedata.name(letter, "").startswith("CJK") for letter in word) else LEAST
