"""What is read of a spreadsheet that somebody brings: its sheets, their rows that have a value, and their cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Cell(NamedTuple):
    """One cell: what kind of value a program keeps in it, the value as text, and how it is shown if that says more.

    Kinds: "text"; "typed", of which a file does not say whether it is text or a number; "number"; "percent", in per
    cent; "money", with the mark of its currency as `shown`; "day" as ISO text; "flag", yes or no; "error"; and
    "formula", one without a value.
    """

    kind: str
    text: str
    shown: str = ""


EMPTY = Cell("text", "")


class Line(NamedTuple):
    """A row that has a value: its number as programs show it, and its cells by column, the first column is 0."""

    number: int
    cells: Mapping[int, Cell]


class Found(NamedTuple):
    """A sheet by its title."""

    name: str
    lines: Sequence[Line]
