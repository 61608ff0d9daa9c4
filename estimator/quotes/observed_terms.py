"""What a revision has to observe: the terms of the version it was issued with, whatever the list says since."""

from __future__ import annotations

from datetime import date, datetime

from estimator import price_lists
from estimator.act import Act, Clinic
from estimator.models import QuoteRevision
from estimator.quotes.issued_revisions import rows_of
from pricing import PriceTable, legal_terms


def first_day_to_accept(revision: QuoteRevision) -> date | None:
    """Return the first day, in its time zone, on which a revision may be accepted or paid; None if that is any day."""
    table = price_lists.parsed(revision.table_version)
    return legal_terms.of(table).accept_from(price_lists.day_of(revision.issued_at, revision.time_zone))


def waits_until(revision: QuoteRevision, now: datetime) -> date | None:
    """Return the first day on which a revision may be accepted if it has not come yet, None if it has."""
    first = first_day_to_accept(revision)
    return None if first is None or price_lists.day_of(now, revision.time_zone) >= first else first


def days_given(table: PriceTable, clinic: Clinic) -> int:
    """Return how many days a quote that is issued now gives to take it back: those of the list, or the clinic's."""
    own = legal_terms.of(table).take_back
    return clinic.reflection_days if own is None else own


def days_to_take_back(act: Act, revision: QuoteRevision) -> int:
    """Return for how many days an acceptance can be taken back: what its document says, whatever was set since."""
    rows = rows_of(revision, act.settings.data_keys)
    if rows is None or rows.days_to_take_back is None:
        return days_given(price_lists.parsed(revision.table_version), act.clinic)
    return rows.days_to_take_back
