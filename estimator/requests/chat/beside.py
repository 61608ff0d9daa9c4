"""What stands nearest to a place of a text, found without a look at all else: a message may name a thousand things."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from operator import itemgetter


class Spans:
    """Places of a text, each from its first letter to after its last one; a question takes logarithmic time."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        every = list(spans)
        self._starts = sorted(map(itemgetter(0), every))
        self._ends = sorted(map(itemgetter(1), every))

    def last_end(self, at: int, default: int = 0) -> int:
        """Return where the last one ends that does so at a place or before it."""
        number = bisect_right(self._ends, at)
        return self._ends[number - 1] if number else default

    def next_start(self, at: int, default: int) -> int:
        """Return where the first one begins that does so at a place or behind it."""
        number = bisect_left(self._starts, at)
        return self._starts[number] if number < len(self._starts) else default

    def starts_in(self, start: int, end: int) -> list[int]:
        """Return where those begin that do so at one of two places or between them."""
        return self._starts[bisect_left(self._starts, start) : bisect_right(self._starts, end)]

    def ends_in(self, start: int, end: int) -> list[int]:
        """Return where those end that do so at one of two places or between them."""
        return self._ends[bisect_left(self._ends, start) : bisect_right(self._ends, end)]

    def touch(self, start: int, end: int) -> bool:
        """Whether one of them has a letter in common with a place, if none of them has with another."""
        number = bisect_right(self._ends, start)
        return number < len(self._starts) and self._starts[number] < end
