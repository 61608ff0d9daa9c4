"""What administrators set: business days, quotes, retention, language, letters, logo, and rates of exchange."""

from __future__ import annotations

from estimator.web.staff.settings import all_rates, letters, logo, messages, rates, values
from estimator.web.staff.settings.blueprint import pages

__all__ = [
    "all_rates",
    "letters",
    "logo",
    "messages",
    "pages",
    "rates",
    "values",
]
