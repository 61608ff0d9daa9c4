"""A worker is woken for what is committed, once, and for nothing else; on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from estimator import create_app, jobs
from estimator.config import Settings
from estimator.db import db
from estimator.jobs import Jobs
from estimator.mail import outbox
from estimator.models import Mail
from tests.support.acts import acting


def put(submission: str = "form") -> int:
    """Put a mail, and commit nothing."""
    message = outbox.Message(
        template="estimate",
        about="EST-2222-2222",
        address="anna@example.org",
        language="en",
        submission=submission,
        options={"attached": True},
    )
    return outbox.put(acting(), message).id


def put_in_a_savepoint(*, beside: Mail | None = None, refused: Exception | None = None) -> None:
    """Put a mail in a savepoint that is rolled back, by what is refused or by the database."""
    with db.session.begin_nested():
        put("inside")
        if beside is not None:
            db.session.add(beside)
            db.session.flush()
        if refused is not None:
            raise refused


def queued(app: Flask) -> list[tuple[str, int]]:
    """Return what is in the queue, and forget it."""
    huey = app.extensions["jobs"].huey
    found = [task.args for task in (*huey.pending(), *huey.scheduled())]
    huey.flush()
    return found


def test_a_worker_is_woken_by_the_commit_and_not_before(app: Flask) -> None:
    number = put()
    assert queued(app) == []
    db.session.commit()
    assert queued(app) == [("mail", number)]


def test_what_is_rolled_back_wakes_nobody(app: Flask) -> None:
    put()
    db.session.rollback()
    assert queued(app) == []
    db.session.commit()
    assert queued(app) == []


def test_what_was_never_committed_wakes_nobody_in_the_next_transaction(app: Flask) -> None:
    put()
    db.session.close()
    put("another form")
    db.session.remove()
    db.session.commit()
    assert queued(app) == []


def test_a_row_that_is_enqueued_twice_in_a_transaction_wakes_once_and_as_soon_as_possible(app: Flask) -> None:
    number = put()
    jobs.enqueue("mail", number, after=timedelta(hours=1))
    jobs.enqueue("mail", number)
    db.session.commit()
    assert [task.eta for task in app.extensions["jobs"].huey.pending()] == [None]
    assert queued(app) == [("mail", number)]


def test_two_commits_wake_once(app: Flask) -> None:
    number = put()
    db.session.commit()
    db.session.commit()
    assert queued(app) == [("mail", number)]


def test_the_same_mail_put_twice_wakes_once(app: Flask) -> None:
    number = put()
    db.session.commit()
    assert put() == number
    db.session.commit()
    assert queued(app) == [("mail", number)]


def test_a_savepoint_that_is_rolled_back_wakes_nobody_for_what_was_in_it(app: Flask) -> None:
    before = put("before")
    with pytest.raises(outbox.TooMany):
        put_in_a_savepoint(refused=outbox.TooMany("record"))
    after = put("after")
    assert queued(app) == []
    db.session.commit()
    assert queued(app) == [("mail", before), ("mail", after)]


def test_a_savepoint_that_fails_in_the_database_wakes_nobody_for_what_was_in_it(app: Flask) -> None:
    before = put("before")
    with pytest.raises(IntegrityError):
        put_in_a_savepoint(beside=Mail(name="lacks everything else"))
    db.session.commit()
    assert queued(app) == [("mail", before)]


def test_a_savepoint_that_is_released_wakes_only_with_the_commit(app: Flask) -> None:
    with db.session.begin_nested():
        inside = put("inside")
        with db.session.begin_nested():
            deeper = put("deeper")
    assert queued(app) == []
    db.session.commit()
    assert queued(app) == [("mail", inside), ("mail", deeper)]


def test_a_released_savepoint_in_one_that_is_rolled_back_wakes_nobody(app: Flask) -> None:
    before = put("before")
    outer = db.session.begin_nested()
    with db.session.begin_nested():
        put("inside")
    outer.rollback()
    db.session.commit()
    assert queued(app) == [("mail", before)]


def test_a_transaction_that_is_rolled_back_after_a_savepoint_wakes_nobody(app: Flask) -> None:
    with db.session.begin_nested():
        put("inside")
    db.session.rollback()
    db.session.commit()
    assert queued(app) == []


def test_the_row_is_there_for_everybody_when_a_worker_is_woken(app: Flask) -> None:
    seen: list[str | None] = []

    class Looking(Jobs):
        """A queue that looks at the row through a connection of its own before it wakes anybody."""

        def wake(self, kind: str, number: int, after: timedelta = timedelta(0)) -> None:
            with db.engine.connect() as other:
                seen.append(other.scalar(db.select(Mail.state).filter_by(id=number)))
            super().wake(kind, number, after)

    app.extensions["jobs"].close()
    looking = app.extensions["jobs"] = Looking(app.extensions["jobs"].url, "s" * 32)
    number = put()
    db.session.commit()
    assert seen == ["waiting"]
    assert queued(app) == [("mail", number)]
    looking.close()


def test_a_mail_that_is_put_back_wakes_a_worker_when_it_is_due(app: Flask) -> None:
    number = put()
    db.session.commit()
    queued(app)
    act = acting()
    claimed = outbox.claim(act, number)
    assert claimed is not None
    wait = outbox.later(act, claimed, words="451 later")
    db.session.commit()
    assert wait is not None
    (task,) = app.extensions["jobs"].huey.pending()
    assert task.args == ("mail", number)
    assert isinstance(task.eta, datetime)
    queued(app)


def test_a_queue_that_cannot_be_reached_fails_nothing(
    load: Callable[..., Settings],
    database_url: str,
    set_up: Callable[[str], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    set_up(database_url)
    app = create_app(load(DATABASE_URL=database_url, QUEUE_URL="redis://127.0.0.1:1/0"), pages=False)
    with app.app_context():
        number = put()
        db.session.commit()
        assert db.session.get_one(Mail, number).state == "waiting"
        db.session.remove()
        db.engine.dispose()
    assert "the queue cannot be reached" in caplog.text
