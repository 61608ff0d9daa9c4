"""Rules by which a bill is far above its estimate or its quote: those of the clinic, and that of the price list."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, NotRequired, TypedDict

from estimator.act import Act
from estimator.bills.compared import Compared
from estimator.models import FinalBill
from pricing import PriceTable
from pricing.money import plain
from pricing.overruns import Rule, broken

Expected = Literal["estimate", "quote"]


class Overrun(TypedDict):
    """One rule that says that a bill is far above what was expected, as it is stored with the bill."""

    of: Expected
    source: str
    currency: str
    by: NotRequired[str]
    percent: NotRequired[str]
    beyond: NotRequired[str]


def limits_of(act: Act, table: PriceTable) -> list[tuple[Expected, Rule]]:
    """Return the rules of the clinic, for estimate and quote, and that of the list's terms, which is for the quote."""
    rules: list[tuple[Expected, Rule]] = [
        (expected, rule) for rule in act.clinic.overrun_rules for expected in ("estimate", "quote")
    ]
    rules += [
        ("quote", Rule(term.source, percent=term.percent))
        for term in table.terms
        if term.kind == "overrun" and term.percent is not None
    ]
    return rules


def broken_by(act: Act, compared: Compared, total: Decimal) -> list[Overrun]:
    """Return the rules that say that a bill is far above what was expected."""
    expected = {
        "estimate": None if compared.cases is None else Decimal(compared.cases["likely"]),
        "quote": None if compared.quoted is None else Decimal(compared.quoted),
    }
    found = []
    for of, rule in limits_of(act, compared.table):
        amount = expected[of]
        if amount is not None and broken([rule], total, amount, compared.currency):
            found.append(_stored(of, rule))
    return found


def overruns_of(bill: FinalBill) -> Sequence[Overrun]:
    """Return the rules by which a bill was far above, as they were when it was entered."""
    found: list[Overrun] = json.loads(bill.overruns)
    return found


def _stored(of: Expected, rule: Rule) -> Overrun:
    stored = Overrun(of=of, source=rule.source, currency=rule.currency)
    if rule.by is not None:
        stored["by"] = plain(rule.by)
    if rule.percent is not None:
        stored["percent"] = plain(rule.percent)
    if rule.beyond is not None:
        stored["beyond"] = plain(rule.beyond)
    return stored
