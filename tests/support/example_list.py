"""The smallest price list there can be, and the moment at which the tests take place."""

from __future__ import annotations

from datetime import UTC, datetime

import pricing
from estimator.db import db, insert_if_absent
from estimator.models import PriceList, TableVersion

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)

TABLE = """
format = 1
table = "{table}"
version = "{version}"
valid_from = {valid_from}
currency = "USD"
languages = ["en"]
title.en = "Treatment"
demo = true
quote_valid_days = 30
time_zone = "{time_zone}"
source = "Made for the tests."

[provider]
name = "Example clinic"
country = "IN"

[driver.cells]
kind = "choice"
role = "cell_type"
label.en = "Type of cells"
default = "own"

[driver.cells.choice.own]
label.en = "Own bone marrow cells"
evidence = "unproven"

[driver.sessions]
kind = "number"
role = "sessions"
label.en = "Sessions"
least = 1
most = 6

[driver.nights]
kind = "number"
role = "hospital_stay"
label.en = "Nights"
least = 0
most = 30
default = 0

[driver.rehab]
kind = "yes_no"
role = "rehabilitation"
label.en = "Rehabilitation"
default = false

[group.treatment]
label.en = "Treatment"

[charge.session]
label.en = "Session"
group = "treatment"
per = "sessions"
price = {price}
source = "Made for the tests."

[notice.left_out]
kind = "not_included"
text.en = "Flights are not included."

[notice.about]
kind = "about_this_estimate"
text.en = "This is an estimate."

[notice.evidence]
kind = "evidence"
text.en = "The benefit is unproven."
"""


def table_text(
    table: str = "example",
    version: str = "2026-1",
    valid_from: str = "2026-01-01",
    time_zone: str = "UTC",
    price: str = "2000.00",
) -> str:
    """Return a price list in the notation; a session costs `price`."""
    return TABLE.format(table=table, version=version, valid_from=valid_from, time_zone=time_zone, price=price)


def uncharged_text(**given: str) -> str:
    """Return a list that offers a second type of cells, which nothing charges."""
    own = table_text(**given)
    own = own.replace(
        "[driver.sessions]", '[driver.cells.choice.cord]\nlabel.en = "Cord cells"\n\n[driver.sessions]'
    )
    return own.replace('group = "treatment"\nper', 'group = "treatment"\nwhen = { cells = "own" }\nper')


def store_as_before(table: pricing.PriceTable, now: datetime) -> None:
    """Store a version as it was stored before any warning blocked."""
    insert_if_absent(PriceList, {"slug": table.table, "created_at": now})
    row = {"version": table.version, "valid_from": table.valid_from, "time_zone": table.time_zone}
    row |= {"text": pricing.write(table), "sha256": pricing.sha256(table), "examples": "[]"}
    insert_if_absent(
        TableVersion, {"slug": table.table, **row, "published_by": "command line", "created_at": now}
    )
    db.session.commit()
