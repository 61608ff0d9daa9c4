"""Several processes that belong together: started as one, restarted if one of them ends, and ended as one.

Each gets the reading end of a pipe whose writing end only this process has. So if this process is killed, the
others notice and end by themselves, and nothing is left behind that holds the port.

The program that becomes the supervisor gives up all that it had loaded: the supervisor needs a tenth of that memory.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from estimator.messages import gettext as _

GRACE = 35
"""Seconds that the processes have to end by themselves; those that have not are then killed."""

STEADY = 10
"""Seconds that a process must have run to be restarted at once when it ends; any other is restarted later."""

LONGEST_PAUSE = 30


@dataclass
class Part:
    """One process: its command line, with `{lifeline}` where the descriptor's number belongs, and its sockets."""

    name: str
    command: Sequence[str]
    descriptors: Sequence[int] = ()
    process: subprocess.Popen[bytes] | None = None
    started: float = 0
    pause: float = 0
    due: float = 0


def become(parts: Sequence[Part]) -> NoReturn:
    """Go on, as the same process with its sockets, as a program that does nothing but `run` these parts."""
    for part in parts:
        for descriptor in part.descriptors:
            os.set_inheritable(descriptor, True)
    given = json.dumps([asdict(part) for part in parts])
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, "-m", "estimator.processes.supervisor", given])  # noqa: S606


def run(parts: Sequence[Part]) -> int:
    """Run all parts until SIGINT or SIGTERM, a second one of which ends them at once; return the exit code."""
    lifeline, _keep_open = os.pipe()
    told: list[int] = []

    def tell(number: int, _frame: FrameType | None) -> None:
        told.append(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, tell)
    try:
        while not told:
            _see_to(parts, lifeline)
            time.sleep(0.2)
        return _end(parts, told)
    finally:
        for part in parts:
            if part.process is not None and part.process.poll() is None:
                os.killpg(part.process.pid, signal.SIGKILL)  # with whatever it has started itself
                part.process.wait()


def end_with(lifeline: int) -> None:
    """Wait, in a thread of a part, until the process that started it ends; then end as if told to."""
    os.read(lifeline, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def _see_to(parts: Sequence[Part], lifeline: int) -> None:
    """Start the processes, and restart those that ended, with growing delays for one that keeps ending at once."""
    now = time.monotonic()
    for part in parts:
        if part.process is not None and part.process.poll() is not None:
            lasted = now - part.started
            part.pause = 0 if lasted >= STEADY else min(max(1, part.pause * 2), LONGEST_PAUSE)
            part.due = now + part.pause
            print(
                _(
                    "%(part)s ended unexpectedly (%(code)s) and is started again.",
                    part=part.name,
                    code=part.process.returncode,
                ),
                file=sys.stderr,
                flush=True,
            )
            part.process = None
        if part.process is None and now >= part.due:
            _start(part, lifeline, now)


def _start(part: Part, lifeline: int, now: float) -> None:
    """Start a process; one that the system cannot start now is tried again later, and takes no other with it."""
    try:
        part.process = subprocess.Popen(  # noqa: S603 - our own command line
            [word.format(lifeline=lifeline) for word in part.command],
            pass_fds=[lifeline, *part.descriptors],
            # A terminal sends Ctrl-C to its whole group; these wait until they are told by us.
            start_new_session=True,
        )
    except OSError as error:
        part.pause = min(max(1, part.pause * 2), LONGEST_PAUSE)
        part.due = now + part.pause
        sentence = _(
            "%(part)s cannot be started (%(program)s: %(reason)s); it is tried again.",
            part=part.name,
            program=Path(part.command[0]).resolve(),
            reason=error.strerror,
        )
        print(sentence, file=sys.stderr, flush=True)
    else:
        part.started = now


def _end(parts: Sequence[Part], told: list[int]) -> int:
    running = [part.process for part in parts if part.process is not None]
    for process in running:
        process.terminate()
    until = time.monotonic() + GRACE
    while any(process.poll() is None for process in running):
        if len(told) > 1 or time.monotonic() > until:
            return 1
        time.sleep(0.05)
    return 0


if __name__ == "__main__":
    sys.exit(run([Part(**given) for given in json.loads(sys.argv[1])]))
