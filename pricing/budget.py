"""What a budget buys: the plans nearest to one in hand whose likely total is within it.

There are far too many plans to try all. First each answer alone is changed, as far as it has to be. Then all of them
are brought down, and one after the other is given back as far as the budget allows, in several orders, so that no
change is left that could be taken back. Answers about the patient, days, amounts of money, what is a fact and no choice
(whether a visa is needed) and questions that were left open stay as they are; what the list's own rules refuse is never
proposed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from pricing.answers import Answers, check
from pricing.breakdown import Three
from pricing.charges import LIKELY
from pricing.estimate import Near
from pricing.explore import Outcome, nearest, outcome, tried
from pricing.lowest import least_plan
from pricing.money import exactly, plain
from pricing.plans import named
from pricing.table import DateDriver, Driver, NumberDriver, PriceTable, YesNoDriver

MOST_TRIED = 120
"""Maximum number of plans that one search looks at."""

MOST_PLANS = 3
"""Maximum number of plans that are returned."""

Changes = dict[str, str | bool]
"""Other answers by driver, in normal form."""


class Within(NamedTuple):
    """A plan within a budget: what is answered otherwise, what that newly asks and was filled in, and what it costs.

    `high_fits` tells that even its high end is within. `on_request` are codes of what has no price, `not_counted` of
    questions that are left open and count.
    """

    changes: Mapping[str, str | bool]
    assumed: Mapping[str, str | bool]
    total: Three
    high_fits: bool
    on_request: tuple[str, ...]
    not_counted: tuple[str, ...]

    @property
    def at_least(self) -> bool:
        """Whether something is on request or not counted."""
        return bool(self.on_request or self.not_counted)


class Bought(NamedTuple):
    """What a budget buys, compared with the plan in hand, which comes to `now` and leaves `left` of it.

    `left` is less than 0 if it does not fit; then `plans` are the nearest that do. Where there are none, `least` is
    the lowest total that the list can come to with the answers that stay, None if that cannot be told, and `cheapest`
    a plan that comes to it, if one was found.
    """

    now: Three
    left: Decimal
    high_fits: bool
    on_request: tuple[str, ...]
    not_counted: tuple[str, ...]
    plans: tuple[Within, ...]
    least: Decimal | None
    cheapest: Within | None

    @property
    def at_least(self) -> bool:
        """Whether something in the plan in hand is on request or not counted."""
        return bool(self.on_request or self.not_counted)


def within(table: PriceTable, answers: Answers, budget: Decimal) -> Bought:
    """Return what a budget buys; raises BadAnswers if the plan in hand is refused."""
    near = Near(table, check(table, answers))
    plan = near.answers
    now = outcome(table, plan)
    assert now.total is not None
    high = max(now.total)
    with exactly():
        left = budget - now.total[LIKELY]
    search = _Search(table, near, now, budget)
    plans = search.plans() if left < 0 else []
    least, cheapest = None, None
    if left < 0 and not plans:
        stays = [driver.code for driver in table.drivers if not is_varied(driver, table)]
        found = least_plan(table, {code: answer for code, answer in plan.items() if code in stays})
        if found is not None:
            least, cheapest = found[0], search.coming_to(*found)
            plans = search.nearer(cheapest)
    return Bought(
        now.total, left, high <= budget, now.on_request, now.not_counted, tuple(plans), least, cheapest
    )


def is_varied(driver: Driver, table: PriceTable) -> bool:
    """Whether another answer may be proposed: not to what is true of the patient, to a day, or to a known amount.

    Nor to yes or no where it decides on something that is paid to others, such as a visa: it is due or it is not.
    """
    if driver.role == "about_you" or isinstance(driver, DateDriver):
        return False
    if isinstance(driver, NumberDriver):
        return not driver.money
    return not (isinstance(driver, YesNoDriver) and driver.code in _deciding_for_others(table))


def _deciding_for_others(table: PriceTable) -> set[str]:
    others = {group.code for group in table.groups if group.total == "others"}
    return {
        code
        for charge in table.charges
        if charge.group in others
        for code in named(charge.when, charge.unless)
    }


class _Search:
    """One search around one plan."""

    def __init__(self, table: PriceTable, near: Near, now: Outcome, budget: Decimal) -> None:
        self.table = table
        self.near = near
        self.plan = plan = near.answers
        self.now = now
        self.budget = budget
        self.drivers = [
            driver for driver in table.drivers if driver.code in plan and is_varied(driver, table)
        ]
        self.known: dict[frozenset[tuple[str, str | bool]], Decimal | None] = {}

    def plans(self) -> list[Within]:
        """Return the nearest plans: fewest changes first, then the one that leaves out the least."""
        found = [change for driver in self.drivers for change in self._alone(driver)]
        if len(found) < MOST_PLANS:
            found += self._together({code for change in found for code in change})
        unlike: dict[frozenset[str], Within] = {}
        for plan in sorted(
            map(self._within, found), key=lambda each: (len(each.changes), -each.total[LIKELY])
        ):
            unlike.setdefault(frozenset(plan.changes), plan)
        return list(unlike.values())[:MOST_PLANS]

    def _alone(self, driver: Driver) -> Iterator[Changes]:
        """Change one answer alone, as little as is enough; nothing if that is never enough."""
        if isinstance(driver, NumberDriver):
            nearer = self._number({}, driver)
            if nearer is not None:
                yield {driver.code: nearer}
            return
        fitting = [
            (total, answer)
            for answer in nearest(driver, self.plan[driver.code])
            if (total := self._total({driver.code: answer})) is not None and total <= self.budget
        ]
        if fitting:
            yield {driver.code: max(fitting, key=lambda each: each[0])[1]}

    def _number(self, changes: Changes, driver: NumberDriver) -> str | None:
        """Return the highest number below the plan's own that fits, beside other changes; None if the least does not.

        Of totals that fall again as the number rises, it may not be the highest, but it fits.
        """
        with exactly():
            before = int((Decimal(self.plan[driver.code]) - driver.least) / driver.step)

        def number(position: int) -> str:
            with exactly():
                return plain(driver.least + position * driver.step)

        if not before or not self._fits({**changes, driver.code: number(0)}):
            return None
        fits, fails = 0, before
        while fails - fits > 1:
            middle = (fits + fails) // 2
            if self._fits({**changes, driver.code: number(middle)}):
                fits = middle
            else:
                fails = middle
        return number(fits)

    def _together(self, enough: set[str]) -> Iterator[Changes]:
        """Change several answers that are not enough alone, each as little as is enough with the others."""
        bottom = self._bottom([driver for driver in self.drivers if driver.code not in enough])
        if not self._fits(bottom):
            return
        changed = [driver for driver in self.drivers if driver.code in bottom]
        saved = {driver.code: self._saved(bottom, driver.code) for driver in changed}
        for order in (
            sorted(changed, key=lambda driver: saved[driver.code]),
            changed,
            changed[::-1],
        ):
            yield self._given_back(dict(bottom), order)

    def _bottom(self, drivers: Sequence[Driver]) -> Changes:
        """Bring the total down answer by answer, each to what is cheapest beside those before."""
        changes: Changes = {}
        lowest = self._total({})
        for driver in drivers:
            answers = nearest(driver, self.plan[driver.code])
            if isinstance(driver, NumberDriver):
                answers = [plain(driver.least)]
            for answer in answers:
                total = self._total({**changes, driver.code: answer})
                if total is not None and lowest is not None and total < lowest:
                    best, lowest = answer, total
                    changes = {**changes, driver.code: best}
        return changes

    def _saved(self, bottom: Changes, code: str) -> Decimal:
        """What one of several changes takes off; of what cannot be taken back alone, as if it were all."""
        total = self._total({other: answer for other, answer in bottom.items() if other != code})
        return self.budget if total is None else total

    def _given_back(self, changes: Changes, order: Iterable[Driver]) -> Changes:
        """Take changes back, one after the other, whole or of a number in part, while the plan fits."""
        for driver in order:
            others = {code: answer for code, answer in changes.items() if code != driver.code}
            if self._fits(others):
                changes = others
            elif isinstance(driver, NumberDriver):
                changes = {**others, driver.code: self._number(others, driver) or changes[driver.code]}
        return changes

    def _fits(self, changes: Changes) -> bool:
        total = self._total(changes)
        return total is not None and total <= self.budget

    def _total(self, changes: Changes) -> Decimal | None:
        """Return the likely total of a changed plan; None of one that cannot be proposed, or is one too many."""
        key = frozenset(changes.items())
        if key not in self.known:
            if len(self.known) >= MOST_TRIED:
                return None
            _assumed, found = tried(self.table, self.plan, changes, self.near)
            hides = not (
                set(found.on_request) <= set(self.now.on_request)
                and set(found.not_counted) <= set(self.now.not_counted)
            )
            self.known[key] = None if found.total is None or hides else found.total[LIKELY]
        return self.known[key]

    def coming_to(self, least: Decimal, cheapest: Mapping[str, str | bool]) -> Within | None:
        """Return the plan in hand with what of the cheapest one's answers it takes to come to `least`, if that does.

        What the cheapest one leaves open is answered with what costs the least.
        """

        def likely(changes: Changes) -> Decimal | None:
            _assumed, found = tried(self.table, self.plan, changes, self.near)
            return None if found.total is None else found.total[LIKELY]

        changes: Changes = {}
        for driver in self.drivers:
            if cheapest.get(driver.code, self.plan[driver.code]) != self.plan[driver.code]:
                changes[driver.code] = cheapest[driver.code]
        for driver in self.drivers:
            if driver.code not in cheapest:
                answers: Iterable[str | bool] = nearest(driver, self.plan[driver.code])
                if isinstance(driver, NumberDriver):
                    answers = [plain(driver.least)]
                ways = [changes, *({**changes, driver.code: answer} for answer in answers)]
                totals = [(total, way) for way in ways if (total := likely(way)) is not None]
                changes = min(totals, key=lambda each: each[0])[1] if totals else changes
        if likely(changes) != least:
            return None
        for code in list(changes):
            others = {other: answer for other, answer in changes.items() if other != code}
            if likely(others) == least:
                changes = others
        return self._within(changes)

    def nearer(self, cheapest: Within | None) -> list[Within]:
        """Return the cheapest plan with as few of its changes as fit, if it fits itself.

        It finds what no change of answers one after the other comes to: one on in exchange for another.
        """
        if cheapest is None or not self._fits(dict(cheapest.changes)):
            return []
        changed = [driver for driver in self.drivers if driver.code in cheapest.changes]
        return [self._within(self._given_back(dict(cheapest.changes), changed))]

    def _within(self, changes: Changes) -> Within:
        assumed, found = tried(self.table, self.plan, changes, self.near)
        assert found.total is not None
        total = found.total
        return Within(changes, assumed, total, max(total) <= self.budget, found.on_request, found.not_counted)
