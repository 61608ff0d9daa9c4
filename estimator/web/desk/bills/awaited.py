"""The list of bills that are still to be entered: accepted quotes without a final bill, the longest accepted first."""

from __future__ import annotations

from typing import TypedDict

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator import bills
from estimator.requests import search
from estimator.web import request_context, whole_numbers
from estimator.web.desk.bills.blueprint import pages
from estimator.web.language import current_reader
from estimator.web.staff import signed_in


class AwaitedRow(TypedDict):
    """One request of the list; `name` is the patient's, None if no key opens it."""

    reference: str
    address: str
    name: str | None
    quote: str
    total: str
    accepted: str


@pages.get("/bills/awaited")
def awaited() -> ResponseReturnValue:
    """Show a page of the requests whose quote was accepted, and that have no final bill yet."""
    invented, after = request_context.settings().demo, whole_numbers.read(request.args.get("after"))
    found, more = bills.awaited(after, invented=invented)
    reader = current_reader()
    names = {
        row.id: row.patient_name or row.full_name
        for row in search.rows([each.request for each in found], request_context.settings().data_keys)
    }
    to = "bills_desk.enter" if signed_in.may("requests.work") else "bills_desk.page"
    rows: list[AwaitedRow] = [
        {
            "reference": each.reference,
            "address": url_for(to, reference=each.reference),
            "name": names.get(each.request),
            "quote": each.number,
            "total": reader.money(each.total, each.currency),
            "accepted": reader.moment(each.accepted_at, each.time_zone),
        }
        for each in found
    ]
    return render_template(
        "desk/bills_awaited.html",
        rows=rows,
        count=bills.how_many_awaited(invented=invented),
        first=after is None,
        more=more,
    )
