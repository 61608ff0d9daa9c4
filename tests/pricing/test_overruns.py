"""Rules by which a bill is far above what was expected."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pricing.overruns import Rule, broken

GFE = Rule("45 CFR 149.620", "USD", by=Decimal(400))
GOZ = Rule("GOZ, section 9 (2)", "EUR", percent=Decimal(15), beyond=Decimal(1000))
ANY = Rule("Ours", percent=Decimal(15))


@pytest.mark.parametrize(
    ("rule", "bill", "expected", "currency", "is_broken"),
    [
        (GFE, "1399.99", "1000.00", "USD", False),
        (GFE, "1400.00", "1000.00", "USD", True),
        (GFE, "9000.00", "1000.00", "EUR", False),
        (GOZ, "2300.00", "2000.00", "EUR", False),
        (GOZ, "2300.01", "2000.00", "EUR", True),
        (GOZ, "9000.00", "1000.00", "EUR", False),
        (GOZ, "9000.00", "1000.01", "EUR", True),
        (ANY, "116", "100", "JPY", True),
        (ANY, "50", "100", "JPY", False),
        (Rule("Nothing"), "9000", "1", "USD", False),
    ],
)
def test_a_rule_is_broken_by_a_bill_that_is_far_above(
    rule: Rule, bill: str, expected: str, currency: str, is_broken: bool
) -> None:
    assert rule.is_broken(Decimal(bill), Decimal(expected), currency) is is_broken
    assert broken([rule], Decimal(bill), Decimal(expected), currency) == [rule] * is_broken
