"""The account that patients pay into as pages of the staff say it: part by part, in a line, and that it was changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypedDict

from estimator.clinic import accounts
from estimator.clinic.account_details import Account
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.models import PaymentAccount
from estimator.web import clinics_clock
from estimator.web.language import current_reader
from estimator.web.staff import signed_in
from estimator.wording import in_fours

LABELS = {
    "beneficiary": lazy_gettext("Account holder, as the bank has the name"),
    "address": lazy_gettext("Address of the account holder, if the bank wants it"),
    "bank": lazy_gettext("Name and town of the bank"),
    "iban": lazy_gettext("IBAN, where the bank has one"),
    "account": lazy_gettext("Account number, where there is no IBAN"),
    "branch": lazy_gettext("Code of the bank or branch, with its name"),
    "bic": lazy_gettext("SWIFT/BIC"),
    "charges": lazy_gettext("Charges of the banks"),
}
"""What each part of an account is called, in the order of the form."""

CHARGES = {
    "clinic": lazy_gettext("The clinic bears all of them"),
    "shared": lazy_gettext("The patient bears those of their bank, the clinic those of its own (SHA)"),
    "patient": lazy_gettext("The patient bears all of them, so that the whole amount arrives (OUR)"),
}

STATES = {
    "proposed": lazy_gettext("proposed"),
    "confirmed": lazy_gettext("confirmed"),
    "refused": lazy_gettext("refused"),
}

TOLD = timedelta(days=30)
"""Time for which the Start page of whoever works with requests says that the account was changed."""


class PartRow(TypedDict):
    """One part of an account: what it is called, what it says, and what it says in the version before."""

    label: str
    value: str
    before: str
    differs: bool


class VersionRow(TypedDict):
    """One version: its parts (none: quotes name no account), and who did what when."""

    number: int
    sha256: str
    parts: list[PartRow]
    state: str
    proposed: str
    decided: str | None
    own: bool


def version_row(row: PaymentAccount | None, before: PaymentAccount | None = None) -> VersionRow | None:
    """Return a version as pages show it, compared with another one; None for none."""
    if row is None:
        return None
    decided = None
    if row.decided_by is not None and row.decided_at is not None:
        decided = _(
            "%(state)s by %(who)s, %(when)s",
            state=STATES[row.state],
            who=signed_in.name_of(row.decided_by),
            when=clinics_clock.written(row.decided_at),
        )
    return {
        "number": row.id,
        "sha256": row.sha256,
        "parts": _parts(accounts.account_of(row), accounts.account_of(before)),
        "state": str(STATES[row.state]),
        "proposed": _(
            "proposed by %(who)s, %(when)s",
            who=signed_in.name_of(row.proposed_by),
            when=clinics_clock.written(row.proposed_at),
        ),
        "decided": decided,
        "own": row.proposed_by == signed_in.actor(),
    }


def _parts(found: Account | None, before: Account | None) -> list[PartRow]:
    if found is None:
        return []
    return [
        {
            "label": str(label),
            "value": _said(found, name) or "–",
            "before": "–" if before is None else _said(before, name) or "–",
            "differs": before is not None and _said(before, name) != _said(found, name),
        }
        for name, label in LABELS.items()
        if _said(found, name) or (before is not None and _said(before, name))
    ]


def _said(found: Account, name: str) -> str:
    """Return what a part of an account says, as it is read: numbers in groups, with the country that they are of."""
    value: str = getattr(found, name)
    if name == "charges":
        return str(CHARGES.get(value, value))
    code = {"iban": value[:2], "bic": value[4:6]}.get(name)
    if not code:
        return value
    country = current_reader().locale.territories.get(code)
    shown = in_fours(value) if name == "iban" else value
    return f"{shown} ({country})" if country else shown


def in_short(version: PaymentAccount | None) -> str:
    """Say an account in a line: whose it is, its number, and its bank; "none" where there is none."""
    found = accounts.account_of(version)
    if found is None:
        return _("none")
    number = in_fours(found.iban) if found.iban else found.account
    return ", ".join((found.beneficiary, number, found.bank))


def told(now: datetime) -> str | None:
    """Say that the account was changed, for a while after that; None if it was not."""
    row = accounts.in_force()
    if row is None or row.decided_at is None or now - row.decided_at >= TOLD:
        return None
    return _(
        "The account that patients pay into was changed %(when)s: proposed by %(who)s, confirmed by %(second)s.",
        when=clinics_clock.written(row.decided_at),
        who=signed_in.name_of(row.proposed_by),
        second=signed_in.name_of(row.decided_by),
    )
