"""The plans of one firm quote: up to three, each firm by itself, of which the patient accepts one.

The content of a quote is that of its first plan; further ones stand in it as `alternatives`. A quote with one plan has
none, so that its content is what it always was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from pricing import PriceTable
from pricing.quote import Adjustment, Firm, NotAQuote, Recomputed, priced_texts, recompute
from pricing.quote_options import options_differ
from pricing.stored import GivenPrices, PaymentDays, StoredAlternative, StoredQuote

LETTERS = ("A", "B", "C")
"""What the plans of a quote are called, in their order."""

_OF_A_PLAN = (
    "answers",
    "breakdown",
    "adjustments",
    "price",
    "adjusted",
    "total",
    "payments",
    "payment_days",
    "priced",
)


@dataclass(frozen=True)
class PlanFigures:
    """One more plan: what it comes to, its adjustments, and the answers that were given for it."""

    firm: Firm
    adjustments: Sequence[Adjustment]
    answers: Mapping[str, str | bool]
    #: the day by which each instalment is due, as far as it is known
    payment_days: Mapping[str, date] = field(default_factory=dict)


def with_alternatives(content: StoredQuote, others: Sequence[PlanFigures]) -> StoredQuote:
    """Return a content with further plans in it; without any it is the same content."""
    if not others:
        return content
    return {
        **content,
        "alternatives": [
            {
                "plan": letter,
                "answers": dict(other.answers),
                "breakdown": other.firm.breakdown,
                "adjustments": [{"amount": other.firm.text(each.amount)} for each in other.adjustments],
                "price": other.firm.text(other.firm.price),
                "adjusted": other.firm.text(other.firm.adjusted),
                "total": other.firm.text(other.firm.total),
                "payments": [
                    {"code": code, "amount": other.firm.text(amount)} for code, amount in other.firm.payments
                ],
                **_days(other.payment_days),
                **_priced(other.firm),
            }
            for letter, other in zip(LETTERS[1:], others, strict=False)
        ],
    }


def _days(due: Mapping[str, date]) -> PaymentDays:
    return {"payment_days": {code: day.isoformat() for code, day in due.items()}} if due else {}


def _priced(firm: Firm) -> GivenPrices:
    return {"priced": priced_texts(firm)} if firm.given else {}


def letters_of(content: StoredQuote) -> list[str]:
    """Return what the plans of a content are called; nothing where there is one, which has no name."""
    others = content.get("alternatives", [])
    return [LETTERS[0], *(other["plan"] for other in others)] if others else []


def by_plan(content: StoredQuote) -> dict[str, StoredQuote]:
    """Return a content for each plan, as if it were the only one, by its letter; that of an only plan is empty."""
    alone = cast(StoredQuote, {key: value for key, value in content.items() if key != "alternatives"})
    others = content.get("alternatives", [])
    if not others:
        return {"": alone}
    return {LETTERS[0]: alone} | {other["plan"]: _alone(alone, other) for other in others}


def recompute_all(content: object, table: PriceTable) -> dict[str, Recomputed]:
    """Compute every plan of a content again, as `quote.recompute` does one; by its letter, in the order of the plans.

    Lines that may be taken are computed again as well: what differs in them is said of the first plan.
    Raises NotAQuote and pricing.BadAnswers. Never more plans than a quote can have are computed.
    """
    found = _plans(content, table)
    if isinstance(content, dict) and "options" in content and options_differ(content, table):
        letter, first = next(iter(found.items()))
        found[letter] = first._replace(differences=[*first.differences, "options"])
    return found


def _plans(content: object, table: PriceTable) -> dict[str, Recomputed]:
    if not isinstance(content, dict) or "alternatives" not in content:
        return {"": recompute(content, table)}
    others = content["alternatives"]
    if not isinstance(others, list) or not 0 < len(others) < len(LETTERS):
        raise NotAQuote("alternatives")
    found = {LETTERS[0]: recompute(content, table)}
    for letter, other in zip(LETTERS[1:], others, strict=False):
        if not isinstance(other, dict) or other.get("plan") != letter:
            raise NotAQuote(f"alternatives.{letter}")
        try:
            again = recompute(_alone(content, other), table)
        except NotAQuote as wrong:
            raise NotAQuote(f"alternatives.{letter}.{wrong.place}") from None
        found[letter] = again
    return found


def _alone(content: Mapping[str, Any], other: StoredAlternative | Mapping[str, Any]) -> StoredQuote:
    """Return the content of a quote that has one of its further plans and no other."""
    kept = {key: value for key, value in content.items() if key != "alternatives" and key not in _OF_A_PLAN}
    own = {key: value for key, value in other.items() if key in _OF_A_PLAN}
    return cast(StoredQuote, kept | own)
