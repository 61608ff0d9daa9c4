"""Drafts of quotes: begun, changed by several people, approved, discarded.

Whose prices are taken is somebody's explicit choice as soon as there are two lists to choose from. Adjustments
above the clinic's limit need a second person, who approves exactly what is there and nothing that comes later.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import EllipsisType
from typing import Any

from sqlalchemy import delete, select, update

import pricing
from estimator import audit, clinic, price_lists, requests
from estimator.act import Act
from estimator.config import Settings
from estimator.db import changed_rows, db, insert_if_absent
from estimator.i18n import second_language
from estimator.models import PatientRequest, QuoteDraft
from estimator.models.quotes import Prices
from estimator.quotes import draft_plans, from_revision, given_on_page, given_prices, plans
from estimator.quotes.agreement import agreed
from estimator.quotes.draft_plans import DraftPlan, Line
from estimator.quotes.given_prices import GivenPrice
from estimator.quotes.plans import Alternative, Missing, Plan, Prepared
from estimator.requests import lock
from pricing import quote as quote_content
from pricing.answers import Answers
from pricing.left_open import unanswered
from pricing.quote import Adjustment
from pricing.quote_options import Option
from pricing.quote_plans import LETTERS
from pricing.stored import read_answers
from pricing.unfinished import read_unfinished


class ChangedMeanwhile(Exception):
    """Somebody else has changed, issued or discarded the quote since the page was shown."""


class TooManyPlans(Exception):
    """A quote has as many plans as it can have."""


class SamePerson(Exception):
    """Who wrote an adjustment or gave a price cannot approve it."""


class WrongAdjustment(ValueError):
    """An adjustment is invalid: `what` says which of its parts is missing or wrong; they are numbered from 0."""

    def __init__(self, number: int, what: str) -> None:
        self.number, self.what = number, what
        super().__init__(number, what)


def begin(act: Act, request: PatientRequest) -> QuoteDraft:
    """Return the draft of a request's next revision; begin one from its plan or its newest revision if there is none.

    Its adjustments and the prices given for it are copied with the actor as their author, so that they need approval
    again; so are its plans, but of one that was accepted only the accepted plan. That prices were kept for it is
    remembered; what was written beside its figures is not copied. What the patient answered on the page of the request
    is in the plan of a first revision. Raises requests.Erased, and keys.Unreadable.
    """
    lock(request)
    newest = plans.newest_revision(request)
    name = secrets.token_hex(16)
    given = None if newest is None else from_revision.given(act, newest)
    if newest is None or given is None:
        begun = [DraftPlan(_answers(act, request), [], LETTERS[0])]
    else:
        accepted = agreed(newest)
        begun = [plan for letter, plan in given.plans.items() if accepted is None or accepted.plan == letter]
    row = {
        "name": name,
        "request_id": request.id,
        "prices": None if newest is None else plans.remembered(request, newest, act.now),
        "table_version_id": (request if newest is None else newest).table_version_id,
        **draft_plans.values(begun, name, act.settings),
        "options": draft_plans.sealed_options([] if given is None else given.options, name, act.settings),
        "priced": None if given is None else given_prices.column(given.priced),
        "valid_until": None,
        "second_language": None if given is None else given.second,
        "save": 1,
        "changed_by": act.actor,
        "changed_at": act.now,
    }
    if insert_if_absent(QuoteDraft, row):
        requests.take_if_nobodys(act, request)
    found = for_request(request)
    assert found is not None
    return found


def _answers(act: Act, request: PatientRequest) -> Mapping[str, str | bool]:
    """Return the answers of a request's plan, with those that were given on its page to what was left open in it."""
    asked, table = requests.answers_of(request), price_lists.parsed(request.table_version)
    theirs = requests.their_answers(request, act.settings.data_keys)
    return {**asked, **given_on_page.usable(table, theirs, asked)}


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
    options: Sequence[Option] | None = None,
    plan: str = "",
    words: str | EllipsisType = ...,
    priced: Mapping[str, GivenPrice | None] | None = None,
) -> QuoteDraft:
    """Save the parts that are given and keep the others; `valid_until` None is as long as the price list says.

    Answers and adjustments are those of the plan of a letter, of the first one without; what is asked about the patient
    is answered for every plan. `second` is the language that the document has below each line, None for no other one.
    `words` are written to the patient beside the figures, "" for none. `priced` are prices for charges on request, None
    for none any more; those of other charges are kept.

    `save` is the number of the save that the caller changes (optimistic locking): raises ChangedMeanwhile if it is not
    the last one, pricing.BadAnswers with what the chosen price list cannot read (what a rule of it refuses is kept, and
    is missing then), WrongAdjustment, given_prices.NoSuchPrice, and requests.Erased.
    """
    request = db.session.get_one(PatientRequest, draft.request_id)
    lock(request)
    values: dict[str, Any] = {}
    if prices is not None:
        values["prices"] = prices
    lists = plans.offered(request, act.now)
    version = lists.version(prices or draft.prices)
    values["table_version_id"] = version.id
    table = price_lists.parsed(version)
    if price_lists.parsed(draft.table_version).currency != table.currency:
        values |= _kept_in_their_currency(draft, act.settings)
    if answers is not None or adjustments is not None:
        values |= _with(act, draft, plan, table, answers, adjustments)
    if options is not None:
        entered = [replace(option, currency=option.currency or table.currency) for option in options]
        values["options"] = draft_plans.sealed_options(entered, draft.name, act.settings)
    before, tables = given_prices.of(draft), [table, *lists.tables]
    after = before if priced is None else given_prices.changed(before, priced, tables)
    if after != before:
        values["priced"] = given_prices.column(after)
    if not isinstance(valid_until, EllipsisType):
        values["valid_until"] = valid_until
    if not isinstance(second, EllipsisType):
        values["second_language"] = second
    if not isinstance(words, EllipsisType):
        keyring = act.settings.data_keys
        values["words"] = (
            keyring.seal(words, QuoteDraft.__tablename__, "words", draft.name) if words else None
        )
    saved = save_columns(act, draft, save, values)
    _note_prices(act, request, before, after, tables)
    return saved


