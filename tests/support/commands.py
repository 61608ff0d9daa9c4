"""The command `estimator` as people run it: in a process of its own, which has imported nothing before."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from estimator.config import Settings

ROOT = Path(__file__).parent.parent.parent


def environment(settings: Settings) -> dict[str, str]:
    """Return the environment in which a command finds the installation of a test's app."""
    found = {
        "INSTANCE": str(settings.instance),
        "DATABASE_URL": settings.database_url,
        "PUBLIC_URL": settings.public_url,
        "DEMO": "1" if settings.demo else "0",
    }
    keys = (f"{key_id} {key.hex()}" for key_id, key in settings.data_keys.keys().items())
    return {
        **found,
        "SECRET_KEY": settings.secret_key,
        "LINK_KEY": settings.link_key,
        "LOOKUP_KEY": settings.lookup_key,
        "DATA_KEYS": "\n".join(keys),
    }


def estimator_bytes(
    *arguments: object, given: bytes = b"", before: str = "", **environment: str
) -> tuple[int, bytes, bytes]:
    """Run the command and return exit code, standard output and standard error.

    `before` is what Python runs in that process before the command, for what cannot be brought about from outside.
    """
    start = ["-m", "estimator"]
    if before:
        start = ["-c", f"{before}\nfrom estimator.cli import main\nmain()"]
    done = subprocess.run(
        [sys.executable, *start, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        input=given,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done.returncode, done.stdout, done.stderr


def estimator(
    *arguments: object, given: str = "", before: str = "", **environment: str
) -> tuple[int, str, str]:
    """Run the command, all of it in text."""
    code, output, errors = estimator_bytes(*arguments, given=given.encode(), before=before, **environment)
    return code, output.decode(), errors.decode()
