"""Up to three estimates side by side, in words: which costs less, what each leaves out, and line beside line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from estimator.i18n import Reader, Words, listed, listed_apart, ngettext
from estimator.i18n import gettext as _
from estimator.marked_text import joined
from estimator.wording import at_least
from estimator.wording.at_least import Certainty
from estimator.wording.breakdown import headline, item_said
from estimator.wording.firm_plans import named
from estimator.wording.headings import EVIDENCE, SECTIONS
from estimator.wording.rounding import About, about
from estimator.wording.rows import Headline, Sum
from estimator.wording.sentences import answer_words, not_answered, notice_sections, provider, span
from pricing import side_by_side
from pricing.carrying import Lost, Reason, carry
from pricing.left_open import left_open
from pricing.money import plain
from pricing.side_by_side import Cell, Doubt, Line, Section, Side, Sureness, Verdict
from pricing.stored import Cases, StoredAnswers, StoredBreakdown, StoredTax, counts_nothing, is_at_least
from pricing.table import ChoiceDriver, NumberDriver, PriceTable, Role

LETTERS = ("A", "B", "C")
"""What the plans are called, in their order."""

_SURE: Sequence[Sureness] = ("whole_range", "each_case", "likely")

MOST_NAMED = 3
"""Number of lines that are named in short; the others are counted."""

PLANNED: tuple[Role, ...] = ("cell_type", "sessions", "hospital_stay", "rehabilitation", "extras")
"""The roles of questions that make a plan, and are compared."""


@dataclass(frozen=True)
class Compared:
    """One estimate that is compared: what is stored of it, and what has become of its prices since.

    `in_one` is its total in the currency of all, None where there is no rate; `rate` says that rate. `withdrawn` is the
    sentence about a list that was withdrawn; its prices have `expired` once their last day is over.
    """

    breakdown: StoredBreakdown
    table: PriceTable
    given: StoredAnswers
    valid_until: str
    in_one: Cases | None = None
    rate: str | None = None
    withdrawn: str | None = None
    expired: bool = False


@dataclass(frozen=True)
class Column:
    """The head of one plan, and what stands of it in the first screen; one that is `gone` has a name and nothing else.

    `chosen` are the answers that another plan under the same list does not have.
    `also` is the total in the currency of all. `warning` says that its prices do not hold any more.
    """

    name: str
    gone: bool = False
    provider: str = ""
    title: str = ""
    headline: Headline | None = None
    about: About | None = None
    also: str | None = None
    chosen: Sequence[str] = ()
    leaves_out: Sequence[str] = ()
    evidence: Sequence[str] = ()
    warning: str | None = None


@dataclass(frozen=True)
class Said:
    """What one plan says in a row: a figure or a word, with notes below it."""

    main: str
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Row:
    """One row: a cell for each plan, None of a plan that is gone. It `differs` unless all say the same.

    A `strong` row is a sum. It is `marked` where a word has to say that it differs, because nothing else in it does.
    """

    label: str
    cells: Sequence[Said | None]
    differs: bool
    strong: bool = False
    marked: bool = False


@dataclass(frozen=True)
class Part:
    """Rows under a heading; those in which nothing differs may be shown apart."""

    code: str
    heading: str
    rows: Sequence[Row]

    @property
    def differing(self) -> list[Row]:
        """The rows in which the plans differ."""
        return [row for row in self.rows if row.differs or row.strong]

    @property
    def alike(self) -> list[Row]:
        """The rows in which all plans say the same."""
        return [row for row in self.rows if not (row.differs or row.strong)]


@dataclass(frozen=True)
class ComparisonRows:
    """A whole comparison in the order in which every medium shows it.

    `verdict` says which costs less, or that it cannot be told, and `why`; `cannot` says what cannot be compared. What
    every item comes to stands in `items`, a part for each group.
    """

    columns: Sequence[Column]
    verdict: str
    why: Sequence[str]
    cannot: Sequence[str]
    parts: Sequence[Part]
    items: Sequence[Part]
    rates: Sequence[str]
    demo: bool


def comparison(compared: Sequence[Compared | None], currency: str | None, reader: Reader) -> ComparisonRows:
    """Word a comparison for one reader; None is an estimate that is gone, `currency` that of all, if there is one."""
    return _Wording(compared, currency, reader).rows()


class _Wording:
    def __init__(self, compared: Sequence[Compared | None], currency: str | None, reader: Reader) -> None:
        self.all = compared
        self.currency = currency
        self.reader = reader
        self.there = [(number, each) for number, each in enumerate(compared) if each is not None]
        self.headlines = {number: headline(each.breakdown, each.table, reader) for number, each in self.there}

    def rows(self) -> ComparisonRows:
        columns = [self.column(number) for number in range(len(self.all))]
        plan = self.plan()
        verdict = self.verdict()
        return ComparisonRows(
            columns=columns,
            verdict=self.verdict_said(verdict),
            why=list(self.why(verdict, [row.label for row in plan.rows if row.differs])),
            cannot=list(self.cannot()),
            parts=[
                part
                for part in (
                    self.sums(),
                    plan,
                    self.left_out(),
                    self.certainty(),
                    self.groups(),
                    self.shares(),
                )
                if part.rows
            ],
            items=list(self.items()),
            rates=list(dict.fromkeys(each.rate for _number, each in self.there if each.rate)),
            demo=any(each.breakdown["demo"] for _number, each in self.there),
        )

    def column(self, number: int) -> Column:
        each, name = self.all[number], named(LETTERS[number])
        if each is None:
            return Column(name, gone=True)
        head, _sums = self.headlines[number]
        totals, currency = each.breakdown["totals"]["total"], each.breakdown["currency"]
        return Column(
            name,
            provider=provider(each.table, self.reader).marked,
            title=self.words(each, each.table.title),
            headline=head,
            about=None
            if not any(map(str.isdigit, head.amount))
            else about(totals, currency, self.reader, incomplete=head.at_least),
            also=self.also_about(each),
            chosen=list(self.differing(number, each)),
            leaves_out=list(self.leaves_out(head)),
            evidence=list(self.evidence(each)),
            warning=self.warning(each),
        )

    def words(self, each: Compared, text: Mapping[str, str]) -> str:
        return self.reader.words(text, each.table.main_language).marked

    def name(self, number: int) -> str:
        return named(LETTERS[number])

    def names(self, numbers: Sequence[int]) -> str:
        return listed([self.name(number) for number in numbers])

    # What it comes to

    def also(self, each: Compared) -> Cases | None:
        """The total in the currency of all, where that is not its own and something is counted."""
        if self.currency is None or each.in_one is None or each.breakdown["currency"] == self.currency:
            return None
        return None if counts_nothing(each.breakdown) else each.in_one

    def also_said(self, each: Compared) -> Said | None:
        also = self.also(each)
        if also is None or self.currency is None:
            return None
        between = span(also, self.currency, self.reader)
        amount = self.reader.money(also["likely"], self.currency)
        said = at_least.likely(amount, is_at_least(each.breakdown), has_range=between is not None)
        return Said(said, [between] if between else [])

    def also_about(self, each: Compared) -> str | None:
        also, said = self.also(each), self.also_said(each)
        if also is None or said is None or self.currency is None:
            return None
        short = about(also, self.currency, self.reader, incomplete=is_at_least(each.breakdown))
        return said.main if short is None else short.amount

    def verdict(self) -> Verdict:
        return side_by_side.cheapest([None if each is None else self.sum_of(each) for each in self.all])

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

    def verdict_said(self, verdict: Verdict) -> str:
        if verdict.less is not None:
            plan = self.name(verdict.less)
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

    def why(self, verdict: Verdict, differing: Sequence[str]) -> Iterator[str]:
        if verdict.less is not None:
            yield from self.less(verdict, verdict.less)
        for doubt in verdict.doubts:
            if doubt.why == "alone":
                continue
            said = self.doubt(doubt)
            if (verdict.less is not None or verdict.same) and doubt.why != "ranges":
                said = joined(
                    " ", (_("Not compared with the others: %(plans)s.", plans=self.names(doubt.plans)), said)
                )
            yield said
        if differing and len(self.there) > 1:
            yield _("The plans differ in: %(names)s.", names=listed_apart(differing))
        if names := self.largest_differences(verdict):
            yield _("The largest difference is in: %(names)s.", names=listed_apart(names))

    def less(self, verdict: Verdict, least: int) -> Iterator[str]:
        """By how much the least plan is likely to cost less than each other one, and how sure that is."""
        for each in verdict.by:
            yield _(
                "%(plan)s is likely %(amount)s less than %(other)s.",
                plan=self.name(least),
                amount=self.about(each.by),
                other=self.name(each.than),
            )
        compared = [self.all[number] for number in (least, *(each.than for each in verdict.by))]
        shared = [each for each in compared if each is not None and is_at_least(each.breakdown)]
        by_sureness = {sure: [each.than for each in verdict.by if each.sure == sure] for sure in _SURE}
        own = self.all[least]
        in_one = None if own is None else own.in_one
        if verdict.sure == "whole_range" and in_one is not None and in_one["low"] != in_one["high"]:
            yield _("Even the highest sum of its range is below the others.")
        if by_sureness["each_case"]:
            yield _("The ranges overlap, but the lowest, the likely and the highest sum are each less.")
        if by_sureness["likely"]:
            yield _(
                "The ranges overlap: %(plans)s.", plans=self.names(sorted((least, *by_sureness["likely"])))
            )
        if shared:
            yield _(
                "What is on request or not counted is the same in these plans, so it changes nothing in this."
            )
        if len({each.breakdown["currency"] for each in compared if each is not None}) > 1:
            yield _("This holds for the rates below. A rate changes every day.")

    def about(self, by: Decimal) -> str:
        """A difference to three digits, in the currency of all."""
        assert self.currency is not None
        text = plain(by)
        short = about(Cases(low=text, likely=text, high=text), self.currency, self.reader)
        return self.reader.money(text, self.currency) if short is None else short.amount

    def largest_differences(self, verdict: Verdict) -> list[str]:
        """Name the group in which each other plan costs most more than the least one; in one currency only.

        Where none is the least, the one in which all plans differ most; then without what a plan lacks something of.
        """
        if len({each.breakdown["currency"] for _number, each in self.there}) > 1 or len(self.there) < 2:
            return []
        sections = [section for section in self.sections if section.total != "reserve"]
        found: dict[str, None] = {}
        for number in [each.than for each in verdict.by]:
            assert verdict.less is not None
            more = {
                self.heading(section): self.likely(section, number) - self.likely(section, verdict.less)
                for section in sections
            }
            name = max(more, key=lambda heading: more[heading], default="")
            if more.get(name, Decimal(0)) > 0:
                found[name] = None
        if verdict.less is None:
            apart = {
                self.heading(section): max(amounts) - min(amounts)
                for section in sections
                if not self.lacks(section)
                and (amounts := [self.likely(section, number) for number, _each in self.there])
            }
            name = max(apart, key=lambda heading: apart[heading], default="")
            if apart.get(name, Decimal(0)) > 0:
                found[name] = None
        return list(found)

    def lacks(self, section: Section) -> bool:
        """Whether a plan has something on request or left open in a section."""
        return any(
            group is not None and Certainty(each.breakdown, each.table).group(group.code)
            for (_number, each), group in zip(self.there, section.groups, strict=True)
        )

    def likely(self, section: Section, number: int) -> Decimal:
        """Return what the groups of a section come to in one plan; 0 where it has none."""
        for (column, each), group in zip(self.there, section.groups, strict=True):
            if column == number and group is not None:
                amounts = [
                    one["amount"]["likely"] for one in each.breakdown["groups"] if one["code"] == group.code
                ]
                return sum(map(Decimal, amounts), Decimal(0))
        return Decimal(0)

    def doubt(self, doubt: Doubt) -> str:
        plans = self.names(doubt.plans)
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

    def sums(self) -> Part:
        """The totals, and what goes to whom."""
        found = {
            number: {sum_.kind: sum_ for sum_ in sums} for number, (_head, sums) in self.headlines.items()
        }
        totals = {number: self.total_said(number) for number, _each in self.there}
        rows = [self.row(_("Likely total"), totals, strong=True)]
        also = {
            number: self.also_said(each) or self.total_said(number)
            for number, each in self.there
            if each.in_one is not None
        }
        if self.currency is not None and any(self.also(each) for _number, each in self.there):
            rows.append(
                self.row(_("In %(currency)s, for orientation", currency=self.currency), also, strong=True)
            )
        labels = {
            "provider": _("To the provider"),
            "others": _("To others, such as hotel and airline"),
            "reserve": _("To keep in reserve; not part of the price"),
        }
        for kind, label in labels.items():
            cells = {number: self.sum_said(sums.get(kind)) for number, sums in found.items()}
            if any(sums.get(kind) for sums in found.values()):
                rows.append(self.row(label, cells, marked=False))
        return Part("sums", _("What it costs in all"), rows)

    def total_said(self, number: int) -> Said:
        head = self.headlines[number][0]
        return Said(head.amount_said(), [head.range_words()] if head.span else [])

    def sum_said(self, found: Sum | None) -> Said:
        if found is None:
            return Said(_("nothing"))
        return Said(found.amount, [found.span] if found.span else [])

    # The plan, what is not in it, and how sure it is

    def plan(self) -> Part:
        """What was chosen, a row for each part of the form."""
        rows = []
        for role in PLANNED:
            cells = {number: Said("", list(self.chosen(each, role))) for number, each in self.there}
            if any(cell.notes for cell in cells.values()):
                rows.append(self.row(str(SECTIONS[role]), cells))
        return Part("plan", _("The plan"), rows)

    def chosen(self, each: Compared, role: Role) -> Iterator[str]:
        answers = each.breakdown["answers"]
        left = left_open(each.table, answers)
        for driver in each.table.drivers:
            if driver.role != role or driver.code not in (*answers, *left):
                continue
            answer = (
                answer_words(driver, answers[driver.code], each.table, self.reader)
                if driver.code in answers
                else not_answered()
            )
            label = bare(self.reader.words(driver.label, each.table.main_language))
            if label.text == str(SECTIONS[role]):
                yield answer.marked
            else:
                yield _("%(label)s: %(answer)s", label=label, answer=answer)

    def differing(self, number: int, each: Compared) -> Iterator[str]:
        """The answers of a plan that another one under the same price list does not have."""
        others = [
            other
            for at, other in self.there
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
        for number, each in self.there:
            head = self.headlines[number][0]
            on_request[number] = Said("", [name.marked for name in head.on_request])
            not_counted[number] = Said("", [row.label.marked for row in head.not_counted])
            sections = notice_sections(each.breakdown["notices"], each.table, self.reader, ("not_included",))
            not_included[number] = Said(
                "", [row.in_short.marked for section in sections for row in section.rows]
            )
        rows = [
            self.row(
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
            yield at_least.why_open([_shortened([row.label for row in head.not_counted])])
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
                    yield _(
                        "%(label)s: %(answer)s",
                        label=self.reader.words(choice.label, each.table.main_language),
                        answer=EVIDENCE[choice.evidence],
                    )

    def certainty(self) -> Part:
        """How sure it is: the evidence, why a total is a range, and until when it holds."""
        evidence = {number: Said("", list(self.evidence(each))) for number, each in self.there}
        reasons = {number: Said("", list(self.headlines[number][0].reasons)) for number, _each in self.there}
        valid = {
            number: Said(
                _("the end of %(day)s (%(zone)s)", day=each.valid_until, zone=each.table.time_zone),
                [warning] if (warning := self.warning(each)) else [],
            )
            for number, each in self.there
        }
        reasons = {number: cell if cell.notes else self.no_range(number) for number, cell in reasons.items()}
        states = {tuple(sorted(self.states(each))) for _number, each in self.there}
        rows = [
            self.row(
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
            "certainty", _("How sure this is"), [*rows, self.row(_("Valid until"), valid, marked=False)]
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
        head = self.headlines[number][0]
        if head.at_least:
            return Said(at_least.alone("request" if head.on_request else "open"))
        return Said("–")

    def warning(self, each: Compared) -> str | None:
        if each.withdrawn is not None:
            return each.withdrawn
        return _("These prices have expired.") if each.expired else None

    # What cannot be compared

    def cannot(self) -> Iterator[str]:
        """Say what the plans do not have in common, and why."""
        for number, each in self.there[1:]:
            first_number, first = self.there[0]
            found = carry(first.table, first.given, each.table)
            plans = {"plan": self.name(first_number), "other": self.name(number)}
            yield from self.not_offered(found.lost, first, each, plans)
            units, missing = (
                listed_apart(self.lost(found.lost, first, reason))
                for reason in ("other_units", "no_question")
            )
            if units:
                yield _("%(plan)s and %(other)s count this in other units: %(names)s.", **plans, names=units)
            if missing:
                yield _("%(other)s does not ask about this: %(names)s.", other=plans["other"], names=missing)
        lines = [line for section in self.sections for line in section.lines]
        for line in lines:
            if line.other_units:
                yield _("Other units, so not the same thing: %(name)s.", name=self.label(line))
        for place, (number, each) in enumerate(self.there):
            asked, left = [], []
            for line in lines:
                cell = line.cells[place]
                if len({one.state for one in line.cells}) == 1:
                    continue
                if cell.state == "request" and cell.item is not None:
                    asked.append(self.words(each, cell.item["label"]))
                elif cell.state == "open" and any(one.state == "priced" for one in line.cells):
                    left.append(self.label(line))
            if asked:
                yield _(
                    "On request in %(plans)s: %(name)s.", plans=self.name(number), name=listed_apart(asked)
                )
            if left:
                yield _(
                    "Not counted yet in %(plans)s: %(name)s.",
                    plans=self.name(number),
                    name=listed_apart(left),
                )

    def lost(self, lost: Sequence[Lost], first: Compared, reason: Reason) -> list[Words]:
        """The questions of the first plan whose answers do not go over to another one, for one reason."""
        codes = {one.driver for one in lost if one.reason == reason}
        return [
            bare(self.reader.words(driver.label, first.table.main_language))
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
            answer = answer_words(driver, first.given[one.driver], first.table, self.reader)
            theirs = next((other for other in each.table.drivers if other.code == one.counterpart), None)
            own = None if theirs is None else each.breakdown["answers"].get(theirs.code)
            if theirs is not None and own is not None and one.why is None:
                yield _(
                    "%(plan)s: %(answer)s; %(other)s: %(theirs)s. The price lists do not say whether that is the same.",
                    **plans,
                    answer=answer,
                    theirs=answer_words(theirs, own, each.table, self.reader),
                )
                continue
            said = _("%(other)s does not offer what %(plan)s has: %(answer)s.", **plans, answer=answer)
            if one.why is not None:
                said = joined(" ", (said, self.words(each, one.why)))
            yield said

    # Item by item

    @cached_property
    def sections(self) -> list[Section]:
        return side_by_side.align([Side(each.breakdown, each.table) for _number, each in self.there])

    def groups(self) -> Part:
        """What each group comes to, and the taxes that are added: together the total, without the reserve."""
        paid, kept = [], []
        for section in self.sections:
            heading = self.heading(section)
            if section.total == "reserve":
                label = f"{_('To keep in reserve; not part of the price')}: {heading}"
                kept.append(self.row(label, self.sums_of(section), marked=False))
            else:
                paid.append(self.row(heading, self.sums_of(section), marked=False))
        return Part("groups", _("Where the money goes"), [*paid, *self.taxes(), *kept])

    def taxes(self) -> Iterator[Row]:
        """The taxes that are added to the prices, each with the one of the same code."""
        labels: dict[str, str] = {}
        for _number, each in self.there:
            for tax in added_taxes(each):
                labels.setdefault(tax["code"], self.words(each, tax["label"]))
        for code, label in labels.items():
            cells = {number: self.tax_said(each, code) for number, each in self.there}
            yield self.row(label, cells, marked=False)

    def tax_said(self, each: Compared, code: str) -> Said:
        for tax in added_taxes(each):
            if tax["code"] == code:
                currency, likely = each.breakdown["currency"], tax["amount"]["likely"]
                between = span(tax["amount"], currency, self.reader)
                amount = at_least.sum_said(
                    likely,
                    self.reader.money(likely, currency),
                    Certainty(each.breakdown, each.table).tax(code),
                    has_range=between is not None,
                )
                return Said(amount, [between] if between else [])
        listed_there = any(tax.code == code and not tax.included for tax in each.table.taxes)
        return Said(_("not in the plan") if listed_there else _("no such line"))

    def heading(self, section: Section) -> str:
        """What groups beside each other are called by the first plan that has one."""
        found = zip(self.there, section.groups, strict=True)
        return next(self.words(each, group.label) for (_n, each), group in found if group is not None)

    def sums_of(self, section: Section) -> dict[int, Said]:
        return {
            number: self.group_said(each, None if group is None else group.code)
            for (number, each), group in zip(self.there, section.groups, strict=True)
        }

    def items(self) -> Iterator[Part]:
        for number, section in enumerate(self.sections, 1):
            rows = [self.row(self.heading(section), self.sums_of(section), strong=True)]
            for line in section.lines:
                label = self.label(line)
                cells = {
                    column: self.cell(cell, each, label)
                    for (column, each), cell in zip(self.there, line.cells, strict=True)
                }
                rows.append(self.row(label, cells, same=line.same))
            yield Part(f"items-{number}", self.heading(section), rows)
        if taxes := list(self.taxes()):
            yield Part("items-taxes", _("Taxes"), taxes)

    def group_said(self, each: Compared, code: str | None) -> Said:
        for group in each.breakdown["groups"]:
            if group["code"] == code:
                items = [item for item in each.breakdown["items"] if item["group"] == code]
                if all(item_said(item, str) == _("included") for item in items):
                    return Said(_("included"))
                lack = Certainty(each.breakdown, each.table).group(group["code"])
                currency = each.breakdown["currency"]
                between = span(group["amount"], currency, self.reader)
                likely = group["amount"]["likely"]
                amount = at_least.sum_said(
                    likely, self.reader.money(likely, currency), lack, has_range=between is not None
                )
                return Said(amount, [between] if between else [])
        return Said(_("not in the plan") if code is not None else _("no such line"))

    def label(self, line: Line) -> str:
        """What a line is called by the first plan that has it."""
        for (_number, each), cell in zip(self.there, line.cells, strict=True):
            if cell.item is not None:
                return self.words(each, cell.item["label"])
        return ""

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
        own = self.words(each, item["label"])
        if own != label:
            notes.append(own)
        if item["unit"] is not None:
            quantity = item["quantity"]["likely"]
            unit = self.reader.unit(item["unit"], quantity, each.table.main_language)
            notes.append(joined(" ", (self.reader.number(quantity), unit)))
        between = span(item["amount"], currency, self.reader)
        if between:
            notes.append(between)
        return Said(item_said(item, lambda amount: self.reader.money(amount, currency)), notes)

    # For each session, for each day

    def shares(self) -> Part:
        """What a session and a day come to, with what stands behind that; nothing where there are none."""
        rows = []
        for role, label, none in (
            ("sessions", _("For each session"), _("No sessions are counted.")),
            ("hospital_stay", _("For each night in hospital"), _("No nights are counted.")),
        ):
            cells = {number: self.share(each, role, none) for number, each in self.there}
            if any(any(map(str.isdigit, cell.main)) for cell in cells.values()):
                rows.append(self.row(label, cells, strong=True))
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
        likely, currency = each.breakdown["totals"]["provider"]["likely"], each.breakdown["currency"]
        found = side_by_side.for_each(likely, number, each.table)
        if found is None:
            return Said("–", [none])
        certainty = Certainty(each.breakdown, each.table)
        lack = certainty.total("provider")
        groups = [
            self.words(each, group["label"])
            for group in each.breakdown["groups"]
            if group["total"] == "provider"
            and (Decimal(group["amount"]["likely"]) or not certainty.group(group["code"]))
        ]
        taxes = [
            self.words(each, tax["label"]) for tax in added_taxes(each) if Decimal(tax["amount"]["likely"])
        ]
        notes = [
            _(
                "%(sum)s, divided by %(number)s.",
                sum=self.reader.money(likely, currency),
                number=self.reader.number(plain(number)),
            ),
            _("All of this is in it: %(names)s.", names=listed_apart([*groups, *taxes])),
            _("What you pay to others is not in it."),
        ]
        if lack:
            notes.append(_("What is on request or not counted is not in it either."))
        return Said(at_least.sum_said(found, self.reader.money(found, currency), lack), notes)

    def row(
        self,
        label: str,
        cells: Mapping[int, Said],
        *,
        strong: bool = False,
        same: bool | None = None,
        marked: bool = True,
    ) -> Row:
        if same is None:
            same = len({(cell.main, tuple(map(str, cell.notes))) for cell in cells.values()}) < 2
        told = {cell.main for cell in cells.values()} & {_("no such line"), _("not in the plan")}
        marked = marked and not (same or strong or told)
        return Row(label, [cells.get(number) for number in range(len(self.all))], not same, strong, marked)


def added_taxes(each: Compared) -> list[StoredTax]:
    """Return the taxes that are added to the prices; those that are in them already are left out."""
    return [tax for tax in each.breakdown["taxes"] if not tax["included"]]


def _shortened(names: Sequence[Words]) -> str:
    """Name the first of several things, and count the others."""
    first = listed_apart(names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    if more <= 0:
        return first
    return ngettext("%(names)s and %(num)s more", "%(names)s and %(num)s more", more, names=first)


def bare(label: Words) -> Words:
    """Return a question without its mark, to stand before an answer or in a list."""
    return Words(label.text.rstrip("?？؟ \N{NO-BREAK SPACE}"), label.language, label.direction)
