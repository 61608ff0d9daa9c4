from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask

from estimator import audit, staff, throttle
from estimator.db import db
from estimator.mail import outbox
from estimator.models import Attempts, AuditEntry, StaffLink, StaffSession, StaffUser
from estimator.models.staff import PERMISSIONS, Role
from estimator.processes import mail_contents
from estimator.staff import invitations, recovery_codes, sessions
from tests.support.acts import acting
from tests.support.at_once import one_behind_another
from tests.support.example_list import NOW

KEY = "l" * 32
LOOKUP = "u" * 32


def invite(address: str = "mira@example.org", *roles: Role) -> StaffUser:
    user, _link, _token = staff.invite(
        acting(actor="test", now=NOW, link_key=KEY), address, roles or ("price_editor",), language="en"
    )
    db.session.commit()
    return user


def begun(address: str, *roles: Role) -> StaffUser:
    user = invite(address, *roles)
    user.password = "$argon2id$"
    db.session.commit()
    return user


def trail() -> list[tuple[str, str, str, dict[str, object]]]:
    rows = db.session.query(AuditEntry).order_by(AuditEntry.id)
    return [(row.action, row.actor, row.subject, json.loads(row.detail)) for row in rows]


def test_somebody_invited_has_roles_and_no_password(app: Flask) -> None:
    user = invite("Mira@Example.ORG", "approver", "coordinator")
    assert user.email == "mira@example.org"
    assert user.role_names == ("coordinator", "approver")
    assert user.password is None
    assert staff.find("MIRA@example.org") is user


def test_an_address_is_invited_once(app: Flask) -> None:
    invite()
    with pytest.raises(staff.AddressTaken):
        invite("MIRA@example.org")
    db.session.rollback()
    assert len(staff.everybody()) == 1


@pytest.mark.parametrize("roles", [[], ["king"], ["approver", "king"]])
def test_nobody_is_invited_without_a_role_that_there_is(app: Flask, roles: list[Role]) -> None:
    with pytest.raises(staff.NoRole):
        staff.invite(acting(actor="test", now=NOW, link_key=KEY), "mira@example.org", roles, language="en")
    db.session.rollback()
    assert staff.everybody() == []


def test_a_permission_comes_from_a_role(app: Flask) -> None:
    editor, both = invite(), invite("omar@example.org", "price_editor", "approver")
    assert staff.may(editor, "tables.edit")
    assert not staff.may(editor, "tables.approve")
    assert staff.may(both, "tables.edit")
    assert staff.may(both, "tables.approve")
    assert not staff.may(both, "staff.manage")
    both.active = False
    assert not staff.may(both, "tables.edit")


def test_nobody_both_edits_and_approves_by_one_role() -> None:
    assert [name for name, may in PERMISSIONS.items() if {"tables.edit", "tables.approve"} <= may] == []


def test_the_trail_tells_who_did_what_and_no_address(app: Flask) -> None:
    begun("ada@example.org", "administrator")
    user = invite()
    staff.set_roles(acting(actor="user:1", now=NOW), user, ["approver"])
    staff.deactivate(acting(actor="user:1", now=NOW), user)
    staff.activate(acting(actor="user:1", now=NOW), user)
    staff.end_sessions(acting(actor="user:1", now=NOW), user)
    staff.new_password(acting(now=NOW), user, "x")
    staff.invite_again(acting(actor="user:1", now=NOW, link_key=KEY), user)
    db.session.commit()
    assert trail()[1:] == [
        ("staff.invited", "test", "user:2", {"roles": ["price_editor"]}),
        ("staff.roles", "user:1", "user:2", {"before": ["price_editor"], "after": ["approver"]}),
        ("staff.deactivated", "user:1", "user:2", {}),
        ("staff.activated", "user:1", "user:2", {}),
        ("staff.signed_out", "user:1", "user:2", {}),
        ("staff.password_reset", "user:2", "user:2", {}),
        ("staff.invited_again", "user:1", "user:2", {}),
    ]
    assert "@" not in str(trail())
    assert audit.verify().broken is None


