"""What costs much is bounded for each network and each machine, and says so without losing what was typed."""

from __future__ import annotations

import io
import re
import resource
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from estimator.pdf import renderer
from estimator.web import turns
from estimator.web.patient import verify
from tests.support.clinic import ANSWERS, table_text
from tests.support.database import count
from tests.support.visitor import Page, Visitor


def sent(visitor: Visitor, content: bytes) -> Page:
    """Send a file to be checked, as a browser does."""
    form = visitor.open("/verify")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form.html)
    assert token is not None
    return visitor.post(
        "/verify",
        {"csrf_token": token[1], "file": (io.BytesIO(content), "a.pdf")},
        content_type="multipart/form-data",
    )


def pdf_of(visitor: Visitor, page: Page) -> Page:
    return visitor.open(f"{page.path}/estimate.pdf")


def test_estimates_are_limited_for_a_network_and_the_answers_stay(
    start: Callable[..., Flask], clock: time_machine.Traveller
) -> None:
    app = start(table_text(), estimates_per_network=2)
    visitor = Visitor(app)
    for _estimate in range(2):
        visitor.estimate(ANSWERS)
    page = visitor.send(visitor.open("/estimate/clinic"), ANSWERS)
    assert page.status == 429
    assert page.problems == [
        "Many estimates were made from your network just now. Your answers are still here: "
        "press the button again in a quarter of an hour."
    ]
    assert {name: page.control(name) for name in ANSWERS} == ANSWERS
    assert count(app) == 2
    clock.shift(timedelta(minutes=16))
    assert visitor.send(page).status == 303


@pytest.fixture
def breakdown(visitor: Visitor) -> Page:
    return visitor.estimate(ANSWERS)


@pytest.mark.long
def test_a_pdf_waits_for_the_one_that_is_drawn_and_its_page_asks_again(
    app: Flask, visitor: Visitor, breakdown: Page
) -> None:
    with app.app_context(), turns.turn("drawing") as mine:
        assert mine
        page = pdf_of(visitor, breakdown)
        assert (page.status, page.text("h1")) == (503, "Your PDF is waiting for its turn")
        assert page.headers["Refresh"] == page.headers["Retry-After"] == "3"
        assert "It is next in line." in page.text()
        assert visitor.open(breakdown.path).status == 200
    assert pdf_of(visitor, breakdown).headers["Content-Type"] == "application/pdf"


def test_no_file_is_checked_while_a_pdf_is_drawn_and_the_other_way_round(app: Flask) -> None:
    with app.app_context():
        for first, second in (("drawing", "checking"), ("checking", "drawing"), ("checking", "checking")):
            with turns.turn(first) as mine, turns.turn(second) as theirs:
                assert (mine, theirs) == (True, False)


def test_with_more_processes_two_costly_things_run_side_by_side(start: Callable[..., Flask]) -> None:
    with (
        start(workers=3).app_context(),
        turns.turn("drawing") as drawing,
        turns.turn("checking") as checking,
        turns.turn("drawing") as again,
    ):
        assert (drawing, checking, again) == (True, True, False)


def test_who_came_first_is_served_first_but_one_network_does_not_fill_the_line(
    app: Flask, clock: time_machine.Traveller
) -> None:
    def stand(name: str, network: str) -> int | None:
        clock.shift(timedelta(milliseconds=10))
        return turns.stand_in_line("drawing", name, network)

    with app.app_context():
        assert [stand(f"flood {number}", "192.0.2.1") for number in range(turns.MOST_WAITING_OF_ONE)] == [
            0, 1, 2, 3, 4
        ]  # fmt: skip
        assert stand("one more", "192.0.2.1") is None
        assert stand("honest", "198.51.100.7") == 1
        clock.shift(timedelta(milliseconds=10))
        turns.leave("drawing", "flood 0")
        assert stand("honest", "198.51.100.7") == 0
        clock.shift(timedelta(seconds=turns.GONE_SECONDS + 1))
        assert stand("late", "203.0.113.9") == 0, "nobody waits for those who have gone"


def test_places_that_their_network_lets_pass_hold_up_somebody_else_once(
    app: Flask, clock: time_machine.Traveller
) -> None:
    idle = [f"idle {number}" for number in range(turns.MOST_WAITING_OF_ONE)]
    with app.app_context():
        for name in idle:
            turns.stand_in_line("drawing", name, "192.0.2.1")
            clock.shift(timedelta(milliseconds=10))
        assert turns.stand_in_line("drawing", "honest", "198.51.100.7") == 1
        for _ask in range(4):  # the first of them is not asked for again, the others are kept
            clock.shift(timedelta(seconds=turns.GONE_SECONDS / 3))
            before = turns.stand_in_line("drawing", "honest", "198.51.100.7")
            for name in idle[1:]:
                turns.stand_in_line("drawing", name, "192.0.2.1")
        assert before == 0


FLOOD, HONEST, OTHER = "192.0.2.1", "198.51.100.7", "203.0.113.9"


def asked(network: str, what: str = "checking") -> bool:
    """Ask once for a turn, as a form does that is sent again by hand."""
    with turns.fair_turn(what, network, behind="drawing") as free:
        return free


