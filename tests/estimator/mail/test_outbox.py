"""What the outbox promises, on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from estimator import config, leases
from estimator.db import db
from estimator.mail import outbox
from estimator.models import Mail
from tests.support.acts import acting

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
LEASE = 60


def put(
    app: Flask,
    number: int = 1,
    *,
    now: datetime = NOW,
    per_address: int = 10,
    per_record: int = 10,
    **given: Any,
) -> int:
    message: dict[str, Any] = {
        "template": "estimate",
        "about": "EST-2222-2222",
        "address": "anna@example.org",
        "language": "en",
        "options": {"attached": True},
        "submission": f"form {number}",
        "limits": outbox.Limits(per_address, per_record),
        **given,
    }
    mail = outbox.put(acting(now=now, settings=app.config["SETTINGS"]), outbox.Message(**message))
    db.session.commit()
    return mail.id


def claim(mail_id: int, now: datetime = NOW) -> outbox.Claimed | None:
    found = outbox.claim(acting(now=now, lease_seconds=LEASE), mail_id)
    db.session.commit()
    return found


def claimed(mail_id: int, now: datetime = NOW) -> outbox.Claimed:
    found = claim(mail_id, now)
    assert found is not None
    return found


def row(mail_id: int) -> Mail:
    db.session.rollback()
    return db.session.scalars(select(Mail).filter_by(id=mail_id)).one()


def due(now: datetime = NOW) -> list[int]:
    found = outbox.due(acting(now=now, lease_seconds=LEASE), within=timedelta(0), most=100)
    return [mail_id for mail_id, _wait in found]


def test_what_is_rolled_back_was_never_put(app: Flask) -> None:
    settings: config.Settings = app.config["SETTINGS"]
    outbox.put(
        acting(now=NOW, settings=settings),
        outbox.Message(
            "estimate",
            about="EST-2222-2222",
            address="anna@example.org",
            language="en",
            submission="form",
            limits=outbox.Limits(per_address=10, per_record=10),
        ),
    )
    db.session.rollback()
    assert db.session.scalars(select(Mail)).all() == []


def test_the_same_form_twice_is_one_mail(app: Flask) -> None:
    assert put(app, 1) == put(app, 1)
    assert put(app, 1) != put(app, 2)
    assert put(app, 1) != put(app, 1, address="bert@example.org"), "another address is another mail"


def test_a_claimed_mail_is_nobody_else_s_until_its_lease_is_over(app: Flask) -> None:
    mail_id = put(app)
    first = claimed(mail_id)
    assert (first.attempts, first.about, first.options) == (1, "EST-2222-2222", {"attached": True})
    assert claim(mail_id, NOW + timedelta(seconds=LEASE - 1)) is None
    second = claimed(mail_id, NOW + timedelta(seconds=LEASE))
    assert second.attempts == 2
    assert second.lease != first.lease


def test_whoever_lost_the_lease_changes_nothing_any_more(app: Flask) -> None:
    mail_id = put(app)
    late = claimed(mail_id)
    later = NOW + timedelta(seconds=LEASE)
    other = claimed(mail_id, later)
    for change in (
        lambda: outbox.handing_over(acting(now=later, lease_seconds=LEASE), late),
        lambda: outbox.sent(acting(now=later), late, words="250 OK"),
        lambda: outbox.failed(acting(now=later), late, words="550 no"),
        lambda: outbox.later(acting(now=later, mail_give_up_hours=48), late, words="451 later"),
    ):
        with pytest.raises(leases.LostLease):
            change()
        db.session.rollback()
    outbox.sent(acting(now=later), other, words="250 OK")
    db.session.commit()
    assert (row(mail_id).state, row(mail_id).words) == ("sent", "250 OK")


def test_of_many_who_claim_at_once_one_gets_it(app: Flask) -> None:
    mail_id = put(app)
    db.session.remove()
    gets: list[bool] = []
    ready = threading.Barrier(8)

    def try_it() -> None:
        with app.app_context():
            ready.wait()
            found = outbox.claim(acting(now=NOW, lease_seconds=LEASE), mail_id)
            db.session.commit()
            gets.append(found is not None)
            db.session.remove()

    threads = [threading.Thread(target=try_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(gets) == [False] * 7 + [True]


def test_a_mail_that_was_sent_is_never_claimed_again(app: Flask) -> None:
    mail_id = put(app)
    outbox.sent(acting(now=NOW), claimed(mail_id), words="250 OK")
    db.session.commit()
    assert claim(mail_id, NOW + timedelta(days=400)) is None
    assert due(NOW + timedelta(days=400)) == []


def test_a_worker_that_ended_before_the_server_took_a_mail_leaves_no_doubt(app: Flask) -> None:
    mail_id = put(app)
    claimed(mail_id)
    claimed(mail_id, NOW + timedelta(seconds=LEASE))
    assert not row(mail_id).perhaps_twice


def test_a_worker_that_ended_while_the_server_took_a_mail_leaves_a_doubt_that_is_written_down(
    app: Flask,
) -> None:
    mail_id = put(app)
    outbox.handing_over(acting(now=NOW, lease_seconds=LEASE), claimed(mail_id))
    db.session.commit()
    again = claimed(mail_id, NOW + timedelta(seconds=LEASE))
    assert row(mail_id).perhaps_twice
    outbox.sent(acting(now=NOW), again, words="250 OK")
    db.session.commit()
    assert row(mail_id).perhaps_twice


def test_a_connection_that_broke_after_the_mail_leaves_a_doubt_too(app: Flask) -> None:
    mail_id = put(app)
    outbox.later(acting(now=NOW, mail_give_up_hours=48), claimed(mail_id), words="ended", perhaps_sent=True)
    db.session.commit()
    assert row(mail_id).perhaps_twice


def test_delays_grow_to_an_hour() -> None:
    delays = [outbox.delay_after(attempts).total_seconds() for attempts in range(1, 10)]
    assert delays == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_a_mail_waits_longer_each_time_and_is_given_up_visibly(app: Flask) -> None:
    mail_id, now, waits = put(app), NOW, []
    while row(mail_id).state != "failed":
        waits.append(
            outbox.later(acting(now=now, mail_give_up_hours=2), claimed(mail_id, now), words="451 later")
        )
        db.session.commit()
        assert claim(mail_id, now + timedelta(seconds=29)) is None
        now = max(row(mail_id).due_at, now)
    assert waits[-1] is None
    assert waits[:-1] == sorted(waits[:-1])  # type: ignore[type-var]
    assert row(mail_id).words == "451 later"
    assert row(mail_id).ended_at - NOW >= timedelta(hours=2)  # type: ignore[operator]


def test_a_clock_that_jumped_ahead_gives_nothing_up_at_the_first_try(app: Flask) -> None:
    mail_id = put(app)
    far = NOW + timedelta(days=365)
    assert (
        outbox.later(acting(now=far, mail_give_up_hours=2), claimed(mail_id, far), words="451 later")
        is not None
    )


def test_a_clock_that_was_set_back_holds_nothing_up(app: Flask) -> None:
    waiting, working = put(app, 1), put(app, 2)
    outbox.later(acting(now=NOW, mail_give_up_hours=48), claimed(waiting), words="451 later")
    claimed(working)
    db.session.commit()
    back = NOW - timedelta(days=1)
    assert sorted(due(back)) == [waiting, working]
    assert claim(waiting, back) is not None
    assert claim(working, back) is not None


def test_what_becomes_due_soon_is_rung_for_then(app: Flask) -> None:
    now_due, soon, leased, late = (put(app, number) for number in range(4))
    outbox.later(acting(now=NOW, mail_give_up_hours=48), claimed(soon), words="451")
    claimed(leased)
    ten_minutes_on = NOW + timedelta(minutes=10)
    outbox.later(
        acting(now=ten_minutes_on, mail_give_up_hours=48), claimed(late, ten_minutes_on), words="451"
    )
    db.session.commit()
    found = dict(outbox.due(acting(now=NOW, lease_seconds=LEASE), within=timedelta(minutes=1), most=100))
    assert found == {now_due: timedelta(0), soon: timedelta(seconds=30), leased: timedelta(seconds=60)}


def test_nobody_can_be_flooded_through_one_record_or_at_one_address(app: Flask) -> None:
    for number in range(3):
        put(app, number, per_record=3)
    with pytest.raises(outbox.TooMany) as too_many:
        put(app, 3, per_record=3)
    assert too_many.value.what == "record"
    db.session.rollback()
    put(app, 0, per_record=3)  # the same form as before is no new mail
    for number in range(4, 6):
        put(app, number, about=f"EST-{number}", per_address=5)
    with pytest.raises(outbox.TooMany) as too_many:
        put(app, 6, about="EST-6", address="ANNA@example.org", per_address=5)
    assert too_many.value.what == "address"
    db.session.rollback()
    for spelt in ("anna@\uff45xample\u3002org", "\uff41nna@example.org"):
        with pytest.raises(outbox.TooMany):
            put(app, 6, about="EST-6", address=spelt, per_address=5)
        db.session.rollback()
    assert len(db.session.scalars(select(Mail)).all()) == 5
    put(app, 7, about="EST-7", per_address=5, now=NOW + timedelta(hours=24))


def test_mail_that_strangers_cause_never_keeps_the_clinic_from_writing(app: Flask) -> None:
    for number, template in enumerate(("estimate", "request_received", "estimate")):
        put(app, number, about="REQ-2222-2222", template=template, per_address=3, per_record=3)
    with pytest.raises(outbox.TooMany):
        put(app, 3, about="REQ-2222-2222", template="request_received", per_address=3, per_record=3)
    db.session.rollback()
    for number in range(4, 7):
        put(app, number, about="REQ-2222-2222", template="request_answer", per_address=3, per_record=3)
    with pytest.raises(outbox.TooMany):
        put(app, 7, about="REQ-2222-2222", template="request_answer", per_address=3, per_record=3)
    db.session.rollback()


@pytest.mark.long
def test_confirmations_that_anybody_may_cause_count_in_the_hour_and_those_of_the_desk_do_not(
    app: Flask,
) -> None:
    most = app.config["SETTINGS"].mails_per_hour
    for number in range(most):
        put(
            app,
            number,
            template="request_received",
            about=f"REQ-{number}",
            address=f"v{number}@example.org",
        )
    for template in outbox.ANYBODYS:
        with pytest.raises(outbox.TooMany) as too_many:
            put(app, most, about="REQ-last", address="last@example.org", template=template)
        assert too_many.value.what == "installation"
        db.session.rollback()
    put(app, most + 1, template="request_received", address="last@example.org", limits=outbox.UNLIMITED)
    put(app, most + 2, template="request_answer", address="last@example.org")


def test_a_clock_that_was_set_back_lets_nobody_be_flooded(app: Flask) -> None:
    for number in range(3):
        put(app, number)
    with pytest.raises(outbox.TooMany):
        put(app, 3, per_record=3, now=NOW - timedelta(days=30))
    db.session.rollback()


def test_the_limit_holds_for_forms_that_come_at_once(app: Flask) -> None:
    db.session.remove()
    outcomes: list[str] = []
    ready = threading.Barrier(8)

    def ask(number: int) -> None:
        with app.app_context():
            ready.wait()
            try:
                put(app, number, per_record=3)
                outcomes.append("put")
            except outbox.TooMany:
                db.session.rollback()
                outcomes.append("refused")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["put"] * 3 + ["refused"] * 5


def test_an_address_is_forgotten_some_days_after_the_mail_and_not_before(app: Flask) -> None:
    sent, waiting = put(app, 1), put(app, 2)
    outbox.sent(acting(now=NOW), claimed(sent), words="250 OK")
    db.session.commit()
    keyring = app.config["SETTINGS"].data_keys
    for days, forgotten in ((6, 0), (7, 1), (8, 0)):
        assert (
            outbox.forget_addresses(acting(now=NOW + timedelta(days=days), addresses_kept_days=7))
            == forgotten
        )
        db.session.commit()
    assert outbox.address_of(row(sent), keyring) is None
    assert row(sent).address_lookup is None
    assert outbox.address_of(row(waiting), keyring) == "anna@example.org"


def test_mail_goes_with_its_record(app: Flask) -> None:
    put(app, 1)
    other = put(app, 2, about="EST-3333-3333")
    outbox.drop("EST-2222-2222")
    db.session.commit()
    assert outbox.mails_about("EST-2222-2222") == []
    assert due() == [other]
    outbox.clear_away(NOW + timedelta(hours=24))
    db.session.commit()
    assert [mail.id for mail in db.session.scalars(select(Mail))] == [other]


def test_of_mail_whose_record_is_gone_only_what_a_limit_counts_is_left(app: Flask) -> None:
    mail_id = put(app, 1)
    outbox.later(acting(now=NOW, mail_give_up_hours=48), claimed(mail_id), words="451 later")
    outbox.drop("EST-2222-2222")
    db.session.commit()
    left = row(mail_id)
    assert (left.about, left.address, left.words, left.options) == ("", None, None, "{}")
    outbox.clear_away(NOW + timedelta(hours=23))
    db.session.commit()
    assert row(mail_id).id == mail_id


def test_deleting_records_is_no_way_around_the_limit_of_an_address(app: Flask) -> None:
    for number in range(3):
        put(app, number, about=f"EST-{number}", per_address=3)
        outbox.drop(f"EST-{number}")
        db.session.commit()
    with pytest.raises(outbox.TooMany) as too_many:
        put(app, 3, about="EST-3", per_address=3)
    assert too_many.value.what == "address"
    db.session.rollback()


def test_a_mail_whose_record_is_deleted_while_a_worker_has_it_is_not_handed_over(app: Flask) -> None:
    mail = claimed(put(app))
    outbox.drop("EST-2222-2222")
    db.session.commit()
    with pytest.raises(leases.LostLease):
        outbox.handing_over(acting(now=NOW, lease_seconds=LEASE), mail)
    db.session.rollback()


def test_a_doubt_whether_a_mail_arrived_stays_when_it_is_given_up(app: Flask) -> None:
    mail_id, now = put(app), NOW
    for _attempt in range(outbox.LEAST_ATTEMPTS):
        mail = claimed(mail_id, now)
        outbox.later(
            acting(now=now, mail_give_up_hours=0), mail, words="ended", perhaps_sent=mail.attempts == 5
        )
        db.session.commit()
        now += timedelta(hours=1)
    assert (row(mail_id).state, row(mail_id).perhaps_twice) == ("failed", True)


def given_up(app: Flask, number: int = 1) -> int:
    mail_id = put(app, number)
    outbox.failed(acting(now=NOW), claimed(mail_id), words="mailbox unknown")
    db.session.commit()
    return mail_id


def test_a_mail_that_was_given_up_can_be_sent_again_as_if_it_were_new(app: Flask) -> None:
    mail_id = given_up(app)
    much_later = NOW + timedelta(days=3)
    message_id = row(mail_id).name
    assert outbox.again(mail_id, much_later)
    db.session.commit()
    found = row(mail_id)
    assert (found.state, found.attempts, found.words, found.ended_at) == ("waiting", 0, None, None)
    assert found.name == message_id
    assert due(much_later) == [mail_id]
    again = claimed(mail_id, much_later)
    # It was asked for days ago, and is tried more than once all the same.
    assert outbox.later(acting(now=much_later, mail_give_up_hours=48), again, words="later") is not None


def test_only_a_mail_that_was_given_up_is_sent_again_and_once(app: Flask) -> None:
    waiting = put(app, 1)
    assert not outbox.again(waiting, NOW)
    outbox.sent(acting(now=NOW), claimed(waiting), words="ok")
    assert not outbox.again(waiting, NOW)
    failed = given_up(app, 2)
    assert outbox.again(failed, NOW)
    assert not outbox.again(failed, NOW)


def test_a_mail_without_its_address_or_its_record_is_not_sent_again(app: Flask) -> None:
    forgotten, dropped = given_up(app, 1), given_up(app, 2)
    db.session.execute(update(Mail).where(Mail.id == forgotten).values(address=None, address_lookup=None))
    assert not outbox.again(forgotten, NOW)
    outbox.drop("EST-2222-2222")
    assert not outbox.again(dropped, NOW)


def waits() -> list[int]:
    """Return the mails that were given up and wait for somebody, as they are listed and counted."""
    db.session.rollback()
    found = [mail.id for mail in outbox.page(["failed"], None, 10, again=True)]
    assert outbox.failed_count(10) == len(found)
    return found


def failed_about(app: Flask, number: int, template: str, **given: Any) -> int:
    mail_id = put(app, number, template=template, **given)
    outbox.failed(acting(now=NOW), claimed(mail_id), words="mailbox unknown")
    db.session.commit()
    return mail_id


def test_a_later_mail_to_the_same_person_stands_in_the_place_of_one_that_failed(app: Flask) -> None:
    first = failed_about(app, 1, "quote_issued", about="Q-2026-00001/1")
    assert waits() == [first]
    put(app, 2, template="quote_issued", about="Q-2026-00001/2")
    put(app, 3, template="quote_reminder", about="Q-2026-00001/1")
    assert waits() == [first], "those are about something else"
    second = put(app, 4, template="quote_issued", about="Q-2026-00001/1", address="right@example.org")
    assert waits() == []
    assert outbox.replaced([first, second]) == {first}
    assert not outbox.again(first, NOW)
    outbox.failed(acting(now=NOW), claimed(second), words="mailbox unknown")
    db.session.commit()
    assert waits() == [second], "what failed as well is the one to do something about"


@pytest.mark.parametrize(
    ("template", "other"),
    [
        ("estimate", {"address": "bert@example.org"}),
        ("staff_approval", {"address": "bert@example.org", "options": {"what": "quote"}}),
        ("staff_notice", {"options": {"notice": "other"}}),
        ("quote_receipt", {"options": {"what": "withdrawn"}}),
    ],
)
def test_mail_to_somebody_else_or_that_says_something_else_replaces_none(
    app: Flask, template: str, other: dict[str, Any]
) -> None:
    first = failed_about(app, 1, template, options={"what": "quote"})
    put(app, 2, template=template, **{"options": {"what": "quote"}, **other})
    assert waits() == [first]
    put(app, 3, template=template, options={"what": "quote"})
    assert waits() == []


def test_a_mail_that_somebody_leaves_waits_for_nobody_and_can_be_sent_all_the_same(app: Flask) -> None:
    mail_id = given_up(app)
    assert outbox.set_aside(mail_id, NOW)
    db.session.commit()
    assert waits() == []
    assert not outbox.set_aside(mail_id, NOW), "once"
    assert outbox.again(mail_id, NOW)
    outbox.failed(acting(now=NOW), claimed(mail_id), words="mailbox unknown")
    db.session.commit()
    assert waits() == [mail_id], "it failed anew"


def test_all_mail_is_listed_the_newest_first_page_by_page(app: Flask) -> None:
    first, second, third = (put(app, number, about=f"EST-{number}") for number in range(3))
    outbox.failed(acting(now=NOW), claimed(second), words="no")
    db.session.commit()

    def numbers(states: list[str], before: int | None = None, most: int = 10) -> list[int]:
        return [mail.id for mail in outbox.page(states, before, most)]

    assert numbers([]) == [third, second, first]
    assert numbers([], most=2) == [third, second]
    assert numbers([], before=second) == [first]
    assert numbers(["failed"]) == [second]
    assert numbers(["waiting", "working"]) == [third, first]
    outbox.drop("EST-0")
    assert numbers([]) == [third, second], "of what was deleted nothing is shown"
