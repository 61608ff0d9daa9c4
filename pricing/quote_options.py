"""Lines of a firm quote that the patient may take or leave: each a frozen net amount with its taxes, by itself.

They are no part of the firm total. What is taken is added to it, and the payments are then split anew. Which taxes are
on a line is said for that line alone; each is rounded once, by the price list.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pricing.currencies import MINOR_UNIT
from pricing.given_prices import is_price
from pricing.money import Rounder, decimals, exactly
from pricing.payments import split
from pricing.quote import NotAQuote, WrongAmount, amount_in
from pricing.stored import QuoteOption, StoredQuote
from pricing.table import PriceTable

MOST = 8
"""Maximum number of such lines in a quote."""


class NoSuchTax(ValueError):
    """A line names a tax that the price list has not."""


@dataclass(frozen=True)
class Option:
    """A line that may be taken: `net` is without taxes, `taxes` are the codes of those on it, `label` is read.

    `currency` is that in which the amount was entered; empty is that of the price list.
    """

    net: Decimal
    label: str
    taxes: tuple[str, ...] = ()
    currency: str = ""

    def counts_in(self, currency: str) -> bool:
        """Whether the amount is one of a currency."""
        return self.currency in ("", currency)


def is_net(net: Decimal, currency: str) -> bool:
    """Whether a sum can be what such a line costs: above 0, not absurd, and a whole number of minor units."""
    return is_price(net, currency)


def priced(option: Option, table: PriceTable) -> QuoteOption:
    """Return a line in figures; raises WrongAmount and NoSuchTax."""
    if not is_net(option.net, table.currency):
        raise WrongAmount(str(option.net))
    known = {tax.code: tax for tax in table.taxes}
    if not known.keys() >= set(option.taxes):
        raise NoSuchTax(option.label)
    money = Rounder(table.round_to, table.rounding)
    places = max(decimals(MINOR_UNIT[table.currency]), decimals(table.round_to))
    with exactly():
        on_it = [(known[code], money.amount(option.net * known[code].percent / 100)) for code in option.taxes]
        total = option.net + sum((amount for _tax, amount in on_it), Decimal(0))
    return {
        "net": f"{option.net:.{places}f}",
        "taxes": [
            {"code": tax.code, "percent": f"{tax.percent:f}", "amount": f"{amount:.{places}f}"}
            for tax, amount in on_it
        ],
        "total": f"{total:.{places}f}",
    }


def choices(table: PriceTable) -> list[tuple[str, ...]]:
    """Return the taxes that can be on a line: none, or those that are on something of the provider, each set once."""
    of_provider = [group.code for group in table.groups if group.total == "provider"]
    things = [(group, group) for group in of_provider]
    things += [(charge.code, charge.group) for charge in table.charges if charge.group in of_provider]
    things += [(package.code, package.group) for package in table.packages if package.group in of_provider]
    found = [
        tuple(tax.code for tax in table.taxes if code in tax.of or group in tax.of) for code, group in things
    ]
    return list(dict.fromkeys([(), *found]))


def with_options(content: StoredQuote, options: Sequence[Option], table: PriceTable) -> StoredQuote:
    """Return a content with such lines in it; without any it is the same content."""
    if not options:
        return content
    return {**content, "options": [priced(option, table) for option in options]}


def options_differ(content: dict[str, Any], table: PriceTable) -> bool:
    """Whether the price list makes other figures of the lines of a content; raises NotAQuote for what are none."""
    options = content["options"]
    if not isinstance(options, list) or not 0 < len(options) <= MOST:
        raise NotAQuote("options")
    return any(_differs(option, f"options.{number}", table) for number, option in enumerate(options))


def total_with(content: StoredQuote, taken: Iterable[int]) -> Decimal:
    """Return what a plan comes to with the lines of these numbers, from 1 on; raises IndexError if there is none."""
    options = content.get("options", [])
    total = Decimal(content["total"])
    with exactly():
        for number in taken:
            if number < 1:
                raise IndexError(number)
            total += Decimal(options[number - 1]["total"])
    return total


def written(amount: Decimal, content: StoredQuote) -> str:
    """Write an amount with as many decimals as the total of a content has."""
    return f"{amount:.{len(content['total'].partition('.')[2])}f}"


def payments_with(
    content: StoredQuote, table: PriceTable, taken: Collection[int]
) -> list[tuple[str, Decimal]]:
    """Return how a plan is paid with the lines of these numbers: as the price list splits its price."""
    if not taken:
        return [(payment["code"], Decimal(payment["amount"])) for payment in content["payments"]]
    money = Rounder(min(table.round_to, MINOR_UNIT[table.currency]), table.rounding)
    parts = split(table.payments, total_with(content, taken), money)
    return [(payment.code, part) for payment, part in zip(table.payments, parts, strict=True)]


def _differs(option: object, place: str, table: PriceTable) -> bool:
    if not isinstance(option, dict) or not isinstance(option.get("taxes"), list):
        raise NotAQuote(place)
    net = amount_in(option.get("net"), f"{place}.net")
    codes = [tax.get("code") if isinstance(tax, dict) else None for tax in option["taxes"]]
    if not all(isinstance(code, str) for code in codes) or len(set(codes)) != len(codes):
        raise NotAQuote(f"{place}.taxes")
    try:
        return priced(Option(net, "", tuple(map(str, codes))), table) != option
    except (NoSuchTax, WrongAmount):
        return True
