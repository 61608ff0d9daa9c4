"""Enter the final bill of a request, or correct the one that stands."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask import flash, render_template
from flask import request as sent
from flask.typing import ResponseReturnValue

from estimator import bills, estimates, keys, requests
from estimator.bills import Compared, Doubt, Entered
from estimator.i18n import gettext as _
from estimator.i18n import ngettext
from estimator.models import Estimate, FinalBill, PatientRequest
from estimator.web import errors, request_context, whole_numbers
from estimator.web.desk.bills import comparison
from estimator.web.desk.bills.blueprint import labels_of, pages, the_request, to
from estimator.web.desk.bills.form import BillForm, data_of, money
from estimator.web.desk.bills.page import head_of, told
from estimator.web.forms import summary
from estimator.web.language import current_reader
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing


@pages.route("/requests/<reference>/bill/enter", methods=["GET", "POST"])
def enter(reference: str) -> ResponseReturnValue:
    """Show the form, filled where a bill is to be corrected, and keep what was typed."""
    of = the_request(reference)
    if of.erased_at is not None:
        raise requests.Erased
    compared = bills.compared_with(of)
    standing = bills.standing(of)
    if sent.method != "POST":
        return show(
            of, BillForm.of(compared, labels_of(compared), None, data=data_kept(standing, compared)), standing
        )
    form = BillForm.of(compared, labels_of(compared))
    if not form.is_read():
        return show(of, form, standing, 422)
    estimate = _other_estimate(form, compared)
    if form.estimate.errors or (estimate is not None and not _fits(of, form, estimate)):
        return show(of, form, standing, 422)
    return _keep(of, form, estimate)


def data_kept(standing: FinalBill | None, compared: Compared) -> dict[str, Any]:
    """Return what stands in the form of the bill that counts; nothing without one."""
    if standing is None:
        return {}
    try:
        note, labels = bills.words_of(standing, request_context.settings().data_keys)
    except keys.Unreadable:
        note, labels = None, ()
    return data_of(standing, compared, note, labels, current_reader())


def _other_estimate(form: BillForm, compared: Compared) -> Estimate | None:
    typed = form.estimate.data.upper()
    if not typed or compared.revision is not None:
        return None
    found = estimates.by_reference(act(), typed)
    if found is None:
        form.refuse(_("There is no estimate with this reference, or it is not kept any more."), form.estimate)
    return found


def _fits(of: PatientRequest, form: BillForm, estimate: Estimate) -> bool:
    """Whether another estimate can be compared with, and has every line of which something was typed; says what not."""
    try:
        lines = {line["code"] for line in bills.compared_with(of, estimate).lines}
    except bills.OtherList:
        form.refuse(_("That estimate was made with another price list than this request."), form.estimate)
        return False
    gone = [item.code for item in form.entered().items if item.code is not None and item.code not in lines]
    for code in gone:
        form.refuse(
            _(
                "Estimate %(number)s has no such line. Leave it empty, and enter it as a line of its own below.",
                number=estimate.reference,
            ),
            form.field_of_item(code),
        )
    return not gone


def _keep(of: PatientRequest, form: BillForm, estimate: Estimate | None) -> ResponseReturnValue:
    over = whole_numbers.read(form.over.data)
    bill, sure = form.entered(), bool(form.sure.data)
    try:
        with committing():
            if over is None:
                bills.enter(act(), of, bill, estimate=estimate, sure=sure)
            else:
                bills.correct(act(), of, over, bill, estimate=estimate, sure=sure)
    except requests.Erased:
        raise
    except (bills.AlreadyEntered, requests.ChangedMeanwhile):
        return _meanwhile(of.reference, form)
    except bills.Unusual as unusual:
        for doubt in unusual.doubts:
            form.refuse(asked(doubt, form, bill), form.field_of_item(doubt.code))
        return show(of, form, bills.standing(of), 422, ask=True)
    except bills.WrongDay:
        form.refuse(wrong_day(), form.day)
        return show(of, form, bills.standing(of), 422)
    except (bills.WrongAmount, bills.OtherCurrency, bills.ItemsAboveTotal):
        # What it is compared with has changed since the form was read, a moment ago.
        return _meanwhile(of.reference, form)
    flash(_("The final bill is corrected.") if over is not None else _("The final bill is kept."))
    return to("page", reference=of.reference)


def wrong_day() -> str:
    """Say of which days a bill cannot be."""
    return _("The day of the bill is not before the day of the request, and not still to come.")


def asked(doubt: Doubt, form: BillForm, bill: Entered) -> str:
    """Ask whether what was typed is right; the box beside the button answers that."""
    match doubt.about:
        case "far":
            return _(
                "%(total)s is ten times what was expected or more, or a tenth of it or less. Look at it again. If it "
                "is right, tick the box beside the button.",
                total=money(bill.total, bill.currency),
            )
        case "empty":
            return ngettext(
                "%(num)s expected item is empty: is %(total)s the whole bill? If it is, tick the box beside the "
                "button. Otherwise enter what was billed in all, or for this item.",
                "%(num)s expected items are empty: is %(total)s the whole bill? If it is, tick the box beside the "
                "button. Otherwise enter what was billed in all, or for these items.",
                doubt.count,
                total=money(bill.total, bill.currency),
            )
        case "sign":
            billed = next(item.amount for item in bill.items if item.code == doubt.code)
            amount = money(abs(billed), bill.currency)
            if billed > 0:
                return _(
                    "Something was to be taken off here, and %(amount)s is added to the bill. Enter it with a minus "
                    "if it was taken off. If it was charged, tick the box beside the button.",
                    amount=amount,
                )
            return _(
                "Something was to be charged here, and %(amount)s is taken off the bill. Leave out the minus if it was "
                "charged. If it was taken off, tick the box beside the button.",
                amount=amount,
            )


def _meanwhile(reference: str, form: BillForm) -> ResponseReturnValue:
    """Show what was typed beside the bill that counts now; sending it again corrects that one."""
    of = the_request(reference)
    if of.erased_at is not None:
        return errors.erased_meanwhile()
    standing = bills.standing(of)
    if standing is None:
        form.over.data = ""
        sentence = _(
            "The bill was withdrawn, or the quote was changed, while you were typing. Nothing of yours was lost. "
            "Send it again if you still want to keep it."
        )
    else:
        form.over.data = str(standing.id)
        sentence = _(
            "A final bill of %(total)s was entered for this request already, and stands below. Nothing of yours was "
            "lost, and nothing was changed. Send it again if yours is to correct that one.",
            total=current_reader().money(Decimal(standing.total), standing.currency),
        )
    return show(of, form.refuse(sentence), standing, 409)


def show(
    of: PatientRequest,
    form: BillForm,
    standing: FinalBill | None,
    status: int = 200,
    *,
    ask: bool = False,
    brought: Sequence[dict[str, str]] | None = None,
) -> ResponseReturnValue:
    """Return the page with the form; `brought` is what a spreadsheet changes in it."""
    reader = current_reader()
    page = render_template(
        "desk/bill_enter.html",
        errors=summary(form),
        request_=head_of(of),
        form=form,
        lines=form.lines(reader),
        others=form.others(),
        compared=form.compared,
        expected=_expected(form.compared),
        undecided=comparison.undecided(form.compared),
        standing=None if standing is None else told(standing, of, reader),
        ask=ask or bool(form.sure.data),
        brought=brought,
    )
    return page, status


def _expected(compared: Compared) -> list[tuple[str, str]]:
    """Return what the bill will be compared with."""
    reader, found = current_reader(), []
    if compared.cases is not None:
        cases = compared.cases
        span = comparison.span(cases["low"], cases["likely"], cases["high"], compared.currency, reader)
        found.append((_("Estimate %(number)s", number=compared.estimate_reference), span))
    if compared.quoted is not None and compared.revision is not None:
        name = comparison.quote_name(compared, compared.revision)
        found.append((name, reader.money(compared.quoted, compared.currency)))
    return found
