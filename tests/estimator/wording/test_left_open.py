"""What nobody has answered is named wherever a sum stands, and is never a nought."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import pricing
from estimator import wording
from estimator.estimates import plain_text
from estimator.i18n import reader
from estimator.wording.rows import ItemRow
from pricing.explore import sensitivity
from tests.support.open_list import ABOUT_YOU, OPEN, PLAN

TABLE = pricing.read(OPEN)
READER = reader("en")
SPACE = "\N{NO-BREAK SPACE}"
MEXICO = Path(pricing.__file__).parent / "tables" / "mexico.toml"


def rows(**answers: Any) -> wording.Rows:
    found = pricing.estimate(TABLE, {**PLAN, **answers}).as_dict()
    return wording.rows(found, TABLE, READER, [*PLAN, *answers])


def item(found: wording.Rows, code: str) -> ItemRow:
    (row,) = [row for group in found.groups for row in group.rows if row.code == code]
    return row


def lacks(amount: str) -> bool:
    """Whether an amount says that something is left out of it."""
    return amount.startswith("at least") or amount.endswith(" so far")


def test_at_least_never_stands_before_a_sum_that_may_come_to_less() -> None:
    found = rows()
    assert found.totals
    sums = [(row.span, row.amount) for row in (*found.totals, *found.stages)]
    for span, amount in [*sums, *((group.span, group.amount) for group in found.groups)]:
        assert span is None or not amount.startswith("at least")


def changes(**answers: Any) -> dict[str, wording.Change]:
    found = pricing.estimate(TABLE, {**PLAN, **answers}).as_dict()
    sections = wording.changes(sensitivity(TABLE, found["answers"]), found, TABLE, READER)
    return {f"{section.label}: {row.answer}": row for section in sections for row in section.rows}


def test_a_total_that_leaves_something_out_says_so_and_what() -> None:
    headline = rows(flights="1850", visa=True, companions=0, transfer="car", **ABOUT_YOU).headline
    assert headline.label == "Likely total, so far"
    assert headline.amount_said() == f"{headline.amount} so far", "it may come to less, see its range"
    assert headline.range_words().startswith("What is counted may come to USD")
    assert headline.not_counted_words() == "Not counted yet: Attendant day and night; Hotel; Interpreter."
    assert headline.on_request_words() == ""


def test_a_total_with_everything_in_it_is_the_likely_total() -> None:
    whole = {
        "companions": 0,
        "attendant": False,
        "hotel_nights": 0,
        "transfer": "none",
        "interpreter": "none",
    }
    headline = rows(**whole, visa=False, flights=0, **ABOUT_YOU).headline
    assert headline.label == "Likely total"
    assert not headline.at_least
    assert headline.not_counted_words() == ""


def test_a_total_in_which_nothing_is_counted_yet_is_words_and_no_nought() -> None:
    text = MEXICO.read_text(encoding="utf-8")
    table = pricing.read(text)
    found = wording.rows(pricing.estimate(table, {}, unfinished=True).as_dict(), table, READER, []).headline
    assert (found.label, found.amount, found.amount_said()) == (
        "Likely total",
        "not counted yet",
        "not counted yet",
    )
    assert found.not_counted_words().startswith("Not counted yet: ")


def test_sums_say_that_something_open_belongs_to_them() -> None:
    totals = {str(row.label): row.amount for row in rows().totals}
    assert totals["To others, such as hotel and airline"] == "not counted yet"
    assert totals["All together"].endswith(" so far")
    assert {group.code: lacks(group.amount) for group in rows().groups} == {
        "assessment": True,
        "treatment": False,
        "stay": True,
        "rehabilitation": False,
        "reserve": True,
    }


def test_a_stage_says_what_it_lacks_from_the_first_open_cost_on() -> None:
    whole = {"companions": 0, "attendant": False, "transfer": "none", "interpreter": "none", "visa": False}
    stages = [lacks(row.amount) for row in rows(**whole, flights=0, **ABOUT_YOU).stages]
    assert stages == [False, True, True], "the hotel is paid during the treatment"


def test_a_payment_says_that_the_sum_which_it_is_a_share_of_leaves_something_out() -> None:
    whole = {"companions": 0, "attendant": False, "transfer": "none", "interpreter": "none", "visa": False}
    complete = rows(**whole, hotel_nights=0, flights=0, **ABOUT_YOU).payments
    incomplete = rows().payments
    assert [lacks(row.amount) for row in complete] == [False] * 4
    # the first one is an amount of its own
    assert [lacks(row.amount) for row in incomplete] == [False, True, True, True]


def test_a_question_that_was_left_open_is_not_answered_and_not_a_no() -> None:
    answers = {row.driver: row for section in rows().answers for row in section.rows}
    assert str(answers["infection"].answer) == "Not answered"
    assert answers["infection"].unanswered
    assert not answers["infection"].assumed
    assert str(answers["flights"].answer) == "Not answered"
    assert answers["icu_nights"].assumed


def test_what_most_people_spend_is_told_with_its_source_and_counted_by_nobody() -> None:
    (flights,) = [row for row in rows().headline.not_counted if row.driver == "flights"]
    assert flights.usual == f"Most people spend USD{SPACE}600 to 1,900. (Made for the tests)"
    assert flights.likely == f"USD{SPACE}1,100"
    assert "flight_tickets" not in [row.code for group in rows().groups for row in group.rows]


def test_money_that_was_typed_is_money_and_nobody_multiplies_it_by_one() -> None:
    found = rows(flights="1849.50")
    answers = {row.driver: str(row.answer) for section in found.answers for row in section.rows}
    assert answers["flights"] == f"USD{SPACE}1,849.50"
    row = item(found, "flight_tickets")
    assert row.amount == f"USD{SPACE}1,849.50"
    assert (row.quantity, row.unit, row.unit_price) == ("", None, "")
    assert row.steps == ["This is the price you told us."]


def test_a_terminal_reads_the_same() -> None:
    found = rows(flights="1849.50")
    made = datetime(2026, 3, 10, tzinfo=UTC)
    head = wording.head(TABLE, READER, reference=None, created=made, valid_until=TABLE.valid_from)
    text = plain_text.text(found, [], head)
    joined = " ".join(text.split())
    assert "LIKELY TOTAL, SO FAR" in text
    assert "Not counted yet: People who come with you; Attendant day and night; Hotel;" in joined
    assert "infection or an open pressure sore now? Not answered" in joined
    assert "US dollars" not in text
    assert f"× USD{SPACE}1.00" not in text


def test_what_must_heal_first_is_said_and_the_estimate_made() -> None:
    found = rows(infection=True)
    (suitable,) = found.notice("suitability")
    assert any("First this must heal" in str(row.text) for row in suitable.rows)
    (suitable,) = rows(infection=False).notice("suitability")
    assert not any("First this must heal" in str(row.text) for row in suitable.rows)


def test_what_must_heal_first_stands_above_every_figure_of_the_text() -> None:
    made = datetime(2026, 3, 10, tzinfo=UTC)
    head = wording.head(TABLE, READER, reference=None, created=made, valid_until=TABLE.valid_from)
    text = plain_text.text(rows(infection=True), [], head)
    assert text.index("First this must heal.") < text.index("USD")


@pytest.mark.parametrize("infection", [True, False, None])
def test_what_answers_call_for_is_known_before_there_is_a_price(infection: bool | None) -> None:
    said = wording.called_for({"infection": infection}, TABLE, READER)
    assert rows(infection=infection).first == said
    assert bool(said) is (infection is True)


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        (
            {"blood_thinners": "yes"},
            ["We do not inject into the spinal canal while you take blood thinners."],
        ),
        ({"blood_thinners": "no", "breathing": False}, []),
        ({"sessions": 4}, []),
        ({"sessions": 4, "nights": 6}, ["Four or more sessions need at least seven nights."]),
        (
            {"sessions": 4, "nights": 6, "breathing": True},
            ["We cannot care safely for people", "Four or more sessions need at least seven nights."],
        ),
    ],
)
def test_why_answers_are_refused_is_known_before_all_are_given(
    answers: dict[str, object], why: list[str]
) -> None:
    said = [row.why.text for row in wording.refused(answers, TABLE, READER)]
    assert len(said) == len(why)
    assert all(text.startswith(start) for text, start in zip(said, why, strict=True))


def test_a_package_that_is_nearly_used_says_why_it_is_not() -> None:
    assert rows().saving == (
        "“Umbilical cord fortnight: one session, 14 semi-private nights, 12 day programmes, blood tests” applies only "
        "with this answer: Room, Semi-private room. So it is left out here."
    )


def test_a_package_that_is_no_cheaper_says_so() -> None:
    said = rows(room="semi_private", nights=1, rehab="none").saving
    assert said is not None
    assert said.endswith("would not be cheaper here, so the single prices are used.")


def test_a_line_that_a_package_pays_in_part_says_how_much() -> None:
    found = rows(room="semi_private", nights=14, rehab_days=12)
    row = item(found, "cells_umbilical")
    assert (row.quantity, str(row.unit)) == ("2", "sessions")
    assert row.covered_part == "1 in the package, 1 to pay"
    assert row.steps == [f"1 × USD{SPACE}6,300.00 = USD{SPACE}6,300.00"], (
        "the package is named beside the item"
    )
    assert row.amount == f"USD{SPACE}6,300.00"
    assert item(found, "semi_private").covered_part is None, "all of it is in the package"


def test_another_answer_says_if_a_package_comes_or_goes() -> None:
    label = "“Umbilical cord fortnight”"
    comes = changes(nights=14)["Room: Semi-private room"]
    assert f"{label} then applies, because it is cheaper." in comes.remarks
    assert f"{label} then applies, because it is cheaper." in comes.requests
    goes = changes(nights=14, room="semi_private")["Room: Single room"]
    assert f"{label} then no longer applies." in goes.remarks


@pytest.mark.parametrize("asked", [True, False])
def test_another_answer_says_what_is_then_not_counted(asked: bool) -> None:
    text = OPEN.replace('label.en = "Hotel"\n', 'label.en = "Hotel"\nwhen = { rehab = "none" }\n', 1)
    table = pricing.read(text)
    plan = {**PLAN, "rehab": "day" if asked else "none"}
    found = pricing.estimate(table, plan).as_dict()
    sections = wording.changes(sensitivity(table, found["answers"]), found, table, READER)
    remarks = [remark for section in sections for row in section.rows for remark in row.remarks]
    said = "“Hotel” is then not counted yet." if asked else "“Hotel” then makes no difference any more."
    assert said in remarks
