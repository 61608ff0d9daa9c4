"""What was stored is read as it was written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pricing import stored


@pytest.mark.parametrize("read", [stored.read_breakdown, stored.read_quote, stored.read_answers])
def test_what_was_stored_is_read_without_a_change(read: Any) -> None:
    written = {"sessions": "2", "airport": True, "amount": "1200.50"}
    assert read(json.dumps(written)) == written
