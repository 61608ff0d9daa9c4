"""The shape of what is kept of somebody, as `data_export` returns it and a program reads it.

Moments and days are ISO text. None is what was not given, has not happened, or is not kept any more.
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from pricing.past_bills import Said
from pricing.range_data import RangeData
from pricing.stored import StoredAnswers, StoredBreakdown, StoredQuote


class KeptPerson(TypedDict):
    """Who asks, and what they wrote; what was left open is None."""

    full_name: str
    email: str | None
    phone: str | None
    message: str
    patient_name: str | None
    injury_level: str | None
    injury_completeness: str | None
    injury_month: str | None
    age_group: str | None
    answer_hours: str | None


class KeptConsent(TypedDict):
    """One consent, in the words that were agreed to."""

    purpose: str
    version: str
    language: str
    words: str
    how: str
    given_at: str
    withdrawn_at: str | None


class KeptEvent(TypedDict):
    """Something that happened; `by` names no member of staff.

    `answers` are answers to questions of the price list, in normal form by question, None for what is not known; None
    where nothing was answered.
    """

    at: str
    by: Literal["patient", "staff", "clock"]
    what: str
    detail: dict[str, object]
    words: str | None
    answers: dict[str, str | bool | None] | None


class KeptMail(TypedDict):
    """A mail to the person who asked."""

    kind: str
    address: str | None
    state: str
    put_at: str
    ended_at: str | None
    outcome: str | None


class KeptDecision(TypedDict):
    """What was answered to a revision."""

    kind: str
    at: str
    agreed_to: str
    typed_name: str | None
    reason: str | None
    words: str | None
    network: str
    taken_back_at: str | None
    plan: str | None
    taken: list[int]
    total: str | None


class KeptRevision(TypedDict):
    """A revision of a quote: its figures, its words as they were issued, and what was answered."""

    revision: int
    state: str
    state_since: str
    issued_at: str
    valid_until: str
    total: str
    currency: str
    patient: str | None
    content: StoredQuote
    worded: dict[str, object] | None
    document_sha256: str | None
    document_kept: bool
    decisions: list[KeptDecision]


class KeptQuote(TypedDict):
    """A quote with every revision."""

    number: str
    revisions: list[KeptRevision]


class KeptDraft(TypedDict):
    """A quote that is being prepared."""

    answers: StoredAnswers
    adjustments: list[dict[str, str | bool]]
    alternatives: list[dict[str, Any]]
    options: list[dict[str, Any]]
    priced: dict[str, str]
    words: str | None
    changed_at: str


class KeptBill(TypedDict):
    """A final bill as it was entered, with what it was compared with; `ended_as` is None while it stands."""

    billed_on: str
    total: str
    currency: str
    low: str | None
    likely: str | None
    high: str | None
    quoted: str | None
    items: list[Any]
    labels: list[str]
    reasons: list[str]
    note: str | None
    entered_at: str
    ended_as: str | None
    ended_at: str | None


class KeptRequest(TypedDict):
    """Everything that is kept of a request."""

    format: int
    kind: Literal["my_data"]
    reference: str
    asked_for: str
    asked_at: str
    kept_until: str
    person: KeptPerson | None
    country: str
    language: str
    answer_by: str | None
    for_whom: str
    planned_month: str | None
    state: str
    due_at: str
    estimate: str
    answers: StoredAnswers
    breakdown: StoredBreakdown
    consents: list[KeptConsent]
    history: list[KeptEvent]
    quote: KeptQuote | None
    quote_in_preparation: KeptDraft | None
    final_bills: list[KeptBill]
    mail: list[KeptMail]


class KeptPriceList(TypedDict):
    """Which version of a list an estimate was made with, and when it was withdrawn, if it was."""

    table: str
    version: str
    sha256: str
    withdrawn_at: str | None


class KeptEstimate(TypedDict):
    """Everything that is kept of an estimate."""

    format: int
    kind: Literal["my_data"]
    reference: str
    made_at: str
    kept_until: str
    language: str
    valid_until: str
    price_list: KeptPriceList
    past_bills: Said | None
    #: where its range comes from, worked out again; None if it is none, or lacks answers
    range: RangeData | None
    answers: StoredAnswers
    breakdown: StoredBreakdown
    #: in how many comparisons it stands
    comparisons: int
    mail: list[KeptMail]
