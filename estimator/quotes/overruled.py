"""What the patient answered about themselves and a quote says otherwise: issued only with somebody's reason."""

from __future__ import annotations

import json
from collections.abc import Collection

from estimator import keys, price_lists, requests
from estimator.act import Act
from estimator.models import PatientRequest
from estimator.quotes import given_on_page
from estimator.quotes.plans import Prepared
from pricing import PriceTable


class Unexplained(Exception):
    """The quote says something else about the patient than they did, and nobody says why."""


def by_quote(act: Act, request: PatientRequest, prepared: Prepared) -> dict[str, requests.TheirAnswer]:
    """Return what the patient answered about themselves and a quote would say otherwise, by question.

    Raises keys.Unreadable.
    """
    theirs = requests.their_answers(request, act.settings.data_keys)
    table = price_lists.parsed(prepared.version)
    return given_on_page.overruled(table, theirs, [plan.answers for plan in prepared.plans])


def told(act: Act, request: PatientRequest, prepared: Prepared) -> str:
    """Return what changes with what `by_quote` finds, from which nothing can be read; empty if that is nothing."""
    found = by_quote(act, request, prepared)
    said = [
        [code, one.answer, [plan.answers.get(code) for plan in prepared.plans]] for code, one in found.items()
    ]
    return keys.lookup(act.settings.lookup_key, "overruled", json.dumps(said)) if said else ""


def reason(contradicted: Collection[str], table: PriceTable, why: str) -> str:
    """Return the words for the history: the questions, as the list's main language calls them, and why."""
    labels = [driver.label[table.main_language] for driver in table.drivers if driver.code in contradicted]
    return "\n".join([*labels, why.strip()])


def explained(act: Act, request: PatientRequest) -> str:
    """Return the reason that was given last, behind the questions it was about; empty if there is none, or no key."""
    try:
        entries = requests.history(request, act.settings.data_keys)
    except keys.Unreadable:
        return ""
    return next((entry.words for entry in entries if entry.kind == "overruled" and entry.words), "")
