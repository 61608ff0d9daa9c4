"""Commissions: inside the price they change nothing, on top of it they are a charge like any other."""

from __future__ import annotations

from typing import Any

import pytest

import pricing
from tests.pricing.test_lint import CAREFUL


def commission(more: str, code: str = "agency") -> str:
    return f'\n[commission.{code}]\npayee = {{ en = "Agency", ar = "وكالة" }}\n{more}\n'


def priced(text: str, **answers: object) -> dict[str, Any]:
    plan = {"cells": "own", "sessions": 2, "nights": 3, "rehab": True, **answers}
    return dict(pricing.estimate(pricing.read(text), plan).as_dict())


def amounts(text: str, **answers: object) -> list[str | None]:
    return [each["amount"]["likely"] for each in priced(text, **answers)["commissions"]]


def without(breakdown: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in breakdown.items() if key not in ("commissions", "table_sha256")}


@pytest.mark.parametrize("more", ["amount = 300", "percent = 12.5\nof = ['care']"])
def test_inside_the_price_no_item_and_no_total_changes(more: str) -> None:
    assert without(priced(CAREFUL + commission(more))) == without(priced(CAREFUL))


def test_a_list_without_commissions_does_not_name_them() -> None:
    assert "commissions" not in priced(CAREFUL)


def test_a_percentage_is_of_the_rounded_amounts_and_rounded_once() -> None:
    """By hand: 2 × 4,000 + 3 × 310 + 900 = 9,830; 12.345 % of it is 1,213.5135."""
    text = CAREFUL + commission("percent = 12.345\nof = ['care', 'ward']")
    (found,) = priced(text)["commissions"]
    assert found == {
        "code": "agency",
        "payee": {"en": "Agency", "ar": "وكالة"},
        "charge": None,
        "percent": "12.345",
        "of": ["care", "ward"],
        "base": {"low": "9830.00", "likely": "9830.00", "high": "9830.00"},
        "amount": {"low": "1213.51", "likely": "1213.51", "high": "1213.51"},
    }


def test_it_is_rounded_as_the_list_says() -> None:
    text = CAREFUL.replace('currency = "USD"', 'currency = "USD"\nround_to = 5\nrounding = "up"')
    assert amounts(text + commission("percent = 12.345\nof = ['care']")) == ["1215"]


def test_a_fixed_amount_is_never_more_than_the_price() -> None:
    assert amounts(CAREFUL + commission("amount = 300")) == ["300.00"]
    assert amounts(CAREFUL + commission("amount = 99999")) == ["9830.00"]


def test_it_is_there_only_for_the_answers_that_its_condition_names() -> None:
    text = CAREFUL + commission("amount = 300\nwhen = { cells = 'cord' }")
    assert "commissions" not in priced(text)
    assert amounts(text, cells="cord") == ["300.00"]
    assert "commissions" not in priced(CAREFUL + commission("percent = 5\nof = ['cord']"))


def test_on_top_of_the_price_it_is_the_charge_and_nothing_else_is_added() -> None:
    fee = """
[charge.fee]
label = { en = "Fee", ar = "رسوم" }
group = "care"
when = { cells = "own" }
percent = 10
of = ["care"]
source = "Contract"
"""
    with_fee = priced(CAREFUL + fee)
    told = priced(CAREFUL + fee + commission("charge = 'fee'"))
    assert without(told) == without(with_fee)
    (found,) = told["commissions"]
    assert (found["charge"], found["percent"], found["base"]) == ("fee", None, None)
    assert found["amount"]["likely"] == "983.00"
    assert told["totals"]["provider"]["likely"] == "10813.00"
    assert "commissions" not in priced(CAREFUL + fee + commission("charge = 'fee'"), cells="cord")


def test_on_request_it_has_no_amount() -> None:
    fee = """
[charge.fee]
label = { en = "Fee", ar = "رسوم" }
group = "care"
on_request = true
"""
    assert amounts(CAREFUL + fee + commission("charge = 'fee'")) == [None]


