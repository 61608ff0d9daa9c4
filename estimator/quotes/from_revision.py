"""What a revision gives to a draft that begins with it: its plans, and the lines that may be taken with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from estimator import price_lists
from estimator.act import Act
from estimator.models import QuoteRevision
from estimator.quotes import given_prices
from estimator.quotes.draft_plans import DraftPlan, Line
from estimator.quotes.given_prices import GivenPrice
from estimator.quotes.issued_revisions import content_of, rows_of
from estimator.wording import FirmRows
from pricing import quote_plans
from pricing.quote import Adjustment
from pricing.quote_options import Option
from pricing.quote_plans import LETTERS
from pricing.stored import StoredQuote


@dataclass(frozen=True)
class Given:
    """The plans of a revision by their letters, its lines to be taken or left, the prices that were given for it, and
    the second language of its document.

    Labels and reasons are words: once those are removed, there are no adjustments and no such lines.
    """

    plans: Mapping[str, DraftPlan]
    options: Sequence[Option]
    second: str | None
    has_words: bool
    priced: Mapping[str, GivenPrice]


def given(act: Act, revision: QuoteRevision) -> Given:
    """Return what a revision gives to a draft, with the actor as the author of its adjustments and prices.

    Raises keys.Unreadable.
    """
    content, rows = content_of(revision), rows_of(revision, act.settings.data_keys)
    worded = {} if rows is None else rows.by_plan()
    return Given(
        plans={
            letter: DraftPlan(
                each["answers"],
                _adjustments(act, worded.get(letter), content["currency"]),
                letter or LETTERS[0],
            )
            for letter, each in quote_plans.by_plan(content).items()
        },
        options=[] if rows is None else _options(content, rows),
        second=None if rows is None or rows.second is None else rows.second.language,
        has_words=rows is not None,
        priced=given_prices.issued_in(content, price_lists.parsed(revision.table_version), act.actor),
    )


def _adjustments(act: Act, rows: FirmRows | None, currency: str) -> list[Line]:
    return [
        Line(
            Adjustment(Decimal(row.plain), row.label.text, row.reason, row.why is not None, currency),
            act.actor,
        )
        for row in (() if rows is None else rows.adjustments)
    ]


def _options(content: StoredQuote, rows: FirmRows) -> list[Option]:
    return [
        Option(
            Decimal(each["net"]),
            row.label.text,
            tuple(tax["code"] for tax in each["taxes"]),
            content["currency"],
        )
        for each, row in zip(content.get("options", []), rows.options, strict=True)
    ]
