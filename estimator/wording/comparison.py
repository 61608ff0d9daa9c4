"""Up to three estimates side by side, in words: which costs less, what each leaves out, and line beside line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from estimator.i18n import Reader, Words, listed_apart, ngettext, with_colon
from estimator.i18n import gettext as _
from estimator.wording import at_least
from estimator.wording.comparison_items import Lines
from estimator.wording.comparison_limits import Limits
from estimator.wording.comparison_plans import (
    PLANNED,
    Column,
    Compared,
    ComparisonRows,
    Part,
    Plans,
    Row,
    Said,
    bare,
)
from estimator.wording.comparison_verdict import VerdictWords
from estimator.wording.headings import EVIDENCE, SECTIONS
from estimator.wording.not_counted import not_counted_yet
from estimator.wording.rounding import about
from estimator.wording.rows import Headline, Sum
from estimator.wording.sentences import answer_words, not_answered, notice_sections, provider, span
from pricing.left_open import left_open
from pricing.stored import is_at_least
from pricing.table import ChoiceDriver, Role

__all__ = ["PLANNED", "Column", "Compared", "ComparisonRows", "Part", "Row", "Said", "bare", "comparison"]

MOST_NAMED = 3
"""Number of lines that are named in short; the others are counted."""


def comparison(compared: Sequence[Compared | None], currency: str | None, reader: Reader) -> ComparisonRows:
    """Word a comparison for one reader; None is an estimate that is gone, `currency` that of all, if there is one."""
    return _Wording(Plans(compared, currency, reader)).rows()


class _Wording:
    def __init__(self, plans: Plans) -> None:
        self.plans = plans

    def rows(self) -> ComparisonRows:
        columns = [self.column(number) for number in range(len(self.plans.all))]
        plan = self.plan()
        verdict, lines = VerdictWords(self.plans), Lines(self.plans)
        return ComparisonRows(
            columns=columns,
            verdict=verdict.said(),
            why=list(verdict.why([row.label for row in plan.rows if row.differs])),
            cannot=list(Limits(self.plans).said()),
            parts=[
                part
                for part in (
                    self.sums(),
                    plan,
                    self.left_out(),
                    self.certainty(),
                    lines.groups(),
                    lines.shares(),
                )
                if part.rows
            ],
            items=list(lines.items()),
            rates=list(dict.fromkeys(each.rate for _number, each in self.plans.there if each.rate)),
            demo=any(each.breakdown["demo"] for _number, each in self.plans.there),
        )

    def column(self, number: int) -> Column:
        each, name = self.plans.all[number], self.plans.name(number)
        if each is None:
            return Column(name, gone=True)
        head, _sums = self.plans.headlines[number]
        totals, currency = each.breakdown["totals"]["total"], each.breakdown["currency"]
        return Column(
            name,
            provider=provider(each.table, self.plans.reader).marked,
            title=self.plans.words(each, each.table.title),
            headline=head,
            about=None
            if not any(map(str.isdigit, head.amount))
            else about(totals, currency, self.plans.reader, incomplete=head.at_least),
            also=self.also_about(each),
            chosen=list(self.differing(number, each)),
            leaves_out=list(self.leaves_out(head)),
            evidence=list(self.evidence(each)),
            warning=self.warning(each),
        )

    def also_said(self, each: Compared) -> Said | None:
        also = self.plans.also(each)
        if also is None or self.plans.currency is None:
            return None
        between = span(also, self.plans.currency, self.plans.reader)
        amount = self.plans.reader.money(also["likely"], self.plans.currency)
        said = at_least.likely(amount, is_at_least(each.breakdown), has_range=between is not None)
        return Said(said, [between] if between else [])

    def also_about(self, each: Compared) -> str | None:
        also, said = self.plans.also(each), self.also_said(each)
        if also is None or said is None or self.plans.currency is None:
            return None
        short = about(also, self.plans.currency, self.plans.reader, incomplete=is_at_least(each.breakdown))
        return said.main if short is None else short.amount

    def sums(self) -> Part:
        """The totals, and what goes to whom."""
        found = {
            number: {sum_.kind: sum_ for sum_ in sums}
            for number, (_head, sums) in self.plans.headlines.items()
        }
        totals = {number: self.total_said(number) for number, _each in self.plans.there}
        rows = [self.plans.row(_("Likely total"), totals, strong=True)]
        also = {
            number: self.also_said(each) or self.total_said(number)
            for number, each in self.plans.there
            if each.in_one is not None
        }
        if self.plans.currency is not None and any(
            self.plans.also(each) for _number, each in self.plans.there
        ):
            rows.append(
                self.plans.row(
                    _("In %(currency)s, for orientation", currency=self.plans.currency), also, strong=True
                )
            )
        labels = {
            "provider": _("To the provider"),
            "others": _("To others, such as hotel and airline"),
            "reserve": _("To keep in reserve; not part of the price"),
        }
        for kind, label in labels.items():
            cells = {number: self.sum_said(sums.get(kind)) for number, sums in found.items()}
            if any(sums.get(kind) for sums in found.values()):
                rows.append(self.plans.row(label, cells, marked=False))
        return Part("sums", _("What it costs in all"), rows)

    def total_said(self, number: int) -> Said:
        head = self.plans.headlines[number][0]
        return Said(head.amount_said(), [head.range_words()] if head.span else [])

    def sum_said(self, found: Sum | None) -> Said:
        if found is None:
            return Said(_("nothing"))
        return Said(found.amount, [found.span] if found.span else [])

    def plan(self) -> Part:
        """What was chosen, a row for each part of the form."""
        rows = []
        for role in PLANNED:
            cells = {number: Said("", list(self.chosen(each, role))) for number, each in self.plans.there}
            if any(cell.notes for cell in cells.values()):
                rows.append(self.plans.row(str(SECTIONS[role]), cells))
        return Part("plan", _("The plan"), rows)

    def chosen(self, each: Compared, role: Role) -> Iterator[str]:
        answers = each.breakdown["answers"]
        left = left_open(each.table, answers)
        for driver in each.table.drivers:
            if driver.role != role or driver.code not in (*answers, *left):
                continue
            answer = (
                answer_words(driver, answers[driver.code], each.table, self.plans.reader)
                if driver.code in answers
                else not_answered()
            )
            label = bare(self.plans.reader.words(driver.label, each.table.main_language))
            if label.text == str(SECTIONS[role]):
                yield answer.marked
            else:
                yield with_colon(label, answer)

    def differing(self, number: int, each: Compared) -> Iterator[str]:
        """The answers of a plan that another one under the same price list does not have."""
        others = [
            other
            for at, other in self.plans.there
            if at != number
            and (other.table.table, other.table.version) == (each.table.table, each.table.version)
        ]
        for role in PLANNED:
            said = [set(self.chosen(other, role)) for other in others]
            yield from (
                answer for answer in self.chosen(each, role) if any(answer not in one for one in said)
            )

    def left_out(self) -> Part:
        """What is not in the totals: on request, not counted, not included."""
        on_request, not_counted, not_included = {}, {}, {}
        for number, each in self.plans.there:
            head = self.plans.headlines[number][0]
            on_request[number] = Said("", [name.marked for name in head.on_request])
            not_counted[number] = Said("", [row.label.marked for row in head.not_counted])
            sections = notice_sections(
                each.breakdown["notices"], each.table, self.plans.reader, ("not_included",)
            )
            not_included[number] = Said(
                "", [row.in_short.marked for section in sections for row in section.rows]
            )
        rows = [
            self.plans.row(
                label, {number: cell if cell.notes else Said(_("nothing")) for number, cell in cells.items()}
            )
            for label, cells in (
                (_("On request"), on_request),
                (_("Not counted yet"), not_counted),
                (_("Not included"), not_included),
            )
            if any(cell.notes for cell in cells.values())
        ]
        return Part("left-out", _("What is not in it"), rows)

    def leaves_out(self, head: Headline) -> Iterator[str]:
        """What a total leaves out, in short."""
        if head.on_request:
            yield _("On request: %(names)s.", names=_shortened(head.on_request))
        if head.not_counted:
            yield not_counted_yet([_shortened([row.label for row in head.not_counted])])
        if not head.on_request and not head.not_counted:
            yield _("Everything that was asked is counted.")

    def evidence(self, each: Compared) -> Iterator[str]:
        """The state of evidence of what was chosen."""
        for driver in each.table.drivers:
            code = each.breakdown["answers"].get(driver.code)
            if not isinstance(driver, ChoiceDriver) or code is None:
                continue
            for choice in driver.choices:
                if choice.code == code and choice.evidence is not None:
                    yield with_colon(
                        self.plans.reader.words(choice.label, each.table.main_language),
                        EVIDENCE[choice.evidence],
                    )

    def certainty(self) -> Part:
        """How sure it is: the evidence, why a total is a range, and until when it holds."""
        evidence = {number: Said("", list(self.evidence(each))) for number, each in self.plans.there}
        reasons = {
            number: Said("", list(head.reasons)) for number, (head, _sums) in self.plans.headlines.items()
        }
        valid = {
            number: Said(
                _(
                    "the end of %(day)s (%(zone)s)",
                    day=each.valid_until,
                    zone=self.plans.reader.zone(each.table.time_zone),
                ),
                [warning] if (warning := self.warning(each)) else [],
            )
            for number, each in self.plans.there
        }
        reasons = {number: cell if cell.notes else self.no_range(number) for number, cell in reasons.items()}
        states = {tuple(sorted(self.states(each))) for _number, each in self.plans.there}
        rows = [
            self.plans.row(
                label,
                {number: cell if cell.main or cell.notes else Said("–") for number, cell in cells.items()},
                same=same,
            )
            for label, cells, same in (
                (_("State of evidence"), evidence, len(states) < 2),
                (_("Why this is a range"), reasons, None),
            )
            if any(cell.notes for cell in cells.values())
        ]
        return Part(
            "certainty", _("How sure this is"), [*rows, self.plans.row(_("Valid until"), valid, marked=False)]
        )

    def states(self, each: Compared) -> Iterator[str]:
        """The states of evidence of what was chosen, whatever it is called."""
        for driver in each.table.drivers:
            code = each.breakdown["answers"].get(driver.code)
            if isinstance(driver, ChoiceDriver):
                yield from (
                    choice.evidence for choice in driver.choices if choice.code == code and choice.evidence
                )

    def no_range(self, number: int) -> Said:
        """What is said of a total for which no reason of a range is known."""
        head = self.plans.headlines[number][0]
        if head.at_least:
            return Said(at_least.alone("request" if head.on_request else "open"))
        return Said("–")

    def warning(self, each: Compared) -> str | None:
        if each.withdrawn is not None:
            return each.withdrawn
        return _("These prices have expired.") if each.expired else None


def _shortened(names: Sequence[Words]) -> str:
    """Name the first of several things, and count the others."""
    first = listed_apart(names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    if more <= 0:
        return first
    return ngettext("%(names)s and %(num)s more", "%(names)s and %(num)s more", more, names=first)
