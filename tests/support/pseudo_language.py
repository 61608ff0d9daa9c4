"""An invented translation of everything: each piece of a message stands in brackets, and what is put into it does not.

So whatever stands on a page outside of brackets is no message of ours. It has to be a number, a name, a day, or marked
as being in another language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from xml.etree.ElementTree import Element

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from flask import Flask

from estimator.i18n import reader
from pricing.currencies import MINOR_UNIT
from tests.support.folders import ROOT

TAG = "eo"
"""Babel knows how days and numbers are written in Esperanto, and nobody here translates into it."""

OPEN, CLOSE = "⟦", "⟧"
DOMAINS = ("messages", "patients", "staff")
KEYWORDS: Mapping[str, Any] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
}
READ_ALOUD = ("alt", "aria-label", "aria-valuetext", "placeholder", "title")
UNSEEN = ("script", "style", "template")

_PLACE = re.compile(r"(%\([a-z_]+\)[sd]|\{[a-z_]+\}|%%)")
_WORD = re.compile(r"[^\W\d_]{2,}")
_NAMES_OF_THINGS = re.compile(
    r"\b(?:EST|REQ)-[0-9A-Z]{4}-[0-9A-Z]{4}\b|\bQ-\d{4}-\d{5}\b|https?://\S+|\S+@\S+|\bexample\.org\b|\bUTC\b|\b[0-9a-f]{16}\b|\b[A-Z]\w+/[A-Z]\w+\b"
)


def pseudo(message: str) -> str:
    """Put each piece of a message into brackets."""
    pieces = _PLACE.split(message)
    return "".join(
        piece if number % 2 and piece != "%%" else f"{OPEN}{piece}{CLOSE}" if piece.strip() else piece
        for number, piece in enumerate(pieces)
    )


@lru_cache(maxsize=1)
def catalogues() -> Path:
    """Return a folder with the invented translation of every message that stands in code and templates."""
    catalogue = Catalog(locale=TAG)
    for message, context in set(_messages()):
        said = tuple(map(pseudo, message)) if isinstance(message, tuple) else pseudo(message)
        catalogue.add(message, said, context=context)
    folder = Path(mkdtemp(prefix="estimator-pseudo-"))
    for domain in DOMAINS:
        path = folder / TAG / "LC_MESSAGES" / f"{domain}.mo"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_mo(file, catalogue)
    return folder


def _messages() -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    ways = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
    for folder in ("estimator", "pricing", "templates"):
        for _file, _line, message, _comments, context in extract_from_dir(
            ROOT / folder, ways, keywords=KEYWORDS, options_map={"**.html": {"trimmed": "false"}}
        ):
            found = tuple(filter(None, message)) if isinstance(message, tuple) else message
            if found:
                yield found, context


@contextmanager
def spoken(app: Flask) -> Iterator[None]:
    """Let an app say everything in the invented translation, to readers of its language."""
    babel = app.extensions["babel"]
    before = list(babel.translation_directories)

    def take(folders: list[str]) -> None:
        babel.translation_directories[:] = folders
        with app.app_context():
            babel.instance.domain_instance.cache.clear()

    take([str(catalogues())])
    try:
        yield
    finally:
        take(before)


def foreign(tree: Element, typed: tuple[str, ...] = ()) -> list[str]:
    """Return every text of a page that is neither a message of ours nor marked as being in another language.

    `typed` are words of the reader's own, which may be in any language.
    """
    return [text for text in _texts(tree) if unknown_words(text, typed)]


def unknown_words(text: str, typed: tuple[str, ...] = ()) -> list[str]:
    """Return the words of a text that stand in no message of ours and are no names of things."""
    left = _NAMES_OF_THINGS.sub(" ", _without_messages(text))
    for own in sorted((*typed, *_own_words()), key=len, reverse=True):
        left = left.replace(own, " ")
    return [word for word in _WORD.findall(left) if word not in MINOR_UNIT]


def _without_messages(text: str) -> str:
    found, depth = [], 0
    for letter in text:
        depth += letter == OPEN
        found.append(letter if not depth else " ")
        depth -= letter == CLOSE
    return "".join(found)


@lru_cache(maxsize=1)
def _own_words() -> tuple[str, ...]:
    """What the language itself gives: months, countries, and names of languages in their own words."""
    here = reader(TAG)
    return (
        *(written for name in here.month_names() for written in (name, name.capitalize())),
        *here.locale.territories.values(),
        *(reader(tag).name for tag in (TAG, "en", "ar")),
    )


def _texts(element: Element, foreign: bool = False) -> Iterator[str]:
    if element.tag in UNSEEN:
        return
    if element.get("aria-hidden") == "true":
        return
    if element.tag != "html" and element.get("lang") is not None:
        foreign = element.get("lang") != TAG
    if not foreign:
        yield from (element.get(name, "") for name in READ_ALOUD if element.get(name))
        if element.tag == "input" and element.get("type") in ("submit", "button"):
            yield element.get("value", "")
        if element.tag != "textarea":
            yield element.text or ""
    for child in element:
        yield from _texts(child, foreign)
        if not foreign:
            yield child.tail or ""
