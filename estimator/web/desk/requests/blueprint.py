"""What the pages of the desk share: the blueprint, the words for states, people and days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from estimator import requests, staff
from estimator.i18n import Reader, ngettext
from estimator.i18n import gettext as _
from estimator.models import PatientRequest, StaffUser
from estimator.models.requests import RequestState
from estimator.web import request_context
from estimator.web.countries import countries
from estimator.web.language import current_reader
from estimator.wording import states_at_desk

pages = Blueprint("desk", __name__, url_prefix="/desk/requests")

BY_HAND: tuple[RequestState, ...] = ("in_work", "waiting", "closed")
"""The states that somebody sets; the others come of quotes."""


def state_word(state: RequestState) -> str:
    """Say a state in the reader's language."""
    return str(states_at_desk.REQUEST_AT_DESK[state])


def people() -> dict[int, str]:
    """Return whom a request can be given to, by their number: their names."""
    return staff.names(staff.who_may("requests.work", demonstration=request_context.settings().demo).keys())


def short(name: str) -> str:
    """Return a short name for a narrow column: of an address the part before the @."""
    return name.partition("@")[0]


def country(code: str) -> str:
    """Say a country in the reader's language."""
    return countries(current_reader()).get(code, code)


def age(since: datetime) -> str:
    """Say how long ago something was, as short as a table asks for."""
    passed = request_context.now() - since
    minutes = max(passed // timedelta(minutes=1), 0)
    if minutes < 60:
        return ngettext("%(num)s minute", "%(num)s minutes", minutes)
    if minutes < 24 * 60:
        return ngettext("%(num)s hour", "%(num)s hours", minutes // 60)
    return ngettext("%(num)s day", "%(num)s days", minutes // (24 * 60))


def day(moment: datetime, zone: str) -> str:
    """Write the day of a moment as short as a table asks for, with the year where it is another one."""
    there, here = (when.astimezone(ZoneInfo(zone)).date() for when in (moment, request_context.now()))
    return _written(there, there.year == here.year, current_reader())


@lru_cache(maxsize=1024)
def _written(there: date, this_year: bool, reader: Reader) -> str:
    return str(format_skeleton("MMMEd" if this_year else "yMMMEd", there, locale=reader.locale))


class Due(TypedDict):
    """By when somebody has to answer."""

    day: str
    remark: str
    late: bool
    soon: bool


def due(due_at: datetime | None, zone: str) -> Due | None:
    """Say by when somebody has to answer; None where nobody has to any more."""
    if due_at is None:
        return None
    there, here = (when.astimezone(ZoneInfo(zone)).date() for when in (due_at, request_context.now()))
    late = due_at < request_context.now()
    days = (here - there).days if late else (there - here).days
    if late:
        remark = ngettext("overdue by %(num)s day", "overdue by %(num)s days", max(days, 1))
    elif days == 0:
        remark = _("today")
    else:
        remark = _("tomorrow") if days == 1 else ""
    return {"day": day(due_at, zone), "remark": remark, "late": late, "soon": not late and days <= 1}


def myself() -> StaffUser:
    """Return who looks at the page."""
    return request_context.person()


def quote_is_open() -> str:
    """Say why a request is not closed whose quote can be accepted, and what to do."""
    return _("Its quote can still be accepted. Withdraw the quote first, then close the request.")


def unchanged(found: PatientRequest, changes: int) -> None:
    """Lock a request that is as the page showed it; raises requests.ChangedMeanwhile."""
    requests.lock(found)
    if found.changes != changes:
        raise requests.ChangedMeanwhile


def to(endpoint: str, **values: Any) -> ResponseReturnValue:
    """Redirect (303) to another page of the desk after a change."""
    return redirect(url_for(f"desk.{endpoint}", **values), code=303)
