"""Rules by which a bill is far above what was expected: by an amount, or by a share of it.

A clinic sets its own, and a price list may name one in its terms. Examples, each with its source: a bill of USD 400 or
more above the estimate (United States, 45 CFR 149.620, "substantially in excess"); one of more than 15 per cent above
it, of estimates above EUR 1,000 (Germany, GOZ, section 9 (2)).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from pricing.money import exactly


@dataclass(frozen=True)
class Rule:
    """When a bill is far above what was expected. Either `by` or `percent` is there."""

    #: who says so: a law, a price list, or the clinic itself
    source: str
    #: ISO 4217: of its amounts, and of the bills that it is about; "" is any
    currency: str = ""
    #: that much above or more
    by: Decimal | None = None
    #: more than that share above
    percent: Decimal | None = None
    #: what was expected has to be above this amount
    beyond: Decimal | None = None

    def is_broken(self, bill: Decimal, expected: Decimal, currency: str) -> bool:
        """Whether a bill is that far above what was expected, both in one currency."""
        if self.currency not in ("", currency) or (self.beyond is not None and expected <= self.beyond):
            return False
        with exactly():
            above = bill - expected
            if self.by is not None:
                return above >= self.by
            return self.percent is not None and above * 100 > expected * self.percent


def broken(rules: Iterable[Rule], bill: Decimal, expected: Decimal, currency: str) -> list[Rule]:
    """Return the rules that say that a bill is far above what was expected."""
    return [rule for rule in rules if rule.is_broken(bill, expected, currency)]
