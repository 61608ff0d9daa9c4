"""The charges of a draft as a grid: a row each below the heading of its group, with what is wrong in its cells."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple, TypedDict

from flask import url_for
from markupsafe import Markup

from estimator import price_lists
from estimator.i18n import gettext as _
from estimator.models import Draft
from estimator.price_lists import editing
from estimator.price_lists.editing.deltas import Delta, delta
from estimator.web.desk.price_lists.cells import Cell, Option, drawn_options
from estimator.web.desk.price_lists.entry import MOST_NAMES, errors_of, known_reader
from estimator.web.language import current_reader
from estimator.web.request_context import now
from pricing import Problem

PAGE = 600
"""Maximum number of charges on one page."""

CELLS = ("label", "group", "per", "price")
"""What can be typed in the row of a charge; the label in the main language."""

WITHOUT = ("graduated", "volume", "stairstep", "percent", "on_request")
"""What stands in the place of a price."""


class Row(TypedDict):
    """One charge. `price` is None where tiers or something else stands in its place, `about_price` says what."""

    code: str
    label: str
    address: str
    problems: int
    warnings: int
    ticked: bool
    hidden: bool
    is_first: bool
    is_last: bool
    cells: Mapping[str, Cell | None] | None
    about_price: str
    price_lines: str
    since: str
    marks: str
    sentences: Sequence[str]


class Block(TypedDict):
    """The charges of one group; `code` is empty for those that are in none."""

    code: str
    label: str
    ticked: bool
    shown: bool
    rows: list[Row]


class Ticked(NamedTuple):
    """What is ticked: every charge, whole groups, single charges."""

    every: bool = False
    groups: Collection[str] = ()
    codes: Collection[str] = ()


class Lists:
    """What can be chosen in the grid of a list, each drawn once for all of its rows."""

    def __init__(self, data: editing.Data) -> None:
        tags = [current_reader().tag, *editing.languages(data)]
        groups = editing.entries(data, ("group",))
        self.groups: list[Option] = [
            (code, editing.entry_label(part, tags) or code) for code, part in groups.items()
        ]
        drivers = editing.entries(data, ("driver",))
        numbers: dict[str, str] = {
            code: editing.entry_label(part, tags) or code
            for code, part in drivers.items()
            if isinstance(part, dict) and part.get("kind") == "number"
        }
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


class Grid(NamedTuple):
    """What a page shows: the blocks of this page, the number of charges that are meant, and of all of them.

    A list of one page has all of its rows in it, those that are not meant hidden, so that a script can show them.
    """

    blocks: list[Block]
    found: int
    charges: int
    page: int
    last: int
    whole_list: bool


def grid(
    draft: Draft, data: editing.Data, *, page: int, ticked: Ticked, sought: str = "", show: str = ""
) -> Grid:
    """Return the charges of a page by groups, in the order of the groups."""
    look, lists = editing.look(draft.text), Lists(data)
    entries = editing.entries(data, ("charge",))
    known = dict(lists.groups)
    order = {code: at for at, code in enumerate(known)}
    codes = sorted(entries, key=lambda code: order.get(group_of(entries[code]), len(order)))
    problems, warnings = by_entry(look.problems), by_entry(look.warnings)
    before = in_force(draft)
    fellows = _by_group(entries)

    tags = [current_reader().tag, *editing.languages(data)]

    def row_of(code: str) -> Row:
        row = _empty_row(code, editing.entry_label(entries[code], tags))
        own = fellows[group_of(entries[code])]
        row["is_first"], row["is_last"] = own[0] == code, own[-1] == code
        row["problems"] = len(problems.get(("charge", code), ()))
        row["ticked"] = code in ticked.codes
        row["warnings"] = len(warnings.get(("charge", code), ()))
        row["since"] = words_of(delta_of(before, data, code))
        row["marks"] = _marks(row, entries[code])
        row["hidden"] = bool(show) and show not in row["marks"].split()
        text = f"{row['label']} {code} {known.get(group_of(entries[code]), '')}".casefold()
        row["hidden"] |= not all(word in text for word in sought.casefold().split())
        return row

    rows = [row_of(code) for code in codes]
    meant = [row for row in rows if not row["hidden"]]
    whole_list = len(rows) <= PAGE
    last = 1 if whole_list else max(1, -(-len(meant) // PAGE))
    page = min(page, last)
    blocks: list[Block] = []
    for row in rows if whole_list else meant[(page - 1) * PAGE : page * PAGE]:
        group = group_of(entries[row["code"]])
        own = group if group in known else ""
        if not blocks or blocks[-1]["code"] != own:
            heading = known.get(own, _("In no group"))
            blocks.append(
                {"code": own, "label": heading, "ticked": own in ticked.groups, "shown": False, "rows": []}
            )
        _fill(row, draft, data, lists, problems.get(("charge", row["code"]), []))
        blocks[-1]["rows"].append(row)
        blocks[-1]["shown"] |= not row["hidden"]
    return Grid(blocks, len(meant), len(entries), page, last, whole_list)


def group_of(entry: Any) -> str:
    """Return the group of a charge; empty if it names none."""
    group = entry.get("group") if isinstance(entry, dict) else None
    return group if isinstance(group, str) else ""


def _by_group(entries: Mapping[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code, entry in entries.items():
        found.setdefault(group_of(entry), []).append(code)
    return found


def beside(data: editing.Data, code: str, by: int) -> int:
    """Return by how many places a charge moves to pass its neighbour in the same group; 0 if it has none."""
    entries = editing.entries(data, ("charge",))
    fellows = _by_group(entries)[group_of(entries[code])]
    at = fellows.index(code) + by
    names = list(entries)
    return names.index(fellows[at]) - names.index(code) if 0 <= at < len(fellows) else 0


def _marks(row: Row, entry: Any) -> str:
    """The words by which a script finds the rows that are asked for."""
    found = {
        "wrong": row["problems"],
        "warned": row["warnings"],
        "changed": row["since"],
        "without": not isinstance(entry, dict) or _has_no_price(entry),
    }
    return " ".join(name for name, is_so in found.items() if is_so)


def by_entry(problems: Iterable[Problem]) -> dict[tuple[str, str], list[Problem]]:
    """Return problems by the section and code of the entry in which they stand."""
    found: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        parts = problem.place.split(".")
        if len(parts) > 1:
            found.setdefault((parts[0], parts[1].partition("[")[0]), []).append(problem)
    return found


def names_of(data: editing.Data) -> dict[str, str]:
    """Return the columns by the names of the inputs of an entry's form."""
    return {f"label.{editing.languages(data)[0]}": "label", "group": "group", "per": "per", "price": "price"}


