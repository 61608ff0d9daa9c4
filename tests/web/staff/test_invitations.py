from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask

from estimator import staff
from estimator.db import db
from tests.support.acts import acting
from tests.support.clinic_staff import OTHER_PASSWORD, PASSWORD, Browser, Person, code_of, link_in, mails

Join = Callable[..., Person]
Later = Callable[..., None]


@pytest.fixture
def administrator(join: Join, app: Flask, later: Later) -> Browser:
    """Return the browser of an administrator who is signed in."""
    browser = Browser(app)
    join("ada@example.org", "administrator").sign_in(browser)
    later(seconds=60)
    return browser


def invite(browser: Browser, address: str, *roles: str) -> None:
    browser.get("/staff/people")
    browser.post(data={"address": address, "roles": list(roles)})


@pytest.mark.long
def test_somebody_invited_chooses_a_password_and_sets_up_a_second_factor(
    administrator: Browser, app: Flask, laptop: Browser, later: Later
) -> None:
    invite(administrator, "Mira@Example.org", "price_editor", "approver")
    assert administrator.says("A link was sent to mira@example.org. It works for three days.")
    assert administrator.says("mira@example.org Price editor, Approver invited never")
    (text,) = mails(app, "staff_invitation")
    assert text.startswith("To: mira@example.org\n")
    laptop.get(link_in(text))
    assert laptop.heading == "Welcome"
    laptop.post(data={"password": PASSWORD, "password_confirm": PASSWORD})
    assert laptop.heading == "Second factor"
    laptop.post(data={"setup": "authenticator"})
    secret = laptop.secret_shown()
    assert '<svg class="qr"' in laptop.page
    laptop.post("/staff/code", {"code": code_of(secret)})
    assert laptop.says("Your roles: Price editor, Approver")
    assert laptop.says("You have no recovery codes yet.")
    assert re.search(r"keeps you out\.\s+<a ", laptop.page), "a space before the link"


def test_a_wrong_code_at_the_set_up_is_said_and_can_be_mended(
    app: Flask, clock: object, later: Later
) -> None:
    person, laptop = Person(app, "mira@example.org", ["approver"]), Browser(app)
    with app.app_context():
        _user, _link, token = staff.invite(
            acting(actor="test", now=datetime.now(UTC), link_key="l" * 32),
            person.address,
            person.roles,
            language="en",
        )
        db.session.commit()
    laptop.get(f"/staff/welcome/{token}")
    laptop.post(data={"password": PASSWORD, "password_confirm": PASSWORD})
    laptop.post(data={"setup": "authenticator"})
    first = laptop.secret_shown()
    laptop.post("/staff/code", {"code": "000000"})
    assert (laptop.status, laptop.heading) == (422, "Code of your app")
    assert "/staff/second-factor" in laptop.page
    assert "/staff/recovery-code" not in laptop.page
    laptop.get("/staff/second-factor")
    laptop.post(data={"setup": "authenticator"})
    assert laptop.secret_shown() != first
    laptop.post("/staff/code", {"code": code_of(first)})
    assert laptop.status == 422
    laptop.get("/staff/second-factor")
    laptop.post(data={"setup": "authenticator"})
    laptop.post("/staff/code", {"code": code_of(laptop.secret_shown())})
    assert laptop.heading == "Start"


def test_an_invitation_works_once(administrator: Browser, app: Flask, laptop: Browser) -> None:
    invite(administrator, "mira@example.org", "approver")
    link = link_in(mails(app)[0])
    laptop.get(link)
    laptop.post(data={"password": PASSWORD, "password_confirm": PASSWORD})
    other = Browser(app)
    other.get(link)
    assert other.status == 404


def test_an_invitation_ends_after_three_days(
    administrator: Browser, app: Flask, laptop: Browser, later: Later
) -> None:
    invite(administrator, "mira@example.org", "approver")
    link = link_in(mails(app)[0])
    later(days=3)
    laptop.get(link)
    assert (laptop.status, laptop.heading) == (404, "This link does not work")


def test_a_weak_password_is_refused_and_the_link_still_works(
    administrator: Browser, app: Flask, laptop: Browser
) -> None:
    invite(administrator, "mira@example.org", "approver")
    laptop.get(link_in(mails(app)[0]))
    laptop.post(data={"password": "password", "password_confirm": "password"})
    assert laptop.status == 422
    assert laptop.says("Enter at least 12 characters.")
    laptop.post(data={"password": PASSWORD, "password_confirm": PASSWORD})
    assert laptop.heading == "Second factor"


