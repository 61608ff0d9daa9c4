"""The spreadsheet of a published version, brought into a draft, says only what somebody changed in it."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal

import openpyxl
import pytest
from flask import Flask
from openpyxl import Workbook

from estimator import price_lists
from estimator.db import db
from estimator.price_lists import drafts, editing
from tests.support.acts import acting
from tests.support.delhi_list import DELHI, NOW
from tests.support.staff_browser import Page, Staff
from tests.support.workbooks import content_of


def downloaded(person: Staff, path: str) -> bytes:
    answer = person.client.get(path)
    assert answer.status_code == 200
    content: bytes = answer.data
    answer.close()
    return content


def book_of(person: Staff, version: int = 1) -> Workbook:
    """Press the button of a version's page."""
    page = person.see(f"/staff/tables/versions/{version}")
    (link,) = [one for one in page.all("a") if str(one.get("href")).endswith("/list.xlsx")]
    return openpyxl.load_workbook(io.BytesIO(downloaded(person, str(link.get("href")))))


def change(book: Workbook, code: str, column: str, value: object) -> None:
    page = book["Charges"]
    at = [one.value for one in page[1]].index(column) + 1
    page.cell([one.value for one in page["A"]].index(code) + 1, at).value = value


def bring(person: Staff, draft: str, content: bytes) -> Page:
    return person.bring(f"{draft}/spreadsheet", content)


def data_of(app: Flask, number: int = 1) -> editing.Data:
    with app.app_context():
        data = editing.look(drafts.find(number).text).data
    assert data is not None
    return data


def published(app: Flask, text: str) -> None:
    with app.app_context():
        price_lists.import_(acting(actor="command line", now=NOW), text)
        db.session.commit()


def changed(text: str, **lines: str) -> str:
    """Return a list in which keys of its head say something else."""
    for key, said in lines.items():
        text = re.sub(rf"(?m)^{key} = .*$", f"{key} = {said}", text, count=1)
    return text


@pytest.fixture
def mumbai(app: Flask) -> int:
    """Return the version of another list."""
    published(app, changed(DELHI, table='"mumbai"'))
    return 2


@pytest.mark.long
def test_only_what_was_changed_in_the_spreadsheet_of_a_version_is_offered(
    app: Flask, editor: Staff, draft: str
) -> None:
    editor.see(f"{draft}/entry/charge/semi_private")
    editor.send("save", {"f.price": "55"})
    before = data_of(app)
    book = book_of(editor)
    assert "Nothing differs." in bring(editor, draft, content_of(book)).text
    change(book, "single", "price", 70)
    page = bring(editor, draft, content_of(book))
    assert "63 70" in page.text
    assert len(page.all("li", class_="change-changed")) == 1
    assert "does not say what it was taken from" not in page.text
    editor.press("Save these changes")
    after = data_of(app)
    assert editing.get(after, ("charge", "single", "price")) == 70
    assert editing.get(after, ("charge", "semi_private", "price")) == 55
    assert (after["version"], after["valid_from"]) == (before["version"], before["valid_from"])


@pytest.mark.long
def test_a_version_that_is_past_and_one_that_the_draft_does_not_come_from_are_compared_alike(
    app: Flask, editor: Staff, draft: str
) -> None:
    old = changed(DELHI, version='"old"', valid_from="2025-01-01").replace("price = 63", "price = 59", 1)
    later = changed(DELHI, version='"later"', valid_from="2027-03-01").replace("price = 63", "price = 66", 1)
    published(app, old)
    published(app, later)
    for version in (2, 3):
        book = book_of(editor, version)
        assert "Nothing differs." in bring(editor, draft, content_of(book)).text
        change(book, "semi_private", "price", 56 + version)
        page = bring(editor, draft, content_of(book))
        assert len(page.all("li", class_="change-changed")) == 1


@pytest.mark.long
def test_what_was_changed_in_the_draft_and_in_the_file_of_a_version_is_told(
    editor: Staff, draft: str
) -> None:
    book = book_of(editor)
    change(book, "single", "price", 70)
    editor.see(f"{draft}/entry/charge/single")
    editor.send("save", {"f.price": "65"})
    assert "it was “63”, somebody made it “65” meanwhile, the file says “70”" in (
        bring(editor, draft, content_of(book)).text
    )