def _empty_row(code: str, label: str) -> Row:
    return {
        "code": code,
        "label": label,
        "address": "",
        "problems": 0,
        "warnings": 0,
        "ticked": False,
        "hidden": False,
        "is_first": False,
        "is_last": False,
        "cells": None,
        "about_price": "",
        "price_lines": "",
        "since": "",
        "marks": "",
        "sentences": (),
    }


def _fill(row: Row, draft: Draft, data: editing.Data, lists: Lists, problems: list[Problem]) -> None:
    """Put into a row what only a page that shows it needs."""
    code = row["code"]
    entry = editing.get(data, ("charge", code))
    row["address"] = url_for("price_lists.entry", draft_id=draft.id, path=f"charge/{code}")
    if not isinstance(entry, dict):
        return
    row["cells"] = cells = cells_of(data, code, lists, problems)
    row["sentences"] = [text for cell in cells.values() if cell is not None for text in cell.errors]
    if cells["price"] is None:
        row["about_price"], row["price_lines"] = _instead(data, code, entry)


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
    if _has_no_price(entry):
        cells["price"] = None
    return cells


def _has_no_price(entry: Mapping[str, Any]) -> bool:
    return "price" not in entry and any(key in entry for key in WITHOUT)


def _instead(data: editing.Data, code: str, entry: Mapping[str, Any]) -> tuple[str, str]:
    """What stands in the place of a price, and its lines."""
    other = next(key for key in WITHOUT if key in entry)
    text = "".join(one.text for one in editing.inputs(data, ("charge", code), only=(other,)))
    if other == "percent":
        return _("%(percent)s percent of other charges", percent=text), ""
    return (_("On request"), "") if other == "on_request" else (_("Tiers"), text)


# The version in force


def in_force(draft: Draft) -> editing.Data | None:
    """Return the version of the draft's list that is in force; None if there is none."""
    try:
        version = price_lists.in_force(draft.slug, now())
    except (price_lists.UnknownTable, price_lists.NotInForce):
        return None
    return _data_of(version.text)


@lru_cache(maxsize=8)
def _data_of(text: str) -> editing.Data | None:
    """What stands in a version that is in force, which many drafts are compared with."""
    return editing.look(text).data


def delta_of(before: editing.Data | None, data: editing.Data, code: str) -> Delta | None:
    """Return how the prices of a charge differ from those in force; None if they do not, or if nothing is in force."""
    if before is None:
        return None
    return delta(editing.get(before, ("charge", code)), editing.get(data, ("charge", code)))


def words_of(found: Delta | None) -> str:
    """Say how prices differ, in the fewest words."""
    if found is None:
        return ""
    if found.kind == "percent" and found.low is not None and found.high is not None:
        if found.low == found.high:
            return _signed(found.low)
        return _("%(low)s to %(high)s", low=_signed(found.low), high=_signed(found.high))
    return {"new": _("new"), "priced": _("had no price")}.get(found.kind, _("changed"))


def _signed(percent: Decimal) -> str:
    written = current_reader().percent(percent)
    return f"+{written}" if percent > 0 else written


def main_language(data: editing.Data) -> dict[str, str]:
    """Return the attributes of a cell in which the main language of the list is typed."""
    tag = editing.languages(data)[0]
    reader = known_reader(tag)
    return {"lang": tag, "dir": "auto" if reader is None else reader.direction}
