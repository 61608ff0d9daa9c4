"""Texts of price lists as tables; a text that was read a moment ago is not read again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import pricing
from pricing import PriceTable, Problem


def read(text: str) -> PriceTable:
    """Return the table of a text, cached in the process; raises pricing.BadTable."""
    found = _read(text)
    if isinstance(found, PriceTable):
        return found
    raise pricing.BadTable(found)


@lru_cache(maxsize=16)
def _read(text: str) -> PriceTable | Sequence[Problem]:
    try:
        return pricing.read(text)
    except pricing.BadTable as bad:
        return bad.problems
