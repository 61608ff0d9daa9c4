"""A database full of requests, put there in bulk: names as they are, sealed each for its own row, and indexed.

What a list never reads is a stand-in: breakdowns, messages, telephone numbers and addresses. The HMACs by which an
address or a name is found are real.
"""

from __future__ import annotations

import random
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import select

from benchmarks.acts import acting
from estimator import create_app, migrations, requests
from estimator.config import Settings
from estimator.db import db
from estimator.estimates import LETTERS
from estimator.models import NameWord, PatientRequest, StaffRole, StaffUser, TableVersion
from estimator.processes import demonstration
from estimator.requests import name_index

GIVEN = (
    "Mohammed Fatima Ahmed Maria Aisha Ali Omar Jose Anna Yusuf Ibrahim Sara Ivan Olga John Mary David Elena Hassan "
    "Khadija Carlos Juan Ana Luis Nadia Samir Leila Karim Priya Rahul Anjali Vikram Sunita Arjun Deepa Chen Wei Ming "
    "Yuki Hiro Sakura Kenji Aiko Thabo Amina Kofi Ama Chidi Ngozi Emeka Zainab Bilal Hamza Rania Tariq Yasmin Dmitri "
    "Natalia Sergei Svetlana Andrei Peter Paul Michael Sophie Claire Jean Pierre Louise Hans Greta Klaus Ingrid Lars "
    "Freya Bjorn Astrid Marco Giulia Paolo Francesca Zoltan Ilona Piotr Agnieszka Mehmet Ayse Emre Elif Reza Parisa "
    "Farid Shirin Abdul Rahima Hossain Nasrin Budi Dewi Siti Agus Nguyen Linh Minh Thi Somchai Malee Angela Grace "
    "Samuel Ruth Daniel Esther Joseph Rebecca Thomas Emma Lucas Julia Noah Alice Xiomara Quetzal Wolfgang Oyelaran"
).split()
FAMILY = (
    "Khan Ali Hussein Ahmed Garcia Rodriguez Silva Santos Ivanov Petrov Smith Jones Brown Sharma Patel Singh Kumar "
    "Gupta Das Wang Li Zhang Chen Liu Tanaka Suzuki Sato Watanabe Okafor Adeyemi Mensah Diallo Traore Nkosi Dlamini "
    "Al-Farsi Al-Masri Haddad Khoury Nasser Saleh Mansour Farouk Aziz Rahman Chowdhury Islam Begum Akhtar Malik "
    "Hernandez Lopez Gonzalez Perez Martinez Sanchez Ramirez Torres Flores Rivera Gomez Diaz Reyes Morales Ortiz "
    "Mueller Schmidt Schneider Fischer Weber Meyer Wagner Becker Hoffmann Schulz Nowak Kowalski Wisniewski Kovacs "
    "Nagy Horvath Popescu Ionescu Dimitrov Papadopoulos Yilmaz Demir Kaya Celik Hosseini Rezaei Mohammadi Karimi "
    "Nguyen Tran Le Pham Wijaya Susanto Pratama Santoso Mbeki Otieno Wanjiru Kamau Abebe Tesfaye Bekele Girma "
    "O'Brien Murphy Kelly Walsh Rossi Russo Ferrari Esposito Dubois Martin Bernard Petit Durand Leroy Moreau Laurent "
    "Andersson Johansson Karlsson Nilsson Hansen Olsen Virtanen Korhonen Novak Svoboda Zuckermann Quispe Xiang Ybarra"
).split()
COUNTRIES = (
    "IN BD AE OM SA IQ NG KE GB US DE AU MX JP ID NP LK PK AF TZ UG ET SD EG QA KW BH YE UZ KZ RU UA PL RO TR IR "
    "FR ES IT NL BE SE NO DK FI IE CA BR AR CL CO PE VN TH MY SG PH CN KR NZ ZA GH CM SN MA DZ TN LY JO LB PS FJ MU IS"
).split()
LATE = "NR"
"""A country from which the first request came of late."""

