"""Text that can be copied, searched and read aloud, for scripts whose letters are drawn in another order.

WeasyPrint says of each glyph which letters it stands for. In the scripts of India and South-East Asia a
syllable is drawn with several glyphs in an order of its own, and what a program reads back is scrambled. So
such a piece of text is marked with what it says (/ActualText). Arabic and Hebrew come out right as they are,
and would come out reversed with the mark.

This uses a part of WeasyPrint that is not public; its version is pinned and tests read such texts back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pydyf  # type: ignore[import-untyped]
from weasyprint.pdf.stream import Stream

REORDERED = re.compile("[\u0900-\u109f\u1780-\u17ff\u1cd0-\u1cff\ua8e0-\ua8ff\ua9e0-\ua9ff\uaa60-\uaa7f]")
"""A letter from Devanagari to Myanmar, of Khmer, or of what was added to these later."""

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


@contextmanager
def marked(stream: Any, box: Any, tag: str) -> Iterator[None]:
    """Do as `Stream.marked` does, and say what the text is where its glyphs do not tell."""
    text = getattr(box, "text", "")
    if stream._tags is None or not REORDERED.search(text) or RIGHT_TO_LEFT.search(text):
        with _marked(stream, box, tag):
            yield
        return
    number = len(stream._tags)
    stream._tags[box] = {"tag": tag, "mcid": number}
    properties = pydyf.Dictionary({"MCID": number, "ActualText": pydyf.String(text)})
    stream.begin_marked_content(tag, properties)
    try:
        yield
    finally:
        stream.end_marked_content()


def keep_readable() -> None:
    """Make this process write such marks in every document from now on."""
    Stream.marked = marked


_marked = Stream.marked
