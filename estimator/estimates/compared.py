"""What is compared: the stored estimates of a comparison, with what has become of their prices, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from estimator import price_lists, wording
from estimator.act import Act
from estimator.estimates import lifecycle, other_currency
from estimator.estimates.other_currency import Chosen
from estimator.i18n import Reader
from estimator.models import Estimate
from estimator.wording import comparison
from estimator.wording.comparison import Compared, ComparisonRows
from pricing import PriceTable


@dataclass(frozen=True)
class Together:
    """The currency in which all totals can be said, None if there is none; and all others that could be chosen."""

    currency: str | None
    choices: Sequence[str]


def together(act: Act, tables: Sequence[PriceTable], wanted: str, own: str | None) -> Together:
    """Return in which currency the totals of some tables are compared.

    It is the `wanted` one where there are rates to it; else the one that all tables have; else the reader's `own`; else
    one of the tables'; else any other. Where there is no rate to one of three, it is one of the two others'.
    """
    reachable = [{table.currency, *other_currency.currencies(table, act.now)} for table in tables]
    common = set.intersection(*reachable) if reachable else set()
    if not common and len(tables) > 2:
        reached = Counter(code for each in reachable for code in each)
        common = {code for code, number in reached.items() if number > 1}
    having = [table.currency for table in tables]
    first = having[:1] if len(set(having)) == 1 else []
    ordered = [wanted, *first, *([own] if own else []), *having, *sorted(common)]
    return Together(next((code for code in ordered if code in common), None), sorted(common))


@dataclass(frozen=True)
class Standing:
    """An estimate with what has become of its prices at a moment: its list withdrawn, its days over, a rate."""

    record: Estimate
    withdrawn: datetime | None
    expired: bool
    rate: Chosen | None

    def key(self) -> Hashable:
        """Return everything that its words and figures depend on, as part of a cache key."""
        record, rate = self.record, None if self.rate is None else self.rate.key()
        valid_until = record.valid_until
        made_of = record.table_version.sha256, record.breakdown, record.given, valid_until
        return made_of, self.withdrawn, self.expired, rate


@dataclass(frozen=True)
class Gathered:
    """What a comparison is made of: its estimates as they stand, None in place of one that is gone; its currency."""

    together: Together
    standings: Sequence[Standing | None]

    def key(self) -> Hashable:
        """Return everything that its rows depend on besides the reader."""
        return self.together.currency, tuple(None if each is None else each.key() for each in self.standings)


def gather(
    act: Act, compared: Sequence[Estimate | None], wanted: str = "", own: str | None = None
) -> Gathered:
    """Look at how the estimates of a comparison stand, with their totals in the `wanted` currency, if that can be."""
    tables = [price_lists.parsed(each.table_version) for each in compared if each is not None]
    chosen = together(act, tables, wanted, own)
    return Gathered(
        chosen, [None if each is None else _standing(act, each, chosen.currency) for each in compared]
    )


def day_of(gathered: Gathered, moment: datetime) -> date:
    """Return the day that a moment falls on at the clinic of the first estimate; a link that opens has one."""
    first = next(each for each in gathered.standings if each is not None)
    return price_lists.day_of(moment, first.record.table_version.time_zone)


def rows(gathered: Gathered, reader: Reader) -> ComparisonRows:
    """Return the rows of a comparison in the reader's language, which is spoken."""
    currency = gathered.together.currency
    columns = [None if each is None else _column(each, currency, reader) for each in gathered.standings]
    return comparison.comparison(columns, currency, reader)


def _standing(act: Act, record: Estimate, currency: str | None) -> Standing:
    table = price_lists.parsed(record.table_version)
    return Standing(
        record,
        lifecycle.withdrawn_at(record),
        lifecycle.has_expired(record, act.now),
        None if currency is None else other_currency.chosen(table, currency, act.now),
    )


def _column(standing: Standing, currency: str | None, reader: Reader) -> Compared:
    record, rate = standing.record, standing.rate
    table, breakdown = price_lists.parsed(record.table_version), lifecycle.breakdown_of(record)
    total = breakdown["totals"]["total"]
    converted = None if rate is None else other_currency.converted(total, rate)
    return Compared(
        breakdown=breakdown,
        table=table,
        given=dict(lifecycle.answers_of(record)),
        valid_until=reader.day(record.valid_until),
        in_one=total if table.currency == currency else converted,
        rate=None if rate is None else other_currency.rate_said(rate, table, reader),
        withdrawn=None
        if standing.withdrawn is None
        else wording.withdrawn_words(standing.withdrawn, table.time_zone, reader),
        expired=standing.expired,
    )
