"""What is said of a figure that can be read in two ways, wherever staff type one."""

from __future__ import annotations

from estimator.i18n import gettext as _


def two_readings(typed: str, both: tuple[str, str]) -> str:
    """Ask which of two numbers was meant, each written so that it has one reading."""
    return _(
        "“%(typed)s” can be read in two ways. Write %(first)s or %(second)s.",
        typed=typed,
        first=both[0],
        second=both[1],
    )
