"""What addresses that people type promise: checked, never corrected."""

from __future__ import annotations

import pytest

from estimator.mail import addresses


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("anna@example.org", "anna@example.org"),
        ("  anna@example.org\t", "anna@example.org"),
        ("Anna.O'Brien+x@Example.ORG", "Anna.O'Brien+x@example.org"),
        ("anna@bücher.de", "anna@xn--bcher-kva.de"),
        ("anna@XN--BCHER-KVA.de", "anna@xn--bcher-kva.de"),
        ("дарья@пример.рф", "дарья@xn--e1afmkfd.xn--p1ai"),
        ("用户@例え.jp", "用户@xn--r8jz45g.jp"),
        ("أحمد@example.org", "أحمد@example.org"),
    ],
)
def test_an_address_is_kept_as_typed_with_its_domain_as_servers_want_it(typed: str, found: str) -> None:
    assert addresses.checked(typed) == found


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "anna",
        "anna@",
        "@example.org",
        "anna@example",
        "anna@localhost",
        "anna@[127.0.0.1]",
        "anna@example..org",
        "anna@-example.org",
        "anna@exa mple.org",
        "an na@example.org",
        '"anna b"@example.org',
        "Anna <anna@example.org>",
        "anna@example.org, bert@example.org",
        "anna@example.org;bert@example.org",
        "anna@bert@example.org",
        "anna@example.org\nBcc: bert@example.org",
        "anna\r\nSubject: x@example.org",
        "anna@example.org\r\n\r\nbody",
        "anna\0@example.org",
        "anna\N{REPLACEMENT CHARACTER}@example.org",
        "anna\N{RIGHT-TO-LEFT OVERRIDE}@example.org",
        "anna\N{LINE SEPARATOR}@example.org",
        "\ud800@example.org",
        f"{'a' * 65}@example.org",
        f"{'я' * 40}@example.org",
        f"anna@{'a' * 64}.org",
        f"anna@{'abc.' * 63}org",
    ],
)
def test_what_is_no_single_address_is_refused(typed: str) -> None:
    assert addresses.checked(typed) is None


def test_blanks_around_an_address_do_not_count_to_its_length() -> None:
    assert addresses.checked(f"{' ' * 300}anna@example.org") == "anna@example.org"


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("anna@gmial.com", "anna@gmail.com"),
        ("anna@gmail.co", "anna@gmail.com"),
        ("Anna.B@GMIAL.com", "Anna.B@gmail.com"),
        ("anna@hotmial.com", "anna@hotmail.com"),
        ("anna@yaho.com", "anna@yahoo.com"),
        ("anna@outlok.com", "anna@outlook.com"),
        ("дарья@yandx.ru", "дарья@yandex.ru"),
    ],
)
def test_a_slip_of_the_fingers_is_pointed_out_and_not_corrected(address: str, meant: str) -> None:
    assert addresses.suggestion(address) == meant
    checked = addresses.checked(address)
    assert checked is not None
    assert checked.casefold() == address.casefold()


@pytest.mark.parametrize(
    "domain", [*addresses.COMMON, "GMAIL.com", "example.org", "clinic.de", "xn--e1afmkfd.xn--p1ai"]
)
def test_a_domain_that_is_well_known_or_unlike_any_is_not_asked_about(domain: str) -> None:
    assert addresses.suggestion(f"anna@{domain}") is None


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("anna@gmail.com", "a…@gmail.com"),
        ("a@gmail.com", "a…@gmail.com"),
        ("anna@gmial.com", "a…@gmial.com"),  # a slip that its owner must be able to see
        ("дарья@example.org", "д…@e….org"),
        ("mina@quillworth.org", "m…@q….org"),
        ("mina@mail.quillworth.co.uk", "m…@m….uk"),
        ("mina@Patient-Example.ORG", "m…@p….org"),
        ("mina@xn--bcher-kva.de", "m…@b….de"),
        ("mina@xn--\u00e9.de", "m…@x….de"),
    ],
)
def test_a_masked_address_shows_first_letters_and_only_domains_that_many_people_have(
    address: str, shown: str
) -> None:
    assert addresses.masked(address) == shown


def test_staff_see_the_domain_of_a_masked_address() -> None:
    assert addresses.masked("mina@quillworth.org", domain=True) == "m…@quillworth.org"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("anna@example.org", "Anna+one@EXAMPLE.org"),
        ("victim@gmail.com", "v.ic.tim@gmail.com"),
        ("victim@gmail.com", "V.ictim+x@GoogleMail.com"),
        ("anna@icloud.com", "anna@me.com"),
        ("anna.b@yandex.ru", "anna-b@ya.ru"),
        ("anna.b@proton.me", "anna_b@protonmail.com"),
    ],
)
def test_spellings_that_reach_one_mailbox_count_as_one(first: str, second: str) -> None:
    assert addresses.counted(first) == addresses.counted(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("an.na@example.org", "anna@example.org"),
        ("an.na@outlook.com", "anna@outlook.com"),
        ("an_na@gmail.com", "anna@gmail.com"),
        ("an-na@yandex.ru", "anna@yandex.ru"),
        ("an.na@icloud.com", "anna@icloud.com"),
        ("anna@gmail.com", "anna@icloud.com"),
    ],
)
def test_mailboxes_of_different_people_count_by_themselves(first: str, second: str) -> None:
    assert addresses.counted(first) != addresses.counted(second)


def test_what_is_counted_is_never_what_mail_goes_to_or_is_looked_up_by() -> None:
    assert addresses.checked("v.ictim@googlemail.com") == "v.ictim@googlemail.com"
    assert addresses.spelling("V.ictim@googlemail.com") == "v.ictim@googlemail.com"
