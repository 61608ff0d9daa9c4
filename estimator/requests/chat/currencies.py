"""Currencies as a message writes them: by code, sign and name, and what the words beside an amount say of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from estimator import currency_words
from pricing.currencies import MINOR_UNIT

_ENDS = r"(?![^\W\d_])"
"""Behind a word that others begin with, such as "euro" and "European", or "Rs" and "RSD"."""

WORDS = {
    "MXN": r"(?i:mx\s?\$|\$\s?mx)",
    "CAD": r"CA?N?\$|\$\s?CAN?(?!\w)|\$can?(?!\w)",
    "AUD": r"AU?\$|\$\s?AU(?!\w)",
    "NZD": r"NZ\$",
    "HKD": r"HK\$",
    "SGD": r"SG?\$",
    "TWD": r"NT\$",
    "BRL": r"R\$",
    "USD": rf"(?i:us\s?\$|\$\s?us|u\.s\.\s?dollars?|us dollars?|dollars?|d[óo]lares|d[óo]lar){_ENDS}|\$|"
    r"(?i:долл(?:\w+|\.)?|у\.\s?е\.?(?!\w)|уе(?!\w))|دولار\w*|डॉलर|यूएसडी|ডলার|ইউএসডি",
    "EUR": rf"€|(?i:euros?|евро){_ENDS}|يورو|यूरो(?!प)|ইউরো(?!প)",
    "GBP": rf"£|(?i:pounds?|livres?|libras?){_ENDS}|पाउंड|পাউন্ড",
    "INR": rf"₹|(?i:rs\.?|rupees?|roupies?|rupias?|рупи[йяи]){_ENDS}|रुपये|रुपए|रुपया|रु\.?(?![\u0900-\u097f])",
    "RUB": rf"₽|(?i:руб(?:л\w+|\.)?){_ENDS}|रूबल",
    "BDT": rf"৳|(?i:takas?){_ENDS}|টাকা",
    "CNY": rf"CN¥|元|人民币|(?i:rmb|renminbi|yuan(?:es|s)?){_ENDS}|(?i:юан\w+)|يوان|युआन|ইউয়ান",
    "JPY": rf"JP¥|¥|円|(?i:yens?){_ENDS}|(?i:иен\w*)",
    "THB": rf"฿|(?i:bahts?){_ENDS}",
    "TRY": r"₺",
    "KZT": r"₸|(?i:тенге)",
    "EGP": r"جنيه",
    "AED": r"درهم",
}
"""How a currency is written besides its code. A sign or word of several is the one that is meant most often; whoever
reads the suggestion checks it."""

NOT_A_WORD = frozenset({"ALL", "TOP", "TRY"})
"""Codes that are words in a message in capital letters."""

SMALL = (
    "usd",
    "eur",
    "gbp",
    "inr",
    "rub",
    "bdt",
    "mxn",
    "aed",
    "sar",
    "egp",
    "jpy",
    "thb",
    "kzt",
    "cny",
    "krw",
)
"""Codes that are also written in small letters, and are no words."""

ANY = "|".join(
    [
        *WORDS.values(),
        rf"(?<![^\W\d_])(?:{'|'.join([*sorted(set(MINOR_UNIT) - NOT_A_WORD), *SMALL])})(?![^\W\d_])",
    ]
)
"""Finds a currency, however it is written."""

NEVER_ALONE = frozenset({"¥"})
"""Signs that two currencies have equally."""

LIKE = {"USD": "dollars", "GBP": "pounds", "INR": "rupees", "RUB": "рублей", "EGP": "جنيه", "AED": "درهم"}
"""A word of each currency that has its name from several countries."""

_SHARED_NAMES = re.compile(r"(?i:pesos?)|(?i:песо)|بيزو|पेसो|পেসো|ريال|دينار")
_OF = {code: re.compile(words) for code, words in WORDS.items()}
_WORD = re.compile(r"[^\S\n]{0,2}\(?[^\S\n]?([^\s\d.,:;!?()\[\]/+*=<>|؟،।]+)")
_NATIONAL = re.compile(r"\s{0,2}\(?M\.?\s?N(?:\.|(?!\w))\)?")
""""Moneda nacional" behind "$", as Mexico writes it."""

_BEFORE_ANOTHER = re.compile(r"[\s.:]{0,3}[0-9]")
_STOPS = re.compile(r"\s*(?:[.,:;!?()\n]|$)")
_MOST_WORDS = 4
_AND = frozenset({"and", "et", "y", "e", "и", "और", "एवं", "এবং", "ও", "و", "&"})
_SIGNS = frozenset("$€£₹₽৳¥円฿₺₸")
_JOINING = currency_words.JOINING | {"in", "en", "of", "в"}


@dataclass(frozen=True)
class Read:
    """The currency of an amount, None if it is not clear, and where the words behind the amount end that say so."""

    code: str | None
    end: int


def code_of(mark: str) -> str | None:
    """Return the currency that a code, a sign or a word means most often; None if it means none."""
    if mark.upper() in MINOR_UNIT:
        return mark.upper()
    return next((code for code, words in _OF.items() if words.fullmatch(mark)), None)


def read(marks: Sequence[str], text: str, end: int) -> Read | None:
    """Return the currency of an amount by what is written beside it; None if nothing is.

    `marks` are what stands directly at its figure, and `end` is where that ends. What contradicts itself, and a word
    of several currencies that does not usually mean one of them, as "$250,000 pesos", is not clear.
    """
    possible = [_possible(mark) for mark in marks]
    usual = next((code for code in map(code_of, marks) if code), None)
    said, behind = _said_behind(marks, text, end)
    if said:
        possible.append(said)
    if not possible:
        return None
    both = frozenset.intersection(*possible)
    if len(both) == 1:
        return Read(next(iter(both)), behind)
    is_usual = usual in both and not NEVER_ALONE.issuperset(marks)
    return Read(usual if is_usual else None, behind)


def _possible(mark: str) -> frozenset[str]:
    """Return the currencies that a mark can mean."""
    code = code_of(mark)
    if mark.upper() in MINOR_UNIT:
        return frozenset({mark.upper()})
    if code is None:
        return currency_words.meanings(mark)
    named = [currency_words.meanings(word.strip(".")) for word in mark.split()]
    both = frozenset.intersection(*named)
    return (both or currency_words.meanings(LIKE.get(code, code))) | {code}


def _said_behind(marks: Sequence[str], text: str, end: int) -> tuple[frozenset[str], int]:
    """Return the currencies that the words behind an amount name, none if they name none, and where they end.

    A word of a country says one of several "dollars" beside that name, or behind "$" alone where it belongs to nothing
    that follows.
    """
    if "$" in marks and (national := _NATIONAL.match(text, end)):
        return frozenset({"MXN"}), national.end()
    around = frozenset.intersection(*map(_possible, marks)) if marks else None
    is_named = any(map(_is_name, marks))
    said: frozenset[str] | None = None
    best, last, at = frozenset[str](), end, end
    for _number in range(_MOST_WORDS):
        match = _WORD.match(text, at)
        if not match or _BEFORE_ANOTHER.match(text, match.end()):
            break
        word, at = match[1], match.end()
        if word.casefold() in _AND:
            break
        if word.casefold() in _JOINING:
            continue
        named = _possible(word) if _is_name(word) else currency_words.meanings(word)
        said = named if said is None else said & named
        if not said:
            break
        within = said if around is None else said & around
        is_alone = "$" in marks and _stands_alone(word, text, at)
        if _is_name(word) or (len(within) == 1 and (is_named or is_alone)):
            is_named, best, last = True, said, at
    if "(" in text[end:last] and text[last : last + 1] == ")":
        last += 1
    return best, last


def _is_name(word: str) -> bool:
    """Whether a word is the name of a currency, or its code, and not only of a country."""
    if word in SMALL or (word in MINOR_UNIT and word not in NOT_A_WORD):
        return True
    return word not in _SIGNS and bool(
        _SHARED_NAMES.fullmatch(word) or any(one.fullmatch(word) for one in _OF.values())
    )


def _stands_alone(word: str, text: str, end: int) -> bool:
    """Whether a word of a country belongs to no word behind it, as "9,000 Canadian" and Spanish "colombianos"."""
    return word.endswith(("os", "nses")) or bool(_STOPS.match(text, end))
