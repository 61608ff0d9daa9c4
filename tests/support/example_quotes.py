"""A list that firm quotes can be issued from, and requests for them, as the pages make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from flask import current_app
from sqlalchemy import exists, select

from estimator import estimates, price_lists, quotes, requests
from estimator.clinic import Clinic
from estimator.config import Settings
from estimator.db import db
from estimator.models import (
    AuditEntry,
    ClinicSetting,
    PatientRequest,
    QuoteRevision,
    Rate,
    StaffUser,
    TableVersion,
)
from estimator.quotes import drafts, plans
from pricing.quote import Adjustment
from tests.support.acts import acting
from tests.support.example_list import NOW, table_text
from tests.support.kept_rows import kept

COORDINATOR, COLLEAGUE = "user:1", "user:2"
ADDRESS = "anna.kowalska@example.org"
SCAN = """
[charge.scan]
label.en = "Scan"
group = "treatment"
on_request = true
when.rehab = true
source = "Made for the tests."
"""
"""A charge on request, which applies with rehabilitation."""

PLAN: dict[str, str | bool] = {"cells": "own", "sessions": "2", "airport": True}
CLINIC = Clinic()

PERSON = requests.Person(full_name="Anna Kowalska", email=ADDRESS, phone=None, message="Is August possible?")

MORE = """
[driver.airport]
kind = "yes_no"
role = "extras"
label.en = "Airport transfer"
default = false

[group.travel]
label.en = "Travel"
total = "others"
payee.en = "Airport taxis"

[charge.taxi]
label.en = "Taxi"
group = "travel"
when.airport = true
price = { low = 40.00, likely = 50.00, high = 70.00 }
source = "Made for the tests."

[tax.vat]
label.en = "Value added tax"
percent = 10
of = ["treatment"]

[payment.deposit]
label.en = "Deposit"
due.en = "14 days before"
amount = 500.00

[payment.rest]
label.en = "The rest"
due.en = "On arrival"
percent = 100
"""


def list_text(
    version: str = "2026-1",
    valid_from: str = "2026-01-01",
    price: str = "2000.00",
    time_zone: str = "UTC",
    more: str = "",
    basis: bool = True,
) -> str:
    """Return a price list with a regulatory basis, a tax, something paid to others, and payments."""
    text = table_text(version=version, valid_from=valid_from, price=price, time_zone=time_zone)
    if basis:
        text = text.replace(
            'evidence = "unproven"', 'evidence = "unproven"\nbasis.en = "Hospital exemption 7/2026."'
        )
    return text + MORE + more


def settings() -> Settings:
    """Return the settings of the app whose context this is."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def publish(text: str | None = None, now: datetime = NOW) -> TableVersion:
    """Publish a version and commit it."""
    version = price_lists.import_(acting(actor="command line", now=now), text or list_text())
    db.session.commit()
    return version


def ask(
    version: TableVersion,
    now: datetime = NOW,
    *,
    person: requests.Person = PERSON,
    plan: Mapping[str, object] = PLAN,
    submission: str = "form",
    language: str = "en",
    country: str = "PL",
) -> PatientRequest:
    """Make an estimate, ask for a quote, and commit it."""
    token = estimates.make(
        acting(now=now, settings=settings()), version, dict(plan), language=language, submission=submission
    )
    estimate = estimates.find(acting(now=now, kept_days=10**4), token)
    assert estimate is not None
    asked = requests.Asked(
        person=person,
        country=country,
        language=language,
        for_whom="self",
        planned_month="2026-08",
        consents=[],
    )
    request = requests.ask(
        acting(clinic=CLINIC, now=now, settings=settings()),
        estimate,
        asked,
        origin="page",
        submission=submission,
    )
    db.session.commit()
    return request


def person(number: int) -> requests.Person:
    """Return one of many people."""
    return replace(PERSON, full_name=f"Patient Number{number}", email=f"patient{number}@example.org")


def prepare(
    request: PatientRequest,
    now: datetime = NOW,
    *,
    adjustments: Sequence[tuple[str, str]] = (),
    actor: str = COORDINATOR,
    prices: str | None = None,
    **changes: object,
) -> plans.Prepared:
    """Prepare a quote, commit it, and return what would be issued; adjustments are (amount, label)."""
    draft = drafts.begin(acting(actor=actor, now=now, settings=settings()), request)
    if adjustments or prices or changes:
        lines = [Adjustment(Decimal(amount), label, f"Why: {label}") for amount, label in adjustments]
        drafts.change(
            acting(actor=actor, now=now, settings=settings()),
            draft,
            save=draft.save,
            adjustments=lines or None,
            prices=prices,  # type: ignore[arg-type]
            **changes,  # type: ignore[arg-type]
        )
    db.session.commit()
    return state(request, now)


