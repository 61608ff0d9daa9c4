"""A quote opens to its link and the code of the mail, on this device, for a while; and GET changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import text

from estimator import keys
from estimator.db import db
from tests.support.quote_clinic import ADDRESS, NAME, TOTAL, Desk, Patient, list_text
from tests.support.visitor import Page, Visitor, words

BOTH = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)

TELLS = (NAME, ADDRESS, TOTAL, "4,211", "Treatment with cells", "Example clinic")
"""What somebody who has only the link must not see."""


@pytest.fixture
def app(start: Callable[..., Flask]) -> Flask:
    """Return an app whose list quotes can be issued from."""
    return start(list_text())


@pytest.fixture
def desk(app: Flask) -> Desk:
    """Return the desk with a request."""
    return Desk(app)


@pytest.fixture
def link(desk: Desk) -> str:
    """Return the link of a quote that was issued."""
    return desk.issue(pdf=b"%PDF-1.7 kept")


def everything(app: Flask) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of the database."""
    with app.app_context():
        return {
            table.name: [tuple(row) for row in db.session.execute(text(f'SELECT * FROM "{table.name}"'))]
            for table in db.metadata.sorted_tables
        }


@BOTH
def test_the_link_leads_to_an_address_without_its_secret(app: Flask, desk: Desk, link: str) -> None:
    answer = Visitor(app).open(link)
    assert answer.status == 303
    assert answer.location == f"/quote/{desk.number}"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@BOTH
def test_opening_the_link_and_the_page_changes_nothing_in_the_database(
    app: Flask, desk: Desk, link: str
) -> None:
    before = everything(app)
    patient = Patient(app, desk)
    for _time in range(3):
        patient.open(link)
        assert patient.open(patient.path).status == 200
    patient.client.head(link).close()
    assert everything(app) == before


def test_reading_a_confirmed_quote_changes_nothing_in_the_database(app: Flask, desk: Desk, link: str) -> None:
    patient = desk.patient(link)
    before = everything(app)
    for tail in ("", "/1", "/1.pdf", "/accept", "/decline", "/question", "/take-back", "/answered", "/asked"):
        assert patient.open(patient.path + tail).status in (200, 303), tail
    assert everything(app) == before


def test_a_scanner_that_follows_the_link_leaves_it_as_good_as_it_was(
    app: Flask, desk: Desk, link: str
) -> None:
    scanner = Visitor(app)
    scanner.client.head(link).close()
    scanner.open(scanner.open(link).location)
    assert desk.patient(link).open(f"/quote/{desk.number}").text("h1").startswith("Firm quote")


@BOTH
def test_with_the_link_alone_there_is_a_number_and_nothing_that_tells(desk: Desk, link: str) -> None:
    patient = desk.patient(link, confirmed=False)
    page = patient.open(patient.path)
    assert page.status == 200
    assert desk.number in page.text()
    assert "the end of 9 April 2026 (UTC)" in page.text()
    assert "valid; it can be accepted" in page.text()
    assert "m…@q….org" in page.text()
    for word in TELLS:
        assert word not in page.html, word


@pytest.mark.parametrize(
    "tail", ["/1", "/1.pdf", "/accept", "/decline", "/question", "/take-back", "/answered", "/asked"]
)
def test_with_the_link_alone_every_other_page_leads_back_to_the_code(
    desk: Desk, link: str, tail: str
) -> None:
    patient = desk.patient(link, confirmed=False)
    answer = patient.open(patient.path + tail)
    assert (answer.status, answer.location) == (303, patient.path)


@pytest.mark.parametrize("tail", ["/accept", "/decline", "/question"])
def test_with_the_link_alone_nothing_can_be_answered(desk: Desk, link: str, tail: str) -> None:
    patient = desk.patient(link, confirmed=False)
    token = patient.open(patient.path).all("input", name="csrf_token")[0].get("value", "")
    answer = patient.post(
        patient.path + tail,
        {"csrf_token": token, "revision": "1", "act": "accept", "typed_name": NAME, "agreed": "yes",
         "reason": "price", "words": "What about the stairs?"},
    )  # fmt: skip
    assert answer.status == 401
    assert desk.decisions() == []
    assert desk.events() == ["asked", "issued", "state"]


