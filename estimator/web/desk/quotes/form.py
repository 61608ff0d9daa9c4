"""The form of a quote: which prices, adjustments, the last day; what is typed is read here and decided elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms.validators import StopValidation

from estimator.config import Settings
from estimator.i18n import Reader, lazy_gettext
from estimator.i18n import gettext as _
from estimator.models import QuoteDraft
from estimator.models.quotes import Prices
from estimator.quotes import drafts
from estimator.web.day_fields import DayField
from estimator.web.desk.quotes.lines import (
    LONGEST_AMOUNT,
    AmountField,
    UnlessLineIsEmpty,
    currencies_in,
    label_field,
    typed_amount,
)
from estimator.web.desk.which_amount import which_amount
from estimator.web.fields import CarriedField, RadiosField, TextField, TickField
from estimator.web.forms import Form, sent
from estimator.web.language import current_reader
from estimator.web.patient.request_form import words_field
from estimator.web.staff.paid_elsewhere import NotPaidElsewhere
from estimator.web.validators import Filled, NotTooLong, PrintableLine, RealDay
from pricing import PriceTable
from pricing import quote as quote_content
from pricing.currencies import MINOR_UNIT
from pricing.money import decimals
from pricing.quote import Adjustment

MOST_LINES = 20
"""Maximum number of adjustments of a quote."""

LONGEST_REASON = 500

PARTS = ("amount", "label", "reason")
"""What a line has to have."""

TOLD = "told"
"""What is ticked beside a line whose reason the patient reads."""


@dataclass(frozen=True)
class Read:
    """The parsed form. Values that cannot be parsed are left out, with an error at their field."""

    prices: Prices | None
    adjustments: Sequence[Adjustment]
    valid_until: date | None
    words: str


class Amount:
    """Refuses an amount that is invalid for an adjustment in the currency of the chosen prices."""

    def __call__(self, form: QuoteForm, field: AmountField) -> None:
        typed = field.data
        currency = field.entered_in
        if unclear := which_amount(typed, currency, quote_content.is_amount):
            raise StopValidation(unclear)
        if field.amount is None:
            raise StopValidation(
                _(
                    "“%(typed)s” cannot be read as one amount. Enter it like %(example)s.",
                    typed=typed if len(typed) <= LONGEST_AMOUNT else typed[:LONGEST_AMOUNT] + "…",
                    example=current_reader().number("-250"),
                )
            )
        if not quote_content.is_amount(field.amount, currency):
            raise StopValidation(
                _(
                    "An amount in %(currency)s is not 0, not absurdly large, and has at most %(places)s decimals.",
                    currency=currency,
                    places=decimals(MINOR_UNIT[currency]),
                )
            )


@dataclass(frozen=True)
class Line:
    """The fields of an adjustment; `told` is ticked where the patient reads the reason.

    `by` is who wrote it, for one that is saved.
    """

    amount: AmountField
    label: TextField
    reason: TextField
    told: TickField
    by: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written in it."""
        return not (self.amount.data or self.label.data or self.reason.data)


def _line_fields() -> dict[str, Any]:
    """Return the fields of every line that a form has room for, and of one more."""
    found: dict[str, Any] = {}
    unless = UnlessLineIsEmpty(*PARTS)
    for number in range(MOST_LINES + 1):
        found[f"amount-{number}"] = AmountField(
            lazy_gettext("Amount"),
            [
                unless,
                Filled(lazy_gettext("Enter an amount; a reduction begins with a minus.")),
                Amount(),
            ],
        )
        found[f"label-{number}"] = label_field(unless)
        found[f"reason-{number}"] = TextField(
            lazy_gettext("Reason"),
            [
                unless,
                Filled(lazy_gettext("Enter a reason. The patient reads it only where you say so.")),
                NotTooLong(
                    LONGEST_REASON, lazy_gettext("This is too long. Enter at most %(most)s characters.")
                ),
                PrintableLine(),
                NotPaidElsewhere(),
            ],
        )
        found[f"{TOLD}-{number}"] = TickField(lazy_gettext("The patient reads the reason as well"))
    return found


class _PricesForm(Form):
    """Which prices count; nothing is chosen until somebody has chosen."""

    prices = RadiosField(
        lazy_gettext("The prices have changed since the estimate. Which ones count?"),
        choices=[("keep", "keep"), ("again", "again")],
        optional=True,
        refusal=lazy_gettext("Choose one of the prices that stand here."),
        id="prices-keep",
    )


