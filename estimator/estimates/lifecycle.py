"""Estimates: make one, find it by its link, mail it, delete it, and remove those that are too old."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import delete as sql_delete
from sqlalchemy import select

import pricing
from estimator import demonstration_marks, links, past_bills, price_lists
from estimator.act import Act
from estimator.db import changed_rows, db, insert_if_absent
from estimator.estimates import comparisons
from estimator.mail import outbox
from estimator.models import Document, Estimate, Mail, TableVersion
from pricing.answers import Answers
from pricing.past_bills import Said
from pricing.stored import StoredBreakdown, read_answers, read_breakdown

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Letters and digits that are not mistaken for each other."""

KIND = "estimate"
"""What the links of this module open; part of their tokens."""

MOST_ATTEMPTS = 5
"""Maximum number of random references tried until one is free; there are 650 thousand million."""


def make(
    act: Act,
    version: TableVersion,
    answers: Answers,
    *,
    language: str,
    submission: str,
    unfinished: bool = False,
    demonstration: bool = False,
) -> str:
    """Price answers, store the estimate, and return the token of its link.

    `submission` is the random name of the form and makes this idempotent: the same form with the same answers gives
    one estimate and the same token, however often it is sent. Without it each call makes a new estimate, because
    nobody may be handed the link of somebody else. An `unfinished` plan may lack answers, which are then not counted.
    One of a `demonstration` has the mark of what is invented in its reference.
    Raises pricing.BadAnswers.
    """
    table = price_lists.parsed(version)
    breakdown = pricing.estimate(table, answers, unfinished=unfinished)
    said = json.dumps(
        {code: answer for code, answer in breakdown.answers.items() if answers.get(code) is not None}
    )
    parts = (submission or secrets.token_hex(), version.sha256, language, said)
    name = hashlib.sha256("\x00".join(parts).encode()).hexdigest()
    today = price_lists.day_of(act.now, table.time_zone)
    row = {
        "table_version_id": version.id,
        "given": said,
        "breakdown": breakdown.as_json().decode(),
        "language": language,
        "past_bills": past_bills.written(_said(act, table, breakdown, today)),
        "valid_until": today + timedelta(days=table.quote_valid_days),
        "submission": name,
        "link_serial": 1,
        "created_at": act.now,
    }
    for _attempt in range(MOST_ATTEMPTS):
        reference = _reference(demonstration)
        token = links.compose(act.settings.link_key, KIND, reference, 1)
        if insert_if_absent(Estimate, {**row, "reference": reference, "link_hash": links.stored(token)}):
            return token
        same = db.session.scalar(select(Estimate).filter_by(submission=name))
        if same is not None:
            return token_of(same, act.settings.link_key)
    raise RuntimeError("no reference is free")


def _said(act: Act, table: pricing.PriceTable, breakdown: pricing.Breakdown, today: date) -> Said | None:
    """Return what the estimate says of past bills for ever; a clinic that shows nothing looks at none."""
    when = act.clinic.past_bills
    if when == "never" and not act.clinic.past_bills_range:
        return None
    return past_bills.said_of(
        table,
        breakdown.as_dict(),
        today,
        record_too=when != "never",
        few_too=when == "always",
        range_too=act.clinic.past_bills_range,
    )


def find(act: Act, token: str) -> Estimate | None:
    """Return the estimate that a token opens; None if it is unknown, deleted or too old, whichever it is."""
    return _kept(act, db.session.scalar(select(Estimate).filter_by(link_hash=links.stored(token))))


def by_reference(act: Act, reference: str) -> Estimate | None:
    """Return the estimate with a reference if its link still opens it; None if it is deleted or too old."""
    return _kept(act, db.session.scalar(select(Estimate).filter_by(reference=reference)))


def _kept(act: Act, estimate: Estimate | None) -> Estimate | None:
    if estimate is None or estimate.created_at + timedelta(days=act.settings.kept_days) <= act.now:
        return None
    return estimate


def email(
    act: Act,
    estimate: Estimate,
    address: str,
    *,
    attached: bool,
    submission: str,
    details: bool = False,
    second: str | None = None,
) -> Mail:
    """Put a mail with an estimate, as PDF or only as a link, into the outbox; idempotent for the same submission.

    With `details` it names the treatment and the total, which whoever sees the mailbox can read. The PDF has the
    `second` language below each line, where there is one. Raises outbox.TooMany.
    """
    also: dict[str, str | bool] = {"details": True} if details else {}
    if attached and second is not None:
        also["second"] = second
    return outbox.put(
        act,
        outbox.Message(
            "estimate",
            about=estimate.reference,
            address=address,
            language=estimate.language,
            options={"attached": attached, **also},
            submission=submission,
        ),
    )


def delete(estimate: Estimate) -> None:
    """Remove an estimate, its documents and its mail for good; comparisons say that it was deleted."""
    outbox.drop(estimate.reference)
    db.session.execute(sql_delete(Document).filter_by(estimate_id=estimate.id))
    db.session.execute(sql_delete(Estimate).filter_by(id=estimate.id))
    comparisons.drop_empty()


def purge(act: Act) -> int:
    """Remove every estimate that is older than `kept_days`, with its documents and mail; return how many."""
    is_old = Estimate.created_at <= act.now - timedelta(days=act.settings.kept_days)
    old = select(Estimate.id).where(is_old)
    outbox.drop(select(Estimate.reference).where(is_old))
    changed_rows(sql_delete(Document).where(Document.estimate_id.in_(old)))
    removed = changed_rows(sql_delete(Estimate).where(is_old))
    comparisons.drop_empty()
    return removed


def token_of(estimate: Estimate, link_key: str) -> str:
    """Compose the token of an estimate's link again."""
    return links.compose(link_key, KIND, estimate.reference, estimate.link_serial)


def breakdown_of(estimate: Estimate) -> StoredBreakdown:
    """Return the stored breakdown in the form of `pricing.Breakdown.as_dict`."""
    return read_breakdown(estimate.breakdown)


def answers_of(estimate: Estimate) -> Mapping[str, str | bool]:
    """Return the answers in normal form, by driver; questions left open are not in it."""
    return read_answers(estimate.given)


def past_bills_of(estimate: Estimate) -> Said | None:
    """Return what an estimate says of past bills; None if it says nothing."""
    return past_bills.read(estimate.past_bills)


def has_expired(estimate: Estimate, now: datetime) -> bool:
    """Whether the last day on which the prices hold is over, in the table's time zone."""
    return price_lists.day_of(now, estimate.table_version.time_zone) > estimate.valid_until


def withdrawn_at(estimate: Estimate) -> datetime | None:
    """Return when the price list that an estimate was made with was withdrawn; None if it was not."""
    return price_lists.returns.withdrawn_at(estimate.table_version_id, estimate.created_at)


def _reference(demonstration: bool) -> str:
    first, second = ("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(2))
    if demonstration:
        return f"{demonstration_marks.ESTIMATES}{second}"
    return f"EST-{first}-{second}"
