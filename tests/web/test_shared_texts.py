"""Texts that processes share: what one of them keeps another finds, and never half of it or somebody else's."""

from __future__ import annotations

import os

import pytest

from estimator.web.compression import Packed
from estimator.web.shared_texts import WAYS, SharedTexts


def put(texts: SharedTexts, key: str, text: str) -> None:
    texts.put(key, Packed.of(text))


def got(texts: SharedTexts, key: str) -> str | None:
    packed = texts.get(key)
    return None if packed is None else packed.text()


def in_another_process(does: object) -> None:
    """Do something in a process that began after the memory was made, as those of the server do."""
    assert callable(does)
    child = os.fork()
    if not child:
        try:
            does()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def test_what_another_process_keeps_is_found() -> None:
    texts = SharedTexts(places=8, size=1_000)
    in_another_process(lambda: put(texts, "a page", "দাম: USD 8,100"))
    assert got(texts, "a page") == "দাম: USD 8,100"
    assert got(texts, "another page") is None


def test_the_same_key_has_one_text_and_the_last_one_counts() -> None:
    texts = SharedTexts(places=WAYS, size=1_000)
    for text in ("first", "second"):
        put(texts, "a page", text)
    for number in range(WAYS - 1):
        put(texts, str(number), str(number))
    assert got(texts, "a page") == "second"


def test_the_oldest_text_makes_room() -> None:
    texts = SharedTexts(places=WAYS, size=1_000)
    for number in range(WAYS + 1):
        put(texts, str(number), f"text {number}")
    assert [got(texts, str(number)) for number in range(WAYS + 1)] == [
        None,
        *(f"text {number}" for number in range(1, WAYS + 1)),
    ]


def test_a_text_that_is_too_large_is_not_kept_and_leaves_the_others() -> None:
    texts = SharedTexts(places=WAYS, size=200)
    put(texts, "short", "short")
    put(texts, "long", os.urandom(400).hex())
    assert (got(texts, "short"), got(texts, "long")) == ("short", None)


@pytest.mark.parametrize("place", range(0, 60, 3))
def test_a_text_of_which_a_part_was_overwritten_is_not_there(place: int) -> None:
    texts = SharedTexts(places=WAYS, size=200)
    put(texts, "a page", "thirty letters and a few more, so that every byte counts")
    begin = bytes(texts._memory).index(next(byte for byte in bytes(texts._memory) if byte).to_bytes())
    texts._memory[begin + place] ^= 1
    assert got(texts, "a page") is None


def test_what_is_forgotten_is_not_there() -> None:
    texts = SharedTexts(places=WAYS, size=200)
    put(texts, "a page", "text")
    texts.clear()
    assert got(texts, "a page") is None
