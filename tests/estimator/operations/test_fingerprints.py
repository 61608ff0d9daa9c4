"""Keys belong to a database: with others nothing starts, and none are made for a database in use."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from estimator import create_app, keys
from estimator.db import db
from estimator.operations.fingerprints import OtherKeys
from tests.support.commands import estimator
from tests.support.example_mail import ask, estimate

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SECRETS = ("secret_key", "link_key", "lookup_key", "data_keys")


@pytest.fixture
def first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str, set_up: Callable[[str], None]
) -> Path:
    """Return the instance folder of the host on which a database was prepared and used."""
    folder = tmp_path / "first"
    monkeypatch.setenv("PUBLIC_URL", "https://estimate.example.org")
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("INSTANCE", str(folder))
    set_up(database_url)
    assert estimator("prepare")[0] == 0
    app = create_app()
    with app.app_context():
        record, _token = estimate(NOW)
        ask(record, NOW, address="anna@example.org", submission="one form")
        app.extensions["jobs"].close()
        db.session.remove()
        db.engine.dispose()
    return folder


@pytest.fixture
def second(first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the instance folder of another host on the same database, which does not exist yet."""
    folder = tmp_path / "second"
    monkeypatch.setenv("INSTANCE", str(folder))
    return folder


def stored(url: str) -> list[tuple[str, str, str, bool]]:
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT name, key_id, fingerprint, seals FROM key_fingerprint ORDER BY name, key_id")
        ).all()
    engine.dispose()
    return [(name, key_id, fingerprint, bool(seals)) for name, key_id, fingerprint, seals in rows]


