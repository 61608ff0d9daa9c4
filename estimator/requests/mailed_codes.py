"""Codes by mail: six digits by which a patient shows that the mailbox of their request is theirs.

A code can be typed in the browser that asked for it, once, for ten minutes and five tries; of those that it asked for
the newest counts. What somebody else asks for or types in another browser, with the same link, changes nothing of that.
What is stored is its HMAC, and, while the mail with it may still have to be written, the code itself, sealed.

Codes are counted for the network that asks, and in all. Who asks from a network in which a code of the request was
typed right before has a share of their own, however many others asked for.

Anybody can make a request in the name of somebody else's mailbox. So its codes are mail that anybody may cause, until
there is a quote or a code was typed right once; after that no other mail keeps somebody from their code. Before, they
are counted for the mailbox, by themselves, and the first code for another network is sent beyond that number.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, not_, or_, select, update
from sqlalchemy import delete as sql_delete

from estimator import keys
from estimator.act import Act
from estimator.db import advisory_lock, changed_rows, db
from estimator.i18n import folded_digits
from estimator.mail import addresses, outbox
from estimator.models import Mail, PatientRequest, Quote, QuoteCode, RequestEvent
from estimator.requests.events import Erased, add_event, lock

DIGITS = 6
MINUTES = 10
GOOD_FOR = timedelta(minutes=MINUTES)
TRIES = 5
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MOST_FROM_A_NETWORK = {HOUR: 5, DAY: 10}
"""Maximum number of codes of a request for one network; of those that anybody may cause, of a mailbox."""

MOST_IN_ALL = {HOUR: 12, DAY: 60}
"""Maximum number of codes of a request for all networks in which none of them was typed right yet.

