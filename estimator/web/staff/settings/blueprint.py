"""What the pages of the settings share: their address, and what becomes of a form that was sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from estimator import clinic
from estimator.i18n import gettext as _
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing

pages = Blueprint("settings", __name__, url_prefix="/staff/settings")

Answer = str | Response | tuple[str, int]

MEANWHILE = 409


class _Refused(Exception):
    """One of several settings cannot be set, so that none is."""


def change(values: Mapping[str, Any], *, keep: bool = True) -> tuple[int, dict[str, str]]:
    """Set several settings at once or none of them; return the status, and what is wrong by setting and place.

    Nothing is kept unless the status is 303; without `keep` nothing is in any case.
    """
    problems: dict[str, str] = {}
    status = 303
    try:
        with committing():
            for key, value in values.items():
                basis = request.form.get(f"basis-{key}", "")
                try:
                    clinic.change(act(), key, value, basis=basis)
                except clinic.WrongValue as wrong:
                    status = max(status, 422) if status != MEANWHILE else status
                    problems |= {f"{key}.{place}".rstrip("."): text for place, text in wrong.problems.items()}
                except clinic.SomebodyElse:
                    status = MEANWHILE
                    problems[key] = _(
                        "Somebody else changed this while you had the page open. What you wrote is still here; "
                        "look at theirs, and save again to put yours in its place."
                    )
            if status != 303 or not keep:
                raise _Refused
    except _Refused:
        pass
    return status, problems


def done(sentence: str, endpoint: str = "settings.overview", **values: Any) -> Answer:
    """Say what was done, and go on."""
    flash(sentence)
    return redirect(url_for(endpoint, **values), code=303)


def summary(problems: Mapping[str, str]) -> list[dict[str, str | None]]:
    """Return the problems for the head of a page; each name is the id of its field."""
    return [{"target": name.replace(".", "-"), "sentence": text} for name, text in problems.items()]
