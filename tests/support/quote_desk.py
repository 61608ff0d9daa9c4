"""Requests at the desk, and what becomes of them elsewhere: prices that change, mail, a worker, a patient's answer."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from sqlalchemy import select

from estimator import clinic, estimates, price_lists, quotes, requests
from estimator.config import Settings
from estimator.db import db
from estimator.mail import outbox
from estimator.models import Mail, PatientRequest, Quote, QuoteRevision
from estimator.quotes import pdf_document
from tests.support.acts import acting
from tests.support.delhi_list import DELHI

NAME, ADDRESS = "Wilhelmina Quill", "mina@quillworth.org"

PLAN: dict[str, Any] = {
    "cells": "umbilical",
    "sessions": "2",
    "room": "ward",
    "nights": "14",
    "rehab": "intensive",
    "rehab_days": "40",
    "visa": True,
    "own_mri": True,
}


def settings_of(app: Flask) -> Settings:
    """Return the settings of an app."""
    found: Settings = app.config["SETTINGS"]
    return found


def now() -> datetime:
    """Return the moment it is."""
    return datetime.now(UTC)


def ask(
    app: Flask,
    *,
    name: str = NAME,
    address: str | None = ADDRESS,
    language: str = "en",
    plan: dict[str, Any] = PLAN,
    slug: str = "delhi",
    country: str = "DE",
    patient: str | None = None,
) -> str:
    """Ask for a firm quote as a patient does, or for a `patient`; return the reference of the request."""
    settings = settings_of(app)
    with app.app_context():
        token = estimates.make(
            acting(now=now(), settings=settings),
            price_lists.in_force(slug, now()),
            plan,
            language=language,
            submission=secrets.token_urlsafe(16),
        )
        estimate = estimates.find(acting(now=now(), kept_days=90), token)
        assert estimate is not None
        found = requests.ask(
            acting(clinic=clinic.current(), now=now(), settings=settings),
            estimate,
            requests.Asked(
                requests.Person(name, address, None, "", patient),
                country,
                language,
                "self" if patient is None else "other",
                None,
                [],
            ),
            origin="page",
            submission="",
        )
        reference = found.reference
        db.session.commit()
    return reference


def changed_list(
    app: Flask, *, version: str = "2026-11", valid_from: str = "2026-11-05", **changes: str
) -> None:
    """Publish another version of the list, with some texts of it changed."""
    text = re.sub(r'^version = ".*"', f'version = "{version}"', DELHI, count=1, flags=re.MULTILINE)
    text = re.sub(r"^valid_from = .*", f"valid_from = {valid_from}", text, count=1, flags=re.MULTILINE)
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    with app.app_context():
        price_lists.import_(acting(actor="command line", now=now()), text)
        db.session.commit()


@contextmanager
def request_of(app: Flask, reference: str) -> Iterator[PatientRequest]:
    """Yield a request in the app's context, and commit afterwards."""
    with app.app_context():
        found = requests.get(reference)
        assert found is not None
        yield found
        db.session.commit()


@contextmanager
def newest(app: Flask, reference: str) -> Iterator[QuoteRevision]:
    """Yield the newest revision of a request's quote in the app's context, and commit afterwards."""
    with request_of(app, reference) as found:
        quote = quotes.for_request(found)
        assert quote is not None
        yield quotes.newest(quote)


def draw(app: Flask, reference: str) -> bytes:
    """Make the document of the newest revision, as the worker does."""
    with newest(app, reference) as revision:
        made = pdf_document.render(revision, settings_of(app))
        assert made is not None
        return made


def accept(app: Flask, reference: str, plan: str | None = None) -> None:
    """Accept the newest revision, or one of its plans, as its patient does."""
    with newest(app, reference) as revision:
        quotes.accept(
            acting(clinic=clinic.current(), now=now(), settings=settings_of(app)),
            revision,
            typed_name=NAME,
            agreed_to="I accept.",
            language="en",
            network="203.0.113.0/24",
            pdf_sha256=None,
            plan=plan,
        )


def decline(app: Flask, reference: str, reason: str = "price", words: str = "") -> None:
    """Decline the newest revision, as its patient does."""
    with newest(app, reference) as revision:
        quotes.decline(
            acting(now=now(), settings=settings_of(app)),
            revision,
            reason=reason,
            words=words,
            agreed_to="I decline.",
            language="en",
            network="203.0.113.0/24",
            pdf_sha256=None,
        )


def give_up(app: Flask, template: str, words: str) -> int:
    """Let the newest mail of a kind fail for good, as the worker does; return its number."""
    with app.app_context():
        number = db.session.scalars(
            select(Mail.id).filter_by(template=template).order_by(Mail.id.desc())
        ).first()
        assert number is not None
        claimed = outbox.claim(acting(now=now(), lease_seconds=60), number)
        assert claimed is not None
        outbox.failed(acting(now=now()), claimed, words=words)
        db.session.commit()
        return number


def issued(app: Flask) -> list[str]:
    """Return every number that was given, with how many revisions it has."""
    with app.app_context():
        found = db.session.scalars(select(Quote).order_by(Quote.id)).all()
        return [f"{quote.number}/{len(quotes.revisions(quote))}" for quote in found]


def page(reference: str) -> str:
    """Return the address of a request's quote at the desk."""
    return f"/desk/requests/{reference}/quote"
