"""A picture that somebody sent, as a small PNG of our own making, or a sentence why it cannot be used.

It is drawn by a program of its own with little time and memory: a small file can ask for hours of work.
"""

from __future__ import annotations

from dataclasses import dataclass

from estimator import strangers_files
from estimator.i18n import gettext as _

MOST_BYTES = 1_000_000
"""Maximum size of an uploaded picture in bytes."""

LONGEST_SIDE = 4_000
"""Maximum width and height of an uploaded picture in pixels."""

WIDEST, HIGHEST = 600, 300
"""Maximum width and height of the stored PNG in pixels: more than is shown, on paper too."""

FINAL_BYTES = 12_000
"""Maximum size of the stored PNG in bytes, because every page carries it."""

SECONDS = 10
"""Timeout for drawing one picture in seconds; one that takes longer is given up."""

MEMORY = 768 * 2**20
"""Memory limit of the process that draws in bytes, the interpreter included."""

_PROGRAM = "estimator.pdf.image_process"

_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"


class NotUsable(ValueError):
    """A picture that cannot be used; the message says why."""


@dataclass(frozen=True)
class Picture:
    """A PNG."""

    content: bytes
    width: int
    height: int


def as_png(sent: bytes) -> Picture:
    """Return a PNG or JPEG, told by its content, as a PNG with nothing in it but the picture. Raises NotUsable.

    What the file says besides (places, names, colour profiles, thumbnails) stays behind.
    """
    if not sent:
        raise NotUsable(_("Choose a file."))
    if len(sent) > MOST_BYTES:
        raise NotUsable(_("The file is larger than one megabyte. Save the picture smaller."))
    if not sent.startswith((_PNG, _JPEG)):
        beginning = sent[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        if beginning.startswith((b"<svg", b"<?xml", b"<!--", b"<!doctype svg")):
            raise NotUsable(
                _("SVG is not accepted, because it can contain programs. Save the picture as PNG.")
            )
        raise NotUsable(_("This is neither a PNG nor a JPEG file, whatever its name says."))
    return _drawn_anew(sent)


def _drawn_anew(sent: bytes) -> Picture:
    limits = (LONGEST_SIDE, WIDEST, HIGHEST, FINAL_BYTES)
    try:
        return parsed(strangers_files.read(_PROGRAM, sent, memory=MEMORY, seconds=SECONDS, limits=limits))
    except strangers_files.GivenUp:
        raise NotUsable(
            _(
                "This picture takes too much to draw. Open it in a program for pictures and save it again as "
                "a small PNG."
            )
        ) from None


def parsed(answer: bytes) -> Picture:
    """Parse what the process that draws says of a picture. Raises NotUsable."""
    said, _line, content = answer.partition(b"\n")
    word, width, height = said.decode("ascii").split(" ")
    match word:
        case "png":
            return Picture(content, int(width), int(height))
        case "long":
            raise NotUsable(
                _(
                    "The picture has %(width)s × %(height)s pixels; at most %(most)s × %(most)s are accepted.",
                    width=width,
                    height=height,
                    most=LONGEST_SIDE,
                )
            )
        case "pixels":
            raise NotUsable(
                _(
                    "The picture has far too many pixels; at most %(most)s × %(most)s are accepted.",
                    most=LONGEST_SIDE,
                )
            )
        case "animated":
            raise NotUsable(_("This picture is animated. Choose a still one."))
    raise NotUsable(_("This file is broken: the picture in it cannot be drawn."))
