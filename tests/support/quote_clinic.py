"""Firm quotes that were really issued, and patients who open them: what the coordinator and the worker do, in short."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from decimal import Decimal
from email.message import EmailMessage
from typing import Any

from flask import Flask
from sqlalchemy import select

from estimator import estimates, price_lists, quotes, requests
from estimator.config import Settings
from estimator.db import db
from estimator.mail import outbox
from estimator.models import Mail, PatientRequest, QuoteDecision, QuoteRevision, RequestEvent
from estimator.privacy import erasure
from estimator.processes import mail_contents
from estimator.quotes import drafts, pdf_document
from pricing.quote import Adjustment
from pricing.quote_options import Option
from tests.support.acts import acting
from tests.support.clinic import table_text
from tests.support.visitor import Page, Visitor

NAME, ADDRESS = "Wilhelmina Quill", "mina@quillworth.org"
COORDINATOR = "user:1"
PLAN: dict[str, Any] = {
    "cells": "own",
    "sessions": 2,
    "meals": "all",
    "training": False,
    "arrival": "2026-03-31",
}

TOTAL = "USD\N{NO-BREAK SPACE}4,211.05"
"""By hand: 2 × 2,000 + 2 × 100.50 + 5 % of 201 = 4,211.05; the flight is paid to others."""

SENTENCE = (
    "I accept the firm quote {number}, revision {revision}, of Example clinic for {total}. "
    "I have read what is included and what is not."
)


def list_text(**changes: str) -> str:
    """Return the price list, with a regulatory basis for the cells."""
    return table_text(**changes).replace(
        'evidence = "unproven"', 'evidence = "unproven"\nbasis.en = "Hospital exemption 7/2026."'
    )


def settings_of(app: Flask) -> Settings:
    """Return the settings of an app."""
    found: Settings = app.config["SETTINGS"]
    return found


def now() -> datetime:
    """Return the moment it is."""
    return datetime.now(UTC)


class Desk:
    """The coordinator and the worker of a clinic, who work on one request."""

    def __init__(
        self, app: Flask, *, address: str | None = ADDRESS, language: str = "en", **said: str | None
    ) -> None:
        """Let somebody ask; `said` is what else of `requests.Person` they fill in."""
        self.app = app
        self.settings = settings_of(app)
        with app.app_context():
            version = price_lists.in_force("clinic", now())
            token = estimates.make(
                acting(now=now(), settings=self.settings), version, PLAN, language=language, submission=""
            )
            estimate = estimates.find(acting(now=now(), kept_days=90), token)
            assert estimate is not None
            person = requests.Person(NAME, address, None, "My stairs are steep.", **said)
            for_whom = "self" if person.asked_by is None else "other"
            asked = requests.Asked(person, "DE", language, for_whom, None, [])
            request = requests.ask(
                acting(now=now(), settings=self.settings), estimate, asked, origin="page", submission=""
            )
            db.session.commit()
            self.reference = request.reference
        self.number = ""

    @classmethod
    def of(cls, app: Flask, reference: str, number: str) -> Desk:
        """Return the desk that works on a request which is there already, and on its quote."""
        desk = cls.__new__(cls)
        desk.app, desk.settings, desk.reference, desk.number = app, settings_of(app), reference, number
        return desk

    @contextmanager
    def request(self) -> Iterator[PatientRequest]:
        """Yield the request in the app's context, and commit afterwards."""
        with self.app.app_context():
            found = requests.get(self.reference)
            assert found is not None
            yield found
            db.session.commit()

    def issue(
        self,
        *adjustments: tuple[str, str],
        sessions: int | None = None,
        pdf: bytes | None = None,
        second: str | None = None,
        plans: Sequence[int] = (),
        options: Sequence[Option] = (),
        told: bool = False,
        words: str = "",
    ) -> str:
        """Issue the next revision, with adjustments (amount, label); return the path of the quote's link.

        `plans` are the sessions of further plans, `options` the lines that may be taken. `pdf` stands for the document
        that the worker makes; None leaves it unmade. It has a `second` language. The patient is `told` the reasons,
        which are what they read of it, and reads `words`.
        """
        with self.request() as request:
            act = acting(actor=COORDINATOR, now=now(), settings=self.settings)
            draft = drafts.begin(act, request)
            lines = [
                Adjustment(Decimal(amount), label, f"Agreed on {label}.", told)
                for amount, label in adjustments
            ]
            answers = {**PLAN, "sessions": sessions} if sessions else None
            draft = drafts.change(
                act,
                draft,
                save=draft.save,
                adjustments=lines,
                prices="keep",
                answers=answers,
                second=second,
                options=options,
                words=words,
            )
            for number, sessions_there in enumerate(plans):
                draft = drafts.add_plan(act, draft, save=draft.save)
                other = {**PLAN, "sessions": sessions_there}
                draft = drafts.change(act, draft, save=draft.save, plan="BC"[number], answers=other)
            state = drafts.preview(act, draft)
            revision = quotes.issue(act, request, save=draft.save, fingerprint=state.fingerprint)
            if pdf is not None:
                db.session.flush()
                quotes.keep_pdf(revision, pdf, self.settings.data_keys)
            self.number = revision.quote.number
            return f"/q/{quotes.token_of(revision.quote, self.settings.link_key)}"

    def draw(self) -> bytes:
        """Make the document of the newest revision, as the worker does."""
        with self.revision() as revision:
            found = pdf_document.render(revision, self.settings)
            assert found is not None
            return found

    @contextmanager
    def revision(self) -> Iterator[QuoteRevision]:
        """Yield the newest revision in the app's context, and commit afterwards."""
        with self.request() as request:
            quote = quotes.for_request(request)
            assert quote is not None
            yield quotes.newest(quote)

    def withdraw(self) -> None:
        """Withdraw the newest revision."""
        with self.revision() as revision:
            quotes.withdraw(
                acting(actor=COORDINATOR, now=now(), settings=self.settings), revision, reason="mistake"
            )

    def new_link(self) -> str:
        """Make another link, and return its path."""
        with self.revision() as revision:
            token = quotes.new_link(
                acting(actor=COORDINATOR, now=now(), settings=self.settings), revision.quote
            )
        return f"/q/{token}"

    def erase(self) -> None:
        """Erase the person."""
        with self.request() as request:
            erasure.erase(acting(now=now()), request)

    def state(self) -> str:
        """Return the state of the request."""
        with self.request() as request:
            return request.state

    def decisions(self) -> list[QuoteDecision]:
        """Return what was answered, the first answer first."""
        with self.app.app_context():
            return list(db.session.scalars(select(QuoteDecision).order_by(QuoteDecision.id)))

    def opened(
        self, sealed: bytes | None, column: str, row: str, table: str = "quote_decision"
    ) -> str | None:
        """Return what was sealed."""
        return None if sealed is None else self.settings.data_keys.open(sealed, table, column, row)

    def events(self) -> list[str]:
        """Return what happened to the request, as codes, the first first."""
        with self.app.app_context():
            return list(db.session.scalars(select(RequestEvent.kind).order_by(RequestEvent.id)))

    def history(self) -> list[requests.Entry]:
        """Return what happened, with words, the newest first."""
        with self.request() as request:
            return requests.history(request, self.settings.data_keys)

    def mails(self, template: str) -> list[EmailMessage]:
        """Return the mails of a kind that wait, as they would be sent now."""
        with self.app.app_context():
            numbers = list(db.session.scalars(select(Mail.id).filter_by(template=template).order_by(Mail.id)))
            found = []
            for number in numbers:
                claimed = outbox.claim(acting(now=now(), lease_seconds=60), number)
                if claimed is not None:
                    with suppress(
                        mail_contents.Gone, mail_contents.Overtaken
                    ):  # a used code, a replaced quote
                        found.append(
                            mail_contents.compose(acting(settings=self.settings, now=now()), claimed)
                        )
            db.session.rollback()
            return found

    def code(self) -> str:
        """Return the six digits of the newest mail with a code."""
        body = self.mails("quote_code")[-1].get_body(("plain",))
        assert body is not None
        (digits,) = re.findall(r"^(\d{6})\r?$", body.get_content(), re.MULTILINE)
        return str(digits)

    def patient(self, link: str, confirmed: bool = True) -> Patient:
        """Return a patient who has opened the link, and typed the code."""
        patient = Patient(self.app, self)
        answer = patient.open(link)
        assert answer.status == 303, answer.status
        if confirmed:
            patient.confirm()
        return patient


