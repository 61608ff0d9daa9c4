"""Whatever text is given, reading it ends: with a table, or with problems that say what is wrong."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import pricing
from pricing.problems import SENTENCES
from tests.pricing.dense import Table
from tests.pricing.test_estimate_by_hand import agree

CASES = Path(__file__).parent / "cases"
TEXTS = [path.read_text(encoding="utf-8") for path in sorted(CASES.glob("*.toml"))]
SNIPPETS = [
    '"', "'", '"""', "[", "]", "{", "}", "=", ".", ",", "#", "\n", "\\", "\x00", "\ufeff", "nan", "-inf", "true",
    "1e999999", "0x" + "f" * 5_000, "9" * 5_000, "2026-02-30", "2026-01-01T00:00:00Z", "[[charge]]", "[charge]",
    '"" = 1', "a.b.c = 1", "{}", "[]", '""', "-1", "0", "0.0001", "½", "٣", "\u202e", "[driver.cells.choice]",
    "1e999999999", "-1e-999999999", "0001-01-01", "9999-12-31", "07:32:00", "\r\n", "\r", "\ud800", "\U0010ffff",
    "\u2028", '"\\u0000"', '"\\uFEFF"', "[" * 300, "{a=" * 200, "0b1", "0e0", "-0.0", "1_000", "+1", "{ least = 1 }",
    "{ low = 1, likely = 2, high = 3 }", '"all"', '["own"]', "[{ price = 1 }]", "driver = 1", "[[driver]]",
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


@given(st.text())
@example("\ufeff")
@example("\r")
@example("a.b = 1\na = {}")
@example("format = 1\n[format]")
def test_any_text_is_read_or_refused(text: str) -> None:
    read(text)


@given(st.sampled_from(TEXTS), st.integers(0, 2**32), st.integers(1, 3))
def test_a_table_with_its_letters_disturbed_is_read_or_refused(text: str, seed: int, times: int) -> None:
    dice = random.Random(seed)
    for _ in range(times):
        start = dice.randrange(len(text))
        end = start + dice.choice([0, 0, 1, 1, 5, 40])
        text = text[:start] + dice.choice([*SNIPPETS, ""]) + text[end:]
    read(text)


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


@pytest.mark.long
@pytest.mark.parametrize("batch", range(4))
def test_a_disturbed_table_that_still_reads_prices_as_by_hand(batch: int) -> None:
    priced = 0
    for seed in range(batch * 80, batch * 80 + 80):
        plan, dice = Table(seed), random.Random(seed)
        lines = plan.text.split("\n")
        values = [line.partition(" = ")[2] for line in lines]
        for _ in range(6):  # so many tries to change one value to another of the table
            number = dice.randrange(len(lines))
            key, equals, _ = lines[number].partition(" = ")
            changed = [*lines[:number], f"{key}{equals}{dice.choice(values)}", *lines[number + 1 :]]
            text = "\n".join(changed if equals else [*lines[:number], *lines[number + 1 :]])
            try:
                pricing.read(text)
            except pricing.BadTable:
                continue
            agree(text, plan.answers)
            priced += 1
            break
    assert priced > 40


def large(charges: int) -> str:
    """A price list of so many charges, with some of everything else."""
    head, _, tail = Table(3).text.partition("[charge.c0]")
    more = "".join(
        f'[charge.item_{number}]\nlabel.en = "Item {number}"\ngroup = "care"\nper = ["nights", "sessions"]\n'
        f'when = {{ rehab = true, arrival = {{ from = 2026-01-01 }} }}\nsource = "The list, line {number}"\n'
        f"graduated = [{{ up_to = 2, price = 3 }}, {{ up_to = 20, price = 2, flat = 10 }}, {{ price = 1 }}]\n"
        for number in range(charges)
    )
    fee = '[charge.fee]\nlabel.en = "Fee"\ngroup = "care"\npercent = 10\nof = ["care"]\n'
    return f"{head}{more}{fee}[charge.c0]{tail}"


@pytest.mark.long
def test_five_thousand_charges_are_read_written_priced_and_looked_through() -> None:
    table = pricing.read(large(5_000))
    text = pricing.write(table)
    assert pricing.write(pricing.read(text)) == text
    assert len(table.charges) > 5_000
    answers = {**Table(3).answers, "cells": "own", "rehab": True, "sessions": 2, "nights": 3, "hours": "1.5"}
    answers["arrival"] = "2026-03-01"
    agree(large(200), answers)
    found = pricing.estimate(table, answers).as_dict()
    items = {item["code"]: item["amount"]["likely"] for item in found["items"]}
    assert items["item_0"] == items["item_4999"]
    assert len(items) > 5_000
    assert {warning.kind for warning in pricing.lint(table)} >= {"missing_source"}


def test_a_mistake_in_each_of_five_thousand_charges_is_told_with_its_line() -> None:
    text = large(5_000).replace("graduated = [{ up_to = 2,", "graduated = [{ upto = 2,")
    lines = text.split("\n")
    with pytest.raises(pricing.BadTable) as refusal:
        pricing.read(text)
    told = [problem for problem in refusal.value.problems if problem.kind == "misspelt_key"]
    assert len(told) > 300
    assert all("upto" in lines[(problem.line or 0) - 1] for problem in told)


@pytest.mark.long
@pytest.mark.parametrize(
    "text",
    [
        "a = 1\n" * 1_800_000, "\0" * 10_000_000, "[" * 1_000_000, "x = " + "{ a = " * 300_000, '"' * 1_000_000,
        "." * 1_000_000, "a." * 500_000 + "a = 1", "[[a]]\n" * 100_000, "x = [" + "1," * 300_000 + "]",
        "\r\n" * 900_000, "\r" * 900_000, "#" * 1_900_000, " " * 1_900_000, "x = 1e" + "9" * 1_000_000,
        "x = " + "1" * 1_000_000, "".join(f"key_{number} = 1\n" for number in range(40_000)),
        'x = """' + '""\n' * 600_000, '"a' + '".' * 500_000, "".join(f"[a{number}]\n" for number in range(40_000)),
    ],
    ids=range(19),
)  # fmt: skip
def test_a_file_that_is_large_and_nonsense_is_refused(text: str) -> None:
    read(text)
