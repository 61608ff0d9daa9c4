"""Answers to a price list's questions that somebody gave on the page of their request: sealed in an event of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from estimator import keys
from estimator.db import db
from estimator.models import PatientRequest, RequestEvent, TableVersion

IN = "answered_in"
"""What the detail of an event calls the price list whose questions were answered with it."""


@dataclass(frozen=True)
class Answered:
    """What was answered at once, by question, in normal form; None is "I do not know".

    `version` is the number of the price list's version whose questions they are.
    """

    version: int
    answers: Mapping[str, str | bool | None]

    def sealed_with(self, words: str) -> str:
        """Return the text of an event that holds the answers, and words that were written beside them."""
        kept = {"answers": dict(self.answers), "words": words}
        return json.dumps(kept, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True)
class TheirAnswer:
    """The last answer to one question, when it was given, and to which version of the price list; None is not known."""

    answer: str | bool | None
    at: datetime
    version: TableVersion


def read(detail: Mapping[str, Any], text: str | None) -> tuple[str | None, Answered | None]:
    """Return the words of an event, and the answers that were given with it; both None once they are erased."""
    if IN not in detail or text is None:
        return text, None
    kept = json.loads(text)
    return kept["words"] or None, Answered(detail[IN], kept["answers"])


def version_of(answered: Answered, request: PatientRequest) -> TableVersion:
    """Return the version of the price list whose questions were answered."""
    return db.session.get(TableVersion, answered.version) or request.table_version


def their_answers(request: PatientRequest, keyring: keys.Keyring) -> dict[str, TheirAnswer]:
    """Return what was answered on the page of a request, by question; of several answers to one the last counts.

    Raises keys.Unreadable.
    """
    events = db.session.scalars(
        select(RequestEvent)
        .where(
            RequestEvent.request_id == request.id,
            RequestEvent.kind == "question",
            RequestEvent.words.is_not(None),
            RequestEvent.detail.contains(f'"{IN}"', autoescape=True),
        )
        .order_by(RequestEvent.id)
    )
    found: dict[str, TheirAnswer] = {}
    for event in events:
        assert event.words is not None
        text = keyring.open(event.words, RequestEvent.__tablename__, "words", event.name)
        _words, answered = read(json.loads(event.detail), text)
        if answered is not None:
            version = version_of(answered, request)
            found |= {
                code: TheirAnswer(answer, event.at, version) for code, answer in answered.answers.items()
            }
    return found
