"""The plain rows that page, PDF and command line draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from estimator.i18n import Words
from estimator.i18n import gettext as _
from estimator.wording import at_least
from estimator.wording.not_counted import not_counted_yet, not_in_sum
from estimator.wording.shortened import first_sentence


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One question with its answer; `assumed` if nobody gave it and the table's default was used.

    `unanswered` if it was left open; the answer then says so.
    """

    driver: str
    label: Words
    answer: Words
    assumed: bool
    evidence: str | None
    basis: Words | None
    unanswered: bool = False


@dataclass(frozen=True, slots=True)
class AnswerSection:
    """The answers of one part of the form."""

    heading: str
    rows: Sequence[AnswerRow]


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One line of the itemised table.

    `amount` is an amount, "included" or "on request"; `span` is its range where low and high differ;
    `steps` are the sentences that work it out. `covered_part` says how many of its units the package pays for, if not
    all. Of what is passed on as it was typed, quantity and unit price are empty, and of a percentage the quantity.
    `given` says of a price that the list does not have that it was given for this quote. `unit_says_quantity` where the
    unit's words leave no place for the number, as Arabic's of one and two.
    """

    code: str
    package: bool
    discount: bool
    label: Words
    note: Words | None
    quantity: str
    unit: Words | None
    unit_price: str
    amount: str
    priced: bool
    span: str | None
    covered_by: Words | None
    steps: Sequence[str]
    billing_code: str | None
    source: str | None
    covered_part: str | None = None
    given: str | None = None
    unit_says_quantity: bool = False

    @property
    def quantity_beside_unit(self) -> str:
        """The number that stands before the unit, empty where the unit's own words say it."""
        return "" if self.unit_says_quantity else self.quantity

    @property
    def telling_steps(self) -> Sequence[str]:
        """Its steps, without a single one that the columns beside it say already."""
        if len(self.steps) != 1:
            return self.steps
        if not self.priced:
            return []
        rest = self.steps[0]
        for said in filter(None, (self.amount, self.unit_price, self.quantity)):
            rest = rest.replace(said, "", 1)
        in_words = not any(letter.isdigit() for letter in self.amount)  # "included", "on request"
        says_more = any(letter.isdigit() if in_words else letter.isalnum() for letter in rest)
        return self.steps if says_more else []


@dataclass(frozen=True, slots=True)
class GroupRows:
    """The lines of one group."""

    code: str
    total: str
    label: Words
    payee: Words | None
    rows: Sequence[ItemRow]
    amount: str
    span: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the likely total; `share` is its share of it in thousandths, 0 where it takes something off."""

    label: Words
    amount: str
    share: int
    span: str | None


@dataclass(frozen=True, slots=True)
class TaxRow:
    """One tax; `included` if the prices contain it already and nothing is added."""

    label: Words
    rate: str
    base: str
    amount: str
    included: bool
    span: str | None


@dataclass(frozen=True, slots=True)
class Sum:
    """A labelled amount; `span` is its range, None where there is none. `kind` names one of the totals.

    `day` is the day by which it is to be paid, where that is known.
    """

    label: Words
    amount: str
    span: str | None = None
    note: Words | None = None
    kind: str = ""
    day: str | None = None


@dataclass(frozen=True, slots=True)
class FactRow:
    """What somebody copies somewhere else, with the name of the place where it goes."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class HowToPay:
    """How a quote is paid: what to write into the form of a bank, what to know, and the warning against fraud."""

    rows: Sequence[FactRow]
    sentences: Sequence[str]
    warning: str


@dataclass(frozen=True, slots=True)
class AdjustmentRow:
    """One adjustment: the patient reads label and amount, colleagues the reason as well.

    `plain` is the amount in plain digits. `why` is the reason where the patient reads it too.
    """

    label: Words
    amount: str
    reason: str
    plain: str
    why: str | None = None


@dataclass(frozen=True, slots=True)
class OptionRow:
    """One line of a quote that may be taken or left: without taxes, each of its taxes, and what it comes to."""

    number: int
    label: Words
    net: str
    taxes: Sequence[Sum]
    amount: str


def not_in_it() -> str:
    """Return what stands in place of an amount where a line is not there."""
    return _("not in it")


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """One line that differs, before and after; what was not there says so."""

    kind: str
    label: Words
    old: str
    new: str

    @property
    def in_one(self) -> str:
        """What the line is now and what it was before, in one sentence."""
        # "Before there was: is not in it" is no sentence in any language.
        if self.old == not_in_it():
            return _("%(new)s (not in it before)", new=self.new)
        if self.new == not_in_it():
            return _("not in it any more (before: %(old)s)", old=self.old)
        return _("%(new)s (before: %(old)s)", new=self.new, old=self.old)


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One line of several plans, side by side: a cell for each plan. It `differs` unless all say the same."""

    kind: str
    label: Words
    cells: Sequence[str]
    differs: bool

    @property
    def is_marked(self) -> bool:
        """Whether it is told that it differs: answers stand there because they do, and each plan has its own total."""
        return self.differs and self.kind not in ("answer", "total")


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice with its optional link; `answers` if it is said because of what the patient told of themselves."""

    text: Words
    link: str | None
    answers: bool = False

    @property
    def in_short(self) -> Words:
        """Its first sentence."""
        return replace(self.text, text=first_sentence(self.text.text))

    @property
    def rest(self) -> Words:
        """What follows its first sentence; empty where that is all."""
        return replace(self.text, text=self.text.text.strip().removeprefix(self.in_short.text).strip())

    @property
    def is_short(self) -> bool:
        """Whether its first sentence is all that it says; what a link belongs to never is."""
        return self.link is None and self.in_short.text == self.text.text.strip()


