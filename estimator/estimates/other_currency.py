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
from estimator.wording import Headline, Sum
from pricing import PriceTable
from pricing.stored import Cases, StoredBreakdown

OLD_DAYS = 30
"""Age in days after which a rate is marked as old."""

NO_BREAK = "\N{NO-BREAK SPACE}"


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
    """The headline and sums in another currency, shown beside the totals, with the rate and its source."""

    headline: Headline
    sums: Sequence[Sum]
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
    """Convert the totals, each from its rounded amount and rounded once; single items stay as they are."""
    totals = breakdown["totals"]
    there: StoredBreakdown = {
        **breakdown,
        "currency": rate.quoted,
        "totals": {
            "provider": converted(totals["provider"], rate),
            "others": converted(totals["others"], rate),
            "reserve": converted(totals["reserve"], rate),
            "total": converted(totals["total"], rate),
        },
    }
    headline, sums = wording.headline(there, table, reader)
    return Beside(headline, sums, said(rate, reader))


def converted(amounts: Cases, rate: Chosen) -> Cases:
    """Convert the three cases of one rounded amount, each rounded once."""
    exact = Decimal(rate.rate)
    low, likely, high = (
        exchange_rates.converted(amount, exact, rate.quoted)
        for amount in (amounts["low"], amounts["likely"], amounts["high"])
    )
    return {"low": low, "likely": likely, "high": high}


def said(rate: Chosen, reader: Reader) -> str:
    """Say a rate with its day and source, and that it is for orientation."""
    written = f"1{NO_BREAK}{rate.base} = {reader.number(rate.rate)}{NO_BREAK}{rate.quoted}"
    sentence = _(
        "For orientation: %(rate)s on %(day)s, according to %(source)s. The price is the one in %(currency)s.",
        rate=written,
        day=reader.day(rate.day),
        source=rate.source,
        currency=rate.base,
    )
    if rate.old:
        sentence += " " + _("This rate is more than %(days)s days old.", days=OLD_DAYS)
    return sentence


def _day(table: PriceTable, now: datetime) -> date:
    return now.astimezone(ZoneInfo(table.time_zone)).date()
