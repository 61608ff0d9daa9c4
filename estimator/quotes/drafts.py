"""The quote while it is prepared: a plan, a choice of prices, adjustments, and whatever is still missing.

Whose prices are taken is somebody's explicit choice as soon as there are two lists to choose from. Adjustments
above the clinic's limit need a second person, who approves exactly what is there and nothing that comes later.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import EllipsisType
from typing import Any, cast

from sqlalchemy import CursorResult, select, update

import pricing
from estimator import audit, price_lists, requests
from estimator.act import Act
from estimator.config import Settings
from estimator.db import db, insert_once
from estimator.models import PatientRequest, Quote, QuoteDraft, QuoteRevision, TableVersion
from estimator.models.quotes import Prices
from estimator.requests import lock
from pricing import quote as quote_content
from pricing.answers import Answers
from pricing.quote import Adjustment, Firm, LineChange
from pricing.table import ChoiceDriver

LONGEST = timedelta(days=731)
"""No quote holds for longer."""


class ChangedMeanwhile(Exception):
    """Somebody else has changed, issued or discarded the quote since the page was shown."""


class SamePerson(Exception):
    """Whoever wrote an adjustment cannot approve it."""


class WrongAdjustment(ValueError):
    """The adjustment of a number, from 0 on, lacks its label or reason, or its amount is none: `what`."""

    def __init__(self, number: int, what: str) -> None:
        self.number, self.what = number, what
        super().__init__(number, what)


@dataclass(frozen=True)
class Missing:
    """Why a quote cannot be issued yet, as a code; `detail` are codes of what it is about."""

    code: str
    detail: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prepared:
    """A quote as it would be issued at this moment, and why it would be refused."""

    given: Mapping[str, str | bool]
    adjustments: Sequence[Adjustment]
    #: the version whose prices would be kept, and the one in force; None if the list is not offered any more
    kept: TableVersion
    in_force: TableVersion | None
    #: the last day on which the kept prices may be kept; any day while they are in force
    kept_until: date
    #: what the plan comes to with each; None where the list refuses the plan
    firm_keep: Firm | None
    firm_again: Firm | None
    #: what would be issued, and with which version
    chosen: Firm | None
    version: TableVersion
    #: the last day on which it could be accepted
    valid_until: date
    #: between keeping and pricing again, by line
    differences: Sequence[LineChange]
    #: why the chosen list refuses the plan
    refusal: pricing.BadAnswers | None
    missing: Sequence[Missing]
    needs_approval: bool
    approved: bool
    fingerprint: str


def begin(act: Act, request: PatientRequest) -> QuoteDraft:
    """Begin the next quote of a request, from its plan or from its newest revision; one that is begun goes on.

    The adjustments of that revision are in it, as if `actor` had written them: they are to be approved again.
    """
    newest = _newest(request)
    name = secrets.token_hex(16)
    lines = [] if newest is None else _lines_of(act, newest)
    given = requests.given_of(request) if newest is None else json.loads(newest.content)["answers"]
    row = {
        "name": name,
        "request_id": request.id,
        "given": json.dumps(dict(given)),
        "prices": None,
        "table_version_id": (request if newest is None else newest).table_version_id,
        "adjustments": _sealed(lines, name, act.settings),
        "valid_until": None,
        "save": 1,
        "changed_by": act.actor,
        "changed_at": act.now,
    }
    insert_once(QuoteDraft, row)
    found = of(request)
    assert found is not None
    return found


def of(request: PatientRequest) -> QuoteDraft | None:
    """Return what is being prepared for a request, as it is now; None if nothing is."""
    found = select(QuoteDraft).filter_by(request_id=request.id)
    return db.session.scalar(found.execution_options(populate_existing=True))


def change(
    act: Act,
    draft: QuoteDraft,
    *,
    save: int,
    given: Answers | None = None,
    prices: Prices | None = None,
    adjustments: Sequence[Adjustment] | None = None,
    valid_until: date | EllipsisType | None = ...,
) -> QuoteDraft:
    """Save what is given, and leave the rest; `valid_until` None is as long as the list says.

    Raises ChangedMeanwhile unless `save` is the last one, pricing.BadAnswers if the list that is priced with
    refuses the plan, and WrongAdjustment.
    """
    request = db.session.get_one(PatientRequest, draft.request_id)
    values: dict[str, Any] = {"save": save + 1, "changed_by": act.actor, "changed_at": act.now}
    if prices is not None:
        values["prices"] = prices
    kept = db.session.get_one(TableVersion, kept_version_id(request))
    version = kept
    if (prices or draft.prices) == "again":
        version = _in_force(request.slug, act.now) or kept
    values["table_version_id"] = version.id
    table = price_lists.parsed(version)
    if given is not None:
        values["given"] = json.dumps(_normal(table, given))
    if adjustments is not None:
        lines = _lines(adjustments, adjustments_by(draft, act.settings), table.currency, act.actor)
        sealed = act.settings.data_keys.seal(
            json.dumps(lines), QuoteDraft.__tablename__, "adjustments", draft.name
        )
        values["adjustments"] = sealed if lines else None
    if not isinstance(valid_until, EllipsisType):
        values["valid_until"] = valid_until
    statement = update(QuoteDraft).where(
        QuoteDraft.id == draft.id, QuoteDraft.name == draft.name, QuoteDraft.save == save
    )
    changed = db.session.execute(statement.values(**values), execution_options={"synchronize_session": False})
    if cast("CursorResult[Any]", changed).rowcount != 1:
        raise ChangedMeanwhile
    db.session.refresh(draft)
    return draft


def state(act: Act, draft: QuoteDraft) -> Prepared:
    """Return what would be issued at this moment, beside the other choice of prices, and what is missing."""
    request = db.session.get_one(PatientRequest, draft.request_id)
    given = given_of(draft)
    adjustments = [line.adjustment for line in adjustments_by(draft, act.settings)]
    kept = db.session.get_one(TableVersion, kept_version_id(request))
    in_force = _in_force(request.slug, act.now)
    firm_keep, refused_keep = _firm(kept, given, adjustments)
    firm_again, refused_again = firm_keep, refused_keep
    if in_force is None:
        firm_again = None
    elif in_force.id != kept.id:
        firm_again, refused_again = _firm(in_force, given, adjustments)
    again = draft.prices == "again" and in_force is not None
    version = in_force if again and in_force is not None else kept
    chosen, refusal = (firm_again, refused_again) if again else (firm_keep, refused_keep)
    same = in_force is not None and in_force.id == kept.id
    chosen = chosen if draft.prices is not None or same else None
    table = price_lists.parsed(version)
    today = price_lists.day_of(act.now, table.time_zone)
    valid_until = draft.valid_until or today + timedelta(days=table.quote_valid_days)
    kept_until = _kept_until(request, price_lists.parsed(kept).quote_valid_days, kept.time_zone)
    fingerprint = _fingerprint(draft, version, given, adjustments, chosen)
    needs_approval = chosen is not None and quote_content.exceeds(
        chosen.price, adjustments, act.clinic.adjustment_limit
    )
    approved = needs_approval and draft.approved_hash == fingerprint
    missing = list(_missing(request))
    if in_force is None or (not again and not same and today > kept_until):
        missing.append(Missing("table_expired"))
    elif draft.prices is None and not same:
        missing.append(Missing("prices_not_chosen"))
    if refusal is not None:
        missing.append(Missing("answers", tuple(problem.driver for problem in refusal.problems)))
    if chosen is not None:
        missing += _missing_in(chosen, table)
    if table.demo and not act.settings.demo:
        missing.append(Missing("demonstration"))
    if not today <= valid_until <= today + LONGEST:
        missing.append(Missing("valid_until", (valid_until.isoformat(),)))
    if needs_approval and not approved:
        missing.append(Missing("not_approved"))
    return Prepared(
        given=given,
        adjustments=adjustments,
        kept=kept,
        in_force=in_force,
        kept_until=kept_until,
        firm_keep=firm_keep,
        firm_again=firm_again,
        chosen=chosen,
        version=version,
        valid_until=valid_until,
        differences=_differences(firm_keep, firm_again, adjustments),
        refusal=refusal,
        missing=missing,
        needs_approval=needs_approval,
        approved=approved,
        fingerprint=fingerprint,
    )


def approve(act: Act, draft: QuoteDraft, *, fingerprint: str) -> None:
    """Approve the adjustments of exactly what has this fingerprint; what is changed later is not approved.

    Raises ChangedMeanwhile if it is not what is there now, and SamePerson for whoever wrote an adjustment.
    """
    request = db.session.get_one(PatientRequest, draft.request_id)
    lock(request)
    current = of(request)
    if current is None or state(act, current).fingerprint != fingerprint:
        raise ChangedMeanwhile
    if act.actor in {line.by for line in adjustments_by(current, act.settings)}:
        raise SamePerson
    current.approved_by, current.approved_hash = act.actor, fingerprint
    db.session.flush()
    requests.add_event(act, request, "approved", fingerprint=fingerprint)
    audit.add(act, "quote.approved", subject=f"request:{request.id}", fingerprint=fingerprint)


def discard(draft: QuoteDraft) -> None:
    """Give up what is being prepared; what was issued stays."""
    db.session.delete(draft)
    db.session.flush()


def given_of(draft: QuoteDraft) -> Mapping[str, str | bool]:
    """Return the plan, in normal form."""
    return cast(dict[str, str | bool], json.loads(draft.given))


@dataclass(frozen=True)
class Line:
    """One adjustment, and who wrote it or changed it last."""

    adjustment: Adjustment
    by: str


def adjustments_by(draft: QuoteDraft, settings: Settings) -> list[Line]:
    """Return the adjustments, each with who wrote it. Raises keys.Unreadable."""
    if draft.adjustments is None:
        return []
    said = settings.data_keys.open(draft.adjustments, QuoteDraft.__tablename__, "adjustments", draft.name)
    return [
        Line(Adjustment(Decimal(line["amount"]), line["label"], line["reason"]), line["by"])
        for line in json.loads(said)
    ]


def kept_version_id(request: PatientRequest) -> int:
    """Return the version whose prices are kept: that of the newest revision, or else of the estimate."""
    newest = _newest(request)
    return (request if newest is None else newest).table_version_id


def _newest(request: PatientRequest) -> QuoteRevision | None:
    return db.session.scalar(
        select(QuoteRevision)
        .join(Quote, Quote.id == QuoteRevision.quote_id)
        .where(Quote.request_id == request.id)
        .order_by(QuoteRevision.number.desc())
        .limit(1)
    )


def _in_force(slug: str, now: datetime) -> TableVersion | None:
    try:
        return price_lists.in_force(slug, now)
    except LookupError:
        return None


def _kept_until(request: PatientRequest, days: int, time_zone: str) -> date:
    """The prices of an estimate are kept as long as it said, from the request on; those of a quote as it said."""
    asked = price_lists.day_of(request.created_at, time_zone) + timedelta(days=days)
    newest = _newest(request)
    return asked if newest is None else max(asked, newest.valid_until)


def _firm(
    version: TableVersion, given: Answers, adjustments: Sequence[Adjustment]
) -> tuple[Firm | None, pricing.BadAnswers | None]:
    try:
        return quote_content.compute(price_lists.parsed(version), given, adjustments), None
    except pricing.BadAnswers as refusal:
        return None, refusal


def _normal(table: pricing.PriceTable, given: Answers) -> dict[str, str | bool]:
    answers = pricing.estimate(table, given).answers
    return {code: answer for code, answer in answers.items() if given.get(code) is not None}


def _lines(
    adjustments: Sequence[Adjustment], before: Sequence[Line], currency: str, actor: str
) -> list[dict[str, str]]:
    wrote = {line.adjustment: line.by for line in before}
    found = []
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
            }
        )
    return found


def _lines_of(act: Act, revision: QuoteRevision) -> list[dict[str, str]]:
    """Return the adjustments of a revision for a draft; none once the person is erased."""
    if revision.rows is None:
        return []
    said = act.settings.data_keys.open(revision.rows, QuoteRevision.__tablename__, "rows", revision.name)
    return [
        {"amount": row["plain"], "label": row["label"]["text"], "reason": row["reason"], "by": act.actor}
        for row in json.loads(said)["adjustments"]
    ]


def _sealed(lines: list[dict[str, str]], name: str, settings: Settings) -> bytes | None:
    if not lines:
        return None
    return settings.data_keys.seal(json.dumps(lines), QuoteDraft.__tablename__, "adjustments", name)


def _differences(
    keep: Firm | None, again: Firm | None, adjustments: Sequence[Adjustment]
) -> Sequence[LineChange]:
    if keep is None or again is None or keep is again:
        return []
    old, new = (quote_content.comparable(firm, adjustments) for firm in (keep, again))
    return quote_content.line_changes(old, new)


def _fingerprint(
    draft: QuoteDraft,
    version: TableVersion,
    given: Mapping[str, str | bool],
    adjustments: Sequence[Adjustment],
    chosen: Firm | None,
) -> str:
    """Return the hash of all that decides what would be issued from this draft, besides the day."""
    decides = {
        "draft": draft.name,
        "table": version.sha256,
        "prices": draft.prices,
        "given": dict(given),
        "adjustments": [[format(each.amount, "f"), each.label, each.reason] for each in adjustments],
        "valid_until": None if draft.valid_until is None else draft.valid_until.isoformat(),
        "total": None if chosen is None else chosen.text(chosen.total),
    }
    return hashlib.sha256(pricing.canonical_json(decides)).hexdigest()


def _missing(request: PatientRequest) -> Iterator[Missing]:
    if request.state == "closed":
        yield Missing("closed")
    if request.erased_at is not None:
        yield Missing("erased")


def _missing_in(firm: Firm, table: pricing.PriceTable) -> Iterator[Missing]:
    if firm.breakdown["on_request"]:
        yield Missing("on_request", tuple(firm.breakdown["on_request"]))
    answers = firm.breakdown["answers"]
    cells = [
        f"{driver.code}.{choice.code}"
        for driver in table.drivers
        if isinstance(driver, ChoiceDriver) and driver.role == "cell_type"
        for choice in driver.choices
        if choice.code == answers.get(driver.code) and choice.basis is None
    ]
    if cells:
        yield Missing("no_basis", tuple(cells))
    if firm.total < 0:
        yield Missing("negative_total")
