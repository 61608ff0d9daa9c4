"""What staff paste into a chat for a patient, in the patient's language."""

from __future__ import annotations

from estimator.i18n import gettext as _


def of_request(reference: str, provider: str, due: str | None) -> str:
    """Return the line above the link to a request; it names the day by which it is answered, if there is one."""
    if due is None:
        return _("Your request %(reference)s at %(provider)s:", reference=reference, provider=provider)
    return _(
        "Your request %(reference)s at %(provider)s: we answer by the end of %(day)s.",
        reference=reference,
        provider=provider,
        day=due,
    )


def of_quote(number: str, provider: str, until: str) -> str:
    """Return the line above the link to a quote; what it comes to stands behind the link alone."""
    return _(
        "Your quote %(number)s from %(provider)s, valid until %(day)s:",
        number=number,
        provider=provider,
        day=until,
    )


def of_estimate(reference: str, provider: str) -> str:
    """Return the line above the link to an estimate."""
    return _("Your estimate %(reference)s at %(provider)s:", reference=reference, provider=provider)
