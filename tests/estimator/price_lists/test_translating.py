"""A translation sheet: every text by language, what is missing or outdated, and what comes back of it."""

from __future__ import annotations

import io
from collections.abc import Callable

import openpyxl
import pytest
from openpyxl import Workbook

from estimator.price_lists import editing
from estimator.price_lists.editing import translating, translation_book, workbook
from estimator.price_lists.editing.texts import states, texts
from estimator.price_lists.editing.translating import Translated
from pricing.reading import LONGEST_TEXT
from tests.support.workbooks import as_ods, content_of

LIST = """
format = 1
table = "spine-hospital"
version = "2026-11"
valid_from = 2026-11-01
currency = "EUR"
languages = ["en", "ar", "fr"]
title.en = "Stem cell treatment"
title.fr = "Traitement par cellules souches"
time_zone = "Asia/Kolkata"

[provider]
name = "Example Hospital (invented)"
country = "IN"

[driver.nights]
kind = "number"
role = "hospital_stay"
label.en = "Nights in hospital"
label.fr = "Nuits à l’hôpital"
unit.en = { one = "night", other = "nights" }
unit.fr = { one = "nuit", other = "nuits" }
least = 0
most = 60

[driver.cells]
kind = "choice"
role = "cell_type"
label.en = "Type of cells"

[driver.cells.choice.marrow]
label.en = "Bone marrow cells"
label.ar = "خلايا نخاع العظم"
evidence = "unproven"

[group.stay]
label.en = "Hospital stay"

[charge.ward]
label.en = "General ward"
group = "stay"
per = "nights"
price = 45.50

[notice.about]
kind = "about_this_estimate"
text.en = "This is an estimate, see https://example.org/how."
"""


def data_of(text: str = LIST) -> editing.Data:
    data = editing.look(text).data
    assert data is not None
    return data


def book_of(text: str = LIST) -> Workbook:
    data = data_of(text)
    found = translating.rows(data, states(data, []))
    content = translation_book.written(data, found, [("draft", "1"), ("save", "1")], text)
    return openpyxl.load_workbook(io.BytesIO(content))


def at(book: Workbook, place: str, tag: str):  # type: ignore[no-untyped-def]
    page = book["Translations"]
    column = [one.value for one in page[1]].index(tag) + 1
    return page.cell([one.value for one in page["A"]].index(place) + 1, column)


def brought(content: bytes, data: editing.Data | None = None) -> Translated:
    found, about = workbook.read(content)
    return translating.translated(
        data_of() if data is None else data, editing.look(about["base"]).data or None, found
    )


def said(made: Translated, place: str) -> dict[str, str]:
    return dict(texts(made.data)[place].said)


def test_every_text_has_a_row_with_its_place_in_words() -> None:
    page = book_of()["Translations"]
    rows = {row[0].value: [cell.value for cell in row] for row in page.iter_rows(min_row=3)}
    assert [one.value for one in page[2]] == [
        "Code of the place",
        "Where it stands",
        "Original: English (en)",
        "العربية (ar)",
        "Français (fr)",
        "To do",
    ]
    assert page.row_dimensions[1].hidden
    assert rows["driver.cells.choice.marrow.label"][1:4] == [
        "Questions › Type of cells › Answers › Bone marrow cells › Name",
        "Bone marrow cells",
        "خلايا نخاع العظم",
    ]
    assert rows["driver.nights.unit"][2] == "one: night, other: nights"
    assert len(rows) == 8


def test_what_is_missing_is_marked_in_words_and_colour() -> None:
    book = book_of()
    assert at(book, "title", "to_do").value == "missing: ar"
    assert at(book, "title", "ar").fill.fgColor.rgb.endswith("FFF2CC")
    assert at(book, "title", "fr").fill.fgColor.rgb == "00000000"


def test_a_translation_is_outdated_if_its_original_has_changed_since() -> None:
    now = data_of(LIST.replace('title.en = "Stem cell treatment"', 'title.en = "Treatment with cells"'))
    assert states(now, [data_of()])["title"] == {"ar": "missing", "fr": "outdated"}
    assert states(now, [now, now, data_of()])["title"]["fr"] == "outdated", "however often it was saved since"
    fresh = data_of(
        LIST.replace('title.en = "Stem cell treatment"', 'title.en = "Treatment with cells"').replace(
            "Traitement par cellules souches", "Traitement par cellules"
        )
    )
    assert states(fresh, [data_of()])["title"]["fr"] == "there", "it was translated again"
    assert states(fresh, [fresh, now, data_of()])["title"]["fr"] == "there"


@pytest.mark.long
@pytest.mark.parametrize("write", [content_of, as_ods])
def test_an_untouched_sheet_changes_nothing(write: Callable[[Workbook], bytes]) -> None:
    made = brought(write(book_of()))
    assert (made.data, made.left_out, made.conflicts, made.stale) == (data_of(), [], [], [])
    assert made.sheets == 1


