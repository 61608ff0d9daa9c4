"""The list of requests with its filters and its search, and what is done to several of them at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, TypedDict
from urllib.parse import parse_qsl

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator import quotes, requests, staff, wording
from estimator.i18n import gettext as _
from estimator.i18n import ngettext
from estimator.mail import outbox
from estimator.models import PatientRequest
from estimator.models.requests import RequestState
from estimator.requests import search
from estimator.requests.search import NOBODY, Filter, Order, Page, Place, Row
from estimator.web import request_context, whole_numbers
from estimator.web.desk.requests import blueprint as desk
from estimator.web.desk.requests.blueprint import pages
from estimator.web.forms import printable
from estimator.web.language import current_reader
from estimator.web.staff import signed_in, to_do
from estimator.web.transaction import committing
from estimator.wording import states_at_desk

ME = "me"

MOST_TYPED = 100
"""Maximum number of characters of a search."""

ARGUMENTS = ("q", "state", "country", "who", "list", "order", "todo")
"""The query parameters of the list, except `after`, where a page begins."""

MOST_AT_ONCE = search.PAGE
"""Maximum number of requests changed at once: those of one page."""


@pages.get("")
def queue() -> ResponseReturnValue:
    """Show a page of the list."""
    asked = {name: printable(request.args.get(name, ""))[:MOST_TYPED].strip() for name in ARGUMENTS}
    if asked["todo"] not in quotes.waiting.LISTS or any(asked[name] for name in ARGUMENTS if name != "todo"):
        asked["todo"] = ""  # a search is among all requests
    wanted = _wanted(asked)
    settings = request_context.settings()
    if asked["todo"]:
        found = _waiting(asked["todo"], wanted.after)
    else:
        found = search.page(wanted, keyring=settings.data_keys, lookup_key=settings.lookup_key)
    kept: dict[str, Any] = {name: value for name, value in asked.items() if value}
    more = None if found.more is None else url_for("desk.queue", **kept, after=str(found.more))
    people = desk.people()
    filtered = bool(set(kept) - {"order"})
    return render_template(
        "desk/requests.html",
        asked=asked,
        rows=_shown(found.rows),
        said=_said(found, wanted, filtered, bool(asked["todo"])),
        whole=found.whole,
        too_short=found.too_short,
        left_out=found.left_out and not found.too_short,
        more=more,
        first=None if wanted.after is None else url_for("desk.queue", **kept),
        filtered=filtered,
        none_at_all=not found.rows and not filtered and wanted.after is None,
        to_do=to_do.strip(),
        states=[("open", _("all open")), *((s, desk.state_word(s)) for s in states_at_desk.REQUEST_AT_DESK)],
        countries=sorted(((c, desk.country(c)) for c in search.countries()), key=lambda one: one[1]),
        slugs=search.slugs(),
        people=sorted({**staff.names(set(search.assignees())), **people}.items(), key=lambda one: one[1]),
        givable=sorted(people.items(), key=lambda one: one[1]),
        may_work=signed_in.may("requests.work"),
        by_hand=[(state, desk.state_word(state)) for state in desk.BY_HAND],
        back=request.full_path.rstrip("?"),
        full=outbox.reached(signed_in.act()),
    )


@pages.post("/together")
def bulk() -> ResponseReturnValue:
    """Give all ticked requests to somebody, or take them to another state; those that cannot are named."""
    picked = dict(_picked(one) for one in request.form.getlist("pick")[:MOST_AT_ONCE])
    acts: dict[str, Callable[[PatientRequest, int], None] | None] = {
        "assign": _assigning(),
        "state": _moving(),
    }
    act = acts.get(request.form.get("act", ""))
    if not picked:
        flash(_("Tick at least one request first."))
    elif act is None:
        flash(_("First choose whom to assign them to, or their new status."))
    else:
        with committing():
            done, left = _each(picked, act)
        if done:
            flash(ngettext("%(num)s request was changed.", "%(num)s requests were changed.", done))
        for sentence in left:
            flash(sentence)
    return redirect(_back(), code=303)


def _back() -> str:
    """Return the list as it was filtered when the button was pressed."""
    asked = dict(parse_qsl(request.form.get("back", "").partition("?")[2]))
    kept: dict[str, Any] = {name: asked[name] for name in (*ARGUMENTS, "after") if name in asked}
    return url_for("desk.queue", **kept)


def _each(picked: dict[str, int], act: Callable[[PatientRequest, int], None]) -> tuple[int, list[str]]:
    """Change each request, always in the same order, so that two people who do so cannot deadlock."""
    done, left = 0, []
    for reference in sorted(picked):
        found = requests.get(reference)
        if found is None:
            left.append(_("%(reference)s is not there any more.", reference=reference))
            continue
        try:
            act(found, picked[reference])
            done += 1
        except requests.ChangedMeanwhile:
            left.append(
                _(
                    "%(reference)s was changed by somebody else meanwhile, so it was left as it is.",
                    reference=reference,
                )
            )
        except requests.QuoteIsOpen:
            left.append(f"{reference}: {desk.quote_is_open()}")
        except requests.NotPossible as refusal:
            left.append(
                _(
                    "%(reference)s is %(state)s, so its status cannot be changed to %(wanted)s.",
                    reference=reference,
                    state=desk.state_word(refusal.before),
                    wanted=desk.state_word(refusal.after),
                )
            )
    return done, left


def _assigning() -> Callable[[PatientRequest, int], None] | None:
    chosen = request.form.get("to", "")
    number = whole_numbers.read(chosen)
    if chosen != NOBODY and number not in desk.people():
        return None

    def assign(found: PatientRequest, changes: int) -> None:
        requests.assign(signed_in.act(), found, number, changes=changes)

    return assign


def _moving() -> Callable[[PatientRequest, int], None] | None:
    chosen = request.form.get("state", "")
    state = next((one for one in desk.BY_HAND if one == chosen), None)
    if state is None:
        return None

    def move(found: PatientRequest, changes: int) -> None:
        desk.unchanged(found, changes)
        requests.move(signed_in.act(), found, state)

    return move


def _picked(text: str) -> tuple[str, int]:
    """Read what a tick stands for: a reference, and how often it was changed when the page was shown."""
    reference, _dot, changes = text.rpartition(".")
    number = whole_numbers.read(changes)
    return printable(reference), -1 if number is None else number


def _wanted(asked: dict[str, str]) -> Filter:
    order: Order = "due" if asked["order"] == "due" else "newest"
    who = asked["who"]
    assignee: Any = None
    if who == ME:
        assignee = desk.myself().id
    elif who == NOBODY:
        assignee = NOBODY
    else:
        assignee = whole_numbers.read(who)
    after: Place | None = search.place(request.args.get("after", ""), order)
    return Filter(
        state=asked["state"] if asked["state"] in search.STATES else "",
        country=asked["country"].upper(),
        assignee=assignee,
        slug=asked["list"],
        typed=asked["q"],
        order=order,
        after=after,
    )


def _waiting(name: str, after: Place | None) -> Page:
    """Return a page of one list of what waits."""
    ids, more = quotes.waiting.page(
        name,
        request_context.now(),
        after=None if after is None else after.id,
        silent_days=request_context.clinic().follow_up_days,
    )
    keyring = request_context.settings().data_keys
    return Page(search.rows(ids, keyring), None if more is None else Place(more))


def _said(found: Page, wanted: Filter, filtered: bool, is_waiting: bool) -> str:
    """Say in a sentence what the page shows; it is read out while somebody types."""
    if found.too_short:
        return _("Enter at least three letters of a name, or four digits of a telephone number.")
    count = len(found.rows)
    if not count:
        if not found.whole:
            return _("No match among the requests searched so far.")
        return _("No request matches.") if filtered else _("There is no request.")
    if wanted.after is not None:
        return ngettext("%(num)s more request", "%(num)s more requests", count)
    if found.more is not None and is_waiting:
        return _("The first %(count)s, the oldest first", count=count)
    if found.more is not None and found.whole:
        return (
            _("The first %(count)s, the soonest due first", count=count)
            if wanted.order == "due"
            else _("The newest %(count)s", count=count)
        )
    return ngettext("%(num)s request", "%(num)s requests", count)


class RequestRow(TypedDict):
    """One request of the list."""

    reference: str
    pick: str
    address: str
    #: the patient's, where that is known
    name: str | None
    asked_by: str | None
    unreadable: bool
    country: str
    total: str
    incomplete: bool
    firm: bool
    age: str
    due: desk.Due | None
    state: RequestState
    state_word: str
    who: str | None
    mine: bool


def _total(row: Row, quoted: quotes.waiting.Quoted | None) -> str:
    """Say what a request comes to: its quote, or else its estimate, if there is anything in that."""
    money = current_reader().money
    if quoted is not None:
        low, high = min(quoted.totals, key=Decimal), max(quoted.totals, key=Decimal)
        least, most = money(low, quoted.currency), money(high, quoted.currency)
        return least if low == high else _("%(low)s to %(high)s", low=least, high=most)
    if row.at_least and not Decimal(row.total):
        return wording.at_least.alone("open")
    return money(row.total, row.currency)


def _shown(rows: Sequence[Row]) -> list[RequestRow]:
    names = staff.names({row.assignee_id for row in rows if row.assignee_id is not None})
    ids = [row.id for row in rows]
    dues, quoted = quotes.waiting.dues_of(ids), quotes.waiting.totals_of(ids)
    return [
        {
            "reference": row.reference,
            "pick": f"{row.reference}.{row.changes}",
            "address": url_for("desk.request", reference=row.reference),
            "name": row.patient_name or row.full_name,
            "asked_by": row.full_name if row.patient_name else None,
            "unreadable": row.unreadable,
            "country": desk.country(row.country),
            "total": _total(row, quoted.get(row.id)),
            "incomplete": row.at_least and row.id not in quoted and bool(Decimal(row.total)),
            "firm": row.id in quoted,
            "age": desk.age(row.created_at),
            "due": desk.due(dues[row.id], row.time_zone),
            "state": row.state,
            "state_word": desk.state_word(row.state),
            "who": None if row.assignee_id is None else desk.short(names.get(row.assignee_id, "")),
            "mine": row.assignee_id == desk.myself().id,
        }
        for row in rows
    ]
