"""What is typed into the form of a quote: which prices, adjustments, the last day; read here, decided elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from flask import request

from estimator.config import Settings
from estimator.i18n import Reader
from estimator.i18n import gettext as _
from estimator.models import QuoteDraft
from estimator.models.quotes import Prices
from estimator.quotes import drafts
from estimator.web.forms import PARTS, printable, read_day
from pricing import quote as quote_content
from pricing.currencies import MINOR_UNIT
from pricing.money import decimals, plain
from pricing.quote import Adjustment

MOST_LINES = 20
"""A quote has at most so many adjustments."""

LONGEST_LABEL = 200
LONGEST_REASON = 500
LONGEST_AMOUNT = 40


@dataclass
class Line:
    """One adjustment as it stands in its three inputs; `by` is who wrote it, for one that is saved."""

    amount: str = ""
    label: str = ""
    reason: str = ""
    by: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written in it."""
        return not (self.amount.strip() or self.label.strip() or self.reason.strip())


@dataclass
class Typed:
    """Everything in the form. `prices` is "" until somebody has chosen."""

    prices: str = ""
    lines: list[Line] = field(default_factory=list)
    until: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(PARTS, ""))
    until_error: str | None = None


@dataclass(frozen=True)
class Read:
    """What the form says. What cannot be read is left out, and said in `errors`, beside its control."""

    prices: Prices | None
    adjustments: Sequence[Adjustment]
    valid_until: date | None
    errors: Sequence[dict[str, str | None]]


def of_draft(draft: QuoteDraft, settings: Settings, reader: Reader) -> Typed:
    """Return the form as it stands for what is saved."""
    lines = [
        Line(
            amount=reader.number(plain(line.adjustment.amount)),
            label=line.adjustment.label,
            reason=line.adjustment.reason,
            by=line.by,
        )
        for line in drafts.adjustments_by(draft, settings)
    ]
    until = dict.fromkeys(PARTS, "")
    if draft.valid_until is not None:
        day = draft.valid_until
        until = {"day": str(day.day), "month": str(day.month), "year": str(day.year)}
    return Typed(prices=draft.prices or "", lines=lines, until=until)


def sent(without: int | None = None) -> Typed:
    """Return the form as it was sent; without one of its lines, if that is to be removed."""
    lines = []
    for number in range(MOST_LINES + 1):
        amount, label, reason = (_sent(f"{name}-{number}") for name in ("amount", "label", "reason"))
        line = Line(amount, label, reason)
        if number != without and not line.is_empty:
            lines.append(line)
    return Typed(
        prices=_sent("prices"), lines=lines, until={part: _sent(f"until-{part}").strip() for part in PARTS}
    )


def read(typed: Typed, currency: str, reader: Reader) -> Read:
    """Read a form; each line that cannot be read says why, and is not among the adjustments."""
    adjustments: list[Adjustment] = []
    errors: list[dict[str, str | None]] = []
    for number, line in enumerate(typed.lines):
        amount = _amount(line, currency, reader)
        for name, longest in (("label", LONGEST_LABEL), ("reason", LONGEST_REASON)):
            text = getattr(line, name).strip()
            if not text:
                line.errors[name] = _ABSENT[name]()
            elif len(text) > longest:
                line.errors[name] = _("This is too long. Write at most %(most)s characters.", most=longest)
        errors += [
            {
                "target": f"{name}-{number}",
                "sentence": _("Adjustment %(number)s: %(sentence)s", number=number + 1, sentence=sentence),
            }
            for name, sentence in line.errors.items()
        ]
        if amount is not None and not line.errors:
            adjustments.append(Adjustment(amount, line.label.strip(), line.reason.strip()))
    if len(typed.lines) > MOST_LINES:
        errors.append(
            {"target": None, "sentence": _("A quote has at most %(most)s adjustments.", most=MOST_LINES)}
        )
    valid_until = None
    if any(typed.until.values()):
        found = read_day(typed.until, reader)
        if found is None:
            typed.until_error = _(
                "This is not a day of the calendar. Write day, month and year, for example 31 3 2027."
            )
            errors.append({"target": "until-day", "sentence": typed.until_error})
        else:
            valid_until = date.fromisoformat(found)
    prices: Prices | None = "keep" if typed.prices == "keep" else "again" if typed.prices == "again" else None
    return Read(prices, adjustments, valid_until, errors)


_ABSENT = {
    "label": lambda: _("Write what the patient reads in the quote."),
    "reason": lambda: _("Write why. Colleagues read it, the patient does not."),
}


def _amount(line: Line, currency: str, reader: Reader) -> Decimal | None:
    typed = line.amount.strip()
    number = reader.read_number(typed.removeprefix("+")) if len(typed) <= LONGEST_AMOUNT else None
    if not typed:
        line.errors["amount"] = _("Write an amount; a reduction begins with a minus.")
    elif number is None or typed.startswith("+-"):
        line.errors["amount"] = _(
            "“%(typed)s” cannot be read as one amount. Write it like %(example)s.",
            typed=typed if len(typed) <= LONGEST_AMOUNT else typed[:LONGEST_AMOUNT] + "…",
            example=reader.number("-250"),
        )
    elif not quote_content.is_amount(Decimal(number), currency):
        places = decimals(MINOR_UNIT[currency])
        line.errors["amount"] = _(
            "An amount in %(currency)s is not 0, not absurdly large, and has at most %(places)s decimals.",
            currency=currency,
            places=places,
        )
    else:
        return Decimal(number)
    return None


def _sent(name: str) -> str:
    return printable(request.form.get(name, "")).replace("\r\n", "\n")
