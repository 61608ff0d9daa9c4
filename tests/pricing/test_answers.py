"""Answers of every kind and size are taken or refused in a sentence, and quickly."""

from __future__ import annotations

import decimal
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pricing
from pricing.answers import refused_so_far, value_of

TABLE = pricing.read((Path(__file__).parent / "cases" / "whole-notation.toml").read_text(encoding="utf-8"))
ANSWERS: dict[str, Any] = {
    "cells": "own",
    "sessions": 2,
    "nights": 3,
    "rehab": True,
    "hours": "1.5",
    "companion": False,
    "arrival": "2026-05-01",
}


HUGE = 10**5_000
"""An integer that Python refuses to write out."""


def name(value: object) -> str:
    """What a case is called."""
    return "huge" if isinstance(value, int) and abs(value) == HUGE else ascii(value)[:30]


def accepted(**changes: object) -> dict[str, object]:
    """The answers in normal form."""
    return dict(pricing.estimate(TABLE, {**ANSWERS, **changes}).answers)


def refused(**changes: object) -> list[tuple[str, str]]:
    """Driver and kind of each problem."""
    with pytest.raises(pricing.BadAnswers) as refusal:
        pricing.estimate(TABLE, {**ANSWERS, **changes})
    for problem in refusal.value.problems:
        assert problem.line is None
        assert problem.text.isprintable()
        assert len(problem.text) < 300
    return [(problem.driver, problem.kind) for problem in refusal.value.problems]


@pytest.mark.parametrize(
    "given", [3, "3", Decimal(3), Decimal("3.000"), "3.0", "003", Decimal("0.3E+1"), Decimal("30E-1")]
)
def test_a_number_may_come_as_an_integer_a_decimal_or_text(given: object) -> None:
    assert accepted(sessions=given)["sessions"] == "3"


@pytest.mark.parametrize(
    "given", ["0", "-0", "-0.0", Decimal("-0"), Decimal("0E+999999"), Decimal("0E-999999"), 0]
)
def test_zero_has_no_sign_and_no_size(given: object) -> None:
    assert accepted(nights=given)["nights"] == "0"


@pytest.mark.parametrize(
    "given",
    [
        "1e0", "1E+1", "+1", "1,5", "1 000", " 1", "1 ", "1\n", "٣", "１", "½", "1.", ".5", "0x1", "1_0", "--1", "",
        "nan", "Infinity", True, False, 1.0, float("nan"), Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), b"1",
        [1], {"a": 1}, date(2026, 1, 1), complex(1), ("1",),
    ],
    ids=name,
)  # fmt: skip
def test_what_is_no_number_is_refused_as_such(given: object) -> None:
    assert refused(sessions=given) == [("sessions", "answer_not_a_number")]


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (Decimal("1E+999999"), "answer_above_most"),
        (Decimal("1E+999999999999999999"), "answer_above_most"),
        (Decimal("-1E+999999999999999999"), "answer_below_least"),
        (Decimal("1E-999999"), "answer_off_step"),
        (Decimal("1E-999999999999999999"), "answer_off_step"),
        (Decimal("-1E-999999999999999999"), "answer_below_least"),
        ("9" * 100_000, "answer_above_most"),
        ("1." + "1" * 100_000, "answer_off_step"),
        (f"1.{'0' * 100_000}1", "answer_off_step"),
        (10**12, "answer_above_most"),
        (HUGE, "answer_above_most"),
        (-HUGE, "answer_below_least"),
    ],
    ids=name,
)
def test_numbers_of_any_size_are_refused_in_a_short_sentence(given: object, kind: str) -> None:
    assert refused(hours=given) == [("hours", kind)]


def test_zeros_after_the_point_do_not_make_another_number() -> None:
    long = pricing.estimate(TABLE, {**ANSWERS, "hours": "1.5" + "0" * 100_000})
    assert long.as_json() == pricing.estimate(TABLE, ANSWERS).as_json()


def test_a_number_between_the_steps_is_told_with_a_possible_one() -> None:
    with pytest.raises(pricing.BadAnswers) as refusal:
        pricing.estimate(TABLE, {**ANSWERS, "hours": "39.7", "sessions": "5.5"})
    sessions, hours = refusal.value.problems
    assert sessions.values == {"given": "5.5", "least": "1", "step": "1", "example": "6"}
    assert hours.values == {"given": "39.7", "least": "0", "step": "0.5", "example": "39.5"}


@pytest.mark.parametrize(
    "given",
    ["true", "yes", 1, 0, "", Decimal(1), HUGE, [True]],
    ids=name,
)
def test_only_true_and_false_are_yes_and_no(given: object) -> None:
    assert refused(companion=given) == [("companion", "answer_not_yes_or_no")]


