"""For how long any browser test waits for what must come."""

from __future__ import annotations

from playwright.sync_api import expect

PATIENCE = 30_000
"""Milliseconds to wait for what must come; a busy machine is slow, which is no fault of a page."""

expect.set_options(timeout=PATIENCE)
