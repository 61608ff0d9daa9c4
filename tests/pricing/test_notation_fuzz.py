"""Whatever text is given, reading it ends: with a table, or with problems that say what is wrong."""

from __future__ import annotations

import random
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

import pricing
from pricing.problems import SENTENCES

CASES = Path(__file__).parent / "cases"
TEXTS = [path.read_text(encoding="utf-8") for path in sorted(CASES.glob("*.toml"))]
SNIPPETS = [
    '"', "'", '"""', "[", "]", "{", "}", "=", ".", ",", "#", "\n", "\\", "\x00", "\ufeff", "nan", "-inf", "true",
    "1e999999", "0x" + "f" * 5_000, "9" * 5_000, "2026-02-30", "2026-01-01T00:00:00Z", "[[charge]]", "[charge]",
    '"" = 1', "a.b.c = 1", "{}", "[]", '""', "-1", "0", "0.0001", "½", "٣", "\u202e", "[driver.cells.choice]",
]  # fmt: skip


def read(text: str) -> None:
    """Read a text that may be anything; what comes out is a sound table or told problems."""
    try:
        table = pricing.read(text)
    except pricing.BadTable as refusal:
        problems = refusal.problems
    else:
        assert pricing.read(pricing.write(table)) == table
        return
    assert problems
    lines = text.count("\n") + 1
    for problem in problems:
        assert problem.kind in SENTENCES
        assert problem.text.isprintable()
        assert problem.place.isprintable()
        assert problem.line is None or 1 <= problem.line <= lines


@settings(max_examples=300, deadline=None)
@given(st.text())
@example("\ufeff")
@example("\r")
@example("a.b = 1\na = {}")
@example("format = 1\n[format]")
def test_any_text_is_read_or_refused(text: str) -> None:
    read(text)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(TEXTS), st.integers(0, 2**32), st.integers(1, 3))
def test_a_table_with_its_letters_disturbed_is_read_or_refused(text: str, seed: int, times: int) -> None:
    dice = random.Random(seed)
    for _ in range(times):
        start = dice.randrange(len(text))
        end = start + dice.choice([0, 0, 1, 1, 5, 40])
        text = text[:start] + dice.choice([*SNIPPETS, ""]) + text[end:]
    read(text)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(TEXTS), st.integers(0, 2**32))
def test_a_table_with_another_value_at_a_key_is_read_or_refused(text: str, seed: int) -> None:
    dice = random.Random(seed)
    lines = text.split("\n")
    for _ in range(dice.randint(1, 4)):
        number = dice.randrange(len(lines))
        key, equals, value = lines[number].partition(" = ")
        other = dice.choice(lines).partition(" = ")
        if equals and dice.random() < 0.7:
            lines[number] = f"{key} = {dice.choice([*SNIPPETS, value, other[2]])}"
        elif dice.random() < 0.5:
            lines[number] = other[0] + other[1] + other[2]
        else:
            del lines[number]
    read("\n".join(lines))
