"""A code by mail opens once, for ten minutes and five tries, and nobody who reads the database knows it."""

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

from estimator.config import Settings
from estimator.db import db
from estimator.mail import outbox
from estimator.models import Mail, PatientRequest, Quote, QuoteCode, RequestEvent, TableVersion
from estimator.models.requests import Origin
from estimator.processes import mail_contents, worker
from estimator.requests import mailed_codes
from tests.support.acts import acting
from tests.support.at_once import at_once
from tests.support.example_list import NOW
from tests.support.example_mail import claimed, settings

ADDRESS = "anna@example.org"
MINUTE = timedelta(minutes=1)


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


def send(request: PatientRequest, now: datetime = NOW) -> str:
    """Have a code sent and return its digits, as the mail says them."""
    _code, mail_id = mailed_codes.send(acting(now=now, settings=settings()), request)
    db.session.commit()
    assert mail_id is not None
    return digits_in(mail_contents.compose(acting(settings=settings(), now=now), claimed(mail_id, now)))


def digits_in(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    (digits,) = re.findall(r"^(\d{6})\r?$", body.get_content(), re.MULTILINE)
    return str(digits)


def check(request: PatientRequest, typed: str, now: datetime = NOW) -> bool:
    found = mailed_codes.check(acting(now=now, settings=settings()), request, typed)
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
        assert mailed_codes.waiting(request_, NOW) is not None
        assert not check(request_, other_than(digits))
    assert mailed_codes.waiting(request_, NOW) is None
    assert not check(request_, digits)
    assert check(request_, send(request_))


def test_the_fifth_try_may_still_be_right(request_: PatientRequest) -> None:
    digits = send(request_)
    for _try in range(mailed_codes.TRIES - 1):
        assert not check(request_, other_than(digits))
    assert check(request_, digits)


def test_only_the_newest_code_counts(request_: PatientRequest) -> None:
    first = send(request_)
    second = send(request_, NOW + MINUTE)
    if first != second:
        assert not check(request_, first, NOW + MINUTE)
    assert check(request_, second, NOW + MINUTE)


def test_a_button_that_is_pressed_twice_sends_one_mail(request_: PatientRequest) -> None:
    first, mail_id = mailed_codes.send(acting(now=NOW, settings=settings()), request_)
    second, none = mailed_codes.send(acting(now=NOW + timedelta(seconds=29), settings=settings()), request_)
    assert mail_id is not None
    assert none is None
    assert first is second
    assert db.session.scalar(select(func.count()).select_from(Mail)) == 1


def test_there_are_five_codes_an_hour_and_then_the_wait_is_said(request_: PatientRequest) -> None:
    for number in range(mailed_codes.MOST_AN_HOUR):
        send(request_, NOW + number * MINUTE)
    with pytest.raises(mailed_codes.TooMany) as too_many:
        mailed_codes.send(acting(now=NOW + 5 * MINUTE, settings=settings()), request_)
    assert too_many.value.wait == 55 * MINUTE
    db.session.rollback()
    assert check(request_, send(request_, NOW + 60 * MINUTE), NOW + 60 * MINUTE)


@pytest.mark.long
def test_there_is_a_limit_for_a_day(version: TableVersion) -> None:
    request_ = asked(version, origin="staff")
    for number in range(mailed_codes.MOST_A_DAY):
        send(request_, NOW + number * 13 * MINUTE)
    with pytest.raises(mailed_codes.TooMany):
        mailed_codes.send(acting(now=NOW + timedelta(hours=23), settings=settings()), request_)
    db.session.rollback()
    send(request_, NOW + timedelta(hours=24))


def test_codes_of_one_request_say_nothing_about_another(version: TableVersion) -> None:
    first, second = asked(version, 1), asked(version, 2)
    digits = send(first)
    for _more in range(mailed_codes.MOST_AN_HOUR - 1):
        for _try in range(mailed_codes.TRIES):
            assert not check(first, other_than(digits))
        digits = send(first)
    assert not check(second, digits)
    assert check(second, send(second))


def test_a_request_without_an_address_gets_no_code(version: TableVersion) -> None:
    request = asked(version, address=None)
    with pytest.raises(mailed_codes.NoAddress):
        mailed_codes.send(acting(now=NOW, settings=settings()), request)
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
    assert mailed_codes.forget(NOW + timedelta(hours=24, minutes=2)) == (0, 3)
    assert stored() == []


def test_the_worker_blanks_what_is_over(app: Flask, request_: PatientRequest) -> None:
    send(request_)  # in a past that is over by any clock
    worker.forget_codes(app)
    assert [code.code for code in stored() if code.code is not None] == []


def test_no_mail_goes_out_with_a_code_that_is_used_or_over(request_: PatientRequest) -> None:
    code, mail_id = mailed_codes.send(acting(now=NOW, settings=settings()), request_)
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
    _code, mail_id = mailed_codes.send(acting(now=NOW, settings=settings()), request_)
    assert [mail.id for mail in outbox.mails_about(request_.reference)] == [mail_id]


def test_of_two_who_type_the_code_at_once_one_comes_in(app: Flask, request_: PatientRequest) -> None:
    digits, number = send(request_), request_.id

    def type_it(_who: int) -> bool:
        request = db.session.get_one(PatientRequest, number)
        return mailed_codes.check(acting(now=NOW, settings=settings()), request, digits)

    results = at_once(app, 4, type_it)
    assert results.count(True) == 1


def test_guessing_at_once_gives_no_more_tries(app: Flask, request_: PatientRequest) -> None:
    digits, number = send(request_), request_.id

    def guess(_who: int, typed: str) -> bool:
        request = db.session.get_one(PatientRequest, number)
        return mailed_codes.check(acting(now=NOW, settings=settings()), request, typed)

    at_once(app, 8, partial(guess, typed=other_than(digits)))
    (code,) = stored()
    assert code.tries == mailed_codes.TRIES
    assert not check(db.session.get_one(PatientRequest, number), digits)


def test_asking_at_once_sends_one_mail(app: Flask, request_: PatientRequest) -> None:
    number = request_.id

    def ask(_who: int) -> int | None:
        request = db.session.get_one(PatientRequest, number)
        return mailed_codes.send(acting(now=NOW, settings=settings()), request)[1]

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


def refused(request: PatientRequest, why: type[Exception], there: Settings | None = None) -> None:
    """Check that no code can be sent, and that nothing is left of it."""
    before = db.session.scalar(select(func.count()).select_from(Mail))
    with pytest.raises(why):
        mailed_codes.send(acting(now=NOW, settings=there or settings()), request)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Mail)) == before


@pytest.mark.long
def test_codes_of_many_requests_to_one_mailbox_count_as_mail_to_its_address(version: TableVersion) -> None:
    most = settings().mails_per_address
    for number in range(most):
        send(asked(version, number, f"anna+{number}@example.org"))
    last = asked(version, most)
    refused(last, outbox.TooMany)
    refused(last, outbox.TooMany)
    send(asked(version, most + 1, "bert@example.org"))
    assert send(last, NOW + timedelta(days=1))


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
        send(asked(version, number))
    refused(asked(version, 50), outbox.TooMany)
    send(known, NOW + MINUTE)
    assert lanes()[-1] == "prompt_mail"
    full = replace(settings(), mails_per_hour=1)
    assert mailed_codes.send(acting(now=NOW + 2 * MINUTE, settings=full), known)[1]


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
