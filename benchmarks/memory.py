"""What the rendering process holds after one and after 300 documents, renewed as it is and never renewed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from benchmarks import rendering
from benchmarks.measure import Row, megabytes, ratio
from benchmarks.paperwork import small_jobs
from estimator.pdf import renderer
from estimator.pdf.renderer import Job

DOCUMENTS = 300


def rows() -> list[Row]:
    """Make 300 different documents twice at the same time: in one process, and in one that is renewed."""
    wanted = list(small_jobs(DOCUMENTS))
    with ThreadPoolExecutor() as pool:
        never = pool.submit(_held, wanted, DOCUMENTS)
        renewed = pool.submit(_held, wanted, renderer.DOCUMENTS)
        return [
            *_compared(f"renewed after {renderer.DOCUMENTS} documents", renewed.result()),
            *_compared("never renewed", never.result()),
        ]


def _compared(how: str, held: list[int]) -> list[Row]:
    return [
        Row(
            f"rendering process, {how}: {what}",
            megabytes(found),
            f"after its first document: {megabytes(held[0])}",
            ratio(found, held[0]),
            "at most 1.5",
        )
        for what, found in ((f"after {len(held)}", held[-1]), ("the most", max(held)))
    ]


def _held(wanted: list[Job], renewal: int) -> list[int]:
    """Return what the process that rendered held after each document, in bytes."""
    held: list[int] = []
    for start in range(0, len(wanted), renewal):
        with rendering.renderer("child") as process:
            held += [process.make(job).resident for job in wanted[start : start + renewal]]
    return held
