"""What is told of a file that was brought back: where something stands in it, and what two people changed."""

from __future__ import annotations

from estimator.i18n import gettext as _
from estimator.price_lists.editing.brought import Conflict, LeftOut


def place_in(one: LeftOut) -> str:
    """Say where in a file something was left out."""
    sheet = one.sheet[:80]
    if one.column:
        return _(
            "Sheet “%(sheet)s”, row %(row)s, column “%(column)s”", sheet=sheet, row=one.row, column=one.column
        )
    if one.row is not None:
        return _("Sheet “%(sheet)s”, row %(row)s", sheet=sheet, row=one.row)
    return _("Sheet “%(sheet)s”", sheet=sheet)


def both_changed(one: Conflict) -> str:
    """Say what was changed in a file and by somebody else."""
    return _(
        "%(sheet)s, row %(row)s, “%(label)s”, %(column)s: it was “%(before)s”, somebody made it “%(now)s” meanwhile, "
        "the file says “%(then)s”.",
        sheet=one.sheet,
        row=one.row,
        label=one.label[:80],
        column=one.column,
        before=one.before[:80],
        now=one.now[:80],
        then=one.then[:80],
    )