PEOPLE = 12
"""The last of them left long ago."""

CLOSED = ("accepted", "declined", "expired", "closed")
SHARES = (0.2, 0.25, 0.15, 0.4)
AT_A_TIME = 20_000
BREAKDOWN = "x" * 1_000

COLUMNS = (
    "id name reference origin submission link_hash link_serial estimate_reference table_version_id slug given "
    "breakdown total at_least currency full_name email_lookup country language for_whom state assignee_id changes "
    "created_at due_at active_at"
).split()


def app_with(settings: Settings, count: int) -> Any:
    """Return an app on a new database with a number of requests."""
    migrations.upgrade(settings.database_url)
    app = create_app(settings)
    with app.app_context():
        demonstration.import_tables(acting(actor="command line", now=datetime.now(UTC)))
        people = [_person(number) for number in range(PEOPLE)]
        db.session.commit()
        versions = db.session.execute(
            select(TableVersion.id, TableVersion.slug, TableVersion.text).order_by(TableVersion.id)
        ).all()
        db.session.rollback()  # or the open transaction would block the changes of the tables
        rows = _rows(settings, count, people, [(version.id, version.slug) for version in versions])
        fill = _sqlite if settings.database_url.startswith("sqlite") else _postgresql
        fill(settings, rows)
    return app


def _person(number: int) -> int:
    user = StaffUser(
        name=secrets.token_hex(16),
        email=f"coordinator{number}@example.org",
        active=number < PEOPLE - 1,
        fs_uniquifier=secrets.token_hex(32),
        language="en",
        created_at=datetime.now(UTC),
        roles=[StaffRole(name="coordinator")],
    )
    db.session.add(user)
    db.session.flush()
    return user.id


def _rows(
    settings: Settings, count: int, people: Sequence[int], versions: Sequence[tuple[int, str]]
) -> Iterator[tuple[tuple[Any, ...], frozenset[int]]]:
    """Yield each request with the words of its name, distributed as in a clinic that is years old."""
    some = random.Random(7)
    now = datetime.now(UTC).replace(tzinfo=None)
    begun = now - timedelta(days=3_000)
    given_weights = [1 / (place + 3) for place in range(len(GIVEN))]
    family_weights = [1 / (place + 5) for place in range(len(FAMILY))]
    country_weights = [1 / (place + 2) for place in range(len(COUNTRIES))]
    seal, key = settings.data_keys.seal, settings.lookup_key

    @cache
    def words(name: str) -> frozenset[int]:
        return frozenset(name_index.beginnings(name, key))

    numbers = some.sample(range(len(LETTERS) ** 6), count)
    for start in range(0, count, AT_A_TIME):
        size = min(AT_A_TIME, count - start)
        chosen = zip(
            some.choices(GIVEN, given_weights, k=size),
            some.choices(FAMILY, family_weights, k=size),
            some.choices(COUNTRIES, country_weights, k=size),
            some.choices(CLOSED, SHARES, k=size),
            strict=True,
        )
        for offset, (first, last, usual_country, usual_state) in enumerate(chosen):
            number = start + offset
            share = number / count
            at = begun + (now - begun) * share
            assignee: int | None = people[some.randrange(PEOPLE - 1)]
            if share < 0.05 and some.random() < 0.3:
                assignee = people[-1]
            country = LATE if share > 0.95 and some.random() < 0.02 else usual_country
            state = usual_state
            if share > 0.98:
                state = some.choice(("new", "in_work", "in_work", "waiting", "quoted", "quoted", *CLOSED))
                assignee = None if state == "new" and some.random() < 0.6 else assignee
            name, full_name = secrets.token_hex(16), f"{first} {last}"
            version_id, slug = versions[some.choice((0, 0, 0, 1, 2)) % len(versions)]
            yield (
                (
                    number + 1,
                    name,
                    f"REQ-{_letters(numbers[number])}",
                    "page",
                    name,
                    name * 2,
                    1,
                    f"EST-{_letters(numbers[-1 - number])}",
                    version_id,
                    slug,
                    "{}",
                    BREAKDOWN,
                    f"{some.randrange(4_000, 60_000)}.00",
                    False,
                    "USD",
                    seal(full_name, requests.TABLE, "full_name", name),
                    requests.email_lookup(f"{first}.{last}{number % 1000}@example.org", key),
                    country,
                    "en",
                    "self",
                    state,
                    assignee,
                    1,
                    at,
                    at + timedelta(days=3 + number % 3),
                    now,  # or the next night would remove requests past their retention limit
                ),
                words(first) | words(last),
            )


