from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from estimator.db import db
from estimator.keys import Keyring
from estimator.models import RecoveryCode
from estimator.privacy import key_rotation
from tests.support.clinic_staff import OTHER_PASSWORD, PASSWORD, Browser, Person, code_of, mails

Join = Callable[..., Person]
Later = Callable[..., None]


def new_codes(browser: Browser) -> list[str]:
    browser.get("/staff/recovery-codes")
    browser.post(data={})
    codes = re.findall(r"<code>([^<]+)</code>", browser.page)
    assert len(codes) == 10
    return codes


def use(browser: Browser, person: Person, code: str) -> None:
    person.give_password(browser)
    browser.get("/staff/recovery-code")
    browser.post(data={"code": code})


def test_a_recovery_code_stands_in_for_the_phone_once(join: Join, laptop: Browser, app: Flask) -> None:
    person = join()
    person.sign_in(laptop)
    code = new_codes(laptop)[3]
    one, two = Browser(app), Browser(app)
    use(one, person, code.lower().replace("-", " "))
    assert one.heading == "Start"
    use(two, person, code)
    assert two.status == 422
    assert two.says("This is no recovery code of yours, or it was used already.")


def test_its_owner_is_told_that_a_recovery_code_was_used(join: Join, laptop: Browser, app: Flask) -> None:
    person = join()
    person.sign_in(laptop)
    use(Browser(app), person, new_codes(laptop)[0])
    assert "Somebody signed in to your account at localhost with a recovery code" in mails(app)[0]


def test_recovery_codes_are_shown_once(join: Join, laptop: Browser) -> None:
    join().sign_in(laptop)
    codes = new_codes(laptop)
    for path in ("/staff/recovery-codes", "/staff/recovery-codes?show_codes=y", "/staff/account"):
        laptop.get(path)
        assert not any(code in laptop.page for code in codes)
    assert laptop.says("10 are left")


def test_new_recovery_codes_end_the_old_ones(join: Join, laptop: Browser, app: Flask) -> None:
    person = join()
    person.sign_in(laptop)
    old = new_codes(laptop)
    new_codes(laptop)
    other = Browser(app)
    use(other, person, old[0])
    assert other.status == 422


def test_a_recovery_code_is_one_persons(join: Join, laptop: Browser, app: Flask) -> None:
    mira, omar = join(), join("omar@example.org")
    mira.sign_in(laptop)
    other = Browser(app)
    use(other, omar, new_codes(laptop)[0])
    assert other.status == 422


def test_recovery_codes_are_not_kept_as_they_are(join: Join, laptop: Browser, app: Flask) -> None:
    join().sign_in(laptop)
    codes = new_codes(laptop)
    with app.app_context():
        kept = {row.code_hash for row in db.session.query(RecoveryCode)}
    assert len(kept) == 10
    assert not any(code.replace("-", "") in entry.upper() for code in codes for entry in kept)


def test_the_start_says_when_few_recovery_codes_are_left(join: Join, laptop: Browser, app: Flask) -> None:
    person = join()
    person.sign_in(laptop)
    codes = new_codes(laptop)
    laptop.get("/staff")
    assert not laptop.says("recovery codes")
    for code in codes[:8]:
        use(Browser(app), person, code)
    laptop.get("/staff")
    assert laptop.says("You have 2 recovery codes left.")


def test_without_the_password_no_recovery_code_is_looked_at(laptop: Browser) -> None:
    laptop.get("/staff/recovery-code")
    assert laptop.heading == "Sign in"


@pytest.mark.parametrize("path", ["/staff/second-factor", "/staff/recovery-codes"])
def test_what_protects_the_account_asks_for_the_password_again(
    join: Join, laptop: Browser, later: Later, path: str
) -> None:
    join().sign_in(laptop)
    later(minutes=15)
    laptop.get(path)
    assert laptop.heading == "Enter your password"
    laptop.post(data={"password": OTHER_PASSWORD, "next": path})
    assert (laptop.status, laptop.heading) == (422, "Enter your password")
    laptop.post(data={"password": PASSWORD, "next": path})
    assert laptop.path == path


