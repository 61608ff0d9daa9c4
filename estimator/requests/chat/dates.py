"""The dates of a message: in figures or with a month's name, and without a year where it is clear which is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from estimator.normal_form import normal_form
from estimator.requests.chat import currencies
from estimator.requests.chat.events import ALL, Events
from estimator.requests.chat.letters import JOINED
from estimator.requests.chat.months import Month, months_in

EARLIEST, YEARS_AHEAD = 1950, 5
"""The years between which a date says something about a plan or an injury."""

_NUMBERS = re.compile(r"(?<![0-9./-])([0-9]{1,4})([./-])([0-9]{1,2})\2([0-9]{1,4})(?![0-9./-]?[0-9])")
_MONTH_NUMBER = re.compile(r"(?<![0-9./-])([0-9]{1,2})[./-]([0-9]{4})(?![./-]?[0-9])")

_YEAR = re.compile(r"(?<![\w.,/:-])(?:19[5-9][0-9]|20[0-9]{2})(?![.,/:-]?[0-9])")
_IN = re.compile(
    rf"(?<![{JOINED}])(?:(?:since|in|en|depuis|dès|desde|в|с|في|منذ)\s{{1,2}}"
    r"(?:the year |l['’]an(?:née)? |el (?:año )?|عام |العام |سنة )?|(?:عام|سنة|सन्?|সাল)\s{1,2})$|:\s{0,2}$",
    re.IGNORECASE,
)
_IN_BEHIND = re.compile(
    normal_form("NFKC", rf"\s{{0,2}}(?:में|से|के|সালে|সালের|সাল|সনে|থেকে|-?এ|-?তে)(?![{JOINED}])")
)
_AMOUNT_BEHIND = re.compile(rf"\s{{0,2}}(?:{currencies.ANY}|km|m²|%)")
_LONGEST_BEFORE = 20
"""Number of letters before a year in which a preposition is looked for."""

_OTHER_YEARS = tuple(
    (years, re.compile(normal_form("NFKC", words), re.IGNORECASE))
    for years, words in (
        (
            -1,
            "last year|l['’]an(?:née)? (?:derni(?:er|ère)|passée?)|año pasado|прошл(?:ого|ом) год[ау]|"
            "(?:العام الماضي|السنة الماضية)|पिछले (?:साल|वर्ष)|গত বছর",
        ),
        (
            1,
            "next year|l['’]an(?:née)? prochaine?|año que viene|próximo año|año próximo|следующ(?:его|ем) год[ау]|"
            "(?:العام|السنة) (?:القادم|المقبل)|अगले (?:साल|वर्ष)|আগামী বছর",
        ),
    )
)
INJURED = frozenset({"happened", "injured"})
"""The kinds of events that say that somebody is injured."""

_LONGEST_BESIDE = 30
"""Number of letters around a month in which "last year" is looked for."""


@dataclass(frozen=True)
class When:
    """A date as it stands in the message, and a month that it can mean, "2027-03", or a year alone, "2021"."""

    text: str
    month: str


def dates_in(text: str, today: date) -> list[When]:
    """Return the dates of a text in its normal form NFKC, each month once; one that can be two is told as both.

    What is told to be the date of something else than an injury or a plan is left out, and so is a month without a
    year, or a year alone, that is not told to be one of them.
    """
    months, events = months_in(text), Events(text)
    found: dict[str, When] = {}
    for when in (
        *_in_figures(text, events, today),
        *_with_year(text, months, events, today),
        *_without_year(text, months, events, today),
    ):
        found.setdefault(when.month, when)
    known = {month[:4] for month in found}
    for when in _years(text, events, today):
        if when.month not in known:
            found.setdefault(when.month, when)
    return list(found.values())


def _in_figures(text: str, events: Events, today: date) -> Iterator[When]:
    for match in _NUMBERS.finditer(text):
        first, sign, second, third = match.groups()
        readings = [(first, second, third)] if len(first) == 4 else [(third, second, first)]
        if len(first) != 4 and sign != ".":
            readings.append((third, first, second))
        yield from _told(text, match.span(), readings, events, today)
    for match in _MONTH_NUMBER.finditer(text):
        yield from _told(text, match.span(), [(match[2], match[1], "1")], events, today)


def _with_year(text: str, months: list[Month], events: Events, today: date) -> Iterator[When]:
    for month in months:
        if month.year is not None:
            place = month.start, month.end
            yield from _told(text, place, [(month.year, str(month.number), "1")], events, today)


def _told(
    text: str, place: tuple[int, int], readings: list[tuple[str, str, str]], events: Events, today: date
) -> Iterator[When]:
    """Yield what a date can mean, if it is not told to be a past one of something else."""
    found = [day for reading in readings if (day := _day(*reading, today))]
    kind = events.nearest(*place)
    if found and kind != "lapses" and (min(found) > today or kind != "other"):
        for day in found:
            yield When(text[slice(*place)], day.isoformat()[:7])


def _day(year: str, month: str, day: str, today: date) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if len(year) == 4 and EARLIEST <= found.year <= today.year + YEARS_AHEAD else None


def _without_year(text: str, months: list[Month], events: Events, today: date) -> Iterator[When]:
    """Yield the next month of a name where they plan to come then, and the last one where an injury happened then."""
    for month in months:
        if month.year is not None or not month.is_said:
            continue
        place = month.start, month.end
        since = month.since and events.beside(*place, kinds=INJURED)
        kinds = {"happened"} if since else events.beside(*place, kinds=ALL - {"injured"})
        if kinds not in ({"happened"}, {"planned"}):
            continue
        for year in _possible_years(text, month, today, is_past=kinds == {"happened"}):
            yield When(text[slice(*place)], f"{year}-{month.number:02}")


def _possible_years(text: str, month: Month, today: date, *, is_past: bool) -> list[int]:
    around = text[max(0, month.start - _LONGEST_BESIDE) : month.end + _LONGEST_BESIDE]
    if is_past and _YEAR.search(around):
        return []
    for years, words in _OTHER_YEARS:
        if words.search(around):
            return [today.year + years] if (years < 0) is is_past else []
    if month.number == today.month:
        return [today.year, today.year + (-1 if is_past else 1)]
    return [
        today.year - (is_past and month.number > today.month) + (not is_past and month.number < today.month)
    ]


def _years(text: str, events: Events, today: date) -> Iterator[When]:
    """Yield the years alone in which an injury happened."""
    for match in _YEAR.finditer(text):
        before = _IN.search(text, max(0, match.start() - _LONGEST_BEFORE), match.start())
        behind = _IN_BEHIND.match(text, match.end())
        if int(match[0]) > today.year or not (before or behind) or _AMOUNT_BEHIND.match(text, match.end()):
            continue
        place = (before or match).start(), (behind or match).end()
        if events.is_asked(place[0]):
            continue
        kinds = events.beside(*place, kinds=ALL - {"planned"})
        if events.nearest(*place, kinds=ALL - {"planned"}) in INJURED or (kinds and kinds <= INJURED):
            yield When(text[slice(*place)].lstrip(": "), match[0])
