"""Whole numbers that come from outside, in an address or a form: read in one place, and never larger than fits.

A number of a row that no database can hold is no number of a row: the page does not exist.
"""

from __future__ import annotations

from typing import Any

from werkzeug.routing import BaseConverter, Map, ValidationError

LARGEST = 2**31 - 2
"""The largest number that fits the numbers of rows in every database, and so does the one after it."""


def read(text: str | None, *, least: int = 0, most: int = LARGEST) -> int | None:
    """Return the number that a text says in digits of ASCII; None if it says none from `least` to `most`."""
    if not text or not text.isascii() or not text.isdecimal() or len(text) > len(str(most)):
        return None
    number = int(text)
    return number if least <= number <= most else None


class WholeNumber(BaseConverter):
    """A part of an address that is the number of a row, written without zeros before it: `<whole:number>`."""

    regex = "[1-9][0-9]{0,9}"

    def to_python(self, value: str) -> int:
        """Return the number; the address does not exist if it is too large."""
        number = read(value, least=1)
        if number is None:
            raise ValidationError
        return number

    def to_url(self, value: Any) -> str:
        """Return the number as it stands in an address."""
        return str(value)


def init_map(addresses: Map) -> None:
    """Let addresses have parts that are whole numbers."""
    addresses.converters["whole"] = WholeNumber
