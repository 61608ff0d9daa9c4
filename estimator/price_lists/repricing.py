"""Many plans priced under two tables in a few processes, which get the tables as text and know nothing else.

The processes end with the one that started them, however that ends, because their pipes do.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType

from estimator import pricing_process
from pricing.impact import Tally

PROCESSES = 2
AT_A_TIME = 100
"""Number of plans in one batch for a process; it has another batch waiting while it works."""

BEAT_SECONDS = 0.5
"""Interval at which `beat` is called with the progress, in seconds."""

ADDRESS_SPACE = 2**30
"""A process that asks for more memory than this, in bytes, ends, and the whole work fails."""

Part = list[tuple[str, int]]
"""A batch: answers as JSON, each with the number of plans that have them."""


def enough(plans: int) -> int:
    """Return how many processes so many plans keep busy: one where all of them are a single batch."""
    return min(PROCESSES, max(1, -(-plans // AT_A_TIME)))


class Failed(Exception):
    """A process ended before its work was done."""


class Pricers:
    """A pool of processes that price under two tables; a context manager that ends all of them."""

    def __init__(self, old: str, new: str, processes: int = PROCESSES) -> None:
        # Started anew, not forked: this process has threads, connections, and the renderer's server.
        context = multiprocessing.get_context("spawn")
        self._children: list[tuple[BaseProcess, Connection]] = []
        for _number in range(processes):
            ours, theirs = context.Pipe()
            process = context.Process(
                target=pricing_process.serve, args=(theirs, old, new, ADDRESS_SPACE), daemon=True
            )
            process.start()
            theirs.close()
            self._children.append((process, ours))

    def __enter__(self) -> Pricers:
        """Return the pricers themselves."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every process at once, and what it works on with it."""
        for process, connection in self._children:
            connection.close()
            process.kill()
            process.join(5)
            with suppress(ValueError):
                process.close()

    def tally(self, plans: Mapping[str, int], beat: Callable[[int], None]) -> Tally:
        """Price every plan and count what becomes of them; raises Failed.

        `beat` is called every BEAT_SECONDS with the number of plans done; an exception from it ends the work.
        """
        total = Tally()
        parts = _parts(plans.items())
        working = {connection: 0 for _process, connection in self._children}
        try:
            for connection in [*working, *working]:
                working[connection] += _hand_over(connection, parts)
            while any(working.values()):
                busy = [one for one, count in working.items() if count]
                ready = wait(busy, BEAT_SECONDS)
                for connection in (one for one in busy if one in ready):
                    total.merge(connection.recv())
                    working[connection] += _hand_over(connection, parts) - 1
                beat(total.plans)
        except (EOFError, OSError) as error:
            raise Failed("a process that prices ended") from error
        return total


def _hand_over(connection: Connection, parts: Iterator[Part]) -> int:
    """Send a process its next batch; return the number of batches sent, 1 or 0."""
    part = next(parts, None)
    if part is None:
        return 0
    connection.send(part)
    return 1


def _parts(plans: Iterable[tuple[str, int]]) -> Iterator[Part]:
    remaining = iter(plans)
    while part := list(islice(remaining, AT_A_TIME)):
        yield part
