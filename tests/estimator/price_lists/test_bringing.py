"""A spreadsheet says of a list what people changed in it: figures, texts and words as programs store them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from openpyxl import Workbook

from estimator import spreadsheets
from estimator.price_lists import editing
from estimator.price_lists.editing import bringing, workbook
from estimator.price_lists.editing.bringing import Taken
from estimator.price_lists.editing.sheets import sheets
from tests.support.workbooks import as_ods, content_of, with_stored

LIST = """
format = 1
table = "spine-hospital"
version = "2026.10"
valid_from = 2026-11-01
currency = "EUR"
languages = ["en"]
title.en = "Stem cell treatment"
time_zone = "Asia/Kolkata"

[provider]
name = "Example Hospital (invented)"
country = "IN"
phone = "0119876543"
registration = "007700"

[driver.nights]
kind = "number"
role = "hospital_stay"
label.en = "Nights in hospital"
unit.en = { one = "night", other = "nights" }
least = 0
most = 60

[driver.cells]
kind = "choice"
role = "cell_type"
label.en = "Type of cells"

[driver.cells.choice.marrow]
label.en = "Your own bone marrow cells"
evidence = "unproven"
basis.en = "Example basis, invented"

[group.stay]
label.en = "Hospital stay"

[charge.ward]
label.en = "General ward"
group = "stay"
per = "nights"
price = 45.50
billing_code = "00630"
source = "2025"

[charge.day]
label.en = "A day of exercises"
group = "stay"
price = { low = 10, likely = 12.125, high = 19.999 }
billing_code = "38230.10"

[charge.care]
label.en = "Care"
group = "stay"
percent = 5
of = ["stay"]

