"""Open quotes that name an account which is not in force any more, or none: the list, each to be revised or left."""

from __future__ import annotations

from typing import TypedDict

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from estimator import quotes, requests
from estimator.clinic import accounts
from estimator.i18n import gettext as _
from estimator.quotes.older_accounts import Older
from estimator.web.desk.requests.beside import totals_of
from estimator.web.language import current_reader
from estimator.web.request_context import now, settings
from estimator.web.staff import signed_in
from estimator.web.staff.settings.account_words import in_short, told
from estimator.wording import states_at_desk

pages = Blueprint("older_accounts", __name__, url_prefix="/desk/older-accounts")


class OlderRow(TypedDict):
    """One quote that is to be revised or left."""

    number: str
    revision: int
    reference: str
    standing: str
    #: None once the person is erased, or if the key is missing
    patient: str | None
    #: of each plan, or of the one that was accepted
    totals: list[str]
    issued: str
    account: str
    revise: str
    leave: str | None


@pages.get("")
def page() -> ResponseReturnValue:
    """List them, those issued last first."""
    rows = [_row(each) for each in quotes.older_accounts.listed(now())]
    return render_template(
        "desk/older_accounts.html",
        rows=rows,
        most=quotes.older_accounts.MOST,
        in_force=in_short(accounts.in_force()),
        told=told(now()),
    )


def _row(each: Older) -> OlderRow:
    revision, reader = each.revision, current_reader()
    reference = revision.quote.request.reference
    person = requests.readable_person(revision.quote.request, settings().data_keys)
    return {
        "number": revision.quote.number,
        "revision": revision.number,
        "reference": reference,
        "standing": states_at_desk.revision_at_desk(quotes.state_at(revision, now())),
        "patient": None if person is None else person.patient,
        "totals": totals_of(revision, reader),
        "issued": reader.clock(revision.issued_at, revision.time_zone),
        "account": _("names no account") if each.account is None else in_short(each.account),
        "revise": url_for("quotes_desk.prepare", reference=reference),
        "leave": url_for("quotes_desk.leave_account", reference=reference)
        if signed_in.may("quotes.issue")
        else None,
    }
