"""How widely tests look: a sample each time, everything in `make soak`.

HYPOTHESIS_PROFILE says which: `dev` (unless told otherwise) takes the same few examples each time, so that a run is
as good as the one before; `soak` takes many, and others each time.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import settings

NAME = os.environ.get("HYPOTHESIS_PROFILE", "dev")

settings.register_profile("dev", max_examples=12, deadline=None, derandomize=True, database=None)
settings.register_profile("soak", max_examples=1_000, deadline=None, print_blob=True)
settings.load_profile(NAME)


def sampled(sample: Sequence[object], every: Sequence[object]) -> list[Any]:
    """Return the values of a test's parameter: those that are the most different, and in `make soak` every one."""
    return [pytest.param(one, marks=pytest.mark.soak) for one in every] if NAME == "soak" else [*sample]


def count(sample: int, soak: int) -> int:
    """Return how often a test does what can be done any number of times."""
    return soak if NAME == "soak" else sample


def looks(walk: int, state: str, walks: int = 2) -> bool:
    """Whether a walk looks at a state: of several through the same pages one does, and in `make soak` each of them."""
    return NAME == "soak" or zlib.crc32(state.encode()) % walks == walk
