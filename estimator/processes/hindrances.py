"""What keeps the database from taking changes, as a full disk does: told once when it begins and once when it is over.

A database that cannot be reached is told as an outage, in the same way.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass

from flask import Flask

from estimator.config import Settings
from estimator.db import Hindrance, Unavailable
from estimator.operations import disks

QUIET_SECONDS = 30
"""Seconds without a hindrance after which it is over; the tasks that meet it are tried again sooner."""

logger = logging.getLogger(__name__)


@dataclass
class _Lasting:
    began: float
    met: float


class Hindrances:
    """What hinders the tasks of one worker."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lasting: dict[Hindrance, _Lasting] = {}
        self._one_at_a_time = threading.Lock()

    def meet(self, task: str, known: Unavailable) -> None:
        """Tell that a task met a hindrance, unless it is known."""
        now = time.monotonic()
        with self._one_at_a_time:
            is_known = known.kind in self._lasting
            self._lasting.setdefault(known.kind, _Lasting(now, now)).met = now
        if not is_known:
            logger.warning("%s: %s", task, known.sentence)

    def written(self) -> None:
        """Note that the database took a change; tell of hindrances that are over.

        What is short still finds a place in a file that has no room for a document, so that nothing is over while a
        disk is full.
        """
        now = time.monotonic()
        with self._one_at_a_time:
            quiet = [kind for kind, lasting in self._lasting.items() if now - lasting.met >= QUIET_SECONDS]
            if "full" in quiet and not disks.has_room(self._settings):
                quiet.remove("full")
            over = [self._lasting.pop(kind) for kind in quiet]
        for each in over:
            logger.warning("the database takes changes again, after %.0f seconds", now - each.began)


def of(app: Flask) -> Hindrances:
    """Return what hinders the worker of an app."""
    found: Hindrances = app.extensions.setdefault("hindrances", Hindrances(app.config["SETTINGS"]))
    return found
