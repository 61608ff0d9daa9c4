"""`estimator keys`: the keys that seal personal texts, and how they are replaced.

The key file is changed under a lock and read again inside it, so that two commands at once cannot overwrite each
other's change. A key is forgotten while nobody can save anything that it sealed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from estimator.cli.installation import running_app
from estimator.cli.refusal import Refused
from estimator.messages import gettext as _

if TYPE_CHECKING:
    from estimator.keys import Keyring

SETTLED = 300
"""Seconds for which the key file must not have changed before a key is forgotten.

A process reads the file when it seals a text, and saves the text a moment later: a page in less than a minute,
a worker in less than three. What it sealed before the last change is saved by then, and counted.
"""


@click.group(help=_("The keys that personal texts are encrypted with."))
def keys() -> None:
    """Group the commands about keys."""


@keys.command("list", help=_("Print each key's id and how many texts it has sealed."))
def list_() -> None:
    """Print the ids of the keys, never the keys."""
    from flask import current_app

    from estimator.operations import fingerprints
    from estimator.privacy import key_rotation

    with _keyring(any_keys=True) as keyring:
        counts = key_rotation.texts_by_key()
        key_ids = list(keyring.keys())
        wrong = fingerprints.wrong_data_keys(current_app.config["SETTINGS"])
    for number, key_id in enumerate(key_ids):
        marks = [_("seals")] if number == 0 else []
        if key_id in wrong:
            marks.append(_("is not the key that this database knows by that id"))
        click.echo(f"{key_id}  {counts.pop(key_id, 0):>8}  {', '.join(marks)}".rstrip())
    for key_id, count in counts.items():
        click.echo(f"{key_id}  {count:>8}  {_('is missing: these texts cannot be read')}")


@keys.command(
    help=_("Make a new key that only opens, so that it can be copied to other machines before it seals.")
)
def add() -> None:
    """Add a key behind the others."""
    from estimator.keys import new_line, parsed_line
    from estimator.operations import fingerprints

    with _keyring() as keyring:
        key_id, key = parsed_line(new_line())
        with _in_turn():
            fingerprints.register(key_id, key, seals=False)
            _write(keyring, {**keyring.keys(), key_id: key})
    click.echo(
        _(
            "%(id)s is new. Copy the key file to every other machine, then run: estimator keys use %(id)s",
            id=key_id,
        )
    )


@keys.command(help=_("Let the key ID seal from now on, and seal everything anew with it."))
@click.argument("id_", metavar="ID")
def use(id_: str) -> None:
    """Put a key first."""
    from estimator.operations import fingerprints

    with _keyring() as keyring:
        with _in_turn():
            there = dict(keyring.keys())
            _must_be_there(id_, there)
            _must_open_everything()
            fingerprints.register(id_, there[id_], seals=True)
            _write(keyring, {id_: there[id_], **there})
        _seal_anew(keyring)


@keys.command(help=_("Make a new key, let it seal from now on, and seal everything anew with it."))
def rotate() -> None:
    """Put a new key first."""
    from estimator.keys import new_line, parsed_line
    from estimator.operations import fingerprints

    with _keyring() as keyring:
        key_id, key = parsed_line(new_line())
        with _in_turn():
            _must_open_everything()
            fingerprints.register(key_id, key, seals=True)
            _write(keyring, {key_id: key, **keyring.keys()})
        _seal_anew(keyring)


@keys.command(help=_("Remove the key ID, which must have sealed nothing that is still there."))
@click.argument("id_", metavar="ID")
def forget(id_: str) -> None:
    """Remove a key; copies of the database that it opens can then not be read any more."""
    from estimator.db import db
    from estimator.operations import fingerprints
    from estimator.privacy import key_rotation

    with _keyring() as keyring:
        key_rotation.hold_still()
        there = dict(keyring.keys())
        _must_be_there(id_, there)
        if next(iter(there)) == id_:
            raise Refused(_("%(id)s is the key that seals. Run `estimator keys rotate` first.", id=id_))
        count = key_rotation.texts_by_key()[id_]
        if count:
            raise Refused(
                _(
                    "%(id)s still opens %(count)s texts. Run `estimator keys rotate` first.",
                    id=id_,
                    count=count,
                )
            )
        _must_have_settled(keyring, id_)
        del there[id_]
        fingerprints.unregister(id_)
        _write(keyring, there)
        db.session.commit()
    click.echo(_("%(id)s is forgotten.", id=id_))


@keys.command(
    help=_(
        "Let the database belong to the key NAME of this machine from now on, after it was replaced on purpose: "
        "secret_key, link_key, lookup_key, or data_keys."
    )
)
@click.argument("name", type=click.Choice(["secret_key", "link_key", "lookup_key", "data_keys"]))
@click.option(
    "--lose-texts",
    is_flag=True,
    help=_("Also if that leaves personal texts whose key is lost, and that nobody can read any more."),
)
def accept(name: str, lose_texts: bool) -> None:
    """Record the fingerprint of a key that was replaced by hand."""
    from estimator.db import db
    from estimator.operations import fingerprints
    from estimator.privacy import key_rotation

    with running_app(any_keys=True) as app:
        settings = app.config["SETTINGS"]
        key_rotation.take_turn()
        if name == fingerprints.DATA_KEYS and not lose_texts:
            counts = key_rotation.texts_by_key()
            lost = sum(counts[key_id] for key_id in counts.keys() - settings.data_keys.keys().keys())
            if lost:
                raise Refused(
                    _(
                        "%(count)s personal texts were sealed with keys that are missing here. Put these keys back "
                        "into the key file. Only if they are lost everywhere: "
                        "estimator keys accept data_keys --lose-texts",
                        count=lost,
                    )
                )
        before = fingerprints.recorded_of(name)
        fingerprints.accept(name, settings)
        db.session.commit()
        if fingerprints.recorded_of(name) == before:
            click.echo(_("The database belongs to this %(name)s already. Nothing was changed.", name=name))
            return
    click.echo(
        _("The database belongs to this %(name)s from now on. Copy it to every other machine.", name=name)
    )
    if name != fingerprints.DATA_KEYS:  # those are read again by everything that runs
        click.echo(
            _("Then restart the web servers and workers everywhere: they have the old key until they end.")
        )


@contextmanager
def _keyring(*, any_keys: bool = False) -> Iterator[Keyring]:
    """Enter the app's context and yield its keys; raises Refused where it is unknown what they have sealed."""
    from estimator.operations import fingerprints
    from estimator.privacy import key_rotation

    with running_app(any_keys=True) as app:
        if not any_keys:
            fingerprints.must_be_known(app.config["SETTINGS"])
        try:
            key_rotation.columns()
            yield app.config["SETTINGS"].data_keys
        except key_rotation.NoneKnown:
            raise Refused(
                _(
                    "This program knows of no column with personal texts, so it cannot tell what a key has sealed. "
                    "Nothing was changed. Install it again."
                )
            ) from None


