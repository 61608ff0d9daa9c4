"""What looks like a slip of the pen: read off the table and the version before, without a plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from pricing.amounts import amounts_of_money, prices_of
from pricing.charges import HIGH, LIKELY, LOW, billed_units, in_case
from pricing.currencies import MINOR_UNIT
from pricing.money import ZERO, decimals, exactly, plain
from pricing.plans import highest
from pricing.table import Amount, Charge, NumberDriver, NumberIs, Percent, PriceTable, Text, Tiers, UnitPrice
from pricing.warnings import Warning, in_order

_A_YEAR = timedelta(days=366)
_CASES = ("low", "likely", "high")


def slips(table: PriceTable, before: PriceTable | None = None, today: date | None = None) -> list[Warning]:
    """Return what looks like a slip of the pen, and only that; that is fast for a table of any size.

    A price finer than its currency, one below 0 that is no discount, ten times that of the version `before` or a tenth
    of it, a payment or a credit that repeats a price that has changed since, a tier that no answers reach; and, if the
    caller says what day is `today`, a first day more than a year ahead. Nobody should publish a table without having
    looked at each of these.
    """
    with exactly():
        found = in_order(table, found_in(table, before))
    if today is not None and table.valid_from - today > _A_YEAR:
        found.insert(0, Warning("valid_from", None, "far_first_day", {"day": table.valid_from.isoformat()}))
    return found


def found_in(table: PriceTable, before: PriceTable | None) -> Iterator[Warning]:
    """Yield the slips of a table, in no order."""
    yield from _finer_than_currency(table)
    yield from _tiers_never_reached(table)
    yield from _below_zero(table, before)
    if before is not None:
        yield from _tenfold(table, before)
        yield from repeated(table, before)


def _tiers_never_reached(table: PriceTable) -> Iterator[Warning]:
    """Yield a warning for the first tier of a charge that begins where no answers lead to."""
    numbers = {driver.code: driver for driver in table.drivers if isinstance(driver, NumberDriver)}
    for charge in table.charges:
        if isinstance(charge.price, Tiers) and charge.per:
            most = most_billed(charge, numbers)
            for number, tier in enumerate(charge.price.tiers[:-1], 1):
                if tier.up_to is not None and most and tier.up_to >= most:
                    values = {"above": plain(tier.up_to), "most": plain(most)}
                    place = f"charge.{charge.code}.{charge.price.mode}[{number}]"
                    yield Warning(place, None, "tier_never_reached", values)
                    break


def _finer_than_currency(table: PriceTable) -> Iterator[Warning]:
    """Yield a warning for each amount with more decimals than the currency has: its point may stand for thousands."""
    most = decimals(MINOR_UNIT[table.currency])
    for place, amount in amounts_of_money(table):
        parts = {f"{place}.{case}": getattr(amount, case) for case in _CASES}
        given = next((table.finer[part] for part in (place, *parts) if part in table.finer), None)
        if given is None:
            given = next((plain(number) for number in parts.values() if decimals(number) > most), None)
        if given is not None:
            values = {"given": given, "currency": table.currency, "most": str(most)}
            yield Warning(place, None, "finer_than_currency", values)


def _below_zero(table: PriceTable, before: PriceTable | None) -> Iterator[Warning]:
    """Yield a warning for each price below 0, but for discounts.

    A discount is an amount that is taken off once, whatever the answers; and what was below 0 in the version before.
    """
    then = {} if before is None else dict(_lowest_prices(before))
    for charge in table.charges:
        place = f"charge.{charge.code}"
        for key, amount in prices_of(charge):
            is_discount = not charge.per and amount.high <= 0 and place not in then
            if amount.low < 0 and then.get(place, 0) >= 0 and not is_discount:
                yield Warning(f"{place}.{key}", None, "below_zero", {"given": plain(_below(amount))})
    for package in table.packages:
        if package.price.low < 0 and then.get(f"package.{package.code}", 0) >= 0:
            values = {"given": plain(_below(package.price))}
            yield Warning(f"package.{package.code}.price", None, "below_zero", values)


def _below(amount: Amount) -> Decimal:
    return amount.likely if amount.likely < 0 else amount.low


def _lowest_prices(table: PriceTable) -> Iterator[tuple[str, Decimal]]:
    for charge in table.charges:
        lows = [amount.low for _key, amount in prices_of(charge)]
        if lows:
            yield f"charge.{charge.code}", min(lows)
    yield from ((f"package.{package.code}", package.price.low) for package in table.packages)


def most_billed(charge: Charge, numbers: Mapping[str, NumberDriver]) -> Decimal:
    """The most units of a charge that answers can lead to, also in the high case."""
    most = charge.times
    for code in charge.per:
        driver = numbers[code]
        answer = highest(driver)
        for name, test in charge.when or ():
            if name == code and isinstance(test, NumberIs) and test.most is not None:
                answer = min(answer, test.most)
        most *= min(answer + (driver.more or ZERO), driver.most)
    return billed_units(charge, most, ZERO)


def _tenfold(table: PriceTable, before: PriceTable) -> Iterator[Warning]:
    """Yield a warning for each price that is ten times what stood at its place before or more, or a tenth or less.

    The place holds the code, the kind of price and the tier, so that only like is compared with like.
    """
    same_money = table.currency == before.currency
    then = dict(_figures(before, same_money))
    for place, amount in _figures(table, same_money):
        if place not in then:
            continue
        for case in (LIKELY, LOW, HIGH):
            old, new = in_case(then[place], case), in_case(amount, case)
            if old * new > 0 and (abs(new) >= 10 * abs(old) or abs(old) >= 10 * abs(new)):
                values = {"before": plain(old), "now": plain(new)}
                yield Warning(place, None, "tenfold" if abs(new) > abs(old) else "a_tenth", values)
                break


def _figures(table: PriceTable, money: bool) -> Iterator[tuple[str, Amount]]:
    """What is compared with the version before: percentages, and amounts in the same money."""
    if money:
        yield from amounts_of_money(table)
    for charge in table.charges:
        if isinstance(charge.price, Percent):
            yield f"charge.{charge.code}.percent", charge.price.percent
    for tax in table.taxes:
        yield f"tax.{tax.code}.percent", Amount(tax.percent, tax.percent, tax.percent)


def repeated(table: PriceTable, before: PriceTable) -> Iterator[Warning]:
    """Yield a warning for each fixed payment and credit that is still what a price was that has changed since.

    A credit is a charge below zero, such as that of a deposit. Of several such prices the first is named.
    """
    if table.currency != before.currency:
        return
    then, now, same = _prices(before), _prices(table), _repeating(before)
    for place, (label, number) in _repeating(table).items():
        if same.get(place, (label, None))[1] != number:
            continue
        for other, (_label, price) in then.items():
            if price == number and other in now and now[other][1] != price:
                values: dict[str, str | Text] = {"label": label, "charge": now[other][0]}
                values |= {"before": plain(number), "now": plain(now[other][1])}
                yield Warning(place, None, "repeats_old_price", values)
                break


def _prices(table: PriceTable) -> dict[str, tuple[Text, Decimal]]:
    """The single prices above zero of charges and packages, with the name of each."""
    found = {
        f"package.{package.code}.price": (package.label, package.price.likely) for package in table.packages
    }
    for charge in table.charges:
        if isinstance(charge.price, UnitPrice) and charge.price.price.likely > 0:
            found[f"charge.{charge.code}.price"] = charge.label, charge.price.price.likely
    return found


def _repeating(table: PriceTable) -> dict[str, tuple[Text, Decimal]]:
    """What may repeat a price: fixed payments, and what charges take off."""
    found = {
        f"payment.{payment.code}.amount": (payment.label, payment.amount)
        for payment in table.payments
        if payment.amount is not None
    }
    for charge in table.charges:
        if isinstance(charge.price, UnitPrice) and charge.price.price.likely < 0:
            found[f"charge.{charge.code}.price"] = charge.label, -charge.price.price.likely
    return found
