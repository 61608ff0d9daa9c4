"""The cells of the charges' grid: what can be chosen in them, what was typed into them, and what is wrong with that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from estimator.i18n import gettext as _
from estimator.models import Draft
from estimator.price_lists import editing
from estimator.web.desk.price_lists.blueprint import typed
from estimator.web.desk.price_lists.cells import Cell, Option, drawn_options
from estimator.web.desk.price_lists.entry import MOST_NAMES, errors_of
from estimator.web.desk.price_lists.in_force import data_in_force, since
from estimator.web.desk.price_lists.labels import label_of, numbers_of
from estimator.web.desk.price_lists.problems import by_entry
from pricing import Problem

WITHOUT = ("graduated", "volume", "stairstep", "percent", "on_request")
"""What stands in the place of a price."""


class Lists:
    """What can be chosen in the grid of a list, each drawn once for all of its rows."""

    def __init__(self, data: editing.Data) -> None:
        self.groups: list[Option] = [
            (code, label_of(data, ("group", code))) for code in editing.entries(data, ("group",))
        ]
        numbers = numbers_of(data)
        self.factors: list[Option] = [("", _("once")), *numbers.items()]
        for part in editing.entries(data, ("charge",)).values():
            per = part.get("per") if isinstance(part, dict) else None
            if isinstance(per, list) and all(isinstance(name, str) for name in per):
                self.factors.append(
                    (", ".join(per), " × ".join(numbers.get(str(name), str(name)) for name in per))
                )
        self.factors = list(dict(self.factors).items())
        self._drawn: dict[tuple[str, str], Markup | None] = {}

    def drawn(self, key: str, text: str) -> Markup | None:
        """Return the options of a column with one of them chosen; None where something is typed instead."""
        if (key, text) not in self._drawn:
            self._drawn[key, text] = self._options(key, text)
        return self._drawn[key, text]

    def _options(self, key: str, text: str) -> Markup | None:
        offered = {"group": [("", "–"), *self.groups], "per": self.factors}.get(key)
        if offered is None or len(offered) > MOST_NAMES:
            return None
        return drawn_options(offered, text)


def names_of(data: editing.Data) -> dict[str, str]:
    """Return the columns by the names of the inputs of an entry's form."""
    return {f"label.{editing.languages(data)[0]}": "label", "group": "group", "per": "per", "price": "price"}


def cells_of(
    data: editing.Data, code: str, lists: Lists, problems: Sequence[Problem]
) -> dict[str, Cell | None]:
    """Return the cells of a row; the price is None where something else stands in its place."""
    wanted = names_of(data)
    cells: dict[str, Cell | None] = {}
    for one in editing.inputs(data, ("charge", code), problems, only=wanted):
        key = wanted[one.name]
        cells[key] = Cell(f"c.{key}.{code}", one.text, errors_of(one, data), lists.drawn(key, one.text))
    entry = editing.get(data, ("charge", code))
    if has_no_price(entry):
        cells["price"] = None
    return cells


def has_no_price(entry: Mapping[str, Any]) -> bool:
    """Whether something else stands in the place of a price."""
    return "price" not in entry and any(key in entry for key in WITHOUT)


def with_rows(data: editing.Data, base: editing.Data) -> editing.Data:
    """Return data with the cells that were changed in comparison with `base`; data itself, if none was."""
    names = {key: name for name, key in names_of(base).items()}
    known = editing.entries(base, ("charge",))
    there = editing.entries(data, ("charge",))
    for code, cells in _cells().items():
        if isinstance(there.get(code), dict) and isinstance(known.get(code), dict):
            sent = {names[key]: text for key, text in cells.items()}
            data = editing.typed_into(data, ("charge", code), sent, base)
    return data


def told_of(draft: Draft, look: editing.Look) -> dict[str, Any]:
    """Return what a script shows beside the cells that were sent, by their names, if their list were this one.

    "wrong" are sentences, "since" is how a price differs from the one in force.
    """
    data = look.data or {}
    problems = by_entry(look.problems)
    before = data_in_force(draft)
    lists = Lists(data)
    wrong: dict[str, list[str]] = {}
    differs: dict[str, str] = {}
    for code, cells in _cells().items():
        if not isinstance(editing.get(data, ("charge", code)), dict):
            continue
        shown = cells_of(data, code, lists, problems.get(("charge", code), []))
        for key in cells:
            cell = shown.get(key)
            wrong[f"c.{key}.{code}"] = list(cell.errors) if cell else []
        if "price" in cells:
            differs[code] = since(before, data, code)
    return {"wrong": wrong, "since": differs}


def _cells() -> dict[str, dict[str, str]]:
    """Return what was typed into the rows: texts by key, by the code of the charge."""
    found: dict[str, dict[str, str]] = {}
    for name, text in typed("c.").items():
        key, _dot, code = name.partition(".")
        if key in editing.CELLS and code:
            found.setdefault(code, {})[key] = text
    return found
