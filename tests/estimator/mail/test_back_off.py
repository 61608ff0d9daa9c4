from __future__ import annotations

from datetime import timedelta

from estimator.mail.back_off import FIRST, LONGEST, BackOff
from tests.support.example_list import NOW

SECOND = timedelta(seconds=1)


def test_a_server_that_works_is_asked_by_every_mail() -> None:
    server = BackOff()
    assert [server.wait(NOW) for _mail in range(3)] == [None] * 3
    server.failed("away", began=NOW, now=NOW)
    server.worked()
    assert server.wait(NOW) is None


def test_after_a_failure_all_wait_and_then_one_alone_tries() -> None:
    server = BackOff()
    server.failed("away", began=NOW, now=NOW)
    assert server.words == "away"
    assert server.wait(NOW + 10 * SECOND) == FIRST - 10 * SECOND
    assert server.wait(NOW + FIRST) is None
    assert server.wait(NOW + FIRST) == FIRST


def test_failures_one_after_another_double_the_wait_up_to_a_limit() -> None:
    server, now, waits = BackOff(), NOW, []
    for _failure in range(6):
        assert server.wait(now) is None
        server.failed("away", began=now, now=now + SECOND)
        now += SECOND
        waits.append(server.wait(now))
        now += waits[-1] or timedelta(0)
    assert waits == [FIRST, 2 * FIRST, 4 * FIRST, 8 * FIRST, LONGEST, LONGEST]


def test_failures_side_by_side_count_as_one() -> None:
    server = BackOff()
    for _mail in range(3):
        server.failed("away", began=NOW, now=NOW + 20 * SECOND)
    assert server.wait(NOW + 20 * SECOND) == FIRST


def test_a_clock_that_was_set_back_holds_nothing_up() -> None:
    server = BackOff()
    server.failed("away", began=NOW, now=NOW)
    assert server.wait(NOW - timedelta(days=1)) is None
