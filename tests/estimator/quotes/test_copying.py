"""The plans of a quote for another request: nothing is typed twice, and nothing about one patient becomes another's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from estimator import quotes
from estimator.db import db
from estimator.models import QuoteRevision
from estimator.privacy import erasure
from estimator.quotes import copying, drafts
from tests.support.acts import acting
from tests.support.example_list import NOW
from tests.support.example_quotes import (
    COLLEAGUE,
    PERSON,
    PLAN,
    ask,
    issue,
    list_text,
    person,
    prepare,
    publish,
    settings,
    with_plans,
)

OWN = """
[driver.thinners]
kind = "yes_no"
role = "about_you"
label.en = "Do you take blood thinners?"
default = false
"""


@pytest.fixture
def revision(app: Flask) -> QuoteRevision:
    """Return a quote of two and of three sessions, whose patient takes blood thinners."""
    version = publish(list_text(more=OWN))
    return with_plans("3", request=ask(version, plan={**PLAN, "thinners": True}))


def test_all_plans_are_copied_and_what_is_asked_about_the_patient_stays_theirs(
    revision: QuoteRevision,
) -> None:
    other = ask(revision.table_version, person=person(2), plan={**PLAN, "thinners": False}, submission="b")
    draft = copying.copy(acting(actor=COLLEAGUE, now=NOW, settings=settings()), other, revision, save=None)
    db.session.commit()
    assert drafts.letters_of(draft, settings()) == ["A", "B"]
    for letter, sessions in (("A", "2"), ("B", "3")):
        answers = drafts.answers_of(draft, settings(), letter)
        assert (answers["sessions"], answers["thinners"]) == (sessions, False)


def test_adjustments_are_copied_and_whoever_copies_is_their_author(app: Flask) -> None:
    version = publish()
    first = ask(version)
    prepare(first, adjustments=[("-900.00", "Courtesy")])
    draft = drafts.for_request(first)
    assert draft is not None
    drafts.approve(
        acting(actor=COLLEAGUE, now=NOW, settings=settings()),
        draft,
        fingerprint=drafts.preview(acting(now=NOW, settings=settings()), draft).fingerprint,
    )
    other = ask(version, person=person(2), submission="b")
    copied = copying.copy(
        acting(actor=COLLEAGUE, now=NOW, settings=settings()), other, issue(first), save=None
    )
    assert drafts.authors(copied, settings()) == {COLLEAGUE}
    found = drafts.preview(acting(now=NOW, settings=settings()), copied)
    assert (found.needs_approval, found.approved) == (True, False)


def test_what_was_prepared_is_replaced_only_if_nobody_changed_it_meanwhile(revision: QuoteRevision) -> None:
    other = ask(revision.table_version, person=person(2), submission="b")
    prepare(other)
    colleague = acting(actor=COLLEAGUE, now=NOW, settings=settings())
    for stale in (None, 7):
        with pytest.raises(drafts.ChangedMeanwhile):
            copying.copy(colleague, other, revision, save=stale)
    draft = copying.copy(colleague, other, revision, save=1)
    assert (draft.save, len(drafts.letters_of(draft, settings()))) == (2, 2)


def test_a_quote_of_another_list_is_not_copied(revision: QuoteRevision) -> None:
    other_list = publish(list_text().replace('table = "example"', 'table = "other"'))
    other = ask(other_list, person=replace(PERSON, email="b@example.org"), submission="b")
    with pytest.raises(copying.OtherList):
        copying.copy(acting(now=NOW, settings=settings()), other, revision, save=None)


def test_of_somebody_who_was_erased_nothing_is_copied(revision: QuoteRevision) -> None:
    other = ask(revision.table_version, person=person(2), submission="b")
    erasure.erase(acting(now=NOW, settings=settings()), revision.quote.request)
    db.session.commit()
    with pytest.raises(copying.NoWords):
        copying.copy(acting(now=NOW, settings=settings()), other, revision, save=None)
    assert quotes.for_request(other) is None