class Patient(Visitor):
    """Somebody with the link of a quote and the mailbox that the code goes to."""

    def __init__(self, app: Flask, desk: Desk, **defaults: Any) -> None:
        super().__init__(app, **defaults)
        self.desk = desk

    @property
    def path(self) -> str:
        """The address of the quote."""
        return f"/quote/{self.desk.number}"

    def press(self, page: Page, act: str | None, form: int = 0, **typed: str | None) -> Page:
        """Fill one of the forms of a page in and press a button of it."""
        data = fields(page, form)
        for name, value in typed.items():
            data.pop(name, None)
            if value is not None:
                data[name] = value
        if act is not None:
            data["act"] = act
        action = page.all("form")[form].get("action") or page.path
        return self.post(action, data)

    def confirm(self) -> Page:
        """Have a code sent and type it."""
        sent = self.press(self.open(self.path), "send")
        assert sent.status == 303, sent.status
        opened = self.press(self.open(sent.location), "check", code=self.desk.code())
        assert opened.status == 303, opened.problems
        return self.open(opened.location)

    def check(self, name: str = NAME, plan: str = "") -> Page:
        """Go as far as the page on which an acceptance is checked, of one of several plans by its letter."""
        chosen = f"?plan={plan}" if plan else ""
        return self.press(self.open(f"{self.path}/accept{chosen}"), "check", typed_name=name, agreed="yes")

    def decline(self, reason: str, words: str | None = None) -> Page:
        """Decline the quote with a reason, look at it once more, and return the answer."""
        return self.press(
            self.press(self.open(f"{self.path}/decline"), "check", reason=reason, words=words), "decline"
        )

    def accept(self, name: str = NAME, plan: str = "") -> Page:
        """Accept the quote, and return the page that says so."""
        done = self.press(self.check(name, plan), "accept")
        assert done.status == 303, (done.status, done.problems)
        return self.open(done.location)


def fields(page: Page, form: int = 0) -> dict[str, str]:
    """Return what a browser would send of one form of a page, besides its buttons."""
    return page.typed(page.all("form")[form]).to_dict()