def test_who_sends_again_and_again_lets_whoever_was_refused_go_first(
    app: Flask, clock: time_machine.Traveller
) -> None:
    with app.app_context():
        with turns.fair_turn("checking", FLOOD, behind="drawing") as free:
            assert free
            assert not asked(HONEST), "it is under way"
        clock.shift(timedelta(seconds=1))
        assert not any(asked(FLOOD) for _time in range(5))
        assert asked(HONEST), "nobody else came between"
        clock.shift(timedelta(seconds=1))
        assert asked(FLOOD), "with nobody who waits it goes on"


def test_networks_that_were_served_take_turns(app: Flask, clock: time_machine.Traveller) -> None:
    with app.app_context():
        for network in (FLOOD, HONEST):
            assert asked(network)
            clock.shift(timedelta(seconds=1))
        with turns.fair_turn("checking", OTHER, behind="drawing"):
            assert not asked(FLOOD)
            assert not asked(HONEST)
        clock.shift(timedelta(seconds=1))
        assert not asked(HONEST), "the other one was served earlier"
        assert asked(FLOOD)
        clock.shift(timedelta(seconds=1))
        assert asked(HONEST)


def test_nobody_is_let_go_first_who_does_not_come_back(app: Flask, clock: time_machine.Traveller) -> None:
    with app.app_context():
        with turns.fair_turn("checking", FLOOD, behind="drawing"):
            assert not asked(HONEST)
        assert not asked(FLOOD)
        assert asked(OTHER), "who had none lately waits for nobody who is gone"
        clock.shift(timedelta(seconds=turns.HELD_SECONDS + 1))
        assert asked(FLOOD)


def test_whoever_is_refused_and_does_not_come_back_holds_others_up_once_and_shortly(
    app: Flask, clock: time_machine.Traveller
) -> None:
    with app.app_context():
        assert asked(HONEST)
        clock.shift(timedelta(seconds=1))
        held_up = []
        for _round in range(10):
            with turns.turn("checking"):  # by whomever, as a PDF of the silent network itself
                assert not asked(FLOOD)
            for _second in range(90):
                clock.shift(timedelta(seconds=1))
                held_up.append(not asked(HONEST))
                if not held_up[-1]:
                    break
        assert sum(held_up) < turns.HELD_SECONDS
        clock.shift(timedelta(seconds=turns.SERVED_SECONDS))
        assert asked(HONEST)


def test_whoever_stands_in_the_line_for_a_pdf_goes_before_those_who_send_again_and_again(
    app: Flask, clock: time_machine.Traveller
) -> None:
    with app.app_context():
        assert asked(FLOOD)
        assert asked(FLOOD, "drawing")
        turns.stand_in_line("drawing", "mine", HONEST)
        assert not asked(FLOOD)
        assert not asked(FLOOD, "drawing")
        assert asked(OTHER)
        clock.shift(timedelta(seconds=turns.GONE_SECONDS + 1))
        assert asked(FLOOD)


def test_a_network_whose_turn_took_long_rests(
    app: Flask, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "LONG_SECONDS", -1)  # whatever it takes is a second longer
    with app.app_context():
        assert asked(FLOOD)
        monkeypatch.undo()
        assert not asked(FLOOD)
        assert asked(HONEST), "only whoever it was waits for it"
        clock.shift(timedelta(seconds=turns.REST + 1))
        assert asked(FLOOD)


def test_files_that_are_refused_count_as_well(
    app: Flask, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "MOST_SENT", 2)
    with app.app_context(), turns.turn("checking"):
        assert [sent(visitor, b"no PDF").status for _time in range(3)] == [503, 503, 429]


def test_a_line_that_cannot_be_written_down_keeps_nobody_waiting(app: Flask) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with app.app_context():
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))  # as on a full disk, no file takes a byte
        try:
            assert turns.stand_in_line("drawing", "mine", "192.0.2.1") == 0
            turns.leave("drawing", "mine")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_pdf_that_fails_counts_for_its_network_as_well(
    start: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = Visitor(start(table_text(), pdfs_per_network=1))
    breakdown = visitor.estimate(ANSWERS)
    with monkeypatch.context() as patched:
        patched.setattr(renderer, "SECONDS", 0)
        assert pdf_of(visitor, breakdown).status == 503
    assert pdf_of(visitor, breakdown).status == 429


@pytest.mark.long
def test_pdfs_are_limited_for_a_network_and_those_there_are_come_all_the_same(
    start: Callable[..., Flask],
) -> None:
    visitor = Visitor(start(table_text(), pdfs_per_network=1))
    first, second = visitor.estimate(ANSWERS), visitor.estimate({**ANSWERS})
    assert pdf_of(visitor, first).status == 200
    refused = pdf_of(visitor, second)
    assert (refused.status, refused.headers["Retry-After"]) == (429, "900")
    assert "Many PDFs were asked for from your network" in refused.text()
    assert pdf_of(visitor, first).status == 200


@pytest.mark.long
def test_a_file_that_comes_while_another_is_checked_is_asked_for_again_in_a_minute(
    app: Flask, visitor: Visitor
) -> None:
    with app.app_context(), turns.turn("checking"):
        page = sent(visitor, b"%PDF-1.7 nothing")
        assert (page.status, page.headers["Retry-After"]) == (503, "60")
        assert page.problems == [
            "Other documents come first at the moment. Choose yours again in half a minute, and press the button."
        ]
    assert sent(visitor, b"%PDF-1.7 nothing").status == 200
