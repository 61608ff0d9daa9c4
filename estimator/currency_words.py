"""Currencies as people write them beside an amount: by code, by sign, and by their names in our languages."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

from babel import Locale
from babel.numbers import get_currency_name

from estimator import figures
from estimator.folders import TRANSLATIONS
from estimator.i18n import STOPS, folded_digits
from estimator.normal_form import normal_form
from pricing.currencies import MINOR_UNIT

SHARED = {
    "$": "ARS AUD CAD CLP COP CUP DOP HKD MXN NZD SGD TWD USD UYU",
    "£": "EGP GBP",
    "¥": "CNY JPY",
    "rmb": "CNY",
    "tk": "BDT",
    "kr": "DKK ISK NOK SEK",
    "rs": "INR LKR MUR NPR PKR SCR",
    "долл": "AUD CAD HKD NZD SGD TWD USD",
    "руб": "BYN RUB",
    "у.е": "USD",  # "conventional units", as prices are given in Russian where they are meant in US dollars
    "уе": "USD",
    "रु": "INR LKR MUR NPR PKR SCR",
    "रुपये": "INR LKR MUR NPR PKR SCR",
    **dict.fromkeys(("american", "américains", "americanos", "американских", "अमेरिकी", "अमरीकी"), "USD"),
    "यूएसडी": "USD",
    "ইউএসডি": "USD",
}
"""Signs that several currencies have at home, and what their names lack."""

JOINING = frozenset({"de", "del", "des", "du", "la"})
"""Words within a name that name nothing."""

NUMBERS = (0, 1, 2, 3, 5, 11, 100)
"""Numbers that have every plural form of our languages among them."""

_UNITS = re.compile(r"у\.\s+е\.?(?!\w)", re.IGNORECASE)

_AROUND = re.compile(r"([^0-9]*)([0-9](?:.*[0-9])?)([^0-9]*)", re.DOTALL)


def apart(typed: str) -> tuple[str, frozenset[str]] | None:
    """Return the figure of a typed amount and the currencies that its words or signs may mean.

    None if there is no figure, nothing beside it, or anything beside it that is no currency.
    """
    seen = "".join(letter for letter in folded_digits(typed) if unicodedata.category(letter) != "Cf")
    found = _AROUND.fullmatch(figures.without_dash(_UNITS.sub("у.е.", seen)))
    if found is None:
        return None
    words = [word.strip(".,:;()" + STOPS).casefold() for word in f"{found[1]} {found[3]}".split()]
    named = [meanings(word) for word in words if word not in JOINING]
    both = frozenset.intersection(*named) if named else frozenset()
    return (found[2], both) if both else None


def meanings(word: str) -> frozenset[str]:
    """Return the currencies that a word, a sign or a code can mean; none if it means no currency."""
    return _meanings().get(word.casefold(), frozenset())


@lru_cache(maxsize=1)
def _meanings() -> Mapping[str, frozenset[str]]:
    """Return the currencies that a word or a sign can mean, by that word in small letters."""
    languages = ["en", *(path.name for path in TRANSLATIONS.iterdir() if path.is_dir())]
    found: dict[str, set[str]] = defaultdict(set)
    for locale in map(Locale.parse, languages):
        forms = {locale.plural_form(number): number for number in NUMBERS}
        for code in MINOR_UNIT:
            for number in (None, *forms.values()):
                for word in normal_form("NFKC", get_currency_name(code, number, locale)).casefold().split():
                    found[word].add(code)
    for code in MINOR_UNIT:
        for mark in figures.marks_of(code):
            found[mark.casefold()].add(code)
    for sign, codes in SHARED.items():
        found[sign].update(codes.split())
    return {word: frozenset(codes) for word, codes in found.items()}
