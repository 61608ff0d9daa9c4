"""QR codes: what is drawn is what was said, on a page and in a PDF that may be archived and read aloud."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime

import pikepdf
import pytest
import qrcode

from estimator.pdf import qr, renderer

ADDRESS = "https://estimates.example.org/verify/Q-2027-000123"


def modules(drawn: str) -> set[tuple[int, int]]:
    """Return the dark modules of a drawing."""
    bars = re.findall(r"M([0-9]+) ([0-9]+)h([0-9]+)v1h-\3z", drawn)
    return {(int(x) + step, int(y)) for x, y, length in bars for step in range(int(length))}


@pytest.mark.parametrize("text", [ADDRESS, "A", "https://عيادة.example/verify/Q-1", "x" * 300])
def test_the_dark_modules_are_those_of_the_text(text: str) -> None:
    code = qrcode.QRCode(border=4)
    code.add_data(text)
    rows = code.get_matrix()
    drawn = qr.picture(text)
    assert modules(drawn.path) == {(x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark}
    assert drawn.size == len(rows)


def test_a_quiet_zone_is_left_on_every_side() -> None:
    drawn = qr.picture(ADDRESS)
    found = modules(drawn.path)
    assert {min(x for x, _ in found), min(y for _, y in found)} == {4}
    assert {max(x for x, _ in found), max(y for _, y in found)} == {drawn.size - 5}


def test_a_label_cannot_end_the_drawing() -> None:
    assert "<b>" not in qr.svg(ADDRESS, "</title><b>")


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_in_a_pdf_it_is_a_figure_that_says_what_it_is(direction: str) -> None:
    drawn = qr.svg(ADDRESS, "Scan to check this document")
    content = renderer.document(
        f'<!doctype html><html lang="en" dir="{direction}"><title>Quote</title><h1>Quote</h1>{drawn}</html>',
        created=datetime(2027, 1, 1, tzinfo=UTC),
    )
    with pikepdf.open(io.BytesIO(content)) as document:
        elements = [found for found in document.objects if isinstance(found, pikepdf.Dictionary)]
        said = [str(found.Alt) for found in elements if found.get("/S") == "/Figure"]
        images = [found for found in document.objects if getattr(found, "Subtype", None) == "/Image"]
    assert said == ["Scan to check this document"]
    assert not images
