"""What a price table is: frozen values that `notation` reads and writes and `estimate` prices.

The words are those of docs/notation.md, which says what each of them means. Order in every tuple is the
order in the file. Nothing here checks anything: a `PriceTable` that came from `notation.read` is sound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypeVar

Derived = TypeVar("Derived")

Text = Mapping[str, str]
"""A text that a person reads, by language tag; the table's main language is always there."""

UnitText = Mapping[str, str | Mapping[str, str]]
"""A unit by language tag: one text, or the CLDR plural forms ("one", "other", ...) of that language."""

Rounding = Literal["half-up", "half-even", "up", "down"]
Total = Literal["provider", "others", "reserve"]
Role = Literal["cell_type", "sessions", "hospital_stay", "rehabilitation", "extras", "about_you"]
Evidence = Literal["established", "conditional", "trial", "unproven"]
NoticeKind = Literal[
    "evidence",
    "legal",
    "risk",
    "not_included",
    "suitability",
    "questions",
    "before_you_pay",
    "about_this_estimate",
]
TierMode = Literal["graduated", "volume", "stairstep"]
TermKind = Literal["accept_after", "take_back", "text_form", "overrun", "notice", "print"]
PrintedField = Literal["units", "package_contents", "registration", "tax_number", "address"]


@dataclass(frozen=True, slots=True)
class Amount:
    """A price that may differ in the three cases: `low <= likely <= high`."""

    low: Decimal
    likely: Decimal
    high: Decimal

    @property
    def is_range(self) -> bool:
        """Whether the three cases differ."""
        return self.low != self.high


@dataclass(frozen=True, slots=True)
class ChoiceIs:
    """Holds when the answer to a choice is one of `codes`."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NumberIs:
    """Holds when a number lies between `least` and `most`, both inclusive, either may be absent."""

    least: Decimal | None
    most: Decimal | None


@dataclass(frozen=True, slots=True)
class FlagIs:
    """Holds when a yes/no question was answered with `value`."""

    value: bool


@dataclass(frozen=True, slots=True)
class DateIs:
    """Holds when a date falls in one of `months` (empty: any) and between `start` and `end`, inclusive."""

    months: tuple[int, ...]
    start: date | None
    end: date | None


Test = ChoiceIs | NumberIs | FlagIs | DateIs
Condition = tuple[tuple[str, Test], ...]
"""Pairs of a driver's code and what its answer must be; every pair must hold. Never empty."""


@dataclass(frozen=True, slots=True)
class Provider:
    """Who charges the prices."""

    name: str
    country: str
    address: str | None = None
    email: str | None = None
    phone: str | None = None
    registration: str | None = None
    tax_number: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible answer to a choice. `why` says why it is not offered, and is there exactly then.

    `no_charge` says that it is meant to cost nothing.
    """

    code: str
    label: Text
    note: Text | None = None
    offered: bool = True
    why: Text | None = None
    evidence: Evidence | None = None
    basis: Text | None = None
    no_charge: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """A question whose answer the price depends on.

    With `open` it may stay without an answer; what depends on it is then not counted.
    """

    code: str
    role: Role
    label: Text
    help: Text | None = None
    when: Condition | None = None
    unless: Condition | None = None
    open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceDriver(Driver):
    """A question with named answers; `default` is a choice's code."""

    choices: tuple[Choice, ...]
    default: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberDriver(Driver):
    """A question for a number `least + n * step`, not above `most`; `less` and `more` are its `varies`.

    With `money` the number is an amount in the table's currency. `usual` is what most people answer, and `source`
    says who found that; nothing is computed from it.
    """

    least: Decimal
    most: Decimal
    step: Decimal = Decimal(1)
    unit: UnitText | None = None
    default: Decimal | None = None
    less: Decimal | None = None
    more: Decimal | None = None
    money: bool = False
    usual: Amount | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNoDriver(Driver):
    """A question for yes or no."""

    default: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DateDriver(Driver):
    """A question for a day."""

    default: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Answers that the provider refuses, and why."""

    code: str
    why: Text
    when: Condition | None = None
    unless: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A heading of the breakdown and the total that its items belong to."""

    code: str
    label: Text
    total: Total = "provider"
    payee: Text | None = None


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """A price for each unit."""

    price: Amount


