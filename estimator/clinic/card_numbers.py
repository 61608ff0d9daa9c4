"""Numbers of payment cards, which never stand in what a clinic tells of how to pay it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from estimator.normal_form import normal_form

SHORTEST, LONGEST = 13, 19
"""How many digits the number of a card has (ISO/IEC 7812)."""

MOST_APART = 3
"""How many signs may stand between two groups of one number."""

_GROUPS = re.compile(rf"[0-9]+(?:[^0-9A-Za-z]{{1,{MOST_APART}}}[0-9]+)*")


_AS_EMBOSSED = {(4, 4, 4, 4), (4, 4, 4, 4, 3), (4, 4, 4, 1), (4, 6, 4), (4, 6, 5)}
"""The groups in which cards have their numbers; so one is also found where other figures follow it."""


def has_one(text: str) -> bool:
    """Whether 13 to 19 digits in a text have the check digit of a card, alone or in groups as cards have them.

    Digits of any script count, whatever stands between their groups. One other number in ten has that check digit too.
    """
    return any(
        _is_checked("".join(groups))
        for run in _GROUPS.findall(_with_plain_digits(text))
        for groups in _numbers(re.findall("[0-9]+", run))
        if SHORTEST <= sum(map(len, groups)) <= LONGEST
    )


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


def _with_plain_digits(text: str) -> str:
    """Return a text with its digits as ASCII has them, and without signs that cannot be seen."""
    shown = (sign for sign in normal_form("NFKC", text) if unicodedata.category(sign) != "Cf")
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in shown)


def _is_checked(digits: str) -> bool:
    """Whether a number ends with the check digit of Luhn; a row of zeros is no number."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return bool(digits.strip("0")) and sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0
