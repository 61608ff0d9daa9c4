"""The charges of a draft as a grid: a row each below the heading of its group, with what is wrong in its cells."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, TypedDict

from flask import url_for

from estimator.i18n import gettext as _
from estimator.models import Draft
from estimator.price_lists import editing
from estimator.web.desk.price_lists.cells import Cell
from estimator.web.desk.price_lists.entry import known_reader
from estimator.web.desk.price_lists.grid_cells import WITHOUT, Lists, cells_of, has_no_price
from estimator.web.desk.price_lists.in_force import data_in_force, since
from estimator.web.desk.price_lists.labels import tags_of
from estimator.web.desk.price_lists.problems import by_entry, warnings_of
from estimator.web.language import current_reader
from pricing import Problem

PAGE = 600
"""Maximum number of charges on one page."""


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
    problems, warnings = by_entry(look.problems), by_entry(warnings_of(look))
    before = data_in_force(draft)
    fellows = _by_group(entries)

    tags = tags_of(data)

    def row_of(code: str) -> Row:
        row = _empty_row(code, editing.entry_label(entries[code], tags))
        own = fellows[group_of(entries[code])]
        row["is_first"], row["is_last"] = own[0] == code, own[-1] == code
        row["problems"] = len(problems.get(("charge", code), ()))
        row["ticked"] = code in ticked.codes
        row["warnings"] = len(warnings.get(("charge", code), ()))
        row["since"] = since(before, data, code)
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
        "without": not isinstance(entry, dict) or has_no_price(entry),
    }
    return " ".join(name for name, is_so in found.items() if is_so)


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


def _instead(data: editing.Data, code: str, entry: Mapping[str, Any]) -> tuple[str, str]:
    """What stands in the place of a price, and its lines."""
    other = next(key for key in WITHOUT if key in entry)
    text = "".join(one.text for one in editing.inputs(data, ("charge", code), only=(other,)))
    if other == "percent":
        return _("%(percent)s percent of other charges", percent=text), ""
    if other != "on_request":
        return _("Tiers"), text
    included = entry.get("included")
    if not isinstance(included, int | Decimal) or isinstance(included, bool) or not included:
        return _("On request"), ""
    number = current_reader().number(str(included))
    return _("%(number)s included, more on request", number=number), ""


def words_of(data: editing.Data) -> editing.Words:
    """Return the words that the grid shows in its cells, as they may be copied out of it."""
    lists = Lists(data)
    instead = {
        code: _instead(data, code, entry)[0]
        for code, entry in editing.entries(data, ("charge",)).items()
        if isinstance(entry, dict) and has_no_price(entry)
    }
    return editing.Words([("", "–"), *lists.groups], lists.factors, _("On request"), instead)


def main_language(data: editing.Data) -> dict[str, str]:
    """Return the attributes of a cell in which the main language of the list is typed."""
    tag = editing.languages(data)[0]
    reader = known_reader(tag)
    return {"lang": tag, "dir": "auto" if reader is None else reader.direction}