@pytest.mark.long
def test_a_spreadsheet_that_names_a_version_and_holds_no_text_is_compared_with_that_version(
    editor: Staff, draft: str
) -> None:
    book = book_of(editor)
    about = book["about"]
    for row in [one for one in about.iter_rows(max_col=2) if one[0].value in ("base", "list")]:
        row[0].value = row[1].value = None
    change(book, "single", "price", 70)
    page = bring(editor, draft, content_of(book))
    assert "does not say what it was taken from" not in page.text
    assert len(page.all("li", class_="change-changed")) == 1


@pytest.mark.long
def test_the_charges_of_a_version_as_csv_come_back(editor: Staff, draft: str) -> None:
    content = downloaded(editor, "/staff/tables/versions/1/charges.csv")
    assert "Nothing differs." in bring(editor, draft, content).text
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    (row,) = [one for one in rows if "semi_private" in one]
    row[rows[0].index("Price of a unit")] = "55,25"
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=";").writerows(rows)
    page = bring(editor, draft, file.getvalue().encode("utf-8-sig"))
    assert "55.25" in page.text
    assert len(page.all("li", class_="change-changed")) == 1
    assert "does not say what it was taken from" not in page.text


def test_charges_come_with_semicolons_and_decimal_commas_too(editor: Staff, draft: str) -> None:
    labels = "With semicolons and decimal commas (Excel in German, French, Spanish and others)"
    for page in ("/staff/tables/versions/1", f"{draft}/spreadsheet"):
        (link,) = editor.see(page).links(labels)
        lines = downloaded(editor, link).decode("utf-8-sig").splitlines()
        rows = list(csv.reader(lines, delimiter=";", strict=True))
        assert len({len(row) for row in rows}) == 1
        (deluxe,) = [row for row in rows if row[0] == "deluxe"]
        assert deluxe[rows[0].index("Price of a unit")] == "84,6"
        (link,) = editor.see(page).links("Only the charges, as CSV")
        assert "deluxe," in downloaded(editor, link).decode("utf-8-sig")


@pytest.mark.long
def test_charges_with_semicolons_and_decimal_commas_come_back(app: Flask, editor: Staff, draft: str) -> None:
    """A price below 0, one of three figures and one of thousandths are not changed by the way there and back."""
    editor.see(f"{draft}/entry/charge/single")
    editor.send("save", {"f.price": "-5.25"})
    editor.see(f"{draft}/entry/charge/semi_private")
    editor.send("save", {"f.price": "10.125 | 12.5 | 1000"})
    before = data_of(app)
    content = downloaded(editor, f"{draft}/charges-semicolons.csv")
    assert ";-5,25;" in content.decode("utf-8-sig")
    assert "Nothing differs." in bring(editor, draft, content).text
    changed_file = content.replace(b";84,6;", b";55,25;", 1)
    assert changed_file != content
    page = bring(editor, draft, changed_file)
    assert len(page.all("li", class_="change-changed")) == 1
    editor.press("Save these changes")
    after = data_of(app)
    assert str(editing.get(after, ("charge", "deluxe", "price"))) == "55.25"
    assert editing.put(after, ("charge", "deluxe", "price"), Decimal("84.60")) == before


@pytest.mark.long
@pytest.mark.parametrize("file", ["list.xlsx", "charges.csv"])
def test_the_file_of_a_version_of_another_list_is_refused(
    app: Flask, editor: Staff, draft: str, mumbai: int, file: str
) -> None:
    before = data_of(app)
    page = bring(editor, draft, downloaded(editor, f"/staff/tables/versions/{mumbai}/{file}"))
    assert page.status == 422
    assert "This spreadsheet was downloaded from another list, “mumbai”. Nothing was changed." in page.text
    assert data_of(app) == before


@pytest.mark.long
def test_a_version_of_another_list_is_known_by_its_hash_alone(editor: Staff, draft: str, mumbai: int) -> None:
    book = book_of(editor, mumbai)
    about = book["about"]
    for row in [one for one in about.iter_rows(max_col=2) if one[0].value in ("base", "list")]:
        row[0].value = row[1].value = None
    page = bring(editor, draft, content_of(book))
    assert (page.status, "another list, “mumbai”" in page.text) == (422, True)


def test_the_charges_of_a_draft_of_another_list_are_refused_by_its_name(
    app: Flask, editor: Staff, draft: str, mumbai: int
) -> None:
    editor.see(f"/staff/tables/versions/{mumbai}")
    editor.press("Begin a draft from it")
    page = bring(editor, draft, downloaded(editor, f"{editor.page.path}/charges.csv"))
    assert page.status == 422
    assert "downloaded from another list, “mumbai”" in page.text


