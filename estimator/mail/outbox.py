"""The outbox: mail is put here in the transaction that causes it, claimed by a worker, and never lost.

The row is the record of a mail; the queue only wakes a worker, once the row is committed. A worker claims a row for a
lease (`leases`); if the worker dies, another one claims it. So every mail is sent at least once, and a second time only
if a worker died between the server's acceptance and our commit; then with the same Message-ID, and the row says so.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, update
from sqlalchemy import delete as sql_delete
from sqlalchemy.orm import aliased

from estimator import jobs, keys, leases
from estimator.act import Act
from estimator.db import advisory_lock, changed_rows, db, insert_if_absent
from estimator.mail import addresses, holding
from estimator.models import Mail

FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=1)
LEAST_ATTEMPTS = 5
"""Minimum number of attempts before a mail is given up, even if a clock jumped ahead."""

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

ANYBODYS = frozenset({"estimate", "request_code", "request_received"})
"""Templates of mail that anybody may cause, to any address, so that it is limited for the whole installation.

What they caused never counts towards the limits of other mail: nobody can keep the clinic from writing to a patient.
"""

COUNTED_ALONE = frozenset({"request_code"})
"""Templates of such mail that are counted by themselves for an address: no other mail keeps somebody from a code."""

PROMPT = frozenset(
    {"quote_code", "quote_issued", "quote_receipt", "staff_invitation", "staff_notice", "staff_reset"}
)
"""Templates of mail that somebody waits for.

Who has no quote and no account, and has not shown that a mailbox is theirs, can cause none of it, but for a few links
to a new password to an account that there is.
"""

TO_WHOEVER_ASKED = frozenset(
    {
        *("request_received", "request_answer", "request_code"),
        *("quote_issued", "quote_code", "quote_receipt", "quote_reminder"),
    }
)
"""Templates of mail to the one person that its record is of, whatever their address is by then."""

OF_SEVERAL_THINGS = frozenset({"quote_decided", "quote_receipt", "staff_approval", "staff_notice"})
"""Templates of mail about a record that says one of several things, which one stands in its options."""

NO_LIMIT = 1_000_000

_GIVEN_UP = (Mail.state == "failed", Mail.address.is_not(None), Mail.about != "")
"""What holds for mail that was given up and whose address is not forgotten yet."""

_LATER = aliased(Mail)

_REPLACED = exists().where(
    _LATER.about == Mail.about,
    _LATER.template == Mail.template,
    _LATER.id > Mail.id,
    or_(Mail.template.in_(TO_WHOEVER_ASKED), _LATER.address_lookup == Mail.address_lookup),
    or_(Mail.template.not_in(OF_SEVERAL_THINGS), _LATER.options == Mail.options),
)
"""The condition that a later mail of the same kind about the same record stands in the place of a mail.

If that one fails as well, it is the one to do something about. Mail that goes to several people is replaced for each
of them by itself.
"""

_WAITS_FOR_SOMEBODY = (*_GIVEN_UP, ~_REPLACED, Mail.set_aside_at.is_(None))
"""What holds for mail that was given up and about which nobody has done anything yet."""

_LEASED = leases.Leased(
    Mail, due_at=Mail.due_at, longest_delay=LONGEST_DELAY, free=(("handed_over_at", None),)
)


OVERTAKEN = "It was withdrawn, replaced or decided before the mail went out. Nothing was sent."
"""What is recorded of a mail whose subject was over before it was sent; by it, it is known later."""


class TooMany(Exception):
    """A limit of mails is reached; `what` says whose: "address" or "record" in 24 hours, "installation" in one."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(what)


@dataclass(frozen=True)
class Limits:
    """Maximum number of mails to an address, and about a record, in 24 hours; unlimited by default."""

    per_address: int = NO_LIMIT
    per_record: int = NO_LIMIT


UNLIMITED = Limits()
"""For mail that is limited elsewhere, or that must go out however much other mail was sent that day."""


@dataclass(frozen=True)
class Message:
    """A mail to be put into the outbox: which template, about which record, to whom, in which language."""

    template: str
    about: str
    address: str
    language: str
    #: random name of what caused it: the idempotency key, so that the same cause gives one mail
    submission: str
    #: what the template is told besides the record
    options: Mapping[str, str | bool] = field(default_factory=dict)
    #: None: those of the settings
    limits: Limits | None = None


@dataclass(frozen=True)
class Claimed:
    """A mail that this process has claimed for a lease, as it was at that moment."""

    id: int
    lease: str
    name: str
    template: str
    about: str
    language: str
    options: Mapping[str, str | bool]
    address: bytes | None
    created_at: datetime
    attempts: int


