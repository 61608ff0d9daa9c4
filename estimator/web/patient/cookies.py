"""What a form says that does not belong to a visit: press again, and the second time how to allow cookies."""

from __future__ import annotations

from flask import g, request

from estimator.i18n import gettext as _
from pricing.table import Provider

AGAIN = "sent_again"
"""The field of a form that was refused once because it belonged to no visit; `token` in components.html writes it."""


def ended(sentence: str, provider: Provider) -> str:
    """Return the sentence for a form without a visit; or, if it was pressed again in vain, what else can be done."""
    g.sent_again = True
    return blocked(provider) if AGAIN in request.form and not request.cookies else sentence


def blocked(provider: Provider) -> str:
    """Say how to allow cookies, and whom to write to instead."""
    how = _(
        "Your browser accepts no cookies from this site, so this cannot be sent. Allow cookies for this site in the "
        "settings of your browser, then press the button again. The cookie only shows that the form is yours."
    )
    ways = {
        (True, True): _(
            "Or write to %(email)s, or call %(phone)s.", email=provider.email, phone=provider.phone
        ),
        (True, False): _("Or write to %(email)s.", email=provider.email),
        (False, True): _("Or call %(phone)s.", phone=provider.phone),
    }
    way = ways.get((bool(provider.email), bool(provider.phone)))
    return how if way is None else f"{how} {way}"


def if_it_comes_again() -> str:
    """Say what to do where a link that was opened is not remembered."""
    return _(
        "If you see this again, your browser accepts no cookies from this site. Allow them in its settings, or "
        "answer the mail with the link."
    )
