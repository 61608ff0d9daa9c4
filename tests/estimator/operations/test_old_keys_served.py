"""Keys that are replaced while a server runs: the command and the doctor say that it has to be restarted."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import pytest

from tests.estimator.operations.test_full_disk import Pages, served
from tests.support.commands import estimator

RESTART = "has keys from before they were replaced"


def ask(pages: Pages, folder: Path, url: str, *command: str) -> str:
    """Run a command beside a server that runs, and return what it says."""
    given = {"PUBLIC_URL": f"http://127.0.0.1:{pages.port}", "PORT": str(pages.port)}
    _code, output, errors = estimator(*command, INSTANCE=str(folder), DATABASE_URL=url, **given)
    assert errors == ""
    return output


@pytest.mark.long
def test_a_server_that_runs_with_old_keys_is_told_until_it_is_restarted(tmp_path: Path) -> None:
    folder, url = tmp_path / "instance", f"sqlite:///{tmp_path / 'estimator.sqlite'}"
    with served(folder, url) as pages:
        assert RESTART not in ask(pages, folder, url, "doctor")
        for name in ("secret_key", "link_key", "lookup_key"):
            draft = folder / f"{name}.new"
            draft.write_text(secrets.token_hex(32))
            os.replace(draft, folder / name)
            assert "restart the web servers and workers" in ask(pages, folder, url, "keys", "accept", name)
        assert RESTART in ask(pages, folder, url, "doctor")
    with served(folder, url, made=True) as pages:
        assert RESTART not in ask(pages, folder, url, "doctor")
