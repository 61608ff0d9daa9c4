"""A PostgreSQL server of its own in a temporary folder, as it comes, for as long as something is measured."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def server() -> Iterator[str]:
    """Start a server on loopback and give the address of an empty database; raises LookupError without one."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="estimator-bench-", dir="/tmp"))  # a socket's path must be short
    user = _user()
    if user:
        shutil.chown(folder, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), *arguments]
        subprocess.run(
            ["runuser", "--user", user, "--", *command] if user else command,
            check=True,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    data = str(folder / "data")
    run("initdb", "-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c max_wal_size=4GB"
    run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        run("createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "bench", "bench")
        yield f"postgresql+psycopg://bench@127.0.0.1:{port}/bench"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    found = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/opt/homebrew/opt").glob("postgresql@*/bin")]
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    there = [folder for folder in found if (folder / "initdb").exists()]
    if not there:
        raise LookupError("PostgreSQL is not installed")
    return max(there, key=lambda folder: [int(part) for part in folder.parts if part.isdecimal()])


def _user() -> str | None:
    """PostgreSQL refuses to be started by root."""
    if os.getuid() != 0:
        return None
    known = subprocess.run(["id", "postgres"], capture_output=True, check=False).returncode == 0
    return "postgres" if known else "nobody"
