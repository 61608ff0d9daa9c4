"""What a request is found by: beginnings of names and of a mail address, and digits of a telephone number, as HMACs.

All of them are numbers of one table, `NameWord`. None can be read, and each kind has its own HMAC, so that digits of a
telephone number are never taken for those of a name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy import delete as sql_delete

from estimator import keys, telephone
from estimator.act import Act
from estimator.db import changed_rows, db
from estimator.mail import addresses
from estimator.models import InstallationState, NameWord, PatientRequest
from estimator.requests import name_index
from estimator.requests.events import lock
from estimator.requests.person import Person, email_lookup, readable_person

MOST_OF_DOMAIN = 24
"""Maximum number of characters behind the @ of an indexed beginning of an address."""

MOST_OTHERS = 20
"""Maximum number of other requests of a person that are listed."""

BATCH = 200
"""Number of requests indexed in one transaction of the night."""

INDEXED = "requests indexed with references up to"
"""The fact that says up to which request the nightly sweep has looked at what it is found by."""


def keep(request: PatientRequest, person: Person, lookup_key: str) -> None:
    """Let a request be found by this person and by nobody else; the caller holds its lock or has just made it."""
    wanted = numbers_of(person, request.country, lookup_key)
    wanted.add(of_half(request.reference.rpartition("-")[2], lookup_key))
    there = set(db.session.scalars(select(NameWord.word).filter_by(request_id=request.id)))
    if gone := there - wanted:
        changed_rows(
            sql_delete(NameWord).where(NameWord.request_id == request.id, NameWord.word.in_(sorted(gone)))
        )
    db.session.add_all(NameWord(word=word, request_id=request.id) for word in sorted(wanted - there))
    db.session.flush()


def numbers_of(person: Person, country: str, lookup_key: str) -> set[int]:
    """Return what is stored so that the request of a person is found."""
    found = {
        number
        for name in {person.full_name, person.patient}
        for number in name_index.beginnings(name, lookup_key)
    }
    if person.email is not None:
        found |= _of_address(person.email, lookup_key)
    if person.phone is not None:
        found |= _of_telephone(person.phone, country, lookup_key)
    return found


def of_half(letters: str, lookup_key: str) -> int:
    """Return what a request is found by that has these letters as the second half of its reference."""
    return keys.lookup_number(lookup_key, "half of a reference", letters)


def of_typed_digits(typed: str, lookup_key: str) -> list[int]:
    """Return what to look for where digits were typed: any of these; empty if there are too few."""
    return sorted(
        keys.lookup_number(lookup_key, "telephone", digits) for digits in telephone.looked_for(typed)
    )


def of_typed_address(typed: str, lookup_key: str) -> int | None:
    """Return what to look for where the beginning of an address, or @ and a domain, was typed; None if too short."""
    text = addresses.spelling(typed).casefold()
    local, _at, domain = text.rpartition("@")
    if not local:
        return keys.lookup_number(lookup_key, "domain", domain) if len(domain) >= name_index.LEAST else None
    return keys.lookup_number(lookup_key, "mail", f"{local}@{domain[:MOST_OF_DOMAIN]}")


def others_of(request: PatientRequest, person: Person, lookup_key: str) -> Sequence[int]:
    """Return the numbers of other requests with the same mail address or telephone number, the newest first.

    They are at most MOST_OTHERS + 1, so that whoever lists them can say that there are more.
    """
    same: list[ColumnElement[bool]] = []
    if person.email is not None:
        same.append(PatientRequest.email_lookup == email_lookup(person.email, lookup_key))
    whole = None if person.phone is None else _whole(person.phone, request.country, lookup_key)
    if whole is not None:
        same.append(PatientRequest.id.in_(select(NameWord.request_id).where(NameWord.word == whole)))
    if not same:
        return []
    return db.session.scalars(
        select(PatientRequest.id)
        .where(or_(*same), PatientRequest.id != request.id, PatientRequest.erased_at.is_(None))
        .order_by(PatientRequest.id.desc())
        .limit(MOST_OTHERS + 1)
    ).all()


def has(number: int) -> ColumnElement[bool]:
    """Return the SQL condition that a request is found by a number."""
    return exists().where(NameWord.word == number, NameWord.request_id == PatientRequest.id)


def index_some(act: Act) -> int:
    """Index a batch of requests that an older program made or that nobody looked at yet; return how many, 0 at the end.

    What is found by what it should be already is only looked at. One whose key is missing stays as it is.
    """
    state = db.session.get(InstallationState, INDEXED)
    done = 0 if state is None else int(json.loads(state.value))
    found = db.session.scalars(
        select(PatientRequest).where(PatientRequest.id > done).order_by(PatientRequest.id).limit(BATCH)
    ).all()
    # In the order in which several are locked elsewhere, so that nobody waits for each other.
    for request in sorted(found, key=lambda one: one.reference):
        lock(request, erased_too=True)
        person = readable_person(request, act.settings.data_keys)
        if person is not None:
            keep(request, person, act.settings.lookup_key)
    if found:
        if state is None:
            state = InstallationState(name=INDEXED, value="0", at=act.now)
            db.session.add(state)
        state.value, state.at = json.dumps(found[-1].id), act.now
        db.session.flush()
    return len(found)


def _of_address(address: str, lookup_key: str) -> set[int]:
    text = addresses.spelling(address).casefold()
    local, _at, domain = text.rpartition("@")
    beginnings = (f"{local}@{domain[:length]}" for length in range(min(len(domain), MOST_OF_DOMAIN) + 1))
    found = _all_hidden("mail", beginnings, lookup_key)
    # Its words count as those of a name: whoever types “juergen” does not know which of them they have.
    found |= name_index.beginnings(local, lookup_key)
    if domain not in addresses.COMMON:
        found.add(keys.lookup_number(lookup_key, "domain", domain))
    return found


def _of_telephone(text: str, country: str, lookup_key: str) -> set[int]:
    number = telephone.read(text, country)
    if number is None:
        return set()
    found = _all_hidden("telephone", telephone.found_by(number), lookup_key)
    return found | {keys.lookup_number(lookup_key, "whole telephone", number.whole)}


def _whole(text: str, country: str, lookup_key: str) -> int | None:
    number = telephone.read(text, country)
    return None if number is None else keys.lookup_number(lookup_key, "whole telephone", number.whole)


def _all_hidden(kind: str, texts: Iterable[str], lookup_key: str) -> set[int]:
    return {keys.lookup_number(lookup_key, kind, text) for text in texts}
