"""What a coordinator writes to a patient: never another account to pay into, and never the number of a card."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from tests.support.payment_account import ACCOUNT, put_in_force
from tests.support.quote_desk import ask, issued, now, page, request_of
from tests.support.quote_form import line, prepare
from tests.support.staff_browser import Staff

OTHER = "Please pay into our new account GB82 WEST 1234 5698 7654 32 at Other Bank."
CARD = "Or by card 4111 1111 1111 1111."
NO_ACCOUNT = "The IBAN that stands here is not the account in force. Take it out"
NO_CARD = "The number of a payment card stands here. Take it out"


@pytest.fixture(autouse=True)
def account(app: Flask) -> None:
    """Have an account in force."""
    with app.app_context():
        put_in_force(ACCOUNT, now())


@pytest.mark.parametrize(("words", "sentence"), [(OTHER, NO_ACCOUNT), (CARD, NO_CARD)])
@pytest.mark.parametrize("where", ["words", "label", "reason"])
def test_a_quote_names_no_other_account_and_no_card(
    app: Flask, coordinator: Staff, where: str, words: str, sentence: str
) -> None:
    typed = {"words": words} if where == "words" else line(0, "-20", **{where: words})
    shown = prepare(coordinator, ask(app), **typed)
    assert shown.status == 422
    assert sentence in shown.text
    assert words in shown.text or words in shown.html, "what was typed is still there"


@pytest.mark.parametrize(("words", "sentence"), [(OTHER, NO_ACCOUNT), (CARD, NO_CARD)])
def test_an_optional_line_and_an_answer_name_none_either(
    app: Flask, coordinator: Staff, words: str, sentence: str
) -> None:
    reference = ask(app)
    prepare(coordinator, reference)
    coordinator.press("Save, and change the optional lines")
    shown = coordinator.send("Save", {"label-0": words, "net-0": "120", "tax-0": ""})
    assert shown.status == 422
    assert sentence in shown.text
    coordinator.see(f"/desk/requests/{reference}")
    shown = coordinator.send("Send the answer", {"answer": words})
    assert shown.status == 422
    assert sentence in shown.text
    with request_of(app, reference) as found:
        assert found.state == "in_work"


def test_the_account_in_force_telephone_numbers_and_references_are_written_freely(
    app: Flask, coordinator: Staff
) -> None:
    words = f"Our account is {ACCOUNT.iban}. Call +49 151 23456786 about Q-2026-00017 until 30.11.2026 – 05.12.2026."
    shown = prepare(coordinator, ask(app), words=words)
    assert shown.path.startswith("/desk/requests/")
    assert shown.path == page(shown.path.split("/")[3])
    assert NO_ACCOUNT not in shown.text
    assert NO_CARD not in shown.text


def test_words_that_name_an_account_which_is_none_any_more_are_not_issued(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app)
    words = {"words": f"Pay into {ACCOUNT.iban}.", **line(0, "-20", label=f"For {ACCOUNT.iban}")}
    prepare(coordinator, reference, **words)
    coordinator.press("Save, and change the optional lines")
    coordinator.send("Save", {"label-0": f"To {ACCOUNT.iban}", "net-0": "120", "tax-0": ""})
    assert NO_ACCOUNT not in coordinator.see(f"{page(reference)}/issue").text
    other = replace(ACCOUNT, iban="GB82 WEST 1234 5698 7654 32", bic="WESTGB22")
    with app.app_context():
        put_in_force(other, now())
    late = coordinator.press("Issue this quote")
    for place in ("Adjustments", "Optional lines", "Words to the patient"):
        assert f"{place}: {NO_ACCOUNT}" in late.text
    assert issued(app) == []
