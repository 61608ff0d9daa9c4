"""A code by mail opens once, in the browser that asked for it, for ten minutes and five tries, and whoever has the
same link changes nothing of that; nobody who reads the database knows it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from estimator import requests
from estimator.config import Settings
from estimator.db import db
from estimator.mail import outbox
from estimator.models import Mail, PatientRequest, Quote, QuoteCode, RequestEvent, TableVersion
from estimator.models.requests import Origin
from estimator.processes import mail_contents, worker
from estimator.requests import mailed_codes
from tests.support.acts import ASKER as PATIENT
from tests.support.acts import acting
from tests.support.at_once import at_once
from tests.support.example_list import NOW
from tests.support.example_mail import claimed, settings

ADDRESS = "anna@example.org"
MINUTE = timedelta(minutes=1)
ATTACKER = mailed_codes.Asker("browser of an attacker", "198.51.100.1")
HERE_AN_HOUR, HERE_A_DAY = mailed_codes.MOST_FROM_A_NETWORK.values()
IN_ALL_AN_HOUR, IN_ALL_A_DAY = mailed_codes.MOST_IN_ALL.values()


def from_network(number: int) -> mailed_codes.Asker:
    """Return somebody in a network of their own."""
    return mailed_codes.Asker(f"browser {number}", f"203.0.113.{number}")


def asked(
    version: TableVersion, number: int = 1, address: str | None = ADDRESS, origin: Origin = "page"
) -> PatientRequest:
    """Add a request with as much as a code needs of it."""
    name = f"{number:032x}"
    seal = settings().data_keys.seal
    request = PatientRequest(
        name=name,
        reference=f"REQ-2222-22{number:02}",
        origin=origin,
        submission=name,
        link_hash=name * 2,
        link_serial=1,
        estimate_reference="EST-2222-2222",
        table_version_id=version.id,
        slug=version.slug,
        given="{}",
        breakdown="{}",
        total="0",
        at_least=False,
        currency="USD",
        email=None if address is None else seal(address, "patient_request", "email", name),
        country="IN",
        language="en",
        for_whom="self",
        state="new",
        created_at=NOW,
        due_at=NOW,
        active_at=NOW,
    )
    db.session.add(request)
    db.session.commit()
    return request


@pytest.fixture
def request_(version: TableVersion) -> PatientRequest:
    """Return the request whose codes these are."""
    return asked(version)


def send(request: PatientRequest, now: datetime = NOW, asker: mailed_codes.Asker = PATIENT) -> str:
    """Have a code sent and return its digits, as the mail says them."""
    _code, mail_id = mailed_codes.send(acting(now=now, settings=settings()), request, asker)
    db.session.commit()
    assert mail_id is not None
    return digits_in(mail_contents.compose(acting(settings=settings(), now=now), claimed(mail_id, now)))


def digits_in(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    (digits,) = re.findall(r"^(\d{6})\r?$", body.get_content(), re.MULTILINE)
    return str(digits)


def check(
    request: PatientRequest, typed: str, now: datetime = NOW, asker: mailed_codes.Asker = PATIENT
) -> bool:
    found = mailed_codes.check(acting(now=now, settings=settings()), request, asker, typed)
    db.session.commit()
    return found


def other_than(digits: str) -> str:
    """Return another code."""
    return f"{(int(digits) + 1) % 1_000_000:06}"


def stored() -> list[QuoteCode]:
    db.session.expire_all()
    return list(db.session.scalars(select(QuoteCode).order_by(QuoteCode.id)))


def test_the_code_of_the_mail_opens_and_opens_once(request_: PatientRequest) -> None:
    digits = send(request_)
    assert check(request_, digits)
    assert not check(request_, digits)


@pytest.mark.parametrize("written", ["{a} {b}", " {a}-{b} ", "{a}\u00a0{b}\n", "{a}.{b}"])
def test_spaces_and_hyphens_do_not_matter(request_: PatientRequest, written: str) -> None:
    digits = send(request_)
    assert check(request_, written.format(a=digits[:3], b=digits[3:]))


def test_digits_of_another_script_are_the_same_digits(request_: PatientRequest) -> None:
    digits = send(request_)
    assert check(request_, digits.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")))


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "0" * 10_000, "\x00" * 6, "½½½½½½"])
def test_what_is_no_code_does_not_open(request_: PatientRequest, typed: str) -> None:
    send(request_)
    assert not check(request_, typed)


def test_a_code_is_over_after_ten_minutes(request_: PatientRequest) -> None:
    first = send(request_)
    assert not check(request_, first, NOW + 10 * MINUTE)
    second = send(request_, NOW + 20 * MINUTE)
    assert check(request_, second, NOW + 30 * MINUTE - timedelta(seconds=1))


def test_after_five_tries_even_the_right_code_does_not_open_but_a_new_one_does(
    request_: PatientRequest,
) -> None:
    digits = send(request_)
    for _try in range(mailed_codes.TRIES):
        assert mailed_codes.waiting(request_, PATIENT, NOW) is not None
        assert not check(request_, other_than(digits))
    assert mailed_codes.waiting(request_, PATIENT, NOW) is None
    assert not check(request_, digits)
    assert check(request_, send(request_))


def test_the_fifth_try_may_still_be_right(request_: PatientRequest) -> None:
    digits = send(request_)
    for _try in range(mailed_codes.TRIES - 1):
        assert not check(request_, other_than(digits))
    assert check(request_, digits)


def test_of_the_codes_that_a_browser_asked_for_only_the_newest_counts(request_: PatientRequest) -> None:
    first = send(request_)
    second = send(request_, NOW + MINUTE)
    if first != second:
        assert not check(request_, first, NOW + MINUTE)
    assert check(request_, second, NOW + MINUTE)


def test_a_button_that_is_pressed_twice_sends_one_mail(request_: PatientRequest) -> None:
    first, mail_id = mailed_codes.send(acting(now=NOW, settings=settings()), request_, PATIENT)
    second, none = mailed_codes.send(
        acting(now=NOW + timedelta(seconds=29), settings=settings()), request_, PATIENT
    )
    assert mail_id is not None
    assert none is None
    assert first is second
    assert db.session.scalar(select(func.count()).select_from(Mail)) == 1


def test_a_network_gets_five_codes_an_hour_and_then_the_wait_is_said(request_: PatientRequest) -> None:
    for number in range(HERE_AN_HOUR):
        send(request_, NOW + number * MINUTE)
    with pytest.raises(mailed_codes.TooMany) as too_many:
        mailed_codes.send(acting(now=NOW + 5 * MINUTE, settings=settings()), request_, PATIENT)
    assert too_many.value.wait == 55 * MINUTE
    db.session.rollback()
    assert check(request_, send(request_, NOW + 60 * MINUTE), NOW + 60 * MINUTE)


@pytest.mark.long
def test_there_is_a_limit_for_a_network_and_a_day(version: TableVersion) -> None:
    request_ = asked(version, origin="staff")
    for number in range(HERE_A_DAY):
        send(request_, NOW + number * 26 * MINUTE)
    with pytest.raises(mailed_codes.TooMany):
        mailed_codes.send(acting(now=NOW + timedelta(hours=23), settings=settings()), request_, PATIENT)
    db.session.rollback()
    send(request_, NOW + timedelta(hours=24))


def test_what_somebody_else_types_and_asks_for_with_the_same_link_ends_no_code(
    request_: PatientRequest,
) -> None:
    digits = send(request_)
    for number in range(HERE_AN_HOUR):
        theirs = send(request_, NOW + number * MINUTE, ATTACKER)
        for _try in range(mailed_codes.TRIES + 1):
            assert not check(request_, other_than(theirs), NOW + number * MINUTE, ATTACKER)
    assert mailed_codes.waiting(request_, PATIENT, NOW) is not None
    assert check(request_, digits, NOW + 5 * MINUTE)


def test_a_code_opens_in_no_other_browser_than_the_one_that_asked_for_it(request_: PatientRequest) -> None:
    digits = send(request_)
    assert not check(request_, digits, asker=ATTACKER)
    assert not check(request_, digits, asker=ATTACKER._replace(network=PATIENT.network))
    assert check(request_, digits, asker=PATIENT._replace(network=ATTACKER.network))


def test_whoever_asks_too_often_uses_up_the_codes_of_their_own_network(request_: PatientRequest) -> None:
    quoted(request_)
    for number in range(HERE_AN_HOUR):
        send(request_, asker=ATTACKER._replace(browser=f"browser {number}"))
    with pytest.raises(mailed_codes.TooMany) as too_many:
        mailed_codes.send(acting(now=NOW, settings=settings()), request_, ATTACKER)
    assert not too_many.value.by_others
    db.session.rollback()
    assert check(request_, send(request_))


def all_asked_for(request: PatientRequest) -> None:
    """Let several networks ask for as many codes as there are in an hour."""
    for number in range(IN_ALL_AN_HOUR):
        asker = from_network(number % 3)
        send(request, asker=asker._replace(browser=f"browser {number}"))


def test_all_networks_together_have_a_limit_of_which_the_desk_is_told_once(request_: PatientRequest) -> None:
    quoted(request_)
    all_asked_for(request_)
    act = acting(now=NOW, settings=settings())
    with pytest.raises(mailed_codes.TooMany) as too_many:
        mailed_codes.send(act, request_, PATIENT)
    assert too_many.value.by_others
    db.session.rollback()
    assert [mailed_codes.used_up(act, request_) for _time in range(2)] == [True, False]
    assert list(db.session.scalars(select(RequestEvent.kind))) == [mailed_codes.OTHERS]


def test_a_network_in_which_the_quote_was_opened_before_has_codes_of_its_own(
    request_: PatientRequest,
) -> None:
    quoted(request_)
    assert check(request_, send(request_, NOW - timedelta(days=20)), NOW - timedelta(days=20))
    mailed_codes.forget(NOW)
    all_asked_for(request_)
    at_home = PATIENT._replace(browser="another browser of the patient")
    for number in range(HERE_AN_HOUR):
        digits = send(request_, NOW + number * MINUTE, at_home)
    assert check(request_, digits, NOW + 5 * MINUTE, at_home)
    with pytest.raises(mailed_codes.TooMany):
        mailed_codes.send(acting(now=NOW + 5 * MINUTE, settings=settings()), request_, at_home)


def test_a_new_link_ends_what_the_old_one_used_up(request_: PatientRequest) -> None:
    quoted(request_)
    all_asked_for(request_)
    requests.end_link(acting(actor="user:1", now=NOW, settings=settings()), request_)
    db.session.commit()
    assert check(request_, send(request_))


def test_guessing_without_the_mailbox_succeeds_in_fewer_than_one_of_a_thousand_days() -> None:
    known = mailed_codes.MOST_FROM_A_NETWORK[mailed_codes.DAY]
    guesses = (IN_ALL_A_DAY + known) * mailed_codes.TRIES
    assert guesses * 1_000 < 10**mailed_codes.DIGITS


def test_codes_of_one_request_say_nothing_about_another(version: TableVersion) -> None:
    first, second = asked(version, 1), asked(version, 2, "bert@example.org")
    digits = send(first)
    for _more in range(HERE_AN_HOUR - 1):
        for _try in range(mailed_codes.TRIES):
            assert not check(first, other_than(digits))
        digits = send(first)
    assert not check(second, digits)
    assert check(second, send(second))


def test_a_request_without_an_address_gets_no_code(version: TableVersion) -> None:
    request = asked(version, address=None)
    with pytest.raises(mailed_codes.NoAddress):
        mailed_codes.send(acting(now=NOW, settings=settings()), request, PATIENT)
    assert mailed_codes.address_of(request, settings().data_keys) is None
    assert not check(request, "000000")


def test_a_clock_that_was_set_back_opens_nothing_and_holds_nobody_up(request_: PatientRequest) -> None:
    later = NOW + timedelta(days=1)
    digits = send(request_, later)
    assert not check(request_, digits, NOW)
    assert check(request_, send(request_, NOW), NOW)


def dumped(url: str, dump: Callable[[str], str]) -> str:
    if url.startswith("postgresql"):
        return dump(url)
    with db.engine.raw_connection().driver_connection as connection:  # type: ignore[union-attr]
        return "\n".join(connection.iterdump())


def test_the_database_holds_no_code_that_can_be_read(
    request_: PatientRequest, settings: Settings, dump_postgresql: Callable[[str], str]
) -> None:
    digits = send(request_)
    (code,) = stored()
    assert code.code is not None
    assert digits.encode() not in code.code
    everything = dumped(settings.database_url, dump_postgresql)
    assert code.code_hash in everything
    assert not re.search(rf"(?<![\da-f]){digits}(?![\da-f])", everything)


def test_a_code_is_blanked_when_it_is_used_when_it_is_over_and_when_there_is_a_newer_one(
    app: Flask, request_: PatientRequest
) -> None:
    assert check(request_, send(request_))
    assert [code.code for code in stored()] == [None]
    send(request_, NOW + MINUTE)
    send(request_, NOW + 2 * MINUTE)
    assert [code.code is None for code in stored()] == [True, True, False]
    assert mailed_codes.forget(NOW + 11 * MINUTE) == (0, 0)
    assert mailed_codes.forget(NOW + 12 * MINUTE) == (1, 0)
    assert [code.code for code in stored()] == [None] * 3
    assert mailed_codes.forget(NOW + timedelta(hours=24, minutes=2)) == (0, 2)
    assert mailed_codes.forget(NOW + mailed_codes.KNOWN) == (0, 1)
    assert stored() == []


def test_the_worker_blanks_what_is_over(app: Flask, request_: PatientRequest) -> None:
    send(request_)  # in a past that is over by any clock
    worker.forget_codes(app)
    assert [code.code for code in stored() if code.code is not None] == []


def test_no_mail_goes_out_with_a_code_that_is_used_or_over(request_: PatientRequest) -> None:
    code, mail_id = mailed_codes.send(acting(now=NOW, settings=settings()), request_, PATIENT)
    db.session.commit()
    assert mail_id is not None
    late = NOW + 10 * MINUTE
    with pytest.raises(mail_contents.Gone):
        mail_contents.compose(acting(settings=settings(), now=late), claimed(mail_id, late))
    digits = mailed_codes.digits_of(acting(now=NOW, settings=settings()), code)
    assert digits is not None
    assert check(request_, digits)
    again = NOW + 12 * MINUTE
    with pytest.raises(mail_contents.Gone):
        mail_contents.compose(acting(settings=settings(), now=again), claimed(mail_id, again))


def test_the_mail_can_be_found_with_its_request_and_dropped(request_: PatientRequest) -> None:
    _code, mail_id = mailed_codes.send(acting(now=NOW, settings=settings()), request_, PATIENT)
    assert [mail.id for mail in outbox.mails_about(request_.reference)] == [mail_id]


def test_of_two_who_type_the_code_at_once_one_comes_in(app: Flask, request_: PatientRequest) -> None:
    digits, number = send(request_), request_.id

    def type_it(_who: int) -> bool:
        request = db.session.get_one(PatientRequest, number)
        return mailed_codes.check(acting(now=NOW, settings=settings()), request, PATIENT, digits)

    results = at_once(app, 4, type_it)
    assert results.count(True) == 1


def test_guessing_at_once_gives_no_more_tries(app: Flask, request_: PatientRequest) -> None:
    digits, number = send(request_), request_.id

    def guess(_who: int, typed: str) -> bool:
        request = db.session.get_one(PatientRequest, number)
        return mailed_codes.check(acting(now=NOW, settings=settings()), request, PATIENT, typed)

    at_once(app, 8, partial(guess, typed=other_than(digits)))
    (code,) = stored()
    assert code.tries == mailed_codes.TRIES
    assert not check(db.session.get_one(PatientRequest, number), digits)


def test_asking_at_once_sends_one_mail(app: Flask, request_: PatientRequest) -> None:
    number = request_.id

    def ask(_who: int) -> int | None:
        request = db.session.get_one(PatientRequest, number)
        return mailed_codes.send(acting(now=NOW, settings=settings()), request, PATIENT)[1]

    results = at_once(app, 4, ask)
    assert sum(isinstance(result, int) for result in results) == 1
    assert db.session.scalar(select(func.count()).select_from(Mail)) == 1


# Codes that anybody may cause ---------------------------------------------------------------------------------


def quoted(request: PatientRequest) -> PatientRequest:
    """Add a quote to a request, with as much as a code looks at."""
    quote = Quote(
        request_id=request.id, number="Q-2026-00001", link_hash="0" * 64, link_serial=1, created_at=NOW
    )
    db.session.add(quote)
    db.session.commit()
    return request


def proven(request: PatientRequest) -> PatientRequest:
    """Let somebody type the right code of a request."""
    assert check(request, send(request))
    return request


def lanes() -> list[str]:
    """Return the kind of job that each mail is, the first mail first."""
    return [outbox.kind_of(mail.template) for mail in db.session.scalars(select(Mail).order_by(Mail.id))]


def refused(
    request: PatientRequest,
    why: type[Exception],
    there: Settings | None = None,
    asker: mailed_codes.Asker = PATIENT,
) -> None:
    """Check that no code can be sent, and that nothing is left of it."""
    before = db.session.scalar(select(func.count()).select_from(Mail))
    with pytest.raises(why):
        mailed_codes.send(acting(now=NOW, settings=there or settings()), request, asker)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Mail)) == before


@pytest.mark.long
def test_codes_of_many_requests_to_one_mailbox_are_counted_for_its_address(version: TableVersion) -> None:
    most = settings().mails_per_address
    for number in range(most):
        send(asked(version, number, f"anna+{number}@example.org"), asker=from_network(number % 2))
    last = asked(version, most)
    for _again in range(2):
        refused(last, mailed_codes.TooMany, asker=from_network(1))
    send(asked(version, most + 1, "bert@example.org"), asker=from_network(1))
    assert send(last, NOW + timedelta(days=1), from_network(1))


@pytest.mark.long
def test_who_floods_a_mailbox_does_not_keep_its_owner_in_another_network_from_the_first_code(
    version: TableVersion,
) -> None:
    there, most = settings(), settings().mails_per_address
    for number in range(most):
        send(asked(version, number), asker=from_network(number % 2))
    flooded = asked(version, 50)
    send(flooded, NOW + MINUTE, from_network(2))
    with pytest.raises(outbox.TooMany):
        mailed_codes.send(acting(now=NOW + 2 * MINUTE, settings=there), flooded, from_network(2))
    db.session.rollback()
    for number in range(3, 2 + (mailed_codes.FIRST_ONES - 1) * most):
        send(asked(version, number + 50), NOW + MINUTE, from_network(number))
    refused(flooded, outbox.TooMany, asker=PATIENT)


def test_estimates_that_somebody_had_sent_to_a_mailbox_keep_its_owner_from_no_code(
    request_: PatientRequest,
) -> None:
    act = acting(now=NOW, settings=settings(), mails_per_address=1)
    outbox.put(
        act, outbox.Message("estimate", about="EST-2222-2222", address=ADDRESS, language="en", submission="1")
    )
    db.session.commit()
    assert mailed_codes.send(act, request_, PATIENT)[1]


def test_codes_that_anybody_may_cause_count_in_the_limit_of_an_hour(version: TableVersion) -> None:
    for number in range(2):
        send(asked(version, number, f"v{number}@example.org"))
    assert outbox.sent_this_hour(NOW) == 2
    refused(asked(version, 3, "v3@example.org"), mailed_codes.TooMany, replace(settings(), mails_per_hour=2))


def test_a_code_that_anybody_may_cause_stands_behind_what_somebody_waits_for(version: TableVersion) -> None:
    send(asked(version))
    assert lanes() == ["mail"]
    assert outbox.due(acting(now=NOW, lease_seconds=60), within=MINUTE, most=9, prompt=True) == []


@pytest.mark.long
@pytest.mark.parametrize("why", ["quoted", "proven", "entered by the desk"])
def test_no_flood_keeps_somebody_with_a_quote_or_a_proven_mailbox_from_their_code(
    version: TableVersion, why: str
) -> None:
    known = asked(version, 99, origin="staff" if why == "entered by the desk" else "page")
    known = {"quoted": quoted, "proven": proven}.get(why, lambda same: same)(known)
    for number in range(settings().mails_per_address - (why == "proven")):
        send(asked(version, number), asker=from_network(number % 2))
    refused(asked(version, 50), mailed_codes.TooMany, asker=from_network(0))
    send(known, NOW + MINUTE)
    assert lanes()[-1] == "prompt_mail"
    full = replace(settings(), mails_per_hour=1)
    assert mailed_codes.send(acting(now=NOW + 2 * MINUTE, settings=full), known, PATIENT)[1]


def test_a_mailbox_is_proven_once_and_for_as_long_as_its_request_is_kept(request_: PatientRequest) -> None:
    assert mailed_codes.is_anybodys(request_)
    assert not check(request_, other_than(send(request_)))
    assert mailed_codes.is_anybodys(request_)
    later = NOW + timedelta(days=40)
    assert check(request_, send(request_, NOW + MINUTE), NOW + MINUTE)
    mailed_codes.forget(later)
    db.session.commit()
    assert not mailed_codes.is_anybodys(request_)
    assert check(request_, send(request_, later), later)
    assert list(db.session.scalars(select(RequestEvent.kind))) == ["confirmed"]
