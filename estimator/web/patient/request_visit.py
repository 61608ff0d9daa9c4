"""What a browser may see of a request whose link was opened in it."""

from __future__ import annotations

from flask import request as asked
from flask.typing import ResponseReturnValue

from estimator import price_lists, requests
from estimator.i18n import gettext as _
from estimator.models import PatientRequest
from estimator.web import errors, request_context
from estimator.web.patient import cookies, dead_links
from estimator.web.patient.opened_links import REQUESTS


class VisitOver(errors.Missing):
    """This browser may not see a request, or not any more."""

    def answer(self) -> ResponseReturnValue:
        """Return the page that says how to open it again; it keeps what was typed."""
        return errors.page(
            404,
            _("Open the link once more"),
            _("This page is shown for some hours to anybody who has opened the link of the request."),
            _(
                "Open the link again: it is in the mail that we sent you, or in the message of your coordinator."
            ),
            *([] if asked.cookies else [cookies.if_it_comes_again()]),
            kept=errors.typed() if asked.method == "POST" else (),
        )


def begin(request: PatientRequest, *, confirmed: bool = False) -> None:
    """Remember that the link of a request was opened here, or that its code was typed here as well."""
    REQUESTS.begin(request.reference, request.link_serial, confirmed=confirmed)


def opened(reference: str) -> PatientRequest:
    """Return the request that this browser may see; raises VisitOver if its link was not opened here, or long ago."""
    found = requests.get(reference) if REQUESTS.knows(reference) else None
    if found is None or found.full_name is None or not REQUESTS.is_open(reference, found.link_serial):
        raise VisitOver
    if found.erased_at is not None and not is_confirmed(found):
        raise dead_links.Erased(price_lists.parsed(found.table_version).provider)
    return found


def is_mailed(request: PatientRequest) -> bool:
    """Whether mail about a request reaches whoever made it."""
    return request.email is not None and request_context.settings().sends_mail


def is_confirmed(request: PatientRequest) -> bool:
    """Whether this browser may see what is personal in a request.

    It may once the code of the mail was typed here, or if no mail could ever be sent to the patient: an address that
    was erased proves nothing.
    """
    if not is_mailed(request) and request.erased_at is None:
        return True
    return REQUESTS.is_confirmed(request.reference, request.link_serial)
