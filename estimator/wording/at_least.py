"""Which sums leave out something on request, and the words for it: "at least" where it must stand and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable

from estimator.i18n import gettext as _
from pricing.stored import StoredBreakdown
from pricing.table import Percent, PriceTable


def likely_total(at_least: bool) -> str:
    """Return what a likely total is called, in the language that is spoken."""
    return _("Likely total, at least") if at_least else _("Likely total")


def why() -> str:
    """Return the beginning of the sentence that names what a total leaves out."""
    return _("Not in this sum, because the price is on request:")


class Certainty:
    """What is on request in one breakdown, and every amount that is worked out from it."""

    def __init__(self, breakdown: StoredBreakdown, table: PriceTable) -> None:
        self._group_of = {item["code"]: item["group"] for item in breakdown["items"]}
        self._total_of = {group.code: group.total for group in table.groups}
        self._ranks = {stage.code: rank for rank, stage in enumerate(table.stages)}
        self._stage_of = {charge.code: charge.stage for charge in table.charges}
        self._stage_of |= {package.code: package.stage for package in table.packages}
        self._unknown = set(breakdown["on_request"])
        for charge in table.charges:  # a percentage is taken of what stands above it
            if (
                isinstance(charge.price, Percent)
                and charge.code in self._group_of
                and self._names_unknown(charge.price.of)
            ):
                self._unknown.add(charge.code)
        listed = {tax["code"] for tax in breakdown["taxes"]}
        self._taxes = [tax for tax in table.taxes if tax.code in listed and not tax.included]

    def group(self, code: str) -> bool:
        """Whether all amounts of a group are known."""
        return not any(self._group_of.get(item) == code for item in self._unknown)

    def total(self, *totals: str) -> bool:
        """Whether all amounts of one or several of the three totals are known, taxes included."""
        return not self._open(totals, self._unknown)

    def by_then(self, stage: str) -> bool:
        """Whether all that is paid up to and with a stage is known; the reserve is no part of it."""
        last = len(self._ranks) - 1
        reached = {
            code
            for code in self._unknown
            if self._ranks.get(self._stage_of[code] or "", last) <= self._ranks[stage]
        }
        return not self._open(("provider", "others"), reached)

    def _open(self, totals: Iterable[str], unknown: set[str]) -> bool:
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
