"""A time zone is named in the language of whoever reads it, by where it is."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from zoneinfo import available_timezones

import pytest

from estimator.i18n import reader

PATIENTS = ("ar", "fr", "es", "ru", "hi", "bn")


@pytest.mark.parametrize(
    ("tag", "india", "mexico"),
    [
        ("en", "India", "Mexico City"),
        ("ar", "الهند", "مكسيكو سيتي"),
        ("fr", "Inde", "Mexico"),
        ("es", "India", "Ciudad de México"),
        ("ru", "Индия", "Мехико"),
        ("hi", "भारत", "मेक्सिको सिटी"),
        ("bn", "ভারত", "মেক্সিকো সিটি"),
    ],
)
def test_a_country_with_one_time_zone_names_it_and_else_a_city_does(
    tag: str, india: str, mexico: str
) -> None:
    assert [reader(tag).zone(zone) for zone in ("Asia/Kolkata", "America/Mexico_City")] == [india, mexico]
    assert reader(tag).zone("Asia/Calcutta") == india, "its former name"
    moment = datetime(2026, 3, 10, 12, tzinfo=UTC)
    assert reader(tag).clock(moment, "Asia/Kolkata").endswith(f"17:30 ({india})")


def test_a_city_that_was_renamed_is_found_by_the_name_that_its_zone_had() -> None:
    assert reader("ru").zone("Europe/Kyiv") == "Киев"
    assert reader("hi").zone("Asia/Urumqi") == "उरूम्की"


def test_a_city_that_is_written_as_in_the_database_is_named_alone() -> None:
    assert reader("fr").zone("Europe/Berlin") == "Berlin"
    assert reader("es").zone("America/Los_Angeles") == "Los Ángeles"
    assert reader("fr").zone("America/Los_Angeles") == "Los Angeles"


def test_what_has_no_place_keeps_the_name_of_the_database() -> None:
    assert {reader(tag).zone("UTC") for tag in (*PATIENTS, "en")} == {"UTC"}


@pytest.mark.parametrize("tag", ["ar", "ru", "hi", "bn"])
def test_no_zone_of_a_country_stays_in_latin_letters(tag: str) -> None:
    for zone in available_timezones():
        named = reader(tag).zone(zone)
        if zone.startswith(("Africa/", "America/", "Asia/", "Europe/", "Pacific/")) and named != zone:
            assert any(unicodedata.name(letter).split()[0] != "LATIN" for letter in named if letter.isalpha())
