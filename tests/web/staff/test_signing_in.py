from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape

import pytest
from flask import Flask

from estimator import audit, staff
from estimator.db import db
from estimator.models import StaffUser
from tests.support.acts import acting
from tests.support.clinic_staff import OTHER_PASSWORD, PASSWORD, Browser, Person, code_of

Join = Callable[..., Person]
Later = Callable[..., None]

WRONG = "The address or the password is not right."
WRONG_CODE = "This code is not right, or it was used already."


def test_somebody_signs_in_with_password_and_code(join: Join, laptop: Browser) -> None:
    join().sign_in(laptop)
    assert (laptop.status, laptop.heading) == (200, "Start")
    assert laptop.says("Your roles: Price editor")


def test_who_signed_in_stands_in_the_trail_and_who_was_refused_in_the_log_without_a_name(
    join: Join, laptop: Browser, app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    person = join()
    person.give_password(laptop, "neither this nor that")
    assert "a sign-in was refused" in caplog.text
    assert person.address not in caplog.text
    person.sign_in(laptop)
    with app.app_context():
        told = [(entry.action, entry.actor) for entry in audit.entries(1)]
    assert told == [("staff.signed_in", "user:1")]


def test_a_password_is_good_as_long_as_nobody_changes_it(join: Join, laptop: Browser, later: Later) -> None:
    person = join()
    later(days=1000)
    assert person.sign_in(laptop).heading == "Start"


def test_the_password_alone_opens_nothing(join: Join, laptop: Browser) -> None:
    person = join()
    person.give_password(laptop)
    for path in ("/staff", "/staff/account", "/staff/recovery-codes", "/staff/second-factor"):
        laptop.get(path)
        assert laptop.heading == "Sign in", path


def test_a_wrong_password_an_unknown_address_and_an_account_without_password_get_one_answer(
    join: Join, laptop: Browser, app: Flask
) -> None:
    gone = join("gone@example.org")
    join()
    with gone.row() as user:
        user.active = False
    with app.app_context():
        now = datetime.now(UTC)
        staff.invite(
            acting(actor="test", now=now, link_key="l" * 32), "new@example.org", ["approver"], language="en"
        )
        db.session.commit()
    answers = set()
    for address, password in (
        ("mira@example.org", OTHER_PASSWORD),
        ("nobody@example.org", PASSWORD),
        ("gone@example.org", PASSWORD),
        ("new@example.org", PASSWORD),
        ("no address", PASSWORD),
    ):
        laptop.get("/staff/sign-in")
        laptop.post(data={"email": address, "password": password})
        assert laptop.says(WRONG)
        answers.add((laptop.status, without_what_was_typed(laptop.page)))
    assert {status for status, _page in answers} == {422}
    assert len(answers) == 1


def without_what_was_typed(page: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]*"|(?<=type="email") value="[^"]*"', "", page)


@pytest.mark.parametrize(
    ("sent", "sentence", "field"),
    [
        ({"email": "", "password": PASSWORD}, "Enter your email address.", "email"),
        ({"email": "mira@example.org", "password": ""}, "Enter your password.", "password"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(
    laptop: Browser, sent: dict[str, str], sentence: str, field: str
) -> None:
    laptop.get("/staff/sign-in")
    laptop.post(data=sent)
    assert laptop.status == 422
    assert f'<a href="#{field}">{sentence}</a>' in laptop.page
    assert f'id="error-{field}"' in laptop.page
    assert ">Error: Sign in" in laptop.page


def test_all_that_is_missing_is_said_at_once(laptop: Browser) -> None:
    laptop.get("/staff/sign-in")
    laptop.post(data={"email": "", "password": ""})
    assert re.findall(r'<a href="#([a-z]+)">', laptop.page) == ["email", "password"]


def test_the_address_may_be_written_in_capitals_and_with_spaces(join: Join, laptop: Browser) -> None:
    person = join()
    person.address = "  Mira@Example.ORG "
    assert person.sign_in(laptop).heading == "Start"


def test_a_code_is_taken_once(join: Join, app: Flask) -> None:
    person = join()
    first, second = Browser(app), Browser(app)
    person.sign_in(first)
    person.give_password(second)
    second.post(data={"code": code_of(person.secret)})
    assert (second.status, second.heading) == (422, "Code of your app")
    assert second.says(WRONG_CODE)


def test_the_code_of_the_set_up_does_not_sign_in_as_well(app: Flask, clock: object) -> None:
    person = Person(app, "mira@example.org", ["price_editor"])
    person.begin(Browser(app), datetime.now(UTC))
    laptop = Browser(app)
    person.give_password(laptop)
    laptop.post(data={"code": code_of(person.secret)})
    assert laptop.says(WRONG_CODE)


def test_an_earlier_code_is_not_taken_after_a_later_one(join: Join, app: Flask, later: Later) -> None:
    person = join()
    person.sign_in(Browser(app))
    before = code_of(person.secret)
    later(seconds=30)
    person.sign_in(Browser(app))
    third = Browser(app)
    person.give_password(third)
    third.post(data={"code": before})
    assert third.says(WRONG_CODE)


@pytest.mark.parametrize(
    ("seconds", "heading"),
    [(-61, "Code of your app"), (-30, "Start"), (30, "Start"), (61, "Code of your app")],
)
def test_a_code_is_good_for_half_a_minute_around_its_own(
    join: Join, laptop: Browser, seconds: int, heading: str
) -> None:
    person = join()
    person.give_password(laptop)
    laptop.post(data={"code": code_of(person.secret, time.time() + seconds)})
    assert laptop.heading == heading


def test_a_code_may_be_written_with_a_space_and_in_any_digits(join: Join, laptop: Browser) -> None:
    person = join()
    person.give_password(laptop)
    code = code_of(person.secret)
    arabic = "".join(chr(0x660 + int(digit)) for digit in code)
    laptop.post(data={"code": f" {arabic[:3]} {arabic[3:]} "})
    assert laptop.heading == "Start"


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "1234567", "٠" * 6, "9" * 4000, "\x00"])
def test_what_is_no_code_is_refused_with_a_sentence(join: Join, laptop: Browser, code: str) -> None:
    person = join()
    person.give_password(laptop)
    laptop.post(data={"code": code})
    assert laptop.status == 422
    assert laptop.heading == "Code of your app"


def test_the_secret_of_another_person_signs_nobody_in(join: Join, laptop: Browser, app: Flask) -> None:
    mira, omar = join(), join("omar@example.org")
    with app.app_context():
        sealed = db.session.query(StaffUser).filter_by(email=omar.address).one().tf_totp_secret
        db.session.query(StaffUser).filter_by(email=mira.address).one().tf_totp_secret = sealed
        db.session.commit()
    mira.give_password(laptop)
    laptop.post(data={"code": code_of(omar.secret)})
    assert laptop.says(WRONG_CODE)


def test_ten_minutes_after_the_password_it_must_be_written_again(
    join: Join, laptop: Browser, later: Later
) -> None:
    person = join()
    person.give_password(laptop)
    later(minutes=10)
    laptop.post(data={"code": code_of(person.secret)})
    assert laptop.heading == "Sign in"


def test_a_half_way_cookie_from_before_the_set_up_cannot_replace_the_second_factor(
    app: Flask, clock: object
) -> None:
    person = Person(app, "mira@example.org", ["price_editor"])
    person.begin(Browser(app), datetime.now(UTC))
    owner, thief = Browser(app), Browser(app)
    with person.row() as user:
        user.tf_totp_secret = user.tf_primary_method = None
    person.give_password(thief)
    assert thief.heading == "Second factor"
    person.give_password(owner)
    owner.post(data={"setup": "authenticator"})
    thief.get("/staff/second-factor")
    assert thief.heading == "Second factor"
    person.secret = owner.secret_shown()
    owner.post("/staff/code", {"code": code_of(person.secret)})
    thief.post("/staff/second-factor", {"setup": "authenticator"})
    assert thief.heading == "Sign in"


def test_signing_in_goes_on_to_what_was_asked_for(join: Join, laptop: Browser) -> None:
    person = join()
    laptop.get("/staff/account?from=mail")
    assert laptop.path == "/staff/sign-in?next=/staff/account?from%3Dmail"
    person.sign_in(laptop, path=laptop.path)
    assert laptop.path == "/staff/account?from=mail"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/ /evil.example",
        "/\tevil.example",
        "javascript:alert(1)",
        "evil.example",
        "http:evil.example",
        "/\N{IDEOGRAPHIC SPACE}/evil.example",
    ],
)
def test_signing_in_leads_nowhere_else(join: Join, app: Flask, elsewhere: str) -> None:
    person = join()
    laptop = Browser(app)
    laptop.get("/staff/sign-in")
    token = re.search(r'name="csrf_token" value="([^"]+)"', laptop.page)
    assert token
    form = {"email": person.address, "password": PASSWORD, "next": elsewhere, "csrf_token": token.group(1)}
    assert laptop.client.post("/staff/sign-in", data=form).status_code == 400
    for path in ("/staff/sign-in", "/staff/code", "/staff/recovery-code", "/staff/password-again"):
        assert laptop.client.get(path, query_string={"next": elsewhere}).status_code == 400


def test_signing_in_needs_the_token_of_its_form(join: Join, laptop: Browser) -> None:
    person = join()
    laptop.get("/staff/sign-in")
    laptop.post(data={"email": person.address, "password": PASSWORD}, token=False)
    assert (laptop.status, laptop.heading) == (400, "Please try that again")
    assert PASSWORD not in unescape(laptop.page)


def test_the_token_of_a_form_changes_with_signing_in(join: Join, laptop: Browser) -> None:
    person = join()
    laptop.get("/staff/sign-in")
    before = re.search(r'name="csrf_token" value="([^"]+)"', laptop.page)
    assert before
    person.sign_in(laptop)
    laptop.post("/staff/sign-out", {"csrf_token": before.group(1)}, token=False)
    assert laptop.status == 400


def test_no_password_or_secret_is_shown_again(join: Join, laptop: Browser) -> None:
    person = join()
    laptop.get("/staff/sign-in")
    laptop.post(data={"email": person.address, "password": OTHER_PASSWORD})
    assert OTHER_PASSWORD not in unescape(laptop.page)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/staff/account", {"Authentication-Token": "x"}),
        ("/staff/account?auth_token=x", {}),
        ("/staff/account", {"Authorization": "Basic bWlyYUBleGFtcGxlLm9yZzpibHVl"}),
    ],
)
def test_the_ways_in_for_programs_are_shut(
    app: Flask, join: Join, path: str, headers: dict[str, str]
) -> None:
    person = join()
    with person.row() as user, app.test_request_context():
        token = user.get_auth_token()
        assert isinstance(token, str)
    laptop = Browser(app)
    headers = {name: value.replace("x", token) if value == "x" else value for name, value in headers.items()}
    answer = laptop.client.get(path.replace("=x", f"={token}"), headers=headers)
    assert answer.status_code == 303


def test_what_wants_json_is_told_so_in_json(laptop: Browser) -> None:
    answer = laptop.client.get("/staff/account", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json) == (401, {"error": "signed out"})


def test_the_pages_of_signing_in_are_not_kept_and_load_nothing_from_elsewhere(laptop: Browser) -> None:
    for path in ("/staff/sign-in", "/staff/forgotten"):
        laptop.get(path)
        assert laptop.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in laptop.headers["Content-Security-Policy"]
        assert laptop.headers["Referrer-Policy"] == "no-referrer"
        assert "style=" not in laptop.page
        assert "unsafe" not in laptop.headers["Content-Security-Policy"]


def test_patients_are_asked_for_no_account(laptop: Browser) -> None:
    laptop.get("/")
    assert laptop.status == 200
    assert "Set-Cookie" not in laptop.headers
