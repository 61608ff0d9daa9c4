"""What commands are forked with in tests is what each of them imports by itself.

`tests/support/command_server.py` has imported it before, so that no test waits for it; these look at commands forked
from a process that has imported nothing of ours.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import commands, profile
from tests.support.commands import estimator
from tests.support.folders import ROOT

BEFORE = """
from importlib import import_module
from tests.support import command_server
for name in command_server.OPENING:
    import_module(name)
print(*command_server.imported())
"""

COPIES = "copies"
ONE_OF_EACH = [
    ["prepare"],
    ["staff", "list"],
    ["tables", "list"],
    ["verify", "--all"],
    ["doctor"],
    ["keys", "list"],
    ["audit", "verify"],
    ["purge", "--dry-run"],
    ["mail", "hold"],
    ["affected", "--since", "2026-11-01"],
    ["backup", COPIES],
    ["demo", "empty"],
]


@pytest.mark.long
@pytest.mark.soak
def test_a_command_that_opens_an_installation_imports_by_itself_what_it_is_forked_with(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BEFORE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    forked_with = set(done.stdout.split())
    assert "estimator.models" in forked_with
    assert "pricing" in forked_with
    said = tmp_path / "modules.json"
    tell = f"import atexit, json, sys\natexit.register(lambda: json.dump(list(sys.modules), open({str(said)!r}, 'w')))"
    installation = {"INSTANCE": str(tmp_path / "instance"), "PUBLIC_URL": "https://estimate.example"}
    for command in ONE_OF_EACH[: profile.count(3, len(ONE_OF_EACH))]:
        words = [str(tmp_path / word) if word == COPIES else word for word in command]
        estimator(*words, before=tell, **installation)  # `before` lets nothing of ours be there before
        assert not forked_with - {*json.loads(said.read_text())}, command
        said.unlink()


def test_of_every_command_that_opens_an_installation_one_is_looked_at() -> None:
    run_on = {"serve", "worker", "restore"}  # the first two do not end; the third wants a copy
    assert {command for command, *_more in ONE_OF_EACH} == commands.OPENING - run_on
