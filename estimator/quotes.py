"""Firm quotes: issued once and never changed, replaced by revisions, answered by the patient.

Everything that changes a quote takes turns by its request, so that of two people one is told what the other did.
What a revision says is frozen whole: figures, words, language, rate, and, once the worker has made it, the document.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parseaddr
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

from babel.numbers import get_territory_currencies
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from estimator import audit, keys, links, outbox, quote_content, quoting, requests, tables, wording
from estimator.clinic import Clinic
from estimator.config import Settings
from estimator.db import db
from estimator.i18n import reader as reader_of
from estimator.i18n import speaking
from estimator.models import (
    Counter,
    PatientRequest,
    Quote,
    QuoteDecision,
    QuoteRevision,
)
from estimator.models import Rate as StoredRate
from estimator.models.quotes import RevisionState
from estimator.quote_content import Rate
from estimator.quoting import ChangedMeanwhile, Missing
from estimator.request_events import lock
from estimator.wording import FirmRows

__all__ = [
    "AlreadyDecided",
    "ChangedMeanwhile",
    "NotCurrent",
    "NotReady",
    "TooLate",
    "accept",
    "ask_question",
    "by_number",
    "content_of",
    "decision_of",
    "decline",
    "expire_due",
    "find",
    "issue",
    "new_link",
    "newest",
    "of",
    "patient_of",
    "pdf_of",
    "revisions",
    "rows_of",
    "standing",
    "take_back",
    "token_of",
    "withdraw",
    "worded",
]

KIND = "quote"
"""What the links of this module open; part of their tokens."""

TABLE = QuoteRevision.__tablename__
DECISIONS = QuoteDecision.__tablename__

QUESTIONS_A_DAY = 20
"""So many questions about one quote reach the desk in 24 hours."""

NO_LIMIT = 10**6
"""What staff send, and what the desk gets of decisions, is not counted against anybody's share."""

DECLINED = ("price", "plan", "elsewhere", "time", "health", "other")
"""Why a quote is declined, as codes."""

WITHDRAWN = ("mistake", "medical", "prices", "asked", "other")
"""Why a quote is withdrawn, as codes."""

Standing = RevisionState


class NotReady(Exception):
    """A quote cannot be issued; `missing` says everything that stands in the way."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        self.missing = missing
        super().__init__([each.code for each in missing])


class NotCurrent(Exception):
    """Only the current revision can be answered; `standing` says what became of this one."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        super().__init__(standing)


class AlreadyDecided(Exception):
    """This revision has been answered already: `kind` is what was said."""

    def __init__(self, kind: Literal["accepted", "declined"]) -> None:
        self.kind = kind
        super().__init__(kind)


class TooLate(Exception):
    """The days in which an acceptance can be taken back are over."""


def issue(
    request: PatientRequest,
    *,
    save: int,
    fingerprint: str,
    clinic: Clinic,
    settings: Settings,
    actor: str,
    now: datetime,
) -> QuoteRevision:
    """Issue what was prepared, exactly as the preview showed it; ring jobs.ring("quote", id) after the commit.

    Raises NotReady with all that is missing, and ChangedMeanwhile if what is prepared is not what the caller saw,
    or was issued by somebody else. Either nothing or everything of it is done.
    """
    lock(request)
    draft = quoting.of(request)
    if draft is None or draft.save != save:
        raise ChangedMeanwhile
    prepared = quoting.state(draft, clinic=clinic, settings=settings, now=now)
    if prepared.fingerprint != fingerprint:
        raise ChangedMeanwhile
    person = requests.person_of(request, settings.data_keys)
    if prepared.missing or prepared.chosen is None or person is None:
        raise NotReady(prepared.missing or [Missing("erased")])
    quote = of(request)
    before = None if quote is None else newest(quote)
    issued = _issued_at(before, now)
    table = tables.parsed(prepared.version)
    if quote is None:
        quote = _new_quote(request, tables.day_of(issued, table.time_zone).year, settings, now)
    number = 1 if before is None else before.number + 1
    content, rows = worded(request, prepared, number=quote.number, clinic=clinic, settings=settings, now=now)
    written = quote_content.as_bytes(content).decode()
    name = secrets.token_hex(16)
    revision = QuoteRevision(
        name=name,
        quote_id=quote.id,
        number=number,
        table_version_id=prepared.version.id,
        table_sha256=prepared.version.sha256,
        content=written,
        total=content["total"],
        adjusted=content["adjusted"],
        currency=content["currency"],
        language=request.language,
        valid_until=prepared.valid_until,
        time_zone=table.time_zone,
        issued_at=issued,
        issued_by=actor,
        patient=settings.data_keys.seal(person.full_name, TABLE, "patient", name),
        rows=settings.data_keys.seal(wording.as_json(rows), TABLE, "rows", name),
        state="current",
        state_since=now,
    )
    for older in revisions(quote):
        if older.state in ("current", "expired", "accepted"):
            _become(older, "replaced", now)
    db.session.add(revision)
    quoting.discard(draft)
    requests.add_event(
        request, "issued", actor=actor, now=now, settings=settings, quote=quote.number, revision=number
    )
    if request.state != "quoted":
        requests.move(request, "quoted", actor=actor, now=now, settings=settings)
    if person.email is not None:
        _mail("quote_issued", revision, quote, person.email, request.language, settings, now)
    audit.add(
        "quote.issued",
        actor=actor,
        subject=f"quote_revision:{revision.id}",
        now=now,
        number=quote.number,
        revision=number,
        content=hashlib.sha256(written.encode()).hexdigest(),
        table=prepared.version.sha256,
    )
    return revision


