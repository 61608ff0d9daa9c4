"""Fields as rows of choices: every text of a list is taken apart and put together again as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from estimator.price_lists import editing
from estimator.price_lists.editing import parts
from tests.support.folders import ROOT

TABLES = [
    *sorted((ROOT / "pricing" / "tables").glob("*.toml")),
    *sorted((ROOT / "tests" / "pricing" / "golden").glob("*.toml")),
]
DRIVERS = {"cells": "choice", "visa": "yes_no", "sessions": "number", "arrival": "date"}


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_what_a_list_says_is_the_same_after_it_was_rows(path: Path) -> None:
    data = editing.look(path.read_text(encoding="utf-8")).data
    assert data is not None
    drivers = {code: str(part["kind"]) for code, part in editing.entries(data, ("driver",)).items()}
    seen = 0
    for section in ("driver", "rule", "charge", "package", "tax", "notice"):
        for code in editing.entries(data, (section,)):
            where = (section, code)
            typed: dict[str, str] = {}
            for one in editing.inputs(data, where):
                if not parts.has_rows(one.field):
                    continue
                rows = parts.rows_of(one.field.kind, one.text, drivers)
                assert rows is not None, one.text
                seen += len(rows)
                for at, row in enumerate([*rows, dict.fromkeys(parts.COLUMNS[one.field.kind], "")]):
                    typed |= {f"{one.name}.{at}.{column}": text for column, text in row.items()}
            texts = parts.typed_rows(data, where, typed)
            assert all("." not in name for name in texts)
            assert editing.typed_into(data, where, texts) == data, where
    assert seen or not editing.entries(data, ("charge",))


@pytest.mark.parametrize(
    ("kind", "text", "rows"),
    [
        (
            "condition",
            "cells = umbilical, marrow\nvisa = yes\nsessions 3 to 5",
            [
                ("cells = umbilical", ""),
                ("cells = marrow", ""),
                ("visa = yes", ""),
                ("sessions >=", "3"),
                ("sessions <=", "5"),
            ],
        ),
        ("condition", "sessions = 3", [("sessions =", "3")]),
        ("condition", "sessions >=", [("sessions >=", "")]),
        (
            "condition",
            "arrival month = 6, 7 from 2027-06-01 to 2027-08-31",
            [
                ("arrival month = 6", ""),
                ("arrival month = 7", ""),
                ("arrival from", "2027-06-01"),
                ("arrival until", "2027-08-31"),
            ],
        ),
        ("condition", "if it rains", None),
        (
            "tiers",
            "up to 7: 310\nabove: 280 | 290 | 300 + 50 flat",
            [("7", "310", ""), ("", "280 | 290 | 300", "50")],
        ),
        ("tiers", "up to 7: lots\nup to 9:", [("7", "lots", ""), ("9", "", "")]),
        ("tiers", "seven nights", None),
        ("factors", "sessions, nights", [("sessions",), ("nights",)]),
        ("covers", "ward: 7\ntests: all", [("ward", "7"), ("tests", "all")]),
        ("covers", "ward", None),
    ],
)
def test_a_text_is_taken_apart(kind: str, text: str, rows: list[tuple[str, ...]] | None) -> None:
    found = parts.rows_of(kind, text, DRIVERS)
    assert (None if found is None else [tuple(row.values()) for row in found]) == rows


def test_rows_in_which_nothing_stands_are_left_out_and_half_of_one_is_kept() -> None:
    assert parts.text_of_rows("tiers", [{"up_to": " ", "price": "", "flat": ""}]) == ""
    assert parts.text_of_rows("tiers", [{"up_to": "7", "price": "", "flat": ""}]) == "up to 7: "
    assert parts.text_of_rows("covers", [{"code": "ward", "units": ""}]) == "ward: all"
    tests = [("cells = a", ""), ("sessions >=", "3"), ("cells = b", "")]
    rows = [{"test": test, "value": value} for test, value in tests]
    assert parts.text_of_rows("condition", rows) == "cells = a, b\nsessions >= 3"
    assert parts.rows_of("condition", "\n".join(["visa = yes"] * 201), DRIVERS) is None


def test_months_within_months_are_no_rows_however_many() -> None:
    assert parts.rows_of("condition", "arrival month = 1 month = 2", DRIVERS) is None
    assert parts.rows_of("condition", "arrival" + " month = 1" * 5_000, DRIVERS) is None
