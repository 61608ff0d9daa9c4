"""`estimator prepare` and `estimator purge`: set an installation up, and delete what is past its retention time."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from estimator.cli.refusal import Refused
from estimator.messages import gettext as _

if TYPE_CHECKING:
    from flask import Flask

    from estimator.act import Act
    from estimator.config import Settings
    from estimator.privacy.retention import What


UPGRADE_PATIENCE = 300
"""Seconds for which `prepare` waits until nobody holds the tables that it has to change."""


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
    from estimator.operations import heartbeats, situation
    from estimator.privacy import retention

    with running_app() as app:
        commit = None if dry_run else db.session.commit
        removed = retention.run(act_of(app), commit=commit)
        if not dry_run:
            situation.note_night(removed, heartbeats.database_clock(datetime.now(UTC)))
            db.session.commit()
    click.echo(_("Nothing was changed. It would be:") if dry_run else _("Their time was over:"))
    for what, words in _removed_words().items():
        click.echo(f"{removed[what]:>8}  {words}")


def _removed_words() -> Mapping[What, str]:
    """Return what `purge` calls each thing that it removes."""
    return {
        "documents": _("PDFs of estimates removed; they are drawn again for whoever asks"),
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
    """Create whatever an installation still lacks, and return its settings; `given` ones win over the environment.

    Keys are made for a new database alone. Raises Refused if those of a database that is in use are missing, and
    fingerprints.OtherKeys if they are others.
    """
    from estimator import config
    from estimator.db import db
    from estimator.operations import fingerprints
    from estimator.processes import own_files

    own_files.close_to_others()
    folder = config.instance_folder(**given)
    if not fingerprints.in_use(config.database_url(**given)):
        config.prepare_secrets(folder)
    elif copying := keys_to_copy(**given):
        raise Refused(copying, code=1)
    else:
        config.prepare_folder(folder)
    settings = config.load(**given)
    _close_keys(folder)
    _upgrade(settings.database_url)
    with running_app(settings, any_keys=True):
        fingerprints.record(settings)
        db.session.commit()
    own_files.tighten(
        *(path for url in (settings.database_url, settings.queue_url) for path in _files_of(url))
    )
    return settings


def keys_to_copy(**given: str) -> str | None:
    """Return which keys have to be copied to this machine: of a database in use none are made; None if none have."""
    from estimator import config
    from estimator.operations import fingerprints

    missing = config.missing_secrets(**given)
    if not missing or not fingerprints.in_use(config.database_url(**given)):
        return None
    return _(
        "The database is in use already, and %(names)s of it are missing in %(folder)s. Nothing was changed: "
        "with new ones, what is in it could not be read. Copy %(files)s there from the machine where it was "
        "used, or from your copy of the keys, owned by the user that runs the app, with mode 600.",
        names=", ".join(missing),
        folder=config.instance_folder(**given),
        files=", ".join(name.lower() for name in missing),
    )


def _close_keys(folder: Path) -> None:
    """Take the rights of others from key files, and say which they were."""
    from estimator import config
    from estimator.processes import own_files

    paths = [config.secret_path(folder, name) for name in config.SECRETS]
    opened = [path for path in paths if path.exists() and path.stat().st_mode & 0o077]
    own_files.tighten(*opened)
    for path in opened:
        if path.stat().st_mode & 0o077:
            sentence = _(
                "Other users of this machine can open %(path)s. Close it: chmod %(mode)s %(path)s",
                path=path,
                mode="600",
            )
        else:
            sentence = _(
                "Other users of this machine could open %(path)s. It is closed now (mode 600).", path=path
            )
        click.echo(sentence, err=True)


def _upgrade(url: str) -> None:
    """Bring a database up to date; wait while others hold it, and say so. Raises Refused after UPGRADE_PATIENCE."""
    from sqlalchemy.exc import DBAPIError

    from estimator import migrations
    from estimator.db import unavailable

    until = time.monotonic() + UPGRADE_PATIENCE
    told = False
    while True:
        try:
            return migrations.upgrade(url)
        except DBAPIError as error:
            known = unavailable(error)
            if known is None or known.kind != "locked":
                raise
            if time.monotonic() > until:
                raise Refused(
                    _(
                        "The database was held by others for %(seconds)s seconds, so its tables could not be changed; "
                        "nothing was. Stop the app on all machines, wait until reports, pg_dump and `estimator "
                        "verify` have ended, and run this again.",
                        seconds=UPGRADE_PATIENCE,
                    ),
                    code=1,
                ) from None
        if not told:
            click.echo(_("Others are using the database. Waiting until they let go of it."), err=True)
            told = True
        time.sleep(1)


def _files_of(url: str) -> list[Path]:
    """Return the files of an SQLite database or queue; none of any other."""
    _scheme, sqlite, path = url.partition("sqlite:///")
    return [Path(f"{path}{end}") for end in ("", "-wal", "-shm")] if sqlite else []


@contextmanager
def running_app(settings: Settings | None = None, *, any_keys: bool = False) -> Iterator[Flask]:
    """Enter the context of the app of these settings, or of those of the environment, and close what it opened.

    Raises Refused with what is in the way; also for keys of another installation, unless `any_keys`, which is for
    commands that tell of them or set them right.
    """
    with sentences():
        from estimator import create_app
        from estimator.db import db
        from estimator.operations import fingerprints
        from estimator.processes import own_files

        own_files.close_to_others()
        app = create_app(settings, pages=False)
        with app.app_context():
            try:
                if not any_keys:
                    fingerprints.must_match(app.config["SETTINGS"])
                    db.session.rollback()
                yield app
            finally:
                app.extensions["jobs"].close()
                db.session.remove()
                db.engine.dispose()


def mistyped_settings() -> Iterator[str]:
    """Yield a sentence for each variable that nobody reads, and that was probably meant for a setting."""
    from estimator import config

    for name, meant in config.mistyped().items():
        yield _("%(name)s is no setting, so it does nothing. Was %(meant)s meant?", name=name, meant=meant)


def invented_things(settings: Settings, now: datetime) -> Iterator[str]:
    """Yield a sentence for each thing of a demonstration that counts for patients of a real installation."""
    from estimator import demonstration, price_lists

    if settings.demo:
        return
    in_force = price_lists.all_in_force(now)
    invented = sorted(version.slug for version in in_force if price_lists.parsed(version).demo)
    if invented and len(invented) < len(in_force):
        yield _(
            "Price lists of a demonstration are in force beside yours, so patients are offered invented prices: "
            "%(lists)s. Close each of them on the page of the price lists at the desk: “Close this list”.",
            lists=", ".join(invented),
        )
    elif invented:
        yield _(
            "All price lists in force are of a demonstration, so patients are offered invented prices: %(lists)s. Add "
            "your own (estimator tables import FILE), and close each of these on the page of the price lists at the "
            "desk: “Close this list”.",
            lists=", ".join(invented),
        )
    if found := demonstration.set_by_somebody_invented():
        yield _(
            "Invented people of a demonstration have set what counts here: %(names)s. `estimator demo empty` sets it "
            "back to the default.",
            names=", ".join(found),
        )


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
    from estimator.migrations import WrongRevision
    from estimator.operations import database_faults
    from estimator.operations.fingerprints import OtherKeys

    try:
        yield
    except OtherKeys as error:
        raise Refused(*error.sentences, code=1) from None
    except (WrongSetting, WrongRevision) as error:
        raise Refused(str(error)) from None
    except (PermissionError, NotADirectoryError) as error:
        if error.filename is None:
            raise
        raise Refused(_not_opened(error)) from None
    except ModuleNotFoundError as error:
        if error.name != "psycopg":
            raise
        raise Refused(
            _(
                "The driver for PostgreSQL is missing. It is in the list of packages that belongs to this version; in "
                "the main folder: %(command)s",
                command=f"{Path(sys.executable).parent / 'pip'} install --require-hashes --no-build-isolation "
                "--requirement requirements.txt",
            )
        ) from None
    except DBAPIError as error:
        said = database_faults.sentence(error, _database_url())
        if said is None:
            raise
        raise Refused(said, code=1) from None


def _not_opened(error: OSError) -> str:
    """Say of a path that cannot be looked at what to do about it."""
    if isinstance(error, NotADirectoryError):
        return _(
            "%(path)s cannot be opened, because a part of it is a file. Name a folder in INSTANCE.",
            path=error.filename,
        )
    return _(
        "%(path)s cannot be opened (%(reason)s). Give it, and the folders above it, to the user that runs the app, or "
        "name another place in INSTANCE or DATABASE_URL.",
        path=error.filename,
        reason=error.strerror,
    )


def _database_url() -> str:
    from estimator import config

    try:
        return config.database_url()
    except config.WrongSetting:
        return ""
