"""Many prices changed at once, by per cent or by an amount: what is left out, and what each amount becomes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any, Literal, NamedTuple

from estimator import figures
from estimator.price_lists.editing.document import Data, Path, currency_of, entries, get, put
from estimator.price_lists.editing.kinds import typed_number
from estimator.price_lists.editing.writing import TIERS
from pricing.currencies import MINOR_UNIT
from pricing.money import Rounder, decimals, plain
from pricing.reading import AMOUNT_KEYS as CASES
from pricing.reading import MOST_WHOLE_DIGITS

LEAST_PERCENT, MOST_PERCENT = Decimal(-100), Decimal(1_000)

POINT = Rounder(Decimal("0.01"), "half-up")
"""How the percents of taxes are rounded."""

Amount = Decimal | Mapping[str, Decimal]
"""One number, or low, likely and high."""

Reason = Literal["pass_through", "reserve", "others", "discount", "free", "package", "tax"]
"""Why an entry is left out unless somebody takes it in."""

Obstacle = Literal["sign", "long"]
"""Why an amount cannot change: it would not be above zero any more (or below), or be too long for a list."""


class NoChange(ValueError):
    """What was typed is no change of prices; `why` says in which way."""

    def __init__(self, why: Literal["unreadable", "out_of_range", "too_fine"]) -> None:
        self.why = why
        super().__init__(why)


@dataclass(frozen=True)
class Change:
    """By how much prices change: per cent of each, or an amount in the currency of the list; negative lowers.

    `step` is what the new prices are rounded to; None as the list rounds.
    """

    kind: Literal["percent", "amount"]
    number: Decimal
    step: Decimal | None = None


class Row(NamedTuple):
    """One price and what it becomes: that of an entry, or of one of its tiers; `path` leads to it."""

    path: tuple[str | int, ...]
    old: Amount
    new: Amount
    obstacle: Obstacle | None

    @property
    def key(self) -> str:
        """The name by which it is ticked: `charge.ward.price`, `charge.gym.graduated.0.flat`."""
        return ".".join(map(str, self.path))

    @property
    def entry(self) -> Path:
        """The entry that it belongs to."""
        return str(self.path[0]), str(self.path[1])


def change_of(kind: str, typed: str, currency: str, step: Decimal | None = None) -> Change:
    """Parse by how much prices change; raises NoChange, also for a figure that can be read in two ways."""
    if kind == "amount":
        amount = typed_number(typed, currency)
        if amount is None:
            raise NoChange("unreadable")
        if decimals(Decimal(plain(Decimal(amount)))) > decimals(MINOR_UNIT.get(currency, Decimal(1))):
            raise NoChange("too_fine")
        return Change("amount", Decimal(amount), step)
    percent = typed_number(typed, percent=True)
    if percent is None:
        raise NoChange("unreadable")
    if not LEAST_PERCENT < percent <= MOST_PERCENT:
        raise NoChange("out_of_range")
    return Change("percent", Decimal(percent), step)


def readings_of(kind: str, typed: str, currency: str) -> tuple[str, str] | None:
    """Return the two figures that were perhaps meant; None if it is clear."""
    return figures.both(typed, currency) if kind == "amount" else figures.both(typed, percent=True)


def rounder(data: Data, step: Decimal | None = None) -> Rounder | None:
    """Return how new prices of a list are rounded, never finer than its currency; None while it says that wrongly."""
    smallest = MINOR_UNIT.get(currency_of(data))
    unit = data.get("round_to", smallest)
    mode: Any = data.get("rounding", "half-up")
    if smallest is None or isinstance(unit, bool) or not isinstance(unit, int | Decimal) or unit <= 0:
        return None
    if mode not in ("half-up", "half-even", "up", "down"):
        return None
    return Rounder(step or max(Decimal(unit), smallest), mode)


def steps(data: Data) -> list[Decimal]:
    """Return what new prices can be rounded to: 1, 5, 10, 50 …, coarser than the list and finer than its prices."""
    by = rounder(data)
    if by is None:
        return []
    highest = max(
        (
            abs(number)
            for path in _all(data)
            for _path, old in amounts(get(data, path))
            for number in _numbers(old)
        ),
        default=Decimal(0),
    )
    found = (Decimal(f"{digit}e{power}") for power in range(-4, MOST_WHOLE_DIGITS) for digit in (1, 5))
    plainly = (Decimal(plain(step)) for step in found)
    return [step for step in plainly if by.unit < step <= highest / 5 and step % by.unit == 0]


def chosen(data: Data, *, every: bool, groups: Collection[str], codes: Collection[str]) -> list[Path]:
    """Return what was meant: all, with taxes; groups, with their packages; single charges."""
    found: list[Path] = []
    for path in _all(data):
        entry = get(data, path)
        of_group = isinstance(entry, dict) and entry.get("group") in groups
        if every or of_group or (path[0] == "charge" and path[1] in codes):
            found.append(path)
    if every:
        found += [("tax", code) for code in entries(data, ("tax",))]
    return found


def _all(data: Data) -> Iterator[Path]:
    yield from (("charge", code) for code in entries(data, ("charge",)))
    yield from (("package", code) for code in entries(data, ("package",)))


def reason_of(data: Data, path: Path) -> Reason | None:
    """Return why an entry is left out unless somebody takes it in; None if its prices change."""
    entry = get(data, path)
    if not isinstance(entry, dict):
        return None
    if path[0] == "tax":
        return "tax"
    per = entry.get("per")
    factors = per if isinstance(per, list) else [per]
    if any(isinstance(name, str) and get(data, ("driver", name, "money")) is True for name in factors):
        return "pass_through"
    group = entry.get("group")
    heading = get(data, ("group", group)) if isinstance(group, str) else None
    if isinstance(heading, dict):
        if heading.get("total") == "reserve":
            return "reserve"
        if heading.get("total") == "others" or heading.get("payee"):
            return "others"
    numbers = [number for _path, old in amounts(entry) for number in _numbers(old)]
    if any(number < 0 for number in numbers):
        return "discount"
    if numbers and not any(numbers):
        return "free"
    return "package" if path[0] == "package" else None


def raised(data: Data, paths: Iterable[Path], change: Change, by: Rounder) -> list[Row]:
    """Return what every price of these entries becomes, tiers and their flat amounts too.

    Percents stay, but for those of taxes, which change by per cent, to a hundredth of a point.
    """
    # An amount that was no multiple of the unit would change even by 0 %.
    idle = change.number == 0 and change.step is None
    found = []
    for path in paths:
        is_tax = path[0] == "tax"
        unit = POINT if is_tax else by
        for own, old in _rates(get(data, path), change) if is_tax else amounts(get(data, path)):
            new = old if idle else _changed(old, partial(_new, change=change, by=unit))
            found.append(Row((*path, *own), old, new, _obstacle(old, new)))
    return found


def _new(number: Decimal, change: Change, by: Rounder) -> Decimal:
    exact = Fraction(number)
    exact = (
        exact * (1 + Fraction(change.number) / 100)
        if change.kind == "percent"
        else exact + Fraction(change.number)
    )
    return Decimal(plain(by.ratio(exact)))


def _obstacle(old: Amount, new: Amount) -> Obstacle | None:
    for before, after in zip(_numbers(old), _numbers(new), strict=True):
        if (before > 0 >= after) or (before < 0 <= after) or (before == 0 > after):
            return "sign"
        if abs(after) >= Decimal(10) ** MOST_WHOLE_DIGITS:
            return "long"
    return None


def with_prices(data: Data, rows: Iterable[Row]) -> Data:
    """Return data with the prices of these rows changed."""
    for row in rows:
        place = (*row.entry, str(row.path[2]))
        data = put(data, place, _replaced(get(data, place), row.path[3:], row.new))
    return data


def differing(before: Data, after: Data) -> list[Row]:
    """Return every price that is another one in `after`, of entries that both have; rates of taxes too."""
    rate = Change("percent", Decimal(0))
    found = []
    for path in (*_all(after), *(("tax", code) for code in entries(after, ("tax",)))):
        read = partial(_rates, change=rate) if path[0] == "tax" else amounts
        then = dict(read(get(before, path)))
        found += [
            Row((*path, *own), then[own], new, None)
            for own, new in read(get(after, path))
            if own in then and then[own] != new
        ]
    return found


def _replaced(value: Any, path: Sequence[str | int], new: Amount) -> Any:
    if not path:
        return new if isinstance(new, Decimal) else {**value, **new}
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        return [_replaced(part, rest, new) if at == step else part for at, part in enumerate(value)]
    return {**value, step: _replaced(value[step], rest, new)}


def _rates(tax: Any, change: Change) -> Iterator[tuple[tuple[str | int, ...], Amount]]:
    percent = _amount(tax.get("percent")) if isinstance(tax, dict) and change.kind == "percent" else None
    if percent is not None:
        yield ("percent",), percent


def amounts(entry: Any) -> Iterator[tuple[tuple[str | int, ...], Amount]]:
    """The prices of an entry, as far as they can be read; one of three of which one cannot be is none."""
    if not isinstance(entry, dict):
        return
    places: list[tuple[tuple[str | int, ...], Any]] = [(("price",), entry.get("price"))]
    for mode in TIERS:
        tiers = entry.get(mode)
        for at, tier in enumerate(tiers if isinstance(tiers, list) else ()):
            if isinstance(tier, dict):
                places += [((mode, at, key), tier.get(key)) for key in ("price", "flat")]
    for path, value in places:
        amount = _amount(value)
        if amount is not None:
            yield path, amount


def _amount(value: Any) -> Amount | None:
    if not isinstance(value, dict):
        return _number(value)
    cases = {case: number for case in CASES if (number := _number(value.get(case))) is not None}
    return cases if cases and set(cases) == set(value) else None


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite():
        return None
    return Decimal(value)


def _numbers(amount: Amount) -> list[Decimal]:
    return [amount] if isinstance(amount, Decimal) else list(amount.values())


def _changed(amount: Amount, new: Callable[[Decimal], Decimal]) -> Amount:
    if isinstance(amount, Decimal):
        return new(amount)
    return {case: new(number) for case, number in amount.items()}
