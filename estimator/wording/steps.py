"""How an item was worked out, step by step, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from estimator.i18n import Reader, listed
from estimator.i18n import gettext as _
from pricing.stored import StoredBreakdown, StoredItem, StoredStep, TierStep
from pricing.table import PriceTable


def is_percentage(item: StoredItem) -> bool:
    """Return whether an item is a percentage of others, which has no quantity."""
    return any(step["kind"] == "percent" for step in item["steps"])


class Steps:
    """The steps of one breakdown for one reader."""

    def __init__(self, breakdown: StoredBreakdown, table: PriceTable, reader: Reader) -> None:
        self.table = table
        self.reader = reader
        self.currency: str = breakdown["currency"]
        self.labels: dict[str, Mapping[str, str]] = {
            row["code"]: row["label"] for row in (*breakdown["groups"], *breakdown["items"])
        }

    def unit_price(self, item: StoredItem) -> str:
        """What stands in the column of unit prices; empty where there is no one price of a unit."""
        prices = [step for step in item["steps"] if step["kind"] in ("unit", "tier", "percent")]
        if len(prices) != 1:
            return _("by tier") if prices else ""
        step = prices[0]
        if step["kind"] == "percent":
            return self.reader.percent(step["percent"])
        if step["kind"] == "tier" and (step["mode"] == "stairstep" or step["flat"] is not None):
            return _("by tier")
        return self.money(step["price"])

    def sentences(self, steps: Iterable[StoredStep]) -> list[str]:
        """Every step of an item, but for what a package pays, which is said beside the item's name and quantity."""
        return [self.sentence(step) for step in steps if step["kind"] != "covered"]

    def sentence(self, step: StoredStep) -> str:
        """One step of the arithmetic as a sentence."""
        number, money = self.reader.number, self.money
        match step["kind"]:
            case "included":
                return _(
                    "Quantity included at no extra cost: %(quantity)s.", quantity=number(step["quantity"])
                )
            case "blocks":
                return _(
                    "Sold in blocks of %(size)s: %(quantity)s to pay for, each started one counts.",
                    size=number(step["size"]),
                    quantity=number(step["quantity"]),
                )
            case "unit":
                return _(
                    "%(quantity)s × %(price)s = %(amount)s",
                    quantity=number(step["quantity"]),
                    price=money(step["price"]),
                    amount=money(step["amount"]),
                )
            case "tier":
                return self.tier(step)
            case "percent":
                return _(
                    "%(percent)s of %(base)s (%(names)s) = %(amount)s",
                    percent=self.reader.percent(step["percent"]),
                    base=money(step["base"]),
                    names=listed(self.label(code) for code in step["of"]),
                    amount=money(step["amount"]),
                )
            case "at_least":
                return _("It is never less than %(bound)s.", bound=money(step["bound"]))
            case "at_most":
                return _("It is never more than %(bound)s.", bound=money(step["bound"]))
            case "rounded":
                return _(
                    "%(exact)s is rounded to %(rounded)s.",
                    exact=money(step["from"]),
                    rounded=money(step["to"]),
                )
        return _("The provider names this price on request. It is not 0.")

    def tier(self, step: TierStep) -> str:
        number, money = self.reader.number, self.money
        if step["up_to"] is None:
            where = _("Quantity above %(start)s", start=number(step["from"]))
        elif Decimal(step["from"]) == 0:
            where = _("Quantity up to %(end)s", end=number(step["up_to"]))
        else:
            where = _(
                "Quantity above %(start)s, up to %(end)s",
                start=number(step["from"]),
                end=number(step["up_to"]),
            )
        if step["mode"] == "stairstep":
            return _("%(where)s: %(amount)s in all", where=where, amount=money(step["amount"]))
        if step["flat"] is None:
            return _(
                "%(where)s: %(quantity)s × %(price)s = %(amount)s",
                where=where,
                quantity=number(step["quantity"]),
                price=money(step["price"]),
                amount=money(step["amount"]),
            )
        return _(
            "%(where)s: %(quantity)s × %(price)s + %(flat)s = %(amount)s",
            where=where,
            quantity=number(step["quantity"]),
            price=money(step["price"]),
            flat=money(step["flat"]),
            amount=money(step["amount"]),
        )

    def label(self, code: str) -> str:
        """The label of a charge, package or group, whether it stands in the breakdown or not."""
        if code in self.labels:
            return self.words(self.labels[code])
        table = self.table
        labels = {charge.code: charge.label for charge in table.charges}
        labels |= {package.code: package.label for package in table.packages}
        labels |= {group.code: group.label for group in table.groups}
        return self.words(labels[code])

    def words(self, text: Mapping[str, str]) -> str:
        return self.reader.words(text, self.table.main_language).marked

    def money(self, amount: str) -> str:
        return self.reader.money(amount, self.currency)
