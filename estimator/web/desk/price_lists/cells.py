"""Cells of which there are many on a page: drawn without a field of a form, what can be chosen only once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from markupsafe import Markup

LONGEST_LABEL = 80
"""Maximum number of characters of an option."""

Option = tuple[str, str]


class Cell(NamedTuple):
    """One cell: the name of its control, what stands in it, what is wrong with it, and what can be chosen."""

    name: str
    text: str
    errors: Sequence[str] = ()
    options: Markup | None = None


def drawn_options(offered: Iterable[Option], chosen: str) -> Markup:
    """Return the options of a list with one of them chosen, which is among them also if it is not offered."""
    options = dict(offered)
    options.setdefault(chosen, chosen)
    return Markup("").join(
        Markup('<option value="{}"{}>{}</option>').format(
            code, Markup(" selected") if code == chosen else "", label[:LONGEST_LABEL]
        )
        for code, label in options.items()
    )
