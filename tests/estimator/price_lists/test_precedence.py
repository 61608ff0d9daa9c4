"""Which version counts when: by first days, by minutes of publication, by returns, each on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from estimator import price_lists
from estimator.db import db
from estimator.models import TableVersion
from estimator.price_lists import precedence
from tests.support.acts import acting
from tests.support.example_list import table_text
from tests.support.query_plans import statements

pytestmark = pytest.mark.usefixtures("app")


def at(clock: str, day: int = 10) -> datetime:
    """A moment in March 2026, in UTC."""
    hour, minute = clock.split(":")
    return datetime(2026, 3, day, int(hour), int(minute), tzinfo=UTC)


def publish(name: str, first: int, moment: datetime, zone: str = "UTC") -> TableVersion:
    """Publish a version that begins on a day of March 2026."""
    text = table_text(version=name, valid_from=f"2026-03-{first:02}", time_zone=zone)
    return price_lists.import_(acting(actor="command line", now=moment), text)


def go_back(to: TableVersion, moment: datetime) -> None:
    current = price_lists.in_force("example", moment)
    price_lists.returns.go_back(
        acting(actor="user:1", now=moment), to, instead_of=current.id, reason="A wrong price."
    )
    db.session.commit()


def names(*moments: datetime) -> str:
    """What is in force at moments, asked of one list and of all of them."""
    found = [price_lists.in_force("example", moment).version for moment in moments]
    assert found == [price_lists.all_in_force(moment)[0].version for moment in moments]
    return " ".join(found)


def test_a_return_counts_from_its_minute_until_the_next_version_begins() -> None:
    a = publish("A", 1, at("09:00", 1))
    publish("C", 11, at("12:00", 9))
    publish("B", 10, at("09:00"))
    go_back(a, at("10:40"))
    assert names(at("08:00"), at("10:39"), at("10:40"), at("23:59")) == "B B A A"
    assert names(at("00:00", 11), at("12:00", 30)) == "C C"


def test_of_several_versions_of_one_day_the_later_publication_counts_from_its_minute_on() -> None:
    publish("A", 1, at("09:00", 1))
    publish("B", 10, at("09:00"))
    publish("D", 10, at("12:00"))
    assert names(at("23:59", 9), at("00:00"), at("11:59"), at("12:00"), at("12:00", 20)) == "A B B D D"


def test_of_two_scheduled_for_one_day_the_one_published_last_counts() -> None:
    publish("A", 1, at("09:00", 1))
    publish("B", 12, at("09:00"))
    publish("C", 12, at("09:01"))
    assert names(at("12:00", 11), at("00:00", 12)) == "A C"


def test_what_is_published_after_a_return_counts() -> None:
    a = publish("A", 1, at("09:00", 1))
    publish("B", 10, at("09:00"))
    go_back(a, at("10:40"))
    publish("D", 10, at("12:00"))
    assert names(at("11:59"), at("12:00"), at("00:00", 11)) == "A D D"


def test_a_version_that_is_imported_for_an_earlier_day_ends_no_return() -> None:
    a = publish("A", 1, at("09:00", 1))
    publish("B", 10, at("09:00"))
    go_back(a, at("10:40"))
    publish("E", 8, at("13:00"))
    assert names(at("13:00"), at("13:00", 20)) == "A A"
    assert names(at("12:00", 8)) == "E"


def test_there_and_back_and_there_again() -> None:
    a, b = publish("A", 1, at("09:00", 1)), publish("B", 10, at("09:00"))
    go_back(a, at("10:00"))
    go_back(b, at("10:01"))
    go_back(a, at("10:02"))
    assert names(at("09:59"), at("10:00"), at("10:01"), at("10:02")) == "B A B A"


def test_the_day_of_a_return_is_never_before_that_of_what_it_withdraws() -> None:
    """At Kiritimati the 11th has begun while it is the 10th in the west."""
    a = publish("A", 1, at("09:00", 1), zone="Etc/GMT+12")
    publish("B", 11, at("09:00", 9), zone="Pacific/Kiritimati")
    assert names(at("10:00")) == "B"
    go_back(a, at("10:30"))
    assert names(at("10:29"), at("10:30"), at("12:00", 20)) == "B A A"


def test_before_a_version_stands_what_held_until_it_came_returns_counted() -> None:
    a = publish("A", 1, at("09:00", 1))
    c = publish("C", 11, at("12:00", 9))
    b = publish("B", 10, at("09:00"))
    assert [each and each.version for each in map(price_lists.before, (a, b, c))] == [None, "A", "B"]
    go_back(a, at("10:40"))
    d = publish("D", 10, at("12:00"))
    e = publish("E", 8, at("13:00"))
    assert [each and each.version for each in map(price_lists.before, (b, d, e, c))] == ["E", "A", "A", "D"]


def test_before_a_version_that_was_gone_back_to_stands_what_held_before_it_first_came() -> None:
    a, b = publish("A", 1, at("09:00", 1)), publish("B", 10, at("09:00"))
    go_back(a, at("10:00"))
    go_back(b, at("10:01"))
    assert [each and each.version for each in map(price_lists.before, (a, b))] == [None, "A"]


@pytest.mark.parametrize("many", [precedence.FEW - 1, precedence.FEW, precedence.FEW + 1])
def test_before_a_version_after_which_many_came_on_its_day_stands_the_same(many: int) -> None:
    publish("A", 1, at("09:00", 1))
    b = publish("B", 10, at("09:00"))
    for number in range(many):
        publish(f"later {number}", 10, at("13:00") + timedelta(minutes=number))
    found = price_lists.before(b)
    assert found is not None
    assert found.version == "A"


def test_states_and_days_follow_the_same_rule() -> None:
    a, b, c = publish("A", 1, at("09:00", 1)), publish("B", 10, at("09:00")), publish("C", 11, at("09:00"))
    go_back(a, at("10:40"))

    def states(moment: datetime) -> list[str]:
        found = [price_lists.state_of(version, moment) for version in (a, b, c)]
        assert found == list(price_lists.states_of([a, b, c], moment).values())
        return found

    assert states(at("10:39")) == ["past", "in force", "scheduled"]
    assert states(at("10:40")) == ["in force", "withdrawn", "scheduled"]
    assert states(at("00:00", 11)) == ["past", "withdrawn", "in force"]
    held = [price_lists.on("example", date(2026, 3, day)).version for day in (9, 10, 11)]
    assert held == ["A", "A", "C"], "what holds at the end of the day"
    price_lists.close(acting(actor="user:1", now=at("11:00")), "example")
    assert states(at("11:00")) == ["closed"] * 3
    assert price_lists.on("example", date(2026, 3, 10)).version == "A"


@pytest.mark.parametrize("many", [precedence.FEW - 1, precedence.FEW, precedence.FEW + 1, 40])
def test_however_many_have_not_begun_or_are_of_one_day_what_is_in_force_is_found(many: int) -> None:
    publish("A", 1, at("09:00", 1))
    for number in range(many):
        publish(f"later {number}", 11, at("09:00") + timedelta(minutes=number))
    assert names(at("12:00")) == "A"
    assert names(at("12:00", 11)) == f"later {many - 1}"
    for number in range(many):
        publish(f"today {number}", 10, at("13:00") + timedelta(minutes=number))
    assert names(at("12:59")) == "today 0", "the first one that was published holds for all of its day"
    assert names(at("13:01"), at("23:00")) == f"today 1 today {many - 1}"


def test_what_is_in_force_is_asked_for_by_one_statement() -> None:
    a = publish("A", 1, at("09:00", 1))
    publish("B", 10, at("09:00"))
    go_back(a, at("10:40"))
    with statements() as asked:
        price_lists.in_force("example", at("12:00"))
        price_lists.all_in_force(at("12:00"))
        price_lists.on("example", date(2026, 3, 10))
    assert len(asked) == 3, asked