def state(request: PatientRequest, now: datetime = NOW, clinic: Clinic = CLINIC) -> plans.Prepared:
    """Return what would be issued at a moment."""
    draft = drafts.for_request(request)
    assert draft is not None
    return drafts.preview(acting(clinic=clinic, now=now, settings=settings()), draft)


def issue(
    request: PatientRequest, now: datetime = NOW, *, actor: str = COORDINATOR, clinic: Clinic = CLINIC
) -> QuoteRevision:
    """Issue what is prepared, as it is now, and commit it."""
    draft = drafts.for_request(request)
    assert draft is not None
    revision = quotes.issue(
        acting(clinic=clinic, actor=actor, now=now, settings=settings()),
        request,
        save=draft.save,
        fingerprint=state(request, now).fingerprint,
    )
    db.session.commit()
    return revision


def quoted(
    now: datetime = NOW, submission: str = "form", *, clinic: Clinic = CLINIC, **asked: object
) -> QuoteRevision:
    """Publish, ask, prepare and issue."""
    if (now, submission, clinic, asked) == (NOW, "form", CLINIC, {}) and _has_no_rows():
        keys = settings()
        kept(f"a quote {keys.link_key} {keys.lookup_key} {sorted(keys.data_keys.keys())}", _quote)
        return db.session.scalars(select(QuoteRevision)).one()
    return _quote(now, submission, clinic, **asked)


def with_plans(*sessions: str, request: PatientRequest | None = None, now: datetime = NOW) -> QuoteRevision:
    """Issue a quote of two sessions that has a further plan for each of these numbers of sessions."""
    request = request or ask(db.session.scalar(select(TableVersion)) or publish(), now)
    prepare(request, now)
    act = acting(actor=COORDINATOR, now=now, settings=settings())
    draft = drafts.for_request(request)
    assert draft is not None
    for letter, number in zip("BC", sessions, strict=False):
        draft = drafts.add_plan(act, draft, save=draft.save)
        answers = {**PLAN, "sessions": number}
        draft = drafts.change(act, draft, save=draft.save, plan=letter, answers=answers)
    db.session.commit()
    return issue(request, now)


def _has_no_rows() -> bool:
    written = (PatientRequest, TableVersion, AuditEntry, StaffUser, ClinicSetting, Rate)
    return not any(db.session.scalar(select(exists(select(model)))) for model in written)


def _quote(
    now: datetime = NOW, submission: str = "form", clinic: Clinic = CLINIC, **asked: object
) -> QuoteRevision:
    version = db.session.scalar(select(TableVersion)) or publish()
    request = ask(version, now, submission=submission, **asked)  # type: ignore[arg-type]
    prepare(request, now)
    return issue(request, now, clinic=clinic)


_drawn: dict[bytes | None, bytes] = {}
"""Documents by the sealed rows of their revisions, which are the same only where they were copied."""


def draw(revision: QuoteRevision) -> bytes:
    """Make the document of a revision, as the worker does, and commit it."""
    rows = revision.rows
    if rows in _drawn:
        quotes.keep_pdf(revision, _drawn[rows], settings().data_keys)
    content = quotes.pdf_document.render(revision, settings())
    assert content is not None
    if rows is not None:
        _drawn[rows] = content
    db.session.commit()
    return content


def invented(version: TableVersion) -> PatientRequest:
    """Return a request of a demonstration."""
    act = acting(now=NOW, settings=settings(), clinic=CLINIC)
    token = estimates.make(act, version, dict(PLAN), language="en", submission="", demonstration=True)
    estimate = estimates.find(act, token)
    assert estimate is not None
    asked = requests.Asked(PERSON, "PL", "en", "self", None, [])
    return requests.ask(act, estimate, asked, origin="page", submission="", demonstration=True)


def accept(revision: QuoteRevision, now: datetime = NOW, *, plan: str | None = None) -> None:
    """Accept a revision as the page does, or one of several plans, and commit it."""
    quotes.accept(
        acting(clinic=CLINIC, now=now, settings=settings()),
        revision,
        typed_name="Anna Kowalska",
        agreed_to="I accept this quote.",
        language="en",
        network="203.0.113.0/24",
        pdf_sha256=None,
        plan=plan,
    )
    db.session.commit()


def decline(revision: QuoteRevision, now: datetime = NOW) -> None:
    """Decline a revision as the page does, and commit it."""
    quotes.decline(
        acting(now=now, settings=settings()),
        revision,
        reason="price",
        words="Too much for us.",
        agreed_to="I decline this quote.",
        language="en",
        network="203.0.113.0/24",
        pdf_sha256=None,
    )
    db.session.commit()
