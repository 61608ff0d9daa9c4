"""A contact that is corrected where there may be a quote."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from estimator import requests
from estimator.act import Act
from estimator.mail import outbox
from estimator.models import PatientRequest
from estimator.quotes.issued_revisions import about, for_request, revisions
from estimator.quotes.issuing import new_link
from estimator.quotes.sending_again import Letter, Sent, address_of, send
from estimator.requests import Contact


@dataclass(frozen=True)
class Corrected:
    """What was changed: fields of the contact, whether links ended, and what became of each letter."""

    fields: tuple[str, ...]
    ended_links: bool
    sent: dict[Letter, Sent]


def correct_contact(
    act: Act,
    request: PatientRequest,
    contact: Contact,
    *,
    changes: int,
    end_links: bool = False,
    again: Collection[Letter] = (),
) -> Corrected:
    """Keep another contact, end the links if asked, and send what was sent once more.

    Without an address a link opens everything, so that taking one away ends the links that went there. Raises as
    `requests.correct`; nothing is changed then.
    """
    requests.lock(request)
    before = address_of(act, request)
    changed = requests.correct(act, request, contact, changes=changes)
    quote = for_request(request)
    if "email" in changed and before is not None and quote is not None:
        for revision in revisions(quote):
            outbox.stop(act, about(revision), before, words=requests.STOPPED)
    ended = end_links or (before is not None and contact.email is None)
    if ended and quote is not None:
        new_link(act, quote)
    elif ended:
        requests.new_link(act, request)
    return Corrected(changed, ended, {letter: send(act, request, letter) for letter in again})
