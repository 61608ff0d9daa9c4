"""Who does something, when, with which settings, in which clinic: one value, made at the top and handed down.

A view, a command, the worker and the demonstration each make theirs in one place. Nothing below asks for the time,
for the settings of the app or for what the clinic has set: it is all here, and stays the same throughout.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from estimator.config import Settings

PATIENT = "patient"
COMMAND_LINE = "command line"
CLOCK = "clock"
"""Who acts without being signed in; whoever is signed in is "user:" and a number."""


class Clinic(Protocol):
    """What verbs ask of the clinic's own settings; `estimator.clinic.Clinic` is the real one, a room above."""

    @property
    def weekend(self) -> tuple[int, ...]:
        """Days of the week without business, Monday 0."""

    @property
    def holidays(self) -> tuple[date, ...]:
        """Other days without business."""

    @property
    def reply_days(self) -> int:
        """Business days within which a request is answered."""

    @property
    def reflection_days(self) -> int:
        """Days in which an acceptance can be taken back."""

    @property
    def adjustment_limit(self) -> Decimal:
        """Percentage of the price above which adjustments need a second person's approval."""

    @property
    def requests_kept_days(self) -> int:
        """Days after which a request without a quote is removed."""

    @property
    def quotes_kept_years(self) -> int:
        """Years after which a quote, with whoever it was for, is removed."""


@dataclass(frozen=True)
class Act:
    """Who does something, when, with which settings, in which clinic."""

    #: as it is kept in histories and in the audit trail
    actor: str
    now: datetime
    settings: Settings
    clinic: Clinic

    def by(self, actor: str) -> Act:
        """Return the same act as somebody else's, where the one who does it is only known on the way."""
        return replace(self, actor=actor)

    def at(self, now: datetime) -> Act:
        """Return the same act at another moment, where one task takes several steps."""
        return replace(self, now=now)
