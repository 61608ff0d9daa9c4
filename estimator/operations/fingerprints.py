"""Keys belong to a database: the fingerprint of each stands there, and another machine's keys are noticed.

The first `estimator prepare` records them. From then on a machine whose keys are others must not start: what it
seals could be read nowhere else, its forms would be refused elsewhere, and its links would open nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, MetaData, create_engine, delete, func, inspect, select, update
from sqlalchemy.pool import NullPool

from estimator import estimates, keys, links, models
from estimator.config import Settings
from estimator.db import changed_rows, db, engine_options, insert_if_absent
from estimator.messages import gettext as _
from estimator.models import Estimate, KeyFingerprint
from estimator.privacy import key_rotation

SECRETS = ("secret_key", "link_key", "lookup_key")
"""Keys of which there is one each; the others, data keys, have ids."""

DATA_KEYS = "data_keys"

CONSEQUENCES: Mapping[str, str] = {
    "secret_key": _("forms and what is in the queue would be refused on the other machines"),
    "link_key": _("links that were sent could not be composed again"),
    "lookup_key": _("people and their mail could not be found by their address, nor recovery codes accepted"),
}


class OtherKeys(Exception):
    """The keys of this machine are not those that the database belongs to; `sentences` say which, and what to do."""

    def __init__(self, *sentences: str) -> None:
        self.sentences = sentences
        super().__init__("\n".join(sentences))


def of_secret(name: str, secret: str) -> str:
    """Return the fingerprint of a secret; the secret cannot be worked out from it."""
    return keys.lookup(secret, "fingerprint", name)


def of_data_key(key: bytes) -> str:
    """Return the fingerprint of a data key."""
    return hmac.new(key, b"fingerprint:data_keys", hashlib.sha256).hexdigest()


def of_settings(settings: Settings) -> dict[tuple[str, str], str]:
    """Return the fingerprint of every key of this machine, by its name and, for data keys, its id."""
    found = {(name, ""): of_secret(name, getattr(settings, name)) for name in SECRETS}
    for key_id, key in settings.data_keys.keys().items():
        found[DATA_KEYS, key_id] = of_data_key(key)
    return found


def in_use(url: str) -> bool:
    """Whether a database holds anything that was made with keys: then none may be made for it any more.

    A database that does not exist, or has no tables yet, is not in use; a file is not created.
    """
    path = url.removeprefix("sqlite:///")
    if path != url and not Path(path).is_file():
        return False
    engine = create_engine(url, poolclass=NullPool, **engine_options(url))
    try:
        return _in_use(engine)
    finally:
        engine.dispose()


def _in_use(engine: Engine) -> bool:
    made_with_keys = [
        (KeyFingerprint.__tablename__, "name"),
        (Estimate.__tablename__, "link_hash"),
        *((table.name, column) for table, column in key_rotation.columns()),
    ]
    columns: dict[str, set[str]] = {}
    looking = inspect(engine)
    for name in set(looking.get_table_names()) & {table for table, _column in made_with_keys}:
        columns[name] = {column["name"] for column in looking.get_columns(name)}
    tables: MetaData = models.metadata()
    with engine.connect() as connection:
        return any(
            connection.execute(
                select(tables.tables[table].c[column])
                .where(tables.tables[table].c[column].is_not(None))
                .limit(1)
            ).first()
            for table, column in made_with_keys
            if column in columns.get(table, ())
        )


def must_match(settings: Settings) -> None:
    """Raise OtherKeys if this machine's keys are not those of the database; what is not recorded yet matches."""
    found = _differences(_recorded(), settings)
    if found:
        raise OtherKeys(*found)


def must_be_known(settings: Settings) -> None:
    """Raise OtherKeys if these are the keys of another installation; for commands that change the data keys.

    A data key more or less is what these commands set right. But another secret, or not one data key that the database
    knows, is another installation.
    """
    recorded = _recorded()
    data = {key_id for name, key_id in recorded if name == DATA_KEYS}
    if data & settings.data_keys.keys().keys():
        recorded = {place: row for place, row in recorded.items() if place[0] != DATA_KEYS}
    found = _differences(recorded, settings)
    if found:
        raise OtherKeys(*found)


