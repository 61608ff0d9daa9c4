"""A whole breakdown in words: answers, items, taxes and totals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

from estimator.i18n import Reader, Words
from estimator.i18n import gettext as _
from estimator.marked_text import joined
from estimator.wording import at_least, commissions, ranges
from estimator.wording.at_least import Certainty
from estimator.wording.headings import EVIDENCE, SECTIONS
from estimator.wording.not_counted import not_counted_yet, not_in_sum
from estimator.wording.packages import covered_part, in_short, left_out
from estimator.wording.rows import (
    AnswerRow,
    AnswerSection,
    GroupRows,
    Headline,
    ItemRow,
    NotCounted,
    Part,
    Rows,
    Sum,
    TaxRow,
)
from estimator.wording.sentences import (
    answer_words,
    not_answered,
    notice_sections,
    provider,
    source,
    span,
    sum_and_span,
    usual,
)
from estimator.wording.steps import Steps, is_percentage
from estimator.wording.terms import package_contents, with_terms
from pricing.left_open import Lack, left_open
from pricing.money import plain
from pricing.steps import passed_on
from pricing.stored import Cases, StoredBreakdown, StoredItem, StoredTax, counts_nothing, is_at_least
from pricing.table import (
    ChoiceDriver,
    Driver,
    NumberDriver,
    PriceTable,
)


def rows(
    breakdown: StoredBreakdown, table: PriceTable, reader: Reader, answered: Sequence[str] | None = None
) -> Rows:
    """Word a whole breakdown for one reader.

    `answered` are the drivers that somebody answered; the others took the table's default and say so. None
    means that every answer was given.
    """
    return _Wording(breakdown, table, reader).rows(answered)


def headline(breakdown: StoredBreakdown, table: PriceTable, reader: Reader) -> tuple[Headline, list[Sum]]:
    """Word only the likely total of a breakdown and the sums it is made of."""
    found = _Wording(breakdown, table, reader)
    return found.headline(), list(found.totals())


def not_counted(drivers: Sequence[str], table: PriceTable, reader: Reader) -> list[NotCounted]:
    """Word questions that were left open, each with what most people answer if the price list knows."""
    return [
        NotCounted(
            driver.code,
            reader.words(driver.label, table.main_language),
            usual(driver, table, reader),
            likely_answer(driver, table, reader),
        )
        for driver in table.drivers
        if driver.code in drivers
    ]


def likely_answer(driver: Driver, table: PriceTable, reader: Reader) -> str | None:
    """Say the answer that is likely for most people; None if the price list does not know."""
    if not isinstance(driver, NumberDriver) or driver.usual is None:
        return None
    number = plain(driver.usual.likely)
    if driver.money and "." not in number:
        return reader.money(number, table.currency)
    return answer_words(driver, number, table, reader).marked


def item_said(item: StoredItem, money: Callable[[str], str]) -> str:
    """Return the likely amount of an item as `money` writes it, or that it is on request or included."""
    likely = item["amount"]["likely"]
    if likely is None:
        return _("on request")
    if item["steps"] and all(step["kind"] in ("included", "covered") for step in item["steps"]):
        return _("included")
    return money(likely)


class _Wording:
    def __init__(self, breakdown: StoredBreakdown, table: PriceTable, reader: Reader) -> None:
        self.breakdown = breakdown
        self.table = table
        self.reader = reader
        self.currency: str = breakdown["currency"]
        self.charges = {charge.code: charge for charge in table.charges}
        self.packages = {package.code: package for package in table.packages}
        self.steps = Steps(breakdown, table, reader)
        self.certainty = Certainty(breakdown, table)

    def rows(self, answered: Sequence[str] | None) -> Rows:
        groups = list(self.groups())
        return Rows(
            title=self.words(self.table.title),
            currency=self.currency,
            demo=self.breakdown["demo"],
            headline=self.headline(),
            answers=list(self.answers(answered)),
            parts=list(self.parts(groups)),
            groups=groups,
            saving=self.saving(),
            taxes=[self.tax(tax) for tax in self.breakdown["taxes"]],
            totals=list(self.totals()),
            stages=[
                Sum(
                    self.words(stage["label"]),
                    *self.sum(stage["cost_by_then"], self.certainty.by_then(stage["code"])),
                )
                for stage in self.breakdown["stages"]
            ],
            payments=[
                Sum(self.words(payment["label"]), amount, note=self.words(payment["due"]))
                for payment, amount in zip(self.breakdown["payments"], self.payments(), strict=True)
            ],
            notices=[
                *with_terms(
                    notice_sections(self.breakdown["notices"], self.table, self.reader),
                    self.table,
                    self.reader,
                ),
                *commissions.of_a_plan(self.breakdown, self.table, self.reader),
            ],
        )

    def payments(self) -> Iterator[str]:
        """What each payment comes to; a share of a sum that leaves something out says so."""
        lack = self.certainty.total("provider")
        has_range = span(self.breakdown["totals"]["provider"], self.currency, self.reader) is not None
        for payment, definition in zip(self.breakdown["payments"], self.table.payments, strict=True):
            amount = self.money(payment["amount"])
            yield at_least.likely(amount, lack and definition.amount is None, has_range=has_range)

    def words(self, text: Mapping[str, str]) -> Words:
        return self.reader.words(text, self.table.main_language)

    def own(self, text: str) -> str:
        return self.reader.own(text, self.table.main_language).marked

    def money(self, amount: str) -> str:
        return self.reader.money(amount, self.currency)

    def sum(self, amounts: Cases, lack: Lack) -> tuple[str, str | None]:
        """A sum and its range: it says that it lacks something, or only what it lacks if there is nothing else."""
        return sum_and_span(amounts, self.currency, self.reader, lack)

    def headline(self) -> Headline:
        totals = self.breakdown["totals"]["total"]
        incomplete, nothing = is_at_least(self.breakdown), counts_nothing(self.breakdown)
        on_request = [self.words(self.steps.labels[code]) for code in self.breakdown["on_request"]]
        unanswered = not_counted(self.breakdown.get("not_counted", ()), self.table, self.reader)
        between = span(totals, self.currency, self.reader)
        return Headline(
            label=at_least.likely_total(incomplete and not nothing, has_range=between is not None),
            amount=at_least.alone("request" if on_request else "open")
            if nothing
            else self.money(totals["likely"]),
            at_least=incomplete,
            span=between,
            reasons=list(ranges.reasons(self.breakdown, self.table, self.reader)),
            on_request=on_request,
            not_counted=unanswered,
            on_request_said=not_in_sum(on_request),
            not_counted_said=not_counted_yet([row.label for row in unanswered]),
        )

    def answers(self, answered: Sequence[str] | None) -> Iterator[AnswerSection]:
        answers = self.breakdown["answers"]
        left = left_open(self.table, answers)
        for role, heading in SECTIONS.items():
            section = [
                self.left_open(driver)
                if driver.code in left
                else self.answer(
                    driver, answers[driver.code], answered is not None and driver.code not in answered
                )
                for driver in self.table.drivers
                if driver.role == role and (driver.code in answers or driver.code in left)
            ]
            if section:
                yield AnswerSection(str(heading), section)

    def left_open(self, driver: Driver) -> AnswerRow:
        return AnswerRow(
            driver=driver.code,
            label=self.words(driver.label),
            answer=not_answered(),
            assumed=False,
            evidence=None,
            basis=None,
            unanswered=True,
        )

    def answer(self, driver: Driver, answer: str | bool, assumed: bool) -> AnswerRow:
        evidence = basis = None
        if isinstance(driver, ChoiceDriver):
            choice = next(choice for choice in driver.choices if choice.code == answer)
            evidence = None if choice.evidence is None else str(EVIDENCE[choice.evidence])
            basis = None if choice.basis is None else self.words(choice.basis)
        return AnswerRow(
            driver=driver.code,
            label=self.words(driver.label),
            answer=answer_words(driver, answer, self.table, self.reader),
            assumed=assumed,
            evidence=evidence,
            basis=basis,
        )

    def groups(self) -> Iterator[GroupRows]:
        for group in self.breakdown["groups"]:
            items = [self.item(item) for item in self.breakdown["items"] if item["group"] == group["code"]]
            amount, extent = self.sum(group["amount"], self.certainty.group(group["code"]))
            if all(item.amount == _("included") for item in items):
                amount = _("included")
            yield GroupRows(
                code=group["code"],
                total=group["total"],
                label=self.words(group["label"]),
                payee=None if group["payee"] is None else self.words(group["payee"]),
                rows=items,
                amount=amount,
                span=extent,
            )

    def parts(self, groups: Sequence[GroupRows]) -> Iterator[Part]:
        """The groups that are paid, and whatever taxes add to them: together the likely total."""
        total = rest = Decimal(self.breakdown["totals"]["total"]["likely"])
        for group, worded in zip(self.breakdown["groups"], groups, strict=True):
            if group["total"] != "reserve":
                likely = Decimal(group["amount"]["likely"])
                rest -= likely
                yield Part(worded.label, worded.amount, _share(likely, total), worded.span)
        if rest:
            extent = span(self.added_taxes(), self.currency, self.reader)
            yield Part(Words(_("Taxes")), self.reader.money(rest, self.currency), _share(rest, total), extent)

    def added_taxes(self) -> Cases:
        """What all taxes together add in each of the three cases."""
        added = [tax["amount"] for tax in self.breakdown["taxes"] if not tax["included"]]
        return Cases(
            low=str(sum(Decimal(each["low"]) for each in added)),
            likely=str(sum(Decimal(each["likely"]) for each in added)),
            high=str(sum(Decimal(each["high"]) for each in added)),
        )

    def item(self, item: StoredItem) -> ItemRow:
        entry = self.packages.get(item["code"]) or self.charges[item["code"]]
        charge = self.charges.get(item["code"])
        likely = item["amount"]["likely"]
        covered = item["covered_by"]
        amount = item_said(item, self.money)
        unit, counted = None, False
        typed = item["kind"] == "charge" and passed_on(self.table, item["code"]) is not None
        if item["unit"] is not None and not typed:
            unit = self.reader.unit(item["unit"], item["quantity"]["likely"], self.table.main_language)
            counted = self.reader.says_number(item["unit"], item["quantity"]["likely"])
        return ItemRow(
            code=item["code"],
            package=item["kind"] == "package",
            discount=likely is not None and Decimal(likely) < 0,
            label=self.words(item["label"]),
            note=None if entry.note is None else self.words(entry.note),
            quantity="" if typed or is_percentage(item) else self.reader.number(item["quantity"]["likely"]),
            unit=unit,
            unit_price="" if typed else self.steps.unit_price(item),
            amount=amount,
            priced=likely is not None,
            span=span(item["amount"], self.currency, self.reader),
            covered_by=None if covered is None else in_short(self.words(self.steps.labels[covered])),
            steps=[_("This is the price you told us.")]
            if typed
            else [*self.contents(item), *self.steps.sentences(item["steps"])],
            billing_code=None if charge is None else charge.billing_code,
            source=None if entry.source is None else source(entry.source, self.table, self.reader).marked,
            covered_part=None if amount == _("included") else covered_part(item["steps"], self.reader),
            unit_says_quantity=counted,
        )

    def contents(self, item: StoredItem) -> Iterator[str]:
        """What is in a package and what is not, where the terms of the list require it."""
        if item["kind"] == "package":
            yield from package_contents(self.packages[item["code"]], self.breakdown, self.table, self.reader)

    def saving(self) -> str | None:
        """What became of the packages: the one that is used, or why a likely one is left out."""
        code, saves = self.breakdown["package"], self.breakdown["package_saves"]
        if code is None or saves is None:
            return joined(" ", left_out(self.breakdown, self.table, self.reader)) or None
        package, amount = self.steps.label(code), self.money(saves)
        if Decimal(self.breakdown["totals"]["reserve"]["likely"]):
            # The cheapest is that of the whole plan, and what it saves is of the whole, too.
            return _(
                "“%(package)s” is used because it is cheaper here. It saves %(amount)s "
                "against the single prices, counting what to keep in reserve.",
                package=package,
                amount=amount,
            )
        return _(
            "“%(package)s” is used because it is cheaper here. It saves %(amount)s "
            "against the single prices.",
            package=package,
            amount=amount,
        )

    def tax(self, tax: StoredTax) -> TaxRow:
        return TaxRow(
            label=self.words(tax["label"]),
            rate=self.reader.percent(tax["percent"]),
            base=self.money(tax["base"]["likely"]),
            amount=self.money(tax["amount"]["likely"]),
            included=tax["included"],
            span=span(tax["amount"], self.currency, self.reader),
        )

    def totals(self) -> Iterator[Sum]:
        """The three totals and their sum; others and reserve only where the table has such groups."""
        present = {group["total"] for group in self.breakdown["groups"]}
        present |= {total for total in ("others", "reserve") if self.certainty.present(total)}
        totals = self.breakdown["totals"]
        label = Words(_("To %(provider)s", provider=provider(self.table, self.reader)))
        lack = self.certainty.total
        yield Sum(label, *self.sum(totals["provider"], lack("provider")), kind="provider")
        if "others" in present:
            label = Words(_("To others, such as hotel and airline"))
            yield Sum(label, *self.sum(totals["others"], lack("others")), kind="others")
            label = Words(_("All together"))
            yield Sum(label, *self.sum(totals["total"], lack("provider", "others")), kind="total")
        if "reserve" in present:
            label = Words(_("To keep in reserve; not part of the price"))
            yield Sum(label, *self.sum(totals["reserve"], lack("reserve")), kind="reserve")


def _share(amount: Decimal, total: Decimal) -> int:
    return int(1000 * amount / total) if amount > 0 and total > 0 else 0
