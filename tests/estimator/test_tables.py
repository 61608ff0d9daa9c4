from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from example_list import NOW, table_text
from flask import Flask
from sqlalchemy import func, select

import pricing
from estimator import tables
from estimator.db import db
from estimator.models import TableVersion

pytestmark = pytest.mark.usefixtures("app")


def test_the_same_text_twice_is_the_same_version() -> None:
    first = tables.import_(table_text(), NOW)
    db.session.commit()
    again = tables.import_("# a comment changes no price\n" + table_text(), NOW)
    assert again.id == first.id
    assert db.session.scalar(select(func.count()).select_from(TableVersion)) == 1


def test_what_is_stored_is_the_canonical_text_and_its_hash() -> None:
    stored = tables.import_(table_text(), NOW)
    table = pricing.read(table_text())
    assert stored.text == pricing.write(table)
    assert stored.sha256 == pricing.sha256(table)
    assert tables.parsed(stored) == table


def test_a_published_version_cannot_be_replaced() -> None:
    tables.import_(table_text(version="2026-1"), NOW)
    with pytest.raises(tables.VersionTaken) as refused:
        tables.import_(table_text(version="2026-1b", price="1.00"), NOW)
    assert (refused.value.slug, refused.value.version) == ("example", "2026-1")
    assert refused.value.valid_from == date(2026, 1, 1)


def test_a_refused_version_leaves_the_transaction_usable() -> None:
    tables.import_(table_text(), NOW)
    with pytest.raises(tables.VersionTaken):
        tables.import_(table_text(price="1.00"), NOW)
    tables.import_(table_text(valid_from="2027-01-01"), NOW)
    db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(TableVersion)) == 2


def test_a_table_with_problems_is_not_stored() -> None:
    with pytest.raises(pricing.BadTable):
        tables.import_(table_text(price="'480,00'"), NOW)
    assert tables.all_in_force(NOW) == []


def test_a_time_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(tables.UnknownTimeZone):
        tables.import_(table_text(time_zone="Mars/Olympus"), NOW)


def test_a_version_holds_until_the_next_one_begins() -> None:
    for day in ("2026-01-01", "2026-04-01", "2026-02-01"):
        tables.import_(table_text(version=day, valid_from=day), NOW)

    def on(month: int, day: int) -> str:
        return tables.in_force("example", datetime(2026, month, day, 12, tzinfo=UTC)).version

    assert on(1, 1) == on(1, 31) == "2026-01-01"
    assert on(2, 1) == on(3, 31) == "2026-02-01"
    assert on(4, 1) == on(12, 31) == "2026-04-01"


@pytest.mark.parametrize(
    ("zone", "moment", "expected"),
    [
        ("Asia/Tokyo", "2026-02-28T14:59:59+00:00", "old"),
        ("Asia/Tokyo", "2026-02-28T15:00:00+00:00", "new"),
        ("America/Tijuana", "2026-03-01T07:59:59+00:00", "old"),
        ("America/Tijuana", "2026-03-01T08:00:00+00:00", "new"),
        ("Pacific/Kiritimati", "2026-02-28T10:00:00+00:00", "new"),
        ("Etc/GMT+12", "2026-03-01T11:59:59+00:00", "old"),
        ("Etc/GMT+12", "2026-03-01T12:00:00+00:00", "new"),
    ],
)
def test_today_is_the_day_at_the_clinic(zone: str, moment: str, expected: str) -> None:
    tables.import_(table_text(version="old", time_zone=zone), NOW)
    tables.import_(table_text(version="new", valid_from="2026-03-01", time_zone=zone), NOW)
    now = datetime.fromisoformat(moment)
    assert tables.in_force("example", now).version == expected
    assert [version.version for version in tables.all_in_force(now)] == [expected]


def test_versions_that_begin_day_after_day_are_told_apart() -> None:
    for day in range(1, 9):
        tables.import_(table_text(version=str(day), valid_from=f"2026-03-0{day}"), NOW)
    assert tables.in_force("example", datetime(2026, 3, 4, tzinfo=UTC)).version == "4"


def test_before_its_first_version_a_list_is_not_in_force() -> None:
    tables.import_(table_text(valid_from="2026-03-11"), NOW)
    with pytest.raises(tables.NotInForce):
        tables.in_force("example", NOW)
    assert tables.all_in_force(NOW) == []


def test_an_unknown_list_is_told_from_one_that_is_not_in_force() -> None:
    with pytest.raises(tables.UnknownTable):
        tables.in_force("nowhere", NOW)


def test_every_list_has_one_version_on_the_start_page() -> None:
    for table in ("zebra", "alpha"):
        for day in ("2025-01-01", "2026-01-01", "2027-01-01"):
            tables.import_(table_text(table=table, version=day, valid_from=day), NOW)
    found = [(version.slug, version.version) for version in tables.all_in_force(NOW)]
    assert found == [("alpha", "2026-01-01"), ("zebra", "2026-01-01")]


def test_a_table_is_read_once_in_a_process(app: Flask, version: TableVersion) -> None:
    first = tables.parsed(version)
    db.session.expire_all()
    assert tables.parsed(tables.in_force("example", NOW)) is first
