"""What is promised to somebody about whom something is kept: they see it, take it along, and delete it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta

import pikepdf
import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from estimator import quotes, requests
from estimator.config import Settings
from estimator.db import db
from estimator.mail import outbox
from estimator.models import Estimate, Mail, QuoteCode, QuoteRevision
from estimator.requests import mailed_codes
from estimator.web import turns
from tests.support.acts import acting
from tests.support.browser import words
from tests.support.clinic import ANSWERS, NOW
from tests.support.example_papers import text_of
from tests.support.quote_clinic import Desk, list_text
from tests.support.visitor import Page, Visitor

PERSONAL = ("Wilhelmina Quill", "mina@quillworth.org", "My stairs are steep.")


@pytest.fixture
def app(start: object) -> Flask:
    """Return an app whose list has a regulatory basis, so that it can be quoted."""
    found: Flask = start(list_text())  # type: ignore[operator]
    return found


@pytest.fixture
def desk(app: Flask) -> Desk:
    """Return the desk with one request."""
    return Desk(app)


def settings_of(app: Flask) -> Settings:
    found: Settings = app.config["SETTINGS"]
    return found


def opened(desk: Desk) -> Visitor:
    """Return somebody who has opened the link of the request."""
    visitor = Visitor(desk.app)
    with desk.request() as request:
        token = requests.token_of(request, desk.settings.link_key)
    assert visitor.open(f"/r/{token}").status == 303
    return visitor


def confirmed(desk: Desk) -> Visitor:
    """Return somebody who has typed the code of the mail as well."""
    visitor = opened(desk)
    path = f"/request/{desk.reference}/code"
    sent = press(visitor, visitor.open(path), act="send")
    assert sent.status == 303
    typed = press(visitor, visitor.open(path), act="check", code=code_of(desk))
    assert typed.status == 303, typed.problems
    return visitor


def press(visitor: Visitor, page: Page, **fields: str) -> Page:
    """Press a button of a page that may have several forms."""
    token = page.all("input", name="csrf_token")[0].get("value", "")
    return visitor.post(page.path, {"csrf_token": token, **fields})


def code_of(desk: Desk) -> str:
    with desk.app.app_context():
        code = db.session.scalars(select(QuoteCode).order_by(QuoteCode.id.desc())).first()
        assert code is not None
        digits = mailed_codes.digits_of(acting(now=NOW, settings=desk.settings), code)
        assert digits is not None
        return digits


def test_a_code_leads_back_to_the_page_that_asked_for_it(desk: Desk) -> None:
    visitor = opened(desk)
    request = f"/request/{desk.reference}"
    (way,) = [str(a.get("href")) for a in visitor.open(request).all("a") if a.text == "Enter the code"]
    sent = visitor.open(way)
    token = sent.all("input", name="csrf_token")[0].get("value", "")
    action = str(sent.all("form", method="post")[-1].get("action"))
    asked = visitor.post(action, {"csrf_token": token, "act": "send"})
    assert asked.location == way
    action = str(visitor.open(way).all("form", class_="code")[0].get("action"))
    typed = visitor.post(action, {"csrf_token": token, "act": "check", "code": code_of(desk)})
    assert typed.location == request
    assert "Enter the code" not in visitor.open(request).html
    assert visitor.open(f"{request}/code").location == f"{request}/data", "asked for from there"


@pytest.mark.parametrize("path", ["data", "data.json", "data.pdf", "erase"])
def test_a_link_alone_shows_nothing_personal(desk: Desk, path: str) -> None:
    visitor = opened(desk)
    page = visitor.open(f"/request/{desk.reference}/{path}")
    assert page.status == 303
    assert page.location == f"/request/{desk.reference}/code"
    for text in PERSONAL:
        assert text not in visitor.open(page.location).html


@pytest.mark.parametrize("path", ["data", "data.json", "data.pdf", "erase", "code"])
def test_without_the_link_there_is_nothing(desk: Desk, path: str) -> None:
    page = Visitor(desk.app).open(f"/request/{desk.reference}/{path}")
    assert page.status == 404
    assert page.text("h1") == "Open the link once more"


def test_looking_at_the_code_page_sends_nothing(desk: Desk) -> None:
    visitor = opened(desk)
    page = visitor.open(f"/request/{desk.reference}/code")
    assert page.status == 200
    with desk.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(QuoteCode)) == 0


def test_a_wrong_code_opens_nothing_and_says_what_to_do(desk: Desk) -> None:
    visitor = opened(desk)
    path = f"/request/{desk.reference}/code"
    press(visitor, visitor.open(path), act="send")
    wrong = "000000" if code_of(desk) != "000000" else "111111"
    page = press(visitor, visitor.open(path), act="check", code=wrong)
    assert page.status == 422
    assert (
        "This is not the newest code that was asked for in this browser. You have 4 more tries."
        in page.problems[0]
    )
    assert visitor.open(f"/request/{desk.reference}/data").status == 303


def test_what_cannot_be_a_code_of_ones_data_costs_no_try(desk: Desk) -> None:
    visitor = opened(desk)
    path = f"/request/{desk.reference}/code"
    page = visitor.open(press(visitor, visitor.open(path), act="send").location)
    for _time in range(7):
        page = press(visitor, page, act="check", code="12345o")
        assert page.problems == ["Enter the six digits of the newest email."]
    assert press(visitor, page, act="check", code=code_of(desk)).status == 303


def test_an_ended_visit_sends_no_code(desk: Desk) -> None:
    visitor = opened(desk)
    page = visitor.post(f"/request/{desk.reference}/code", {"act": "send"})
    assert page.status == 400
    with desk.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(QuoteCode)) == 0


def test_after_many_codes_it_is_said_when_there_is_another(desk: Desk, clock: time_machine.Traveller) -> None:
    visitor = opened(desk)
    path = f"/request/{desk.reference}/code"
    for number in range(mailed_codes.MOST_FROM_A_NETWORK[mailed_codes.HOUR]):
        clock.move_to(NOW + timedelta(minutes=number))
        assert press(visitor, visitor.open(path), act="send").status == 303
    clock.move_to(NOW + timedelta(minutes=6))
    page = press(visitor, visitor.open(path), act="send")
    assert page.status == 429
    assert "Try again in 54 minutes." in page.problems[0]


def test_who_has_no_address_needs_no_code(app: Flask) -> None:
    desk = Desk(app, address=None)
    page = opened(desk).open(f"/request/{desk.reference}/data")
    assert page.status == 200
    assert "Wilhelmina Quill" in page.text()


def test_everything_that_is_kept_is_shown_with_how_long(desk: Desk) -> None:
    with desk.request() as request:
        requests.note(acting(actor="user:7", now=NOW, settings=desk.settings), request, "Called back.")
    page = confirmed(desk).open(f"/request/{desk.reference}/data")
    text = page.text()
    for expected in (
        *PERSONAL,
        desk.reference,
        "Germany",
        "Own bone marrow cells",
        "USD\N{NO-BREAK SPACE}4,811.05",
        "Called back.",
        "Request sent (you)",
        "until 10 March 2027: 365 days after",
        "stored encrypted",
    ):
        assert expected in text
    assert "user:7" not in page.html


def test_an_answer_that_nobody_gave_is_not_shown_as_one(desk: Desk) -> None:
    page = confirmed(desk).open(f"/request/{desk.reference}/data")
    (row,) = [row for row in page.all("div") if words(row).startswith("Walking robot")]
    assert words(row).removeprefix("Walking robot").strip() == "No (not answered; we used this)"
    paper = confirmed(desk).open(f"/request/{desk.reference}/data.pdf").body
    assert "No (not answered; we used this)" in text_of(paper)


def test_it_is_taken_along_for_a_program(desk: Desk) -> None:
    desk.issue(("-200.00", "Courtesy"))
    answer = confirmed(desk).open(f"/request/{desk.reference}/data.json")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{desk.reference}.json"'
    found = json.loads(answer.body)
    assert found["person"] == {
        "full_name": PERSONAL[0],
        "email": PERSONAL[1],
        "phone": None,
        "message": PERSONAL[2],
        "patient_name": None,
        "injury_level": None,
        "injury_completeness": None,
        "injury_month": None,
        "age_group": None,
        "answer_hours": None,
    }
    assert found["answer_by"] is None
    assert found["answers"]["sessions"] == "2"
    assert found["quote"]["number"] == desk.number
    (revision,) = found["quote"]["revisions"]
    assert (revision["total"], revision["patient"]) == ("4011.05", PERSONAL[0])
    assert revision["content"]["adjustments"] == [{"amount": "-200.00"}]
    assert {entry["by"] for entry in found["history"]} == {"patient", "staff"}
    assert "user:" not in answer.html


def test_it_is_taken_along_on_paper(desk: Desk) -> None:
    answer = confirmed(desk).open(f"/request/{desk.reference}/data.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.body)) as document:
        attached = document.attachments["my-data.json"].get_file().read_bytes()
        assert json.loads(attached)["person"]["full_name"] == PERSONAL[0]
        assert document.Root.Lang == "en"


def test_a_kind_of_file_that_there_is_not_is_missing(desk: Desk) -> None:
    assert confirmed(desk).open(f"/request/{desk.reference}/data.xlsx").status == 404


def test_what_is_deleted_is_gone_and_its_link_with_it(desk: Desk) -> None:
    visitor = confirmed(desk)
    with desk.request() as request:
        link = f"/r/{requests.token_of(request, desk.settings.link_key)}"
    check = visitor.open(f"/request/{desk.reference}/erase")
    assert check.status == 200
    assert "Removed at once" in check.text()
    assert "contract" not in check.text()
    with desk.request() as request:
        assert requests.person_of(request, desk.settings.data_keys) is not None
    done = visitor.send(check, button=None)
    assert done.status == 200
    assert done.text("h1") == "It is deleted"
    for path in (link, f"/request/{desk.reference}", f"/request/{desk.reference}/data"):
        assert visitor.open(path).status == 404
    with desk.request() as request:
        assert requests.person_of(request, desk.settings.data_keys) is None


def test_a_quote_that_was_not_accepted_is_withdrawn_with_it(desk: Desk) -> None:
    link = desk.issue(pdf=b"%PDF-")
    visitor = confirmed(desk)
    visitor.send(visitor.open(f"/request/{desk.reference}/erase"), button=None)
    assert Visitor(desk.app).open(link).status == 404
    with desk.app.app_context():
        revision = db.session.scalars(select(QuoteRevision)).one()
        assert (revision.state, revision.patient, revision.rows, revision.pdf) == (
            "withdrawn",
            None,
            None,
            None,
        )
        assert quotes.content_of(revision)["total"] == "4211.05"


def test_a_quote_that_was_accepted_is_kept_and_the_reason_said(desk: Desk) -> None:
    desk.patient(desk.issue(pdf=b"%PDF-")).accept()
    visitor = confirmed(desk)
    check = visitor.open(f"/request/{desk.reference}/erase")
    assert f"You have accepted quote {desk.number}. That is a contract" in check.text()
    assert "Kept until 10 March 2036" in check.text()
    done = visitor.send(check, button=None)
    assert "stays until 10 March 2036" in done.text()
    with desk.app.app_context():
        revision = db.session.scalars(select(QuoteRevision)).one()
        assert quotes.pdf_of(revision, desk.settings.data_keys) == b"%PDF-"
        found = requests.get(desk.reference)
        assert found is not None
        assert (found.email, found.phone, found.message) == (None, None, None)
    after = visitor.open(f"/request/{desk.reference}/data")
    assert "Wilhelmina Quill" in after.text()
    assert "mina@quillworth.org" not in after.text()


def test_mail_that_is_kept_as_files_goes_as_well(desk: Desk) -> None:
    visitor = confirmed(desk)
    with desk.app.app_context():
        names = list(db.session.scalars(select(Mail.name)))
    folder = desk.settings.mail_folder
    folder.mkdir()
    for name in (*names, "another"):
        (folder / f"{name}.eml").write_text("To: mina@quillworth.org")
    visitor.send(visitor.open(f"/request/{desk.reference}/erase"), button=None)
    assert [path.name for path in folder.iterdir()] == ["another.eml"]


def test_deleting_needs_the_button_of_its_page(desk: Desk) -> None:
    visitor = confirmed(desk)
    assert visitor.post(f"/request/{desk.reference}/erase").status == 400
    with desk.request() as request:
        assert requests.person_of(request, desk.settings.data_keys) is not None


# The page of the request.


def test_the_page_of_a_request_leads_to_its_quote_and_says_when_it_is_over(
    desk: Desk, clock: time_machine.Traveller
) -> None:
    link = desk.issue()
    visitor = opened(desk)
    page = visitor.open(f"/request/{desk.reference}")
    assert "Your quote is ready." in page.text()
    assert link in set(page.links())
    clock.move_to(NOW + timedelta(days=40))
    page = opened(desk).open(f"/request/{desk.reference}")
    assert "The quote has expired." in page.text()


def test_a_question_about_a_quote_reaches_the_desk(desk: Desk) -> None:
    desk.issue()
    visitor = opened(desk)
    page = visitor.open(f"/request/{desk.reference}")
    sent = visitor.send(page, {"words": "Is there a lift?"}, button=None)
    assert sent.status == 303
    assert desk.history()[0].words == "Is there a lift?"
    (mail,) = desk.mails("quote_question")
    assert "lift" not in mail.as_string()


# An estimate.


def test_an_estimate_says_what_is_kept_of_it(visitor: Visitor) -> None:
    breakdown = visitor.estimate(ANSWERS)
    assert f"{breakdown.path}/data" in set(breakdown.links())
    page = visitor.open(f"{breakdown.path}/data")
    assert "An estimate has no name in it." in page.text()
    assert "none was asked for" in page.text()
    assert f"{breakdown.path}/delete" in set(page.links())
    found = json.loads(visitor.open(f"{breakdown.path}/data.json").body)
    assert found["answers"]["sessions"] == "2"
    assert found["breakdown"]["totals"]["total"]["likely"] == "4811.05"
    assert found["mail"] == []


def test_who_has_the_link_of_an_estimate_learns_no_address(visitor: Visitor) -> None:
    breakdown = visitor.estimate(ANSWERS)
    visitor.send(visitor.open(f"{breakdown.path}/email"), {"address": "anna@example.org"}, button=None)
    answer = visitor.open(f"{breakdown.path}/data.json")
    assert [mail["address"] for mail in json.loads(answer.body)["mail"]] == ["a…@e….org"]
    assert "anna" not in answer.html


def test_of_a_deleted_estimate_nothing_is_told(app: Flask, visitor: Visitor) -> None:
    breakdown = visitor.estimate(ANSWERS)
    visitor.send(visitor.open(f"{breakdown.path}/delete"), button=None)
    with app.app_context():
        assert db.session.scalars(select(Estimate)).all() == []
    for path in ("data", "data.json"):
        assert visitor.open(f"{breakdown.path}/{path}").status == 404


@pytest.mark.long
def test_a_pdf_of_my_data_is_drawn_within_the_limit_and_in_the_line_of_all_pdfs(
    start: Callable[..., Flask], clock: time_machine.Traveller
) -> None:
    desk = Desk(start(list_text(), pdfs_per_network=2))
    visitor = confirmed(desk)
    path = f"/request/{desk.reference}/data.pdf"
    for _each in range(2):
        assert visitor.open(path).status == 200
    page = visitor.open(path)
    assert page.status == 429
    assert "Many PDFs were asked for from your network just now." in page.text()
    assert visitor.open(f"/request/{desk.reference}/data.json").status == 200
    clock.shift(timedelta(minutes=16))
    assert visitor.open(path).status == 200
    with desk.app.test_request_context():
        turns.stand_in_line("drawing", "somebody else's", "203.0.113.0/24")
    clock.shift(timedelta(seconds=1))
    waiting = visitor.open(path)
    assert (waiting.status, waiting.text("h1")) == (503, "Your PDF is waiting for its turn")


@pytest.mark.long
def test_a_long_history_is_shown_by_its_newest_entries_and_whole_in_the_data(desk: Desk) -> None:
    visitor = confirmed(desk)
    with desk.request() as request:
        for number in range(150):
            at = NOW - timedelta(hours=2 * (150 - number))  # no more in a day than somebody may ask
            act = acting(actor="patient", now=at, settings=desk.settings)
            requests.add_event(act, request, "question", words=f"Question {number}?")
    page = visitor.open(f"/request/{desk.reference}/data")
    document = visitor.open(f"/request/{desk.reference}/data.pdf").body
    for said in (page.text(), text_of(document)):
        assert "Question 149?" in said
        assert "Question 60?" in said
        assert "Question 40?" not in said
        # What was asked, the code that opened it, and the questions.
        assert (
            "The newest 100 of 152 are listed here. All of them are in the download for a program (JSON)."
            in said
        )
    whole = json.loads(visitor.open(f"/request/{desk.reference}/data.json").body)
    assert [entry["words"] for entry in whole["history"][:150]] == [
        f"Question {i}?" for i in range(149, -1, -1)
    ]


def test_long_words_of_a_history_are_shown_as_far_as_there_is_room(desk: Desk) -> None:
    visitor = confirmed(desk)
    with desk.request() as request:
        act = acting(actor="patient", now=NOW, settings=desk.settings)
        for number in range(20):
            requests.add_event(act, request, "question", words=f"Number {number}: {'stairs ' * 700}")
    page = visitor.open(f"/request/{desk.reference}/data")
    assert "The newest 10 of 22 are listed here." in page.text()
    assert "Number 10:" in page.text()
    assert "Number 9:" not in page.text()


def test_many_mails_are_shown_by_the_newest(desk: Desk) -> None:
    visitor = confirmed(desk)
    with desk.request() as request:
        for number in range(120):
            outbox.put(
                acting(now=NOW, settings=desk.settings),
                outbox.Message(
                    "request_answer",
                    about=request.reference,
                    address="mina@quillworth.org",
                    language="en",
                    submission=f"{number:032}",
                    limits=outbox.UNLIMITED,
                ),
            )
    page = visitor.open(f"/request/{desk.reference}/data")
    assert "The newest 100 of 122 are listed here." in page.text()


def ask_for_code(desk: Desk) -> Page:
    """Press the button for a code as somebody who has the link of a request, and nothing else."""
    visitor = opened(desk)
    return press(visitor, visitor.open(f"/request/{desk.reference}/code"), act="send")


def codes(app: Flask) -> int:
    with app.app_context():
        told = select(func.count()).select_from(Mail).where(Mail.template.in_(("request_code", "quote_code")))
        return db.session.scalar(told) or 0


def test_codes_that_anybody_may_cause_are_limited_for_a_network(start: Callable[..., Flask]) -> None:
    app = start(list_text(), mails_per_network=2)
    for number in range(2):
        assert ask_for_code(Desk(app, address=f"v{number}@quillworth.org")).status == 303
    for _again in range(2):
        refused = ask_for_code(Desk(app, address="v3@quillworth.org"))
        assert refused.status == 429
        assert refused.problems == ["No more codes for now. Try again in 15 minutes."]
    assert codes(app) == 2
    quoted = Desk(app)
    quoted.issue()
    assert ask_for_code(quoted).status == 303


def test_codes_that_anybody_may_cause_are_limited_for_an_address_however_many_requests_name_it(
    start: Callable[..., Flask],
) -> None:
    app = start(list_text(), mails_per_address=1)
    first, second, third = (Desk(app, address=f"{name}@gmail.com") for name in ("mina", "m.ina", "mi.na+x"))
    assert ask_for_code(first).status == 303
    for desk in (second, third):
        refused = ask_for_code(desk)
        assert refused.status == 429
        assert refused.problems == [
            "We have reached today’s limit of emails to this address. Try again tomorrow. "
            "Or write to estimates@example.org."
        ]
    assert codes(app) == 1


def test_once_the_mails_of_an_hour_are_used_up_there_is_a_code_in_the_next(
    start: Callable[..., Flask], clock: time_machine.Traveller
) -> None:
    app = start(list_text(), mails_per_hour=1)
    desk = Desk(app)
    refused = ask_for_code(desk)
    assert refused.status == 429
    assert refused.problems == ["No more codes for now. Try again in 60 minutes."]
    clock.move_to(NOW + timedelta(hours=1, seconds=1))
    assert ask_for_code(desk).status == 303


def test_who_typed_the_code_once_reads_of_it(desk: Desk) -> None:
    visitor = confirmed(desk)
    assert "confirmed" in desk.events()
    assert "Code" in visitor.open(f"/request/{desk.reference}/data").text()


def test_mails_about_a_request_and_about_its_quote_are_listed_the_newest_first(desk: Desk) -> None:
    desk.issue()
    visitor = confirmed(desk)
    kept = json.loads(visitor.open(f"/request/{desk.reference}/data.json").body)["mail"]
    assert [mail["kind"] for mail in kept] == ["quote_code", "quote_issued", "request_received"]
