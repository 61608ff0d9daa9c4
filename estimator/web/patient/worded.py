"""The words of an estimate's page, kept for a while: working out what would change its cost takes longest.

They are kept by everything that they depend on. Whoever asks has the record, and nobody asks for one that was deleted.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from estimator import estimates, price_lists, wording
from estimator.i18n import Reader
from estimator.models import Estimate
from pricing import PriceTable
from pricing.explore import sensitivity
from pricing.stored import StoredBreakdown

MOST = 256
"""Number of pages of which a process keeps the words, some 15 MB."""


@dataclass(frozen=True)
class Worded:
    """A stored breakdown, its rows, and what would change it."""

    stored: StoredBreakdown
    rows: wording.Rows
    changes: Sequence[wording.DriverChanges]


_kept: OrderedDict[tuple[str, ...], Worded] = OrderedDict()
_one_at_a_time = Lock()


def words_of(record: Estimate, reader: Reader) -> Worded:
    """Return the words of an estimate in the reader's language, which is spoken; nobody may change them."""
    version = record.table_version
    place = (version.sha256, record.breakdown, record.given, reader.tag)
    with _one_at_a_time:
        found = _kept.pop(place, None)
    if found is None:
        found = _worded(record, price_lists.parsed(version), reader)
    with _one_at_a_time:
        _kept[place] = found  # the last to be forgotten
        while len(_kept) > MOST:
            _kept.popitem(last=False)
    return found


def _worded(record: Estimate, table: PriceTable, reader: Reader) -> Worded:
    stored = estimates.breakdown_of(record)
    rows = wording.rows(stored, table, reader, list(estimates.answers_of(record)))
    changes = wording.changes(sensitivity(table, stored["answers"]), stored, table, reader)
    return Worded(stored, rows, changes)