@contextmanager
def _in_turn() -> Iterator[None]:
    """Change the key file under a lock that keeps other commands from changing it."""
    from estimator.db import db
    from estimator.privacy import key_rotation

    key_rotation.take_turn()
    yield
    db.session.commit()


def _must_open_everything() -> None:
    """Raise OtherKeys unless everything can be sealed anew: a refusal later would leave a key that seals already."""
    from flask import current_app

    from estimator.operations import fingerprints

    fingerprints.must_open_everything(current_app.config["SETTINGS"])


def _must_be_there(id_: str, there: dict[str, bytes]) -> None:
    if id_ not in there:
        raise Refused(_("There is no key %(id)s. `estimator keys list` shows which there are.", id=id_))


def _must_have_settled(keyring: Keyring, id_: str) -> None:
    if keyring.path is None:
        return
    wait = keyring.path.stat().st_mtime + SETTLED - time.time()
    if wait > 0:
        raise Refused(
            _(
                "%(file)s was changed a moment ago, and what is being saved may still be sealed with %(id)s. "
                "Run this again in %(seconds)s seconds.",
                file=keyring.path,
                id=id_,
                seconds=int(wait) + 1,
            )
        )


def _write(keyring: Keyring, lines: dict[str, bytes]) -> None:
    from estimator.keys import write

    if keyring.path is None:
        raise Refused(
            _("DATA_KEYS stands in the environment and cannot be changed from here. Put it into a file.")
        )
    try:
        write(Path(keyring.path), lines)
    except OSError as error:
        raise Refused(
            _("%(file)s cannot be written (%(reason)s).", file=keyring.path, reason=error.strerror or error)
        ) from None


def _seal_anew(keyring: Keyring) -> None:
    from estimator.db import db
    from estimator.keys import Unreadable
    from estimator.privacy import key_rotation

    total = 0
    try:
        while count := key_rotation.seal_anew(keyring):
            db.session.commit()
            total += count
    except Unreadable as error:
        db.session.rollback()
        raise Refused(
            _("%(reason)s. Put the missing key back into the key file, then run this again.", reason=error)
        ) from None
    click.echo(
        _(
            "%(id)s seals from now on; %(count)s texts were sealed anew. "
            "Keep the older keys as long as you keep copies of the database.",
            id=next(iter(keyring.keys())),
            count=total,
        )
    )
