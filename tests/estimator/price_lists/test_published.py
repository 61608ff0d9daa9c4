from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

import pricing
from estimator import estimates, price_lists
from estimator.act import Act
from estimator.db import db
from estimator.models import AuditEntry, TableVersion
from tests.support.acts import acting
from tests.support.at_once import at_once, meanwhile
from tests.support.example_list import NOW, table_text

pytestmark = pytest.mark.usefixtures("app")


def test_the_same_text_twice_is_the_same_version() -> None:
    first = price_lists.import_(acting(actor="command line", now=NOW), table_text())
    db.session.commit()
    again = price_lists.import_(
        acting(actor="command line", now=NOW), "# a comment changes no price\n" + table_text()
    )
    assert again.id == first.id
    assert db.session.scalar(select(func.count()).select_from(TableVersion)) == 1


def test_what_is_stored_is_the_canonical_text_and_its_hash() -> None:
    stored = price_lists.import_(acting(actor="command line", now=NOW), table_text())
    table = pricing.read(table_text())
    assert stored.text == pricing.write(table)
    assert stored.sha256 == pricing.sha256(table)
    assert price_lists.parsed(stored) == table


def test_a_published_version_cannot_be_replaced() -> None:
    price_lists.import_(acting(actor="command line", now=NOW), table_text(version="2026-1"))
    with pytest.raises(price_lists.VersionTaken) as refused:
        price_lists.import_(acting(actor="command line", now=NOW), table_text(price="1.00"))
    assert (refused.value.slug, refused.value.version) == ("example", "2026-1")
    assert refused.value.valid_from == date(2026, 1, 1)


def test_a_refused_version_leaves_the_transaction_usable() -> None:
    price_lists.import_(acting(actor="command line", now=NOW), table_text())
    with pytest.raises(price_lists.VersionTaken):
        price_lists.import_(acting(actor="command line", now=NOW), table_text(price="1.00"))
    price_lists.import_(acting(actor="command line", now=NOW), table_text(valid_from="2027-01-01"))
    db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(TableVersion)) == 2


def test_a_table_with_problems_is_not_stored() -> None:
    with pytest.raises(pricing.BadTable):
        price_lists.import_(acting(actor="command line", now=NOW), table_text(price="'480,00'"))
    assert price_lists.all_in_force(NOW) == []


def test_a_time_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(price_lists.UnknownTimeZone):
        price_lists.import_(acting(actor="command line", now=NOW), table_text(time_zone="Mars/Olympus"))


def test_a_version_holds_until_the_next_one_begins() -> None:
    for day in ("2026-01-01", "2026-04-01", "2026-02-01"):
        price_lists.import_(acting(actor="command line", now=NOW), table_text(version=day, valid_from=day))

    def on(month: int, day: int) -> str:
        return price_lists.in_force("example", datetime(2026, month, day, 12, tzinfo=UTC)).version

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
    price_lists.import_(acting(actor="command line", now=NOW), table_text(version="old", time_zone=zone))
    price_lists.import_(
        acting(actor="command line", now=NOW),
        table_text(version="new", valid_from="2026-03-01", time_zone=zone),
    )
    now = datetime.fromisoformat(moment)
    assert price_lists.in_force("example", now).version == expected
    assert [version.version for version in price_lists.all_in_force(now)] == [expected]


def test_versions_that_begin_day_after_day_are_told_apart() -> None:
    for day in range(1, 9):
        price_lists.import_(
            acting(actor="command line", now=NOW), table_text(version=str(day), valid_from=f"2026-03-0{day}")
        )
    assert price_lists.in_force("example", datetime(2026, 3, 4, tzinfo=UTC)).version == "4"


def test_before_its_first_version_a_list_is_not_in_force() -> None:
    price_lists.import_(acting(actor="command line", now=NOW), table_text(valid_from="2026-03-11"))
    with pytest.raises(price_lists.NotInForce):
        price_lists.in_force("example", NOW)
    assert price_lists.all_in_force(NOW) == []


def test_an_unknown_list_is_told_from_one_that_is_not_in_force() -> None:
    with pytest.raises(price_lists.UnknownTable):
        price_lists.in_force("nowhere", NOW)


