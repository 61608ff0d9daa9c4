"""What a browser may see of a request whose link was opened in it."""

from __future__ import annotations

from estimator import requests
from estimator.models import PatientRequest
from estimator.web import request_context
from estimator.web.patient.opened_links import REQUESTS


def begin(request: PatientRequest, *, confirmed: bool = False) -> None:
    """Remember that the link of a request was opened here, or that its code was typed here as well."""
    REQUESTS.begin(request.reference, request.link_serial, confirmed=confirmed)


def opened(reference: str) -> PatientRequest | None:
    """Return the request that this browser may see; None if its link was not opened here, or too long ago."""
    found = requests.get(reference) if REQUESTS.knows(reference) else None
    if found is None or found.full_name is None:
        return None
    return found if REQUESTS.is_open(reference, found.link_serial) else None


def is_confirmed(request: PatientRequest) -> bool:
    """Whether this browser may see what is personal in a request.

    It may once the code of the mail was typed here, or if no mail can reach whoever asked.
    """
    if request.email is None or not request_context.settings().sends_mail:
        return True
    return REQUESTS.is_confirmed(request.reference, request.link_serial)
