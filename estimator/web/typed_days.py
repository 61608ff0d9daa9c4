"""Days as they are typed: in three inputs, or as year, month and day; and months, or years alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from estimator.i18n import Reader, folded_digits
from estimator.normal_form import normal_form
from estimator.requests import chat

PARTS = ("day", "month", "year")
"""The three inputs."""

LONGEST = 40
"""Maximum length of a day that is read, spaces included."""


def iso_day(typed: str) -> date | None:
    """Parse a day written as year, month and day; None if it is invalid."""
    text = folded_digits(typed).strip() if len(typed) <= LONGEST else ""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


EARLIEST, LATEST = 2000, 2100
"""The years between which a day of ours lies; another one is a slip."""

_NUMBERS = re.compile(
    r"(?P<first>[0-9]{1,2})(?P<sign>[./-]| +)(?P<second>[0-9]{1,2})(?:(?P=sign))(?P<year>[0-9]{4})"
)
_YEAR_FIRST = re.compile(r"(?P<year>[0-9]{4})[./-](?P<month>[0-9]{1,2})[./-](?P<day>[0-9]{1,2})")
_NAMED = re.compile(
    r"(?P<day>[0-9]{1,2})\.?[ -]+(?P<month>[^\W\d_]+\.?),?[ -]+(?P<year>[0-9]{4})"
    r"|(?P<month2>[^\W\d_]+\.?) +(?P<day2>[0-9]{1,2}),? +(?P<year2>[0-9]{4})"
)

_ENDS = re.compile(r"\s{0,2}(?:г\.?|года?)?\.?")


class AmbiguousDay(ValueError):
    """A day that can be read in two ways, such as 05/06/2026; `days` are both."""

    def __init__(self, *days: date) -> None:
        self.days = days
        super().__init__(*days)


def typed_day(typed: str, reader: Reader) -> date | None:
    """Return a day that was picked, or typed with its month as a number or a name; None if it is none.

    With full stops the day comes first; with other signs the order is told by a number above 12. Raises AmbiguousDay.
    """
    text = folded_digits(typed).strip() if len(typed) <= LONGEST else ""
    if found := _YEAR_FIRST.fullmatch(text):
        return _day(found["year"], found["month"], found["day"])
    if found := _NAMED.fullmatch(text):
        month = _month(found["month"] or found["month2"], reader)
        return _day(found["year"] or found["year2"], month or "0", found["day"] or found["day2"])
    if not (found := _NUMBERS.fullmatch(text)):
        return None
    first, second, year = found["first"], found["second"], found["year"]
    day_first = _day(year, second, first)
    month_first = None if found["sign"] == "." else _day(year, first, second)
    if day_first is not None and month_first is not None and day_first != month_first:
        raise AmbiguousDay(day_first, month_first)
    return day_first or month_first


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date.fromisoformat(f"{year}-{month:0>2}-{day:0>2}")
    except ValueError:
        return None


def read_day(typed: Mapping[str, str], reader: Reader) -> str | None:
    """Return ISO text of three inputs; the month may be a name, in whole or its first letters."""
    day, month, year = (folded_digits(typed[part]).strip() for part in PARTS)
    if not month.isdecimal():
        month = _month(month, reader)
    if not (day.isdecimal() and month.isdecimal() and year.isdecimal()):
        return None
    if len(day) > 2 or len(month) > 2 or len(year) != 4:
        return None
    found = _day(year, month, day)
    return None if found is None else found.isoformat()


def read_month(typed: str, reader: Reader) -> str | None:
    """Return ISO text of a month and a year ("2024-03"), or of a year alone ("2024"); None if it is neither.

    The month is a number or a name, in whole or its first letters, before the year; as a number also after it. Its
    whole name is read in every language of ours.
    """
    text = folded_digits(typed).strip()
    if re.fullmatch(r"[0-9]{4}", text):
        return text
    found = re.fullmatch(r"(?P<year>[0-9]{4})[\s/.-]+(?P<month>[0-9]{1,2})", text) or re.fullmatch(
        r"(?P<month>[0-9]{1,2}|[^\W\d_]+\.?)[\s/.,-]+(?P<year>[0-9]{4})", text
    )
    day = found and read_day({"day": "1", "month": found["month"], "year": found["year"]}, reader)
    return day[:7] if day else _named_month(text)


def with_whole_year(typed: str, reader: Reader) -> str | None:
    """Return a month with a year of two digits, "12/25", as it is with the whole year; None if it is no such month."""
    found = re.fullmatch(r"(?P<month>.*[^0-9])(?P<year>[0-9]{2})", folded_digits(typed).strip())
    meant = found and f"{found['month']}20{found['year']}"
    return meant if meant and read_month(meant, reader) else None


def _named_month(text: str) -> str | None:
    """Return the month that a text is the name of, with its year, and nothing else."""
    text = normal_form("NFKC", text)
    named = chat.months.months_in(text)
    if len(named) != 1 or not named[0].year or named[0].start:
        return None
    return f"{named[0].year}-{named[0].number:02}" if _ENDS.fullmatch(text, named[0].end) else None


def _month(typed: str, reader: Reader) -> str:
    wanted = typed.casefold().rstrip(".")
    if len(wanted) >= 3:
        names = [name.casefold() for name in reader.month_names()]
        found = [number for number, name in enumerate(names, 1) if name.startswith(wanted)]
        if len(found) == 1:
            return str(found[0])
    return ""
