"""Firm quotes: issued once and never changed, replaced by revisions, withdrawn, expired.

Every change of a quote locks its request, so that the second of two people gets an error about what the first did.
A revision is frozen as a whole: figures, words, language, rate, and, once the worker has made it, the document.
`issued_revisions` finds and reads quotes, `decisions` records what patients answer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import EllipsisType
from typing import Any

from babel.numbers import get_territory_currencies
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from estimator import (
    audit,
    clinic,
    demonstration_marks,
    jobs,
    keys,
    links,
    paper,
    price_lists,
    quote_numbers,
    requests,
    wording,
)
from estimator.act import Act
from estimator.db import db
from estimator.i18n import Reader, speaking
from estimator.i18n import reader as reader_of
from estimator.models import (
    Counter,
    PatientRequest,
    PaymentAccount,
    Quote,
    QuoteAccount,
    QuoteDraft,
    QuoteRevision,
)
from estimator.models import Rate as StoredRate
from estimator.quotes import draft_plans, drafts, given_on_page, notifications, overruled, replaced
from estimator.quotes.decisions import (
    NotCurrent,
)
from estimator.quotes.drafts import ChangedMeanwhile
from estimator.quotes.issued_revisions import (
    KIND,
    TABLE,
    for_request,
    locked,
    newest,
    revisions,
    set_state,
    state_at,
    token_of,
)
from estimator.quotes.observed_terms import days_given
from estimator.quotes.plans import Missing, Prepared, PricedPlan
from estimator.requests import lock
from estimator.wording import FirmRows, SecondRows
from pricing import PriceTable, legal_terms, payments, quote_options, quote_plans
from pricing import quote as quote_content
from pricing.quote import Rate
from pricing.quote_plans import LETTERS, PlanFigures
from pricing.stored import StoredQuote

WITHDRAWN = ("mistake", "medical", "prices", "asked", "other")
"""The codes of reasons for withdrawing a quote."""


class NotReady(Exception):
    """A quote cannot be issued; `missing` lists every reason."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        self.missing = missing
        super().__init__([each.code for each in missing])


