"""Amounts of money in a message: a figure beside a currency, as people write it in a chat, and no guess."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from estimator.requests.chat import currencies

TIMES = (
    (1_000, r"[kK](?!\w)|(?i:тыс(?:\w+|\.)?)|(?i:thousand|mille|mil)(?!\w)|ألف|آلاف|हज़ार|हजार|হাজার"),
    (100_000, r"(?i:lakhs?|lacs?)(?!\w)|(?:L|(?<=[0-9])l)[kK]?(?![\w'’])|लाख|লাখ|লক্ষ"),
    (1_000_000, r"(?i:millions?|mln|millones|млн)(?!\w)|مليون"),
    (10_000_000, r"(?i:crores?|cr)(?!\w)|करोड़|करोड|কোটি"),
)
"""Words and letters after a figure that make it larger."""

BESIDE_A_CURRENCY = re.compile("lk?|cr", re.IGNORECASE)
"""Those of them that mean something else without a currency."""

IN_LAKHS = frozenset({"BDT", "INR", "LKR", "NPR", "PKR"})
"""Currencies that are counted in lakhs and crores."""

_NUMBER = r"[0-9]+(?:[.,،'’\u066b\u066c][0-9]+|[ \u00a0\u2009\u202f][0-9]{3}(?![0-9]))*(?:[\u066b.,][0-9]+)?"
_CURRENCY = currencies.ANY
_TIMES = "|".join(words for _number, words in TIMES)
_TIMES_OF = [(number, re.compile(words)) for number, words in TIMES]
_OR = r"/(?=[^\d\n]{0,6}(?:[0-9][0-9.,]{2}|[0-9]{1,2}\s?[kK]))"
_TO = rf"[-–—~]|{_OR}|(?i:to|or|à|ou|a|o|до|или)(?!\w)|إلى|او|أو|से|या|থেকে|বা"
"""What stands between the two ends of a range."""

FAR_ABOVE = 3
"""Number of digits more by which a second figure is no end of a range that begins with the first."""

LEAST_DIGITS = 3
"""Minimum number of digits of its second end, so that "USD 9,000 or 4 payments" is none."""

_FREE = r"(?:(?<![\w.,:/+–-])|(?<=\sو))"
_COUNTS = rf"(?![0-9]\s(?:{_CURRENCY})\s?[0-9]{{3}})"
"""The figure of "session 1 USD 4,000" is no amount."""

_AMOUNT = re.compile(
    rf"(?:(?<![^\W\d_])(?P<before>{_CURRENCY})\s{{0,2}}|{_FREE}{_COUNTS})(?P<figure>(?>{_NUMBER}))(?!:?[0-9])"
    rf"(?:(?:\s{{0,2}}(?P<first>{_TIMES}))?\s{{0,2}}(?:{_TO})\s{{0,2}}(?P<between>{_CURRENCY})?\s{{0,2}}"
    rf"(?P<second>(?>{_NUMBER}))(?!:?[0-9])(?!/[0-9]))?"
    rf"(?:\s{{0,2}}(?P<times>{_TIMES}))?(?:\s{{0,2}}(?P<after>{_CURRENCY}))?"
)


_SHORTENED = re.compile(rf"(?<=[0-9])\s{{0,2}}({_TIMES})")


@dataclass(frozen=True)
class Money:
    """An amount as it is written: the figure in digits that programs read, and what it is multiplied by.

    `currency` is None where none is written, and where it `is_doubtful` which one is meant.
    """

    text: str
    figure: str
    currency: str | None
    times: int = 1
    is_doubtful: bool = False

    @property
    def has_currency(self) -> bool:
        """Whether a currency is written beside it, be it clear or not."""
        return bool(self.currency) or self.is_doubtful


def amounts_in(text: str) -> Iterator[Money]:
    """Yield figures with a currency; the digits of a text are 0 to 9."""
    return (money for money in numbers_in(text) if money.has_currency)


def numbers_in(text: str) -> Iterator[Money]:
    """Yield all figures that are no part of a longer word, a date or a time; of a range both ends."""
    return (money for _start, _end, money in places_in(text))


def places_in(text: str) -> Iterator[tuple[int, int, Money]]:
    """Yield all figures with the places of their first and after their last letter; of a range both ends."""
    for match in _AMOUNT.finditer(text):
        marks = [mark for mark in (match["before"], match["between"], match["after"]) if mark]
        first, last = (_times(match[name], bool(marks)) for name in ("first", "times"))
        second = match["second"]
        ends, start = [(match["figure"], first or last or 1)], match.start()
        if second and not (match["before"] or first or last) and _is_far_above(second, match["figure"]):
            # "Session 1 - 4,000 USD", "la 2a 3.000 USD"
            ends, start = [(second, 1)], match.start("between" if match["between"] else "second")
        elif second and (first or last or _is_long(second)):
            if not first and _is_long(match["figure"]):
                ends = [(match["figure"], 1)]
            ends.append((second, last or (1 if _is_long(second) else first or 1)))
        read = currencies.read(marks, text, match.end())
        if read and not read.code and match["between"] and len(marks) > 1:
            # "USD 9,000 or EUR 8,500": each end has its own.
            each = [currencies.read(some, text, match.end()) for some in (marks[:1], marks[1:])]
        else:
            each = [read, read]
        end = read.end if read else match.end()
        written = text[start:end].strip()
        for (figure, times), one in zip(ends, each, strict=False):
            code = one.code if one else None
            yield start, end, Money(written, figure, code, times, is_doubtful=bool(one and not code))


def without_times(typed: str, currency: str) -> tuple[str, int]:
    """Return one amount without the word behind its figure that makes it larger, and by how much; 1 without a word.

    The digits are 0 to 9. "L" and "Cr" are read only of a currency that people shorten so.
    """
    words = [*_SHORTENED.finditer(typed)]
    if len(words) != 1 or (BESIDE_A_CURRENCY.fullmatch(words[0][1]) and currency not in IN_LAKHS):
        return typed, 1
    (word,) = words
    return typed[: word.start()] + typed[word.end() :], _times(word[1], True)


def _times(word: str | None, has_currency: bool) -> int:
    """Return what a word behind a figure multiplies it by; 0 if there is none."""
    if not word or (BESIDE_A_CURRENCY.fullmatch(word) and not has_currency):
        return 0
    # Behind a digit, as in the text: "l" alone is no word.
    return next(number for number, words in _TIMES_OF if words.fullmatch(f"0{word}", 1))


def _is_long(figure: str) -> bool:
    return sum(map(str.isdigit, figure)) >= LEAST_DIGITS


def _is_far_above(second: str, first: str) -> bool:
    """Whether a figure has so many digits more than the one before it that the two are no range."""
    more = sum(map(str.isdigit, second)) - sum(map(str.isdigit, first))
    return more >= FAR_ABOVE
