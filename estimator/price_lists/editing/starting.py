"""The first text of a list that begins from nothing: little, sound, and everything in it can be changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from estimator.i18n import lazy_gettext as _
from estimator.price_lists.editing.document import Data, free_code
from estimator.price_lists.editing.forms import typed_into

ANSWER, GROUP = "cells", "treatment"
"""The codes of the first question and of the group that the first charge stands in."""

_KNOWN = {
    "conditional": _(
        "This treatment is approved under conditions. Ask what is known about its benefit for you."
    ),
    "trial": _("This treatment is being studied in trials. Whether it helps is not known yet."),
    "unproven": _("It has not been shown that this treatment helps."),
}
"""What patients read first about a treatment that is not established."""


def first_list(typed: Mapping[str, str]) -> tuple[Data, dict[str, str]]:
    """Return a new list, and which of what was typed stands at which place of it.

    `typed` has `slug`, `title`, `provider`, `country`, `currency`, `time_zone`, `valid_from`, `language`, `answer`,
    `evidence`, `charge`, `price` and `source`. The four questions that every list asks are there, with words in
    the language in which this is called; nothing is made up that patients would take for a price.
    """
    tag = typed["language"]

    def said(text: Any) -> dict[str, str]:
        return {tag: str(text)}

    first, evidence = "first", typed["evidence"]
    charge = free_code({"group": {GROUP: {}}}, ("charge",), GROUP)
    notices: dict[str, Any] = {
        "not_included": {
            "kind": "not_included",
            "text": said(
                _("What is not listed is not included, such as flights and what you spend yourself.")
            ),
        },
        "about": {
            "kind": "about_this_estimate",
            "text": said(_("This is an estimate. The price can change once doctors have seen you.")),
        },
    }
    if evidence in _KNOWN:
        notices["evidence"] = {"kind": "evidence", "text": said(_KNOWN[evidence])}
    data: Data = {
        "format": 1,
        "version": typed["valid_from"][:7],
        "languages": [tag],
        "provider": {},
        "driver": {
            ANSWER: {
                "kind": "choice",
                "role": "cell_type",
                "label": said(_("Type of cells")),
                "choice": {first: {"evidence": evidence} if evidence else {}},
            },
            "sessions": {
                "kind": "number",
                "role": "sessions",
                "label": said(_("Sessions")),
                "least": 1,
                "most": 10,
            },
            "nights": {
                "kind": "number",
                "role": "hospital_stay",
                "label": said(_("Nights in hospital")),
                "least": 0,
                "most": 60,
                "default": 0,
            },
            "rehabilitation": {
                "kind": "yes_no",
                "role": "rehabilitation",
                "label": said(_("Rehabilitation")),
                "default": False,
            },
        },
        "group": {GROUP: {"label": said(_("Treatment"))}},
        "charge": {charge: {"group": GROUP, "per": "sessions"}},
        "notice": notices,
    }
    places: dict[str, str] = {}
    for path, fields in (
        (
            ("header",),
            {
                "table": "slug",
                f"title.{tag}": "title",
                "valid_from": "valid_from",
                "currency": "currency",
                "time_zone": "time_zone",
            },
        ),
        (("provider",), {"name": "provider", "country": "country"}),
        (("driver", ANSWER, "choice", first), {f"label.{tag}": "answer"}),
        (("charge", charge), {f"label.{tag}": "charge", "price": "price", "source": "source"}),
    ):
        data = typed_into(data, path, {key: typed[name] for key, name in fields.items()})
        top = "" if path == ("header",) else ".".join(path) + "."
        places |= {f"{top}{key}": name for key, name in fields.items()}
    whole = {
        "languages": "language",
        "title": "title",
        "version": "valid_from",
        f"driver.{ANSWER}.choice.{first}": "answer",
        f"charge.{charge}": "price",
        f"charge.{charge}.label": "charge",
    }
    return data, {**places, **whole}
