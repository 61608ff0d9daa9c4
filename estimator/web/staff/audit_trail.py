"""The audit trail for who may read it: one sentence for each entry, the newest first, filtered and taken out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator import audit, spreadsheets, staff
from estimator.act import COMMAND_LINE
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.models import AuditEntry
from estimator.spreadsheets import Cell, Column
from estimator.web import clinics_clock, downloads, whole_numbers
from estimator.web.day_fields import IsoDayField
from estimator.web.fields import ChoiceField, TextField
from estimator.web.forms import Form, summary
from estimator.web.language import current_reader
from estimator.web.staff import audit_subjects, signed_in
from estimator.web.staff.audit_subjects import Subject
from estimator.web.transaction import committing
from estimator.web.validators import Printable

pages = Blueprint("trail", __name__, url_prefix="/staff")

PAGE = 50
"""Maximum number of entries on one page."""

SENTENCES = {
    "bill.entered": lazy_gettext("entered a final bill"),
    "bill.corrected": lazy_gettext("corrected a final bill"),
    "bill.withdrawn": lazy_gettext("withdrew a final bill"),
    "demonstration.emptied": lazy_gettext("took the demonstration’s invented cases away"),
    "demonstration.filled": lazy_gettext("filled in a demonstration with invented cases"),
    "draft.begun": lazy_gettext("began a draft"),
    "draft.proposed": lazy_gettext("asked for approval of a draft"),
    "draft.sent_back": lazy_gettext("sent a draft back with a comment"),
    "draft.thrown_away": lazy_gettext("discarded a draft"),
    "table.published": lazy_gettext("published a version"),
    "table.taken_back": lazy_gettext("took a scheduled version back"),
    "table.returned": lazy_gettext("went back to an earlier version"),
    "table.closed": lazy_gettext("closed a list"),
    "table.reopened": lazy_gettext("opened a list again"),
    "table.warnings_acknowledged": lazy_gettext("accepted the warnings of a version"),
    "quote.copied": lazy_gettext("copied the plans of a quote for another request"),
    "quote.priced": lazy_gettext("gave a price for one quote"),
    "quote.proposed": lazy_gettext("asked for approval of a quote’s adjustments and given prices"),
    "quote.sent_back": lazy_gettext("sent a quote back with a comment"),
    "quote.approved": lazy_gettext("approved the adjustments and given prices of a quote"),
    "quote.discarded": lazy_gettext("discarded a quote that was being prepared"),
    "quote.issued": lazy_gettext("issued a quote"),
    "quote.withdrawn": lazy_gettext("withdrew a quote"),
    "quote.accepted": lazy_gettext("accepted a quote"),
    "quote.declined": lazy_gettext("declined a quote"),
    "quote.taken_back": lazy_gettext("took an acceptance back"),
    "quote.new_link": lazy_gettext("made a new link for a quote"),
    "quotes.downloaded": lazy_gettext("downloaded the list of quotes"),
    "requests.downloaded": lazy_gettext("downloaded the list of requests"),
    "people.listed": lazy_gettext("listed the people whose data were here"),
    "mail.again": lazy_gettext("sent a mail again"),
    "mail.left": lazy_gettext("left a mail that failed"),
    "request.new_link": lazy_gettext("made a new link for a request"),
    "request.contact": lazy_gettext("corrected the contact of a request"),
    "request.erased": lazy_gettext("removed the person of a request"),
    "settings.changed": lazy_gettext("changed a setting"),
    "account.proposed": lazy_gettext("proposed an account to pay into"),
    "account.confirmed": lazy_gettext("confirmed an account to pay into"),
    "account.taken_back": lazy_gettext("took back the account to pay into that they had proposed"),
    "account.refused": lazy_gettext("refused an account to pay into"),
    "quote.certificate": lazy_gettext("made a confirmation of a quote for others"),
    "quote.account_left": lazy_gettext("left a quote with an older account or none"),
    "rate.entered": lazy_gettext("entered a rate of exchange"),
    "rate.removed": lazy_gettext("removed a rate of exchange"),
    "staff.invited": lazy_gettext("invited somebody"),
    "staff.invited_again": lazy_gettext("invited somebody again"),
    "staff.began": lazy_gettext("began with an invitation"),
    "staff.renamed": lazy_gettext("changed somebody’s name"),
    "staff.roles": lazy_gettext("changed somebody’s roles"),
    "staff.deactivated": lazy_gettext("deactivated an account"),
    "staff.activated": lazy_gettext("activated an account again"),
    "staff.password_reset": lazy_gettext("chose a new password by mail"),
    "staff.password_changed": lazy_gettext("changed their password"),
    "staff.second_factor": lazy_gettext("set up a second factor"),
    "staff.recovery_codes": lazy_gettext("made recovery codes"),
    "staff.recovery_code_used": lazy_gettext("signed in with a recovery code"),
    "trail.downloaded": lazy_gettext("downloaded the audit trail"),
    "staff.signed_in": lazy_gettext("signed in"),
    "staff.signed_out": lazy_gettext("signed out"),
}
"""What each action of the trail is called."""


NOBODY = {
    "clock": lazy_gettext("the clock"),
    "worker": lazy_gettext("worker"),
    "patient": lazy_gettext("a patient"),
}


class FilterForm(Form):
    """Which entries somebody wants to see; it comes in the address, so that it can be sent to a colleague."""

    class Meta(Form.Meta):
        """It changes nothing, so it needs no proof of a visit."""

        csrf = False

    q = TextField(lazy_gettext("Search"), [Printable()], most_shown=200)
    who = ChoiceField(
        lazy_gettext("Who"),
        optional=True,
        empty=lazy_gettext("anybody"),
        refusal=lazy_gettext("Choose a person."),
    )
    what = ChoiceField(
        lazy_gettext("What was done"),
        optional=True,
        empty=lazy_gettext("anything"),
        refusal=lazy_gettext("Choose one."),
        choices=lambda: sorted(
            ((code, str(said)) for code, said in SENTENCES.items()), key=lambda pair: pair[1]
        ),
    )
    about = ChoiceField(
        lazy_gettext("About"),
        optional=True,
        empty=lazy_gettext("anything"),
        refusal=lazy_gettext("Choose one."),
        choices=lambda: [(code, str(label)) for code, (label, _begin) in audit_subjects.KINDS.items()],
    )
    since = IsoDayField(lazy_gettext("From the day"), optional=True)
    until = IsoDayField(lazy_gettext("To the day"), optional=True)

    @classmethod
    def asked(cls) -> FilterForm:
        """Return the form with what stands in the address."""
        form = cls(formdata=request.args)
        people = [(f"user:{number}", email) for number, email in staff.everyone().items()]
        form.who.choices = [
            *people,
            (COMMAND_LINE, _("command line")),
            *((code, str(said)) for code, said in NOBODY.items()),
        ]
        form.validate()
        return form

    def wanted(self) -> audit.Wanted:
        """Return it as what the trail is asked for; what cannot be read does not count."""
        day = timedelta(days=1)
        return audit.Wanted(
            actor=None if self.who.errors else self.who.data or None,
            action=None if self.what.errors else self.what.data or None,
            kinds=audit_subjects.KINDS[self.about.data][1] if self.about.data in audit_subjects.KINDS else (),
            subjects=audit_subjects.searched(self.q.data),
            since=None if self.since.day is None else _midnight(self.since.day),
            until=None if self.until.day is None else _midnight(self.until.day + day),
        )

    def address(self, endpoint: str, **more: object) -> str:
        """Return an address with what was asked for."""
        asked = {field.name: field.data for field in self if field.data}
        return url_for(endpoint, **{**asked, **more})


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(clinics_clock.zone()))


class TrailRow(TypedDict):
    """One entry as a page shows it."""

    id: int
    when: str
    who: str
    what: str
    subject: Subject
    raw: str
    detail: list[tuple[str, str]]
    hash: str


@pages.get("/audit")
def audit_trail() -> ResponseReturnValue:
    """Show a page of the audit trail, from an entry on back, of what was asked for."""
    form = FilterForm.asked()
    before = whole_numbers.read(request.args.get("before"))
    entries = audit.page(before, PAGE + 1, form.wanted())
    shown = entries[:PAGE]
    page = render_template(
        "desk/trail.html",
        rows=_rows(shown),
        form=form,
        errors=summary(form),
        filtered=any(field.data for field in form),
        more=form.address("trail.audit_trail", before=shown[-1].id) if len(entries) > PAGE else None,
        newest=None if before is None else form.address("trail.audit_trail"),
        csv=form.address("trail.trail_csv"),
        xlsx=form.address("trail.trail_xlsx"),
        most=current_reader().number(str(spreadsheets.MOST_ROWS)),
    )
    return page, 422 if form.errors else 200


@pages.get("/audit.csv")
def trail_csv() -> ResponseReturnValue:
    """Send what was asked for of the trail as CSV, in which nothing is a formula."""
    form = FilterForm.asked()
    return audit_trail() if form.errors else downloads.csv("audit-trail", _columns(), _exported(form, "csv"))


@pages.get("/audit.xlsx")
def trail_xlsx() -> ResponseReturnValue:
    """Send what was asked for of the trail as XLSX."""
    form = FilterForm.asked()
    if form.errors:
        return audit_trail()
    return downloads.xlsx("audit-trail", _("Audit trail"), _columns(), _exported(form, "xlsx"))


def _columns() -> list[Column]:
    return [
        Column(_("Entry"), "count", 8),
        Column(_("When (UTC)"), "moment", 18),
        Column(_("Who"), width=28),
        Column(_("What was done"), width=36),
        Column(_("About"), width=36),
        Column(_("Action"), width=20),
        Column(_("Subject"), width=20),
        Column(_("Details"), width=40),
        Column(_("Hash"), width=68),
    ]


def _exported(form: FilterForm, kind: str) -> list[Sequence[Cell]]:
    """Return the rows of an export, and put into the trail that it was taken out."""
    found = audit.page(None, spreadsheets.MOST_ROWS, form.wanted())
    subjects = audit_subjects.named({entry.subject for entry in found})
    names = _names(found)
    rows: list[Sequence[Cell]] = [
        [
            entry.id,
            entry.at,
            names[entry.actor],
            sentence(entry),
            subjects[entry.subject]["name"],
            entry.action,
            entry.subject,
            "; ".join(f"{name}={value}" for name, value in _detail(entry)),
            entry.hash,
        ]
        for entry in found
    ]
    with committing():
        audit.add(signed_in.act(), "trail.downloaded", subject="trail", kind=kind, entries=len(rows))
    return rows


def _rows(shown: Sequence[AuditEntry]) -> list[TrailRow]:
    names = _names(shown)
    subjects = audit_subjects.named({entry.subject for entry in shown})
    return [
        {
            "id": entry.id,
            "when": clinics_clock.written(entry.at),
            "who": names[entry.actor],
            "what": sentence(entry),
            "subject": subjects[entry.subject],
            "raw": entry.subject,
            "detail": _detail(entry),
            "hash": entry.hash,
        }
        for entry in shown
    ]


def _names(entries: Sequence[AuditEntry]) -> dict[str | None, str]:
    """Return what those are called who did something."""
    found = signed_in.addresses_of(entry.actor for entry in entries)
    return {actor: str(NOBODY.get(actor or "", name)) for actor, name in found.items()}


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
