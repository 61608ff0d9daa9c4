"""A full disk under the file of the database is told as what it is: nobody restores a copy because of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.estimator.operations.test_served import free_port
from tests.support.commands import estimator
from tests.support.small_disk import MAY_MOUNT, fill, make_room, small_disk

pytestmark = pytest.mark.skipif(not MAY_MOUNT, reason="only root may mount a small disk")

COMMANDS = {
    "serve": ["serve", "--no-worker"],
    "prepare": ["prepare"],
    "purge": ["purge"],
    "keys": ["keys", "list"],
    "doctor": ["doctor"],
}


def leave_names(disk: Path) -> None:
    """Give back the names of files that `fill` took: only the bytes are gone then."""
    for path in disk.glob("filling-*"):
        path.unlink()


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Return the environment of an installation whose disk is full, and whose database is stopped and whole."""
    place = tmp_path_factory.mktemp("full")
    disk = place / "disk"
    given = {
        "INSTANCE": str(place / "instance"),
        "DATABASE_URL": f"sqlite:///{disk / 'estimator.sqlite'}",
        "PUBLIC_URL": "https://estimate.example",
        "PORT": str(free_port()),
    }
    with small_disk(disk, "14m"):
        assert estimator("prepare", **given)[0] == 0
        with sqlite3.connect(disk / "estimator.sqlite") as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        assert [path.name for path in disk.iterdir()] == ["estimator.sqlite"]
        fill(disk)
        leave_names(disk)
        yield given
        make_room(disk)
        assert estimator("purge", **given)[0] == 0, "with room it goes on as if nothing had been"


def path_of(given: dict[str, str]) -> Path:
    return Path(given["DATABASE_URL"].removeprefix("sqlite:///"))


def must_say_full(given: dict[str, str], command: str) -> None:
    code, output, errors = estimator(*COMMANDS[command], **given)
    said = output + errors
    assert code == 1
    assert f"The disk under the database {path_of(given)} is full" in said
    assert "Make room" in said
    assert "damaged" not in said
    assert "Traceback" not in said


@pytest.mark.long
@pytest.mark.every_variant
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_that_the_disk_is_full(full: dict[str, str], command: str) -> None:
    must_say_full(full, command)


def test_a_disk_with_room_for_no_other_name_is_full_as_well(full: dict[str, str]) -> None:
    disk = path_of(full).parent
    try:
        fill(disk)
        must_say_full(full, "purge")
    finally:
        leave_names(disk)
