"""The code of a mail, which opens a quote or what is kept of a request; one form for both."""

from __future__ import annotations

from datetime import timedelta

from wtforms import Field
from wtforms.form import BaseForm
from wtforms.validators import StopValidation

from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext, ngettext
from estimator.models import QuoteCode
from estimator.requests import mailed_codes
from estimator.web.fields import CarriedField, CodeField
from estimator.web.forms import Form


class SixDigits:
    """Refuses what cannot be a code, so that a slip of the finger costs no try."""

    def __call__(self, form: BaseForm, field: Field) -> None:
        if not mailed_codes.is_code(field.data or ""):
            raise StopValidation(_("Enter the six digits of the newest email."))


def wrong(waiting: QuoteCode) -> str:
    """Say that a code is not the one that waits, and how many more can be tried."""
    return ngettext(
        "This is not the newest code that was asked for in this browser. You have %(num)s more try.",
        "This is not the newest code that was asked for in this browser. You have %(num)s more tries.",
        mailed_codes.TRIES - waiting.tries,
    )


def wait(too_many: mailed_codes.TooMany) -> str:
    """Say how long to wait for another code."""
    minutes = -(-too_many.wait // timedelta(minutes=1))
    if too_many.by_others:
        return ngettext(
            "Others with this link have asked for so many codes that there is none for %(num)s minute.",
            "Others with this link have asked for so many codes that there is none for %(num)s minutes.",
            minutes,
        )
    return ngettext(
        "No more codes for now. Try again in %(num)s minute.",
        "No more codes for now. Try again in %(num)s minutes.",
        minutes,
    )


class CodeForm(Form):
    """A code as it is typed, or the wish for one."""

    code = CodeField(lazy_gettext("Code of six digits"), [SixDigits()])
    act = CarriedField()
