"""What a process writes is its owner's alone, and what a killed one leaves behind is removed by the next."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import ROOT, estimator

EXPORTING = """
import os, signal, sys
from pathlib import Path
from estimator import spreadsheets
from estimator.processes import own_files
own_files.close_to_others()
own_files.use_own_temporary_folder(Path(sys.argv[1]))
def rows():
    for number in range(20_000):
        yield (f"Anna Example {number}",)
    os.kill(os.getpid(), signal.SIGKILL)
with open(os.devnull, "wb") as file:
    spreadsheets.xlsx(file, "Quotes", [spreadsheets.Column("Name")], rows())
"""

LIVING = """
import sys, tempfile
from pathlib import Path
from estimator.processes import own_files
print(own_files.use_own_temporary_folder(Path(sys.argv[1])), flush=True)
with tempfile.NamedTemporaryFile() as file:
    sys.stdin.read()
    print(Path(file.name).exists())
"""


def run(script: str, *arguments: str, **options: object) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        env={**environment, "TMPDIR": str(options["tmpdir"])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def tmpdir_of_the_system(tmp_path: Path) -> Path:
    """Return the folder that stands for /tmp."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    return folder


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Return an instance folder."""
    folder = tmp_path / "own"
    folder.mkdir(mode=0o700)
    return folder


@pytest.mark.long
def test_an_export_that_is_killed_leaves_names_in_an_own_folder_that_the_next_process_empties(
    own: Path, tmpdir_of_the_system: Path
) -> None:
    with run(EXPORTING, str(own), tmpdir=tmpdir_of_the_system) as process:
        assert process.wait(60) == -signal.SIGKILL
    assert list(tmpdir_of_the_system.iterdir()) == []
    left = [path for path in own.rglob("*") if path.is_file() and b"Anna Example" in path.read_bytes()]
    assert left, "the export was killed too early to leave anything"
    assert {stat.S_IMODE(path.stat().st_mode) for path in left} == {0o600}
    with run(LIVING, str(own), tmpdir=tmpdir_of_the_system) as first:
        assert first.stdout is not None
        its = Path(first.stdout.readline().strip())
        assert [path for path in (own / "temporary").iterdir() if path.is_dir()] == [its]
        with run(LIVING, str(own), tmpdir=tmpdir_of_the_system) as second:
            assert second.stdout is not None
            assert Path(second.stdout.readline().strip()) != its
            second.communicate()
        assert first.communicate()[0] == "True\n", "a living process lost its file"


def test_databases_are_made_and_kept_for_their_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "instance"
    monkeypatch.setenv("INSTANCE", str(folder))
    monkeypatch.setenv("PUBLIC_URL", "https://estimate.example")
    before = os.umask(0o022)
    try:
        assert estimator("prepare")[0] == 0
        made = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
        assert {name: mode for name, mode in made.items() if mode & 0o077} == {}
        (folder / "estimator.sqlite").chmod(0o644)
        (folder / "queue.sqlite").touch(0o644)
        assert estimator("prepare")[0] == 0
    finally:
        os.umask(before)
    for name in ("estimator.sqlite", "queue.sqlite"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