def test_every_list_has_one_version_on_the_start_page() -> None:
    for table in ("zebra", "alpha"):
        for day in ("2025-01-01", "2026-01-01", "2027-01-01"):
            price_lists.import_(
                acting(actor="command line", now=NOW), table_text(table=table, version=day, valid_from=day)
            )
    found = [(version.slug, version.version) for version in price_lists.all_in_force(NOW)]
    assert found == [("alpha", "2026-01-01"), ("zebra", "2026-01-01")]


def test_a_table_is_read_once_in_a_process(app: Flask, version: TableVersion) -> None:
    first = price_lists.parsed(version)
    db.session.expire_all()
    assert price_lists.parsed(price_lists.in_force("example", NOW)) is first


def actions() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def scheduled(days: int) -> TableVersion:
    """Publish a version that begins in so many days, by the real clock, which the database looks at as well."""
    day = (datetime.now(UTC) + timedelta(days=days)).date().isoformat()
    made = price_lists.import_(
        acting(actor="command line", now=datetime.now(UTC)), table_text(version=day, valid_from=day)
    )
    db.session.commit()
    return made


def test_a_version_is_scheduled_then_in_force_then_past() -> None:
    first, second = (
        price_lists.import_(acting(actor="command line", now=NOW), table_text(version=day, valid_from=day))
        for day in ("2026-02-01", "2026-04-01")
    )

    def states(day: str) -> list[str]:
        now = datetime.fromisoformat(f"{day}T12:00:00+00:00")
        return [price_lists.state_of(version, now) for version in (first, second)]

    assert states("2026-01-31") == ["scheduled", "scheduled"]
    assert states("2026-02-01") == states("2026-03-31") == ["in force", "scheduled"]
    assert states("2026-04-01") == ["past", "in force"]
    assert states("2026-03-31") == ["in force", "scheduled"], "after a clock was set back"


def test_two_people_who_publish_one_name_for_one_day_are_told_apart(app: Flask) -> None:
    texts = [table_text(price=price) for price in ("1.00", "2.00")]
    found = at_once(
        app, 2, lambda number: price_lists.import_(acting(actor="command line", now=NOW), texts[number])
    )
    assert sorted(type(result).__name__ for result in found) == ["TableVersion", "VersionTaken"]
    assert actions() == ["table.published"]


def test_of_two_versions_of_one_day_the_one_that_was_written_last_counts_whoever_began_first() -> None:
    day, moment = {"valid_from": "2026-03-10"}, datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
    for version, began in (("first", moment), ("second", moment - timedelta(seconds=2))):
        text = table_text(version=version, **day)
        made = price_lists.import_(acting(actor="user:1", now=began), text)
    assert price_lists.in_force("example", moment + timedelta(seconds=1)).id == made.id


def test_the_first_version_of_a_list_may_be_published_twice_at_once(app: Flask) -> None:
    found = at_once(
        app, 4, lambda _number: price_lists.import_(acting(actor="command line", now=NOW), table_text())
    )
    assert {type(result).__name__ for result in found} == {"TableVersion"}
    assert actions() == ["table.published"]
    assert [one.slug for one in price_lists.lists()] == ["example"]


def test_a_scheduled_version_can_be_taken_back(version: TableVersion) -> None:
    later = scheduled(30)
    price_lists.take_back(acting(actor="user:1", now=datetime.now(UTC)), later)
    db.session.commit()
    assert [one.version for one in price_lists.versions("example")] == ["2026-1"]
    assert actions() == ["table.published", "table.published", "table.taken_back"]


def test_a_version_that_several_take_back_at_once_is_taken_back_once(
    app: Flask, version: TableVersion
) -> None:
    number = scheduled(30).id
    db.session.commit()

    def take_back(_number: int) -> None:
        act = acting(actor="user:1", now=datetime.now(UTC))
        price_lists.take_back(act, db.session.get_one(TableVersion, number))

    found = at_once(app, 4, take_back)
    assert found.count(None) == 1
    assert actions().count("table.taken_back") == 1