def worded(
    request: PatientRequest,
    prepared: quoting.Prepared,
    *,
    number: str,
    clinic: Clinic,
    settings: Settings,
    now: datetime,
) -> tuple[dict[str, Any], FirmRows]:
    """Return what a revision that is issued at this moment says: its content, and its words in its language.

    Nothing is saved, so that it can be looked at before. There must be a total: `prepared.chosen`.
    """
    assert prepared.chosen is not None
    quote = of(request)
    before = None if quote is None else newest(quote)
    issued = _issued_at(before, now)
    table = tables.parsed(prepared.version)
    content = quote_content.content(
        prepared.chosen,
        prepared.adjustments,
        number=number,
        revision=1 if before is None else before.number + 1,
        reference=request.reference,
        issued=issued,
        valid_until=prepared.valid_until,
        time_zone=table.time_zone,
        language=request.language,
        given=prepared.given,
        rate=_rate_for(table.currency, request.country, tables.day_of(issued, table.time_zone)),
        replaces=None if before is None else before.number,
    )
    reader = reader_of(request.language)
    with speaking(reader):
        rows = wording.firm_rows(
            content,
            table,
            reader,
            prepared.adjustments,
            reflection_days=clinic.reflection_days,
            before=None if before is None else _before(before, settings.data_keys),
        )
    return content, rows


def find(token: str) -> Quote | None:
    """Return the quote that a token opens; None if there is none, or its link was replaced."""
    return db.session.scalar(select(Quote).filter_by(link_hash=links.stored(token)))


def of(request: PatientRequest) -> Quote | None:
    """Return the quote of a request; None before the first revision is issued."""
    return db.session.scalar(select(Quote).filter_by(request_id=request.id))


def by_number(number: str) -> Quote | None:
    """Return the quote of a number, however it is typed; None if there is none."""
    typed = number.strip().upper()
    if "\x00" in typed:  # PostgreSQL refuses to look for it
        return None
    return db.session.scalar(select(Quote).filter_by(number=typed))


def token_of(quote: Quote, link_key: str) -> str:
    """Compose the token of a quote's link again."""
    return links.compose(link_key, KIND, quote.number, quote.link_serial)


def revisions(quote: Quote) -> Sequence[QuoteRevision]:
    """Return every revision, the newest first."""
    found = select(QuoteRevision).filter_by(quote_id=quote.id).order_by(QuoteRevision.number.desc())
    return db.session.scalars(found).all()


def newest(quote: Quote) -> QuoteRevision:
    """Return the newest revision; a quote has at least one."""
    found = select(QuoteRevision).filter_by(quote_id=quote.id).order_by(QuoteRevision.number.desc()).limit(1)
    return db.session.scalars(found).one()


def standing(revision: QuoteRevision, now: datetime) -> Standing:
    """Return what a revision is at a moment: it has expired as soon as its last day is over where the clinic is."""
    if revision.state == "current" and tables.day_of(now, revision.time_zone) > revision.valid_until:
        return "expired"
    return revision.state


def content_of(revision: QuoteRevision) -> dict[str, Any]:
    """Return the content of a revision, as `quote_content.content` made it."""
    return cast(dict[str, Any], json.loads(revision.content))


def rows_of(revision: QuoteRevision, keyring: keys.Keyring) -> FirmRows | None:
    """Return the words of a revision as they were when it was issued; None once the person is erased."""
    said = _opened(revision.rows, "rows", revision.name, keyring)
    return None if said is None else wording.from_json(FirmRows, said)


