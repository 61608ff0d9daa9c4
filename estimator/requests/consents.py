"""What somebody agrees to who asks for a firm quote: each purpose by itself, with the exact words they read.

Whoever changes a sentence below gives it a new version. What was agreed to is stored with each request as it was
read, so that an older one stays what it was.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from estimator.i18n import Reader, speaking
from estimator.i18n import gettext as _

HEALTH_DATA = "health_data"
CONTACT = "contact"
ON_BEHALF = "on_behalf"
QUESTION = "question"

VERSION = "2026-11.1"
"""The version of the words below: the month in which they were written, and a number within it."""


@dataclass(frozen=True)
class Consent:
    """One purpose, and the words in which somebody is asked about it."""

    purpose: str
    version: str
    language: str
    words: str


def asked(reader: Reader, provider: object) -> dict[str, Consent]:
    """Return every consent by its purpose, in the reader's language; `provider` is who is to be allowed it."""
    with speaking(reader):
        words = {
            HEALTH_DATA: _(
                "%(provider)s may store and use what I write here, and my estimate, to prepare a quote. "
                "It says something about health.",
                provider=provider,
            ),
            CONTACT: _(
                "%(provider)s may write to me or call me about this request, at the address and the number "
                "that I give here, and about nothing else.",
                provider=provider,
            ),
            ON_BEHALF: _(
                "I am asking for somebody else, and this person has allowed me to give %(provider)s what I "
                "write here.",
                provider=provider,
            ),
        }
    return {purpose: Consent(purpose, VERSION, reader.tag, said) for purpose, said in words.items()}


def for_question(reader: Reader, provider: object) -> Consent:
    """Return what somebody agrees to who only asks a question."""
    with speaking(reader):
        words = _(
            "%(provider)s may store what I write here and use it, with my estimate, to answer me at the address or "
            "the number that I give here, and for nothing else. It may say something about health.",
            provider=provider,
        )
    return Consent(QUESTION, VERSION, reader.tag, words)


def needed(for_whom: str) -> Collection[str]:
    """Return the purposes without which nobody can work on a request, in the order of the page."""
    return (HEALTH_DATA, CONTACT, ON_BEHALF) if for_whom == "other" else (HEALTH_DATA, CONTACT)
