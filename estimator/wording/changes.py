"""What other answers would change, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from estimator.i18n import Reader
from estimator.i18n import gettext as _
from estimator.wording.rows import Breakdown, Change, DriverChanges
from estimator.wording.sentences import answer_words, problem_sentence
from pricing.table import PriceTable


def changes(
    alternatives: Sequence[Any], breakdown: Breakdown, table: PriceTable, reader: Reader
) -> list[DriverChanges]:
    """Word `pricing.explore.sensitivity`: what the nearest other answers would do to the likely total."""
    main, currency = table.main_language, breakdown["currency"]
    labels = {entry.code: entry.label for entry in table.charges}
    sections = []
    for driver in table.drivers:
        found = [row for row in alternatives if row.driver == driver.code]
        if not found:
            continue
        before = answer_words(driver, breakdown["answers"][driver.code], table, reader)
        section = []
        for row in found:
            remarks = [problem_sentence(problem, reader) for problem in row.problems]
            for code, answer in row.assumed.items():
                other = next(entry for entry in table.drivers if entry.code == code)
                remarks.append(
                    _(
                        "This asks one more question, “%(label)s”; we used: %(answer)s.",
                        label=reader.words(other.label, main),
                        answer=answer_words(other, answer, table, reader),
                    )
                )
            requests = [
                _("“%(label)s” is then on request.", label=reader.words(labels[code], main))
                for code in row.on_request
            ]
            likely = None if row.change is None else row.change[1]
            section.append(
                Change(
                    answer=answer_words(driver, row.answer, table, reader),
                    instead_of=before,
                    amount=None if likely is None else reader.money(likely, currency, sign=True),
                    differs=bool(likely),
                    remarks=[*remarks, *requests],
                    requests=requests,
                )
            )
        sections.append(DriverChanges(reader.words(driver.label, main), section))
    return sections
