"""What is drawn for a letter that no font has: a mark that everybody sees, with the letter behind it.

A document is never refused for a letter in it: a name was accepted long before, and cannot be typed again. What is
copied, searched and read aloud is the letter itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from xml.etree.ElementTree import Element, SubElement

MARK = "\N{REPLACEMENT CHARACTER}"
"""What is drawn. Noto Sans has it, and no form of ours accepts it, so it means nothing else."""

SAID = "data-said"
"""The attribute of the element around a mark that says what stands there."""

_UNDRAWN = ("title", "script", "{http://www.w3.org/2000/svg}title")

_JOINED = (
    "[\u0300-\u036f\u200c\u200d\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
    "\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\U000e0100-\U000e01ef]"
)
"""What is drawn as a part of the letter before it: accents, joiners, forms, the colours of a skin."""

_ENDS = re.compile("[\x0b\x0c\x85\u2028\u2029]")
"""Ends of lines that Pango and HTML take for different things."""

_HALVES = re.compile("[\ud800-\udfff]")


def drawable(html: str) -> str:
    """Return a text of HTML without halves of letters, which nobody can draw or write down, and with usual lines."""
    return _ENDS.sub("\n", _HALVES.sub(MARK, html))


def put(root: Element, missing: Collection[str]) -> None:
    """Put marks in place of letters into a parsed document; each keeps what it stands for."""
    letters = f"[{''.join(map(re.escape, sorted(missing)))}]"
    pattern = re.compile(f"({letters}{_JOINED}*(?:(?<=\u200d){letters}{_JOINED}*)*)")
    _put(root, pattern, missing)


def _put(element: Element, pattern: re.Pattern[str], missing: Collection[str]) -> None:
    if element.tag == "style":
        element.text = _in_sheet(element.text or "", missing)
        return
    if element.tag in _UNDRAWN or not isinstance(element.tag, str):  # a comment has a function for a tag
        return
    children = list(element)
    for child in children:
        _put(child, pattern, missing)
    for child in children:
        if child.tail and (parts := pattern.split(child.tail))[1:]:
            child.tail = parts[0]
            at = list(element).index(child) + 1
            element[at:at] = _marks(parts)
    if element.text and (parts := pattern.split(element.text))[1:]:
        element.text = parts[0]
        element[0:0] = _marks(parts)


def _marks(parts: list[str]) -> list[Element]:
    """Return a mark for every other part, each followed by the text after it."""
    holder = Element("span")
    for said, after in zip(parts[1::2], parts[2::2], strict=True):
        mark = SubElement(holder, "span", {SAID: said})
        mark.text, mark.tail = MARK, after
    return list(holder)


def _in_sheet(sheet: str, missing: Collection[str]) -> str:
    """Return a style sheet whose texts, at the foot of each page, have the mark as well; no text is behind it."""
    for letter in missing:
        sheet = sheet.replace(f"\\{ord(letter):x} ", MARK).replace(letter, MARK)
    return sheet