def test_what_changes_nothing_is_not_told(app: Flask) -> None:
    user = invite()
    before = len(trail())
    staff.set_roles(acting(actor="test", now=NOW), user, ["price_editor"])
    staff.activate(acting(actor="test", now=NOW), user)
    assert len(trail()) == before


def test_the_last_administrator_who_has_begun_stays(app: Flask) -> None:
    ada = begun("ada@example.org", "administrator")
    invite("invited@example.org", "administrator")
    gone = begun("gone@example.org", "administrator")
    staff.deactivate(acting(actor="test", now=NOW), gone)
    with pytest.raises(staff.LastAdministrator):
        staff.deactivate(acting(actor="test", now=NOW), ada)
    with pytest.raises(staff.LastAdministrator):
        staff.set_roles(acting(actor="test", now=NOW), ada, ["approver"])
    begun("eve@example.org", "administrator")
    staff.deactivate(acting(actor="test", now=NOW), ada)
    assert not ada.active


def test_two_administrators_who_dismiss_each_other_at_once_leave_one(app: Flask) -> None:
    numbers = [begun(f"{name}@example.org", "administrator").id for name in ("ada", "eve")]
    db.session.remove()

    def dismiss(number: int) -> bool:
        with app.app_context():
            user = db.session.get(StaffUser, number)
            assert user is not None
            try:
                staff.deactivate(acting(actor="test", now=NOW), user)
                db.session.commit()
            except staff.LastAdministrator:
                db.session.rollback()
                return False
            finally:
                db.session.remove()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(dismiss, numbers)) == [False, True]


Roles = list[Role]


@pytest.mark.parametrize(
    ("roles", "meant", "told"),
    [
        ([["coordinator"], ["approver"]], ("approver",), [["coordinator"], ["approver"]]),
        ([["approver"], ["approver"]], ("approver",), [["approver"]]),
        (
            [["administrator"], ["approver", "administrator"]],
            ("approver", "administrator"),
            [["administrator"], ["approver", "administrator"]],
        ),
    ],
)
def test_roles_that_two_set_at_once_are_those_of_the_second(
    app: Flask, roles: list[Roles], meant: tuple[Role, ...], told: list[Roles]
) -> None:
    number = invite().id

    def give(which: int) -> Iterator[None]:
        user = staff.get(number)
        assert user is not None
        yield
        staff.set_roles(acting(actor="test", now=NOW), user, roles[which])

    assert one_behind_another(app, give) == [None, None]
    user = staff.get(number)
    assert user is not None
    assert user.role_names == meant
    changes = [detail for action, _who, _whom, detail in trail() if action == "staff.roles"]
    assert [change["after"] for change in changes] == told
    assert [change["before"] for change in changes[1:]] == [change["after"] for change in changes[:-1]]


def test_an_account_that_two_deactivate_at_once_is_deactivated_once(app: Flask) -> None:
    number = invite().id

    def dismiss(_which: int) -> Iterator[None]:
        user = staff.get(number)
        assert user is not None
        yield
        staff.deactivate(acting(actor="test", now=NOW), user)

    assert one_behind_another(app, dismiss) == [None, None]
    assert [action for action, *_rest in trail()] == ["staff.invited", "staff.deactivated"]


def test_of_two_links_to_begin_anew_made_at_once_one_is_left(app: Flask) -> None:
    number = invite().id

    def again(_which: int) -> Iterator[None]:
        user = staff.get(number)
        assert user is not None
        yield
        staff.invite_again(acting(actor="test", now=NOW, link_key=KEY), user)

    assert one_behind_another(app, again) == [None, None]
    assert db.session.query(StaffLink).count() == 1


def test_a_session_is_open_for_its_person_and_its_time(app: Flask) -> None:
    user, other = invite(), invite("omar@example.org")
    key = sessions.begin(user, NOW)
    assert sessions.is_open(user, key, NOW + timedelta(minutes=29))
    assert not sessions.is_open(user, key, NOW + timedelta(minutes=30))
    assert not sessions.is_open(other, key, NOW)
    assert not sessions.is_open(user, "x", NOW)
    assert not sessions.is_open(user, "", NOW)
    assert not sessions.is_open(user, key, NOW - timedelta(minutes=6))


