"""Final bills as the desk enters them, for the requests of the tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from estimator import bills
from estimator.bills import Item
from estimator.clinic import Clinic
from estimator.db import db
from estimator.models import FinalBill, PatientRequest, TableVersion
from tests.support import example_quotes as example
from tests.support.acts import acting
from tests.support.example_list import NOW


def entered(
    total: str = "4400.00",
    billed_on: date | None = None,
    *,
    currency: str = "USD",
    items: Sequence[tuple[str | None, str]] = (),
    reasons: Sequence[bills.Reason] = (),
    note: str | None = None,
    summed: bool = False,
) -> bills.Entered:
    """Return a bill as somebody typed it; items are (code, amount), of which one without a code is a wheelchair."""
    lines = [Item(Decimal(amount), code, "" if code else "A wheelchair") for code, amount in items]
    return bills.Entered(Decimal(total), currency, billed_on or NOW.date(), lines, reasons, note, summed)


def enter(
    request: PatientRequest,
    now: datetime = NOW,
    *,
    clinic: Clinic | None = None,
    sure: bool = True,
    **typed: object,
) -> FinalBill:
    """Enter the bill of a request on a day, and commit it."""
    act = acting(actor=example.COORDINATOR, now=now, settings=example.settings(), clinic=clinic)
    bill = bills.enter(act, request, entered(billed_on=now.date(), **typed), sure=sure)  # type: ignore[arg-type]
    db.session.commit()
    return bill


def history(version: TableVersion, totals: Sequence[str], now: datetime = NOW) -> None:
    """Leave one request with a final bill for each of these totals, one a day, the last yesterday."""
    for number, total in enumerate(totals):
        day = now - timedelta(days=len(totals) - number)
        request = example.ask(version, day, submission=f"case {number}")
        enter(request, day, total=total)
