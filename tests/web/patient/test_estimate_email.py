"""What is promised to whoever has an estimate sent by mail: nothing that was typed is lost, every outcome is said."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, func, select

from estimator import estimates
from estimator.db import db
from estimator.models import Mail
from tests.support.acts import acting
from tests.support.estimate_reader import (
    ADDRESS,
    Reader,
    address_of,
    app,
    bells,
    change,
    clock,
    made,
    mails,
    outcome,
    reader,
    send,
    start,
    token,
)
from tests.support.example_list import NOW

__all__ = ["app", "clock", "reader", "start", "token"]


def test_an_estimate_can_be_sent_from_its_page(app: Flask, reader: Reader) -> None:
    (way,) = reader.open().links("Email it to me")
    page = reader.open(way)
    assert "Email it to me" in page.texts("h2")
    assert page.fields()["attached"] == "yes"
    sent = reader.fill_in(page, address=f"  {ADDRESS} ")
    assert sent.status == 303
    assert sent.headers["Location"] == f"{reader.link}/email"
    (mail,) = mails(app)
    assert (mail.state, mail.options, mail.language) == ("waiting", '{"attached": true}', "en")
    assert address_of(app, mail) == ADDRESS
    assert bells(app) == [mail.id]


def test_only_the_link_can_be_sent(app: Flask, reader: Reader) -> None:
    assert reader.fill_in(address=ADDRESS, attached="no").status == 303
    assert mails(app)[0].options == '{"attached": false}'


def test_the_form_says_what_it_means_to_send_the_pdf_and_what_becomes_of_the_address(
    reader: Reader,
) -> None:
    (help_,) = reader.open(f"{reader.link}/email").texts("p", "help")[-1:]
    assert help_ == (
        "The PDF names the treatment and its cost, and so does the email if you tick that; "
        "whoever can open the mailbox can read it. "
        "We use the address for this one email and delete it after 7 days."
    )


def test_the_form_works_for_whoever_does_not_see_it(reader: Reader) -> None:
    form = reader.fill_in(address="anna").form
    assert form is not None
    inputs = {element.get("id"): element for element in form.iter("input") if element.get("type") != "hidden"}
    labels = {element.get("for") for element in form.iter("label")}
    assert labels == set(inputs) == {"address", "attached-yes", "attached-no", "details"}
    ids = {element.get("id") for element in form.iter()}
    assert set(inputs["address"].get("aria-describedby", "").split()) <= ids
    assert inputs["address"].get("aria-invalid") == "true"
    assert inputs["address"].get("autocomplete") == "email"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter the address to send the estimate to."),
        ("   ", "Enter the address to send the estimate to."),
        ("anna", "This is not an email address. Enter it like this: name@example.org."),
        ("anna@example.org, bert@example.org", "This is not an email address."),
        ("anna@example.org\r\nBcc: bert@example.org", "This is not an email address."),
        ('"><script>alert(1)</script>@example.org', "This is not an email address."),
        ("a" * 300 + "@example.org", "This is not an email address."),
    ],
)
def test_what_is_no_address_is_said_and_kept(app: Flask, reader: Reader, typed: str, sentence: str) -> None:
    page = reader.fill_in(address=typed, attached="no")
    assert page.status == 422
    assert page.texts("p", "error")[0].startswith(f"Error: {sentence}")
    assert any(sentence in problem for problem in page.texts("div", "error-summary"))
    assert page.texts("title")[0].startswith("Error: ")
    kept = page.fields()
    assert kept["address"].split() == typed.split()
    assert kept["attached"] == "no"
    assert "<script>alert" not in page.html
    assert mails(app) == []


def test_characters_that_cannot_be_seen_make_no_address_of_another(app: Flask, reader: Reader) -> None:
    page = reader.fill_in(address="an\0na@example.org")
    assert page.status == 422
    assert page.fields()["address"] == "an\N{REPLACEMENT CHARACTER}na@example.org"
    assert mails(app) == []


def test_a_slip_of_the_fingers_is_asked_about_and_not_corrected(app: Flask, reader: Reader) -> None:
    page = reader.fill_in(address=" anna@gmial.com ", attached="no")
    assert page.status == 422
    (suggestion,) = page.texts("div", "suggestion")
    assert suggestion == (
        "Is “anna@gmial.com” right? Perhaps you meant anna@gmail.com. "
        "We change nothing by ourselves. Change the address below, or send it as it is."
    )
    assert page.fields()["address"].strip() == "anna@gmial.com"
    assert page.fields()["attached"] == "no"
    assert mails(app) == []
    assert reader.fill_in(page).status == 303, "sent as it is"
    (mail,) = mails(app)
    assert address_of(app, mail) == "anna@gmial.com"


def test_a_slip_can_be_mended_in_the_form_that_asks(app: Flask, reader: Reader) -> None:
    asking = reader.fill_in(address="anna@gmial.com")
    assert reader.fill_in(asking, address="anna@gmail.com").status == 303
    assert address_of(app, mails(app)[0]) == "anna@gmail.com"


def test_another_slip_is_asked_about_anew(app: Flask, reader: Reader) -> None:
    asking = reader.fill_in(address="anna@gmial.com")
    again = reader.fill_in(asking, address="anna@hotmial.com")
    assert again.status == 422
    assert "Perhaps you meant anna@hotmail.com." in again.reads
    assert mails(app) == []


def test_addresses_in_letters_of_any_script_are_taken(app: Flask, reader: Reader) -> None:
    assert reader.fill_in(address="дарья@пример.рф").status == 303
    assert address_of(app, mails(app)[0]) == "дарья@xn--e1afmkfd.xn--p1ai"


def test_the_same_form_sent_twice_is_one_mail(app: Flask, reader: Reader) -> None:
    page = reader.open(f"{reader.link}/email")
    assert [reader.fill_in(page, address=ADDRESS).status for _press in range(3)] == [303] * 3
    assert len(mails(app)) == 1
    after = reader.open(f"{reader.link}/email")
    assert reader.fill_in(after, address=ADDRESS).status == 303
    assert len(mails(app)) == 2


def test_a_form_without_a_name_is_a_mail_each_time(app: Flask, reader: Reader) -> None:
    for _press in range(2):
        assert reader.fill_in(address=ADDRESS, submission=None).status == 303
    assert len(mails(app)) == 2


def test_an_ended_session_costs_nobody_what_they_typed(app: Flask, reader: Reader) -> None:
    page = reader.fill_in(address=ADDRESS, attached="no", csrf_token="old")
    assert page.status == 400
    assert "This page was open for too long. What you typed is still here; continue." in page.reads
    assert (page.fields()["address"], page.fields()["attached"]) == (ADDRESS, "no")
    assert mails(app) == []
    assert reader.fill_in(page).status == 303


def test_nobody_can_send_mail_through_somebody_elses_browser(app: Flask, reader: Reader) -> None:
    data = {"address": ADDRESS, "attached": "no"}
    assert reader.client.post(f"{reader.link}/email", data=data).status_code == 400
    assert reader.client.post(f"{reader.link}/email", json=data).status_code == 400
    assert reader.client.post(f"{reader.link}/email", json={"address": [1], "asked": {}}).status_code == 400
    assert mails(app) == []


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"MAILS_PER_ESTIMATE": "2"},
            "We have reached today’s limit of emails for this estimate. Try again tomorrow, or send its link yourself.",
        ),
        (
            {"MAILS_PER_ADDRESS": "2"},
            "We have reached today’s limit of emails to this address. Try again tomorrow.",
        ),
        (
            {"MAILS_PER_NETWORK": "2"},
            "Many emails were asked for from your network just now. What you typed is still here: send it again in a "
            "quarter of an hour, or send the link yourself.",
        ),
        (
            {"MAILS_PER_HOUR": "2"},
            "We have sent as many emails as we may in this hour. What you typed is still here: send it again in an "
            "hour, or send the link yourself.",
        ),
    ],
)
def test_enough_is_enough_and_says_so(
    start: Callable[..., Flask], clock: time_machine.Traveller, settings: dict[str, str], sentence: str
) -> None:
    app = start(**settings)
    reader = Reader(app, made(app))
    for _mail in range(2):
        assert reader.fill_in(address=ADDRESS).status == 303
    page = reader.fill_in(address=ADDRESS, attached="no")
    assert page.status == 429
    assert page.texts("p", "error") == [f"Error: {sentence}"]
    assert (page.fields()["address"], page.fields()["attached"]) == (ADDRESS, "no")
    assert len(page.texts("li", "outcome")) == 2
    assert len(mails(app)) == 2
    clock.shift(timedelta(hours=24))
    assert reader.fill_in(address=ADDRESS).status == 303


def test_an_address_counts_without_its_tag(start: Callable[..., Flask]) -> None:
    app = start(MAILS_PER_ADDRESS="2")
    reader = Reader(app, made(app))
    statuses = [
        reader.fill_in(address=address).status
        for address in ("anna@example.org", "anna+1@example.org", "Anna+two@EXAMPLE.org", "anne@example.org")
    ]
    assert statuses == [303, 303, 429, 303]


def test_a_database_that_is_busy_costs_nobody_what_they_typed(
    app: Flask, reader: Reader, tmp_path: Path
) -> None:
    page = reader.open(f"{reader.link}/email")
    with closing(sqlite3.connect(tmp_path / "estimator.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        busy = reader.fill_in(page, address=ADDRESS, attached="no")
        other.execute("ROLLBACK")
    assert busy.status == 503
    assert busy.texts("p", "error") == [
        "Error: Our database is busy at the moment. What you typed is still here. Try again in a minute."
    ]
    assert (busy.fields()["address"], busy.fields()["attached"]) == (ADDRESS, "no")
    assert busy.fields()["submission"] == page.fields()["submission"]
    assert mails(app) == []
    assert bells(app) == []
    assert reader.fill_in(busy).status == 303


@contextmanager
def on_each_connection(app: Flask, statement: str) -> Iterator[None]:
    def run(connection: Any, *_others: Any) -> None:
        connection.execute(statement).close()

    with app.app_context():
        engine = db.engine
    event.listen(engine, "checkout", run)
    try:
        yield
    finally:
        event.remove(engine, "checkout", run)
        engine.dispose()


@pytest.mark.long
def test_a_disk_that_is_full_costs_nobody_what_they_typed(start: Callable[..., Flask]) -> None:
    app = start(MAILS_PER_ESTIMATE="1000", MAILS_PER_ADDRESS="1000", MAILS_PER_NETWORK="1000")
    reader = Reader(app, made(app))
    page = reader.open(f"{reader.link}/email")
    with on_each_connection(app, "PRAGMA max_page_count = 1"):
        for number in range(200):
            full = reader.fill_in(page, address=ADDRESS, attached="no", submission=f"form {number}")
            if full.status != 303:
                break
    assert full.status == 503
    assert full.texts("p", "error") == [
        "Error: Our server has no room left to save anything. "
        "What you typed is still here. Try again in a minute."
    ]
    assert (full.fields()["address"], full.fields()["attached"]) == (ADDRESS, "no")
    assert len(mails(app)) == number
    assert reader.fill_in(full).status == 303


def test_a_database_that_takes_nothing_costs_nobody_what_they_typed(app: Flask, reader: Reader) -> None:
    page = reader.open(f"{reader.link}/email")
    with on_each_connection(app, "PRAGMA query_only = ON"):
        refused = reader.fill_in(page, address=ADDRESS)
    assert refused.status == 503
    assert "Our database does not accept changes at the moment." in refused.reads
    assert refused.fields()["address"] == ADDRESS
    assert mails(app) == []


def test_a_queue_that_is_away_is_nothing_to_whoever_asks(start: Callable[..., Flask]) -> None:
    app = start(QUEUE_URL="sqlite:////nowhere/queue.sqlite")
    reader = Reader(app, made(app))
    assert reader.fill_in(address=ADDRESS).status == 303
    assert len(mails(app)) == 1


def test_every_outcome_is_said(start: Callable[..., Flask], tmp_path: Path) -> None:
    server = {"MAIL_SERVER": "127.0.0.1", "MAIL_FROM": "e@example.org"}
    app = start(**server)
    reader = Reader(app, made(app))
    reader.fill_in(address=ADDRESS)
    asked = "a…@e….org asked for on 10 March 2026, 12:00 (UTC)"
    assert outcome(reader) == f"{asked} It is about to be sent."
    change(app, state="working", attempts=1)
    assert outcome(reader) == f"{asked} It is being sent."
    change(app, state="waiting", words="451 Try later", due_at=NOW + timedelta(minutes=1))
    assert outcome(reader) == (
        f"{asked} It is not sent yet. The reason: 451 Try later. We try again on 10 March 2026, 12:01 (UTC)."
    )
    change(app, state="sent", words="250 OK", ended_at=NOW + timedelta(minutes=2))
    took = "The mail server took it on 10 March 2026, 12:02 (UTC)."
    assert outcome(reader) == f"{asked} {took}"
    change(app, perhaps_twice=True)
    assert outcome(reader) == f"{asked} {took} It may have arrived twice."
    change(app, state="failed", words="550 <no> such mailbox", perhaps_twice=False)
    stopped = "It was not sent, and we have stopped trying. The reason: 550 <no> such mailbox"
    assert outcome(reader) == f"{asked} {stopped}"
    change(app, perhaps_twice=True)
    assert outcome(reader) == (
        f"{asked} We have stopped trying. The reason: 550 <no> such mailbox "
        "The connection broke while the server was taking it, so it may have arrived all the same."
    )
    change(app, address=None, address_lookup=None)
    assert outcome(reader).startswith("an address that we have deleted asked for on")


def test_an_address_whose_key_is_missing_is_not_shown(start: Callable[..., Flask], reader: Reader) -> None:
    reader.fill_in(address=ADDRESS)
    other = Reader(start(DATA_KEYS=f"otherkey {'e' * 64}"), reader.link.rpartition("/")[2])
    assert outcome(other).startswith("an address that we have deleted asked for on")


def test_no_page_shows_more_of_an_address_than_its_owner_needs(app: Flask, reader: Reader) -> None:
    reader.fill_in(address="wilhelmina@quillworth.org")
    page = reader.open(f"{reader.link}/email")
    assert "wilhelmina" not in page.html
    assert "w…@q….org" in page.reads


@pytest.mark.long
def test_the_newest_mail_is_first_and_long_lists_end(start: Callable[..., Flask]) -> None:
    app = start(MAILS_PER_ESTIMATE="100", MAILS_PER_ADDRESS="100")
    reader = Reader(app, made(app))
    for number in range(12):
        reader.fill_in(address=f"{'abcdefghijkl'[number]}nna@example.org")
    shown = reader.open(f"{reader.link}/email").texts("li", "outcome")
    assert [text[0] for text in shown] == list("lkjihgfedc")


def test_looking_changes_nothing(app: Flask, reader: Reader) -> None:
    path = f"{reader.link}/email?address={ADDRESS}&attached=yes&submission=x"
    assert reader.open(path).status == 200
    assert reader.client.head(path).status_code == 200
    for method in ("PUT", "PATCH", "DELETE"):
        assert reader.client.open(path, method=method).status_code == 405
    assert mails(app) == []
    assert bells(app) == []
    assert reader.open(path).fields()["address"] == ""


def test_of_an_estimate_that_is_unknown_too_old_or_deleted_nothing_is_sent(
    app: Flask, reader: Reader, clock: time_machine.Traveller
) -> None:
    page = reader.open(f"{reader.link}/email")
    stranger = Reader(app, "A" * 43)
    stranger.client = reader.client
    gone = Reader(app, made(app))
    gone.client = reader.client
    with app.app_context():
        found = estimates.find(acting(now=NOW, kept_days=90), gone.link[3:])
        assert found is not None
        estimates.delete(found)
        db.session.commit()
    clock.shift(timedelta(days=90))
    for one in (stranger, gone, reader):
        assert one.open(f"{one.link}/email").status == 404
        assert one.fill_in(page, address=ADDRESS).status == 404
    assert mails(app) == []


def test_where_no_mail_reaches_anybody_none_is_offered(start: Callable[..., Flask]) -> None:
    app = start(DEMO="0", PUBLIC_URL="https://estimate.example.org")
    reader = Reader(app, made(app))
    assert reader.open().status == 200
    assert reader.open().links("Email it to me") == []
    assert reader.open(f"{reader.link}/email").status == 404
    assert reader.client.post(f"{reader.link}/email", data={"address": ADDRESS}).status_code == 404
    assert mails(app) == []


def test_outside_a_demonstration_a_server_is_enough(start: Callable[..., Flask]) -> None:
    app = start(DEMO="0", MAIL_SERVER="mail.example.org", MAIL_FROM="e@example.org")
    reader = Reader(app, made(app))
    assert reader.fill_in(address=ADDRESS).status == 303
    assert len(mails(app)) == 1


def test_with_an_estimate_its_mail_is_deleted(app: Flask, reader: Reader) -> None:
    reader.fill_in(address=ADDRESS)
    page = reader.open(f"{reader.link}/delete")
    (csrf_token,) = [
        element.get("value", "") for element in page.all("input") if element.get("name") == "csrf_token"
    ]
    assert reader.client.post(f"{reader.link}/delete", data={"csrf_token": csrf_token}).status_code == 200
    (left,) = mails(app)
    assert (left.about, left.address, left.state) == ("", None, "failed")
    send(app)
    assert not app.config["SETTINGS"].mail_folder.exists()
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Mail).where(Mail.about != "")) == 0