[tax.gst]
label.en = "GST"
percent = 18
of = ["stay"]
"""


def data_of(text: str = LIST) -> editing.Data:
    data = editing.look(text).data
    assert data is not None
    return data


def book_of(text: str = LIST) -> Workbook:
    content = workbook.written(sheets(data_of(text)), [("draft", "1"), ("save", "1")], text)
    return openpyxl.load_workbook(io.BytesIO(content))


def at(book: Workbook, sheet: str, code: str, key: str):  # type: ignore[no-untyped-def]
    page = book[sheet]
    column = [one.value for one in page[1]].index(key) + 1
    if code == "":
        return page.cell(3, column)
    return page.cell([one.value for one in page["A"]].index(code) + 1, column)


def brought(content: bytes, data: editing.Data | None = None) -> Taken:
    found, about = workbook.read(content)
    base = editing.look(about["base"]).data or data_of()
    return bringing.taken(data_of() if data is None else data, base, found)


def price(made: Taken, code: str = "ward") -> str:
    return {one.name: one.text for one in editing.inputs(made.data, ("charge", code))}["price"]


@pytest.mark.long
@pytest.mark.parametrize("write", [content_of, as_ods])
def test_an_untouched_file_changes_nothing(write: Callable[[Workbook], bytes]) -> None:
    made = brought(write(book_of()))
    assert (made.data, made.left_out, made.asked, made.conflicts) == (data_of(), [], [], [])
    assert made.sheets == len(editing.SECTIONS)


@pytest.mark.long
@pytest.mark.parametrize("write", [content_of, as_ods])
def test_texts_of_digits_that_a_program_stored_as_numbers_are_what_they_were(
    write: Callable[[Workbook], bytes],
) -> None:
    book = book_of()
    for sheet, code, key, stored in (
        ("About the list", "", "version", 2026.1),
        ("Provider", "", "phone", 119876543),
        ("Provider", "", "registration", 7700),
        ("Charges", "ward", "billing_code", 630),
        ("Charges", "ward", "source", 2025),
        ("Charges", "day", "billing_code", 38230.1),
    ):
        cell = at(book, sheet, code, key)
        cell.value, cell.number_format = stored, "General"
    assert brought(write(book)).data == data_of()


def test_what_people_read_stands_above_the_columns_and_the_keys_are_hidden() -> None:
    page = book_of()["Charges"]
    assert page.row_dimensions[1].hidden
    assert [one.value for one in page[2]][:3] == ["Code", "Name", "Price of a unit"]
    assert at(book_of(), "Charges", "ward", "group").value == "Hospital stay"
    assert {str(one.type) for one in page.data_validations.dataValidation} == {"list", "custom"}
    assert page.column_dimensions["B"].width > 15


def in_the_order_of_the_text(book: Workbook) -> Workbook:
    """Lay columns as files had them before prices stood beside the names."""
    for name, section in editing.SECTIONS.items():
        page = book[str(section.many)]
        order = ["question", "code", *(field.key for field in section.fields)]
        columns = sorted(
            ([one.value for one in column] for column in page.iter_cols()),
            key=lambda column: order.index(str(column[0]).removesuffix(".en")),
        )
        if name == "charge":
            assert [column[0] for column in columns][:3] == ["code", "label.en", "group"]
        for at, column in enumerate(columns, 1):
            for number, value in enumerate(column, 1):
                page.cell(number, at).value = value
    return book


@pytest.mark.parametrize("keys", [True, False], ids=["with its keys", "by its headings alone"])
def test_a_file_in_which_prices_stand_far_from_names_is_compared_and_taken_like_any(keys: bool) -> None:
    book = in_the_order_of_the_text(book_of())
    at(book, "Charges", "ward", "price").value = 50
    at(book, "Charges", "care", "percent").value = 6
    if not keys:
        for page in book.worksheets:
            if page.title != "about":
                page.delete_rows(1)
    now = editing.typed_into(data_of(), ("charge", "care"), {"percent": "7"})
    made = brought(content_of(book), editing.typed_into(now, ("charge", "day"), {"price": "11"}))
    assert [price(made), price(made, "day"), made.left_out] == ["50", "11", []]
    assert [(one.column, one.before, one.now, one.then) for one in made.conflicts] == [
        ("Percent of other charges", "5", "7", "6")
    ]


def test_a_heading_is_as_high_as_its_lines() -> None:
    book = book_of()
    longest = max((str(one.value) for one in book["Charges"][2]), key=len)
    assert longest == "Tiers: all units at the price of the tier that the number falls in"
    assert book["Charges"].row_dimensions[2].height == 3 * 15


def test_what_an_entry_costs_stands_beside_its_name_in_every_sheet() -> None:
    book = book_of(LIST.replace('languages = ["en"]', 'languages = ["en", "fr"]'))
    charges = [one.value for one in book["Charges"][1]]
    assert charges[:9] == [
        "code", "label.en", "price", "graduated", "volume", "stairstep", "percent", "of", "on_request",
    ]  # fmt: skip
    for sheet, key in (("Packages", "price"), ("Taxes", "percent"), ("Payments", "amount")):
        assert [one.value for one in book[sheet][1]][:3] == ["code", "label.en", key]
    commission = [one.value for one in book["Commissions"][1]]
    assert commission[:5] == ["code", "payee.en", "amount", "percent", "of"]


def test_without_the_hidden_row_the_headings_say_which_column_is_which() -> None:
    book = book_of()
    at(book, "Charges", "ward", "price").value = 50
    for page in book.worksheets:
        if page.title != "about":
            page.delete_rows(1)
    made = brought(content_of(book))
    assert (price(made), made.left_out) == ("50", [])


@pytest.mark.long
def test_a_calculated_price_is_what_the_spreadsheet_shows() -> None:
    book = book_of()
    at(book, "Charges", "ward", "price").value = 46.123
    made = brought(with_stored(content_of(book), "46.123", "310*1.04", "322.40000000000003"))
    assert price(made) == "322.4"


@pytest.mark.long
@pytest.mark.parametrize("write", [content_of, as_ods])
def test_a_formula_without_a_value_changes_nothing_and_is_told(write: Callable[[Workbook], bytes]) -> None:
    book = book_of()
    cell = at(book, "Charges", "ward", "price")
    cell.value = "=310*1.04"
    made = brought(write(book))
    assert made.data == data_of()
    (told,) = made.left_out
    assert (told.why, told.sheet, told.row, told.column) == (
        "formula",
        "Charges",
        cell.row,
        "Price of a unit",
    )


@pytest.mark.long
@pytest.mark.parametrize("write", [content_of, as_ods])
def test_the_format_of_a_number_is_part_of_its_meaning(write: Callable[[Workbook], bytes]) -> None:
    book = book_of()
    for sheet, code, key in (
        ("Charges", "care", "percent"),
        ("Taxes", "gst", "percent"),
        ("Charges", "ward", "price"),
    ):
        cell = at(book, sheet, code, key)
        cell.value, cell.number_format = 0.31, "0%"
    made = brought(write(book))
    assert editing.get(made.data, ("charge", "care", "percent")) == 31
    assert editing.get(made.data, ("tax", "gst", "percent")) == 31
    assert price(made) == "45.50", "31 per cent are no price"
    assert [(one.why, one.name) for one in made.left_out] == [("percent", "31")]


@pytest.mark.long
@pytest.mark.parametrize(
    ("shown", "told"),
    [
        ('#,##0.00 "EUR"', []),
        ("[$€-407]#,##0.00", []),
        ("[RED]0.00", []),
        ("[$$-409]#,##0.00", ["currency"]),
    ],
)
def test_the_currency_of_a_format_is_that_of_the_list_or_is_told(shown: str, told: list[str]) -> None:
    book = book_of()
    cell = at(book, "Charges", "ward", "price")
    cell.value, cell.number_format = 50, shown
    made = brought(content_of(book))
    assert [one.why for one in made.left_out] == told
    assert price(made) == ("45.50" if told else "50")


def test_a_number_shown_with_zeros_is_that_text_where_a_text_belongs() -> None:
    book = book_of()
    cell = at(book, "Charges", "ward", "billing_code")
    cell.value, cell.number_format = 631, "00000"
    assert editing.get(brought(content_of(book)).data, ("charge", "ward", "billing_code")) == "00631"


def test_a_day_is_a_day_and_no_price() -> None:
    book = book_of()
    start = at(book, "About the list", "", "valid_from")
    assert start.is_date
    start.value = start.value.replace(year=2027)
    at(book, "Charges", "ward", "price").value = start.value
    made = brought(content_of(book))
    assert str(made.data["valid_from"]) == "2027-11-01"
    assert [one.why for one in made.left_out] == ["day"]
    assert price(made) == "45.50"


@pytest.mark.long
@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("31,50", "31.50"),
        ("1.234,50", "1234.50"),
        ("2 400,00 EUR", "2400.00"),
        ("40,56 | 44,30 | 48,05", "40.56 | 44.30 | 48.05"),
    ],
)
def test_figures_are_read_as_people_write_them(typed: str, text: str) -> None:
    book = book_of()
    at(book, "Charges", "ward", "price").value = typed
    made = brought(content_of(book))
    assert (price(made), made.asked) == (text, [])


@pytest.mark.long
@pytest.mark.parametrize(
    ("typed", "mark", "both"),
    [
        ("1.234", ".", ("1234", "1.2340")),
        ("2,500", ",", ("2500", "2.500")),
        ("1.234 | 2 | 3,5", ".", ("1234 | 2 | 3.5", "1.2340 | 2 | 3.5")),
    ],
)
def test_what_can_be_read_in_two_ways_is_asked_and_then_read_as_answered(
    typed: str, mark: str, both: tuple[str, str]
) -> None:
    book = book_of()
    at(book, "Charges", "ward", "price").value = typed
    made = brought(content_of(book))
    assert made.data == data_of()
    (asked,) = made.asked
    assert bringing.marks_in(asked.typed, "EUR") == [mark]
    for grouped, text in zip((True, False), both, strict=True):
        data = bringing.answered(made.data, asked.path, asked.key, asked.typed, {mark: grouped})
        assert price(Taken(data)).rstrip("0") == text.rstrip("0")


def test_words_are_read_by_what_people_read_and_a_new_row_needs_no_code() -> None:
    book = book_of()
    page = book["Charges"]
    keys = [one.value for one in page[1]]
    new = {
        "label.en": "Laundry, per night",
        "group": "hospital stay",
        "per": "nights",
        "price": 3.5,
        "on_request": "No",
    }
    page.append([new.get(key) for key in keys])
    page.append([{**new, "label.en": "Laundry, per night"}.get(key) for key in keys])
    answers = book["Answers"]
    keys = [one.value for one in answers[1]]
    new = {"question": "Type of cells", "label.en": "Cord", "evidence": "Unproven", "offered": "no"}
    answers.append([new.get(key) for key in keys])
    made = brought(content_of(book))
    charges = editing.entries(made.data, ("charge",))
    assert list(charges)[-2:] == ["laundry_per_night", "laundry_per_night_2"]
    assert charges["laundry_per_night"]["group"] == "stay"
    assert charges["laundry_per_night"]["on_request"] is False
    cord = editing.get(made.data, ("driver", "cells", "choice", "cord"))
    assert (cord["evidence"], cord["offered"]) == ("unproven", False)
    assert made.left_out == []


def test_a_row_that_is_gone_stays_if_somebody_changed_it_meanwhile() -> None:
    book = book_of()
    page = book["Charges"]
    page.delete_rows([one.value for one in page["A"]].index("ward") + 1)
    page.delete_rows([one.value for one in page["A"]].index("care") + 1)
    now = editing.typed_into(data_of(), ("charge", "ward"), {"price": "50"})
    made = brought(content_of(book), now)
    assert list(editing.entries(made.data, ("charge",))) == ["ward", "day"]
    assert [(one.why, one.name) for one in made.left_out] == [("kept", "ward")]


@pytest.mark.long
@pytest.mark.parametrize("write", [content_of, as_ods])
def test_rows_without_a_value_do_not_count(write: Callable[[Workbook], bytes]) -> None:
    book = book_of()
    page = book["Charges"]
    for number in range(10, 12_000):
        page.cell(number, 1).font = openpyxl.styles.Font(bold=True)
    page.row_dimensions[1_048_576].height = 20
    assert brought(write(book)).data == data_of()


@pytest.mark.long
def test_a_million_declared_rows_are_read_in_time() -> None:
    good = content_of(book_of())
    rows = b"".join(b'<row r="%d"/>' % number for number in range(1_000, 1_048_577))
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(good)) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            part = old.read(name)
            new.writestr(
                name, part.replace(b"</sheetData>", rows + b"</sheetData>") if "sheet8" in name else part
            )
    assert brought(file.getvalue()).data == data_of()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, part)
    return file.getvalue()


def test_macros_are_no_part_of_what_is_read() -> None:
    assert brought(with_part(content_of(book_of()), "xl/vbaProject.bin", bytes(99))).data == data_of()


def sharing(text: str, cells: int) -> bytes:
    """Return a small file in which many cells share one long text."""
    book = Workbook()
    for row in range(1, cells + 1):
        book.active.cell(row, 1).value = text
    return content_of(book)


def test_what_has_more_figures_than_a_price_can_is_kept_as_it_was_typed() -> None:
    book = book_of()
    at(book, "Charges", "ward", "price").value = "1,5|" * 5_000 + "1,5"
    made = brought(content_of(book))
    assert price(made) == "1,5|" * 5_000 + "1,5"
    assert (made.asked, made.left_out) == ([], [])


@pytest.mark.long
@pytest.mark.parametrize(
    ("content", "trouble"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "locked"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "old"),
        (with_part(as_ods(Workbook()), "META-INF/manifest.xml", b"<a><encryption-data/></a>"), "locked"),
        (b"x" * (workbook.MOST_BYTES + 1), "large"),
        (b"code,note.en\n" + (b"ward," + b"x" * 100_000 + b"\n") * 31, "large"),
        (sharing("x" * 30_000, workbook.MOST_IN_CELLS // 30_000 + 1), "large"),
        (b"\x00\x01\x02", "none"),
        (b"\xff\xfe\x00", "none"),
    ],
)
def test_why_a_file_cannot_be_read_is_said(content: bytes, trouble: str) -> None:
    with pytest.raises(workbook.NotAWorkbook) as refused:
        workbook.read(content)
    assert refused.value.trouble == trouble


def test_what_is_pasted_is_read_as_the_clipboard_writes_it() -> None:
    rows = 'ward\t"Ward, ""general""\nwith a view"\tstay\tnights\t"31,50"\r\ncare\tCare\r\n'
    found = editing.pasted(data_of(), rows, "en")
    ward = editing.get(found.data, ("charge", "ward"))
    assert ward["label"]["en"] == 'Ward, "general"\nwith a view'
    assert str(ward["price"]) == "31.50"
    assert (found.changed, found.refused) == (2, ())


@pytest.mark.parametrize(
    ("row", "unclear"),
    [
        ("ward\tWard\tstay\tnights\t1.480", ("1.480",)),
        ("ward\tWard\tstay\tnights\tmuch", ()),
        ("ward\ta\tb\tc\td\te", ()),
    ],
)
def test_a_pasted_row_that_is_not_read_whole_changes_nothing(row: str, unclear: tuple[str, ...]) -> None:
    found = editing.pasted(data_of(), row, "en")
    assert (found.data, found.refused, found.unclear) == (data_of(), (row,), unclear)


def test_a_paste_whose_end_is_missing_changes_nothing() -> None:
    rows = 'care\tCaring\nward\t"General ward\nand its '
    found = editing.pasted(data_of(), rows, "en")
    assert (found.data, found.refused, found.cut) == (data_of(), (rows,), True)


@pytest.mark.long
def test_a_file_that_is_brought_a_second_time_changes_nothing_and_disputes_nothing() -> None:
    book = book_of()
    at(book, "Charges", "ward", "price").value = "2.500,00"
    at(book, "Charges", "day", "price").value = "10,0 | 13,50 | 20"
    at(book, "Charges", "ward", "source").value = " Price page,  2026 "
    at(book, "Charges", "care", "percent").value = 7.50
    at(book, "Taxes", "gst", "of").value = "Care, Hospital stay"
    start = at(book, "About the list", "", "valid_from")
    start.value = start.value.replace(year=2027)
    charges, answers = book["Charges"], book["Answers"]
    row = {"label.en": "Laundry, per night", "group": "hospital stay", "per": "nights", "price": "3,50"}
    for _time in range(2):
        charges.append([row.get(one.value) for one in charges[1]])
    charges.append([{**row, "code": "tea"}.get(one.value) for one in charges[1]])
    new = {"question": "Type of cells", "label.en": "Cord", "evidence": "Unproven"}
    answers.append([new.get(one.value) for one in answers[1]])
    charges.delete_rows(charges.max_row)
    charges.append([{**row, "code": "tea"}.get(one.value) for one in charges[1]])
    once = brought(content_of(book))
    assert once.conflicts == []
    kept = data_of(editing.written(once.data))
    again = brought(content_of(book), kept)
    assert (again.data, again.conflicts, again.left_out) == (kept, [], once.left_out)
    assert list(editing.entries(kept, ("charge",)))[-3:] == [
        "laundry_per_night",
        "laundry_per_night_2",
        "tea",
    ]


@pytest.mark.long
def test_a_row_that_was_added_and_is_corrected_in_the_file_is_no_second_entry() -> None:
    book = book_of()
    page = book["Charges"]
    row = {"label.en": "Laundry", "group": "stay", "per": "nights", "price": 3.5}
    page.append([row.get(one.value) for one in page[1]])
    kept = data_of(editing.written(brought(content_of(book)).data))
    page.cell(page.max_row, [one.value for one in page[1]].index("price") + 1).value = 4
    again = brought(content_of(book), kept)
    assert [code for code in editing.entries(again.data, ("charge",)) if "laundry" in code] == ["laundry"]
    assert price(again, "laundry") == "4"


@pytest.mark.long
def test_the_same_value_in_another_spelling_is_no_change() -> None:
    book = book_of()
    at(book, "Charges", "ward", "price").value = "45,5"
    at(book, "Charges", "day", "price").value = "10.00 | 12,1250 | 19.9990"
    made = brought(content_of(book))
    assert made.data == data_of()
    assert made.asked == []


MANY_TONGUES = (
    LIST.replace('languages = ["en"]', 'languages = ["en", "ru", "ar", "hi", "fr"]')
    .replace(
        'label.en = "General ward"',
        'label = { en = "General ward", ru = "Палата №2 (А)", ar = "غرفة", hi = "वार्ड", fr = "Salle à café" }',
    )
    .replace(
        'label.en = "A day of exercises"',
        'label = { en = "A day of exercises", ru = "Ж", fr = "Journée d’exercices ??" }',
    )
)


def csv_of(text: str, codec: str = "utf-8-sig") -> bytes:
    """Return the charges as the CSV file that a program saves in one of its codes, as programs do it."""
    (sheet,) = [one for one in sheets(data_of(text)) if one.name == "charge"]
    columns = [spreadsheets.Column(column.label) for column in sheet.columns]
    rows = [
        [column.said(said) for column, said in zip(sheet.columns, row, strict=True)] for row in sheet.rows
    ]
    content = b"".join(spreadsheets.csv(columns, rows))
    return content.decode("utf-8-sig").replace(",", ";").encode(codec, "replace")


@pytest.mark.long
@pytest.mark.parametrize("codec", ["cp1252", "cp1251", "cp850", "ascii", "mac_roman"])
def test_letters_that_a_program_lost_are_told_and_never_offered(codec: str) -> None:
    before = data_of(MANY_TONGUES)
    found, _about = workbook.read(csv_of(MANY_TONGUES, codec).replace(b";45.50;", b";50;"))
    made = bringing.taken(before, before, found)
    for code in ("ward", "day"):
        label = ("charge", code, "label")
        assert editing.get(made.data, label) == editing.get(before, label)
    assert price(made) == "50", "what was not damaged is taken"
    assert {one.why for one in made.left_out} - {"column"} == {"damaged"}
    told = [(one.row, one.column) for one in made.left_out]
    assert (2, "Name (ar)") in told
    assert (2, "Name (hi)") in told


def test_new_texts_of_question_marks_are_not_taken_either() -> None:
    book = book_of(MANY_TONGUES)
    at(book, "Charges", "day", "label.ru").value = "??? ???????? (A)"
    at(book, "Charges", "ward", "label.en").value = "Ward??"
    page = book["Charges"]
    row = {"code": "tea", "label.en": "Tea", "label.ru": "???", "price": 2}
    page.append([row.get(one.value) for one in page[1]])
    found, _about = workbook.read(content_of(book))
    made = bringing.taken(data_of(MANY_TONGUES), data_of(MANY_TONGUES), found)
    assert editing.get(made.data, ("charge", "day", "label", "ru")) == "Ж"
    assert editing.get(made.data, ("charge", "ward", "label", "en")) == "Ward??", "somebody may be in doubt"
    assert editing.get(made.data, ("charge", "tea", "label")) == {"en": "Tea"}
    assert [one.why for one in made.left_out] == ["damaged", "damaged"]


def test_letters_in_the_code_of_another_program_are_not_taken_for_a_text() -> None:
    book = book_of(MANY_TONGUES)
    for code, key, kept in (
        ("ward", "label.ru", "Палата №2 (А)".encode().decode("cp1252", "replace")),
        ("ward", "label.fr", "Salle à café".encode().decode("cp1252", "replace")),
        ("day", "label.ru", "Ж".encode("cp1251").decode("cp1252")),
    ):
        at(book, "Charges", code, key).value = kept
    found, _about = workbook.read(content_of(book))
    made = bringing.taken(data_of(MANY_TONGUES), data_of(MANY_TONGUES), found)
    assert made.data == data_of(MANY_TONGUES)
    assert [one.why for one in made.left_out] == ["damaged"] * 3
