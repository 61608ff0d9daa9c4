"""Lines of a quote that people type at the desk: a label for the patient, an amount, and more; an empty one is none."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from wtforms import Field
from wtforms.validators import StopValidation

from estimator import figures
from estimator.i18n import Reader, lazy_gettext
from estimator.web.fields import TextField
from estimator.web.forms import Form
from estimator.web.validators import Filled, NotTooLong, PrintableLine
from pricing.money import plain

LONGEST_LABEL = 200
LONGEST_AMOUNT = 40


class UnlessLineIsEmpty:
    """Stops the validators of a line of whose parts nothing is written; a field is called PART-NUMBER."""

    def __init__(self, *parts: str) -> None:
        self.parts = parts

    def __call__(self, form: Form, field: Field) -> None:
        number = field.short_name.rpartition("-")[2]
        if not any(form[f"{part}-{number}"].data for part in self.parts):
            raise StopValidation


class AmountField(TextField):
    """An amount with its sign; `amount` is None if it cannot be read."""

    attributes: ClassVar[Mapping[str, Any]] = {
        "autocomplete": "off",
        "class": "figure",
        "dir": "ltr",
        "inputmode": "text",
    }

    currency = ""
    """The currency that may stand beside the figure."""

    @property
    def amount(self) -> Decimal | None:
        """The amount; None if it can be read in two ways."""
        return figures.only(self.data, self.currency) if len(self.data) <= LONGEST_AMOUNT else None


def typed_amount(amount: Decimal, reader: Reader) -> str:
    """Write an amount as it is typed in the reader's language, or so that it has one reading."""
    text = reader.number(plain(amount))
    return text if figures.only(text) == amount else figures.unambiguous(plain(amount))


def label_field(unless: UnlessLineIsEmpty) -> TextField:
    """Return the field of what the patient reads in the quote."""
    return TextField(
        lazy_gettext("Label"),
        [
            unless,
            Filled(lazy_gettext("Enter what the patient reads in the quote.")),
            NotTooLong(LONGEST_LABEL, lazy_gettext("This is too long. Enter at most %(most)s characters.")),
            PrintableLine(),
        ],
    )
