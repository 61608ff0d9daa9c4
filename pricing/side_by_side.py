"""Up to three stored breakdowns, line by line: groups beside groups, items beside items, and which costs less.

Groups stand beside each other that have the same code, or else the same role: that of the questions which their
charges depend on, if it is one that means the same everywhere. Within them, items stand beside each other that have the
same code, or are the only one of such a role. What stands alone is said to, and is never compared with something else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple, get_args

from pricing.carrying import ALIKE
from pricing.left_open import depending, needed
from pricing.money import Rounder
from pricing.plans import named
from pricing.stored import StoredBreakdown, StoredItem
from pricing.table import Charge, Group, Package, Percent, PriceTable, Role, Total

MOST = 3
"""Maximum number of breakdowns that are laid side by side."""

State = Literal["priced", "request", "open", "not_in_plan", "no_line"]
"""Of a line in one plan: it has an amount, is on request, was left open, is not in the plan, or not in the table."""

_ROLES: Sequence[Role] = get_args(Role)
_TOTALS: Sequence[Total] = get_args(Total)


class Side(NamedTuple):
    """One stored breakdown with the table that it was worked out with."""

    breakdown: StoredBreakdown
    table: PriceTable


@dataclass(frozen=True, slots=True)
class Cell:
    """What one plan has in a line; `item` where the line is in its breakdown."""

    state: State
    item: StoredItem | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What stands beside each other, with a cell for each plan.

    It is the `same` if all plans say the same amount in one currency, or all nothing. With `other_units` the plans
    count it in other units, so that the amounts are not of the same thing.
    """

    cells: tuple[Cell, ...]
    same: bool
    other_units: bool


@dataclass(frozen=True, slots=True)
class Section:
    """Groups that stand beside each other: one for each plan, None where its table has none like it."""

    total: Total
    groups: tuple[Group | None, ...]
    lines: tuple[Line, ...]


def align(sides: Sequence[Side]) -> list[Section]:
    """Return what the breakdowns consist of, by groups and lines; sections without an item are left out."""
    found = []
    for members in _sections(sides):
        lines = tuple(_merged(_lines(sides, members), sides))
        if lines:
            groups = tuple(members.get(number) for number in range(len(sides)))
            found.append(Section(next(iter(members.values())).total, groups, lines))
    return sorted(found, key=lambda section: _TOTALS.index(section.total))


def _sections(sides: Sequence[Side]) -> list[dict[int, Group]]:
    """Return which groups belong together, each by the number of its side."""
    found: list[dict[int, Group]] = []
    for number, side in enumerate(sides):
        rest: list[Group] = []
        for group in side.table.groups:
            alike = next((each for each in found if number not in each and _has(each, group)), None)
            if alike is None:
                rest.append(group)
            else:
                alike[number] = group
        roles = {group.code: _role_of_group(group, side.table) for group in rest}
        counted = Counter((group.total, roles[group.code]) for group in rest)
        candidates = [each for each in found if number not in each]
        for group in rest:
            role = roles[group.code]
            alike_by_role = [each for each in candidates if role and _is_like(each, group.total, role, sides)]
            if len(alike_by_role) == 1 and counted[group.total, role] == 1:
                alike_by_role[0][number] = group
            else:
                found.append({number: group})
    return found


def _has(members: Mapping[int, Group], group: Group) -> bool:
    return any((each.code, each.total) == (group.code, group.total) for each in members.values())


def _is_like(members: Mapping[int, Group], total: Total, role: Role, sides: Sequence[Side]) -> bool:
    return any(
        each.total == total and _role_of_group(each, sides[number].table) == role
        for number, each in members.items()
    )


def _role_of_group(group: Group, table: PriceTable) -> Role | None:
    """Return the role that most charges of a group have; None if none has one, two have as many, or it is no such."""
    counted = Counter(
        role
        for charge in table.charges
        if charge.group == group.code and (role := _role_of(charge, table)) is not None
    ).most_common(2)
    if not counted or (len(counted) == 2 and counted[0][1] == counted[1][1]):
        return None
    return counted[0][0] if counted[0][0] in ALIKE else None


