"""The room that is left where an installation writes: its instance folder, and its database if that is a file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import make_url

from estimator.config import Settings

LEAST_FREE = 200 * 1024 * 1024
"""Free bytes below which an installation is about to stop working, which the doctor tells."""

NO_ROOM = 10 * 1024 * 1024
"""Free bytes below which it cannot be relied on any more."""


def has_room(settings: Settings) -> bool:
    """Whether there is room on every disk that is written to."""
    return all(shutil.disk_usage(folder).free >= NO_ROOM for folder in _folders(settings))


def _folders(settings: Settings) -> Iterator[Path]:
    yield settings.instance
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        yield Path(url.database).parent
