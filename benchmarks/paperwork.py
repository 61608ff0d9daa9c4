"""The documents that are measured: HTML and attachment of plans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pricing
from benchmarks import plan
from estimator import wording
from estimator.estimates import pdf_document
from estimator.i18n import reader
from estimator.pdf.renderer import Job
from pricing import PriceTable
from pricing.explore import sensitivity

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def jobs(count: int) -> Iterator[Job]:
    """Yield `count` documents as the app hands them to its renderer, the first one of 20 lines."""
    table = plan.table()
    for number in range(count):
        job, lines = _job(table, plan.answers(number), number)
        assert number or lines == 20
        yield job


def small_jobs(count: int) -> Iterator[Job]:
    """Yield `count` shorter documents, of 25 lines and few notices."""
    table = plan.small_table()
    for number in range(count):
        yield _job(table, plan.small_answers(number), number)[0]


def _job(table: PriceTable, answers: Mapping[str, str | bool], number: int) -> tuple[Job, int]:
    reading = reader("en")
    breakdown = pricing.estimate(table, answers).as_dict()
    head = wording.head(
        table,
        reading,
        reference=f"EST-{number:04}-BNCH",
        created=NOW,
        valid_until=NOW.date() + timedelta(days=table.quote_valid_days),
    )
    rows = wording.rows(breakdown, table, reading, list(answers))
    changes = wording.changes(sensitivity(table, breakdown["answers"]), breakdown, table, reading)
    job = Job(
        html=pdf_document.html(rows, changes, head, reading),
        attachment=pricing.canonical_json(breakdown),
        attachment_name="estimate.json",
        attachment_description="The same breakdown for programs, as canonical JSON",
        created=NOW,
    )
    return job, len(breakdown["items"])
