"""Amounts of money in a message: a figure beside a currency, as people write it in a chat, and no guess."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pricing.currencies import MINOR_UNIT

_ENDS = r"(?![^\W\d_])"
"""Behind a word that others begin with, such as "euro" and "European", or "Rs" and "RSD"."""

WORDS = {
    "MXN": r"(?i:mx\s?\$|\$\s?mx)",
    "USD": rf"(?i:us\s?\$|\$\s?us|u\.s\.\s?dollars?|us dollars?|dollars?|d[óo]lares|d[óo]lar){_ENDS}|\$|"
    r"(?i:долл(?:\w+|\.)?)|دولار\w*|डॉलर|ডলার",
    "EUR": rf"€|(?i:euros?|евро){_ENDS}|يورو|यूरो(?!प)|ইউরো(?!প)",
    "GBP": rf"£|(?i:pounds?|livres?|libras?){_ENDS}|पाउंड|পাউন্ড",
    "INR": rf"₹|(?i:rs\.?|rupees?|roupies?|rupias?|рупи[йяи]){_ENDS}|रुपये|रुपए|रुपया|रु\.?(?![\u0900-\u097f])",
    "RUB": rf"₽|(?i:руб(?:л\w+|\.)?){_ENDS}|रूबल",
    "BDT": rf"৳|(?i:takas?){_ENDS}|টাকা",
    "JPY": rf"¥|円|(?i:yens?){_ENDS}|(?i:иен\w*)",
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

TIMES = (
    (1_000, r"[kK](?!\w)|(?i:тыс(?:\w+|\.)?)|(?i:thousand|mille|mil)(?!\w)|ألف|آلاف|हज़ार|हजार|হাজার"),
    (100_000, r"(?i:lakhs?|lacs?)(?!\w)|लाख|লাখ|লক্ষ"),
    (1_000_000, r"(?i:millions?|mln|millones|млн)(?!\w)|مليون"),
)
"""Words and letters after a figure that make it larger."""

_NUMBER = r"[0-9]+(?:[.,،'’\u066b\u066c][0-9]+|[ \u00a0\u2009\u202f][0-9]{3}(?![0-9]))*(?:[\u066b.,][0-9]+)?"
_CODES = "|".join([*sorted(set(MINOR_UNIT) - NOT_A_WORD), *SMALL])
_CURRENCY = "|".join([*WORDS.values(), rf"(?<![^\W\d_])(?:{_CODES})(?![^\W\d_])"])
_TIMES = "|".join(words for _number, words in TIMES)
_TO = "[-–—~]|(?i:to|or|à|ou|a|o|до|или)(?!\\w)|إلى|او|أو|से|या|থেকে|বা"
"""What stands between the two ends of a range."""

LEAST_DIGITS = 3
"""Minimum number of digits of its second end, so that "USD 9,000 or 4 payments" is none."""

_FREE = r"(?<![\w.,:/+–-])"
_AMOUNT = re.compile(
    rf"(?:(?<![^\W\d_])(?P<before>{_CURRENCY})\s{{0,2}}|{_FREE})(?P<figure>(?>{_NUMBER}))(?!:?[0-9])"
    rf"(?:\s{{0,2}}(?:{_TO})\s{{0,2}}(?P<between>{_CURRENCY})?\s{{0,2}}(?P<second>(?>{_NUMBER}))(?!:?[0-9]))?"
    rf"(?:\s{{0,2}}(?P<times>{_TIMES}))?(?:\s{{0,2}}(?P<after>{_CURRENCY}))?"
)
_OF = {code: re.compile(words) for code, words in WORDS.items()}


@dataclass(frozen=True)
class Money:
    """An amount as it is written: the figure in digits that programs read, and what it is multiplied by.

    `currency` is None where none is written.
    """

    text: str
    figure: str
    currency: str | None
    times: int = 1


def amounts_in(text: str) -> Iterator[Money]:
    """Yield figures with a currency; the digits of a text are 0 to 9."""
    return (money for money in numbers_in(text) if money.currency)


def numbers_in(text: str) -> Iterator[Money]:
    """Yield all figures that are no part of a longer word, a date or a time; of a range both ends."""
    return (money for _start, _end, money in places_in(text))


def places_in(text: str) -> Iterator[tuple[int, int, Money]]:
    """Yield all figures with the places of their first and after their last letter; of a range both ends."""
    for match in _AMOUNT.finditer(text):
        times = next(
            (number for number, words in TIMES if match["times"] and re.fullmatch(words, match["times"])), 1
        )
        first = _currency(match["before"], match["after"], match["between"])
        yield *match.span(), Money(match[0].strip(), match["figure"], first, times)
        second = match["second"]
        if second and (times > 1 or sum(letter.isdigit() for letter in second) >= LEAST_DIGITS):
            currency = _currency(match["between"], match["after"]) or first
            yield *match.span(), Money(match[0].strip(), second, currency, times)


def _currency(*marks: str | None) -> str | None:
    """Return the currency that is written; a code says it more exactly than a sign, as in "$180,000 MXN"."""
    written = sorted(filter(None, marks), key=lambda mark: mark.upper() not in MINOR_UNIT)
    if not written:
        return None
    code = written[0].upper()
    return (
        code
        if code in MINOR_UNIT
        else next(code for code, words in _OF.items() if words.fullmatch(written[0]))
    )
