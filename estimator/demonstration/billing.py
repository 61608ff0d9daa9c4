"""The final bills of the demonstration: most are near what was quoted, some far above it, and a few below."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from random import Random

from estimator import bills, price_lists
from estimator.act import Act
from estimator.bills import Compared, Entered, Item, Reason
from estimator.models import PatientRequest
from pricing.currencies import MINOR_UNIT

NOTE = "Demonstration: an invented bill."

WHOLE = Decimal(1)


def enter(act: Act, random: Random, request: PatientRequest) -> None:
    """Enter the final bill of a request, as the desk does it on a day after the stay."""
    compared = bills.compared_with(request)
    expected = Decimal(compared.quoted or compared.breakdown["totals"]["provider"]["likely"])
    if expected <= 0:
        return
    factor, reasons = _how(random)
    unit = MINOR_UNIT[compared.currency]
    total = (expected * factor).quantize(unit, ROUND_HALF_EVEN)
    bill = Entered(
        total,
        compared.currency,
        price_lists.day_of(act.now, compared.version.time_zone),
        items=_items(compared, total) if random.random() < 0.5 else (),
        reasons=reasons,
        note=NOTE if random.random() < 0.3 else None,
    )
    bills.enter(act, request, bill, sure=True)


def _how(random: Random) -> tuple[Decimal, Sequence[Reason]]:
    """Return how much of what was quoted is billed, and why."""
    dice = random.random()
    if dice < 0.38:
        return WHOLE, ()
    if dice < 0.76:
        share = 1 + max(min(random.gauss(0.012, 0.03), 0.09), -0.06)
        return _exact(share), ("exchange_rate",) if random.random() < 0.2 else ("other",)
    if dice < 0.88:
        return _exact(random.uniform(1.08, 1.3)), (random.choice(["more_nights", "other_rehabilitation"]),)
    if dice < 0.96:
        return _exact(random.uniform(0.82, 0.96)), (random.choice(["fewer_nights", "fewer_sessions"]),)
    return _exact(random.uniform(1.35, 1.9)), ("complication", "more_nights")


def _exact(share: float) -> Decimal:
    return Decimal(f"{share:.3f}")


def _items(compared: Compared, total: Decimal) -> Sequence[Item]:
    """Return a bill line by line: as it was said, but for the largest line, which has what is more or less in all.

    There is none where that cannot be, because something was taken off.
    """
    said = {
        line["code"]: Decimal(line.get("quoted") or line.get("likely") or "0")
        for line in compared.lines
        if line["code"] is not None
    }
    if not said or any(amount < 0 for amount in said.values()):
        return ()
    largest = max(said, key=lambda code: said[code])
    said[largest] += total - sum(said.values(), Decimal(0))
    if said[largest] < 0:
        return ()
    return [Item(amount, code) for code, amount in said.items() if amount]
