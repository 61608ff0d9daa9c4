"""The fields of days: picked in a calendar, typed in one line or in three inputs, or many, a line each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from markupsafe import Markup
from wtforms import Field
from wtforms.form import BaseForm
from wtforms.validators import StopValidation
from wtforms.widgets import TextInput

from estimator.i18n import Reader, ngettext
from estimator.i18n import gettext as _
from estimator.web import typed_text
from estimator.web.fields import AreaField, CompactField
from estimator.web.language import current_reader
from estimator.web.typed_days import (
    EARLIEST,
    LATEST,
    PARTS,
    AmbiguousDay,
    iso_day,
    read_day,
    read_month,
    typed_day,
    with_whole_year,
)


class _DayInput(TextInput):
    """The browser's date picker; a plain input where it could not show what stands there."""

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        text = field._value()
        attributes.setdefault("type", "date" if not text or iso_day(text) is not None else "text")
        return super().__call__(field, **attributes)


def day_problem(typed: str, reader: Reader) -> str | None:
    """Say why a text is no day of ours, and how to write it; None if it is one."""
    try:
        day = typed_day(typed, reader)
    except AmbiguousDay as two:
        return _(
            "“%(text)s” can be %(first)s or %(second)s. Write it with the year first: %(iso)s.",
            text=typed.strip()[:40],
            first=reader.day(two.days[0]),
            second=reader.day(two.days[1]),
            iso=two.days[0].isoformat(),
        )
    if day is None:
        return _("Enter a day like this: 2026-12-25.")
    if not EARLIEST <= day.year <= LATEST:
        return _("The year lies between %(first)s and %(last)s.", first=EARLIEST, last=LATEST)
    return None


class IsoDayField(CompactField):
    """A day that is picked in the browser's calendar, or typed; `day` is None if it is invalid or empty.

    What was typed in another order than 2026-12-25 is understood where it can only be one day.
    """

    widget = _DayInput()
    attributes: ClassVar[Mapping[str, Any]] = {
        "autocapitalize": "none",
        "autocomplete": "off",
        "dir": "ltr",
        "spellcheck": "false",
    }

    def __init__(self, *arguments: Any, optional: bool = False, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.optional = optional

    def meant(self, typed: str) -> str:
        """Return the day with the year first, where it can be read; else what was typed."""
        text = typed_text.compact(typed)
        reader = current_reader()
        day = typed_day(text, reader) if text and day_problem(text, reader) is None else None
        return text if day is None else day.isoformat()

    @property
    def day(self) -> date | None:
        """The day."""
        day = iso_day(self.data)
        return None if day is None or not EARLIEST <= day.year <= LATEST else day

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse what is no day, or can be two."""
        if not self.data and self.optional:
            return
        if self.day is None:
            raise StopValidation(day_problem(self.data, current_reader()) or "")


MOST_NAMED = 5
"""Number of lines that are named, of those that are no days."""


class IsoDaysField(AreaField):
    """A day on each line; `days` are those that can be read."""

    attributes: ClassVar[Mapping[str, Any]] = {"dir": "ltr"}

    @property
    def days(self) -> tuple[date, ...]:
        """The days."""
        reader = current_reader()
        good = (line for line in self.data.splitlines() if day_problem(line, reader) is None)
        return tuple(day for line in good if (day := typed_day(line, reader)) is not None)

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse every line that is no day, or can be two; beyond MOST_NAMED of them, how many more there are."""
        reader = current_reader()
        refused = [
            _(
                "Line %(number)s, “%(text)s”: %(problem)s",
                number=number,
                text=line.strip()[:40],
                problem=problem,
            )
            for number, line in enumerate(self.data.splitlines(), 1)
            if line.strip() and (problem := day_problem(line, reader)) is not None
        ]
        self.errors = [*self.errors, *refused[:MOST_NAMED]]
        if len(refused) > MOST_NAMED:
            more = len(refused) - MOST_NAMED
            self.errors.append(
                ngettext("One more line is no day either.", "%(num)s more lines are no days either.", more)
            )
        if refused:
            raise StopValidation


class DayField(Field):
    """A day in three text inputs named NAME-day, NAME-month and NAME-year; `data` is what stands in them."""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Take the texts of the three inputs."""
        self.process_errors = []
        self.data = dict.fromkeys(PARTS, "")
        if isinstance(data, Mapping):
            self.data |= {part: str(data.get(part, "")) for part in PARTS}
        if formdata is not None:
            self.data = {part: typed_text.compact(formdata.get(f"{self.name}-{part}", "")) for part in PARTS}

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in any of them."""
        return not any(self.data.values())

    @property
    def day(self) -> date | None:
        """The day, None if it is invalid."""
        found = read_day(self.data, current_reader())
        return None if found is None else date.fromisoformat(found)


class MonthField(CompactField):
    """A month and a year, or a year alone; `month` is it as ISO text, None if it is invalid or empty."""

    @property
    def month(self) -> str | None:
        """The month or the year: "2024-03", "2024"."""
        return read_month(self.data, current_reader())

    @property
    def perhaps(self) -> str | None:
        """What is perhaps meant by a year of two digits, with the whole one; None where there is none."""
        return with_whole_year(self.data, current_reader())
