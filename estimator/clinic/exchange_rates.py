"""Rates of exchange for orientation: typed in with their day and source, and never part of a price."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select

from estimator import audit
from estimator.act import Act
from estimator.db import advisory_lock, db
from estimator.i18n import gettext as _
from estimator.models import Rate
from pricing.currencies import MINOR_UNIT
from pricing.money import Rounder, exactly, plain

SMALLEST, LARGEST = Decimal("0.000001"), Decimal(10_000_000)
MOST_DECIMALS = 10
MOST_DIGITS = 14
LONGEST_SOURCE = 200

FARTHEST = timedelta(hours=14)
"""How much earlier than in UTC a day begins in the easternmost time zone (UTC+14)."""

MOST_SHOWN = 200

ORIENTATION = (
    "AED",
    "BDT",
    "DZD",
    "EGP",
    "EUR",
    "GBP",
    "INR",
    "KZT",
    "MXN",
    "PKR",
    "RUB",
    "SAR",
    "USD",
)
"""The currencies that readers of our languages count in, which staff keep in one form: twelve beside the list's own."""


class WrongRate(ValueError):
    """A rate that cannot be entered; `problems` says what is wrong with which part of it."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(next(iter(self.problems.values())))


def enter(act: Act, base: str, quoted: str, rate: Decimal, source: str, day: date) -> Rate:
    """Store how many `quoted` one `base` was worth on a day, replacing a rate entered for that day before.

    Raises WrongRate.
    """
    source = " ".join(source.split())
    problems = _problems(base, quoted, rate, source, day, act.now)
    if problems:
        raise WrongRate(problems)
    advisory_lock("rates")
    row = db.session.scalar(select(Rate).filter_by(base=base, quoted=quoted, day=day))
    if row is None:
        row = Rate(base=base, quoted=quoted, day=day)
        db.session.add(row)
    row.rate, row.source, row.entered_by, row.entered_at = plain(rate), source, act.actor, act.now
    db.session.flush()
    detail = {"base": base, "quoted": quoted, "day": day.isoformat(), "rate": row.rate}
    audit.add(act, "rate.entered", subject=f"rate:{row.id}", **detail)
    return row


def remove(act: Act, number: int) -> None:
    """Remove a rate that was entered by mistake, by its number; one that is gone already is none."""
    advisory_lock("rates")
    row = db.session.get(Rate, number, populate_existing=True)
    if row is None:
        return
    detail = {"base": row.base, "quoted": row.quoted, "day": row.day.isoformat(), "rate": row.rate}
    db.session.delete(row)
    db.session.flush()
    audit.add(act, "rate.removed", subject=f"rate:{number}", **detail)


def newest(base: str, quoted: str, on: date) -> Rate | None:
    """Return the newest rate between two currencies that is not of a later day."""
    return db.session.scalar(
        select(Rate)
        .where(Rate.base == base, Rate.quoted == quoted, Rate.day <= on)
        .order_by(Rate.day.desc())
        .limit(1)
    )


def quoted_for(base: str, on: date) -> Sequence[str]:
    """Return the currencies in which amounts of another one can also be shown."""
    return db.session.scalars(
        select(Rate.quoted).where(Rate.base == base, Rate.day <= on).distinct().order_by(Rate.quoted)
    ).all()


def everything() -> Sequence[Rate]:
    """Return the rates that were entered, the newest day first, at most MOST_SHOWN of them."""
    return db.session.scalars(
        select(Rate).order_by(Rate.day.desc(), Rate.base, Rate.quoted).limit(MOST_SHOWN)
    ).all()


def converted(amount: str, rate: Decimal, quoted: str) -> str:
    """Return a rounded amount in another currency, rounded once to its smallest unit, half up."""
    rounder = Rounder(MINOR_UNIT[quoted], "half-up")
    with exactly():
        exact = Decimal(amount) * rate
    return rounder.text(rounder.amount(exact))


def _problems(base: str, quoted: str, rate: Decimal, source: str, day: date, now: datetime) -> dict[str, str]:
    problems = {}
    if base not in MINOR_UNIT:
        problems["base"] = _("Choose a currency.")
    if quoted not in MINOR_UNIT:
        problems["quoted"] = _("Choose a currency.")
    elif quoted == base:
        problems["quoted"] = _("Choose another currency than the one of the price.")
    if not rate.is_finite() or rate <= 0:
        problems["rate"] = _("Enter a number above zero.")
    elif not SMALLEST <= rate <= LARGEST:
        problems["rate"] = _(
            "Enter a rate from %(least)s to %(most)s.", least=plain(SMALLEST), most=plain(LARGEST)
        )
    elif len(_digits(rate)) > MOST_DIGITS or len(plain(rate).partition(".")[2]) > MOST_DECIMALS:
        problems["rate"] = _(
            "Enter at most %(digits)s digits, %(decimals)s of them decimals.",
            digits=MOST_DIGITS,
            decimals=MOST_DECIMALS,
        )
    if not source:
        problems["source"] = _("Say who says so, like this: European Central Bank.")
    elif len(source) > LONGEST_SOURCE:
        problems["source"] = _("Enter at most %(most)s characters.", most=LONGEST_SOURCE)
    elif any(unicodedata.category(sign)[0] == "C" for sign in source):
        problems["source"] = _("It contains an invisible character. Type the text again.")
    if day > (now + FARTHEST).date():
        problems["day"] = _("This day has not come yet.")
    elif day.year < 2000:
        problems["day"] = _("Enter a day in the year 2000 or later.")
    return problems


def _digits(rate: Decimal) -> str:
    return re.sub(r"\D", "", plain(rate)).lstrip("0")