def _role_of(entry: Charge | Package, table: PriceTable) -> Role | None:
    """Return the first role among the questions that a charge or package depends on; None if it depends on none."""
    roles = {driver.code: driver.role for driver in table.drivers}
    asked = {*named(entry.when, entry.unless), *(entry.per if isinstance(entry, Charge) else ())}
    return min((roles[code] for code in asked), key=_ROLES.index, default=None)


def _entries(table: PriceTable) -> dict[str, Charge | Package]:
    charges: dict[str, Charge | Package] = {entry.code: entry for entry in table.charges}
    return charges | {entry.code: entry for entry in table.packages}


def _lines(sides: Sequence[Side], members: Mapping[int, Group]) -> Iterator[tuple[Cell, ...]]:
    """Return the cells of each code that one of the breakdowns has in a section, in the order of the first."""
    codes: dict[str, None] = {}
    for number, group in members.items():
        items = [item["code"] for item in sides[number].breakdown["items"] if item["group"] == group.code]
        codes |= dict.fromkeys(items)
    for code in codes:
        yield tuple(_cell(side, members.get(number), code) for number, side in enumerate(sides))


def _cell(side: Side, group: Group | None, code: str) -> Cell:
    entry = _entries(side.table).get(code)
    if group is None or entry is None or entry.group != group.code:
        return Cell("no_line")
    for item in side.breakdown["items"]:
        if item["code"] == code:
            return Cell("request" if item["amount"]["likely"] is None else "priced", item)
    left = depending(side.table, side.breakdown.get("not_counted", ()))
    return Cell("open" if code in left else "not_in_plan")


def _merged(lines: Iterator[tuple[Cell, ...]], sides: Sequence[Side]) -> Iterator[Line]:
    """Lay lines that stand alone beside each other where each plan has one of their words or role, and no more."""
    all_lines = list(lines)
    alone: dict[tuple[str, int], list[int]] = {}
    for place, cells in enumerate(all_lines):
        where = [number for number, cell in enumerate(cells) if cell.state != "no_line"]
        item = cells[where[0]].item if len(where) == 1 else None
        if item is not None:
            table = sides[where[0]].table
            entry = _entries(table)[item["code"]]
            role = _role_of(entry, table)
            kind = role if role in ALIKE else f"= {entry.label.get(_common_language(sides), '')}"
            if kind != "= ":
                alone.setdefault((kind, where[0]), []).append(place)
    partners: dict[str, dict[int, int]] = {}
    for (kind, number), places in alone.items():
        if len(places) == 1:
            partners.setdefault(kind, {})[number] = places[0]
    gone: set[int] = set()
    for by_side in partners.values():
        first, *others = by_side.values()
        for number, place in by_side.items():
            cells = all_lines[first]
            all_lines[first] = (*cells[:number], all_lines[place][number], *cells[number + 1 :])
        gone.update(others)
    for place, cells in enumerate(all_lines):
        if place not in gone:
            yield _line(cells, sides)


def _common_language(sides: Sequence[Side]) -> str:
    """Return the first language that all tables have; empty if there is none."""
    common = set.intersection(*(set(side.table.languages) for side in sides))
    return min(common, default="")


def _line(cells: tuple[Cell, ...], sides: Sequence[Side]) -> Line:
    units = [
        cell.item["unit"]
        for cell, side in zip(cells, sides, strict=True)
        if cell.item is not None
        and cell.item["unit"] is not None
        and not _counts_sessions(cell.item, side.table)
    ]
    other = any(not _overlap(units[0], unit) for unit in units[1:])
    said = {
        (
            cell.state,
            *(cell.item["amount"].values() if cell.item else ()),
            side.breakdown["currency"] if cell.state == "priced" else "",
        )
        for cell, side in zip(cells, sides, strict=True)
    }
    return Line(cells, same=len(said) == 1 and not other, other_units=other)


