"""Lakhs, crores and thousands as digits where Hindi and Bengali write them in words, or in two figures."""

from __future__ import annotations

import re
from decimal import Decimal

NUMBERS = (
    (1, "एक|এক"),
    (2, "दो|দুই|দু"),
    (3, "तीन|তিন"),
    (4, "चार|চার"),
    (5, "पाँच|पांच|পাঁচ|পাচ"),
    (6, "छह|छः|छे|छ|ছয়"),
    (7, "सात|সাত"),
    (8, "आठ|আট"),
    (9, "नौ|নয়"),
    (10, "दस|দশ"),
    (11, "ग्यारह|এগারো|এগার"),
    (12, "बारह|বারো|বার"),
    (13, "तेरह|তেরো|তের"),
    (14, "चौदह|চৌদ্দ"),
    (15, "पंद्रह|पन्द्रह|পনেরো|পনের"),
    (16, "सोलह|ষোলো|ষোল"),
    (17, "सत्रह|সতেরো|সতের"),
    (18, "अठारह|আঠারো|আঠার"),
    (19, "उन्नीस|উনিশ"),
    (20, "बीस|বিশ|কুড়ি"),
    (25, "पच्चीस|পঁচিশ"),
    (30, "तीस|ত্রিশ"),
    (35, "पैंतीस|পঁয়ত্রিশ"),
    (40, "चालीस|চল্লিশ"),
    (50, "पचास|পঞ্চাশ"),
    (60, "साठ|ষাট"),
    (70, "सत्तर|সত্তর"),
    (75, "पचहत्तर|পঁচাত্তর"),
    (80, "अस्सी|আশি"),
    (90, "नब्बे|নব্বই"),
)
"""Words for the numbers that people write before "lakh"; all words of this file are in NFC, as the texts are."""

MORE = (
    (Decimal("0.5"), "साढ़े|साढे|সাড়ে|সাডে"),
    (Decimal("0.25"), "सवा|সোয়া|সওয়া"),
    (Decimal("-0.25"), "पौने|पौन|পৌনে"),
)
"""Words before a number by which it is more or less; without a number behind they are said of one."""

ALONE = ((Decimal("1.5"), "डेढ़|डेढ|দেড়"), (Decimal("2.5"), "ढाई|আড়াই"))
"""Words that are a number of their own."""

UNITS = (
    (10_000_000, "करोड़|करोड|কোটি|(?i:crores?)"),
    (100_000, "लाख|লাখ|লক্ষ|(?i:lakhs?|lacs?)"),
    (1_000, "हज़ार|हजार|হাজার|(?i:thousand)"),
)
"""What is counted so, the largest first."""

_START, _END = r"(?<![\w\u0900-\u09ff.,/-])", r"(?![\u0900-\u0963\u0980-\u09ff])"
_UNIT = "|".join(words for _number, words in UNITS)
_FIGURE = r"[0-9]{1,3}(?:\.[0-9]{1,2})?"
_LEAST_DECIMALS = 4
"""Number of digits behind a point with which three of them are not taken for thousands."""


def _any(words: tuple[tuple[int, str], ...] | tuple[tuple[Decimal, str], ...]) -> str:
    return "|".join(each for _number, each in words)


_WORDS = re.compile(
    rf"{_START}(?:(?P<alone>{_any(ALONE)})|(?P<more>{_any(MORE)})(?:\s{{1,2}}(?P<of>{_any(NUMBERS)}|{_FIGURE}))?|"
    rf"(?P<number>{_any(NUMBERS)}))(?=\s{{0,2}}(?:{_UNIT}){_END})"
)
_TWO = re.compile(
    rf"{_START}(?P<many>{_FIGURE})\s{{0,2}}(?P<unit>{_UNIT}){_END}\s{{1,2}}(?:(?:और|and|এবং|ও)\s{{1,2}})?"
    rf"(?P<few>{_FIGURE})\s{{0,2}}(?P<less>{_UNIT}){_END}"
)
_UNREAD = re.compile(rf"{_START}(?:{_any(MORE)})\s[^\n।.,]{{1,20}}?\s(?:{_UNIT}){_END}")


def in_digits(text: str) -> str:
    """Return a text with such numbers as one figure before the largest word: "3.5 लाख"; its letters are in NFC."""
    text = _WORDS.sub(_number, text)
    for _word in UNITS[1:]:
        text = _TWO.sub(_together, text)
    return text


def has_unread(text: str) -> bool:
    """Whether a text has such an amount in words that are not known here."""
    return bool(_UNREAD.search(text))


def _number(match: re.Match[str]) -> str:
    if match["alone"]:
        return _written(_value(match["alone"], ALONE))
    if match["number"]:
        return _written(_value(match["number"], NUMBERS))
    of = match["of"]
    number = Decimal(1) if not of else Decimal(of) if of[0].isdigit() else _value(of, NUMBERS)
    return _written(number + _value(match["more"], MORE))


def _together(match: re.Match[str]) -> str:
    unit, less = (_value(match[name], UNITS) for name in ("unit", "less"))
    if less >= unit:
        return match[0]
    number = Decimal(match["many"]) + Decimal(match["few"]) * less / unit
    return f"{_written(number)} {match['unit']}"


def _value(word: str, words: tuple[tuple[int, str], ...] | tuple[tuple[Decimal, str], ...]) -> Decimal:
    return next(Decimal(number) for number, every in words if re.fullmatch(every, word))


def _written(number: Decimal) -> str:
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    decimals = len(text.partition(".")[2])
    return text if decimals < _LEAST_DECIMALS - 1 else text.ljust(len(text) - decimals + _LEAST_DECIMALS, "0")
