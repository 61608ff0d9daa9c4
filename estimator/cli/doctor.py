"""`estimator doctor`: what is missing on this machine, and how to put it right."""

from __future__ import annotations

import os
import shutil
import socket
import stat
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import click

from estimator.cli.doctor_situation import mail_server_sentences, old_keys_sentences, situation_sentences
from estimator.cli.installation import (
    invented_things,
    keys_to_copy,
    mistyped_settings,
    running_app,
    sentences,
)
from estimator.cli.refusal import Refused
from estimator.messages import gettext as _
from estimator.pdf.substitutes import MARK

if TYPE_CHECKING:
    from estimator.config import Settings


LEAST_LEASE = 170
"""Seconds within which a mail is handed over and that is recorded, see docs/several-machines.md."""

CONTAINERS = ("/run/.containerenv", "/.dockerenv")
"""Files that tell a container: in one, all addresses are those of a network of its own."""


@click.command(
    help=_("Say what is missing on this machine and how to install it; 1 is the exit code if anything is.")
)
@click.option("--demo", is_flag=True, help=_("Look at a demonstration, as `estimator serve --demo` runs it."))
@click.option(
    "--mail",
    "address",
    metavar="ADDRESS",
    help=_("Send a test mail to an address instead, and say what was found."),
)
def doctor(demo: bool, address: str | None) -> int:
    """Print a sentence for everything that is missing."""
    if address is not None:
        return _mail({"DEMO": "1"} if demo else {}, address)
    missing = [*_machine(), *_installation({"DEMO": "1"} if demo else {})]
    for sentence in missing:
        click.echo(sentence)
    if not missing:
        click.echo(_("Nothing is missing."))
    return 1 if missing else 0


def _mail(given: dict[str, str], address: str) -> int:
    from estimator import config
    from estimator.cli.doctor_mail import Stopped, steps

    with sentences():
        settings = config.load(**given)
    try:
        for sentence in steps(settings, address):
            click.echo(sentence)
    except Stopped as stopped:
        click.echo(str(stopped))
        return 1
    return 0


def _machine() -> Iterator[str]:
    """Yield a sentence for everything that is missing for PDFs and for time zones."""
    from estimator.pdf.requirements import problems

    with redirect_stdout(StringIO()):  # the renderer prints about what it cannot load
        found = problems()
    yield from found
    if not available_timezones():
        yield _(
            "The time zones of the world are missing, so nobody knows when a clinic's day ends. "
            "Debian and Ubuntu: apt-get install tzdata. Elsewhere: pip install tzdata."
        )


def _installation(given: dict[str, str]) -> Iterator[str]:
    """Yield a sentence for everything that is missing in the instance folder, the settings and the database."""
    from estimator import config

    folder = config.instance_folder(**given)
    try:
        with sentences():
            if copying := keys_to_copy(**given):
                yield copying
                return
            if not folder.is_dir():
                yield _(
                    "The instance folder %(folder)s is missing. Run `estimator prepare`, or name another one in "
                    "INSTANCE.",
                    folder=folder,
                )
                return
            yield from _folder(folder)
            yield from mistyped_settings()
            settings = config.load(**given)
            yield from _settings(settings)
            yield from mail_server_sentences(settings)
            yield from _database(settings)
    except Refused as refused:
        yield from refused.sentences


def _folder(folder: Path) -> Iterator[str]:
    from estimator.operations import disks

    if not os.access(folder, os.W_OK | os.X_OK):
        yield _(
            "The instance folder %(folder)s cannot be written. Give it to the user that runs the app: "
            "chown USER %(folder)s",
            folder=folder,
        )
    for path in (folder, *sorted(folder.iterdir())):
        if stat.S_IMODE(path.stat().st_mode) & 0o077 and _is_private(path, folder):
            mode = "700" if path.is_dir() else "600"
            yield _(
                "Other users of this machine can open %(path)s. Close it: chmod %(mode)s %(path)s",
                path=path,
                mode=mode,
            )
    free = shutil.disk_usage(folder).free
    if free < disks.LEAST_FREE:
        yield _(
            "Only %(free)s MB are free where %(folder)s is. Make room before nothing can be saved any more.",
            free=free // 1_000_000,
            folder=folder,
        )


def _is_private(path: Path, folder: Path) -> bool:
    """Whether no other user may open a path: inside a private folder only the secrets have to be private as well."""
    from estimator.config import SECRETS

    return path == folder or path.name in {name.lower() for name in SECRETS}


