"""What is told of a file that was brought back into a list: what was not taken of it, and what two people changed."""

from __future__ import annotations

from typing import NamedTuple

MOST_HEADS = 20
"""Number of rows of a sheet among which its headings are looked for."""


class LeftOut(NamedTuple):
    """Something in a file that was not taken, and why; `name` is that of a sheet, a column or a code, or a text."""

    why: str
    sheet: str
    name: str
    row: int | None = None
    column: str = ""


class Conflict(NamedTuple):
    """A field that was changed in the file and meanwhile in the list; the file's text is the one that is taken."""

    sheet: str
    row: int
    column: str
    label: str
    before: str
    now: str
    then: str