_LinesForm: type[_PricesForm] = type("_LinesForm", (_PricesForm,), _line_fields())


class QuoteForm(_LinesForm):  # type: ignore[misc, valid-type]
    """Everything in the form: prices, lines of adjustments, the last day, words to the patient.

    `currency` is that which the page named for amounts, whichever prices were chosen on it since.
    """

    currency = CarriedField()

    until = DayField(
        lazy_gettext("Until the end of which day can it be accepted?"), [RealDay()], id="last-day"
    )

    words = words_field(
        lazy_gettext("Words to the patient (not required)"), rules=[NotPaidElsewhere()], id="personal-words"
    )

    def __init__(self, *arguments: Any, by: Sequence[str] = (), **values: Any) -> None:
        super().__init__(*arguments, **values)
        self._by = by
        for number in range(MOST_LINES + 1):
            for part in PARTS:
                self[f"{part}-{number}"].place = _("Adjustment %(number)s:", number=number + 1)

    @property
    def rows(self) -> list[Line]:
        """The lines in which something is written, and the empty one after them, if there is room for it."""
        lines = [self.line(number) for number in range(MOST_LINES)]
        written = len([line for line in lines if not line.is_empty])
        return lines[: written + 1]

    def line(self, number: int) -> Line:
        """Return one line."""
        amount, label, reason = (self[f"{part}-{number}"] for part in PARTS)
        told = self[f"{TOLD}-{number}"]
        return Line(amount, label, reason, told, self._by[number] if number < len(self._by) else "")

    def read(self, chosen: str, tables: Sequence[PriceTable]) -> Read:
        """Validate the form, and return the values that could be parsed.

        `chosen` is the currency of the chosen prices, `tables` are the price lists that can be chosen.
        """
        currency, *others = currencies_in(self.currency.data, chosen, tables)
        self.currency.data = currency
        for number in range(MOST_LINES + 1):
            self.line(number).amount.currency, self.line(number).amount.others = currency, others
        self.validate()
        lines = [self.line(number) for number in range(MOST_LINES + 1)]
        if not lines[-1].is_empty:
            self.refuse(_("A quote has at most %(most)s adjustments.", most=MOST_LINES))
        adjustments = [
            Adjustment(
                line.amount.amount,
                line.label.data,
                line.reason.data,
                line.told.data,
                line.amount.entered_in,
            )
            for line in lines
            if line.amount.amount is not None
            and not (line.amount.errors or line.label.errors or line.reason.errors)
        ]
        prices: Prices | None = self.prices.data if self.prices.data in ("keep", "again") else None
        return Read(prices, adjustments, self.until.day, self.words.data)

    @classmethod
    def of_draft(
        cls, draft: QuoteDraft, settings: Settings, reader: Reader, currency: str, plan: str = ""
    ) -> Self:
        """Return the form as it stands for what is saved, with the adjustments of the plan of a letter.

        What was entered in another currency than the page names has its own beside the amount.
        """
        saved = drafts.adjustments_by(draft, settings, plan)
        data: dict[str, Any] = {"prices": draft.prices, "words": drafts.words_of(draft, settings) or ""}
        data["currency"] = currency
        for number, line in enumerate(saved):
            other = "" if line.adjustment.counts_in(currency) else line.adjustment.currency
            data[f"amount-{number}"] = typed_amount(line.adjustment.amount, reader, other)
            data[f"label-{number}"] = line.adjustment.label
            data[f"reason-{number}"] = line.adjustment.reason
            data[f"{TOLD}-{number}"] = line.adjustment.told
        if (day := draft.valid_until) is not None:
            data["until"] = {"day": str(day.day), "month": str(day.month), "year": str(day.year)}
        return cls(None, data=data, by=[line.by for line in saved])

    @classmethod
    def as_sent(cls, without: int | None = None) -> Self:
        """Return the form as it was sent, its empty lines left out, and one that is to be removed."""
        texts = sent(request.form)
        parts = (*PARTS, TOLD)
        lines = [
            [texts.get(f"{part}-{number}", "") for part in parts]
            for number in range(MOST_LINES + 1)
            if number != without
        ]
        kept = [line for line in lines if any(text.strip() for text in line[: len(PARTS)])]
        rest = {name for part in parts for name in texts if name.startswith(f"{part}-")}
        moved = [(name, text) for name, text in texts.items(multi=True) if name not in rest]
        moved += [
            (f"{part}-{number}", text)
            for number, line in enumerate(kept)
            for part, text in zip(parts, line, strict=True)
        ]
        return cls(MultiDict(moved))
