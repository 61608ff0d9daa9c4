"""A thread of a worker that puts the same work into a lane again and again, whatever becomes of the queue."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Regularly:
    """Something that is done every so many seconds, from `start` to `stop`; the first time after that long."""

    def __init__(self, seconds: float, do: Callable[[], object]) -> None:
        self._seconds, self._do = seconds, do
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="regularly")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop."""
        self._ended.set()

    def _run(self) -> None:
        while not self._ended.wait(self._seconds):
            self._do()
