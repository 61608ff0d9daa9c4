"""The canonical text: one way to write each table, which reads back as the same table, for ever."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
import subprocess
import sys
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given

import pricing
from pricing.currencies import COUNTRIES, MINOR_UNIT
from pricing.table import NumberDriver, PriceTable
from tests.pricing.strategies import price_tables

HERE = Path(__file__).parent
READABLE = [path for path in sorted((HERE / "cases").glob("*.toml")) if not path.stem.endswith(".bad")]
WHOLE = pricing.read((HERE / "cases" / "whole-notation.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", READABLE, ids=lambda path: path.stem)
def test_the_canonical_text_of_a_worked_case_never_changes(path: Path) -> None:
    """The bytes belong to format 1: documents that were issued name their hash. A change is format 2."""
    text = pricing.write(pricing.read(path.read_text(encoding="utf-8")))
    assert text.encode() == (HERE / "golden" / path.name).read_bytes()


@pytest.mark.parametrize("path", READABLE, ids=lambda path: path.stem)
def test_the_canonical_text_of_a_worked_case_is_the_same_table(path: Path) -> None:
    table = pricing.read(path.read_text(encoding="utf-8"))
    text = pricing.write(table)
    assert pricing.read(text) == table
    assert pricing.write(pricing.read(text)) == text


@pytest.mark.long
@given(price_tables())
def test_any_table_reads_back_from_its_canonical_text(table: PriceTable) -> None:
    text = pricing.write(table)
    again = pricing.read(text)
    assert again == table
    assert pricing.write(again) == text
    assert pricing.sha256(again) == pricing.sha256(table)


@pytest.mark.long
@given(price_tables())
def test_the_canonical_text_is_plain_and_easy_to_look_through(table: PriceTable) -> None:
    text = pricing.write(table)
    assert text.endswith("\n")
    assert "\n\n\n" not in text
    assert all(line == line.rstrip() and line.isprintable() for line in text.split("\n") if line.isascii())
    assert not re.search(r"= -?[0-9.]+[eE]", text)
    data = tomllib.loads(text, parse_float=str)
    numbers = [number for number in _leaves(data) if re.fullmatch(r"-?[0-9]+\.[0-9]+", number)]
    assert all(not number.endswith("0") for number in numbers)


def _leaves(data: object) -> list[str]:
    if isinstance(data, dict):
        return [
            leaf for key, part in data.items() if key not in ("version", "phone") for leaf in _leaves(part)
        ]
    if isinstance(data, list):
        return [leaf for part in data for leaf in _leaves(part)]
    return [data] if isinstance(data, str) else []


def test_equal_tables_have_equal_bytes_whatever_order_their_languages_were_given_in() -> None:
    (first, *others) = WHOLE.groups
    turned = dataclasses.replace(first, label=dict(reversed(list(first.label.items()))))
    table = dataclasses.replace(WHOLE, groups=(turned, *others))
    assert table == WHOLE
    assert pricing.write(table) == pricing.write(WHOLE)


def test_equal_numbers_have_equal_bytes() -> None:
    def with_most(number: str) -> PriceTable:
        drivers = tuple(
            dataclasses.replace(driver, most=Decimal(number)) if isinstance(driver, NumberDriver) else driver
            for driver in WHOLE.drivers
        )
        return dataclasses.replace(WHOLE, drivers=drivers)

    assert with_most("100") == with_most("1.00E+2")
    assert pricing.write(with_most("100")) == pricing.write(with_most("1.00E+2"))


def test_an_amount_that_is_the_same_in_all_cases_is_one_number() -> None:
    text = pricing.write(WHOLE)
    again = text.replace("price = 9500\n", "price = { low = 9500, likely = 9500.00, high = 9.5e3 }\n")
    assert again != text
    assert pricing.write(pricing.read(again)) == text


def test_what_stands_at_its_default_is_left_out() -> None:
    added = pricing.write(WHOLE).replace(
        'currency = "USD"\n', 'currency = "USD"\nrounding = "half-up"\nround_to = 0.01\n'
    )
    assert pricing.write(pricing.read(added)) == pricing.write(WHOLE)


@pytest.mark.parametrize(
    "words",
    [
        '"',
        "\\",
        "\\n",
        "a\nb\n",
        "\ttab",
        '"""',
        "'''",
        "# hash",
        "[x]",
        "a = 1",
        "\U0001f9e0",
        "e\u0301",
        "\ufeffa",
    ],
)
def test_any_text_that_can_be_read_is_written_so_that_it_reads_the_same(words: str) -> None:
    table = dataclasses.replace(WHOLE, note=words + "x")
    again = pricing.read(pricing.write(table))
    assert again.note == words + "x"


def test_a_text_takes_one_line() -> None:
    table = dataclasses.replace(WHOLE, note="first\nsecond\u2028third")
    assert '\nnote = "first\\nsecond\\u2028third"\n' in pricing.write(table)


def test_the_hash_is_that_of_the_canonical_text() -> None:
    assert pricing.sha256(WHOLE) == hashlib.sha256(pricing.write(WHOLE).encode()).hexdigest()


def test_comments_order_of_keys_and_white_space_do_not_change_the_hash() -> None:
    text = (
        pricing.write(WHOLE).replace("[provider]\n", "[provider]  # who\n\n").replace('country = "IN"\n', "")
    )
    text = text.replace('registration = "EX-0000"', "registration = 'EX-0000'\ncountry='IN'")
    assert pricing.sha256(pricing.read(text)) == pricing.sha256(WHOLE)


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_the_bytes_do_not_depend_on_the_hash_seed_of_the_process(seed: str) -> None:
    program = "import pricing, sys; print(pricing.sha256(pricing.read(sys.stdin.read())))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=(HERE / "cases" / "whole-notation.toml").read_text(encoding="utf-8"),
        encoding="utf-8",
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
        cwd=HERE.parents[1],
        capture_output=True,
        check=True,
    )
    assert done.stdout.strip() == pricing.sha256(WHOLE)


def test_the_minor_units_of_format_1_stand_still() -> None:
    """A table leaves `round_to` out where it is the minor unit, so a changed unit would change old tables."""
    by_digits: dict[int, list[str]] = {}
    for code, unit in sorted(MINOR_UNIT.items()):
        by_digits.setdefault(-int(unit.as_tuple().exponent), []).append(code)
    assert {digits: " ".join(codes) for digits, codes in by_digits.items() if digits != 2} == {
        0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
        3: "BHD IQD JOD KWD LYD OMR TND",
        4: "CLF UYW",
    }
    assert {"EUR", "USD", "INR", "MXN", "THB", "IDR", "HUF"} <= set(by_digits[2])


def test_there_are_249_countries() -> None:
    assert len(COUNTRIES) == 249
