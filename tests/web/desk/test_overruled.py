"""What a patient answered about themselves stands against what a quote says: nobody issues over it without a word."""

from __future__ import annotations

import json

from flask import Flask
from sqlalchemy import select

from estimator import quotes, requests
from estimator.db import db
from estimator.models import AuditEntry, RequestEvent
from tests.support.answered_here import BREATHING, SEND, SORE, coordinator, opened, reference
from tests.support.quote_desk import page, request_of, settings_of
from tests.support.staff_browser import Page, Staff

__all__ = ["coordinator", "reference"]

REFUSED = "We cannot care safely for people who use a machine to breathe."

SAVE = "Save"
ISSUE = "Issue this quote"


def answer(app: Flask, reference: str, **typed: str) -> Staff:
    """Answer as the patient on the page of the request."""
    patient = opened(app, reference)
    patient.send(SEND, {f"q_{code}": said for code, said in typed.items()})
    return patient


def check(coordinator: Staff, reference: str, **typed: str) -> Page:
    """Go from the quote that is prepared to the last page before it is issued."""
    coordinator.see(page(reference))
    fields = {f"q_{code}": said for code, said in typed.items()}
    return coordinator.send("Save, and check to issue", fields)


def history(app: Flask, reference: str) -> list[str]:
    with request_of(app, reference) as found:
        return [
            entry.words or ""
            for entry in requests.history(found, settings_of(app).data_keys)
            if entry.kind == "overruled"
        ]


def since_asked(app: Flask, reference: str) -> dict[str, tuple[str, str]]:
    """Return the answers of the issued quote that differ, as the patient reads them: before, and now."""
    with request_of(app, reference) as found:
        quote = quotes.for_request(found)
        assert quote is not None
        rows = quotes.rows_of(quotes.newest(quote), settings_of(app).data_keys)
        assert rows is not None
        return {row.label.text: (row.old, row.new) for row in rows.since_asked if row.kind == "answer"}


def issued(app: Flask, reference: str) -> int:
    with request_of(app, reference) as found:
        quote = quotes.for_request(found)
        return 0 if quote is None else len(list(quotes.revisions(quote)))


def test_a_quote_that_says_otherwise_than_the_patient_is_issued_only_with_a_reason(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    coordinator.see(page(reference))
    coordinator.press("Prepare a quote")
    answer(app, reference, breathing="no", blood_thinners="no", infection="yes")
    shown = check(coordinator, reference, breathing="no", blood_thinners="no", infection="no")
    assert "The patient answered otherwise" in shown.text
    assert f"{SORE} The patient, on 10 November 2026: Yes" in shown.text
    assert "This quote: No" in shown.text
    assert BREATHING not in shown.text, "of that they say the same"

    refused = coordinator.press(ISSUE)
    assert refused.status == 422
    assert "Say why the quote says otherwise than the patient. Nothing was issued." in refused.text
    assert issued(app, reference) == 0

    coordinator.send(ISSUE, {"why": "She called: it has healed."})
    assert issued(app, reference) == 1
    assert history(app, reference) == [f"{SORE}\nShe called: it has healed."]
    with app.app_context():
        event = db.session.scalars(select(RequestEvent).filter_by(kind="overruled")).one()
        assert b"healed" not in (event.words or b"")
        assert "infection" not in event.detail
        entry = db.session.scalars(select(AuditEntry).filter_by(action="quote.issued")).one()
        assert json.loads(entry.detail)["overruled"] == 1
        assert "infection" not in entry.detail
    at_desk = coordinator.see(f"/desk/requests/{reference}")
    assert "otherwise than the patient answered" in at_desk.text
    assert "She called: it has healed." in at_desk.text


def test_the_patient_reads_what_they_had_answered_as_what_was_before(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    coordinator.see(page(reference))
    coordinator.press("Prepare a quote")
    patient = answer(app, reference, breathing="no", blood_thinners="no", infection="yes")
    check(coordinator, reference, breathing="no", blood_thinners="no", infection="no")
    coordinator.send(ISSUE, {"why": "She called."})
    changed = since_asked(app, reference)
    assert changed[SORE] == ("Yes", "No")
    assert BREATHING not in changed, "so they answered themselves"
    data = patient.see(f"/request/{reference}/data")
    assert "Quote that says otherwise than you answered, and why" in data.text


def test_what_a_patient_does_not_know_yet_is_answered_for_them_only_with_a_reason(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    coordinator.see(page(reference))
    coordinator.press("Prepare a quote")
    answer(app, reference, breathing="no", blood_thinners="no", infection="?")
    shown = check(coordinator, reference, breathing="no", blood_thinners="no", infection="no")
    assert f"{SORE} The patient, on 10 November 2026: I do not know yet" in shown.text
    assert coordinator.press(ISSUE).status == 422
    coordinator.send(ISSUE, {"why": "Her doctor wrote that it has healed."})
    assert since_asked(app, reference)[SORE] == ("I do not know yet", "No")
    coordinator.see(page(reference))
    coordinator.press("Prepare a revision")
    again = check(coordinator, reference)
    assert f"For the revision before: “{SORE} Her doctor wrote that it has healed.”" in again.text


def test_an_answer_that_comes_while_the_last_page_is_open_is_seen_before_anything_is_issued(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    coordinator.see(page(reference))
    coordinator.press("Prepare a quote")
    patient = opened(app, reference)
    shown = check(coordinator, reference, breathing="no", blood_thinners="no", infection="no")
    assert "The patient answered otherwise" not in shown.text
    patient.send(SEND, {"q_infection": "yes"})
    late = coordinator.press(ISSUE)
    assert late.status == 409
    assert "The patient answered otherwise" in late.text
    assert issued(app, reference) == 0


def test_what_a_rule_refuses_is_saved_with_everything_else_and_keeps_the_quote_from_being_issued(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    answer(app, reference, breathing="yes", blood_thinners="no", infection="no")
    coordinator.see(page(reference))
    coordinator.press("Prepare a quote")
    shown = coordinator.send(SAVE, {"words": "We will call you on Monday."})
    assert shown.status == 200
    assert "We will call you on Monday." in coordinator.see(page(reference)).text
    assert (
        f"With what the patient answered to “{BREATHING}”, this plan is not possible. Write to them"
        in shown.text
    )
    assert f"Patients read: “{REFUSED}" in shown.text
    shown = check(coordinator, reference)
    assert "It cannot be issued yet" in shown.text
    assert issued(app, reference) == 0


def test_what_a_rule_refuses_on_the_page_of_all_answers_is_saved_too(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    coordinator.see(page(reference))
    coordinator.press("Prepare a quote")
    answer(app, reference, breathing="yes")
    coordinator.see(f"{page(reference)}/answers")
    shown = coordinator.send("Save the answers", {"q_nights": "9"})
    assert shown.status == 200
    assert (
        f"With what the patient answered to “{BREATHING}”, this plan is not possible. Write to them"
        in shown.text
    )
    assert f"Patients read: “{REFUSED}" in shown.text
