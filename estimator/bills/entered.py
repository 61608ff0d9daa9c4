"""Final bills as the desk enters them: once for a request; a correction is another row, and what stood stays."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, get_args

from sqlalchemy import select

from estimator import audit, keys, price_lists, requests
from estimator.act import Act
from estimator.bills import limits
from estimator.bills.compared import Compared, Line, compared_with, is_expected, takes_off
from estimator.db import db
from estimator.models import Estimate, FinalBill, PatientRequest
from pricing.currencies import MINOR_UNIT
from pricing.given_prices import LARGEST, is_price
from pricing.money import decimals

Reason = Literal[
    "more_nights",
    "fewer_nights",
    "more_sessions",
    "fewer_sessions",
    "complication",
    "other_rehabilitation",
    "other_cells",
    "price_changed",
    "exchange_rate",
    "taken_out",
    "other",
]
"""Why a bill is another than what was expected."""

REASONS: tuple[Reason, ...] = get_args(Reason)

LONGEST_NOTE = 300
LONGEST_LABEL = 100
MOST_ITEMS = 200
"""Maximum number of lines of a bill that neither estimate nor quote has."""

UNUSUAL = 10
"""So many times what was expected, or as small a part of it, a bill is asked about again before it counts."""

TABLE = FinalBill.__tablename__


class AlreadyEntered(Exception):
    """A bill of the request is there already; it can be corrected."""


class OtherCurrency(ValueError):
    """A bill is in another currency than what it is compared with."""


class WrongAmount(ValueError):
    """An amount is not above 0, absurdly large, or no whole number of minor units.

    An item may be 0, and one that takes something off below 0.
    """


class WrongDay(ValueError):
    """A bill is of a day that is still to come, or before its request."""


class ItemsAboveTotal(ValueError):
    """The items of a bill come to more than its total."""


@dataclass(frozen=True)
class Doubt:
    """One reason to ask whether a bill is right as it was typed.

    "far" is the total far from what was expected, "empty" are `count` expected lines of which nothing is said though
    the total is their sum, and "sign" is a line with this `code` that has another sign than was expected.
    """

    about: Literal["far", "empty", "sign"]
    code: str | None = None
    count: int = 0


class Unusual(Exception):
    """A bill is such that somebody has to say that it is right; `doubts` are the reasons."""

    def __init__(self, doubts: Sequence[Doubt]) -> None:
        super().__init__(doubts)
        self.doubts = doubts


@dataclass(frozen=True)
class Item:
    """What was billed for one line; without a `code` it is one that neither estimate nor quote has."""

    amount: Decimal
    code: str | None = None
    label: str = ""


@dataclass(frozen=True)
class Entered:
    """A bill as somebody typed it; `items` are as many as are known, and `summed` says that the total is their sum."""

    total: Decimal
    currency: str
    billed_on: date
    items: Sequence[Item] = ()
    reasons: Sequence[Reason] = ()
    note: str | None = None
    summed: bool = False


def enter(
    act: Act,
    request: PatientRequest,
    bill: Entered,
    *,
    estimate: Estimate | None = None,
    sure: bool = False,
) -> FinalBill:
    """Keep the final bill of a request, with what it is compared with as it is at this moment.

    Raises AlreadyEntered, OtherCurrency, WrongAmount, WrongDay, ItemsAboveTotal; Unusual unless somebody is `sure`; and
    compared.OtherList, requests.Erased.
    """
    requests.lock(request)
    if standing(request) is not None:
        raise AlreadyEntered
    row = _row(act, request, bill, compared_with(request, estimate), sure=sure)
    _add(act, request, row, "entered")
    return row


def correct(
    act: Act,
    request: PatientRequest,
    number: int,
    bill: Entered,
    *,
    estimate: Estimate | None = None,
    sure: bool = False,
) -> FinalBill:
    """Replace the bill that stands, which has this number, by another one; raises what `enter` does.

    Raises requests.ChangedMeanwhile if another one stands, or none.
    """
    requests.lock(request)
    before = _the_one(request, number)
    row = _row(act, request, bill, compared_with(request, estimate), sure=sure)
    row.corrects_id = before.id
    _end(act, before, "corrected")
    _add(act, request, row, "corrected")
    return row


def withdraw(act: Act, request: PatientRequest, number: int) -> FinalBill:
    """Let the bill that stands, which has this number, count no more; it stays as it was entered.

    Raises requests.ChangedMeanwhile if another one stands, or none.
    """
    requests.lock(request, erased_too=True)
    bill = _the_one(request, number)
    _end(act, bill, "withdrawn")
    _note(act, request, bill, "withdrawn")
    return bill


def doubts(act: Act, request: PatientRequest, bill: Entered) -> Sequence[Doubt]:
    """Return why `enter` would ask about a bill, and keep nothing; raises what `enter` does for a wrong one."""
    compared = compared_with(request)
    _check(act, request, bill, compared)
    return _doubts(bill, compared)


def standing(request: PatientRequest) -> FinalBill | None:
    """Return the bill of a request that counts; None if none was entered, or it was withdrawn."""
    return db.session.scalar(select(FinalBill).filter_by(request_id=request.id, ended_at=None))


def of_request(request: PatientRequest) -> Sequence[FinalBill]:
    """Return every bill that was entered for a request, the newest first."""
    found = select(FinalBill).filter_by(request_id=request.id).order_by(FinalBill.id.desc())
    return db.session.scalars(found).all()


def words_of(bill: FinalBill, keyring: keys.Keyring) -> tuple[str | None, Sequence[str]]:
    """Return the note of a bill and what its lines without a code are called, in their order.

    Both are empty once the person is erased. Raises keys.Unreadable.
    """
    if bill.words is None:
        return None, ()
    said: Mapping[str, Any] = json.loads(keyring.open(bill.words, TABLE, "words", bill.name))
    return said["note"], said["labels"]


def _row(act: Act, request: PatientRequest, bill: Entered, compared: Compared, *, sure: bool) -> FinalBill:
    _check(act, request, bill, compared)
    found = () if sure else _doubts(bill, compared)
    if found:
        raise Unusual(found)
    places = decimals(MINOR_UNIT[compared.currency])
    name = secrets.token_hex(16)
    others = [item for item in bill.items if item.code is None]
    words = {"note": bill.note, "labels": [item.label for item in others]}
    group = compared.group
    return FinalBill(
        name=name,
        request_id=request.id,
        revision_id=None if compared.revision is None else compared.revision.id,
        estimate_reference=compared.estimate_reference,
        table_version_id=compared.version.id,
        slug=group.slug,
        cells=group.cells,
        low=None if compared.cases is None else compared.cases["low"],
        likely=None if compared.cases is None else compared.cases["likely"],
        high=None if compared.cases is None else compared.cases["high"],
        quoted=compared.quoted,
        total=f"{bill.total:.{places}f}",
        currency=compared.currency,
        items=json.dumps(_items(bill, compared, places)),
        reasons=" ".join(reason for reason in REASONS if reason in bill.reasons),
        overruns=json.dumps(limits.broken_by(act, compared, bill.total), ensure_ascii=False),
        words=act.settings.data_keys.seal(json.dumps(words, ensure_ascii=False), TABLE, "words", name)
        if bill.note or others
        else None,
        billed_on=bill.billed_on,
        entered_by=act.actor,
        entered_at=act.now,
    )


def _doubts(bill: Entered, compared: Compared) -> list[Doubt]:
    expected = [
        Decimal(amount)
        for amount in (compared.quoted, None if compared.cases is None else compared.cases["likely"])
        if amount is not None
    ]
    found = []
    if any(bill.total >= each * UNUSUAL or bill.total * UNUSUAL <= each for each in expected):
        found.append(Doubt("far"))
    billed = {item.code: item.amount for item in bill.items}
    empty = sum(line["code"] not in billed and is_expected(line) for line in compared.lines)
    if bill.summed and empty:
        found.append(Doubt("empty", count=empty))
    for line in compared.lines:
        said = line.get("quoted", line.get("likely"))
        if said is not None and line["code"] in billed and Decimal(said) * billed[line["code"]] < 0:
            found.append(Doubt("sign", line["code"]))
    return found


def _check(act: Act, request: PatientRequest, bill: Entered, compared: Compared) -> None:
    if bill.currency != compared.currency:
        raise OtherCurrency(bill.currency)
    if not is_price(bill.total, compared.currency):
        raise WrongAmount("total")
    lines = {line["code"]: line for line in compared.lines}
    for item in bill.items:
        known = item.code in lines if item.code is not None else 0 < len(item.label) <= LONGEST_LABEL
        below = item.code in lines and takes_off(lines[item.code])
        if not known or not _is_part(abs(item.amount) if below else item.amount, compared.currency):
            raise WrongAmount(item.code or item.label)
    if sum((item.amount for item in bill.items), Decimal(0)) > bill.total:
        raise ItemsAboveTotal
    zone = compared.version.time_zone
    asked_on = price_lists.day_of(request.created_at, zone)
    if not asked_on <= bill.billed_on <= price_lists.day_of(act.now, zone):
        raise WrongDay


def _is_part(amount: Decimal, currency: str) -> bool:
    return amount.is_finite() and 0 <= amount < LARGEST and decimals(amount) <= decimals(MINOR_UNIT[currency])


def _items(bill: Entered, compared: Compared, places: int) -> list[Line]:
    """Return the lines as they are stored; none where the bill was entered in all."""
    if not bill.items:
        return []
    billed = {item.code: f"{item.amount:.{places}f}" for item in bill.items if item.code is not None}
    lines = [
        Line(**line, amount=billed[line["code"]]) if line["code"] in billed else line
        for line in compared.lines
    ]
    others = [item for item in bill.items if item.code is None]
    return [*lines, *(Line(code=None, amount=f"{item.amount:.{places}f}") for item in others)]


def _the_one(request: PatientRequest, number: int) -> FinalBill:
    bill = standing(request)
    if bill is None or bill.id != number:
        raise requests.ChangedMeanwhile
    return bill


def _end(act: Act, bill: FinalBill, how: Literal["corrected", "withdrawn"]) -> None:
    bill.ended_as, bill.ended_by, bill.ended_at = how, act.actor, act.now
    db.session.flush()


def _add(act: Act, request: PatientRequest, bill: FinalBill, how: str) -> None:
    db.session.add(bill)
    db.session.flush()
    _note(act, request, bill, how)


def _note(act: Act, request: PatientRequest, bill: FinalBill, how: str) -> None:
    requests.add_event(act, request, f"bill_{how}", erased_too=True, bill=bill.id)
    audit.add(act, f"bill.{how}", subject=request.reference, bill=bill.id)
