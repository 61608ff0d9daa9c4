"""How a quote is paid by bank transfer, in the words of one language: what to write into the form of a bank."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from estimator.i18n import Reader, ngettext
from estimator.i18n import gettext as _
from estimator.wording.rows import FactRow, HowToPay
from pricing.stored import PayTo


def how_to_pay(
    account: PayTo, number: str, first_day: str | None, days_to_take_back: int, main: str, reader: Reader
) -> HowToPay:
    """Return how a quote with a number is paid; `first_day` is the first on which it may be, None if any day is one.

    `main` is the language in which the clinic writes the names and addresses of an account.
    """
    return HowToPay(
        rows=list(_rows(account, number, main, reader)),
        sentences=list(_sentences(first_day, days_to_take_back)),
        warning=never_by_mail(),
    )


def once_accepted(said: HowToPay, first_day: str | None) -> HowToPay:
    """Return how an accepted quote is paid, from what was said at its issue; `first_day` is None if any day is one."""
    *_before, purpose = said.sentences
    return replace(said, sentences=[*([] if first_day is None else [_not_before(first_day)]), purpose])


def other_account(before: PayTo | None, now: PayTo | None) -> str | None:
    """Say that a revision names another account than the one before; None if it does not."""
    if before is None or now is None or account_number(before) == account_number(now):
        return None
    return _(
        "This revision names another account to pay into than the revision before it. Check it on the page of the "
        "quote. If in doubt, ask us by the telephone number on our own website."
    )


def never_by_mail() -> str:
    """Say what to do about a message that names another account."""
    return _(
        "We never change an account by mail, chat or telephone. If somebody asks you to pay into another one, do not "
        "pay: ask us by the telephone number on our own website, not by one that they give you."
    )


def _rows(account: PayTo, number: str, main: str, reader: Reader) -> Iterator[FactRow]:
    yield FactRow(_("Account holder"), reader.own(account["beneficiary"], main).marked)
    if "address" in account:
        yield FactRow(_("Address of the account holder"), reader.own(account["address"], main).marked)
    if "iban" in account:
        yield FactRow("IBAN", in_fours(account["iban"]))
    if "account" in account:
        yield FactRow(_("Account number"), account["account"])
    if "branch" in account:
        yield FactRow(_("Code of the bank or branch"), account["branch"])
    yield FactRow("SWIFT/BIC", account["bic"])
    yield FactRow(_("Bank"), reader.own(account["bank"], main).marked)
    yield FactRow(_("Purpose of the payment"), number)
    yield FactRow(_("Charges of the banks"), _charges(account))


def _sentences(first_day: str | None, days_to_take_back: int) -> Iterator[str]:
    yield nothing_obliges()
    if first_day is not None:
        yield _not_before(first_day)
    if days_to_take_back:
        yield taken_back_before(days_to_take_back)
    yield _("As the purpose, write the number of the quote and nothing else: no word of a treatment.")


def nothing_obliges() -> str:
    """Say of a quote that is offered that nobody need accept it; it is the first sentence of how it is paid."""
    return _("You need not accept. Nothing is agreed, and nothing is to be paid, before you have accepted.")


def _not_before(day: str) -> str:
    return _("Nothing is to be paid before %(day)s.", day=day)


def taken_back_before(days: int) -> str:
    """Say for how many days an acceptance can be taken back, before which nothing is to be paid."""
    return ngettext(
        "After accepting you have %(num)s day to take it back without giving a reason. "
        "Nothing is to be paid before it is over.",
        "After accepting you have %(num)s days to take it back without giving a reason. "
        "Nothing is to be paid before they are over.",
        days,
    )


def _charges(account: PayTo) -> str:
    match account["charges"]:
        case "clinic":
            return _("The provider bears all of them: what your bank takes off is not asked of you again.")
        case "shared":
            return _("You bear those of your bank, the provider those of its own (SHA).")
        case "patient":
            return _("You bear all of them, so that the whole amount arrives (OUR).")


def account_number(account: PayTo) -> str:
    """Return the number of an account as it is printed, with its bank: two accounts may differ in that alone."""
    number = in_fours(account["iban"]) if "iban" in account else account.get("account", "")
    return f"{number}, {account['bic']}"


def in_fours(iban: str) -> str:
    """Return an IBAN in groups of four, as it is printed."""
    return " ".join(iban[place : place + 4] for place in range(0, len(iban), 4))
