"""The one wording that every medium draws."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import pricing
from estimator import wording
from estimator.i18n import Words, reader
from estimator.wording.packages import in_short
from pricing.table import PriceTable
from tests.support.example_papers import TABLES, largest, plainest, table_of
from tests.support.folders import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
TEXT = README.split("```toml\n")[1].split("```")[0]
ANSWERS = {"cells": "umbilical", "sessions": 3, "nights": 10, "rehabilitation": 0}


@pytest.fixture(scope="module")
def table() -> PriceTable:
    return pricing.read(TEXT)


def rows(table: PriceTable, **answers: object) -> wording.Rows:
    found = pricing.estimate(table, {**ANSWERS, **answers}).as_dict()
    return wording.rows(found, table, reader("en"))


def test_a_range_is_explained_by_numbers_and_by_prices(table: PriceTable) -> None:
    assert rows(table).headline.reasons == [
        "Nights in hospital: it may turn out up to 5 more.",
        "These prices are given as a range: General ward, a night.",
    ]


def test_a_price_that_is_no_range_is_no_reason(table: PriceTable) -> None:
    fixed = pricing.read(TEXT.replace("{ low = 40, likely = 45, high = 55 }", "45"))
    assert rows(fixed).headline.reasons == ["Nights in hospital: it may turn out up to 5 more."]


@pytest.mark.parametrize(
    ("nights", "turns_out"),
    [
        (0, ["up to 5 more"]),
        (1, ["up to 1 fewer or 5 more"]),
        (10, ["up to 2 fewer or 5 more"]),
        (57, ["up to 2 fewer or 3 more"]),
        (60, ["up to 2 fewer"]),
    ],
)
def test_a_number_turns_out_only_as_far_as_the_range_counts_it(nights: int, turns_out: list[str]) -> None:
    varies = pricing.read(TEXT.replace("varies = { more = 5 }", "varies = { less = 2, more = 5 }"))
    said = rows(varies, nights=nights).headline.reasons
    assert [reason for reason in said if reason.startswith("Nights")] == [
        f"Nights in hospital: it may turn out {way}." for way in turns_out
    ]


def test_a_number_that_can_turn_out_no_other_is_no_reason(table: PriceTable) -> None:
    assert rows(table, nights=60).headline.reasons == [
        "These prices are given as a range: General ward, a night."
    ]


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_percentage_has_no_quantity(path: Path, language: str) -> None:
    table = table_of(path)
    found = wording.rows(pricing.estimate(table, largest(table)).as_dict(), table, reader(language))
    items = [item for group in found.groups for item in group.rows if "%" in item.unit_price]
    assert {item.quantity for item in items} <= {""}
    assert items or path.stem != "japan"


def test_a_packages_name_ends_before_its_colon_and_the_space_of_french() -> None:
    assert in_short(Words("Semaine moelle osseuse\u00a0: tout compris")).text == "Semaine moelle osseuse"


def test_what_is_on_request_makes_the_total_a_least_one_and_is_named(table: PriceTable) -> None:
    headline = rows(table, rehabilitation=12).headline
    assert headline.at_least
    assert [str(label) for label in headline.on_request] == ["A day of rehabilitation"]


def test_what_is_on_request_is_never_a_nought(table: PriceTable) -> None:
    (item,) = [
        item
        for group in rows(table, rehabilitation=12).groups
        for item in group.rows
        if item.code == "rehabilitation"
    ]
    assert item.amount == "on request"
    assert item.steps == ["The provider names this price on request. It is not 0."]


def test_a_group_with_a_price_on_request_is_never_a_nought(table: PriceTable) -> None:
    def amounts(table: PriceTable) -> dict[str, str]:
        return {group.code: group.amount for group in rows(table, rehabilitation=12).groups}

    assert amounts(table)["stay"] == "USD\xa0450.00 so far"
    head, before, rest = TEXT.partition("[charge.ward]")
    alone = head + before + rest.replace('group = "stay"', 'group = "treatment"', 1)
    assert amounts(pricing.read(alone))["stay"] == "on request"


def test_steps_add_up_in_words(table: PriceTable) -> None:
    (session,) = [item for group in rows(table).groups for item in group.rows if item.code == "session"]
    assert session.steps == [
        "Quantity up to 2: 2 × USD\xa06,000.00 = USD\xa012,000.00",
        "Quantity above 2: 1 × USD\xa05,500.00 = USD\xa05,500.00",
    ]
    assert session.unit_price == "by tier"


def test_a_change_of_one_answer_says_what_it_asks_and_what_is_then_on_request(table: PriceTable) -> None:
    found = pricing.estimate(table, ANSWERS)
    alternatives = pricing.explore.sensitivity(table, ANSWERS)
    changes = wording.changes(alternatives, found.as_dict(), table, reader("en"))
    (rehabilitation,) = [change for change in changes if str(change.label) == "Days of rehabilitation"]
    assert rehabilitation.rows[0].requests == ["“A day of rehabilitation” is then on request."]
    (sessions,) = [change for change in changes if str(change.label) == "Sessions"]
    assert [row.effect for row in sessions.rows] == ["\u2212USD\xa05,500.00", "+USD\xa05,500.00"]


def sums(table: PriceTable, **answers: object) -> dict[str, str]:
    return {str(total.label): total.amount.replace("\xa0", " ") for total in rows(table, **answers).totals}


def test_only_the_sums_that_leave_something_out_say_at_least() -> None:
    text = TEXT.replace(
        "[charge.session]",
        """[group.travel]
