from __future__ import annotations

import pytest

from estimator.requests import name_index

KEY = "u" * 32


def finds(typed: str, name: str) -> bool:
    looked_for = name_index.word_of(typed, KEY)
    return bool(looked_for) and set(looked_for) <= name_index.beginnings(name, KEY)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("wil", "Wilhelmina Quill"),
        ("QUILL", "Wilhelmina Quill"),
        ("qui wil", "Wilhelmina Quill"),
        ("garcia", "José García-Márquez"),
        ("marquez", "José García-Márquez"),
        ("Márq", "Jose Garcia Marquez"),
        ("obrien", "Niamh O’Brien"),
        ("o'bri", "Niamh OBrien"),
        ("strasse", "Anna Straße"),
        ("дарь", "Дарья Жаворонкова"),
        ("محم", "مُحَمَّد علي"),
        ("प्रिया", "प्रिया शर्मा"),
        ("王小", "王小明"),
        ("李明", "李明"),
        ("김", "김민준"),
        ("wolfeschlegelsteinhausen", "Hubert Wolfeschlegelstein"),  # compared as far as twelve letters
    ],
)
def test_a_name_is_found_by_the_beginnings_of_its_words(typed: str, name: str) -> None:
    assert finds(typed, name)


@pytest.mark.parametrize(("typed", "name"), [("hel", "Wilhelmina Quill"), ("wil anna", "Wilhelmina Quill")])
def test_a_name_is_not_found_by_anything_else(typed: str, name: str) -> None:
    assert not finds(typed, name)


@pytest.mark.parametrize("typed", ["", "w", "wi", "- '", "王"])
def test_what_is_too_short_looks_for_nothing(typed: str) -> None:
    assert name_index.word_of(typed, KEY) == []


def test_only_beginnings_from_three_to_twelve_letters_are_stored() -> None:
    assert name_index.beginnings("Al Bo", KEY) == set()
    assert len(name_index.beginnings("Ann", KEY)) == 1
    assert len(name_index.beginnings("Wolfeschlegelstein", KEY)) == 10


def test_a_stored_number_fits_every_database_and_is_anothers_with_another_key() -> None:
    found = name_index.beginnings("Wilhelmina", KEY)
    assert all(0 <= number < 2**63 for number in found)
    assert found.isdisjoint(name_index.beginnings("Wilhelmina", "v" * 32))
