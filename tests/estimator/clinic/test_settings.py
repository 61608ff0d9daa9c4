"""What a clinic sets for itself, on SQLite and on PostgreSQL."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from estimator import audit, clinic
from estimator.act import Act
from estimator.clinic import Clinic
from estimator.db import db
from estimator.models import AuditEntry, ClinicSetting
from pricing.overruns import Rule
from tests.support.acts import acting
from tests.support.at_once import at_once

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def who() -> Act:
    return acting("user:1", NOW)


VALUES: dict[str, Any] = {
    "weekend": (4, 5),
    "holidays": (date(2025, 12, 25), date(2026, 12, 25)),
    "reply_days": 2,
    "reflection_days": 14,
    "adjustment_limit": Decimal("7.50"),
    "reminder_days": 3,
    "follow_up_days": 0,
    "requests_kept_days": 200,
    "quotes_kept_years": 6,
    "default_language": "ar",
    "letters": {"estimate": {"before": {"en": "Hello.\n\nWrite to us: https://example.org/x"}}},
    "public_prices": True,
    "overrun_rules": (
        Rule("45 CFR 149.620", "USD", by=Decimal(400)),
        Rule("GOZ, section 9 (2)", "EUR", percent=Decimal(15), beyond=Decimal(1000)),
    ),
    "past_bills": "enough",
    "past_bills_range": True,
    "desk_mail": "hourly",
    "mail_name": "Riverside",
    "messages": {
        "mri": clinic.MessageTemplate(
            "We need your MRI", {"en": "Dear {name}, please send it.", "fr": "{name} : merci."}, True
        )
    },
    "logo": clinic.Logo("a" * 64, 300, 80),
}


def put(key: str, text: str) -> None:
    db.session.add(ClinicSetting(key=key, value=text, changed_by="user:1", changed_at=NOW))
    db.session.commit()


def test_a_clinic_that_set_nothing_has_the_defaults(app: Flask) -> None:
    assert clinic.current() == Clinic()


def test_each_setting_comes_back_as_it_was_set(app: Flask) -> None:
    assert set(VALUES) == set(clinic.KINDS) == set(clinic.DEFAULTS)
    for key, value in VALUES.items():
        assert clinic.change(who(), key, value)
        assert not clinic.change(who(), key, value), "setting it again is no change"
    db.session.commit()
    assert clinic.current() == Clinic(**VALUES)


def test_the_settings_are_read_in_one_query_without_the_picture(app: Flask) -> None:
    clinic.change_logo(who(), b"x" * 5000, 300, 80, basis=None)
    for key, value in list(VALUES.items())[:-1]:
        clinic.change(who(), key, value)
    db.session.commit()
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    clinic.current()
    assert len(asked) == 1
    found = clinic.current().logo
    assert found is not None
    assert clinic.logo_content(found) == b"x" * 5000


def test_what_is_the_default_again_is_not_stored(app: Flask) -> None:
    for key, value in VALUES.items():
        clinic.change(who(), key, value)
        assert clinic.change(who(), key, clinic.DEFAULTS[key])
    db.session.commit()
    assert db.session.scalars(select(ClinicSetting)).all() == []


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("weekend", "[5,6"),
        ("weekend", "[7]"),
        ("weekend", "5"),
        ("holidays", '["2026-02-30"]'),
        ("reply_days", "0"),
        ("reply_days", "true"),
        ("reply_days", '"3"'),
        ("adjustment_limit", '"NaN"'),
        ("adjustment_limit", '"five"'),
        ("letters", '{"estimate": 1}'),
        ("letters", '{"estimate": {"before": {"en": "\\u202e"}}}'),
        ("logo", '["x"]'),
        ("colour", '"red"'),
    ],
)
def test_what_cannot_be_read_counts_as_not_set_and_is_logged_once(
    app: Flask, key: str, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    put(key, text)
    clinic.settings._stored.cache_clear()
    with caplog.at_level(logging.WARNING, "estimator.clinic.settings"):
        assert clinic.current() == clinic.current() == Clinic()
    assert [key in record.getMessage() for record in caplog.records] == [True]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("weekend", range(7)),
        ("weekend", (7,)),
        ("holidays", (date(1999, 12, 31),)),
        ("holidays", tuple(date.fromordinal(740_000 + day) for day in range(501))),
        ("reply_days", 0),
        ("reply_days", 61),
        ("reflection_days", -1),
        ("adjustment_limit", Decimal("100.01")),
        ("adjustment_limit", Decimal("1.005")),
        ("adjustment_limit", Decimal("Infinity")),
        ("requests_kept_days", 29),
        ("quotes_kept_years", 31),
        ("default_language", "<b>"),
        ("letters", {"estimate": {"before": {"en": "x" * 1001}}}),
        ("letters", {"estimate": {"before": {"en": "http://example.org"}}}),
        ("letters", {"estimate": {"before": {"en": "javascript:alert(1)"}}}),
        ("letters", {"estimate": {"before": {"en": "see \N{RIGHT-TO-LEFT OVERRIDE}gro"}}}),
        ("letters", {"estimate": {"before": {"en": "a <b>word</b>"}}}),
        ("letters", {"farewell": {"before": {"en": "x"}}}),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(app: Flask, key: str, value: Any) -> None:
    with pytest.raises(clinic.WrongValue) as refused:
        clinic.change(who(), key, value)
    assert refused.value.sentence.endswith(".")
    assert clinic.current() == Clinic()


def test_every_wrong_text_of_the_letters_is_named(app: Flask) -> None:
    texts = {"estimate": {"before": {"en": "http://a.example", "ar": "حسن"}, "after": {"en": "x" * 1001}}}
    with pytest.raises(clinic.WrongValue) as refused:
        clinic.change(who(), "letters", texts)
    assert set(refused.value.problems) == {"estimate.before.en", "estimate.after.en"}


@pytest.mark.parametrize(
    "text",
    [
        "Questions: write to us, we answer within 3 days.",
        "Look at https://example.org/how-to-pay?step=1 first.",
        "Note: bring your passport. Time: 10:30. Ratio 1:2.",
        "می‌خواهم",  # a joiner that Persian needs
        "الرقم \N{RIGHT-TO-LEFT MARK}123",
    ],
)
def test_ordinary_words_can_stand_in_a_letter(app: Flask, text: str) -> None:
    assert clinic.problem_of_text(text) is None


def test_the_trail_says_what_was_changed_by_whom_and_no_words(app: Flask) -> None:
    clinic.change(who(), "letters", VALUES["letters"])
    db.session.commit()
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.subject, entry.actor) == (
        "settings.changed",
        "clinic_setting:letters",
        "user:1",
    )
    assert "Hello" not in entry.detail
    assert audit.verify().broken is None


def test_of_two_people_at_once_the_second_is_told(app: Flask) -> None:
    seen = clinic.bases()
    clinic.change(who(), "reply_days", 2, basis=seen["reply_days"])
    db.session.commit()
    with pytest.raises(clinic.SomebodyElse):
        clinic.change(acting(actor="user:2", now=NOW), "reply_days", 4, basis=seen["reply_days"])
    db.session.rollback()
    assert not clinic.change(acting(actor="user:2", now=NOW), "reply_days", 2, basis=seen["reply_days"]), (
        "both wanted the same"
    )
    assert clinic.change(acting(actor="user:2", now=NOW), "weekend", (4, 5), basis=seen["weekend"])
    assert clinic.change(acting(actor="user:2", now=NOW), "reply_days", 4, basis=clinic.bases()["reply_days"])


def test_of_ten_people_at_the_same_moment_one_sets_it(app: Flask) -> None:
    seen = clinic.bases()["reply_days"]
    found = at_once(
        app,
        10,
        lambda number: clinic.change(
            acting(actor=f"user:{number}", now=NOW), "reply_days", 5 + number, basis=seen
        ),
    )
    assert found.count(True) == 1
    assert all(one is True or isinstance(one, clinic.SomebodyElse) for one in found)
    assert audit.verify().entries == 1
