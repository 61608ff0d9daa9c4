"""What a firm quote says of prices that were given for it alone."""

from __future__ import annotations

from dataclasses import replace

from estimator.i18n import gettext as _
from estimator.wording.rows import GroupRows, ItemRow
from pricing.stored import StoredItem, StoredQuote
from pricing.table import OnRequest, PriceTable


def told(group: GroupRows, content: StoredQuote, table: PriceTable) -> GroupRows:
    """Return a group whose items say of themselves where their price comes from, if it was given for this quote."""
    if "priced" not in content:
        return group
    without_price = {charge.code for charge in table.charges if isinstance(charge.price, OnRequest)}
    given = {
        item["code"]
        for item in content["breakdown"]["items"]
        if item["code"] in content["priced"] and _is_used(item)
    }
    rows: list[ItemRow] = [
        replace(
            row,
            given=_("This price was given for this quote."),
            # What the list says of a price that it has not is not where this one comes from.
            source=None if row.code in without_price else row.source,
        )
        if row.code in given
        else row
        for row in group.rows
    ]
    return replace(group, rows=rows)


def _is_used(item: StoredItem) -> bool:
    """Whether the likely amount has the price that takes the place of a missing one: of a unit, or of the last tier."""
    return any(
        step["kind"] == "unit" or (step["kind"] == "tier" and step["up_to"] is None) for step in item["steps"]
    )