def _kept_in_their_currency(draft: QuoteDraft, settings: Settings) -> dict[str, Any]:
    """Return the columns of a draft in which each line has its currency, also if it was written without one."""
    return {
        **draft_plans.values(draft_plans.all_of(draft, settings), draft.name, settings),
        "options": draft_plans.sealed_options(draft_plans.options_of(draft, settings), draft.name, settings),
    }


def _note_prices(
    act: Act,
    request: PatientRequest,
    before: Mapping[str, GivenPrice],
    after: Mapping[str, GivenPrice],
    tables: Sequence[pricing.PriceTable],
) -> None:
    """Write down in history and trail who gave which price, or took it back."""
    other = [code for code in dict.fromkeys([*before, *after]) if before.get(code) != after.get(code)]
    amounts = {code: after[code].text if code in after else None for code in other}
    for code, amount in amounts.items():
        requests.add_event(
            act,
            request,
            "priced",
            charge=given_prices.label(code, tables),
            amount=amount,
            currency=(after.get(code) or before[code]).currency,
        )
    for code, amount in amounts.items():
        audit.add(act, "quote.priced", subject=f"request:{request.id}", charge=code, amount=amount)


def add_plan(act: Act, draft: QuoteDraft, *, save: int, like: str = "") -> QuoteDraft:
    """Add a plan that is a copy of another one, to be changed then; the actor is the author of its adjustments.

    Raises TooManyPlans, ChangedMeanwhile, and requests.Erased.
    """
    lock(db.session.get_one(PatientRequest, draft.request_id))
    found = draft_plans.all_of(draft, act.settings)
    if len(found) == len(LETTERS):
        raise TooManyPlans
    copied = draft_plans.of(draft, act.settings, like) or found[0]
    added = [*found, replace(copied.written_by(act.actor), replaces=None, key=key_of_new(save))]
    return save_columns(act, draft, save, draft_plans.values(added, draft.name, act.settings))