@pytest.mark.parametrize("tail", ["", "/1", "/1.pdf", "/accept", "/decline", "/question", "/answered"])
def test_without_the_link_a_quote_looks_like_one_that_does_not_exist(
    app: Flask, desk: Desk, link: str, tail: str
) -> None:
    stranger = Visitor(app)
    there, nowhere = (stranger.open(f"/quote/{number}{tail}") for number in (desk.number, "Q-2026-99999"))
    assert there.status == nowhere.status == 401
    assert there.body == nowhere.body
    assert "Open the link of the mail again" in there.text()


@pytest.mark.long
@BOTH
def test_a_link_that_opens_nothing_is_missing_whatever_it_once_was(app: Flask, desk: Desk, link: str) -> None:
    newer = desk.new_link()
    stranger = Visitor(app)
    replaced, unknown = stranger.open(link), stranger.open("/q/" + "A" * 43)
    assert replaced.status == unknown.status == 404
    assert replaced.body == unknown.body
    for guess in (desk.number, link[3:-1], link[3:].swapcase(), "é"):
        assert stranger.open(f"/q/{guess}").status == 404, guess
    assert stranger.open(newer).status == 303


def test_a_new_link_ends_what_the_old_one_had_opened(desk: Desk, link: str) -> None:
    patient = desk.patient(link)
    assert patient.open(patient.path).status == 200
    newer = desk.new_link()
    assert patient.open(patient.path).status == 401
    assert patient.open(f"{patient.path}/1.pdf").status == 401
    patient.open(newer)
    assert "Send me a code" in patient.open(patient.path).html


def test_the_code_of_the_mail_opens_the_quote(desk: Desk, link: str) -> None:
    patient = desk.patient(link, confirmed=False)
    page = patient.confirm()
    assert page.text("h1").startswith("Firm quote")
    assert NAME in page.text()
    assert desk.events()[-1] == "opened"


def test_that_a_mail_with_a_code_is_on_its_way_is_said_once(desk: Desk, link: str) -> None:
    patient = desk.patient(link, confirmed=False)
    patient.press(patient.open(patient.path), "send")
    said = patient.open(patient.path).text()
    assert "An email with a code goes to" in said
    assert "about to be sent" not in said


def test_page_and_mail_say_for_how_long_a_code_works_in_whatever_time_zone_it_is_read(
    desk: Desk, link: str
) -> None:
    patient = desk.patient(link, confirmed=False)
    patient.press(patient.open(patient.path), "send")
    (mail,) = desk.mails("quote_code")
    body = mail.get_body(("plain",))
    assert body is not None
    for said in (words(patient.open(patient.path).one("form", id="typed")), body.get_content()):
        assert "It works once, within 10 minutes after you asked for it." in " ".join(said.split())
        assert "(" not in said.replace("(1)", ""), "no moment of a time zone"


def test_the_mail_with_the_code_says_nothing_that_tells(desk: Desk, link: str) -> None:
    patient = desk.patient(link, confirmed=False)
    patient.press(patient.open(patient.path), "send")
    (mail,) = desk.mails("quote_code")
    assert mail["To"] == ADDRESS
    said = mail.as_string()
    for word in (NAME, "4,211", "Treatment"):
        assert word not in said
    assert desk.code() not in str(mail["Subject"])


def test_the_mail_with_the_code_is_headed_by_whoever_the_other_mails_are_from(desk: Desk, link: str) -> None:
    patient = desk.patient(link, confirmed=False)
    patient.press(patient.open(patient.path), "send")
    heads = []
    for template in ("quote_issued", "quote_code"):
        (mail,) = desk.mails(template)
        body = mail.get_body(("plain",))
        assert body is not None
        heads.append(body.get_content().splitlines()[0])
        assert "Example clinic" not in str(mail["Subject"])
    assert heads == ["Example clinic", "Example clinic"]


def test_a_wrong_code_says_how_many_tries_are_left_and_the_last_one_asks_for_a_new_one(
    desk: Desk, link: str
) -> None:
    patient = desk.patient(link, confirmed=False)
    page = patient.open(patient.press(patient.open(patient.path), "send").location)
    wrong = f"{(int(desk.code()) + 1) % 1_000_000:06}"
    for left in (4, 3, 2, 1):
        page = patient.press(page, "check", code=wrong)
        assert page.status == 422
        assert f"You have {left} more tr" in page.problems[0]
        assert "not the newest code that was asked for in this browser" in page.problems[0]
        assert page.one("input", id="code").get("value") == wrong
    page = patient.press(page, "check", code=wrong)
    assert page.problems == ["This code does not open the quote any more. Ask for a new one."]
    assert not page.all("input", id="code")
    assert patient.confirm().text("h1").startswith("Firm quote")