def test_a_version_that_is_taken_back_meanwhile_is_not_taken_back_again(
    app: Flask, version: TableVersion
) -> None:
    read = scheduled(30)
    db.session.commit()
    number = read.id
    act = acting(actor="user:1", now=datetime.now(UTC))
    meanwhile(app, lambda: price_lists.take_back(act, db.session.get_one(TableVersion, number)))
    with pytest.raises(price_lists.UnknownTable):
        price_lists.take_back(act, read)
    db.session.rollback()
    assert actions().count("table.taken_back") == 1


@pytest.mark.parametrize("change", [price_lists.close, price_lists.reopen])
def test_closing_and_opening_a_list_is_written_down_once(
    app: Flask, version: TableVersion, change: Callable[[Act, str], None]
) -> None:
    act = acting(actor="user:1", now=datetime.now(UTC))
    if change is price_lists.reopen:
        price_lists.close(act, "example")
        db.session.commit()
    before = len(actions())
    assert at_once(app, 4, lambda _number: change(act, "example")) == [None] * 4
    assert len(actions()) == before + 1


def test_a_version_in_force_cannot_be_taken_back(version: TableVersion) -> None:
    with pytest.raises(price_lists.InForceAlready):
        price_lists.take_back(acting(actor="user:1", now=NOW), version)
    today = scheduled(0)
    with pytest.raises(price_lists.InForceAlready):
        price_lists.take_back(acting(actor="user:1", now=datetime.now(UTC)), today)
    assert len(price_lists.versions("example")) == 2


def test_a_version_that_somebody_has_an_estimate_with_cannot_be_taken_back_after_a_clock_was_set_back(
    app: Flask, version: TableVersion
) -> None:
    later = scheduled(30)
    estimates.make(
        acting(now=datetime.now(UTC), link_key="l" * 32),
        later,
        {"sessions": 1},
        language="en",
        submission="x",
    )
    with pytest.raises(price_lists.InForceAlready):
        price_lists.take_back(acting(actor="user:1", now=datetime.now(UTC)), later)


def test_a_closed_list_is_offered_to_nobody_and_keeps_its_versions(version: TableVersion) -> None:
    later = scheduled(30)
    now = datetime.now(UTC)
    price_lists.close(acting(actor="user:1", now=now), "example")
    db.session.commit()
    for moment in (NOW, now + timedelta(days=60)):
        with pytest.raises(price_lists.UnknownTable):
            price_lists.in_force("example", moment)
        assert price_lists.all_in_force(moment) == []
    assert [price_lists.state_of(one, now) for one in (version, later)] == ["closed", "closed"]
    assert len(price_lists.versions("example")) == 2
    price_lists.reopen(acting(actor="user:1", now=now), "example")
    db.session.commit()
    assert price_lists.in_force("example", now).id == version.id
    assert price_lists.in_force("example", now + timedelta(days=60)).id == later.id
    assert actions()[-2:] == ["table.closed", "table.reopened"]


def test_a_list_that_does_not_exist_cannot_be_closed() -> None:
    with pytest.raises(price_lists.UnknownTable):
        price_lists.close(acting(actor="user:1", now=NOW), "nowhere")


def test_estimates_keep_their_version(version: TableVersion) -> None:
    token = estimates.make(
        acting(now=NOW, link_key="l" * 32), version, {"sessions": 1}, language="en", submission="x"
    )
    price_lists.import_(
        acting(actor="command line", now=NOW),
        table_text(version="2026-2", valid_from="2026-03-11", price="1.00"),
    )
    price_lists.close(acting(actor="user:1", now=NOW), "example")
    db.session.commit()
    estimate = estimates.find(acting(now=NOW, kept_days=90), token)
    assert estimate is not None
    assert estimate.table_version.version == "2026-1"
    assert estimates.breakdown_of(estimate)["totals"]["total"]["likely"] == "2000.00"


def test_a_version_is_found_by_its_name(version: TableVersion) -> None:
    assert price_lists.find("example", "2026-1").id == version.id
    for slug, name in (("example", "2026-9"), ("nowhere", "2026-1")):
        with pytest.raises(price_lists.UnknownTable):
            price_lists.find(slug, name)
