from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import event

from estimator.db import db
from estimator.models import Mail
from estimator.staff import invitations
from estimator.staff.passwords import weakness
from estimator.web.staff.security import COSTS
from tests.support.acts import acting
from tests.support.clinic_staff import OTHER_PASSWORD, PASSWORD, Browser, Person, link_in, mails

HOST = "localhost"

Join = Callable[..., Person]
Later = Callable[..., None]


def ask(browser: Browser, address: str) -> None:
    browser.get("/staff/forgotten")
    browser.post(data={"address": address})


def choose(browser: Browser, password: str, again: str | None = None) -> None:
    browser.post(data={"password": password, "password_confirm": password if again is None else again})


def test_somebody_who_forgot_their_password_gets_a_link_and_chooses_another(
    join: Join, laptop: Browser, app: Flask, later: Later
) -> None:
    person = join()
    ask(laptop, person.address)
    (text,) = mails(app, "staff_reset")
    assert text.startswith("To: mira@example.org\n")
    laptop.get(link_in(text))
    assert laptop.says("Account: mira@example.org")
    choose(laptop, OTHER_PASSWORD)
    assert laptop.heading == "Your new password is set"
    person.give_password(laptop, PASSWORD)
    assert laptop.status == 422
    person.password = OTHER_PASSWORD
    later(seconds=60)
    assert person.sign_in(laptop).heading == "Start"


def statements(app: Flask, browser: Browser, address: str) -> list[str]:
    """Return what is asked of the database and of the queue when somebody has forgotten the password of an address."""
    browser.get("/staff/forgotten")
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        said.append(re.sub(r"\s+", " ", statement))

    with app.app_context():
        engine = db.engine

    def commits(_connection: object) -> None:
        said.append("COMMIT")

    jobs = app.extensions["jobs"]
    waiting = jobs.waiting()
    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", commits)
    try:
        browser.post(data={"address": address})
    finally:
        event.remove(engine, "before_cursor_execute", note)
        event.remove(engine, "commit", commits)
    # How a savepoint ends may differ, and that one more person was found by the same query.
    said = [statement.replace("IN (?, ?)", "IN (?)") for statement in said]
    said = [
        re.sub(r"^(RELEASE|ROLLBACK TO) SAVEPOINT \w+", "END OF SAVEPOINT", statement) for statement in said
    ]
    return [*said, f"{jobs.waiting() - waiting} to the queue"]


def test_the_work_is_the_same_whether_there_is_such_an_account_or_not(
    join: Join, laptop: Browser, app: Flask
) -> None:
    gone, person = join("gone@example.org"), join()
    with gone.row() as user:
        user.active = False
    known = statements(app, laptop, person.address)
    assert len(known) > 10
    for address in (gone.address, "nobody@example.org", "no.body@b\u00fccher.example.org"):
        assert statements(app, laptop, address) == known, address
    assert len(mails(app, "staff_reset")) == 1


def test_a_new_password_does_not_go_round_the_second_factor(join: Join, laptop: Browser, app: Flask) -> None:
    person = join()
    ask(laptop, person.address)
    laptop.get(link_in(mails(app)[0]))
    choose(laptop, OTHER_PASSWORD)
    laptop.get("/staff")
    assert laptop.heading == "Sign in"
    person.give_password(laptop, OTHER_PASSWORD)
    assert laptop.heading == "Code of your app"


def test_the_answer_tells_nobody_whether_there_is_such_an_account(
    join: Join, laptop: Browser, app: Flask
) -> None:
    gone = join("gone@example.org")
    join()
    with gone.row() as user:
        user.active = False
    answers = set()
    for address in ("mira@example.org", "gone@example.org", "nobody@example.org"):
        ask(laptop, address)
        answers.add(
            (laptop.status, re.sub(r'value="[^"]*"', "", laptop.page).replace(unescape(address), "…"))
        )
    assert len(answers) == 1
    assert len(mails(app, "staff_reset")) == 1


def test_an_address_that_is_none_is_said_so(laptop: Browser) -> None:
    ask(laptop, "mira")
    assert laptop.status == 422
    assert '<a href="#address">' in laptop.page


def test_to_look_at_a_link_uses_nothing_up(join: Join, laptop: Browser, app: Flask) -> None:
    person = join()
    ask(laptop, person.address)
    link = link_in(mails(app)[0])
    for _scanner in range(3):
        Browser(app).get(link)
    laptop.get(link)
    choose(laptop, OTHER_PASSWORD)
    assert laptop.heading == "Your new password is set"


