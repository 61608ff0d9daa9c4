"""Where the range of a total comes from, in words: item by item, what would make it narrower, and what is not in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from estimator.i18n import Reader, Words, listed_apart, ngettext
from estimator.i18n import gettext as _
from estimator.marked_text import joined
from estimator.wording.sentences import answer_words
from pricing.money import ZERO, exactly
from pricing.stored import StoredBreakdown
from pricing.table import PriceTable
from pricing.uncertainty import Cause, Narrowing, Open, Spread, Uncertainty, of_breakdown

MOST_ROWS = 3
"""Number of lines that a page says where it has room for few."""


MOST_NARROWER = 3
"""Number of things of which it is said what knowing them takes off, those that take off the most."""


@dataclass(frozen=True, slots=True)
class RangeRow:
    """One item or tax, what makes it a range, and how much of the whole range it is."""

    label: Words
    why: Sequence[str]
    amount: str


@dataclass(frozen=True, slots=True)
class RangeSources:
    """Where a range comes from; the amounts of the rows add up to `width`.

    `narrower` are sentences on what would make it narrower, `outside` on what is in no part of it. `rest` is what all
    rows but the MOST_ROWS largest are together, None if there are no more.
    """

    width: str
    rows: Sequence[RangeRow]
    narrower: Sequence[str]
    outside: Sequence[str]
    rest: RangeRow | None

    @property
    def largest(self) -> Sequence[RangeRow]:
        """The largest rows alone, with one for what all others are together."""
        return self.rows if self.rest is None else [*self.rows[:MOST_ROWS], self.rest]


def range_sources(
    breakdown: StoredBreakdown, table: PriceTable, reader: Reader, answered: Sequence[str]
) -> RangeSources | None:
    """Word where the range of a breakdown comes from; None if its total is no range, or lacks answers.

    `answered` are the questions that somebody answered; the others were supposed.
    """
    found = of_breakdown(table, breakdown, answered)
    return None if found is None else _Wording(found, breakdown, table, reader).sources()


class _Wording:
    def __init__(
        self, found: Uncertainty, breakdown: StoredBreakdown, table: PriceTable, reader: Reader
    ) -> None:
        self.found = found
        self.breakdown = breakdown
        self.table = table
        self.reader = reader
        self.drivers = {driver.code: driver for driver in table.drivers}
        self.items = {package.code: package.label for package in table.packages}
        self.items |= {charge.code: charge.label for charge in table.charges}
        self.taxes = {tax.code: tax.label for tax in table.taxes}

    def sources(self) -> RangeSources:
        return RangeSources(
            width=self.money(self.found.width),
            rows=[self.row(spread) for spread in self.found.spreads],
            narrower=[self.narrower(each) for each in self.found.narrowings[:MOST_NARROWER]],
            outside=list(self.outside()),
            rest=self.rest(self.found.spreads[MOST_ROWS:]),
        )

    def rest(self, spreads: Sequence[Spread]) -> RangeRow | None:
        if not spreads:
            return None
        with exactly():
            amount = sum((spread.amount for spread in spreads), ZERO)
        said = ngettext("%(num)s more item", "%(num)s more items", len(spreads))
        return RangeRow(Words(said), [], self.money(amount))

    def money(self, amount: Decimal, sign: bool = False) -> str:
        return self.reader.money(amount, self.breakdown["currency"], sign=sign)

    def item(self, code: str) -> Words:
        return self.reader.words(self.items[code], self.table.main_language)

    def question(self, code: str) -> Words:
        return self.reader.words(self.drivers[code].label, self.table.main_language)

    def row(self, spread: Spread) -> RangeRow:
        labels = self.items if spread.kind == "item" else self.taxes
        several = len(spread.causes) > 1
        return RangeRow(
            self.reader.words(labels[spread.code], self.table.main_language),
            [self.cause(cause, several) for cause in spread.causes],
            self.money(spread.amount),
        )

    def cause(self, cause: Cause, several: bool) -> str:
        amount = self.money(cause.amount)
        if cause.kind == "number":
            label = self.question(cause.code)
            if several:
                return _("“%(label)s” is not known exactly: %(amount)s.", label=label, amount=amount)
            return _("“%(label)s” is not known exactly.", label=label)
        if cause.kind == "price":
            return (
                _("Its price is a range: %(amount)s.", amount=amount)
                if several
                else _("Its price is a range.")
            )
        if several:
            return _("It is a part of prices that are ranges: %(amount)s.", amount=amount)
        return _("It is a part of prices that are ranges.")

    def narrower(self, each: Narrowing) -> str:
        amount = self.money(each.amount)
        if each.kind == "price":
            return _(
                "If the price of “%(label)s” is fixed, the range is %(amount)s narrower.",
                label=self.item(each.code),
                amount=amount,
            )
        assert each.known is not None
        return _(
            "If “%(label)s” is known to be %(answer)s, the range is %(amount)s narrower.",
            label=self.question(each.code),
            answer=answer_words(self.drivers[each.code], each.known, self.table, self.reader),
            amount=amount,
        )

    def outside(self) -> Iterator[str]:
        unpriced = [each for each in self.found.open if not (each.least or each.most or each.on_request)]
        if unpriced:
            names = listed_apart([self.question(each.driver) for each in unpriced])
            yield _("Not answered, and in no part of the range: %(names)s.", names=names)
        for each in self.found.open:
            if each in unpriced:
                continue
            sentences = [self.open(each)]
            if each.on_request:
                sentences.append(_("An answer may bring a price that is on request."))
            yield joined(" ", filter(None, sentences))

    def open(self, each: Open) -> str:
        label = self.question(each.driver)
        moves = bool(each.least or each.most)
        if each.supposed:
            used = _(
                "“%(label)s” is not answered; we used: %(answer)s.",
                label=label,
                answer=answer_words(
                    self.drivers[each.driver],
                    self.breakdown["answers"][each.driver],
                    self.table,
                    self.reader,
                ),
            )
        else:
            used = _("“%(label)s” is not answered.", label=label)
        if each.least is None or each.most is None or not moves:
            return used
        changes = _(
            "Another answer changes the likely total: %(changes)s.",
            changes=self.between(each.least, each.most),
        )
        return joined(" ", [used, changes])

    def between(self, least: Decimal, most: Decimal) -> str:
        if least == most:
            return self.money(least, sign=True)
        return _("%(low)s to %(high)s", low=self.money(least, sign=True), high=self.money(most, sign=True))