def issue(
    act: Act,
    request: PatientRequest,
    *,
    save: int,
    fingerprint: str,
    account: int | EllipsisType | None = ...,
    standing: str | EllipsisType = ...,
    recipient: str | EllipsisType = ...,
    theirs: str | EllipsisType = ...,
    why: str = "",
) -> QuoteRevision:
    """Issue the next revision of a draft, exactly as the preview showed it; its document is made after the commit.

    What the caller saw is compared where it is given: `account` is the version of the account to pay into, None if
    there was none; `standing` how the quote stood that this one replaces, as `replaced.standing` told it; `recipient`
    for whom it was, as `recipient_of` told it; `theirs` what the patient answered otherwise, as `overruled.told` told
    it. `why` the quote says so all the same is kept sealed in the history. Raises NotReady with all that is missing,
    overruled.Unexplained, and ChangedMeanwhile if the draft or any of these is not what the caller saw, or somebody
    else issued it; nothing is changed then.
    """
    lock(request)
    draft = drafts.for_request(request)
    if draft is None or draft.save != save:
        raise ChangedMeanwhile
    prepared = drafts.preview(act, draft)
    person = requests.person_of(request, act.settings.data_keys)
    if prepared.missing or not prepared.has_totals or person is None:
        raise NotReady(prepared.missing or [Missing("erased")])
    pay_to, contradicted = clinic.accounts.in_force(), overruled.by_quote(act, request, prepared)
    seen_and_now = (
        (fingerprint, prepared.fingerprint),
        (account, None if pay_to is None else pay_to.id),
        (standing, replaced.standing(request, act.now)),
        (recipient, recipient_of(act, request)),
        (theirs, overruled.told(act, contradicted, prepared)),
    )
    if any(not isinstance(seen, EllipsisType) and seen != now for seen, now in seen_and_now):
        raise ChangedMeanwhile
    if contradicted and not why.strip():
        raise overruled.Unexplained
    second = drafts.second_of(draft, request, act.settings)
    quote = for_request(request)
    before = None if quote is None else newest(quote)
    issued = _issued_at(before, act.now)
    if quote is None:
        # This locks the series of numbers until the transaction ends, so everything slow is done by now.
        year = price_lists.day_of(issued, prepared.version.time_zone).year
        quote = _new_quote(act, request, year)
    personal = drafts.words_of(draft, act.settings)
    replacing = [plan.replaces for plan in draft_plans.all_of(draft, act.settings)]
    content, rows = _said(
        act,
        request,
        prepared,
        quote.number,
        before,
        replacing,
        issued,
        person.asked_by,
        second,
        pay_to,
        personal,
    )
    number = content["revision"]
    written = quote_content.as_bytes(content).decode()
    # A form that was sent of this draft is known by it afterwards: a second press is told from somebody else's.
    name = draft.name
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
        time_zone=content["time_zone"],
        issued_at=issued,
        issued_by=act.actor,
        patient=act.settings.data_keys.seal(person.patient, TABLE, "patient", name),
        rows=act.settings.data_keys.seal(wording.as_json(rows), TABLE, "rows", name),
        state="current",
        state_since=act.now,
    )
    for older in revisions(quote):
        if older.state in ("current", "expired", "accepted"):
            set_state(older, "replaced", act.now)
    db.session.add(revision)
    if pay_to is not None and "pay_to" in content:
        db.session.add(QuoteAccount(revision=revision, account_id=pay_to.id))
    people = _behind(draft, prepared, act)
    drafts.remove(draft, save=save)
    requests.take_if_nobodys(act, request, begins=False)
    if contradicted:
        words = overruled.reason(contradicted, price_lists.parsed(prepared.version), why)
        requests.add_event(act, request, "overruled", words=words, quote=quote.number, revision=number)
    requests.add_event(act, request, "issued", quote=quote.number, revision=number, **people)
    if request.state != "quoted":
        requests.move(act, request, "quoted")
    jobs.enqueue("quote", revision.id)
    if person.email is not None:
        notifications.put(
            act, "quote_issued", revision, person.email, language=revision.language, submission=revision.name
        )
    given = sorted({code for plan in prepared.plans if plan.chosen for code in plan.chosen.given})
    audit.add(
        act,
        "quote.issued",
        subject=f"quote_revision:{revision.id}",
        number=quote.number,
        revision=number,
        content=hashlib.sha256(written.encode()).hexdigest(),
        table=prepared.version.sha256,
        **({"priced": given} if given else {}),
        **({"overruled": len(contradicted)} if contradicted else {}),
    )
    return revision


def recipient_of(act: Act, request: PatientRequest) -> str:
    """Return what changes with the person that a quote is made out to, whoever asked, their address, or the language.

    Nothing can be read from it; empty where nobody is there any more, or a key is missing.
    """
    person = requests.readable_person(request, act.settings.data_keys)
    if person is None:
        return ""
    said = json.dumps([person.full_name, person.patient, person.email, request.language])
    return keys.lookup(act.settings.lookup_key, "recipient", said)


def _behind(draft: QuoteDraft, prepared: Prepared, act: Act) -> dict[str, Any]:
    """Return who wrote the adjustments of each plan, in their order, and who approved; without any, nothing."""
    wrote = [[line.by for line in plan.lines] for plan in draft_plans.all_of(draft, act.settings)]
    return {
        **({"wrote": wrote} if any(wrote) else {}),
        **({"approved_by": draft.approved_by} if prepared.approved else {}),
    }


def worded(
    act: Act,
    request: PatientRequest,
    prepared: Prepared,
    *,
    number: str,
    second: str | EllipsisType | None = ...,
) -> tuple[StoredQuote, FirmRows]:
    """Return the content of a revision issued at this moment, and its rows in the words of its language.

    Nothing is saved: it is for a preview, which names nobody if a key is missing. Each plan must have a total,
    `prepared.has_totals`. `second` is the language below each line; without it, the one that the draft has.
    """
    quote = for_request(request)
    before = None if quote is None else newest(quote)
    person = requests.readable_person(request, act.settings.data_keys)
    asked_by = None if person is None else person.asked_by
    draft = drafts.for_request(request)
    if isinstance(second, EllipsisType):
        second = None if draft is None else drafts.second_of(draft, request, act.settings)
    issued, pay_to = _issued_at(before, act.now), clinic.accounts.in_force()
    personal = None if draft is None else drafts.words_of(draft, act.settings)
    replacing = [] if draft is None else [plan.replaces for plan in draft_plans.all_of(draft, act.settings)]
    return _said(
        act, request, prepared, number, before, replacing, issued, asked_by, second, pay_to, personal
    )


