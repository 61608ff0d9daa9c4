"""The data that a PDF carries, whoever made the PDF. Importing this module loads nothing of the reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from estimator import strangers_files

SECONDS = 5
"""Timeout for one PDF in seconds; one that takes longer is given up."""

MEMORY = 400 * 2**20
"""Memory limit of the process in bytes, the interpreter included."""

LARGEST_DATA = 1_000_000
"""Maximum size of embedded data in bytes; ours are always smaller."""

NAMES = ("quote.json", "estimate.json")
"""What the data of our documents is called."""

Kind = Literal[
    "data", "nothing", "no_pdf", "broken", "encrypted", "several", "too_large", "too_slow", "too_much"
]

_PROGRAM = "estimator.pdf.reader_process"
_KINDS: frozenset[str] = frozenset(
    {"data", "nothing", "broken", "encrypted", "several", "too_large", "too_much"}
)


@dataclass(frozen=True)
class Carried:
    """What a PDF carries, or why that cannot be told.

    "data": what is called `name` in it. "nothing": it has no data of that name. "several": it has more than
    one. "no_pdf", "broken", "encrypted": it cannot be read. "too_large": its data, or what it unpacks to, is
    larger than any of ours. "too_slow", "too_much": it was given up, for time or for memory.
    """

    kind: Kind
    name: str = ""
    data: bytes = b""


def read(content: bytes) -> Carried:
    """Return what a PDF carries; it takes SECONDS and MEMORY at most, whoever made the PDF."""
    if b"%PDF-" not in content[:1024]:
        return Carried("no_pdf")
    try:
        return answered(strangers_files.read(_PROGRAM, content, memory=MEMORY, seconds=SECONDS))
    except strangers_files.GivenUp as given_up:
        return Carried("too_slow" if given_up.late else "too_much")


def answered(answer: bytes) -> Carried:
    """Parse the output of the process: one line with the kind and the name, and then the data."""
    said, _line, data = answer.partition(b"\n")
    kind, _space, name = said.decode("ascii", "replace").partition(" ")
    if kind not in _KINDS or len(data) > LARGEST_DATA or (kind == "data" and name not in NAMES):
        return Carried("broken")
    return Carried(cast(Kind, kind), name, data)
