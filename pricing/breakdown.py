"""What a Breakdown is, and its canonical JSON.

A breakdown keeps exact, rounded decimals; the texts of `as_dict` are written at the edge. Amounts are in
the table's currency, three of them for the low, the likely and the high case. `None` is on request.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, NamedTuple, TypedDict

from pricing import legal_terms
from pricing.money import Rounder, exactly, plain
from pricing.steps import Trace, steps
from pricing.stored import (
    Cases,
    CasesOrRequest,
    Labels,
    StoredBreakdown,
    StoredCommission,
    StoredItem,
    StoredTerm,
)
from pricing.table import Group, PriceTable, Text, UnitText


class _Sometimes(TypedDict, total=False):
    not_counted: list[str]
    commissions: list[StoredCommission]
    terms: list[StoredTerm]


Three = tuple[Decimal, Decimal, Decimal]
ThreeOrRequest = tuple[Decimal | None, Decimal | None, Decimal | None]


class Item(NamedTuple):
    """One line: a charge, or the package that was used."""

    code: str
    kind: Literal["charge", "package"]
    group: str
    label: Text
    quantity: Three
    unit: UnitText | None
    amount: ThreeOrRequest
    covered_by: str | None
    trace: Trace


class TaxLine(NamedTuple):
    """One tax, with the sum it is taken of."""

    code: str
    label: Text
    percent: Decimal
    included: bool
    base: Three
    amount: Three


class CommissionLine(NamedTuple):
    """One commission; inside the price there is no `charge`, and `base` is there if it is a percentage."""

    code: str
    payee: Text
    charge: str | None
    percent: Decimal | None
    of: tuple[str, ...]
    base: Three | None
    amount: ThreeOrRequest


@dataclass(frozen=True, slots=True)
class Breakdown:
    """What a plan costs, item by item: the result of `estimate`.

    `totals` has an entry for "provider", "others", "reserve" and "total"; `package_saves` is what the
    package saves in the likely case against no package, taxes included; `cost_by_then` and `payments` have
    an entry for each stage and payment of the table, in its order. `not_counted` are the drivers that were left
    open and on which a charge or package depends; with any, the totals are "at least".
    """

    table: PriceTable
    table_sha256: str
    rounder: Rounder
    answers: Mapping[str, str | bool]
    package: str | None
    package_saves: Decimal | None
    groups: tuple[tuple[Group, Three], ...]
    items: tuple[Item, ...]
    taxes: tuple[TaxLine, ...]
    totals: Mapping[str, Three]
    cost_by_then: tuple[Three, ...]
    payments: tuple[Decimal, ...]
    notices: tuple[str, ...]
    not_counted: tuple[str, ...] = ()
    commissions: tuple[CommissionLine, ...] = ()

    @property
    def on_request(self) -> tuple[str, ...]:
        """Codes of the items that have no amount in some case; with any, the totals are "at least"."""
        return tuple(
            item.code
            for item in self.items
            if item.amount[0] is None or item.amount[1] is None or item.amount[2] is None
        )

    def as_json(self) -> bytes:
        """Return the canonical JSON: equal table and equal answers give equal bytes, for ever."""
        return canonical_json(self.as_dict())

    def as_dict(self) -> StoredBreakdown:
        """Return the breakdown as text, numbers and lists, in the form that docs/notation.md describes."""
        with exactly():
            return self._as_dict()

    def _as_dict(self) -> StoredBreakdown:
        table, rounder, text = self.table, self.rounder, self.rounder.text

        def three(amounts: Three) -> Cases:
            low, likely, high = amounts
            if low is likely is high:
                same = text(low)
                return {"low": same, "likely": same, "high": same}
            return {"low": text(low), "likely": text(likely), "high": text(high)}

        def three_or_request(amounts: ThreeOrRequest) -> CasesOrRequest:
            low, likely, high = amounts
            if low is likely is high and low is not None:
                same = text(low)
                return {"low": same, "likely": same, "high": same}
            return {
                "low": None if low is None else text(low),
                "likely": None if likely is None else text(likely),
                "high": None if high is None else text(high),
            }

        def written(item: Item) -> StoredItem:
            code, kind, group, label, units, unit, amounts, covered_by, trace = item
            quantity, amount = _quantities(units), three_or_request(amounts)
            return {
                "code": code,
                "kind": kind,
                "group": group,
                "label": dict(label),
                "quantity": quantity,
                "unit": None if unit is None else _unit(unit),
                "amount": amount,
                "covered_by": covered_by,
                "steps": steps(trace, rounder, quantity["likely"], amount["likely"]),
            }

        sometimes: _Sometimes = {}
        if self.not_counted:
            sometimes["not_counted"] = list(self.not_counted)
        if self.commissions:
            sometimes["commissions"] = [
                {
                    "code": each.code,
                    "payee": dict(each.payee),
                    "charge": each.charge,
                    "percent": None if each.percent is None else plain(each.percent),
                    "of": list(each.of),
                    "base": None if each.base is None else three(each.base),
                    "amount": three_or_request(each.amount),
                }
                for each in self.commissions
            ]
        if table.terms:
            sometimes["terms"] = legal_terms.stored(table)
        return {
            "format": 1,
            "table": table.table,
            "version": table.version,
            "valid_from": table.valid_from.isoformat(),
            "table_sha256": self.table_sha256,
            "demo": table.demo,
            "currency": table.currency,
            "answers": dict(self.answers),
            "package": self.package,
            "package_saves": None if self.package_saves is None else text(self.package_saves),
            "groups": [
                {
                    "code": group.code,
                    "label": dict(group.label),
                    "total": group.total,
                    "payee": None if group.payee is None else dict(group.payee),
                    "amount": three(amount),
                }
                for group, amount in self.groups
            ],
            "items": [written(item) for item in self.items],
            "taxes": [
                {
                    "code": tax.code,
                    "label": dict(tax.label),
                    "percent": plain(tax.percent),
                    "included": tax.included,
                    "base": three(tax.base),
                    "amount": three(tax.amount),
                }
                for tax in self.taxes
            ],
            "totals": {
                "provider": three(self.totals["provider"]),
                "others": three(self.totals["others"]),
                "reserve": three(self.totals["reserve"]),
                "total": three(self.totals["total"]),
            },
            "on_request": list(self.on_request),
            **sometimes,
            "stages": [
                {"code": stage.code, "label": dict(stage.label), "cost_by_then": three(cost)}
                for stage, cost in zip(table.stages, self.cost_by_then, strict=True)
            ],
            "payments": [
                {
                    "code": payment.code,
                    "label": dict(payment.label),
                    "due": dict(payment.due),
                    "amount": text(amount),
                }
                for payment, amount in zip(table.payments, self.payments, strict=True)
            ],
            "notices": list(self.notices),
        }


def canonical_json(value: object) -> bytes:
    """Write JSON in its one canonical form: keys sorted, no spaces, UTF-8 unescaped."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _quantities(three: Three) -> Cases:
    low, likely, high = three
    if low is likely is high:
        same = plain(low)
        return {"low": same, "likely": same, "high": same}
    return {"low": plain(low), "likely": plain(likely), "high": plain(high)}


def _unit(unit: UnitText) -> dict[str, str | Labels]:
    found: dict[str, Any] = dict(unit)
    for language, text in unit.items():
        if not isinstance(text, str):
            found[language] = dict(text)
    return found
