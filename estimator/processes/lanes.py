"""Lanes of a worker: each kind of work has threads of its own, so that none waits for another kind."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable, Mapping

MOST = 2_000
"""Maximum number of rows that wait in a lane; the sweep enqueues again what finds no room."""

Work = Callable[[], object]

logger = logging.getLogger(__name__)


class Lane:
    """Some threads, and what waits for them; the same work waits once, however often it is put in."""

    def __init__(self, name: str, threads: int) -> None:
        self._changed = threading.Condition()
        self._waiting: dict[Hashable, Work] = {}
        self._ending = False
        self._threads = [
            threading.Thread(target=self._work, name=f"{name} {number}", daemon=True)
            for number in range(1, threads + 1)
        ]
        self._busy = 0
        for thread in self._threads:
            thread.start()

    @property
    def idle(self) -> bool:
        """Whether nothing is done here and nothing waits."""
        return not self._busy and not self._waiting

    def put(self, name: Hashable, work: Work) -> None:
        """Have work done by the next free thread, after what waits already; never blocks."""
        with self._changed:
            if len(self._waiting) < MOST:
                self._waiting.setdefault(name, work)
                self._changed.notify()

    def end(self) -> None:
        """Begin nothing more."""
        with self._changed:
            self._ending = True
            self._changed.notify_all()

    def join(self, until: float) -> bool:
        """Wait until a moment of the monotonic clock for what is under way; return whether it is done."""
        for thread in self._threads:
            thread.join(max(0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._ending:
                    self._changed.wait()
                if self._ending:
                    return
                name = next(iter(self._waiting))
                work = self._waiting.pop(name)
                self._busy += 1
            try:
                work()
            except Exception:
                logger.exception("%s failed", name)
            finally:
                with self._changed:
                    self._busy -= 1


class Lanes:
    """The lanes of a worker, by name."""

    def __init__(self, threads: Mapping[str, int]) -> None:
        self._lanes = {name: Lane(name, number) for name, number in threads.items()}

    def row(self, lane: str, do: Callable[[int], object]) -> Callable[[int], None]:
        """Return what puts a row into a lane, to have `do` done with its number."""
        return lambda number: self._lanes[lane].put(number, lambda: do(number))

    def put(self, lane: str, work: Work) -> None:
        """Have work done in a lane; it waits there once."""
        self._lanes[lane].put(work, work)

    def idle(self, *lanes: str) -> bool:
        """Whether nothing is done in these lanes and nothing waits there."""
        return all(self._lanes[name].idle for name in lanes)

    def end(self, grace: float) -> bool:
        """Begin nothing more, and let what is under way finish for `grace` seconds; return whether it did."""
        for lane in self._lanes.values():
            lane.end()
        until = time.monotonic() + grace
        done = [lane.join(until) for lane in self._lanes.values()]
        return all(done)
