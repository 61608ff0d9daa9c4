"""`python -m benchmarks.rendering SIDE`: a process that makes the documents it is sent, one after the other.

Jobs come pickled through the standard input; for each one a Made goes back through the standard output.

`child`     the app's own rendering process, `estimator.pdf.renderer_process.main`, in this process
`app`       what the app calls: `estimator.pdf.renderer.document`, whose child is started by the first document
`warm`      the same, with the child started and given time beforehand
`plain`     `HTML(string=...).write_pdf()` and nothing else: the system's fonts as they are, nothing kept
`standard`  the plain call with the archive standard and the attachment that our documents have
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import Pipe
from tempfile import mkdtemp
from time import perf_counter, process_time, sleep
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from estimator.pdf.renderer import Job

Make = Callable[["Job"], tuple[int, int]]
"""Makes a document; returns its size and what the rendering process holds, in bytes, 0 if that is not told."""


@dataclass(frozen=True)
class Made:
    """One document: seconds by the clock and of the processor, its size, the memory of its process."""

    clock: float
    processor: float
    size: int
    resident: int


class Renderer:
    """A process of one side, seen from outside."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process

    def make(self, job: Job) -> Made:
        """Have one document made."""
        assert self.process.stdin
        assert self.process.stdout
        pickle.dump(job, self.process.stdin)
        self.process.stdin.flush()
        made: Made = pickle.load(self.process.stdout)
        return made


@contextmanager
def renderer(side: str) -> Iterator[Renderer]:
    """Start a process of a side, and end it afterwards."""
    command = [sys.executable, "-m", "benchmarks.rendering", side]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        yield Renderer(process)
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait(30)


def _answer(make: Make, out: BinaryIO) -> None:
    """Make what is asked for until nothing more is."""
    while True:
        try:
            job = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        clock, processor = perf_counter(), process_time()
        size, resident = make(job)
        pickle.dump(Made(perf_counter() - clock, process_time() - processor, size, resident), out)
        out.flush()


def _child(out: BinaryIO) -> None:
    """Run the rendering process itself. It needs the main thread, so the jobs come in through another one."""
    from estimator.pdf import renderer, renderer_process  # noqa: PLC0415 - a side loads only what it measures

    ours, theirs = Pipe()

    def make(job: Job) -> tuple[int, int]:
        ours.send(job)
        kind, resident = json.loads(ours.recv_bytes())
        content = ours.recv_bytes()
        if kind != "pdf":
            raise RuntimeError(content.decode(errors="replace"))
        return len(content), resident

    def feed() -> None:
        _answer(make, out)
        ours.close()

    threading.Thread(target=feed, daemon=True).start()
    descriptor = os.dup(theirs.fileno())
    theirs.close()
    renderer_process.main(str(descriptor), str(renderer.ADDRESS_SPACE), str(renderer.SECONDS), mkdtemp())


def _app(out: BinaryIO, warm: bool) -> None:
    from estimator.pdf import renderer  # noqa: PLC0415 - a side loads only what it measures

    if warm:
        renderer.warm_up()
        sleep(2)

    def make(job: Job) -> tuple[int, int]:
        content = renderer.document(
            job.html,
            attachment=job.attachment,
            attachment_name=job.attachment_name,
            attachment_description=job.attachment_description,
            created=job.created,
        )
        return len(content), 0

    _answer(make, out)
    renderer.close()


def _plain(out: BinaryIO, standard: bool) -> None:
    import weasyprint  # noqa: PLC0415 - a side loads only what it measures

    def make(job: Job) -> tuple[int, int]:
        if not standard:
            return len(weasyprint.HTML(string=job.html).write_pdf()), 0
        attachment = weasyprint.Attachment(
            string=job.attachment, name=job.attachment_name, description=job.attachment_description
        )
        content = weasyprint.HTML(string=job.html).write_pdf(pdf_variant="pdf/a-3a", attachments=[attachment])
        return len(content), 0

    _answer(make, out)


def main(side: str) -> None:
    """Run one side."""
    out = sys.stdout.buffer
    if side == "child":
        _child(out)
    elif side in ("app", "warm"):
        _app(out, side == "warm")
    else:
        _plain(out, side == "standard")


if __name__ == "__main__":
    from benchmarks.rendering import main as run  # so that a Made is pickled under its own module's name

    run(sys.argv[1])
