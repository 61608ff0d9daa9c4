"""Copies: whole although others write, proven before anybody relies on them, without keys, and harmless."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from estimator import create_app, migrations, quotes
from estimator.config import Settings
from estimator.db import db
from estimator.mail import outbox
from estimator.operations import copies, database_faults, scratch
from tests.support import example_quotes as example
from tests.support import postgresql
from tests.support.acts import acting
from tests.support.commands import environment, estimator
from tests.support.example_list import NOW

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def app(
    settings: Settings,
    set_up: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Flask]:
    """Return an app with an issued quote, its document and its mail; the commands find it too."""
    set_up(settings.database_url)
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    app = create_app(settings)
    with app.app_context():
        revision = example.quoted()
        assert quotes.pdf_document.render(revision, example.settings()) is not None
        db.session.commit()
    assert estimator("prepare")[0] == 0
    with app.app_context():
        yield app
        app.extensions["jobs"].close()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a folder for data and another one for keys."""
    place = tmp_path_factory.mktemp("copies")
    return place / "data", place / "keys"


@contextmanager
def empty_database(url: str, folder: Path) -> Iterator[str]:
    """Yield the URL of another database of the same kind with nothing in it."""
    if url.startswith("sqlite:"):
        yield f"sqlite:///{folder / 'restored.sqlite'}"
        return
    with postgresql.new_database(url.rpartition("/")[0]) as found:
        yield found


@contextmanager
def writing(app: Flask) -> Iterator[list[int]]:
    """Let two mails be put into the outbox in each transaction, one after another, all the while."""
    ended, done = threading.Event(), [0]
    settings = replace(app.config["SETTINGS"], mails_per_hour=10**9)

    def write() -> None:
        with app.app_context():
            while not ended.is_set():
                for _number in range(2):
                    message = outbox.Message(
                        "estimate",
                        about="EST-2222-2222",
                        address="anna@example.org",
                        language="en",
                        submission=uuid4().hex,
                        limits=outbox.UNLIMITED,
                    )
                    outbox.put(acting(now=NOW, settings=settings), message)
                db.session.commit()
                done[0] += 1
            db.session.remove()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield done
    finally:
        ended.set()
        thread.join()


def only(folder: Path) -> Path:
    (found,) = (path for path in folder.iterdir() if path.name != ".lock")
    return found


def ask(url: str, query: str) -> list[tuple[object, ...]]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return found