def put(act: Act, message: Message) -> Mail:
    """Put a mail into the outbox; idempotent for the same submission.

    Raises TooMany if the address or the record has reached its limit of the last 24 hours, for which mail that anybody
    may cause is counted together, but for COUNTED_ALONE, and each other template by itself; or if the installation has
    reached that of an hour. The caller must then roll back, which removes the row.
    """
    template, about = message.template, message.about
    lookup = lookup_of(act, message.address)
    name = secrets.token_hex(16)
    named = hashlib.sha256("\x00".join((message.submission, template, about, lookup)).encode()).hexdigest()
    advisory_lock(f"mail to {lookup}")
    advisory_lock(f"mail about {about}")
    row = {
        "name": name,
        "template": template,
        "about": about,
        "language": message.language,
        "options": json.dumps(dict(message.options), sort_keys=True),
        "submission": named,
        "address": act.settings.data_keys.seal(message.address, Mail.__tablename__, "address", name),
        "address_lookup": lookup,
        "state": "waiting",
        "created_at": act.now,
        "due_at": act.now,
        "attempts": 0,
        "perhaps_twice": False,
    }
    added = insert_if_absent(Mail, row)
    mail = db.session.scalars(select(Mail).filter_by(submission=named)).one()
    if added:
        limits = _limits(act, message)
        of_anybody = ANYBODYS - COUNTED_ALONE
        together = Mail.template.in_(of_anybody if template in of_anybody else {template})
        # Counted after the insert: no other transaction can add one until this one ends.
        if _since(act.now, Mail.about == about, together) > limits.per_record:
            raise TooMany("record")
        if _since(act.now, Mail.address_lookup == lookup, together) > limits.per_address:
            raise TooMany("address")
        is_limited = template in ANYBODYS and message.limits != UNLIMITED
        if is_limited and sent_this_hour(act.now) > act.settings.mails_per_hour:
            raise TooMany("installation")
        jobs.enqueue(kind_of(template), mail.id)
    return mail


def sent_this_hour(now: datetime) -> int:
    """Return how many mails that anybody may cause were put into the outbox in the last hour, sent or not."""
    counted = select(func.count()).select_from(Mail)
    return db.session.scalar(counted.where(Mail.created_at > now - HOUR, Mail.template.in_(ANYBODYS))) or 0


def put_since(since: datetime, template: str, *, about: str | None = None, lookup: str | None = None) -> int:
    """Return how many mails of a template, about one record if that is given, were put into the outbox since a moment.

    `lookup` counts those to one address, by `lookup_of`. Whatever became of them: what was cancelled counts as well,
    but is about no record any more.
    """
    found = select(func.count()).select_from(Mail).where(Mail.template == template, Mail.created_at > since)
    if about is not None:
        found = found.where(Mail.about == about)
    if lookup is not None:
        found = found.where(Mail.address_lookup == lookup)
    return db.session.scalar(found) or 0


def lookup_of(act: Act, address: str) -> str:
    """Return the HMAC by which mails to an address are counted."""
    return keys.lookup(act.settings.lookup_key, "address", addresses.counted(address))


def reached(act: Act) -> int | None:
    """Return the limit of such mail in an hour once it is reached, for the desk to be told; None before."""
    return act.settings.mails_per_hour if sent_this_hour(act.now) >= act.settings.mails_per_hour else None


def kind_of(template: str) -> str:
    """Return the kind of job that a mail is: what somebody waits for has a lane of its own."""
    return "prompt_mail" if template in PROMPT else "mail"


def _limits(act: Act, message: Message) -> Limits:
    if message.limits is not None:
        return message.limits
    return Limits(per_address=act.settings.mails_per_address, per_record=act.settings.mails_per_estimate)


def claim(act: Act, mail_id: int) -> Claimed | None:
    """Claim a mail for a lease; None if it is not due, held, or another worker's. The caller commits at once."""
    if holding.held_since() is not None:
        return None
    lease = _LEASED.claim(
        mail_id,
        now=act.now,
        lease=timedelta(seconds=act.settings.lease_seconds),
        perhaps_twice=or_(Mail.perhaps_twice, Mail.handed_over_at.is_not(None)),
        handed_over_at=None,
    )
    if lease is None:
        return None
    row = db.session.execute(
        select(
            Mail.name,
            Mail.template,
            Mail.about,
            Mail.language,
            Mail.options,
            Mail.address,
            Mail.created_at,
            Mail.attempts,
        ).filter_by(id=mail_id, lease=lease)
    ).one()
    return Claimed(id=mail_id, lease=lease, **{**row._mapping, "options": json.loads(row.options)})