def withdraw(act: Act, revision: QuoteRevision, *, reason: str) -> None:
    """Withdraw the current revision for one of the reasons in WITHDRAWN; raises NotCurrent.

    One that an erased person has accepted can be withdrawn as well: they cannot take it back themselves any more.
    """
    if reason not in WITHDRAWN:
        raise ValueError(f"no reason to withdraw: {reason}")
    request = locked(revision)
    if not can_be_withdrawn(revision, act.now):
        raise NotCurrent(state_at(revision, act.now))
    set_state(revision, "withdrawn", act.now)
    number = revision.quote.number
    event = requests.add_event(
        act,
        request,
        "withdrawn",
        erased_too=True,
        quote=number,
        revision=revision.number,
        reason=reason,
    )
    if request.state == "quoted":
        requests.move(act, request, "in_work", erased_too=True)
    elif request.state == "accepted":  # by somebody erased, for whom nothing is left to be done
        requests.move(act, request, "closed", erased_too=True)
    notifications.tell_patient(act, revision, "withdrawn", submission=event.name)
    audit.add(
        act,
        "quote.withdrawn",
        subject=f"quote_revision:{revision.id}",
        number=number,
        revision=revision.number,
        reason=reason,
    )


def can_be_withdrawn(revision: QuoteRevision, now: datetime) -> bool:
    """Whether a revision can be withdrawn at a moment."""
    state = state_at(revision, now)
    return state == "current" or (state == "accepted" and revision.quote.request.erased_at is not None)


def new_link(act: Act, quote: Quote) -> str:
    """Give a quote and its request new links, and return the token of the quote's; the previous ones stop working.

    Both end together: whoever holds the link of the request is led on to the quote.
    """
    request = quote.request
    requests.end_link(act, request)
    db.session.refresh(quote)
    quote.link_serial += 1
    token = token_of(quote, act.settings.link_key)
    quote.link_hash = links.stored(token)
    db.session.flush()
    requests.add_event(act, request, "new_link", quote=quote.number)
    audit.add(act, "quote.new_link", subject=f"quote:{quote.id}", number=quote.number)
    return token


def expire_due(act: Act, *, most: int = 100, invented: bool = True) -> int:
    """Mark a batch of revisions whose last day is over as expired; return how many.

    No reader depends on it: `state_at` says so already. Those of a demonstration are left alone unless `invented`.
    """
    perhaps = (
        select(QuoteRevision.id)
        .where(QuoteRevision.state == "current", QuoteRevision.valid_until < _earliest_today(act.now))
        .order_by(QuoteRevision.valid_until, QuoteRevision.id)
        .limit(most)
    )
    if not invented:
        ours = select(Quote.id).where(~demonstration_marks.marked(Quote.number))
        perhaps = perhaps.where(QuoteRevision.quote_id.in_(ours))
    return sum(expire(act, revision_id) for revision_id in db.session.scalars(perhaps).all())


