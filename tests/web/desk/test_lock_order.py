"""The lock of the audit trail is the last one of every transaction, so that no two can wait for each other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, event

from estimator.db import db
from tests.support.quote_desk import ask, page
from tests.support.quote_form import issue, line, prepare
from tests.support.staff_browser import Staff

AUDIT = int.from_bytes(hashlib.sha256(b"audit").digest()[:8], signed=True)


@pytest.fixture
def kind() -> str:
    """Return the kind of database that has locks by name."""
    return "postgresql"


class Locks:
    """The locks of each transaction in the order in which it took them; each once."""

    def __init__(self) -> None:
        self.transactions: list[list[int]] = [[]]

    def take(self, _connection: Connection, _cursor: Any, statement: str, given: Any, *_: Any) -> None:
        if "pg_advisory_xact_lock" in statement:
            (number,) = given.values()
            if number not in self.transactions[-1]:
                self.transactions[-1].append(number)

    def end(self, _connection: Connection) -> None:
        self.transactions.append([])

    def of_the_trail(self) -> list[list[int]]:
        """Return the locks of those transactions that wrote to the trail."""
        return [each for each in self.transactions if AUDIT in each]


@pytest.fixture
def locks(app: Flask) -> Iterator[Locks]:
    """Return the locks that are taken from now on."""
    found = Locks()
    with app.app_context():
        engine = db.engine
    heard: dict[str, Callable[..., Any]] = {
        "before_cursor_execute": found.take,
        "commit": found.end,
        "rollback": found.end,
    }
    for name, hear in heard.items():
        event.listen(engine, name, hear)
    try:
        yield found
    finally:
        for name, hear in heard.items():
            event.remove(engine, name, hear)


def must_be_last(locks: Locks, *, times: int) -> None:
    found = locks.of_the_trail()
    assert len(found) == times
    for taken in found:
        assert taken[-1] == AUDIT
        assert len(taken) > 2, "there was mail as well"


@pytest.mark.long
def test_issuing_and_withdrawing_a_quote(app: Flask, coordinator: Staff, locks: Locks) -> None:
    reference = ask(app)
    issue(coordinator, reference)
    coordinator.see(f"{page(reference)}/withdraw")
    coordinator.press("Withdraw it", reason="mistake")
    must_be_last(locks, times=2)


def test_asking_for_the_approval_of_a_quote_and_sending_it_back(
    app: Flask, coordinator: Staff, approver: Staff, locks: Locks
) -> None:
    reference = ask(app)
    prepare(coordinator, reference, **line(0, "-9000"))
    coordinator.press("Ask for approval")
    approver.see(page(reference))
    approver.press("Send it back", words="Too much.")
    must_be_last(locks, times=2)


@pytest.mark.long
def test_asking_for_the_approval_of_a_price_list_and_sending_it_back(
    app: Flask, editor: Staff, approver: Staff, draft: str, locks: Locks
) -> None:
    editor.see(f"{draft}/publish")
    warnings = [str(box.get("value")) for box in editor.page.all("input", type="checkbox")]
    editor.send("Ask for approval", {"ack": warnings})
    approver.see(f"{draft}/publish")
    approver.press("Send it back", words="Too dear.")
    must_be_last(locks, times=2)
