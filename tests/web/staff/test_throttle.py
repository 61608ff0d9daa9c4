from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.support.clinic_staff import ADDRESSES, OTHER_PASSWORD, PASSWORD, Browser, Person, code_of, mails

Join = Callable[..., Person]
Later = Callable[..., None]

WAIT = "Too many attempts."


def guess(browser: Browser, address: str, times: int, password: str = OTHER_PASSWORD) -> None:
    for _attempt in range(times):
        browser.get("/staff/sign-in")
        browser.post(data={"email": address, "password": password})


def test_the_eleventh_password_in_a_quarter_of_an_hour_is_not_looked_at(
    join: Join, laptop: Browser, later: Later
) -> None:
    person = join()
    guess(laptop, person.address, 10)
    assert laptop.status == 422
    person.give_password(laptop)
    assert laptop.status == 429
    assert laptop.says(WAIT + " Wait 15 minutes, then try again.")
    assert laptop.headers["Retry-After"] == "900"
    later(minutes=10)
    person.give_password(laptop)
    assert laptop.says(WAIT + " Wait 5 minutes, then try again.")
    later(minutes=5)
    assert person.sign_in(laptop).heading == "Start"


def test_an_address_that_nobody_has_is_counted_in_the_same_way(laptop: Browser) -> None:
    guess(laptop, "nobody@example.org", 10)
    assert laptop.status == 422
    guess(laptop, "Nobody@Example.org", 1)
    assert laptop.status == 429


def spellings(address: str) -> list[str]:
    """Return other ways of writing an address that lead to the same mailbox, or look as if they did."""
    local, _at, domain = address.partition("@")
    wide = [chr(ord(letter) + 0xFEE0) if letter.isalnum() else letter for letter in domain]
    one_wide = ["".join((*domain[:at], wide[at], *domain[at + 1 :])) for at in range(len(domain))]
    stops = [domain.replace(".", stop) for stop in "\u3002\uff0e\uff61"]
    domains = [*one_wide, *stops, "".join(wide), domain.upper(), domain.title()]
    locals_ = [local.upper(), local.title(), f"  {local}"]
    return [f"{local}@{each}" for each in domains] + [f"{each}@{domain}" for each in locals_]


@pytest.mark.long
@pytest.mark.parametrize("address", ["mira@example.org", "nobody@example.org"])
def test_however_an_address_is_spelt_its_attempts_are_counted_together(
    join: Join, app: Flask, address: str
) -> None:
    person = join("mira@example.org")
    statuses = []
    for number, spelt in enumerate(spellings(address)):
        browser = Browser(app, f"2001:db8:{number:x}::1")
        guess(browser, spelt, 1)
        statuses.append(browser.status)
    assert statuses == [422] * 10 + [429] * (len(statuses) - 10)
    for number, spelt in enumerate(spellings(person.address) if address == person.address else []):
        browser = Browser(app, f"2001:db8:ffff:{number:x}::1")
        guess(browser, spelt, 1, PASSWORD)
        assert browser.status == 429, spelt


def test_somebody_is_known_in_their_browser_however_they_spell_their_address(
    join: Join, laptop: Browser, app: Flask, later: Later
) -> None:
    person = join("mira@example.org")
    person.sign_in(laptop)
    laptop.post("/staff/sign-out")
    guess(Browser(app, ADDRESSES[1]), person.address, 11)
    later(seconds=60)
    person.address = "Mira@\uff45xample\u3002org"
    assert person.sign_in(laptop).heading == "Start"


@pytest.mark.parametrize("typed", ["mira@b\u00fccher.example.org", "mira@xn--bcher-kva.example.org"])
def test_a_domain_of_any_script_signs_in_as_it_is_typed(join: Join, laptop: Browser, typed: str) -> None:
    person = join("mira@b\u00fccher.example.org")
    person.address = typed
    assert person.sign_in(laptop).heading == "Start"


def test_a_forgotten_password_counts_for_an_account_however_it_is_spelt(join: Join, app: Flask) -> None:
    person = join("mira@example.org")
    for number, spelt in enumerate(spellings(person.address)):
        browser = Browser(app, f"2001:db8:{number:x}::1")
        browser.get("/staff/forgotten")
        browser.post(data={"address": spelt})
        assert browser.status == 200, spelt
    assert len(mails(app, "staff_reset")) == 3


def test_attempts_count_wherever_they_come_from(join: Join, app: Flask) -> None:
    person = join()
    for number in range(10):
        guess(Browser(app, f"203.0.113.{number}"), person.address, 1)
    last = Browser(app, "203.0.113.99")
    guess(last, person.address, 1, PASSWORD)
    assert last.status == 429