@pytest.mark.long
@pytest.mark.parametrize("typed", [" ", "12345", "1234567", "12345o", "Q-2026-00001"])
def test_what_cannot_be_a_code_costs_no_try(desk: Desk, link: str, typed: str) -> None:
    patient = desk.patient(link, confirmed=False)
    page = patient.open(patient.press(patient.open(patient.path), "send").location)
    for _time in range(7):
        page = patient.press(page, "check", code=typed)
        assert page.problems == ["Enter the six digits of the newest email."]
    assert patient.press(page, "check", code=desk.code()).status == 303


def test_after_five_codes_in_an_hour_the_page_says_how_long_to_wait(
    desk: Desk, link: str, clock: time_machine.Traveller
) -> None:
    patient = desk.patient(link, confirmed=False)
    for _code in range(5):
        assert patient.press(patient.open(patient.path), "send", form=-1).status == 303
        clock.shift(timedelta(minutes=1))
    refused = patient.press(patient.open(patient.path), "send", form=-1)
    assert refused.status == 429
    assert refused.problems == [
        "No more codes for now. Try again in 55 minutes. The code that was sent here before still works. "
        "You can also ask us for a new link: write to estimates@example.org."
    ]
    assert patient.press(refused, "check", code=desk.code()).status == 303


def test_who_shares_a_network_with_others_that_used_up_the_codes_reads_whom_to_ask_for_a_new_link(
    desk: Desk, link: str
) -> None:
    for _code in range(5):
        neighbour = desk.patient(link, confirmed=False)
        assert neighbour.press(neighbour.open(neighbour.path), "send").status == 303
    patient = desk.patient(link, confirmed=False)
    refused = patient.press(patient.open(patient.path), "send")
    assert refused.problems == [
        "No more codes for now. Try again in 60 minutes. "
        "You can also ask us for a new link: write to estimates@example.org."
    ]
    patient.open(desk.new_link())
    assert NAME in patient.confirm().text()


def test_somebody_else_with_the_link_does_not_keep_the_patient_from_the_code_that_was_mailed_to_them(
    desk: Desk, link: str, clock: time_machine.Traveller
) -> None:
    patient = desk.patient(link, confirmed=False)
    page = patient.open(patient.press(patient.open(patient.path), "send").location)
    digits = desk.code()
    attacker = Patient(desk.app, desk, environ_base={"REMOTE_ADDR": "127.0.0.7"})
    attacker.open(link)
    assert "Send me a code" in attacker.open(attacker.path).html
    for _round in range(5):
        clock.shift(timedelta(minutes=1))
        theirs = attacker.open(attacker.press(attacker.open(attacker.path), "send", form=-1).location)
        wrong = f"{(int(desk.code()) + 1) % 1_000_000:06}"
        for _try in range(5):
            theirs = attacker.press(theirs, "check", code=wrong)
    assert attacker.press(attacker.open(attacker.path), "send", form=-1).status == 429
    assert patient.open(patient.path).all("input", id="code")
    assert patient.press(page, "check", code=digits).status == 303


def test_when_several_networks_have_used_up_all_codes_the_page_says_whom_to_ask_and_the_desk_is_told(
    desk: Desk, link: str
) -> None:
    for number in range(12):
        attacker = Patient(desk.app, desk, environ_base={"REMOTE_ADDR": f"127.0.0.{7 + number // 4}"})
        attacker.open(link)
        assert attacker.press(attacker.open(attacker.path), "send").status == 303
    patient = desk.patient(link, confirmed=False)
    for _time in range(2):
        refused = patient.press(patient.open(patient.path), "send")
        assert refused.status == 429
        assert "Others with this link have asked for so many codes" in refused.problems[0]
        assert "You can also ask us for a new link: write to" in refused.problems[0]
    (told,) = desk.mails("quote_decided")
    assert told["Subject"] == f"Somebody else may have the link of quote {desk.number}"
    assert desk.events()[-1] == "codes_used_up"
    patient.open(desk.new_link())
    assert NAME in patient.confirm().text()


def test_the_quote_is_open_for_twelve_hours_and_then_asks_again(
    desk: Desk, link: str, clock: time_machine.Traveller
) -> None:
    patient = desk.patient(link)
    clock.shift(timedelta(hours=11, minutes=59))
    assert NAME in patient.open(patient.path).text()
    clock.shift(timedelta(minutes=1))
    assert patient.open(patient.path).status == 401
    patient.open(link)
    page = patient.open(patient.path)
    assert "Send me a code" in page.html
    assert NAME not in page.html


