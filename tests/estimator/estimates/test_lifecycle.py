from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

import pricing
from estimator import estimates, links, price_lists
from estimator.db import db
from estimator.estimates import lifecycle, pdf_cache
from estimator.models import Document, Estimate, TableVersion
from tests.support.acts import acting
from tests.support.example_list import NOW, table_text

ANSWERS = {"sessions": 3}
KEY = "l" * 32

Make = Callable[..., str]


@pytest.fixture
def make(version: TableVersion) -> Make:
    """Return a function that makes an estimate of the example list and commits it."""

    def make(answers: Mapping[str, object] = ANSWERS, now: datetime = NOW, **other: object) -> str:
        given: dict[str, Any] = {"language": "en", "submission": "form-1", **other}
        token = estimates.make(acting(now=now, link_key=KEY), version, answers, **given)
        db.session.commit()
        return token

    return make


def find(token: str, now: datetime = NOW) -> Estimate | None:
    return estimates.find(acting(now=now, kept_days=90), token)


def found(token: str) -> Estimate:
    estimate = find(token)
    assert estimate is not None
    return estimate


def count(model: type[Estimate | Document] = Estimate) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_the_breakdown_is_stored_byte_for_byte(make: Make) -> None:
    estimate = found(make())
    expected = pricing.estimate(pricing.read(table_text()), ANSWERS)
    assert estimate.breakdown.encode() == expected.as_json()
    assert estimates.breakdown_of(estimate) == expected.as_dict()
    assert estimates.breakdown_of(estimate)["totals"]["total"]["likely"] == "6000.00"


def test_what_was_answered_is_told_from_what_was_left_open(make: Make) -> None:
    estimate = found(make({"sessions": "2", "nights": None, "rehab": True}))
    assert estimates.answers_of(estimate) == {"sessions": "2", "rehab": True}


def test_an_estimate_holds_nothing_about_a_person(make: Make) -> None:
    make()
    columns = {column.name for column in Estimate.__table__.columns}
    assert columns == {
        "id",
        "reference",
        "table_version_id",
        "given",
        "breakdown",
        "language",
        "valid_until",
        "submission",
        "link_hash",
        "link_serial",
        "created_at",
        "past_bills",
    }


def test_answers_that_cannot_be_priced_leave_nothing_behind(make: Make) -> None:
    with pytest.raises(pricing.BadAnswers):
        make({"sessions": 99})
    assert count() == 0


def test_the_prices_hold_until_the_end_of_a_day_at_the_clinic(app: Flask) -> None:
    late = datetime.fromisoformat("2026-03-10T20:00:00+00:00")  # the 11th in Tokyo
    version = price_lists.import_(acting(actor="command line", now=NOW), table_text(time_zone="Asia/Tokyo"))
    token = estimates.make(acting(now=late, link_key=KEY), version, ANSWERS, language="en", submission="")
    estimate = found(token)
    assert estimate.valid_until == date(2026, 4, 10)
    assert not estimates.has_expired(estimate, datetime.fromisoformat("2026-04-10T14:59:59+00:00"))
    assert estimates.has_expired(estimate, datetime.fromisoformat("2026-04-10T15:00:00+00:00"))


def test_a_reference_can_be_read_over_the_telephone(make: Make) -> None:
    references = {found(make(submission=f"form-{n}")).reference for n in range(20)}
    assert len(references) == 20
    for reference in references:
        assert re.fullmatch(r"EST-[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}", reference)


def test_a_reference_that_is_taken_is_replaced(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["EST-AAAA-AAAA", "EST-AAAA-AAAA", "EST-BBBB-BBBB"])
    monkeypatch.setattr(lifecycle, "_reference", lambda _demonstration: next(drawn))
    tokens = [make(submission=form) for form in ("form-1", "form-2")]
    assert [found(token).reference for token in tokens] == ["EST-AAAA-AAAA", "EST-BBBB-BBBB"]


def test_the_same_form_sent_twice_is_one_estimate(make: Make) -> None:
    assert make() == make()
    assert count() == 1


def test_a_changed_answer_in_the_same_form_is_another_estimate(make: Make) -> None:
    assert make({"sessions": 3}) != make({"sessions": 4})
    assert count() == 2


def test_the_same_form_in_another_language_is_another_estimate(make: Make) -> None:
    assert make(language="en") != make(language="ar")


def test_a_form_without_a_name_is_never_somebody_elses(make: Make) -> None:
    assert make(submission="") != make(submission="")
    assert count() == 2


def test_a_form_sent_twice_leaves_the_transaction_usable(version: TableVersion) -> None:
    act = acting(now=NOW, link_key=KEY)
    arguments: dict[str, Any] = {"language": "en", "submission": "form-1"}
    first = estimates.make(act, version, ANSWERS, **arguments)
    assert estimates.make(act, version, ANSWERS, **arguments) == first
    estimates.make(act, version, {"sessions": 1}, **arguments)
    db.session.commit()
    assert count() == 2


