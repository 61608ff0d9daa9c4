"""Lines of a quote that people type at the desk: a label for the patient, an amount, and more; an empty one is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from wtforms import Field
from wtforms.validators import StopValidation

from estimator import figures
from estimator.i18n import Reader, lazy_gettext
from estimator.web.fields import TextField
from estimator.web.forms import Form
from estimator.web.staff.paid_elsewhere import NotPaidElsewhere
from estimator.web.validators import Filled, NotTooLong, PrintableLine
from pricing import PriceTable
from pricing.currencies import MINOR_UNIT
from pricing.money import decimals, plain

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
    """The currency that may stand beside the figure, and that of a figure alone."""

    others: Sequence[str] = ()
    """Other currencies in which lines were entered: such an amount has its currency beside it."""

    @property
    def entered_in(self) -> str:
        """The currency of the amount."""
        currencies = (self.currency, *self.others) if len(self.data) <= LONGEST_AMOUNT else ()
        return next((each for each in currencies if figures.readings(self.data, each)), self.currency)

    @property
    def amount(self) -> Decimal | None:
        """The amount; None if it can be read in two ways."""
        return figures.only(self.data, self.entered_in) if len(self.data) <= LONGEST_AMOUNT else None


def typed_amount(amount: Decimal, reader: Reader, currency: str = "") -> str:
    """Write an amount as it is typed in the reader's language, or so that it has one reading; perhaps its currency."""
    text = reader.number(plain(amount))
    figure = text if figures.only(text) == amount else figures.unambiguous(plain(amount))
    return f"{figure} {currency}" if currency else figure


def in_its_currency(amount: Decimal, currency: str, reader: Reader, *, sign: bool = True) -> str:
    """Write an amount that somebody entered, in the currency in which it was."""
    return reader.money(f"{amount:.{decimals(MINOR_UNIT[currency])}f}", currency, sign=sign)


def currencies_in(carried: str | None, chosen: str, tables: Sequence[PriceTable]) -> list[str]:
    """Return the currencies of what is typed into a page, that of a figure alone first: the one that the page named.

    It is `carried`, or else `chosen`; the others are those of the price lists that can be chosen.
    """
    offered = dict.fromkeys([chosen, *(table.currency for table in tables)])
    first = carried if carried in offered else chosen
    return [first, *(each for each in offered if each != first)]


def label_field(unless: UnlessLineIsEmpty) -> TextField:
    """Return the field of what the patient reads in the quote."""
    return TextField(
        lazy_gettext("Label"),
        [
            unless,
            Filled(lazy_gettext("Enter what the patient reads in the quote.")),
            NotTooLong(LONGEST_LABEL, lazy_gettext("This is too long. Enter at most %(most)s characters.")),
            PrintableLine(),
            NotPaidElsewhere(),
        ],
    )