def patient_of(revision: QuoteRevision, keyring: keys.Keyring) -> str | None:
    """Return the name on a revision; None once the person is erased."""
    return _opened(revision.patient, "patient", revision.name, keyring)


def pdf_of(revision: QuoteRevision, keyring: keys.Keyring) -> bytes | None:
    """Return the document's bytes; None before they are made, and once the person is erased."""
    if revision.pdf is None:
        return None
    return keyring.open_bytes(revision.pdf, TABLE, "pdf", revision.name)


def decision_of(revision: QuoteRevision) -> QuoteDecision | None:
    """Return what was said to a revision last, an acceptance that was taken back too; None if nothing was."""
    said = select(QuoteDecision).filter_by(revision_id=revision.id).order_by(QuoteDecision.id.desc()).limit(1)
    return db.session.scalar(said)


def about(revision: QuoteRevision) -> str:
    """Return what the mails about a revision are about: Q-2026-00017/1."""
    return f"{revision.quote.number}/{revision.number}"


def accept(
    revision: QuoteRevision,
    *,
    typed_name: str,
    agreed_to: str,
    language: str,
    network: str,
    pdf_sha256: str | None,
    clinic: Clinic,
    settings: Settings,
    now: datetime,
) -> QuoteDecision:
    """Accept the current revision; raises NotCurrent, or AlreadyDecided.

    It can be taken back until the end of the last day of reflection, in the time zone of the quote.
    """
    request = _to_be_decided(revision, now)
    last = tables.day_of(now, revision.time_zone) + timedelta(days=clinic.reflection_days)
    until = _end_of(last, revision.time_zone) if clinic.reflection_days else None
    said = _decide(
        revision,
        "accepted",
        agreed_to=agreed_to,
        language=language,
        network=network,
        pdf_sha256=pdf_sha256,
        now=now,
        reversible_until=until,
        settings=settings,
        typed_name=typed_name,
    )
    _tell(revision, request, "accepted", settings, now)
    return said


def decline(
    revision: QuoteRevision,
    *,
    reason: str,
    words: str | None,
    agreed_to: str,
    language: str,
    network: str,
    pdf_sha256: str | None,
    settings: Settings,
    now: datetime,
) -> QuoteDecision:
    """Decline the current revision for one of the reasons in DECLINED; raises NotCurrent, or AlreadyDecided."""
    if reason not in DECLINED:
        raise ValueError(f"no reason to decline: {reason}")
    request = _to_be_decided(revision, now)
    said = _decide(
        revision,
        "declined",
        agreed_to=agreed_to,
        language=language,
        network=network,
        pdf_sha256=pdf_sha256,
        now=now,
        reason=reason,
        settings=settings,
        words=words or None,
    )
    _tell(revision, request, "declined", settings, now, reason=reason)
    return said


def take_back(revision: QuoteRevision, *, settings: Settings, now: datetime) -> QuoteDecision:
    """Take an acceptance back; the revision is then as current as it was. Raises NotCurrent, or TooLate."""
    request = _locked(revision)
    said = decision_of(revision)
    if revision.state != "accepted" or said is None or said.taken_back_at is not None:
        raise NotCurrent(standing(revision, now))
    if said.reversible_until is None or now >= said.reversible_until:
        raise TooLate
    said.taken_back_at = now
    _become(revision, "current", now)
    db.session.flush()
    _tell(revision, request, "taken_back", settings, now)
    return said


def ask_question(quote: Quote, words: str, *, settings: Settings, now: datetime) -> None:
    """Keep a question, and tell the desk that there is one. Raises outbox.TooMany after QUESTIONS_A_DAY."""
    request = quote.request
    lock(request)
    event = requests.ask_question(request, words, now=now, settings=settings)
    revision = newest(quote)
    _mail_desk("quote_question", revision, quote, event.name, {}, settings, now, per_record=QUESTIONS_A_DAY)


def withdraw(revision: QuoteRevision, *, reason: str, actor: str, now: datetime, settings: Settings) -> None:
    """Withdraw the current revision for one of the reasons in WITHDRAWN; raises NotCurrent."""
    if reason not in WITHDRAWN:
        raise ValueError(f"no reason to withdraw: {reason}")
    request = _locked(revision)
    if standing(revision, now) != "current":
        raise NotCurrent(standing(revision, now))
    _become(revision, "withdrawn", now)
    number = revision.quote.number
    requests.add_event(
        request,
        "withdrawn",
        actor=actor,
        now=now,
        settings=settings,
        quote=number,
        revision=revision.number,
        reason=reason,
    )
    if request.state == "quoted":
        requests.move(request, "in_work", actor=actor, now=now, settings=settings)
    audit.add(
        "quote.withdrawn",
        actor=actor,
        subject=f"quote_revision:{revision.id}",
        now=now,
        number=number,
        revision=revision.number,
        reason=reason,
    )


