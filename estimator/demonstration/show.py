"""Settings of the clinic without which the demonstration had less to show: they are switched on, and off again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from estimator import clinic
from estimator.act import Act
from estimator.clinic import exchange_rates
from estimator.db import db
from estimator.models import Rate
from pricing.overruns import Rule

WANTED: Mapping[str, Any] = {
    # As in Germany (GOZ, section 9): without any rule there would be no overruns.
    "overrun_rules": (Rule("Demonstration: more than 15 % above", percent=Decimal(15)),),
    "past_bills": "always",
    "past_bills_range": True,
}

RATES = {("USD", "EUR"): "0.9", ("USD", "INR"): "85", ("USD", "JPY"): "150", ("JPY", "USD"): "0.0067"}
"""Rates of exchange, without which the lists of three countries could not be compared."""

INVENTED = "Demonstration: an invented rate, rounded"
"""The source that those rates name, by which they are found again."""


def switch_on(act: Act, *, real: bool) -> Mapping[str, Any]:
    """Set what is at its default, and return it; in a `real` installation nothing is set, only returned."""
    now = clinic.current()
    found = {key: value for key, value in WANTED.items() if getattr(now, key) == clinic.DEFAULTS[key]}
    if not real:
        for key, value in found.items():
            clinic.change(act, key, value)
        _enter_rates(act)
    return found


def _enter_rates(act: Act) -> None:
    today = act.now.astimezone(UTC).date()
    for (base, quoted), rate in RATES.items():
        if exchange_rates.newest(base, quoted, today) is None:
            exchange_rates.enter(act, base, quoted, Decimal(rate), INVENTED, today)


def switch_off(act: Act, keys: Collection[str]) -> None:
    """Set what was switched on back to its default, unless somebody has set it to something else meanwhile."""
    now = clinic.current()
    for key in keys:
        if getattr(now, key) == WANTED[key]:
            clinic.change(act, key, clinic.DEFAULTS[key])
    for number in db.session.scalars(select(Rate.id).where(Rate.source == INVENTED)).all():
        exchange_rates.remove(act, number)
