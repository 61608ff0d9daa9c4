"""What staff paste into a chat for a patient, in the patient's language."""

from __future__ import annotations

from collections.abc import Sequence

from estimator.i18n import Reader
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


def of_quote(
    number: str, provider: str, *, until: str | None = None, over: bool = False, accepted: str | None = None
) -> str:
    """Return the line above the link to a quote, with the day until which it can be accepted, or on which it was.

    Of one whose last day is `over` it says until when it could be. What it comes to stands behind the link alone.
    """
    if accepted is not None:
        return _(
            "Your quote %(number)s from %(provider)s, accepted on %(day)s:",
            number=number,
            provider=provider,
            day=accepted,
        )
    if until is None:
        return _("Your quote %(number)s from %(provider)s:", number=number, provider=provider)
    if over:
        return _(
            "Your quote %(number)s from %(provider)s, which could be accepted until %(day)s:",
            number=number,
            provider=provider,
            day=until,
        )
    return _(
        "Your quote %(number)s from %(provider)s, valid until %(day)s:",
        number=number,
        provider=provider,
        day=until,
    )


def of_estimate(reference: str, provider: str) -> str:
    """Return the line above the link to an estimate."""
    return _("Your estimate %(reference)s at %(provider)s:", reference=reference, provider=provider)


def of_consents(reader: Reader, words: Sequence[str], on_behalf: str, *, for_other: bool) -> str:
    """Return what somebody agrees to, with numbers for their answer; `on_behalf` is only for those who ask for another.

    The text is in the language that is spoken; the numbers of its lines are written as the reader's language does.
    """
    last = on_behalf if for_other else _("Only if you ask for somebody else: %(words)s", words=on_behalf)
    lines = [f"{reader.number(str(number))}. {said}" for number, said in enumerate([*words, last], 1)]
    first = _("Before we keep your request, please read each sentence, and answer yes or no to each number:")
    return "\n".join([first, *lines])
