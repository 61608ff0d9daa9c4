"""Every issued quote computed again: two processes beside one, with documents as they are."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from time import perf_counter

from benchmarks.issuing import issue, settings_of
from benchmarks.measure import Row, in_turns, middle, ratio
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
        one, two = in_turns(sides, ROUNDS).values()
    what = f"`verify --all` of {QUOTES} quotes with documents, from start to end of the command"
    clock, processor = ([middle(side[part] for side in sides) for sides in (one, two)] for part in (0, 1))
    return [
        Row(
            what,
            f"two processes: {clock[1]:.1f} s",
            f"one process: {clock[0]:.1f} s",
            f"1 to {clock[0] / clock[1]:.2f}",
            "at least 1 to 1.5",
        ),
        Row(
            f"{what}, processor time",
            f"two processes: {processor[1]:.1f} s",
            f"one process: {processor[0]:.1f} s",
            ratio(processor[1], processor[0]),
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


def _checked(folder: str, processes: int) -> tuple[float, float]:
    """Seconds that the command takes by the clock and of processors, in processes of its own."""
    root = str(Path(__file__).parent.parent)
    began, before = perf_counter(), _processor()
    said = subprocess.run(
        [sys.executable, "-m", "estimator", "verify", "--all", "--processes", str(processes)],
        env={**os.environ, "INSTANCE": folder, "DEMO": "1", "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=True,
    )
    took = perf_counter() - began, _processor() - before
    if not said.stdout.startswith(f"{QUOTES} revisions were computed again. Everything"):
        raise RuntimeError(said.stdout)
    return took


def _processor() -> float:
    """Processor time of all processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
