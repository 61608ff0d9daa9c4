"""The answers with which somebody tried a draft last, kept in their session until they sign out."""

from __future__ import annotations

import json
from collections.abc import Mapping

from flask import session

from estimator.models import Draft
from estimator.price_lists.trial import accepted
from estimator.web.staff.signed_in import act
from pricing import PriceTable

KEY = "tried"
MOST_CHARACTERS = 1_500
"""Maximum length of the answers that are kept: a browser takes cookies of 4,096 bytes, with everything in them."""


def keep(draft: Draft, answers: Mapping[str, str | bool]) -> None:
    """Keep the answers of a plan, if they are short enough; those of one draft at a time."""
    session.pop(KEY, None)
    if len(json.dumps(dict(answers))) <= MOST_CHARACTERS:
        session[KEY] = [act().actor, draft.id, dict(answers)]


def answers_of(draft: Draft, table: PriceTable) -> Mapping[str, str | bool] | None:
    """Return the answers with which the signed-in person tried a draft last, as far as it takes them."""
    found = session.get(KEY)
    if not isinstance(found, list) or found[:2] != [act().actor, draft.id] or not isinstance(found[2], dict):
        return None
    return accepted(table, found[2])
