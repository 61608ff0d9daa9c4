"""Days as they are typed: in three inputs, or as year, month and day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from estimator.i18n import Reader, folded_digits

PARTS = ("day", "month", "year")
"""The three inputs."""


def iso_day(typed: str) -> date | None:
    """Parse a day written as year, month and day; None if it is invalid."""
    text = folded_digits(typed).strip()
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
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
    iso = f"{year}-{month:0>2}-{day:0>2}"
    return iso if is_day(iso) else None


def _month(typed: str, reader: Reader) -> str:
    wanted = typed.casefold().rstrip(".")
    if len(wanted) >= 3:
        names = [name.casefold() for name in reader.month_names()]
        found = [number for number, name in enumerate(names, 1) if name.startswith(wanted)]
        if len(found) == 1:
            return str(found[0])
    return ""


def is_day(iso: str) -> bool:
    """Whether a text is a day of the calendar."""
    try:
        date.fromisoformat(iso)
    except ValueError:
        return False
    return True