def listed(settings: Settings) -> list[dict[str, Any]]:
    """Return what a copy of the database must say about its keys: their names, ids and fingerprints."""
    recorded = _recorded()
    found = []
    for (name, key_id), fingerprint in of_settings(settings).items():
        row = recorded.get((name, key_id))
        seals = name == DATA_KEYS and (row is None or row.seals)
        found.append({"name": name, "key_id": key_id, "fingerprint": fingerprint, "seals": seals})
    return found


def not_of_copy(keys_of_copy: Sequence[Mapping[str, Any]], settings: Settings) -> list[tuple[str, str]]:
    """Return the name, and for data keys the id, of every key of a copy that this machine has not, or has otherwise.

    It may have newer data keys as well, and need not have those that have sealed nothing.
    """
    here = of_settings(settings)
    found = []
    for row in keys_of_copy:
        mine = here.get((row["name"], row["key_id"]))
        lacks = mine is None and bool(row["seals"])
        if lacks or (mine is not None and not hmac.compare_digest(mine, row["fingerprint"])):
            found.append((str(row["name"]), str(row["key_id"])))
    return found


def name_of_set(settings: Settings) -> str:
    """Return a name for all keys of this machine together, which changes when one of them does."""
    together = "\n".join(sorted(of_settings(settings).values()))
    return f"keys-{hashlib.sha256(together.encode()).hexdigest()[:12]}"


def wrong_data_keys(settings: Settings) -> set[str]:
    """Return the ids of this machine's data keys that the database knows with another key."""
    recorded, here = _recorded(), of_settings(settings)
    return {
        key_id
        for (name, key_id), row in recorded.items()
        if name == DATA_KEYS and here.get((name, key_id), row.fingerprint) != row.fingerprint
    }


def record(settings: Settings) -> None:
    """Record the keys of this machine if the database has none recorded, and require them to match; idempotent.

    Raises OtherKeys, also where nothing is recorded and what is there was made with other keys. The caller commits.
    """
    recorded = _recorded()
    if not recorded:
        must_open_everything(settings)
    first = next(iter(settings.data_keys.keys()))
    sealed = key_rotation.texts_by_key() if not recorded else {}
    for (name, key_id), fingerprint in of_settings(settings).items():
        known = any(known_name == name for known_name, _id in recorded)
        if not known:
            seals = name == DATA_KEYS and (key_id == first or bool(sealed.get(key_id)))
            row = {"name": name, "key_id": key_id, "fingerprint": fingerprint, "seals": seals}
            insert_if_absent(KeyFingerprint, row)
    must_match(settings)


def register(key_id: str, key: bytes, *, seals: bool) -> None:
    """Record a data key that was added, or that seals from now on."""
    row = {"name": DATA_KEYS, "key_id": key_id, "fingerprint": of_data_key(key), "seals": seals}
    if not insert_if_absent(KeyFingerprint, row) and seals:
        ours = (KeyFingerprint.name == DATA_KEYS, KeyFingerprint.key_id == key_id)
        changed_rows(update(KeyFingerprint).where(*ours).values(seals=True))


def unregister(key_id: str) -> None:
    """Remove a data key that was forgotten."""
    ours = (KeyFingerprint.name == DATA_KEYS, KeyFingerprint.key_id == key_id)
    changed_rows(delete(KeyFingerprint).where(*ours))


def accept(name: str, settings: Settings) -> None:
    """Record this machine's key as the one that the database belongs to from now on; for data keys, all of them."""
    changed_rows(delete(KeyFingerprint).where(KeyFingerprint.name == name))
    first = next(iter(settings.data_keys.keys()))
    sealed = key_rotation.texts_by_key() if name == DATA_KEYS else {}
    for (which, key_id), fingerprint in of_settings(settings).items():
        if which == name:
            seals = name == DATA_KEYS and (key_id == first or bool(sealed.get(key_id)))
            row = {"name": name, "key_id": key_id, "fingerprint": fingerprint, "seals": seals}
            insert_if_absent(KeyFingerprint, row)


