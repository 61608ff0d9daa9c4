"""Every issued revision computed again by several processes, each with a connection of its own.

The processes end with the one that started them, however that ends, because their pipes do.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from multiprocessing.connection import Connection, wait

from sqlalchemy.exc import DBAPIError

from estimator import create_app
from estimator.db import unavailable
from estimator.messages import gettext as _
from estimator.verification import all_quotes
from estimator.verification.all_quotes import Checker, Fault, Rechecked

MOST_PROCESSES = 4
"""Maximum number of processes unless somebody asks for more: the machine has other things to do."""

WORTH_A_PROCESS = 100
"""Number of revisions below which another process takes longer to start than it saves."""

NICE = 5
"""How far whoever computes everything again stands behind those that answer people."""


class Failed(Exception):
    """A process ended before its work was done; the message says why."""


def enough(revisions: int) -> int:
    """Return how many processes so many revisions keep busy on this machine."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(MOST_PROCESSES, cores, revisions // WORTH_A_PROCESS))


def each(after: int, processes: int) -> Iterator[Rechecked]:
    """Check every revision after one in several processes, and yield them in the order in which they were issued.

    The environment says which installation it is. Raises Failed.
    """
    parts = enumerate(all_quotes.parts(after))
    checked: dict[int, list[Rechecked]] = {}
    following = 0
    with _started(processes) as connections:
        working = dict.fromkeys(connections, 0)

        def hand_over(connection: Connection) -> None:
            part = next(parts, None)
            if part is not None:
                connection.send(part)
                working[connection] += 1

        try:
            for connection in [*connections, *connections]:  # each has a part waiting while it works
                hand_over(connection)
            while any(working.values()):
                busy = [one for one, count in working.items() if count]
                ready = wait(busy)
                for connection in (one for one in busy if one in ready):
                    number, found = connection.recv()
                    if isinstance(found, str):
                        raise Failed(found)
                    checked[number] = found
                    working[connection] -= 1
                    hand_over(connection)
                while following in checked:
                    yield from checked.pop(following)
                    following += 1
        except (EOFError, OSError) as error:
            raise Failed(_("A process that was checking ended before it was done.")) from error


@contextmanager
def _started(processes: int) -> Iterator[list[Connection]]:
    """Start processes and give a connection to each; they end at once when it is over."""
    # Started anew, not forked: this process has a connection to the database.
    context = multiprocessing.get_context("spawn")
    children = []
    connections = []
    try:
        for _number in range(processes):
            ours, theirs = context.Pipe()
            process = context.Process(target=_check, args=(theirs,), daemon=True)
            process.start()
            theirs.close()
            children.append(process)
            connections.append(ours)
        yield connections
    finally:
        for connection in connections:
            connection.close()
        for process in children:
            process.kill()
            process.join(5)


def _check(connection: Connection) -> None:
    """Check the parts that come through a pipe until it is closed, in a process of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    app = create_app(pages=False)
    with app.app_context(), suppress(EOFError, OSError):
        checker = Checker(app.config["SETTINGS"].data_keys)
        while True:
            number, (first, last) = connection.recv()
            try:
                found: list[Rechecked] | str = [_to_be_sent(one) for one in checker.check(first, last)]
            except DBAPIError as error:
                known = unavailable(error)
                if known is None:
                    raise
                found = str(known.sentence)
            connection.send((number, found))


def _to_be_sent(found: Rechecked) -> Rechecked:
    """Leave out the price lists, which nobody reads of a fault, and which no pipe takes."""
    return replace(found, faults=tuple(_without_list(fault) for fault in found.faults))


def _without_list(fault: Fault) -> Fault:
    if fault.computed is None:
        return fault
    differences = [replace(one, label=None) for one in fault.computed.differences]
    return fault._replace(computed=replace(fault.computed, table=None, differences=differences))
