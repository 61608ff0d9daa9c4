"""What becomes of one invented case, step by step, through the verbs that pages call, each at its moment of the past.

A story yields the moment of its next step and goes on when that has come; one whose moment is still to come stays as it
is, as a request does that somebody works on today. No step sends anything: `filling` removes what the verbs put into
the outbox.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from random import Random
from typing import NamedTuple

import pricing
from estimator import estimates, price_lists, quotes, requests
from estimator.act import CLOCK, PATIENT, Act
from estimator.clinic import Clinic
from estimator.db import db
from estimator.demonstration import answers, billing, hours
from estimator.demonstration.people import Asking, somebody
from estimator.i18n import reader
from estimator.models import Estimate, PatientRequest, QuoteDraft, QuoteRevision
from estimator.models.quotes import Prices
from estimator.requests import consents
from pricing.currencies import MINOR_UNIT
from pricing.money import decimals
from pricing.quote import Adjustment
from pricing.quote_options import Option

Story = Iterator[datetime]

NETWORK = "192.0.2.0/24"
"""The network that invented people come from; it is kept for examples (RFC 5737)."""

AGREED = "Demonstration: somebody invented has agreed."

QUOTED_BEFORE = timedelta(days=300)
"""Time after which every case has a quote: a request without one would soon be removed."""


@dataclass(frozen=True)
class World:
    """What all stories share: who works at the desk, with which settings, until when."""

    act: Act
    clinic: Clinic
    coordinator: str
    approver: str
    seed: int

    @property
    def end(self) -> datetime:
        """The present: no step is later."""
        return self.act.now

    def desk(self, at: datetime) -> Act:
        """Return what the coordinator does at a moment."""
        return self.act.at(at).by(self.coordinator)

    def patient(self, at: datetime) -> Act:
        """Return what a patient does at a moment."""
        return self.act.at(at).by(PATIENT)

    def random(self, *what: object) -> Random:
        """Return the dice of one story, which no other one throws."""
        return Random("/".join(map(str, (self.seed, *what))))  # noqa: S311 - nothing secret


class Case(NamedTuple):
    """A request of the demonstration while its story is told."""

    world: World
    random: Random
    zone: str
    slug: str
    given: Mapping[str, str | bool]
    asking: Asking
    request_id: int

    @property
    def request(self) -> PatientRequest:
        """The request as it is now."""
        return db.session.get_one(PatientRequest, self.request_id)

    def at_work(self, since: datetime, hours_: float) -> datetime:
        """Return when the desk comes to something."""
        return hours.at_work(self.random, since, self.world.clinic, self.zone, hours=hours_)

    def later(self, since: datetime, hours_: float) -> datetime:
        """Return when somebody at home comes to something."""
        return hours.after(self.random, since, hours=hours_)

    def old(self, since: datetime) -> bool:
        """Whether what began then would be removed soon if it had no quote."""
        return self.world.end - since > QUOTED_BEFORE


def only_an_estimate(world: World, number: int, start: datetime) -> Story:
    """Tell of somebody who makes an estimate and asks for nothing."""
    random = world.random("estimate", number)
    yield start
    slug, given = _wanted(random)
    language = somebody(random, number, world.act.settings.languages).language
    _estimate(world.patient(start), slug, given, language)


def of_case(world: World, number: int, start: datetime) -> Story:
    """Tell of somebody who asks for a quote, or has a question, from the estimate to the end."""
    random = world.random("case", number)
    yield start
    slug, given = _wanted(random)
    asking = somebody(random, number, world.act.settings.languages)
    estimate = _estimate(world.patient(start), slug, given, asking.language)
    if estimate is None:
        return
    zone = estimate.table_version.time_zone
    at = start + timedelta(minutes=random.randrange(4, 90))
    only_asks = random.random() < 0.08 and world.end - start <= QUOTED_BEFORE
    estimate_id = estimate.id
    yield at
    estimate = db.session.get_one(Estimate, estimate_id)
    request = (
        _question(world, at, estimate, asking, random)
        if only_asks
        else _request(world, at, estimate, asking, random)
    )
    case = Case(world, random, zone, slug, given, asking, request.id)
    if world.end - start >= timedelta(days=world.act.settings.kept_days - 1):
        estimates.delete(estimate)
    if only_asks:
        yield from _answered(case, at)
    else:
        yield from _worked_on(case, at)


def _answered(case: Case, asked_at: datetime) -> Story:
    at = case.at_work(asked_at, 9)
    yield at
    act = case.world.desk(at)
    _assign(act, case.request)
    requests.answer(act, case.request, _message(case, "received"))
    at = case.at_work(at, 24 * 12)
    yield at
    requests.move(case.world.desk(at), case.request, "closed")


def _worked_on(case: Case, asked_at: datetime) -> Story:
    """Tell of the work on a request until its quote, if it comes to one."""
    random = case.random
    at = case.at_work(asked_at, 7)
    yield at
    _assign(case.world.desk(at), case.request)
    if random.random() < 0.25:
        requests.note(case.world.desk(at), case.request, "Demonstration: asked the ward about the dates.")
    if random.random() < 0.3:
        at = case.at_work(at, 5)
        yield at
        requests.answer(case.world.desk(at), case.request, _message(case, "mri"), then_wait=True)
        silent = random.random() < 0.2 and not case.old(asked_at)
        at = case.later(at, 24 * 25 if silent else 40)
        yield at
        if silent:
            requests.move(case.world.desk(at), case.request, "closed")
            return
        quotes.ask_question(case.world.patient(at), case.request, random.choice(case.asking.speaking.answers))
        _untold(case.request)
        at = case.at_work(at, 6)
        yield at
        requests.answer(case.world.desk(at), case.request, _message(case, "preparing"))
    elif random.random() < 0.2:
        at = case.later(at, 20)
        yield at
        quotes.ask_question(
            case.world.patient(at), case.request, random.choice(case.asking.speaking.questions)
        )
        _untold(case.request)
        at = case.at_work(at, 8)
        yield at
        requests.answer(case.world.desk(at), case.request, _message(case, "received"))
    at = case.at_work(at, 14)
    yield at
    if random.random() < 0.1 and not case.old(asked_at):
        requests.move(case.world.desk(at), case.request, "closed", words="Demonstration: decided to wait.")
        return
    yield from _quoted(case, at)


def _quoted(case: Case, at: datetime, revision: int = 1) -> Story:
    """Tell of one revision of a quote, and of what is said to it."""
    random, desk = case.random, case.world.desk(at)
    draft = _draft(case, desk, revised=revision > 1)
    prepared = quotes.drafts.preview(desk, draft)
    if [missing.code for missing in prepared.missing] == ["not_approved"]:
        quotes.approvals.propose(desk, draft, fingerprint=prepared.fingerprint)
        at = case.at_work(at, 4)
        yield at
        draft = _draft_of(case)
        prepared = quotes.drafts.preview(case.world.desk(at), draft)
        quotes.drafts.approve(
            case.world.act.at(at).by(case.world.approver), draft, fingerprint=prepared.fingerprint
        )
        at = at + timedelta(minutes=random.randrange(5, 60))
        yield at
        draft = _draft_of(case)
        prepared = quotes.drafts.preview(case.world.desk(at), draft)
    if prepared.missing:
        # Somebody has changed the list so that no quote can be made of these answers.
        quotes.drafts.discard(case.world.desk(at), draft, save=draft.save)
        if "closed" in requests.NEXT[case.request.state]:
            requests.move(case.world.desk(at), case.request, "closed")
        return
    issued = quotes.issue(
        case.world.desk(at), case.request, save=draft.save, fingerprint=prepared.fingerprint
    )
    # No mail tells of its last day.
    issued.reminded_at = at
    valid_until, id_ = issued.valid_until, issued.id
    seen = case.later(at, 10)
    yield seen
    requests.seen(case.world.patient(seen), case.request)
    if revision == 1 and random.random() < 0.16:
        asked = case.later(seen, 30)
        yield asked
        quotes.ask_question(
            case.world.patient(asked), case.request, random.choice(case.asking.speaking.questions)
        )
        _untold(case.request)
        again = case.at_work(asked, 10)
        yield again
        requests.answer(case.world.desk(again), case.request, _message(case, "received"))
        again += timedelta(minutes=20)
        yield again
        yield from _quoted(case, again, revision + 1)
        return
    yield from _decided(case, seen, valid_until, id_)


def _decided(case: Case, seen: datetime, valid_until: date, id_: int) -> Story:
    """Tell of what somebody answers to a revision, if it is not withdrawn before."""
    random = case.random
    if random.random() < 0.03:
        gone = case.at_work(seen, 60)
        yield gone
        if quotes.can_be_withdrawn(_revision(id_), gone):
            quotes.withdraw(case.world.desk(gone), _revision(id_), reason="medical")
            requests.move(case.world.desk(gone), case.request, "closed")
        return
    answer = random.choices(["accepted", "declined", "silent"], [55, 20, 25])[0]
    at = case.later(seen, 24 * 5)
    ends = datetime.combine(valid_until, datetime.min.time(), at.tzinfo)
    if answer == "silent" or at >= ends:
        over = ends + timedelta(days=1, hours=15)
        yield over
        quotes.expire(case.world.act.at(over).by(CLOCK), id_)
        return
    yield at
    if answer == "declined":
        _decline(case, at, id_)
    else:
        yield from _accepted(case, at, id_)


def _accepted(case: Case, at: datetime, id_: int) -> Story:
    random, revision = case.random, _revision(id_)
    content = quotes.content_of(revision)
    plans = [""] if "alternatives" not in content else ["A", "B"]
    quotes.accept(
        case.world.patient(at),
        revision,
        typed_name=case.asking.person.patient,
        agreed_to=AGREED,
        language=case.asking.language,
        network=NETWORK,
        pdf_sha256=None,
        plan=random.choice(plans) or None,
        taken=[1] if "options" in content and random.random() < 0.5 else [],
    )
    if random.random() < 0.05:
        back = case.later(at, 30)
        yield back
        said = quotes.decision_of(_revision(id_))
        if said is not None and said.reversible_until is not None and back < said.reversible_until:
            quotes.take_back(case.world.patient(back), _revision(id_))
            return
        at = back
    done = case.at_work(at, 20)
    yield done
    requests.note(case.world.desk(done), case.request, "Demonstration: agreed the day of arrival.")
    if random.random() < 0.08:
        return  # nobody has entered the bill yet
    # Some weeks until they travel, the stay, and a few days until the bill is there.
    billed = case.at_work(at + timedelta(days=random.randrange(28, 75)), 60)
    yield billed
    billing.enter(case.world.desk(billed), random, case.request)


def _decline(case: Case, at: datetime, id_: int) -> None:
    reason = case.random.choices(
        ["price", "elsewhere", "time", "health", "plan", "other"], [9, 4, 4, 3, 2, 1]
    )
    quotes.decline(
        case.world.patient(at),
        _revision(id_),
        reason=reason[0],
        words=None,
        agreed_to=AGREED,
        language=case.asking.language,
        network=NETWORK,
        pdf_sha256=None,
    )


def _draft(case: Case, act: Act, *, revised: bool) -> QuoteDraft:
    """Prepare a quote as a coordinator does: choose prices, adjust, offer another plan or something to take."""
    random, drafts = case.random, quotes.drafts
    request = case.request
    draft = drafts.begin(act, request)
    lists = quotes.plans.offered(request, act.now)
    same = lists.same or lists.in_force is None
    prices: Prices | None = None if same else ("keep" if random.random() < 0.7 else "again")
    wanted = answers.longer(case.slug, case.given) if revised else None
    dice = random.random()
    adjustments = _adjustments(case, request, dice) if not revised else None
    options = None
    if not revised and random.random() < 0.12:
        net = _part(request, Decimal("0.006"))
        options = [Option(net, "Printed records, bound, sent home")]
    draft = drafts.change(
        act,
        draft,
        save=draft.save,
        answers=wanted,
        prices=prices,
        adjustments=adjustments,
        options=options,
    )
    if not revised and random.random() < 0.12:
        draft = drafts.add_plan(act, draft, save=draft.save)
        draft = drafts.change(
            act, draft, save=draft.save, plan="B", answers=answers.other(random, case.slug, case.given)
        )
    return draft


def _adjustments(case: Case, request: PatientRequest, dice: float) -> list[Adjustment]:
    if dice < 0.22:
        amount = -_part(request, Decimal(case.random.choice(["0.01", "0.02", "0.03"])))
        return [Adjustment(amount, "Reduction", "Demonstration: second stay with us.", told=False)]
    if dice < 0.3:
        amount = _part(request, Decimal("0.015"))
        return [
            Adjustment(amount, "Lifting aid in the room", "Demonstration: asked for by the ward.", told=True)
        ]
    if dice < 0.35:
        amount = -_part(request, Decimal("0.09"))
        return [Adjustment(amount, "Reduction", "Demonstration: hardship, agreed with the head.", told=False)]
    return []


def _part(request: PatientRequest, share: Decimal) -> Decimal:
    """Return a part of what a request came to, without small change."""
    whole = Decimal(10) if decimals(MINOR_UNIT[request.currency]) else Decimal(1000)
    return (
        max((Decimal(request.total) * share / whole).quantize(Decimal(1), ROUND_HALF_EVEN), Decimal(1))
        * whole
    )


def _estimate(act: Act, slug: str, given: Mapping[str, str | bool], language: str) -> Estimate | None:
    """Make an estimate with the list in force; None if that refuses these answers."""
    try:
        version = price_lists.in_force(slug, act.now)
        token = estimates.make(act, version, given, language=language, submission="", demonstration=True)
    except (LookupError, pricing.BadAnswers):
        return None
    return estimates.find(act, token)


def _request(
    world: World, at: datetime, estimate: Estimate, asking: Asking, random: Random
) -> PatientRequest:
    entered = random.random() < 0.2
    table = price_lists.parsed(estimate.table_version)
    wanted = consents.asked(reader(asking.language), table.provider.name)
    asked = requests.Asked(
        person=asking.person,
        country=asking.country,
        language=asking.language,
        for_whom=asking.for_whom,
        planned_month=_month(at + timedelta(days=random.randrange(40, 160)))
        if random.random() < 0.8
        else None,
        consents=[wanted[purpose] for purpose in consents.needed(asking.for_whom)],
        answer_by="email" if random.random() < 0.5 else None,
    )
    request = requests.ask(
        world.desk(at) if entered else world.patient(at),
        estimate,
        asked,
        origin="staff" if entered else "page",
        submission="",
        demonstration=True,
    )
    _untold(request)
    return request


def _question(
    world: World, at: datetime, estimate: Estimate, asking: Asking, random: Random
) -> PatientRequest:
    table = price_lists.parsed(estimate.table_version)
    request = requests.ask_first(
        world.patient(at),
        estimate,
        random.choice(asking.speaking.questions),
        email=asking.person.email,
        phone=None,
        language=asking.language,
        consent=consents.for_question(reader(asking.language), table.provider.name),
        submission="",
        demonstration=True,
    )
    _untold(request)
    return request


def _assign(act: Act, request: PatientRequest) -> None:
    number = int(act.actor.partition(":")[2])
    if request.assignee_id != number:
        requests.assign(act, request, number, changes=request.changes)
    elif request.state == "new":
        requests.move(act, request, "in_work")


def _untold(request: PatientRequest) -> None:
    """Let no mail tell the desk of it."""
    request.untold_since = None
    db.session.flush()


def _message(case: Case, code: str) -> str:
    """Return a message that the desk often sends, in the language of whoever asks."""
    message = case.world.clinic.messages.get(code)
    text = "" if message is None else message.texts.get(case.asking.language) or message.texts.get("en", "")
    return (
        text.replace("{name}", case.asking.person.full_name).replace("{reference}", case.request.reference)
        or "Demonstration: an answer of the desk."
    )


def _wanted(random: Random) -> tuple[str, answers.Given]:
    slugs = list(answers.WANTED)
    slug = random.choices(slugs, [answers.WANTED[each][0] for each in slugs])[0]
    return slug, answers.WANTED[slug][1](random)


def _draft_of(case: Case) -> QuoteDraft:
    found = quotes.drafts.for_request(case.request)
    assert found is not None
    return found


def _revision(id_: int) -> QuoteRevision:
    return db.session.get_one(QuoteRevision, id_)


def _month(moment: datetime) -> str:
    return f"{moment:%Y-%m}"
