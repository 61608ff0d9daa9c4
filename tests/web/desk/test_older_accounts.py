"""When the account changes, open quotes with the older one are listed: each is revised, or left with a reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from estimator import quotes
from tests.support.acts import acting
from tests.support.payment_account import ACCOUNT, WITHOUT_IBAN, put_in_force
from tests.support.quote_desk import NAME, accept, ask, draw, newest, now, page, settings_of
from tests.support.quote_form import SPACE, issue, prepare, prepare_two
from tests.support.staff_browser import Staff

LIST = "/desk/older-accounts"


def put(app: Flask, account: object) -> None:
    with app.app_context():
        put_in_force(account, now())  # type: ignore[arg-type]


@pytest.fixture
def reference(app: Flask, coordinator: Staff) -> str:
    """Return the request of a quote that names an account which was replaced since."""
    put(app, ACCOUNT)
    found = ask(app)
    issue(coordinator, found)
    put(app, WITHOUT_IBAN)
    return found


@pytest.mark.long
def test_the_page_before_issuing_names_the_account_and_a_change_since_then_issues_nothing(
    app: Flask, coordinator: Staff
) -> None:
    put(app, ACCOUNT)
    found = ask(app)
    prepare(coordinator, found)
    shown = coordinator.see(f"{page(found)}/issue")
    assert "DE89 3704 0044 0532 0130 00" in shown.text
    form, fields = shown.sent("Issue this quote", {})
    put(app, WITHOUT_IBAN)
    answer = coordinator.post(form, fields)
    assert answer.status == 409
    assert "nothing was issued" in answer.text
    assert "50100 2345 6781" in answer.text


@pytest.mark.long
def test_an_open_quote_with_an_older_account_is_listed_until_it_is_revised(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    assert "1 quote with an older account" in coordinator.see("/staff").text
    shown = coordinator.see(LIST)
    assert "Q-2026-00001" in shown.text
    assert "DE89 3704 0044 0532 0130 00" in shown.text
    coordinator.see(page(reference))
    coordinator.press("Prepare a revision")
    coordinator.see(f"{page(reference)}/issue")
    coordinator.press("Issue this quote")
    assert "There is none" in coordinator.see(LIST).text
    assert "older account" not in coordinator.see(page(reference)).text


@pytest.mark.long
def test_a_quote_whose_final_bill_is_entered_cannot_be_paid_any_more(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    accept(app, reference)
    assert "Q-2026-00001" in coordinator.see(LIST).text
    coordinator.see(f"/desk/requests/{reference}/bill/enter")
    coordinator.press("Keep the bill", day=now().date().isoformat(), total="19,202.60")
    assert "Final bill: USD" in coordinator.see(f"/desk/requests/{reference}").text
    assert "There is none" in coordinator.see(LIST).text


@pytest.mark.long
def test_somebody_leaves_it_and_says_why_which_stands_in_the_history(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    coordinator.see(f"{page(reference)}/leave-account")
    refused = coordinator.press("Leave it as it is", reason="  ")
    assert (refused.status, "Say why, for your colleagues" in refused.text) == (422, True)
    refused = coordinator.press("Leave it as it is", reason="Paid by 4111 1111 1111 1111")
    assert (refused.status, "payment card" in refused.text) == (422, True)
    coordinator.press("Leave it as it is", reason="It was paid last week.")
    assert coordinator.page.path == LIST
    assert "There is none" in coordinator.page.text
    history = coordinator.see(f"/desk/requests/{reference}").text
    assert "left quote Q-2026-00001, revision 1, with the older account" in history
    assert "It was paid last week." in history
    again = coordinator.see(f"{page(reference)}/leave-account")
    assert (again.status, "There is nothing to decide" in again.text) == (409, True)


@pytest.mark.long
def test_after_another_change_it_is_asked_again_and_not_if_the_old_one_comes_back(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    coordinator.see(f"{page(reference)}/leave-account")
    coordinator.press("Leave it as it is", reason="It was paid last week.")
    put(app, None)
    assert "Q-2026-00001" in coordinator.see(LIST).text
    put(app, ACCOUNT)
    assert "There is none" in coordinator.see(LIST).text


def test_who_decides_over_a_page_that_is_out_of_date_is_told(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    shown = coordinator.see(f"{page(reference)}/leave-account")
    form, fields = shown.sent("Leave it as it is", {"reason": "It was paid last week."})
    put(app, None)
    answer = coordinator.post(form, fields)
    assert (answer.status, "another account is in force" in answer.text) == (409, True)
    assert "It was paid last week." in answer.text


@pytest.mark.long
def test_what_can_be_paid_is_listed_and_what_is_over_is_not(
    app: Flask, coordinator: Staff, reference: str, clock: time_machine.Traveller
) -> None:
    draw(app, reference)
    with newest(app, reference) as revision:
        quotes.accept(
            acting(now=now(), settings=settings_of(app)),
            revision,
            typed_name="Wilhelmina Quill",
            agreed_to="I accept.",
            language="en",
            network="203.0.113.0/24",
            pdf_sha256=None,
        )
    clock.shift(timedelta(days=300))
    with app.app_context():
        assert quotes.older_accounts.count(now()) == 1
    clock.shift(timedelta(days=66))
    with app.app_context():
        assert quotes.older_accounts.count(now()) == 0


@pytest.mark.long
def test_the_list_names_the_patient_and_what_every_plan_comes_to_or_the_accepted_one(
    app: Flask, coordinator: Staff
) -> None:
    put(app, ACCOUNT)
    found = ask(app)
    prepare_two(coordinator, found)
    coordinator.see(f"{page(found)}/issue")
    coordinator.press("Issue this quote")
    put(app, WITHOUT_IBAN)
    shown = coordinator.see(LIST).text.replace(SPACE, " ")
    assert NAME in shown
    assert "Plan A: USD 15,890.40" in shown
    assert "Plan B: USD 22,220.40" in shown
    accept(app, found, "B")
    shown = coordinator.see(LIST).text.replace(SPACE, " ")
    assert "Plan B: USD 22,220.40" in shown
    assert "Plan A" not in shown


def test_a_quote_that_names_no_account_is_listed_once_there_is_one_and_can_be_left_with_a_reason(
    app: Flask, coordinator: Staff
) -> None:
    found = ask(app)
    issue(coordinator, found)
    assert "There is none" in coordinator.see(LIST).text
    put(app, ACCOUNT)
    assert "Q-2026-00001" in coordinator.see(LIST).text
    assert "names no account" in coordinator.page.text
    coordinator.see(f"{page(found)}/leave-account")
    assert "revision 1, names no account to pay into" in coordinator.page.text
    coordinator.press("Leave it as it is", reason="It was told by telephone.")
    assert "There is none" in coordinator.page.text
    history = coordinator.see(f"/desk/requests/{found}").text
    assert "left quote Q-2026-00001, revision 1, without an account to pay into" in history
    assert "It was told by telephone." in history
    put(app, WITHOUT_IBAN)
    assert "Q-2026-00001" in coordinator.see(LIST).text, "after another change it is asked again"
    put(app, None)
    assert "There is none" in coordinator.see(LIST).text, "nothing is said of how to pay any more"


@pytest.mark.long
def test_approvers_read_the_list_and_decide_nothing(
    app: Flask, approver: Staff, coordinator: Staff, reference: str
) -> None:
    shown = approver.see(LIST)
    assert ("Q-2026-00001" in shown.text, "because" in shown.text) == (True, False)
    assert approver.see(f"{page(reference)}/leave-account").status == 403
