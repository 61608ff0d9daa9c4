"""The history of the database's tables: bring one up to date, and tell whether it is.

Every step is one transaction, on SQLite too: a step that fails leaves the database as it was. Two processes
that migrate at the same moment wait for each other.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import NullPool

from estimator.db import engine_options
from estimator.messages import gettext as _

HERE = Path(__file__).parent


class WrongRevision(Exception):
    """The database's tables are not those that this version of the app works with; the message says so."""


def upgrade(url: str, to: str = "head") -> None:
    """Bring a database up to a revision, the newest one if none is named; an empty one is set up."""
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


def must_be_current(engine: Engine) -> None:
    """Raise WrongRevision unless a database is exactly at the newest revision; leave no connection open."""
    with engine.connect() as connection:
        found = revision(connection)
    engine.dispose()
    if found == head():
        return
    if found is None:
        raise WrongRevision(_("The database has not been set up yet. Run `estimator prepare`."))
    if knows(found):
        raise WrongRevision(
            _(
                "The database belongs to an older version of the app. Make a copy of it, then run `estimator prepare`."
            )
        )
    raise WrongRevision(
        _(
            "The database belongs to a newer version of the app (its revision is %(revision)s). "
            "Install that version, or go back to a copy of the database.",
            revision=found,
        )
    )


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
