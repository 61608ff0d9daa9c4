"""What the pages of the settings share: their address, and what becomes of a form that was sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field

from estimator import clinic
from estimator.i18n import gettext as _
from estimator.web.forms import Form, summary
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing

pages = Blueprint("settings", __name__, url_prefix="/staff/settings")


MEANWHILE = 409


class _Refused(Exception):
    """Something is wrong in the form, so that nothing of it is kept."""


def change(form: Form, values: Mapping[str, Any]) -> int:
    """Set several settings at once or none of them; return the status, and put what is wrong at its field.

    A field is called after its setting, or after the place in it. Nothing is kept unless the status is 303, and it is
    not where something is wrong in the form already.
    """
    status = 422 if summary(form) else 303
    try:
        with committing():
            for key, value in values.items():
                basis = request.form.get(f"basis-{key}", "")
                try:
                    clinic.change(act(), key, value, basis=basis)
                except clinic.WrongValue as wrong:
                    status = max(status, 422) if status != MEANWHILE else status
                    for place, sentence in wrong.problems.items():
                        form.refuse(sentence, _field(form, key, place))
                except clinic.SomebodyElse:
                    status = MEANWHILE
                    sentence = _(
                        "Somebody else changed this while you had the page open. What you wrote is still here; "
                        "look at theirs, and save again to put yours in its place."
                    )
                    form.refuse(sentence, _field(form, key, ""))
            if status != 303:
                raise _Refused
    except _Refused:
        pass
    return status


def _field(form: Form, key: str, place: str) -> Field | None:
    """Return the field of a place in a setting: of "estimate.before.en" it is "before-en"."""
    name = "-".join(place.split(".")[1:]) or key
    return next((field for field in form if field.name == name), None)


def done(sentence: str, endpoint: str = "settings.overview", **values: Any) -> ResponseReturnValue:
    """Say what was done, and go on."""
    flash(sentence)
    return redirect(url_for(endpoint, **values), code=303)
