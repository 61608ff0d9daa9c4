"""Lines that the patient may take or leave, at the desk: written on one page, priced with their taxes, issued."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from estimator import quotes
from estimator.models.staff import Role
from tests.support.quote_desk import ask, newest, page
from tests.support.quote_form import issue, prepare
from tests.support.staff_browser import Staff


@pytest.mark.long
def test_a_line_is_written_with_its_tax_and_issued(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    prepare(coordinator, reference)
    coordinator.press("Save, and change the optional lines")
    shown = coordinator.send("Save", {"label-0": "Interpreter", "net-0": "120", "tax-0": "gst"})
    assert shown.path == page(reference)
    assert "Interpreter" in shown.text
    assert "126.00" in shown.text
    coordinator.see(f"{page(reference)}/issue")
    assert "Optional: Interpreter" in coordinator.page.text
    coordinator.press("Issue this quote")
    with newest(app, reference) as revision:
        assert [each["total"] for each in quotes.content_of(revision)["options"]] == ["126.00"]


@pytest.mark.long
def test_the_last_look_at_a_revision_says_which_lines_changed_or_that_nothing_did(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app, language="fr")
    issue(coordinator, reference)
    coordinator.press("Prepare a revision")
    assert "No figure differs." in coordinator.see(f"{page(reference)}/issue").text
    coordinator.see(page(reference))
    coordinator.press("Save, and change the optional lines")
    coordinator.send("Save", {"label-0": "Interpreter", "net-0": "120", "tax-0": "gst"})
    shown = coordinator.see(f"{page(reference)}/issue").text
    assert "What changed, as the patient will read it" in shown
    assert "Interpreter" in shown
    assert "No figure differs." not in shown
    (changed,) = coordinator.page.all("table", class_="sums compared")
    assert [head.text for head in changed.iter("th") if head.get("scope") == "col"] == [
        "Ligne",
        "Avant",
        "Maintenant",
    ]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"net-0": "120"}, "Enter what the patient reads in the quote."),
        ({"label-0": "Interpreter"}, "Enter what it costs without taxes."),
        (
            {"label-0": "Interpreter", "net-0": "0"},
            "Enter an amount in USD above 0, with at most 2 decimals.",
        ),
        (
            {"label-0": "Interpreter", "net-0": "-5"},
            "Enter an amount in USD above 0, with at most 2 decimals.",
        ),
        (
            {"label-0": "Interpreter", "net-0": "five"},
            "Enter an amount in USD above 0, with at most 2 decimals.",
        ),
        (
            {"label-0": "Interpreter", "net-0": "5", "tax-0": "vat"},
            "Choose one of the taxes of the price list.",
        ),
    ],
)
def test_what_cannot_be_such_a_line_is_refused_beside_it(
    app: Flask, coordinator: Staff, typed: dict[str, str], sentence: str
) -> None:
    reference = ask(app)
    prepare(coordinator, reference)
    coordinator.see(f"{page(reference)}/options")
    shown = coordinator.send("Save", typed)
    assert (shown.status, [each.removeprefix("Error: ") for each in shown.errors()]) == (422, [sentence])


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(
    app: Flask, coordinator: Staff, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    reference = ask(app)
    prepare(coordinator, reference)
    coordinator.see(f"{page(reference)}/options")
    other = sign_in(app, "coordinator")
    other.see(f"{page(reference)}/options")
    coordinator.send("Save", {"label-0": "Interpreter", "net-0": "120"})
    late = other.send("Save", {"label-0": "A larger room", "net-0": "30"})
    assert late.status == 409
    assert late.value("label-0") == "A larger room"
    assert "has saved this quote meanwhile" in late.text
