"""The account that patients pay into: one person proposes it, another one confirms exactly what they see."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator import staff
from estimator.clinic import account_details, accounts
from estimator.clinic.account_details import LONGEST, Account, WrongAccount
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.models import PaymentAccount
from estimator.web import request_context, whole_numbers
from estimator.web.fields import CarriedField, LineField, RadiosField
from estimator.web.forms import Form, printable, summary
from estimator.web.staff import signed_in
from estimator.web.staff.settings.account_words import CHARGES, LABELS, version_row
from estimator.web.staff.settings.blueprint import done, pages
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing
from estimator.web.validators import NotTooLong, PrintableLine
from estimator.wording import in_fours


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
        _("Proposed. It counts once another person has confirmed it; those who may are told by mail.")
        if request_context.settings().sends_mail
        else _("Proposed. It counts once another person has confirmed it: ask somebody who may."),
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
        in_force=version_row(in_force),
        waiting=version_row(waiting, in_force),
        versions=[version_row(each) for each in accounts.versions()],
        most=accounts.MOST_SHOWN,
        errors=summary(form),
    )
    return page, status


def _confirm_page(refusal: str | None = None, status: int = 200) -> ResponseReturnValue:
    in_force = accounts.in_force()
    page = render_template(
        "staff/settings/account_confirm.html",
        in_force=version_row(in_force),
        waiting=version_row(accounts.proposed(), in_force),
        refusal=refusal,
        may_propose=signed_in.may("settings.edit"),
    )
    return page, status


def _number(row: PaymentAccount | None) -> str:
    return "" if row is None else str(row.id)
