"""A new link for a request that has no quote; one that has gets its links together with the quote's."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator import quotes, requests
from estimator.i18n import gettext as _
from estimator.web.desk.requests import blueprint as desk
from estimator.web.desk.requests.blueprint import pages
from estimator.web.desk.requests.request import the_request
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing


@pages.route("/<reference>/link", methods=["GET", "POST"])
def new_link(reference: str) -> ResponseReturnValue:
    """Ask whether a request is to have another link, and give it one."""
    of = the_request(reference)
    if of.erased_at is not None:
        raise requests.Erased
    if quotes.for_request(of) is not None:
        return redirect(url_for("quotes_desk.new_link", reference=of.reference), code=303)
    if request.method == "POST":
        with committing():
            requests.new_link(act(), of)
        flash(_("The request has a new link. The old one no longer works."), "hand-over")
        return desk.to("request", reference=of.reference, _anchor="hand-over")
    return render_template(
        "desk/confirm.html",
        heading=_("Make a new link for request %(reference)s?", reference=of.reference),
        sentences=[
            _("The old link no longer works, nor do the links in emails that were sent."),
            _(
                "Do this if the link came into the wrong hands. Then give the new one to the patient yourself."
            ),
        ],
        button=_("Make a new link"),
        back=url_for("desk.request", reference=of.reference),
        hidden={},
    )
