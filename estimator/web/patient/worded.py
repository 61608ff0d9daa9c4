"""The words of an estimate’s page and most of what is drawn of it, kept for a while: working them out takes longest.

They are kept by everything that they depend on. Whoever asks has the record, and nobody asks for one that was deleted.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TypeVar

from markupsafe import Markup

from estimator import estimates, price_lists, wording
from estimator.i18n import Reader
from estimator.models import Estimate
from estimator.web.compression import Packed, packed_already
from estimator.web.shared_texts import SharedTexts
from pricing import PriceTable
from pricing.explore import sensitivity
from pricing.stored import StoredBreakdown

MOST = 256
"""Number of estimates and comparisons of which a process keeps the words, and of comparisons what is drawn."""

DRAWN = SharedTexts(places=512, size=32_000)
"""What is drawn of the pages of estimates, for all processes of the server: 16 MB at most."""

_SPACE = re.compile(r"\n\s+")
"""A new line with what follows it up to the next word or sign; no page that is sent so has a text area."""

_ENDS = re.compile(
    r"</(?:li|t[dhr]|d[dt])>(?=\s*(?:<(?:li|t[dhr]|d[dt])\b|</(?:ul|tr|tbody|table|dl|div)>))"
    r"|</(?:thead|tbody)>(?=\s*(?:<t(?:body|foot)\b|</table>))"
    r"|</p>(?=\s*<(?:(?:p|ul|dl|div|section|details|table|h[1-6])\b|/(?:div|section|details|li|dd)>))"
)
"""The end of a line, a cell, a row, a group of them or a paragraph, where what follows makes HTML need none."""

_LAST = re.compile(
    r"\n(?=</(?:ul|ol|div|section|details|dl|dd|dt|li|p|form|button|a|summary|table|tbody|t[dhr])>)"
)
"""The new line before the end of a list, a table or a part, where no browser shows a space."""

_Made = TypeVar("_Made")


class _Kept(OrderedDict[Hashable, _Made]):
    """The last things that were made, each by what it depends on."""

    def __init__(self) -> None:
        self._one_at_a_time = Lock()

    def made(self, place: Hashable, make: Callable[[], _Made]) -> _Made:
        with self._one_at_a_time:
            found = self.pop(place, None)
        if found is None:
            found = make()
        with self._one_at_a_time:
            self[place] = found  # the last to be forgotten
            while len(self) > MOST:
                self.popitem(last=False)
        return found


@dataclass(frozen=True)
class Worded:
    """A stored breakdown, its rows, what would change it, and where its range comes from, if it has one."""

    stored: StoredBreakdown
    rows: wording.Rows
    changes: Sequence[wording.DriverChanges]
    ranges: wording.RangeSources | None


_words: _Kept[Worded] = _Kept()
_comparisons: _Kept[wording.comparison.ComparisonRows] = _Kept()
_compared: _Kept[str] = _Kept()


def words_of(record: Estimate, reader: Reader) -> Worded:
    """Return the words of an estimate in the reader's language, which is spoken; nobody may change them."""
    return _words.made(
        _place(record, reader), lambda: _worded(record, price_lists.parsed(record.table_version), reader)
    )


def parts_of(record: Estimate, reader: Reader, also: Hashable, draw: Callable[[], str]) -> Markup:
    """Return what `draw` returns for an estimate and a language, as short as HTML can be; `also` is whatever else it
    depends on.
    """
    key = repr((_place(record, reader), record.reference, also))
    packed = DRAWN.get(key)
    if packed is None:
        drawn = _LAST.sub("", dense(_ENDS.sub("", draw())))
        packed = Packed.of(drawn)
        DRAWN.put(key, packed)
    else:
        drawn = packed.text()
    packed_already(drawn, packed)
    return Markup(drawn)  # noqa: S704 (a template of ours drew it, and has escaped every value)


def dense(page: str) -> str:
    """Return a page without indentation and empty lines, which no browser shows; phones pay for each of them."""
    return _SPACE.sub("\n", page)


def comparison_of(
    gathered: estimates.compared.Gathered,
    reader: Reader,
    draw: Callable[[wording.comparison.ComparisonRows], str],
) -> tuple[wording.comparison.ComparisonRows, Markup]:
    """Return the rows of a comparison in the reader's language, which is spoken, and what `draw` returns for them."""
    place = (gathered.key(), reader.tag)
    rows = _comparisons.made(place, lambda: estimates.compared.rows(gathered, reader))
    return rows, Markup(_compared.made(place, lambda: draw(rows)))  # noqa: S704 (a template of ours drew it)


def _place(record: Estimate, reader: Reader) -> Hashable:
    return record.table_version.sha256, record.breakdown, record.given, reader.tag


def _worded(record: Estimate, table: PriceTable, reader: Reader) -> Worded:
    stored = estimates.breakdown_of(record)
    answered = list(estimates.answers_of(record))
    rows = wording.rows(stored, table, reader, answered)
    changes = wording.changes(sensitivity(table, stored["answers"]), stored, table, reader)
    return Worded(stored, rows, changes, wording.range_sources(stored, table, reader, answered))