@dataclass(frozen=True, slots=True)
class Tier:
    """A step of a tiered price; `up_to` is inclusive, None in an open last tier."""

    up_to: Decimal | None
    price: Amount
    flat: Amount | None = None


@dataclass(frozen=True, slots=True)
class Tiers:
    """A price that depends on how many units there are."""

    mode: TierMode
    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True)
class Percent:
    """A percentage of what the charges, packages and groups named in `of` come to."""

    percent: Amount
    of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OnRequest:
    """A price that is not known yet; never 0."""


Price = UnitPrice | Tiers | Percent | OnRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One line of the price list."""

    code: str
    label: Text
    group: str
    price: Price
    per: tuple[str, ...] = ()
    times: Decimal = Decimal(1)
    included: Decimal = Decimal(0)
    block: Decimal | None = None
    at_least: Amount | None = None
    at_most: Amount | None = None
    when: Condition | None = None
    unless: Condition | None = None
    stage: str | None = None
    note: Text | None = None
    source: str | None = None
    billing_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One price for several charges; `covers` is a charge's code and how many units, None for all of them."""

    code: str
    label: Text
    group: str
    price: Amount
    covers: tuple[tuple[str, Decimal | None], ...]
    when: Condition | None = None
    unless: Condition | None = None
    stage: str | None = None
    note: Text | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """A tax on the charges, packages and groups named in `of`."""

    code: str
    label: Text
    percent: Decimal
    of: tuple[str, ...]
    above: Decimal | None = None
    included: bool = False
    when: Condition | None = None
    unless: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Commission:
    """What somebody gets for having led the patient to the provider.

    On top of the price it is the charge that `charge` names; inside of it, a fixed `amount`, or `percent` of what the
    charges, packages and groups in `of` come to. It has one of the three.
    """

    code: str
    payee: Text
    charge: str | None = None
    amount: Decimal | None = None
    percent: Decimal | None = None
    of: tuple[str, ...] = ()
    when: Condition | None = None
    unless: Condition | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A part of the treatment after which it may stop."""

    code: str
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One instalment: a fixed `amount`, or `percent` of what the fixed ones leave.

    `day_of` is the question for a day that it is due by, `days_before` how many days before that day.
    """

    code: str
    label: Text
    due: Text
    amount: Decimal | None = None
    percent: Decimal | None = None
    day_of: str | None = None
    days_before: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A text that stands beside the price."""

    code: str
    kind: NoticeKind
    text: Text
    link: str | None = None
    when: Condition | None = None
    unless: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One thing that a quote has to observe, with its source and the day as of which that was so.

    Which of the last four it has, goes by its kind.
    """

    code: str
    kind: TermKind
    source: str
    as_of: date
    days: int | None = None
    percent: Decimal | None = None
    notice: str | None = None
    field: PrintedField | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTable:
    """One whole, dated version of one provider's price list.

    Money and quantities are exact `Decimal`s, money in units of `currency`. `round_to` is the given one or
    the currency's ISO 4217 minor unit, so it is always there.
    """

    table: str
    version: str
    valid_from: date
    currency: str
    round_to: Decimal
    languages: tuple[str, ...]
    title: Text
    time_zone: str
    provider: Provider
    drivers: tuple[Driver, ...]
    groups: tuple[Group, ...]
    charges: tuple[Charge, ...]
    notices: tuple[Notice, ...]
    rounding: Rounding = "half-up"
    demo: bool = False
    quote_valid_days: int = 30
    source: str | None = None
    note: str | None = None
    rules: tuple[Rule, ...] = ()
    stages: tuple[Stage, ...] = ()
    packages: tuple[Package, ...] = ()
    taxes: tuple[Tax, ...] = ()
    payments: tuple[Payment, ...] = ()
    commissions: tuple[Commission, ...] = ()
    terms: tuple[Term, ...] = ()
    finer: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    """The amounts of money that the file wrote finer than the currency is, by place. They are no part of the value,
    because zeros at the end are not."""
    kept: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)
    """A cache in which modules of `pricing` keep what they derive from the table; no part of its value."""

    def once(self, name: str, make: Callable[[], Derived]) -> Derived:
        """Return what is derived from this table under a name, made when it is first asked for."""
        if name not in self.kept:
            self.kept[name] = make()
        found: Derived = self.kept[name]
        return found

    @property
    def main_language(self) -> str:
        """The language every text is written in."""
        return self.languages[0]
