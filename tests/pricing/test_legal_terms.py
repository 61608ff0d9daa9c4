"""The terms of a list: how they are read, what they come to together, and what is told where something lacks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import pricing
from pricing import legal_terms
from tests.pricing.test_lint import CAREFUL

WHOLE = (Path(__file__).parent / "cases" / "whole-notation.toml").read_text(encoding="utf-8")
FROM = 'source = "An act, article 1"\nas_of = 2026-11-29\n'
ANSWERS = {"cells": "own", "sessions": 2, "companion": False}


def term(code: str, kind: str, more: str = "") -> str:
    return f'\n[terms.{code}]\nkind = "{kind}"\n{more}\n{FROM}'


def problems(text: str) -> list[tuple[str, str]]:
    with pytest.raises(pricing.BadTable) as refusal:
        pricing.read(text)
    return [(problem.place, problem.kind) for problem in refusal.value.problems]


def warned(text: str) -> list[tuple[str, str, bool]]:
    """Return what is warned of in a list, without what it is warned of before the terms."""
    before = {(warning.place, warning.kind) for warning in pricing.lint(pricing.read(CAREFUL))}
    return [
        (warning.place, warning.kind, warning.blocks)
        for warning in pricing.lint(pricing.read(text))
        if (warning.place, warning.kind) not in before
    ]


def test_a_list_without_terms_has_none_and_its_breakdown_does_not_name_them() -> None:
    table = pricing.read(WHOLE)
    assert legal_terms.of(table) == legal_terms.LegalTerms()
    assert legal_terms.of(table).accept_from(date(2026, 3, 1)) is None
    assert "terms" not in pricing.estimate(table, ANSWERS).as_dict()


def test_the_terms_of_a_list_together() -> None:
    table = pricing.read(
        WHOLE
        + term("wait", "accept_after", "days = 15")
        + term("back", "take_back", "days = 7")
        + term("form", "text_form")
        + term("higher", "overrun", "percent = 12.50")
        + term("said", "notice", 'notice = "costs"')
        + term("units", "print", 'field = "units"')
    )
    found = legal_terms.of(table)
    assert (found.accept_after, found.take_back, found.text_form) == (15, 7, True)
    assert found.overrun == Decimal("12.5")
    assert found.printed == {"units"}
    assert pricing.read(pricing.write(table)) == table


def test_fifteen_whole_days_lie_between_the_day_of_issue_and_the_first_on_which_it_may_be_accepted() -> None:
    table = pricing.read(WHOLE + term("wait", "accept_after", "days = 15"))
    assert legal_terms.of(table).accept_from(date(2026, 3, 1)) == date(2026, 3, 17)


def test_a_breakdown_has_the_terms_with_their_sources() -> None:
    table = pricing.read(
        WHOLE
        + term("wait", "accept_after", "days = 15")
        + term("higher", "overrun", "percent = 12.50")
        + term("said", "notice", 'notice = "costs"')
        + term("units", "print", 'field = "units"')
    )
    source = {"source": "An act, article 1", "as_of": "2026-11-29"}
    assert pricing.estimate(table, ANSWERS).as_dict().get("terms") == [
        {"code": "wait", "kind": "accept_after", "days": 15, **source},
        {"code": "higher", "kind": "overrun", "percent": "12.5", **source},
        {"code": "said", "kind": "notice", "notice": "costs", **source},
        {"code": "units", "kind": "print", "field": "units", **source},
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (term("a", "accept_after"), [("terms.a.days", "missing")]),
        (term("a", "accept_after", "days = 0"), [("terms.a.days", "whole_number")]),
        (term("a", "take_back", "days = 366"), [("terms.a.days", "whole_number")]),
        (term("a", "take_back", "days = 7.5"), [("terms.a.days", "whole_number")]),
        (term("a", "overrun"), [("terms.a.percent", "missing")]),
        (term("a", "overrun", "percent = 0"), [("terms.a.percent", "not_above")]),
        (term("a", "overrun", "percent = 1000.5"), [("terms.a.percent", "above_most")]),
        (term("a", "notice"), [("terms.a.notice", "missing")]),
        (term("a", "print", 'field = "colour"'), [("terms.a.field", "unknown_word")]),
        (term("a", "cooling_off", "days = 7"), [("terms.a.kind", "unknown_word")]),
        (term("a", "text_form", "days = 7"), [("terms.a.days", "unknown_key")]),
        (term("a", "take_back", "days = 7\npercent = 7"), [("terms.a.percent", "unknown_key")]),
        (
            '\n[terms.a]\nkind = "text_form"\n',
            [("terms.a.source", "missing"), ("terms.a.as_of", "missing")],
        ),
        (term("a", "text_form") + term("b", "text_form"), [("terms.b", "term_twice")]),
        ("\n[term.a]\n", [("term", "misspelt_key")]),
    ],
)
def test_a_wrong_term_is_told_at_its_place(text: str, expected: list[tuple[str, str]]) -> None:
    assert problems(WHOLE + text) == expected


def test_two_notices_and_two_things_printed_may_be_required() -> None:
    text = WHOLE + "".join(term(code, "print", f'field = "{code}"') for code in ("units", "address"))
    assert legal_terms.of(pricing.read(text)).printed == {"units", "address"}


def test_a_required_notice_that_is_missing_blocks() -> None:
    text = CAREFUL + term("a", "notice", 'notice = "reimbursement"')
    assert warned(text) == [("terms.a.notice", "required_notice_missing", True)]
    (warning,) = pricing.blocking(pricing.read(text))
    assert warning.kind == "required_notice_missing"


def test_a_required_notice_that_stands_only_beside_some_answers_is_warned_of() -> None:
    notice = """
