"""A price list that is changed in thousands of places at once: each table is copied once, not for each change."""

from __future__ import annotations

from typing import Any

from estimator.price_lists.editing.document import Data, Path
from estimator.price_lists.editing.writing import DOTTED


class Edited:
    """A list that changes; the data that it was made of stay as they are. `data` is read, and changed by `put` only."""

    def __init__(self, data: Data) -> None:
        self._whole: dict[str, Any] = dict(data)
        self._copied: dict[Path, dict[str, Any]] = {}

    @property
    def data(self) -> Data:
        """The list as it is now."""
        return self._whole

    def put(self, path: Path, value: Any) -> None:
        """Put a value at a place, or remove it if None, as `document.put` does."""
        table = self._table(path[:-1])
        if value is None:
            table.pop(path[-1], None)
        else:
            table[path[-1]] = value
        for end in range(len(path) - 1, 0, -1):
            if self._table(path[:end]) or not (path[end - 1] in DOTTED or path[end - 1] == "varies"):
                return
            del self._table(path[: end - 1])[path[end - 1]]

    def remove(self, section: Path, code: str) -> None:
        """Remove one entry; a section that is then empty goes too."""
        self.put((*section, code), None)
        if not self._table(section):
            self.put(section, None)

    def _table(self, path: Path) -> dict[str, Any]:
        """Return the table at a place as one that may be changed; an empty one if there is none."""
        if not path:
            return self._whole
        above = self._table(path[:-1])
        there = above.get(path[-1])
        if path not in self._copied or there is not self._copied[path]:
            self._copied[path] = dict(there) if isinstance(there, dict) else {}
            above[path[-1]] = self._copied[path]
        return self._copied[path]
