"""Settings of the clinic without which the demonstration had less to show: they are switched on, and off again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from estimator import clinic
from estimator.act import Act
from pricing.overruns import Rule

WANTED: Mapping[str, Any] = {
    # As in Germany (GOZ, section 9): without any rule there would be no overruns.
    "overrun_rules": (Rule("Demonstration: more than 15 % above", percent=Decimal(15)),),
    "past_bills": "always",
    "past_bills_range": True,
}


def switch_on(act: Act, *, real: bool) -> Mapping[str, Any]:
    """Set what is at its default, and return it; in a `real` installation nothing is set, only returned."""
    now = clinic.current()
    found = {key: value for key, value in WANTED.items() if getattr(now, key) == clinic.DEFAULTS[key]}
    if not real:
        for key, value in found.items():
            clinic.change(act, key, value)
    return found


def switch_off(act: Act, keys: Collection[str]) -> None:
    """Set what was switched on back to its default, unless somebody has set it to something else meanwhile."""
    now = clinic.current()
    for key in keys:
        if getattr(now, key) == WANTED[key]:
            clinic.change(act, key, clinic.DEFAULTS[key])
