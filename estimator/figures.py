"""Figures as people write them: every reading that is possible, and never a guess between two.

Digits of any script, spaces and apostrophes between them, and a currency before or after are taken as they are meant.
A comma and a point can both stand before decimals or between thousands. Where the figure itself does not show which
("1.234", "2,500"), both readings are returned, so that whoever typed it is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation
from functools import lru_cache

from babel.numbers import get_currency_symbol

from estimator.i18n import arabic_number, bare_number
from pricing.currencies import MINOR_UNIT
from pricing.money import plain

LONGEST = 60
"""Maximum number of characters of a figure."""

EXACT_DIGITS = 15
"""Number of digits that a spreadsheet keeps of a number; those after them are how a computer counts in twos."""

_GROUPS = "[1-9][0-9]{0,2}(?:S[0-9]{3})+|[1-9][0-9]?(?:S[0-9]{2})*S[0-9]{3}"
_DIGITS = re.compile(r"[0-9]+")
_PLAIN = re.compile(r"(?:0|[1-9][0-9]*)(?:(\.)[0-9]{1,2})?")
_NOTHING_MORE = re.compile(r"(?<=[0-9])\s?/[-=](?![0-9])")
_PERCENT = "%٪"
_APOSTROPHES = "'’"
_AS_A_PROGRAM = Context(prec=EXACT_DIGITS)


@dataclass(frozen=True)
class Reading:
    """One meaning of a figure: in plain digits, as many decimals as were typed.

    `mark` is what stands before decimals or between thousands, `grouped` whether it was read as the second.
    """

    text: str
    mark: str = ""
    grouped: bool = False

    @property
    def number(self) -> Decimal:
        """The number."""
        return Decimal(self.text)


def readings(typed: str, currency: str | None = None, *, percent: bool = False) -> list[Reading]:
    """Return what somebody may mean, the one of thousands first; none if it is no number.

    The list's own currency may stand before or after it, and a sign of per cent where `percent` is asked for. Another
    currency stays, so that the figure is none.
    """
    if len(typed) > LONGEST:
        return []
    if plainly := _PLAIN.fullmatch(typed):  # nearly every figure of a spreadsheet, in a tenth of the time
        return [Reading(typed, plainly[1] or "")]
    return list(_readings(typed, currency, percent))


@lru_cache(maxsize=4_096)  # a spreadsheet's row is read, compared and put in, one after the other
def _readings(typed: str, currency: str | None, percent: bool) -> tuple[Reading, ...]:
    text = bare_number(typed)
    if percent:
        text = text.strip(_PERCENT)
    sign, rest = _sign(text)
    if currency:
        bare = without_currency(rest, currency)
        if bare != rest and rest == text:  # the sign stands after the currency
            sign, bare = _sign(bare)
        rest = bare
    found = {one.number: one for one in unsigned(rest)}
    ordered = sorted(found.values(), key=lambda one: one.number, reverse=True)
    return tuple(Reading(f"{sign}{one.text}", one.mark, one.grouped) for one in ordered)


def only(typed: str, currency: str | None = None, *, percent: bool = False) -> Decimal | None:
    """Return what was typed if it is one number; None if it is none, or can be read in two ways."""
    found = readings(typed, currency, percent=percent)
    return found[0].number if len(found) == 1 else None


def both(typed: str, currency: str | None = None, *, percent: bool = False) -> tuple[str, str] | None:
    """Return the two numbers that were perhaps meant, as each can be typed so that it is clear; None if it is clear."""
    found = readings(typed, currency, percent=percent)
    if len(found) != 2:
        return None
    return unambiguous(plain(found[0].number)), unambiguous(plain(found[1].number))


def unambiguous(figure: str) -> str:
    """Write a figure in plain decimal text as it can be typed and has one reading in every language."""
    part = figure.partition(".")[2]
    return f"{figure}0" if len(part) in (1, 3) else figure


def shown(figure: str) -> str:
    """Write a figure in plain decimal text as a form shows it: what can be read in two ways has one more zero."""
    return f"{figure}0" if figure[-4:-3] == "." and len(readings(figure)) == 2 else figure


def exact(kept: str) -> Decimal:
    """Return the number that a spreadsheet shows for what it keeps: 322.40000000000003 is 322.4.

    Raises ValueError if it is no number.
    """
    try:
        number = _AS_A_PROGRAM.create_decimal(kept)
    except InvalidOperation:
        raise ValueError(kept) from None
    if not number.is_finite():
        raise ValueError(kept)
    return number.normalize(_AS_A_PROGRAM)


SIGNS = {
    "AMD": "֏",
    "AZN": "₼",
    "BDT": "৳",
    "CRC": "₡",
    "CZK": "Kč",
    "GEL": "₾",
    "GHS": "₵",
    "HUF": "Ft",
    "KHR": "៛",
    "KZT": "₸",
    "LAK": "₭",
    "MNT": "₮",
    "NGN": "₦",
    "PLN": "zł",
    "PYG": "₲",
    "RUB": "₽",
    "THB": "฿",
    "TRY": "₺",
    "UAH": "₴",
}
"""Signs of one currency alone that it has at home, and English does not write."""


@lru_cache(maxsize=256)
def marks_of(currency: str) -> tuple[str, ...]:
    """Return how a currency is written before or after an amount, the longest first."""
    found = {currency, get_currency_symbol(currency, "en_US"), get_currency_symbol(currency, "en_GB")}
    found |= {SIGNS.get(currency, currency)}
    return tuple(sorted(found, key=len, reverse=True))


def is_of_another_currency(text: str, currency: str) -> bool:
    """Whether a text is digits with the code or the sign of a currency before or after them, and of another one."""
    mark = _AMOUNT_IN.fullmatch(text.strip())
    found = "" if mark is None else (mark["before"] or mark["after"] or "").strip().upper()
    return found in _all_marks() and found not in {one.upper() for one in marks_of(currency)}


_AMOUNT_IN = re.compile(r"(?P<before>[^\d\s.,'’-]+\s*)?-?[\d][\d\s.,'’]*(?P<after>[^\d\s]+)?")


@lru_cache(maxsize=1)
def _all_marks() -> frozenset[str]:
    return frozenset(mark.upper() for currency in MINOR_UNIT for mark in marks_of(currency))


def without_currency(text: str, currency: str) -> str:
    """Take away the list's own currency before or after the digits, and “/-” after them; another currency stays."""
    text = without_dash(text)
    for mark in marks_of(currency):
        if text.upper().startswith(mark.upper()):
            return text[len(mark) :]
        if text.upper().endswith(mark.upper()):
            return text[: -len(mark)]
    return text


