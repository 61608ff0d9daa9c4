"""The sections of a price table that carry a price or a tax, read from their TOML tables."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, cast, get_args

from pricing.clauses import condition
from pricing.money import ZERO, plain
from pricing.reading import AMOUNT_KEYS, Section, is_coarse, is_percent, shown
from pricing.sections import Names
from pricing.table import (
    Amount,
    Charge,
    Commission,
    NumberDriver,
    OnRequest,
    Package,
    Percent,
    Price,
    Tax,
    Tier,
    TierMode,
    Tiers,
    UnitPrice,
)

_TIER_MODES: tuple[TierMode, ...] = get_args(TierMode)
_PRICES = ("price", *_TIER_MODES, "percent", "on_request")
_QUANTITY_KEYS = ("per", "times", "included", "block")
_WHOLE = Decimal(100)
_MOST_FACTORS = 20
"""Maximum number of drivers that can be multiplied with each other."""


def charge(code: str, section: Section, names: Names) -> Charge | None:
    """Read one charge."""
    common = _common(code, section, names)
    common["billing_code"] = section.plain("billing_code")
    per = tuple(_per(section, names))
    times = section.number("times", above=ZERO)
    included = section.number("included", least=ZERO)
    block = section.number("block", above=ZERO)
    price = _price(code, section, names)
    at_least, at_most = section.amount("at_least"), section.amount("at_most")
    _check_bounds(section, at_least, at_most)
    section.close()
    if price is None:
        return None
    return Charge(
        **common,
        price=price,
        per=per,
        times=Decimal(1) if times is None else times,
        included=included or ZERO,
        block=block,
        at_least=at_least,
        at_most=at_most,
    )


def package(code: str, section: Section, names: Names) -> Package | None:
    """Read one package."""
    common = _common(code, section, names)
    price = section.amount("price", required=True, good=is_coarse)
    covers = tuple(_covers(section, names))
    section.close()
    return None if price is None else Package(**common, price=price, covers=covers)


def tax(code: str, section: Section, names: Names) -> Tax | None:
    """Read one tax."""
    label = section.text("label", required=True) or {}
    percent = section.percent("percent")
    of = tuple(_of_tax(section, names))
    above = section.number("above")
    included = section.flag("included") or False
    when = condition(section, "when", names.drivers)
    unless = condition(section, "unless", names.drivers)
    section.close()
    if percent is None:
        return None
    return Tax(
        code=code,
        label=label,
        percent=percent,
        of=of,
        above=above,
        included=included,
        when=when,
        unless=unless,
    )


def commission(code: str, section: Section, names: Names) -> Commission:
    """Read one commission."""
    given = [key for key in ("charge", "amount", "percent") if key in section.data]
    if len(given) != 1:
        section.book.problem(section.place, "commission_one_of")
    amount = section.number("amount", above=ZERO)
    if amount is not None:
        is_coarse(section.book, section.at("amount"), amount)
    percent = section.number("percent", above=ZERO)
    if percent is not None and percent > _WHOLE:
        section.problem("percent", "above_most", given=plain(percent), most=plain(_WHOLE))
    if "of" in section.data and "percent" not in section.data:
        section.problem("of", "commission_of")
    found = Commission(
        code=code,
        payee=section.text("payee", required=True) or {},
        charge=section.name("charge", names.charges),
        amount=amount,
        percent=percent,
        of=tuple(_of(section, names, required="percent" in section.data)),
        when=condition(section, "when", names.drivers),
        unless=condition(section, "unless", names.drivers),
        source=section.plain("source", lines=True),
    )
    if "charge" in section.data:
        for key in ("when", "unless"):
            if key in section.data:
                section.problem(key, "commission_condition", key=key)
    section.close()
    return found


def _common(code: str, section: Section, names: Names) -> dict[str, Any]:
    """The keys that charges and packages share."""
    return {
        "code": code,
        "label": section.text("label", required=True) or {},
        "group": section.name("group", names.groups, required=True),
        "stage": section.name("stage", names.stages),
        "when": condition(section, "when", names.drivers),
        "unless": condition(section, "unless", names.drivers),
        "note": section.text("note", lines=True),
        "source": section.plain("source", lines=True),
    }


def _per(section: Section, names: Names) -> Iterable[str]:
    given = section.names("per", alone=True)
    if len(given) > _MOST_FACTORS:
        section.problem("per", "too_many_names", most=str(_MOST_FACTORS))
    for place, name in given:
        if name not in names.drivers:
            numbers = [code for code, found in names.drivers.items() if isinstance(found, NumberDriver)]
            section.book.unknown(place, "name", name, numbers)
        elif names.drivers[name] is not None and not isinstance(names.drivers[name], NumberDriver):
            section.book.problem(place, "not_a_number_driver", given=name)
        else:
            yield name


def _price(code: str, section: Section, names: Names) -> Price | None:
    """Read the one price of a charge."""
    section.known(*_PRICES, "of")
    given = [key for key in _PRICES if key in section.data]
    if "of" in section.data and "percent" not in given:
        section.problem("of", "only_with_percent", key="of")
    if not given:
        section.book.problem(section.place, "no_price", allowed=list(_PRICES))
        return None
    if len(given) > 1:
        section.book.problem(section.place, "two_prices", given=given)
        return None
    match given[0]:
        case "price":
            # A price that is multiplied may be finer than money; one that stands alone is money.
            amount = section.amount("price", good=None if "per" in section.data else is_coarse)
            return None if amount is None else UnitPrice(amount)
        case "percent":
            for key in _QUANTITY_KEYS:
                if key in section.data:
                    section.problem(key, "not_with_percent", key=key)
            percent = section.amount("percent", good=is_percent)
            of = tuple(_of_charge(code, section, names))
            return None if percent is None else Percent(percent, of)
        case "on_request":
            if section.flag("on_request") is False:
                section.problem("on_request", "on_request_false")
            return OnRequest()
        case mode:
            return Tiers(cast(TierMode, mode), tuple(_tiers(section, mode)))


def _of_charge(code: str, section: Section, names: Names) -> Iterable[str]:
    """Names of charges above, packages and groups."""
    here = names.charges[code]
    for place, name in section.names("of", required=True):
        if names.charges.get(name, -1) >= here:
            section.book.problem(place, "name_below", given=name)
        elif name in names.charges or name in names.packages or name in names.groups:
            yield name
        else:
            above = (other for other, position in names.charges.items() if position < here)
            section.book.unknown(place, "name", name, [*above, *names.packages, *names.groups])


def _of_tax(section: Section, names: Names) -> Iterable[str]:
    totals: dict[str, None] = {}
    for name in _of(section, names):
        total = names.groups.get(names.group_of.get(name, name))
        if total is not None:
            totals[total] = None
        yield name
    if len(totals) > 1:
        section.problem("of", "totals_mixed", totals=list(totals))


def _of(section: Section, names: Names, *, required: bool = True) -> Iterable[str]:
    """Names of charges, packages and groups."""
    for place, name in section.names("of", required=required):
        if name in names.charges or name in names.packages or name in names.groups:
            yield name
        else:
            section.book.unknown(place, "name", name, [*names.charges, *names.packages, *names.groups])


def _tiers(section: Section, mode: str) -> Iterable[Tier]:
    given = section.get(mode)
    if not isinstance(given, list) or not given:
        section.problem(mode, "no_tiers")
        return
    before = ZERO
    for number, data in enumerate(given):
        tier = section.inside(f"{section.at(mode)}[{number}]", data)
        if tier is None:
            continue
        up_to = tier.number("up_to", above=ZERO)
        if up_to is not None:
            if number and up_to <= before:
                tier.problem("up_to", "tier_not_rising", given=plain(up_to), before=plain(before))
            before = max(before, up_to)
        elif number < len(given) - 1 and "up_to" not in tier.data:
            tier.problem("up_to", "tier_open")
        price = tier.amount("price", required=True)
        flat = tier.amount("flat")
        if flat is not None and mode == "stairstep":
            tier.problem("flat", "flat_stairstep")
        tier.close()
        if price is not None:
            yield Tier(up_to, price, flat)


def _check_bounds(section: Section, at_least: Amount | None, at_most: Amount | None) -> None:
    if at_least is None or at_most is None:
        return
    for case in AMOUNT_KEYS:
        lower, upper = getattr(at_least, case), getattr(at_most, case)
        if lower > upper:
            section.book.problem(
                section.place, "at_least_above_at_most", least=plain(lower), most=plain(upper)
            )
            return


def _covers(section: Section, names: Names) -> Iterable[tuple[str, Decimal | None]]:
    covers = section.section("covers", required=True)
    if covers is None:
        return
    if not covers.data:
        section.problem("covers", "covers_nothing")
    for name, units in covers.data.items():
        if name not in names.charges:
            section.book.unknown(covers.at(name), "name", name, names.charges)
        elif name in names.percents:
            covers.problem(name, "covers_percent", given=name)
        elif units == "all":
            yield name, None
        elif isinstance(units, (str, bool, dict, list)):
            covers.problem(name, "covers_units", given=shown(units))
        else:
            number = covers.number(name, above=ZERO)
            if number is not None:
                yield name, number
