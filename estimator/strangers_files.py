"""Files that anybody may have made, each read by a program of its own that has the bytes and nothing else.

The program has no secret in its environment, no file that it could write, little memory and little time. Importing
this module loads no reader.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable


class GivenUp(Exception):
    """A file was not read; `late` says whether for time, else for memory or because the program ended."""

    def __init__(self, *, late: bool) -> None:
        super().__init__("time" if late else "memory")
        self.late = late


def read(program: str, content: bytes, *, memory: int, seconds: int, limits: tuple[int, ...] = ()) -> bytes:
    """Return what a module's `main(*limits)` answers to a file, within so many bytes of memory and seconds.

    Raises GivenUp.
    """
    start = (
        "import sys; sys.path[:] = sys.argv[4:]; from estimator import strangers_files; "
        f"strangers_files.confine(*map(int, sys.argv[1:3])); from {program} import main; "
        "main(*map(int, sys.argv[3].split()))"
    )
    told = [str(memory), str(seconds), " ".join(map(str, limits))]
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", start, *told, *sys.path],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            start_new_session=True,
            timeout=seconds,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError) as error:  # the latter where no process can be started now
        raise GivenUp(late=True) from error
    if done.returncode != 0:
        raise GivenUp(late=False)
    return done.stdout


def confine(memory: int, seconds: int) -> None:
    """Bind this process, which reads one file, to so many bytes of memory and seconds, and to no file of its own."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # no core dump: it would hold the file
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (memory,) * 2)
    os.nice(5)


def answer(reading: Callable[[bytes], bytes]) -> None:
    """Read the file from standard input, write what is answered to standard output, and end this process."""
    sys.stdout.buffer.write(reading(sys.stdin.buffer.read()))
    sys.stdout.buffer.flush()
    os._exit(0)  # without the interpreter's clean-up, for which there may be no memory
