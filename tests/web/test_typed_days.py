"""Days as staff type them: understood in any order that is one day, refused with both where it is two."""

from __future__ import annotations

from datetime import date

import pytest

from estimator.i18n import reader
from estimator.web.typed_days import AmbiguousDay, read_month, typed_day, with_whole_year


@pytest.mark.parametrize(
    "typed",
    [
        "2026-12-31",
        "2026/12/31",
        " 2026-12-31 ",
        "31.12.2026",
        "31/12/2026",
        "31-12-2026",
        "12/31/2026",
        "31 December 2026",
        "31. Dec 2026",
        "December 31, 2026",
        "٣١/١٢/٢٠٢٦",
    ],
)
def test_a_day_is_understood_in_any_order_that_is_one_day(typed: str) -> None:
    assert typed_day(typed, reader("en")) == date(2026, 12, 31)


def test_with_full_stops_the_day_comes_first() -> None:
    assert typed_day("05.06.2026", reader("en")) == date(2026, 6, 5)
    assert typed_day("12.31.2026", reader("en")) is None


@pytest.mark.parametrize("typed", ["05/06/2026", "5-6-2026", "05 06 2026"])
def test_a_day_that_can_be_two_is_none_of_them(typed: str) -> None:
    with pytest.raises(AmbiguousDay) as two:
        typed_day(typed, reader("en"))
    assert two.value.days == (date(2026, 6, 5), date(2026, 5, 6))


def test_the_same_day_either_way_is_not_ambiguous() -> None:
    assert typed_day("05/05/2026", reader("en")) == date(2026, 5, 5)


@pytest.mark.parametrize("typed", ["", "soon", "2026-02-30", "31.12.26", "31/12/26", "1 2 3 2026", "9" * 50])
def test_what_is_no_day_is_none(typed: str) -> None:
    assert typed_day(typed, reader("en")) is None


@pytest.mark.parametrize("tag", ["en", "hi", "bn"])
@pytest.mark.parametrize(
    "typed",
    [
        "December 2025",
        "dec 2025",
        "दिसंबर 2025",
        "декабрь 2025",
        "декабря 2025 г.",
        "ديسمبر 2025",
        "ديسمبر ٢٠٢٥",
        "décembre 2025",
        "diciembre de 2025",
        "ডিসেম্বর ২০২৫",
        "2025 December",
        "12/2025",
    ],
)
def test_a_month_is_read_by_its_name_in_whatever_language(typed: str, tag: str) -> None:
    assert read_month(typed, reader(tag)) == "2025-12"


@pytest.mark.parametrize(
    "typed", ["12/25", "December 25", "Mayor 2025", "March or April 2025", "no December 2025"]
)
def test_what_is_no_single_month_with_its_whole_year_is_none(typed: str) -> None:
    assert read_month(typed, reader("en")) is None


def test_a_year_of_two_digits_is_asked_back_as_the_whole_one() -> None:
    assert with_whole_year("12/25", reader("bn")) == "12/2025"
    assert with_whole_year("декабрь 25", reader("ru")) == "декабрь 2025"
    for typed in ("12/2025", "13/25", "25", "soon 25", ""):
        assert with_whole_year(typed, reader("en")) is None