[notice.reimbursement]
kind = "legal"
when = { cells = "own" }
text = { en = "Perhaps not paid back.", ar = "قد لا يُسترد." }
"""
    text = CAREFUL + notice + term("a", "notice", 'notice = "reimbursement"')
    assert warned(text) == [("terms.a.notice", "required_notice_sometimes", False)]
    always = notice.replace('when = { cells = "own" }\n', "")
    assert warned(text.replace(notice, always)) == []


@pytest.mark.parametrize("field", ["registration", "tax_number", "address"])
def test_what_has_to_be_printed_of_the_provider_and_is_missing_blocks(field: str) -> None:
    text = CAREFUL + term("a", "print", f'field = "{field}"')
    assert warned(text) == [(f"provider.{field}", "required_field_missing", True)]
    there = text.replace('country = "IN" }', f'country = "IN", {field} = "17" }}')
    assert warned(there) == []


def test_a_number_that_is_charged_for_without_a_unit_blocks_where_units_have_to_be_printed() -> None:
    text = CAREFUL + term("a", "print", 'field = "units"')
    blocked = warned(text)
    assert blocked
    assert {kind for _place, kind, blocks in blocked if blocks} == {"required_unit_missing"}
    for place, _kind, _blocks in blocked:
        heading = f"[{place.removesuffix('.unit')}]"
        text = text.replace(heading, f"{heading}\nunit = {{ en = 'one', ar = 'واحد' }}")
    assert warned(text) == []


def test_a_charge_for_several_numbers_is_warned_of_unless_a_note_says_what_it_counts() -> None:
    charge = """
[charge.companions]
label = { en = "Companions", ar = "مرافقون" }
group = "care"
per = ["sessions", "nights"]
price = 10
source = "Example"
"""
    assert "[group.care]" in CAREFUL
    text = CAREFUL + charge + term("a", "print", 'field = "units"')
    lacking = ("charge.companions.per", "unit_not_printed", False)
    assert lacking in warned(text)
    said = text.replace(
        "price = 10\n", "price = 10\nnote = { en = 'Each night of each session.', ar = 'كل ليلة' }\n"
    )
    assert lacking not in warned(said)


def test_a_quote_that_nobody_could_ever_accept_blocks() -> None:
    text = CAREFUL + term("a", "accept_after", "days = 30")
    assert warned(text) == [("terms.a.days", "never_accepted", True)]
    assert warned(text.replace("days = 30", "days = 29")) == []


def test_the_terms_are_compared_with_those_of_another_version() -> None:
    old, new = WHOLE + term("a", "take_back", "days = 7"), WHOLE + term("a", "take_back", "days = 14")
    (change,) = pricing.explore.difference(pricing.read(old), pricing.read(new))
    assert (change.place, change.keys[0]) == ("terms.a", ("days", "7", "14"))