def test_the_same_form_sent_at_the_same_moment_is_one_estimate(app: Flask, version: TableVersion) -> None:
    db.session.remove()

    def send(_number: int) -> str:
        with app.app_context():
            stored = price_lists.in_force("example", NOW)
            token = estimates.make(
                acting(now=NOW, link_key=KEY), stored, ANSWERS, language="en", submission="form-1"
            )
            db.session.commit()
            return token

    with ThreadPoolExecutor(4) as clients:
        tokens = set(clients.map(send, range(12)))
    assert len(tokens) == 1
    assert count() == 1


def test_an_estimate_is_found_by_its_token_alone(make: Make) -> None:
    token = make()
    assert find(token) is not None
    assert find("A" * 43) is None
    assert find("") is None
    assert find(found(token).link_hash) is None


def test_the_token_cannot_be_read_from_the_database(make: Make) -> None:
    token = make()
    row = db.session.execute(select(Estimate.__table__)).one()
    assert token not in repr(row)
    assert row.link_hash == links.stored(token)


def test_the_token_can_be_composed_again_and_ends_with_a_new_serial(make: Make) -> None:
    token = make()
    estimate = found(token)
    assert estimates.token_of(estimate, KEY) == token
    estimate.link_serial += 1
    assert estimates.token_of(estimate, KEY) != token


def test_an_estimate_is_gone_after_the_days_it_is_kept(make: Make) -> None:
    token = make()
    assert find(token, NOW + timedelta(days=90) - timedelta(seconds=1)) is not None
    assert find(token, NOW + timedelta(days=90)) is None


def test_a_deleted_estimate_takes_its_documents_with_it(make: Make) -> None:
    token = make()
    pdf_cache.keep("k" * 64, found(token), b"%PDF-", NOW)
    estimates.delete(found(token))
    db.session.commit()
    assert find(token) is None
    assert count() == count(Document) == 0
    assert pdf_cache.find("k" * 64, NOW) is None


def test_purging_removes_what_is_too_old_and_nothing_else(make: Make) -> None:
    old = make(submission="old", now=NOW - timedelta(days=90))
    kept = make(submission="kept", now=NOW - timedelta(days=89))
    oldest = db.session.scalars(select(Estimate).order_by(Estimate.id)).first()
    assert oldest is not None
    pdf_cache.keep("o" * 64, oldest, b"", NOW)
    assert estimates.purge(acting(now=NOW, kept_days=90)) == 1
    db.session.commit()
    assert find(old) is None
    assert find(kept) is not None
    assert count(Document) == 0
    assert estimates.purge(acting(now=NOW, kept_days=90)) == 0


def test_an_estimate_keeps_the_prices_it_was_made_with(make: Make) -> None:
    token = make()
    price_lists.import_(
        acting(actor="command line", now=NOW),
        table_text(version="2026-2", valid_from="2026-03-01", price="9000.00"),
    )
    db.session.commit()
    estimate = found(token)
    assert estimate.table_version.version == "2026-1"
    assert estimates.breakdown_of(estimate)["totals"]["total"]["likely"] == "6000.00"


def test_a_document_is_kept_by_what_made_it(make: Make) -> None:
    estimate = found(make())
    key = pdf_cache.key_of("breakdown", "en", "renderer 70")
    before = NOW - timedelta(seconds=1)
    assert pdf_cache.find(key, before) is None
    pdf_cache.keep(key, estimate, b"%PDF-1", NOW)
    pdf_cache.keep(key, estimate, b"%PDF-2", NOW)
    db.session.commit()
    assert pdf_cache.find(key, before) == (estimate.reference, b"%PDF-1")
    assert pdf_cache.key_of("a", "bc") != pdf_cache.key_of("ab", "c")


def test_documents_are_removed_after_their_days_a_few_at_a_time_and_their_estimate_stays(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_cache, "BATCH", 2)
    token = make()
    for days in (0, 6, 7, 8, 9):
        pdf_cache.keep(f"{days}" * 64, found(token), b"%PDF-", NOW - timedelta(days=days))
    act = acting(now=NOW, documents_kept_days=7)
    assert [pdf_cache.remove_old(act) for _time in range(3)] == [2, 1, 0]
    db.session.commit()
    assert sorted(key[0] for key in db.session.scalars(select(Document.key))) == ["0", "6"]
    assert find(token) is not None


def test_a_document_is_gone_with_the_days_its_estimate_is_kept(make: Make) -> None:
    pdf_cache.keep("k" * 64, found(make()), b"%PDF-", NOW)
    assert pdf_cache.find("k" * 64, NOW) is None
