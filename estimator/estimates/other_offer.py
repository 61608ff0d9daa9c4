"""What another clinic wrote of its price, beside an estimate of ours: part by part, and no sum of unlike things."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from estimator.estimates.offer_parts import PARTS, Part, parts_in
from estimator.i18n import Reader, Words
from pricing.currencies import MINOR_UNIT
from pricing.money import Rounder, decimals, exactly
from pricing.stored import StoredBreakdown, StoredItem
from pricing.table import Driver, NumberDriver, PriceTable, Text

Standing = Literal["", "included", "excluded"]
Place = Part | Literal["other"]

OF_ROLE: Mapping[str, Place] = {
    "cell_type": "cells",
    "sessions": "cells",
    "hospital_stay": "stay",
    "rehabilitation": "rehabilitation",
}
"""The part that a question of a role belongs to, where its words do not say so."""


@dataclass(frozen=True)
class Stated:
    """What the other clinic said of one part: whether it is in its price, and an amount of its own."""

    standing: Standing = ""
    amount: Decimal | None = None


@dataclass(frozen=True)
class Offer:
    """What the other clinic wrote. A price of None was not said, and neither was a part that is not there."""

    currency: str
    price: Decimal | None = None
    sessions: int | None = None
    days: int | None = None
    parts: Mapping[Part, Stated] = field(default_factory=dict)

    def stated(self, part: Part) -> Stated:
        """Return what was said of a part."""
        return self.parts.get(part, Stated())

    @property
    def extras(self) -> list[Decimal]:
        """The amounts of what is said to come on top of the price."""
        return [
            stated.amount
            for stated in map(self.stated, PARTS)
            if stated.standing == "excluded" and stated.amount is not None
        ]

    @property
    def with_extras(self) -> Decimal | None:
        """The price and what is said to come on top of it; None if there is no price, or nothing on top."""
        if self.price is None or not self.extras:
            return None
        with exactly():
            return sum(self.extras, self.price)

    @property
    def included(self) -> list[Part]:
        """The parts that are said to be in the price."""
        return [part for part in PARTS if self.stated(part).standing == "included"]

    @property
    def unsaid(self) -> list[Part]:
        """The parts of which it was not said whether they are in the price."""
        return [part for part in PARTS if not self.stated(part).standing]

    @property
    def unpriced(self) -> list[Part]:
        """The parts that are said not to be in the price, without an amount."""
        return [
            part
            for part in PARTS
            if self.stated(part).standing == "excluded" and self.stated(part).amount is None
        ]

    def per_session(self) -> Decimal | None:
        """Return the price for each session; None where one of the two is not known."""
        return per_session(self.price, self.sessions, self.currency)


@dataclass(frozen=True)
class Ours:
    """One part of our estimate: its likely amount, and the names of what it is made of.

    `on_request` and `open` name what is not in the amount. It `has_package` where the price of a package stands in it,
    and is `is_covered` where a package pays for some of it. With `paid_to_others` some of it is not the provider's.
    """

    amount: Decimal | None = None
    names: Sequence[Words] = ()
    on_request: Sequence[Words] = ()
    open: Sequence[Words] = ()
    has_package: bool = False
    is_covered: bool = False
    paid_to_others: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether its amount leaves nothing out."""
        return self.amount is not None and not (self.on_request or self.open or self.is_covered)


def per_session(price: Decimal | None, sessions: int | None, currency: str) -> Decimal | None:
    """Return a price divided by a number of sessions, rounded to the smallest unit; None without one of the two."""
    if price is None or not sessions:
        return None
    return Rounder(MINOR_UNIT[currency], "half-up").ratio(Fraction(price) / sessions)


def our_parts(breakdown: StoredBreakdown, table: PriceTable, reader: Reader) -> dict[Place, Ours]:
    """Return the parts of an estimate that it says anything of; their amounts add up to its total and its reserve."""
    return _Parts(breakdown, table, reader).found()


def our_sessions(breakdown: StoredBreakdown, table: PriceTable) -> int | None:
    """Return the number of sessions of an estimate; None if the list does not ask for it, or nobody answered."""
    for driver in table.drivers:
        if (
            driver.role == "sessions"
            and isinstance(driver, NumberDriver)
            and driver.code in breakdown["answers"]
        ):
            number = Decimal(str(breakdown["answers"][driver.code]))
            return int(number) if number == number.to_integral_value() and number > 0 else None
    return None