def _letters(number: int) -> str:
    found = "MK"
    for _letter in range(6):
        number, left = divmod(number, len(LETTERS))
        found += LETTERS[left]
    return f"{found[4:]}-{found[:4]}"


def _written(value: Any) -> Any:
    return value.isoformat(" ", "microseconds") if isinstance(value, datetime) else value


def _sqlite(settings: Settings, rows: Iterator[tuple[tuple[Any, ...], frozenset[int]]]) -> None:
    words: list[tuple[int, int]] = []
    path = settings.database_url.removeprefix("sqlite:///")
    statement = f"INSERT INTO patient_request ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA synchronous = OFF")

        def each() -> Iterator[tuple[Any, ...]]:
            for row, of_name in rows:
                words.extend((word, row[0]) for word in of_name)
                yield tuple(
                    value.isoformat(" ", "microseconds") if isinstance(value, datetime) else value
                    for value in row
                )

        connection.executemany(statement, each())
        words.sort()
        connection.executemany("INSERT INTO request_name_word (word, request_id) VALUES (?, ?)", words)
    connection.close()


def _postgresql(settings: Settings, rows: Iterator[tuple[tuple[Any, ...], frozenset[int]]]) -> None:
    """Copy the rows into tables without keys and indexes, which are made when all rows are there."""
    connection = db.engine.raw_connection()
    driver: Any = connection.driver_connection
    words: list[str] = []
    with driver.cursor() as cursor:
        again = [
            *_taken_away(cursor, PatientRequest.__tablename__),
            *_taken_away(cursor, NameWord.__tablename__),
        ]
        with cursor.copy(f"COPY patient_request ({', '.join(COLUMNS)}) FROM STDIN") as copy:
            for row, of_name in rows:
                copy.write_row(row)
                words.extend(f"{word}\t{row[0]}\n" for word in of_name)
        with cursor.copy("COPY request_name_word (word, request_id) FROM STDIN") as copy:
            for start in range(0, len(words), AT_A_TIME):
                copy.write("".join(words[start : start + AT_A_TIME]))
        for statement in again:
            cursor.execute(statement)
        cursor.execute("SELECT setval('patient_request_id_seq', (SELECT max(id) FROM patient_request))")
    driver.commit()
    driver.autocommit = True
    for table in (PatientRequest.__tablename__, NameWord.__tablename__):
        driver.execute(f"VACUUM ANALYZE {table}")  # what autovacuum does sooner or later
    driver.autocommit = False
    connection.close()


def _taken_away(cursor: Any, table: str) -> list[str]:
    """Remove the keys and indexes of a table; return the statements that make them again."""
    again = []
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid = %s::regclass AND contype IN ('p', 'u', 'f') ORDER BY contype = 'f', contype",
        (table,),
    )
    constraints = cursor.fetchall()
    if table == PatientRequest.__tablename__:  # others refer to its key
        constraints = [found for found in constraints if not found[1].startswith("PRIMARY")]
    names = {name for name, _definition in constraints}
    cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s", (table,))
    indexes = [
        found for found in cursor.fetchall() if found[0] not in names and not found[0].startswith("pk_")
    ]
    for name, definition in constraints:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        again.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    for name, definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
        again.append(definition)
    return again
