"""Which plan of a comparison costs less, in words, or why that cannot be told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from estimator.i18n import gettext as _
from estimator.i18n import listed_apart
from estimator.marked_text import joined
from estimator.wording.at_least import Certainty
from estimator.wording.comparison_plans import Compared, Plans
from estimator.wording.rounding import about
from pricing import side_by_side
from pricing.money import plain
from pricing.side_by_side import Doubt, Section, Side, Sureness, Verdict
from pricing.stored import Cases, is_at_least

_SURE: Sequence[Sureness] = ("whole_range", "each_case", "likely")


class VerdictWords:
    """Words the verdict on some plans."""

    def __init__(self, plans: Plans) -> None:
        self.plans = plans
        self.verdict: Verdict = side_by_side.cheapest(
            [None if each is None else self.sum_of(each) for each in plans.all]
        )

    def sum_of(self, each: Compared) -> side_by_side.Sum:
        """What a plan comes to in the currency of all, and what of it is not known."""
        in_one = each.in_one
        return side_by_side.Sum(
            low=None if in_one is None else Decimal(in_one["low"]),
            likely=None if in_one is None else Decimal(in_one["likely"]),
            high=None if in_one is None else Decimal(in_one["high"]),
            request=bool(each.breakdown["on_request"]),
            open=bool(each.breakdown.get("not_counted")),
            past=each.expired or each.withdrawn is not None,
            unknown=side_by_side.unknown(Side(each.breakdown, each.table)),
            price_list=(each.table.table, each.table.version),
        )

    def said(self) -> str:
        """Say which plan costs less, or that it cannot be told."""
        verdict = self.verdict
        if verdict.less is not None:
            plan = self.plans.name(verdict.less)
            match verdict.sure:
                case "whole_range":
                    return _("%(plan)s costs less.", plan=plan)
                case "each_case":
                    return _("%(plan)s costs less in each of the three cases.", plan=plan)
                case "likely":
                    return _("%(plan)s is likely to cost less, but that is not certain.", plan=plan)
        if verdict.same:
            return _("They cost the same.")
        if any(doubt.why == "alone" for doubt in verdict.doubts):
            return _("There is nothing left to compare with.")
        return _("It cannot be told which costs less.")

    def why(self, differing: Sequence[str]) -> Iterator[str]:
        """Say by how much and how sure that is, or why it cannot be told; `differing` is in what the plans differ."""
        verdict = self.verdict
        if verdict.less is not None:
            yield from self.less(verdict.less)
        for doubt in verdict.doubts:
            if doubt.why == "alone":
                continue
            said = self.doubt(doubt)
            if (verdict.less is not None or verdict.same) and doubt.why != "ranges":
                said = joined(
                    " ",
                    (
                        _("Not compared with the others: %(plans)s.", plans=self.plans.names(doubt.plans)),
                        said,
                    ),
                )
            yield said
        if differing and len(self.plans.there) > 1:
            yield _("The plans differ in: %(names)s.", names=listed_apart(differing))
        if names := self.largest_differences():
            yield _("The largest difference is in: %(names)s.", names=listed_apart(names))

    def less(self, least: int) -> Iterator[str]:
        """By how much the least plan is likely to cost less than each other one, and how sure that is."""
        verdict = self.verdict
        for each in verdict.by:
            yield _(
                "%(plan)s is likely %(amount)s less than %(other)s.",
                plan=self.plans.name(least),
                amount=self.about(each.by),
                other=self.plans.name(each.than),
            )
        compared = [self.plans.all[number] for number in (least, *(each.than for each in verdict.by))]
        shared = [each for each in compared if each is not None and is_at_least(each.breakdown)]
        by_sureness = {sure: [each.than for each in verdict.by if each.sure == sure] for sure in _SURE}
        own = self.plans.all[least]
        in_one = None if own is None else own.in_one
        if verdict.sure == "whole_range" and in_one is not None and in_one["low"] != in_one["high"]:
            yield _("Even the highest sum of its range is below the others.")
        if by_sureness["each_case"]:
            yield _("The ranges overlap, but the lowest, the likely and the highest sum are each less.")
        if by_sureness["likely"]:
            yield _(
                "The ranges overlap: %(plans)s.",
                plans=self.plans.names(sorted((least, *by_sureness["likely"]))),
            )
        if shared:
            yield _(
                "What is on request or not counted is the same in these plans, so it changes nothing in this."
            )
        if len({each.breakdown["currency"] for each in compared if each is not None}) > 1:
            yield _("This holds for the rates below. A rate changes every day.")

    def about(self, by: Decimal) -> str:
        """A difference to three digits, in the currency of all."""
        assert self.plans.currency is not None
        text = plain(by)
        short = about(Cases(low=text, likely=text, high=text), self.plans.currency, self.plans.reader)
        return self.plans.reader.money(text, self.plans.currency) if short is None else short.amount

    def largest_differences(self) -> list[str]:
        """Name the group in which each other plan costs most more than the least one; in one currency only.

        Where none is the least, the one in which all plans differ most; then without what a plan lacks something of.
        """
        verdict = self.verdict
        if (
            len({each.breakdown["currency"] for _number, each in self.plans.there}) > 1
            or len(self.plans.there) < 2
        ):
            return []
        sections = [section for section in self.plans.sections if section.total != "reserve"]
        found: dict[str, None] = {}
        for number in [each.than for each in verdict.by]:
            assert verdict.less is not None
            more = {
                self.plans.heading(section): self.likely(section, number) - self.likely(section, verdict.less)
                for section in sections
            }
            name = max(more, key=lambda heading: more[heading], default="")
            if more.get(name, Decimal(0)) > 0:
                found[name] = None
        if verdict.less is None:
            apart = {
                self.plans.heading(section): max(amounts) - min(amounts)
                for section in sections
                if not self.lacks(section)
                and (amounts := [self.likely(section, number) for number, _each in self.plans.there])
            }
            name = max(apart, key=lambda heading: apart[heading], default="")
            if apart.get(name, Decimal(0)) > 0:
                found[name] = None
        return list(found)

    def lacks(self, section: Section) -> bool:
        """Whether a plan has something on request or left open in a section."""
        return any(
            group is not None and Certainty(each.breakdown, each.table).group(group.code)
            for (_number, each), group in zip(self.plans.there, section.groups, strict=True)
        )

    def likely(self, section: Section, number: int) -> Decimal:
        """Return what the groups of a section come to in one plan; 0 where it has none."""
        for (column, each), group in zip(self.plans.there, section.groups, strict=True):
            if column == number and group is not None:
                amounts = [
                    one["amount"]["likely"] for one in each.breakdown["groups"] if one["code"] == group.code
                ]
                return sum(map(Decimal, amounts), Decimal(0))
        return Decimal(0)

    def doubt(self, doubt: Doubt) -> str:
        plans = self.plans.names(doubt.plans)
        match doubt.why:
            case "past":
                return _("These prices do not hold any more: %(plans)s.", plans=plans)
            case "no_rate":
                return _("We have no rate between the currencies.")
            case "request":
                return _("Some prices are on request: %(plans)s.", plans=plans)
            case "open":
                return _("Something is not counted yet: %(plans)s.", plans=plans)
            case _:
                return _("The ranges overlap: %(plans)s.", plans=plans)
