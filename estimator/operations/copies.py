"""Copies of the database: made while others write, with what is needed to check and restore them; never with keys.

A copy is a folder with the database as one file and `copy.json`, which says what it is a copy of, its hash, and the
fingerprints of the keys that open it. SQLite is copied by its online backup, PostgreSQL by pg_dump and pg_restore.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, insert, inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from estimator import migrations, postgresql
from estimator.db import engine_options
from estimator.mail import holding
from estimator.messages import gettext as _
from estimator.models import InstallationState

MANIFEST = "copy.json"

QUEUE = "queue_"
"""What the names of the queue's tables in PostgreSQL begin with; they hold nothing that a copy needs."""

DRAFT = ".estimator-"
"""What the name of a copy begins with until it is whole."""

PIECE = 1024 * 1024


class Failed(Exception):
    """A copy cannot be made, read or restored; the message says why, and what to do."""


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what goes wrong while a file is written, above all on a full disk, into Failed."""
    try:
        yield
    except (OSError, sqlite3.Error, DBAPIError) as error:
        reason = error.strerror if isinstance(error, OSError) else getattr(error, "orig", error)
        raise Failed(
            _(
                "%(path)s cannot be written (%(reason)s). Make room on its disk, or name another folder, and run this "
                "again.",
                path=path,
                reason=reason or error,
            )
        ) from None


def kind(url: str) -> str:
    """Return which database a URL leads to: "sqlite" or "postgresql"."""
    return "sqlite" if url.startswith("sqlite:") else "postgresql"


def path_of(url: str) -> Path:
    """Return the file of an SQLite database."""
    return Path(url.removeprefix("sqlite:///"))


def dump(url: str, folder: Path) -> Path:
    """Copy a database into a file in `folder`, as it is at one moment; others go on writing. Raises Failed."""
    if kind(url) == "sqlite":
        return _dump_sqlite(path_of(url), folder / "database.sqlite")
    return _dump_postgresql(url, folder / "database.dump")


def load(file: Path, url: str, *, held_at: datetime | None, upgraded: bool = False) -> None:
    """Restore a copied database into an empty one, with mail held from the first moment if `held_at` says so.

    Nothing can start on the database before it is whole, and holds mail; nor, with SQLite, before it is `upgraded` to
    the newest revision, if it is to be: what breaks that off leaves nothing. Raises Failed.
    """
    must_be_empty(url)
    if kind(url) == "sqlite":
        _load_sqlite(file, path_of(url), held_at, upgraded)
        return
    _load_postgresql(file, url, held_at)
    if upgraded:
        migrations.upgrade(url)


def must_be_empty(url: str) -> None:
    """Raise Failed if there is anything in a database already."""
    if kind(url) == "sqlite":
        for path in (Path(f"{path_of(url)}{end}") for end in ("", "-wal", "-shm")):
            if path.exists():
                raise Failed(
                    _(
                        "%(path)s is there already. Stop the app, move that file away, or name another place in "
                        "DATABASE_URL, and run this again.",
                        path=path,
                    )
                )
        return
    with _engine(url).connect() as connection:
        tables = [name for name in inspect(connection).get_table_names() if not name.startswith(QUEUE)]
    if tables:
        raise Failed(
            _(
                "There are tables in the database of DATABASE_URL already. Name an empty one, for example after: "
                "createdb NAME"
            )
        )


def checksum(file: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    found = hashlib.sha256()
    with file.open("rb") as opened:
        while piece := opened.read(PIECE):
            found.update(piece)
    return found.hexdigest()


def write_manifest(folder: Path, said: Mapping[str, Any]) -> None:
    """Write what a copy is."""
    with writing(folder / MANIFEST):
        (folder / MANIFEST).write_text(json.dumps(said, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return what a copy is, after making sure that its file is whole and that this version can read it.

    Raises Failed.
    """
    try:
        found = _manifest(json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
        file, expected, revision = folder / found["file"], found["sha256"], found["revision"]
        actual = checksum(file)
    except PermissionError as error:
        raise Failed(
            _(
                "%(path)s cannot be read here. Give the copy to the user that runs the app: chown -R USER %(folder)s",
                path=error.filename or folder,
                folder=folder,
            )
        ) from None
    except (OSError, ValueError, KeyError, TypeError):
        raise Failed(
            _(
                "%(folder)s is no copy that `estimator backup` made, or a part of it is missing.",
                folder=folder,
            )
        ) from None
    if actual != expected:
        raise Failed(
            _("%(file)s is not as it was written: the copy is damaged. Take another one.", file=file)
        )
    if not migrations.knows(revision):
        raise Failed(
            _(
                "The copy is of a newer version of the app (its revision is %(revision)s). Install that version.",
                revision=revision,
            )
        )
    return found


def _manifest(read: Any) -> dict[str, Any]:
    """Return what was read as what a copy is; raises ValueError, KeyError or TypeError if it says too little.

    The database is a file beside it: no other one of the machine is ever read for it.
    """
    found = {
        name: str(read[name]) for name in ("database", "file", "sha256", "made_at", "revision", "keys_folder")
    }
    keys = [
        {**{name: str(key[name]) for name in ("name", "key_id", "fingerprint")}, "seals": bool(key["seals"])}
        for key in read["keys"]
    ]
    if Path(found["file"]).name != found["file"] or "\0" in found["file"] or not keys:
        raise ValueError("the database is no file of the copy, or none of its keys is named")
    return {**found, "keys": keys}


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Let one process at a time write copies into a folder, and remove what did not become whole. Raises Failed."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder / ".lock", os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failed(_("Another backup into %(folder)s is running.", folder=folder)) from None
        _remove_drafts(folder)
        try:
            yield
        finally:
            _remove_drafts(folder)
    finally:
        os.close(descriptor)


def _remove_drafts(folder: Path) -> None:
    for left in folder.glob(f"{DRAFT}*"):
        shutil.rmtree(left)


def _dump_sqlite(source: Path, target: Path) -> Path:
    if not source.is_file():
        raise Failed(_("The database %(path)s is missing. Run `estimator prepare`.", path=source))
    # In one step: it reads at one moment, and no writer waits or starts it over.
    with (
        writing(target),
        closing(sqlite3.connect(source, timeout=60)) as original,
        closing(sqlite3.connect(target)) as copy,
    ):
        original.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file alone, without its log beside it
        target.chmod(0o600)
        _flush(target)
    return target


def _load_sqlite(file: Path, target: Path, held_at: datetime | None, upgraded: bool) -> None:
    draft = target.with_name(f".{target.name}.restoring")
    _remove(draft)
    try:
        with writing(target):
            shutil.copyfile(file, draft)
            draft.chmod(0o600)
        with closing(sqlite3.connect(draft)) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
            strays = connection.execute("PRAGMA foreign_key_check").fetchone()
        if found != ["ok"] or strays is not None:
            raise Failed(
                _("The copy is damaged: %(what)s. Take another one.", what="; ".join(map(str, found)))
            )
        with writing(target):
            if held_at is not None:
                _hold(f"sqlite:///{draft}", held_at)
            if upgraded:
                migrations.upgrade(f"sqlite:///{draft}")
            with closing(sqlite3.connect(draft)) as plain:
                plain.execute("PRAGMA journal_mode = DELETE")
            _flush(draft)
            draft.replace(target)
    finally:
        _remove(draft)  # what there was no room for takes none


def _remove(file: Path) -> None:
    """Remove the file of an SQLite database, with what stands beside it, if it is there."""
    for end in ("", "-wal", "-shm", "-journal"):
        file.with_name(file.name + end).unlink(missing_ok=True)


def _dump_postgresql(url: str, target: Path) -> Path:
    dsn, environment = _connection(url)
    _run(
        [
            _program("pg_dump"),
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--exclude-table={QUEUE}*",
            f"--file={target}",
            f"--dbname={dsn}",
        ],
        environment,
    )
    _flush(target)
    return target


def _load_postgresql(file: Path, url: str, held_at: datetime | None) -> None:
    dsn, environment = _connection(url)
    program = _program("pg_restore")
    listed = _run([program, "--list", str(file)], environment)
    # The revision comes last: without it nothing starts on a database that is not whole yet.
    wanted = [
        line for line in listed.splitlines() if "TABLE DATA" not in line or "alembic_version" not in line
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".list") as names:
        names.write("\n".join(wanted) + "\n")
        names.flush()
        _run(
            [
                program,
                "--no-owner",
                "--no-privileges",
                "--exit-on-error",
                "--single-transaction",
                f"--use-list={names.name}",
                f"--dbname={dsn}",
                str(file),
            ],
            environment,
        )
    if held_at is not None:
        _hold(url, held_at)
    only = [line for line in listed.splitlines() if "TABLE DATA" in line and "alembic_version" in line]
    with tempfile.NamedTemporaryFile("w", suffix=".list") as names:
        names.write("\n".join(only) + "\n")
        names.flush()
        _run(
            [program, "--exit-on-error", f"--use-list={names.name}", f"--dbname={dsn}", str(file)],
            environment,
        )


def _hold(url: str, at: datetime) -> None:
    engine = create_engine(url, poolclass=NullPool, **engine_options(url))
    there = InstallationState.__table__
    with engine.begin() as connection:
        if connection.execute(there.select().where(there.c.name == holding.HELD)).first() is None:
            connection.execute(insert(InstallationState).values(name=holding.HELD, value="true", at=at))


def _engine(url: str) -> Any:
    return create_engine(url, poolclass=NullPool, **engine_options(url))


def _connection(url: str) -> tuple[str, dict[str, str]]:
    """Return how PostgreSQL's programs connect, and their environment: a password is never in a command line."""
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415 - installed with PostgreSQL alone

    parts = postgresql.parameters(url)
    password = parts.pop("password", None)
    environment = dict(os.environ)
    if password is not None:
        environment["PGPASSWORD"] = str(password)
    return make_conninfo("", **parts), environment


def _program(name: str) -> str:
    """Return the newest program of PostgreSQL of a name; one that is older than the server refuses to work."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: [int(part) for part in folder.parts if part.isdecimal()],
    )
    found = [str(folder / name) for folder in reversed(folders) if (folder / name).exists()]
    on_path = shutil.which(name)
    if not found and on_path is None:
        raise Failed(
            _("%(program)s is missing. Debian and Ubuntu: apt-get install postgresql-client", program=name)
        )
    return found[0] if found else str(on_path)


def _run(command: list[str], environment: Mapping[str, str]) -> str:
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs
        command, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise Failed(
            _(
                "%(program)s could not do it: %(words)s",
                program=Path(command[0]).name,
                words=done.stderr.strip() or done.returncode,
            )
        )
    return done.stdout


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
