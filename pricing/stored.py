"""Types of stored JSON: a breakdown and the content of a firm quote, as text, numbers and lists.

docs/notation.md describes them. These types are for the type checker; nothing is validated at run time. The functions
here read only JSON that this program stored itself. Data from elsewhere is validated first: see
`pricing.quote.recompute`.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Literal, NotRequired, TypedDict, cast

from pricing.table import PrintedField, TermKind, Total

Labels = dict[str, str]
"""A text by language."""

StoredAnswers = dict[str, str | bool]
"""Answers in normal form, by driver."""


class Cases(TypedDict):
    """One amount or quantity in the three cases, in plain digits."""

    low: str
    likely: str
    high: str


class CasesOrRequest(TypedDict):
    """An amount in the three cases; None is on request."""

    low: str | None
    likely: str | None
    high: str | None


class IncludedStep(TypedDict):
    """The number of units that are included and cost nothing extra."""

    kind: Literal["included"]
    quantity: str


class CoveredStep(TypedDict):
    """The number of units that a package pays for."""

    kind: Literal["covered"]
    quantity: str
    by: str


class BlocksStep(TypedDict):
    """What is left is sold in blocks; `quantity` is how many are billed."""

    kind: Literal["blocks"]
    size: str
    quantity: str


class UnitStep(TypedDict):
    """Quantity times price."""

    kind: Literal["unit"]
    quantity: str
    price: str
    amount: str


TierStep = TypedDict(
    "TierStep",
    {
        "kind": Literal["tier"],
        "mode": str,
        "from": str,
        "up_to": str | None,
        "quantity": str,
        "price": str,
        "flat": str | None,
        "amount": str,
    },
)
"""What one tier comes to."""


class PercentStep(TypedDict):
    """A percentage of other items or groups."""

    kind: Literal["percent"]
    percent: str
    of: list[str]
    base: str
    amount: str


class BoundStep(TypedDict):
    """A bound that changed the amount."""

    kind: Literal["at_least", "at_most"]
    bound: str


RoundedStep = TypedDict("RoundedStep", {"kind": Literal["rounded"], "from": str, "to": str})
"""A rounding that changed the amount."""


class OnRequestStep(TypedDict):
    """There is no price."""

    kind: Literal["on_request"]


StoredStep = (
    IncludedStep
    | CoveredStep
    | BlocksStep
    | UnitStep
    | TierStep
    | PercentStep
    | BoundStep
    | RoundedStep
    | OnRequestStep
)


class StoredGroup(TypedDict):
    """One group with the sum of its items; on request counts 0."""

    code: str
    label: Labels
    total: Total
    payee: Labels | None
    amount: Cases


class StoredItem(TypedDict):
    """One line: a charge, or the package that was used."""

    code: str
    kind: Literal["charge", "package"]
    group: str
    label: Labels
    quantity: Cases
    unit: dict[str, str | Labels] | None
    amount: CasesOrRequest
    covered_by: str | None
    steps: list[StoredStep]


class StoredTax(TypedDict):
    """One tax, with the sum it is taken of."""

    code: str
    label: Labels
    percent: str
    included: bool
    base: Cases
    amount: Cases


class StoredTotals(TypedDict):
    """The three totals and `total`, which is the provider's and the others' together."""

    provider: Cases
    others: Cases
    reserve: Cases
    total: Cases


class StoredStage(TypedDict):
    """What the treatment has cost if it stops after a stage."""

    code: str
    label: Labels
    cost_by_then: Cases


class StoredPayment(TypedDict):
    """One part of the schedule of payments."""

    code: str
    label: Labels
    due: Labels
    amount: str


class StoredCommission(TypedDict):
    """One commission: on top of the price it is the charge that is named, inside of it there is none."""

    code: str
    payee: Labels
    charge: str | None
    percent: str | None
    of: list[str]
    base: Cases | None
    amount: CasesOrRequest


class StoredTerm(TypedDict):
    """One term of the list, with what its kind says."""

    code: str
    kind: TermKind
    source: str
    as_of: str
    days: NotRequired[int]
    percent: NotRequired[str]
    notice: NotRequired[str]
    field: NotRequired[PrintedField]


class StoredBreakdown(TypedDict):
    """What `Breakdown.as_dict` returns."""

    format: int
    table: str
    version: str
    valid_from: str
    table_sha256: str
    demo: bool
    currency: str
    answers: StoredAnswers
    package: str | None
    package_saves: str | None
    groups: list[StoredGroup]
    items: list[StoredItem]
    taxes: list[StoredTax]
    totals: StoredTotals
    on_request: list[str]
    not_counted: NotRequired[list[str]]
    stages: list[StoredStage]
    payments: list[StoredPayment]
    notices: list[str]
    commissions: NotRequired[list[StoredCommission]]
    terms: NotRequired[list[StoredTerm]]


class QuoteTable(TypedDict):
    """Which price list a quote was issued from."""

    table: str
    version: str
    sha256: str


class QuoteAdjustment(TypedDict):
    """One adjustment; its words are no part of the content."""

    amount: str


class QuotePayment(TypedDict):
    """One payment of what is firm."""

    code: str
    amount: str


class QuoteRate(TypedDict):
    """What one `base` was worth in `quoted` on a day."""

    base: str
    quoted: str
    rate: str
    source: str
    day: str


class ComparableQuote(TypedDict):
    """The part of a quote's content that is compared with another one."""

    breakdown: StoredBreakdown
    adjustments: list[QuoteAdjustment]
    adjusted: str
    total: str


