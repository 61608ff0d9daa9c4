"""Countries by their code, named and ordered as the reader of a page writes them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from estimator.i18n import Reader
from estimator.normal_form import normal_form

NOT_COUNTRIES = frozenset("AC CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ".split())
"""Two letters that stand for something else, or are no code of ISO 3166; Kosovo, XK, is used everywhere."""

_SHORT_I = "и\N{COMBINING BREVE}"

_NO_ACCENT, _VIRAMA = 0, 9
"""Combining classes of letters and signs of vowels, and of what joins two Indic consonants."""


@lru_cache(maxsize=64)
def countries(reader: Reader) -> Mapping[str, str]:
    """Return the names of all countries by their codes, in the order of the names."""
    names: Mapping[str, str] = reader.locale.territories
    found = {
        code: name
        for code, name in names.items()
        if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES
    }
    return dict(sorted(found.items(), key=lambda pair: _order(pair[1])))


def _order(name: str) -> str:
    """Accents and capitals do not decide where a name stands, but the letter “й” does, and so do signs of vowels.

    In Indic scripts a vowel after a consonant is a mark, and a letter to whoever looks a name up: the order of its
    code points is that of dictionaries. Only their dot below, the nukta, is an accent.
    """
    letters = normal_form("NFKD", name.casefold()).replace(_SHORT_I, "й")
    return normal_form("NFKC", "".join(letter for letter in letters if not _is_accent(letter)))


def _is_accent(letter: str) -> bool:
    return unicodedata.combining(letter) not in (_NO_ACCENT, _VIRAMA)
