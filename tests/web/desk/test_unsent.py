"""What stands in the other boxes of a request is there again after any of its buttons, without a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from estimator.models.staff import Role
from tests.support.request_rows import kinds, other_coordinator
from tests.support.staff_browser import Staff

SignIn = Callable[[Flask, Role], Staff]

TYPED = {"answer": "There is a lift.", "note": "Called twice.", "why": "Because of the MRI."}
"""Something in each box."""


@pytest.mark.parametrize(
    ("button", "more", "sent"),
    [
        ("Keep the note", {}, "note"),
        ("Send the answer", {}, "answer"),
        ("Change status", {"state": "in_work"}, "why"),
        ("Assign", {}, None),
        ("Assign it to me", {}, None),
        ("Prepare a quote", {}, None),
    ],
)
def test_a_button_empties_its_own_box_alone(
    app: Flask, coordinator: Staff, reference: str, button: str, more: dict[str, Any], sent: str | None
) -> None:
    coordinator.see(f"/desk/requests/{reference}")
    page = coordinator.send(button, {**TYPED, **more})
    assert page.status == 200
    assert page.errors() == []
    for name, words in TYPED.items():
        assert page.value(name) == ("" if name == sent else words), name
    assert "What stands in the other boxes was not sent. It is still there." in page.text


def test_a_refused_button_keeps_every_box(coordinator: Staff, reference: str) -> None:
    coordinator.see(f"/desk/requests/{reference}")
    page = coordinator.send("Change status", TYPED)
    assert page.status == 422
    assert {name: page.value(name) for name in TYPED} == TYPED


def test_a_choice_of_somebody_is_kept_and_one_that_stood_there_is_none(
    app: Flask, coordinator: Staff, sign_in: SignIn, reference: str
) -> None:
    other = str(other_coordinator(app))
    coordinator.see(f"/desk/requests/{reference}")
    page = coordinator.send("Keep the note", {"note": "Called twice.", "to": other})
    assert page.value("to") == other
    page = coordinator.see(f"/desk/requests/{reference}")
    colleague = sign_in(app, "coordinator")
    colleague.see(f"/desk/requests/{reference}")
    colleague.send("Assign", {"to": other})
    page = coordinator.send("Keep the note", {"note": "Called again.", "answer": "There is a lift."})
    assert page.value("to") == other


def test_a_quote_is_begun_at_once_where_nothing_is_typed(coordinator: Staff, reference: str) -> None:
    coordinator.see(f"/desk/requests/{reference}")
    assert coordinator.press("Prepare a quote").path == f"/desk/requests/{reference}/quote"


def test_a_page_that_is_sent_again_keeps_a_note_once(app: Flask, coordinator: Staff, reference: str) -> None:
    page = coordinator.see(f"/desk/requests/{reference}")
    for _time in range(2):
        coordinator.page = page
        coordinator.send("Keep the note", TYPED)
    assert kinds(app, reference).count("note") == 1


def test_who_writes_on_after_a_note_is_still_told_of_an_answer_given_meanwhile(
    app: Flask, coordinator: Staff, sign_in: SignIn, reference: str
) -> None:
    coordinator.see(f"/desk/requests/{reference}")
    colleague = sign_in(app, "coordinator")
    colleague.see(f"/desk/requests/{reference}")
    colleague.send("Send the answer", {"answer": "On the left."})
    coordinator.send("Keep the note", TYPED)
    page = coordinator.press("Send the answer")
    assert page.status == 409
    assert "has answered while you were writing: “On the left.”" in page.text