def new_link(quote: Quote, *, actor: str, settings: Settings, now: datetime) -> str:
    """Give a quote another link, and return its token; the one before opens nothing any more."""
    request = quote.request
    lock(request)
    db.session.refresh(quote)
    quote.link_serial += 1
    token = token_of(quote, settings.link_key)
    quote.link_hash = links.stored(token)
    db.session.flush()
    requests.add_event(request, "new_link", actor=actor, now=now, settings=settings, quote=quote.number)
    audit.add("quote.new_link", actor=actor, subject=f"quote:{quote.id}", now=now, number=quote.number)
    return token


def expire_due(now: datetime, *, settings: Settings, most: int = 100) -> int:
    """Write down of revisions whose last day is over that they have expired; return how many.

    Nobody has to wait for it: `standing` says so already.
    """
    perhaps = (
        select(QuoteRevision.id)
        .where(QuoteRevision.state == "current", QuoteRevision.valid_until < _earliest_today(now))
        .order_by(QuoteRevision.id)
        .limit(most)
    )
    return sum(_expire(revision_id, now, settings) for revision_id in db.session.scalars(perhaps).all())


def without_pdf(now: datetime, *, within: timedelta, most: int) -> Sequence[int]:
    """Return the revisions of the last days whose document is not made yet, the oldest first."""
    lacking = (
        select(QuoteRevision.id)
        .where(
            QuoteRevision.issued_at > now - within,
            QuoteRevision.pdf_sha256.is_(None),
            QuoteRevision.rows.is_not(None),
        )
        .order_by(QuoteRevision.id)
        .limit(most)
    )
    return db.session.scalars(lacking).all()


def keep_pdf(revision: QuoteRevision, content: bytes, keyring: keys.Keyring) -> bool:
    """Keep a document with its revision, unless one is kept already or the person was erased meanwhile."""
    values = {
        "pdf": keyring.seal_bytes(content, TABLE, "pdf", revision.name),
        "pdf_sha256": hashlib.sha256(content).hexdigest(),
    }
    first = update(QuoteRevision).where(
        QuoteRevision.id == revision.id, QuoteRevision.pdf_sha256.is_(None), QuoteRevision.rows.is_not(None)
    )
    kept = db.session.execute(first.values(**values), execution_options={"synchronize_session": False})
    db.session.refresh(revision)
    return bool(cast(Any, kept).rowcount == 1)


def _issued_at(before: QuoteRevision | None, now: datetime) -> datetime:
    """A clock that was set back does not make a revision older than the one it replaces."""
    moment = now.replace(microsecond=0)
    return moment if before is None else max(moment, before.issued_at)


def _new_quote(request: PatientRequest, year: int, settings: Settings, now: datetime) -> Quote:
    number = f"Q-{year}-{_next(f'quote {year}'):05d}"
    token = links.compose(settings.link_key, KIND, number, 1)
    quote = Quote(
        request_id=request.id, number=number, link_hash=links.stored(token), link_serial=1, created_at=now
    )
    db.session.add(quote)
    db.session.flush()
    return quote


def _next(series: str) -> int:
    """Return the next number of a series. Its row stays locked until the transaction ends: no gap, none twice."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    statement = (
        insert(Counter)
        .values(series=series, last=1)
        .on_conflict_do_update(index_elements=[Counter.series], set_={"last": Counter.last + 1})
        .returning(Counter.last)
    )
    return db.session.execute(statement).scalar_one()


def _before(revision: QuoteRevision, keyring: keys.Keyring) -> wording.Before:
    rows = rows_of(revision, keyring)
    return wording.Before(
        content=content_of(revision),
        table=tables.parsed(revision.table_version),
        adjustments=[] if rows is None else rows.adjustments,
    )


def _rate_for(base: str, country: str, day: date) -> Rate | None:
    """Return the newest rate up to a day for the currency of a reader's country; None if there is none."""
    quoted = [currency for currency in get_territory_currencies(country, day) if currency != base]
    found = db.session.scalar(
        select(StoredRate)
        .where(StoredRate.base == base, StoredRate.quoted.in_(quoted), StoredRate.day <= day)
        .order_by(StoredRate.day.desc(), StoredRate.id.desc())
        .limit(1)
    )
    return None if found is None else Rate(found.base, found.quoted, found.rate, found.source, found.day)