With the tries of each, 300 guesses a day at one in a million: without the mailbox, one quote in 3,300 days.
"""

FIRST_ONES = 3
"""How many times as many codes an address gets in a day as others, if each further one is the first of its network."""

KNOWN = timedelta(days=30)
"""Time for which it is remembered that a code was typed right that a network had asked for."""

JUST_NOW = timedelta(seconds=30)
"""Time within which a code that was not tried yet is not sent again: a button was pressed twice."""

AHEAD = timedelta(minutes=5)
"""Tolerance for codes from the future; one further ahead is invalid: the clock was set back."""


CONFIRMED = "confirmed"
"""The kind of event for the first right code of a request that has no quote: its mailbox is that of who asked."""


OTHERS = "codes_used_up"
"""The kind of event for codes that nobody gets any more, because several networks asked for so many."""


class Asker(NamedTuple):
    """Who asks for a code or types one: the random name of a browser, and the network that it is in."""

    browser: str
    network: str


class NoAddress(Exception):
    """The request has no mail address, or its person was erased."""


class TooMany(Exception):
    """A limit of codes is reached; `wait` is the time until another one may be sent.

    `by_others` says that it is the one of all networks together, so that the desk should be told (`used_up`).
    """

    def __init__(self, wait: timedelta, *, by_others: bool = False) -> None:
        self.wait = wait
        self.by_others = by_others
        super().__init__(f"no code for {wait}")


def address_of(request: PatientRequest, keyring: keys.Keyring) -> str | None:
    """Return the address that codes of a request go to; raises keys.Unreadable."""
    if request.email is None:
        return None
    return keyring.open(request.email, PatientRequest.__tablename__, "email", request.name)


def send(act: Act, request: PatientRequest, asker: Asker) -> tuple[QuoteCode, int | None]:
    """Make a code and put a mail with it into the outbox; return the code and the number of its mail.

    If one was sent just now, return that one and None. Every earlier code of the same browser stops working.
    Raises NoAddress, TooMany, keys.Unreadable; and outbox.TooMany if the code is one that anybody may cause, and the
    address has reached its limit of the day.
    """
    # The address is read under the lock: somebody who is erased at this moment gets no code.
    try:
        lock(request)
    except Erased:
        raise NoAddress from None
    address = address_of(request, act.settings.data_keys)
    if address is None:
        raise NoAddress
    advisory_lock(f"codes of {request.reference}")
    newest = _newest(request, asker, act.now)
    if newest is not None and newest.tries == 0 and newest.created_at > act.now - JUST_NOW:
        return newest, None
    asked_from = keys.lookup(
        act.settings.lookup_key, "codes asked for", f"{addresses.counted(address)} {asker.network}"
    )
    _check_limits(act, request, asked_from)
    limits = _limits_of_mail(act, request, asked_from)
    blanked = update(QuoteCode).where(QuoteCode.request_id == request.id, QuoteCode.browser == asker.browser)
    changed_rows(blanked.values(code=None))
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    name = secrets.token_hex(16)
    code = QuoteCode(
        name=name,
        request_id=request.id,
        code=act.settings.data_keys.seal(digits, QuoteCode.__tablename__, "code", name),
        code_hash=_hash(name, digits, act.settings.lookup_key),
        browser=asker.browser,
        asked_from=asked_from,
        until=act.now + GOOD_FOR,
        tries=0,
        created_at=act.now,
    )
    db.session.add(code)
    db.session.flush()
    mail = _put(act, request, code, address, limits)
    return code, mail.id


def is_anybodys(request: PatientRequest) -> bool:
    """Whether anybody may have caused a request, so that its codes count towards the limits of such mail.

    Not if the desk entered it or issued a quote for it, nor once a code of it was typed right.
    """
    if request.origin == "staff":
        return False
    quoted = select(Quote.id).filter_by(request_id=request.id)
    confirmed = select(RequestEvent.id).filter_by(request_id=request.id, kind=CONFIRMED).limit(1)
    return db.session.scalar(quoted) is None and db.session.scalar(confirmed) is None


def check(act: Act, request: PatientRequest, asker: Asker, typed: str) -> bool:
    """Whether `typed` is the newest code that a browser asked for; the caller commits in any case, so the try counts.

    Digits of any script, with spaces or hyphens between them, are accepted. A right code is used up by it.
    """
    lock(request, erased_too=True)  # in the order in which erasing locks; of somebody erased there is no code
    newest = _newest(request, asker, act.now)
    if newest is None:
        return False
    # The try is counted before the code is compared, and only if there is one left at this moment.
    counted = update(QuoteCode).where(
        QuoteCode.id == newest.id, QuoteCode.used_at.is_(None), QuoteCode.tries < TRIES
    )
    if changed_rows(counted.values(tries=QuoteCode.tries + 1)) != 1:
        return False
    hashed = _hash(newest.name, _meant(typed), act.settings.lookup_key)
    if not secrets.compare_digest(newest.code_hash, hashed):
        return False
    used = update(QuoteCode).where(QuoteCode.id == newest.id, QuoteCode.used_at.is_(None))
    right = changed_rows(used.values(used_at=act.now, code=None)) == 1
    if right and is_anybodys(request):
        add_event(act, request, CONFIRMED)
    return right


def used_up(act: Act, request: PatientRequest) -> bool:
    """Record once a day that others have asked for so many codes that there is none; return whether it was recorded."""
    lock(request)
    earlier = select(RequestEvent.id).where(
        RequestEvent.request_id == request.id, RequestEvent.kind == OTHERS, RequestEvent.at > act.now - DAY
    )
    if db.session.scalar(earlier.limit(1)) is not None:
        return False
    add_event(act, request, OTHERS)
    return True


def is_code(typed: str) -> bool:
    """Whether `typed` can be a code at all: six digits of any script, with spaces or hyphens between them."""
    return re.fullmatch(rf"[0-9]{{{DIGITS}}}", _meant(typed)) is not None


def _meant(typed: str) -> str:
    return "".join(letter for letter in folded_digits(typed) if not letter.isspace() and letter not in "-–.")


def waiting(request: PatientRequest, asker: Asker, now: datetime) -> QuoteCode | None:
    """Return the code that a browser can type now; None if there is none, or its tries are over."""
    newest = _newest(request, asker, now)
    return None if newest is None or newest.tries >= TRIES else newest


def digits_of(act: Act, code: QuoteCode) -> str | None:
    """Return a code for the mail that is being written; None once it is used or over. Raises keys.Unreadable."""
    if code.code is None or not _is_good(code, act.now):
        return None
    return act.settings.data_keys.open(code.code, QuoteCode.__tablename__, "code", code.name)


def end(request: PatientRequest) -> None:
    """End every code of a request, and forget that there were any: its address or its link is another one now."""
    changed_rows(sql_delete(QuoteCode).where(QuoteCode.request_id == request.id))


class Over(NamedTuple):
    """How many codes were over and blanked, and how many were removed, because no limit counts them any more."""

    blanked: int
    removed: int


def forget(now: datetime) -> Over:
    """Blank every expired code, and remove those that no limit counts any more; return both numbers."""
    over = or_(QuoteCode.until <= now, QuoteCode.created_at > now + AHEAD)
    blanked = changed_rows(update(QuoteCode).where(over, QuoteCode.code.is_not(None)).values(code=None))
    was_right = QuoteCode.used_at.is_not(None)
    counts_no_more = or_(
        QuoteCode.created_at <= now - KNOWN, and_(QuoteCode.created_at <= now - DAY, not_(was_right))
    )
    return Over(blanked, changed_rows(sql_delete(QuoteCode).where(counts_no_more)))


def _newest(request: PatientRequest, asker: Asker, now: datetime) -> QuoteCode | None:
    """Return the newest code that a browser asked for, if it is neither used nor over."""
    newest = db.session.scalar(
        select(QuoteCode)
        .filter_by(request_id=request.id, browser=asker.browser)
        .order_by(QuoteCode.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return newest if newest is not None and newest.used_at is None and _is_good(newest, now) else None


def _is_good(code: QuoteCode, now: datetime) -> bool:
    return code.created_at - AHEAD <= now < code.until


def _limits_of_mail(act: Act, request: PatientRequest, asked_from: str) -> outbox.Limits:
    if not is_anybodys(request):
        # The codes of a request are counted here; no other mail may use up what keeps somebody from their quote.
        return outbox.UNLIMITED
    is_first = _wait(act.now, {DAY: 1}, QuoteCode.asked_from == asked_from) is None
    return outbox.Limits(per_address=act.settings.mails_per_address * (FIRST_ONES if is_first else 1))


def _put(act: Act, request: PatientRequest, code: QuoteCode, address: str, limits: outbox.Limits) -> Mail:
    """Put the mail with a code into the outbox. Raises TooMany for an hour, and outbox.TooMany for an address."""
    message = outbox.Message(
        "quote_code" if limits is outbox.UNLIMITED else "request_code",
        about=request.reference,
        address=address,
        language=request.language,
        options={"code": str(code.id)},
        submission=code.name,
        limits=limits,
    )
    try:
        return outbox.put(act, message)
    except outbox.TooMany as too_many:
        if too_many.what == "installation":
            raise TooMany(outbox.HOUR) from None
        raise


def _check_limits(act: Act, request: PatientRequest, asked_from: str) -> None:
    of_request, from_here = QuoteCode.request_id == request.id, QuoteCode.asked_from == asked_from
    # What anybody may cause is counted for the mailbox, or else each request in its name would bring more.
    mine = (from_here,) if is_anybodys(request) else (from_here, of_request)
    wait = _wait(act.now, MOST_FROM_A_NETWORK, *mine)
    if wait is not None:
        raise TooMany(wait)
    typed_right = select(QuoteCode.id).where(of_request, from_here, QuoteCode.used_at.is_not(None)).limit(1)
    if db.session.scalar(typed_right) is None:
        wait = _wait(act.now, MOST_IN_ALL, of_request)
        if wait is not None:
            raise TooMany(wait, by_others=True)


def _wait(now: datetime, limits: Mapping[timedelta, int], *which: ColumnElement[bool]) -> timedelta | None:
    """Return how long to wait until one more code is within limits of some spans; None if it is now."""
    for span, most in limits.items():
        # A code from the future counts towards the limit: the clock was set back.
        newest = (
            select(QuoteCode.created_at)
            .where(*which, QuoteCode.created_at > now - span)
            .order_by(QuoteCode.created_at.desc())
            .limit(most)
        )
        made = db.session.scalars(newest).all()
        if len(made) == most:
            return min(max(made[-1] + span - now, timedelta(seconds=1)), span)
    return None


def _hash(name: str, digits: str, lookup_key: str) -> str:
    return keys.lookup(lookup_key, "quote code", f"{name}:{digits}")
