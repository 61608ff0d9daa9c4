"""What a reader of free text does, counted and not timed: the letters it gives to patterns, and the lines it runs."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import FrameType, ModuleType
from typing import Any

import pytest


@dataclass
class Work:
    """How many letters patterns were given, and how many lines of the modules that are looked at were run."""

    letters: int = 0
    lines: int = 0


class _Counted:
    """A pattern that counts the letters it looks at."""

    def __init__(self, pattern: re.Pattern[str], work: Work) -> None:
        self._pattern, self._work = pattern, work

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pattern, name)

    def search(self, text: str, pos: int = 0, endpos: int = sys.maxsize) -> re.Match[str] | None:
        found = self._pattern.search(text, pos, endpos)
        self._work.letters += max(0, (found.end() if found else min(endpos, len(text))) - pos)
        return found

    def match(self, text: str, pos: int = 0, endpos: int = sys.maxsize) -> re.Match[str] | None:
        return self._at(self._pattern.match(text, pos, endpos))

    def fullmatch(self, text: str, pos: int = 0, endpos: int = sys.maxsize) -> re.Match[str] | None:
        return self._at(self._pattern.fullmatch(text, pos, endpos))

    def finditer(self, text: str, pos: int = 0, endpos: int = sys.maxsize) -> Iterator[re.Match[str]]:
        self._work.letters += max(0, min(endpos, len(text)) - pos)
        return self._pattern.finditer(text, pos, endpos)

    def sub(self, new: str | Callable[[re.Match[str]], str], text: str, count: int = 0) -> str:
        self._work.letters += len(text)
        return self._pattern.sub(new, text, count=count)

    def split(self, text: str, maxsplit: int = 0) -> list[Any]:
        self._work.letters += len(text)
        return self._pattern.split(text, maxsplit)

    def _at(self, found: re.Match[str] | None) -> re.Match[str] | None:
        self._work.letters += 1 + (len(found[0]) if found else 0)
        return found


class Counter:
    """Counts the work of some modules, as long as their patterns are exchanged."""

    def __init__(self, modules: Iterable[ModuleType], monkeypatch: pytest.MonkeyPatch) -> None:
        self._work = Work()
        self._files = set()
        for module in modules:
            self._files.add(module.__file__)
            for name, value in vars(module).items():
                counted = self._counted(value)
                if counted is not value:
                    monkeypatch.setattr(module, name, counted)

    def of(self, read: Callable[[str], object], text: str) -> Work:
        """Return the work of reading a text."""
        self._work.letters = self._work.lines = 0
        before = sys.gettrace()
        sys.settrace(self._trace)
        try:
            read(text)
        finally:
            sys.settrace(before)
        return Work(self._work.letters, self._work.lines)

    def _trace(self, frame: FrameType, _event: str, _argument: object) -> Any:
        return self._line if frame.f_code.co_filename in self._files else None

    def _line(self, _frame: FrameType, _event: str, _argument: object) -> Any:
        self._work.lines += 1
        return self._line

    def _counted(self, value: Any) -> Any:
        """Return a pattern, or some of them, as what counts; anything else as it is."""
        if isinstance(value, re.Pattern):
            return _Counted(value, self._work)
        if isinstance(value, dict) and any(isinstance(one, re.Pattern) for one in value.values()):
            return {key: self._counted(one) for key, one in value.items()}
        if type(value) in (list, tuple) and any(isinstance(one, re.Pattern | tuple) for one in value):
            each = [self._counted(one) for one in value]
            return (
                type(value)(each)
                if any(new is not old for new, old in zip(each, value, strict=True))
                else value
            )
        return value