def without_dash(text: str) -> str:
    """Take away the “/-” after an amount by which people in South Asia say that nothing follows it."""
    return _NOTHING_MORE.sub("", text)


def unsigned(text: str) -> Iterator[Reading]:
    """Return every reading of bare digits with their marks."""
    arabic = arabic_number(text)
    if arabic is not None:
        yield Reading(arabic)
        return
    for mark in _APOSTROPHES:
        if mark in text:
            head, point, tail = text.rpartition(".") if "." in text else text.rpartition(",")
            whole = head or tail if point else text
            if not _is_grouped(whole, mark):
                return
            text = text.replace(mark, "")
    marks = [letter for letter in text if letter in ".,"]
    if not marks:
        if _DIGITS.fullmatch(text):
            yield Reading(text)
        return
    last = marks[-1]
    whole, _mark, part = text.rpartition(last)
    if len(set(marks)) == 2:  # the last one is before decimals, the other one between thousands
        other = "." if last == "," else ","
        if marks.count(last) == 1 and _is_grouped(whole, other) and _DIGITS.fullmatch(part):
            yield Reading(f"{whole.replace(other, '')}.{part}", last)
        return
    if _is_grouped(text, last):
        yield Reading(text.replace(last, ""), last, grouped=True)
    if len(marks) == 1 and _DIGITS.fullmatch(whole) and _DIGITS.fullmatch(part):
        yield Reading(f"{whole}.{part}", last)


def _sign(text: str) -> tuple[str, str]:
    return ("-" if text[:1] == "-" else "", text[1:] if text[:1] in ("-", "+") else text)


def _is_grouped(text: str, mark: str) -> bool:
    """Whether a mark stands between thousands, or as in India between lakhs."""
    return bool(re.fullmatch(_GROUPS.replace("S", re.escape(mark)), text))
