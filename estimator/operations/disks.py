"""The room that is left where an installation writes: its instance folder, and its database if that is a file."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import make_url

from estimator.config import Settings

LEAST_FREE = 200 * 1024 * 1024
"""Free bytes below which an installation is about to stop working, which the doctor tells."""

NO_ROOM = 10 * 1024 * 1024
"""Free bytes below which it cannot be relied on any more."""

LOOKED_AT_EVERY = 5
"""Seconds between two looks of a watch."""


logger = logging.getLogger(__name__)


def has_room(settings: Settings) -> bool:
    """Whether there is room on every disk that is written to."""
    return not any(is_full(folder) for folder in _folders(settings))


class Watch:
    """What tells the log once that there is no room, and once that there is again."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._full: Path | None = None

    def look(self) -> None:
        """Look whether there is room; say so if that has changed."""
        full = next((folder for folder in _folders(self._settings) if is_full(folder)), None)
        if full is not None and self._full is None:
            logger.error(
                "no room in INSTANCE: %s MB and %s names of files are left on the disk of %s; pages go on as long as "
                "the database has room, but make some",
                *_left(full),
                full,
            )
        elif full is None and self._full is not None:
            logger.warning("there is room again on the disk of %s", self._full)
        self._full = full


def is_full(folder: Path) -> bool:
    """Whether a disk has room for hardly a byte, or for no other file."""
    try:
        found = os.statvfs(folder)
    except OSError:
        return True
    names_are_counted = found.f_files > 0
    return found.f_bavail * found.f_frsize < NO_ROOM or (names_are_counted and found.f_favail < 1)


def _left(folder: Path) -> tuple[int | str, int | str]:
    try:
        found = os.statvfs(folder)
    except OSError:
        return "unknown", "unknown"
    return found.f_bavail * found.f_frsize // 1_000_000, found.f_favail if found.f_files else "any"


def _folders(settings: Settings) -> Iterator[Path]:
    yield settings.instance
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        yield Path(url.database).parent
