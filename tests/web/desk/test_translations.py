"""A translator gets all texts of a draft as a sheet, and what they translate comes back without an account."""

from __future__ import annotations

import csv
import io
import re

import openpyxl
import pytest
from flask import Flask
from openpyxl import Workbook

from estimator.price_lists import drafts, editing
from estimator.price_lists.editing import workbook
from tests.support import hostile
from tests.support.staff_browser import Page, Staff
from tests.support.workbooks import content_of


def text_of(app: Flask) -> str:
    with app.app_context():
        return drafts.find(1).text


def file_of(person: Staff, draft: str, end: str) -> tuple[bytes, str]:
    answer = person.client.get(f"{draft}/translations.{end}")
    assert answer.status_code == 200
    content, name = answer.data, answer.headers["Content-Disposition"]
    answer.close()
    return content, name


def sheet_of(person: Staff, draft: str) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(file_of(person, draft, "xlsx")[0]))


def with_french(person: Staff, draft: str) -> None:
    person.see(f"{draft}/entry/header")
    person.send("save", {"f.languages": "en, fr"})


def put(book: Workbook, place: str, tag: str, text: str) -> int:
    page = book["Translations"]
    row = [one.value for one in page["A"]].index(place) + 1
    page.cell(row, [one.value for one in page[1]].index(tag) + 1).value = text
    return row


def bring(person: Staff, draft: str, content: bytes) -> Page:
    return person.bring(f"{draft}/translations", content)


@pytest.mark.long
def test_a_language_is_translated_outside_and_comes_back(app: Flask, editor: Staff, draft: str) -> None:
    assert "The list has one language" in editor.see(f"{draft}/translations").text
    with_french(editor, draft)
    page = editor.see(f"{draft}/translations")
    assert re.search(r"Français \(fr\) 0 [0-9]{2,} 0", page.text)
    assert file_of(editor, draft, "xlsx")[1].endswith('draft-1-translations.xlsx"')
    book = sheet_of(editor, draft)
    put(book, "charge.ward.label", "fr", "Salle commune")
    before = text_of(app)
    page = bring(editor, draft, content_of(book))
    assert "Salle commune" in page.text
    assert text_of(app) == before, "nothing counts before somebody says so"
    editor.press("Save these changes")
    data = editing.look(text_of(app)).data or {}
    assert editing.get(data, ("charge", "ward", "label")) == {"en": "General ward", "fr": "Salle commune"}
    assert "Français (fr) 1 " in editor.see(f"{draft}/translations").text


def test_what_an_original_said_before_makes_its_translation_outdated(editor: Staff, draft: str) -> None:
    with_french(editor, draft)
    editor.see(f"{draft}/entry/charge/ward")
    editor.send("save", {"f.label.fr": "Salle commune"})
    editor.see(f"{draft}/entry/charge/ward")
    editor.send("save", {"f.label.en": "Ward with four beds"})
    page = editor.see(f"{draft}/translations")
    assert re.search(r"Français \(fr\) 0 [0-9]+ 1 ", page.text)
    book = sheet_of(editor, draft)
    cells = [
        str(one.value)
        for one in next(row for row in book["Translations"] if row[0].value == "charge.ward.label")
    ]
    assert cells[-1] == "look again, the original has changed: fr"


@pytest.mark.long
def test_a_translation_of_an_original_that_changed_meanwhile_can_be_left_out(
    app: Flask, editor: Staff, draft: str
) -> None:
    with_french(editor, draft)
    book = sheet_of(editor, draft)
    put(book, "charge.ward.label", "fr", "Salle commune")
    put(book, "charge.single.label", "fr", "Chambre")
    editor.see(f"{draft}/entry/charge/ward")
    editor.send("save", {"f.label.en": "Ward with four beds"})
    page = bring(editor, draft, content_of(book))
    assert "the original was “General ward”, it is “Ward with four beds” now." in page.text
    editor.press("Save without those whose original has changed")
    data = editing.look(text_of(app)).data or {}
    assert editing.get(data, ("charge", "ward", "label")) == {"en": "Ward with four beds"}
    assert editing.get(data, ("charge", "single", "label", "fr")) == "Chambre"
    bring(editor, draft, content_of(book))
    editor.press("Save these changes")
    data = editing.look(text_of(app)).data or {}
    assert editing.get(data, ("charge", "ward", "label", "fr")) == "Salle commune"


@pytest.mark.long
def test_the_csv_file_comes_back_and_holds_no_formula(app: Flask, editor: Staff, draft: str) -> None:
    with_french(editor, draft)
    editor.see(f"{draft}/entry/charge/single")
    editor.send("save", {"f.label.en": "=1+1"})
    content = file_of(editor, draft, "csv")[0]
    assert "Nothing differs." in bring(editor, draft, content).text
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    (row,) = [one for one in rows if one[0] == "charge.single.label"]
    assert row[2] == "'=1+1"
    row[3] = "Chambre"
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=";").writerows(rows)
    page = bring(editor, draft, file.getvalue().encode())
    assert len(page.all("li", class_="change-changed")) == 1
    editor.press("Save these changes")
    data = editing.look(text_of(app)).data or {}
    assert editing.get(data, ("charge", "single", "label")) == {"en": "=1+1", "fr": "Chambre"}


@pytest.mark.long
def test_what_is_wrong_is_said_with_sheet_row_and_column(editor: Staff, draft: str) -> None:
    with_french(editor, draft)
    book = sheet_of(editor, draft)
    row = put(book, "charge.ward.label", "fr", "x" * 5_001)
    page = book["Translations"]
    page.cell(2, page.max_column + 1, "Deutsch (de)")
    told = bring(editor, draft, content_of(book)).text
    place = f"Sheet “Translations”, row {row}, column “Français (fr)”"
    assert f"{place}: the text has 5,001 characters, at most 5,000 are possible." in told
    assert "the list has no language “Deutsch (de)”" in told
    assert "Save these changes" not in told


@pytest.mark.long
def test_a_file_of_another_list_and_what_is_no_translation_sheet_is_refused(
    app: Flask, editor: Staff, draft: str
) -> None:
    with_french(editor, draft)
    before = text_of(app)
    book = sheet_of(editor, draft)
    good = content_of(book)
    book["about"]["B3"] = "mumbai"
    assert "downloaded from another list, “mumbai”" in bring(editor, draft, content_of(book)).text
    answer = editor.client.get(f"{draft}/list.xlsx")
    prices = answer.data
    answer.close()
    strange = {
        "nothing": b"",
        "long": b"x" * (workbook.MOST_BYTES + 1),
        "prices": prices,
        "cut": good[: len(good) // 2],
        **hostile.damaged_workbooks(good),
    }
    for what, content in strange.items():
        page = bring(editor, draft, content)
        assert (what, page.status, "Nothing was changed." in page.text) == (what, 422, True)
    assert text_of(app) == before


def test_a_text_that_cannot_be_read_has_no_translation_sheet(editor: Staff, draft: str) -> None:
    editor.see(f"{draft}/text")
    editor.send("Save", {"text": "[broken"})
    for path in ("translations", "translations.xlsx", "translations.csv"):
        assert editor.see(f"{draft}/{path}").path == f"{draft}/text"
