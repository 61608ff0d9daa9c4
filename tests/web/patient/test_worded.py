"""The words of an estimate are worked out once for a record and a language, and never shown for another one."""

from __future__ import annotations

import gzip
import re

import pytest

from estimator.web.compression import Packed
from estimator.web.patient import worded
from estimator.web.shared_texts import SharedTexts
from tests.support.clinic import ANSWERS
from tests.support.visitor import Page, Visitor


class Counted(SharedTexts):
    """Shared texts that know how many of them were put there."""

    kept = 0

    def put(self, key: str, text: Packed) -> None:
        super().put(key, text)
        self.kept += 1


@pytest.fixture(autouse=True)
def drawn(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """Forget what other tests left."""
    worded._words.clear()
    texts = Counted(places=64, size=32_000)
    monkeypatch.setattr(worded, "DRAWN", texts)
    return texts


def test_a_page_that_is_read_again_says_the_same_and_keeps_one_record(
    visitor: Visitor, breakdown: Page, drawn: Counted
) -> None:
    again = visitor.open(breakdown.path)
    assert (len(worded._words), drawn.kept) == (1, 1)
    (words,) = worded._words.values()
    assert words.rows.headline.amount in again.text("main")
    assert again.text("table", class_="items") == breakdown.text("table", class_="items")
    assert (len(worded._words), drawn.kept) == (1, 1)


def test_a_page_that_another_process_drew_is_shown_without_working_it_out_again(
    visitor: Visitor, breakdown: Page, drawn: Counted
) -> None:
    worded._words.clear()
    assert visitor.open(breakdown.path).text("main") == breakdown.text("main")
    assert (len(worded._words), drawn.kept) == (0, 1)


def test_what_is_kept_of_a_page_has_no_token_of_its_forms(
    visitor: Visitor, breakdown: Page, drawn: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[str] = []
    monkeypatch.setattr(drawn, "put", lambda _key, packed: kept.append(packed.text()))
    drawn.clear()
    page = visitor.open(breakdown.path)
    (text,) = kept
    assert len(text) > len(page.html) / 2
    assert "csrf" not in text


def test_a_page_is_the_same_in_gzip_when_it_is_drawn_and_when_its_parts_were_kept(
    visitor: Visitor, breakdown: Page, drawn: Counted
) -> None:
    def read(**headers: str) -> str:
        answer = visitor.client.get(breakdown.path, headers=headers)
        assert (answer.content_encoding == "gzip") == bool(headers)
        # Python's reader refuses what does not have the length and the checksum that stand at its end.
        page = gzip.decompress(answer.data).decode() if headers else answer.text
        return re.sub(r'name="submission" value="[^"]+"', "", page)

    drawn.clear()
    first = read(**{"Accept-Encoding": "gzip"})
    assert read(**{"Accept-Encoding": "gzip"}) == first == read()


def test_another_estimate_and_another_language_have_words_of_their_own(
    visitor: Visitor, breakdown: Page, drawn: Counted
) -> None:
    first = breakdown.text("table", class_="items")
    other = visitor.estimate({**ANSWERS, "q_sessions": "3"})
    assert other.text("table", class_="items") != first
    assert (len(worded._words), drawn.kept) == (2, 2)


def test_two_estimates_of_the_same_answers_lead_each_to_its_own_pages(
    visitor: Visitor, breakdown: Page, drawn: Counted
) -> None:
    other = visitor.estimate(ANSWERS)
    assert (len(worded._words), drawn.kept) == (1, 2)
    for page in (breakdown, other):
        again = visitor.open(page.path)
        assert f'action="{page.path}/with"' in again.html
        assert f'href="{page.path}/delete"' in again.html


def test_only_so_many_are_kept_and_the_oldest_goes_first(
    visitor: Visitor, breakdown: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worded, "MOST", 1)
    (first,) = worded._words
    visitor.estimate({**ANSWERS, "q_sessions": "3"})
    assert len(worded._words) == 1
    assert first not in worded._words
