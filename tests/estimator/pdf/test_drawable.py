"""Whether a document can be drawn is found out by drawing it, once for the same text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from estimator.pdf import drawable, renderer

CREATED = datetime(2026, 7, 1, tzinfo=UTC)
PAGE = "<!doctype html><html lang=en><title>A quote</title><p>USD 4,400.00"


@pytest.fixture(autouse=True)
def _nothing_was_drawn() -> Iterator[None]:
    drawable.forget()
    yield
    drawable.forget()


def test_what_was_drawn_is_known_until_its_text_is_another() -> None:
    assert not drawable.is_known(PAGE)
    drawable.check(PAGE, created=CREATED)
    assert drawable.is_known(PAGE)
    assert not drawable.is_known(PAGE.replace("4,400.00", "4,400.01"))
    drawable.forget()
    assert not drawable.is_known(PAGE)


def test_what_is_known_is_not_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    drawable.check(PAGE, created=CREATED)
    monkeypatch.setattr(renderer, "SECONDS", 0)
    drawable.check(PAGE, created=CREATED)
    with pytest.raises(renderer.RenderingTookTooLong):
        drawable.check(f"{PAGE} each", created=CREATED)


def test_what_cannot_be_drawn_is_never_taken_for_drawn() -> None:
    without = f'{PAGE}<img alt="" src="https://example.org/logo.png">'
    for _attempt in range(2):
        with pytest.raises(renderer.RenderingFailed):
            drawable.check(without, created=CREATED)
        assert not drawable.is_known(without)


def test_the_oldest_are_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawable, "MOST_KEPT", 2)
    pages = [f"{PAGE} {number}" for number in range(3)]
    for page in pages:
        drawable.check(page, created=CREATED)
    assert [drawable.is_known(page) for page in pages] == [False, True, True]
