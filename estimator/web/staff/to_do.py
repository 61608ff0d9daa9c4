"""What waits for somebody: numbers above Start and the list of requests, approvals, and what was sent back to them."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from flask import render_template, request, url_for

from estimator import price_lists, quotes, staff
from estimator.clinic import accounts
from estimator.i18n import gettext as _
from estimator.i18n import ngettext
from estimator.mail import outbox
from estimator.models import Draft, DraftComment, PatientRequest, PaymentAccount, QuoteDraft, StaffUser
from estimator.price_lists import editing, obstacles
from estimator.quotes.waiting import COUNTED, TOGETHER
from estimator.web import clinics_clock
from estimator.web.language import current_reader
from estimator.web.request_context import clinic, now, person, settings
from estimator.web.staff import signed_in


class ToDo(TypedDict):
    """One thing to look at: what it is, who wants it since when, and its page."""

    what: str
    note: str
    address: str


class Counted(TypedDict):
    """One number and the page that shows exactly what it counts; `here` if that is the page."""

    label: str
    count: str
    address: str
    here: bool
    late: bool


class Strip(TypedDict):
    """What waits, and how requests stand; `sum` counts what waits, each thing once, None where nothing does."""

    waiting: list[Counted]
    states: list[Counted]
    sum: str | None


def strip() -> Strip | None:
    """Return the numbers for whoever looks at the page; None for somebody who has nothing to do with requests."""
    who = person()
    if not staff.may(who, "requests.read"):
        return None
    lists, quoted = _to_approve(who)
    account = _account_to_confirm(who) is not None
    own_lists, own_quotes = _sent_back(who)
    may_work = staff.may(who, "requests.work")
    failed = outbox.failed_count(COUNTED + 1) if may_work else 0
    older = quotes.older_accounts.count(now())
    of_quotes = [request.id for _draft, request in (*quoted, *own_quotes)]
    also = [quotes.older_accounts.requests_of(now())] if older else []
    also += [quotes.waiting.numbered(of_quotes)] if of_quotes else []
    found = dict(quotes.waiting.counts(now(), silent_days=clinic().follow_up_days, also=also))
    labels = {
        "new": _("new"),
        "questions": ngettext("question", "questions", found["questions"]),
        "accepted": _("newly accepted"),
        "expiring": _("expiring this week"),
        "follow_up": _("to follow up"),
        "overdue": _("overdue"),
    }
    rows = {name: _counted(label, found[name], _list(name)) for name, label in labels.items()}
    rows["overdue"]["late"] = found["overdue"] > 0
    if older:
        label = ngettext("quote with an older account or none", "quotes with an older account or none", older)
        rows["older"] = _counted(label, older, url_for("older_accounts.page"), late=True)
    if staff.may(who, "tables.approve") or staff.may(who, "quotes.approve"):
        number = len(lists) + len(quoted) + account
        address = url_for("staff.start", _anchor="approvals")
        rows["approvals"] = _counted(ngettext("approval", "approvals", number), number, address)
    if own_lists or own_quotes:
        address = url_for("staff.start", _anchor="sent-back")
        rows["sent_back"] = _counted(_("sent back to you"), len(own_lists) + len(own_quotes), address)
    if may_work:
        address = url_for("outbox.page", state="again")
        rows["mail"] = _counted(_("mail that failed"), failed, address, late=failed > 0)
    total = found[TOGETHER] + len(lists) + account + len(own_lists) + failed
    order = (
        *("new", "questions", "approvals", "sent_back", "mail"),
        *("accepted", "expiring", "follow_up", "overdue", "older"),
    )
    states = {"in_work": _("in work"), "waiting": _("waiting for patient"), "quoted": _("quoted")}
    return {
        "waiting": [rows[name] for name in order if name in rows],
        "states": [
            _counted(label, found[state], url_for("desk.queue", state=state))
            for state, label in states.items()
        ],
        "sum": _number(total) if total else None,
    }


def refreshed() -> dict[str, str]:
    """Return the numbers as they are now, for a page that is open: as HTML, and their sum for its title."""
    found = strip()
    if found is None:
        return {"html": "", "sum": ""}
    return {"html": render_template("staff/_to_do.html", to_do=found), "sum": found["sum"] or ""}


def _list(name: str) -> str:
    return url_for("desk.queue", todo=name)


def _counted(label: str, count: int, address: str, *, late: bool = False) -> Counted:
    here = address == request.full_path.rstrip("?")
    return {"label": label, "count": _number(count), "address": address, "here": here, "late": late}


def _number(count: int) -> str:
    reader = current_reader()
    if count > COUNTED:
        return _("more than %(most)s", most=reader.number(str(COUNTED)))
    return reader.number(str(count))


def approvals(person: StaffUser) -> list[ToDo]:
    """Return what waits for this person's approval, lists of prices before quotes."""
    lists, quoted = _to_approve(person)
    account = _account_to_confirm(person)
    found: list[ToDo] = []
    if account is not None:
        found.append(
            {
                "what": _("Another account for patients to pay into"),
                "note": _asked_by(account.proposed_by, account.proposed_at),
                "address": url_for("settings.confirm_account"),
            }
        )
    found += [
        {
            "what": _name(draft),
            "note": f"{_asked(draft)}{_in_the_way(draft)}",
            "address": url_for("price_lists.publish", draft_id=draft.id),
        }
        for draft in lists
    ]
    found += [
        {
            "what": _("The quote for %(reference)s", reference=request.reference),
            "note": _asked(draft),
            "address": url_for("quotes_desk.prepare", reference=request.reference, _anchor="approval"),
        }
        for draft, request in quoted
    ]
    return found


