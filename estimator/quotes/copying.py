"""The plans of one quote for another request: what was worked out once need not be typed again."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest

from estimator import audit, price_lists
from estimator.act import Act
from estimator.models import PatientRequest, QuoteDraft, QuoteRevision
from estimator.quotes import draft_plans, drafts, from_revision, given_prices, plans
from estimator.quotes.draft_plans import DraftPlan
from estimator.quotes.drafts import ChangedMeanwhile
from estimator.requests import lock
from pricing import PriceTable
from pricing.quote_plans import LETTERS


class OtherList(Exception):
    """A quote of another price list cannot be copied: its questions are others."""


class NoWords(Exception):
    """The person of the quote was erased, and with them the labels of its adjustments."""


def copy(act: Act, request: PatientRequest, revision: QuoteRevision, *, save: int | None) -> QuoteDraft:
    """Put the plans of a revision in place of those that are prepared for a request, and return its draft.

    Each replaces what the one at its place would have replaced. What the patient said of themselves stays that of this
    request, and so do prices and last day. `save` is that of the draft that somebody saw, None if there was none.
    Raises OtherList, NoWords, ChangedMeanwhile, and requests.Erased.
    """
    lock(request)
    there = drafts.for_request(request)
    if (there is None) != (save is None):
        raise ChangedMeanwhile
    source = revision.quote.request
    if source.slug != request.slug:
        raise OtherList
    given = from_revision.given(act, revision)
    if not given.has_words:
        raise NoWords
    draft = drafts.begin(act, request)
    replaced = draft_plans.all_of(draft, act.settings)
    own = replaced[0].answers
    table = price_lists.parsed(plans.offered(request, act.now).version(draft.prices))
    on_top = draft.save if save is None else save
    copied = [
        DraftPlan(
            _answers(plan.answers, own, table),
            plan.lines,
            None if one is None else one.replaces,
            drafts.key_of_new(on_top, letter),
        )
        for letter, plan, one in zip_longest(LETTERS, given.plans.values(), replaced)
        if plan is not None
    ]
    values = draft_plans.values(copied, draft.name, act.settings)
    values["priced"] = given_prices.column(given.priced)
    values["options"] = draft_plans.sealed_options(given.options, draft.name, act.settings)
    changed = drafts.save_columns(act, draft, on_top, values)
    audit.add(
        act,
        "quote.copied",
        subject=f"request:{request.id}",
        number=revision.quote.number,
        revision=revision.number,
    )
    return changed


def _answers(
    theirs: Mapping[str, str | bool], own: Mapping[str, str | bool], table: PriceTable
) -> dict[str, str | bool]:
    """Return the answers of a quote for another person: what is asked about the patient is that person's."""
    return {
        driver.code: whose[driver.code]
        for driver in table.drivers
        if driver.code in (whose := own if driver.role == "about_you" else theirs)
    }
