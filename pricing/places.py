"""How places in a table are written, and the line of a file for each of them.

`tomllib` reads a file but does not say where. `lines_of` walks the same text once more, only to note lines.
It is used on text that `tomllib` has accepted; where it cannot follow, a place has no line, never a wrong one.
"""

from __future__ import annotations

import json
import re
import tomllib

LONGEST_STEP = 100
"""A longer key is cut where it is part of a place."""

_CUT = "…"
_BARE_END = re.compile(r"[^A-Za-z0-9_-]")
_UNCLEAR = re.compile(r'[.\[\]"]')
# A date and its time of day may have a space between them.
_SCALAR = re.compile(r"[^,\]}\s#]+(?: [0-9]{2}:[^,\]}\s#]+)?")


def below(place: str, key: str) -> str:
    """Return the place of a key in the table at `place`: `charge.ward`, in quotes only if it could mislead."""
    if len(key) > LONGEST_STEP:
        key = key[:LONGEST_STEP] + _CUT
    if not key or not key.isprintable() or _UNCLEAR.search(key):
        key = json.dumps(key, ensure_ascii=not key.isprintable())
    return f"{place}.{key}" if place else key


def around(place: str) -> str:
    """Return the place of the table or list that a place stands in, as far as the text tells."""
    return place[: max(place.rfind("."), place.rfind("["), 0)]


def lines_of(text: str) -> dict[str, int]:
    """Return the line, counted from 1, of every place in a TOML text, as far as it can be told."""
    walk = _Walk(text)
    try:
        walk.document()
    except (IndexError, ValueError, RecursionError):
        return {}
    return walk.lines


class _Walk:
    """A scanner over one text; `at` is its position."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n") + "\n"
        self.at = 0
        self.line = 1
        self.counted = 0
        self.lines: dict[str, int] = {}
        self.arrays: dict[str, int] = {}

    def document(self) -> None:
        table = ""
        while True:
            self.blank(newlines=True)
            if self.at >= len(self.text):
                return
            if self.text.startswith("[[", self.at):
                self.at += 2
                place = self.key("")
                self.arrays[place] = self.arrays.get(place, -1) + 1
                table = f"{place}[{self.arrays[place]}]"
                self.note(table)
                self.at = self.text.index("]]", self.at) + 2
            elif self.text[self.at] == "[":
                self.at += 1
                table = self.key("")
                self.at = self.text.index("]", self.at) + 1
            else:
                self.pair(table)

    def pair(self, table: str) -> None:
        place = self.key(table)
        self.blank(newlines=False)
        self.at += 1  # the equals sign
        self.blank(newlines=False)
        self.value(place)

    def key(self, table: str) -> str:
        """Read a dotted key; record the line of each of its parts at its first occurrence."""
        place = table
        while True:
            self.blank(newlines=False)
            place = below(place, self.key_part())
            self.note(place)
            self.blank(newlines=False)
            if self.text[self.at] != ".":
                return place
            self.at += 1

    def key_part(self) -> str:
        start = self.at
        if self.text[start] in "\"'":
            self.string()
            quoted = self.text[start : self.at]
            return str(tomllib.loads(f"key = {quoted}")["key"]) if "\\" in quoted else quoted[1:-1]
        end = _BARE_END.search(self.text, start)
        assert end is not None
        self.at = end.start()
        return self.text[start : self.at]

    def value(self, place: str) -> None:
        letter = self.text[self.at]
        if letter in "\"'":
            self.string()
        elif letter == "[":
            self.array(place)
        elif letter == "{":
            self.inline(place)
        else:
            scalar = _SCALAR.match(self.text, self.at)
            if scalar is None:
                raise ValueError("no value")
            self.at = scalar.end()

    def array(self, place: str) -> None:
        self.at += 1
        number = 0
        while True:
            self.blank(newlines=True)
            if self.text[self.at] == "]":
                self.at += 1
                return
            self.note(f"{place}[{number}]")
            self.value(f"{place}[{number}]")
            number += 1
            self.blank(newlines=True)
            if self.text[self.at] == ",":
                self.at += 1

    def inline(self, place: str) -> None:
        self.at += 1
        while True:
            self.blank(newlines=True)
            if self.text[self.at] == "}":
                self.at += 1
                return
            self.pair(place)
            self.blank(newlines=True)
            if self.text[self.at] == ",":
                self.at += 1

    def string(self) -> None:
        mark = self.text[self.at]
        if self.text.startswith(mark * 3, self.at):
            end = self.at + 3
            while not self.text.startswith(mark * 3, end):
                end += 2 if mark == '"' and self.text[end] == "\\" else 1
            end += 3
            while self.text[end] == mark:  # up to two quotation marks may belong to the text itself
                end += 1
        else:
            end = self.at + 1
            while self.text[end] != mark:
                end += 2 if mark == '"' and self.text[end] == "\\" else 1
            end += 1
        self.at = end

    def blank(self, newlines: bool) -> None:
        while self.at < len(self.text):
            letter = self.text[self.at]
            if letter == "#":
                self.at = self.text.index("\n", self.at)
            elif letter in " \t" or (newlines and letter == "\n"):
                self.at += 1
            else:
                return

    def note(self, place: str) -> None:
        self.line += self.text.count("\n", self.counted, self.at)
        self.counted = self.at
        if _CUT not in place:  # two long keys may be cut to the same place
            self.lines.setdefault(place, self.line)