def key_of_new(save: int, letter: str = "") -> str:
    """Return the key of a plan that is put into a draft on top of a save: no plan before had it, and none has it after.

    A letter tells apart several that are put into it at once.
    """
    return f"{letter}{save + 1}"


def remove_plan(act: Act, draft: QuoteDraft, *, save: int, plan: str) -> QuoteDraft:
    """Remove the plan of a letter; those behind it move up. The last one stays.

    Raises ChangedMeanwhile, also if there is no such plan, and requests.Erased.
    """
    lock(db.session.get_one(PatientRequest, draft.request_id))
    found = dict(zip(LETTERS, draft_plans.all_of(draft, act.settings), strict=False))
    if plan not in found or len(found) == 1:
        raise ChangedMeanwhile
    kept = [each for letter, each in found.items() if letter != plan]
    return save_columns(act, draft, save, draft_plans.values(kept, draft.name, act.settings))


def _with(
    act: Act,
    draft: QuoteDraft,
    letter: str,
    table: pricing.PriceTable,
    answers: Answers | None,
    adjustments: Sequence[Adjustment] | None,
) -> dict[str, Any]:
    """Return the columns of a draft in which one plan has other answers or other adjustments."""
    found = draft_plans.all_of(draft, act.settings)
    number = LETTERS.index(letter) if letter else 0
    if number >= len(found):
        raise ChangedMeanwhile
    if answers is not None:
        found = _answered(found, number, table, read_unfinished(table, answers))
    if adjustments is not None:
        lines = _lines(adjustments, found[number].lines, table.currency, act.actor)
        found[number] = replace(found[number], lines=lines)
    return draft_plans.values(found, draft.name, act.settings)


def _answered(
    found: Sequence[DraftPlan], number: int, table: pricing.PriceTable, answers: Mapping[str, str | bool]
) -> list[DraftPlan]:
    """Return plans of which one has other answers; what has changed in those about the patient is so in every plan."""
    before = found[number].answers
    asked = {driver.code for driver in table.drivers if driver.role == "about_you" and driver.code in answers}
    # What this plan does not ask at all says nothing about the patient.
    asked |= set(unanswered(table, answers))
    changed = {code for code in asked if before.get(code) != answers.get(code)}
    now = {code: answers[code] for code in changed if answers.get(code) is not None}

    def with_them(plan: DraftPlan) -> DraftPlan:
        kept = {code: answer for code, answer in plan.answers.items() if code not in changed}
        return replace(plan, answers={**kept, **now})

    return [
        replace(plan, answers=answers) if place == number else with_them(plan)
        for place, plan in enumerate(found)
    ]


def save_columns(act: Act, draft: QuoteDraft, save: int, values: dict[str, Any]) -> QuoteDraft:
    """Write columns on top of a save, which ends what was asked for before; raises ChangedMeanwhile."""
    also = {
        "save": save + 1,
        "changed_by": act.actor,
        "changed_at": act.now,
        "proposed_by": None,
        "proposed_at": None,
    }
    statement = update(QuoteDraft).where(
        QuoteDraft.id == draft.id, QuoteDraft.name == draft.name, QuoteDraft.save == save
    )
    if changed_rows(statement.values(**values, **also)) != 1:
        raise ChangedMeanwhile
    db.session.refresh(draft)
    return draft


def preview(act: Act, draft: QuoteDraft) -> Prepared:
    """Return what would be issued from the saved draft at this moment. Raises keys.Unreadable."""
    request = db.session.get_one(PatientRequest, draft.request_id)
    plan = plan_of(draft, act.settings)
    prepared = plans.preview(act, plan, plans.offered(request, act.now))
    elsewhere = list(_paid_elsewhere(plan, words_of(draft, act.settings)))
    return replace(prepared, missing=[*prepared.missing, *elsewhere]) if elsewhere else prepared


