"""What somebody finds who explores the cost: what a budget buys, how the total grows, how much an answer moves it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from estimator.i18n import Reader, Words, listed_apart, with_colon
from estimator.i18n import gettext as _
from estimator.marked_text import joined
from estimator.wording import at_least
from estimator.wording.headings import EVIDENCE
from estimator.wording.not_counted import not_counted_yet, not_in_sum
from estimator.wording.rows import Change, DriverChanges
from estimator.wording.sentences import answer_words, problem_sentence, typed_amount
from pricing import estimate
from pricing.budget import Bought, Within
from pricing.charges import LIKELY
from pricing.growth import Growth, Point
from pricing.money import exactly
from pricing.table import ChoiceDriver, PriceTable

WHOLE = 1000
"""A whole bar, or the whole height of a plot."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One other answer with its bar: `share` of the longest one in thousandths, up or down in words."""

    change: Change
    said: str
    share: int
    is_more: bool


@dataclass(frozen=True, slots=True)
class BarSection:
    """The other answers to one question."""

    driver: str
    label: Words
    rows: Sequence[Bar]


@dataclass(frozen=True, slots=True)
class PlanWithin:
    """A plan within a budget, as it differs from the plan in hand.

    `changes` are sentences, `gone` names what is no longer in it, `fits` says how far it fits and what is not counted,
    and `values` are the answers as a form sends them.
    """

    total: str
    span: str | None
    changes: Sequence[str]
    gone: str | None
    fits: Sequence[str]
    values: Sequence[str]


@dataclass(frozen=True, slots=True)
class BudgetRows:
    """What a budget buys: sentences on the plan in hand, and the plans that are within it, or the cheapest."""

    sentences: Sequence[str]
    plans: Sequence[PlanWithin]


@dataclass(frozen=True, slots=True)
class PlotPoint:
    """A point of a plot, in thousandths of its height from below; `low` and `high` are the ends of its range."""

    number: str
    is_now: bool
    low: int | None
    likely: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class GrowthRow:
    """One line of the table below a plot: a number, its likely total and its range, or why it is not possible."""

    number: Words
    is_now: bool
    total: str | None
    span: str | None
    remarks: Sequence[str]
    value: str | None
    fits: bool | None


@dataclass(frozen=True, slots=True)
class GrowthRows:
    """How the total grows with one number: its plot and the table of the same figures; `said` sums it up.

    `refused` says of numbers without a point why they are not possible. `budget` is the height of the budget in the
    plot, None if there is none or it is above everything.
    """

    driver: str
    label: Words
    said: str
    top: str
    points: Sequence[PlotPoint]
    rows: Sequence[GrowthRow]
    refused: Sequence[str]
    budget: int | None


def bars(changes: Sequence[DriverChanges], currency: str, reader: Reader) -> list[BarSection]:
    """Return what would change the cost, each answer with a bar and in words; refused ones have no bar."""
    longest = max(
        (abs(row.likely) for driver in changes for row in driver.rows if row.likely is not None),
        default=Decimal(0),
    )

    def bar(row: Change) -> Bar:
        if not row.likely:
            return Bar(row, row.effect, 0, False)
        amount, is_more = reader.money(abs(row.likely), currency), row.likely > 0
        said = _("%(amount)s more", amount=amount) if is_more else _("%(amount)s less", amount=amount)
        return Bar(row, said, int(WHOLE * abs(row.likely) / longest), is_more)

    return [BarSection(driver.driver, driver.label, [bar(row) for row in driver.rows]) for driver in changes]


def budget(
    bought: Bought, typed: Decimal, answers: Mapping[str, str | bool], table: PriceTable, reader: Reader
) -> BudgetRows:
    """Word what a budget buys."""
    return _Budget(bought, typed, answers, table, reader).rows()


