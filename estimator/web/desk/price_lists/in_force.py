"""The version of a list that is in force, and how the prices of a draft differ from it."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from estimator import price_lists
from estimator.i18n import gettext as _
from estimator.models import Draft, TableVersion
from estimator.price_lists import editing
from estimator.price_lists.editing.deltas import delta
from estimator.price_lists.editing.document import data_of
from estimator.web.language import current_reader
from estimator.web.request_context import now

_data_of = lru_cache(maxsize=8)(data_of)  # many drafts, and many cells of each, are compared with one version


def in_force(slug: str) -> TableVersion | None:
    """Return the version of a list that is in force; None if there is none."""
    try:
        return price_lists.in_force(slug, now())
    except LookupError:
        return None


def data_in_force(draft: Draft) -> editing.Data | None:
    """Return what stands in the version in force of a draft's list; None if there is none."""
    version = in_force(draft.slug)
    return None if version is None else _data_of(version.text)


def since(before: editing.Data | None, data: editing.Data, code: str) -> str:
    """Say in the fewest words how the prices of a charge differ from those in force; nothing if they do not."""
    there = ("charge", code)
    found = None if before is None else delta(editing.get(before, there), editing.get(data, there))
    if found is None:
        return ""
    if found.kind == "percent" and found.low is not None and found.high is not None:
        if found.low == found.high:
            return _signed(found.low)
        return _("%(low)s to %(high)s", low=_signed(found.low), high=_signed(found.high))
    return {"new": _("new"), "priced": _("had no price")}.get(found.kind, _("changed"))


def _signed(percent: Decimal) -> str:
    written = current_reader().percent(percent)
    return f"+{written}" if percent > 0 else written
