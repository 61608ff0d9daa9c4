"""Notices in short: the first sentence of each, with the rest one tap away."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from estimator.i18n import Words
from estimator.wording.rows import NoticeRow, NoticeSection

FEWEST_WORDS = 2
"""A beginning with fewer words is a label or an abbreviation, and no sentence."""

_END = re.compile(r"(?<=[.!?؟।。！？])(?:\s+(?=[^\W\d_a-zа-я]|[“\"«¿¡])|(?<=[。！？])(?=\S))")
"""Between two sentences: after a mark that ends one, before what can begin another one."""


@dataclass(frozen=True, slots=True)
class Short:
    """The first sentence of a notice; `whole` if that is all that it says."""

    text: Words
    whole: bool


def in_short(row: NoticeRow) -> Short:
    """Return a notice in short. What a link belongs to is never said to be all."""
    text = row.text.text.strip()
    for end in _END.finditer(text):
        first = text[: end.start()]
        if len(first.split()) >= FEWEST_WORDS or not re.search(r"\s", text):
            return Short(replace(row.text, text=first), whole=False)
    return Short(row.text, whole=row.link is None)


def longer(section: NoticeSection) -> NoticeSection | None:
    """Return the notices that `in_short` does not say whole; None if there is no such one."""
    rows: Sequence[NoticeRow] = [row for row in section.rows if not in_short(row).whole]
    return replace(section, rows=rows) if rows else None
