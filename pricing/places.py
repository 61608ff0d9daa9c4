"""On which line of a file each place of a table stands.

`tomllib` reads a file but does not say where. This walks the same text once more, only to note lines. It is
used on text that `tomllib` has accepted; where it cannot follow, a place has no line, never a wrong one.
"""

from __future__ import annotations

import re

_BARE_END = re.compile(r"[^A-Za-z0-9_-]")
_SCALAR_END = re.compile(r"[,\]}\s#]")


def lines_of(text: str) -> dict[str, int]:
    """Return the line, counted from 1, of every place in a TOML text, as far as it can be told."""
    walk = _Walk(text)
    try:
        walk.document()
    except (IndexError, ValueError, RecursionError):
        return {}
    return walk.lines


class _Walk:
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
        self.at += 1  # the sign =
        self.blank(newlines=False)
        self.value(place)

    def key(self, table: str) -> str:
        """Read a dotted key; note each of its parts, the first time it is met."""
        place = table
        while True:
            self.blank(newlines=False)
            letter = self.text[self.at]
            if letter in "\"'":
                start = self.at + 1
                self.string()
                part = self.text[start : self.at - 1]
            else:
                end = _BARE_END.search(self.text, self.at)
                assert end is not None
                part = self.text[self.at : end.start()]
                self.at = end.start()
            place = f"{place}.{part}" if place else part
            self.note(place)
            self.blank(newlines=False)
            if self.text[self.at] != ".":
                return place
            self.at += 1

    def value(self, place: str) -> None:
        letter = self.text[self.at]
        if letter in "\"'":
            self.string()
        elif letter == "[":
            self.array(place)
        elif letter == "{":
            self.inline(place)
        else:
            end = _SCALAR_END.search(self.text, self.at)
            assert end is not None
            self.at = end.start()

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
            while self.text[end] == mark:
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
        self.lines.setdefault(place, self.line)
