"""What a draft of a quote would say: a plan goes in, figures and a list of what is missing come out.

No row of the quote is needed for it and nothing is saved, so that a form's figures are worked out while somebody types.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

import pricing
from estimator import price_lists
from estimator.act import Act
from estimator.db import db
from estimator.models import PatientRequest, Quote, QuoteRevision, TableVersion
from estimator.models.quotes import Prices
from pricing import legal_terms
from pricing import quote as quote_content
from pricing.quote import Adjustment, Firm, LineChange
from pricing.table import ChoiceDriver

LONGEST = timedelta(days=731)
"""Maximum time for which a quote may be valid."""


@dataclass(frozen=True)
class Missing:
    """Why a quote cannot be issued yet, as a code; `detail` are codes of what it is about."""

    code: str
    detail: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """Everything that a quote depends on: the answers, a choice of prices, adjustments, and its last day."""

    #: the name of the draft that it is for: an approval is valid for that draft only
    draft: str
    answers: Mapping[str, str | bool]
    #: None until somebody has chosen
    prices: Prices | None
    adjustments: Sequence[Adjustment]
    #: None is as long as the list says
    valid_until: date | None
    #: the fingerprint of what a second person approved
    approved: str | None = None


@dataclass(frozen=True)
class Offered:
    """The versions that a request's quote can be priced with, its language, and what keeps it from having one."""

    #: the version whose prices would be kept, and the one in force; None if the list is not offered any more
    kept: TableVersion
    in_force: TableVersion | None
    #: the last day on which the kept prices may be kept; any day while they are in force
    kept_until: date
    #: the language in which the quote would be written
    language: str
    hindrances: Sequence[Missing]

    @property
    def same(self) -> bool:
        """Whether both choices are the same version: the prices that would be kept are those in force."""
        return self.in_force is not None and self.in_force.id == self.kept.id

    def version(self, prices: str | None) -> TableVersion:
        """Return the version for a choice of prices, "again" or "keep"; the default is to keep."""
        return self.in_force if prices == "again" and self.in_force is not None else self.kept


@dataclass(frozen=True)
class Prepared:
    """A quote as it would be issued at this moment, and why it would be refused."""

    answers: Mapping[str, str | bool]
    adjustments: Sequence[Adjustment]
    #: the version whose prices would be kept, and the one in force; None if the list is not offered any more
    kept: TableVersion
    in_force: TableVersion | None
    #: the last day on which the kept prices may be kept; any day while they are in force
    kept_until: date
    #: what the plan comes to with the kept prices, and with those in force; None where the list refuses the plan
    firm_keep: Firm | None
    firm_again: Firm | None
    #: what would be issued, and with which version
    chosen: Firm | None
    version: TableVersion
    #: the last day on which it could be accepted
    valid_until: date
    #: what differs between keeping the prices and pricing again, line by line
    differences: Sequence[LineChange]
    #: why the chosen list refuses the plan
    refusal: pricing.BadAnswers | None
    missing: Sequence[Missing]
    needs_approval: bool
    approved: bool
    fingerprint: str


def offered(request: PatientRequest, now: datetime) -> Offered:
    """Return what a request's quote can be priced with at a moment."""
    kept = db.session.get_one(TableVersion, kept_version_id(request))
    return Offered(
        kept=kept,
        in_force=_in_force(request.slug, now),
        kept_until=_kept_until(request, price_lists.parsed(kept).quote_valid_days, kept.time_zone),
        language=request.language,
        hindrances=tuple(_hindrances(request)),
    )


def newest_revision(request: PatientRequest) -> QuoteRevision | None:
    """Return the newest revision of a request's quote; None before one is issued."""
    return db.session.scalar(
        select(QuoteRevision)
        .join(Quote, Quote.id == QuoteRevision.quote_id)
        .where(Quote.request_id == request.id)
        .order_by(QuoteRevision.number.desc())
        .limit(1)
    )


def kept_version_id(request: PatientRequest) -> int:
    """Return the version whose prices are kept: that of the newest revision, or else of the estimate."""
    newest = newest_revision(request)
    return (request if newest is None else newest).table_version_id


def remembered(request: PatientRequest, newest: QuoteRevision, now: datetime) -> Prices | None:
    """Return "keep" if somebody chose so for the newest revision, and those prices were not withdrawn since.

    Prices that were taken from a list in force are not: which ones count is asked again when there is another list.
    """
    version = newest.table_version
    then = _in_force(request.slug, newest.issued_at)
    chosen = then is not None and then.id != version.id
    return "keep" if chosen and price_lists.returns.withdrawn_at(version.id, now) is None else None


