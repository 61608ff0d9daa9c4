"""The first day of a version as it is picked or typed; a draft keeps what is no day, and says so beside it."""

from __future__ import annotations

from wtforms.form import BaseForm
from wtforms.validators import StopValidation

from estimator.web.day_fields import IsoDayField, day_problem
from estimator.web.language import current_reader
from estimator.web.typed_days import AmbiguousDay, typed_day


class FirstDayField(IsoDayField):
    """A day that is saved into a draft, with the year first where it can be read.

    Refused is only what could be two days, or lies in a year that nobody means.
    """

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse such a day."""
        reader = current_reader()
        try:
            day = typed_day(self.data, reader)
        except AmbiguousDay:
            day = None
        else:
            if day is None:
                return
        problem = day_problem(self.data, reader)
        if problem is not None:
            raise StopValidation(problem)


def understood(text: str) -> str:
    """Return a typed day with the year first; the text itself where it is no day, or could be two."""
    reader = current_reader()
    try:
        day = typed_day(text, reader)
    except AmbiguousDay:
        return text
    return text if day is None else day.isoformat()
