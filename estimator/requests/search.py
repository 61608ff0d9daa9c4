"""The list of requests: a page at a time, filtered and searched, as fast with a million requests as with ten.

Nothing is counted to its end, and pages are not found by OFFSET. Each filter is a list of ids that an index holds in
order. With several filters, the most selective one at this place is scanned in steps, and the others are checked for
each of its entries. After MOST_STEPS the page ends where it got to, and says where to continue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    func,
    literal,
    or_,
    select,
    tuple_,
    union,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from estimator import keys
from estimator.db import UTCDateTime, db
from estimator.models import NameWord, PatientRequest, Quote, TableVersion
from estimator.models.requests import REQUEST_STATES, RequestState
from estimator.requests import person_index
from estimator.requests.person import TABLE
from estimator.requests.typed_search import Search, understood

PAGE = 50
"""Maximum number of requests on one page."""

OPEN: tuple[RequestState, ...] = ("new", "in_work", "waiting")
"""The states in which somebody waits for the clinic, or the clinic for them."""

STATES: Mapping[str, tuple[RequestState, ...]] = {
    "open": OPEN,
    **{state: (state,) for state in REQUEST_STATES},
}
"""What can be asked for as a state: one of them, or all that are open."""

NOBODY: Literal["nobody"] = "nobody"

FIRST_DEPTH = 250
"""Number of index entries looked at in the first step; four times as many in each that follows."""

MOST_DEPTH = 4_000
"""Maximum number of index entries looked at in one step."""

MOST_STEPS = 10
"""Maximum number of steps; the page is then shown as far as it got, after some 30,000 requests."""

RARE = 2_000
"""Maximum number of matches of a condition that are fetched whole and sorted, when the order is by day."""

LEAST_OF_REFERENCE = 2
"""Minimum number of letters for a look-up by reference; one letter is so common that the list itself finds it."""

EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")

Order = Literal["newest", "due"]


class Place(NamedTuple):
    """Where a page begins: after this request, in the order of the list."""

    id: int
    due_at: datetime | None = None

    def __str__(self) -> str:
        if self.due_at is None:
            return str(self.id)
        return f"{(self.due_at - EPOCH) // timedelta(microseconds=1)}-{self.id}"


def place(text: str, order: Order) -> Place | None:
    """Parse the place in a URL; None for the beginning, and for anything invalid."""
    found = re.fullmatch(r"(?:([0-9]{1,17})-)?([0-9]{1,10})", text, re.ASCII)
    if found is None or (found[1] is None) is not (order == "newest"):
        return None
    try:
        due_at = None if found[1] is None else EPOCH + timedelta(microseconds=int(found[1]))
    except OverflowError:
        return None
    return Place(min(int(found[2]), 2**31 - 1), due_at)


@dataclass(frozen=True)
class Filter:
    """Which requests, in which order, from where on; an empty field does not restrict."""

    state: str = ""
    country: str = ""
    assignee: int | Literal["nobody"] | None = None
    slug: str = ""
    typed: str = ""
    order: Order = "newest"
    after: Place | None = None


@dataclass(frozen=True)
class Row:
    """One request as the list shows it; `full_name` is None once it was erased, or if no key opens it.

    `patient_name` is there where somebody asks for somebody else.
    """

    id: int
    reference: str
    full_name: str | None
    patient_name: str | None
    unreadable: bool
    country: str
    slug: str
    total: str
    at_least: bool
    currency: str
    state: RequestState
    assignee_id: int | None
    changes: int
    created_at: datetime
    due_at: datetime
    time_zone: str
    erased: bool


@dataclass(frozen=True)
class Page:
    """One page. `more` says where the next one begins, None after the last.

    `whole` is False if the page ends before it is full, because MOST_STEPS was reached. `too_short` is True if
    what was typed is too short to be looked for, `left_out` if some words of it are.
    """

    rows: Sequence[Row]
    more: Place | None
    whole: bool = True
    too_short: bool = False
    left_out: bool = False


def page(wanted: Filter, *, keyring: keys.Keyring, lookup_key: str) -> Page:
    """Return a page of the list; only the names that it shows are opened."""
    search = understood(wanted.typed, lookup_key)
    if search.too_short:
        return Page([], None, too_short=True)
    filters = _filters(wanted, search)
    walk = _by_day if wanted.order == "due" else _by_number
    ids, more, whole = walk(filters, wanted.after)
    return Page(rows(ids, keyring), more, whole, left_out=search.left_out)


def countries() -> Sequence[str]:
    """Return the countries that there are requests from."""
    return [str(code) for code in _present(PatientRequest.country) if code]


def slugs() -> Sequence[str]:
    """Return the price lists that there are requests for."""
    return [str(slug) for slug in _present(PatientRequest.slug)]


def assignees() -> Sequence[int]:
    """Return the people who have requests."""
    return [int(number) for number in _present(PatientRequest.assignee_id)]


@dataclass(frozen=True)
class _Condition:
    """One condition: as a predicate on a request, and as lists of ids, each in the order of an index.

    Without lists it matches too many requests to be scanned. Lists that are `overlapping` may hold the same request.
    """

    holds: ColumnElement[bool]
    lists: tuple[tuple[InstrumentedAttribute[int], ColumnElement[bool]], ...]
    of_states: bool = False
    overlapping: bool = False

    @property
    def is_elsewhere(self) -> bool:
        """Whether it is answered by an index of another table, which has no other column of a request."""
        return any(number is not PatientRequest.id for number, _condition in self.lists)

    def entries(
        self, below: int | None, limit: int, offset: int = 0, also: Sequence[ColumnElement[bool]] = ()
    ) -> Select[Any]:
        """Return a query of the ids of matching requests, the newest first; `also` must hold for them."""
        arms = []
        for number, condition in self.lists:
            arm = select(number.label("id")).where(condition, *also).order_by(number.desc())
            arms.append(arm if below is None else arm.where(number < below))
        if len(arms) == 1:
            return arms[0].limit(limit).offset(offset or None)
        together = union if self.overlapping else union_all
        both = together(*(select(arm.limit(limit + offset).subquery().c.id) for arm in arms)).subquery()
        return select(both.c.id).order_by(both.c.id.desc()).limit(limit).offset(offset or None)


def _filters(wanted: Filter, search: Search) -> list[_Condition]:
    found = []
    columns: list[ColumnElement[bool]] = []
    if wanted.country:
        columns.append(PatientRequest.country == wanted.country)
    if wanted.assignee == NOBODY:
        columns.append(PatientRequest.assignee_id.is_(None))
    elif wanted.assignee is not None:
        columns.append(PatientRequest.assignee_id == wanted.assignee)
    if wanted.slug:
        columns.append(PatientRequest.slug == wanted.slug)
    states = STATES.get(wanted.state, ())
    if states:
        each = tuple((PatientRequest.id, PatientRequest.state == state) for state in states)
        found.append(_Condition(PatientRequest.state.in_(states), each, of_states=True))
    found += [_Condition(condition, ((PatientRequest.id, condition),)) for condition in columns]
    if search.email:
        whole = PatientRequest.email_lookup == search.email
        found.append(_any([_Condition(whole, ((PatientRequest.id, whole),)), *_of_numbers(search.address)]))
    if search.quote:
        found.append(_of_quote(search.quote))
    beginnings = [
        _of_reference(column, beginning)
        for column, beginning in (
            (PatientRequest.reference, search.reference),
            (PatientRequest.estimate_reference, search.estimate),
        )
        if len(beginning) > len("REQ-")
    ]
    names = [_of_number(word) for word in search.words]
    if search.digits or (beginnings and names):
        either = [*beginnings, *_of_numbers(*search.digits)]
        return [*found, _any([*either, _all_of(names)] if names else either)]
    return [*found, *names, *beginnings]


def _of_quote(number: str) -> _Condition:
    is_it = Quote.number == number
    its = select(Quote.request_id).where(is_it).correlate(None)
    return _Condition(PatientRequest.id.in_(its), ((Quote.request_id, is_it),))


def _of_number(number: int) -> _Condition:
    return _Condition(person_index.has(number), ((NameWord.request_id, NameWord.word == number),))


def _of_numbers(*numbers: int | None) -> list[_Condition]:
    return [_of_number(number) for number in numbers if number is not None]


def _of_reference(column: InstrumentedAttribute[str], beginning: str) -> _Condition:
    begins = func.substr(column, 1, len(beginning)) == beginning
    among = and_(column.between(beginning, f"{beginning}{'Z' * 10}"), begins)
    few = len(beginning) >= len("REQ-") + LEAST_OF_REFERENCE
    return _Condition(begins, ((PatientRequest.id, among),) if few else ())


def _any(some: Sequence[_Condition]) -> _Condition:
    """Return the condition that at least one of some holds, each of which has lists."""
    lists = tuple(one for condition in some for one in condition.lists)
    return _Condition(or_(*(one.holds for one in some)), lists, overlapping=len(lists) > 1)


def _all_of(some: Sequence[_Condition]) -> _Condition:
    """Return the condition that all of some hold, each of which is of a number."""
    first, *others = some
    if not others:
        return first
    ((number, condition),) = first.lists
    wanted = and_(
        condition,
        *(number.in_(select(of).where(holds).correlate(None)) for one in others for of, holds in one.lists),
    )
    return _Condition(and_(*(one.holds for one in some)), ((number, wanted),))


def _by_number(filters: Sequence[_Condition], after: Place | None) -> tuple[list[int], Place | None, bool]:
    """Find a page, the newest first."""
    below = None if after is None else after.id
    followed = [one for one in filters if one.lists]
    if not filters:
        return _cut(db.session.scalars(_all(below, PAGE + 1)).all())
    if len(filters) == len(followed) == 1:
        return _cut(db.session.scalars(filters[0].entries(below, PAGE + 1)).all())
    found: list[int] = []
    depth = FIRST_DEPTH
    for _step in range(MOST_STEPS):
        floors = {
            number: db.session.scalar(one.entries(below, 1, depth - 1)) for number, one in enumerate(followed)
        }
        if floors:
            thinnest = min(floors, key=lambda number: floors[number] or 0)
            floor, driver = floors[thinnest], followed[thinnest]
            others = [one.holds for one in filters if one is not driver]
            if driver.is_elsewhere:
                entries = driver.entries(below, depth).subquery()
                some = (
                    select(PatientRequest.id)
                    .select_from(entries)
                    .join(PatientRequest, PatientRequest.id == entries.c.id)
                    .where(*others)
                    .order_by(PatientRequest.id.desc())
                    .limit(PAGE + 1 - len(found))
                )
            else:
                # The index of the filter covers the other columns as well, so that the table is not read.
                also = [*others, PatientRequest.id >= (floor or 0)]
                some = driver.entries(below, PAGE + 1 - len(found), also=also)
        else:
            floor = db.session.scalar(_all(below, 1).offset(depth - 1))
            some = _all(below, PAGE + 1 - len(found)).where(
                PatientRequest.id >= (floor or 0), *(one.holds for one in filters)
            )
        found += db.session.scalars(some)
        if floor is None or len(found) > PAGE:
            return _cut(found)
        below, depth = floor, min(depth * 4, MOST_DEPTH)
    return found, Place(below or 0), False


def _by_day(filters: Sequence[_Condition], after: Place | None) -> tuple[list[int], Place | None, bool]:
    """Find a page, the soonest due first."""
    # By day there are indexes of all requests and of those in a state.
    states = next((one for one in filters if one.of_states), None)
    rare = next((one for one in filters if one is not states and _is_rare(one)), None)
    if rare is not None:
        entries = rare.entries(None, RARE).subquery()
        few = (
            select(PatientRequest.id, PatientRequest.due_at)
            .select_from(entries)
            .join(PatientRequest, PatientRequest.id == entries.c.id)
            .where(*(one.holds for one in filters if one is not rare))
            .order_by(PatientRequest.due_at, PatientRequest.id)
            .limit(PAGE + 1)
        )
        if after is not None:
            few = few.where(_later(after))
        return _cut_by_day([Place(*row) for row in db.session.execute(few)])
    arms = (None,) if states is None else tuple(condition for _number, condition in states.lists)
    others = [one.holds for one in filters if one is not states]
    found: list[Place] = []
    depth = FIRST_DEPTH if others else PAGE + 1
    for _step in range(MOST_STEPS):
        floor = db.session.execute(_days(arms, after, 1, depth - 1)).first() if others else None
        also = others if floor is None else [*others, _not_later(Place(*floor))]
        found += [
            Place(*row) for row in db.session.execute(_days(arms, after, PAGE + 1 - len(found), also=also))
        ]
        if floor is None or len(found) > PAGE:
            return _cut_by_day(found)
        after, depth = Place(*floor), min(depth * 4, MOST_DEPTH)
    return [one.id for one in found], after, False


def _is_rare(one: _Condition) -> bool:
    return len(one.lists) > 0 and db.session.scalar(one.entries(None, 1, RARE)) is None


def _days(
    arms: Sequence[ColumnElement[bool] | None],
    after: Place | None,
    limit: int,
    offset: int = 0,
    also: Sequence[ColumnElement[bool]] = (),
) -> Select[int, datetime]:
    """Return numbers and days of the requests in any of some states, the soonest due first; `also` must hold."""
    found = []
    for condition in arms:
        arm = select(PatientRequest.id, PatientRequest.due_at).where(*also)
        arm = arm.order_by(PatientRequest.due_at, PatientRequest.id)
        if condition is not None:
            arm = arm.where(condition)
        found.append(arm if after is None else arm.where(_later(after)))
    if len(found) == 1:
        return found[0].limit(limit).offset(offset or None)
    tables = [arm.limit(limit + offset).subquery() for arm in found]
    both = union_all(*(select(table.c.id, table.c.due_at) for table in tables)).subquery()
    return (
        select(both.c.id, both.c.due_at)
        .order_by(both.c.due_at, both.c.id)
        .limit(limit)
        .offset(offset or None)
    )


def _later(after: Place) -> ColumnElement[bool]:
    found: ColumnElement[bool] = tuple_(PatientRequest.due_at, PatientRequest.id) > _here(after)
    return found


def _not_later(after: Place) -> ColumnElement[bool]:
    found: ColumnElement[bool] = tuple_(PatientRequest.due_at, PatientRequest.id) <= _here(after)
    return found


def _here(after: Place) -> Any:
    return tuple_(literal(after.due_at, UTCDateTime), literal(after.id))


def _all(below: int | None, limit: int) -> Select[Any]:
    found = select(PatientRequest.id).order_by(PatientRequest.id.desc()).limit(limit)
    return found if below is None else found.where(PatientRequest.id < below)


def _cut(found: Sequence[int]) -> tuple[list[int], Place | None, bool]:
    shown = list(found[:PAGE])
    return shown, Place(shown[-1]) if len(found) > PAGE else None, True


def _cut_by_day(found: Sequence[Place]) -> tuple[list[int], Place | None, bool]:
    shown = found[:PAGE]
    return [one.id for one in shown], shown[-1] if len(found) > PAGE else None, True


def rows(ids: Sequence[int], keyring: keys.Keyring) -> list[Row]:
    """Return the requests with these numbers, in the same order."""
    if not ids:
        return []
    columns = (
        PatientRequest.id,
        PatientRequest.reference,
        PatientRequest.country,
        PatientRequest.slug,
        PatientRequest.total,
        PatientRequest.at_least,
        PatientRequest.currency,
        PatientRequest.state,
        PatientRequest.assignee_id,
        PatientRequest.changes,
        PatientRequest.created_at,
        PatientRequest.due_at,
        TableVersion.time_zone,
    )
    sealed = (PatientRequest.name, PatientRequest.full_name, PatientRequest.patient_name)
    found = {}
    for row in db.session.execute(
        select(*columns, *sealed)
        .join(TableVersion, TableVersion.id == PatientRequest.table_version_id)
        .where(PatientRequest.id.in_(ids))
    ):
        known: dict[str, Any] = dict(row._mapping)
        name = known.pop("name")
        hidden = {column: known.pop(column) for column in ("full_name", "patient_name")}
        names: dict[str, Any] = dict.fromkeys(hidden)
        unreadable = False
        try:
            names |= {
                column: keyring.open(text, TABLE, column, name)
                for column, text in hidden.items()
                if text is not None
            }
        except keys.Unreadable:
            unreadable = True
        found[row.id] = Row(**names, unreadable=unreadable, erased=hidden["full_name"] is None, **known)
    return [found[number] for number in ids if number in found]


def _present(column: InstrumentedAttribute[Any]) -> Sequence[Any]:
    """Return the distinct values of the first column of an index, by seeking from each to the next (a loose scan)."""
    return db.session.scalars(_each(column)).all()


@cache
def _each(column: InstrumentedAttribute[Any]) -> Select[Any]:
    first = select(func.min(column).label("value")).cte(recursive=True)
    following = select(func.min(column)).where(column > first.c.value).scalar_subquery()
    each = first.union_all(select(following).where(first.c.value.is_not(None)))
    return select(each.c.value).where(each.c.value.is_not(None))
