"""What lists as XLSX and CSV promise: exact amounts, and no text that is a formula."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from estimator import spreadsheets
from estimator.spreadsheets import Cell, Column

COLUMNS = (
    Column("Number"),
    Column("Name"),
    Column("Total", "amount"),
    Column("Until", "day"),
    Column("At", "moment"),
)

FORMULAS = [
    '=HYPERLINK("http://example.org","x")',
    "+1+1",
    "-cmd",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\x00=1+1",
    "\N{FULLWIDTH EQUALS SIGN}1+1",
    "\N{FULLWIDTH PLUS SIGN}1",
    "\N{FULLWIDTH HYPHEN-MINUS}1",
    "\N{FULLWIDTH COMMERCIAL AT}x",
    "  =1+1",
    "\N{NO-BREAK SPACE}=1+1",
]
"""Names that somebody may have typed."""


def as_csv(rows: list[list[Cell]]) -> tuple[bytes, list[list[str]]]:
    content = b"".join(spreadsheets.csv(COLUMNS, rows))
    read = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    return content, read


def as_xlsx(rows: list[list[Cell]], columns: tuple[Column, ...] = COLUMNS) -> tuple[bytes, Any]:
    file = io.BytesIO()
    assert spreadsheets.xlsx(file, "Quotes", columns, rows) == len(rows)
    return file.getvalue(), load_workbook(io.BytesIO(file.getvalue())).active


def row(name: str = "Anna", total: str = "1234.50") -> list[Cell]:
    moment = datetime(2026, 11, 3, 1, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    return ["Q-2026-00001", name, Decimal(total), date(2027, 1, 31), moment]


@pytest.mark.parametrize("name", FORMULAS)
def test_what_was_typed_is_no_formula_in_csv(name: str) -> None:
    _content, read = as_csv([row(name)])
    assert read[1][1].startswith("'")
    assert read[1][1].replace("'", "").replace("\N{REPLACEMENT CHARACTER}", "\x00") == name


@pytest.mark.parametrize("name", FORMULAS)
def test_what_was_typed_is_text_in_xlsx(name: str) -> None:
    content, sheet = as_xlsx([row(name)])
    cell = sheet["B2"]
    assert cell.data_type == "s"
    assert "1+1" not in name or "1+1" in cell.value
    with ZipFile(io.BytesIO(content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
        assert not any("rels" in member and "sheet" in member for member in archive.namelist()), "a link"


def test_a_text_stays_text_where_semicolons_separate_cells() -> None:
    assert spreadsheets.guarded("Anna;=1+1") == "Anna;'=1+1"
    assert spreadsheets.guarded("Anna\n @x") == "Anna\n '@x"
    assert spreadsheets.guarded("Anna,=1+1") == "Anna,'=1+1"
    assert spreadsheets.guarded("Anna-Maria +1; b=c") == "Anna-Maria +1; b=c"


def test_a_number_below_nothing_is_a_number_and_no_formula() -> None:
    for number in ("-5", "-5.00", "-0"):
        assert spreadsheets.guarded(number) == number
    for formula in ("-5+1", "-5\n", "-A1", "- 5", "-5.", "+5", "\uff0d5", "-\u0665"):
        assert spreadsheets.guarded(formula).startswith("'"), formula


def test_an_address_of_a_page_is_no_link() -> None:
    content, sheet = as_xlsx([row("https://example.org/")])
    assert sheet["B2"].hyperlink is None
    assert b"hyperlink" not in content


def test_amounts_are_numbers_with_the_decimals_they_have() -> None:
    rows = [row(total=total) for total in ("1234.50", "-5.00", "0.10", "1200", "1.234", "99999999999.99")]
    _content, read = as_csv(rows)
    assert [line[2] for line in read[1:]] == ["1234.50", "-5.00", "0.10", "1200", "1.234", "99999999999.99"]
    _content, sheet = as_xlsx(rows)
    cells = [sheet.cell(number, 3) for number in range(2, 8)]
    assert [Decimal(str(cell.value)) for cell in cells] == [line[2] for line in rows]
    assert [cell.number_format for cell in cells[:5]] == ["0.00", "0.00", "0.00", "0", "0.000"]


def test_an_amount_with_more_digits_than_a_spreadsheet_keeps_is_whole_all_the_same() -> None:
    _content, sheet = as_xlsx([row(total="12345678901234567.89")])
    assert sheet["C2"].value == "12345678901234567.89"


def test_days_and_moments_are_those_of_the_calendar_and_of_utc() -> None:
    _content, read = as_csv([row()])
    assert read[1][3:] == ["2027-01-31", "2026-11-02T20:00:00Z"]
    _content, sheet = as_xlsx([row()])
    assert [sheet[name].value.isoformat() for name in ("D2", "E2")] == [
        "2027-01-31T00:00:00",
        "2026-11-02T20:00:00",
    ]


def test_csv_is_written_as_the_standard_says() -> None:
    content, read = as_csv([row('Anna "Nan" O, Neil\r\nof Delhi'), [None] * 5])
    assert content.startswith(b"\xef\xbb\xbfNumber,Name,Total,Until,At\r\n")
    assert content.endswith(b"\r\n,,,,\r\n")
    assert b'"Anna ""Nan"" O, Neil\r\nof Delhi"' in content
    assert read[2] == [""] * 5


def test_letters_of_every_script_arrive() -> None:
    name = "अंजलि \u202bשרה\u202c 王芳 Łukasz \N{GRINNING FACE}"
    assert as_csv([row(name)])[1][1][1] == name
    assert as_xlsx([row(name)])[1]["B2"].value == name


def test_the_same_list_is_the_same_file() -> None:
    assert as_xlsx([row()])[0] == as_xlsx([row()])[0]


def test_a_long_list_comes_in_pieces() -> None:
    asked = []

    def rows() -> Any:
        for number in range(spreadsheets.PIECE * 2):
            asked.append(number)
            yield row()

    pieces = spreadsheets.csv(COLUMNS, rows())
    next(pieces)
    assert len(asked) == spreadsheets.PIECE


def test_headings_stay_in_view_and_can_be_filtered() -> None:
    _content, sheet = as_xlsx([row(), row()])
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:E3"


def test_an_empty_list_is_a_file_too() -> None:
    assert as_csv([])[1] == [[column.heading for column in COLUMNS]]
    assert as_xlsx([])[1].max_row == 1