label.en = "Travel"
total = "others"

[group.kept]
label.en = "In reserve"
total = "reserve"

[charge.session]""",
    ).replace(
        "[notice.unproven]",
        """[charge.visa]
label.en = "Visa"
group = "travel"
price = 80

[charge.emergency]
label.en = "Emergencies"
group = "kept"
percent = 10
of = ["stay"]

[notice.unproven]""",
    )
    wide = pricing.read(text)
    assert sums(wide, rehabilitation=0) == {
        "To Example hospital": "USD 17,950.00",
        "To others, such as hotel and airline": "USD 80.00",
        "All together": "USD 18,030.00",
        "To keep in reserve; not part of the price": "USD 45.00",
    }
    assert sums(wide, rehabilitation=12) == {
        "To Example hospital": "USD 17,950.00 so far",
        "To others, such as hotel and airline": "USD 80.00",
        "All together": "USD 18,030.00 so far",
        "To keep in reserve; not part of the price": "USD 45.00 so far",
    }, "what is a percentage of something on request lacks it too"


def test_a_sum_of_nothing_but_requests_is_on_request(table: PriceTable) -> None:
    alone = pricing.read(
        TEXT.replace(
            'group = "stay"\nper = "rehabilitation"', 'group = "training"\nper = "rehabilitation"'
        ).replace("[charge.session]", '[group.training]\nlabel.en = "Training"\n\n[charge.session]')
    )
    (training,) = [group for group in rows(alone, rehabilitation=12).groups if group.code == "training"]
    assert training.amount == "on request"


def test_an_answer_that_changes_no_amount_is_no_line_of_what_would_change_the_cost(table: PriceTable) -> None:
    found = pricing.estimate(table, {**ANSWERS, "rehabilitation": 1})
    alternatives = pricing.explore.sensitivity(table, found.answers)
    assert [row.no_longer for row in alternatives if row.driver == "rehabilitation"] == [
        ("rehabilitation",),
        (),
    ]
    changes = wording.changes(alternatives, found.as_dict(), table, reader("en"))
    assert [change for change in changes if str(change.label) == "Days of rehabilitation"] == []
    (sessions,) = [change for change in changes if str(change.label) == "Sessions"]
    assert (sessions.driver, [row.value for row in sessions.rows]) == ("sessions", ["2", "4"])


def test_a_group_of_nothing_but_what_is_included_does_not_cost_nought(table: PriceTable) -> None:
    text = TEXT.replace("[charge.session]", '[group.help]\nlabel.en = "Help"\n\n[charge.session]').replace(
        "[notice.unproven]",
        '[charge.letter]\nlabel.en = "Letter"\ngroup = "help"\nincluded = 1\non_request = true\n\n[notice.unproven]',
    )
    (group,) = [group for group in rows(pricing.read(text)).groups if group.code == "help"]
    assert group.amount == "included"


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("choose", [plainest, largest])
def test_the_parts_add_up_to_the_total_with_the_taxes_and_their_bars_are_shares_of_it(
    path: Path, choose: Callable[[PriceTable], dict[str, Any]]
) -> None:
    table = table_of(path)
    answers = choose(table)
    found = wording.rows(pricing.estimate(table, answers).as_dict(), table, reader("en"))
    amounts = [digits(part.amount) for part in found.parts if "request" not in part.amount]
    assert sum(amounts) == digits(found.headline.amount)
    assert 990 <= sum(part.share for part in found.parts) <= 1000
    if any(not tax.included for tax in found.taxes):
        assert found.parts[-1].label.text == "Taxes"
        ranges = {tax.span for tax in found.taxes if not tax.included}
        assert len(ranges) > 1 or {found.parts[-1].span} == ranges


def digits(amount: str) -> Decimal:
    return Decimal(re.sub(r"[^0-9.]", "", amount))