def test_a_copy_made_under_writes_is_whole_proven_and_restored_beside_the_original(
    app: Flask, places: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    data, keys = places
    with writing(app) as done:
        code, output, errors = estimator("backup", data, "--keys", keys)
        written = done[0]
    assert (code, errors) == (0, ""), output
    assert written > 3
    copy = only(data)
    assert output.splitlines()[-1] == f"The copy is in {copy}, and was restored and checked."
    assert "1 revision was computed again. Everything is as it was issued." in output
    assert "nothing was changed" in output
    assert {path.name for path in copy.iterdir()} <= {"copy.json", "database.sqlite", "database.dump"}
    settings: Settings = app.config["SETTINGS"]
    content = b"".join(path.read_bytes() for path in copy.iterdir())
    for secret in (settings.secret_key, settings.link_key, settings.lookup_key, "d" * 64):
        assert secret.encode() not in content
    assert {
        stat.S_IMODE(path.stat().st_mode) & 0o077 for path in (copy, *copy.iterdir(), *keys.rglob("*"))
    } == {0}
    third = tmp_path_factory.mktemp("third")
    with empty_database(settings.database_url, third) as url:
        given = {
            "INSTANCE": str(third / "instance"),
            "DATABASE_URL": url,
            **dict.fromkeys(("SECRET_KEY", "LINK_KEY", "LOOKUP_KEY", "DATA_KEYS"), ""),
        }
        code, output, errors = estimator("restore", copy, **given)
        assert code == 2
        assert f"which is called {only(keys).name}: --keys FOLDER" in errors
        cut = shutil.copytree(only(keys), third / "cut")
        (cut / "data_keys").unlink()
        code, output, errors = estimator("restore", copy, "--keys", cut, **given)
        assert (code, output) == (2, "")
        assert f"data_keys are not in {cut}." in " ".join(errors.split())
        abandon_a_scratch_database(url)
        code, output, errors = estimator("restore", copy, "--keys", only(keys), **given)
        assert (code, errors) == (0, ""), output
        assert scratch_databases(url) == []
        assert "Mail is held: nothing is sent until you run `estimator mail release`" in output
        ((count,),) = ask(url, "SELECT count(*) FROM mail WHERE about = 'EST-2222-2222'")
        assert isinstance(count, int)
        assert count % 2 == 0, "half a transaction was copied"
        assert ask(url, "SELECT name, value FROM installation_state WHERE name = 'mail held'") == [
            ("mail held", "true")
        ]
        sent = _worker_looks_for_mail(given)
        assert sent == 0
        code, output, _errors = estimator("restore", copy, **given)
        assert code == 1, "what is there is never written over"
        assert estimator("mail", "release", "--give-up-waiting", **given)[0] == 0
        assert ask(url, "SELECT count(*) FROM mail WHERE state = 'waiting'") == [(0,)]


def abandon_a_scratch_database(url: str) -> None:
    """Leave what a killed backup leaves on a server."""
    if url.startswith("postgresql"):
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{scratch.BEGINS}202601010000_aaaa"')


def _worker_looks_for_mail(given: dict[str, str]) -> int:
    """Let a worker claim every mail of an installation once; return how many it got."""
    script = """
from datetime import UTC, datetime
from sqlalchemy import select
from estimator import create_app
from estimator.cli.installation import act_of
from estimator.db import db
from estimator.mail import outbox
from estimator.models import Mail
app = create_app(pages=False)
with app.app_context():
    act = act_of(app)
    print(sum(outbox.claim(act, number) is not None for number in db.session.scalars(select(Mail.id)).all()))
    db.session.rollback()
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


@pytest.mark.long
@ONE_DATABASE
def test_data_and_keys_are_never_copied_into_one_place(app: Flask, places: tuple[Path, Path]) -> None:
    data, _keys = places
    settings: Settings = app.config["SETTINGS"]
    for arguments in (
        (data, "--keys", data / "keys"),
        (settings.instance / "copies",),
        (data / "x", "--keys", data),
    ):
        code, _output, errors = estimator("backup", *arguments)
        assert code == 2
        assert "are one place" in errors
    assert not data.exists()


@pytest.mark.long
@ONE_DATABASE
def test_a_copy_that_does_not_compute_or_is_damaged_is_not_relied_on(
    app: Flask, places: tuple[Path, Path], tmp_path: Path
) -> None:
    data, _keys = places
    with db.engine.begin() as connection:
        for (name,) in connection.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ).all():
            connection.execute(text(f'DROP TRIGGER "{name}"'))
        connection.execute(text("UPDATE quote_revision SET total = '1.00'"))
    code, output, _errors = estimator("backup", data)
    assert code == 1
    assert only(data).name.endswith("-unchecked")
    assert "is NOT proven" in output
    file = only(data) / "database.sqlite"
    file.write_bytes(file.read_bytes()[:-100])
    code, _output, errors = estimator(
        "restore", only(data), DATABASE_URL=f"sqlite:///{tmp_path}/other.sqlite"
    )
    assert code == 1
    assert "is not as it was written: the copy is damaged" in errors


KILLED = """
import os
import signal
from estimator.cli import copies
copies._proven = lambda *given: os.kill(os.getpid(), signal.SIGKILL)
"""
"""Kills a backup when its copy is restored into a scratch database and is about to be proven."""


def scratch_databases(url: str) -> list[str]:
    if not url.startswith("postgresql"):
        return []
    query = f"SELECT datname FROM pg_database WHERE starts_with(datname, '{scratch.BEGINS}')"
    return [str(name) for (name,) in ask(url, query)]


@pytest.mark.long
def test_a_backup_that_was_killed_leaves_nothing_that_the_next_one_does_not_remove(
    app: Flask, places: tuple[Path, Path], database_url: str
) -> None:
    data, _keys = places
    assert estimator("backup", data, before=KILLED)[0] != 0
    assert only(data).name.startswith(".estimator-")
    assert len(scratch_databases(database_url)) == database_url.startswith("postgresql")
    assert estimator("backup", data, "--quick")[0] == 0
    assert not only(data).name.startswith(".")
    assert scratch_databases(database_url) == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_doctor_removes_what_a_killed_backup_left_on_the_server_and_no_other_database(
    app: Flask, places: tuple[Path, Path], tmp_path: Path, database_url: str
) -> None:
    # Another installation on the same server proves a copy at this moment.
    with (
        postgresql.new_database(database_url.rpartition("/")[0]) as other,
        scratch.database(other, tmp_path, NOW) as living,
    ):
        assert estimator("backup", places[0], before=KILLED)[0] != 0
        assert len(scratch_databases(database_url)) == 2
        _code, output, _errors = estimator("doctor")
        assert "Databases that killed backups left on the server were removed: 1." in output
        assert scratch_databases(database_url) == [living.rpartition("/")[2]]
        assert "killed backups" not in estimator("doctor")[1]
    assert scratch_databases(database_url) == []


@pytest.mark.long
@ONE_DATABASE
def test_a_copy_with_other_keys_is_refused_before_anything_is_written(
    app: Flask, places: tuple[Path, Path], tmp_path: Path
) -> None:
    data, _keys = places
    assert estimator("backup", data, "--quick")[0] == 0
    target = tmp_path / "other.sqlite"
    code, _output, errors = estimator(
        "restore", only(data), DATABASE_URL=f"sqlite:///{target}", LINK_KEY="x" * 40
    )
    assert code == 1
    assert "link_key in the environment is not the key of this copy" in errors
    assert not target.exists()


@pytest.mark.long
def test_keys_of_another_copy_are_refused_before_anything_is_written_and_the_right_ones_then_restore(
    app: Flask, places: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, keys = places
    database_url = app.config["SETTINGS"].database_url
    assert estimator("backup", data, "--keys", keys, "--quick")[0] == 0
    for name in ("SECRET_KEY", "LINK_KEY", "LOOKUP_KEY", "DATA_KEYS"):
        monkeypatch.delenv(name)
    other = tmp_path / "other installation"
    assert estimator("prepare", INSTANCE=str(other), DATABASE_URL="sqlite:///other.sqlite")[0] == 0
    instance = tmp_path / "restored"
    right = only(keys)
    with empty_database(database_url, tmp_path) as url:
        here = {"INSTANCE": str(instance), "DATABASE_URL": url}
        code, _output, errors = estimator("restore", only(data), "--keys", other, "--quick", **here)
        assert code == 1
        assert not instance.exists()
        assert f"link_key in {other} is not the key of this copy." in errors
        assert f"data_keys in {other} lack the key" in errors
        assert f"The keys of this copy are called {right.name}" in errors
        assert "accept" not in errors
        assert "prepare" not in errors
        shutil.copytree(right, tmp_path / "half")
        (tmp_path / "half" / "link_key").write_text("")
        code, _output, errors = estimator("restore", only(data), "--keys", tmp_path / "half", **here)
        assert (code, instance.exists()) == (1, False)
        assert "link_key is empty. Take another copy of the keys." in errors
        # What an earlier version left behind, or a `prepare` too early made.
        instance.mkdir(mode=0o700)
        for name in ("secret_key", "link_key", "lookup_key", "data_keys"):
            shutil.copy(other / name, instance)
        code, _output, errors = estimator("restore", only(data), "--keys", right, "--quick", **here)
        assert code == 1
        assert f"link_key in {instance} is not the key of this copy." in errors
        assert "Move those that are not its keys away" in errors
        assert "accept" not in errors
        assert "prepare" not in errors
        shutil.rmtree(instance)
        code, output, errors = estimator("restore", only(data), "--keys", right, "--quick", **here)
        assert code == 0, (output, errors)
        assert {path.name for path in instance.iterdir()} >= {path.name for path in right.iterdir()}


@pytest.mark.long
@ONE_DATABASE
def test_a_copy_can_be_restored_with_mail_going_out_at_once(
    app: Flask, places: tuple[Path, Path], tmp_path: Path
) -> None:
    data, _keys = places
    assert estimator("backup", data, "--quick")[0] == 0
    url = f"sqlite:///{tmp_path}/other.sqlite"
    code, output, _errors = estimator("restore", only(data), "--send-mail", "--quick", DATABASE_URL=url)
    assert code == 0
    assert "Mail is held" not in output
    assert ask(url, "SELECT count(*) FROM installation_state WHERE name = 'mail held'") == [(0,)]
    said = json.loads((only(data) / "copy.json").read_text())
    assert said["revision"] == ask(url, "SELECT version_num FROM alembic_version")[0][0]


@pytest.mark.long
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_password_with_a_space_opens_the_copy_too(
    app: Flask, places: tuple[Path, Path], database_url: str
) -> None:
    spaced = database_url.replace("tester@", "tester:two%20words@")
    code, output, errors = estimator("backup", places[0], "--quick", DATABASE_URL=spaced)
    assert (code, errors) == (0, ""), output
    assert not only(places[0]).name.endswith("-unchecked")


def a_copy(folder: Path, **changed: object) -> Path:
    """Return a folder that says that it is a copy, with something else in some places; None leaves one out."""
    folder.mkdir()
    (folder / "database.sqlite").write_bytes(b"a database")
    key = {"name": "link_key", "key_id": "", "fingerprint": "0" * 64, "seals": True}
    said = {
        "database": "sqlite",
        "file": "database.sqlite",
        "sha256": hashlib.sha256(b"a database").hexdigest(),
        "made_at": "2026-11-30T10:00:00+00:00",
        "revision": migrations.head(),
        "keys": [key],
        "keys_folder": "keys-0123456789ab",
        **changed,
    }
    copies.write_manifest(folder, {name: value for name, value in said.items() if value is not None})
    return folder


NO_COPY = [
    *({name: None} for name in ("database", "file", "sha256", "made_at", "revision", "keys", "keys_folder")),
    *({"keys": keys} for keys in ([], "keys", 7, [{"name": "link_key"}], ["link_key"])),
    *({"file": file} for file in ("../other/database.sqlite", "/etc/hostname", "..", ".", "", "a\0b")),
]


@pytest.mark.parametrize("changed", NO_COPY, ids=str)
def test_what_says_too_little_or_names_a_file_elsewhere_is_no_copy(
    tmp_path: Path, changed: dict[str, object]
) -> None:
    a_copy(tmp_path / "other")
    copy = a_copy(tmp_path / "copy", **changed)
    with pytest.raises(copies.Failed, match="is no copy that `estimator backup` made"):
        copies.read_manifest(copy)
    assert copies.read_manifest(tmp_path / "other")["file"] == "database.sqlite"


BROKEN_OFF = """
from estimator.operations import copies
def load(*_given, **_named):
    raise RuntimeError("no two words@db can be read")
copies.load = load
"""


@pytest.mark.long
@ONE_DATABASE
def test_whatever_breaks_the_check_off_the_copy_stays_as_not_proven(
    app: Flask, places: tuple[Path, Path]
) -> None:
    code, output, errors = estimator("backup", places[0], "--quick", before=BROKEN_OFF)
    assert (code, errors) == (1, "")
    assert "The copy could not be checked: no two words@db can be read (RuntimeError)." in output
    kept = only(places[0])
    assert kept.name.endswith("-unchecked")
    assert f"The copy is in {kept}, and is NOT proven; what is in the way stands above." in output
    assert (kept / "database.sqlite").is_file()


@pytest.mark.parametrize("written", ["two words", "two%20words", "two+words"])
def test_a_reason_has_no_password_however_it_is_written(written: str) -> None:
    url = "postgresql+psycopg://est:two%20words@db/est"
    said = database_faults.reason_of(ValueError(f"no est:{written}@db can be read"), url)
    assert said == "no est:…@db can be read"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_role_that_may_not_create_databases_is_told_that_the_copy_is_not_proven(
    app: Flask, places: tuple[Path, Path], database_url: str
) -> None:
    data, _keys = places
    plain = database_url.replace("+psycopg", "")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS limited")
        connection.execute("CREATE ROLE limited LOGIN PASSWORD 'a secret' IN ROLE pg_read_all_data")
    try:
        limited = database_url.replace("tester@", "limited:a%20secret@")
        code, output, _errors = estimator("backup", data, DATABASE_URL=limited)
    finally:
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute("DROP ROLE limited")
    assert code == 1
    assert "may not create a database to restore into" in output
    assert (only(data) / "database.dump").is_file()


@pytest.mark.long
def test_a_folder_may_be_named_from_where_somebody_stands(
    app: Flask, places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    data, _keys = places
    monkeypatch.chdir(data.parent)
    code, _output, errors = estimator("backup", data.name, "--quick")
    assert (code, errors) == (0, "")
    assert not only(data).name.endswith("-unchecked")
