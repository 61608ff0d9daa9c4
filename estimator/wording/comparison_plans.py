"""The plans of a comparison: what is known of each, and the rows in which they stand beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from estimator.i18n import Reader, Words, listed
from estimator.i18n import gettext as _
from estimator.wording.breakdown import headline
from estimator.wording.firm_plans import named
from estimator.wording.rounding import About
from estimator.wording.rows import Headline
from estimator.wording.sentences import sum_and_span
from pricing import side_by_side
from pricing.left_open import Lack
from pricing.side_by_side import Line, Section, Side
from pricing.stored import Cases, StoredAnswers, StoredBreakdown, StoredTax, counts_nothing
from pricing.table import PriceTable, Role

LETTERS = ("A", "B", "C")
"""What the plans are called, in their order."""

PLANNED: tuple[Role, ...] = ("cell_type", "sessions", "hospital_stay", "rehabilitation", "extras")
"""The roles of questions that make a plan, and are compared."""


@dataclass(frozen=True)
class Compared:
    """One estimate that is compared: what is stored of it, and what has become of its prices since.

    `in_one` is its total in the currency of all, None where there is no rate; `rate` says that rate. `withdrawn` is the
    sentence about a list that was withdrawn; its prices have `expired` once their last day is over.
    """

    breakdown: StoredBreakdown
    table: PriceTable
    given: StoredAnswers
    valid_until: str
    in_one: Cases | None = None
    rate: str | None = None
    withdrawn: str | None = None
    expired: bool = False


@dataclass(frozen=True)
class Column:
    """The head of one plan, and what stands of it in the first screen; one that is `gone` has a name and nothing else.

    `chosen` are the answers that another plan under the same list does not have.
    `also` is the total in the currency of all. `warning` says that its prices do not hold any more.
    """

    name: str
    gone: bool = False
    provider: str = ""
    title: str = ""
    headline: Headline | None = None
    about: About | None = None
    also: str | None = None
    chosen: Sequence[str] = ()
    leaves_out: Sequence[str] = ()
    evidence: Sequence[str] = ()
    warning: str | None = None


@dataclass(frozen=True)
class Said:
    """What one plan says in a row: a figure or a word, with notes below it."""

    main: str
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Row:
    """One row: a cell for each plan, None of a plan that is gone. It `differs` unless all say the same.

    A `strong` row is a sum. It is `marked` where a word has to say that it differs, because nothing else in it does.
    """

    label: str
    cells: Sequence[Said | None]
    differs: bool
    strong: bool = False
    marked: bool = False


@dataclass(frozen=True)
class Part:
    """Rows under a heading; those in which nothing differs may be shown apart."""

    code: str
    heading: str
    rows: Sequence[Row]

    @property
    def differing(self) -> list[Row]:
        """The rows in which the plans differ."""
        return [row for row in self.rows if row.differs or row.strong]

    @property
    def alike(self) -> list[Row]:
        """The rows in which all plans say the same."""
        return [row for row in self.rows if not (row.differs or row.strong)]


@dataclass(frozen=True)
class ComparisonRows:
    """A whole comparison in the order in which every medium shows it.

    `verdict` says which costs less, or that it cannot be told, and `why`; `cannot` says what cannot be compared. What
    every item comes to stands in `items`, a part for each group.
    """

    columns: Sequence[Column]
    verdict: str
    why: Sequence[str]
    cannot: Sequence[str]
    parts: Sequence[Part]
    items: Sequence[Part]
    rates: Sequence[str]
    demo: bool


class Plans:
    """Plans that are compared, for one reader; `there` are those that are not gone, with their places."""

    def __init__(self, compared: Sequence[Compared | None], currency: str | None, reader: Reader) -> None:
        self.all = compared
        self.currency = currency
        self.reader = reader
        self.there = [(number, each) for number, each in enumerate(compared) if each is not None]
        self.headlines = {number: headline(each.breakdown, each.table, reader) for number, each in self.there}

    def words(self, each: Compared, text: Mapping[str, str]) -> str:
        return self.reader.words(text, each.table.main_language).marked

    def name(self, number: int) -> str:
        return named(LETTERS[number])

    def names(self, numbers: Sequence[int]) -> str:
        return listed([self.name(number) for number in numbers])

    def also(self, each: Compared) -> Cases | None:
        """The total in the currency of all, where that is not its own and something is counted."""
        if self.currency is None or each.in_one is None or each.breakdown["currency"] == self.currency:
            return None
        return None if counts_nothing(each.breakdown) else each.in_one

    @cached_property
    def sections(self) -> list[Section]:
        return side_by_side.align([Side(each.breakdown, each.table) for _number, each in self.there])

    def heading(self, section: Section) -> str:
        """What groups beside each other are called by the first plan that has one."""
        found = zip(self.there, section.groups, strict=True)
        return next(self.words(each, group.label) for (_n, each), group in found if group is not None)

    def sum_said(self, amount: Cases, currency: str, lack: Lack) -> Said:
        """Say a sum that may lack something, with its range below it."""
        said, between = sum_and_span(amount, currency, self.reader, lack)
        return Said(said, [between] if between else [])

    def row(
        self,
        label: str,
        cells: Mapping[int, Said],
        *,
        strong: bool = False,
        same: bool | None = None,
        marked: bool = True,
    ) -> Row:
        if same is None:
            same = len({(cell.main, tuple(map(str, cell.notes))) for cell in cells.values()}) < 2
        told = {cell.main for cell in cells.values()} & {_("no such line"), _("not in the plan")}
        marked = marked and not (same or strong or told)
        return Row(label, [cells.get(number) for number in range(len(self.all))], not same, strong, marked)

    def label(self, line: Line) -> str:
        """What a line is called by the first plan that has it."""
        for (_number, each), cell in zip(self.there, line.cells, strict=True):
            if cell.item is not None:
                return self.words(each, cell.item["label"])
        return ""


def added_taxes(each: Compared) -> list[StoredTax]:
    """Return the taxes that are added to the prices; those that are in them already are left out."""
    return [tax for tax in each.breakdown["taxes"] if not tax["included"]]


def bare(label: Words) -> Words:
    """Return a question without its mark, to stand before an answer or in a list."""
    return Words(label.text.rstrip("?？؟ \N{NO-BREAK SPACE}"), label.language, label.direction)
