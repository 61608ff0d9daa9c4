"""The form of a final bill: what was billed in all and by item, the day, and why it is another than was expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from wtforms import Field
from wtforms.validators import StopValidation

from estimator import bills, figures
from estimator.bills import LONGEST_NOTE, Compared, Entered, Item
from estimator.i18n import Reader, Words, lazy_gettext
from estimator.i18n import gettext as _
from estimator.models import FinalBill
from estimator.web.day_fields import IsoDayField
from estimator.web.desk.quotes.lines import LONGEST_AMOUNT, AmountField, UnlessLineIsEmpty, typed_amount
from estimator.web.desk.which_amount import which_amount
from estimator.web.fields import (
    CarriedField,
    CompactField,
    LineField,
    TextField,
    TickField,
    TicksField,
    WordsField,
)
from estimator.web.forms import Form
from estimator.web.language import current_reader
from estimator.web.validators import Filled, NotTooLong, Printable, PrintableLine
from estimator.wording import states
from pricing.currencies import MINOR_UNIT
from pricing.given_prices import LARGEST
from pricing.money import decimals

OTHERS = 20
"""Maximum number of lines that neither estimate nor quote has."""

EMPTY_OTHERS = 2
"""Number of such lines that stand empty below those that are filled."""

LONGEST_LABEL = 100
LONGEST_CURRENCY = 20


class _Billed:
    """Refuses what cannot have been billed; an empty field says nothing, and an item of 0 that it was not billed."""

    def __init__(self, *, zero: bool = True, below: bool = False) -> None:
        self.zero, self.below = zero, below

    def __call__(self, form: Form, field: AmountField) -> None:
        if not field.data:
            raise StopValidation
        if unclear := which_amount(field.data, field.currency, _fits):
            raise StopValidation(unclear)
        amount, currency = field.amount, field.currency
        if amount is None:
            typed = field.data if len(field.data) <= LONGEST_AMOUNT else field.data[:LONGEST_AMOUNT] + "…"
            if figures.is_of_another_currency(field.data, currency):
                raise StopValidation(
                    _(
                        "“%(typed)s” is in another currency: the estimate and the quote are in %(currency)s. Enter "
                        "what was charged in %(currency)s.",
                        typed=typed,
                        currency=currency,
                    )
                )
            raise StopValidation(
                _(
                    "“%(typed)s” cannot be read as an amount in %(currency)s. Enter it like %(example)s.",
                    typed=typed,
                    currency=currency,
                    example=current_reader().number("950"),
                )
            )
        if amount < 0 and not self.below:
            raise StopValidation(
                _(
                    "What was billed is not below 0. Leave out the minus, and take a credit off what it belongs to."
                )
            )
        if not amount and not self.zero:
            raise StopValidation(_("A bill is above 0. If nothing was billed, there is no bill to enter."))
        if not _fits(amount, currency):
            raise StopValidation(
                _(
                    "An amount in %(currency)s is not absurdly large, and has at most %(places)s decimals.",
                    currency=currency,
                    places=decimals(MINOR_UNIT[currency]),
                )
            )


def _fits(amount: Decimal, currency: str) -> bool:
    return abs(amount) < LARGEST and decimals(amount) <= decimals(MINOR_UNIT[currency])


def money(amount: Decimal, currency: str) -> str:
    """Write an amount that somebody typed with all decimals of its currency, as it is kept."""
    return current_reader().money(f"{amount:.{decimals(MINOR_UNIT[currency])}f}", currency)


class _SameCurrency:
    """Refuses another currency than that of the estimate and the quote."""

    def __call__(self, form: Any, field: CompactField) -> None:
        if field.data.upper() != form.compared.currency:
            raise StopValidation(
                _(
                    "The estimate and the quote are in %(currency)s, and a bill in another currency cannot be compared "
                    "with them. Enter what was charged in %(currency)s.",
                    currency=form.compared.currency,
                )
            )


class _BillForm(Form):
    total = AmountField(
        lazy_gettext("Billed in all, with taxes"),
        [_Billed(zero=False)],
    )
    currency = CompactField(lazy_gettext("Currency"), [_SameCurrency()])
    day = IsoDayField(lazy_gettext("Day of the bill"))
    estimate = LineField(
        lazy_gettext("Compare with another estimate (not required)"), [NotTooLong(20), PrintableLine()]
    )
    reasons = TicksField(
        lazy_gettext("Why it is another sum than was expected (not required)"),
        choices=lambda: [(code, str(states.BILL_REASONS[code])) for code in bills.REASONS],
    )
    note = WordsField(
        lazy_gettext("Note (not required)"), [NotTooLong(LONGEST_NOTE), Printable()], most_shown=2_000
    )
    sure = TickField(lazy_gettext("The bill is right as it is typed here"))
    #: number of the bill that is corrected
    over = CarriedField()


@dataclass(frozen=True)
class BilledLine:
    """One line of estimate or quote, with the field of what was billed for it."""

    label: Words
    expected: str
    field: AmountField


@dataclass(frozen=True)
class OtherLine:
    """One line that neither of both has."""

    label: TextField
    amount: AmountField


def name_of(code: str) -> str:
    """Return what the field of a line is called."""
    return f"beside-{code[1:]}" if code.startswith("+") else f"billed-{code}"


class BillForm(_BillForm):
    """Everything in the form; what it is compared with says which lines it has."""

    compared: Compared

    @classmethod
    def of(
        cls,
        compared: Compared,
        labels: Mapping[str, Words],
        *sent: None,
        data: Mapping[str, Any] | None = None,
    ) -> BillForm:
        """Return the form as it was sent, or with `sent` None the form with this data in it."""
        fields: dict[str, Any] = {"compared": compared, "labels": labels}
        for line in compared.lines:
            if line["code"] is not None:
                check = _Billed(below=bills.takes_off(line))
                fields[name_of(line["code"])] = AmountField(labels[line["code"]].text, [check])
        unless = UnlessLineIsEmpty("label", "amount")
        for number in range(OTHERS):
            fields[f"label-{number}"] = TextField(
                lazy_gettext("What it was"),
                [
                    unless,
                    Filled(lazy_gettext("Enter what it was billed for.")),
                    NotTooLong(LONGEST_LABEL),
                    PrintableLine(),
                ],
            )
            fields[f"amount-{number}"] = AmountField(
                lazy_gettext("Billed"),
                [unless, Filled(lazy_gettext("Enter what was billed for it.")), _Billed()],
            )
        form: BillForm = type("BillForm", (cls,), fields)(
            *sent, data={"currency": compared.currency, **(data or {})}
        )
        for field in form:
            if isinstance(field, AmountField):
                field.currency = compared.currency
        for code in _codes(compared):
            form[name_of(code)].place = _("%(label)s:", label=labels[code].text)
        for number in range(OTHERS):
            for part in ("label", "amount"):
                form[f"{part}-{number}"].place = _("Further line %(number)s:", number=number + 1)
        return form

    labels: Mapping[str, Words]

    def lines(self, reader: Reader) -> list[BilledLine]:
        """Return the lines of estimate and quote."""
        found = []
        for line in self.compared.lines:
            code = line["code"]
            if code is None:
                continue
            said = line.get("quoted", line.get("likely"))
            expected = "" if said is None else reader.money(said, self.compared.currency)
            found.append(BilledLine(self.labels[code], expected, self[name_of(code)]))
        return found

    def others(self) -> list[OtherLine]:
        """Return the further lines in which something is written, and a few more."""
        lines = [OtherLine(self[f"label-{number}"], self[f"amount-{number}"]) for number in range(OTHERS)]
        last = max(
            (number for number, line in enumerate(lines) if line.label.data or line.amount.data), default=-1
        )
        return lines[: last + 1 + EMPTY_OTHERS]

    def is_read(self) -> bool:
        """Validate everything; say what is missing, and what does not fit together."""
        right = self.validate()
        if not self.total.errors and not self.total.data and not any(item.amount for item in self.items()):
            self.refuse(_("Enter what was billed in all, or by item."), self.total)
            return False
        if not right:
            return False
        total, items = self.total.amount, self._sum()
        if total is not None and items > total:
            currency = self.compared.currency
            said = _(
                "The items come to %(items)s, which is more than the total of %(total)s. Correct one of them.",
                items=money(items, currency),
                total=money(total, currency),
            )
            for line in self.compared.lines:
                field = None if line["code"] is None else self[name_of(line["code"])]
                if field is not None and not field.data and bills.takes_off(line):
                    hint = _(
                        "%(line)s is empty: enter what was taken off, with a minus.", line=field.label.text
                    )
                    said = f"{said} {hint}"
            self.refuse(said, self.total)
            return False
        return True

    def items(self) -> list[Item]:
        """Return what was billed by item, as far as it can be read."""
        found = [
            Item(amount, code)
            for code in _codes(self.compared)
            if (amount := self[name_of(code)].amount) is not None
        ]
        others = [(self[f"label-{number}"].data, self[f"amount-{number}"].amount) for number in range(OTHERS)]
        return found + [Item(amount, None, label) for label, amount in others if amount is not None]

    def entered(self, otherwise: date | None = None) -> Entered:
        """Return the bill, from a form in which nothing is wrong; without a total it is the sum of the items.

        `otherwise` is its day where none is typed yet.
        """
        total, day = self.total.amount, self.day.day or otherwise
        assert day is not None
        return Entered(
            self._sum() if total is None else total,
            self.compared.currency,
            day,
            self.items(),
            [reason for reason in bills.REASONS if reason in self.reasons.ticked],
            self.note.data or None,
            summed=total is None,
        )

    def _sum(self) -> Decimal:
        return sum((item.amount for item in self.items()), Decimal(0))

    def field_of_item(self, code: str | None) -> Field:
        """Return the field of what was billed for a line, that of the total for none."""
        return self.total if code is None else self[name_of(code)]


def _codes(compared: Compared) -> list[str]:
    return [line["code"] for line in compared.lines if line["code"] is not None]


def data_of(
    bill: FinalBill, compared: Compared, note: str | None, labels: Sequence[str], reader: Reader
) -> dict[str, Any]:
    """Return what stands in the form of a bill that was entered, so that it can be corrected.

    Another estimate that it was compared with stands there again, and what was billed for a line that estimate and
    quote have no more is one of the further lines.
    """
    other = bill.revision_id is None and compared.revision is None
    other = other and bill.estimate_reference != compared.estimate_reference
    data: dict[str, Any] = {
        "total": typed_amount(Decimal(bill.total), reader),
        "day": bill.billed_on.isoformat(),
        "reasons": bill.reasons.split(),
        "note": note or "",
        "over": str(bill.id),
        "estimate": (bill.estimate_reference or "") if other else "",
    }
    known, others = _codes(compared), iter(labels)
    number = 0
    for line in bills.of_bill(bill):
        if "amount" not in line:
            continue
        amount = typed_amount(Decimal(line["amount"]), reader)
        if line["code"] in known:
            data[name_of(line["code"])] = amount
        elif number < OTHERS:
            label = next(others, "") if line["code"] is None else line["code"]
            data[f"label-{number}"], data[f"amount-{number}"] = label, amount
            number += 1
    return data
