"""The audit trail for who may read it: one sentence for each entry, the newest first."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, render_template, request

from estimator import audit
from estimator.i18n import lazy_gettext
from estimator.models import AuditEntry
from estimator.web import whole_numbers
from estimator.web.language import current_reader
from estimator.web.staff import signed_in

pages = Blueprint("trail", __name__, url_prefix="/staff")

PAGE = 50
"""Maximum number of entries on one page."""

SENTENCES = {
    "draft.begun": lazy_gettext("began a draft"),
    "draft.proposed": lazy_gettext("asked for approval of a draft"),
    "draft.sent_back": lazy_gettext("sent a draft back with a comment"),
    "draft.thrown_away": lazy_gettext("discarded a draft"),
    "table.published": lazy_gettext("published a version"),
    "table.taken_back": lazy_gettext("took a scheduled version back"),
    "table.closed": lazy_gettext("closed a list"),
    "table.reopened": lazy_gettext("opened a list again"),
    "table.warnings_acknowledged": lazy_gettext("accepted the warnings of a version"),
    "quote.proposed": lazy_gettext("asked for approval of a quote’s adjustments"),
    "quote.sent_back": lazy_gettext("sent a quote back with a comment"),
    "quote.approved": lazy_gettext("approved the adjustments of a quote"),
    "quote.issued": lazy_gettext("issued a quote"),
    "quote.withdrawn": lazy_gettext("withdrew a quote"),
    "quote.new_link": lazy_gettext("made a new link for a quote"),
    "quotes.downloaded": lazy_gettext("downloaded the list of quotes"),
    "people.listed": lazy_gettext("listed the people whose data were here"),
    "mail.again": lazy_gettext("sent a mail again"),
    "request.new_link": lazy_gettext("made a new link for a request"),
    "request.erased": lazy_gettext("removed the person of a request"),
    "settings.changed": lazy_gettext("changed a setting"),
    "rate.entered": lazy_gettext("entered a rate of exchange"),
    "rate.removed": lazy_gettext("removed a rate of exchange"),
    "staff.invited": lazy_gettext("invited somebody"),
    "staff.invited_again": lazy_gettext("invited somebody again"),
    "staff.began": lazy_gettext("began with an invitation"),
    "staff.roles": lazy_gettext("changed somebody’s roles"),
    "staff.deactivated": lazy_gettext("deactivated an account"),
    "staff.activated": lazy_gettext("activated an account again"),
    "staff.password_reset": lazy_gettext("chose a new password by mail"),
    "staff.password_changed": lazy_gettext("changed their password"),
    "staff.second_factor": lazy_gettext("set up a second factor"),
    "staff.recovery_codes": lazy_gettext("made recovery codes"),
    "staff.recovery_code_used": lazy_gettext("signed in with a recovery code"),
    "staff.signed_in": lazy_gettext("signed in"),
    "staff.signed_out": lazy_gettext("signed out"),
}
"""What each action of the trail is called."""


@pages.get("/audit")
def audit_trail() -> str:
    """Show a page of the audit trail, from an entry on back."""
    before = whole_numbers.read(request.args.get("before"))
    entries = audit.page(before, PAGE + 1)
    shown = entries[:PAGE]
    names = signed_in.names_of(entry.actor for entry in shown)
    reader = current_reader()
    rows = [
        {
            "id": entry.id,
            "when": reader.clock(entry.at, "UTC"),
            "who": names[entry.actor],
            "what": sentence(entry),
            "subject": entry.subject,
            "detail": _detail(entry),
            "hash": entry.hash,
        }
        for entry in shown
    ]
    return render_template(
        "desk/trail.html",
        rows=rows,
        more=shown[-1].id if len(entries) > PAGE else None,
        first=before is None,
    )


def sentence(entry: AuditEntry) -> str:
    """Return the sentence of an entry; the bare code of an action that has no sentence yet."""
    return str(SENTENCES.get(entry.action, entry.action))


def _detail(entry: AuditEntry) -> list[tuple[str, str]]:
    found: Any = json.loads(entry.detail)
    if not isinstance(found, dict):
        return []
    return [
        (name, ", ".join(map(str, value)) if isinstance(value, list) else str(value))
        for name, value in found.items()
    ]