def _counts_sessions(item: StoredItem, table: PriceTable) -> bool:
    """Whether an item is counted by sessions, which count the same whatever a clinic calls one."""
    roles = {driver.code: driver.role for driver in table.drivers}
    entry = _entries(table)[item["code"]]
    return isinstance(entry, Charge) and any(roles[code] == "sessions" for code in entry.per)


def _overlap(one: Mapping[str, object], another: Mapping[str, object]) -> bool:
    return any(one[tag] == another[tag] for tag in one.keys() & another.keys())


# Which costs less ----------------------------------------------------------------------------------------------------

Why = Literal["alone", "past", "request", "open", "no_rate", "ranges"]

Sureness = Literal["whole_range", "each_case", "likely"]
"""How one plan costs less: it stays below the other's range; in each of the three cases; or as far as is likely."""


@dataclass(frozen=True, slots=True)
class Sum:
    """The total of one plan in the three cases, in the currency of all; None where there is no rate to it.

    It leaves out what is on `request` or left `open`; `unknown` is the same for plans that leave out the same. It is
    `past` if its prices do not hold any more. Plans under the same `price_list` have their cases in common.
    """

    low: Decimal | None
    likely: Decimal | None
    high: Decimal | None
    request: bool = False
    open: bool = False
    past: bool = False
    unknown: Hashable = None
    price_list: Hashable = None

    @property
    def cases(self) -> tuple[Decimal, Decimal, Decimal] | None:
        """The total in the three cases; None where there is no rate."""
        if self.low is None or self.likely is None or self.high is None:
            return None
        return self.low, self.likely, self.high


class Doubt(NamedTuple):
    """What keeps plans from being compared with the others, and which plans, by their numbers."""

    why: Why
    plans: tuple[int, ...]