def test_what_a_package_covers_counts_with_the_package() -> None:
    text = CAREFUL + commission("percent = 10\nof = ['care']")
    found = priced(text, sessions=3)
    assert found["package"] == "three"
    assert found["commissions"][0]["base"] == found["groups"][0]["amount"]


def test_inside_the_price_without_a_source_it_is_warned_of_and_on_top_the_charge_is() -> None:
    def places(text: str) -> set[str]:
        return {each.place for each in pricing.lint(pricing.read(text)) if each.kind == "missing_source"}

    assert places(CAREFUL + commission("amount = 300")) == {"commission.agency"}
    assert places(CAREFUL + commission("amount = 300\nsource = 'Contract'")) == set()
    assert places(CAREFUL + commission("charge = 'ward'")) == set()


def denials(more: str, notice: str = "text = { en = 'Nobody earns.', ar = 'لا أحد يكسب.' }") -> list[str]:
    text = f"{CAREFUL}{more}\n[notice.interests]\nkind = 'before_you_pay'\n{notice}\n"
    told = ("Nobody earns.", "لا أحد يكسب.")
    found = pricing.lint(pricing.read(text), nobody_earns=told)
    return [
        each.text for each in found if each.kind == "commission_denied" and each.place == "notice.interests"
    ]


INSIDE = "amount = 300\nsource = 'Contract'"


def test_a_notice_that_says_that_nobody_gets_a_commission_is_warned_of_beside_one() -> None:
    assert denials("") == []
    assert denials(commission(INSIDE) + commission(INSIDE, code="second")) == [
        "Patients read here that nobody gets a commission, and “Agency” does. Remove this notice, or write another "
        "text in each of these languages: en, ar."
    ]


def test_a_notice_that_was_changed_denies_a_commission_only_where_it_was_not() -> None:
    (left,) = denials(commission(INSIDE), "text = { en = 'An agency earns.', ar = 'لا أحد يكسب.' }")
    assert left.endswith(": ar.")
    assert denials(commission(INSIDE), "text = { en = 'An agency earns.', ar = 'وكالة تكسب.' }") == []


def test_a_notice_and_a_commission_of_other_answers_do_not_contradict_each_other() -> None:
    notice = "unless = { cells = 'own' }\ntext = { en = 'Nobody earns.', ar = 'x' }"
    assert denials(commission(f"{INSIDE}\nwhen = {{ cells = 'own' }}"), notice) == []
    assert len(denials(commission(INSIDE), notice)) == 1
    fee = "\n[charge.fee]\nlabel = { en = 'x', ar = 'y' }\ngroup = 'care'\nprice = 1\nwhen = { cells = 'own' }\n"
    assert denials(fee + commission("charge = 'fee'"), notice) == []


def test_a_question_that_only_a_commission_depends_on_is_not_without_effect() -> None:
    question = """
[driver.sent_by]
kind = "choice"
role = "extras"
label = { en = "Who sent you?", ar = "من أرسلك؟" }
default = "nobody"
choice.nobody.label = { en = "Nobody", ar = "لا أحد" }
choice.agency.label = { en = "An agency", ar = "وكالة" }
"""
    asked = commission("amount = 300\nsource = 'Contract'\nwhen = { sent_by = 'agency' }")
    before = {(each.place, each.kind) for each in pricing.lint(pricing.read(CAREFUL))}
    found = pricing.lint(pricing.read(CAREFUL.replace("[group.care]", question + "\n[group.care]") + asked))
    assert {(each.place, each.kind) for each in found} == before


def test_it_is_compared_with_another_version_and_read_back_as_written() -> None:
    old, new = (pricing.read(CAREFUL + commission(f"amount = {amount}")) for amount in (300, 400))
    (change,) = pricing.explore.difference(old, new)
    assert (change.place, change.keys[0]) == ("commission.agency", ("amount", "300", "400"))
    assert pricing.read(pricing.write(new)) == new
