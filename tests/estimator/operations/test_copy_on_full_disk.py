"""A copy for which there is no room ends with a sentence, and leaves nothing that takes the rest of the room."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from estimator import migrations
from estimator.operations import copies
from tests.support.commands import estimator
from tests.support.small_disk import MAY_MOUNT, fill, make_room, small_disk

pytestmark = pytest.mark.skipif(not MAY_MOUNT, reason="only root may mount a small disk")


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the address of the database of an installation that commands find."""
    monkeypatch.setenv("INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("PUBLIC_URL", "https://estimate.example")
    found = f"sqlite:///{tmp_path / 'estimator.sqlite'}"
    if request.param == "postgresql":
        found = request.getfixturevalue("new_postgresql_url")
    monkeypatch.setenv("DATABASE_URL", found)
    assert estimator("prepare")[0] == 0
    return found


@pytest.mark.long
@pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
def test_a_copy_without_room_is_refused_with_a_sentence_and_leaves_nothing(url: str, tmp_path: Path) -> None:
    disk = tmp_path / "copies"
    with small_disk(disk, "40k"):
        code, output, errors = estimator("backup", disk / "daily")
        assert code == 1
        assert "Traceback" not in errors
        assert "cannot be written" in errors or "No space left" in errors
        assert [path.name for path in (disk / "daily").iterdir()] == [".lock"]
        assert output == ""


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_copy_that_there_is_no_room_to_restore_beside_is_kept_as_not_proven(
    url: str, tmp_path: Path
) -> None:
    size = (tmp_path / "estimator.sqlite").stat().st_size
    disk = tmp_path / "copies"
    with small_disk(disk, f"{size * 3 // 2 // 1024}k"):
        code, output, errors = estimator("backup", disk / "daily")
        assert (code, errors) == (1, "")
        assert "cannot be written" in output
        assert "is NOT proven" in output
        (kept,) = [path for path in (disk / "daily").iterdir() if path.name != ".lock"]
        assert kept.name.endswith("-unchecked")


@pytest.mark.long
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_keys_for_which_there_is_no_room_are_told_with_a_sentence(url: str, tmp_path: Path) -> None:
    disk = tmp_path / "keys"
    with small_disk(disk, "4k"):
        code, _output, errors = estimator("backup", tmp_path / "daily", "--keys", disk / "kept")
        assert code == 1
        assert "cannot be written (No space left on device)" in errors
        assert "Traceback" not in errors


@pytest.mark.long
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_keys_that_are_kept_already_stay_whole_where_there_is_no_room(url: str, tmp_path: Path) -> None:
    with small_disk(tmp_path / "keys", "64k") as disk:
        assert estimator("backup", tmp_path / "daily", "--keys", disk / "kept", "--quick")[0] == 0
        (kept,) = (disk / "kept").iterdir()
        before = {path.name: path.read_bytes() for path in kept.iterdir()}
        fill(disk)
        assert estimator("backup", tmp_path / "daily", "--keys", disk / "kept", "--quick")[0] == 0
        (kept / "link_key").write_bytes(
            before["link_key"][:-9]
        )  # one of before that was not written to its end
        code, _output, errors = estimator("backup", tmp_path / "daily", "--keys", disk / "kept", "--quick")
        assert (code, "cannot be written (No space left on device)" in errors) == (1, True)
        assert {path.name: len(path.read_bytes()) for path in kept.iterdir()} == {
            name: len(content) - 9 * (name == "link_key") for name, content in before.items()
        }


@pytest.mark.long
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_what_was_not_restored_for_lack_of_room_is_restored_once_there_is_some(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert estimator("backup", tmp_path / "daily", "--keys", tmp_path / "keys", "--quick")[0] == 0
    (copy,) = [path for path in (tmp_path / "daily").iterdir() if path.name != ".lock"]
    (keys,) = (tmp_path / "keys").iterdir()
    restoring = ("restore", copy, "--keys", keys, "--quick")
    monkeypatch.delenv("DATABASE_URL")
    with small_disk(tmp_path / "elsewhere", "8m") as disk:
        monkeypatch.setenv("INSTANCE", str(disk / "instance"))
        (disk / "instance").mkdir(mode=0o700)
        fill(disk)
        (disk / "filling-0").unlink()  # names for files there are, and no room for what is in them
        (disk / "filling-1").unlink()
        code, _output, errors = estimator(*restoring)
        assert (code, "cannot be written (No space left on device)" in errors) == (1, True)
        assert list((disk / "instance").iterdir()) == []
        make_room(disk)
        code, output, errors = estimator(*restoring)
        assert (code, errors) == (0, ""), output


@pytest.mark.long
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_disk_that_fills_while_a_restored_database_is_upgraded_leaves_none(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert estimator("backup", tmp_path / "daily", "--keys", tmp_path / "keys", "--quick")[0] == 0
    (copy,) = [path for path in (tmp_path / "daily").iterdir() if path.name != ".lock"]
    (keys,) = (tmp_path / "keys").iterdir()
    older(copy)
    restoring = ("restore", copy, "--keys", keys, "--quick")
    monkeypatch.delenv("DATABASE_URL")
    size = (copy / "database.sqlite").stat().st_size
    with small_disk(tmp_path / "elsewhere", f"{size // 1024 + 60}k") as disk:
        monkeypatch.setenv("INSTANCE", str(disk / "instance"))
        for _time in range(2):
            code, _output, errors = estimator(*restoring)
            assert code == 1
            assert "cannot be written (database or disk is full)" in errors
            assert not [path.name for path in (disk / "instance").iterdir() if "sqlite" in path.name]


def older(copy: Path) -> None:
    """Take a copy back to the first revision of an app that made copies."""
    file = copy / "database.sqlite"
    migrations.downgrade(f"sqlite:///{file}", "0010")
    with closing(sqlite3.connect(file)) as plain:
        plain.execute("PRAGMA journal_mode = DELETE")
        plain.execute("VACUUM")
    said = json.loads((copy / "copy.json").read_text())
    said |= {"sha256": copies.checksum(file), "revision": "0010"}
    (copy / "copy.json").write_text(json.dumps(said))
