"""HTML in, an archivable and accessible PDF out, rendered in one kept child process.

The child reaches nothing outside the HTML it is given, is ended when it takes too long or too much memory,
and is made anew after a number of documents. Importing this module loads nothing of the renderer.

The child is a program of its own, not a fork: it has nothing of its parent but the pipe, so it ends when the
parent does, and any process may keep one, a forked or a daemonic one too.
"""

from __future__ import annotations

import atexit
import json
import os
import pwd
import re
import shutil
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import mkdtemp

from estimator.messages import gettext as _

SECONDS = 40
"""Timeout for one document in seconds; one that takes longer is given up. On a busy machine it is ten times as slow."""

DOCUMENTS = 200
"""Number of documents that one child makes before it is replaced."""

RESIDENT = 400 * 2**20
"""Memory in bytes; a child that holds more after a document is replaced."""

ADDRESS_SPACE = 2 * 2**30
"""Memory limit of a child in bytes; a document that needs more fails."""

_USUAL = re.compile(
    "[\\s\x20-\x7e\xa0-\u017f\u0400-\u045f\u2010-\u2015\u2018-\u201e\u2020-\u2022\u2026\u20ac]+"
)
"""Letters that Noto Sans has, without which there is no document at all."""

_PROGRAM = (
    "import sys; sys.path[:] = sys.argv[5:]; "
    "from estimator.pdf.renderer_process import main; main(*sys.argv[1:5])"
)


class RenderingFailed(Exception):
    """A document could not be made; the message says why."""


class RenderingTookTooLong(RenderingFailed):
    """A document was given up because it took more than SECONDS."""


@dataclass(frozen=True)
class Job:
    """One document for the child."""

    html: str
    attachment: bytes | None
    attachment_name: str
    attachment_description: str
    created: datetime


@dataclass(frozen=True)
class Letters:
    """Letters of which the child is to say which ones no font has."""

    letters: str


def document(
    html: str,
    *,
    attachment: bytes | None = None,
    attachment_name: str = "",
    attachment_description: str = "",
    created: datetime,
) -> bytes:
    """Return the PDF of an HTML text: PDF/A-3a and PDF/UA-1, with the attachment embedded as its data.

    A letter that no font has is drawn as a mark, and what is copied or read aloud is the letter. The same arguments
    give the same bytes, in whatever process. Raises RenderingFailed, and its subclass for what took too long.
    """
    return _answer(Job(html, attachment, attachment_name, attachment_description, created))


def undrawable(text: str) -> list[str]:
    """Return the letters of a text that no font of this machine has, in the order of their codes.

    Where all letters are usual ones nobody has to be asked. Raises RenderingFailed.
    """
    letters = unusual(text)
    if not letters:
        return []
    found: list[str] = json.loads(_answer(Letters(letters)))
    return found


def unusual(text: str) -> str:
    """Return the letters of a text of which Noto Sans may have none, each once, in the order of their codes."""
    return "".join(sorted(set(_USUAL.sub("", text))))


def _answer(job: Job | Letters) -> bytes:
    with _lock:
        for _attempt in range(2):
            child = _kept_child()
            try:
                return child.make(job)
            except _Gone:
                # The child was killed from outside, or crashed: retry once, because it may not be the document's fault.
                pass
            finally:
                if child.worn:
                    # The next one gets ready while nobody waits for it; if it cannot, the next document says so.
                    child.end()
                    with suppress(RenderingFailed):
                        _kept_child()
    raise RenderingFailed(
        _(
            "The process that makes PDFs ended twice at this document. "
            "`estimator doctor` says what this machine lacks."
        )
    )


def warm_up() -> None:
    """Start the child before the first document is asked for; raises RenderingFailed."""
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
    """The child process ended without an answer."""


class _Child:
    """The kept child process, seen from its parent."""

    def __init__(self) -> None:
        from estimator.config import IN_FILES  # noqa: PLC0415 - the child imports this module and needs no settings

        ours, theirs = Pipe()
        # The renderer keeps files while it runs, and has no time to remove them when it is killed.
        self.folder = mkdtemp(prefix="estimator-pdf-")
        with theirs:
            descriptor = theirs.fileno()
            limits = [str(limit) for limit in (descriptor, ADDRESS_SPACE, SECONDS, self.folder)]
            try:
                self.process = subprocess.Popen(  # noqa: S603 - our own program
                    [sys.executable, "-c", _PROGRAM, *limits, *sys.path],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    pass_fds=[descriptor],
                    env={name: value for name, value in os.environ.items() if name not in IN_FILES},
                    start_new_session=True,  # Ctrl-C ends the parent, and the child with it
                )
            except OSError as error:  # no memory, no room for a process, or the program is being replaced
                ours.close()
                shutil.rmtree(self.folder, ignore_errors=True)
                raise RenderingFailed(_not_started(error)) from error
        self.connection: Connection = ours
        self.made = 0
        self.worn = False

    def make(self, job: Job | Letters) -> bytes:
        too_late = threading.Event()

        def give_up() -> None:
            too_late.set()
            self.process.kill()

        clock = threading.Timer(SECONDS, give_up)
        clock.daemon = True
        clock.start()
        try:
            self.connection.send(job)
            # Plain bytes: whatever took the child over by what it drew cannot have anything run here.
            kind, resident = json.loads(self.connection.recv_bytes())
            answer = self.connection.recv_bytes()
        except (EOFError, OSError, ValueError) as error:
            self.end()
            if too_late.is_set():
                raise RenderingTookTooLong(
                    _("The PDF took more than %(seconds)s seconds to make.", seconds=SECONDS)
                ) from None
            raise _Gone from error
        finally:
            clock.cancel()
        self.made += 1
        self.worn = self.made >= DOCUMENTS or resident > RESIDENT or kind == "memory"
        match kind:
            case "pdf" | "letters":
                return answer
            case "memory":
                raise RenderingFailed(_("The PDF needs more memory than one PDF may have."))
        raise RenderingFailed(answer.decode())

    def end(self) -> None:
        """End the process at once and leave nothing of it behind."""
        self.connection.close()
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def leave(self) -> None:
        """Forget the process without ending it: it belongs to the parent of this fork."""
        self.connection.close()
        self.process.returncode = 0

    @property
    def usable(self) -> bool:
        """Whether the pipe to it is still open, so that it may be asked for documents."""
        return not self.connection.closed


def _not_started(error: OSError) -> str:
    """Say which program could not be started, by whom, and what to do about it."""
    try:
        user = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # in a container
        user = str(os.geteuid())
    words = {"program": Path(sys.executable).resolve(), "reason": error.strerror, "user": user}
    if isinstance(error, PermissionError):
        return _(
            "The process that makes PDFs cannot be started: the user %(user)s may not run %(program)s (%(reason)s). "
            "Make the environment with a Python that this user may run, such as /usr/bin/python3 -m venv.",
            **words,
        )
    return _(
        "The process that makes PDFs cannot be started by the user %(user)s: %(program)s (%(reason)s).",
        **words,
    )


def _kept_child() -> _Child:
    global _child  # noqa: PLW0603
    if _child is None or not _child.usable:
        _child = _Child()
    return _child


def _after_fork() -> None:
    """A forked process must neither use nor end its parent's child."""
    global _child, _lock  # noqa: PLW0603
    if _child is not None:
        _child.leave()
    _child = None
    _lock = threading.Lock()


_lock = threading.Lock()
_child: _Child | None = None
os.register_at_fork(after_in_child=_after_fork)
atexit.register(close)
