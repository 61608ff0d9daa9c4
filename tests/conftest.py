"""Real databases and a real browser for every test that asks for one; nothing is skipped where they lack."""

from __future__ import annotations

import os
import shutil
import smtplib
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from made_once import Templates, keeping
from redis_server import RedisServer
from werkzeug.routing import Rule

from estimator import config, migrations
from estimator.config import Settings

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session", autouse=True)
def _apps_start_sooner() -> Iterator[None]:
    """Keep for all apps what each would compile anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Flask.jinja_options, "bytecode_cache", Templates())
        patch.setattr(Rule, "_compile_builder", keeping(Rule._compile_builder))
        yield


def postgresql_programs() -> Path:
    """Return the folder of initdb and pg_ctl; the newest version where there are several."""
    folders = [
        *Path("/usr/lib/postgresql").glob("*/bin"),
        *Path("/opt/homebrew/opt").glob("postgresql@*/bin"),
        *Path("/usr/local/opt").glob("postgresql@*/bin"),
    ]
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    found = [folder for folder in folders if (folder / "initdb").exists() and (folder / "pg_ctl").exists()]
    if not found:
        pytest.fail("PostgreSQL is missing. `make test` installs it; by hand: apt-get install postgresql")
    return max(found, key=lambda folder: [int(part) for part in folder.parts if part.isdecimal()])


def as_nobody(command: list[str]) -> list[str]:
    """Run a command as a user without rights: PostgreSQL refuses to be started by root."""
    if os.getuid() != 0:
        return command
    user = "postgres" if shutil.which("runuser") and _exists("postgres") else "nobody"
    return ["runuser", "--user", user, "--", *command]


def _exists(user: str) -> bool:
    return subprocess.run(["id", user], capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Start a server in a temporary folder, listening on loopback alone, and end it with the tests."""
    programs = postgresql_programs()
    folder = Path(
        tempfile.mkdtemp(prefix="estimator-postgresql-", dir="/tmp")
    )  # a socket's path must be short
    if os.getuid() == 0:
        shutil.chown(folder, as_nobody([])[2])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"
    subprocess.run(
        as_nobody(
            [
                str(programs / "initdb"),
                "-D",
                str(data),
                "-U",
                "tester",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-locale",
                "-N",
            ]
        ),
        check=True,
        capture_output=True,
        cwd=folder,
    )
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=50"
    control = [str(programs / "pg_ctl"), "-D", str(data), "-w"]
    subprocess.run(
        as_nobody([*control, "-l", str(folder / "log"), "-o", options, "start"]),
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
    )
    try:
        yield f"postgresql+psycopg://tester@127.0.0.1:{port}"
    finally:
        subprocess.run(
            as_nobody([*control, "-m", "immediate", "stop"]), check=False, capture_output=True, cwd=folder
        )
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """Return the address of a new, empty database."""
    name = f"test_{uuid4().hex}"
    _on_server(postgresql_server, f'CREATE DATABASE "{name}"')
    yield f"{postgresql_server}/{name}"
    # A thousand of them together take gigabytes, and half a minute to remove.
    _on_server(postgresql_server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty database of each kind."""
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgresql_url")
        return url
    return f"sqlite:///{tmp_path / 'estimator.sqlite'}"


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an SQLite file that has all tables and no rows, to be copied."""
    path = tmp_path_factory.mktemp("database") / "empty.sqlite"
    migrations.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_tables(postgresql_server: str) -> str:
    """Return the statements by which PostgreSQL makes all tables with no rows in them, to be run at once."""
    name = f"empty_{uuid4().hex}"
    _on_server(postgresql_server, f'CREATE DATABASE "{name}"')
    migrations.upgrade(f"{postgresql_server}/{name}")
    written = _dump(f"{postgresql_server}/{name}")
    # Lines that begin with a backslash are for its own shell.
    return "\n".join(line for line in written.splitlines() if not line.startswith("\\"))


@pytest.fixture
def set_up(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Return a function that gives an empty database all tables; copying them is faster than making them."""

    def set_up(url: str) -> None:
        _, sqlite, path = url.partition("sqlite:///")
        if sqlite:
            shutil.copy(request.getfixturevalue("empty_sqlite"), path)
            return
        _run(url, request.getfixturevalue("postgresql_tables"))

    return set_up


def _on_server(server: str, statement: str) -> None:
    _run(f"{server}/postgres", statement)


def _run(url: str, statements: str) -> None:
    import psycopg

    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(statements)


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Settings]:
    """Return a function that loads settings with secrets in place, without this machine's environment."""

    def load(**given: str) -> Settings:
        known = {
            "INSTANCE": str(tmp_path),
            "SECRET_KEY": "s" * 32,
            "LINK_KEY": "l" * 32,
            "LOOKUP_KEY": "u" * 32,
            "DATA_KEYS": f"testkey1 {'d' * 64}",
            "DEMO": "1",
        }
        return config.load({}, **{**known, **given})

    return load


@pytest.fixture
def settings(load: Callable[..., Settings], database_url: str) -> Settings:
    """Return the settings of an app on `database_url`."""
    return load(DATABASE_URL=database_url)


@pytest.fixture
def dump_postgresql() -> Callable[[str], str]:
    """Return a function that returns everything in a database as its own tool writes it out."""
    return _dump


def _dump(url: str) -> str:
    program = postgresql_programs() / "pg_dump"
    return subprocess.run(
        [program, "--inserts", url.replace("+psycopg", "")], capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """Start a Redis in a temporary folder, listening on loopback alone, and end it with the tests."""
    folder = Path(tempfile.mkdtemp(prefix="estimator-redis-", dir="/tmp"))
    server = RedisServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """Return the address of a Redis that holds nothing."""
    import redis

    with redis.Redis.from_url(redis_server.url) as connection:
        connection.flushall()
    return redis_server.url


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the system's own Chromium or Chrome, quietly and without its own traffic."""
    found = subprocess.run(
        ["sh", str(ROOT / "setup" / "browser.sh")], capture_output=True, text=True, check=False
    ).stdout.strip()
    if not found:
        pytest.fail("Chromium is missing. `make test` installs it; by hand: apt-get install chromium")
    arguments = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-quic",
        "--disable-sync",
        "--no-first-run",
    ]
    if os.getuid() == 0:
        arguments.append("--no-sandbox")
    return {**browser_type_launch_args, "executable_path": found, "args": arguments}


@pytest.fixture(autouse=True)
def _no_mail_leaves_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection to a mail server that is not on this machine, whatever a test's settings say."""
    connect = smtplib.SMTP._get_socket  # type: ignore[attr-defined]

    def only_here(self: smtplib.SMTP, host: str, port: int, timeout: float) -> Any:
        if host not in ("127.0.0.1", "::1"):
            pytest.fail(f"a test wanted to send mail through {host}")
        return connect(self, host, port, timeout)

    monkeypatch.setattr(smtplib.SMTP, "_get_socket", only_here)