def test_a_session_that_is_not_fresh_changes_no_second_factor(
    join: Join, laptop: Browser, later: Later
) -> None:
    person = join()
    person.sign_in(laptop)
    laptop.get("/staff/second-factor")
    later(minutes=20)
    laptop.post(data={"setup": "authenticator"})
    assert laptop.heading == "Enter your password"
    laptop.get("/staff")
    laptop.post("/staff/recovery-codes", {})
    assert laptop.heading == "Enter your password"
    with person.row() as user:
        assert user.tf_totp_secret is not None


def start_change(browser: Browser) -> tuple[str, str]:
    browser.get("/staff/second-factor")
    browser.post(data={"setup": "authenticator"})
    action = re.search(r'action="(/staff/second-factor/[^"]+)"', browser.page)
    assert action
    return action.group(1), browser.secret_shown()


def test_the_old_app_works_until_the_new_one_has_shown_a_code(
    join: Join, laptop: Browser, app: Flask, later: Later
) -> None:
    person = join()
    person.sign_in(laptop)
    action, secret = start_change(laptop)
    laptop.post(action, {"code": "000000"})
    assert laptop.says("This code is not right")
    later(seconds=60)
    assert person.sign_in(Browser(app)).heading == "Start"
    action, secret = start_change(laptop)
    laptop.post(action, {"code": code_of(secret)})
    assert laptop.says("Your second factor was changed.")
    assert "A new second factor was set up" in mails(app)[0]
    later(seconds=60)
    other = Browser(app)
    person.give_password(other)
    other.post(data={"code": code_of(person.secret)})
    assert other.status == 422


def test_a_set_up_that_took_too_long_begins_anew(join: Join, laptop: Browser, later: Later) -> None:
    person = join()
    person.sign_in(laptop)
    action, secret = start_change(laptop)
    later(minutes=11)
    laptop.post(action, {"code": code_of(secret)})
    assert laptop.heading == "Second factor"
    with person.row() as user:
        assert user.totp_counter is not None


@pytest.mark.parametrize("wish", ["disable", "email", "sms", "", "x"])
def test_the_second_factor_cannot_be_switched_off_or_weakened(join: Join, laptop: Browser, wish: str) -> None:
    person = join()
    person.sign_in(laptop)
    laptop.get("/staff/second-factor")
    laptop.post(data={"setup": wish})
    with person.row() as user:
        assert user.tf_primary_method == "authenticator"
        assert user.tf_totp_secret is not None


def test_secrets_are_sealed_anew_with_a_new_key(
    join: Join, app: Flask, laptop: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = join()
    keys = app.config["SETTINGS"].data_keys
    both = Keyring(f"testkey2 {'e' * 64}\ntestkey1 {'d' * 64}\n")
    with app.app_context():
        assert key_rotation.seal_anew(both) == 1
        db.session.commit()
        assert key_rotation.texts_by_key() == {"testkey2": 1}
    monkeypatch.setattr(keys, "_keys", dict(both.keys()))
    assert person.sign_in(laptop).heading == "Start"


def test_a_key_that_is_missing_lets_nobody_in_and_breaks_nothing(
    join: Join, app: Flask, laptop: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = join()
    missing = dict(Keyring(f"testkey9 {'f' * 64}\n").keys())
    monkeypatch.setattr(app.config["SETTINGS"].data_keys, "_keys", missing)
    person.give_password(laptop)
    laptop.post(data={"code": code_of(person.secret)})
    assert laptop.status == 422


def test_the_picture_says_what_the_key_says(join: Join, laptop: Browser, app: Flask) -> None:
    """The modules of the drawn code are those of the address that an app reads."""
    import qrcode

    join().sign_in(laptop)
    _action, secret = start_change(laptop)
    address = f"otpauth://totp/localhost:mira@example.org?secret={secret.replace('-', '')}&issuer=localhost"
    code = qrcode.QRCode(border=4)
    code.add_data(address)
    dark = {(x, y) for y, row in enumerate(code.get_matrix()) for x, is_dark in enumerate(row) if is_dark}
    bars = re.findall(r"M([0-9]+) ([0-9]+)h([0-9]+)v1h-\3z", laptop.page)
    drawn = {(int(x) + step, int(y)) for x, y, length in bars for step in range(int(length))}
    assert drawn == dark
