"""Pages about an accepted quote for others: drawn when they are asked for, with what the patient agreed to show.

The file is kept nowhere. Its hash is, so that whoever is shown one can have it checked, and the history tells what it
shows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from estimator import audit, estimates, price_lists, requests, wording
from estimator.act import Act
from estimator.db import db
from estimator.i18n import Reader, gettext, speaking
from estimator.i18n import reader as reader_of
from estimator.models import Certificate, QuoteRevision
from estimator.pdf import page_foot, qr, renderer, side_by_side
from estimator.quotes import pdf_document
from estimator.quotes.agreement import agreed
from estimator.quotes.decisions import NotCurrent
from estimator.quotes.issued_revisions import locked, patient_of, rows_of, state_at
from estimator.template_environment import environment
from estimator.wording import SHOWN, Shown

ENGLISH = "en"

DRAWN_AGAIN = timedelta(minutes=15)
"""Time after it was made in which a page can be drawn once more, to be downloaded by who made it."""


class NotKept(Exception):
    """The page was made too long ago, by somebody else, or would not be the same any more; another can be made."""


class NothingShown(Exception):
    """Nobody has agreed to anything that the page could show."""


def can_be_made(revision: QuoteRevision, now: datetime) -> bool:
    """Whether there is something to certify: the revision is accepted, and its person is not erased."""
    return state_at(revision, now) == "accepted" and revision.quote.request.erased_at is None


def draw(act: Act, revision: QuoteRevision, shown: Collection[str], language: str) -> bytes:
    """Return the page as PDF, in a language with English below each line, or in English alone.

    Raises NothingShown, NotCurrent for what is not accepted, keys.Unreadable, and RenderingFailed.
    """
    codes = [code for code in SHOWN if code in shown]
    if not codes:
        raise NothingShown
    accepted = agreed(revision)
    patient = patient_of(revision, act.settings.data_keys)
    rows = rows_of(revision, act.settings.data_keys)
    if accepted is None or patient is None or rows is None or not can_be_made(revision, act.now):
        raise NotCurrent(state_at(revision, act.now))
    check = pdf_document.check_address(revision.quote.number, revision.number, act.settings)
    table = price_lists.parsed(revision.table_version)
    logo = estimates.pdf_document.inline(pdf_document.clinics_logo())

    def page(reader: Reader, second: Reader | None) -> str:
        with speaking(reader):
            head = wording.head(
                table,
                reader,
                reference=revision.quote.number,
                created=act.now,
                valid_until=revision.valid_until,
            )
            which = gettext(
                "%(number)s, revision %(revision)s", number=revision.quote.number, revision=revision.number
            )
            kinds = estimates.pdf_document.in_each(
                lambda: gettext("Confirmation of a firm quote"), reader, second
            )
            return (
                environment()
                .get_template("pdf/certificate.html")
                .render(
                    record=head,
                    which=which,
                    stated=wording.stated(
                        accepted.content,
                        table,
                        reader,
                        codes,
                        patient=patient,
                        accepted_at=accepted.at,
                        total=accepted.total,
                        planned_month=revision.quote.request.planned_month,
                    ),
                    demo=table.demo,
                    made_on=reader.moment(act.now, revision.time_zone),
                    check=check,
                    code=qr.svg(check, gettext("QR code of the page where this quote can be checked")),
                    created=act.now.isoformat(timespec="seconds"),
                    reader=reader,
                    logo=logo,
                    sheet=page_foot.sheet((head.provider, which, *kinds), reader, rows.paper, second),
                )
            )

    english = reader_of(ENGLISH)
    if language == ENGLISH:
        drawn = page(english, None)
    else:
        drawn = side_by_side.paired(page(reader_of(language), english), page(english, None), english)
    return renderer.document(drawn, created=act.now)


def keep(
    act: Act, revision: QuoteRevision, made: bytes, shown: Collection[str], *, how: str | None = None
) -> Certificate:
    """Keep the hash of a page that was made, and write into the history what it shows.

    `how` says how the patient agreed, where somebody at the desk made it. Raises NotCurrent if the acceptance was
    taken back or replaced meanwhile, and requests.Erased.
    """
    request = locked(revision)
    if not can_be_made(revision, act.now):
        raise NotCurrent(state_at(revision, act.now))
    codes: list[Shown] = [code for code in SHOWN if code in shown]
    sha256 = hashlib.sha256(made).hexdigest()
    before = made_as(sha256)
    if before is not None:
        return before  # the same page asked for twice within a second
    kept = Certificate(
        revision_id=revision.id, sha256=sha256, shown=" ".join(codes), made_by=act.actor, made_at=act.now
    )
    db.session.add(kept)
    number = revision.quote.number
    requests.add_event(
        act, request, "certificate", words=how, quote=number, revision=revision.number, shown=codes
    )
    audit.add(
        act,
        "quote.certificate",
        subject=f"quote_revision:{revision.id}",
        number=number,
        revision=revision.number,
        shown=codes,
    )
    return kept


def of(act: Act, revision: QuoteRevision, number: int) -> Certificate:
    """Return the page with this number, as long as who made it can download it.

    Raises NotKept, and NotCurrent once the acceptance was taken back or replaced.
    """
    made = db.session.get(Certificate, number)
    if made is None or (made.revision_id, made.made_by) != (revision.id, act.actor):
        raise NotKept
    if act.now - made.made_at >= DRAWN_AGAIN:
        raise NotKept
    if not still_holds(made, act.now):
        raise NotCurrent(state_at(revision, act.now))
    return made


def draw_again(act: Act, made: Certificate, language: str) -> bytes:
    """Return a page as it was drawn in a language, byte for byte; raises NotKept, and what `draw` does."""
    drawn = draw(replace(act, now=made.made_at), made.revision, made.shown.split(), language)
    if hashlib.sha256(drawn).hexdigest() != made.sha256:
        raise NotKept
    return drawn


def still_holds(made: Certificate, now: datetime) -> bool:
    """Whether the acceptance that a page confirms still stands; one that came after the page is another one."""
    accepted = agreed(made.revision)
    return state_at(made.revision, now) == "accepted" and accepted is not None and accepted.at <= made.made_at


def made_as(sha256: str) -> Certificate | None:
    """Return the page that has a hash; None if none was made."""
    return db.session.scalar(select(Certificate).filter_by(sha256=sha256))
