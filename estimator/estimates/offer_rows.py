"""The rows and sentences in which another clinic's price stands beside an estimate: no judgement, and no choice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from estimator import wording
from estimator.estimates.offer_parts import PARTS, Part
from estimator.estimates.offer_words import Questions, name_of, names_of, questions
from estimator.estimates.other_currency import Beside
from estimator.estimates.other_offer import Offer, Ours, Place, our_parts, our_sessions, per_session, written
from estimator.i18n import Reader, Words, listed_apart, with_colon
from estimator.i18n import gettext as _
from estimator.i18n import reader as reader_of
from pricing.money import exactly
from pricing.stored import StoredBreakdown
from pricing.table import NumberDriver, PriceTable

NO_SUM: frozenset[Part] = frozenset({"complications", "taxes"})
"""Parts that are left out of a sum of what is included: our reserve is no price, and taxes are on several parts."""


@dataclass(frozen=True)
class Cell:
    """What one side says of a line: an amount, words, and the names of what is in it; each may be empty."""

    amount: str = ""
    said: str = ""
    names: Sequence[Words] = ()

    @property
    def are_many(self) -> bool:
        """Whether its names are more than a line has room for."""
        return len(self.names) > 1


@dataclass(frozen=True)
class Row:
    """One line, on both sides."""

    label: str
    theirs: Cell
    ours: Cell


@dataclass(frozen=True)
class Side:
    """One side's amount, with what it hides."""

    label: str
    amount: str
    notes: Sequence[str]


@dataclass(frozen=True)
class Compared:
    """All that is said of what another clinic wrote.

    `warnings` say that the estimate beside it has expired, or its list was withdrawn. `english` are the questions
    again, None where they are English already. `per_session_missing` says why a side has no cost for each session.
    """

    warnings: Sequence[str]
    rows: Sequence[Row]
    totals: Sequence[Side]
    sentences: Sequence[str]
    per_session: Sequence[Side]
    per_session_missing: Sequence[str]
    questions: Questions
    english: Questions | None


def compared(
    offer: Offer,
    breakdown: StoredBreakdown,
    table: PriceTable,
    rows: wording.Rows,
    beside: Beside | None,
    reader: Reader,
    warnings: Sequence[str] = (),
) -> Compared:
    """Lay what another clinic wrote beside an estimate, with what is to be known of that one first.

    `beside` is the estimate's total in the currency of the other clinic; None where both have the same one, or there
    is no rate.
    """
    return _Comparing(offer, breakdown, table, rows, beside, reader).compared(warnings)


