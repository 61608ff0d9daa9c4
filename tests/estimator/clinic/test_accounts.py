"""The account that patients pay into: what is wrong with one, and that two people put it in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from estimator import audit
from estimator.act import Act
from estimator.clinic import accounts, card_numbers
from estimator.clinic.account_details import Account, WrongAccount, checked
from estimator.db import db
from estimator.models import AuditEntry, PaymentAccount
from tests.support.acts import acting
from tests.support.at_once import at_once
from tests.support.payment_account import ACCOUNT, WITHOUT_IBAN, put_in_force

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def who(number: int) -> Act:
    return acting(f"user:{number}", NOW)


def problems(**changed: str) -> dict[str, str]:
    """Return what is wrong with the account after some parts were changed."""
    with pytest.raises(WrongAccount) as wrong:
        checked(replace(ACCOUNT, **changed))
    return wrong.value.problems


def test_numbers_are_kept_as_banks_write_them_however_they_are_typed() -> None:
    typed = replace(
        ACCOUNT, iban="de89-3704 0044\u200b 0532 ٠١٣٠ 00", bic=" cobadeff ", bank="Example  Bank,\nFrankfurt"
    )
    kept = checked(typed)
    assert (kept.iban, kept.bic, kept.bank) == (
        "DE89370400440532013000",
        "COBADEFF",
        "Example Bank, Frankfurt",
    )
    assert kept == checked(kept)


def test_an_account_without_an_iban_has_a_number_and_the_code_of_its_branch() -> None:
    kept = checked(WITHOUT_IBAN)
    assert kept.stored() == {
        "beneficiary": "Example Hospital Pvt Ltd",
        "bank": "Example Bank, Delhi",
        "account": "50100 2345 6781",
        "branch": "IFSC EXAM0001234",
        "bic": "EXAMINBB",
        "charges": "patient",
    }


@pytest.mark.parametrize(
    ("iban", "sentence"),
    [
        ("DE89 3704 0044 0532 0130 01", "check digits"),
        ("DE98 3704 0044 0532 0130 00", "check digits"),
        ("DE89 3704 0044 0532 0130 0", "too short or too long"),
        ("IN89 3704 0044 0532 0130 00", "no IBANs of the country IN"),
        ("my account", "not an IBAN"),
        ("", "Enter the IBAN"),
    ],
)
def test_an_iban_that_no_bank_has_given_is_refused_with_what_to_do(iban: str, sentence: str) -> None:
    assert sentence in problems(iban=iban)["iban"]


@pytest.mark.parametrize(
    ("bic", "sentence"),
    [
        ("COBADEF", "8 or 11 signs"),
        ("COBAZZFF", "letters ZZ"),
        ("COBA DE FF 5", "8 or 11 signs"),
        ("", "Enter the SWIFT/BIC"),
    ],
)
def test_a_bic_that_no_bank_has_is_refused(bic: str, sentence: str) -> None:
    assert sentence in problems(bic=bic)["bic"]


def test_a_bic_of_another_country_than_the_iban_is_refused_with_what_to_do() -> None:
    assert problems(bic="BNPAFRPP") == {
        "bic": "The IBAN is of the country DE and this BIC of the country FR, so one of them is another bank’s. "
        "Compare both with your bank’s statement."
    }
    french = {"iban": "FR14 2004 1010 0505 0001 3M02 606", "bank": "Example Bank, Saint-Denis"}
    assert checked(replace(ACCOUNT, **french, bic="BNPARERX")).bic == "BNPARERX", "Réunion has French IBANs"
    assert list(problems(iban="DE89 3704 0044 0532 0130 01", bic="BNPAFRPP")) == ["iban"]


def test_an_account_in_the_united_states_has_a_number_and_a_routing_number() -> None:
    us = {"iban": "", "account": "000123456789", "bic": "CHASUS33", "bank": "Example Bank, New York"}
    for branch in ("ABA 021000021", "Routing number 021-000-021", ""):
        assert checked(replace(ACCOUNT, **us, branch=branch)).branch == branch
    wrong = problems(**us, branch="ABA 021000012")
    assert "routing number 021000012 is wrong. Compare it" in wrong["branch"]
    assert (
        "no IBANs of the country US" in problems(**{**us, "iban": "US64 0210 0002 1000 1234 5678 9"})["iban"]
    )


def test_everything_that_is_wrong_is_said_at_once_each_at_its_part() -> None:
    with pytest.raises(WrongAccount) as wrong:
        checked(Account())
    assert list(wrong.value.problems) == ["beneficiary", "bank", "iban", "bic", "charges"]
    found = problems(account="1234567", bank="", charges="nobody")
    assert list(found) == ["bank", "account", "charges"]
    assert "not both" in found["account"]


def test_an_iban_in_the_place_of_an_account_number_is_told_where_it_belongs() -> None:
    # An IBAN whose groups happen not to have the check digit of a card.
    assert "Enter it as one" in problems(iban="", account="AE07 0331 2345 6789 0123 456")["account"]
    assert "digits and letters" in problems(iban="", account="see our letter")["account"]


@pytest.mark.parametrize(
    ("typed", "bic"),
    [
        ("DE89 3704 0044 0532 0130 01", "COBADEFF"),
        ("GB82 WEST 1234 5698 7654 33", "HDFCINBB"),
        ("DE89 3704 0044 0532 0130 0", "COBADEFF"),
    ],
)
def test_an_iban_with_a_mistake_is_no_account_number(typed: str, bic: str) -> None:
    said = problems(iban="", account=typed, bic=bic)["account"]
    assert f"begins like an IBAN of the country {typed[:2]}, and is none" in said


def test_a_number_that_only_begins_like_an_iban_is_one_where_there_are_none() -> None:
    indian = replace(WITHOUT_IBAN, account="SB12 3456 7890 1234 5", bic="HDFCINBB")
    assert checked(indian).account == "SB12 3456 7890 1234 5"


def test_a_clabe_has_a_check_digit() -> None:
    mexican = {"iban": "", "bank": "Example Bank, Tijuana", "bic": "BCMRMXMM"}
    assert checked(replace(ACCOUNT, **mexican, account="032180000118359719")).account == "032180000118359719"
    assert "check digit of this CLABE" in problems(**mexican, account="0321 8000 0118 3597 18")["account"]
    assert checked(replace(ACCOUNT, **mexican, account="0123456789")).account == "0123456789", "no CLABE"


@pytest.mark.parametrize(
    "branch",
    [
        "IFSC EXAM0001234",
        "EXAM 0001234",
        "IFSC: exam0001234, MICR 110240001",
        "IFSC EXAM००01234",
        "Branch Delhi",
        "",
    ],
)
def test_an_ifsc_is_read_with_whatever_stands_around_it(branch: str) -> None:
    assert checked(replace(WITHOUT_IBAN, branch=branch)).branch == branch


@pytest.mark.parametrize("branch", ["IFSC EXAMO001234", "EXAMO001234", "IFSC EXAM000123", "IFSC 1234567"])
def test_what_has_not_the_form_of_an_ifsc_is_refused(branch: str) -> None:
    with pytest.raises(WrongAccount) as wrong:
        checked(replace(WITHOUT_IBAN, branch=branch))
    assert "four letters, the digit 0" in wrong.value.problems["branch"]


@pytest.mark.parametrize("part", ["beneficiary", "address", "bank", "account", "branch", "bic", "iban"])
def test_no_part_can_be_the_number_of_a_card(part: str) -> None:
    others = {"iban": ""} if part == "account" else {}
    assert "payment card" in problems(**{**others, part: "4111 1111 1111 1111"})[part]


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111111",
        "Card 4111-1111-1111-1111, 12/29",
        "3782 822463 10005",
        "٤١١١ ١١١١ ١١١١ ١١١١",
        "４１１１１１１１１１１１１１１１",
        "4111\u200b1111\u200b1111\u200b1111",
        "4111 . 1111 . 1111 . 1111",
        "No 7: 6011111111111117",
        "4222222222222",
    ],
)
def test_the_number_of_a_card_is_seen_however_it_is_written(text: str) -> None:
    assert card_numbers.has_one(text)


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111112",
        "1234567890128",
        "7992739871300000",
        "4111 1111",
        "0000 0000 0000 0000",
        "+49 69 1234567",
        "Hill Road 7",
        "",
        "1" * 5000,
    ],
)
def test_other_numbers_are_no_card(text: str) -> None:
    assert not card_numbers.has_one(text)


def test_digits_in_an_iban_are_no_card() -> None:
    """Those of this one begin and end as a card's too."""
    iban = "DE38 5004 0000 7340 8887 52"
    assert card_numbers.has_one(iban)
    assert checked(replace(ACCOUNT, iban=iban)).iban == "DE38500400007340888752"


