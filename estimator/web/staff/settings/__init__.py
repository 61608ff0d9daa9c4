"""What administrators set: business days, quotes, retention, language, letters, logo, and rates of exchange."""

from __future__ import annotations

from estimator.web.staff.settings import letters, logo, rates, values
from estimator.web.staff.settings.blueprint import pages

__all__ = [
    "letters",
    "logo",
    "pages",
    "rates",
    "values",
]
