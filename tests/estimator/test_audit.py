"""What the audit trail promises, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from estimator import audit
from estimator.db import db
from estimator.migrations import protection
from estimator.models import AuditEntry
from tests.support.acts import acting
from tests.support.at_once import at_once

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def add(number: int) -> str:
    return audit.add(
        acting(actor=f"user:{number}", now=NOW), "draft.begun", subject=f"draft:{number}", table="example"
    ).hash


@pytest.fixture
def trail(app: Flask) -> list[str]:
    """Return the hashes of five entries."""
    found = [add(number) for number in range(1, 6)]
    db.session.commit()
    return found


def by_hand(*statements: str) -> None:
    """Do what only somebody with every right on the database can do."""
    protection.unprotect(db.session.connection())
    for statement in statements:
        db.session.execute(text(statement))
    protection.protect(db.session.connection())
    db.session.commit()
    db.session.expire_all()


def test_a_trail_that_nobody_touched_is_whole(trail: list[str]) -> None:
    assert audit.verify() == audit.Verified(entries=5, last=trail[-1])
    assert all(audit.has(known) for known in trail)
    assert not audit.has("0" * 64)


def test_an_empty_trail_is_whole(app: Flask) -> None:
    assert audit.verify() == audit.Verified(entries=0, last=audit.BEGINNING)


def test_what_is_rolled_back_was_never_done(trail: list[str]) -> None:
    add(6)
    db.session.rollback()
    assert audit.verify() == audit.Verified(entries=5, last=trail[-1])


def test_the_chain_holds_for_eight_who_write_at_once(app: Flask) -> None:
    def several(number: int) -> list[str]:
        found = []
        for each in range(5):
            found.append(add(number * 10 + each))
            db.session.commit()
        return found

    written = at_once(app, 8, several)
    assert [error for error in written if isinstance(error, Exception)] == []
    assert audit.verify().entries == 40
    assert audit.verify().broken is None


@pytest.mark.parametrize(
    "change",
    [
        "at = '2026-03-10 12:00:01'",
        "actor = 'user:9'",
        "action = 'draft.proposed'",
        "subject = 'draft:9'",
        "detail = '{}'",
        f"hash = '{'a' * 64}'",
        f"previous = '{'a' * 64}'",
    ],
)
def test_a_changed_entry_is_found(trail: list[str], change: str) -> None:
    by_hand(f"UPDATE audit_entry SET {change} WHERE id = 3")
    assert audit.verify().broken == 3
    assert audit.verify().entries == 2


def test_a_changed_entry_with_its_hash_worked_out_again_breaks_the_next_one(trail: list[str]) -> None:
    entry = db.session.get_one(AuditEntry, 3)
    entry.actor = "user:9"
    forged = audit.hash_of(entry)
    db.session.expunge(entry)
    by_hand(f"UPDATE audit_entry SET actor = 'user:9', hash = '{forged}' WHERE id = 3")
    assert audit.verify().broken == 4


def test_a_removed_entry_is_found(trail: list[str]) -> None:
    by_hand("DELETE FROM audit_entry WHERE id = 3")
    assert audit.verify().broken == 4


def test_a_removed_first_entry_is_found(trail: list[str]) -> None:
    by_hand("DELETE FROM audit_entry WHERE id = 1")
    assert audit.verify().broken == 2


def test_an_end_that_was_cut_off_shows_to_who_noted_the_last_hash(trail: list[str]) -> None:
    by_hand("DELETE FROM audit_entry WHERE id = 5")
    assert audit.verify() == audit.Verified(entries=4, last=trail[3])
    assert not audit.has(trail[4])


def test_an_inserted_entry_is_found(trail: list[str]) -> None:
    by_hand(
        "UPDATE audit_entry SET id = id + 10 WHERE id > 3",
        "INSERT INTO audit_entry (id, at, actor, action, subject, detail, previous, hash) SELECT "
        f"4, at, actor, action, subject, detail, '{'b' * 64}', '{'c' * 64}' FROM audit_entry WHERE id = 3",
    )
    assert audit.verify().broken == 4


def test_entries_that_changed_places_are_found(trail: list[str]) -> None:
    by_hand(
        "UPDATE audit_entry SET id = 99 WHERE id = 2",
        "UPDATE audit_entry SET id = 2 WHERE id = 3",
        "UPDATE audit_entry SET id = 3 WHERE id = 99",
    )
    assert audit.verify().broken == 2


def test_the_chain_goes_on_after_a_clock_was_set_back(trail: list[str]) -> None:
    audit.add(acting(actor="user:1", now=NOW - timedelta(days=365)), "draft.begun", subject="draft:6")
    db.session.commit()
    assert audit.verify().broken is None
    assert audit.entries(1)[0].subject == "draft:6"


def test_a_moment_is_hashed_the_same_whatever_its_time_zone_and_fraction(app: Flask) -> None:
    from datetime import timezone

    moment = NOW.replace(microsecond=999_999).astimezone(timezone(timedelta(hours=5, minutes=30)))
    audit.add(acting(actor="user:1", now=moment), "draft.begun", subject="draft:1")
    db.session.commit()
    db.session.expire_all()
    assert audit.verify().broken is None


@pytest.mark.parametrize("words", ["Anna Example", "anna@example.org", "price was wrong", "x" * 101, ""])
def test_no_word_of_a_person_comes_into_the_trail(app: Flask, words: str) -> None:
    for detail in (words, ["zero_price", words]):
        with pytest.raises(audit.NotACode):
            audit.add(acting(actor="user:1", now=NOW), "draft.begun", subject="draft:1", remark=detail)
    assert audit.verify().entries == 0
