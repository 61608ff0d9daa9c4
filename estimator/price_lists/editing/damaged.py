"""Texts whose letters a program lost: it kept them in a code that does not have them, or another one read them."""

from __future__ import annotations

import re

_LOST = re.compile(r"(?<![\w?!.…])\?{2,}")
"""Question marks where a word begins: what stands in a file for letters that its code does not have."""

_KEPT = ("ascii", "cp1252", "cp1251", "cp1256", "cp850", "mac_roman", "utf-8")
"""The codes in which programs keep text by themselves."""

_UNREAD = re.compile("[\x80-\x9f\N{REPLACEMENT CHARACTER}]")


def is_damaged(text: str, before: str) -> bool:
    """Whether a text is what is left of `before`, or question marks stand in it where words would begin."""
    text, before = text.strip(), before.strip()
    if text == before:
        return False
    if _LOST.search(text) and not _LOST.search(before):
        return True
    if before.isascii():
        return False
    bare = _bare(text)
    return any(bare == _bare(before.encode(code, "replace").decode("cp1252", "replace")) for code in _KEPT)


def _bare(text: str) -> str:
    """Leave the difference out between the ways in which programs show a byte that is no letter."""
    return _UNREAD.sub("\N{REPLACEMENT CHARACTER}", text.replace("\xa0", " ")).strip()
