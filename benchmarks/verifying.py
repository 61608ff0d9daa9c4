"""Every issued quote computed again: two processes beside one, with documents as they are."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from time import perf_counter

from benchmarks.issuing import issue, settings_of
from benchmarks.measure import Row, in_turns, middle
from benchmarks.quotes import prepared
from estimator import create_app
from estimator.db import db
from estimator.models import QuoteRevision
from estimator.pdf import renderer
from estimator.quotes import pdf_document

QUOTES = 150
ROUNDS = 3


def rows() -> list[Row]:
    """Issue quotes, make their documents, and check all of them by one process and by two."""
    with tempfile.TemporaryDirectory(prefix="estimator-bench-") as folder:
        _issued(folder)
        sides = {str(number): partial(_checked, folder, number) for number in (1, 2)}
        one, two = (middle(seconds) for seconds in in_turns(sides, ROUNDS).values())
    return [
        Row(
            f"`verify --all` of {QUOTES} quotes with documents, from start to end of the command",
            f"two processes: {two:.1f} s",
            f"one process: {one:.1f} s, {one / QUOTES * 1000:.0f} ms a quote",
            f"1 to {one / two:.2f}",
            "at least 1 to 1.7",
        ),
    ]


def _issued(folder: str) -> None:
    settings = settings_of(folder, "")
    references = prepared(settings, QUOTES)
    app = create_app(settings)
    with app.app_context():
        for reference in references:
            revision = db.session.get_one(QuoteRevision, issue(reference, settings))
            if pdf_document.render(revision, settings) is None:
                raise RuntimeError("a document could not be made")
            db.session.commit()
        renderer.close()
        app.extensions["jobs"].close()
        db.session.remove()
        db.engine.dispose()


def _checked(folder: str, processes: int) -> float:
    """Seconds that the command takes, in a process of its own."""
    root = str(Path(__file__).parent.parent)
    began = perf_counter()
    said = subprocess.run(
        [sys.executable, "-m", "estimator", "verify", "--all", "--processes", str(processes)],
        env={**os.environ, "INSTANCE": folder, "DEMO": "1", "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=True,
    )
    took = perf_counter() - began
    if not said.stdout.startswith(f"{QUOTES} revisions were computed again. Everything"):
        raise RuntimeError(said.stdout)
    return took
