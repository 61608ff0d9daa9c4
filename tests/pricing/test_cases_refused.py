"""Every table that must be refused is refused, for each of its mistakes and for nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import pricing

CASES = Path(__file__).parent / "cases"
REFUSED = sorted(CASES.glob("*.bad.toml"))


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.name)
def test_a_table_is_refused_for_each_of_its_mistakes(path: Path) -> None:
    wanted = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    with pytest.raises(pricing.BadTable) as refusal:
        pricing.read(path.read_text(encoding="utf-8"))
    unexplained = list(refusal.value.problems)
    for mistake in wanted:
        found = [
            problem
            for problem in unexplained
            if mistake["place"] in (None, problem.place)
            and all(word.lower() in problem.text.lower() for word in mistake["contains"])
        ]
        assert found or mistake.get("optional"), f"nothing says {mistake}"
        if found:
            unexplained.remove(found[0])
    optional = {mistake["place"] for mistake in wanted if mistake.get("optional")}
    assert [problem.place for problem in unexplained if problem.place not in optional] == []


def test_there_are_refused_tables() -> None:
    assert len(REFUSED) > 25
