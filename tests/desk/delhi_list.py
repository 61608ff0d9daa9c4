"""The list that every test begins from, and the moment that it is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

NOW = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
DELHI = (Path(__file__).parents[2] / "pricing" / "tables" / "delhi.toml").read_text(encoding="utf-8")
