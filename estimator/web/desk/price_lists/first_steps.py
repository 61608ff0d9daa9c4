"""The steps of a first list, and what each still lacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypedDict

from flask import url_for

from estimator import price_lists
from estimator.i18n import gettext as _
from estimator.models import Draft
from estimator.price_lists import editing
from estimator.price_lists.editing import ready
from estimator.price_lists.editing.columns import NOTICES
from estimator.price_lists.editing.starting import needed_notices


class StepRow(TypedDict):
    """One step of the way: what it is called, where it is, and what it still lacks in words."""

    name: str
    label: str
    address: str
    missing: list[str]


def way(draft_id: int, data: editing.Data) -> list[StepRow]:
    """Return the steps of a first list with what each still lacks."""
    labels = {"questions": _("Questions"), "charges": _("Charges"), "notices": _("Notices")}
    lacks: Mapping[str, Callable[[editing.Data], list[str]]] = {
        "questions": _questions_missing,
        "charges": _charges_missing,
        "notices": _notices_missing,
    }
    return [
        {
            "name": name,
            "label": label,
            "address": url_for("price_lists.guide", draft_id=draft_id, step=name),
            "missing": lacks[name](data),
        }
        for name, label in labels.items()
    ]


def _questions_missing(data: editing.Data) -> list[str]:
    roles = {
        entry.get("role") for entry in editing.entries(data, ("driver",)).values() if isinstance(entry, dict)
    }
    needed = {
        "cell_type": _("a type of cells"),
        "sessions": _("the number of sessions"),
        "hospital_stay": _("the nights in hospital"),
        "rehabilitation": _("rehabilitation, or that there is none"),
    }
    return [said for role, said in needed.items() if role not in roles]


def _charges_missing(data: editing.Data) -> list[str]:
    if not editing.entries(data, ("charge",)):
        return [_("a charge")]
    return [_("a charge for “%(answer)s”", answer=label) for label in ready.without_charge(data)]


def _notices_missing(data: editing.Data) -> list[str]:
    return [str(NOTICES[kind]) for kind in needed_notices(data)]


def steps_of(draft: Draft, data: editing.Data | None) -> list[StepRow]:
    """Return the steps of the first version of a list; none for a list that has a version already."""
    if data is None or draft.based_on_id is not None or price_lists.versions(draft.slug):
        return []
    return way(draft.id, data)
