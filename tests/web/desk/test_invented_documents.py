"""The PDF of an invented quote is drawn for whoever asks for it, and for nobody else."""

from __future__ import annotations

from flask import Flask

from estimator import clinic, estimates, price_lists, quotes, requests
from estimator.db import db
from estimator.models import Mail, Quote
from estimator.processes import quote_documents, worker
from estimator.quotes import drafts, notifications
from tests.support.acts import acting
from tests.support.quote_desk import PLAN, now, request_of, settings_of
from tests.support.staff_browser import Staff


def an_invented_quote(app: Flask) -> str:
    """Issue a quote of a demonstration, of which no worker was told; return the reference of its request."""
    with app.app_context():
        act = acting(clinic=clinic.current(), actor="user:1", now=now(), settings=settings_of(app))
        version = price_lists.in_force("delhi", now())
        token = estimates.make(act, version, PLAN, language="en", submission="", demonstration=True)
        estimate = estimates.find(act, token)
        assert estimate is not None
        asked = requests.Asked(requests.Person("Example Amara", None, None, ""), "NG", "en", "self", None, [])
        found = requests.ask(act, estimate, asked, origin="page", submission="", demonstration=True)
        draft = drafts.begin(act, found)
        fingerprint = drafts.preview(act, draft).fingerprint
        quotes.issue(act, found, save=draft.save, fingerprint=fingerprint)
        reference = found.reference
        db.session.commit()
    return reference


def test_the_document_of_an_invented_quote_is_drawn_when_it_is_asked_for(
    app: Flask, coordinator: Staff
) -> None:
    reference = an_invented_quote(app)
    with app.app_context():
        queue = app.extensions["jobs"]
        queue.huey.flush()  # what was said when it was issued
        worker.sweep(app)
        assert queue.waiting() == 0
    assert "PDF" in coordinator.see(f"/desk/requests/{reference}/quote").text
    document = f"/desk/requests/{reference}/quote/revisions/1.pdf"
    assert coordinator.see(document).status == 404
    with request_of(app, reference) as found:
        quote = db.session.query(Quote).filter_by(request_id=found.id).one()
        assert app.extensions["jobs"].waiting() == 1
        quote_documents.draw(app, quotes.newest(quote).id)
    assert coordinator.see(document).content.startswith(b"%PDF")


def test_the_mail_of_an_invented_quote_waits_for_no_document(app: Flask) -> None:
    reference = an_invented_quote(app)
    with request_of(app, reference) as found:
        revision = quotes.newest(db.session.query(Quote).filter_by(request_id=found.id).one())
        act = acting(actor="user:1", now=now(), settings=settings_of(app))
        notifications.put(
            act, "quote_issued", revision, "amara@example.org", language="en", submission="again"
        )
        db.session.commit()
        mail = db.session.query(Mail).filter_by(about=quotes.about(revision)).one()
        assert not quote_documents.is_awaited(mail.id, now())