def _said(
    act: Act,
    request: PatientRequest,
    prepared: Prepared,
    number: str,
    before: QuoteRevision | None,
    replacing: Sequence[str | None],
    issued: datetime,
    asked_by: str | None,
    second: str | None,
    pay_to: PaymentAccount | None,
    personal: str | None,
) -> tuple[StoredQuote, FirmRows]:
    """Return the content and the worded rows of what would be issued."""
    table, reader = price_lists.parsed(prepared.version), reader_of(request.language)
    issued_on = price_lists.day_of(issued, table.time_zone)
    accept_from, days_to_take_back = (
        legal_terms.of(table).accept_from(issued_on),
        days_given(table, act.clinic),
    )
    first_to_pay = _first_to_pay(accept_from or issued_on, days_to_take_back)
    first, *others = [_figures(plan, table, first_to_pay) for plan in prepared.plans]
    content = quote_content.content(
        first.firm,
        first.adjustments,
        number=number,
        revision=1 if before is None else before.number + 1,
        reference=request.reference,
        issued=issued,
        valid_until=prepared.valid_until,
        accept_from=accept_from,
        time_zone=table.time_zone,
        language=request.language,
        answers=first.answers,
        rate=_rate_for(table.currency, request.country, issued_on),
        replaces=None if before is None else before.number,
        pay_to=clinic.accounts.stored_of(pay_to),
        payment_days=first.payment_days,
    )
    content = quote_plans.with_alternatives(content, others)
    content = quote_options.with_options(content, prepared.options, table)
    contents = quote_plans.by_plan(content)
    plans = {} if before is None else replaced.plans_of(before, act.settings.data_keys)
    places = replaced.counterparts(plans, replacing) if plans else [None] * len(contents)
    offered = wording.offered(content, [option.label for option in prepared.options])
    offered_before = offered if before is None else replaced.options_of(before, act.settings.data_keys)
    told_since = given_on_page.told_since(act, request, table)

    def rows_in(reader: Reader) -> FirmRows:
        with speaking(reader):
            worded = {
                letter: wording.firm_rows(
                    one,
                    table,
                    reader,
                    figures.adjustments,
                    days_to_take_back=days_to_take_back,
                    asked_by=asked_by,
                    before=None if place is None else plans[place],
                    asked=(requests.breakdown_of(request), price_lists.parsed(request.table_version)),
                    told_since=told_since,
                    paper=paper.of(request.country, [request.language]),
                    personal=personal if letter in ("", LETTERS[0]) else None,
                )
                for (letter, one), figures, place in zip(
                    contents.items(), (first, *others), places, strict=True
                )
            }
            rows = wording.firm_plans.together(
                worded, contents, table, reader, before=plans, replacing=places
            )
            changed = [*rows.changed, *wording.changed_options(offered_before, offered, reader)]
            options = wording.option_rows(content, prepared.options, table, reader)
            return replace(rows, changed=changed, options=options)

    rows = rows_in(reader)
    if second is None:
        return content, rows
    return content, replace(rows, second=SecondRows(second, rows_in(reader_of(second))))


def _first_to_pay(accepted: date, days_to_take_back: int) -> date:
    """Return the first day on which a quote accepted on a day is paid: after the last on which that is taken back."""
    return accepted + timedelta(days=days_to_take_back + 1) if days_to_take_back else accepted


def _issued_at(before: QuoteRevision | None, now: datetime) -> datetime:
    """Return the moment of issue, never earlier than that of the revision it replaces, even if a clock was set back."""
    moment = now.replace(microsecond=0)
    return moment if before is None else max(moment, before.issued_at)


def _new_quote(act: Act, request: PatientRequest, year: int) -> Quote:
    marked = demonstration_marks.is_marked(request.reference)
    series = demonstration_marks.WORD if marked else str(year)
    number = quote_numbers.written(series, _next(f"quote {series}"))
    token = links.compose(act.settings.link_key, KIND, number, 1)
    quote = Quote(
        request_id=request.id, number=number, link_hash=links.stored(token), link_serial=1, created_at=act.now
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


def _figures(plan: PricedPlan, table: PriceTable, first_to_pay: date) -> PlanFigures:
    assert plan.chosen is not None
    due = payments.due_days(table.payments, plan.answers, first_to_pay)
    return PlanFigures(plan.chosen, plan.adjustments, plan.answers, due)


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


def expire(act: Act, revision_id: int) -> int:
    """Mark a revision as expired if its last day is over, and nothing else became of it; return 1 if it was."""
    revision = db.session.get_one(QuoteRevision, revision_id)
    request = locked(revision)
    if revision.state != "current" or state_at(revision, act.now) != "expired":
        return 0
    set_state(revision, "expired", act.now)
    requests.add_event(
        act, request, "expired", erased_too=True, quote=revision.quote.number, revision=revision.number
    )
    if request.state == "quoted":
        requests.move(act, request, "expired", erased_too=True)
    return 1


def _earliest_today(now: datetime) -> date:
    """Return a day before which every day is over, or about to be, somewhere; `state_at` knows exactly."""
    return now.astimezone(UTC).date() + timedelta(days=1)
