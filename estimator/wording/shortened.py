"""Notices in short: the first sentence of each, with the rest one tap away."""

from __future__ import annotations

import re

FEWEST_WORDS = 2
"""A beginning with fewer words is a label or an abbreviation, and no sentence."""

_END = re.compile(r"(?<=[.!?؟।。！？])(?:\s+(?=[^\W\d_a-zа-я]|[“\"«¿¡])|(?<=[。！？])(?=\S))")
"""Between two sentences: after a mark that ends one, before what can begin another one."""


def first_sentence(text: str) -> str:
    """Return the first sentence of a text, which may be all of it."""
    for end in _END.finditer(text.strip()):
        first = text.strip()[: end.start()]
        if len(first.split()) >= FEWEST_WORDS or not re.search(r"\s", text.strip()):
            return first
    return text.strip()