@pytest.mark.parametrize("write", [content_of, as_ods])
def test_translations_are_taken_and_nothing_else(write: Callable[[Workbook], bytes]) -> None:
    book = book_of()
    at(book, "charge.ward.label", "fr").value = "Salle commune"
    at(book, "driver.nights.unit", "ar").value = "one: ليلة, other: ليالٍ"
    at(book, "title", "en").value = "Another original"
    at(book, "title", "fr").value = None
    book["Translations"].delete_rows(4)
    made = brought(write(book))
    assert said(made, "charge.ward.label") == {"en": "General ward", "fr": "Salle commune"}
    assert editing.get(made.data, ("driver", "nights", "unit", "ar")) == {"one": "ليلة", "other": "ليالٍ"}
    assert said(made, "title") == {"en": "Stem cell treatment", "fr": "Traitement par cellules souches"}
    assert {(one.why, one.row) for one in made.left_out} == {("original", 3), ("emptied", 3)}
    assert list(texts(made.data)) == list(texts(data_of()))


def test_the_headings_alone_say_which_column_is_which() -> None:
    book = book_of()
    at(book, "charge.ward.label", "fr").value = "Salle commune"
    book["Translations"].delete_rows(1)
    made = brought(content_of(book))
    assert said(made, "charge.ward.label")["fr"] == "Salle commune"
    assert made.left_out == []


def test_what_somebody_else_saved_meanwhile_stays_and_what_both_changed_is_told() -> None:
    book = book_of()
    at(book, "title", "fr").value = "Traitement"
    now = data_of(
        LIST.replace("Traitement par cellules souches", "Thérapie").replace(
            'label.en = "Hospital stay"', 'label.en = "Hospital stay"\nlabel.fr = "Séjour"'
        )
    )
    made = brought(content_of(book), now)
    assert said(made, "title")["fr"] == "Traitement"
    assert said(made, "group.stay.label")["fr"] == "Séjour"
    (both,) = made.conflicts
    assert (both.sheet, both.row, both.column) == ("Translations", 3, "Français (fr)")
    assert (both.before, both.now, both.then) == (
        "Traitement par cellules souches",
        "Thérapie",
        "Traitement",
    )


@pytest.mark.long
@pytest.mark.parametrize("keep", [True, False])
def test_a_translation_of_an_original_that_has_changed_meanwhile_is_told(keep: bool) -> None:
    book = book_of()
    at(book, "charge.ward.label", "fr").value = "Salle commune"
    if not keep:
        del book["about"]
    now = data_of(LIST.replace("General ward", "Ward with four beds"))
    made = brought(content_of(book), now)
    (stale,) = made.stale
    assert (stale.before, stale.now, stale.column) == ("General ward", "Ward with four beds", "Français (fr)")
    assert said(made, "charge.ward.label") == {"en": "Ward with four beds", "fr": "Salle commune"}


@pytest.mark.long
@pytest.mark.parametrize(
    ("place", "typed", "why", "name"),
    [
        ("notice.about.text", "Une estimation.", "token", "https://example.org/how"),
        ("title", "x" * (LONGEST_TEXT + 1), "long", str(LONGEST_TEXT + 1)),
        ("title", "un\u0085deux", "control", "About the list › Title"),
        ("title", "un\ndeux", "control", "About the list › Title"),
        ("driver.nights.unit", "some: nuit", "unit", "some: nuit"),
    ],
)
def test_what_cannot_be_a_translation_is_told_with_its_row_and_column(
    place: str, typed: str, why: str, name: str
) -> None:
    book = book_of()
    cell = at(book, place, "fr")
    cell.value = typed
    made = brought(content_of(book))
    (told,) = made.left_out
    assert (told.why, told.name, told.row, told.column) == (why, name, cell.row, "Français (fr)")
    assert made.data == data_of()


def test_rows_and_columns_that_are_none_of_the_list_are_told() -> None:
    book = book_of()
    page = book["Translations"]
    page.cell(2, page.max_column + 1, "Deutsch (de)")
    page.cell(2, page.max_column + 1, "Remarks")
    page.append(["charge.other.label", "", "x", "", "y"])
    page.append(["title", "", "Stem cell treatment", "", "Autre"])
    book.create_sheet("Notes").append(["my own"])
    made = brought(content_of(book))
    assert [(one.why, one.name) for one in made.left_out] == [
        ("language", "Deutsch (de)"),
        ("column", "Remarks"),
        ("place", "charge.other.label"),
        ("twice", "title"),
        ("headings", "Code of the place"),
    ]
    assert made.data == data_of()
