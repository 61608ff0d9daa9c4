"""QR codes as drawings that need no picture file: one path, the same on a page and in a PDF."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import qrcode
from markupsafe import Markup, escape

QUIET = 4
"""Width of the light margin around a code, in modules; a reader needs it to find the code (ISO/IEC 18004)."""

MILLIMETRES = 96 / 25.4
"""CSS pixels in a millimetre."""

WIDTH = round(28 * MILLIMETRES)
"""Of a code on paper, in pixels of CSS: 28 mm, from which any phone reads an address at arm's length."""


@dataclass(frozen=True)
class Picture:
    """A QR code as the path of an SVG, one unit a module."""

    size: int
    path: str


def picture(text: str) -> Picture:
    """Return the code that says a text."""
    code = qrcode.QRCode(border=QUIET)
    code.add_data(text)
    rows = code.get_matrix()
    return Picture(len(rows), "".join(part for y, row in enumerate(rows) for part in _bars(y, row)))


def svg(text: str, label: str = "", *, width: int = WIDTH) -> Markup:
    """Return the code that says a text as inline SVG; `label` says what it is to who cannot see it.

    It stays dark on light in a dark page, has its size in itself, because the renderer of PDFs fails at
    drawings without one in a text that runs from right to left, and says its label in a title, where that
    renderer looks for the alternative text. Without a label, the text itself is it.
    """
    drawn = picture(text)
    return Markup(  # noqa: S704 - the path is ours, the label is escaped
        f'<svg class="qr" xmlns="http://www.w3.org/2000/svg" width="{width}" height="{width}" '
        f'viewBox="0 0 {drawn.size} {drawn.size}" role="img" shape-rendering="crispEdges">'
        f"<title>{escape(label or text)}</title>"
        f'<rect width="{drawn.size}" height="{drawn.size}" fill="#fff"/>'
        f'<path d="{drawn.path}" fill="#000"/></svg>'
    )


def _bars(y: int, row: Sequence[bool]) -> Iterator[str]:
    """Draw dark neighbours in one, so that no light hair shows between them where lines are smoothed."""
    x = 0
    for is_dark, modules in groupby(row):
        length = len(list(modules))
        if is_dark:
            yield f"M{x} {y}h{length}v1h-{length}z"
        x += length
