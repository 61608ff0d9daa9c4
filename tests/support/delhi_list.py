"""The list that every test begins from, and the moment that it is.

The list is the tests' own, so that nothing here moves when the demonstration changes its prices.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

NOW = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
DELHI = Path(__file__).with_name("delhi.toml").read_text(encoding="utf-8")
