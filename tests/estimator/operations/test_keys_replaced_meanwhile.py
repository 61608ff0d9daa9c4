"""Keys that are replaced while a copy is made: the copy is proven all the same, and says which keys open it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support import profile
from tests.support.commands import ROOT, estimator

MEANWHILE = """
import subprocess, sys
from estimator.operations import copies
made, loaded = copies.dump, copies.load
def rotate():
    subprocess.run([sys.executable, "-m", "estimator", "keys", "rotate"], check=True, stdout=subprocess.DEVNULL)
def dump(*given):
    if {when!r} == "before it is made":
        rotate()
    found = made(*given)
    if {when!r} == "after it was made":
        rotate()
    return found
def load(*given, **more):
    loaded(*given, **more)
    if {when!r} == "while it is checked":
        rotate()
copies.dump, copies.load = dump, load
"""
"""Replaces the keys by a command of its own at one moment of a backup."""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the address of the database of an installation that commands find."""
    found = f"sqlite:///{tmp_path / 'estimator.sqlite'}"
    if request.param == "postgresql":
        found = request.getfixturevalue("new_postgresql_url")
    for name, value in {
        "INSTANCE": str(tmp_path / "instance"),
        "PUBLIC_URL": "https://estimate.example",
        "DATABASE_URL": found,
        "PYTHONPATH": str(ROOT),
    }.items():
        monkeypatch.setenv(name, value)
    assert estimator("prepare")[0] == 0
    return found


@pytest.mark.long
@pytest.mark.parametrize(
    "when",
    profile.sampled(["after it was made"], ["before it is made", "after it was made", "while it is checked"]),
)
def test_a_copy_is_proven_and_its_keys_are_those_that_it_names(url: str, tmp_path: Path, when: str) -> None:
    keys = tmp_path / "keys"
    code, output, errors = estimator(
        "backup", tmp_path / "daily", "--keys", keys, before=MEANWHILE.format(when=when)
    )
    assert (code, errors) == (0, ""), output
    assert "and was restored and checked" in output
    (copy,) = [path for path in (tmp_path / "daily").iterdir() if path.name != ".lock"]
    (kept,) = keys.iterdir()
    said = json.loads((copy / "copy.json").read_text())
    assert said["keys_folder"] == kept.name
    ids = {row["key_id"] for row in said["keys"] if row["name"] == "data_keys"}
    assert {line.split()[0] for line in (kept / "data_keys").read_text().splitlines()} == ids
    if url.startswith("sqlite:"):  # and so it can be restored with them elsewhere
        elsewhere = {
            "INSTANCE": str(tmp_path / "other"),
            "DATABASE_URL": f"sqlite:///{tmp_path / 'other.sqlite'}",
        }
        assert estimator("restore", copy, "--keys", kept, **elsewhere)[0] == 0
