"""The audit trail's lock is taken last, so that two who wait for each other's locks never stand still."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event

from estimator.db import db
from tests.support.clinic_staff import OTHER_PASSWORD, PASSWORD, Browser, Person, code_of, link_in, mails

Join = Callable[..., Person]


@contextmanager
def changes(app: Flask) -> Iterator[list[list[str]]]:
    """Yield, for each transaction, the beginnings of the statements that change rows."""
    found: list[list[str]] = [[]]

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        words = statement.split()
        if words[0] in ("INSERT", "UPDATE", "DELETE"):
            found[-1].append(words[1] if words[0] == "UPDATE" else words[2])

    def end(_connection: Any) -> None:
        found.append([])

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", end)
    event.listen(engine, "rollback", end)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)
        event.remove(engine, "commit", end)
        event.remove(engine, "rollback", end)


def late(tables: list[str]) -> set[str]:
    """Return what a transaction changes after the trail and not before; a new session of one's own waits for nobody."""
    first = tables.index("audit_entry")
    return set(tables[first:]) - set(tables[:first]) - {"audit_entry", "staff_session"}


def test_what_changes_an_account_locks_nothing_after_the_trail(app: Flask, join: Join) -> None:
    ada, mira = join("ada@example.org", "administrator"), join("mira@example.org", "coordinator")
    administrator, laptop = Browser(app), Browser(app)
    with changes(app) as found:
        ada.sign_in(administrator)
        mira.sign_in(laptop)
        laptop.get("/staff/recovery-codes")
        laptop.post(data={})
        code = laptop.page.partition("<code>")[2].partition("</code>")[0]
        laptop.get("/staff/password")
        laptop.post(
            data={
                "password": PASSWORD,
                "new_password": OTHER_PASSWORD,
                "new_password_confirm": OTHER_PASSWORD,
            }
        )
        laptop.get("/staff/second-factor")
        laptop.post(data={"setup": "authenticator"})
        action = laptop.page.partition('action="/staff/second-factor/')[2].partition('"')[0]
        laptop.post(f"/staff/second-factor/{action}", {"code": code_of(laptop.secret_shown())})
        other = Browser(app)
        mira.give_password(other, OTHER_PASSWORD)
        other.get("/staff/recovery-code")
        other.post(data={"code": code})
        administrator.get("/staff/people")
        administrator.post(data={"address": "omar@example.org", "roles": ["approver"]})
        for act in ("invite", "sign-out", "deactivate", "activate"):
            administrator.get("/staff/people/2")
            administrator.post(data={"act": act})
        administrator.post(data={"act": "roles", "seen": "coordinator", "roles": ["approver"]})
        other.get("/staff/forgotten")
        other.post(data={"address": mira.address})
        other.get(link_in(mails(app, "staff_reset")[0]))
        other.post(data={"password": PASSWORD, "password_confirm": PASSWORD})
    told = [tables for tables in found if "audit_entry" in tables]
    assert len(told) == 13
    assert [tables for tables in told if late(tables)] == []