def test_nothing_is_in_force_before_another_person_has_confirmed_it(app: Flask) -> None:
    row = accounts.propose(who(1), ACCOUNT, over=None)
    assert (accounts.in_force(), accounts.proposed()) == (None, row)
    with pytest.raises(accounts.SamePerson):
        accounts.confirm(who(1), row.id, sha256=row.sha256)
    assert accounts.in_force() is None
    accounts.confirm(who(2), row.id, sha256=row.sha256)
    assert accounts.account_of(accounts.in_force()) == checked(ACCOUNT)
    assert accounts.proposed() is None


def test_only_what_was_shown_is_confirmed(app: Flask) -> None:
    row = accounts.propose(who(1), ACCOUNT, over=None)
    with pytest.raises(accounts.ChangedMeanwhile):
        accounts.confirm(who(2), row.id, sha256="0" * 64)
    accounts.refuse(who(2), row.id, sha256=row.sha256)
    with pytest.raises(accounts.ChangedMeanwhile):
        accounts.confirm(who(2), row.id, sha256=row.sha256)
    assert accounts.in_force() is None


def test_one_change_waits_at_a_time_and_is_one_of_what_is_in_force(app: Flask) -> None:
    first = put_in_force(ACCOUNT)
    with pytest.raises(accounts.ChangedMeanwhile):
        accounts.propose(who(1), WITHOUT_IBAN, over=None)
    with pytest.raises(accounts.Unchanged):
        accounts.propose(who(1), replace(ACCOUNT, iban="DE89370400440532013000"), over=first.id)
    accounts.propose(who(1), WITHOUT_IBAN, over=first.id)
    with pytest.raises(accounts.Waiting):
        accounts.propose(who(2), None, over=first.id)


