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
