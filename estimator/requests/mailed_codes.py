"""Codes by mail: six digits by which a patient shows that the mailbox of their request is theirs.

Only the newest code of a request counts, once, for ten minutes and five tries. What is stored is its HMAC, and,
while the mail with it may still have to be written, the code itself, sealed.

Anybody can make a request in the name of somebody else's mailbox. So its codes are mail that anybody may cause, until
there is a quote or a code was typed right once; after that no other mail keeps somebody from their code.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete as sql_delete
from sqlalchemy import func, or_, select, update

from estimator import keys
from estimator.act import Act
from estimator.db import advisory_lock, changed_rows, db
from estimator.i18n import folded_digits
from estimator.mail import outbox
from estimator.models import Mail, PatientRequest, Quote, QuoteCode, RequestEvent
from estimator.requests.events import Erased, add_event, lock

DIGITS = 6
MINUTES = 10
GOOD_FOR = timedelta(minutes=MINUTES)
TRIES = 5
HOUR = timedelta(hours=1)
MOST_AN_HOUR = 5
DAY = timedelta(days=1)
MOST_A_DAY = 20
"""Maximum number of codes in a day: with the tries of each, guessing without the mailbox takes years."""

JUST_NOW = timedelta(seconds=30)
"""Time within which a code that was not tried yet is not sent again: a button was pressed twice."""

AHEAD = timedelta(minutes=5)
"""Tolerance for codes from the future; one further ahead is invalid: the clock was set back."""


CONFIRMED = "confirmed"
"""The kind of event for the first right code of a request that has no quote: its mailbox is that of who asked."""


class NoAddress(Exception):
    """The request has no mail address, or its person was erased."""


class TooMany(Exception):
    """The limit of codes is reached; `wait` is the time until another one may be sent."""

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait
        super().__init__(f"no code for {wait}")


def address_of(request: PatientRequest, keyring: keys.Keyring) -> str | None:
    """Return the address that codes of a request go to; raises keys.Unreadable."""
    if request.email is None:
        return None
    return keyring.open(request.email, PatientRequest.__tablename__, "email", request.name)


def send(act: Act, request: PatientRequest) -> tuple[QuoteCode, int | None]:
    """Make a code and put a mail with it into the outbox; return the code and the number of its mail.

    If one was sent just now, return that one and None. Every earlier code stops working.
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
    newest = _newest(request, act.now)
    if newest is not None and newest.tries == 0 and newest.created_at > act.now - JUST_NOW:
        return newest, None
    _check_limits(request, act.now)
    blanked = update(QuoteCode).where(QuoteCode.request_id == request.id).values(code=None)
    changed_rows(blanked)
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    name = secrets.token_hex(16)
    code = QuoteCode(
        name=name,
        request_id=request.id,
        code=act.settings.data_keys.seal(digits, QuoteCode.__tablename__, "code", name),
        code_hash=_hash(name, digits, act.settings.lookup_key),
        until=act.now + GOOD_FOR,
        tries=0,
        created_at=act.now,
    )
    db.session.add(code)
    db.session.flush()
    mail = _put(act, request, code, address)
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


def check(act: Act, request: PatientRequest, typed: str) -> bool:
    """Whether `typed` is the newest code of a request; the caller commits in any case, so that the try counts.

    Digits of any script, with spaces or hyphens between them, are accepted. A right code is used up by it.
    """
    lock(request, erased_too=True)  # in the order in which erasing locks; of somebody erased there is no code
    newest = _newest(request, act.now)
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


def is_code(typed: str) -> bool:
    """Whether `typed` can be a code at all: six digits of any script, with spaces or hyphens between them."""
    return re.fullmatch(rf"[0-9]{{{DIGITS}}}", _meant(typed)) is not None


def _meant(typed: str) -> str:
    return "".join(letter for letter in folded_digits(typed) if not letter.isspace() and letter not in "-–.")


def waiting(request: PatientRequest, now: datetime) -> QuoteCode | None:
    """Return the code that can be typed now; None if there is none, or its tries are over."""
    newest = _newest(request, now)
    return None if newest is None or newest.tries >= TRIES else newest


def digits_of(act: Act, code: QuoteCode) -> str | None:
    """Return a code for the mail that is being written; None once it is used or over. Raises keys.Unreadable."""
    if code.code is None or not _is_good(code, act.now):
        return None
    return act.settings.data_keys.open(code.code, QuoteCode.__tablename__, "code", code.name)


def end(request: PatientRequest) -> None:
    """End every code of a request, and forget that there were any: its address is another one from now on."""
    changed_rows(sql_delete(QuoteCode).where(QuoteCode.request_id == request.id))


class Over(NamedTuple):
    """How many codes were over and blanked, and how many were removed, because no limit counts them any more."""

    blanked: int
    removed: int


def forget(now: datetime) -> Over:
    """Blank every expired code, and remove those that no limit counts any more; return both numbers."""
    over = or_(QuoteCode.until <= now, QuoteCode.created_at > now + AHEAD)
    blanked = changed_rows(update(QuoteCode).where(over, QuoteCode.code.is_not(None)).values(code=None))
    return Over(blanked, changed_rows(sql_delete(QuoteCode).where(QuoteCode.created_at <= now - DAY)))


def _newest(request: PatientRequest, now: datetime) -> QuoteCode | None:
    """Return the newest code, if it is neither used nor over."""
    newest = db.session.scalar(
        select(QuoteCode)
        .filter_by(request_id=request.id)
        .order_by(QuoteCode.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return newest if newest is not None and newest.used_at is None and _is_good(newest, now) else None


def _is_good(code: QuoteCode, now: datetime) -> bool:
    return code.created_at - AHEAD <= now < code.until


def _put(act: Act, request: PatientRequest, code: QuoteCode, address: str) -> Mail:
    """Put the mail with a code into the outbox. Raises TooMany for an hour, and outbox.TooMany for an address."""
    anybodys = is_anybodys(request)
    # The codes of a request are counted themselves; no other mail may use up what keeps somebody from their quote.
    limits = outbox.Limits(per_address=act.settings.mails_per_address) if anybodys else outbox.UNLIMITED
    message = outbox.Message(
        "request_code" if anybodys else "quote_code",
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


def _check_limits(request: PatientRequest, now: datetime) -> None:
    for span, most in ((HOUR, MOST_AN_HOUR), (DAY, MOST_A_DAY)):
        # A code from the future counts towards the limit: the clock was set back.
        counted = select(func.count(), func.min(QuoteCode.created_at)).where(
            QuoteCode.request_id == request.id, QuoteCode.created_at > now - span
        )
        count, first = db.session.execute(counted).one()
        if count >= most:
            raise TooMany(min(max(first + span - now, timedelta(seconds=1)), span))


def _hash(name: str, digits: str, lookup_key: str) -> str:
    return keys.lookup(lookup_key, "quote code", f"{name}:{digits}")
