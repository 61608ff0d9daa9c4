"""A queue in which networks take turns: who sends three hundred at once waits for itself, and nobody else does."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Bounds:
    """How many may wait, and how many bytes they may hold: of one network, and of all together."""

    items_of_one: int
    items: int
    bytes_of_one: int
    bytes: int


class FairQueue(Generic[Item]):
    """What waits, by network: one of each network is taken in turn, those of one network in the order they came."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._lines: dict[str, deque[tuple[Item, int]]] = {}  # the first of them has the next turn
        self._sizes: dict[str, int] = {}
        self._items = 0
        self._bytes = 0

    def __len__(self) -> int:
        return self._items

    def put(self, network: str, item: Item, size: int) -> list[Item]:
        """Let an item wait; return those for which there is no room, this one or others.

        A network that holds too much gives its newest up. So does the one that holds most if all together are too many.
        """
        self._lines.setdefault(network, deque()).append((item, size))
        self._count(network, 1, size)
        bounds = self._bounds
        if len(self._lines[network]) > bounds.items_of_one or self._sizes[network] > bounds.bytes_of_one:
            return [self._give_up(network)]
        given_up = []
        while self._items > bounds.items:
            given_up.append(self._give_up(max(self._lines, key=lambda each: len(self._lines[each]))))
        while self._bytes > bounds.bytes:
            given_up.append(self._give_up(max(self._sizes, key=lambda each: self._sizes[each])))
        return given_up

    def take(self) -> Item:
        """Return the one whose turn it is; raises StopIteration if nothing waits."""
        network = next(iter(self._lines))
        item, size = self._lines[network].popleft()
        self._count(network, -1, -size)
        if network in self._lines:
            self._lines[network] = self._lines.pop(network)  # behind all others
        return item

    def _give_up(self, network: str) -> Item:
        item, size = self._lines[network].pop()
        self._count(network, -1, -size)
        return item

    def _count(self, network: str, items: int, size: int) -> None:
        self._items += items
        self._bytes += size
        self._sizes[network] = self._sizes.get(network, 0) + size
        if not self._lines[network]:
            del self._lines[network], self._sizes[network]
