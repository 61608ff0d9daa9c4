"""What the notices that every price list needs may say until somebody puts them into words of their own.

Patients read them, in the main language of the list.
"""

from __future__ import annotations

from estimator.i18n import lazy_gettext as _

OF_EVIDENCE = {
    "conditional": _(
        "This treatment is approved under conditions. Ask what is known about its benefit for you."
    ),
    "trial": _("This treatment is being studied in trials. Whether it helps is not known yet."),
    "unproven": _("It has not been shown that this treatment helps."),
}
"""What patients read first about a treatment that is not established, by its evidence, the least that is known last."""

NOT_INCLUDED = _("What is not listed is not included, such as flights and what you spend yourself.")
ABOUT_THIS_ESTIMATE = _("This is an estimate. The price can change once doctors have seen you.")
