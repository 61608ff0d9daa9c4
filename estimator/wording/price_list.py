"""A whole price list in words: its charges by group, packages, taxes, stages, payments and notices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from estimator.i18n import Reader, Words, listed, listed_apart, with_colon
from estimator.i18n import gettext as _
from estimator.marked_text import joined
from estimator.wording import commissions
from estimator.wording.packages import answers_wanted
from estimator.wording.rows import NoticeSection
from estimator.wording.sentences import notice_sections, provider, typed_amount, with_cents
from estimator.wording.terms import with_terms
from pricing.money import plain
from pricing.steps import passed_on
from pricing.table import (
    Amount,
    Charge,
    Condition,
    OnRequest,
    Package,
    Payment,
    Percent,
    PriceTable,
    Tax,
    Tier,
    Tiers,
    Total,
    UnitPrice,
)


@dataclass(frozen=True)
class PriceRow:
    """One entry: what it is called, what it costs, and everything that decides whether and how it is counted."""

    code: str
    label: Words
    #: "USD 31.00", "10 %", "on request"; empty where `lines` say it
    price: str
    #: "USD 30.00 to 35.00"
    span: str | None = None
    #: sentences: for each what, steps, bounds, conditions
    lines: Sequence[str] = ()
    note: Words | None = None
    billing_code: str | None = None


@dataclass(frozen=True)
class PriceGroup:
    """The charges of one group; `payee` says to whom they are paid, if not to the provider."""

    code: str
    label: Words
    total: Total
    payee: Words | None
    rows: Sequence[PriceRow] = field(default=())


@dataclass(frozen=True)
class PriceListRows:
    """A price list as every medium shows it."""

    title: Words
    provider: str
    currency: str
    version: str
    valid_from: str
    demo: bool
    groups: Sequence[PriceGroup]
    packages: Sequence[PriceRow]
    taxes: Sequence[PriceRow]
    stages: Sequence[Words]
    payments: Sequence[PriceRow]
    notices: Sequence[NoticeSection]


def price_list(table: PriceTable, reader: Reader) -> PriceListRows:
    """Word a whole price list for one reader."""
    return _List(table, reader).rows()


class _List:
    def __init__(self, table: PriceTable, reader: Reader) -> None:
        self.table, self.reader = table, reader
        self.labels: dict[str, Mapping[str, str]] = {charge.code: charge.label for charge in table.charges}
        self.labels |= {package.code: package.label for package in table.packages}
        self.labels |= {group.code: group.label for group in table.groups}
        self.drivers = {driver.code: driver for driver in table.drivers}

    def rows(self) -> PriceListRows:
        table = self.table
        return PriceListRows(
            title=self.words(table.title),
            provider=provider(table, self.reader).marked,
            currency=table.currency,
            version=self.reader.isolated(table.version),
            valid_from=self.reader.day(table.valid_from),
            demo=table.demo,
            groups=[group for group in self.groups() if group.rows],
            packages=[self.package(package) for package in table.packages],
            taxes=[self.tax(tax) for tax in table.taxes],
            stages=[self.words(stage.label) for stage in table.stages],
            payments=[self.payment(payment) for payment in table.payments],
            notices=[
                *with_terms(
                    notice_sections([notice.code for notice in table.notices], table, self.reader),
                    table,
                    self.reader,
                ),
                *commissions.of_a_list(table, self.reader, self.conditions),
            ],
        )

    def groups(self) -> Iterator[PriceGroup]:
        for group in self.table.groups:
            yield PriceGroup(
                group.code,
                self.words(group.label),
                group.total,
                None if group.payee is None else self.words(group.payee),
                [self.charge(charge) for charge in self.table.charges if charge.group == group.code],
            )

    def charge(self, charge: Charge) -> PriceRow:
        price, span, lines = self.priced(charge)
        return PriceRow(
            code=charge.code,
            label=self.words(charge.label),
            price=price,
            span=span,
            lines=[*lines, *self.quantity(charge), *self.conditions(charge.when, charge.unless)],
            note=None if charge.note is None else self.words(charge.note),
            billing_code=charge.billing_code,
        )

    def priced(self, charge: Charge) -> tuple[str, str | None, list[str]]:
        """The price of a charge, its range, and the sentences that a price with steps or a share needs."""
        if passed_on(self.table, charge.code) is not None:
            return "", None, [_("This is the price you told us.")]
        match charge.price:
            case UnitPrice(price):
                return self.money(price.likely), self.span(price), []
            case Tiers() as tiers:
                return "", None, list(self.tiers(tiers))
            case Percent(percent, of):
                return self.percent(percent), None, [self.share(percent, of)]
            case OnRequest():
                return _("on request"), None, []

    def percent(self, percent: Amount) -> str:
        number = self.reader.percent
        if not percent.is_range:
            return number(plain(percent.likely))
        return _("%(low)s to %(high)s", low=number(plain(percent.low)), high=number(plain(percent.high)))

    def share(self, percent: Amount, of: Sequence[str]) -> str:
        return _("%(percent)s of: %(names)s", percent=self.percent(percent), names=self.names(of))

    def tiers(self, tiers: Tiers) -> Iterator[str]:
        if tiers.mode == "graduated":
            yield _("Each unit at the price of its own step.")
        elif tiers.mode == "volume":
            yield _("All units at the price of the step that their number falls in.")
        start = Decimal(0)
        for tier in tiers.tiers:
            yield self.tier(tier, start, tiers.mode == "stairstep")
            start = tier.up_to if tier.up_to is not None else start
        if tiers.tiers[-1].up_to is not None:
            where = _("Above %(start)s", start=self.reader.number(plain(start)))
            yield _("%(label)s: %(answer)s", label=where, answer=_("on request"))

    def tier(self, tier: Tier, start: Decimal, in_all: bool) -> str:
        number = self.reader.number
        if tier.up_to is None:
            where = _("Above %(start)s", start=number(plain(start)))
        elif not start:
            where = _("Up to %(end)s", end=number(plain(tier.up_to)))
        else:
            where = _(
                "Above %(start)s, up to %(end)s", start=number(plain(start)), end=number(plain(tier.up_to))
            )
        price = self.amount(tier.price)
        if in_all:
            return _("%(where)s: %(amount)s in all", where=where, amount=price)
        if tier.flat is not None:
            price = _("%(price)s, and %(flat)s once", price=price, flat=self.amount(tier.flat))
        return _("%(label)s: %(answer)s", label=where, answer=price)

    def quantity(self, charge: Charge) -> Iterator[str]:
        """What the price is multiplied by, and what changes that."""
        if charge.per and passed_on(self.table, charge.code) is None:
            factors = [self.words(self.drivers[code].label).marked for code in charge.per]
            if charge.times != 1:
                factors.insert(0, self.reader.number(plain(charge.times)))
            yield joined(" ", ["×", joined(" × ", factors)])
        elif charge.times != 1:
            yield f"× {self.reader.number(plain(charge.times))}"
        if charge.included:
            yield _(
                "%(quantity)s included at no extra cost.", quantity=self.reader.number(plain(charge.included))
            )
        if charge.block is not None:
            yield _(
                "Sold in blocks of %(size)s; each started one counts.",
                size=self.reader.number(plain(charge.block)),
            )
        if charge.at_least is not None:
            yield _("It is never less than %(bound)s.", bound=self.amount(charge.at_least))
        if charge.at_most is not None:
            yield _("It is never more than %(bound)s.", bound=self.amount(charge.at_most))

    def conditions(self, when: Condition | None, unless: Condition | None) -> Iterator[str]:
        if when is not None:
            yield _("Only with: %(answers)s", answers=self.answers(when))
        if unless is not None:
            yield _("Not with: %(answers)s", answers=self.answers(unless))

    def answers(self, condition: Condition) -> str:
        return joined(
            " + ",
            [
                with_colon(
                    self.words(self.drivers[code].label),
                    answers_wanted(self.drivers[code], test, self.table, self.reader),
                )
                for code, test in condition
            ],
        )

    def package(self, package: Package) -> PriceRow:
        parts = [
            self.name(code)
            if units is None
            else joined(" × ", [self.reader.number(plain(units)), self.name(code)])
            for code, units in package.covers
        ]
        return PriceRow(
            code=package.code,
            label=self.words(package.label),
            price=self.money(package.price.likely),
            span=self.span(package.price),
            lines=[
                _("Pays for: %(names)s", names=listed_apart(parts)),
                *self.conditions(package.when, package.unless),
            ],
            note=None if package.note is None else self.words(package.note),
        )

    def tax(self, tax: Tax) -> PriceRow:
        percent = self.reader.percent(plain(tax.percent))
        lines = [_("%(percent)s of: %(names)s", percent=percent, names=self.names(tax.of))]
        if tax.above is not None:
            lines.append(
                _("Only on what costs more than %(amount)s for each unit.", amount=self.money(tax.above))
            )
        if tax.included:
            lines.append(_("already inside the prices above; nothing is added"))
        lines += self.conditions(tax.when, tax.unless)
        return PriceRow(tax.code, self.words(tax.label), percent, lines=lines)

    def payment(self, payment: Payment) -> PriceRow:
        fixed = any(each.amount is not None for each in self.table.payments)
        if payment.amount is not None:
            price = self.money(payment.amount)
        else:
            price = self.reader.percent(plain(payment.percent or Decimal(0)))
            if fixed:
                price = _("%(percent)s of the rest", percent=price)
        return PriceRow(payment.code, self.words(payment.label), price, note=self.words(payment.due))

    def amount(self, amount: Amount) -> str:
        return self.span(amount) or self.money(amount.likely)

    def span(self, amount: Amount) -> str | None:
        if not amount.is_range:
            return None
        high = self.reader.number(with_cents(plain(amount.high), self.table.currency))
        return _("%(low)s to %(high)s", low=self.money(amount.low), high=high)

    def money(self, amount: Decimal) -> str:
        return typed_amount(plain(amount), self.table.currency, self.reader)

    def names(self, codes: Sequence[str]) -> str:
        return listed(map(self.name, codes))

    def name(self, code: str) -> str:
        return self.words(self.labels[code]).marked

    def words(self, text: Mapping[str, str]) -> Words:
        return self.reader.words(text, self.table.main_language)
