"""Where the project lies, and where the files of servers go that tests start."""

from __future__ import annotations

import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]

LONGEST = 40
"""Maximum length of a folder's path in which the address of a socket still fits."""


def for_servers() -> Path:
    """Return the folder for those of servers: that of all tests, or a shorter one where its path is long."""
    usual = tempfile.gettempdir()
    return Path(usual if len(usual) <= LONGEST else "/tmp")