class PayTo(TypedDict):
    """The account that a quote is paid into: `iban` or `account`, who bears the charges, and the purpose to write."""

    beneficiary: str
    address: NotRequired[str]
    bank: str
    iban: NotRequired[str]
    account: NotRequired[str]
    branch: NotRequired[str]
    bic: str
    charges: Literal["clinic", "shared", "patient"]


class QuoteOptionTax(TypedDict):
    """One tax on a line that may be taken."""

    code: str
    percent: str
    amount: str


class QuoteOption(TypedDict):
    """One line that may be taken or left; its words are no part of the content."""

    net: str
    taxes: list[QuoteOptionTax]
    total: str


class PaymentDays(TypedDict, total=False):
    """The day by which each instalment is due, by its code, as far as it is known."""

    payment_days: dict[str, str]


class GivenPrices(TypedDict, total=False):
    """The prices that were given for one quote, by the charge that its list has on request."""

    priced: dict[str, str]


class StoredAlternative(ComparableQuote):
    """One more plan of a quote; what is not here is as in the quote itself."""

    plan: str
    answers: StoredAnswers
    price: str
    payments: list[QuotePayment]
    payment_days: NotRequired[dict[str, str]]
    priced: NotRequired[dict[str, str]]


class StoredQuote(ComparableQuote):
    """What `pricing.quote.content` returns: what a revision says in figures, of its first plan and of any others."""

    format: int
    kind: Literal["quote"]
    number: str
    revision: int
    reference: str
    issued: str
    valid_until: str
    accept_from: NotRequired[str]
    time_zone: str
    language: str
    table: QuoteTable
    answers: StoredAnswers
    price: str
    currency: str
    payments: list[QuotePayment]
    rate: QuoteRate | None
    replaces: int | None
    pay_to: NotRequired[PayTo]
    payment_days: NotRequired[dict[str, str]]
    priced: NotRequired[dict[str, str]]
    alternatives: NotRequired[list[StoredAlternative]]
    options: NotRequired[list[QuoteOption]]


def is_at_least(breakdown: StoredBreakdown) -> bool:
    """Whether the totals leave something out: a price on request, or what depends on a question left open."""
    return bool(breakdown["on_request"] or breakdown.get("not_counted"))


def counts_nothing(breakdown: StoredBreakdown) -> bool:
    """Whether a total has nothing in it yet, because everything is on request or left open: it is no amount of 0."""
    total = breakdown["totals"]["total"]
    return is_at_least(breakdown) and not any(map(Decimal, (total["low"], total["likely"], total["high"])))


def read_breakdown(text: str) -> StoredBreakdown:
    """Parse the JSON of a breakdown that this program stored; no validation."""
    return cast(StoredBreakdown, json.loads(text))


def read_quote(text: str) -> StoredQuote:
    """Parse the JSON of a quote's content that this program stored; no validation."""
    return cast(StoredQuote, json.loads(text))


def read_answers(text: str) -> StoredAnswers:
    """Parse the JSON of answers in normal form that this program stored; no validation."""
    return cast(StoredAnswers, json.loads(text))