def test_opening_the_link_again_keeps_what_the_code_had_opened(desk: Desk, link: str) -> None:
    patient = desk.patient(link)
    patient.open(link)
    assert NAME in patient.open(patient.path).text()


def test_a_clock_that_was_set_back_opens_nothing(
    desk: Desk, link: str, clock: time_machine.Traveller
) -> None:
    patient = desk.patient(link)
    clock.shift(timedelta(hours=-1))
    assert patient.open(patient.path).status == 401


def test_closing_ends_it_on_this_device_and_nowhere_else(desk: Desk, link: str) -> None:
    here, there = desk.patient(link), desk.patient(link)
    closed = here.press(here.open(here.path), None, form=-1)
    assert closed.status == 303
    assert closed.headers["Clear-Site-Data"] == '"cache"'
    assert here.open(closed.location).text("h1") == "The quote is closed on this device"
    assert here.open(here.path).status == 401
    assert there.open(there.path).status == 200


def test_closing_asks_for_proof_of_its_page(desk: Desk, link: str) -> None:
    patient = desk.patient(link)
    assert patient.post(f"{patient.path}/close").status == 400
    assert patient.open(patient.path).status == 200


def test_one_quote_opens_no_other(app: Flask, link: str, desk: Desk) -> None:
    other = Desk(app, address="other@example.org")
    other.issue()
    patient = desk.patient(link)
    assert patient.open(f"/quote/{other.number}").status == 401
    assert patient.open(f"/quote/{other.number}/1.pdf").status == 401


@BOTH
def test_without_a_mail_address_the_link_alone_opens_the_quote_and_the_page_says_so(app: Flask) -> None:
    desk = Desk(app, address=None)
    patient = desk.patient(desk.issue(), confirmed=False)
    page = patient.open(patient.path)
    assert NAME in page.text()
    assert "anybody who has its link can read and answer it" in page.text()


def test_a_page_without_its_token_sends_no_code_and_keeps_what_was_typed(desk: Desk, link: str) -> None:
    patient = desk.patient(link, confirmed=False)
    patient.press(patient.open(patient.path), "send")
    answer = patient.press(patient.open(patient.path), "check", csrf_token=None, code="123456")
    assert answer.status == 400
    assert 'value="123456"' in answer.html
    assert "This page was open for too long" in answer.problems[0]


def test_an_address_whose_key_is_missing_opens_nothing(
    desk: Desk, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = desk.patient(link, confirmed=False)
    other = keys.Keyring(f"otherkey {'e' * 64}\n")
    monkeypatch.setattr(desk.settings.data_keys, "_keys", other.keys())
    for answer in (patient.open(patient.path), patient.open(f"{patient.path}/1.pdf")):
        assert answer.status == 503
        assert NAME not in answer.html


def test_after_twenty_links_that_open_nothing_in_a_minute_the_page_says_so_and_good_ones_still_open(
    app: Flask, desk: Desk, link: str, clock: time_machine.Traveller
) -> None:
    stranger = Visitor(app)
    answers: list[Page] = [stranger.open(f"/q/{number:043}") for number in range(21)]
    assert [answer.status for answer in answers] == [404] * 20 + [429]
    assert answers[-1].headers["Retry-After"] == "60"
    assert stranger.open(link).status == 303
    clock.shift(timedelta(minutes=1))
    assert stranger.open("/q/" + "B" * 43).status == 404


def test_misses_of_one_address_are_not_those_of_another(app: Flask, start: Callable[..., Flask]) -> None:
    earnest = start(demo=False)
    first, second = (
        Visitor(earnest, environ_base={"REMOTE_ADDR": address}) for address in ("192.0.2.1", "192.0.2.2")
    )
    for number in range(21):
        last = first.open(f"/q/{number:043}")
    assert last.status == 429
    assert second.open("/q/" + "A" * 43).status == 404


def test_where_no_mail_can_be_sent_the_link_alone_opens_the_quote_and_the_page_says_why(
    start: Callable[..., Flask],
) -> None:
    desk = Desk(start(list_text(), demo=False))
    patient = desk.patient(desk.issue(), confirmed=False)
    page = patient.open(patient.path).text()
    assert NAME in page
    assert "No code is asked for, because this website sends no email" in page
    assert "there is no email address" not in page
    assert "protected by a code" not in page
