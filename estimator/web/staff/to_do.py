"""What waits for somebody on their Start page: approvals that they may give, and what was sent back to them."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from flask import url_for

from estimator import price_lists, quotes, staff
from estimator.i18n import Reader
from estimator.i18n import gettext as _
from estimator.models import Draft, QuoteDraft, StaffUser
from estimator.price_lists import editing
from estimator.web.language import current_reader
from estimator.web.request_context import settings
from estimator.web.staff import signed_in


class ToDo(TypedDict):
    """One thing to look at: what it is, who wants it since when, and its page."""

    what: str
    note: str
    address: str


def approvals(person: StaffUser) -> list[ToDo]:
    """Return what waits for this person's approval, lists of prices before quotes."""
    reader, found = current_reader(), list[ToDo]()
    if staff.may(person, "tables.approve"):
        found += [
            {
                "what": _name(draft),
                "note": _asked(draft, reader),
                "address": url_for("price_lists.publish", draft_id=draft.id),
            }
            for draft in price_lists.approvals.waiting(but=person.actor)
        ]
    if staff.may(person, "quotes.approve"):
        found += [
            {
                "what": _("Adjustments of the quote for %(reference)s", reference=request.reference),
                "note": _asked(draft, reader),
                "address": url_for("quotes_desk.prepare", reference=request.reference, _anchor="approval"),
            }
            for draft, request in quotes.approvals.waiting(settings(), but=person.actor)
        ]
    return found


def sent_back(person: StaffUser) -> list[ToDo]:
    """Return what was sent back to this person with a comment."""
    reader, found = current_reader(), list[ToDo]()
    if staff.may(person, "tables.edit"):
        found += [
            {
                "what": _name(draft),
                "note": _refused(comment.by, comment.at, reader),
                "address": url_for("price_lists.overview", draft_id=draft.id),
            }
            for draft, comment in price_lists.approvals.sent_back(person.actor)
        ]
    if staff.may(person, "requests.work"):
        found += [
            {
                "what": _("Adjustments of the quote for %(reference)s", reference=request.reference),
                "note": _refused(draft.returned_by, draft.returned_at, reader),
                "address": url_for("quotes_desk.prepare", reference=request.reference),
            }
            for draft, request in quotes.approvals.sent_back(person.actor)
        ]
    return found


def _asked(draft: Draft | QuoteDraft, reader: Reader) -> str:
    when = reader.clock(draft.proposed_at, "UTC") if draft.proposed_at else ""
    return _("asked for by %(who)s, %(when)s", who=signed_in.name_of(draft.proposed_by), when=when)


def _refused(by: str | None, at: datetime | None, reader: Reader) -> str:
    when = reader.clock(at, "UTC") if at else ""
    return _("sent back by %(who)s, %(when)s", who=signed_in.name_of(by), when=when)


def _name(draft: Draft) -> str:
    """Return what a draft is called: its list, and the version that it is to be."""
    version = (editing.look(draft.text).data or {}).get("version")
    return _(
        "Draft %(number)s of the price list “%(slug)s”: %(version)s",
        number=draft.id,
        slug=draft.slug,
        version=version if isinstance(version, str) and version else "–",
    )