class Less(NamedTuple):
    """By how much the least plan is likely to cost less than another one, and how sure that is."""

    than: int
    by: Decimal
    sure: Sureness


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which plan costs `less` than the others, by its number; or that all cost the `same`; or why nobody can tell.

    `by` says it of each other plan. Where some plans are compared, `doubts` are about those that are left out.
    """

    less: int | None = None
    by: tuple[Less, ...] = ()
    same: bool = False
    doubts: tuple[Doubt, ...] = ()

    @property
    def sure(self) -> Sureness:
        """How sure it is of all other plans."""
        return max((each.sure for each in self.by), key=get_args(Sureness).index)


def cheapest(sums: Sequence[Sum | None]) -> Verdict:
    """Say which total is less than the others, and how sure that is; None is a plan that is gone.

    Plans are compared whose totals are known, or leave out the same. Of three, two may be.
    """
    there = {number: each for number, each in enumerate(sums) if each is not None}
    if len(there) < 2:
        return Verdict(doubts=(Doubt("alone", tuple(there)),))
    alike: dict[Hashable, dict[int, tuple[Decimal, Decimal, Decimal]]] = {}
    for number, each in there.items():
        if each.cases is not None and not each.past:
            lacks = (each.request, each.open, each.unknown) if each.request or each.open else None
            own = number if lacks is not None and each.unknown is None else None
            alike.setdefault((lacks, own), {})[number] = each.cases
    compared = max(alike.values(), key=len, default={})
    if len(compared) < 2:
        return Verdict(doubts=_doubts(there))
    doubts = _doubts({number: each for number, each in there.items() if number not in compared})
    return _least(compared, {number: there[number].price_list for number in compared}, doubts)


def _doubts(there: Mapping[int, Sum]) -> tuple[Doubt, ...]:
    lacking: dict[Why, Callable[[Sum], bool]] = {
        "past": lambda each: each.past,
        "no_rate": lambda each: each.cases is None,
        "request": lambda each: each.request,
        "open": lambda each: each.open,
    }
    found = {
        why: tuple(number for number, each in there.items() if is_so(each)) for why, is_so in lacking.items()
    }
    return tuple(Doubt(why, numbers) for why, numbers in found.items() if numbers)


def _least(
    compared: Mapping[int, tuple[Decimal, Decimal, Decimal]],
    lists: Mapping[int, Hashable],
    doubts: tuple[Doubt, ...],
) -> Verdict:
    one_list = len(set(lists.values())) == 1 and None not in lists.values()
    if len(set(compared.values())) == 1 and (
        one_list or all(low == high for low, _, high in compared.values())
    ):
        return Verdict(same=True, doubts=doubts)
    least = min(compared, key=lambda number: (compared[number][1], compared[number][2]))
    by = tuple(
        Less(
            number, cases[1] - compared[least][1], _sure(compared[least], cases, lists[least], lists[number])
        )
        for number, cases in compared.items()
        if number != least
    )
    equal = tuple(each.than for each in by if not each.by)
    if equal:
        return Verdict(doubts=(Doubt("ranges", tuple(sorted((least, *equal)))), *doubts))
    return Verdict(less=least, by=by, doubts=doubts)


def _sure(
    least: tuple[Decimal, Decimal, Decimal],
    other: tuple[Decimal, Decimal, Decimal],
    own: Hashable,
    others: Hashable,
) -> Sureness:
    if least[2] < other[0]:
        return "whole_range"
    if (
        own is not None
        and own == others
        and all(less < more for less, more in zip(least, other, strict=True))
    ):
        return "each_case"
    return "likely"


def unknown(side: Side) -> Hashable:
    """Return what a total leaves out, the same for plans under one list that leave out the same.

    An item on request is the same if there is as much of it; what depends on an open question, if every other answer
    that it depends on is the same.
    """
    breakdown, table = side
    answers, entries = breakdown["answers"], _entries(table)
    standing = {item["code"]: item for item in breakdown["items"]}
    members: dict[str, set[str]] = {}
    for entry in entries.values():
        members.setdefault(entry.group, set()).add(entry.code)

    def touches(of: Iterable[str]) -> bool:
        return any(members.get(name, {name}) & lacking for name in of)

    left = set(depending(table, breakdown.get("not_counted", ())))
    lacking = {*breakdown["on_request"], *left}
    for charge in table.charges:
        if isinstance(charge.price, Percent) and touches(charge.price.of):
            lacking.add(charge.code)
    found: list[Hashable] = [table.table, table.version]
    for code, entry in entries.items():
        if code in lacking:
            item = standing.get(code)
            exact = (
                item if item is not None and (code in breakdown["on_request"] or _is_bounded(entry)) else None
            )
            known = () if exact is None else (*exact["quantity"].values(), *exact["amount"].values())
            asked = () if code in breakdown["on_request"] else _asked(entry, table)
            found.append((code, known, tuple(answers.get(driver) for driver in asked)))
    bases = {tax["code"]: tuple(tax["base"].values()) for tax in breakdown["taxes"]}
    for tax in table.taxes:
        if touches(tax.of):
            base = None if tax.above is None else bases.get(tax.code)
            conditions = sorted(named(tax.when, tax.unless))
            found.append((tax.code, base, tuple(answers.get(driver) for driver in conditions)))
    return tuple(found)


def _is_bounded(entry: Charge | Package) -> bool:
    """Whether what a percentage comes to has a bound, so that more of one thing may come to no more in all."""
    return (
        isinstance(entry, Charge)
        and isinstance(entry.price, Percent)
        and bool(entry.at_least or entry.at_most)
    )


def _asked(entry: Charge | Package, table: PriceTable) -> Iterable[str]:
    """Return the questions that a charge or package depends on by itself; a percentage is of what stands elsewhere."""
    if isinstance(entry, Charge) and isinstance(entry.price, Percent):
        return sorted(named(entry.when, entry.unless))
    return needed(table, entry.code)


def for_each(amount: str, number: Decimal, table: PriceTable) -> str | None:
    """Return an amount divided by a number of sessions or nights, rounded as the table rounds; None if that is none."""
    if number <= 0:
        return None
    rounder = Rounder(table.round_to, table.rounding)
    return rounder.text(rounder.ratio(Fraction(Decimal(amount)) / Fraction(number)))
