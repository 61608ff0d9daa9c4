"""Fields that name other entries are written with labels in a spreadsheet, and read back exactly."""

from __future__ import annotations

import io

import openpyxl
import pytest

from estimator.price_lists import editing
from estimator.price_lists.editing import bringing, workbook
from estimator.price_lists.editing.naming import Names
from estimator.price_lists.editing.sheets import sheets
from tests.support.delhi_list import DELHI
from tests.support.workbooks import content_of

DATA = editing.look(DELHI).data or {}
NAMES = Names(DATA)


@pytest.mark.parametrize(
    ("kind", "codes", "labels"),
    [
        ("factors", "nights", "Nights in this room"),
        ("factors", "nights, companions", "Nights in this room, People who come with you"),
        ("condition", "own_mri = no", "Do you have an MRI of your spine from the last six months? = no"),
        (
            "condition",
            "cells = marrow, adipose",
            "Type of cells = Your own bone marrow cells, Your own fat cells",
        ),
        (
            "condition",
            "cells = umbilical\nsessions >= 4",
            "Type of cells = “Umbilical cord cells, from a donor”\nSessions >= 4",
        ),
        ("condition", "nights 3 to 5", "Nights in this room 3 to 5"),
        ("covers", "ward: 7\nblood_tests: all", "General ward: 7\nBlood tests: all"),
        ("names", "treatment, stay", "Treatment with cells, Hospital stay"),
        ("condition", "nowhere = x", "nowhere = x"),
        ("condition", "what nobody can read", "what nobody can read"),
    ],
)
def test_codes_are_said_in_labels_and_read_back_exactly(kind: str, codes: str, labels: str) -> None:
    assert NAMES.worded(kind, codes) == labels
    assert NAMES.coded(kind, labels) == codes
    assert NAMES.coded(kind, codes) == codes, "codes are still understood"


@pytest.mark.parametrize(
    ("kind", "typed", "codes"),
    [
        ("factors", "nights in this ROOM × Sessions", "nights, sessions"),
        ("condition", "type of cells = your own fat cells", "cells = adipose"),
        (
            "condition",
            'Type of cells = "Umbilical cord cells, from a donor"; marrow',
            "cells = umbilical, marrow",
        ),
        ("condition", "Type of cells = Umbilical cord cells, from a donor", "cells = umbilical"),
        ("condition", "Do you need a visa for India? = Yes", "visa = yes"),
        ("covers", "General ward: All", "ward: all"),
    ],
)
def test_labels_are_read_as_people_write_them(kind: str, typed: str, codes: str) -> None:
    assert NAMES.coded(kind, typed) == codes


def test_of_two_entries_with_one_name_each_has_its_code_beside_it() -> None:
    data = editing.put(DATA, ("driver", "icu_nights", "label", "en"), "Nights in this room")
    names = Names(data)
    assert names.worded("factors", "nights") == "Nights in this room (nights)"
    assert names.coded("factors", "Nights in this room (icu_nights)") == "icu_nights"


@pytest.mark.parametrize("label", ["a “b” c", "x = y", "7 nights", "all", "nights", "to", "a\nb", "ward"])
def test_whatever_entries_are_called_nothing_is_lost(label: str) -> None:
    data = editing.put(DATA, ("driver", "sessions", "label", "en"), label)
    data = editing.put(data, ("charge", "ward", "label", "en"), label)
    data = editing.put(data, ("driver", "cells", "choice", "marrow", "label", "en"), label)
    names = Names(data)
    for kind, codes in (
        ("factors", "sessions, nights"),
        ("condition", "sessions >= 3\ncells = marrow, umbilical"),
        ("covers", "ward: 7\nsingle: all"),
        ("names", "ward, stay"),
    ):
        assert names.coded(kind, names.worded(kind, codes)) == codes


def brought(change: dict[tuple[str, str, str], str]) -> bringing.Taken:
    """Take the list out, write into cells by sheet, code and key, and bring it back."""
    book = openpyxl.load_workbook(io.BytesIO(workbook.written(sheets(DATA), [], DELHI)))
    for (sheet, code, key), text in change.items():
        page = book[sheet]
        column = [one.value for one in page[1]].index(key) + 1
        page.cell([one.value for one in page["A"]].index(code) + 1, column).value = text
    found, _about = workbook.read(content_of(book))
    return bringing.taken(DATA, DATA, found)


@pytest.mark.long
def test_a_spreadsheet_shows_labels_with_lists_to_choose_from_and_takes_them() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook.written(sheets(DATA), [], DELHI)))
    page = book["Charges"]
    heads = [one.value for one in page[1]]
    row = [one.value for one in page["A"]].index("ward") + 1
    assert page.cell(row, heads.index("per") + 1).value == "Nights in this room"
    assert page.cell(row, heads.index("when") + 1).value == "Room = General ward"
    column = page.cell(1, heads.index("per") + 1).column_letter
    kinds = [one.type for one in page.data_validations.dataValidation if str(one.sqref).startswith(column)]
    assert kinds == ["list"]
    assert brought({}).data == DATA
    made = brought(
        {
            ("Charges", "ward", "per"): "Planned nights in intensive care",
            ("Charges", "single", "when"): "Room = Single room, Deluxe room\nsessions >= 2",
        }
    )
    assert editing.get(made.data, ("charge", "ward", "per")) == "icu_nights"
    assert editing.get(made.data, ("charge", "single", "when")) == {
        "room": ["single", "deluxe"],
        "sessions": {"least": 2},
    }
    assert made.left_out == []


def test_a_label_that_was_changed_in_the_same_file_still_names_its_entry() -> None:
    made = brought({("Questions", "nights", "label.en"): "Nights with us"})
    assert editing.get(made.data, ("charge", "ward", "per")) == "nights"
    assert len(editing.differences(DATA, made.data)) == 1
