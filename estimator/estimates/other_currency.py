"""The totals of an estimate in another currency, for orientation: with rate, day and source, and never the price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from estimator import wording
from estimator.clinic import exchange_rates
from estimator.i18n import Reader
from estimator.i18n import gettext as _
from estimator.marked_text import joined
from estimator.wording import About
from estimator.wording.at_least import Certainty
from pricing import PriceTable
from pricing.stored import Cases, StoredBreakdown, counts_nothing

OLD_DAYS = 30
"""Age in days after which a rate is marked as old."""


@dataclass(frozen=True)
class Chosen:
    """A rate as it is used on a day: how many `quoted` one `base` is, by whom, of which day, and whether it is old."""

    base: str
    quoted: str
    rate: str
    source: str
    day: date
    old: bool

    def key(self) -> str:
        """Return everything that affects the words and figures derived from it, as part of a cache key."""
        parts = (self.base, self.quoted, self.rate, self.day.isoformat(), str(self.old), self.source)
        return "\x01".join(parts)


@dataclass(frozen=True)
class Beside:
    """The totals in another currency, rounded and shown beside the exact ones, with the rate and its source.

    `total` is the likely total; `sums` are those that it is made of, in their order, empty where nothing is counted.
    Each leaves out what the amount does that it stands beside, and says so.
    """

    currency: str
    total: About
    sums: Sequence[str]
    sentence: str


def currencies(table: PriceTable, now: datetime, own: str | None = None) -> Sequence[str]:
    """Return the currencies in which the totals of a table can also be shown, the reader's own one first."""
    return sorted(exchange_rates.quoted_for(table.currency, _day(table, now)), key=lambda code: code != own)


def chosen(table: PriceTable, currency: str, now: datetime) -> Chosen | None:
    """Return the newest rate from a table's currency; None if there is none, whatever `currency` is."""
    today = _day(table, now)
    row = exchange_rates.newest(table.currency, currency, today) if len(currency) == 3 else None
    if row is None:
        return None
    old = (today - row.day).days > OLD_DAYS
    return Chosen(row.base, row.quoted, row.rate, row.source, row.day, old)


def beside(breakdown: StoredBreakdown, table: PriceTable, rate: Chosen, reader: Reader) -> Beside:
    """Convert the totals, each from its rounded amount, and round them to three digits; single items stay exact."""
    totals, lacks = breakdown["totals"], Certainty(breakdown, table)
    headline, sums = wording.headline(breakdown, table, reader)
    cases = {
        "provider": (totals["provider"], lacks.total("provider")),
        "others": (totals["others"], lacks.total("others")),
        "total": (totals["total"], lacks.total("provider", "others")),
        "reserve": (totals["reserve"], lacks.total("reserve")),
    }

    def said(amounts: Cases, incomplete: object) -> About:
        return wording.for_orientation(
            converted(amounts, rate), rate.quoted, reader, incomplete=bool(incomplete)
        )

    return Beside(
        rate.quoted,
        About(headline.amount, None)
        if counts_nothing(breakdown)
        else said(totals["total"], headline.at_least),
        [said(*cases[sum_.kind]).amount if Decimal(cases[sum_.kind][0]["likely"]) else "" for sum_ in sums],
        rate_said(rate, table, reader),
    )


def converted(amounts: Cases, rate: Chosen) -> Cases:
    """Convert the three cases of one rounded amount, each rounded once."""
    exact = Decimal(rate.rate)
    low, likely, high = (
        exchange_rates.converted(amount, exact, rate.quoted)
        for amount in (amounts["low"], amounts["likely"], amounts["high"])
    )
    return {"low": low, "likely": likely, "high": high}


def rate_said(rate: Chosen, table: PriceTable, reader: Reader) -> str:
    """Say a rate with its day and source, and that it is for orientation."""
    said = _(
        "For orientation: %(rate)s on %(day)s, according to %(source)s. The price is the one in %(currency)s.",
        rate=reader.rate(rate.base, rate.rate, rate.quoted),
        day=reader.day(rate.day),
        source=reader.isolated(reader.own(rate.source, table.main_language).marked),
        currency=rate.base,
    )
    if rate.old:
        said = joined(" ", [said, _("This rate is more than %(days)s days old.", days=OLD_DAYS)])
    return said


def _day(table: PriceTable, now: datetime) -> date:
    return now.astimezone(ZoneInfo(table.time_zone)).date()
