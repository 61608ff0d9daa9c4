"""The paper that a country prints on: A4, or the US Letter of much of the Americas and the Philippines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

Paper = Literal["A4", "letter"]
"""A size of paper, as style sheets call it."""

LETTER = frozenset("BZ CA CL CO CR GT MX NI PA PH PR SV US VE".split())
"""The countries that print on US Letter (CLDR, supplemental data, paperSize)."""


def named(name: str) -> Paper | None:
    """Return the paper of a name, None for any other name."""
    for paper in _PAPERS:
        if name.lower() == paper.lower():
            return paper
    return None


def of(country: str | None, languages: Iterable[str] = ()) -> Paper:
    """Return the paper of a country, else of the first language that names one ("en-US"), else A4."""
    for code in (country or "", *(language.replace("_", "-").rpartition("-")[2] for language in languages)):
        if len(code) == 2 and code.isupper():
            return "letter" if code in LETTER else "A4"
    return "A4"


_PAPERS: tuple[Paper, ...] = ("A4", "letter")
