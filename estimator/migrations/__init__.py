"""The history of the database's tables: bring one up to date, and tell whether it is.

Every step is one transaction, on SQLite too: a step that fails leaves the database as it was. Two processes
that migrate at the same moment wait for each other.

A step that says `additive = True` takes nothing away that a program of the step before relies on. So a database says,
beside its revision, which is the oldest one whose programs still work with it: several machines get a new version one
after the other, and those that have the old one may be restarted meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from estimator.db import engine_options
from estimator.messages import gettext as _

HERE = Path(__file__).parent


class WrongRevision(Exception):
    """The database's tables are not those that this version of the app works with; the message says so."""


def upgrade(url: str, to: str = "head") -> None:
    """Bring a database up to a revision, the newest one if none is named; an empty one is set up.

    One of a newer version of the app stays as it is if this version works with it; else WrongRevision is raised.
    """
    if to == "head" and _is_newer(url):
        return
    _run(url, lambda config: command.upgrade(config, to))


def downgrade(url: str, to: str) -> None:
    """Take a database back to an older revision; "base" removes every table."""
    _run(url, lambda config: command.downgrade(config, to))


def head() -> str:
    """Return the newest revision that this version of the app knows."""
    found = _scripts().get_current_head()
    assert found is not None
    return found


def revision(connection: Connection) -> str | None:
    """Return the revision that a database is at; None if it has never been set up."""
    return MigrationContext.configure(connection).get_current_revision()


def knows(revision: str) -> bool:
    """Whether a revision is one of this version of the app, the newest or an older one."""
    return revision in {script.revision for script in _scripts().walk_revisions()}


def works_from(revision: str) -> str:
    """Return the oldest revision whose programs work with the tables of a revision: those after it only add."""
    script = _scripts().get_revision(revision)
    while getattr(script.module, "additive", False):
        script = _scripts().get_revision(str(script.down_revision))
    return script.revision


def mark(connection: Connection) -> None:
    """Write beside the revision of a database the oldest one whose programs work with it; part of a migration."""
    found = revision(connection)
    if found is None:
        return
    if not _has_mark(connection):
        connection.execute(text("ALTER TABLE alembic_version ADD COLUMN works_from VARCHAR(32)"))
    connection.execute(
        text(
            "UPDATE alembic_version SET works_from = :oldest WHERE works_from IS NULL OR works_from <> :oldest"
        ),
        {"oldest": works_from(found)},
    )


def serves(connection: Connection) -> bool:
    """Whether this version of the app works with a database: it is the newest that it knows, or newer and says so."""
    found = revision(connection)
    if found is None or found == head():
        return found is not None
    if knows(found) or not _has_mark(connection):
        return False
    oldest = connection.execute(text("SELECT works_from FROM alembic_version")).scalar()
    return oldest is not None and knows(oldest)


def must_be_current(engine: Engine) -> None:
    """Raise WrongRevision unless this version of the app works with a database; leave no connection open."""
    with engine.connect() as connection:
        found, well = revision(connection), serves(connection)
    engine.dispose()
    if well:
        return
    if found is None:
        raise WrongRevision(_("The database has not been set up yet. Run `estimator prepare`."))
    if knows(found):
        raise WrongRevision(
            _(
                "The database belongs to an older version of the app. If there is no copy of it yet, install that "
                "version again and run `estimator backup`. Then run `estimator prepare` with this one."
            )
        )
    raise WrongRevision(
        _(
            "The database belongs to a newer version of the app (its revision is %(revision)s), which this one does "
            "not work with. Install that version, or go back to a copy of the database.",
            revision=found,
        )
    )


def _has_mark(connection: Connection) -> bool:
    """Whether there is the column beside the revision with the oldest one whose programs work with the database."""
    return "works_from" in {column["name"] for column in inspect(connection).get_columns("alembic_version")}


def _is_newer(url: str) -> bool:
    """Whether a database is of a newer version that this one works with; raises WrongRevision if it does not."""
    engine = create_engine(url, poolclass=NullPool, **engine_options(url))
    with engine.connect() as connection:
        found = revision(connection)
    if found is None or knows(found):
        return False
    must_be_current(engine)
    return True


def _run(url: str, step: Callable[[Config], None]) -> None:
    engine = create_engine(url, poolclass=NullPool, **engine_options(url))
    with engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        step(config)


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
