"""Where somebody says that they want no mail before a quote ends: the link of that mail, without a code.

Opening it changes nothing, because mail programs open links by themselves.
"""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator import quotes
from estimator.web.forms import printable
from estimator.web.language import is_switching
from estimator.web.patient import dead_links
from estimator.web.patient.quote.blueprint import pages
from estimator.web.request_context import act, settings
from estimator.web.transaction import committing


@pages.route("/reminders/<number>/<token>", methods=["GET", "POST"], endpoint="reminders")
def reminders(number: str, token: str) -> ResponseReturnValue:
    """Show whether such a mail goes out, and change that."""
    quote = quotes.reminders.find(printable(number), printable(token), settings().link_key)
    if quote is None or quote.request.erased_at is not None:
        raise dead_links.DeadLink
    here = url_for("quote.reminders", number=quote.number, token=token)
    if request.method == "POST" and not is_switching():
        with committing():
            quotes.reminders.stop(act(), quote.request, wanted=request.form.get("act") == "send")
        return redirect(url_for("quote.reminders", number=quote.number, token=token, saved=1), code=303)
    return render_template(
        "patient/quote_reminders.html",
        number=quote.number,
        wanted=quote.request.no_reminders_at is None,
        changed=request.args.get("saved") == "1",
        action=here,
    )
