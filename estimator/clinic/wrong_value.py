"""How a setting says that a value cannot be set."""

from __future__ import annotations

from collections.abc import Mapping


class WrongValue(ValueError):
    """A value that cannot be set; `problems` says what is wrong, by the place in it, "" for the whole."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        self.sentence = next(iter(self.problems.values()))
        super().__init__(self.sentence)
