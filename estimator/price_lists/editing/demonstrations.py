"""The demonstration lists as data, and which of their texts say that nobody earns from a patient's choice."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from pricing.syntax import parsed

DEMONSTRATIONS = ("delhi", "japan", "mexico")

_NOBODY_EARNS = "interests"
"""The code of their notice that says so."""


@cache
def demonstration(name: str) -> Mapping[str, Any]:
    """Return a demonstration list as data, which is shared and never changed."""
    return parsed(resources.files("pricing.tables").joinpath(f"{name}.toml").read_text(encoding="utf-8"))


@cache
def nobody_earns() -> frozenset[str]:
    """Return what the demonstration lists say in each of their languages; copies of them say it too, until changed."""
    return frozenset(
        text
        for name in DEMONSTRATIONS
        for text in demonstration(name)["notice"][_NOBODY_EARNS]["text"].values()
    )