def _paid_elsewhere(plan: Plan, words: str | None) -> Iterator[Missing]:
    """Say where the words of a draft name a card, or an account that is not in force: also one that was, a while ago.

    Its detail is what is named, and where: in the adjustments of a plan, in the optional lines, or in the words.
    """
    each = [Alternative(plan.answers, plan.adjustments), *plan.alternatives]
    letters = LETTERS if plan.alternatives else ("",)
    texts = [
        (letter, "adjustments", text)
        for letter, one in zip(letters, each, strict=False)
        for line in one.adjustments
        for text in (line.label, line.reason)
    ]
    texts += [("", "options", option.label) for option in plan.options]
    texts += [("", "words", words or "")]
    found = {
        (letter, where): named
        for letter, where, text in texts
        if (named := clinic.accounts.paid_elsewhere(text)) is not None
    }
    for (letter, where), named in found.items():
        yield Missing("paid_elsewhere", (named, where), letter)


def sent_back(draft: QuoteDraft) -> str:
    """Return what tells one sending back of a draft from another; empty if it was not sent back."""
    return draft.returned_at.isoformat() if draft.returned_at else ""


def approve(act: Act, draft: QuoteDraft, *, fingerprint: str, returned: str = "") -> None:
    """Approve the adjustments and given prices of the draft with this fingerprint; any later change ends that.

    `returned` is `sent_back` as whoever approves has seen it: nobody approves over a comment that they have not read.
    What the same person has approved already is not written down again. Raises ChangedMeanwhile if the draft has
    another fingerprint now, or was sent back meanwhile; SamePerson for the author of any of them.
    """
    request = db.session.get_one(PatientRequest, draft.request_id)
    lock(request)
    current = for_request(request)
    if current is None:
        raise ChangedMeanwhile
    prepared = preview(act, current)
    if prepared.fingerprint != fingerprint:
        raise ChangedMeanwhile
    if prepared.approved and current.approved_by == act.actor and not sent_back(current):
        return  # pressed twice
    if sent_back(current) != returned:
        raise ChangedMeanwhile
    if act.actor in authors(current, act.settings):
        raise SamePerson
    current.approved_by, current.approved_hash = act.actor, fingerprint
    current.proposed_by = current.proposed_at = None
    current.returned_by = current.returned_at = current.returned_to = current.returned_words = None
    db.session.flush()
    adjusted = any(plan.lines for plan in draft_plans.all_of(current, act.settings))
    priced = any(plan.chosen and plan.chosen.given for plan in prepared.plans)
    of = [*(["adjustments"] if adjusted else []), *(["prices"] if priced else [])]
    requests.add_event(act, request, "approved", fingerprint=fingerprint, of=of)
    audit.add(act, "quote.approved", subject=f"request:{request.id}", fingerprint=fingerprint)


def discard(act: Act, draft: QuoteDraft, *, save: int) -> None:
    """Throw away what is being prepared, and write down who did; issued revisions stay. Raises what `remove` does."""
    request = db.session.get_one(PatientRequest, draft.request_id)
    remove(draft, save=save)
    requests.add_event(act, request, "discarded")
    audit.add(act, "quote.discarded", subject=f"request:{request.id}")


def remove(draft: QuoteDraft, *, save: int) -> None:
    """Delete the draft, as what is issued is no draft any more.

    Raises ChangedMeanwhile if `save` is not its last save, or if it was issued or discarded meanwhile; requests.Erased.
    """
    lock(db.session.get_one(PatientRequest, draft.request_id))
    last = QuoteDraft.id == draft.id, QuoteDraft.name == draft.name, QuoteDraft.save == save
    if changed_rows(delete(QuoteDraft).where(*last)) != 1:
        raise ChangedMeanwhile
    db.session.expunge(draft)


def answers_of(draft: QuoteDraft, settings: Settings, plan: str = "") -> Mapping[str, str | bool]:
    """Return the answers of a plan in normal form, by driver; of the first plan, if there is none of this letter.

    Raises keys.Unreadable.
    """
    if not plan:
        return read_answers(draft.given)
    return (draft_plans.of(draft, settings, plan) or draft_plans.all_of(draft, settings)[0]).answers


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
    found = draft_plans.all_of(draft, settings)
    options = draft_plans.options_of(draft, settings)
    return _plan(draft, found, options, draft.prices, draft.valid_until, given_prices.of(draft))


