"""The account that patients pay into: one person proposes it, another one confirms exactly what they see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any, TypedDict

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator import staff
from estimator.clinic import account_details, accounts
from estimator.clinic.account_details import LONGEST, Account, WrongAccount
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.models import PaymentAccount
from estimator.web import whole_numbers
from estimator.web.fields import CarriedField, LineField, RadiosField
from estimator.web.forms import Form, printable, summary
from estimator.web.language import current_reader
from estimator.web.staff import signed_in
from estimator.web.staff.settings.blueprint import done, pages
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing
from estimator.web.validators import NotTooLong, PrintableLine
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

TOLD = timedelta(days=30)
"""Time for which the Start page of whoever works with requests says that the account was changed."""

STATES = {
    "proposed": lazy_gettext("proposed"),
    "confirmed": lazy_gettext("confirmed"),
    "refused": lazy_gettext("refused"),
}


def _line(name: str, hint: Any = "") -> LineField:
    return LineField(LABELS[name], [NotTooLong(LONGEST[name]), PrintableLine()], description=hint)


class AccountForm(Form):
    """The parts of an account, and the number of the version that was in force when the page was shown."""

    over = CarriedField()
    beneficiary = _line("beneficiary")
    address = _line("address")
    bank = _line("bank")
    iban = _line("iban", lazy_gettext("Its check digits are checked. Spaces do not matter."))
    account = _line("account")
    branch = _line("branch", lazy_gettext("For example IFSC EXAM0001234, or Sort code 12-34-56."))
    bic = _line("bic", lazy_gettext("8 or 11 signs."))
    charges = RadiosField(
        LABELS["charges"],
        choices=list(CHARGES.items()),
        refusal=lazy_gettext("Choose who bears the charges of the banks."),
        id="charges-clinic",
    )


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


@pages.route("/account", methods=["GET", "POST"])
def account() -> ResponseReturnValue:
    """Show the account in force and propose another one, or none."""
    in_force = accounts.in_force()
    if request.method != "POST":
        shown = accounts.account_of(in_force) or Account()
        typed = {field.name: getattr(shown, field.name) for field in fields(Account)}
        typed["iban"] = in_fours(shown.iban)
        return _form(AccountForm(None, data={**typed, "over": _number(in_force)}))
    form = AccountForm()
    none = request.form.get("act") == "none"
    proposal = (
        None if none else Account(**{each.name: form[each.name].data or "" for each in fields(Account)})
    )
    if not none:
        form.validate()
        if summary(form):
            _check_the_rest(form, proposal)
            return _form(form, 422)
    try:
        with committing():
            accounts.propose(
                act(), proposal, over=whole_numbers.read(form.over.data or ""), tell=_ask_for_confirmation
            )
    except WrongAccount as wrong:
        for name, sentence in wrong.problems.items():
            form.refuse(sentence, form[name])
        return _form(form, 422)
    except accounts.Unchanged:
        form.refuse(_("This is the account in force already. Nothing was changed."))
        return _form(form, 422)
    except accounts.Waiting:
        form.refuse(
            _(
                "Another change waits already. Have it confirmed or refused first; what you typed is still here."
            )
        )
        return _form(form, 409)
    except accounts.ChangedMeanwhile:
        form.refuse(
            _(
                "Another account came into force while you had the page open. What you typed is still here; "
                "compare it, and propose it again."
            )
        )
        form.over.data = _number(accounts.in_force())
        return _form(form, 409)
    return done(
        _("Proposed. It counts once another person has confirmed it; those who may are told by mail."),
        "settings.confirm_account",
    )


@pages.route("/account/confirm", methods=["GET", "POST"])
def confirm_account() -> ResponseReturnValue:
    """Show what is proposed beside what is in force, and confirm or refuse it."""
    if request.method != "POST":
        return _confirm_page()
    number = whole_numbers.read(request.form.get("number", "")) or 0
    sha256 = printable(request.form.get("sha256", ""))
    refusing = request.form.get("act") == "refuse"
    try:
        with committing():
            if refusing:
                accounts.refuse(act(), number, sha256=sha256)
            else:
                accounts.confirm(act(), number, sha256=sha256, tell=_tell_of_change)
    except accounts.SamePerson:
        return _confirm_page(
            _(
                "You proposed it yourself. Another person has to confirm it: compare it with them by telephone."
            ),
            409,
        )
    except accounts.ChangedMeanwhile:
        return _confirm_page(
            _(
                "It was decided or changed since you opened the page. This is how it is now; nothing was changed."
            ),
            409,
        )
    flash(
        _("Refused. The account in force stays.")
        if refusing
        else _(
            "Confirmed. Quotes that are issued from now on name it; those that are open are listed at the desk."
        )
    )
    return redirect(url_for("settings.confirm_account"), code=303)


def _ask_for_confirmation(row: PaymentAccount) -> None:
    """Mail those who may confirm that something waits for them."""
    staff.tell_approvers(act(), "accounts.confirm", "account", f"account:{row.id}", but={signed_in.actor()})


def _tell_of_change(row: PaymentAccount) -> None:
    """Mail everybody who issues quotes, or may confirm accounts, that another one is in force."""
    for permission in ("quotes.issue", "accounts.confirm"):
        staff.tell_approvers(act(), permission, "account_changed", f"account-changed:{row.id}", but=())


def _check_the_rest(form: AccountForm, proposal: Account | None) -> None:
    """Say also what only the rules of accounts know, where a field has nothing to complain of yet."""
    try:
        account_details.checked(proposal or Account())
    except WrongAccount as wrong:
        for name, sentence in wrong.problems.items():
            if not form[name].errors:
                form.refuse(sentence, form[name])


def _form(form: AccountForm, status: int = 200) -> ResponseReturnValue:
    in_force, waiting = accounts.in_force(), accounts.proposed()
    page = render_template(
        "staff/settings/account.html",
        form=form,
        in_force=_row(in_force),
        waiting=_row(waiting, in_force),
        versions=[_row(each) for each in accounts.versions()],
        most=accounts.MOST_SHOWN,
        errors=summary(form),
    )
    return page, status


def _confirm_page(refusal: str | None = None, status: int = 200) -> ResponseReturnValue:
    in_force = accounts.in_force()
    page = render_template(
        "staff/settings/account_confirm.html",
        in_force=_row(in_force),
        waiting=_row(accounts.proposed(), in_force),
        refusal=refusal,
        may_propose=signed_in.may("settings.edit"),
    )
    return page, status


def _number(row: PaymentAccount | None) -> str:
    return "" if row is None else str(row.id)


def _row(row: PaymentAccount | None, before: PaymentAccount | None = None) -> VersionRow | None:
    if row is None:
        return None
    reader = current_reader()
    decided = None
    if row.decided_by is not None and row.decided_at is not None:
        decided = _(
            "%(state)s by %(who)s, %(when)s",
            state=STATES[row.state],
            who=signed_in.name_of(row.decided_by),
            when=reader.clock(row.decided_at, "UTC"),
        )
    return {
        "number": row.id,
        "sha256": row.sha256,
        "parts": _parts(accounts.account_of(row), accounts.account_of(before)),
        "state": str(STATES[row.state]),
        "proposed": _(
            "proposed by %(who)s, %(when)s",
            who=signed_in.name_of(row.proposed_by),
            when=reader.clock(row.proposed_at, "UTC"),
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
            "value": said(found, name) or "–",
            "before": "–" if before is None else said(before, name) or "–",
            "differs": before is not None and said(before, name) != said(found, name),
        }
        for name, label in LABELS.items()
        if said(found, name) or (before is not None and said(before, name))
    ]


def said(found: Account, name: str) -> str:
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


def in_short(found: Account | None) -> Sequence[str]:
    """Return an account in a line: whose it is, its number, and its bank."""
    if found is None:
        return [_("none")]
    return [found.beneficiary, in_fours(found.iban) if found.iban else found.account, found.bank]


def told(now: datetime) -> str | None:
    """Say that the account was changed, for a while after that; None if it was not."""
    row = accounts.in_force()
    if row is None or row.decided_at is None or now - row.decided_at >= TOLD:
        return None
    return _(
        "The account that patients pay into was changed %(when)s: proposed by %(who)s, confirmed by %(second)s.",
        when=current_reader().clock(row.decided_at, "UTC"),
        who=signed_in.name_of(row.proposed_by),
        second=signed_in.name_of(row.decided_by),
    )
