"""The page of a request's final bill: beside estimate and quote, with those that stood before it."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator import bills, keys, requests
from estimator.i18n import Reader
from estimator.i18n import gettext as _
from estimator.models import FinalBill, PatientRequest
from estimator.web import request_context, whole_numbers
from estimator.web.desk.bills import comparison
from estimator.web.desk.bills.blueprint import labels_of, pages, the_request, to
from estimator.web.desk.requests.history import names_of, who
from estimator.web.language import current_reader
from estimator.web.staff import signed_in
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing
from estimator.wording import states


def head_of(of: PatientRequest) -> dict[str, Any]:
    """Return what the head of each of these pages shows."""
    name = None
    try:
        person = requests.person_of(of, request_context.settings().data_keys)
        name = None if person is None else person.patient
    except keys.Unreadable:
        pass
    return {"reference": of.reference, "name": name, "erased": of.erased_at is not None}


def told(bill: FinalBill, of: PatientRequest, reader: Reader) -> dict[str, Any]:
    """Return one bill in words."""
    try:
        note, others = bills.words_of(bill, request_context.settings().data_keys)
        unreadable = False
    except keys.Unreadable:
        note, others, unreadable = None, (), True
    compared, counts = bills.compared_with(of), bill.ended_at is None
    zone = bill.table_version.time_zone
    return {
        "id": bill.id,
        "total": reader.money(bill.total, bill.currency),
        "day": reader.day(bill.billed_on),
        "estimate": bill.estimate_reference,
        "lines": comparison.lines_of(bill, labels_of(compared), others, reader),
        "whole": comparison.whole(bill, reader),
        "sentences": list(comparison.sentences(bill, reader)),
        "plan": comparison.plan_sentence(bill, compared) if counts else None,
        "older": comparison.older(bill, compared, reader) if counts else None,
        "overruns": [comparison.overrun(found, reader) for found in bills.overruns_of(bill)],
        "reasons": [str(states.BILL_REASONS[reason]) for reason in bill.reasons.split()],
        "note": note,
        "unreadable": unreadable,
        "entered": reader.clock(bill.entered_at, zone),
        "entered_by": who(bill.entered_by, _names(bill)),
        "ended": None if bill.ended_at is None else reader.clock(bill.ended_at, zone),
        "ended_as": bill.ended_as,
        "ended_by": None if bill.ended_by is None else who(bill.ended_by, _names(bill)),
    }


def _names(bill: FinalBill) -> dict[int, str]:
    entries = [
        requests.Entry(bill.entered_at, actor, "", {}, None)
        for actor in (bill.entered_by, bill.ended_by)
        if actor is not None
    ]
    return names_of(entries)


@pages.get("/requests/<reference>/bill")
def page(reference: str) -> ResponseReturnValue:
    """Show the bill of a request; where there is none, what to do."""
    of = the_request(reference)
    reader = current_reader()
    found = bills.of_request(of)
    return render_template(
        "desk/bill.html",
        request_=head_of(of),
        bill=next((told(bill, of, reader) for bill in found if bill.ended_at is None), None),
        earlier=[told(bill, of, reader) for bill in found if bill.ended_at is not None],
        may_work=signed_in.may("requests.work"),
    )


@pages.route("/requests/<reference>/bill/withdraw", methods=["GET", "POST"])
def withdraw(reference: str) -> ResponseReturnValue:
    """Ask whether a bill is to count no more, and let it."""
    of = the_request(reference)
    standing = bills.standing(of)
    if standing is None:
        flash(_("There is no final bill that could be withdrawn."))
        return to("page", reference=of.reference)
    if request.method != "POST":
        return render_template(
            "desk/bill_withdraw.html", request_=head_of(of), bill=told(standing, of, current_reader())
        )
    try:
        with committing():
            bills.withdraw(act(), of, whole_numbers.read(request.form.get("bill")) or 0)
    except requests.Erased:
        raise
    except requests.ChangedMeanwhile:
        flash(_("Somebody has corrected the bill meanwhile. Nothing was withdrawn: look at it first."))
        return to("page", reference=of.reference)
    flash(_("The final bill is withdrawn. It does not count any more, and stays below as it was."))
    return to("page", reference=of.reference)


def back_to(of: PatientRequest) -> str:
    """Return the address of the page of a request's bill."""
    return url_for("bills_desk.page", reference=of.reference)
