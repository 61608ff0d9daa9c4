"""The words of an estimate are worked out once for a record and a language, and never shown for another one."""

from __future__ import annotations

import pytest

from estimator.web.patient import worded
from tests.support.clinic import ANSWERS
from tests.support.visitor import Page, Visitor


@pytest.fixture(autouse=True)
def nothing_is_kept() -> None:
    """Forget what other tests left."""
    worded._kept.clear()


def test_a_page_that_is_read_again_says_the_same_and_keeps_one_record(
    visitor: Visitor, breakdown: Page
) -> None:
    again = visitor.open(breakdown.path)
    assert len(worded._kept) == 1
    (words,) = worded._kept.values()
    assert words.rows.headline.amount in again.text("main")
    assert again.text("table", class_="items") == breakdown.text("table", class_="items")
    assert len(worded._kept) == 1


def test_another_estimate_and_another_language_have_words_of_their_own(
    visitor: Visitor, breakdown: Page
) -> None:
    first = breakdown.text("table", class_="items")
    other = visitor.estimate({**ANSWERS, "q_sessions": "3"})
    assert other.text("table", class_="items") != first
    assert len(worded._kept) == 2


def test_only_so_many_are_kept_and_the_oldest_goes_first(
    visitor: Visitor, breakdown: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worded, "MOST", 1)
    visitor.open(breakdown.path)
    (first,) = worded._kept
    visitor.estimate({**ANSWERS, "q_sessions": "3"})
    assert len(worded._kept) == 1
    assert first not in worded._kept
