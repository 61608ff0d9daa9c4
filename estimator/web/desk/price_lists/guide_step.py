"""A step to a first list: one page, its form, and what becomes of the draft by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, cast

from wtforms import Field

from estimator.models import Draft
from estimator.price_lists import editing
from estimator.web.forms import Form


class Step(Protocol):
    """One page of the way."""

    form: Form

    def taken(self, data: editing.Data) -> editing.Data | None:
        """Return the draft with what was said; None, and the errors are at their fields, if something is wrong."""

    def shown(self, draft: Draft, data: editing.Data) -> dict[str, Any]:
        """Return what the page shows beside the form."""


def form_of(fields: Mapping[str, Field]) -> Any:
    """Return a form of these fields, filled with what was sent; it has an attribute for each."""
    made = cast("type[Form]", type("GuideForm", (Form,), dict(fields)))()
    for field in made:
        field.place = f"{field.label.text}:"
    return made
