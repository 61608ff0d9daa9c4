"""One back-off for the mail server: after a failed connection all mail waits, and then one mail tries it again."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

FIRST = timedelta(seconds=30)
LONGEST = timedelta(minutes=5)
"""How long the server is left alone after a failure, doubled with each that follows; a code is good for ten minutes."""


class BackOff:
    """Whether a mail server may be asked, known to all threads of a worker."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self._failed: datetime | None = None
        self._until: datetime | None = None
        self.words = ""
        """What the server said, or did not say, the last time."""

    def wait(self, now: datetime) -> timedelta | None:
        """Return how long a mail is to wait before it tries the server; None if it is to try it now.

        Only one tries a server that failed before: for the others the time begins anew.
        """
        with self._lock:
            if self._until is None:
                return None
            pause = min(FIRST * 2 ** (self._failures - 1), LONGEST)
            if not self._until - pause <= now < self._until:  # it is over, or the clock was set
                self._until = now + pause
                return None
            return self._until - now

    def failed(self, words: str, *, began: datetime, now: datetime) -> None:
        """Leave the server alone for a while; attempts that were made side by side count as one."""
        with self._lock:
            if self._failed is not None and began <= self._failed <= now:
                return
            self._failed = now
            self._failures = min(self._failures + 1, 10)
            self._until = now + min(FIRST * 2 ** (self._failures - 1), LONGEST)
            self.words = words

    def worked(self) -> None:
        """Note that the server answered, whatever it said to a mail."""
        with self._lock:
            self._failures, self._failed, self._until, self.words = 0, None, None, ""