def preview(act: Act, plan: Plan, lists: Offered) -> Prepared:
    """Return what would be issued at this moment, beside the other choice of prices, and what is missing.

    It is a pure function of its arguments: it neither reads the database nor encrypts or decrypts anything.
    """
    firm_keep, refused_keep = _firm(lists.kept, plan)
    firm_again, refused_again = firm_keep, refused_keep
    if lists.in_force is None:
        firm_again = None
    elif not lists.same:
        firm_again, refused_again = _firm(lists.in_force, plan)
    version = lists.version(plan.prices)
    again = plan.prices == "again" and lists.in_force is not None
    chosen, refusal = (firm_again, refused_again) if again else (firm_keep, refused_keep)
    chosen = chosen if plan.prices is not None or lists.same else None
    table = price_lists.parsed(version)
    today = price_lists.day_of(act.now, table.time_zone)
    valid_until = plan.valid_until or today + timedelta(days=table.quote_valid_days)
    fingerprint = _fingerprint(plan, lists.language, version, chosen)
    needs_approval = chosen is not None and quote_content.exceeds(
        chosen.price, plan.adjustments, act.clinic.adjustment_limit
    )
    approved = needs_approval and plan.approved == fingerprint
    missing = list(lists.hindrances)
    if lists.in_force is None or (not again and not lists.same and today > lists.kept_until):
        missing.append(Missing("table_expired"))
    elif plan.prices is None and not lists.same:
        missing.append(Missing("prices_not_chosen"))
    unanswered = tuple(pricing.unanswered(table, plan.answers))
    if unanswered:
        missing.append(Missing("unanswered", unanswered))
    if refusal is not None:
        missing += _refused(refusal, unanswered)
    if chosen is not None:
        missing += _missing_in(chosen, table)
    if table.demo and not act.settings.demo:
        missing.append(Missing("demonstration"))
    if not today <= valid_until <= today + LONGEST:
        missing.append(Missing("valid_until", (valid_until.isoformat(),)))
    first = legal_terms.of(table).accept_from(today)
    if first is not None and valid_until < first:
        missing.append(Missing("never_accepted", (first.isoformat(),)))
    if needs_approval and not approved:
        missing.append(Missing("not_approved"))
    return Prepared(
        answers=plan.answers,
        adjustments=plan.adjustments,
        kept=lists.kept,
        in_force=lists.in_force,
        kept_until=lists.kept_until,
        firm_keep=firm_keep,
        firm_again=firm_again,
        chosen=chosen,
        version=version,
        valid_until=valid_until,
        differences=_differences(firm_keep, firm_again, plan.adjustments),
        refusal=refusal,
        missing=missing,
        needs_approval=needs_approval,
        approved=approved,
        fingerprint=fingerprint,
    )


def _in_force(slug: str, now: datetime) -> TableVersion | None:
    try:
        return price_lists.in_force(slug, now)
    except LookupError:
        return None


def _kept_until(request: PatientRequest, days: int, time_zone: str) -> date:
    """Return the last day of kept prices: the newest revision's, or the estimate's validity from the request on."""
    asked = price_lists.day_of(request.created_at, time_zone) + timedelta(days=days)
    newest = newest_revision(request)
    return asked if newest is None else max(asked, newest.valid_until)


def _firm(version: TableVersion, plan: Plan) -> tuple[Firm | None, pricing.BadAnswers | None]:
    try:
        return quote_content.compute(price_lists.parsed(version), plan.answers, plan.adjustments), None
    except pricing.BadAnswers as refusal:
        return None, refusal


def _differences(
    keep: Firm | None, again: Firm | None, adjustments: Sequence[Adjustment]
) -> Sequence[LineChange]:
    if keep is None or again is None or keep is again:
        return []
    old, new = (quote_content.comparable(firm, adjustments) for firm in (keep, again))
    return quote_content.line_changes(old, new)


def _fingerprint(plan: Plan, language: str, version: TableVersion, chosen: Firm | None) -> str:
    """Return the hash of the figures that would be issued from this draft, except the day, and of their words.

    The number of the save tells a second language and the personal words; who approves adjustments need not do so
    again for them.
    """
    decides = {
        "draft": plan.draft,
        "language": language,
        "table": version.sha256,
        "prices": plan.prices,
        "given": dict(plan.answers),
        "adjustments": [
            [format(each.amount, "f"), each.label, each.reason, *(["told"] if each.told else [])]
            for each in plan.adjustments
        ],
        "valid_until": None if plan.valid_until is None else plan.valid_until.isoformat(),
        "total": None if chosen is None else chosen.text(chosen.total),
    }
    return hashlib.sha256(pricing.canonical_json(decides)).hexdigest()


def _hindrances(request: PatientRequest) -> Iterator[Missing]:
    if request.state == "closed":
        yield Missing("closed")
    if request.erased_at is not None:
        yield Missing("erased")


def _refused(refusal: pricing.BadAnswers, unanswered: Sequence[str]) -> Iterator[Missing]:
    """Say which answers are wrong, or which questions of the price are open besides those about the patient."""
    drivers = tuple(problem.driver for problem in refusal.problems)
    if any(problem.kind != "answer_left_open" for problem in refusal.problems):
        yield Missing("answers", drivers)
    elif left := tuple(driver for driver in drivers if driver not in unanswered):
        yield Missing("left_open", left)


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
