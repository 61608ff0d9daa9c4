"""Which sums leave something out, and the words for it: "at least" where it must stand and nowhere else.

A sum leaves out what is on request, and what depends on a question that nobody has answered yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from estimator.i18n import gettext as _
from pricing.left_open import Lack, depending
from pricing.stored import Cases, StoredBreakdown
from pricing.table import Percent, PriceTable


def has_range(amounts: Cases) -> bool:
    """Return whether an amount has a lower end, which “at least” before its likely one would be undercut by."""
    return amounts["low"] != amounts["high"]


def likely_total(at_least: bool, *, has_range: bool = False) -> str:
    """Return what a likely total is called: "at least" only where it is the lowest that it may come to."""
    if at_least and has_range:
        return _("Likely total, so far")
    return _("Likely total, at least") if at_least else _("Likely total")


def said(amount: str, incomplete: object) -> str:
    """Return an amount that leaves something out as at least so much, and any other as it is."""
    return _("at least %(amount)s", amount=amount) if incomplete else amount


def likely(amount: str, incomplete: object, *, has_range: bool) -> str:
    """Return a likely amount that leaves something out: "so far" where it may also come to less, else "at least"."""
    if incomplete and has_range:
        return _("%(amount)s so far", amount=amount)
    return said(amount, incomplete)


def may_come_to(span: str, incomplete: object) -> str:
    """Say the range of a likely total."""
    if incomplete:
        return _("What is counted may come to %(span)s.", span=span)
    return _("It may come to %(span)s.", span=span)


def alone(lack: Lack) -> str:
    """Return what stands in place of a sum that has nothing in it but what it lacks."""
    return _("not counted yet") if lack == "open" else _("on request")


def sum_said(plain: str, amount: str, lack: Lack, *, has_range: bool = False) -> str:
    """Return a sum as at least so much if it lacks something, and only what it lacks if there is nothing else.

    `plain` is the number of what `amount` says in words.
    """
    return likely(amount, lack, has_range=has_range) if lack is None or Decimal(plain) else alone(lack)


class Certainty:
    """What is on request or left open in one breakdown, and every amount that is worked out from it."""

    def __init__(self, breakdown: StoredBreakdown, table: PriceTable) -> None:
        self._group_of = {charge.code: charge.group for charge in table.charges}
        self._group_of |= {package.code: package.group for package in table.packages}
        self._total_of = {group.code: group.total for group in table.groups}
        self._ranks = {stage.code: rank for rank, stage in enumerate(table.stages)}
        self._stage_of = {charge.code: charge.stage for charge in table.charges}
        self._stage_of |= {package.code: package.stage for package in table.packages}
        standing = {item["code"] for item in breakdown["items"]}
        self._unknown = set(breakdown["on_request"])
        for charge in table.charges:  # a percentage is taken of what stands above it
            if (
                isinstance(charge.price, Percent)
                and charge.code in standing
                and self._names_unknown(charge.price.of)
            ):
                self._unknown.add(charge.code)
        self._left_open = set(depending(table, breakdown.get("not_counted", ())))
        listed = {tax["code"] for tax in breakdown["taxes"]}
        self._taxes = [tax for tax in table.taxes if tax.code in listed and not tax.included]

    def present(self, total: str) -> bool:
        """Whether something that is left open belongs to one of the three totals."""
        return any(self._total_of[self._group_of[code]] == total for code in self._left_open)

    def group(self, code: str) -> Lack:
        """What a group lacks."""
        return self._lack(lambda unknown: any(self._group_of[item] == code for item in unknown))

    def total(self, *totals: str) -> Lack:
        """What one or several of the three totals lack, taxes included."""
        return self._lack(lambda unknown: self._touched(totals, unknown))

    def tax(self, code: str) -> Lack:
        """What a tax lacks that is added to the prices."""
        of = [name for tax in self._taxes if tax.code == code for name in tax.of]
        return self._lack(lambda unknown: self._touches(tuple(of), unknown))

    def by_then(self, stage: str) -> Lack:
        """What the sum lacks that is paid up to and with a stage; the reserve is no part of it."""
        last = len(self._ranks) - 1

        def reached(unknown: set[str]) -> set[str]:
            return {
                code
                for code in unknown
                if self._ranks.get(self._stage_of[code] or "", last) <= self._ranks[stage]
            }

        return self._lack(lambda unknown: self._touched(("provider", "others"), reached(unknown)))

    def _lack(self, touches: Callable[[set[str]], bool]) -> Lack:
        if touches(self._unknown):
            return "request"
        return "open" if touches(self._left_open) else None

    def _touched(self, totals: Iterable[str], unknown: set[str]) -> bool:
        groups = {code for code, total in self._total_of.items() if total in totals}
        items = {code for code in unknown if self._group_of[code] in groups}
        return bool(items) or any(
            self._touches(tax.of, unknown) for tax in self._taxes if self._taxed(tax.of) in totals
        )

    def _taxed(self, of: tuple[str, ...]) -> str:
        """The total that a tax belongs to; all that it names are in groups of one."""
        group = next((self._group_of[code] for code in of if code in self._group_of), of[0])
        return self._total_of.get(group, "")

    def _names_unknown(self, of: tuple[str, ...]) -> bool:
        return self._touches(of, self._unknown)

    def _touches(self, of: tuple[str, ...], unknown: set[str]) -> bool:
        return any(code in of or self._group_of[code] in of for code in unknown)
