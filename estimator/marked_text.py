"""Texts that may be of another language than what is around them, and sentences that hold such texts.

Everything that is drawn as HTML marks them with their tag and direction by itself, because they know how they are
written there. As plain text they are plain text. What stands in an attribute, a title or an option of a list cannot be
marked: there `plain` leaves the marks out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

ISOLATE, END_ISOLATE = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
ISOLATES = {"ltr": "\N{LEFT-TO-RIGHT ISOLATE}", "rtl": "\N{RIGHT-TO-LEFT ISOLATE}"}
"""Unicode's isolates, put around text whose direction may differ from that of its neighbours."""

_HOLE = re.compile("\ue000([0-9]+)\ue001")


@dataclass(frozen=True)
class Words:
    """A text with its language tag; `language` is None if it is the reader's."""

    text: str
    language: str | None = None
    direction: str | None = None

    def __str__(self) -> str:
        return str(self.text)

    def __html__(self) -> str:
        if self.language is None:
            return escape(self.text)
        marked = Markup('<span lang="{}" dir="{}">{}</span>')
        return marked.format(self.language, self.direction, self.text)

    @property
    def marked(self) -> str:
        """The text, as a sentence that is marked if it is of another language."""
        return self.text if self.language is None else Sentence(self.text, (self,))


class Sentence(str):
    """A text that holds words of another language: a plain text to whoever reads it, marked where it is drawn."""

    parts: tuple[str | Words, ...]

    def __new__(cls, text: str, parts: tuple[str | Words, ...] = ()) -> Sentence:
        """Make a sentence of its text and of what it is made of, which comes to the same."""
        made = super().__new__(cls, text)
        made.parts = parts
        return made

    def __html__(self) -> str:
        return Markup("").join(self.parts)


def plain(text: object) -> str:
    """Return a text without marks, for an attribute, a title or an option of a list."""
    return str(text)


def joined(separator: str | Words, texts: Iterable[object]) -> str:
    """Join texts as str.join does; those of another language stay marked."""
    parts: list[Any] = []
    for text in texts:
        parts += [separator, text] if parts else [text]
    return _sentence(parts)


def filled(message: str, values: Mapping[str, object]) -> str:
    """Fill values into a message with %(names)s; those of another language stay marked."""
    holes: list[object] = []
    text = message % {name: hole(value, holes) for name, value in values.items()}
    return through(text, holes)


def through(text: str, holes: list[object]) -> str:
    """Return a text with the values in it whose places `hole` has left."""
    if not holes:
        return text
    pieces = _HOLE.split(text)
    return _sentence([holes[int(piece)] if number % 2 else piece for number, piece in enumerate(pieces)])


def hole(value: object, holes: list[object]) -> object:
    """Return what stands for a value until `through` puts it in; the value itself if nothing has to be marked."""
    found = value.marked if isinstance(value, Words) else value
    if not isinstance(found, Sentence):
        return value
    holes.append(found)
    return f"\ue000{len(holes) - 1}\ue001"


def _sentence(texts: list[Any]) -> str:
    parts: list[str | Words] = []
    for text in texts:
        found = text.marked if isinstance(text, Words) else text
        parts += found.parts if isinstance(found, Sentence) else [str(found)] if str(found) else []
    whole = "".join(map(str, parts))
    return Sentence(whole, tuple(parts)) if any(isinstance(part, Words) for part in parts) else whole