def test_being_seen_is_written_once_a_minute(app: Flask) -> None:
    user = invite()
    key = sessions.begin(user, NOW)
    seen = [sessions.seen(key, NOW + timedelta(seconds=seconds)) for seconds in (0, 59, 60, 90, 120)]
    assert seen == [False, False, True, False, True]


def test_deactivation_ends_sessions_and_links(app: Flask) -> None:
    user = invite()
    sessions.begin(user, NOW)
    before = user.fs_uniquifier
    staff.deactivate(acting(actor="test", now=NOW), user)
    assert db.session.query(StaffSession).count() == 0
    assert db.session.query(StaffLink).count() == 0
    assert user.fs_uniquifier != before


def test_a_link_is_found_by_its_token_until_it_is_used_or_too_old(app: Flask) -> None:
    user = invite()
    link, token = invitations.make(acting(now=NOW, link_key=KEY), user, "reset")
    assert invitations.find(token, "reset", NOW) is link
    assert invitations.find(token, "invitation", NOW) is None
    assert invitations.find(token, "reset", NOW + timedelta(hours=1)) is None
    assert invitations.find(token, "reset", NOW - timedelta(minutes=6)) is None
    assert invitations.use(link)
    assert not invitations.use(link)
    assert invitations.find(token, "reset", NOW) is None


def test_a_token_is_never_the_same_again(app: Flask) -> None:
    user = invite()
    tokens = set()
    for _time in range(5):
        link, token = invitations.make(acting(now=NOW, link_key=KEY), user, "invitation")
        tokens.add(token)
        assert len(token) == 43
        invitations.use(link)
        db.session.commit()
    assert len(tokens) == 5


def test_of_two_who_use_a_link_at_once_one_comes_through(app: Flask) -> None:
    _link, token = invitations.make(acting(now=NOW, link_key=KEY), invite(), "invitation")
    db.session.commit()
    db.session.remove()

    def use(_number: int) -> bool:
        with app.app_context():
            link = invitations.find(token, "invitation", NOW)
            used = link is not None and invitations.use(link)
            db.session.commit()
            db.session.remove()
        return used

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(use, range(4))) == [False, False, False, True]


def test_beginning_anew_forgets_the_second_factor_and_its_stand_ins(app: Flask) -> None:
    user = invite()
    user.tf_totp_secret, user.tf_primary_method, user.totp_counter = b"x", "authenticator", 7
    recovery_codes.make(user, LOOKUP)
    staff.begin(acting(now=NOW), user, "hash")
    assert (user.tf_totp_secret, user.tf_primary_method, user.totp_counter) == (None, None, None)
    assert recovery_codes.left(user) == 0
    assert user.password == "hash"


def test_a_recovery_code_is_good_once_and_for_one_person(app: Flask) -> None:
    user, other = invite(), invite("omar@example.org")
    codes = recovery_codes.make(user, LOOKUP)
    assert len(set(codes)) == 10
    assert not recovery_codes.use(other, codes[0], LOOKUP)
    assert recovery_codes.use(user, codes[0].lower().replace("-", ""), LOOKUP)
    assert not recovery_codes.use(user, codes[0], LOOKUP)
    assert recovery_codes.left(user) == 9
    recovery_codes.make(user, LOOKUP)
    assert not recovery_codes.use(user, codes[1], LOOKUP)


def test_of_recovery_codes_made_twice_at_once_the_last_ten_are_good(app: Flask) -> None:
    number = invite().id
    made: list[list[str]] = []

    def make(_which: int) -> Iterator[None]:
        user = staff.get(number)
        assert user is not None
        yield
        made.append(recovery_codes.make(user, LOOKUP))

    assert one_behind_another(app, make) == [None, None]
    user = staff.get(number)
    assert user is not None
    assert recovery_codes.left(user) == recovery_codes.NUMBER
    assert not recovery_codes.use(user, made[0][0], LOOKUP)
    assert recovery_codes.use(user, made[1][0], LOOKUP)


def take(now_minutes: float = 0, who: str = "mira") -> timedelta | None:
    return throttle.take(
        acting(now=NOW + timedelta(minutes=now_minutes), lookup_key=LOOKUP), "x", who, most=2
    )


