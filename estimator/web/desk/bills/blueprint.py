"""What the pages of final bills share: the blueprint, the request of an address, and what lines are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from estimator import bills, requests
from estimator.bills import Compared
from estimator.i18n import Words
from estimator.i18n import gettext as _
from estimator.models import PatientRequest
from estimator.web import errors
from estimator.web.desk import readers
from estimator.web.language import current_reader

pages = Blueprint("bills_desk", __name__, url_prefix="/desk")


@pages.before_request
def _write_down_who_reads() -> None:
    """Write down who reads a request here; whoever changes something is in its history anyway."""
    found = requests.get(request.view_args["reference"]) if request.view_args else None
    if found is not None and request.method in ("GET", "HEAD"):
        readers.write_down(found)


def the_request(reference: str) -> PatientRequest:
    """Return the request of an address; raises errors.Missing."""
    found = requests.get(reference)
    if found is None:
        raise errors.Missing
    return found


def to(endpoint: str, **values: Any) -> ResponseReturnValue:
    """Redirect (303) to another of these pages after a change."""
    return redirect(url_for(f"bills_desk.{endpoint}", **values), code=303)


def labels_of(compared: Compared) -> Mapping[str, Words]:
    """Return what the lines of estimate and quote are called, by their codes."""
    reader, main = current_reader(), compared.table.main_language
    found = {
        bills.TAXES: Words(_("Taxes, and what was rounded")),
        bills.ADJUSTMENTS: Words(_("Adjustments of the quote")),
        bills.OPTIONS: Words(_("What was taken with the quote")),
    }
    for breakdown in (compared.quoted_breakdown, compared.breakdown):
        for item in () if breakdown is None else breakdown["items"]:
            found[item["code"]] = reader.words(item["label"], main)
    return found
