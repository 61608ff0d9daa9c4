"""Prices that the desk gives for one quote, kept with its draft: one for a charge, the same in all of its plans."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from estimator.models import QuoteDraft
from pricing import PriceTable
from pricing import quote as quote_content
from pricing.currencies import MINOR_UNIT
from pricing.given_prices import is_price, manner
from pricing.money import decimals
from pricing.quote_plans import by_plan
from pricing.stored import StoredQuote


@dataclass(frozen=True)
class GivenPrice:
    """A price, in which manner it was given (`pricing.given_prices.manner`), and the actor who gave it."""

    amount: Decimal
    manner: str
    by: str

    @property
    def currency(self) -> str:
        """The currency that it was given in."""
        return self.manner.partition(" ")[0]

    @property
    def text(self) -> str:
        """The amount in plain digits, with the decimals of its currency."""
        return f"{self.amount:.{decimals(MINOR_UNIT[self.currency])}f}"


class NoSuchPrice(ValueError):
    """A price cannot be given for a charge, or not of that amount; `code` is the charge."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def of(draft: QuoteDraft) -> dict[str, GivenPrice]:
    """Return the prices that were given for a draft, by charge, whether they are needed or not."""
    found: dict[str, dict[str, str]] = json.loads(draft.priced or "{}")
    return {
        code: GivenPrice(Decimal(each["amount"]), each["manner"], each["by"]) for code, each in found.items()
    }


def column(prices: Mapping[str, GivenPrice]) -> str | None:
    """Return the column of a draft that has these prices."""
    said = {
        code: {"amount": format(each.amount, "f"), "manner": each.manner, "by": each.by}
        for code, each in prices.items()
    }
    return json.dumps(said) if said else None


def valid_in(prices: Mapping[str, GivenPrice], table: PriceTable) -> dict[str, Decimal]:
    """Return the amounts that are prices in a list; what it has a price for itself, or otherwise, is left out."""
    return {code: each.amount for code, each in prices.items() if each.manner == manner(table, code)}


def changed(
    before: Mapping[str, GivenPrice], others: Mapping[str, GivenPrice | None], tables: Sequence[PriceTable]
) -> dict[str, GivenPrice]:
    """Return prices with others in place of some, None for none any more; the same amount again is by who gave it.

    Each is a price in one of `tables`, in the manner in which it was given; raises NoSuchPrice.
    """
    found = dict(before)
    for code, price in others.items():
        if price is None:
            found.pop(code, None)
            continue
        if not any(
            price.manner == manner(table, code) and is_price(price.amount, table.currency) for table in tables
        ):
            raise NoSuchPrice(code)
        was = before.get(code)
        if was is None or (was.amount, was.manner) != (price.amount, price.manner):
            found[code] = price
    return found


def label(code: str, tables: Sequence[PriceTable]) -> str:
    """Return what the first list that has a charge calls it, in its main language; the bare code if none has it."""
    found = (
        charge.label[table.main_language]
        for table in tables
        for charge in table.charges
        if charge.code == code
    )
    return next(found, code)


def issued_in(content: StoredQuote, table: PriceTable, actor: str) -> dict[str, GivenPrice]:
    """Return the prices of an issued quote as somebody gives them again, those of every plan."""
    return {
        code: GivenPrice(amount, how, actor)
        for plan in by_plan(content).values()
        for code, amount in quote_content.prices_in(plan).items()
        if (how := manner(table, code)) is not None
    }