def due(act: Act, *, within: timedelta, most: int, prompt: bool = False) -> list[tuple[int, timedelta]]:
    """Return the mails that are due or will be soon, the longest due first, with how long each still waits.

    They are those that somebody waits for (`prompt`), or all others.
    """
    at = func.coalesce(Mail.leased_until, Mail.due_at)
    rows = db.session.execute(
        select(Mail.id, Mail.state, Mail.due_at, Mail.leased_until)
        .where(
            _LEASED.is_due(act.now, timedelta(seconds=act.settings.lease_seconds), within),
            Mail.template.in_(PROMPT) if prompt else Mail.template.not_in(PROMPT),
            ~holding.is_held(),
        )
        .order_by(at)
        .limit(most)
    )
    found = []
    for row in rows:
        moment = row.leased_until if row.state == "working" else row.due_at
        found.append((row.id, leases.wait_until(moment, act.now, within)))
    return found


def handing_over(act: Act, mail: Claimed) -> None:
    """Record that the server is about to take a mail, and renew the lease. The caller commits before the server does.

    Raises leases.LostLease.
    """
    _LEASED.renew(
        mail.id, mail.lease, act.now + timedelta(seconds=act.settings.lease_seconds), handed_over_at=act.now
    )


def sent(act: Act, mail: Claimed, *, words: str) -> None:
    """Record that the server took a mail; raises leases.LostLease. Safe to retry until it is committed."""
    _LEASED.end(mail.id, mail.lease, state="sent", words=words, ended_at=act.now)


def later(
    act: Act, mail: Claimed, *, words: str, perhaps_sent: bool = False, wait: timedelta | None = None
) -> timedelta | None:
    """Schedule a retry of a mail that could not be sent now; return the delay, `wait` if that is given.

    It is None if the mail is given up, because that has gone on for too long. Raises leases.LostLease.
    """
    twice = {"perhaps_twice": True} if perhaps_sent else {}
    long_enough = act.now - mail.created_at >= timedelta(hours=act.settings.mail_give_up_hours)
    if mail.attempts >= LEAST_ATTEMPTS and long_enough:
        _LEASED.end(mail.id, mail.lease, state="failed", words=words, ended_at=act.now, **twice)
        return None
    wait = delay_after(mail.attempts) if wait is None else wait
    _LEASED.end(mail.id, mail.lease, state="waiting", words=words, due_at=act.now + wait, **twice)
    jobs.enqueue(kind_of(mail.template), mail.id, after=wait)
    return wait


def failed(act: Act, mail: Claimed, *, words: str) -> None:
    """Mark a mail as failed for good; raises leases.LostLease."""
    _LEASED.end(mail.id, mail.lease, state="failed", words=words, ended_at=act.now)


def overtaken(act: Act, mail: Claimed) -> None:
    """Mark a mail as not sent because its subject was over: it waits for nobody; raises leases.LostLease."""
    done = {"state": "failed", "words": OVERTAKEN, "ended_at": act.now, "set_aside_at": act.now}
    _LEASED.end(mail.id, mail.lease, **done)


def was_overtaken(mail: Mail) -> bool:
    """Whether a mail was not sent because its subject was over, and so was left by nobody."""
    return mail.state == "failed" and mail.words == OVERTAKEN


def again(mail_id: int, now: datetime) -> bool:
    """Make a failed mail due again, as if it had not been tried yet; False if that is not possible.

    It is not if the address is erased, if a later mail stands in its place, or if somebody else was faster. The mail
    keeps its Message-ID.
    """
    anew = {"state": "waiting", "due_at": now, "attempts": 0, "words": None, "ended_at": None}
    put_back = changed_rows(
        update(Mail)
        .where(Mail.id == mail_id, *_GIVEN_UP, ~_REPLACED)
        .values(**anew, set_aside_at=None, **_LEASED.freed())
    )
    if put_back == 1:
        jobs.enqueue(kind_of(db.session.scalars(select(Mail.template).filter_by(id=mail_id)).one()), mail_id)
    return put_back == 1


def set_aside(mail_id: int, now: datetime) -> bool:
    """Leave a mail that was given up as it is, so that it waits for nobody; False if it does not wait.

    It can be sent again all the same.
    """
    left = update(Mail).where(Mail.id == mail_id, *_WAITS_FOR_SOMEBODY).values(set_aside_at=now)
    return changed_rows(left) == 1


def replaced(ids: Collection[int]) -> Collection[int]:
    """Return the numbers, of those of some mails, in whose place a later mail stands."""
    return set(db.session.scalars(select(Mail.id).where(Mail.id.in_(ids), _REPLACED)))


def is_on_its_way(act: Act, template: str, about: str, address: str) -> bool:
    """Whether a mail of a template about a record waits to be sent to an address, or is being sent."""
    found = select(Mail.id).where(
        Mail.template == template,
        Mail.about == about,
        Mail.address_lookup == lookup_of(act, address),
        Mail.state.in_(holding.UNSENT),
    )
    return db.session.scalar(found.limit(1)) is not None


