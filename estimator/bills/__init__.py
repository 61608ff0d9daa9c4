"""Final bills: entered, corrected and withdrawn by the desk, each beside the estimate and the quote it came of."""

from __future__ import annotations

from estimator.bills.compared import (
    ADJUSTMENTS,
    OPTIONS,
    TAXES,
    Compared,
    Line,
    OtherList,
    compared_with,
    of_bill,
)
from estimator.bills.entered import (
    LONGEST_NOTE,
    MOST_ITEMS,
    REASONS,
    AlreadyEntered,
    Entered,
    Item,
    ItemsAboveTotal,
    OtherCurrency,
    Reason,
    Unusual,
    WrongAmount,
    WrongDay,
    correct,
    enter,
    of_request,
    standing,
    withdraw,
    words_of,
)
from estimator.bills.limits import Overrun, limits_of, overruns_of
from estimator.past_bills import comparable_cases

__all__ = [
    "ADJUSTMENTS",
    "LONGEST_NOTE",
    "MOST_ITEMS",
    "OPTIONS",
    "REASONS",
    "TAXES",
    "AlreadyEntered",
    "Compared",
    "Entered",
    "Item",
    "ItemsAboveTotal",
    "Line",
    "OtherCurrency",
    "OtherList",
    "Overrun",
    "Reason",
    "Unusual",
    "WrongAmount",
    "WrongDay",
    "comparable_cases",
    "compared_with",
    "correct",
    "enter",
    "limits_of",
    "of_bill",
    "of_request",
    "overruns_of",
    "standing",
    "withdraw",
    "words_of",
]
