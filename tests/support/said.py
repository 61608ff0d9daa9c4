"""What a page says, sentence by sentence, with everything on it opened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

BLOCKS = frozenset(
    "address article aside button caption dd div dl dt fieldset footer form h1 h2 h3 h4 header label legend li main "
    "nav ol option p section select summary table tbody td tfoot th thead tr ul details small br input".split()
)
"""Elements before and after which a sentence ends, whatever stands there."""

UNSEEN = frozenset(("script", "style", "svg", "template"))


def said(element: Element) -> str:
    """Return all that an element says, in one line, with single spaces."""
    return " ".join(" ".join(_blocks(element)).split())


def sentences(element: Element) -> list[str]:
    """Return every sentence and every label of an element once, in the order of the page."""
    found: dict[str, None] = {}
    for block in _blocks(element):
        for sentence in re.split(r"(?<=[.?!:]) (?=[A-Z“])", " ".join(block.split())):
            if re.search(r"\w", sentence):
                found.setdefault(without_chance(sentence))
    return list(found)


def without_chance(sentence: str) -> str:
    """Write what is drawn by lot as one and the same."""
    return re.sub(r"EST-\w{4}-\w{4}", "EST-0000-0000", sentence)


def _blocks(element: Element) -> Iterator[str]:
    """Yield the text between the beginnings and ends of blocks."""
    parts: list[str] = []

    def walk(element: Element) -> Iterator[str]:
        if element.tag in UNSEEN:
            return
        parts.append(element.text or "")
        for child in element:
            is_block = child.tag in BLOCKS
            if is_block:
                yield "".join(parts)
                parts.clear()
            yield from walk(child)
            if is_block:
                yield "".join(parts)
                parts.clear()
            parts.append(child.tail or "")

    yield from walk(element)
    yield "".join(parts)
