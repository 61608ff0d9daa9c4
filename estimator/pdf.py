"""HTML in, an archivable and accessible PDF out, rendered in one kept child process.

The child reaches nothing outside the HTML it is given, is ended when it takes too long or too much memory,
and is made anew after a number of documents. Importing this module loads nothing of the renderer.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

SECONDS = 20
"""A document that takes longer is given up."""

DOCUMENTS = 200
"""So many documents one child makes before it is renewed."""

RESIDENT = 400 * 2**20
"""A child that holds more memory than this after a document, in bytes, is renewed."""

ADDRESS_SPACE = 2 * 2**30
"""A child that asks for more memory than this, in bytes, is refused and its document fails."""


class RenderingFailed(Exception):
    """A document could not be made; the message says why."""


class RenderingTookTooLong(RenderingFailed):
    """A document was given up because it took more than SECONDS."""


class MissingFont(RenderingFailed):
    """A character of a document is in no font of this machine; `estimator doctor` says what to install."""


@dataclass(frozen=True)
class Job:
    """One document for the child."""

    html: str
    attachment: bytes | None
    attachment_name: str
    attachment_description: str
    created: datetime


def document(
    html: str,
    *,
    attachment: bytes | None = None,
    attachment_name: str = "",
    attachment_description: str = "",
    created: datetime,
) -> bytes:
    """Return the PDF of an HTML text: PDF/A-3a and PDF/UA-1, with the attachment embedded as its data.

    The same arguments give the same bytes, in whatever process. Raises RenderingFailed, and its subclasses
    for what took too long and for characters without a font.
    """
    job = Job(html, attachment, attachment_name, attachment_description, created)
    with _lock:
        try:
            return _kept_child().make(job)
        except _Gone:
            # Somebody ended the child from outside. It is not the document's fault the first time.
            pass
        try:
            return _kept_child().make(job)
        except _Gone as gone:
            raise RenderingFailed(
                "The process that renders ended twice while it made this document."
            ) from gone


def warm_up() -> None:
    """Start the child before the first document is asked for."""
    with _lock:
        _kept_child()


def close() -> None:
    """End the child; the next document starts a new one."""
    global _child  # noqa: PLW0603
    with _lock:
        if _child is not None:
            _child.end()
        _child = None


class _Gone(Exception):
    """The child ended without an answer."""


class _Child:
    """The kept child process, seen from its parent."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["estimator.pdf_child"])
        ours, theirs = context.Pipe()
        self.owner = os.getpid()
        self.connection: Connection = ours
        self.made = 0
        self.process: BaseProcess = context.Process(
            target=_serve, args=(theirs, ADDRESS_SPACE), name="estimator-pdf", daemon=True
        )
        self.process.start()
        theirs.close()

    def make(self, job: Job) -> bytes:
        try:
            self.connection.send(job)
            if not self.connection.poll(SECONDS):
                self.end()
                raise RenderingTookTooLong(f"The document took more than {SECONDS} seconds.")
            kind, answer, resident = self.connection.recv()
        except (EOFError, OSError) as error:
            self.end()
            raise _Gone from error
        self.made += 1
        if self.made >= DOCUMENTS or resident > RESIDENT or kind == "memory":
            self.end()
        if kind == "pdf":
            return bytes(answer)
        raise {"font": MissingFont}.get(kind, RenderingFailed)(answer)

    def end(self) -> None:
        """End the process at once and leave nothing of it behind."""
        self.connection.close()
        if self.process.pid is not None and self.owner == os.getpid():
            self.process.kill()
            self.process.join(5)
            with suppress(ValueError):
                self.process.close()

    @property
    def usable(self) -> bool:
        """Whether it is ours and still there; after a fork it belongs to the parent."""
        return self.owner == os.getpid() and not self.connection.closed


def _kept_child() -> _Child:
    global _child  # noqa: PLW0603
    if _child is None or not _child.usable:
        _child = _Child()
    return _child


def _serve(connection: Connection, address_space: int) -> None:
    """What runs in the child."""
    from estimator import pdf_child  # noqa: PLC0415 - only the child loads the renderer

    pdf_child.serve(connection, address_space)


def _after_fork() -> None:
    """A forked process must neither use nor end its parent's child."""
    global _child, _lock  # noqa: PLW0603
    _child = None
    _lock = threading.Lock()


_lock = threading.Lock()
_child: _Child | None = None
os.register_at_fork(after_in_child=_after_fork)
