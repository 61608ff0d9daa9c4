"""A database that cannot be reached is told to whoever runs the installation, with the reason and what to do."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.support.commands import estimator
from tests.support.postgresql import WITH_PASSWORD

SECRET = "not-the-password"

COMMANDS = {
    "doctor": ["doctor"],
    "prepare": ["prepare"],
    "backup": ["backup"],
    "serve": ["serve", "--no-worker"],
}


@pytest.fixture
def server(new_postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the address of an installation's database; commands find the installation, but not yet the database."""
    monkeypatch.setenv("INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("PUBLIC_URL", "https://estimate.example")
    assert estimator("prepare", DATABASE_URL=new_postgresql_url)[0] == 0
    with psycopg.connect(new_postgresql_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"DROP ROLE IF EXISTS {WITH_PASSWORD}")
        connection.execute(f"CREATE ROLE {WITH_PASSWORD} LOGIN PASSWORD 'right'")
    return new_postgresql_url


@pytest.fixture
def silent() -> Iterator[int]:
    """Return a port where somebody listens who never says anything."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def told(command: str, url: str, folder: Path) -> str:
    """Return what a command says of a database that it cannot reach, and nothing but that."""
    more = [folder / "copies"] if command == "backup" else []
    code, output, errors = estimator(*COMMANDS[command], *more, DATABASE_URL=url, PORT="8765")
    assert code == 1
    said = output if command == "doctor" else errors
    (found,) = [line for line in said.splitlines() if " cannot be reached: " in line]
    assert SECRET not in output + errors
    assert "Our database" not in output + errors
    return found


def with_parts(url: str, **parts: str) -> str:
    """Return an address with other parts."""
    host, _, name = url.removeprefix("postgresql+psycopg://tester@").partition("/")
    address, _, port = host.partition(":")
    found = {"user": "tester", "host": address, "port": port, "name": name, "more": "", **parts}
    return "postgresql://{user}@{host}:{port}/{name}{more}".format(**found)


@pytest.mark.long
@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_password_is_told_without_it(command: str, server: str, tmp_path: Path) -> None:
    found = told(command, with_parts(server, user=f"{WITH_PASSWORD}:{SECRET}"), tmp_path)
    assert "on 127.0.0.1, port " in found
    assert f'password authentication failed for user "{WITH_PASSWORD}"' in found
    assert "percent-encoded" in found


@pytest.mark.long
@pytest.mark.parametrize("command", COMMANDS)
def test_a_database_that_is_not_there_is_told(command: str, server: str, tmp_path: Path) -> None:
    found = told(command, with_parts(server, user=f"tester:{SECRET}", name="nowhere"), tmp_path)
    assert "he database nowhere on 127.0.0.1, port " in found
    assert 'database "nowhere" does not exist. Create it on the server' in found


@pytest.mark.long
def test_a_role_that_is_not_there_is_told(server: str, tmp_path: Path) -> None:
    found = told("doctor", with_parts(server, user=f"nobody_of_ours:{SECRET}"), tmp_path)
    assert 'role "nobody_of_ours" does not exist' in found
    assert "createuser" in found


@pytest.mark.long
@pytest.mark.parametrize("command", COMMANDS)
def test_a_port_where_nobody_listens_is_told(command: str, server: str, tmp_path: Path) -> None:
    found = told(command, with_parts(server, user=f"tester:{SECRET}", port="1"), tmp_path)
    assert "port 1 cannot be reached: " in found
    assert "onnection refused" in found
    assert "Start the server, or correct host and port" in found


@pytest.mark.long
def test_a_host_that_is_silent_is_told(server: str, silent: int, tmp_path: Path) -> None:
    found = told("doctor", with_parts(server, user=f"tester:{SECRET}", port=str(silent)), tmp_path)
    assert f"on 127.0.0.1, port {silent} cannot be reached: " in found
    assert "Nothing answers there." in found


@pytest.mark.long
def test_a_name_that_nobody_knows_is_told(server: str, tmp_path: Path) -> None:
    found = told("doctor", with_parts(server, user=f"tester:{SECRET}", host="db.invalid"), tmp_path)
    assert "on db.invalid, port " in found
    assert "Correct the name of the host" in found


@pytest.mark.long
def test_a_certificate_file_that_is_missing_is_told(server: str, tmp_path: Path) -> None:
    more = "?sslmode=verify-full&sslrootcert=/nowhere/ca.pem"
    found = told("doctor", with_parts(server, more=more), tmp_path)
    assert "/nowhere/ca.pem" in found
    assert "which DATABASE_URL names as sslrootcert, cannot be read. Put the certificates there" in found


@pytest.mark.long
def test_a_server_that_does_not_encrypt_is_told(server: str, tmp_path: Path) -> None:
    found = told("doctor", with_parts(server, more="?sslmode=require"), tmp_path)
    assert "Check sslmode" in found


@pytest.mark.long
def test_servers_none_of_which_is_what_was_asked_for_are_told(server: str, tmp_path: Path) -> None:
    port = with_parts(server).partition("127.0.0.1:")[2].partition("/")[0]
    name = server.rpartition("/")[2]
    url = f"postgresql://tester:{SECRET}@/{name}?host=127.0.0.1,127.0.0.1&port={port},1&target_session_attrs=standby"
    found = told("doctor", url, tmp_path)
    assert f"he database {name} on 127.0.0.1, 127.0.0.1, port {port}, 1 cannot be reached: " in found
    assert "target_session_attrs" in found


def test_an_option_that_the_driver_does_not_know_is_told(server: str, tmp_path: Path) -> None:
    found = told("doctor", with_parts(server, user=f"tester:{SECRET}", more="?sslmod=require"), tmp_path)
    assert 'invalid connection option "sslmod"' in found
    assert "Correct DATABASE_URL." in found
