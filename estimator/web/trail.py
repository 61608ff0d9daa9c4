"""The audit trail for who may read it: one sentence for each entry, the newest first."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, render_template, request

from estimator import audit
from estimator.i18n import gettext as _
from estimator.models import AuditEntry
from estimator.web import person
from estimator.web.language import current_reader

pages = Blueprint("trail", __name__, url_prefix="/staff")

PAGE = 50


@pages.get("/audit")
def audit_trail() -> str:
    """Show a page of the audit trail, from an entry on back."""
    wanted = request.args.get("before", "")
    before = int(wanted) if wanted.isdecimal() and wanted.isascii() and len(wanted) < 16 else None
    entries = audit.page(before, PAGE + 1)
    shown = entries[:PAGE]
    names = person.names_of(entry.actor for entry in shown)
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
    """Say what an entry tells of; the bare name of an action that has no sentence yet."""
    return {
        "draft.begun": _("began a draft"),
        "draft.proposed": _("asked for approval of a draft"),
        "draft.thrown_away": _("threw a draft away"),
        "table.published": _("published a version"),
        "table.taken_back": _("took a scheduled version back"),
        "table.closed": _("closed a list"),
        "table.reopened": _("opened a list again"),
        "table.warnings_acknowledged": _("accepted the warnings of a version"),
        "staff.invited": _("invited somebody"),
        "staff.invited_again": _("invited somebody again"),
        "staff.began": _("began with an invitation"),
        "staff.roles": _("changed somebody’s roles"),
        "staff.deactivated": _("let somebody in no more"),
        "staff.activated": _("let somebody in again"),
        "staff.password_reset": _("chose a new password by mail"),
        "staff.signed_in": _("signed in"),
        "staff.signed_out": _("signed out"),
    }.get(entry.action, entry.action)


def _detail(entry: AuditEntry) -> list[tuple[str, str]]:
    found: Any = json.loads(entry.detail)
    if not isinstance(found, dict):
        return []
    return [
        (name, ", ".join(map(str, value)) if isinstance(value, list) else str(value))
        for name, value in found.items()
    ]
