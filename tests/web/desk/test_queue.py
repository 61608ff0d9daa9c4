"""The list of requests: found, filtered, page by page, and changed several at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from estimator import requests
from estimator.models.staff import Role
from estimator.requests import search
from tests.support.acts import acting
from tests.support.quote_desk import NAME, ask, request_of, settings_of
from tests.support.request_rows import changes, other_coordinator
from tests.support.staff_browser import Staff

SignIn = Callable[[Flask, Role], Staff]


def test_the_start_of_a_coordinator_leads_to_the_requests(coordinator: Staff) -> None:
    page = coordinator.see("/staff")
    (address,) = set(page.links("Requests"))
    assert "Requests" in coordinator.see(address).text


def test_a_list_without_requests_says_what_will_stand_there(coordinator: Staff, approver: Staff) -> None:
    text = coordinator.see("/desk/requests").text
    assert "No request has been made yet." in text
    assert coordinator.page.links("Enter a request for them") == ["/desk/requests/new"]
    assert "0 new" in text
    assert approver.see("/desk/requests").links("Enter a request for them") == []


def test_one_request_is_a_row_with_everything_that_matters(coordinator: Staff, reference: str) -> None:
    text = coordinator.see("/desk/requests").text
    assert "1 request" in text
    row = "".join(coordinator.page.all("tbody")[0].itertext())
    for part in (reference, NAME, "Germany", "USD", "0 minutes", "Fri 13 Nov", "new", "nobody"):
        assert part in " ".join(row.replace("\xa0", " ").split()), part
    assert "overdue" not in row


def test_reference_and_name_lead_to_the_request_and_are_one_stop_by_keyboard(
    coordinator: Staff, reference: str
) -> None:
    shown = coordinator.see("/desk/requests")
    assert shown.links(reference) == shown.links(NAME) == [f"/desk/requests/{reference}"]
    stops = [link for link in shown.all("tbody")[0].iter("a") if link.get("tabindex") != "-1"]
    assert ["".join(link.itertext()) for link in stops] == [reference]


def test_what_is_filtered_by_is_never_folded_away(coordinator: Staff, reference: str) -> None:
    for query, is_open in (("", False), ("?q=x", False), ("?state=new", True), ("?order=due", True)):
        (filters,) = coordinator.see(f"/desk/requests{query}").all("details", class_="more-filters")
        assert (filters.get("open") is not None) == is_open, query


def test_what_is_overdue_is_said_and_counted(
    app: Flask, sign_in: SignIn, reference: str, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(days=3, hours=2))  # Friday 13 November, 16:30 at the clinic
    coordinator = sign_in(app, "coordinator")
    assert "today" in coordinator.see("/desk/requests").text
    clock.shift(timedelta(days=1))
    coordinator = sign_in(app, "coordinator")
    text = coordinator.see("/desk/requests").text
    assert "overdue by 1 day" in text
    assert "1 overdue" in text
    (address,) = coordinator.page.links("overdue")
    assert reference in coordinator.see(address).text
    with request_of(app, reference) as found:
        requests.move(
            acting(actor="user:1", now=datetime.now(UTC), settings=settings_of(app)), found, "closed"
        )
    assert "overdue by" not in coordinator.see("/desk/requests").text


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("q=wilhel", 1),
        ("q=quill", 2),
        ("q=quill+ben", 1),
        ("q=BEN@example.org", 1),
        ("q=nobody", 0),
        ("country=DE", 1),
        ("country=fr", 1),
        ("country=IN", 0),
        ("state=new", 2),
        ("state=open&order=due", 2),
        ("state=closed", 0),
        ("state=nonsense", 2),
        ("who=nobody", 2),
        ("who=me", 0),
        ("who=999", 0),
        ("who=x", 2),
        ("list=delhi", 2),
        ("list=other", 0),
        ("q=quill&country=FR&state=new&who=nobody&list=delhi&order=due", 1),
        ("after=0", 0),
        ("after=x", 2),
        ("order=due&after=5", 2),
    ],
)
def test_filters_are_an_ordinary_form(app: Flask, coordinator: Staff, query: str, count: int) -> None:
    ask(app)
    ask(app, name="Ben Quill", address="ben@example.org", country="FR")
    page = coordinator.see(f"/desk/requests?{query}")
    assert page.status == 200
    assert len(page.all("input", name="pick")) == count


def test_the_form_keeps_what_was_asked_for(app: Flask, coordinator: Staff, reference: str) -> None:
    coordinator.see("/desk/requests?q=%20quill&state=new&country=de&who=nobody&order=due")
    page = coordinator.page
    assert [page.value(name) for name in ("q", "state", "country", "who", "order")] == [
        "quill",
        "new",
        "DE",
        "nobody",
        "due",
    ]
    assert page.links("Show all") == ["/desk/requests"]


@pytest.mark.parametrize(
    "typed", ["<script>alert(1)</script>", "\x00\x07", "%" * 300, "'; drop table", "ﷺ" * 200]
)
def test_whatever_is_typed_into_the_search_finds_nothing_and_breaks_nothing(
    coordinator: Staff, reference: str, typed: str
) -> None:
    answer = coordinator.client.get("/desk/requests", query_string={"q": typed})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


def test_fifty_stand_on_a_page_and_the_others_on_the_next(
    app: Flask, coordinator: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "PAGE", 2)
    made = [ask(app, country="FR") for _number in range(5)]
    shown = []
    page = coordinator.see("/desk/requests?country=FR")
    assert "The newest 2" in page.text
    for _number in range(3):
        shown += [a.text for a in page.tree.iter("bdi") if (a.text or "").startswith("REQ-")]  # type: ignore[union-attr]
        following = page.links("Older requests")
        if following:
            page = coordinator.see(following[0])
    assert shown == made[::-1]
    assert page.links("Older requests") == []
    assert page.links("To the beginning") == ["/desk/requests?country=FR"]


def test_a_search_that_looked_at_enough_says_so(
    app: Flask, coordinator: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"FIRST_DEPTH": 1, "MOST_DEPTH": 1, "MOST_STEPS": 1}.items():
        monkeypatch.setattr(search, name, value)
    old = ask(app, name="Ben Quill", country="FR")
    for name, country in (("Ada Quill", "FR"), ("Ben Quill", "DE"), ("Ada Quill", "FR"), ("Ben Quill", "DE")):
        ask(app, name=name, country=country)
    page = coordinator.see("/desk/requests?country=FR&q=ben")
    assert "No match among the requests searched so far." in page.text
    for _step in range(4):
        if old in page.text:
            break
        page = coordinator.see(page.links("Search further")[0])
    assert old in page.text


def test_a_mere_question_is_found_by_its_address(coordinator: Staff, question: str) -> None:
    assert question in coordinator.see("/desk/requests?q=mina@quillworth.org").text


def test_small_letters_are_the_same_reference_and_another_one_is_missing(
    coordinator: Staff, reference: str
) -> None:
    assert NAME in coordinator.see(f"/desk/requests/{reference.lower()}").text
    for wrong in ("REQ-2222-2222", "x" * 200, "%C3%A9"):
        page = coordinator.see(f"/desk/requests/{wrong}")
        assert page.status == 404
        assert "There is no such request" in page.text


def test_several_are_given_to_somebody_at_once(app: Flask, coordinator: Staff) -> None:
    made = [ask(app) for _number in range(3)]
    other = other_coordinator(app)
    page = coordinator.see("/desk/requests?state=new")
    picks = [str(box.get("value")) for box in page.all("input", name="pick")][:2]
    page = coordinator.send("assign", {"pick": picks, "to": str(other)})
    assert "2 requests were changed." in page.text
    assert page.value("state") == "new", "the filters are as they were"
    mine = coordinator.see(f"/desk/requests?who={other}")
    assert [reference in mine.text for reference in made] == [False, True, True]


def test_of_several_only_those_change_that_can(app: Flask, coordinator: Staff) -> None:
    made = [ask(app) for _number in range(3)]
    page = coordinator.see("/desk/requests")
    picks = [str(box.get("value")) for box in page.all("input", name="pick")]
    with request_of(app, made[0]) as found:
        requests.note(acting(actor="user:1", now=datetime.now(UTC), settings=settings_of(app)), found, "x")
    with request_of(app, made[1]) as found:
        requests.move(
            acting(actor="user:1", now=datetime.now(UTC), settings=settings_of(app)), found, "closed"
        )
    picks = [pick for pick in picks if not pick.startswith(made[1])] + [f"{made[1]}.{changes(app, made[1])}"]
    page = coordinator.send("state", {"pick": picks[:-1], "state": "waiting"})
    again = coordinator.post(
        "/desk/requests/together",
        {"pick": picks[-1], "state": "waiting", "act": "state"},
        follow_redirects=True,
    )
    assert "1 request was changed." in page.text
    assert f"{made[0]} was changed by somebody else meanwhile, so it was left as it is." in page.text
    assert f"{made[1]} is closed, so its status cannot be changed to waiting for patient." in again.text
    with request_of(app, made[2]) as found:
        assert found.state == "waiting"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"act": "assign", "to": "nobody"}, "Tick at least one request first."),
        (
            {"pick": "REQ-2222-2222.1", "act": "assign", "to": "nobody"},
            "REQ-2222-2222 is not there any more.",
        ),
        ({"pick": "REQ-2222-2222.1", "act": "assign", "to": ""}, "First choose whom to assign them to"),
        (
            {"pick": "REQ-2222-2222.1", "act": "state", "state": "quoted"},
            "First choose whom to assign them to",
        ),
        ({"pick": "nonsense", "act": "state", "state": "closed"}, "is not there any more."),
        ({"pick": "x", "act": "y"}, "First choose"),
    ],
)
def test_what_cannot_be_done_to_several_is_said(
    coordinator: Staff, reference: str, data: dict[str, Any], sentence: str
) -> None:
    assert sentence in coordinator.post("/desk/requests/together", data, follow_redirects=True).text


@pytest.mark.parametrize("back", ["https://example.org/", "//example.org", "/staff", "/desk/requests\\x"])
def test_after_a_change_nobody_is_led_anywhere_else(coordinator: Staff, back: str) -> None:
    page = coordinator.post("/desk/requests/together", {"back": back})
    assert (page.status, page.headers["Location"]) == (303, "/desk/requests")