@pytest.mark.parametrize(
    "given",
    [
        datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 1), "2026-05-01T00:00:00", "2026-5-1",  # noqa: DTZ001
        "20260501", "2026-02-30", "0000-01-01", "2026-W18-5", "٢٠٢٦-٠٥-٠١", "2026-05-01\n", " 2026-05-01", "01/05/2026",
        "", 20260501, True, HUGE,
    ], ids=name,
)  # fmt: skip
def test_only_a_day_of_the_calendar_is_a_date(given: object) -> None:
    assert refused(arrival=given) == [("arrival", "answer_not_a_date")]


@pytest.mark.parametrize("given", [date.min, date.max, "0001-01-01", "9999-12-31", "2028-02-29"])
def test_any_day_of_the_calendar_is_a_date(given: object) -> None:
    assert accepted(arrival=given)["arrival"] == str(given)


@pytest.mark.parametrize(
    "given",
    ["Own", " own", "", "nothing", 1, True, b"own", ["own"], {"own": 1}, HUGE, "\ud800", "a\n\x00\u202eb"],
    ids=name,
)
def test_only_the_code_of_a_choice_chooses(given: object) -> None:
    assert refused(cells=given) == [("cells", "answer_unknown_choice")]


def test_a_choice_that_is_not_offered_is_refused_with_its_reason() -> None:
    with pytest.raises(pricing.BadAnswers) as refusal:
        pricing.estimate(TABLE, {**ANSWERS, "cells": "ipsc"})
    (problem,) = refusal.value.problems
    assert (problem.driver, problem.kind) == ("cells", "answer_not_offered")
    assert problem.values["why"] == {"en": "Only in a clinical trial."}


def test_all_problems_are_told_at_once_in_the_order_of_the_questions() -> None:
    assert refused(nights=99, cells=None, sessions="x", zodiac="leo", **{"a\nb": 1}) == [
        ("cells", "answer_missing"),
        ("sessions", "answer_not_a_number"),
        ("nights", "answer_above_most"),
        ("zodiac", "answer_unknown_driver"),
        ("a\ufffdb", "answer_unknown_driver"),
    ]


def test_what_is_not_asked_is_not_looked_at() -> None:
    assert accepted(rehab=False, hours="nonsense") == {
        "cells": "own",
        "sessions": "2",
        "nights": "3",
        "rehab": False,
        "companion": False,
        "arrival": "2026-05-01",
    }


def test_what_hangs_on_a_refused_answer_is_not_asked() -> None:
    assert refused(rehab="yes", hours="nonsense") == [("rehab", "answer_not_yes_or_no")]


def test_rules_are_looked_at_only_when_every_answer_is_possible() -> None:
    many: dict[str, Any] = {"cells": "own", "sessions": 5}
    assert refused(**many) == [("companion", "answer_refused_by_rule")]
    assert refused(**many, nights=-1) == [("nights", "answer_below_least")]
    assert accepted(**many, companion=True)["sessions"] == "5"


def test_defaults_are_filled_in_and_stand_in_the_order_of_the_file() -> None:
    answers = {name: value for name, value in reversed(ANSWERS.items()) if name not in ("nights", "arrival")}
    found = pricing.estimate(TABLE, answers).answers
    assert list(found) == list(ANSWERS)
    assert (found["nights"], found["arrival"]) == ("0", "2026-05-01")


EXPONENTS = st.integers(-(10**17), 10**17)
ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.decimals(), st.text(max_size=8),
    st.dates(), st.datetimes(), st.binary(max_size=3),
    st.sampled_from(["own", "cord", "2026-03-01", "1", "0.5", HUGE, -HUGE]),
    st.builds(lambda digit, exponent: Decimal((0, (digit,), exponent)), st.integers(0, 9), EXPONENTS),
)  # fmt: skip


@given(st.dictionaries(st.sampled_from([*ANSWERS, "unknown", "\x00"]), ANYTHING))
def test_any_answers_at_all_are_priced_or_refused(answers: dict[str, object]) -> None:
    with decimal.localcontext(decimal.Context(prec=1, Emax=1, Emin=-1)):
        try:
            found = pricing.estimate(TABLE, answers)
        except pricing.BadAnswers as refusal:
            texts = [problem.text for problem in refusal.problems]
            assert texts
            assert all(text.isprintable() and len(text) < 500 for text in texts)
            return
    assert pricing.estimate(TABLE, found.answers).as_json() == found.as_json()


def test_what_is_no_question_takes_no_answer() -> None:
    with pytest.raises(TypeError):
        value_of(object(), "2")  # type: ignore[arg-type]


def kinds_so_far(**answers: object) -> list[str]:
    """The kinds of what refuses these answers already, whatever the others will be."""
    return [problem.kind for problem in refused_so_far(TABLE, answers)]


def test_what_is_refused_already_is_told_before_everything_is_answered() -> None:
    assert kinds_so_far(cells="own", sessions=5, companion=False) == ["answer_refused_by_rule"]
    assert kinds_so_far(cells="own", sessions=5) == [], "perhaps with a companion"
    assert kinds_so_far(sessions=5, companion=False) == [], "perhaps of other cells"
    assert kinds_so_far(cells="own", sessions=4, companion=False) == []
    assert kinds_so_far() == []