def test_more_attempts_than_allowed_wait_until_a_quarter_of_an_hour_after_the_first(app: Flask) -> None:
    assert [take(), take(5), take(10)] == [None, None, timedelta(minutes=5)]
    assert take(14) == timedelta(minutes=1), "attempts meanwhile make it no longer"
    assert take(10, "omar") is None
    assert take(15) is None


def test_a_clock_set_back_holds_nobody_up(app: Flask) -> None:
    assert [take(60), take(60), take(60)] == [None, None, timedelta(minutes=15)]
    assert take(0) is None


def test_attempts_are_forgotten_and_removed(app: Flask) -> None:
    take(), take(), take()
    throttle.forget("x", "mira", lookup_key=LOOKUP)
    assert take() is None
    assert throttle.purge(NOW + timedelta(minutes=14)) == 0
    assert throttle.purge(NOW + timedelta(minutes=15)) == 1


def test_attempts_at_the_same_moment_are_all_counted(app: Flask) -> None:
    def many(_number: int) -> int:
        with app.app_context():
            refused = 0
            for _time in range(5):
                refused += take() is not None
                db.session.commit()
            db.session.remove()
        return refused

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(many, range(4))) == 18
    assert db.session.query(Attempts).one().count == 20


def test_no_address_stands_among_the_attempts(app: Flask) -> None:
    throttle.take(acting(now=NOW, lookup_key=LOOKUP), "sign-in", "mira@example.org", most=1)
    (row,) = db.session.query(Attempts)
    assert len(row.key) == 64
    assert "mira" not in row.key


def claimed(mail_id: int) -> outbox.Claimed:
    found = outbox.claim(acting(now=NOW, lease_seconds=60), mail_id)
    assert found is not None
    return found


def test_a_mail_with_a_link_is_the_same_each_time_and_gone_with_its_link(app: Flask) -> None:
    settings = app.config["SETTINGS"]
    user = invite()
    link, token = invitations.make(acting(now=NOW, settings=settings), user, "reset")
    mail = staff.send_link(acting(now=NOW, settings=settings), user, link)
    db.session.commit()
    row = claimed(mail.id)
    assert (
        mail_contents.compose(acting(settings=settings, now=NOW), row).as_bytes()
        == mail_contents.compose(acting(settings=settings, now=NOW), row).as_bytes()
    )
    text = mail_contents.compose(acting(settings=settings, now=NOW), row).get_body(("plain",))
    assert text is not None
    assert f"{settings.public_url}/staff/new-password/{token}" in text.get_content()
    with pytest.raises(mail_contents.Gone):
        mail_contents.compose(acting(settings=settings, now=NOW + timedelta(hours=1)), row)
    invitations.use(link)
    db.session.commit()
    with pytest.raises(mail_contents.Gone):
        mail_contents.compose(acting(settings=settings, now=NOW), row)


@pytest.mark.parametrize("notice", ["password", "second_factor", "recovery_code"])
def test_each_notice_is_a_letter_of_its_own(app: Flask, notice: staff.Notice) -> None:
    settings = app.config["SETTINGS"]
    mail = staff.notify(acting(now=NOW, settings=settings), invite(), notice)
    db.session.commit()
    text = mail_contents.compose(acting(settings=settings, now=NOW), claimed(mail.id)).get_body(("plain",))
    assert text is not None
    assert "10 March 2026, 12:00 (UTC)" in text.get_content()


def test_what_is_over_is_removed_and_nothing_else(app: Flask) -> None:
    user = invite()
    sessions.begin(user, NOW)
    invitations.make(acting(now=NOW, link_key=KEY), user, "reset")
    take()
    db.session.commit()
    staff.purge(NOW + timedelta(minutes=10))
    assert [db.session.query(kind).count() for kind in (StaffSession, StaffLink, Attempts)] == [1, 2, 1]
    staff.purge(NOW + timedelta(hours=1))
    assert [db.session.query(kind).count() for kind in (StaffSession, StaffLink, Attempts)] == [0, 1, 0]
    staff.purge(NOW + timedelta(days=3))
    assert db.session.query(StaffLink).count() == 0
