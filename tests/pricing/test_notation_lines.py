"""A place is told with the line on which it stands, or with none, never with a wrong one."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pricing
from pricing.places import below, lines_of
from pricing.table import PriceTable
from tests.pricing.strategies import price_tables

CASES = Path(__file__).parent / "cases"

ODD = '''\
# A comment with [brackets] and "quotation marks
format = 1 # = 2
[ charge . "ward 2" ]   # spaces and quotes
'label'.en = "a # no comment, [no] heading = nothing"
"un\\u0069t" = 1
"dots.and[0]" = 1
when = { a = ["x", "y"], b = { least = 1 } } # inline
long = """
[charge.not_a_heading]
price = 3
still "" inside \\""" here"""
literal = \'\'\'
C:\\ends with two quotes\'\'\'\'\'
day = 2026-01-01 10:00:00
after_day = 1
graduated = [  # opens
  # the first tier
  { up_to = 7, price = 310 }, { price = 1 },

  { price = { low = 1,likely=2, high = 3 } },
]
empty = []
none = {}
[[list]]
x = 1
[[list]]
x = 2
[charge.last]
price = 9'''

STANDS = {
    "format": 2,
    "charge": 3,
    "charge.ward 2": 3,
    "charge.ward 2.label": 4,
    "charge.ward 2.label.en": 4,
    "charge.ward 2.unit": 5,
    'charge.ward 2."dots.and[0]"': 6,
    "charge.ward 2.when.a[1]": 7,
    "charge.ward 2.when.b.least": 7,
    "charge.ward 2.long": 8,
    "charge.ward 2.literal": 12,
    "charge.ward 2.day": 14,
    "charge.ward 2.after_day": 15,
    "charge.ward 2.graduated": 16,
    "charge.ward 2.graduated[0].price": 18,
    "charge.ward 2.graduated[1]": 18,
    "charge.ward 2.graduated[2].price.high": 20,
    "charge.ward 2.empty": 22,
    "charge.ward 2.none": 23,
    "list[0].x": 25,
    "list[1]": 26,
    "list[1].x": 27,
    "charge.last.price": 29,
}


@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["unix", "windows"])
@pytest.mark.parametrize(("place", "line"), STANDS.items())
def test_a_place_stands_on_its_line(place: str, line: int, ends: str) -> None:
    assert lines_of(ODD.replace("\n", ends))[place] == line


def test_only_places_of_the_file_have_lines() -> None:
    assert set(lines_of(ODD)) == {place for place, _ in _places("", tomllib.loads(ODD))}


@given(price_tables())
def test_every_place_of_a_canonical_text_stands_where_a_plain_look_finds_it(table: PriceTable) -> None:
    text = pricing.write(table)
    lines = lines_of(text)
    expected, heading = {}, ""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.startswith("["):
            heading = line.strip("[]")
            expected[heading] = number
        elif line and not line.startswith(("  {", "]")):
            key = line.partition(" = ")[0]
            expected[f"{heading}.{key}" if heading else key] = number
    assert {place: lines.get(place) for place in expected} == expected
    assert {place for place, _ in _places("", tomllib.loads(text))} == set(lines)


def _places(place: str, data: object) -> list[tuple[str, object]]:
    found = [(place, data)] if place else []
    if isinstance(data, dict):
        for key, part in data.items():
            found += _places(below(place, key), part)
    elif isinstance(data, list):
        for number, part in enumerate(data):
            found += _places(f"{place}[{number}]", part)
    return found


TOML_VALUES = st.recursive(
    st.sampled_from(
        [
            "1",
            "-2.5",
            "true",
            "2026-01-01",
            "2026-01-01 10:00:00",
            '"a ] } , #"',
            "'\"'",
            '"\\""',
            '""""x"""',
            "''",
        ]
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: "[ " + " ,\n".join(parts) + " ]"),
        st.lists(inner, max_size=3).map(lambda parts: "[" + ", # x\n".join([*parts, ""]) + "]"),
        st.lists(inner, max_size=3).map(
            lambda parts: "{" + ", ".join(f"k{n}.'a b' = {part}" for n, part in enumerate(parts)) + "}"
        ),
    ),
    max_leaves=6,
)


@given(st.lists(TOML_VALUES, min_size=1, max_size=6), st.data())
def test_the_line_of_any_key_is_the_line_it_was_put_on(values: list[str], data: st.DataObject) -> None:
    text, expected, heading = "", {}, ""
    for number, value in enumerate(values):
        if data.draw(st.booleans()):
            heading = f"h{number}"
            text += f"\n[{heading}]\n"
        expected[below(heading, f"key{number}")] = text.count("\n") + 1
        text += f"key{number} = {value}\n"
    lines = lines_of(text)
    if _is_toml(text):
        assert {place: lines.get(place) for place in expected} == expected
        assert {place for place, _ in _places("", tomllib.loads(text))} == set(lines)


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def test_long_keys_that_look_alike_have_no_line_rather_than_a_wrong_one() -> None:
    text = f"{'k' * 200}1 = 1\n{'k' * 200}2 = 2\n"
    assert lines_of(text) == {}
    with pytest.raises(pricing.BadTable) as refusal:
        pricing.read(text)
    assert {problem.line for problem in refusal.value.problems} == {None}


@pytest.mark.parametrize("text", ["a = ", "a = [1", "[a", "a", 'a = "'])
def test_what_is_no_toml_has_no_lines(text: str) -> None:
    assert lines_of(text) == {}
