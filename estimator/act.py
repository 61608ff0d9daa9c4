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
from pricing.overruns import Rule

PATIENT = "patient"
COMMAND_LINE = "command line"
CLOCK = "clock"
"""Names of actors that are not signed in; staff are "user:" and their number."""


class Clinic(Protocol):
    """The clinic's settings that verbs need, as a protocol; `estimator.clinic.Clinic`, a room above, implements it."""

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
    def reminder_days(self) -> int:
        """Days before the last day of a quote on which a mail tells of it; 0 is none."""

    @property
    def follow_up_days(self) -> int:
        """Days of silence after which the desk is to follow a request up; 0 is never."""

    @property
    def requests_kept_days(self) -> int:
        """Days after which a request without a quote is removed."""

    @property
    def quotes_kept_years(self) -> int:
        """Years after which the person of a quote is erased."""

    @property
    def overrun_rules(self) -> tuple[Rule, ...]:
        """Rules by which a final bill is far above what was expected."""

    @property
    def past_bills(self) -> str:
        """When an estimate says how often the range was true: "never", "enough" with at least 11 bills, "always"."""

    @property
    def past_bills_range(self) -> bool:
        """Whether the range of past bills stands beside the list's own."""

    @property
    def desk_mail(self) -> str:
        """When a mail tells the desk of a new request or question: "at_once", "hourly", or "none"."""


@dataclass(frozen=True)
class Act:
    """Who does something, when, with which settings, in which clinic."""

    #: "user:12", "patient", "clock": as stored in histories and in the audit trail
    actor: str
    now: datetime
    settings: Settings
    clinic: Clinic

    def by(self, actor: str) -> Act:
        """Return a copy of this act with another actor, for when it is only known on the way."""
        return replace(self, actor=actor)

    def at(self, now: datetime) -> Act:
        """Return a copy of this act at another moment, for the later steps of a long task."""
        return replace(self, now=now)
