"""What a cell of a spreadsheet says for a field: its text, or why it says nothing that could be taken."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from string import ascii_uppercase
from typing import Literal

from estimator import figures
from estimator.price_lists.editing.columns import Field
from estimator.spreadsheet_cells import Cell
from estimator.spreadsheets import guarded, unguarded

Reason = Literal["formula", "error", "percent", "day", "time", "currency"]
"""Why a cell is left out: a formula without a value, an error, or a value of another kind than its field."""

FIGURES = ("number", "amount", "percent")
"""The kinds of fields in which numbers stand."""

MOST_PARTS = 3
"""The figures that can stand in one cell with a | between them: a low, a likely and a high one."""

_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")


class Refused(ValueError):
    """A cell says nothing that could be taken; `reason` is why."""

    def __init__(self, reason: Reason) -> None:
        self.reason: Reason = reason
        super().__init__(reason)


class Unclear(ValueError):
    """A figure in a cell can be read in two ways."""


class Choices:
    """What can be chosen in a field: what people read, by the word of the notation."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self._labels = labels
        self._codes: dict[str, str] = {}
        for code, label in labels.items():
            for name in (label, code):
                self._codes.setdefault(name.casefold(), code)

    def code_of(self, text: str) -> str:
        """Return the code of a word that people read; what is none of them stays."""
        if text.strip() in self._labels:
            return text
        return self._codes.get(text.strip().casefold(), text) if text.strip() else text


NO_CHOICES = Choices({})


def text_in(cell: Cell, field: Field, before: str, currency: str, choices: Choices = NO_CHOICES) -> str:
    """Return the text of a field that a cell says; raises Refused, Unclear.

    `before` is the text that was taken out. What a program has only stored in another way is that: 7700 for "007700".
    """
    if cell.kind in ("formula", "error"):
        raise Refused("formula" if cell.kind == "formula" else "error")
    if field.kind in FIGURES:
        return _figure(cell, field, before, currency)
    if cell.kind in ("number", "percent", "money", "typed") and equal(cell.text, before):
        return before
    match cell.kind:
        case "percent":
            return f"{cell.text} %"
        case "number":
            return cell.shown if _PLAIN.match(cell.shown) and equal(cell.shown, cell.text) else cell.text
        case "typed" if guarded(before) == cell.text:
            return before
    text = unguarded(cell.text) if cell.kind == "typed" else cell.text
    return choices.code_of(text)


def _figure(cell: Cell, field: Field, before: str, currency: str) -> str:
    percent = field.kind == "percent"
    match cell.kind:
        case "percent" if not percent:
            raise Refused("percent")
        case "money" if percent or not _is_of(currency, cell.shown):
            raise Refused("currency")
        case "day":
            raise Refused("day")
        case "time":
            raise Refused("time")
        case "number" | "percent" | "money":
            return before if equal(cell.text, before) else figures.shown(cell.text)
    parts, known = cell.text.split("|", MOST_PARTS), before.split("|")
    if len(parts) > MOST_PARTS:
        return cell.text  # no figure has so many
    known += [""] * (len(parts) - len(known))
    return " | ".join(
        _typed(part.strip(), was.strip(), currency, percent=percent)
        for part, was in zip(parts, known, strict=False)
    )


def _typed(text: str, before: str, currency: str, *, percent: bool) -> str:
    if text == before:
        return before
    found = figures.readings(text, "" if percent else currency, percent=percent)
    if _PLAIN.match(before) and any(one.number == Decimal(before) for one in found):
        return before
    if len(found) == 2:
        raise Unclear
    return found[0].text if found else text


def _is_of(currency: str, mark: str) -> bool:
    """Whether a cell's format names the currency of the list: by its code, its sign, or the sign without letters."""
    signs = [sign for one in figures.marks_of(currency) for sign in (one, one.lstrip(ascii_uppercase))]
    known = {sign.strip() for sign in signs}
    return mark.strip() in known


def equal(one: str, other: str) -> bool:
    """Whether two texts are the same number, written in plain digits."""
    return bool(_PLAIN.match(one) and _PLAIN.match(other)) and Decimal(one) == Decimal(other)
