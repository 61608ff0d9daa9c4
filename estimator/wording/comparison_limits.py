"""What of the plans of a comparison cannot be compared, and why, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from estimator.i18n import Words, listed_apart
from estimator.i18n import gettext as _
from estimator.marked_text import joined
from estimator.wording.comparison_plans import PLANNED, Compared, Plans, bare
from estimator.wording.sentences import answer_words
from pricing.carrying import Lost, Reason, carry


class Limits:
    """Words what some plans do not have in common."""

    def __init__(self, plans: Plans) -> None:
        self.plans = plans

    def said(self) -> Iterator[str]:
        """Say what the plans do not have in common, and why."""
        for number, each in self.plans.there[1:]:
            first_number, first = self.plans.there[0]
            found = carry(first.table, first.given, each.table)
            plans = {"plan": self.plans.name(first_number), "other": self.plans.name(number)}
            yield from self.not_offered(found.lost, first, each, plans)
            units, missing = (
                listed_apart(self.lost(found.lost, first, reason))
                for reason in ("other_units", "no_question")
            )
            if units:
                yield _("%(plan)s and %(other)s count this in other units: %(names)s.", **plans, names=units)
            if missing:
                yield _("%(other)s does not ask about this: %(names)s.", other=plans["other"], names=missing)
        lines = [line for section in self.plans.sections for line in section.lines]
        for line in lines:
            if line.other_units:
                yield _("Other units, so not the same thing: %(name)s.", name=self.plans.label(line))
        for place, (number, each) in enumerate(self.plans.there):
            asked, left = [], []
            for line in lines:
                cell = line.cells[place]
                if len({one.state for one in line.cells}) == 1:
                    continue
                if cell.state == "request" and cell.item is not None:
                    asked.append(self.plans.words(each, cell.item["label"]))
                elif cell.state == "open" and any(one.state == "priced" for one in line.cells):
                    left.append(self.plans.label(line))
            if asked:
                yield _(
                    "On request in %(plans)s: %(name)s.",
                    plans=self.plans.name(number),
                    name=listed_apart(asked),
                )
            if left:
                yield _(
                    "Not counted yet in %(plans)s: %(name)s.",
                    plans=self.plans.name(number),
                    name=listed_apart(left),
                )

    def lost(self, lost: Sequence[Lost], first: Compared, reason: Reason) -> list[Words]:
        """The questions of the first plan whose answers do not go over to another one, for one reason."""
        codes = {one.driver for one in lost if one.reason == reason}
        return [
            bare(self.plans.reader.words(driver.label, first.table.main_language))
            for driver in first.table.drivers
            if driver.code in codes and driver.role in PLANNED
        ]

    def not_offered(
        self, lost: Sequence[Lost], first: Compared, each: Compared, plans: Mapping[str, str]
    ) -> Iterator[str]:
        drivers = {driver.code: driver for driver in first.table.drivers}
        for one in lost:
            driver = drivers[one.driver]
            if one.reason not in ("not_offered", "not_possible") or driver.role not in PLANNED:
                continue
            answer = answer_words(driver, first.given[one.driver], first.table, self.plans.reader)
            theirs = next((other for other in each.table.drivers if other.code == one.counterpart), None)
            own = None if theirs is None else each.breakdown["answers"].get(theirs.code)
            if theirs is not None and own is not None and one.why is None:
                yield _(
                    "%(plan)s: %(answer)s; %(other)s: %(theirs)s. The price lists do not say whether that is the same.",
                    **plans,
                    answer=answer,
                    theirs=answer_words(theirs, own, each.table, self.plans.reader),
                )
                continue
            said = _("%(other)s does not offer what %(plan)s has: %(answer)s.", **plans, answer=answer)
            if one.why is not None:
                said = joined(" ", (said, self.plans.words(each, one.why)))
            yield said
