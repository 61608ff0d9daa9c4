"""Every issued revision, computed again from what is stored, so that no change in the database goes unnoticed.

Little memory is used, however many there are, and no transaction stays open for long. They are checked in parts, which
several processes can share.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from typing import Any, NamedTuple, cast

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, undefer

import pricing
from estimator import keys, quote_numbers, quotes
from estimator.db import db
from estimator.models import Counter, Quote, QuoteDecision, QuoteRevision, TableVersion
from estimator.pdf import reader_process
from estimator.verification import document
from estimator.verification.document import Computed, Reference
from pricing import PriceTable, canonical_json, quote_options, quote_plans
from pricing.stored import StoredQuote

BATCH = 20
"""Number of revisions, with their documents, that are held in memory at once."""

TABLES_KEPT = 16
"""Size of the cache of price lists that were read and found intact."""


class Fault(NamedTuple):
    """What is not as it was issued, as a code.

    "table_text": the stored price list is not the one whose hash is stored, or cannot be read. "table_hash": the
    revision was issued from another one. "content": it is no content of a quote. "column": a column says something
    else than the content, `detail` is its name. "computed": the list makes other figures of it. "refused": the list
    does not take its answers. "pdf_hash": the document is not the one that was issued. "pdf_data": the data in it
    are not the content. "pdf_missing": it was made and is gone. "sealed": it cannot be opened. "accepted": an
    acceptance names a plan that is not in the content, or a total that the plan has not; `detail` is the plan.
    """

    code: str
    detail: str = ""
    computed: Computed | None = None


@dataclass(frozen=True)
class Rechecked:
    """One revision, and everything about it that is not as it was issued."""

    reference: Reference
    faults: tuple[Fault, ...]
    #: whether the person was erased, so that only figures are left
    erased: bool
    #: whether its document was made
    has_pdf: bool


def count(after: int = 0) -> int:
    """Return how many revisions there are, or were issued after one."""
    return db.session.scalar(select(func.count(QuoteRevision.id)).where(QuoteRevision.id > after)) or 0


def place_of(reference: Reference) -> int | None:
    """Return the id of a revision, of the first one of its quote if none is named; None if there is no such one."""
    found = (
        select(QuoteRevision.id)
        .join(Quote, Quote.id == QuoteRevision.quote_id)
        .where(Quote.number == reference.number, QuoteRevision.number == (reference.revision or 1))
    )
    return db.session.scalar(found)


def each(keyring: keys.Keyring, after: int = 0) -> Iterator[Rechecked]:
    """Check every revision, or those after one, in the order in which they were issued."""
    checker = Checker(keyring)
    for first, last in parts(after):
        yield from checker.check(first, last)


def parts(after: int = 0) -> Iterator[tuple[int, int]]:
    """Yield the first and the last id of each BATCH of revisions, those that are issued meanwhile too."""
    while True:
        some = (
            select(QuoteRevision.id).where(QuoteRevision.id > after).order_by(QuoteRevision.id).limit(BATCH)
        )
        found = db.session.scalars(some).all()
        db.session.rollback()  # end the transaction, so that no lock is held for long
        if not found:
            return
        yield found[0], found[-1]
        after = found[-1]


class Checker:
    """Checks revisions, and keeps the price lists that it has read."""

    def __init__(self, keyring: keys.Keyring) -> None:
        self._keyring = keyring
        self._kept: dict[int, PriceTable | None] = {}

    def check(self, first: int, last: int) -> list[Rechecked]:
        """Check the revisions from one id to another, in the order in which they were issued."""
        found = db.session.scalars(
            select(QuoteRevision)
            .where(QuoteRevision.id.between(first, last))
            .order_by(QuoteRevision.id)
            .options(
                undefer(QuoteRevision.content),
                undefer(QuoteRevision.pdf),
                joinedload(QuoteRevision.quote).joinedload(Quote.request),
                joinedload(QuoteRevision.table_version),
            )
        ).all()
        checked = [_checked(revision, self._kept, self._keyring) for revision in found]
        db.session.rollback()  # end the transaction, so that no lock is held for long
        db.session.expunge_all()
        return checked


def gaps() -> list[str]:
    """Return every number that should have been given and is not there, or is there and was never given.

    A number of a quote, "Q-2026-00017", or of a revision, "Q-2026-00017/2".
    """
    given = _given()
    found: list[str] = []
    expected: dict[str, int] = {}
    numbers = select(Quote.number).order_by(func.length(Quote.number), Quote.number)
    for number in db.session.scalars(numbers.execution_options(yield_per=1000)):
        year, here = quote_numbers.parts(number)
        following = expected.get(year, 1)
        found += [quote_numbers.written(year, missing) for missing in range(following, here)]
        expected[year] = here + 1
    # Whatever was given meanwhile is counted by now.
    given_now = _given()
    for series, last in given.items():
        year = series.removeprefix("quote ")
        found += [quote_numbers.written(year, missing) for missing in range(expected.get(year, 1), last + 1)]
    found += [
        quote_numbers.written(year, more)
        for year, following in expected.items()
        for more in range(given_now.get(f"quote {year}", 0) + 1, following)
    ]
    incomplete = (
        select(Quote.number, func.max(QuoteRevision.number))
        .join(QuoteRevision, QuoteRevision.quote_id == Quote.id, isouter=True)
        .group_by(Quote.id, Quote.number)
        .having(func.count(QuoteRevision.id) != func.coalesce(func.max(QuoteRevision.number), -1))
        .order_by(Quote.id)
    )
    for number, newest in db.session.execute(incomplete).all():
        there = set(
            db.session.scalars(select(QuoteRevision.number).join(Quote).where(Quote.number == number)).all()
        )
        found += [f"{number}/{missing}" for missing in range(1, (newest or 1) + 1) if missing not in there]
    return found


def _given() -> dict[str, int]:
    """Return the last number of each year."""
    found = db.session.scalars(select(Counter).where(Counter.series.startswith("quote ")))
    given = {counter.series: counter.last for counter in found}
    db.session.expunge_all()  # so that the next look sees what was given meanwhile
    return given


def _checked(revision: QuoteRevision, kept: dict[int, PriceTable | None], keyring: keys.Keyring) -> Rechecked:
    faults: list[Fault] = []
    version = revision.table_version
    if version.id not in kept:
        if len(kept) >= TABLES_KEPT:
            kept.pop(next(iter(kept)))
        kept[version.id] = _table_of(version)
    table = kept[version.id]
    if table is None:
        faults.append(Fault("table_text", version.version))
    if revision.table_sha256 != version.sha256:
        faults.append(Fault("table_hash", version.version))
    content = document.data_of(revision.content.encode())
    if content is None or _canonical(content) != revision.content.encode():
        faults.append(Fault("content"))
    if content is not None:
        faults += [Fault("column", name) for name in _other_columns(revision, content)]
        if table is not None:
            faults += _computed(content, table)
        faults += _accepted(revision, content)
    faults += _pdf(revision, keyring)
    return Rechecked(
        Reference(revision.quote.number, revision.number),
        tuple(faults),
        erased=revision.quote.request.erased_at is not None,
        has_pdf=revision.pdf_sha256 is not None,
    )


def _table_of(version: TableVersion) -> PriceTable | None:
    """Parse a stored list again, past the cache of this process; None if its hash does not match."""
    if hashlib.sha256(version.text.encode()).hexdigest() != version.sha256:
        return None
    try:
        table = pricing.read(version.text)
    except pricing.BadTable:
        return None
    return table if pricing.sha256(table) == version.sha256 else None


def _canonical(content: Mapping[str, Any]) -> bytes | None:
    try:
        return canonical_json(content)
    except ValueError:
        return None


def _other_columns(revision: QuoteRevision, content: Mapping[str, Any]) -> list[str]:
    said = {
        "number": (content.get("number"), revision.quote.number),
        "revision": (content.get("revision"), revision.number),
        "issued_at": (
            content.get("issued"),
            revision.issued_at.astimezone(UTC).isoformat(timespec="seconds"),
        ),
        "valid_until": (content.get("valid_until"), revision.valid_until.isoformat()),
    }
    for name in ("total", "adjusted", "currency", "language", "time_zone"):
        said[name] = (content.get(name), getattr(revision, name))
    named = content.get("table")
    said["table_sha256"] = (
        named.get("sha256") if isinstance(named, dict) else None,
        revision.table_sha256,
    )
    return [name for name, (there, here) in said.items() if there != here]


def _computed(content: Mapping[str, Any], table: PriceTable) -> list[Fault]:
    computed = document.quote_again(content, table)
    if computed.why == "no_data":
        return [Fault("content")]
    if computed.why == "refused":
        return [Fault("refused")]
    return [] if computed.same else [Fault("computed", computed=computed)]


def _accepted(revision: QuoteRevision, content: Mapping[str, Any]) -> list[Fault]:
    """Compare what was accepted with the plans of the content; an acceptance of an only plan names none."""
    found = db.session.execute(
        select(QuoteDecision.plan, QuoteDecision.taken, QuoteDecision.total).where(
            QuoteDecision.revision_id == revision.id, QuoteDecision.kind == "accepted"
        )
    ).all()
    if not found:
        return []
    try:
        plans = quote_plans.by_plan(cast(Any, content))
        return [
            Fault("accepted", plan or "")
            for plan, taken, total in found
            if not _holds(plans, plan, taken, total)
        ]
    except (AttributeError, ArithmeticError, KeyError, TypeError):  # "content" says so
        return []


def _holds(plans: Mapping[str, StoredQuote], plan: str | None, taken: str | None, total: str | None) -> bool:
    """Whether an acceptance is of a plan of a content, and of what it comes to with the lines that were taken."""
    content = plans.get(plan or "")
    if content is None or (taken is None) != ("options" not in content):
        return False
    try:
        comes_to = quote_options.total_with(content, [int(number) for number in (taken or "").split()])
    except (IndexError, ValueError):
        return False
    if total is None:
        return not plan and not taken
    return Decimal(total) == comes_to


def _pdf(revision: QuoteRevision, keyring: keys.Keyring) -> list[Fault]:
    if revision.pdf is None:
        # Of somebody who was erased only the hash is left.
        gone = revision.pdf_sha256 is not None and revision.quote.request.erased_at is None
        return [Fault("pdf_missing")] if gone else []
    try:
        content = quotes.pdf_of(revision, keyring)
    except keys.Unreadable:
        return [Fault("sealed")]
    assert content is not None
    if hashlib.sha256(content).hexdigest() != revision.pdf_sha256:
        return [Fault("pdf_hash")]
    # It is what this program made, and may be read where this program runs.
    carried = reader_process.carried(content)
    return [] if carried.data == revision.content.encode() else [Fault("pdf_data")]