def _to_approve(person: StaffUser) -> tuple[list[Draft], list[tuple[QuoteDraft, PatientRequest]]]:
    """Return the price lists and the quotes that wait for this person's approval."""
    may_lists, may_quotes = staff.may(person, "tables.approve"), staff.may(person, "quotes.approve")
    return (
        price_lists.approvals.waiting(but=person.actor) if may_lists else [],
        quotes.approvals.waiting(settings(), but=person.actor) if may_quotes else [],
    )


def _account_to_confirm(person: StaffUser) -> PaymentAccount | None:
    """Return the account that waits for this person's confirmation."""
    waiting = accounts.proposed() if staff.may(person, "accounts.confirm") else None
    return None if waiting is None or waiting.proposed_by == person.actor else waiting


def sent_back(person: StaffUser) -> list[ToDo]:
    """Return what was sent back to this person with a comment."""
    lists, quoted = _sent_back(person)
    found: list[ToDo] = [
        {
            "what": _name(draft),
            "note": _refused(comment.by, comment.at),
            "address": url_for("price_lists.overview", draft_id=draft.id),
        }
        for draft, comment in lists
    ]
    found += [
        {
            "what": _("The quote for %(reference)s", reference=request.reference),
            "note": _refused(draft.returned_by, draft.returned_at),
            "address": url_for("quotes_desk.prepare", reference=request.reference),
        }
        for draft, request in quoted
    ]
    return found


def _sent_back(
    person: StaffUser,
) -> tuple[list[tuple[Draft, DraftComment]], list[tuple[QuoteDraft, PatientRequest]]]:
    """Return the price lists and the quotes that were sent back to this person."""
    may_lists, may_quotes = staff.may(person, "tables.edit"), staff.may(person, "requests.work")
    return (
        price_lists.approvals.sent_back(person.actor) if may_lists else [],
        quotes.approvals.sent_back(person.actor) if may_quotes else [],
    )


def _asked(draft: Draft | QuoteDraft) -> str:
    return _asked_by(draft.proposed_by, draft.proposed_at)


def _asked_by(who: str | None, at: datetime | None) -> str:
    when = clinics_clock.written(at) if at else ""
    return _("asked for by %(who)s, %(when)s", who=signed_in.name_of(who), when=when)


def _refused(by: str | None, at: datetime | None) -> str:
    when = clinics_clock.written(at) if at else ""
    return _("sent back by %(who)s, %(when)s", who=signed_in.name_of(by), when=when)


def _in_the_way(draft: Draft) -> str:
    """Say what has come up since approval was asked for, and where it is changed; empty if nothing has."""
    found = price_lists.drafts.check(draft, now()).obstacles
    if not found:
        return ""
    sentences = " ".join(obstacles.sentence(one) for one in found)
    said = f". {_('It cannot be approved as it is: %(why)s', why=sentences)}"
    if set(found) & set(obstacles.IN_DATE_AND_NAME):
        where = _(
            "The first day and the name are changed on its page “Publish”, by somebody who may edit price lists."
        )
        said = f"{said} {where}"
    return said


def _name(draft: Draft) -> str:
    """Return what a draft is called: its list, and the version that it is to be."""
    version = (editing.look(draft.text).data or {}).get("version")
    return _(
        "Draft %(number)s of the price list “%(slug)s”: %(version)s",
        number=draft.id,
        slug=draft.slug,
        version=version if isinstance(version, str) and version else "–",
    )
