"""A page about an accepted quote for others, as a visa office or a bank: what was agreed to be shown, nothing more."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from estimator.i18n import Reader, Words
from estimator.i18n import gettext as _
from pricing import PriceTable
from pricing.stored import StoredQuote

Shown = Literal["name", "treatment", "dates", "planned", "total"]

SHOWN: tuple[Shown, ...] = ("name", "treatment", "dates", "planned", "total")
"""What can be shown, in the order of the page; the hospital and the number of the quote always are."""


@dataclass(frozen=True, slots=True)
class StatedRow:
    """One statement of the page, with what it is about."""

    label: str
    value: Words


def stated(
    content: StoredQuote,
    table: PriceTable,
    reader: Reader,
    shown: Collection[Shown],
    *,
    patient: str,
    accepted_at: datetime,
    planned_month: str | None,
    total: str,
) -> list[StatedRow]:
    """Return what the page states in one language, in its order: what is in `shown`, as far as it is known.

    `total` is what was accepted, with the lines that were taken.
    """
    issued = datetime.fromisoformat(content["issued"])

    def money(amount: str | Decimal) -> Words:
        return Words(reader.money(amount, content["currency"]))

    def rows() -> Iterator[tuple[Shown, str, Words]]:
        yield "name", _("Patient"), Words(patient)
        yield "treatment", _("Treatment"), reader.words(table.title, table.main_language)
        yield "dates", _("Issued"), Words(reader.moment(issued, content["time_zone"]))
        yield "dates", _("Accepted"), Words(reader.moment(accepted_at, content["time_zone"]))
        if planned_month:
            yield "planned", _("Planned for"), Words(reader.month(planned_month))
        with_it = Decimal(total) - Decimal(content["total"])
        yield "total", _("Firm total"), money(content["total"])
        if with_it:
            yield "total", _("Taken with it"), money(with_it)
            yield "total", _("All together"), money(total)

    return [StatedRow(label, value) for code, label, value in rows() if code in shown]