class _Comparing:
    def __init__(
        self,
        offer: Offer,
        breakdown: StoredBreakdown,
        table: PriceTable,
        rows: wording.Rows,
        beside: Beside | None,
        reader: Reader,
    ) -> None:
        self.offer, self.breakdown, self.table, self.reader = offer, breakdown, table, reader
        self.words, self.beside = rows, beside
        self.ours: Mapping[Place, Ours] = our_parts(breakdown, table, reader)

    def compared(self, warnings: Sequence[str]) -> Compared:
        ours_in_english = our_parts(self.breakdown, self.table, reader_of("en"))
        return Compared(
            warnings=warnings,
            rows=list(self.rows()),
            totals=[self.their_total(), self.our_total()],
            sentences=list(self.sentences()),
            per_session=list(self.sessions()),
            per_session_missing=list(self.sessions_missing()),
            questions=questions(self.offer, self.ours, self.reader),
            english=None
            if self.reader.tag.partition("-")[0] == "en"
            else questions(self.offer, ours_in_english, reader_of("en")),
        )

    # The lines

    def rows(self) -> Iterator[Row]:
        offer = self.offer
        for label, number, drivers in (
            (_("Sessions or injections"), offer.sessions, self.numbers("sessions")),
            (_("Days or nights there"), offer.days, self.numbers("hospital_stay", "rehabilitation")),
        ):
            theirs = _("not said") if number is None else self.reader.number(str(number))
            yield Row(
                label, Cell(said=theirs), Cell(said=listed_apart(drivers) or _("not asked in our price list"))
            )
        for part in PARTS:
            yield Row(name_of(part), self.their_cell(part), self.our_cell(part))
        if "other" in self.ours:
            yield Row(name_of("other"), Cell(said=_("not said")), self.our_cell("other"))

    def numbers(self, *roles: str) -> Iterator[object]:
        """Yield the answers that are numbers of sessions, nights or days."""
        wanted = {
            driver.code
            for driver in self.table.drivers
            if driver.role in roles and isinstance(driver, NumberDriver) and not driver.money
        }
        for section in self.words.answers:
            for row in section.rows:
                if row.driver in wanted and self.breakdown["answers"].get(row.driver) != "0":
                    yield with_colon(row.label, row.answer)

    def their_cell(self, part: Part) -> Cell:
        stated = self.offer.stated(part)
        if stated.amount is None:
            said = {
                "included": _("said to be included"),
                "excluded": _("said to be not included"),
                "": _("not said"),
            }
            return Cell(said=said[stated.standing])
        said = {
            "included": _("said to be inside their price"),
            "excluded": _("said to be on top of their price"),
            "": _("not said whether it is inside their price"),
        }
        return Cell(self.theirs(stated.amount), said[stated.standing])

    def our_cell(self, part: Place) -> Cell:
        ours = self.ours.get(part)
        if ours is None:
            return Cell(said=_("none in this plan") if part == "taxes" else _("not counted"))
        said = []
        if part == "complications" and ours.amount is not None:
            said.append(_("a suggestion, not part of the price"))
        if part == "taxes" and not ours.amount:
            said.append(_("already inside our prices"))
        if ours.has_package:
            said.append(_("with the price of the package"))
        elif ours.is_covered:
            said.append(_("in the package"))
        if ours.on_request:
            said.append(_("on request: %(names)s", names=listed_apart(ours.on_request)))
        if ours.open:
            said.append(_("not counted yet: %(names)s", names=listed_apart(ours.open)))
        if ours.amount == 0 and not said:
            said.append(_("included"))
        return Cell(self.own(ours.amount) if ours.amount else "", listed_apart(said), ours.names)

    # The totals

    def their_total(self) -> Side:
        offer = self.offer
        notes = []
        if offer.with_extras is not None:
            notes.append(
                _("With what they say is on top: %(amount)s.", amount=self.theirs(offer.with_extras))
            )
        if offer.unpriced:
            notes.append(
                _("Said to be not included, without an amount: %(names)s.", names=names_of(offer.unpriced))
            )
        if offer.unsaid:
            notes.append(_("Not said: %(names)s.", names=names_of(offer.unsaid)))
        amount = _("no whole price") if offer.price is None else self.theirs(offer.price)
        return Side(_("What the other clinic wrote"), amount, notes)

    def our_total(self) -> Side:
        headline = self.words.headline
        reserve = next((each for each in self.words.totals if each.kind == "reserve"), None)
        notes = [headline.range_words(), headline.not_counted_words(), headline.on_request_words()]
        if reserve is not None:
            notes.append(_("%(label)s: %(answer)s", label=reserve.label, answer=reserve.amount))
        if self.beside is not None:
            notes += [
                _(
                    "%(label)s: %(answer)s",
                    label=self.offer.currency,
                    answer=self.beside.total.amount,
                ),
                self.beside.sentence,
            ]
        return Side(_("Our estimate"), headline.amount_said(), [note for note in notes if note])

    def sentences(self) -> Iterator[str]:
        offer = self.offer
        holes = [part for part, ours in self.ours.items() if ours.on_request or ours.open]
        missing = [part for part in PARTS if part not in self.ours and part != "taxes"]
        if offer.price is None or offer.unsaid or offer.unpriced or holes or missing:
            yield _(
                "The two totals are not for the same things. They do not tell which clinic costs less until every line "
                "is answered on both sides."
            )
        else:
            yield _(
                "Every line is answered. The treatments can still differ: other cells, another number of sessions, "
                "another length of stay."
            )
        if offer.currency and offer.currency != self.table.currency and self.beside is None:
            yield _(
                "We have no exchange rate between %(ours)s and %(theirs)s, so each amount stays in its own currency.",
                ours=self.table.currency,
                theirs=offer.currency,
            )
        ours = our_sessions(self.breakdown, self.table)
        if offer.sessions and ours and offer.sessions != ours:
            yield _(
                "They wrote %(theirs)s sessions or injections, and our estimate has %(ours)s. So the two prices are "
                "not for the same treatment.",
                theirs=self.reader.number(str(offer.sessions)),
                ours=self.reader.number(str(ours)),
            )
        yield from self.like_for_like()

    def like_for_like(self) -> Iterator[str]:
        """Say what our estimate counts for what the other clinic says is included."""
        parts: list[Place] = [part for part in self.offer.included if part not in NO_SUM]
        if not parts:
            return
        if self.breakdown["package"] is not None:
            yield _("Our estimate has a package, so some of its parts have no price of their own.")
            return
        whole = [part for part in parts if part in self.ours and self.ours[part].is_whole]
        if whole:
            with exactly():
                amount = sum((self.ours[part].amount or Decimal(0) for part in whole), Decimal(0))
            yield _(
                "For what they say is included, our estimate counts %(amount)s: %(names)s. Taxes are not in this sum.",
                amount=self.own(amount),
                names=names_of(whole),
            )
        rest = [part for part in parts if part not in whole]
        if rest:
            yield _(
                "They say that this is included, and our estimate has no full amount for it: %(names)s.",
                names=names_of(rest),
            )

    # For each session

    def sessions(self) -> Iterator[Side]:
        theirs = self.offer.per_session()
        if theirs is not None:
            hidden = [*self.offer.unpriced, *self.offer.unsaid]
            notes = (
                [_("It leaves out, or may leave out: %(names)s.", names=names_of(hidden))] if hidden else []
            )
            notes.append(_("If they mean several injections in one session, a session costs more than this."))
            yield Side(_("What the other clinic wrote"), self.theirs(theirs), notes)
        parts = self.parts_alike()
        ours = self.our_per_session(parts)
        if ours is not None:
            has_range = self.words.headline.span is not None
            said = wording.at_least.likely(self.own(ours), False, has_range=has_range)
            notes = [_("It holds: %(names)s.", names=names_of(parts)), _("Taxes are not in it.")]
            yield Side(_("Our estimate"), said, notes)

    def sessions_missing(self) -> Iterator[str]:
        if self.offer.per_session() is None:
            yield _(
                "We give no cost per session of the other clinic: its price or its number of sessions is not said."
            )
        if self.our_per_session(self.parts_alike()) is None:
            yield _(
                "We give no cost per session of our estimate: it would not be for the same parts as the price of the "
                "other clinic."
            )

    def our_per_session(self, parts: Sequence[Place]) -> Decimal | None:
        with exactly():
            amount = sum((self.ours[part].amount or Decimal(0) for part in parts), Decimal(0))
        number = our_sessions(self.breakdown, self.table)
        return per_session(amount, number, self.table.currency) if amount else None

    def parts_alike(self) -> Sequence[Place]:
        """Return what they say is included, if our estimate has the provider's full price of each; else nothing.

        Without the cells there is no session to divide by, and what is paid to others is no price of the provider.
        """
        parts: list[Place] = [part for part in self.offer.included if part not in NO_SUM]
        alike = [part for part in parts if part in self.ours and self.is_alike(self.ours[part])]
        has_package = self.breakdown["package"] is not None
        return [] if has_package or "cells" not in parts or alike != parts else parts

    def is_alike(self, ours: Ours) -> bool:
        return ours.is_whole and not ours.paid_to_others

    # Amounts

    def theirs(self, amount: Decimal) -> str:
        return self.reader.money(written(amount, self.offer.currency), self.offer.currency)

    def own(self, amount: Decimal) -> str:
        return self.reader.money(written(amount, self.table.currency), self.table.currency)
