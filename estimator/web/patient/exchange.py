"""Questions and answers about a request, as they stand on its page and on that of its quote."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from estimator import requests
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.models import PatientRequest
from estimator.web import request_context
from estimator.web.language import current_reader


class Said(TypedDict):
    """What one side wrote to the other; `words` only where they may be shown."""

    sentence: str
    words: str | None


def said_so_far(record: PatientRequest, zone: str, *, with_words: bool) -> list[Said]:
    """Return the questions and answers about a request, the first first. Raises keys.Unreadable."""
    events = requests.history(record, request_context.settings().data_keys)
    return [
        {
            "sentence": _sentence(event) % {"moment": current_reader().clock(event.at, zone)},
            "words": event.words if with_words else None,
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
    return [{"sentence": sentence, "words": person.message}]


def _sentence(event: requests.Entry) -> str:
    """Return what is said above a question or an answer."""
    sentences = {
        "question": lazy_gettext("What you wrote on %(moment)s"),
        "answer": lazy_gettext("Our answer of %(moment)s"),
        "telephone": lazy_gettext("What we told you by telephone on %(moment)s"),
        "whatsapp": lazy_gettext("What we wrote to you in a chat on %(moment)s"),
    }
    return str(sentences.get(event.detail.get("way", ""), sentences[event.kind]))