def test_a_link_works_once_and_ends_the_others(join: Join, app: Flask, laptop: Browser) -> None:
    person = join()
    ask(laptop, person.address)
    ask(laptop, person.address)
    first, second = (link_in(text) for text in mails(app, "staff_reset"))
    laptop.get(first)
    choose(laptop, OTHER_PASSWORD)
    for link in (first, second):
        laptop.get(link)
        assert (laptop.status, laptop.heading) == (404, "This link does not work")


def test_a_link_ends_after_an_hour(join: Join, app: Flask, laptop: Browser, later: Later) -> None:
    person = join()
    ask(laptop, person.address)
    link = link_in(mails(app)[0])
    later(minutes=59)
    laptop.get(link)
    assert laptop.status == 200
    later(minutes=1)
    choose(laptop, OTHER_PASSWORD)
    assert laptop.status == 404


def test_a_link_of_one_kind_opens_nothing_of_another(join: Join, app: Flask, laptop: Browser) -> None:
    person = join()
    with person.row() as user:
        _link, token = invitations.make(acting(now=datetime.now(UTC), link_key="l" * 32), user, "reset")
    for path in ("welcome", "demonstration"):
        laptop.get(f"/staff/{path}/{token}")
        assert laptop.status == 404


def test_links_of_unknown_used_and_old_kind_have_one_page(
    join: Join, app: Flask, laptop: Browser, later: Later
) -> None:
    person = join()
    ask(laptop, person.address)
    old = link_in(mails(app)[0])
    later(hours=2)
    pages = set()
    for path in (old, "/staff/new-password/" + "A" * 43, "/staff/new-password/x"):
        laptop.get(path)
        pages.add((laptop.status, laptop.page))
    assert len(pages) == 1


def test_every_session_ends_with_a_new_password(join: Join, app: Flask, laptop: Browser) -> None:
    person = join()
    desk = Browser(app)
    person.sign_in(desk)
    ask(laptop, person.address)
    laptop.get(link_in(mails(app)[0]))
    choose(laptop, OTHER_PASSWORD)
    desk.get("/staff")
    assert desk.heading == "Sign in"


def test_its_owner_is_told_that_the_password_changed(join: Join, app: Flask, laptop: Browser) -> None:
    person = join()
    ask(laptop, person.address)
    laptop.get(link_in(mails(app)[0]))
    choose(laptop, OTHER_PASSWORD)
    assert "The password of your account at localhost was changed" in mails(app)[0]


@pytest.mark.parametrize("costs", [COSTS], ids=["what it really costs"])
def test_no_link_and_no_password_stands_in_the_database(
    join: Join, app: Flask, laptop: Browser, costs: dict[str, int]
) -> None:
    person = join()
    ask(laptop, person.address)
    token = link_in(mails(app)[0]).rpartition("/")[2]
    path = app.config["SETTINGS"].database_url.removeprefix("sqlite:///")
    with sqlite3.connect(path) as connection:
        dump = "\n".join(connection.iterdump())
    connection.close()
    for secret in (token, PASSWORD, person.secret.replace("-", "")):
        assert secret not in dump
    assert "$argon2id$v=19$m=47104,t=2,p=1$" in dump


def test_a_flood_of_requests_keeps_no_warning_away(
    join: Join, app: Flask, laptop: Browser, later: Later
) -> None:
    person = join()
    for _quarter in range(6):
        for _time in range(3):
            ask(laptop, person.address)
        assert laptop.status == 200
        later(minutes=15)
    resets = len(mails_of(app, "staff_reset"))
    assert resets == 12
    person.sign_in(laptop)
    laptop.get("/staff/password")
    change(laptop, PASSWORD, OTHER_PASSWORD)
    assert len(mails_of(app, "staff_notice")) == 1


def mails_of(app: Flask, template: str) -> list[Mail]:
    with app.app_context():
        return list(db.session.query(Mail).filter_by(template=template))


def change(browser: Browser, old: str, new: str, again: str | None = None) -> None:
    browser.post(
        data={"password": old, "new_password": new, "new_password_confirm": new if again is None else again}
    )


