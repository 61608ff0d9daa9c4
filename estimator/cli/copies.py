"""`estimator backup` and `estimator restore`: copies of the database, each restored once before it is relied on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from estimator.cli.installation import running_app, sentences
from estimator.cli.refusal import Refused
from estimator.messages import gettext as _

if TYPE_CHECKING:
    from estimator.config import Settings

CHECKS = (("verify", "--all"), ("audit", "verify"))
"""The commands that prove a copy: every quote computes to what was issued, and the audit trail is whole."""

QUICK = click.option(
    "--quick",
    is_flag=True,
    help=_(
        "Do not compute every quote again, which takes long where there are very many; the rest is checked."
    ),
)


@click.command(
    help=_(
        "Copy the database into a new folder in FOLDER while everything runs, and prove the copy by restoring it into "
        "a scratch database. Keys are never in it: --keys copies them to another place."
    )
)
@click.argument("folder", type=click.Path(path_type=Path, resolve_path=True))
@click.option(
    "--keys",
    "keys_folder",
    type=click.Path(path_type=Path, resolve_path=True),
    help=_("Copy the keys as well, into another folder, which must be apart from the data."),
)
@QUICK
def backup(folder: Path, keys_folder: Path | None, quick: bool) -> int:
    """Make a copy and check it; 1 if it could not be checked, or is not as it should be."""
    from estimator import migrations
    from estimator.operations import copies, fingerprints

    started = datetime.now(UTC)
    with running_app() as app:
        settings: Settings = app.config["SETTINGS"]
        fingerprints.must_match(settings)
        before = dict(settings.data_keys.keys())
    _must_be_apart(folder, keys_folder, settings.instance)
    draft = folder / f"{copies.DRAFT}{started:%Y%m%dT%H%M%SZ}"
    with _told(), copies.alone_in(folder):
        draft.mkdir(mode=0o700)
        file = copies.dump(settings.database_url, draft)
        settings = _with_keys_of_the_copy(settings, before)
        with running_app(settings, any_keys=True):
            listed = fingerprints.listed(settings)
        copies.write_manifest(
            draft,
            {
                "database": copies.kind(settings.database_url),
                "file": file.name,
                "sha256": copies.checksum(file),
                "bytes": file.stat().st_size,
                "made_at": started.isoformat(timespec="seconds"),
                "revision": migrations.head(),
                "keys": listed,
                "keys_folder": fingerprints.name_of_set(settings),
            },
        )
        checked = _checked(settings, draft, file, quick)
        final = folder / (draft.name.lstrip(".") + ("" if checked else "-unchecked"))
        final = _free(final)
        draft.rename(final)
        if keys_folder is not None:
            kept = _copy_keys(settings, keys_folder / fingerprints.name_of_set(settings))
            click.echo(_("The keys that open it are in %(folder)s.", folder=kept))
        else:
            click.echo(
                _(
                    "The keys that open it (%(name)s) are not in it. Copy them to another place whenever they "
                    "change: estimator backup FOLDER --keys OTHER",
                    name=fingerprints.name_of_set(settings),
                )
            )
    if checked:
        click.echo(_("The copy is in %(folder)s, and was restored and checked.", folder=final))
        return 0
    click.echo(
        _("The copy is in %(folder)s, and is NOT proven; what is in the way stands above.", folder=final)
    )
    return 1


@click.command(
    help=_(
        "Restore the copy in the folder COPY into the empty database of DATABASE_URL, and check it. Mail is held "
        "until `estimator mail release`, so that nothing is sent twice beside a living original."
    )
)
@click.argument("copy", type=click.Path(path_type=Path, exists=True, file_okay=False, resolve_path=True))
@click.option(
    "--keys",
    "keys_folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False, resolve_path=True),
    help=_(
        "The folder with the keys of the copy; those that are missing in the instance folder are copied there."
    ),
)
@click.option(
    "--hold-mail/--send-mail",
    default=True,
    show_default=True,
    help=_("Hold mail, or send what is waiting at once: only where the original is gone for good."),
)
@QUICK
def restore(copy: Path, keys_folder: Path | None, hold_mail: bool, quick: bool) -> int:
    """Restore a copy; 1 if what was restored is not as it should be."""
    from estimator import config
    from estimator.operations import copies, scratch
    from estimator.processes import own_files

    own_files.close_to_others()
    with _told(), sentences():
        said = copies.read_manifest(copy)
        brought = _keys_to_bring(keys_folder, str(said["keys_folder"]))
        # As it will be once they are here: nothing is written before all of it is known to be right.
        to_be = config.load(**{secret: text.strip() for secret, text in brought.items()})
        if copies.kind(to_be.database_url) != said["database"]:
            raise Refused(
                _(
                    "The copy is of %(copied)s and DATABASE_URL leads to %(here)s. Name a database of the same kind.",
                    copied=said["database"],
                    here=copies.kind(to_be.database_url),
                )
            )
        _must_open(said, to_be, brought, keys_folder)
        copies.must_be_empty(to_be.database_url)
        _write_keys(to_be.instance, brought)
        settings = config.load()
        held_at = datetime.now(UTC) if hold_mail else None
        copies.load(copy / said["file"], settings.database_url, held_at=held_at, upgraded=True)
        scratch.remove_abandoned(settings.database_url)
    _register_keys(settings)
    click.echo(_("The copy of %(moment)s is restored.", moment=said["made_at"]))
    well = _proven(settings, settings.database_url, quick)
    if hold_mail:
        click.echo(
            _(
                "Mail is held: nothing is sent until you run `estimator mail release`, once the installation that was "
                "copied sends nothing any more; with --give-up-waiting if it has sent what waits here."
            )
        )
    click.echo(
        _(
            "People who were erased since then are here again: run `estimator purge`, and erase those once more who "
            "asked for it in the meantime."
        )
    )
    return 0 if well else 1


def _with_keys_of_the_copy(settings: Settings, before: Mapping[str, bytes]) -> Settings:
    """Return settings with the data keys of before and after the copy was made, which do not change any more.

    With a new key, which may have been made meanwhile, some of its texts may be sealed already; with one that was
    forgotten meanwhile, some still.
    """
    from estimator.keys import Keyring, as_text

    return replace(settings, data_keys=Keyring(as_text({**settings.data_keys.keys(), **before})))


def _checked(settings: Settings, draft: Path, file: Path, quick: bool) -> bool:
    """Restore a copy into a scratch database and prove it; say what is in the way if that cannot be done."""
    from estimator.operations import copies, database_faults, scratch

    try:
        with scratch.database(settings.database_url, draft, datetime.now(UTC)) as place:
            copies.load(file, place, held_at=datetime.now(UTC))
            _register_keys(replace(settings, database_url=place))
            return _proven(settings, place, quick)
    except copies.Failed as failed:
        click.echo(str(failed))
    except Refused as refused:
        for sentence in refused.sentences:
            click.echo(sentence)
    except Exception as error:
        reason = database_faults.reason_of(error, settings.database_url)
        click.echo(
            _(
                "The copy could not be checked: %(reason)s (%(kind)s).",
                reason=reason,
                kind=type(error).__name__,
            )
        )
    return False


def _register_keys(settings: Settings) -> None:
    """Let a restored database know these keys: the first one may be newer than the copy."""
    from estimator.db import db
    from estimator.operations import fingerprints

    with running_app(settings, any_keys=True):
        first, key = next(iter(settings.data_keys.keys().items()))
        fingerprints.register(first, key, seals=True)
        fingerprints.record(settings)
        db.session.commit()


def _proven(settings: Settings, url: str, quick: bool) -> bool:
    """Run the checks on a database in processes of their own; print what they say."""
    from estimator.keys import as_text

    environment = {name: value for name, value in os.environ.items() if not name.endswith("_URL_FILE")}
    environment.pop("DATA_KEYS_FILE", None)
    environment["DATA_KEYS"] = as_text(
        settings.data_keys.keys()
    )  # as they are now: they may be replaced meanwhile
    environment |= {"DATABASE_URL": url, "INSTANCE": str(settings.instance), "QUEUE_URL": settings.queue_url}
    well = True
    for check in CHECKS[1:] if quick else CHECKS:
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "estimator", *check],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        for line in done.stdout.splitlines():
            click.echo(f"  {line}")
        well = well and done.returncode == 0
    return well


def _must_be_apart(folder: Path, keys_folder: Path | None, instance: Path) -> None:
    """Refuse to put data and keys into one place: whoever gets hold of it could read everything."""
    places = [one.resolve() for one in (folder, keys_folder, instance) if one is not None]
    for number, one in enumerate(places):
        for other in places[number + 1 :]:
            if one == other or one in other.parents or other in one.parents:
                raise Refused(
                    _(
                        "%(one)s and %(other)s are one place. Keep copies of the database apart from the keys, and "
                        "both apart from the instance folder: whoever has both can read everything.",
                        one=one,
                        other=other,
                    )
                )


def _copy_keys(settings: Settings, target: Path) -> Path:
    """Write the keys of this machine into a folder of their own, unless they are there already."""
    from estimator.keys import as_text
    from estimator.operations import fingerprints

    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    texts = {name: f"{getattr(settings, name)}\n" for name in fingerprints.SECRETS}
    texts[fingerprints.DATA_KEYS] = as_text(settings.data_keys.keys())
    for name, text in texts.items():
        _write_private(target / name, text)
    return target


def _write_private(path: Path, text: str) -> None:
    from estimator import keys
    from estimator.operations import copies

    with copies.writing(path):
        if not path.is_file() or path.read_bytes() != text.encode():
            keys.write_text(path, text)


def _keys_to_bring(keys_folder: Path | None, name: str) -> dict[str, str]:
    """Return the text of each key that is missing here, from a folder; refuse to begin without them."""
    from estimator import config

    instance = config.instance_folder()
    missing = config.missing_secrets()
    if keys_folder is not None and (
        lacking := [key for key in missing if not (keys_folder / key.lower()).exists()]
    ):
        raise Refused(
            _(
                "%(files)s are not in %(folder)s. Nothing was written. Name the folder with all keys of this copy, "
                "which is called %(name)s: --keys FOLDER",
                files=", ".join(key.lower() for key in lacking),
                folder=keys_folder,
                name=name,
            )
        )
    found: dict[str, str] = {}
    for secret in missing:
        if keys_folder is None:
            raise Refused(
                _(
                    "%(names)s are missing in %(instance)s, and without them the copy cannot be read. Name the folder "
                    "with the keys of this copy, which is called %(name)s: --keys FOLDER",
                    names=", ".join(missing),
                    instance=instance,
                    name=name,
                )
            )
        source = keys_folder / secret.lower()
        found[secret] = source.read_text(encoding="utf-8", errors="replace")
        if not found[secret].strip():
            raise Refused(_("%(file)s is empty. Take another copy of the keys.", file=source), code=1)
    return found


def _must_open(
    said: Mapping[str, Any], settings: Settings, brought: Mapping[str, str], keys_folder: Path | None
) -> None:
    """Refuse keys that are not those of a copy; name the places of the wrong ones."""
    from estimator.operations import fingerprints

    wrong = fingerprints.not_of_copy(said["keys"], settings)
    if not wrong:
        return
    sentences = []
    for name, key_id in wrong:
        place = str(keys_folder) if name.upper() in brought else _place_of(name, settings)
        if key_id:
            sentences.append(
                _(
                    "%(name)s in %(place)s lack the key %(id)s of this copy, or have another one of that id.",
                    name=name,
                    place=place,
                    id=key_id,
                )
            )
        else:
            sentences.append(_("%(name)s in %(place)s is not the key of this copy.", name=name, place=place))
    sentences.append(
        _("Nothing was written. The keys of this copy are called %(name)s.", name=said["keys_folder"])
    )
    if any(name.upper() not in brought for name, _id in wrong):
        sentences.append(
            _(
                "Move those that are not its keys away from where this installation looks for them, and name the "
                "folder with the right ones: --keys FOLDER"
            )
        )
    else:
        sentences.append(_("Name the folder with them: --keys FOLDER"))
    raise Refused(*sentences, code=1)


def _place_of(name: str, settings: Settings) -> str:
    """Return where this machine has a key from: a setting, or a folder."""
    if os.environ.get(name.upper()):
        return _("the environment")
    return os.environ.get(f"{name.upper()}_FILE") or str(settings.instance)


def _write_keys(instance: Path, brought: Mapping[str, str]) -> None:
    """Put keys that were brought into the instance folder."""
    from estimator import config

    if brought:
        config.prepare_folder(instance)
    for secret, text in brought.items():
        _write_private(config.secret_path(instance, secret), text)


def _free(path: Path) -> Path:
    """Return a path that is not taken yet."""
    number, found = 1, path
    while found.exists():
        number += 1
        found = path.with_name(f"{path.name}-{number}")
    return found


@contextmanager
def _told() -> Iterator[None]:
    """Turn what goes wrong with files and programs into Refused."""
    from estimator.operations import copies

    try:
        yield
    except copies.Failed as failed:
        raise Refused(str(failed), code=1) from None
    except OSError as error:
        if error.filename is None:
            raise
        reason = error.strerror or error
        raise Refused(_("%(path)s: %(reason)s.", path=error.filename, reason=reason), code=1) from None
