"""The number of a firm quote: how it is written, and how it is read from what somebody typed or scanned."""

from __future__ import annotations

import re
from typing import NamedTuple

from estimator.demonstration_marks import WORD

_BEGINNING = "Q-"
_TYPED = re.compile(
    rf"Q\W{{0,3}}([0-9]{{4}}|{WORD})\W{{1,3}}0{{0,8}}([0-9]{{1,9}})(?:[^0-9]{{1,20}}0{{0,3}}([0-9]{{1,4}}))?[\s.,;:)]{{0,3}}\Z"
)


class Typed(NamedTuple):
    """A number as it is kept, and the revision that was typed behind it; None for whichever is the newest."""

    number: str
    revision: int | None


def written(year: int | str, counter: int) -> str:
    """Return the number of the quote that is the `counter`-th of a year: Q-2026-00017.

    Those of a demonstration have WORD in the place of the year, and are counted by themselves.
    """
    return f"{_BEGINNING}{year}-{counter:05d}"


def parts(number: str) -> tuple[str, int]:
    """Return year and counter of a number as it is kept."""
    year, _dash, counter = number.removeprefix(_BEGINNING).partition("-")
    return year, int(counter)


def is_one(text: str) -> bool:
    """Whether something is the number of a quote, or that of a revision, and not a request's reference."""
    return text.startswith(_BEGINNING)


def typed(text: str) -> Typed | None:
    """Return the number in what somebody typed in capital letters, however it is separated; None if there is none."""
    found = _TYPED.match(text)
    if found is None:
        return None
    year, counter, revision = found.groups()
    return Typed(written(year, int(counter)), None if revision is None else int(revision))
