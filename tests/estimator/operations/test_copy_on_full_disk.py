"""A copy for which there is no room ends with a sentence, and leaves nothing that takes the rest of the room."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.commands import estimator
from tests.support.small_disk import MAY_MOUNT, small_disk

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
