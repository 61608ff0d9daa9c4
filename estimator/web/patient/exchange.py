"""Questions and answers about a request, as they stand on its page and on that of its quote."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypedDict

from estimator import price_lists, requests
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.models import PatientRequest
from estimator.web import request_context
from estimator.web.language import current_reader
from estimator.wording.told_answers import ToldAnswer, told_answers


class Said(TypedDict):
    """What one side wrote to the other, and answers to questions; both only where they may be shown.

    What is `folded` stands on the page in another way.
    """

    sentence: str
    words: str | None
    answers: Sequence[ToldAnswer]
    folded: bool


def said_so_far(
    record: PatientRequest,
    zone: str,
    *,
    with_words: bool,
    is_asked_here: Callable[[str], bool] = lambda _words: False,
) -> list[Said]:
    """Return the questions and answers about a request, the first first. Raises keys.Unreadable.

    `is_asked_here` tells whether a message of ours only asks what the page asks anyway, so that it is folded.
    """
    events = requests.history(record, request_context.settings().data_keys)
    return [
        {
            "sentence": _sentence(event) % {"moment": current_reader().clock(event.at, zone)},
            "words": event.words if with_words else None,
            "answers": answers_in_words(event, record) if with_words else [],
            "folded": event.kind == "answer" and event.words is not None and is_asked_here(event.words),
        }
        for event in reversed(events)
        if event.kind in requests.EXCHANGE
    ]


def answered_since(record: PatientRequest, moment: datetime) -> bool:
    """Whether the last word is an answer of ours that came after a moment. Raises keys.Unreadable."""
    events = requests.history(record, request_context.settings().data_keys)
    last = next((event for event in events if event.kind in requests.EXCHANGE), None)
    return last is not None and last.kind != "question" and last.at > moment


def said_with_it(record: PatientRequest, zone: str) -> list[Said]:
    """Return what was written with a request itself, where anything was. Raises keys.Unreadable."""
    person = requests.person_of(record, request_context.settings().data_keys)
    if person is None or not person.message:
        return []
    moment = current_reader().clock(record.created_at, zone)
    sentence = (
        _("What you told us when you asked, on %(moment)s", moment=moment)
        if record.origin == "staff"
        else _("What you wrote with your request, on %(moment)s", moment=moment)
    )
    return [{"sentence": sentence, "words": person.message, "answers": [], "folded": False}]


def answers_in_words(event: requests.Entry, record: PatientRequest) -> list[ToldAnswer]:
    """Return the answers to questions that were given with an event, in the reader's language; empty if none were."""
    if event.answered is None:
        return []
    table = price_lists.parsed(requests.version_of(event.answered, record))
    return told_answers(table, event.answered.answers, current_reader())


def _sentence(event: requests.Entry) -> str:
    """Return what is said above a question or an answer."""
    sentences = {
        "question": lazy_gettext("What you wrote on %(moment)s"),
        "answered": lazy_gettext("What you answered on %(moment)s"),
        "answer": lazy_gettext("Our answer of %(moment)s"),
        "telephone": lazy_gettext("What we told you by telephone on %(moment)s"),
        "whatsapp": lazy_gettext("What we wrote to you in a chat on %(moment)s"),
    }
    kind = event.kind if event.answered is None else "answered"
    return str(sentences.get(event.detail.get("way", ""), sentences[kind]))
