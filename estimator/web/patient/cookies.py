"""What a form says that does not belong to a visit: press again, and the second time how to allow cookies."""

from __future__ import annotations

from flask import g, request

from estimator import price_lists
from estimator.i18n import gettext as _
from estimator.web import request_context
from estimator.web.patient import whom_to_ask
from pricing.table import Provider

AGAIN = "sent_again"
"""The field of a form that was refused once because it belonged to no visit; `token` in components.html writes it."""


def ended(sentence: str, *providers: Provider) -> str:
    """Return the sentence for a form without a visit; or, if it was pressed again in vain, what else can be done."""
    g.sent_again = True
    return blocked(*providers) if AGAIN in request.form and not request.cookies else sentence


def ended_anywhere(sentence: str) -> str:
    """Return the same for a form that belongs to no price list: whoever has one in force can be written to."""
    versions = price_lists.all_in_force(request_context.now())
    return ended(sentence, *(price_lists.parsed(version).provider for version in versions))


def nothing_deleted(provider: Provider) -> str:
    """Return the same for a button that deletes something."""
    sentence = _(
        "This page was open for too long, or your browser keeps no cookies. Nothing was deleted; press the button "
        "again."
    )
    return ended(sentence, provider)


def blocked(*providers: Provider) -> str:
    """Say how to allow cookies, and whom to write to instead."""
    how = _(
        "Your browser accepts no cookies from this site, so this cannot be sent. Allow cookies for this site in the "
        "settings of your browser, then press the button again. The cookie only shows that the form is yours."
    )
    return f"{how} {whom_to_ask.otherwise(*providers)}".rstrip()


def if_it_comes_again() -> str:
    """Say what to do where a link that was opened is not remembered."""
    return _(
        "If you see this again, your browser accepts no cookies from this site. Allow them in its settings, or "
        "answer the mail with the link."
    )
