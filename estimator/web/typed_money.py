"""Amounts of money as people type them: every reading that is possible, and never a guess between two.

Digits of any script, spaces and apostrophes between them, and the currency before or after are taken as they are meant.
A comma and a point can both stand for cents or for thousands; where both would be possible, both are returned, unless
the reader's language writes thousands just so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from babel.numbers import get_currency_symbol

from estimator.i18n import Reader, arabic_number, bare_number
from pricing.currencies import MINOR_UNIT
from pricing.money import decimals, plain

LONGEST = 40
"""Maximum number of characters of an amount."""

_GROUPS = re.compile(r"[1-9][0-9]{0,2}(?:S[0-9]{3})+|[1-9][0-9]?(?:S[0-9]{2})*S[0-9]{3}")
_PLAIN = re.compile(r"[0-9]+")
_APOSTROPHES = "'’"


def readings(typed: str, currency: str, reader: Reader) -> list[str]:
    """Return the amounts that somebody may mean, as plain decimal text, the larger one first; none if there is none."""
    text = bare_number(typed) if len(typed) <= LONGEST else ""
    return sorted(
        set(_amounts(_without_currency(text, currency), currency, reader)), key=Decimal, reverse=True
    )


def unambiguous(amount: str) -> str:
    """Write an amount in plain decimal text as it can be typed and has one reading in every language."""
    part = amount.partition(".")[2]
    return f"{amount}0" if len(part) in (1, 3) else amount


def _without_currency(text: str, currency: str) -> str:
    """Take away the list's own currency before or after the digits; another one stays, so that it is refused."""
    marks = {currency, get_currency_symbol(currency, "en_US"), get_currency_symbol(currency, "en_GB")}
    for mark in sorted(marks, key=len, reverse=True):
        if text.upper().startswith(mark.upper()):
            return text[len(mark) :]
        if text.upper().endswith(mark.upper()):
            return text[: -len(mark)]
    return text


def _amounts(text: str, currency: str, reader: Reader) -> Iterator[str]:
    arabic = arabic_number(text)
    if arabic is not None:
        yield arabic
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
        if _PLAIN.fullmatch(text):
            yield plain(Decimal(text))
        return
    last = marks[-1]
    whole, _mark, part = text.rpartition(last)
    if len(set(marks)) == 2:  # the last one is before the cents, the other one between thousands
        other = "." if last == "," else ","
        if marks.count(last) == 1 and _is_grouped(whole, other) and _PLAIN.fullmatch(part):
            yield _decimal(whole.replace(other, ""), part)
        return
    grouped = _is_grouped(text, last)
    if grouped:
        yield plain(Decimal(text.replace(last, "")))
    if len(marks) > 1 or not _PLAIN.fullmatch(whole) or not _PLAIN.fullmatch(part):
        return
    places = decimals(MINOR_UNIT[currency])
    fits = len(part.rstrip("0")) <= places and places > 0
    as_written_here = grouped and last == reader.thousands and places < len(part)
    if not grouped or (fits and not as_written_here):
        yield _decimal(whole, part)


def _is_grouped(text: str, mark: str) -> bool:
    """Whether a mark stands between thousands, or as in India between lakhs."""
    return bool(re.fullmatch(_GROUPS.pattern.replace("S", re.escape(mark)), text))


def _decimal(whole: str, part: str) -> str:
    return plain(Decimal(f"{whole}.{part}"))
