"""The PDF of an estimate, asked for three seconds after its page came, while a new estimate comes every five.

It is drawn ahead by the worker while somebody reads the page, so that the button answers like a stored file.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from time import perf_counter, sleep

from benchmarks.measure import Row, middle, milliseconds, ratio
from benchmarks.serving import Server, serving, working

CLICKS = 20
READING = 3.0
"""Seconds from the last byte of the page to the click."""

EVERY = 5.0
"""Seconds from one estimate to the next."""

MOST_PAGES = 2.0
"""The times of a page in which a click has to be answered."""


def rows() -> list[Row]:
    """Measure the clicks, each with the page before it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving("estimator", Path(folder) / "instance") as server,
        working(Path(folder) / "instance", server),
    ):
        _visit(server)  # everything has been loaded once
        sleep(EVERY)
        found = [_visit(server) for _click in range(CLICKS)]
    page, click = middle(each[0] for each in found), middle(each[1] for each in found)
    quick = sum(pdf < MOST_PAGES * page for _page, pdf in found)
    return [
        Row(
            f"from the click to the last byte of a PDF, asked {READING:.0f} s after its page came",
            milliseconds(click),
            f"the page: {milliseconds(page)}",
            ratio(click, page),
        ),
        Row(
            f"answered in under {MOST_PAGES:.0f} times a page's time",
            f"{quick} of {CLICKS}",
            "",
            "",
            "95 of 100",
        ),
    ]


def _visit(server: Server) -> tuple[float, float]:
    """Make an estimate, read its page, and ask for its PDF; return the seconds of the page and of the PDF."""
    began = perf_counter()
    path, body, cookie = server.form()
    page = str(server.post(path, body, cookie)[0].getheader("Location"))
    opened = perf_counter()
    server.get(page)
    page_seconds = perf_counter() - opened
    sleep(READING)
    clicked = perf_counter()
    answer, content = server.get(f"{page}/estimate.pdf")
    pdf_seconds = perf_counter() - clicked
    if answer.status != 200 or not content.startswith(b"%PDF-"):
        pdf_seconds = float("inf")  # a place in a queue, and not the PDF
    sleep(max(0.0, EVERY - (perf_counter() - began)))
    return page_seconds, pdf_seconds
