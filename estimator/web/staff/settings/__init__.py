"""What administrators set: business days, quotes, retention, languages, letters, logo, account, exchange rates."""

from __future__ import annotations

from estimator.web.staff.settings import account, all_rates, letters, logo, messages, overruns, rates, values
from estimator.web.staff.settings.blueprint import pages

__all__ = [
    "account",
    "all_rates",
    "letters",
    "logo",
    "messages",
    "overruns",
    "pages",
    "rates",
    "values",
]
