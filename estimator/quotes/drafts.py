"""Drafts of quotes: begun, changed by several people, approved, discarded.

Whose prices are taken is somebody's explicit choice as soon as there are two lists to choose from. Adjustments
above the clinic's limit need a second person, who approves exactly what is there and nothing that comes later.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import EllipsisType
from typing import Any

from sqlalchemy import delete, select, update

import pricing
from estimator import audit, price_lists, requests
from estimator.act import Act
from estimator.config import Settings
from estimator.db import changed_rows, db, insert_if_absent
from estimator.i18n import second_language
from estimator.models import PatientRequest, QuoteDraft
from estimator.models.quotes import Prices
from estimator.quotes import plans
from estimator.quotes.issued_revisions import rows_of
from estimator.quotes.plans import Plan, Prepared
from estimator.requests import lock
from estimator.wording import FirmRows
from pricing import quote as quote_content
from pricing.answers import Answers
from pricing.quote import Adjustment
from pricing.stored import read_answers, read_quote


class ChangedMeanwhile(Exception):
    """Somebody else has changed, issued or discarded the quote since the page was shown."""


class SamePerson(Exception):
    """The author of an adjustment cannot approve it."""


class WrongAdjustment(ValueError):
    """An adjustment is invalid: `what` says which of its parts is missing or wrong; they are numbered from 0."""

    def __init__(self, number: int, what: str) -> None:
        self.number, self.what = number, what
        super().__init__(number, what)


def begin(act: Act, request: PatientRequest) -> QuoteDraft:
    """Return the draft of a request's next revision; begin one from its plan or its newest revision if there is none.

    The adjustments of that revision are copied with the actor as their author, so that they need approval again. That
    prices were kept for it is remembered; what was written beside its figures is not copied. Raises requests.Erased.
    """
    lock(request)
    newest = plans.newest_revision(request)
    name = secrets.token_hex(16)
    rows = None if newest is None else rows_of(newest, act.settings.data_keys)
    lines = [] if rows is None else _lines_of(act, rows)
    answers = requests.answers_of(request) if newest is None else read_quote(newest.content)["answers"]
    row = {
        "name": name,
        "request_id": request.id,
        "given": json.dumps(dict(answers)),
        "prices": None if newest is None else plans.remembered(request, newest, act.now),
        "table_version_id": (request if newest is None else newest).table_version_id,
        "adjustments": _sealed(lines, name, act.settings),
        "valid_until": None,
        "second_language": None if rows is None or rows.second is None else rows.second.language,
        "save": 1,
        "changed_by": act.actor,
        "changed_at": act.now,
    }
    insert_if_absent(QuoteDraft, row)
    found = for_request(request)
    assert found is not None
    return found


def for_request(request: PatientRequest) -> QuoteDraft | None:
    """Return the draft of a request's quote, read anew from the database, or None."""
    found = select(QuoteDraft).filter_by(request_id=request.id)
    return db.session.scalar(found.execution_options(populate_existing=True))


def change(
    act: Act,
    draft: QuoteDraft,
    *,
    save: int,
    answers: Answers | None = None,
    prices: Prices | None = None,
    adjustments: Sequence[Adjustment] | None = None,
    valid_until: date | EllipsisType | None = ...,
    second: str | EllipsisType | None = ...,
    words: str | EllipsisType = ...,
) -> QuoteDraft:
    """Save the parts that are given and keep the others; `valid_until` None is as long as the price list says.

    `second` is the language that the document has below each line, None for no other one. `words` are written to the
    patient beside the figures, "" for none.

    `save` is the number of the save that the caller changes (optimistic locking): raises ChangedMeanwhile if it is not
    the last one, pricing.BadAnswers if the chosen price list refuses the plan, WrongAdjustment, and requests.Erased.
    """
    request = db.session.get_one(PatientRequest, draft.request_id)
    lock(request)
    values: dict[str, Any] = {
        "save": save + 1,
        "changed_by": act.actor,
        "changed_at": act.now,
        "proposed_by": None,
        "proposed_at": None,
    }
    if prices is not None:
        values["prices"] = prices
    version = plans.offered(request, act.now).version(prices or draft.prices)
    values["table_version_id"] = version.id
    table = price_lists.parsed(version)
    if answers is not None:
        values["given"] = json.dumps(_normal(table, answers))
    if adjustments is not None:
        lines = _lines(adjustments, adjustments_by(draft, act.settings), table.currency, act.actor)
        sealed = act.settings.data_keys.seal(
            json.dumps(lines), QuoteDraft.__tablename__, "adjustments", draft.name
        )
        values["adjustments"] = sealed if lines else None
    if not isinstance(valid_until, EllipsisType):
        values["valid_until"] = valid_until
    if not isinstance(second, EllipsisType):
        values["second_language"] = second
    if not isinstance(words, EllipsisType):
        keyring = act.settings.data_keys
        values["words"] = (
            keyring.seal(words, QuoteDraft.__tablename__, "words", draft.name) if words else None
        )
    statement = update(QuoteDraft).where(
        QuoteDraft.id == draft.id, QuoteDraft.name == draft.name, QuoteDraft.save == save
    )
    if changed_rows(statement.values(**values)) != 1:
        raise ChangedMeanwhile
    db.session.refresh(draft)
    return draft


def preview(act: Act, draft: QuoteDraft) -> Prepared:
    """Return what would be issued from the saved draft at this moment. Raises keys.Unreadable."""
    request = db.session.get_one(PatientRequest, draft.request_id)
    return plans.preview(act, plan_of(draft, act.settings), plans.offered(request, act.now))


