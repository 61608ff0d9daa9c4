"""`estimator prepare` and `estimator purge`: make an installation ready, and keep no more than was promised."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from estimator.cli.refusal import Refused
from estimator.messages import gettext as _
from estimator.messages import ngettext

if TYPE_CHECKING:
    from flask import Flask

    from estimator.act import Act
    from estimator.config import Settings


@click.command(help=_("Make the instance folder and secrets, and bring the database up to date."))
def prepare() -> None:
    """Make what is missing; what is there stays."""
    with sentences():
        settings = made_ready()
    click.echo(_("Everything is ready in %(folder)s.", folder=settings.instance))


@click.command(help=_("Remove every estimate that is older than KEPT_DAYS. Run it once a day."))
def purge() -> None:
    """Remove what is too old, and say how much it was."""
    from estimator import estimates
    from estimator.db import db

    with running_app() as app:
        removed = estimates.purge(act_of(app))
        db.session.commit()
    click.echo(ngettext("%(num)s estimate was removed.", "%(num)s estimates were removed.", removed))


def made_ready(**given: str) -> Settings:
    """Make whatever an installation still lacks, and return its settings; `given` ones win over the environment."""
    from estimator import config, migrations

    config.prepare_secrets(config.instance_folder(**given))
    settings = config.load(**given)
    migrations.upgrade(settings.database_url)
    return settings


@contextmanager
def running_app(settings: Settings | None = None) -> Iterator[Flask]:
    """Enter the context of the app of these settings, or of those of the environment, and close what it opened.

    Raises Refused with what is in the way.
    """
    with sentences():
        from estimator import create_app
        from estimator.db import db

        app = create_app(settings, pages=False)
        with app.app_context():
            try:
                yield app
            finally:
                app.extensions["jobs"].close()
                db.session.remove()
                db.engine.dispose()


def act_of(app: Flask) -> Act:
    """Return what a command does, as an act of the command line; in the context of the app."""
    from estimator import clinic
    from estimator.act import COMMAND_LINE, Act

    return Act(COMMAND_LINE, datetime.now(UTC), app.config["SETTINGS"], clinic.current())


@contextmanager
def sentences() -> Iterator[None]:
    """Turn what stops an installation from working into sentences."""
    from sqlalchemy.exc import DBAPIError

    from estimator.config import WrongSetting
    from estimator.db import unavailable
    from estimator.migrations import WrongRevision

    try:
        yield
    except (WrongSetting, WrongRevision) as error:
        raise Refused(str(error)) from None
    except ModuleNotFoundError as error:
        if error.name != "psycopg":
            raise
        package = "treatment-cost-estimator[postgresql]"
        raise Refused(
            _("The driver for PostgreSQL is missing. Install it: pip install '%(package)s'", package=package)
        ) from None
    except DBAPIError as error:
        known = unavailable(error)
        if known is None:
            raise
        raise Refused(str(known.sentence), code=1) from None
