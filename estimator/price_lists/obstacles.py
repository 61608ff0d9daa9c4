"""What keeps a valid draft from being published, beside its warnings: a name, a day, a list that is closed."""

from __future__ import annotations

from typing import Literal

from estimator.i18n import gettext as _

Obstacle = Literal["other_list", "name_taken", "date_past", "no_time_zone", "unchanged", "closed"]
"""One of them, as a code."""

IN_DATE_AND_NAME: tuple[Obstacle, ...] = ("name_taken", "date_past")
"""Those that another name or another first day takes away."""


def sentence(obstacle: Obstacle) -> str:
    """Say why a sound draft cannot be published, and what to do."""
    return {
        "other_list": _(
            "The name of the list in “About the list” is not that of the list this draft was begun for."
        ),
        "name_taken": _("Another version of this list has the same name. Choose another name."),
        "date_past": _("The first day lies in the past. Choose today or a later day."),
        "no_time_zone": _("This computer does not know the time zone."),
        "unchanged": _("Nothing differs from a version that is published already."),
        "closed": _("The list is closed. Open it again first."),
    }[obstacle]
