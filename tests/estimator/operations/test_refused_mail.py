"""What is counted of mail that a server refuses, whichever of several workers meets it."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Flask

from estimator.db import db
from estimator.operations import refused_mail
from tests.support.at_once import at_once

SERVER = "mail.example.org, port 25,"


def refuse(_number: int) -> None:
    refused_mail.note("550 5.1.1 no such person", SERVER, datetime.now(UTC), of_server=False)


def test_every_refusal_is_counted_also_those_at_the_same_moment(app: Flask) -> None:
    for round_ in range(1, 6):
        assert at_once(app, 4, refuse) == [None] * 4
        found = refused_mail.found()
        assert found is not None
        assert found.count == 4 * round_


def test_a_refusal_and_a_mail_that_is_taken_at_the_same_moment_leave_one_or_none(app: Flask) -> None:
    def either(number: int) -> None:
        if number:
            refused_mail.ended(SERVER, datetime.now(UTC))
        else:
            refuse(number)

    refuse(0)
    db.session.commit()
    assert at_once(app, 2, either) == [None, None]
    found = refused_mail.found()
    assert found is None or found.count == 1
