from __future__ import annotations

import time
import unicodedata

from estimator.normal_form import MOST, normal_form


def test_a_text_of_a_length_that_a_field_takes_gets_its_normal_form() -> None:
    assert normal_form("NFKC", "\uff21\u0308" + "e\u0301") == "\u00c4\u00e9"
    assert normal_form("NFKD", "\u00c4" * MOST) == "A\u0308" * MOST


def test_a_longer_one_stays_as_it_is() -> None:
    assert normal_form("NFKC", "\uff21" * (MOST + 1)) == "\uff21" * (MOST + 1)


def test_marks_in_bad_order_take_no_time_however_many_they_are() -> None:
    assert [unicodedata.combining(mark) for mark in "\u0300\u0316"] == [230, 220]
    before = time.process_time()
    for count in (MOST // 2, 50_000):
        for text in ("\u0300" * count + "\u0316" * count, "\u0300\u0316" * count):
            normal_form("NFKC", text)
            normal_form("NFKD", text)
    assert time.process_time() - before < 5, "with the square of their number it takes minutes"
