"""Numbers of payment cards, which never stand in what a clinic tells of how to pay it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from estimator.normal_form import normal_form

SHORTEST, LONGEST = 13, 19
"""How many digits the number of a card has (ISO/IEC 7812)."""

_NETWORKS = re.compile(
    r"(?:4[0-9]{12}(?:[0-9]{3}){0,2}"
    r"|(?:5[1-5][0-9]{2}|222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}"
    r"|3[47][0-9]{13}"
    r"|(?:36|38|39|30[0-5])[0-9]{11,17}"
    r"|35(?:2[89]|[3-8][0-9])[0-9]{12,15}"
    r"|220[0-4][0-9]{12,15}"
    r"|(?:6[0-9]|81|82)[0-9]{14,17}"
    r"|(?:50|5[6-8])[0-9]{11,17})"
)
"""How the numbers of the networks begin, and how long they are.

Visa, Mastercard, American Express, Diners Club, JCB, Mir, Discover with UnionPay and RuPay, Maestro. Source: their
published ranges (ISO/IEC 7812, issuer identification numbers).
"""

MOST_APART = 3
"""How many signs may stand between two groups of one number."""

_GROUPS = re.compile(rf"[0-9]+(?:[^0-9A-Za-z]{{1,{MOST_APART}}}[0-9]+)*")


_AS_EMBOSSED = {(4, 4, 4, 4), (4, 4, 4, 4, 3), (4, 4, 4, 1), (4, 6, 4), (4, 6, 5)}
"""The groups in which cards have their numbers; so one is also found where other figures follow it."""


def has_one(text: str) -> bool:
    """Whether 13 to 19 digits in a text begin and end as numbers of cards do, alone or in groups as cards have them.

    Digits of any script count, whatever stands between their groups. Of other numbers of that length about one in fifty
    does so too.
    """
    return any(
        _is_of_a_card("".join(groups))
        for run in _GROUPS.findall(with_plain_digits(text))
        for groups in _numbers(re.findall("[0-9]+", run))
        if SHORTEST <= sum(map(len, groups)) <= LONGEST
    )


SHORTEST_IN_WORDS = 14
"""How many digits a card's number has at least among other words: cards of 13 have long been out of use, and telephone
numbers have as many."""

_EVENLY_APART = re.compile(
    rf"(?<![0-9])(?=([0-9]+(?:([^0-9A-Za-z,;\n]{{1,{MOST_APART}}})[0-9]+(?:\2[0-9]+){{0,{LONGEST}}})?))"
)
"""Groups with the same between them, from each group on; what commas or lines keep apart is a list."""


def stands_in(words: str) -> bool:
    """Whether the number of a card stands in a text for people: without a gap, as cards have it, or in equal groups.

    Days, amounts and telephone numbers beside one another are none, though their digits together may look like one.
    """
    return any(
        _is_of_a_card("".join(groups))
        for run in _EVENLY_APART.finditer(with_plain_digits(words))
        for groups in _written_as_one(re.findall("[0-9]+", run[1]))
        if SHORTEST_IN_WORDS <= sum(map(len, groups)) <= LONGEST
    )


def _written_as_one(run: list[str]) -> Iterator[list[str]]:
    """Yield the groups of a run that are perhaps one number to whoever reads it."""
    lengths = tuple(map(len, run))
    if lengths in _AS_EMBOSSED or (set(lengths[:-1]) <= {lengths[0]} and lengths[-1] <= lengths[0]):
        yield run
    yield from (groups for groups in _numbers(run) if groups != run)


def _numbers(run: list[str]) -> Iterator[list[str]]:
    """Yield the groups that may be one number: all of a run, each alone, and those that look like a card's."""
    yield run
    for first in range(len(run)):
        yield run[first : first + 1]
        yield from (
            run[first : first + len(lengths)]
            for lengths in _AS_EMBOSSED
            if tuple(map(len, run[first : first + len(lengths)])) == lengths
        )


def with_plain_digits(text: str) -> str:
    """Return a text with its digits as ASCII has them, and without signs that cannot be seen."""
    shown = (sign for sign in normal_form("NFKC", text) if unicodedata.category(sign) != "Cf")
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in shown)


def _is_of_a_card(digits: str) -> bool:
    return _NETWORKS.fullmatch(digits) is not None and _is_checked(digits)


def _is_checked(digits: str) -> bool:
    """Whether a number ends with the check digit of Luhn."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0