def test_strangers_do_not_keep_somebody_out_of_a_browser_in_which_they_have_been(
    join: Join, laptop: Browser, app: Flask, later: Later
) -> None:
    person = join()
    person.sign_in(laptop)
    laptop.post("/staff/sign-out")
    guess(Browser(app, ADDRESSES[1]), person.address, 11)
    later(seconds=60)
    assert person.sign_in(laptop).heading == "Start"


def test_a_known_browser_has_a_limit_of_its_own(join: Join, laptop: Browser, later: Later) -> None:
    person = join()
    person.sign_in(laptop)
    laptop.post("/staff/sign-out")
    guess(laptop, person.address, 11)
    assert laptop.status == 429


def test_a_browser_that_one_person_knows_is_a_strangers_for_another(
    join: Join, laptop: Browser, app: Flask
) -> None:
    person, other = join(), join("omar@example.org")
    person.sign_in(laptop)
    laptop.post("/staff/sign-out")
    guess(Browser(app, ADDRESSES[1]), other.address, 10)
    guess(laptop, other.address, 1)
    assert laptop.status == 429


@pytest.mark.long
def test_one_address_tries_fifty_times_whomever_it_tries(app: Flask, join: Join, later: Later) -> None:
    person = join()
    laptop = Browser(app)
    for number in range(50):
        guess(laptop, f"someone{number}@example.org", 1)
    assert laptop.status == 422
    person.give_password(laptop)
    assert laptop.status == 429
    elsewhere = Browser(app, ADDRESSES[1])
    assert person.sign_in(elsewhere).heading == "Start"


def test_a_household_with_many_addresses_of_ipv6_is_one(app: Flask, clock: object) -> None:
    for number in range(50):
        guess(Browser(app, f"2001:db8:1:2::{number:x}"), f"someone{number}@example.org", 1)
    last, other = Browser(app, "2001:db8:1:2:ffff::1"), Browser(app, "2001:db8:1:3::1")
    guess(last, "nobody@example.org", 1)
    guess(other, "nobody@example.org", 1)
    assert (last.status, other.status) == (429, 422)


@pytest.mark.long
def test_the_right_password_begins_the_count_anew(join: Join, laptop: Browser, app: Flask) -> None:
    person = join()
    for _time in range(3):
        guess(laptop, person.address, 9)
        person.give_password(laptop)
        assert laptop.heading == "Code of your app"


def test_the_sixth_code_is_not_looked_at_in_whichever_browser(join: Join, app: Flask, later: Later) -> None:
    person = join()
    for _time in range(5):
        laptop = Browser(app)
        person.give_password(laptop)
        laptop.post(data={"code": "000000"})
        assert laptop.status == 422
    laptop = Browser(app)
    person.give_password(laptop)
    laptop.post(data={"code": code_of(person.secret)})
    assert laptop.status == 429
    laptop.get("/staff/recovery-code")
    laptop.post(data={"code": "AAAA-AAAA-AAAA-AAAA"})
    assert laptop.status == 429
    later(minutes=15)
    assert person.sign_in(Browser(app)).heading == "Start"


def test_the_password_again_and_its_change_are_counted_too(join: Join, laptop: Browser) -> None:
    person = join()
    person.sign_in(laptop)
    for _time in range(10):
        laptop.get("/staff/password-again")
        laptop.post(data={"password": OTHER_PASSWORD})
        assert laptop.status == 422
    laptop.get("/staff/password")
    laptop.post(
        data={"password": PASSWORD, "new_password": OTHER_PASSWORD, "new_password_confirm": OTHER_PASSWORD}
    )
    assert laptop.status == 429


def test_three_links_to_a_new_password_in_a_quarter_of_an_hour(
    join: Join, laptop: Browser, app: Flask, later: Later
) -> None:
    person = join()
    for _time in range(5):
        laptop.get("/staff/forgotten")
        laptop.post(data={"address": person.address})
        assert laptop.status == 200
    assert len(mails(app, "staff_reset")) == 3
    later(minutes=15)
    laptop.get("/staff/forgotten")
    laptop.post(data={"address": person.address})
    assert len(mails(app, "staff_reset")) == 4


def test_one_address_asks_for_twenty_links(app: Flask, clock: object) -> None:
    laptop = Browser(app)
    for number in range(20):
        laptop.get("/staff/forgotten")
        laptop.post(data={"address": f"someone{number}@example.org"})
        assert laptop.status == 200
    laptop.get("/staff/forgotten")
    laptop.post(data={"address": "someone@example.org"})
    assert laptop.status == 429
    assert laptop.says(WAIT)


def test_counts_hold_over_processes(make_app: Callable[..., Flask], join: Join, laptop: Browser) -> None:
    person = join()
    guess(laptop, person.address, 10)
    other = Browser(make_app())
    guess(other, person.address, 1, PASSWORD)
    assert other.status == 429
