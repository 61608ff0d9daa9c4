"""The demonstration lists as data, and what is known of the texts that a new list begins with.

Which of them say that nobody earns from a patient's choice, and which are in English.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from estimator.i18n import reader, speaking
from estimator.wording import first_notices
from pricing.syntax import parsed

DEMONSTRATIONS = ("delhi", "japan", "mexico")

_NOBODY_EARNS = "interests"
"""The code of their notice that says so."""


@cache
def demonstration(name: str) -> Mapping[str, Any]:
    """Return a demonstration list as data, which is shared and never changed."""
    return parsed(resources.files("pricing.tables").joinpath(f"{name}.toml").read_text(encoding="utf-8"))


@cache
def nobody_earns() -> frozenset[str]:
    """Return what the demonstration lists say in each of their languages; copies of them say it too, until changed."""
    return frozenset(
        text
        for name in DEMONSTRATIONS
        for text in demonstration(name)["notice"][_NOBODY_EARNS]["text"].values()
    )


@cache
def in_english() -> frozenset[str]:
    """Return what a new list says in English where there is no translation: ready parts, and the first notices.

    A word that another language writes in the same way, such as “Hotel”, is none of them: it may be meant.
    """
    found = {text for name in DEMONSTRATIONS for text in _only_english(demonstration(name))}
    with speaking(reader("en")):
        notices = (
            *first_notices.OF_EVIDENCE.values(),
            first_notices.NOT_INCLUDED,
            first_notices.ABOUT_THIS_ESTIMATE,
        )
        return frozenset(found.union(map(str, notices)))


def _only_english(part: Any) -> Iterator[str]:
    """Yield every text of a part that is written in English and in no other of its languages."""
    if not isinstance(part, Mapping):
        return
    if "en" not in part:
        for inner in part.values():
            yield from _only_english(inner)
        return
    others = {form for tag, said in part.items() if tag != "en" for form in _forms(said)}
    yield from (form for form in _forms(part["en"]) if form not in others)


def _forms(said: Any) -> Iterator[str]:
    """Yield a text, or each of its plural forms."""
    yield from said.values() if isinstance(said, Mapping) else (said,)
