"""Somebody goes back to an earlier version: what is kept of it, what is refused, and what was withdrawn by it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from estimator import price_lists
from estimator.db import db
from estimator.models import AuditEntry, TableReturn, TableVersion
from estimator.price_lists import returns
from tests.support.acts import acting
from tests.support.at_once import at_once
from tests.support.example_list import table_text

pytestmark = pytest.mark.usefixtures("app")

WRONG = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
BACK = datetime(2026, 3, 10, 10, 40, tzinfo=UTC)


@pytest.fixture
def good(app: Flask) -> TableVersion:
    """Return a version that has been in force for months."""
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    return price_lists.import_(acting(actor="command line", now=begun), table_text(version="good"))


@pytest.fixture
def wrong(good: TableVersion) -> TableVersion:
    """Return the version that went live this morning."""
    text = table_text(version="wrong", valid_from="2026-03-10", price="1.00")
    made = price_lists.import_(acting(actor="user:2", now=WRONG), text)
    db.session.commit()
    return made


def go_back(
    to: TableVersion, instead_of: TableVersion, now: datetime = BACK, reason: str = "Ward is 1 USD."
) -> TableReturn:
    made = price_lists.returns.go_back(
        acting(actor="user:1", now=now), to, instead_of=instead_of.id, reason=reason
    )
    db.session.commit()
    return made


def kept() -> int:
    return db.session.scalar(select(func.count()).select_from(TableReturn)) or 0


def test_a_return_says_who_when_and_why_and_changes_no_version(
    good: TableVersion, wrong: TableVersion
) -> None:
    before = [(one.id, one.text, one.sha256) for one in price_lists.versions("example")]
    go_back(good, wrong, reason="  Ward is 1 USD.\n")
    assert price_lists.in_force("example", BACK).id == good.id
    assert [(one.id, one.text, one.sha256) for one in price_lists.versions("example")] == before
    (made,) = returns.of_list("example")
    assert (made.version.version, made.withdrawn.version) == ("good", "wrong")
    assert (made.returned_by, made.at, made.reason) == ("user:1", BACK, "Ward is 1 USD.")
    assert made.withdrawn_since == WRONG
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.action, entry.actor, entry.subject) == (
        "table.returned",
        "user:1",
        f"table_version:{good.id}",
    )
    assert json.loads(entry.detail) == {
        "sha256": good.sha256,
        "table": "example",
        "withdrawn": f"table_version:{wrong.id}",
    }


@pytest.mark.parametrize("reason", ["", " \n", "x" * (returns.LONGEST_REASON + 1)])
def test_a_return_needs_a_reason_of_bearable_length(
    good: TableVersion, wrong: TableVersion, reason: str
) -> None:
    with pytest.raises(returns.NoReason):
        go_back(good, wrong, reason=reason)
    assert kept() == 0


def test_nobody_goes_back_to_what_is_in_force_or_has_not_begun(
    good: TableVersion, wrong: TableVersion
) -> None:
    text = table_text(version="next", valid_from="2026-04-01")
    later = price_lists.import_(acting(actor="user:2", now=WRONG), text)
    with pytest.raises(returns.IsInForce):
        go_back(wrong, wrong)
    with pytest.raises(returns.NotPast):
        go_back(later, wrong)
    assert kept() == 0


def test_nothing_comes_into_force_of_a_closed_list(good: TableVersion, wrong: TableVersion) -> None:
    price_lists.close(acting(actor="user:1", now=BACK), "example")
    with pytest.raises(returns.ListClosed):
        go_back(good, wrong)
    price_lists.reopen(acting(actor="user:1", now=BACK), "example")
    go_back(good, wrong)
    assert kept() == 1


def test_a_version_that_nobody_decided_about_is_not_withdrawn(
    good: TableVersion, wrong: TableVersion
) -> None:
    text = table_text(version="mended", valid_from="2026-03-10", price="3.00")
    mended = price_lists.import_(acting(actor="user:2", now=BACK - timedelta(minutes=1)), text)
    with pytest.raises(returns.OvertakenBy) as refused:
        go_back(good, wrong)
    assert refused.value.current.id == mended.id
    assert price_lists.in_force("example", BACK).id == mended.id


def test_of_two_who_go_back_at_once_one_does_and_the_other_is_told(
    app: Flask, good: TableVersion, wrong: TableVersion
) -> None:
    to, instead_of = good.id, wrong.id

    def do(number: int) -> TableReturn:
        version = db.session.get_one(TableVersion, to)
        act = acting(actor=f"user:{number}", now=BACK - timedelta(seconds=number))
        return price_lists.returns.go_back(act, version, instead_of=instead_of, reason="Wrong.")

    found = at_once(app, 3, do)
    assert sorted(type(one).__name__ for one in found) == ["IsInForce", "IsInForce", "TableReturn"]
    assert kept() == 1


def test_who_waited_for_somebody_who_went_back_began_before_and_decides_after(
    app: Flask, good: TableVersion, wrong: TableVersion
) -> None:
    text = table_text(version="older", valid_from="2025-12-01", price="2.00")
    older = price_lists.import_(acting(actor="user:2", now=WRONG - timedelta(days=90)), text)
    go_back(good, wrong)
    began = BACK - timedelta(seconds=1)
    with pytest.raises(returns.IsInForce):
        go_back(good, wrong, now=began)
    with pytest.raises(returns.OvertakenBy) as refused:
        go_back(older, wrong, now=began)
    assert refused.value.current.id == good.id
    assert kept() == 1
    go_back(older, good, now=began)
    assert price_lists.in_force("example", BACK + timedelta(seconds=1)).id == older.id


def test_who_goes_back_while_a_version_is_published_is_told_of_it(
    good: TableVersion, wrong: TableVersion
) -> None:
    text = table_text(version="mended", valid_from="2026-03-10", price="3.00")
    mended = price_lists.import_(acting(actor="user:2", now=BACK), text)
    with pytest.raises(returns.OvertakenBy) as refused:
        go_back(good, wrong, now=BACK - timedelta(seconds=1))
    assert refused.value.current.id == mended.id


def test_what_was_made_with_the_withdrawn_version_is_told_from_all_else(
    good: TableVersion, wrong: TableVersion
) -> None:
    between = BACK - timedelta(minutes=30)
    assert price_lists.returns.withdrawn_at(wrong.id, between) is None
    go_back(good, wrong)
    assert price_lists.returns.withdrawn_at(wrong.id, between) == BACK
    assert price_lists.returns.withdrawn_at(wrong.id, BACK + timedelta(seconds=2)) == BACK, (
        "a page that was slow"
    )
    assert price_lists.returns.withdrawn_at(good.id, BACK) is None


def test_what_was_right_when_it_was_made_is_not_marked_by_a_later_return(
    good: TableVersion, wrong: TableVersion
) -> None:
    between, in_february = BACK - timedelta(minutes=30), datetime(2026, 2, 1, tzinfo=UTC)
    go_back(good, wrong)
    go_back(wrong, good, now=BACK + timedelta(hours=1))
    assert price_lists.returns.withdrawn_at(wrong.id, between) is None, "its prices count again"
    assert price_lists.returns.withdrawn_at(good.id, in_february) is None, (
        "that time ended in the ordinary way"
    )
    assert price_lists.returns.withdrawn_at(good.id, BACK + timedelta(minutes=1)) == BACK + timedelta(hours=1)
    go_back(good, wrong, now=BACK + timedelta(hours=2))
    assert price_lists.returns.withdrawn_at(wrong.id, between) == BACK
    assert price_lists.returns.withdrawn_at(wrong.id, BACK + timedelta(minutes=90)) == BACK + timedelta(
        hours=2
    )


def test_a_version_that_somebody_went_back_to_cannot_be_taken_back(
    good: TableVersion, wrong: TableVersion
) -> None:
    go_back(good, wrong)
    for version in (good, wrong):
        with pytest.raises(price_lists.InForceAlready):
            price_lists.take_back(acting(actor="user:1", now=BACK), version)