class _Budget:
    def __init__(
        self,
        bought: Bought,
        typed: Decimal,
        answers: Mapping[str, str | bool],
        table: PriceTable,
        reader: Reader,
    ) -> None:
        self.bought = bought
        self.typed = typed
        self.answers = answers
        self.table = table
        self.reader = reader
        self.drivers = {driver.code: driver for driver in table.drivers}

    def rows(self) -> BudgetRows:
        shown = self.bought.plans
        if not shown and self.bought.cheapest is not None and self.bought.cheapest.changes:
            shown = (self.bought.cheapest,)
        return BudgetRows(list(self.sentences()), [self.plan(plan) for plan in shown])

    def money(self, amount: Decimal) -> str:
        if amount % 1:
            return typed_amount(amount, self.table.currency, self.reader)
        return self.reader.money(amount, self.table.currency)

    def sentences(self) -> Iterator[str]:
        bought, budget = self.bought, self.money(self.typed)
        if bought.at_least and not any(bought.now):
            yield _("Nothing in your plan has a price yet, so it cannot be compared with a budget.")
            return
        likely = self.total(bought.now, bought.at_least)
        if bought.left >= 0:
            left = self.money(bought.left)
            if bought.at_least:
                yield _(
                    "The likely total fits into %(budget)s, as far as it is counted: it is %(total)s, and %(left)s is "
                    "left for what is not counted.",
                    budget=budget,
                    total=likely,
                    left=left,
                )
            elif bought.high_fits:
                yield _(
                    "Your plan fits into %(budget)s: its likely total is %(total)s, and %(left)s is left.",
                    budget=budget,
                    total=likely,
                    left=left,
                )
            else:
                yield _(
                    "The likely total fits into %(budget)s: it is %(total)s, and %(left)s is left.",
                    budget=budget,
                    total=likely,
                    left=left,
                )
            yield from self.how_far(bought, bought.now, self.answers)
        else:
            yield _(
                "Your plan does not fit into %(budget)s: its likely total is %(total)s, %(over)s more.",
                budget=budget,
                total=likely,
                over=self.money(-bought.left),
            )
            yield from self.lacks(bought)
            yield from self.nearest()

    def how_far(
        self, found: Bought | Within, total: Sequence[Decimal], answers: Mapping[str, str | bool]
    ) -> Iterator[str]:
        """Say how far a plan fits whose likely total does: what is not counted, its high end, its reserve."""
        yield from self.lacks(found)
        if said := self.high(total, found.high_fits):
            yield said
        reserve = estimate(self.table, answers).totals["reserve"][LIKELY]
        if reserve > 0:
            with exactly():
                over = total[LIKELY] + reserve - self.typed
            if over > 0:
                yield _(
                    "The suggested reserve of %(reserve)s is not part of the price. It does not fit beside the likely "
                    "total: both together are %(over)s more than your budget.",
                    reserve=self.money(reserve),
                    over=self.money(over),
                )
            else:
                yield _(
                    "The suggested reserve of %(reserve)s is not part of the price. It fits beside the likely total.",
                    reserve=self.money(reserve),
                )

    def lacks(self, found: Bought | Within) -> Iterator[str]:
        """Name what is on request and what is not counted, if anything is."""
        main = self.table.main_language
        labels = {charge.code: charge.label for charge in self.table.charges}
        requested = [self.reader.words(labels[code], main) for code in found.on_request]
        left_open = [self.reader.words(self.drivers[code].label, main) for code in found.not_counted]
        yield from filter(None, (not_in_sum(requested), not_counted_yet(left_open)))

    def nearest(self) -> Iterator[str]:
        least = self.bought.least
        if self.bought.plans:
            if len(self.bought.plans) == 1:
                yield _("The likely total of this plan fits. It changes as little as possible.")
            else:
                yield _(
                    "The likely totals of these plans fit. Each changes as little as possible, and the one that "
                    "changes the least comes first."
                )
            yield _("Ask the hospital before you leave out something that a doctor has advised.")
        elif least is None:
            yield _(
                "We found no plan that fits. How little this price list can come to cannot be told, because of its "
                "discounts, packages or rules. Ask the hospital."
            )
        elif least > self.typed:
            yield _(
                "No plan of this price list fits. With your answers about yourself, the least that it can come to is "
                "%(least)s.",
                least=self.money(least),
            )
        else:
            yield _(
                "We found no plan near yours that fits. With your answers about yourself, the least that this price "
                "list can come to is %(least)s. Change your answers to look further.",
                least=self.money(least),
            )

    def total(self, three: Sequence[Decimal], incomplete: bool) -> str:
        """Say a likely total; of one that lacks something, that it does."""
        return at_least.likely(self.money(three[LIKELY]), incomplete, has_range=min(three) != max(three))

    def high(self, total: Sequence[Decimal], fits: bool) -> str:
        """Say whether the high end fits as well; nothing of a total that is no range."""
        highest = max(total)
        if min(total) == highest:
            return ""
        if fits:
            return _("Its high end, %(amount)s, fits too.", amount=self.money(highest))
        with exactly():
            over = highest - self.typed
        return _(
            "Its high end, %(amount)s, does not fit: %(over)s more than your budget.",
            amount=self.money(highest),
            over=self.money(over),
        )

    def plan(self, plan: Within) -> PlanWithin:
        low, high = min(plan.total), max(plan.total)
        answers = {**self.answers, **plan.changes, **plan.assumed}
        does_fit = plan.total[LIKELY] <= self.typed
        return PlanWithin(
            total=self.total(plan.total, plan.at_least),
            span=None if low == high else _span(low, high, self.table, self.reader),
            changes=list(self.changes(plan)),
            gone=self.gone(plan),
            fits=list(self.how_far(plan, plan.total, answers) if does_fit else self.lacks(plan)),
            values=[f"{code}={_sent(answer)}" for code, answer in plan.changes.items()],
        )

    def changes(self, plan: Within) -> Iterator[str]:
        main = self.table.main_language
        for driver in self.table.drivers:
            answer = plan.changes.get(driver.code)
            if answer is not None:
                yield with_colon(
                    self.reader.words(driver.label, main),
                    _(
                        "%(answer)s, instead of %(before)s",
                        answer=answer_words(driver, answer, self.table, self.reader),
                        before=answer_words(driver, self.answers[driver.code], self.table, self.reader),
                    ),
                )
                yield from self.evidence(driver.code, answer)
        for code, answer in plan.assumed.items():
            yield _(
                "This asks one more question, “%(label)s”; we used: %(answer)s.",
                label=self.reader.words(self.drivers[code].label, main),
                answer=answer_words(self.drivers[code], answer, self.table, self.reader),
            )

    def evidence(self, code: str, answer: str | bool) -> Iterator[str]:
        """Say how well another choice is known to work, where it is known otherwise than the one in hand."""
        driver = self.drivers[code]
        if isinstance(driver, ChoiceDriver):
            stated = {choice.code: choice.evidence for choice in driver.choices}
            evidence = stated[str(answer)]
            if evidence is not None and evidence != stated[str(self.answers[code])]:
                yield str(EVIDENCE[evidence])

    def gone(self, plan: Within) -> str | None:
        """Name what is in the plan in hand and not in this one."""
        other = {**self.answers, **plan.changes, **plan.assumed}
        before, after = (estimate(self.table, answers).items for answers in (self.answers, other))
        stays = {item.code for item in after}
        labels = [
            self.reader.words(item.label, self.table.main_language)
            for item in before
            if item.code not in stays and item.kind == "charge"
        ]
        return _("No longer in it: %(names)s.", names=listed_apart(labels)) if labels else None