def recorded_of(name: str) -> set[tuple[str, str, bool]]:
    """Return what the database knows of a key: its id, its fingerprint, and whether it seals."""
    return {
        (key_id, row.fingerprint, row.seals) for (which, key_id), row in _recorded().items() if which == name
    }


def _recorded() -> dict[tuple[str, str], KeyFingerprint]:
    rows = db.session.scalars(select(KeyFingerprint).execution_options(populate_existing=True))
    return {(row.name, row.key_id): row for row in rows}


def _differences(recorded: Mapping[tuple[str, str], KeyFingerprint], settings: Settings) -> list[str]:
    here = of_settings(settings)
    found = []
    for name in SECRETS:
        row = recorded.get((name, ""))
        if row is not None and not hmac.compare_digest(row.fingerprint, here[name, ""]):
            found.append(
                _(
                    "%(name)s is not the key that this database belongs to: %(consequence)s. Copy it from the "
                    "machine where everything works, or from your copy of the keys. If you replaced it on "
                    "purpose, run: estimator keys accept %(file)s",
                    name=name.upper(),
                    consequence=CONSEQUENCES[name],
                    file=name,
                )
            )
    data = {key_id: row for (name, key_id), row in recorded.items() if name == DATA_KEYS}
    if data:
        found += _differing_data_keys(data, settings)
    return found


def _differing_data_keys(recorded: Mapping[str, KeyFingerprint], settings: Settings) -> list[str]:
    there = settings.data_keys.keys()
    found = []
    for key_id, row in recorded.items():
        if key_id not in there:
            if row.seals:
                found.append(
                    _(
                        "The key %(id)s, which has sealed personal texts, is missing in DATA_KEYS, so they cannot be "
                        "read here. Copy data_keys from the machine where everything works, or from your copy of "
                        "the keys.",
                        id=key_id,
                    )
                )
        elif not hmac.compare_digest(row.fingerprint, of_data_key(there[key_id])):
            found.append(
                _(
                    "The key %(id)s in DATA_KEYS is another one than the key of that id which this database belongs "
                    "to. Copy data_keys from the machine where everything works, or from your copy of the keys.",
                    id=key_id,
                )
            )
    first = next(iter(there))
    if first not in recorded:
        found.append(
            _(
                "The key %(id)s is the first in DATA_KEYS, and this database does not know it: what it seals could "
                "be read on no other machine. Copy data_keys from the machine where everything works. If the key "
                "is new on purpose, run: estimator keys use %(id)s",
                id=first,
            )
        )
    return found


def must_open_everything(settings: Settings) -> None:
    """Raise OtherKeys unless these keys open what is sealed already: the newest text of each key in each column."""
    found = []
    for table, column in key_rotation.columns():
        sealed = table.c[column]
        key_id = func.substr(sealed, 1, keys.ID_LENGTH)
        newest = select(func.max(table.c.id)).where(sealed.is_not(None)).group_by(key_id)
        for name, content in db.session.execute(select(table.c.name, sealed).where(table.c.id.in_(newest))):
            try:
                settings.data_keys.open_bytes(content, table.name, column, name)
            except keys.Unreadable as error:
                found.append(
                    _(
                        "DATA_KEYS do not open what is in this database (%(reason)s). Copy data_keys from the "
                        "machine where it was used, or from your copy of the keys.",
                        reason=error,
                    )
                )
    newest_estimate = db.session.scalars(select(Estimate).order_by(Estimate.id.desc()).limit(1)).first()
    if newest_estimate is not None:
        token = estimates.token_of(newest_estimate, settings.link_key)
        if links.stored(token) != newest_estimate.link_hash:
            found.append(
                _(
                    "LINK_KEY is not the key with which the links in this database were made. Copy link_key from "
                    "the machine where it was used, or from your copy of the keys."
                )
            )
    if found:
        raise OtherKeys(*dict.fromkeys(found))