def _locked(revision: QuoteRevision) -> PatientRequest:
    """Take turns by a revision's request, and read both as they are now."""
    request = revision.quote.request
    lock(request)
    db.session.refresh(revision)
    return request


def _become(revision: QuoteRevision, state: RevisionState, now: datetime) -> None:
    revision.state, revision.state_since = state, now


def _to_be_decided(revision: QuoteRevision, now: datetime) -> PatientRequest:
    request = _locked(revision)
    found = standing(revision, now)
    if found in ("accepted", "declined"):
        raise AlreadyDecided("accepted" if found == "accepted" else "declined")
    if found != "current":
        raise NotCurrent(found)
    return request


def _decide(
    revision: QuoteRevision,
    kind: Literal["accepted", "declined"],
    *,
    agreed_to: str,
    language: str,
    network: str,
    pdf_sha256: str | None,
    now: datetime,
    settings: Settings,
    reversible_until: datetime | None = None,
    reason: str | None = None,
    **personal: str | None,
) -> QuoteDecision:
    name = secrets.token_hex(16)
    said = QuoteDecision(
        name=name,
        revision_id=revision.id,
        kind=kind,
        reason=reason,
        agreed_to=agreed_to,
        language=language,
        pdf_sha256=pdf_sha256,
        network=network,
        at=now,
        reversible_until=reversible_until,
        **{
            column: None if text is None else settings.data_keys.seal(text, DECISIONS, column, name)
            for column, text in personal.items()
        },
    )
    db.session.add(said)
    _become(revision, kind, now)
    db.session.flush()
    return said


def _tell(
    revision: QuoteRevision,
    request: PatientRequest,
    what: str,
    settings: Settings,
    now: datetime,
    **detail: str,
) -> None:
    """Write down with the request what the patient said, and tell the desk, without a personal word."""
    quote = revision.quote
    event = requests.add_event(
        request,
        what,
        actor="patient",
        now=now,
        settings=settings,
        quote=quote.number,
        revision=revision.number,
        **detail,
    )
    after = "quoted" if what == "taken_back" else what
    if after in requests.NEXT[request.state]:
        requests.move(request, cast(Any, after), actor="patient", now=now, settings=settings)
    _mail_desk("quote_decided", revision, quote, event.name, {"what": what}, settings, now)


def _mail(
    template: str,
    revision: QuoteRevision,
    quote: Quote,
    address: str,
    language: str,
    settings: Settings,
    now: datetime,
) -> None:
    outbox.put(
        template,
        about=f"{quote.number}/{revision.number}",
        address=address,
        language=language,
        options={},
        submission=revision.name,
        keyring=settings.data_keys,
        lookup_key=settings.lookup_key,
        per_address=NO_LIMIT,
        per_record=NO_LIMIT,
        now=now,
    )


def _mail_desk(
    template: str,
    revision: QuoteRevision,
    quote: Quote,
    submission: str,
    options: Mapping[str, str | bool],
    settings: Settings,
    now: datetime,
    per_record: int = NO_LIMIT,
) -> None:
    outbox.put(
        template,
        about=f"{quote.number}/{revision.number}",
        address=parseaddr(settings.mail_reply_to or settings.mail_from)[1],
        language=settings.languages[0],
        options=options,
        submission=submission,
        keyring=settings.data_keys,
        lookup_key=settings.lookup_key,
        per_address=NO_LIMIT,
        per_record=per_record,
        now=now,
    )


def _expire(revision_id: int, now: datetime, settings: Settings) -> int:
    revision = db.session.get_one(QuoteRevision, revision_id)
    request = _locked(revision)
    if revision.state != "current" or standing(revision, now) != "expired":
        return 0
    _become(revision, "expired", now)
    requests.add_event(
        request,
        "expired",
        actor="clock",
        now=now,
        settings=settings,
        quote=revision.quote.number,
        revision=revision.number,
    )
    if request.state == "quoted":
        requests.move(request, "expired", actor="clock", now=now, settings=settings)
    return 1


def _opened(sealed: bytes | None, column: str, name: str, keyring: keys.Keyring) -> str | None:
    return None if sealed is None else keyring.open(sealed, TABLE, column, name)


def _end_of(day: date, time_zone: str) -> datetime:
    """Return the moment at which a day is over in a time zone."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(time_zone)).astimezone(UTC)


def _earliest_today(now: datetime) -> date:
    """Return a day before which every day is over, or about to be, somewhere; `standing` knows exactly."""
    return now.astimezone(UTC).date() + timedelta(days=1)
