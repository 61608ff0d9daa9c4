"""The revision that the next one replaces: how it stands, what it says plan by plan, and what ends with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from estimator import keys, price_lists, wording
from estimator.db import db
from estimator.models import PatientRequest, Quote, QuoteDecision, QuoteRevision
from estimator.quotes.agreement import agreed
from estimator.quotes.issued_revisions import content_of, decision_of, revisions, rows_of, state_at
from pricing import quote_plans
from pricing.quote_plans import LETTERS


def standing(request: PatientRequest, now: datetime) -> str:
    """Return which revision is the newest and what became of it, "2 accepted 17"; empty before there is one.

    It changes with whatever a patient or the desk does about it, also if that is done and undone.
    """
    newest = db.session.scalar(
        select(QuoteRevision)
        .join(Quote, Quote.id == QuoteRevision.quote_id)
        .where(Quote.request_id == request.id)
        .order_by(QuoteRevision.number.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    if newest is None:
        return ""
    decision = db.session.scalar(
        select(QuoteDecision.id).filter_by(revision_id=newest.id).order_by(QuoteDecision.id.desc()).limit(1)
    )
    return f"{newest.number} {state_at(newest, now)} {decision or 0}"


def plans_of(revision: QuoteRevision, keyring: keys.Keyring) -> dict[str, wording.Before]:
    """Return the plans of the revision that is replaced, by their letters; of an accepted one, what was accepted."""
    rows, accepted = rows_of(revision, keyring), agreed(revision)
    worded = {} if rows is None else rows.by_plan()
    table = price_lists.parsed(revision.table_version)
    plans = {
        letter: wording.Before(
            content, table, worded[letter].adjustments if letter in worded else [], accepted is not None
        )
        for letter, content in quote_plans.by_plan(content_of(revision)).items()
    }
    return plans if accepted is None else {accepted.plan: plans[accepted.plan]}


def options_of(revision: QuoteRevision, keyring: keys.Keyring) -> list[wording.Offered]:
    """Return the lines that could be taken with the revision that is replaced, and which of them were."""
    rows, accepted = rows_of(revision, keyring), agreed(revision)
    if rows is None:
        return []
    labels = [row.label.text for row in rows.options]
    return wording.offered(content_of(revision), labels, [] if accepted is None else accepted.taken)


def counterparts(plans: Mapping[str, wording.Before], replacing: Sequence[str | None]) -> list[str | None]:
    """Return the letter of the plan that each one takes the place of, None of one that is new.

    `replacing` is what each plan of a draft replaces. Where none of those is there, as of an accepted quote whose
    accepted plan was removed, the first one takes the place of the first one.
    """
    only = LETTERS[0] if "" in plans else None
    found = ["" if letter == only else letter for letter in replacing]
    if plans.keys().isdisjoint(found):
        return [next(iter(plans)), *(None for _each in found[1:])]
    return [letter if letter in plans else None for letter in found]


def replaced_by(revision: QuoteRevision) -> QuoteRevision | None:
    """Return the revision whose place one has taken; None for the first."""
    return next((each for each in revisions(revision.quote) if each.number < revision.number), None)


def acceptance_ended_by(revision: QuoteRevision) -> QuoteRevision | None:
    """Return the older revision whose acceptance counts no longer because this one was issued; None if none does.

    One in between that nobody has answered, and whose mail perhaps never left, changes nothing of that.
    """
    for older in revisions(revision.quote):
        if older.number < revision.number and decision_of(older) is not None:
            return None if agreed(older) is None else older
    return None