def approve(act: Act, draft: QuoteDraft, *, fingerprint: str) -> None:
    """Approve the adjustments of the draft with this fingerprint; any later change invalidates the approval.

    Raises ChangedMeanwhile if the draft has another fingerprint now, and SamePerson for the author of an adjustment.
    """
    request = db.session.get_one(PatientRequest, draft.request_id)
    lock(request)
    current = for_request(request)
    if current is None or preview(act, current).fingerprint != fingerprint:
        raise ChangedMeanwhile
    if act.actor in {line.by for line in adjustments_by(current, act.settings)}:
        raise SamePerson
    current.approved_by, current.approved_hash = act.actor, fingerprint
    current.proposed_by = current.proposed_at = None
    current.returned_by = current.returned_at = current.returned_to = current.returned_words = None
    db.session.flush()
    requests.add_event(act, request, "approved", fingerprint=fingerprint)
    audit.add(act, "quote.approved", subject=f"request:{request.id}", fingerprint=fingerprint)


def discard(draft: QuoteDraft, *, save: int) -> None:
    """Delete the draft; issued revisions stay.

    Raises ChangedMeanwhile if `save` is not its last save, or if it was issued or discarded meanwhile; requests.Erased.
    """
    lock(db.session.get_one(PatientRequest, draft.request_id))
    last = QuoteDraft.id == draft.id, QuoteDraft.name == draft.name, QuoteDraft.save == save
    if changed_rows(delete(QuoteDraft).where(*last)) != 1:
        raise ChangedMeanwhile
    db.session.expunge(draft)


def answers_of(draft: QuoteDraft) -> Mapping[str, str | bool]:
    """Return the answers of a draft in normal form, by driver."""
    return read_answers(draft.given)


def words_of(draft: QuoteDraft, settings: Settings) -> str | None:
    """Return what is written to the patient beside the figures; None for nothing. Raises keys.Unreadable."""
    if draft.words is None:
        return None
    return settings.data_keys.open(draft.words, QuoteDraft.__tablename__, "words", draft.name)


def second_of(draft: QuoteDraft, request: PatientRequest, settings: Settings) -> str | None:
    """Return the language that the document is to have below each line; None if there is none, or none any more."""
    offered = second_language(request.language, settings.languages[0])
    return offered if draft.second_language == offered else None


def plan_of(draft: QuoteDraft, settings: Settings) -> Plan:
    """Return everything that the quote would depend on. Raises keys.Unreadable."""
    return plan_with(
        draft,
        prices=draft.prices,
        adjustments=[line.adjustment for line in adjustments_by(draft, settings)],
        valid_until=draft.valid_until,
    )


def plan_with(
    draft: QuoteDraft,
    *,
    prices: Prices | None,
    adjustments: Sequence[Adjustment],
    valid_until: date | None,
) -> Plan:
    """Return the plan of a draft with these values in place of the saved ones, which are not decrypted."""
    return Plan(
        draft=draft.name,
        answers=answers_of(draft),
        prices=prices,
        adjustments=adjustments,
        valid_until=valid_until,
        approved=draft.approved_hash,
    )


@dataclass(frozen=True)
class Line:
    """One adjustment, and the actor who wrote it or changed it last."""

    adjustment: Adjustment
    by: str


def adjustments_by(draft: QuoteDraft, settings: Settings) -> list[Line]:
    """Return the adjustments, each with its author. Raises keys.Unreadable."""
    if draft.adjustments is None:
        return []
    said = settings.data_keys.open(draft.adjustments, QuoteDraft.__tablename__, "adjustments", draft.name)
    return [
        Line(
            Adjustment(Decimal(line["amount"]), line["label"], line["reason"], line.get("told", False)),
            line["by"],
        )
        for line in json.loads(said)
    ]


def _normal(table: pricing.PriceTable, answers: Answers) -> dict[str, str | bool]:
    normal = pricing.estimate(table, answers).answers
    return {code: answer for code, answer in normal.items() if answers.get(code) is not None}


def _lines(
    adjustments: Sequence[Adjustment], before: Sequence[Line], currency: str, actor: str
) -> list[dict[str, str | bool]]:
    wrote = {line.adjustment: line.by for line in before}
    found: list[dict[str, str | bool]] = []
    for number, adjustment in enumerate(adjustments):
        if not quote_content.is_amount(adjustment.amount, currency):
            raise WrongAdjustment(number, "amount")
        for what in ("label", "reason"):
            if not getattr(adjustment, what).strip():
                raise WrongAdjustment(number, what)
        found.append(
            {
                "amount": format(adjustment.amount, "f"),
                "label": adjustment.label,
                "reason": adjustment.reason,
                "by": wrote.get(adjustment, actor),
                **({"told": True} if adjustment.told else {}),
            }
        )
    return found


def _lines_of(act: Act, rows: FirmRows) -> list[dict[str, str | bool]]:
    """Return the adjustments in the rows of a revision for a draft."""
    return [
        {
            "amount": row.plain,
            "label": row.label.text,
            "reason": row.reason,
            "by": act.actor,
            **({} if row.why is None else {"told": True}),
        }
        for row in rows.adjustments
    ]


def _sealed(lines: list[dict[str, str | bool]], name: str, settings: Settings) -> bytes | None:
    if not lines:
        return None
    return settings.data_keys.seal(json.dumps(lines), QuoteDraft.__tablename__, "adjustments", name)
