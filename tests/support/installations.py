"""Installations as commands made them, once for all tests of a process that begin with one, and copied for each."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

from tests.support.commands import estimator

_folder = tempfile.TemporaryDirectory(prefix="estimator-installations-")


def prepared(instance: Path, *lists: str) -> None:
    """Leave an instance folder as `estimator prepare` does, and `estimator tables import` of these lists."""
    shutil.copytree(_made(lists), instance)


def administered(instance: Path) -> None:
    """Let an administrator have chosen a password in an instance folder."""
    assert estimator("staff", "create", "ada@example.org", INSTANCE=str(instance))[0] == 0
    with closing(sqlite3.connect(instance / "estimator.sqlite")) as database:
        database.execute("UPDATE staff_user SET password = 'hashed'")
        database.commit()


@cache
def _made(lists: tuple[str, ...]) -> Path:
    folder = Path(tempfile.mkdtemp(dir=_folder.name))
    instance = folder / "instance"
    settings = {"INSTANCE": str(instance), "PUBLIC_URL": "https://estimate.example"}
    assert estimator("prepare", **settings) == (0, f"Everything is ready in {instance}.\n", "")
    for number, text in enumerate(lists):
        file = folder / f"{number}.toml"
        file.write_text(text, encoding="utf-8")
        assert estimator("tables", "import", file, **settings)[0] == 0
    return instance
