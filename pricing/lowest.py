"""The lowest total that unfinished answers can still come to.

The questions are gone through in the order of the file. An answer matters later only as far as a condition or a
quantity still asks for it, so plans that agree in that are told apart by their sums alone, and of those only the ones
are kept that no other is below in every sum. Packages are tried one by one. A plan has the package with the lowest
sum of all three totals, which need not be the one with the lowest total; so the plan that was found is priced like any
other, and nothing is told if it comes to more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from pricing.answers import Answers, normal_form
from pricing.charges import LIKELY
from pricing.conditions import Value, applies
from pricing.estimate import total
from pricing.money import ZERO, exactly
from pricing.plans import named
from pricing.prepared import Offer, TaxOn
from pricing.table import Driver, PriceTable, Rule
from pricing.terms import Sums, Term, Terms, Unbounded
from pricing.trials import Trials

MOST_STEPS = 50_000
"""Maximum number of charges and sums that one search looks at; after more nothing is told."""

Trail = tuple[str, Value | None, Any] | None
"""The answers that led to some sums, the last one first: driver, answer, the trail before."""

Way = tuple[Sums, Trail]


def so_far(table: PriceTable, answers: Answers) -> Decimal | None:
    """Return the lowest likely total over all ways to complete the answers; None if it cannot be told.

    Answers that were given stay; a question with a default may still get another answer, one that may be left open
    may stay open, and an answer that cannot be used counts as none. What is on request counts 0, as in every total.
    None where the rules allow no way, where discounts, packages or taxes let a total fall as its parts rise, and where
    there are too many ways to look through. Never raises BadAnswers.
    """
    found = least_plan(table, answers)
    return None if found is None else found[0]


def least_plan(table: PriceTable, answers: Answers) -> tuple[Decimal, dict[str, str | bool]] | None:
    """Return what `so_far` does, with a plan that comes to it, in normal form; None where nothing can be told.

    The plan may lack answers that make no difference to what it comes to.
    """
    with exactly():
        try:
            found = _Search(table, answers).lowest()
        except Unbounded:
            return None
        return None if found is None else (found[0], normal_form(found[1]))


class _Stop(NamedTuple):
    """One question on the way: what can be said once it is answered, and which answers still matter then.

    `joins` are indexes of the table's percentages and taxes; the first stop has no question.
    """

    driver: Driver | None
    terms: list[Term]
    joins: list[int]
    rules: list[Rule]
    offers: list[Offer]
    live: list[str]


class _Search:
    """One search, with one set of answers."""

    def __init__(self, table: PriceTable, answers: Answers) -> None:
        self.table = table
        self.terms = Terms.of(table)
        self.trials = Trials(self.terms, answers)
        self.left = MOST_STEPS
        self.stops = table.once("stops", lambda: _stops(self.terms))

    def lowest(self) -> tuple[Decimal, dict[str, Value]] | None:
        ways = [way for offer in self.terms.offers for way in self._ends(offer)]
        if not ways:
            return None
        lowest = min(amount for amount, _ in ways)
        plans = (self._plan(trail) for amount, trail in ways if amount == lowest)
        if len(self.terms.offers) == 1:
            return lowest, next(plans)
        found = next((plan for plan in plans if total(self.table, plan)[0][LIKELY] == lowest), None)
        return None if found is None else (lowest, found)

    def _ends(self, offer: Offer | None) -> Iterator[tuple[Decimal, Trail]]:
        """Yield totals of plans with one package or none, among them the lowest, with their answers."""
        nothing: Sums = (ZERO,) * self.terms.width
        states: dict[tuple[tuple[Value | None, ...], tuple[bool, ...]], list[Way]]
        states = {((), ()): [(nothing, None)]}
        live: list[str] = []
        for stop in self.stops:
            following: dict[tuple[tuple[Value | None, ...], tuple[bool, ...]], list[Way]] = {}
            for (held, active), ways in states.items():
                before = {code: value for code, value in zip(live, held, strict=True) if value is not None}
                for value in self._answers(stop.driver, before):
                    self._step(len(stop.terms) + len(ways) * self.terms.width)
                    values = before
                    if stop.driver is not None and value is not None:
                        values = {**before, stop.driver.code: value}
                    if not _is_allowed(stop, values, offer):
                        continue
                    added = list(nothing)
                    for term in stop.terms:
                        self.terms.add(added, term, values, offer)
                    key = (
                        tuple(values.get(code) for code in stop.live),
                        (*active, *(self._is_active(index, values) for index in stop.joins)),
                    )
                    kept = following.setdefault(key, [])
                    for sums, trail in ways:
                        new = tuple(map(Decimal.__add__, sums, added)) if stop.terms else sums
                        _keep(kept, new, trail if stop.driver is None else (stop.driver.code, value, trail))
            states, live = following, stop.live
        order = [index for stop in self.stops for index in stop.joins]
        for (_, active), ways in states.items():
            flags = [is_active for _, is_active in sorted(zip(order, active, strict=True))]
            for sums, trail in ways:
                yield self.terms.total(sums, flags, offer), trail

    def _answers(self, driver: Driver | None, values: Mapping[str, Value]) -> Iterable[Value | None]:
        if driver is None or not applies(driver.when, driver.unless, values):
            return (None,)
        return self.trials.of(driver)

    def _is_active(self, index: int, values: Mapping[str, Value]) -> bool:
        on = self.terms.joins[index].on
        entry: Any = on.tax if isinstance(on, TaxOn) else on.charge
        return applies(entry.when, entry.unless, values)

    def _step(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise Unbounded

    def _plan(self, trail: Trail) -> dict[str, Value]:
        """Return a whole plan with the answers of a trail; the questions that it lacks make no difference to it."""
        found: dict[str, Value | None] = {}
        while trail is not None:
            code, value, trail = trail
            found[code] = value
        plan: dict[str, Value] = {}
        for driver in self.table.drivers:
            if driver.code not in found and applies(driver.when, driver.unless, plan):
                found[driver.code] = self.trials.any_of(driver)
            answer = found.get(driver.code)
            if answer is not None:
                plan[driver.code] = answer
        return plan


def _is_allowed(stop: _Stop, values: Mapping[str, Value], offer: Offer | None) -> bool:
    """Whether no rule refuses a plan and it can have the package, as far as this stop can tell."""
    if any(applies(rule.when, rule.unless, values) for rule in stop.rules):
        return False
    return all(
        other is not offer or applies(other.package.when, other.package.unless, values)
        for other in stop.offers
    )


def _keep(kept: list[Way], sums: Sums, trail: Trail) -> None:
    """Keep a way unless another one is nowhere above it, and drop those that it makes needless."""
    for other, _ in kept:
        if all(map(Decimal.__le__, other, sums)):
            return
    kept[:] = [way for way in kept if not all(map(Decimal.__le__, sums, way[0]))]
    kept.append((sums, trail))


def _stops(terms: Terms) -> list[_Stop]:
    """Return the questions that count, in the order of the file, each with what its answer decides."""
    table = terms.table
    offers = [offer for offer in terms.offers if offer is not None]
    by_rules = [named(rule.when, rule.unless) for rule in table.rules]
    by_offers = [named(offer.package.when, offer.package.unless) for offer in offers]
    counts: set[str] = set().union(
        *by_rules, *by_offers, *(term.named for term in terms.terms), *(join.named for join in terms.joins)
    )
    for driver in reversed(table.drivers):
        if driver.code in counts:
            counts |= named(driver.when, driver.unless)
    drivers = [driver for driver in table.drivers if driver.code in counts]
    at = {driver.code: number for number, driver in enumerate(drivers, start=1)}
    stops = [_Stop(driver, [], [], [], [], []) for driver in (None, *drivers)]
    until = dict.fromkeys(at, 0)

    def last(names: Iterable[str]) -> int:
        decided = max((at[code] for code in names), default=0)
        for code in names:
            until[code] = max(until[code], decided)
        return decided

    for term in terms.terms:
        stops[last(term.named)].terms.append(term)
    for index, join in enumerate(terms.joins):
        stops[last(join.named)].joins.append(index)
    for rule, names in zip(table.rules, by_rules, strict=True):
        stops[last(names)].rules.append(rule)
    for offer, names in zip(offers, by_offers, strict=True):
        stops[last(names)].offers.append(offer)
    for driver in drivers:
        last({driver.code, *named(driver.when, driver.unless)})
    for number, stop in enumerate(stops):
        stop.live.extend(code for code, position in at.items() if position <= number < until[code])
    return stops
