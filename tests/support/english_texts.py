"""English where another language is read: every message that patients can meet, and every text of a price list.

A message is looked for as a whole, with anything in the place of its placeholders, and by its longer pieces, because a
page has links and amounts within its sentences. What is the same in both languages is nothing English.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any

from babel.messages.pofile import read_po

from tests.support.folders import ROOT

TRANSLATIONS = ROOT / "estimator" / "translations"
LATIN = frozenset(("en", "es", "fr"))
"""Languages in whose letters English is written too."""

LONG = 3
"""From so many words on, a piece of a message is not in another language by chance."""

TELLING = 6
"""A word of so many letters that is said in English and nowhere in another language's texts is English."""

_PLACE = re.compile(r"%\([a-z_]+\)[sd]|\{[a-z_]+\}|%%")
_WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)*")
_LATIN_WORD = re.compile(r"(?<![^\W\d_])[A-Za-z]{2,}(?![^\W\d_])")
_LATIN_RUN = re.compile(r"[A-Za-z]+[’']?(?:,? [A-Za-z]+[’']?)+")
_NAMES_OF_THINGS = re.compile(
    r"\b(?:EST|REQ|Q|DEMO)-[0-9A-Z-]+\b|https?://\S+|\S+@\S+|\b[A-Z]\w+/[A-Z]\w+\b|\b[\w-]+(?:\.[\w-]+)+\b"
)


@dataclass(frozen=True)
class English:
    """What nobody who reads one language may meet unmarked; `borrowed` are Latin words in its own translations."""

    tag: str
    whole: frozenset[str]
    shapes: tuple[tuple[str, re.Pattern[str]], ...]
    pieces: tuple[str, ...]
    words: frozenset[str]
    borrowed: frozenset[str]
    known: dict[str, bool] = field(default_factory=dict, repr=False)

    def found(self, texts: Iterable[str], typed: Iterable[str] = ()) -> list[str]:
        """Return those of the texts that say something in English; `typed` are words of the reader's own."""
        own = tuple(typed)
        found = []
        for text in dict.fromkeys(map(_plain, texts)):
            if text not in self.known:  # most texts stand on many pages
                self.known[text] = self._is_english(text, own)
            if self.known[text]:
                found.append(text)
        return found

    def _is_english(self, text: str, typed: tuple[str, ...]) -> bool:
        if text in typed or not _WORD.search(text):
            return False
        if self.tag == "en":
            return bool(re.search(r"[^\W\d_]", re.sub(r"[A-Za-zÀ-ɏ’µ]", "", text)))
        if not re.search(r"[A-Za-z]{2}", text):
            return False
        text = _without(re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", text), _sources())
        if self.tag not in LATIN:
            text = _without_pieces_of_sources(text)
        if text in self.whole or any(part in text and shape.fullmatch(text) for part, shape in self.shapes):
            return True
        left = _without(_NAMES_OF_THINGS.sub(" ", text), (*typed, *_names()))
        if any(piece in left for piece in self.pieces):
            return True
        words = {word for word in _LATIN_WORD.findall(left) if not word.isupper()} - self.borrowed
        return bool(words if self.tag not in LATIN else words & self.words)


@lru_cache(maxsize=8)
def english(tag: str) -> English:
    """Return what is English for readers of a language."""
    pairs = [(one, other) for one, other in (*_messages(tag), *_of_lists(tag)) if one != other]
    translated = {_plain(other) for _one, other in (*_messages(tag), *_of_lists(tag))}
    whole = {_plain(one) for one, _other in pairs if not _PLACE.search(one)} - translated
    shaped = [one for one, _other in pairs if _PLACE.search(one) and _plain(one) not in translated]
    pieces = {_plain(piece) for one, _other in pairs for piece in _PLACE.split(one)}
    said = "\n".join(translated)
    return English(
        tag,
        frozenset(whole),
        tuple(_shape(one) for one in shaped if _WORD.search(_PLACE.sub("", one))),
        tuple(piece for piece in pieces if len(_WORD.findall(piece)) >= LONG and piece not in said),
        frozenset(word for one, _other in pairs for word in _words(one) if len(word) >= TELLING),
        frozenset((*_words(said), *(word for name in _names() for word in _LATIN_WORD.findall(name)))),
    )


def _plain(text: str) -> str:
    return " ".join(text.split())


def _words(text: str) -> list[str]:
    return _LATIN_WORD.findall(_PLACE.sub(" ", text))


def _shape(message: str) -> tuple[str, re.Pattern[str]]:
    """Return the longest piece of a message, and what the whole of it looks like."""
    pieces = _PLACE.split(_plain(message))
    return max(pieces, key=len).strip(), re.compile(".+?".join(map(re.escape, pieces)))


def _without(text: str, names: Iterable[str]) -> str:
    """Leave out of a text what is a name in every language."""
    for name in names:
        text = text.replace(name, " ")
    return text


@lru_cache(maxsize=1)
def _names() -> tuple[str, ...]:
    """Return the names and addresses of the providers of the price lists, the longest first."""
    found = {text for table in _lists() for text in table["provider"].values()}
    return tuple(sorted(found, key=len, reverse=True))


@lru_cache(maxsize=1)
def _sources() -> tuple[str, ...]:
    """Return the sources of the price lists, the longest first.

    A source names a document, or who gave a figure, in one wording: pages mark its language, the text of a PDF cannot.
    """
    found = {_plain(text) for table in _lists() for text in _sources_in(table)}
    return tuple(sorted(found, key=len, reverse=True))


def _sources_in(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        if isinstance(part.get("source"), str):
            yield part["source"]
        part = part.values()
    elif not isinstance(part, list):
        return
    for inner in part:
        yield from _sources_in(inner)


def _without_pieces_of_sources(text: str) -> str:
    """Leave out what the lines of a right-to-left document tear out of a source."""
    return _LATIN_RUN.sub(lambda run: " " if any(run[0] in each for each in _sources()) else run[0], text)


@lru_cache(maxsize=1)
def _lists() -> tuple[dict[str, Any], ...]:
    folder = resources.files("pricing.tables")
    paths = sorted(path.name for path in folder.iterdir() if path.name.endswith(".toml"))
    return tuple(tomllib.loads((folder / path).read_text(encoding="utf-8")) for path in paths)


def _messages(tag: str) -> Iterator[tuple[str, str]]:
    """Yield each English message with its translation, each plural form with one."""
    if tag == "en":
        return
    with (TRANSLATIONS / tag / "LC_MESSAGES" / "patients.po").open("rb") as file:
        catalogue = read_po(file, locale=tag)
    for message in catalogue:
        said = message.string if isinstance(message.string, (tuple, list)) else [str(message.string)]
        each = message.id if isinstance(message.id, (tuple, list)) else [message.id]
        yield from ((one, other) for one in each if one for other in said)


def _of_lists(tag: str) -> Iterator[tuple[str, str]]:
    """Yield each English text of the demonstration's price lists with what the same place says in the language."""
    for table in _lists():
        yield from _texts(table, tag)


def _texts(part: Any, tag: str) -> Iterator[tuple[str, str]]:
    if isinstance(part, Mapping):
        one, other = part.get("en"), part.get(tag)
        if one is not None and other is not None:
            yield from ((a, b) for a in _forms(one) for b in _forms(other))
            return
        for inner in part.values():
            yield from _texts(inner, tag)
    elif isinstance(part, list):
        for inner in part:
            yield from _texts(inner, tag)


def _forms(text: Any) -> list[str]:
    return [*map(str, text.values())] if isinstance(text, Mapping) else [str(text)]
