"""What a sum leaves out, as a sentence under it: what is not counted yet, and what is on request.

templates/not_counted.html says the same on pages and in documents, where the names are links or have a language.
"""

from __future__ import annotations

from collections.abc import Sequence

from estimator.i18n import gettext as _
from estimator.i18n import listed_apart


def not_in_sum(names: Sequence[object]) -> str:
    """Say what is on request; empty if nothing is."""
    return (
        _("Not in this sum, because the price is on request: %(names)s.", names=listed_apart(names))
        if names
        else ""
    )


def not_counted_yet(names: Sequence[object]) -> str:
    """Say which questions are left open; empty if none is. A question mark needs no full stop after it."""
    if not names:
        return ""
    said = listed_apart(names)
    if said.endswith(("?", "？", "؟")):
        return _("Not counted yet: %(names)s", names=said)
    return _("Not counted yet: %(names)s.", names=said)
