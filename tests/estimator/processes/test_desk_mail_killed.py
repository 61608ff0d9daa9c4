"""What is promised when workers are killed: the desk is told of every request once."""

from __future__ import annotations

import json
import random
import time
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from estimator.db import db
from estimator.models import Mail, PatientRequest
from tests.estimator.processes.killing import Killed, app, environment, server
from tests.support.example_mail import estimate
from tests.support.example_request import request
from tests.support.mail_server import wait_until

__all__ = ["app", "environment", "server"]

REQUESTS = 3


def told() -> list[int]:
    """Return of how many requests each mail to the desk tells."""
    db.session.rollback()
    options = db.session.scalars(select(Mail.options).filter_by(template="desk_news"))
    return [int(json.loads(each)["requests"]) for each in options]


@pytest.mark.long
@pytest.mark.soak
def test_the_desk_is_told_once_however_often_workers_are_killed(
    app: Flask, environment: dict[str, str]
) -> None:
    now = datetime.now(UTC)
    record, _token = estimate(now)
    for number in range(REQUESTS):
        request(now, record=record, submission=f"form {number}")
    workers = Killed.workers(environment, 2)
    try:
        for _kill in range(6):
            time.sleep(random.uniform(1, 2.5))
            workers.kill_one()
        wait_until(lambda: sum(told()) > 0, 60)
        workers.kill_one()
        time.sleep(2)
    finally:
        workers.end()
    assert told() == [REQUESTS]
    assert db.session.scalars(select(PatientRequest.untold_since)).all() == [None] * REQUESTS
