"""Outages of what the app needs, a database or a queue: told once at the beginning and once at the end.

What does not answer at all costs everybody who asks it the time until it is given up. So it is asked by nobody while
that lasts, but for one thread, which notices the end.
"""

from __future__ import annotations

import logging
import mmap
import struct
import threading
import time
from collections.abc import Callable

PROBE_SECONDS = 1
"""Interval at which the end of an outage is looked for."""

REFUSED_EACH = 60
"""Minimum interval between two lines about one that is there and refuses, in seconds."""

STALE_SECONDS = 15
"""Seconds without a sign of the thread that looks for the end, after which another process takes over."""

_STATE = struct.Struct("ddd")

logger = logging.getLogger(__name__)


class Outage:
    """Whether something is away, known to all processes that were forked after this was made.

    `probe` returns when it is there again, and raises any exception while it is not.
    """

    def __init__(self, what: str, probe: Callable[[], object]) -> None:
        self.what = what
        self._probe = probe
        self._shared = mmap.mmap(-1, _STATE.size)
        self._one_at_a_time = threading.Lock()
        self._refused_at: float | None = None

    @property
    def known(self) -> bool:
        """Whether an outage has begun and its end was not noticed yet."""
        return self._state()[0] > 0

    @property
    def lasting(self) -> bool:
        """Whether it does not answer, so that asking it would only take time."""
        began, seen, silent = self._state()
        return began > 0 and silent > 0 and time.monotonic() - seen < STALE_SECONDS

    def began(self, reason: str, *, silent: bool) -> None:
        """Tell of an outage, unless it is known; `silent` if nothing answers, and not if it refuses at once."""
        with self._one_at_a_time:
            began, seen, was_silent = self._state()
            now = time.monotonic()
            watched = began > 0 and now - seen < STALE_SECONDS
            self._set(began or now, seen if watched else now, float(silent or was_silent > 0))
        if not began:
            logger.error("%s cannot be reached (%s)", self.what, " ".join(reason.split()))
        if not watched:
            threading.Thread(target=self._watch, name=f"outage of {self.what}", daemon=True).start()

    def refused(self, reason: str) -> None:
        """Tell that it is there and lets nobody more in, which is no outage; once a minute in each process."""
        with self._one_at_a_time:
            now = time.monotonic()
            is_told = self._refused_at is not None and now - self._refused_at < REFUSED_EACH
            if not is_told:
                self._refused_at = now
        if not is_told:
            logger.error("%s has no connection left (%s)", self.what, " ".join(reason.split()))

    def ended(self) -> None:
        """Tell that it is there again, unless that is known."""
        with self._one_at_a_time:
            began = self._state()[0]
            self._set(0, 0, 0)
        if began:
            seconds = time.monotonic() - began
            logger.warning("%s is there again, after %.0f seconds", self.what, seconds)

    def forget(self) -> None:
        """Look for its end no longer, without a word: what was away is not used any more."""
        self._set(0, 0, 0)

    def _watch(self) -> None:
        while True:
            time.sleep(PROBE_SECONDS)
            with self._one_at_a_time:
                began, _seen, silent = self._state()
                if not began:
                    return
                self._set(began, time.monotonic(), silent)
            try:
                self._probe()
            except Exception as error:  # whatever its driver raises
                logger.debug("%s is still away (%s)", self.what, type(error).__name__)
            else:
                self.ended()
                return

    def _state(self) -> tuple[float, float, float]:
        return _STATE.unpack(self._shared[:])

    def _set(self, began: float, seen: float, silent: float) -> None:
        self._shared[:] = _STATE.pack(began, seen, silent)
