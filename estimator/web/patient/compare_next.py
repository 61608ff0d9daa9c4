"""At which other price lists a plan is to be compared, as the address of a form says it while it is filled in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask import request, url_for

from estimator import price_lists
from estimator.web import request_context
from pricing.side_by_side import MOST

NAME = "compare"
"""The part of an address that names the lists that follow, with a dot between two."""

_SLUG = re.compile(r"[a-z][a-z0-9_]{0,79}")


def carried(slugs: Sequence[str]) -> dict[str, Any]:
    """Return what an address says of the lists that follow; nothing where there are none."""
    return {NAME: ".".join(slugs)} if slugs else {}


def following() -> list[str]:
    """Return the lists that follow after this form, by what its address says; one that is not in force does not."""
    found = request.args.get(NAME, "").split(".")[:MOST]
    return [slug for slug in dict.fromkeys(found) if _SLUG.fullmatch(slug) and _is_in_force(slug)][: MOST - 1]


def _is_in_force(slug: str) -> bool:
    try:
        price_lists.in_force(slug, request_context.now())
    except LookupError:
        return False
    return True


def after(token: str) -> str:
    """Return where somebody goes who has just made an estimate: to the next list, or to the estimate."""
    slugs = following()
    if not slugs:
        return url_for("patient.breakdown", token=token)
    first, *others = slugs
    return url_for("comparing.of_estimate", token=token, slug=first, **carried(others))
