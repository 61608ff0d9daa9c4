"""What is legal in a price table but suspicious.

Nearly all of it is read off the table. Two things need plans. A charge counts as never reached only if no
combination of the answers that make a difference leads to it; where there are too many combinations to look
through, nothing is said, and that a charge's price may be 0 or its percent taken of nothing in every plan is
seen only in the plainest cases. A package counts as never the cheapest if it was not used in any plan that was
tried; those are a few hundred, evenly from all combinations, the same every time. So a package that pays only
in a narrow corner can be warned of wrongly, which is why the sentence says how many plans were tried.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import chain, islice, takewhile
from typing import Any

from pricing import legal_terms
from pricing.breakdown import Breakdown
from pricing.charges import HIGH, LIKELY, LOW, billed_units, exact_amount
from pricing.conditions import Value, applies, holds
from pricing.estimate import estimate
from pricing.money import ZERO, decimals, exactly, plain
from pricing.notation import steps_of
from pricing.plans import Plan, Plans, highest, named
from pricing.problems import BadAnswers
from pricing.slips import found_in, most_billed
from pricing.table import (
    Amount,
    Charge,
    ChoiceDriver,
    ChoiceIs,
    Commission,
    Condition,
    Notice,
    NumberDriver,
    OnRequest,
    Package,
    Percent,
    PriceTable,
    Role,
    Tax,
    Tiers,
    UnitPrice,
)
from pricing.warnings import Warning, entries, in_order

BLOCKING_ROLES: tuple[Role, ...] = ("cell_type", "hospital_stay", "rehabilitation")
"""An offered answer to a question of these roles has a charge of its own, or says that it costs nothing."""

_STEPS_PER_CHARGE = 20_000
_STEPS = 400_000
_PLANS_PER_PACKAGE = 300
_WORK = 2_000_000  # amounts looked at in the search for the cheapest packages, in the whole table
_PER_PACKAGE = 20  # what trying a package costs beside its charges
_TEXTS = ("title", "label", "help", "unit", "note", "why", "basis", "payee", "due", "text")


def lint(
    table: PriceTable,
    before: PriceTable | None = None,
    nobody_earns: Collection[str] = (),
    in_english: Collection[str] = (),
) -> list[Warning]:
    """Return everything in a table that is legal but suspicious, in the order of its canonical text.

    With the version `before`, also what became ten times as much since, or a tenth. `nobody_earns` are texts, of any
    language, that say that nobody gets a commission: a notice that says one of them is told beside a commission.
    `in_english` are texts in English: one of them that stands in the main language of the table is told, unless that is
    English.
    """
    with exactly():
        look = _Look(table)
        found = [
            *_translations(table),
            *_still_english(table, in_english),
            *found_in(table, before),
            *look.drivers(),
            *chain.from_iterable(map(look.charge, table.charges)),
            *look.packages(),
            *_commissions(table),
            *look.denials(nobody_earns),
            *legal_terms.warnings(table),
        ]
    return in_order(table, found)


def blocking(table: PriceTable) -> list[Warning]:
    """Return the warnings of `lint` that block, and only those; that is fast for a table of any size."""
    found = chain(_answers_that_cost_nothing(table), legal_terms.warnings(table))
    return [warning for warning in found if warning.blocks]


class _Look:
    """The checks of one table, with data that several of them share."""

    def __init__(self, table: PriceTable) -> None:
        self.table = table
        self.charges = {charge.code: charge for charge in table.charges}
        self.numbers = {driver.code: driver for driver in table.drivers if isinstance(driver, NumberDriver)}
        self.plans = Plans(table, self._marks())
        self.steps = _STEPS
        self.reached: dict[tuple[object, ...], bool] = {}

    def charge(self, charge: Charge) -> Iterator[Warning]:
        """Yield the warnings of one charge."""
        place = f"charge.{charge.code}"
        # What patients type themselves comes from them.
        typed = any(code in self.numbers and self.numbers[code].money for code in charge.per)
        if not isinstance(charge.price, OnRequest) and charge.source is None and not typed:
            yield Warning(place, None, "missing_source")
        for key, amounts in _prices(charge):
            if all(not (amount.low or amount.likely or amount.high) for amount in amounts):
                yield Warning(f"{place}.{key}", None, "zero_price")
        if not self._is_reached(charge):
            yield Warning(place, None, "never_reached")
        elif isinstance(charge.price, Percent) and not self._has_base(charge, charge.price):
            yield Warning(place, None, "percent_of_nothing")
        if isinstance(charge.price, Tiers):
            if charge.price.mode != "graduated":
                yield from self._falls(charge, charge.price)
            yield from self._ends(charge, charge.price)

    def drivers(self) -> Iterator[Warning]:
        """Questions and answers that no price depends on, and answers that say so though one does."""
        table = self.table
        due = {payment.day_of for payment in table.payments if payment.day_of is not None}
        used = _on_price(table) | _in_words(table) | due
        for driver in table.drivers:
            if not isinstance(driver, ChoiceDriver) and driver.code not in used:
                yield Warning(f"driver.{driver.code}", None, "driver_without_effect")
        yield from _answers_that_cost_nothing(table)

    def packages(self) -> Iterator[Warning]:
        """Yield the warnings of packages."""
        used: set[str] = set()
        work, plan_work = _WORK, steps_of(self.table) + _PER_PACKAGE * len(self.table.packages)
        for package in self.table.packages:
            place = f"package.{package.code}"
            if package.source is None:
                yield Warning(place, None, "missing_source")
            if not (package.price.low or package.price.likely or package.price.high):
                yield Warning(f"{place}.price", None, "zero_price")
            for code, _ in package.covers:
                if self._may_be_on_request(self.charges[code]):
                    label = {"charge": self.charges[code].label}
                    yield Warning(f"{place}.covers.{code}", None, "package_covers_on_request", label)
            if package.code in used:
                continue
            plans = islice(self._plans_for(package), min(_PLANS_PER_PACKAGE, max(work // plan_work, 0)))
            tried = 0
            for plan in plans:
                work -= plan_work
                breakdown = self._priced(plan)
                if breakdown is not None:
                    tried += 1
                    used |= {breakdown.package or ""}
                if package.code in used:
                    break
            else:
                if tried:
                    yield Warning(place, None, "package_never_cheapest", {"tried": str(tried)})
                elif not self._is_reached(package):
                    yield Warning(place, None, "package_never_reached")

    def denials(self, nobody_earns: Collection[str]) -> Iterator[Warning]:
        """Yield a warning for each notice that can stand beside a commission and says that nobody gets one."""
        for notice in self.table.notices:
            denying = [tag for tag in self.table.languages if notice.text.get(tag) in nobody_earns]
            for commission in self.table.commissions if denying else ():
                there = commission if commission.charge is None else self.charges[commission.charge]
                if self._meet(notice, there):
                    payee = commission.payee[self.table.main_language]
                    values = {"payee": payee, "languages": ", ".join(denying)}
                    yield Warning(f"notice.{notice.code}", None, "commission_denied", values)
                    break

    def _meet(self, one: Notice, other: Commission | Charge) -> bool:
        """Whether some answers lead to both; also true if that is too much to find out."""

        def possible(_code: str, _value: Value | None) -> bool:
            self.steps -= 1
            return True

        names = [*named(one.when, one.unless), *named(other.when, other.unless)]
        steps = max(0, min(_STEPS_PER_CHARGE, self.steps))
        return any(
            plan is None or all(applies(each.when, each.unless, plan) for each in (one, other))
            for plan in self.plans.search(names, possible, steps)
        )

    def _marks(self) -> Mapping[str, list[Fraction]]:
        """Numbers up to which a package pays for all units of a charge that depends on one driver."""
        marks: dict[str, list[Fraction]] = {}
        covers = [cover for package in self.table.packages for cover in package.covers]
        for code, units in covers:
            charge = self.charges[code]
            if len(charge.per) == 1 and units is not None:
                whole = charge.included + units * (charge.block or 1)
                marks.setdefault(charge.per[0], []).append(Fraction(whole) / Fraction(charge.times))
        return marks

    def _is_reached(self, entry: Charge | Package) -> bool:
        """Whether some answers lead to a charge or package; also true if that is too much to find out."""
        per = entry.per if isinstance(entry, Charge) else ()
        key = (entry.when, entry.unless, per)
        if key not in self.reached:
            self.reached[key] = self._find(entry, per)
        return self.reached[key]

    def _find(self, entry: Charge | Package, per: Sequence[str]) -> bool:
        when = dict(entry.when or ())

        def possible(code: str, value: Value | None) -> bool:
            self.steps -= 1
            if code in per and not self._most_units(code, value):
                return False
            return code not in when or holds(((code, when[code]),), {} if value is None else {code: value})

        steps = min(_STEPS_PER_CHARGE, self.steps)
        for plan in self.plans.search([*named(entry.when, entry.unless), *per], possible, steps):
            if plan is None or applies(entry.when, entry.unless, plan):
                return True
        return False

    def _most_units(self, code: str, value: Value | None) -> Decimal:
        """The number of a driver in the high case of an answer; none without an answer."""
        driver = self.numbers[code]
        return min(value + (driver.more or ZERO), driver.most) if isinstance(value, Decimal) else ZERO

    def _has_base(self, charge: Charge, price: Percent) -> bool:
        """Whether something a percent is taken of can have an amount."""
        packages = {package.code: package.group for package in self.table.packages}
        if any(name in packages for name in price.of) or set(packages.values()) & set(price.of):
            return True
        before = takewhile(lambda other: other is not charge, self.table.charges)
        return any(
            (other.code in price.of or other.group in price.of)
            and not isinstance(other.price, OnRequest)
            and self._is_reached(other)
            for other in before
        )

    def _falls(self, charge: Charge, price: Tiers) -> Iterator[Warning]:
        """Yield a warning where one step more costs less than the last quantity of a tier."""
        falls: dict[tuple[Decimal, Decimal], Warning] = {}
        for number, tier in enumerate(price.tiers[:-1]):
            assert tier.up_to is not None
            found = self._steps_at(charge, tier.up_to)
            for case in (LIKELY, LOW, HIGH) if found else ():
                assert found is not None
                fewer, more = found
                higher, lower = exact_amount(charge, fewer, case), exact_amount(charge, more, case)
                if higher is not None and lower is not None and higher > lower and higher > 0:
                    values = {"fewer": plain(fewer), "higher": plain(higher)}
                    values |= {"more": plain(more), "lower": plain(lower)}
                    place = f"charge.{charge.code}.{price.mode}[{number + 1}]"
                    # A step may lead over several tiers: one warning, at the tier it leads to.
                    falls[found] = Warning(place, None, "amount_falls", values)
                    break
        yield from falls.values()

    def _steps_at(self, charge: Charge, end: Decimal) -> tuple[Decimal, Decimal] | None:
        """The last billed quantity of a tier and the next one, if answers can lead to both."""
        if len(charge.per) != 1:
            step = _grid(charge, self.numbers)
            more = end - end % step + step
            return (
                (more - step, more)
                if charge.per and step < more <= most_billed(charge, self.numbers)
                else None
            )
        driver = self.numbers[charge.per[0]]

        def billed(steps: int) -> Decimal:
            return billed_units(charge, (driver.least + steps * driver.step) * charge.times, ZERO)

        low, high = -1, int((highest(driver) - driver.least) / driver.step)
        if not billed(0) <= end < billed(high):
            return None
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if billed(middle) <= end else (low, middle)
        return (billed(low), billed(high)) if billed(low) else None

    def _ends(self, charge: Charge, price: Tiers) -> Iterator[Warning]:
        """Yield a warning where answers can lead beyond the last tier."""
        end, most = price.tiers[-1].up_to, most_billed(charge, self.numbers)
        if end is not None and most > end:
            place = f"charge.{charge.code}.{price.mode}[{len(price.tiers) - 1}].up_to"
            yield Warning(place, None, "ends_on_request", {"up_to": plain(end), "most": plain(most)})

    def _may_be_on_request(self, charge: Charge) -> bool:
        return isinstance(charge.price, OnRequest) or (
            isinstance(charge.price, Tiers) and any(self._ends(charge, charge.price))
        )

    def _plans_for(self, package: Package) -> Iterator[Plan]:
        """Plans in which a package may be used: large ones first, then some from all combinations."""
        when = dict(package.when or ())
        covered = [self.charges[code] for code, _ in package.covers]
        drivers = named(package.when, package.unless)
        drivers |= {name for charge in covered for name in (*named(charge.when, charge.unless), *charge.per)}

        def large(code: str, value: Value | None) -> bool:
            if code in when:
                return value is not None and holds(((code, when[code]),), {code: value})
            return value is None or code not in self.numbers or value == highest(self.numbers[code])

        def may_be_used(plan: Plan) -> bool:
            return applies(package.when, package.unless, plan) and any(
                applies(charge.when, charge.unless, plan)
                and all(self._most_units(code, plan.get(code)) for code in charge.per)
                for charge in covered
            )

        steps = min(_STEPS_PER_CHARGE, max(self.steps, 0))
        plans = chain(
            islice(self.plans.search(drivers, large, steps), _PLANS_PER_PACKAGE // 3),
            self.plans.spread(drivers, steps),
        )
        for plan in plans:
            self.steps -= 1
            if plan is not None and may_be_used(plan):
                yield plan

    def _priced(self, plan: Plan) -> Breakdown | None:
        try:
            return estimate(self.table, self.plans.answers(plan))
        except BadAnswers:
            return None


def _commissions(table: PriceTable) -> Iterator[Warning]:
    """Yield a warning for each commission inside the price without a source; on top of it, the charge has one."""
    for commission in table.commissions:
        if commission.charge is None and commission.source is None:
            yield Warning(f"commission.{commission.code}", None, "missing_source")


def _translations(table: PriceTable) -> Iterator[Warning]:
    """Yield a warning for each text that lacks a language of the table."""
    for place, entry in _parts(table):
        for key in _TEXTS:
            text = getattr(entry, key, None)
            if isinstance(text, Mapping):
                for language in table.languages:
                    if language not in text:
                        values = {"language": language, "main": table.main_language}
                        where = f"{place}.{key}.{language}" if place else f"{key}.{language}"
                        yield Warning(where, None, "missing_translation", values)


def _still_english(table: PriceTable, in_english: Collection[str]) -> Iterator[Warning]:
    """Yield a warning for each text of the main language that is one of those in English, in any of its forms."""
    main = table.main_language
    if not in_english or main.partition("-")[0] == "en":
        return
    for place, entry in _parts(table):
        for key in _TEXTS:
            text = getattr(entry, key, None)
            said = text.get(main) if isinstance(text, Mapping) else None
            forms = said.values() if isinstance(said, Mapping) else (said,)
            if any(form in in_english for form in forms):
                where = f"{place}.{key}.{main}" if place else f"{key}.{main}"
                yield Warning(where, None, "still_english", {"language": main})


def _parts(table: PriceTable) -> Iterator[tuple[str, Any]]:
    for place, entry in entries(table):
        yield place, entry
        for choice in getattr(entry, "choices", ()):
            yield f"{place}.choice.{choice.code}", choice


def _answers_that_cost_nothing(table: PriceTable) -> Iterator[Warning]:
    """Offered answers that no charge depends on, and answers that say so though a charge names them.

    A type of cells, a room or a programme without a price makes an estimate wrong without a word, so that blocks.
    What a charge excludes with `unless` says nothing of the other answers: there may be many, each with a price
    of its own. Of other questions a tax counts too, and one that only rules and notices ask about is left alone.
    """
    costs: list[Charge | Package] = [*table.charges, *table.packages]
    for_costs = _choices_named(table, costs)
    for_prices = _choices_named(table, [*costs, *table.taxes])
    named_itself = _choices_in(entry.when for entry in costs)
    only_told = _in_words(table) - _on_price(table)
    for driver in table.drivers:
        if not isinstance(driver, ChoiceDriver):
            continue
        offered = [choice for choice in driver.choices if choice.offered]
        blocks = driver.role in BLOCKING_ROLES
        named_by = for_costs if blocks else for_prices
        for choice in offered:
            place, label = f"driver.{driver.code}.choice.{choice.code}", {"choice": choice.label}
            if choice.no_charge:
                if choice.code in named_itself.get(driver.code, ()):
                    yield Warning(f"{place}.no_charge", None, "no_charge_is_charged", label)
                continue
            alone = len(offered) == 1 or (driver.code in only_told and not blocks)
            if not alone and choice.code not in named_by.get(driver.code, ()):
                yield Warning(place, None, "choice_without_charge", label, blocks)


def _on_price(table: PriceTable) -> set[str]:
    """The drivers that something that makes a price names."""
    priced: list[Any] = [*table.charges, *table.packages, *table.taxes, *table.drivers]
    found = {name for entry in priced for name in named(entry.when, entry.unless)}
    return found | {name for charge in table.charges for name in charge.per}


def _in_words(table: PriceTable) -> set[str]:
    """The drivers that rules, notices and commissions name, which make no price."""
    told: list[Any] = [*table.rules, *table.notices, *table.commissions]
    return {name for entry in told for name in named(entry.when, entry.unless)}


def _choices_named(table: PriceTable, entries: Iterable[Charge | Package | Tax]) -> Mapping[str, set[str]]:
    """The choices, by driver, that the `when` of these entries name, or of the drivers that they depend on.

    A driver that is asked only for some choices leads from them to whatever asks for its answer or its number.
    """
    drivers = {driver.code: driver for driver in table.drivers}
    leads: dict[str, None] = {}
    whens = []
    for entry in entries:
        whens.append(entry.when)
        leads |= dict.fromkeys(code for code, _ in entry.when or ())
        leads |= dict.fromkeys(entry.per if isinstance(entry, Charge) else ())
    ahead = list(leads)
    while ahead:
        when = drivers[ahead.pop()].when
        whens.append(when)
        more = [code for code, _ in when or () if code not in leads]
        leads |= dict.fromkeys(more)
        ahead += more
    return _choices_in(whens)


def _choices_in(conditions: Iterable[Condition | None]) -> Mapping[str, set[str]]:
    """The choices that conditions name, by driver."""
    found: dict[str, set[str]] = {}
    for condition in conditions:
        for driver, test in condition or ():
            if isinstance(test, ChoiceIs):
                found.setdefault(driver, set()).update(test.codes)
    return found


def _prices(charge: Charge) -> Iterator[tuple[str, list[Amount]]]:
    """The amounts of a charge that make one price, by key."""
    match charge.price:
        case UnitPrice(price):
            yield "price", [price]
        case Percent(percent):
            yield "percent", [percent]
        case Tiers(mode, tiers):
            for number, tier in enumerate(tiers):
                yield (
                    f"{mode}[{number}].price",
                    [tier.price] if tier.flat is None else [tier.price, tier.flat],
                )


def _grid(charge: Charge, numbers: Mapping[str, NumberDriver]) -> Decimal:
    """The smallest step that a billed quantity can make."""
    if charge.block is not None:
        return Decimal(1)
    places = decimals(charge.times)
    for code in charge.per:
        places += max(decimals(numbers[code].least), decimals(numbers[code].step))
    return Decimal((0, (1,), -max(places, decimals(charge.included))))
