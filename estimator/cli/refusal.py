"""What a command refuses, and files that cannot be read."""

from __future__ import annotations

import sys
from pathlib import Path

from estimator.messages import gettext as _

MOST_BYTES = 20_000_000
"""Maximum number of bytes read of a file; no price table is as long."""


class Refused(Exception):
    """A command that cannot do what it was asked for: a sentence for each problem, and the exit code."""

    def __init__(self, *sentences: str, code: int = 2) -> None:
        self.sentences = sentences
        self.code = code
        super().__init__("\n".join(sentences))


def shown_name(name: str) -> str:
    """Return what a file is called in a sentence."""
    return _("The standard input") if name == "-" else name


def text_of(name: str) -> str:
    """Return the text of a file, or of standard input for "-"; raises Refused with the reason."""
    data = bytes_of(name, MOST_BYTES, _("%(file)s is longer than any price table or plan."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Refused(
            _("%(file)s is not UTF-8 (line %(line)s). Save it as UTF-8.", file=shown_name(name), line=line)
        ) from None


def bytes_of(name: str, most: int, too_long: str) -> bytes:
    """Return what is in a file, or in standard input for "-"; raises Refused with the reason.

    A file with more than `most` bytes raises Refused with the sentence `too_long`, its name in %(file)s.
    """
    shown = shown_name(name)
    try:
        if name == "-":
            if sys.stdin is None:
                raise Refused(_("There is no standard input to read from."))
            data = sys.stdin.buffer.read(most + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(most + 1)
    except FileNotFoundError:
        raise Refused(_("%(file)s: there is no such file.", file=shown)) from None
    except IsADirectoryError:
        raise Refused(_("%(file)s is a folder. Name a file in it.", file=shown)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Refused(_("%(file)s cannot be read (%(reason)s).", file=shown, reason=reason)) from None
    if len(data) > most:
        raise Refused(too_long % {"file": shown})
    return data