def _settings(settings: Settings) -> Iterator[str]:
    from estimator.config import untranslated
    from estimator.processes.demonstration import is_of_this_machine

    if not settings.https and not is_of_this_machine(settings.public_url):
        yield _(
            "PUBLIC_URL begins with http://, so that links and answers can be read on their way. "
            "Serve the app through HTTPS and write https://%(host)s.",
            host=urlsplit(settings.public_url).hostname,
        )
    if settings.https and not settings.proxies:
        yield _(
            "PUBLIC_URL begins with https:// and PROXIES is 0, so that the web server in front counts as the one "
            "visitor: limits for one address hold for everybody together. Set PROXIES=1 where one proxy sets "
            "X-Forwarded-For and X-Forwarded-Proto."
        )
    yield from _host(settings)
    if settings.lease_seconds < LEAST_LEASE:
        yield _(
            "LEASE_SECONDS is %(seconds)s. A mail server may take two minutes for a mail, and with less than "
            "%(least)s another worker may send it once more. Leave it out, or write at least %(least)s.",
            seconds=settings.lease_seconds,
            least=LEAST_LEASE,
        )
    foreign = untranslated(settings.languages)
    if foreign:
        yield _(
            "LANGUAGES has %(languages)s, of which there are no translations here: such pages are English. Leave it "
            "out, or add the translations (docs/languages).",
            languages=", ".join(foreign),
        )
    if settings.mail_server is None and not settings.demo:
        yield _(
            "No mail server is set, so nobody can have an estimate sent by mail, and requests and quotes open to "
            "whoever has their link, without a code, also those of patients who have an email address. "
            "Set MAIL_SERVER and MAIL_FROM, then try them: estimator doctor --mail you@example.org"
        )


def _host(settings: Settings) -> Iterator[str]:
    """Yield what is wrong with the address to listen on: no address of this machine, or all of them."""
    everywhere = settings.host in ("0.0.0.0", "::")  # noqa: S104 - what somebody may have set
    if everywhere and not any(Path(mark).exists() for mark in CONTAINERS):
        yield _(
            "HOST is %(host)s, so whoever reaches this machine reaches the app past the web server in front, without "
            "encryption. Set it to 127.0.0.1, or to this machine's address in the private network.",
            host=settings.host,
        )
    try:
        family, *_rest, address = socket.getaddrinfo(settings.host, 0, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as trying:
            trying.bind(address)
    except (OSError, UnicodeError):
        yield _(
            "HOST is %(host)s, which is no address of this machine, so nothing can be served on it. `ip address` "
            "lists those that it has.",
            host=settings.host,
        )


def _database(settings: Settings) -> Iterator[str]:
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    from estimator import migrations
    from estimator.db import engine_options
    from estimator.operations import scratch

    path = settings.database_url.removeprefix("sqlite:///")
    if path != settings.database_url and not Path(path).is_file():
        yield _("The database %(path)s is missing. Run `estimator prepare`.", path=path)
        return
    migrations.must_be_current(
        create_engine(settings.database_url, poolclass=NullPool, **engine_options(settings.database_url))
    )
    if left := scratch.remove_abandoned(settings.database_url):
        click.echo(_("Databases that killed backups left on the server were removed: %(count)s.", count=left))
    yield from _tables(settings)


def _tables(settings: Settings) -> Iterator[str]:
    from estimator import price_lists, staff
    from estimator.operations import fingerprints

    with running_app(settings, any_keys=True):
        try:
            fingerprints.must_match(settings)
        except fingerprints.OtherKeys as other:
            yield from other.sentences
        else:
            yield from old_keys_sentences(settings)
        yield from situation_sentences(settings)
        now = datetime.now(UTC)
        yield from invented_things(settings, now)
        if not settings.demo and not staff.is_administered():
            yield _(
                "Nobody can sign in, so nobody reads what patients ask: no administrator has chosen a password yet. "
                "Make the first one, or have them open their link: estimator staff create ADDRESS"
            )
        in_force = price_lists.all_in_force(now)
        if not in_force:
            yield _("No price list is in force. Add one: estimator tables import FILE")
        for version in in_force:
            yield from _marks(version.slug, version.text)


def _marks(slug: str, text: str) -> Iterator[str]:
    """Yield a sentence if a list has letters for which documents have a mark."""
    from estimator.pdf import renderer

    try:
        letters = renderer.undrawable(text)
    except renderer.RenderingFailed:
        return  # what PDFs lack here was said
    finally:
        renderer.close()
    if letters:
        yield _(
            "The price list %(list)s has letters for which PDFs have the mark “%(mark)s”, because no font here has "
            "them: %(letters)s. Take them out, or install a font of Noto Sans that has them.",
            list=slug,
            mark=MARK,
            letters=" ".join(letters),
        )
