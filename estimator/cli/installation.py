"""`estimator prepare` and `estimator purge`: set an installation up, and delete what is past its retention time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from estimator.cli.refusal import Refused
from estimator.messages import gettext as _

if TYPE_CHECKING:
    from flask import Flask

    from estimator.act import Act
    from estimator.config import Settings
    from estimator.privacy.retention import What


@click.command(help=_("Make the instance folder and secrets, and bring the database up to date."))
def prepare() -> None:
    """Create what is missing; idempotent."""
    with sentences():
        settings = made_ready()
    click.echo(_("Everything is ready in %(folder)s.", folder=settings.instance))


@click.command(
    help=_(
        "Remove everything whose retention period is over, and print how much it was. "
        "Run it once a day where no worker runs."
    )
)
@click.option("--dry-run", is_flag=True, help=_("Change nothing; say what would be removed."))
def purge(dry_run: bool) -> None:
    """Remove what is too old, of estimates and of people, and print how many of each."""
    from estimator.db import db
    from estimator.privacy import retention

    with running_app() as app:
        commit = None if dry_run else db.session.commit
        removed = retention.run(act_of(app), commit=commit)
    click.echo(_("Nothing was changed. It would be:") if dry_run else _("Their time was over:"))
    for what, words in _removed_words().items():
        click.echo(f"{removed[what]:>8}  {words}")


def _removed_words() -> Mapping[What, str]:
    """Return what `purge` calls each thing that it removes."""
    return {
        "estimates": _("estimates removed, with their documents"),
        "previews": _("previews of price lists removed"),
        "requests": _("requests without a quote removed"),
        "people in quotes": _("people erased from their requests and quotes"),
        "quotes expired": _("quotes marked as expired"),
        "codes blanked": _("codes of quotes blanked"),
        "codes removed": _("codes of quotes removed"),
        "mail addresses": _("email addresses deleted"),
        "mail remains": _("remains of mail removed, whose estimate or request is gone"),
        "mail files": _("files of mail removed"),
        "staff sessions": _("sessions of staff removed"),
        "staff links": _("links for staff removed"),
        "attempts": _("counts of attempts removed"),
    }


def made_ready(**given: str) -> Settings:
    """Create whatever an installation still lacks, and return its settings; `given` ones win over the environment."""
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
    """Turn errors that stop an installation from working into Refused, with a sentence each."""
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
