"""Whatever was done is told by one clock on every page of the desk: that of the clinic."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask

from estimator import price_lists
from estimator.config import Settings
from estimator.db import db
from estimator.models.staff import Role
from estimator.price_lists import drafts
from estimator.web import clinics_clock
from tests.support.acts import acting
from tests.support.apps import Apps
from tests.support.delhi_list import DELHI, NOW
from tests.support.quote_desk import ask, page
from tests.support.quote_form import line, prepare
from tests.support.staff_browser import Staff


def put(slug: str, zone: str, valid_from: str = "2026-09-01", now: datetime = NOW) -> None:
    text = DELHI.replace('table = "delhi"', f'table = "{slug}"').replace("Asia/Kolkata", zone)
    text = text.replace("valid_from = 2026-09-01", f"valid_from = {valid_from}")
    price_lists.import_(acting(actor="command line", now=now), text)
    db.session.commit()


@pytest.mark.long
def test_the_pages_of_the_desk_tell_when_something_was_done_in_the_clinics_time_zone(
    app: Flask, sign_in: Callable[[Flask, Role], Staff], draft: str
) -> None:
    coordinator = sign_in(app, "coordinator")
    reference = ask(app)
    prepare(coordinator, reference, **line(0, "-2500"))
    coordinator.see(page(reference))
    coordinator.press("Ask for approval")
    pages = {
        "coordinator": ("/desk/outbox", page(reference), f"/desk/requests/{reference}"),
        "approver": ("/staff", "/staff/audit", "/staff/tables", "/staff/tables/versions/1", draft),
    }
    for role, paths in pages.items():
        staff = sign_in(app, role)  # type: ignore[arg-type]
        for path in paths:
            shown = staff.see(path)
            assert (shown.status, "(UTC)" in shown.text, "14:30 (India)" in shown.text) == (
                200,
                False,
                True,
            ), path


def test_a_day_of_the_audit_trail_begins_when_it_begins_at_the_clinic(app: Flask, approver: Staff) -> None:
    with app.app_context():
        moments = (NOW.replace(hour=18, minute=29), NOW.replace(hour=18, minute=31))
        for slug, moment in zip(("on-the-tenth", "on-the-eleventh"), moments, strict=True):
            price_lists.import_(
                acting(actor="command line", now=moment), DELHI.replace('"delhi"', f'"{slug}"')
            )
        db.session.commit()
    shown = approver.see("/staff/audit?since=2026-11-11&until=2026-11-11").text
    assert ("“on-the-tenth”" in shown, "“on-the-eleventh”" in shown) == (False, True)


def clock_of(app: Flask) -> str:
    with app.test_request_context():
        return clinics_clock.zone()


def test_the_clinics_clock_is_that_of_most_of_its_lists_and_of_several_such_the_first_by_name(
    app: Flask,
) -> None:
    with app.app_context():
        put("bremen", "Europe/Berlin")
    assert clock_of(app) == "Europe/Berlin"
    with app.app_context():
        put("pune", "Asia/Kolkata")
    assert clock_of(app) == "Asia/Kolkata"


def test_before_a_list_is_in_force_the_clock_is_that_of_what_is_published_or_prepared(
    load: Callable[..., Settings], database_url: str, started: Apps
) -> None:
    app = started.start(load(DATABASE_URL=database_url))
    assert clock_of(app) == "UTC"
    with app.app_context():
        text = DELHI.replace("Asia/Kolkata", "America/Lima")
        drafts.begin_list(acting(actor="user:1", now=NOW), "delhi", text=text)
        db.session.commit()
    assert clock_of(app) == "America/Lima"
    with app.app_context():
        put("bremen", "Europe/Berlin", "2027-01-01")
    assert clock_of(app) == "Europe/Berlin"
