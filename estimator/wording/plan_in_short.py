"""A plan in a few words that tell one estimate from the next: its cells and sessions, and nothing of whoever asks."""

from __future__ import annotations

from collections.abc import Iterator

from estimator.i18n import Reader, listed_apart, with_colon
from estimator.marked_text import plain
from estimator.wording.comparison_plans import bare
from estimator.wording.sentences import answer_words
from pricing.stored import StoredBreakdown
from pricing.table import Driver, NumberDriver, PriceTable, Role, YesNoDriver

TELLING: tuple[Role, ...] = ("cell_type", "sessions")
"""The roles of questions whose answers are told, in their order; about somebody themselves nothing ever is."""


def plan_in_short(breakdown: StoredBreakdown, table: PriceTable, reader: Reader) -> str:
    """Return what was chosen of cells and sessions, as one plain text; empty if nothing was answered."""
    answers = breakdown["answers"]

    def said(driver: Driver) -> Iterator[str]:
        answer = answers.get(driver.code)
        if answer is None:
            return
        label = bare(reader.words(driver.label, table.main_language))
        if isinstance(driver, YesNoDriver):
            if answer:
                yield plain(label)
            return
        words = answer_words(driver, answer, table, reader)
        if isinstance(driver, NumberDriver) and driver.unit is None and not driver.money:
            yield plain(with_colon(label, words))
        else:
            yield plain(words)

    drivers = [driver for role in TELLING for driver in table.drivers if driver.role == role]
    return plain(listed_apart(text for driver in drivers for text in said(driver)))