def stop(act: Act, about: str, address: str, *, words: str) -> int:
    """Give up what waits to be sent about a record to an address, and say why; return how many.

    A mail that the server is taking at this moment still goes out.
    """
    waits = Mail.about == about, Mail.address_lookup == lookup_of(act, address), Mail.state == "waiting"
    return changed_rows(
        update(Mail).where(*waits).values(state="failed", words=words, ended_at=act.now, **_LEASED.freed())
    )


def delay_after(attempts: int) -> timedelta:
    """Return how long a mail waits after a number of attempts: exponential backoff, an hour at most."""
    doubled: int = 2 ** min(attempts - 1, 10)
    return min(FIRST_DELAY * doubled, LONGEST_DELAY)


def mails_about(*about: str) -> Sequence[Mail]:
    """Return the mails about records, the newest first."""
    return db.session.scalars(select(Mail).where(Mail.about.in_(about)).order_by(Mail.id.desc())).all()


def waiting(about: str) -> Sequence[int]:
    """Return the numbers of the mails about a record that wait to be sent, the oldest first."""
    return db.session.scalars(select(Mail.id).filter_by(about=about, state="waiting").order_by(Mail.id)).all()


def make_due(about: str, template: str, now: datetime) -> None:
    """Make the waiting mails of a template about a record due: what they waited for is there."""
    waits = (Mail.about == about, Mail.template == template, Mail.state == "waiting", Mail.due_at > now)
    changed_rows(update(Mail).where(*waits).values(due_at=now))


def failed_count(most: int) -> int:
    """Return how many mails that were given up wait for somebody to do something; it counts at most `most`."""
    some = select(Mail.id).where(*_WAITS_FOR_SOMEBODY).limit(most).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def page(
    states: Sequence[str],
    before: int | None,
    most: int,
    *,
    again: bool = False,
    among: ColumnElement[bool] | None = None,
) -> Sequence[Mail]:
    """Return at most `most` mails in some states (all if none is named), the newest first, from a number on back.

    Of mail whose record is gone nothing is left that could be shown. `again` leaves those that were given
    up and wait for somebody, `among` those of a search.
    """
    wanted = select(Mail).where(Mail.about != "").order_by(Mail.id.desc()).limit(most)
    if again:
        wanted = wanted.where(*_WAITS_FOR_SOMEBODY)
    if among is not None:
        wanted = wanted.where(among)
    if before is not None:
        wanted = wanted.where(Mail.id < before)
    if len(states) == 1:
        wanted = wanted.where(Mail.state == states[0])
    elif states:
        wanted = wanted.where(Mail.state.in_(states))
    return db.session.scalars(wanted).all()


def address_of(mail: Mail | Claimed, keyring: keys.Keyring) -> str | None:
    """Return the address of a mail; None once it is erased. Raises keys.Unreadable."""
    if mail.address is None:
        return None
    return keyring.open(mail.address, Mail.__tablename__, "address", mail.name)


def drop(about: str | Select[Any], *, but: Collection[str] = ()) -> None:
    """Cancel every mail about a record, or about those that a query names, and erase what it says.

    A mail that the server is taking at this moment still goes out. The emptied rows count towards the limits of
    their addresses for the rest of the day, or else deleting would get around them; `clear_away` removes them.
    Mail of the templates in `but` stays.
    """
    which = Mail.about == about if isinstance(about, str) else Mail.about.in_(about)
    emptied = {"about": "", "address": None, "options": "{}", "words": None, "state": "failed"}
    changed_rows(update(Mail).where(which, Mail.template.not_in(but)).values(**emptied, **_LEASED.freed()))


def clear_away(now: datetime) -> int:
    """Remove the emptied rows of cancelled mail that no limit counts any more; return their number."""
    return changed_rows(sql_delete(Mail).where(Mail.about == "", Mail.created_at <= now - DAY))


def forget_addresses(act: Act) -> int:
    """Erase the address of every mail that ended more than `kept_days` ago; return how many."""
    return changed_rows(
        update(Mail)
        .where(
            Mail.ended_at <= act.now - timedelta(days=act.settings.addresses_kept_days),
            Mail.address_lookup.is_not(None),
        )
        .values(address=None, address_lookup=None)
    )


def _since(now: datetime, *which: ColumnElement[bool]) -> int:
    # A row from the future counts: the clock was set back, and the day is not over.
    counted = select(func.count()).select_from(Mail).where(*which, Mail.created_at > now - DAY)
    return db.session.scalar(counted) or 0
