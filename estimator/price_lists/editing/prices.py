"""Rows of a spreadsheet that are pasted into the charges of a list."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from estimator import figures
from estimator.price_lists.editing.cells import Choices
from estimator.price_lists.editing.document import (
    Data,
    Path,
    add,
    currency_of,
    entries,
    free_code,
    languages,
    put,
)
from estimator.price_lists.editing.forms import entry_label
from estimator.price_lists.editing.kinds import Around, value_of
from estimator.price_lists.editing.writing import TIERS
from estimator.spreadsheets import CutOff, clipboard
from pricing.reading import CODE

CELLS = ("label", "group", "per", "price")
"""What stands in the row of a charge; the label in the main language."""

MOST_PASTED = 1_000
"""Maximum number of rows that can be pasted at once."""


_MAKES_A_PRICE = ("price", "on_request", "percent", *TIERS)


class Words(NamedTuple):
    """What a page shows in the cells of charges, which may be pasted from it in any case.

    `group` and `per` hold values with their words, an empty one with the word that says that there is none;
    `on_request` is the word for that, and `instead` what stands in the place of a price, by charge.
    """

    group: Sequence[tuple[str, str]]
    per: Sequence[tuple[str, str]]
    on_request: str
    instead: Mapping[str, str]


NO_WORDS = Words((), (), "", {})


class Pasted(NamedTuple):
    """The result of pasting rows: the new data, the numbers of new and changed charges, and the rows refused.

    `unclear` are the prices among those that can be read in two ways, `cut` says that a cell's quotation never ends.
    """

    data: Data
    added: int
    changed: int
    refused: tuple[str, ...]
    beyond: tuple[str, ...]
    unclear: tuple[str, ...] = ()
    cut: bool = False


def pasted(data: Data, text: str, main: str, words: Words = NO_WORDS) -> Pasted:
    """Return data with rows of a spreadsheet: code, name, group, for each, price, with tabs between them.

    A code that the list has is changed where a cell is filled, another one is added. A first row without a
    code, such as headings, is refused like every row that is not read whole, its price included. Rows after the first
    MOST_PASTED are given back as they are, and all of them if the end of a cell is missing. Group and “for each” may
    be codes, names as people read them, or `words` of a page.
    """
    added = changed = 0
    refused, unclear = [], []
    try:
        rows = [row for row in clipboard(text) if any(cell.strip() for cell in row.cells)]
    except CutOff:
        return Pasted(data, 0, 0, (text,), (), cut=True)
    currency = currency_of(data)
    names = {"group": _names_of(data, "group"), "per": _names_of(data, "driver")}
    said = {"group": _folded(words.group, names["group"]), "per": _folded(words.per, names["per"])}
    choices = {key: Choices(known) for key, known in names.items()}
    for line, found in rows[:MOST_PASTED]:
        cells = [cell.strip() for cell in found]
        while len(cells) > 5 and not cells[-1]:
            cells.pop()
        code, price = cells[0], (cells[4] if len(cells) > 4 else "")
        if not CODE.match(code) or not 2 <= len(cells) <= 5:
            refused.append(line)
            continue
        word = price.casefold()
        on_request = bool(word) and word == words.on_request.casefold()
        as_it_is = bool(word) and word == words.instead.get(code, "").casefold()
        if not (not price or on_request or as_it_is or _is_amount(price, currency)):
            refused.append(line)
            unclear += [part.strip() for part in price.split("|") if figures.both(part, currency)]
            continue
        if code in entries(data, ("charge",)):
            changed += 1
        else:
            if free_code(data, ("charge",), code) != code:
                refused.append(line)
                continue
            data = add(data, ("charge",), code, {})
            added += 1
        typed = dict(zip(CELLS, cells[1:], strict=False))
        if on_request or as_it_is:
            del typed["price"]
            data = data if as_it_is else _on_request(data, code)
        data = _without(data, code, typed, said)
        for key in names:
            if key in typed:
                typed[key] = said[key].get(typed[key].casefold(), choices[key].code_of(typed[key]))
        data = with_cells(data, code, typed, main)
    beyond = tuple(row.text for row in rows[MOST_PASTED:])
    return Pasted(data, added, changed, tuple(refused), beyond, tuple(unclear))


def _folded(words: Sequence[tuple[str, str]], codes: Collection[str]) -> dict[str, str]:
    """The value of each word in small letters, but for what is a code; of several alike the first one counts."""
    return {word.casefold(): value for value, word in reversed(words) if word.casefold() not in codes}


def _without(data: Data, code: str, typed: Mapping[str, str], said: Mapping[str, Mapping[str, str]]) -> Data:
    """Return data without what the words of a row say that a charge does not have."""
    for key, meant in said.items():
        if meant.get(typed.get(key, "").casefold()) == "":
            data = put(data, ("charge", code, key), None)
    return data


def _on_request(data: Data, code: str) -> Data:
    for key in _MAKES_A_PRICE:
        data = put(data, ("charge", code, key), None)
    return put(data, ("charge", code, "on_request"), True)


def _names_of(data: Data, section: str) -> dict[str, str]:
    found = entries(data, (section,))
    return {code: entry_label(part, languages(data)) for code, part in found.items()}


def _is_amount(typed: str, currency: str) -> bool:
    value = value_of("amount", typed, Around(currency=currency))
    return not isinstance(value, str) and not (
        isinstance(value, dict) and any(isinstance(part, str) for part in value.values())
    )


def with_cells(data: Data, code: str, cells: dict[str, str], main: str) -> Data:
    """Return data with the filled cells of a row put into a charge."""
    paths: dict[str, tuple[Path, str]] = {
        "label": (("label", main), "plain"),
        "group": (("group",), "plain"),
        "per": (("per",), "factors"),
        "price": (("price",), "amount"),
    }
    for key, typed in cells.items():
        if typed.strip():
            path, kind = paths[key]
            data = put(
                data, ("charge", code, *path), value_of(kind, typed, Around(currency=currency_of(data)))
            )
    return data
