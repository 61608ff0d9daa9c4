"""A list is taken out as a spreadsheet and brought back; every change is shown before it counts."""

from __future__ import annotations

import csv
import io
import random
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal

import openpyxl
import pytest
from flask import Flask
from openpyxl import Workbook

from estimator import workbook_process
from estimator.models.staff import Role
from estimator.price_lists import drafts, editing
from estimator.price_lists.editing import workbook
from estimator.price_lists.editing.sheets import sheets
from tests.support import hostile
from tests.support.browser import plain_words
from tests.support.delhi_list import DELHI
from tests.support.staff_browser import Page, Staff


def text_of(app: Flask, number: int = 1) -> str:
    with app.app_context():
        return drafts.find(number).text


def take_out(person: Staff, draft: str) -> Workbook:
    answer = person.client.get(f"{draft}/list.xlsx")
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    answer.close()
    return book


def content_of(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def bring_back(person: Staff, draft: str, content: bytes) -> Page:
    """Choose the file and press the button."""
    return person.bring(f"{draft}/spreadsheet", content)


def cell(book: Workbook, sheet: str, code: str, column: str):  # type: ignore[no-untyped-def]
    page = book[sheet]
    at = [one.value for one in page[1]].index(column) + 1
    codes = [one.value for one in page["A"]]
    return page.cell(codes.index(code) + 1, at)


@pytest.mark.long
def test_what_is_brought_back_untouched_changes_nothing(app: Flask, editor: Staff, draft: str) -> None:
    before = text_of(app)
    page = bring_back(editor, draft, content_of(take_out(editor, draft)))
    assert "Nothing differs." in page.text
    assert "was left out" not in page.text
    assert "Save these changes" not in page.text
    assert text_of(app) == before


@pytest.mark.long
def test_an_untouched_file_of_a_list_that_somebody_wrote_by_hand_changes_nothing(
    app: Flask, editor: Staff, draft: str
) -> None:
    by_hand = text_of(app).replace("price = 63\n", "price = 63.00\n").replace("\n\n", "\n\n\n")
    assert by_hand != text_of(app)
    editor.see(f"{draft}/text")
    editor.press("Save", text=by_hand)
    before = text_of(app)
    page = bring_back(editor, draft, content_of(take_out(editor, draft)))
    assert "Nothing differs." in page.text
    assert "Save these changes" not in page.text
    assert text_of(app) == before


@pytest.mark.long
def test_prices_changed_in_a_spreadsheet_are_shown_and_then_saved(
    app: Flask, editor: Staff, draft: str
) -> None:
    before = text_of(app)
    book = take_out(editor, draft)
    price = cell(book, "Charges", "single", "price")
    assert price.value == 63, "one price is a number, to be calculated with"
    price.value = 65.52
    cell(book, "Charges", "ward", "price").value = "40 | 44.3 | 48"
    page = bring_back(editor, draft, content_of(book))
    assert "2 entries differ." in page.text
    assert "Price of a unit 63 65.52" in page.text
    assert "39 | 42.6 | 46.2 40 | 44.3 | 48" in page.text
    assert text_of(app) == before, "nothing counts before somebody says so"
    editor.press("Save these changes")
    data = editing.look(text_of(app)).data or {}
    assert editing.get(data, ("charge", "single", "price")) == Decimal("65.52")
    assert editing.get(data, ("charge", "ward", "price"))["likely"] == Decimal("44.3")


def test_texts_in_further_languages_are_folded_beside_those_in_the_first(app: Flask) -> None:
    with app.test_request_context():
        data = editing.look(DELHI.replace('languages = ["en"]', 'languages = ["en", "ar", "fr"]')).data
        assert data is not None
        content = workbook.written(sheets(data), [], "")
    page = openpyxl.load_workbook(io.BytesIO(content))["Charges"]
    keys = [one.value for one in page[1]]
    hidden = {
        key
        for at, key in enumerate(keys, 1)
        for one in page.column_dimensions.values()
        if one.hidden and one.outlineLevel == 1 and one.min <= at <= one.max
    }
    assert hidden == {"label.ar", "label.fr", "note.ar", "note.fr"}
    assert page.column_dimensions[page[1][keys.index("label.fr") + 1].column_letter].collapsed


@pytest.mark.long
def test_rows_are_added_and_removed(app: Flask, editor: Staff, draft: str) -> None:
    book = take_out(editor, draft)
    page = book["Charges"]
    heads = [one.value for one in page[1]]
    row = {"code": "laundry", "label.en": "=HYPERLINK(1)", "group": "stay", "per": "nights", "price": 3.5}
    for at, head in enumerate(heads, 1):
        target = page.cell(page.max_row + (at == 1), at, row.get(head))
        target.data_type = "s" if isinstance(row.get(head), str) else target.data_type
    codes = [one.value for one in page["A"]]
    page.delete_rows(codes.index("deluxe") + 1)
    driver = book["Questions"]
    columns = [one.value for one in driver[1]]
    new = {"code": "weeks", "kind": "number", "role": "extras", "label.en": "Weeks", "least": 0, "most": 4}
    driver.append([new.get(head) for head in columns])
    bring_back(editor, draft, content_of(book))
    editor.press("Save these changes")
    data = editing.look(text_of(app)).data or {}
    charges = editing.entries(data, ("charge",))
    assert "deluxe" not in charges
    assert charges["laundry"]["price"] == Decimal("3.5")
    assert charges["laundry"]["label"]["en"] == "=HYPERLINK(1)", "a text is a text"
    assert editing.get(data, ("driver", "weeks", "most")) == 4


@pytest.mark.long
def test_only_what_was_changed_is_taken_where_somebody_else_has_saved_meanwhile(
    app: Flask, editor: Staff, draft: str, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    book = take_out(editor, draft)
    other = sign_in(app, "price_editor")
    other.see(f"{draft}/entry/charge/semi_private")
    other.send("save", {"f.price": "55"})
    other.see(f"{draft}/entry/charge/deluxe")
    other.send("remove", {})
    cell(book, "Charges", "single", "price").value = 70
    page = bring_back(editor, draft, content_of(book))
    assert "63 70" in page.text
    assert len(page.all("li", class_="change-changed")) == 1, "theirs is no change of mine"
    other.see(f"{draft}/entry/charge/ward")
    other.send("save", {"f.price": "41"})
    editor.press("Save these changes")
    assert editor.page.status == 409, "whoever saves while the changes are looked at is seen"
    data = editing.look(text_of(app)).data or {}
    assert editing.get(data, ("charge", "semi_private", "price")) == 55
    assert "deluxe" not in editing.entries(data, ("charge",))


@pytest.mark.long
def test_what_cannot_be_taken_is_said(editor: Staff, draft: str) -> None:
    book = take_out(editor, draft)
    page = book["Charges"]
    page.cell(1, page.max_column + 1, "colour")
    page.append(["Not a code", "x"])
    page.append(["single", "x"])
    book.create_sheet("Notes").append(["my own"])
    answer = book["Answers"]
    answer.append(["nowhere", "first", "x"])
    told = bring_back(editor, draft, content_of(book)).text
    for sentence in (
        "there is no field “colour”",
        "“Not a code” is no code",
        "the code “single” stands in two rows",
        "Sheet “Notes”: the name is that of no part",
        "there is no question “nowhere”",
    ):
        assert sentence in told


@pytest.mark.long
def test_a_price_that_cannot_be_read_is_kept_and_told_after_saving(
    app: Flask, editor: Staff, draft: str
) -> None:
    book = take_out(editor, draft)
    cell(book, "Charges", "single", "price").value = "sixty"
    page = bring_back(editor, draft, content_of(book))
    assert "“sixty”" in page.text or "sixty" in str(page.all("ul", class_="problems problems-wrong"))
    editor.press("Save these changes")
    assert 'price = "sixty"' in text_of(app)
    assert "This draft has one problem." in editor.page.text


@pytest.mark.long
def test_what_is_wrong_is_said_by_sheet_row_and_column_without_words_of_the_notation(
    editor: Staff, draft: str
) -> None:
    book = take_out(editor, draft)
    single = cell(book, "Charges", "single", "price")
    single.value = None
    ward = cell(book, "Charges", "ward", "price")
    ward.value = "sixty"
    stay = cell(book, "Questions", "nights", "least")
    stay.value = 99
    page = bring_back(editor, draft, content_of(book))
    told = [plain_words(row) for row in page.all("li")]
    assert (
        f"Sheet “Charges”, row {single.row}The charge has no price. Fill in one of: Price of a unit, Tiers: each unit "
        "at the price of its own tier, Tiers: all units at the price of the tier that the number falls in, Tiers: the "
        "tier’s price is the whole amount, Percent of other charges, On request."
    ) in told
    assert (
        f"Sheet “Charges”, row {ward.row}, column “Price of a unit”“sixty” is not a number. Enter digits with a "
        "point, for example 480.50."
    ) in told
    assert any(
        row.startswith(f"Sheet “Questions”, row {stay.row}")
        and "The minimum is 99 and the maximum is 60." in row
        for row in told
    ), told
    assert not any("on_request" in row or "charge.single" in row for row in told)


@pytest.mark.long
def test_what_is_suspicious_is_said_in_the_same_way(editor: Staff, draft: str) -> None:
    book = take_out(editor, draft)
    day = cell(book, "Charges", "rehab_day", "price")
    day.value = 0
    page = bring_back(editor, draft, content_of(book))
    assert [plain_words(row) for row in page.one("ul", class_="problems problems-warned")] == [
        f"Sheet “Charges”, row {day.row}, column “Price of a unit”The price is 0. If it is not known yet, it is on "
        "request; if it costs nothing, say so in a note."
    ]


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
"""How files of before 2007 begin, and those with a password."""


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (workbook_process.MOST_UNPACKED + 1))
    return file.getvalue()


def with_part(content: bytes, name: str, part: bytes, packed: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", packed) as new:
        for one in old.namelist():
            new.writestr(one, part if one == name else old.read(one))
    return file.getvalue()


def declared(
    content: bytes, name: str = "xl/worksheets/sheet1.xml", *, comment: int = 0, encoding: str = "utf-8"
) -> bytes:
    """Return a part of a file as it is, but that it declares an entity, perhaps behind a long comment."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read(name).decode()
    body = text.partition("?>")[2] if text.startswith("<?xml") else text
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    entity = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>'
    return f"{head}<!--{'x' * comment}-->{entity}{body}".encode(encoding)


def test_who_chose_no_file_or_an_empty_one_is_asked_for_one(editor: Staff, draft: str) -> None:
    page = bring_back(editor, draft, b"")
    assert page.status == 422
    assert (
        "The file is empty, or none was chosen. Choose the file that you filled in. Nothing was changed."
        in page.text
    )


@pytest.mark.long
def test_what_is_no_spreadsheet_of_ours_is_refused_and_changes_nothing(
    app: Flask, editor: Staff, draft: str
) -> None:
    before = text_of(app)
    good = content_of(take_out(editor, draft))
    entities = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb">]><worksheet>&b;</worksheet>'
    sheet, book = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
    strange = {
        "nothing": b"",
        "text": b"colour;size\nward;3",
        "a password": OLD + "EncryptedPackage".encode("utf-16-le"),
        "an old kind": OLD,
        "zip": with_part(good, book, b"<workbook/>"),
        "bomb": bomb(),
        "entities": with_part(good, sheet, entities),
        "entities behind a comment": with_part(good, sheet, declared(good, comment=9_000)),
        "entities of a workbook behind a comment": with_part(
            good, book, declared(good, book, comment=100_000)
        ),
        "entities in UTF-16": with_part(good, book, declared(good, book, encoding="utf-16")),
        "entities in EBCDIC": with_part(good, book, declared(good, book, encoding="cp037")),
        "cut": good[: len(good) // 2],
        "long": b"x" * (workbook.MOST_BYTES + 1),
        **hostile.damaged_workbooks(good),
    }
    for what, content in strange.items():
        page = bring_back(editor, draft, content)
        assert (what, page.status, "Nothing was changed." in page.text) == (what, 422, True)
        assert text_of(app) == before


@pytest.mark.long
def test_a_spreadsheet_of_another_list_is_refused(editor: Staff, draft: str) -> None:
    book = take_out(editor, draft)
    book["about"]["B3"] = "mumbai"
    page = bring_back(editor, draft, content_of(book))
    assert page.status == 422
    assert "downloaded from another list, “mumbai”" in page.text


@pytest.mark.long
def test_a_file_of_an_earlier_draft_is_compared_with_what_it_was_taken_from(
    app: Flask, editor: Staff, draft: str
) -> None:
    book = take_out(editor, draft)
    book["about"]["B1"] = "99"
    editor.see(f"{draft}/entry/charge/semi_private")
    editor.send("save", {"f.price": "55"})
    editor.see(f"{draft}/entry/charge/single")
    editor.send("save", {"f.price": "65"})
    cell(book, "Charges", "single", "price").value = 70
    page = bring_back(editor, draft, content_of(book))
    assert len(page.all("li", class_="change-changed")) == 1, "what nobody touched in the file stays"
    assert "it was “63”, somebody made it “65” meanwhile, the file says “70”" in page.text
    editor.press("Save these changes")
    assert editor.page.path.endswith("/differences")
    data = editing.look(text_of(app)).data or {}
    assert editing.get(data, ("charge", "semi_private", "price")) == 55
    assert editing.get(data, ("charge", "single", "price")) == 70


@pytest.mark.long
def test_without_its_hidden_sheet_a_file_is_compared_with_the_draft_and_that_is_said(
    editor: Staff, draft: str
) -> None:
    book = take_out(editor, draft)
    del book["about"]
    cell(book, "Charges", "single", "price").value = 70
    page = bring_back(editor, draft, content_of(book))
    assert "does not say what it was taken from" in page.text
    assert "63 70" in page.text


@pytest.mark.long
def test_a_figure_that_can_be_read_in_two_ways_is_asked_about_and_nothing_is_saved_before(
    app: Flask, editor: Staff, draft: str
) -> None:
    before = text_of(app)
    book = take_out(editor, draft)
    cell(book, "Charges", "single", "price").value = "1.234"
    page = bring_back(editor, draft, content_of(book))
    assert "These figures can be read in two ways" in page.text
    assert "Nothing differs." not in page.text
    cell(book, "Charges", "semi_private", "price").value = "31,50"
    page = bring_back(editor, draft, content_of(book))
    row = cell(book, "Charges", "single", "price").row
    assert f"Charges, row {row}, “Price of a unit”: “1.234” is 1234 or 1.234" in page.text
    editor.press("Save these changes")
    assert editor.page.status == 422
    assert "Choose what it stands for" in editor.page.text
    assert text_of(app) == before
    editor.send("save", {"point": "thousands"})
    data = editing.look(text_of(app)).data or {}
    assert editing.get(data, ("charge", "single", "price")) == 1234
    assert editing.get(data, ("charge", "semi_private", "price")) == Decimal("31.5")


@pytest.mark.long
def test_the_charges_as_csv_come_back(app: Flask, editor: Staff, draft: str) -> None:
    editor.see(f"{draft}/entry/charge/single")
    editor.send("save", {"f.label.en": "=1+1"})
    answer = editor.client.get(f"{draft}/charges.csv")
    content = answer.data
    assert answer.headers["Content-Disposition"].endswith('-draft-1-charges.csv"')
    answer.close()
    assert "Nothing differs." in bring_back(editor, draft, content).text
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    (row,) = [one for one in rows if "semi_private" in one]
    row[rows[0].index("Price of a unit")] = "55,25"
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=";").writerows(rows)
    page = bring_back(editor, draft, file.getvalue().encode("cp1252"))
    assert "55.25" in page.text
    assert len(page.all("li", class_="change-changed")) == 1


def with_sheet(good: bytes, rows: int, columns: int) -> bytes:
    """Return a file whose first sheet has so many cells; it is small, because they are all alike."""
    cells = b'<c t="inlineStr"><is><t>a</t></is></c>' * columns
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    sheet += (b"<row>" + cells + b"</row>") * rows + b"</sheetData></worksheet>"
    return with_part(good, "xl/worksheets/sheet1.xml", sheet, zipfile.ZIP_DEFLATED)


@pytest.mark.parametrize(("rows", "columns"), [(workbook.MOST_ROWS + 2, 1), (1_500, 390), (3, 100_000)])
def test_too_many_rows_or_cells_are_refused_soon(editor: Staff, draft: str, rows: int, columns: int) -> None:
    content = with_sheet(content_of(take_out(editor, draft)), rows, columns)
    assert len(content) < workbook.MOST_BYTES
    page = bring_back(editor, draft, content)
    assert (page.status, "Nothing was changed." in page.text) == (422, True)


def test_a_file_that_takes_too_long_is_given_up(
    editor: Staff, draft: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "SECONDS", 0)
    assert bring_back(editor, draft, content_of(take_out(editor, draft))).status == 422


@pytest.mark.long
def test_no_damage_to_a_file_is_a_mistake_of_ours(editor: Staff, draft: str) -> None:
    good = content_of(take_out(editor, draft))
    chance = random.Random(11)
    for _file in range(10):
        damaged = bytearray(good)
        for _byte in range(chance.choice([1, 10, 100])):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        assert bring_back(editor, draft, bytes(damaged)).status in (200, 422)


def test_the_charges_as_csv_hold_no_formula(app: Flask, editor: Staff, draft: str) -> None:
    editor.see(f"{draft}/entry/charge/single")
    editor.send("save", {"f.label.en": "=1+1", "f.price": "-5"})
    answer = editor.client.get(f"{draft}/charges.csv")
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    answer.close()
    (single,) = [row for row in rows if row["Code"] == "single"]
    assert (single["Name"], single["Price of a unit"]) == ("'=1+1", "-5")
    assert len(rows) == len(editing.entries(editing.look(text_of(app)).data or {}, ("charge",)))


@pytest.mark.long
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_charges_as_csv_hold_no_formula_whichever_separator_a_spreadsheet_takes(
    editor: Staff, draft: str, separator: str
) -> None:
    labels = ("Ward;=HYPERLINK(1);@SUM(1)", "Ward\t=1+1", "Ward,=1+1", "\uff1d1+1", "-cmd|' /C calc'!A0")
    seen = 0
    for label in labels:
        editor.see(f"{draft}/entry/charge/single")
        editor.send("save", {"f.label.en": label, "f.price": "-5"})
        answer = editor.client.get(f"{draft}/charges.csv")
        text = answer.data.decode("utf-8-sig")
        answer.close()
        cells = [cell for line in csv.reader(io.StringIO(text), delimiter=separator) for cell in line]
        naive = [cell.strip('"') for line in text.splitlines() for cell in line.split(separator)]
        seen += label[:4] in text
        begin = [cell for cell in (*cells, *naive) if re.match(r"\s*[=+\-@\uff1d]", cell)]
        assert not [cell for cell in begin if not re.fullmatch(r"-[0-9]+(\.[0-9]+)?", cell)]
    assert seen == len(labels)


def test_a_spreadsheet_holds_no_formula_and_no_link(app: Flask, editor: Staff, draft: str) -> None:
    editor.see(f"{draft}/entry/charge/single")
    editor.send(
        "save", {"f.label.en": '=HYPERLINK("https://example.org")', "f.source": "https://example.org"}
    )
    book = take_out(editor, draft)
    label = cell(book, "Charges", "single", "label.en")
    assert (label.data_type, label.value) == ("s", '=HYPERLINK("https://example.org")')
    assert cell(book, "Charges", "single", "source").hyperlink is None


def test_a_text_that_cannot_be_read_has_no_spreadsheet(editor: Staff, draft: str) -> None:
    editor.see(f"{draft}/text")
    editor.send("Save", {"text": "[broken"})
    for path in ("list.xlsx", "charges.csv", "spreadsheet"):
        assert editor.see(f"{draft}/{path}").path == f"{draft}/text"


@pytest.mark.long
def test_of_thousands_of_rows_that_are_left_out_the_first_are_told_and_the_others_counted(
    app: Flask, editor: Staff, draft: str
) -> None:
    book = take_out(editor, draft)
    page = book["Charges"]
    price = [one.value for one in page[1]].index("price") + 1
    for number in range(2_000):
        row = page.max_row + 1
        page.cell(row, 1).value = f"more_{number}"
        page.cell(row, price).value = "=1+1"
    shown = bring_back(editor, draft, content_of(book))
    (told,) = re.findall(r'<ul class="left-out">.*?</ul>', shown.html, re.S)
    assert told.count("<li>") == 50
    assert "And 1950 more." in shown.html
