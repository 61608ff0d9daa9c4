"""Many prices at once: raised or lowered by a percentage, or pasted from a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from estimator import figures
from estimator.price_lists.editing.document import (
    Data,
    Path,
    add,
    currency_of,
    entries,
    free_code,
    get,
    put,
)
from estimator.price_lists.editing.kinds import Around, typed_number, value_of
from estimator.price_lists.editing.writing import TIERS
from estimator.spreadsheets import CutOff, clipboard
from pricing.currencies import MINOR_UNIT
from pricing.money import Rounder, plain
from pricing.reading import AMOUNT_KEYS as CASES
from pricing.reading import CODE

LEAST_PERCENT, MOST_PERCENT = Decimal(-100), Decimal(1_000)
MOST_PASTED = 1_000
"""Maximum number of rows that can be pasted at once."""


class Raised(NamedTuple):
    """One amount and what it becomes; `path` leads to it."""

    code: str
    path: tuple[str | int, ...]
    old: Decimal
    new: Decimal


def rounder(data: Data) -> Rounder | None:
    """Return how a list rounds its amounts; None while its currency or `round_to` is wrong."""
    unit = data.get("round_to")
    if unit is None:
        unit = MINOR_UNIT.get(str(data.get("currency")))
    mode: Any = data.get("rounding", "half-up")
    if isinstance(unit, bool) or not isinstance(unit, int | Decimal) or unit <= 0:
        return None
    if mode not in ("half-up", "half-even", "up", "down"):
        return None
    return Rounder(Decimal(unit), mode)


def percent_of(typed: str) -> Decimal | None:
    """Parse a percentage by which prices can be changed; None if it is not one, or can be read in two ways."""
    number = typed_number(typed, percent=True)
    if number is None or not LEAST_PERCENT < number <= MOST_PERCENT:
        return None
    return Decimal(number)


def raised(data: Data, codes: Iterable[str], percent: Decimal, by: Rounder) -> list[Raised]:
    """Return what every price of these charges becomes, tiers and their flat amounts too; percents stay."""
    found = []
    factor = 1 + Fraction(percent) / 100
    for code in codes:
        entry = get(data, ("charge", code))
        if not isinstance(entry, dict):
            continue
        for path, old in _amounts(entry):
            new = by.ratio(Fraction(old) * factor)
            # An amount that was no multiple of the unit would change even by 0 %.
            found.append(Raised(code, path, old, old if percent == 0 else Decimal(plain(new))))
    return found


def with_prices(data: Data, changes: Iterable[Raised]) -> Data:
    """Return data with the amounts of `raised` changed."""
    for change in changes:
        place = ("charge", change.code, str(change.path[0]))
        data = put(data, place, _replaced(get(data, place), change.path[1:], change.new))
    return data


def _replaced(value: Any, path: Sequence[str | int], new: Decimal) -> Any:
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        return [_replaced(part, rest, new) if at == step else part for at, part in enumerate(value)]
    return {**value, step: _replaced(value[step], rest, new)}


def _amounts(entry: Data) -> Iterator[tuple[tuple[str | int, ...], Decimal]]:
    yield from _cases(("price",), entry.get("price"))
    for mode in TIERS:
        tiers = entry.get(mode)
        for at, tier in enumerate(tiers if isinstance(tiers, list) else ()):
            for key in ("price", "flat") if isinstance(tier, dict) else ():
                yield from _cases((mode, at, key), tier.get(key))


def _cases(path: tuple[str | int, ...], amount: Any) -> Iterator[tuple[tuple[str | int, ...], Decimal]]:
    parts = (
        {(*path, case): amount.get(case) for case in CASES} if isinstance(amount, dict) else {path: amount}
    )
    for place, number in parts.items():
        if isinstance(number, int | Decimal) and not isinstance(number, bool) and Decimal(number).is_finite():
            yield place, Decimal(number)


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


def pasted(data: Data, text: str, main: str) -> Pasted:
    """Return data with rows of a spreadsheet: code, name, group, for each, price, with tabs between them.

    A code that the list has is changed where a cell is filled, another one is added. A first row without a
    code, such as headings, is refused like every row that is not read whole, its price included. Rows after the first
    MOST_PASTED are given back as they are, and all of them if the end of a cell is missing.
    """
    added = changed = 0
    refused, unclear = [], []
    try:
        rows = [row for row in clipboard(text) if any(cell.strip() for cell in row.cells)]
    except CutOff:
        return Pasted(data, 0, 0, (text,), (), cut=True)
    currency = currency_of(data)
    for line, found in rows[:MOST_PASTED]:
        cells = [cell.strip() for cell in found]
        while len(cells) > 5 and not cells[-1]:
            cells.pop()
        code, price = cells[0], (cells[4] if len(cells) > 4 else "")
        if not CODE.match(code) or not 2 <= len(cells) <= 5:
            refused.append(line)
            continue
        if price and not _is_amount(price, currency):
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
        data = with_cells(
            data, code, dict(zip(("label", "group", "per", "price"), cells[1:], strict=False)), main
        )
    beyond = tuple(row.text for row in rows[MOST_PASTED:])
    return Pasted(data, added, changed, tuple(refused), beyond, tuple(unclear))


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
