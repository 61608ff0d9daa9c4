"""What the patient answered about themselves and a quote says otherwise: issued only with somebody's reason."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from estimator import keys, price_lists, requests
from estimator.act import Act
from estimator.models import PatientRequest
from estimator.quotes.plans import Prepared
from pricing import PriceTable


class Unexplained(Exception):
    """The quote says something else about the patient than they did, and nobody says why."""


Overruled = Mapping[str, requests.TheirAnswer]
"""What the patient answered about themselves and a quote would say otherwise, by question."""


def by_quote(act: Act, request: PatientRequest, prepared: Prepared) -> Overruled:
    """Return what a quote would overrule; what is not known yet, any answer does. Raises keys.Unreadable."""
    theirs = requests.their_answers(request, act.settings.data_keys)
    return {
        driver.code: said
        for driver in price_lists.parsed(prepared.version).drivers
        if driver.role == "about_you" and (said := theirs.get(driver.code)) is not None
        if any(plan.answers.get(driver.code, said.answer) != said.answer for plan in prepared.plans)
    }


def told(act: Act, found: Overruled, prepared: Prepared) -> str:
    """Return what changes with what `by_quote` found, from which nothing can be read; empty if that is nothing."""
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