@pytest.mark.parametrize(
    ("address", "roles", "sentence"),
    [
        ("", ["approver"], "Enter an email address, like this: name@example.org."),
        ("mira", ["approver"], "Enter an email address, like this: name@example.org."),
        ("mira@example.org", [], "Choose at least one role."),
        ("mira@example.org", ["king"], "Choose at least one role."),
        ("ADA@example.org", ["approver"], "There is already an account with this address."),
        ("m" * 300 + "@example.org", ["approver"], "Enter an email address, like this: name@example.org."),
    ],
)
def test_an_invitation_that_cannot_be_sent_says_why(
    administrator: Browser, app: Flask, address: str, roles: list[str], sentence: str
) -> None:
    invite(administrator, address, *roles)
    assert administrator.status == 422
    assert administrator.says(sentence)
    assert mails(app) == []


def test_what_was_typed_stays_when_an_invitation_is_refused(administrator: Browser) -> None:
    invite(administrator, "mira", "approver")
    assert 'value="mira"' in administrator.page
    assert re.search(r'value="approver" checked', administrator.page)


def test_a_new_link_lets_somebody_begin_anew_who_lost_their_phone(
    administrator: Browser, join: Join, app: Flask, laptop: Browser, later: Later
) -> None:
    person = join()
    administrator.get(f"/staff/people/{number_of(administrator, person)}")
    administrator.post(data={"act": "invite"})
    link = link_in(mails(app, "staff_invitation")[0])
    person.sign_in(laptop)
    assert laptop.heading == "Start", "until the link is taken everything stays as it is"
    later(seconds=60)
    old = person.secret
    person.password = OTHER_PASSWORD
    person.take(Browser(app), link)
    laptop.get("/staff")
    assert laptop.heading == "Sign in"
    later(seconds=60)
    person.give_password(laptop)
    laptop.post(data={"code": code_of(old)})
    assert laptop.status == 422
    laptop.post(data={"code": code_of(person.secret)})
    assert laptop.heading == "Start"


def number_of(browser: Browser, person: Person) -> str:
    browser.get("/staff/people")
    found = re.search(rf'/staff/people/([0-9]+)"><bdi>{person.address}', browser.page)
    assert found
    return found.group(1)


def test_a_newer_invitation_ends_the_older_one(administrator: Browser, app: Flask, laptop: Browser) -> None:
    invite(administrator, "mira@example.org", "approver")
    old = link_in(mails(app)[0])
    administrator.get("/staff/people/2")
    administrator.post(data={"act": "invite"})
    laptop.get(old)
    assert laptop.status == 404
    laptop.get(link_in(mails(app)[0]))
    assert laptop.heading == "Welcome"


@pytest.mark.long
def test_without_a_mail_server_the_link_is_shown_to_be_handed_on(
    make_app: Callable[..., Flask], clock: object
) -> None:
    app = make_app(MAIL_SERVER="", MAIL_FROM="")
    browser = Browser(app)
    Person(app, "ada@example.org", ["administrator"]).put(datetime.now(UTC)).sign_in(browser)
    invite(browser, "mira@example.org", "approver")
    assert browser.heading == "Share this link"
    laptop = Browser(app)
    laptop.get(link_in(browser.page.replace("</bdi>", " ")))
    assert laptop.heading == "Welcome"


def test_roles_are_given_and_taken(administrator: Browser, join: Join) -> None:
    person = join()
    administrator.get(f"/staff/people/{number_of(administrator, person)}")
    administrator.post(
        data={"act": "roles", "seen": seen_on(administrator), "roles": ["coordinator", "approver"]}
    )
    assert administrator.says("The roles were changed.")
    with person.row() as user:
        assert user.role_names == ("coordinator", "approver")


def seen_on(browser: Browser) -> str:
    """Return the roles that the page of a person sends along, as those that it shows."""
    (shown,) = re.findall(r'name="seen" value="([^"]*)"', browser.page)
    return str(shown)


def test_an_old_page_gives_back_no_role_that_was_taken_meanwhile(administrator: Browser, join: Join) -> None:
    person = join("eve@example.org", "coordinator", "administrator")
    administrator.get(f"/staff/people/{number_of(administrator, person)}")
    with person.row() as user:
        staff.set_roles(acting(actor="test", now=datetime.now(UTC)), user, ["coordinator"])
    wanted = {"act": "roles", "roles": ["coordinator", "price_editor", "administrator"]}
    administrator.post(data={"act": "roles", "seen": seen_on(administrator)})
    assert administrator.status == 422, "nothing was ticked"
    administrator.post(data={**wanted, "seen": seen_on(administrator)})
    assert administrator.status == 409
    assert administrator.says("They are now: Coordinator. What you ticked is still here")
    assert administrator.page.count(" checked") == 3
    with person.row() as user:
        assert user.role_names == ("coordinator",)
    administrator.post(data={**wanted, "seen": seen_on(administrator)})
    assert administrator.says("The roles were changed.")