@dataclass(frozen=True, slots=True)
class NoticeSection:
    """All notices of one kind under their heading."""

    kind: str
    heading: str
    rows: Sequence[NoticeRow]

    @property
    def longer(self) -> list[NoticeRow]:
        """The notices that their first sentence does not say whole."""
        return [row for row in self.rows if not row.is_short]


@dataclass(frozen=True, slots=True)
class NotCounted:
    """A question that was left open, so that what depends on it is not in the total.

    `usual` says what most people answer and where that comes from, `likely` which answer that makes, in words; both
    are None if the price list does not know.
    """

    driver: str
    label: Words
    usual: str | None = None
    likely: str | None = None


@dataclass(frozen=True, slots=True)
class Headline:
    """The likely total in words, with its range and the reasons for the range.

    `at_least` is True while anything is on request or not counted: the amount is then not the whole amount, and in
    words where there is nothing else.
    `on_request_said` and `not_counted_said` are the sentences that name those things, kept with the rows of a quote;
    one that was issued before they were kept has them worded again.
    """

    label: str
    amount: str
    at_least: bool
    span: str | None
    reasons: Sequence[str]
    on_request: Sequence[Words]
    not_counted: Sequence[NotCounted] = ()
    on_request_said: str = ""
    not_counted_said: str = ""

    def on_request_words(self) -> str:
        """The sentence that names what is on request; empty if nothing is."""
        return self.on_request_said or not_in_sum(self.on_request)

    def not_counted_words(self) -> str:
        """The sentence that names what is not counted yet; empty if everything is."""
        return self.not_counted_said or not_counted_yet([row.label for row in self.not_counted])

    def amount_said(self) -> str:
        """The amount, with words for it where something is left out of it."""
        incomplete = self.at_least and any(map(str.isdigit, self.amount))
        return at_least.likely(self.amount, incomplete, has_range=self.span is not None)

    def range_words(self, shown: str | None = None) -> str:
        """The sentence that says the range, or shows it as a page marks it; empty if there is no range."""
        span = shown or self.span
        return at_least.may_come_to(span, self.at_least) if self.span and span else ""


@dataclass(frozen=True, slots=True)
class Change:
    """What one other answer would do: `effect` is a signed amount, or words: "more, on request", "no change".

    `value` is the answer as a form sends it, None where it is not possible. It `matters` unless nothing changes.
    `likely` is the change of the likely total, None where there is none.
    `remarks` say why it is not possible, and what else changes; `requests` are those of them without which the amount
    is not understood: what would be on request or not counted, and another package.
    """

    value: str | None
    answer: Words
    instead_of: Words
    effect: str
    matters: bool
    remarks: Sequence[str]
    requests: Sequence[str]
    likely: Decimal | None = None


@dataclass(frozen=True, slots=True)
class DriverChanges:
    """The nearest other answers to one question."""

    driver: str
    label: Words
    rows: Sequence[Change]


@dataclass(frozen=True, slots=True)
class Rows:
    """A whole breakdown in the order in which a document shows it."""

    title: Words
    currency: str
    demo: bool
    headline: Headline
    answers: Sequence[AnswerSection]
    parts: Sequence[Part]
    groups: Sequence[GroupRows]
    saving: str | None
    taxes: Sequence[TaxRow]
    totals: Sequence[Sum]
    stages: Sequence[Sum]
    payments: Sequence[Sum]
    notices: Sequence[NoticeSection]

    @property
    def first(self) -> list[NoticeRow]:
        """What an answer of the patient calls for before anything else, such as a sore that must heal."""
        return [row for section in self.notice("suitability") for row in section.rows if row.answers]

    def notice(self, *kinds: str) -> list[NoticeSection]:
        """The notices of some kinds, in the order of NOTICES."""
        return [section for section in self.notices if section.kind in kinds]

    def notices_besides(self, *kinds: str) -> list[NoticeSection]:
        """All other notices."""
        return [section for section in self.notices if section.kind not in kinds]


@dataclass(frozen=True, slots=True)
class Head:
    """What stands at the head of a document: which one it is, whose, and until when it holds.

    `created` is the moment as ISO text. A document that is not `saved` has no reference and no link. `withdrawn` says
    that its price list was withdrawn since; None if it was not.
    """

    reference: str
    saved: bool
    provider: str
    address: str | None
    registration: str | None
    contact: str | None
    phone: str | None
    made_on: str
    valid_until: str
    #: as the reader's language names it
    time_zone: str
    version: str
    valid_from: str
    created: str
    withdrawn: str | None = None
    tax_number: str | None = None
    #: what it says of past bills, a sentence each
    past_bills: Sequence[str] = ()
    #: what past bills make of its range, a sentence each; empty if they make nothing of it
    past_range: Sequence[str] = ()