@pytest.mark.long
def test_the_charges_of_another_draft_of_the_list_are_compared_with_what_it_was(
    editor: Staff, draft: str
) -> None:
    editor.see("/staff/tables")
    editor.press("Begin a draft")
    other = editor.page.path
    editor.see(f"{other}/entry/charge/semi_private")
    editor.send("save", {"f.price": "55"})
    content = downloaded(editor, f"{other}/charges.csv")
    page = bring(editor, draft, content)
    assert "Nothing differs." in page.text
    changed_file = content.replace(b",63,", b",70,", 1)
    assert changed_file != content
    assert len(bring(editor, draft, changed_file).all("li", class_="change-changed")) == 1


def test_a_save_that_is_not_kept_any_more_is_said_to_be_gone(editor: Staff, draft: str) -> None:
    content = downloaded(editor, f"{draft}/charges.csv").replace(b"-save-1", b"-save-99")
    page = bring(editor, draft, content)
    assert "is not kept any more" in page.text


@pytest.mark.long
def test_a_file_that_is_brought_and_saved_is_brought_again_without_a_word_of_dispute(
    app: Flask, editor: Staff, draft: str
) -> None:
    book = book_of(editor)
    change(book, "single", "price", "2.500,00")
    bring(editor, draft, content_of(book))
    editor.press("Save these changes")
    before = data_of(app)
    page = bring(editor, draft, content_of(book))
    assert "Nothing differs." in page.text
    assert "somebody" not in page.text
    assert data_of(app) == before


@pytest.mark.long
def test_a_file_in_which_letters_were_lost_says_what_to_do_and_offers_none_of_them(
    editor: Staff, draft: str
) -> None:
    editor.see(f"{draft}/entry/header")
    editor.send("save", {"f.languages": "en, ru"})
    editor.see(f"{draft}/entry/charge/single")
    editor.send("save", {"f.label.ru": "Отдельная палата"})
    content = downloaded(editor, f"{draft}/charges.csv").decode("utf-8-sig")
    page = bring(editor, draft, content.replace(",63,", ",70,", 1).encode("cp1252", "replace"))
    assert "Letters were lost when this file was saved: in one cell" in page.text
    assert "column “Name (ru)”: letters were lost, “????????? ??????”" in page.text
    assert len(page.all("li", class_="change-changed")) == 1, "the price"
    editor.press("Save these changes")
    editor.see(f"{draft}/entry/charge/single")
    assert editor.page.value("f.label.ru") == "Отдельная палата"


def test_a_translation_sheet_with_semicolons_comes_back(editor: Staff, draft: str) -> None:
    editor.see(f"{draft}/entry/header")
    editor.send("save", {"f.languages": "en, de"})
    (link,) = editor.see(f"{draft}/translations").links("Download as CSV")
    assert "charge.single.label," in downloaded(editor, link).decode("utf-8-sig")
    (link,) = editor.page.links("With semicolons (Excel in German, French, Spanish and others)")
    rows = list(
        csv.reader(io.StringIO(downloaded(editor, link).decode("utf-8-sig"), newline=""), delimiter=";")
    )
    assert len({len(row) for row in rows}) == 1
    (row,) = [one for one in rows if one[0] == "charge.single.label"]
    row[-3] = "Einzelzimmer; eigenes Bad"
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=";").writerows(rows)
    page = editor.bring(f"{draft}/translations", file.getvalue().encode("utf-8-sig"))
    assert "Einzelzimmer; eigenes Bad" in page.text
    assert len(page.all("li", class_="change-changed")) == 1


def test_a_translation_sheet_in_which_letters_were_lost_offers_none_of_them(
    editor: Staff, draft: str
) -> None:
    editor.see(f"{draft}/entry/header")
    editor.send("save", {"f.languages": "en, ru"})
    editor.see(f"{draft}/entry/charge/single")
    editor.send("save", {"f.label.ru": "Отдельная палата"})
    content = downloaded(editor, f"{draft}/translations.csv").decode("utf-8-sig")
    page = editor.bring(f"{draft}/translations", content.encode("cp1252", "replace"))
    assert "Letters were lost when this file was saved" in page.text
    assert "Nothing differs." in page.text