def test_roles_that_somebody_else_gave_meanwhile_are_no_matter_where_both_chose_the_same(
    administrator: Browser, join: Join
) -> None:
    person = join()
    administrator.get(f"/staff/people/{number_of(administrator, person)}")
    with person.row() as user:
        staff.set_roles(acting(actor="test", now=datetime.now(UTC)), user, ["approver"])
    administrator.post(data={"act": "roles", "roles": ["approver"], "seen": seen_on(administrator)})
    assert administrator.says("The roles were changed.")


def test_somebody_is_let_in_no_more_and_again(
    administrator: Browser, join: Join, laptop: Browser, later: Later
) -> None:
    person = join()
    number = number_of(administrator, person)
    administrator.get(f"/staff/people/{number}")
    administrator.post(data={"act": "deactivate"})
    assert administrator.says("This account is deactivated.")
    person.give_password(laptop)
    assert laptop.status == 422
    administrator.post(data={"act": "activate"})
    assert administrator.says("This account is active again.")
    assert person.sign_in(laptop).heading == "Start"


@pytest.mark.parametrize(
    "data", [{"act": "deactivate"}, {"act": "roles", "seen": "administrator", "roles": ["approver"]}]
)
def test_the_last_administrator_stays(administrator: Browser, data: dict[str, object]) -> None:
    administrator.get("/staff/people/1")
    assert administrator.says("This is you.")
    administrator.post(data=data)
    assert administrator.status == 409
    assert administrator.says("There must be one administrator left.")
    administrator.get("/staff/people")
    assert administrator.heading == "People"


def test_an_invited_administrator_who_has_not_begun_does_not_count(administrator: Browser) -> None:
    invite(administrator, "mira@example.org", "administrator")
    administrator.get("/staff/people/1")
    administrator.post(data={"act": "deactivate"})
    assert administrator.status == 409


def test_nobody_is_left_without_a_role(administrator: Browser, join: Join) -> None:
    administrator.get(f"/staff/people/{number_of(administrator, join())}")
    administrator.post(data={"act": "roles"})
    assert administrator.status == 422
    assert administrator.says("Choose at least one role.")


@pytest.mark.parametrize("number", ["99", "0", "99999999999999999999", "x"])
def test_a_person_who_is_not_there_has_no_page(administrator: Browser, number: str) -> None:
    administrator.get(f"/staff/people/{number}")
    assert administrator.status == 404


def test_an_act_that_is_none_changes_nothing(administrator: Browser, join: Join) -> None:
    person = join()
    administrator.get(f"/staff/people/{number_of(administrator, person)}")
    administrator.post(data={"act": "crown"})
    assert administrator.status == 200
    with person.row() as user:
        assert user.active


def test_a_quarter_of_an_hour_after_the_password_it_is_asked_for_before_people_are_changed(
    administrator: Browser, join: Join, later: Later
) -> None:
    number = number_of(administrator, join())
    later(minutes=14)
    administrator.get(f"/staff/people/{number}")
    assert administrator.heading == "Enter your password"
    administrator.post(data={"password": PASSWORD, "next": f"/staff/people/{number}"})
    assert administrator.heading == "mira@example.org"


def test_a_stale_session_changes_nobody(administrator: Browser, join: Join, later: Later) -> None:
    person = join()
    administrator.get(f"/staff/people/{number_of(administrator, person)}")
    later(minutes=20)
    administrator.post(data={"act": "deactivate"})
    assert (administrator.status, administrator.heading) == (401, "Enter your password again")
    with person.row() as user:
        assert user.active


def test_a_stale_session_invites_nobody_and_what_was_typed_is_kept(
    make_app: Callable[..., Flask], later: Later
) -> None:
    """Without a mail server whoever invites sees the link, and could give themselves any role by it."""
    app = make_app(MAIL_SERVER="", MAIL_FROM="")
    browser = Browser(app)
    Person(app, "ada@example.org", ["administrator"]).put(datetime.now(UTC)).sign_in(browser)
    browser.get("/staff/people")
    later(minutes=16)
    browser.post(data={"address": "mira@example.org", "roles": ["administrator"]})
    assert (browser.status, browser.heading) == (401, "Enter your password again")
    assert "mira@example.org" in browser.page
    with app.app_context():
        assert staff.find("mira@example.org") is None
    browser.get("/staff/people")
    browser.post(data={"password": PASSWORD, "next": "/staff/people"})
    assert browser.heading == "People"
