"""How a likely amount was worked out: steps of numbers and codes, from which others make sentences."""

from __future__ import annotations

from decimal import Decimal

from pricing.charges import HUNDREDTH, LIKELY, TierPart, blocks, tier_parts
from pricing.money import ZERO, Rounder, plain
from pricing.prepared import Line
from pricing.stored import StoredStep
from pricing.table import Amount, Charge, NumberDriver, Package, Percent, PriceTable, Tiers, UnitPrice

_ONE = UnitPrice(Amount(Decimal(1), Decimal(1), Decimal(1)))

Trace = tuple[Line | Package, Decimal, Decimal, str | None, Decimal | None, Decimal | None]
"""What the steps of a likely amount are told from, when somebody asks for them.

The charge's line or the package, the quantity, how many units of it a package pays for, the code of that
package, what a percent charge was taken of, and the amount. A plain tuple, because one is made for every item.
"""


def steps(trace: Trace, money: Rounder, units: str, rounded: str | None) -> list[StoredStep]:
    """Return the steps of a likely amount in the order of the arithmetic; none for an absent charge.

    `units` and `rounded` are the quantity and the amount as text. To be called under `exactly()`.
    """
    line, quantity, allowance, package, base, amount = trace
    if isinstance(line, Package):
        return [_unit_step(quantity, line.price.likely, line.price.likely, money)]
    if not quantity:
        return []
    if base is not None:
        return _percent_steps(line.charge, base, money)
    if line.price is not None and package is None and rounded is not None:
        assert line.prices is not None
        if line.unrounded is not None or quantity * line.prices[LIKELY] == amount:
            return [{"kind": "unit", "quantity": units, "price": line.price, "amount": rounded}]
    return _charge_steps(line.charge, quantity, allowance, package, money)


def passed_on(table: PriceTable, code: str) -> str | None:
    """Return the driver whose amount of money a charge passes on as it was typed; None of any other item.

    Its quantity is that amount and its price is 1, so whoever shows it need not multiply them.
    """
    charge = next((charge for charge in table.charges if charge.code == code), None)
    if (
        charge is None
        or charge.price != _ONE
        or charge.times != 1
        or charge.included
        or charge.block is not None
    ):
        return None
    money = {driver.code for driver in table.drivers if isinstance(driver, NumberDriver) and driver.money}
    return charge.per[0] if len(charge.per) == 1 and charge.per[0] in money else None


def _charge_steps(
    charge: Charge, left: Decimal, allowance: Decimal, package: str | None, money: Rounder
) -> list[StoredStep]:
    found: list[StoredStep] = []
    if charge.included:
        free = min(charge.included, left)
        left -= free
        found.append({"kind": "included", "quantity": plain(free)})
    if package is not None and left:
        paid = min(allowance, left)
        left -= paid
        found.append({"kind": "covered", "quantity": plain(paid), "by": package})
    if not left:
        return found
    if charge.block is not None:
        left = blocks(left, charge.block)
        found.append({"kind": "blocks", "size": plain(charge.block), "quantity": plain(left)})
    price = charge.price
    if isinstance(price, UnitPrice):
        amount = left * price.price.likely
        found.append(_unit_step(left, price.price.likely, amount, money))
    else:
        parts = tier_parts(price, left, LIKELY) if isinstance(price, Tiers) else []
        if not parts:
            return [*found, {"kind": "on_request"}]
        assert isinstance(price, Tiers)
        amount = sum((part.amount for part in parts), ZERO)
        found += [_tier_step(price.mode, part, money) for part in parts]
    return found + _closing_steps(charge, amount, money)


def _percent_steps(charge: Charge, base: Decimal, money: Rounder) -> list[StoredStep]:
    assert isinstance(charge.price, Percent)
    percent = charge.price.percent.likely
    amount = base * percent * HUNDREDTH
    step: StoredStep = {
        "kind": "percent",
        "percent": plain(percent),
        "of": list(charge.price.of),
        "base": money.longer_text(base),
        "amount": money.longer_text(amount),
    }
    return [step, *_closing_steps(charge, amount, money)]


def _unit_step(quantity: Decimal, price: Decimal, amount: Decimal, money: Rounder) -> StoredStep:
    return {
        "kind": "unit",
        "quantity": plain(quantity),
        "price": money.longer_text(price),
        "amount": money.longer_text(amount),
    }


def _tier_step(mode: str, part: TierPart, money: Rounder) -> StoredStep:
    return {
        "kind": "tier",
        "mode": mode,
        "from": plain(part.above),
        "up_to": None if part.up_to is None else plain(part.up_to),
        "quantity": plain(part.quantity),
        "price": money.longer_text(part.price),
        "flat": None if part.flat is None else money.longer_text(part.flat),
        "amount": money.longer_text(part.amount),
    }


def _closing_steps(charge: Charge, amount: Decimal, money: Rounder) -> list[StoredStep]:
    """The bounds that changed the amount, and the rounding if it did."""
    found: list[StoredStep] = []
    if charge.at_least is not None and amount < charge.at_least.likely:
        amount = charge.at_least.likely
        found.append({"kind": "at_least", "bound": money.longer_text(amount)})
    if charge.at_most is not None and amount > charge.at_most.likely:
        amount = charge.at_most.likely
        found.append({"kind": "at_most", "bound": money.longer_text(amount)})
    rounded = money.amount(amount)
    if rounded != amount:
        found.append({"kind": "rounded", "from": money.longer_text(amount), "to": money.text(rounded)})
    return found
