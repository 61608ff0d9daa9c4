"""What a patient has accepted of a revision: one plan, the lines that were taken with it, and what that comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from estimator.models import QuoteRevision
from estimator.quotes.issued_revisions import content_of, decision_of, last_day_to_take_back, taken_with
from pricing import PriceTable, quote_options, quote_plans
from pricing.stored import StoredQuote


@dataclass(frozen=True)
class Agreed:
    """An acceptance that stands; `total` has the lines that were taken in it."""

    at: datetime
    #: which plan, "" where there was one
    plan: str
    #: the content of that plan, as if it had been the only one
    content: StoredQuote
    #: numbers of the lines that were taken, from 1 on
    taken: Sequence[int]
    total: str
    #: the first day on which it is paid: the one after the last on which it can be taken back; None if any day is one
    first_to_pay: date | None

    def payments(self, table: PriceTable) -> dict[str, str]:
        """Return what each payment comes to, by its code, with the lines that were taken."""
        found = quote_options.payments_with(self.content, table, self.taken)
        return {code: quote_options.written(amount, self.content) for code, amount in found}


def agreed(revision: QuoteRevision) -> Agreed | None:
    """Return what is accepted of a revision; None if nothing is, or not any more."""
    said = decision_of(revision)
    if said is None or said.kind != "accepted" or said.taken_back_at is not None:
        return None
    content = quote_plans.by_plan(content_of(revision))[said.plan or ""]
    last = last_day_to_take_back(said, revision.time_zone)
    return Agreed(
        said.at,
        said.plan or "",
        content,
        taken_with(said),
        said.total or content["total"],
        None if last is None else last + timedelta(days=1),
    )
