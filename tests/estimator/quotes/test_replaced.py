"""What is replaced is what somebody looked at: whatever a patient does meanwhile ends nothing unseen, and is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from estimator import quotes
from estimator.db import db
from estimator.i18n import gettext, reader, speaking
from estimator.mail import outbox
from estimator.models import Mail, PatientRequest, QuoteRevision
from estimator.processes import mail_contents
from estimator.quotes import drafts
from tests.support.acts import acting
from tests.support.example_list import NOW
from tests.support.example_quotes import (
    CLINIC,
    COORDINATOR,
    accept,
    ask,
    decline,
    issue,
    prepare,
    publish,
    quoted,
    settings,
    state,
    with_plans,
)


def take_back(revision: QuoteRevision) -> None:
    accept(revision)
    quotes.take_back(
        acting(clinic=CLINIC, now=NOW, settings=settings()),
        revision,
    )
    db.session.commit()


def withdraw(revision: QuoteRevision) -> None:
    quotes.withdraw(acting(actor=COORDINATOR, now=NOW, settings=settings()), revision, reason="mistake")
    db.session.commit()


def issue_as_seen(request: PatientRequest, standing: str) -> QuoteRevision:
    draft = drafts.for_request(request)
    assert draft is not None
    return quotes.issue(
        acting(clinic=CLINIC, actor=COORDINATOR, now=NOW, settings=settings()),
        request,
        save=draft.save,
        fingerprint=state(request).fingerprint,
        standing=standing,
    )


@pytest.mark.parametrize("meanwhile", [accept, decline, take_back, withdraw])
def test_what_became_of_the_one_before_since_somebody_looked_is_seen_before_anything_is_issued(
    app: Flask, meanwhile: Callable[[QuoteRevision], None]
) -> None:
    revision = quoted()
    request = revision.quote.request
    prepare(request, adjustments=[("-50", "Goodwill")])
    seen = quotes.replaced.standing(request, NOW)
    meanwhile(revision)
    became = quotes.state_at(revision, NOW)
    with pytest.raises(drafts.ChangedMeanwhile):
        issue_as_seen(request, seen)
    db.session.rollback()
    assert quotes.newest(revision.quote).id == revision.id
    assert quotes.state_at(revision, NOW) == became
    assert issue_as_seen(request, quotes.replaced.standing(request, NOW)).number == 2


def test_a_first_revision_replaces_nothing_that_somebody_could_have_seen(app: Flask) -> None:
    request = ask(publish())
    prepare(request)
    assert quotes.replaced.standing(request, NOW) == ""
    assert issue_as_seen(request, "").number == 1


def letter(revision: QuoteRevision) -> tuple[str, str]:
    """Return the mail of a revision as text and as HTML."""
    act = acting(now=NOW, settings=settings(), clinic=CLINIC, lease_seconds=60)
    number = db.session.scalars(
        select(Mail.id).filter_by(template="quote_issued", about=quotes.about(revision))
    ).one()
    claimed = outbox.claim(act, number)
    assert claimed is not None
    message = mail_contents.compose(act, claimed)
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    return text.get_content(), html.get_content()


ENDED = (
    "Revision %(revision)s was accepted. That acceptance counts no longer: nothing is agreed until this revision is "
    "accepted."
)


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_mail_of_a_revision_says_that_it_ends_an_acceptance(app: Flask, language: str) -> None:
    revision = quoted(submission="another", language=language)
    accept(revision)
    prepare(revision.quote.request)
    with speaking(reader(language)):
        said = gettext(ENDED, revision=1)
    assert language == "en" or not said.startswith("Revision 1 was")
    for body in letter(issue(revision.quote.request)):
        assert " ".join(said.split()) in " ".join(body.split())


@pytest.mark.parametrize("before", [None, decline, take_back])
def test_a_revision_that_ends_no_acceptance_says_nothing_of_one(
    app: Flask, before: Callable[[QuoteRevision], None] | None
) -> None:
    revision = quoted()
    if before is not None:
        before(revision)
    prepare(revision.quote.request)
    assert quotes.replaced.acceptance_ended_by(issue(revision.quote.request)) is None


def test_an_ended_acceptance_is_told_as_long_as_nobody_has_answered_since(app: Flask) -> None:
    first = with_plans("1")
    request = first.quote.request
    accept(first, plan="B")
    for number in (2, 3):
        prepare(request)
        revision = issue(request)
        ended = quotes.replaced.acceptance_ended_by(revision)
        assert (revision.number, ended) == (number, first)
    decline(revision)
    prepare(request)
    assert quotes.replaced.acceptance_ended_by(issue(request)) is None
