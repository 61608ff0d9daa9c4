"""What parts of the form, evidence and notices are called, in the order in which they are shown."""

from __future__ import annotations

from estimator.i18n import lazy_gettext

SECTIONS = {
    "cell_type": lazy_gettext("Type of cells"),
    "sessions": lazy_gettext("Sessions"),
    "hospital_stay": lazy_gettext("Hospital stay"),
    "rehabilitation": lazy_gettext("Rehabilitation"),
    "extras": lazy_gettext("Travel and extras"),
    "about_you": lazy_gettext("About you"),
}
"""What the part of the form with the drivers of a role is called, in the order of the form."""

EVIDENCE = {
    "established": lazy_gettext("Established treatment"),
    "conditional": lazy_gettext("Approved under conditions"),
    "trial": lazy_gettext("Being studied in trials"),
    "unproven": lazy_gettext("Unproven"),
}

NOTICES = {
    "evidence": lazy_gettext("What is known about this treatment"),
    "legal": lazy_gettext("What the law says"),
    "risk": lazy_gettext("Risks and side effects"),
    "suitability": lazy_gettext("Who may benefit, and what it depends on"),
    "not_included": lazy_gettext("What is not included"),
    "before_you_pay": lazy_gettext("Before you pay"),
    "about_this_estimate": lazy_gettext("About this estimate"),
    "questions": lazy_gettext("Questions to ask any provider before you pay"),
}
"""The heading of each kind of notice, in the order in which a document shows them."""
