"""Lines that the patient may take or leave, at the desk: written on one page, priced with their taxes, issued."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from estimator import quotes
from estimator.models.staff import Role
from tests.support.quote_desk import ask, changed_list, newest, now, page
from tests.support.quote_form import MINUS, issue, line, prepare
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


def test_prices_in_another_currency_ask_for_every_line_again(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    prepare(coordinator, reference, **line(0, "-300", "Goodwill"))
    coordinator.press("Save, and change the optional lines")
    coordinator.send("Save", {"label-0": "Interpreter, 5 days", "net-0": "250", "tax-0": ""})
    changed_list(app, version="2026-12", valid_from=now().date().isoformat(), **{'"USD"': '"AED"'})
    coordinator.see(page(reference))
    shown = coordinator.send("save", {"prices": "again"})
    asked = "Entered in another currency than that of the chosen prices: {}. Enter each amount again in AED"
    assert asked.format(f"“Goodwill” ({MINUS}USD 300.00)") in shown.text
    assert asked.format("“Interpreter, 5 days” (USD 250.00)") in shown.text
    assert shown.value("amount-0") == f"{MINUS}300 USD"
    again = coordinator.send("save", {})
    assert again.value("amount-0") == f"{MINUS}300 USD", "saving something else enters nothing again"
    coordinator.send("save", {"amount-0": "-1100"})
    shown = coordinator.press("Save, and change the optional lines")
    assert shown.value("net-0") == "250 USD"
    coordinator.send("Save", {"net-0": "920"})
    shown = coordinator.see(f"{page(reference)}/issue")
    assert f"{MINUS}AED 1,100.00" in shown.text
    assert "Entered in another currency" not in shown.text


def test_what_is_typed_while_other_prices_are_chosen_is_of_the_currency_that_the_page_names(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app)
    changed_list(app, version="2026-12", valid_from=now().date().isoformat(), **{'"USD"': '"AED"'})
    shown = prepare(coordinator, reference, **line(0, "-300", "Goodwill"), prices="again")
    assert shown.value("amount-0") == f"{MINUS}300 USD"
    assert "Enter each amount again in AED" in shown.text
    shown = coordinator.send("save", {"prices": "keep"})
    assert shown.value("amount-0") == f"{MINUS}300"
    assert "Enter each amount again" not in shown.text
