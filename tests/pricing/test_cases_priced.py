"""Every worked case comes out as it was worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import pricing

CASES = Path(__file__).parent / "cases"
PRICED = [
    pytest.param(path, case, id=f"{path.stem}: {case['name']}")
    for path in sorted(CASES.glob("*.toml"))
    if not path.stem.endswith(".bad")
    for case in json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
]


def contained(expected: Any, actual: Any, where: str = "") -> list[str]:
    """Say where `actual` lacks or differs from what `expected` holds; lists are whole and in order."""
    if isinstance(expected, dict):
        return [
            difference
            for key, value in expected.items()
            for difference in (
                contained(value, actual[key], f"{where}.{key}")
                if key in actual
                else [f"{where}.{key}: missing"]
            )
        ]
    if isinstance(expected, list):
        if len(expected) != len(actual):
            return [f"{where}: expected {len(expected)} rows, got {json.dumps(actual, ensure_ascii=False)}"]
        return [
            difference
            for number, (one, other) in enumerate(zip(expected, actual, strict=True))
            for difference in contained(one, other, f"{where}[{number}]")
        ]
    return [] if expected == actual else [f"{where}: expected {expected!r}, got {actual!r}"]


@pytest.mark.parametrize(("path", "case"), PRICED)
def test_a_worked_case_comes_out_to_the_cent(path: Path, case: dict[str, Any]) -> None:
    table = pricing.read(path.read_text(encoding="utf-8"))
    if "problems" in case:
        with pytest.raises(pricing.BadAnswers) as refusal:
            pricing.estimate(table, case["answers"])
        problems = refusal.value.problems
        assert [problem.driver for problem in problems] == [wanted["driver"] for wanted in case["problems"]]
        for problem, wanted in zip(problems, case["problems"], strict=True):
            assert wanted.get("contains", "") in problem.text
            assert wanted.get("rule") == problem.values.get("rule")
    else:
        breakdown = pricing.estimate(table, case["answers"])
        assert contained(case["expected"], breakdown.as_dict()) == []


def test_there_are_worked_cases() -> None:
    assert len(PRICED) > 100
