"""The first text of a list that begins from nothing, and what its notices may say; everything in it can be changed."""

from __future__ import annotations

from collections.abc import Mapping

from estimator.price_lists.editing.document import Data, entries
from estimator.price_lists.editing.forms import typed_into
from estimator.wording import first_notices

EVIDENCE, NOT_INCLUDED, ABOUT = "evidence", "not_included", "about_this_estimate"
"""The kinds of notices that a list needs; the first only if a treatment is not established."""


def first_list(typed: Mapping[str, str]) -> tuple[Data, dict[str, str]]:
    """Return the beginning of a list, and which of what was typed stands at which place of it.

    `typed` has `slug`, `title`, `provider`, `country`, `currency`, `time_zone`, `valid_from` and `language`. It asks
    nothing yet and has no price.
    """
    tag = typed["language"]
    data: Data = {"format": 1, "version": typed["valid_from"][:7], "languages": [tag], "provider": {}}
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
    ):
        data = typed_into(data, path, {key: typed[name] for key, name in fields.items()})
        top = "" if path == ("header",) else ".".join(path) + "."
        places |= {f"{top}{key}": name for key, name in fields.items()}
    return data, {**places, "languages": "language", "title": "title", "version": "valid_from"}


def needed_notices(data: Data) -> dict[str, str]:
    """Return the kinds of notices that a list needs and lacks, each with what it may say in the spoken language."""
    there = {entry.get("kind") for entry in entries(data, ("notice",)).values() if isinstance(entry, dict)}
    known = {
        answer.get("evidence")
        for question in entries(data, ("driver",))
        for answer in entries(data, ("driver", question, "choice")).values()
        if isinstance(answer, dict)
    }
    wanted = {}
    least = [word for word in first_notices.OF_EVIDENCE if word in known]
    if least:
        wanted[EVIDENCE] = str(first_notices.OF_EVIDENCE[least[-1]])
    wanted[NOT_INCLUDED] = str(first_notices.NOT_INCLUDED)
    wanted[ABOUT] = str(first_notices.ABOUT_THIS_ESTIMATE)
    return {kind: text for kind, text in wanted.items() if kind not in there}