def growth(
    found: Sequence[Growth], table: PriceTable, reader: Reader, typed: Decimal | None = None
) -> list[GrowthRows]:
    """Word how the total grows, with the height of a budget in each plot where one was typed."""
    return [_growth(each, table, reader, typed) for each in found]


def _growth(found: Growth, table: PriceTable, reader: Reader, typed: Decimal | None) -> GrowthRows:
    driver = next(driver for driver in table.drivers if driver.code == found.driver)
    priced = [point for point in found.points if point.total is not None]
    top = max((max(point.total) for point in priced if point.total is not None), default=Decimal(0))

    def height(amount: Decimal) -> int:
        return int(WHOLE * amount / top) if top > 0 and amount > 0 else 0

    def plotted(point: Point) -> PlotPoint:
        number = reader.number(point.number)
        if point.total is None:
            return PlotPoint(number, point.is_now, None, None, None)
        ends = height(min(point.total)), height(point.total[LIKELY]), height(max(point.total))
        return PlotPoint(number, point.is_now, *ends)

    def row(point: Point) -> GrowthRow:
        remarks = [problem_sentence(problem, reader) for problem in point.problems]
        for code, answer in point.assumed.items():
            other = next(each for each in table.drivers if each.code == code)
            remarks.append(
                _(
                    "This asks one more question, “%(label)s”; we used: %(answer)s.",
                    label=reader.words(other.label, table.main_language),
                    answer=answer_words(other, answer, table, reader),
                )
            )
        number = answer_words(driver, point.number, table, reader)
        if point.total is None:
            return GrowthRow(number, point.is_now, None, None, remarks, None, None)
        low, likely, high = min(point.total), point.total[LIKELY], max(point.total)
        said = reader.money(likely, table.currency)
        return GrowthRow(
            number=number,
            is_now=point.is_now,
            total=at_least.sum_said(format(likely, "f"), said, point.lack, has_range=low != high),
            span=None if low == high else _span(low, high, table, reader),
            remarks=remarks,
            value=None if point.is_now else f"{driver.code}={point.number}",
            fits=None if typed is None or (point.lack and not likely) else likely <= typed,
        )

    ends = [
        (
            reader.money(point.total[LIKELY], table.currency),
            answer_words(driver, point.number, table, reader),
        )
        for point in (priced[0], priced[-1])
        if point.total is not None
    ]
    said = _(
        "The likely total goes from %(first)s for %(least)s to %(last)s for %(most)s.",
        first=ends[0][0],
        least=ends[0][1],
        last=ends[1][0],
        most=ends[1][1],
    )
    rows = [row(point) for point in found.points]
    return GrowthRows(
        driver=driver.code,
        label=reader.words(driver.label, table.main_language),
        said=said,
        top=reader.money(top, table.currency),
        points=[plotted(point) for point in found.points],
        rows=rows,
        refused=list(_refused(rows)),
        budget=None if typed is None or typed > top else height(typed),
    )


def _refused(rows: Sequence[GrowthRow]) -> Iterator[str]:
    """Say once why several numbers are not possible."""
    numbers: dict[str, list[object]] = {}
    for row in rows:
        if row.total is None:
            numbers.setdefault(joined(" ", row.remarks), []).append(row.number)
    for reason, refused in numbers.items():
        yield _("%(label)s: %(answer)s", label=listed_apart(refused), answer=reason)


def _span(low: Decimal, high: Decimal, table: PriceTable, reader: Reader) -> str:
    return _("%(low)s to %(high)s", low=reader.money(low, table.currency), high=reader.number(high))


def _sent(answer: str | bool) -> str:
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return answer
