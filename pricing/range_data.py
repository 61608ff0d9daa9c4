"""A range explained as data: what page, document and text say in words, for programs, in codes and plain digits."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, TypedDict

from pricing.money import Rounder
from pricing.table import PriceTable
from pricing.uncertainty import Uncertainty


class CauseData(TypedDict):
    """One cause of a range: a number that is not known, a price that is a range, or what follows from such prices."""

    kind: Literal["number", "price", "follows"]
    code: str
    amount: str


class PartData(TypedDict):
    """What one charge, package or tax makes of the width, with its causes, which add up to it."""

    kind: Literal["item", "tax"]
    code: str
    amount: str
    causes: list[CauseData]


class NarrowerData(TypedDict):
    """What one thing takes off the width once it is known; `known` is the answer of a number, None of a price."""

    kind: Literal["number", "price"]
    code: str
    known: str | None
    amount: str


class OutsideData(TypedDict):
    """A question that is in no part of the range: by how much another answer changes the likely total."""

    question: str
    supposed: bool
    least: str | None
    most: str | None
    on_request: bool


class RangeData(TypedDict):
    """Where a range comes from; the amounts of `parts` add up to `width`, and the largest stand first."""

    low: str
    high: str
    width: str
    parts: list[PartData]
    narrower: list[NarrowerData]
    outside: list[OutsideData]


def as_data(found: Uncertainty, table: PriceTable) -> RangeData:
    """Return an explained range as data, with amounts as text in the unit of the list."""
    text = Rounder(table.round_to, "down").text

    def or_none(amount: Decimal | None) -> str | None:
        return None if amount is None else text(amount)

    return {
        "low": text(found.low),
        "high": text(found.high),
        "width": text(found.width),
        "parts": [
            {
                "kind": spread.kind,
                "code": spread.code,
                "amount": text(spread.amount),
                "causes": [
                    {"kind": cause.kind, "code": cause.code, "amount": text(cause.amount)}
                    for cause in spread.causes
                ],
            }
            for spread in found.spreads
        ],
        "narrower": [
            {"kind": each.kind, "code": each.code, "known": each.known, "amount": text(each.amount)}
            for each in found.narrowings
        ],
        "outside": [
            {
                "question": each.driver,
                "supposed": each.supposed,
                "least": or_none(each.least),
                "most": or_none(each.most),
                "on_request": each.on_request,
            }
            for each in found.open
        ],
    }
