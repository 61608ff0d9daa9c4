"""The clinic's rules by which a final bill is far above what was expected: checked, written and read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from estimator.clinic.wrong_value import WrongValue
from estimator.i18n import gettext as _
from pricing.currencies import MINOR_UNIT
from pricing.given_prices import is_price
from pricing.money import plain
from pricing.overruns import Rule

MOST_RULES = 4
LONGEST_SOURCE = 200
LARGEST_PERCENT = 1000


def checked(value: Any) -> tuple[Rule, ...]:
    """Return the rules; raises WrongValue, whose places are "rules.0.source", "rules.0.by" and so on."""
    problems: dict[str, str] = {}
    found = tuple(value)
    if len(found) > MOST_RULES:
        raise WrongValue({"": _("Enter at most %(most)s rules.", most=MOST_RULES)})
    for number, rule in enumerate(found):
        problems |= {f"rules.{number}.{place}": said for place, said in _problems(rule).items()}
    if problems:
        raise WrongValue(problems)
    return found


def _problems(rule: Rule) -> dict[str, str]:
    found = {}
    if not 0 < len(rule.source) <= LONGEST_SOURCE or not rule.source.isprintable():
        found["source"] = _(
            "Say where the rule comes from, in at most %(most)s characters.", most=LONGEST_SOURCE
        )
    if (rule.by is None) == (rule.percent is None):
        found["by"] = _("Enter either an amount or a share in per cent.")
    has_amount = rule.by is not None or rule.beyond is not None
    if (rule.currency or has_amount) and rule.currency not in MINOR_UNIT:
        found["currency"] = _("Enter the currency of the amounts as three letters, such as USD.")
    else:
        for place, amount in (("by", rule.by), ("beyond", rule.beyond)):
            if amount is not None and not is_price(amount, rule.currency):
                found[place] = _("Enter an amount above 0, with the decimals of its currency.")
    if rule.percent is not None and not (rule.percent.is_finite() and 0 < rule.percent <= LARGEST_PERCENT):
        found["percent"] = _("Enter a number above 0, up to %(most)s.", most=LARGEST_PERCENT)
    return found


def written(rules: Iterable[Rule]) -> list[dict[str, str]]:
    """Return the rules as they are stored."""
    return [
        {
            "source": rule.source,
            "currency": rule.currency,
            **{
                name: plain(amount)
                for name in ("by", "percent", "beyond")
                if (amount := getattr(rule, name)) is not None
            },
        }
        for rule in rules
    ]


def read(stored: Iterable[Mapping[str, str]]) -> tuple[Rule, ...]:
    """Return the rules as they were stored."""
    return tuple(
        Rule(
            each["source"],
            each["currency"],
            **{name: Decimal(each[name]) for name in ("by", "percent", "beyond") if name in each},
        )
        for each in stored
    )