def test_quotes_can_be_without_an_account_again(app: Flask) -> None:
    put_in_force(ACCOUNT)
    put_in_force(None)
    row = accounts.in_force()
    assert row is not None
    assert (row.details, accounts.account_of(row)) == (None, None)
    assert [each.state for each in accounts.versions()] == ["confirmed", "confirmed"]


def test_the_trail_tells_who_proposed_who_decided_and_what_by_its_hash(app: Flask) -> None:
    row = put_in_force(ACCOUNT)
    other = accounts.propose(who(3), WITHOUT_IBAN, over=row.id)
    accounts.refuse(who(3), other.id, sha256=other.sha256)
    another = accounts.propose(who(3), WITHOUT_IBAN, over=row.id)
    accounts.refuse(who(2), another.id, sha256=another.sha256)
    db.session.commit()
    told = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(each.actor, each.action) for each in told] == [
        ("user:1", "account.proposed"),
        ("user:2", "account.confirmed"),
        ("user:3", "account.proposed"),
        ("user:3", "account.taken_back"),
        ("user:3", "account.proposed"),
        ("user:2", "account.refused"),
    ]
    assert all(row.sha256 in each.detail for each in told[:2])
    assert audit.verify().broken is None


def test_of_two_who_decide_at_once_one_is_told_that_it_was_decided(app: Flask) -> None:
    row = accounts.propose(who(1), ACCOUNT, over=None)
    db.session.commit()
    number, sha256 = row.id, row.sha256

    def decide(person: int) -> str:
        verb = accounts.refuse if person else accounts.confirm
        return verb(who(2 + person), number, sha256=sha256).state

    found = at_once(app, 2, decide)
    assert [type(each) for each in found if not isinstance(each, str)] == [accounts.ChangedMeanwhile]
    db.session.rollback()
    assert db.session.get_one(PaymentAccount, number).state in found


def test_of_two_who_propose_at_once_one_is_told_that_another_change_waits(app: Flask) -> None:
    proposals = (ACCOUNT, WITHOUT_IBAN)
    found = at_once(
        app, 2, lambda person: accounts.propose(who(1 + person), proposals[person], over=None).state
    )
    assert sorted(str(getattr(each, "args", each)) for each in found) == ["()", "proposed"]
    assert [type(each) for each in found if each != "proposed"] == [accounts.Waiting]
