"""What the plans of a comparison come to beside each other: by group, by item, and for each session and night."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from estimator.i18n import gettext as _
from estimator.i18n import listed_apart
from estimator.wording import at_least
from estimator.wording.at_least import Certainty
from estimator.wording.breakdown import item_said
from estimator.wording.comparison_plans import Compared, Part, Plans, Row, Said, added_taxes
from estimator.wording.sentences import span
from pricing import side_by_side
from pricing.money import plain
from pricing.side_by_side import Cell, Section
from pricing.table import NumberDriver


class Lines:
    """Words the groups, taxes and items of some plans."""

    def __init__(self, plans: Plans) -> None:
        self.plans = plans

    def groups(self) -> Part:
        """What each group comes to, and the taxes that are added: together the total, without the reserve."""
        paid, kept = [], []
        for section in self.plans.sections:
            heading = self.plans.heading(section)
            if section.total == "reserve":
                label = _(
                    "%(label)s: %(answer)s",
                    label=_("To keep in reserve; not part of the price"),
                    answer=heading,
                )
                kept.append(self.plans.row(label, self.sums_of(section), marked=False))
            else:
                paid.append(self.plans.row(heading, self.sums_of(section), marked=False))
        return Part("groups", _("Where the money goes"), [*paid, *self.taxes(), *kept])

    def taxes(self) -> Iterator[Row]:
        """The taxes that are added to the prices, each with the one of the same code."""
        labels: dict[str, str] = {}
        for _number, each in self.plans.there:
            for tax in added_taxes(each):
                labels.setdefault(tax["code"], self.plans.words(each, tax["label"]))
        for code, label in labels.items():
            cells = {number: self.tax_said(each, code) for number, each in self.plans.there}
            yield self.plans.row(label, cells, marked=False)

    def tax_said(self, each: Compared, code: str) -> Said:
        for tax in added_taxes(each):
            if tax["code"] == code:
                lack = Certainty(each.breakdown, each.table).tax(code)
                return self.plans.sum_said(tax["amount"], each.breakdown["currency"], lack)
        listed_there = any(tax.code == code and not tax.included for tax in each.table.taxes)
        return Said(_("not in the plan") if listed_there else _("no such line"))

    def sums_of(self, section: Section) -> dict[int, Said]:
        return {
            number: self.group_said(each, None if group is None else group.code)
            for (number, each), group in zip(self.plans.there, section.groups, strict=True)
        }

    def items(self) -> Iterator[Part]:
        for number, section in enumerate(self.plans.sections, 1):
            rows = [self.plans.row(self.plans.heading(section), self.sums_of(section), strong=True)]
            for line in section.lines:
                label = self.plans.label(line)
                cells = {
                    column: self.cell(cell, each, label)
                    for (column, each), cell in zip(self.plans.there, line.cells, strict=True)
                }
                rows.append(self.plans.row(label, cells, same=line.same))
            yield Part(f"items-{number}", self.plans.heading(section), rows)
        if taxes := list(self.taxes()):
            yield Part("items-taxes", _("Taxes"), taxes)

    def group_said(self, each: Compared, code: str | None) -> Said:
        for group in each.breakdown["groups"]:
            if group["code"] == code:
                items = [item for item in each.breakdown["items"] if item["group"] == code]
                if all(item_said(item, str) == _("included") for item in items):
                    return Said(_("included"))
                lack = Certainty(each.breakdown, each.table).group(group["code"])
                return self.plans.sum_said(group["amount"], each.breakdown["currency"], lack)
        return Said(_("not in the plan") if code is not None else _("no such line"))

    def cell(self, cell: Cell, each: Compared, label: str) -> Said:
        if cell.item is None:
            return Said(
                {
                    "open": _("not counted yet"),
                    "not_in_plan": _("not in the plan"),
                }.get(cell.state, _("no such line"))
            )
        item, currency = cell.item, each.breakdown["currency"]
        notes = []
        own = self.plans.words(each, item["label"])
        if own != label:
            notes.append(own)
        if item["unit"] is not None:
            quantity = item["quantity"]["likely"]
            notes.append(self.plans.reader.counted(item["unit"], quantity, each.table.main_language).marked)
        between = span(item["amount"], currency, self.plans.reader)
        if between:
            notes.append(between)
        return Said(item_said(item, lambda amount: self.plans.reader.money(amount, currency)), notes)

    def shares(self) -> Part:
        """What a session and a day come to, with what stands behind that; nothing where there are none."""
        rows = []
        for role, label, none in (
            ("sessions", _("For each session"), _("No sessions are counted.")),
            ("hospital_stay", _("For each night in hospital"), _("No nights are counted.")),
        ):
            cells = {number: self.share(each, role, none) for number, each in self.plans.there}
            if any(any(map(str.isdigit, cell.main)) for cell in cells.values()):
                rows.append(self.plans.row(label, cells, strong=True))
        return Part("shares", _("Divided up, and what that hides"), rows)

    def share(self, each: Compared, role: str, none: str) -> Said:
        answers = each.breakdown["answers"]
        numbers = [
            Decimal(str(answers[driver.code]))
            for driver in each.table.drivers
            if driver.role == role
            and isinstance(driver, NumberDriver)
            and not driver.money
            and driver.code in answers
        ]
        number = sum(numbers, Decimal(0))
        amounts, currency = each.breakdown["totals"]["provider"], each.breakdown["currency"]
        likely = amounts["likely"]
        found = side_by_side.for_each(likely, number, each.table)
        if found is None:
            return Said("–", [none])
        certainty = Certainty(each.breakdown, each.table)
        lack = certainty.total("provider")
        groups = [
            self.plans.words(each, group["label"])
            for group in each.breakdown["groups"]
            if group["total"] == "provider"
            and (Decimal(group["amount"]["likely"]) or not certainty.group(group["code"]))
        ]
        taxes = [
            self.plans.words(each, tax["label"])
            for tax in added_taxes(each)
            if Decimal(tax["amount"]["likely"])
        ]
        notes = [
            _(
                "%(sum)s, divided by %(number)s.",
                sum=self.plans.reader.money(likely, currency),
                number=self.plans.reader.number(plain(number)),
            ),
            _("All of this is in it: %(names)s.", names=listed_apart([*groups, *taxes])),
            _("What you pay to others is not in it."),
        ]
        if lack:
            notes.append(_("What is on request or not counted is not in it either."))
        money, has_range = self.plans.reader.money(found, currency), at_least.has_range(amounts)
        return Said(at_least.sum_said(found, money, lack, has_range=has_range), notes)
