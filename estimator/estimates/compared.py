"""What is compared: the stored estimates of a comparison, with what has become of their prices, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from estimator import price_lists, wording
from estimator.act import Act
from estimator.estimates import lifecycle, other_currency
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
    one of the tables'; else any other.
    """
    reachable = [{table.currency, *other_currency.currencies(table, act.now)} for table in tables]
    common = set.intersection(*reachable) if reachable else set()
    having = [table.currency for table in tables]
    first = having[:1] if len(set(having)) == 1 else []
    ordered = [wanted, *first, *([own] if own else []), *having, *sorted(common)]
    return Together(next((code for code in ordered if code in common), None), sorted(common))


def rows(
    act: Act, compared: Sequence[Estimate | None], reader: Reader, wanted: str = "", own: str | None = None
) -> tuple[ComparisonRows, Together]:
    """Return the rows of a comparison in the reader's language, which is spoken, and its currency."""
    tables = [price_lists.parsed(each.table_version) for each in compared if each is not None]
    chosen = together(act, tables, wanted, own)
    columns = [None if each is None else _column(act, each, chosen.currency, reader) for each in compared]
    return comparison.comparison(columns, chosen.currency, reader), chosen


def _column(act: Act, record: Estimate, currency: str | None, reader: Reader) -> Compared:
    table, breakdown = price_lists.parsed(record.table_version), lifecycle.breakdown_of(record)
    withdrawn = lifecycle.withdrawn_at(record)
    rate = None if currency is None else other_currency.chosen(table, currency, act.now)
    total = breakdown["totals"]["total"]
    in_one = (
        total
        if table.currency == currency
        else None
        if rate is None
        else other_currency.converted(total, rate)
    )
    return Compared(
        breakdown=breakdown,
        table=table,
        given=dict(lifecycle.answers_of(record)),
        valid_until=reader.day(record.valid_until),
        in_one=in_one,
        rate=None if rate is None else other_currency.said(rate, reader),
        withdrawn=None if withdrawn is None else wording.withdrawn_words(withdrawn, table.time_zone, reader),
        expired=lifecycle.has_expired(record, act.now),
    )
