"""What a draft of a quote would say: a plan goes in, figures and a list of what is missing come out.

No row of the quote is needed for it and nothing is saved, so that a form's figures are worked out while somebody types.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select

import pricing
from estimator import price_lists
from estimator.act import Act
from estimator.db import db
from estimator.models import PatientRequest, Quote, QuoteRevision, TableVersion
from estimator.models.quotes import Prices
from estimator.quotes.given_prices import GivenPrice, valid_in
from pricing import legal_terms, quote_options
from pricing import quote as quote_content
from pricing.left_open import before_a_quote
from pricing.quote import Adjustment, Firm, LineChange
from pricing.quote_options import Option
from pricing.quote_plans import LETTERS
from pricing.table import ChoiceDriver

OPEN = ("answer_missing", "answer_left_open")
"""The kinds of problems of a plan that only lacks answers."""

LONGEST = timedelta(days=731)
"""Maximum time for which a quote may be valid."""


@dataclass(frozen=True)
class Missing:
    """Why a quote cannot be issued yet, as a code; `detail` are codes of what it is about, `plan` is its letter."""

    code: str
    detail: tuple[str, ...] = ()
    #: empty where it is about the whole quote, or the quote has one plan
    plan: str = ""


@dataclass(frozen=True)
class Alternative:
    """One more plan of the same quote; its prices, its last day and its language are those of the first one."""

    answers: Mapping[str, str | bool]
    adjustments: Sequence[Adjustment]


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
    #: further plans, of which the patient accepts one or the first
    alternatives: Sequence[Alternative] = ()
    #: lines that the patient may take or leave
    options: Sequence[Option] = ()
    #: prices given for this quote, by charge, for what is on request in any of its plans
    priced: Mapping[str, GivenPrice] = field(default_factory=dict)


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

    @property
    def tables(self) -> list[pricing.PriceTable]:
        """The lists of both choices, each once."""
        found = [price_lists.parsed(self.kept)]
        if self.in_force is not None and not self.same:
            found.append(price_lists.parsed(self.in_force))
        return found

    def version(self, prices: str | None) -> TableVersion:
        """Return the version for a choice of prices, "again" or "keep"; the default is to keep."""
        return self.in_force if prices == "again" and self.in_force is not None else self.kept


@dataclass(frozen=True)
class PricedPlan:
    """One plan of a quote, priced: with the kept prices, with those in force, and with those that were chosen."""

    #: its letter; empty where it is the only one
    letter: str
    answers: Mapping[str, str | bool]
    adjustments: Sequence[Adjustment]
    #: None where the list refuses the plan
    firm_keep: Firm | None
    firm_again: Firm | None
    #: None also while nobody has chosen
    chosen: Firm | None
    #: what differs between keeping the prices and pricing again, line by line
    differences: Sequence[LineChange]
    refusal: pricing.BadAnswers | None


@dataclass(frozen=True)
class Prepared:
    """A quote as it would be issued at this moment, and why it would be refused.

    Of several `plans` one is seen: its letter, figures and answers stand here as those of an only plan do.
    """

    plans: Sequence[PricedPlan]
    letter: str
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
    options: Sequence[Option] = ()

    @property
    def has_totals(self) -> bool:
        """Whether every plan has a total."""
        return all(plan.chosen is not None for plan in self.plans)

    def seen(self, letter: str) -> Prepared:
        """Return the same with the plan of a letter in sight; the first one if there is none of this letter."""
        plan = next((plan for plan in self.plans if plan.letter == letter), self.plans[0])
        return replace(
            self,
            letter=plan.letter,
            answers=plan.answers,
            adjustments=plan.adjustments,
            firm_keep=plan.firm_keep,
            firm_again=plan.firm_again,
            chosen=plan.chosen,
            differences=plan.differences,
            refusal=plan.refusal,
        )


def offered(request: PatientRequest, now: datetime) -> Offered:
    """Return what a request's quote can be priced with at a moment.

    The prices that are kept are those of the newest revision, or else of the estimate.
    """
    newest = newest_revision(request)
    kept = db.session.get_one(TableVersion, (request if newest is None else newest).table_version_id)
    return Offered(
        kept=kept,
        in_force=_in_force(request.slug, now),
        kept_until=_kept_until(request, newest, price_lists.parsed(kept)),
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


def remembered(request: PatientRequest, newest: QuoteRevision, now: datetime) -> Prices | None:
    """Return "keep" if somebody chose so for the newest revision, and those prices were not withdrawn since.

    Prices that were taken from a list in force are not: which ones count is asked again when there is another list. It
    is as well where a list was published since, also for the day of the issue: nobody has chosen against that one.
    """
    try:
        if price_lists.entry_in_force(request.slug, now).at > newest.issued_at:
            return None
    except LookupError:
        return None
    version = newest.table_version
    then = price_lists.known_in_force(request.slug, newest.issued_at)
    chosen = then is not None and then.id != version.id
    return "keep" if chosen and price_lists.returns.withdrawn_at(version.id, now) is None else None


def preview(act: Act, plan: Plan, lists: Offered) -> Prepared:
    """Return what would be issued at this moment, beside the other choice of prices, and what is missing.

    It is a pure function of its arguments: it neither reads the database nor encrypts or decrypts anything.
    """
    version = lists.version(plan.prices)
    again = plan.prices == "again" and lists.in_force is not None
    priced = _priced(plan, lists, again)
    first = priced[0]
    table = price_lists.parsed(version)
    today = price_lists.day_of(act.now, table.time_zone)
    valid_until = plan.valid_until or today + timedelta(days=table.quote_valid_days)
    fingerprint = _fingerprint(plan, lists.language, version, priced)
    needs_approval = any(
        each.chosen is not None
        and quote_content.exceeds(
            each.chosen.price, each.adjustments, act.clinic.adjustment_limit, each.chosen.at_discretion
        )
        for each in priced
    )
    approved = needs_approval and plan.approved == fingerprint
    missing = list(lists.hindrances)
    if lists.in_force is None or (not again and not lists.same and today > lists.kept_until):
        missing.append(Missing("table_expired"))
    elif plan.prices is None and not lists.same:
        missing.append(Missing("prices_not_chosen"))
    for each in priced:
        missing += _missing_of(each, table)
    missing += _same(priced)
    missing += _untaxed(plan.options, table)
    if table.demo and not act.settings.demo:
        missing.append(Missing("demonstration"))
    if not today <= valid_until <= today + LONGEST:
        missing.append(Missing("valid_until", (valid_until.isoformat(),)))
    begins = legal_terms.of(table).accept_from(today)
    if begins is not None and valid_until < begins:
        missing.append(Missing("never_accepted", (begins.isoformat(),)))
    if needs_approval and not approved:
        missing.append(Missing("not_approved"))
    return Prepared(
        plans=priced,
        letter=first.letter,
        answers=first.answers,
        adjustments=first.adjustments,
        kept=lists.kept,
        in_force=lists.in_force,
        kept_until=lists.kept_until,
        firm_keep=first.firm_keep,
        firm_again=first.firm_again,
        chosen=first.chosen,
        version=version,
        valid_until=valid_until,
        differences=first.differences,
        refusal=first.refusal,
        missing=missing,
        needs_approval=needs_approval,
        approved=approved,
        fingerprint=fingerprint,
        options=plan.options,
    )


def _in_force(slug: str, now: datetime) -> TableVersion | None:
    try:
        return price_lists.in_force(slug, now)
    except LookupError:
        return None


def _kept_until(request: PatientRequest, newest: QuoteRevision | None, kept: pricing.PriceTable) -> date:
    """Return the last day of kept prices: the newest revision's, or the estimate's validity from the request on."""
    asked = price_lists.day_of(request.created_at, kept.time_zone) + timedelta(days=kept.quote_valid_days)
    return asked if newest is None else max(asked, newest.valid_until)


def _priced(plan: Plan, lists: Offered, again: bool) -> list[PricedPlan]:
    """Price each plan with the prices that can be chosen; `again` are those in force."""
    each = [Alternative(plan.answers, plan.adjustments), *plan.alternatives]
    letters = LETTERS if len(each) > 1 else ("",)
    return [
        _one(letter, alternative, plan, lists, again)
        for letter, alternative in zip(letters, each, strict=False)
    ]


def _one(letter: str, plan: Alternative, whole: Plan, lists: Offered, again: bool) -> PricedPlan:
    firm_keep, refused_keep = _firm(lists.kept, plan, whole.priced)
    firm_again, refused_again = firm_keep, refused_keep
    if lists.in_force is None:
        firm_again = None
    elif not lists.same:
        firm_again, refused_again = _firm(lists.in_force, plan, whole.priced)
    chosen, refusal = (firm_again, refused_again) if again else (firm_keep, refused_keep)
    if chosen is not None and any(_in_other_currency(plan.adjustments, chosen.currency)):
        chosen = None  # a sum of two currencies is none
    return PricedPlan(
        letter,
        plan.answers,
        plan.adjustments,
        firm_keep,
        firm_again,
        chosen if whole.prices is not None or lists.same else None,
        _differences(firm_keep, firm_again, plan.adjustments),
        refusal,
    )


def _firm(
    version: TableVersion, plan: Alternative, priced: Mapping[str, GivenPrice]
) -> tuple[Firm | None, pricing.BadAnswers | None]:
    table = price_lists.parsed(version)
    try:
        prices = valid_in(priced, table) if priced else {}
        adjustments = _counting(plan.adjustments, table.currency)
        return quote_content.compute(table, plan.answers, adjustments, prices), None
    except pricing.BadAnswers as refusal:
        return None, refusal


def _differences(
    keep: Firm | None, again: Firm | None, adjustments: Sequence[Adjustment]
) -> Sequence[LineChange]:
    if keep is None or again is None or keep is again:
        return []
    old, new = (
        quote_content.comparable(firm, _counting(adjustments, firm.currency)) for firm in (keep, again)
    )
    return quote_content.line_changes(old, new)


def _counting(adjustments: Sequence[Adjustment], currency: str) -> list[Adjustment]:
    """Return the adjustments that were entered in a currency, or in that of any list."""
    return [each for each in adjustments if each.counts_in(currency)]


def _in_other_currency(lines: Sequence[Adjustment | Option], currency: str) -> tuple[str, ...]:
    """Return the numbers, from 1 on, of the lines that were entered in another currency."""
    return tuple(str(number) for number, line in enumerate(lines, 1) if not line.counts_in(currency))


def _fingerprint(plan: Plan, language: str, version: TableVersion, priced: Sequence[PricedPlan]) -> str:
    """Return the hash of the figures that would be issued from this draft, except the day, and of their words.

    The number of the save tells a second language and the personal words; who approves adjustments need not do so
    again for them.
    """
    first, *others = priced
    decides = {
        "draft": plan.draft,
        "language": language,
        "table": version.sha256,
        "prices": plan.prices,
        "valid_until": None if plan.valid_until is None else plan.valid_until.isoformat(),
        **_decides(first),
    }
    if others:
        decides["alternatives"] = [_decides(other) for other in others]
    if plan.options:
        decides["options"] = [[format(each.net, "f"), each.label, list(each.taxes)] for each in plan.options]
    return hashlib.sha256(pricing.canonical_json(decides)).hexdigest()


def _decides(plan: PricedPlan) -> dict[str, object]:
    return {
        "given": dict(plan.answers),
        "adjustments": [
            [format(each.amount, "f"), each.label, each.reason, *(["told"] if each.told else [])]
            for each in plan.adjustments
        ],
        "total": None if plan.chosen is None else plan.chosen.text(plan.chosen.total),
        **({"priced": quote_content.priced_texts(plan.chosen)} if plan.chosen and plan.chosen.given else {}),
    }


def _hindrances(request: PatientRequest) -> Iterator[Missing]:
    if request.state == "closed":
        yield Missing("closed")
    if request.erased_at is not None:
        yield Missing("erased")


def _missing_of(plan: PricedPlan, table: pricing.PriceTable) -> Iterator[Missing]:
    """Say what one plan lacks."""
    unanswered = tuple(pricing.unanswered(table, plan.answers))
    if unanswered:
        yield Missing("unanswered", unanswered, plan.letter)
    if other := _in_other_currency(plan.adjustments, table.currency):
        yield Missing("adjustments_currency", other, plan.letter)
    found = [] if plan.refusal is None else list(_refused(plan, table, unanswered))
    if plan.chosen is not None:
        found += _missing_in(plan.chosen, table)
    for one in found:
        yield replace(one, plan=plan.letter)


def _untaxed(options: Sequence[Option], table: pricing.PriceTable) -> Iterator[Missing]:
    """Say which lines that may be taken the chosen list cannot price: their tax is not in it, or their amount not."""
    if other := _in_other_currency(options, table.currency):
        yield Missing("options_currency", other)
    for number, option in enumerate(options, 1):
        if not option.counts_in(table.currency):
            continue
        try:
            quote_options.priced(option, table)
        except (quote_content.WrongAmount, quote_options.NoSuchTax):
            yield Missing("option", (str(number),))


def _same(priced: Sequence[PricedPlan]) -> Iterator[Missing]:
    """Say which plans have no answer and no adjustment of their own: nobody could choose between them."""
    for number, plan in enumerate(priced):
        for before in priced[:number]:
            if (before.answers, _said(before)) == (plan.answers, _said(plan)):
                yield Missing("same_plans", (before.letter, plan.letter))


def _said(plan: PricedPlan) -> list[tuple[Decimal, str]]:
    return [(each.amount, each.label) for each in plan.adjustments]


def _refused(plan: PricedPlan, table: pricing.PriceTable, unanswered: Sequence[str]) -> Iterator[Missing]:
    """Say which answers are wrong, or which questions of the price are open besides those about the patient."""
    assert plan.refusal is not None
    problems = plan.refusal.problems
    if any(problem.kind not in OPEN for problem in problems):
        yield Missing("answers", tuple(problem.driver for problem in problems))
        return
    if left := tuple(code for code in before_a_quote(table, plan.answers) if code not in unanswered):
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