def forget_fingerprints(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM key_fingerprint"))
    engine.dispose()


def test_no_keys_are_made_for_a_database_that_is_in_use(first: Path, second: Path) -> None:
    code, output, errors = estimator("prepare")
    assert (code, output) == (1, "")
    assert errors.startswith(
        "estimator: The database is in use already, and SECRET_KEY, LINK_KEY, LOOKUP_KEY, DATA_KEYS of it are "
        f"missing in {second}. Nothing was changed"
    )
    assert not second.exists()


@ONE_DATABASE
def test_a_host_that_got_the_keys_is_prepared_and_finds_nothing_wrong(first: Path, second: Path) -> None:
    second.mkdir(mode=0o700)
    for name in SECRETS:
        shutil.copy(first / name, second / name)
    assert estimator("prepare") == (0, f"Everything is ready in {second}.\n", "")
    assert "another" not in estimator("doctor")[1]


@pytest.mark.long
def test_a_host_with_other_keys_starts_nothing_and_is_told_by_each_command(first: Path, second: Path) -> None:
    second.mkdir(mode=0o700)
    for name in SECRETS[:3]:
        (second / name).write_text(name * 5)
    (second / "data_keys").write_text(keys.new_line())
    for file in second.iterdir():
        file.chmod(0o600)
    for command in ("prepare", "serve", "worker"):
        code, output, errors = estimator(command)
        assert (code, output) == (1, ""), command
        said = errors.splitlines()
        assert len(said) == 5
        for name, line in zip(("SECRET_KEY", "LINK_KEY", "LOOKUP_KEY"), said, strict=False):
            assert line.startswith(f"estimator: {name} is not the key that this database belongs to")
            assert line.endswith(f"estimator keys accept {name.lower()}")
        assert "which has sealed personal texts, is missing in DATA_KEYS" in said[3]
        assert "is the first in DATA_KEYS, and this database does not know it" in said[4]
    for arguments in CHANGING:
        code, output, errors = estimator(*arguments)
        assert (code, output) == (1, ""), arguments
        assert "LINK_KEY is not the key that this database belongs to" in errors
    code, output, _errors = estimator("doctor")
    assert code == 1
    assert "LINK_KEY is not the key that this database belongs to" in output
    with pytest.raises(OtherKeys):
        create_app()


CHANGING = [
    ("keys", "add"), ("keys", "rotate"), ("purge",), ("staff", "create", "ada@example.org"), ("mail", "hold"),
    ("verify", "--all"),
]  # fmt: skip
"""Commands that would write with keys of another installation, or say of its texts that they cannot be read."""


@ONE_DATABASE
def test_a_fingerprint_says_nothing_about_its_key(first: Path, database_url: str) -> None:
    said = stored(database_url)
    assert [(name, seals) for name, _id, _fingerprint, seals in said] == [
        ("data_keys", True),
        ("link_key", False),
        ("lookup_key", False),
        ("secret_key", False),
    ]
    for name in SECRETS:
        secret = (first / name).read_text().split()[-1]
        assert all(secret not in fingerprint for _name, _id, fingerprint, _seals in said)


@ONE_DATABASE
def test_an_older_database_without_fingerprints_gets_those_of_the_keys_that_open_it(
    first: Path, database_url: str
) -> None:
    before = stored(database_url)
    forget_fingerprints(database_url)
    assert estimator("prepare")[0] == 0
    assert stored(database_url) == before


@pytest.mark.long
def test_an_older_database_does_not_take_keys_that_do_not_open_it(first: Path, database_url: str) -> None:
    forget_fingerprints(database_url)
    (first / "data_keys").write_text(keys.new_line())
    (first / "link_key").write_text("x" * 40)
    code, output, errors = estimator("prepare")
    assert (code, output) == (1, "")
    assert "DATA_KEYS do not open what is in this database" in errors
    assert "LINK_KEY is not the key with which the links in this database were made" in errors
    assert stored(database_url) == []


@pytest.mark.long
def test_the_commands_of_keys_keep_the_fingerprints_current(first: Path, database_url: str) -> None:
    def data() -> dict[str, bool]:
        return {key_id: seals for name, key_id, _print, seals in stored(database_url) if name == "data_keys"}

    (old,) = data()
    assert estimator("keys", "add")[0] == 0
    (new,) = data().keys() - {old}
    assert data() == {old: True, new: False}
    assert estimator("keys", "use", new)[0] == 0
    assert data() == {old: True, new: True}
    assert estimator("keys", "rotate")[0] == 0
    assert len(data()) == 3
    assert all(data().values())
    forgetting = "from estimator.cli import keys; keys.SETTLED = -1"
    assert estimator("keys", "forget", old, before=forgetting)[0] == 0
    assert old not in data()
    assert estimator("prepare")[0] == 0


@pytest.mark.long
@ONE_DATABASE
def test_a_host_that_lacks_the_new_key_is_told_once_it_seals(
    first: Path, second: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(first, second)
    monkeypatch.setenv("INSTANCE", str(first))
    assert estimator("keys", "add")[0] == 0
    monkeypatch.setenv("INSTANCE", str(second))
    assert estimator("prepare")[0] == 0
    monkeypatch.setenv("INSTANCE", str(first))
    new = (first / "data_keys").read_text().splitlines()[1].split()[0]
    assert estimator("keys", "use", new)[0] == 0
    monkeypatch.setenv("INSTANCE", str(second))
    code, _output, errors = estimator("worker")
    assert code == 1
    assert f"The key {new}, which has sealed personal texts, is missing in DATA_KEYS" in errors


@pytest.mark.long
@ONE_DATABASE
def test_a_secret_that_was_replaced_on_purpose_is_accepted_by_a_command(first: Path) -> None:
    (first / "secret_key").write_text("n" * 40)
    assert estimator("prepare")[0] == 1
    assert estimator("keys", "accept", "secret_key")[0] == 0
    code, again, _errors = estimator("keys", "accept", "secret_key")
    assert (code, again) == (0, "The database belongs to this secret_key already. Nothing was changed.\n")
    assert estimator("prepare")[0] == 0


@pytest.mark.long
@ONE_DATABASE
def test_keys_that_are_lost_are_given_up_only_when_somebody_says_so(first: Path) -> None:
    (first / "data_keys").write_text(keys.new_line())
    code, _output, errors = estimator("keys", "accept", "data_keys")
    assert code == 2
    assert "personal texts were sealed with keys that are missing here" in errors
    assert estimator("prepare")[0] == 1
    assert estimator("keys", "accept", "data_keys", "--lose-texts")[0] == 0
    assert estimator("prepare")[0] == 0


@pytest.mark.long
@ONE_DATABASE
def test_a_key_that_was_put_first_by_hand_is_taken_by_the_command_that_seals_anew(first: Path) -> None:
    line = keys.new_line()
    (first / "data_keys").write_text(line + (first / "data_keys").read_text())
    new = line.split()[0]
    code, _output, errors = estimator("prepare")
    assert code == 1
    assert errors.endswith(f"run: estimator keys use {new}\n")
    assert estimator("keys", "use", new)[0] == 0
    assert estimator("prepare")[0] == 0