def plan_with(
    draft: QuoteDraft,
    settings: Settings,
    table: pricing.PriceTable,
    *,
    seen: str,
    answers: Mapping[str, str | bool] | None,
    prices: Prices | None,
    adjustments: Sequence[Adjustment],
    valid_until: date | None,
    priced: Mapping[str, GivenPrice],
) -> Plan:
    """Return the plans of a draft with these values in place of the saved ones.

    Answers, None for those that are saved, and adjustments are those of the plan `seen`. What is saved of a draft with
    one plan, which is the first of the revision before, is not decrypted. Raises keys.Unreadable.
    """
    typed = [Line(adjustment, "") for adjustment in adjustments]
    options = draft_plans.options_of(draft, settings)
    if draft.alternatives is None:
        given = read_answers(draft.given) if answers is None else answers
        return _plan(draft, [DraftPlan(given, typed)], options, prices, valid_until, priced)
    found = draft_plans.all_of(draft, settings)
    number = LETTERS.index(seen) if seen in LETTERS[: len(found)] else 0
    if answers is not None:
        found = _answered(found, number, table, answers)
    found[number] = replace(found[number], lines=typed)
    return _plan(draft, found, options, prices, valid_until, priced)


def _plan(
    draft: QuoteDraft,
    found: Sequence[DraftPlan],
    options: Sequence[Option],
    prices: Prices | None,
    valid_until: date | None,
    priced: Mapping[str, GivenPrice],
) -> Plan:
    first, *others = [each.alternative for each in found]
    return Plan(
        draft=draft.name,
        answers=first.answers,
        prices=prices,
        adjustments=first.adjustments,
        valid_until=valid_until,
        approved=draft.approved_hash,
        alternatives=others,
        options=options,
        priced=priced,
    )


def adjustments_by(draft: QuoteDraft, settings: Settings, plan: str = "") -> Sequence[Line]:
    """Return the adjustments of a plan, each with its author; of the first one, if there is none of this letter.

    Raises keys.Unreadable.
    """
    return (draft_plans.of(draft, settings, plan) or draft_plans.all_of(draft, settings)[0]).lines


def letters_of(draft: QuoteDraft, settings: Settings) -> list[str]:
    """Return what the plans of a draft are called; nothing where there is one. Raises keys.Unreadable."""
    if draft.alternatives is None:
        return []
    found = draft_plans.all_of(draft, settings)
    return list(LETTERS[: len(found)]) if len(found) > 1 else []


def keys_of(draft: QuoteDraft, settings: Settings) -> dict[str, str]:
    """Return the letter of each plan by its key; an empty one where there is one plan. Raises keys.Unreadable."""
    if draft.alternatives is None:
        return {LETTERS[0]: ""}
    found = draft_plans.all_of(draft, settings)
    letters = LETTERS if len(found) > 1 else ("",)
    return {str(plan.key): letter for letter, plan in zip(letters, found, strict=False)}


def authors(draft: QuoteDraft, settings: Settings) -> set[str]:
    """Return who wrote adjustments or gave prices, and so cannot approve them. Raises keys.Unreadable."""
    wrote = {line.by for plan in draft_plans.all_of(draft, settings) for line in plan.lines}
    return wrote | {each.by for each in given_prices.of(draft).values()}


def _lines(
    adjustments: Sequence[Adjustment], before: Sequence[Line], currency: str, actor: str
) -> list[Line]:
    wrote = {line.adjustment: line.by for line in before}
    adjustments = [replace(each, currency=each.currency or currency) for each in adjustments]
    for number, adjustment in enumerate(adjustments):
        if not quote_content.is_amount(adjustment.amount, adjustment.currency):
            raise WrongAdjustment(number, "amount")
        for what in ("label", "reason"):
            if not getattr(adjustment, what).strip():
                raise WrongAdjustment(number, what)
    return [Line(adjustment, wrote.get(adjustment, actor)) for adjustment in adjustments]