def written(amount: Decimal, currency: str) -> str:
    """Write an amount in plain digits, with the decimals of its currency, or with its own where it is finer."""
    rounder = Rounder(MINOR_UNIT[currency], "half-up")
    finer = decimals(amount.normalize()) > rounder.decimals
    return format(amount, "f") if finer else format(rounder.amount(amount), "f")


class _Parts:
    def __init__(self, breakdown: StoredBreakdown, table: PriceTable, reader: Reader) -> None:
        self.breakdown, self.table, self.reader = breakdown, table, reader
        self.drivers = {driver.code: driver for driver in table.drivers}
        self.groups = {group.code: group for group in table.groups}
        self.charges = {charge.code: charge for charge in table.charges}

    def found(self) -> dict[Place, Ours]:
        items: dict[Place, list[StoredItem]] = {}
        for item in self.breakdown["items"]:
            items.setdefault(self.place_of(item), []).append(item)
        open_: dict[Place, list[Words]] = {}
        for code in self.breakdown.get("not_counted", ()):
            driver = self.drivers[code]
            open_.setdefault(self.place_of_driver(driver), []).append(self.words(driver.label))
        found = {
            place: self.part(items.get(place, []), open_.get(place, []))
            for place in (*PARTS, "other")
            if place in items or place in open_
        }
        taxes = self.breakdown["taxes"]
        if taxes:
            with exactly():
                amount = sum(
                    (Decimal(tax["amount"]["likely"]) for tax in taxes if not tax["included"]), Decimal(0)
                )
            found["taxes"] = Ours(amount, [self.words(tax["label"]) for tax in taxes])
        return found

    def part(self, items: Sequence[StoredItem], open_: Sequence[Words]) -> Ours:
        priced = [
            Decimal(item["amount"]["likely"])
            for item in items
            if item["amount"]["likely"] is not None and not self.is_covered(item)
        ]
        with exactly():
            amount = sum(priced, Decimal(0)) if priced else None
        return Ours(
            amount,
            [self.words(item["label"]) for item in items if item["amount"]["likely"] is not None],
            [self.words(item["label"]) for item in items if item["amount"]["likely"] is None],
            open_,
            any(item["kind"] == "package" for item in items),
            any(item["covered_by"] for item in items),
            any(self.groups[item["group"]].total != "provider" for item in items),
        )

    def is_covered(self, item: StoredItem) -> bool:
        """Whether a package pays for all of it."""
        return bool(item["covered_by"]) and not Decimal(item["amount"]["likely"] or 0)

    def place_of(self, item: StoredItem) -> Place:
        """Return the part that an item belongs to: by its words, else its group's, else the questions it hangs on."""
        group = self.groups[item["group"]]
        if group.total == "reserve":
            return "complications"
        of_group = self.spoken_of(group.label, group.code)
        of_item = self.spoken_of(item["label"], item["code"])
        both = [part for part in of_group if part in of_item]
        for parts in (both, of_item, of_group):
            if parts:
                return parts[0]
        return next(self.roles_of(item["code"]), "other")

    def place_of_driver(self, driver: Driver) -> Place:
        parts = self.spoken_of(driver.label, driver.code)
        return parts[0] if parts else OF_ROLE.get(driver.role, "other")

    def spoken_of(self, label: Text, code: str) -> list[Part]:
        """Return the parts that a label speaks of, or else a code."""
        text = label.get("en") or label[self.table.main_language]
        return parts_in(text) or parts_in(code.replace("_", " ").replace("-", " "))

    def roles_of(self, code: str) -> Iterator[Place]:
        charge = self.charges.get(code)
        if charge is None:
            return
        for driver in (
            *charge.per,
            *(code for code, _test in (*(charge.when or ()), *(charge.unless or ()))),
        ):
            if driver in self.drivers and (place := OF_ROLE.get(self.drivers[driver].role)):
                yield place

    def words(self, label: Text) -> Words:
        return self.reader.words(label, self.table.main_language)
