"""Requests of all kinds in one database, put there in bulk, and what a list of them must say."""

from __future__ import annotations

import itertools
import random
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, text

from estimator import keys, requests
from estimator.db import db
from estimator.models import NameWord, PatientRequest, StaffUser, TableVersion
from estimator.models.requests import REQUEST_STATES
from estimator.requests import name_index, search
from estimator.requests.search import NOBODY, Filter, Page
from tests.support.example_mail import settings

GIVEN = ("Mohammed", "Fatima", "José", "Anna-Lena", "Li", "Xiomara")
FAMILY = ("Khan", "al-Farsi", "O’Brien", "García", "Wei", "Khanna")
COUNTRIES = ("IN", "IN", "IN", "AE", "MX")
SLUGS = ("example", "example", "other")


@dataclass(frozen=True)
class Known:
    """What is known of one request without asking the database."""

    id: int
    reference: str
    words: frozenset[str]
    email: str
    state: str
    country: str
    assignee: int | None
    slug: str
    due_at: datetime


def fill(version: TableVersion, now: datetime, count: int) -> list[Known]:
    """Add so many requests, and two people who have some of them; what is rare is there, and what never meets."""
    some = random.Random(5)
    people = [_person(number, now) for number in range(2)]
    found, rows, words = [], [], []
    numbers = some.sample(range(4**8), count)
    for number in range(1, count + 1):
        first, last = some.choice(GIVEN), some.choice(FAMILY)
        name, full_name, email = secrets.token_hex(16), f"{first} {last}", f"{last}{number % 40}@Example.org"
        # Half of the list is closed, the newest are open; the second person left early, and Fiji came late.
        state = some.choice(REQUEST_STATES) if number > count * 0.8 else some.choice(("closed", "declined"))
        assignee = some.choice((people[0], None)) if number > count * 0.1 else people[1]
        country = "FJ" if number > count * 0.9 and number % 9 == 0 else some.choice(COUNTRIES)
        known = Known(
            number,
            _reference(numbers[number - 1]),
            frozenset(_words(full_name)),
            email.casefold(),
            state,
            country,
            assignee,
            some.choice(SLUGS),
            now + timedelta(days=some.randrange(-40, 40)),
        )
        found.append(known)
        rows.append(_row(known, version, name, full_name, now))
        beginnings = name_index.beginnings(full_name, settings().lookup_key)
        words += [{"word": word, "request_id": number} for word in beginnings]
    db.session.execute(insert(PatientRequest), rows)
    db.session.execute(insert(NameWord), words)
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text(f"ALTER SEQUENCE patient_request_id_seq RESTART WITH {count + 1}"))
    db.session.commit()
    return found


def pages(wanted: Filter, most: int = 10_000) -> Iterator[Page]:
    """Yield every page from the first to the last."""
    for _number in range(most):
        page = search.page(wanted, keyring=settings().data_keys, lookup_key=settings().lookup_key)
        yield page
        if page.more is None:
            return
        after = search.place(str(page.more), wanted.order)  # as it stands in an address
        assert after == page.more
        wanted = Filter(**{**vars(wanted), "after": after})
    raise AssertionError("there is no last page")


def expected(known: Sequence[Known], wanted: Filter) -> list[int]:
    """Return the numbers of the requests that a list must show, in its order, by looking at each of them."""
    typed = wanted.typed.casefold()
    return [
        one.id
        for one in sorted(
            known, key=(lambda k: (k.due_at, k.id)) if wanted.order == "due" else (lambda k: -k.id)
        )
        if (not wanted.state or one.state in search.STATES[wanted.state])
        and wanted.country in ("", one.country)
        and wanted.slug in ("", one.slug)
        and (
            wanted.assignee is None
            or one.assignee == (None if wanted.assignee == NOBODY else wanted.assignee)
        )
        and (
            not typed
            or one.email == typed
            or one.reference.casefold().startswith(typed)
            or ("-" not in typed and "@" not in typed and _has(one, typed))
        )
    ]


def combinations(people: Sequence[int]) -> Iterator[Filter]:
    """Yield filters in many combinations, what never meets among them."""
    options: dict[str, Sequence[Any]] = {
        "state": ("", "open", "new", "closed"),
        "country": ("", "IN", "FJ"),
        "assignee": (None, NOBODY, *people),
        "slug": ("", "other"),
        "typed": ("", "moh", "kha fat", "xio garc", "req-7"),
        "order": ("newest", "due"),
    }
    for values in itertools.product(*options.values()):
        yield Filter(**dict(zip(options, values, strict=True)))


def _has(one: Known, typed: str) -> bool:
    return all(any(word.startswith(part) for word in one.words) for part in typed.split())


def _words(full_name: str) -> Iterator[str]:
    plain = full_name.casefold().translate(str.maketrans("éí-", "ei ", "’"))
    yield from (word for word in plain.split() if len(word) >= 3)


def _reference(number: int) -> str:
    letters = "".join("789K"[number >> 2 * place & 3] for place in range(8))
    return f"REQ-{letters[:4]}-{letters[4:]}"


def _person(number: int, now: datetime) -> int:
    user = StaffUser(
        name=secrets.token_hex(16),
        email=f"coordinator{number}@example.org",
        fs_uniquifier=secrets.token_hex(32),
        language="en",
        created_at=now,
    )
    db.session.add(user)
    db.session.flush()
    return user.id


def _row(known: Known, version: TableVersion, name: str, full_name: str, now: datetime) -> dict[str, Any]:
    return {
        "id": known.id,
        "name": name,
        "reference": known.reference,
        "origin": "page",
        "submission": name,
        "link_hash": name,
        "link_serial": 1,
        "estimate_reference": "EST-2222-2222",
        "table_version_id": version.id,
        "slug": known.slug,
        "given": "{}",
        "breakdown": "{}",
        "total": "4000.00",
        "at_least": False,
        "currency": "USD",
        "full_name": settings().data_keys.seal(full_name, requests.TABLE, "full_name", name),
        "email_lookup": keys.lookup(settings().lookup_key, "address", known.email),
        "country": known.country,
        "language": "en",
        "for_whom": "self",
        "state": known.state,
        "assignee_id": known.assignee,
        "changes": 0,
        "created_at": now,
        "due_at": known.due_at,
        "active_at": now,
    }
