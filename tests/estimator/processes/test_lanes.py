from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from estimator.processes.lanes import Lanes


@pytest.fixture
def lanes() -> Iterator[Lanes]:
    found = Lanes({"documents": 1, "mail": 2})
    yield found
    assert found.end(10)


def test_a_lane_that_is_stuck_holds_up_no_other(lanes: Lanes) -> None:
    stuck, done = threading.Event(), threading.Event()
    for _mail in range(3):
        lanes.put("mail", lambda: stuck.wait(20))
    lanes.put("documents", done.set)
    assert done.wait(10)
    stuck.set()


def test_a_row_that_waits_already_waits_once_and_the_first_comes_first(lanes: Lanes) -> None:
    began, go_on, seen = threading.Event(), threading.Event(), []

    def work(number: int) -> None:
        began.set()
        go_on.wait(10)
        seen.append(number)

    put = lanes.row("documents", work)
    put(1)
    assert began.wait(10)
    for number in (2, 3, 2, 3, 2):
        put(number)
    go_on.set()
    until = time.monotonic() + 10
    while len(seen) < 3 and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.05)
    assert seen == [1, 2, 3]


def test_work_that_fails_ends_no_thread(lanes: Lanes, caplog: pytest.LogCaptureFixture) -> None:
    done = threading.Event()
    lanes.put("documents", lambda: {"": ""}["nothing"])
    lanes.put("documents", done.set)
    assert done.wait(10)
    assert "KeyError" in caplog.text


def test_what_is_under_way_finishes_and_nothing_else_begins() -> None:
    lanes = Lanes({"mail": 1})
    began, seen = threading.Event(), []

    def slow() -> None:
        began.set()
        time.sleep(0.3)
        seen.append("slow")

    lanes.put("mail", slow)
    lanes.put("mail", lambda: seen.append("next"))
    assert began.wait(10)
    assert lanes.end(10)
    assert seen == ["slow"]
