"""The documents that are measured: HTML and attachment of plans of the Delhi list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pricing
from benchmarks import plan
from estimator import paper, wording
from estimator.i18n import reader
from estimator.pdf import Job
from pricing.explore import sensitivity

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def jobs(count: int) -> Iterator[Job]:
    """Yield so many documents as the app hands them to its renderer, the first one of 20 lines."""
    table, reading = plan.table(), reader("en")
    for number in range(count):
        breakdown = pricing.estimate(table, plan.given(number)).as_dict()
        assert number or len(breakdown["items"]) == 20
        head = wording.head(
            table,
            reading,
            reference=f"EST-{number:04}-BNCH",
            created=NOW,
            valid_until=NOW.date() + timedelta(days=table.quote_valid_days),
        )
        rows = wording.rows(breakdown, table, reading, list(plan.ANSWERS))
        changes = wording.changes(sensitivity(table, breakdown["answers"]), breakdown, table, reading)
        yield Job(
            html=paper.html(rows, changes, head, reading),
            attachment=pricing.canonical_json(breakdown),
            attachment_name="estimate.json",
            attachment_description="The same breakdown for programs, as canonical JSON",
            created=NOW,
        )