@pytest.mark.parametrize(
    ("old", "new", "again", "sentence", "field"),
    [
        ("", OTHER_PASSWORD, None, "Enter your current password.", "password"),
        (
            OTHER_PASSWORD,
            OTHER_PASSWORD + "!",
            None,
            "This is not your current password.",
            "password",
        ),
        (PASSWORD, "", None, "Enter a new password.", "new_password"),
        (PASSWORD, "short", None, "Enter at least 12 characters.", "new_password"),
        (PASSWORD, "passwordpassword", None, "This password is easy to guess.", "new_password"),
        (PASSWORD, OTHER_PASSWORD, "else", "The two are not the same.", "new_password_confirm"),
        (
            PASSWORD,
            PASSWORD,
            None,
            "This is your current password. Enter a different one.",
            "new_password",
        ),
    ],
)
def test_what_is_wrong_with_a_change_is_said_beside_its_field(
    join: Join, laptop: Browser, old: str, new: str, again: str | None, sentence: str, field: str
) -> None:
    join().sign_in(laptop)
    laptop.get("/staff/password")
    change(laptop, old, new, again)
    assert laptop.status == 422
    assert laptop.says(sentence)
    assert f'id="error-{field}"' in laptop.page


@pytest.mark.parametrize(
    "password",
    [
        "qwertyuiop12",
        "aaaaaaaaaaaaaaaaaaaa",
        "123456789012345",
        "password1234",
        "mira@example.org",
        "localhost1234",
    ],
)
def test_what_everybody_guesses_is_no_password(app: Flask, password: str) -> None:
    with app.test_request_context():
        assert weakness(password, "mira@example.org", HOST) is not None


OWN = ("estimator", "treatment", "hospital", "quillworth", "localhost", "mira")


@pytest.mark.long
def test_no_password_is_made_of_the_words_of_this_site_and_of_its_owner(app: Flask) -> None:
    passed = []
    with app.test_request_context():
        for one in OWN:
            for other in OWN:
                for between in (" ", "", "-", "1", "_2026_"):
                    for ending in ("", "!", "2026", "123!?"):
                        for password in (
                            one + between + other + ending,
                            f"{one}{between}{other}".upper() + ending,
                        ):
                            if weakness(password, "mira@quillworth-clinic.org", HOST) is None:
                                passed.append(password)
        for password in (
            "estimator estimator",
            "hospital hospital hospital",
            "treatment cost",
            "Treatment-Cost-2026",
        ):
            assert weakness(password, "mira@example.org", HOST) is not None, password
    assert passed == []


def test_a_word_of_this_site_among_others_spoils_no_password(app: Flask) -> None:
    with app.test_request_context():
        for password in (
            f"hospital {PASSWORD}",
            f"{OTHER_PASSWORD} estimate",
            "violet kayak hospital marmalade",
        ):
            assert weakness(password, "mira@example.org", HOST) is None, password


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "k8#fjw0x92mslq",
        "öööäää Übermut Käse Fluß",
        "रात में चार नीली नावें",
        "x" * 40 + " " + PASSWORD + "z" * 50,
    ],
)
def test_any_characters_make_a_password(app: Flask, password: str) -> None:
    with app.test_request_context():
        assert weakness(password, "mira@example.org", HOST) is None


def test_a_password_has_at_most_128_characters(app: Flask) -> None:
    with app.test_request_context():
        assert weakness(PASSWORD * 5, "mira@example.org", HOST) == "Enter at most 128 characters."


def test_a_password_is_the_same_however_its_letters_are_composed(
    app: Flask, laptop: Browser, clock: object
) -> None:
    import unicodedata

    person = Person(app, "mira@example.org", ["approver"])
    person.password = unicodedata.normalize("NFC", "Äpfel über ödem Käse")
    person.begin(Browser(app), datetime.now(UTC))
    person.give_password(laptop, unicodedata.normalize("NFD", person.password))
    assert laptop.heading == "Code of your app"


def test_passwords_may_be_pasted_and_kept_by_the_browser(laptop: Browser, join: Join) -> None:
    join().sign_in(laptop)
    laptop.get("/staff/password")
    assert 'autocomplete="current-password"' in laptop.page
    assert laptop.page.count('autocomplete="new-password"') == 2
    assert "onpaste" not in laptop.page


@pytest.mark.parametrize(
    "password", ["1" * 100_000, "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 1_000]
)
def test_a_password_that_is_far_too_long_is_wrong_and_no_mistake_of_ours(
    join: Join, app: Flask, laptop: Browser, password: str
) -> None:
    person, phone = join(), Browser(app)
    for address in (person.address, "nobody@example.org"):
        phone.get("/staff/sign-in")
        phone.post(data={"email": address, "password": password})
        assert phone.status in (401, 422)
    person.sign_in(laptop)
    laptop.get("/staff/password-again")
    laptop.post(data={"password": password})
    assert laptop.status == 422
    laptop.get("/staff/password")
    change(laptop, password, OTHER_PASSWORD)
    assert laptop.status == 422
    ask(phone, person.address)
