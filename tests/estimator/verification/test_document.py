"""Checking documents: what a number tells, and what a file tells, whoever made the file."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pikepdf
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from estimator import estimates, quotes, verification
from estimator.db import db
from estimator.models import QuoteRevision
from estimator.privacy import erasure
from estimator.verification import Difference, Reference, check, reference_of, word_for
from pricing import canonical_json
from tests.support import example_quotes as example
from tests.support import hostile_pdfs as hostile
from tests.support.acts import acting
from tests.support.example_list import NOW
from tests.support.example_mail import estimate

DAY = timedelta(days=1)
PATIENT_SAYS: dict[str, Callable[[QuoteRevision], None]] = {
    "accepted": example.accept,
    "declined": example.decline,
}


@pytest.fixture
def revision(app: Flask) -> QuoteRevision:
    """Return a quote that was issued."""
    return example.quoted()


@pytest.fixture
def issued(revision: QuoteRevision) -> bytes:
    """Return its document."""
    return example.draw(revision)


def revised(revision: QuoteRevision) -> QuoteRevision:
    """Issue another revision of the same quote, 100 cheaper."""
    request = revision.quote.request
    example.prepare(request, adjustments=[("-100.00", "Kept for longer")])
    return example.issue(request)


def withdraw(revision: QuoteRevision) -> None:
    quotes.withdraw(acting(actor="user:1", now=NOW, settings=example.settings()), revision, reason="prices")
    db.session.commit()


def told(revision: QuoteRevision, after: timedelta = timedelta(0)) -> str:
    """Return the word for a revision, so long after it was issued."""
    return word_for(Reference(revision.quote.number, revision.number), NOW + after)


def content_of(revision: QuoteRevision) -> dict[str, Any]:
    return dict(quotes.content_of(revision))


def carrying(data: Any, name: str = "quote.json") -> bytes:
    """Return a PDF that somebody else made, with data of their own in it."""
    return hostile.with_files({name: data if isinstance(data, bytes) else canonical_json(data)})


def last_day(revision: QuoteRevision) -> timedelta:
    """Return how long after NOW the last day of a revision is over."""
    return (revision.valid_until - NOW.date() + DAY).days * DAY


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Q-2026-00017", Reference("Q-2026-00017", None)),
        (" q-2026-17 ", Reference("Q-2026-00017", None)),
        ("Q 2026 00017, revision 2", Reference("Q-2026-00017", 2)),
        ("Q-2026-00017/2", Reference("Q-2026-00017", 2)),
        ("Q\N{EN DASH}2026\N{EN DASH}00017/02", Reference("Q-2026-00017", 2)),
        ("Q-٢٠٢٦-٠٠٠١٧", Reference("Q-2026-00017", None)),
        ("Q-2026-123456", Reference("Q-2026-123456", None)),
        ("EST-7K3M-92QF", "EST"),
        ("req 7k3m 92qf", "REQ"),
    ],
)
def test_a_number_is_read_however_it_is_written(typed: str, meant: object) -> None:
    assert reference_of(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "17",
        "Q",
        "Q-2026-",
        "Q-2026-00017/2/3",
        "Q-2026-00017\x00",
        "Q" * 10_000,
        "Q-1-" + "0" * 99,
        "\udc80",
    ],
)
def test_what_is_no_number_is_none(typed: str) -> None:
    assert reference_of(typed) is None


def test_a_quote_is_current_until_its_last_day_is_over(revision: QuoteRevision) -> None:
    assert told(revision) == "current"
    assert (
        told(revision, last_day(revision) - timedelta(seconds=1) - (NOW - NOW.replace(hour=0, minute=0)))
        == "current"
    )
    assert told(revision, last_day(revision)) == "expired"


@pytest.mark.parametrize("says", PATIENT_SAYS)
def test_after_the_last_day_nobody_can_tell_what_the_patient_said(revision: QuoteRevision, says: str) -> None:
    PATIENT_SAYS[says](revision)
    assert told(revision, last_day(revision)) == "expired"


def test_an_accepted_quote_looks_like_an_open_one(revision: QuoteRevision) -> None:
    example.accept(revision)
    assert told(revision) == "current"


@pytest.mark.long
def test_a_declined_and_a_withdrawn_quote_look_the_same(app: Flask) -> None:
    declined, withdrawn = (example.quoted(submission=name) for name in ("first", "second"))
    example.decline(declined)
    withdraw(withdrawn)
    assert told(declined) == told(withdrawn) == "expired"


@pytest.mark.parametrize(
    "first", [lambda _revision: None, example.decline, withdraw], ids=["open", "declined", "withdrawn"]
)
def test_an_older_revision_is_replaced_whatever_became_of_it(
    revision: QuoteRevision, first: Callable[[QuoteRevision], None]
) -> None:
    first(revision)
    newer = revised(revision)
    assert told(revision) == told(revision, last_day(newer)) == "replaced"
    assert told(newer) == "current"


def test_a_number_alone_is_that_of_the_newest_revision(revision: QuoteRevision) -> None:
    newer = revised(revision)
    alone = Reference(revision.quote.number, None)
    assert word_for(alone, NOW) == "current"
    withdraw(newer)
    assert word_for(alone, NOW) == "expired"


@pytest.mark.parametrize(
    "asked", [Reference("Q-2026-00002", None), Reference("Q-2026-00001", 2), Reference("Q-2025-00001", 1)]
)
def test_what_was_never_issued_is_unknown(revision: QuoteRevision, asked: Reference) -> None:
    assert revision.quote.number == "Q-2026-00001"
    assert word_for(asked, NOW) == "unknown"


@pytest.mark.long
def test_what_was_issued_is_genuine_and_comes_to_the_same(revision: QuoteRevision, issued: bytes) -> None:
    found = check(issued, NOW)
    assert (found.genuine, found.word, found.reference) == (True, "current", Reference("Q-2026-00001", 1))
    assert found.computed is not None
    assert found.computed.same
    assert found.computed.written == found.computed.computed == revision.total


@pytest.mark.long
def test_a_replaced_document_is_genuine_and_replaced(revision: QuoteRevision, issued: bytes) -> None:
    revised(revision)
    found = check(issued, NOW)
    assert (found.genuine, found.word) == (True, "replaced")


@pytest.mark.long
def test_once_the_person_is_erased_the_document_can_still_be_checked(
    revision: QuoteRevision, issued: bytes
) -> None:
    erasure.erase(acting(actor="user:1", now=NOW), revision.quote.request)
    db.session.commit()
    db.session.expire_all()
    assert revision.rows is None
    found = check(issued, NOW)
    assert found.genuine
    assert found.computed is not None
    assert found.computed.same


def test_one_byte_more_is_not_what_was_issued(issued: bytes) -> None:
    found = check(issued + b"\n", NOW)
    assert (found.genuine, found.same_data, found.word) == (False, True, "current")


def test_figures_changed_on_a_page_alone_do_not_pass(revision: QuoteRevision, issued: bytes) -> None:
    with pikepdf.open(io.BytesIO(issued)) as opened:
        opened.pages[0].contents_add(b"BT ET", prepend=False)
        changed = hostile.bytes_of(opened)
    found = check(changed, NOW)
    assert (found.genuine, found.same_data) == (False, True)
    assert found.computed is not None
    assert found.computed.computed == revision.total


def test_figures_changed_in_the_data_are_named(revision: QuoteRevision) -> None:
    data = content_of(revision)
    true = data["total"]
    data["total"] = "1.00"
    (line,) = [item for item in data["breakdown"]["items"] if item["code"] == "session"]
    amount, label = line["amount"]["likely"], line["label"]
    line["amount"]["likely"] = "0.50"
    found = check(carrying(data), NOW)
    assert (found.genuine, found.same_data, found.word) == (False, False, "current")
    assert found.computed is not None
    assert (found.computed.written, found.computed.computed) == ("1.00", true)
    assert found.computed.differences == [
        Difference("total", "", None, "1.00", true),
        Difference("item", "session", label, "0.50", amount),
    ]


def test_a_document_with_another_number_is_not_that_of_the_number(revision: QuoteRevision) -> None:
    """The figures are right and the number exists, but it was given to somebody else."""
    other = example.quoted(submission="other", plan={"cells": "own", "sessions": "3"})
    found = check(carrying({**content_of(revision), "number": other.quote.number}), NOW)
    assert (found.genuine, found.same_data, found.word) == (False, False, "current")
    assert found.computed is not None
    assert found.computed.same


def test_a_number_that_nobody_gave_is_unknown(revision: QuoteRevision) -> None:
    found = check(carrying({**content_of(revision), "number": "Q-2026-00999"}), NOW)
    assert (found.genuine, found.word) == (False, "unknown")


def test_a_list_that_was_never_published_here_computes_nothing(revision: QuoteRevision) -> None:
    data = content_of(revision)
    data["table"]["sha256"] = "0" * 64
    computed = check(carrying(data), NOW).computed
    assert computed is not None
    assert (computed.why, computed.same) == ("no_table", False)


def test_answers_that_the_list_does_not_take_are_refused(revision: QuoteRevision) -> None:
    data = content_of(revision)
    data["answers"]["sessions"] = "999"
    computed = check(carrying(data), NOW).computed
    assert computed is not None
    assert computed.why == "refused"


def test_a_line_that_was_added_is_named_without_its_words(revision: QuoteRevision) -> None:
    """Whoever made the file does not get to write on our page."""
    data = content_of(revision)
    line = {**data["breakdown"]["items"][0], "code": "call +1 555", "label": {"en": "Call this number"}}
    data["breakdown"]["items"].append(line)
    computed = check(carrying(data), NOW).computed
    assert computed is not None
    assert computed.differences == [Difference("item", "", None, line["amount"]["likely"], None)]


@pytest.mark.long
def test_an_estimate_is_computed_again_and_never_called_genuine(app: Flask) -> None:
    record, _token = estimate(NOW)
    found = check(estimates.pdf_document.pdf_of(record), NOW)
    assert (found.genuine, found.kind, found.word) == (False, "estimate", None)
    assert found.computed is not None
    assert found.computed.same


def test_an_estimate_with_another_total_does_not_follow_from_the_list(app: Flask) -> None:
    record, _token = estimate(NOW)
    data = json.loads(record.breakdown)
    true = data["totals"]["total"]["likely"]
    data["totals"]["total"]["likely"] = "5.00"
    computed = check(carrying(data, "estimate.json"), NOW).computed
    assert computed is not None
    assert (computed.written, computed.computed) == ("5.00", true)
    assert computed.differences == [Difference("totals", "total", None, "5.00", true)]


@pytest.mark.long
@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"null", b"{", b"\xff", b'{"a":' * 100_000, b"9" * 10_000, b'{"kind":"quote"}', b"NaN"],
)
@pytest.mark.parametrize("name", ["quote.json", "estimate.json"])
def test_data_that_are_none_of_ours_are_told_apart(app: Flask, data: bytes, name: str) -> None:
    found = check(carrying(data, name), NOW)
    assert found.computed is not None
    assert (found.genuine, found.computed.why) == (False, "no_data")


PARTS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["1e999999", "-0", "\udc80"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
@pytest.mark.parametrize("kind", ["quote", "estimate"])
def test_whatever_somebody_writes_into_the_data_has_an_answer(
    revision: QuoteRevision, kind: Any, data: st.DataObject
) -> None:
    """Any one part of real data is replaced by anything that JSON can say, and by some things that it cannot."""
    written = content_of(revision)
    if kind == "estimate":
        written = written["breakdown"]
    inner: Any = written
    key: Any = data.draw(st.sampled_from(sorted(written)))
    while data.draw(st.booleans()) and isinstance(inner[key], (dict, list)) and inner[key]:
        inner = inner[key]
        key = data.draw(st.sampled_from(sorted(inner) if isinstance(inner, dict) else range(len(inner))))
    inner[key] = data.draw(PARTS)
    found = verification.compute(kind, written, NOW)
    assert found.why in (None, "no_data", "no_table", "refused")
    assert all(
        value is None or verification.amount(value)
        for each in found.differences
        for value in (each.written, each.computed)
    )


def test_a_file_is_forgotten(issued: bytes, caplog: pytest.LogCaptureFixture) -> None:
    tables = {table: db.session.execute(table.select()).all() for table in db.metadata.sorted_tables}
    check(issued + b"%", NOW)
    db.session.commit()
    assert {table: db.session.execute(table.select()).all() for table in db.metadata.sorted_tables} == tables
    assert not caplog.records
