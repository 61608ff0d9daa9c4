"""Text that can be copied, searched and read aloud, also where what is drawn does not tell it.

WeasyPrint says of each glyph which letters it stands for. In the scripts of India and South-East Asia a
syllable is drawn with several glyphs in an order of its own, and so is a letter with accents that are typed
apart; what a program reads back is scrambled. So such a piece of text is marked with what it says (/ActualText),
and so is the mark that stands for a letter without a font. Arabic and Hebrew come out right as they are, and
would come out reversed with such a mark.

This uses a part of WeasyPrint that is not public; its version is pinned and tests read such texts back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pydyf  # type: ignore[import-untyped]
from weasyprint import pdf
from weasyprint.pdf.stream import Stream

from estimator.pdf import structure
from estimator.pdf.substitutes import SAID

REORDERED = re.compile(
    "[\u0300-\u036f\u0900-\u11ff\u1780-\u17ff\u1900-\u1cff\u1dc0-\u1dff\u20d0-\u20ff\ua8e0-\ua9ff\uaa60-\uaadf"
    "\uabc0-\uabff\ufe20-\ufe2f\U00011000-\U00011fff]"
)
"""A letter of a script from Devanagari to Myanmar, of Khmer, or of their neighbours, or an accent of its own."""

UNSEEN = "\N{WORD JOINER}"

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")

_ISOLATES = re.compile("[\u2066-\u2069]")
"""What keeps the parts of a foot in their order, and is no part of what it says."""


@contextmanager
def marked(stream: Any, box: Any, tag: str) -> Iterator[None]:
    """Do as `Stream.marked` does, and say what the text is where its glyphs do not tell."""
    if stream._tags is None:
        yield
        return
    text = actual_text(box)
    said: dict[str, Any] = {"ActualText": pydyf.String(text)} if text else {}
    pieces: list[tuple[str, dict[str, Any]]] = []
    if structure.is_foot(box):
        pieces.append(("Artifact", structure.FOOT))
        if said:
            pieces.append(("Span", said))  # readers look for such a text at no other tag
    else:
        number = len(stream._tags)
        stream._tags[box] = {"tag": tag, "mcid": number}
        pieces.append((tag, {"MCID": number, **said}))
    for name, properties in pieces:
        stream.begin_marked_content(name, pydyf.Dictionary(properties))
    try:
        yield
    finally:
        for _piece in pieces:
            stream.end_marked_content()


def actual_text(box: Any) -> str:
    """Return what the text of a box says, where its glyphs do not tell; else nothing."""
    if structure.is_foot(box):
        text: str = _ISOLATES.sub("", getattr(box, "text", ""))
    elif said := box.element.attrib.get(SAID, ""):
        return str(said)
    else:
        text = getattr(box, "text", "")
    if text.isascii():
        return ""
    return text if REORDERED.search(text) and not RIGHT_TO_LEFT.search(text) else ""


def mapped_fonts(document: Any, fonts: Any, *arguments: Any) -> Any:
    """Write the fonts as WeasyPrint does, with a letter for each glyph.

    Of several glyphs that draw one syllable the first one stands for all of it, and the others would stand for
    nothing, which PDF/UA forbids: they get a letter that nobody sees.
    """
    for font in fonts.values():
        for glyph, text in font.to_unicode.items():
            if not text:
                font.to_unicode[glyph] = UNSEEN
    return _build_fonts(document, fonts, *arguments)


def keep_readable() -> None:
    """Make this process write such marks, and a letter for each glyph, in every document from now on."""
    Stream.marked = marked
    pdf.build_fonts_dictionary = mapped_fonts


_build_fonts = pdf.build_fonts_dictionary
