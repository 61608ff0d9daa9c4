"""What a document must say: every text of its rows, whichever medium shows them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from estimator.i18n import Words
from estimator.wording.rows import TaxRow
from tests.support.clinic import table_text

SILENT = {
    "ItemRow.code": "the name that the price list has for it",
    "GroupRows.code": "the name that the price list has for it",
    "GroupRows.total": "which of the totals it belongs to; the totals are named",
    "AnswerRow.driver": "the name that the price list has for it",
    "DriverChanges.driver": "the name that the price list has for it",
    "NotCounted.driver": "the name that the price list has for it",
    "NotCounted.likely": "the answer that a form would be filled in with, which `usual` says in words",
    "Change.value": "what a form sends",
    "AnswerSection.heading": "the step of the form; documents have the answers in one list",
    "NoticeSection.kind": "the heading says it",
    "Sum.kind": "the label says it",
    "ChangedRow.kind": "the label says it",
    "AdjustmentRow.reason": "for colleagues",
    "AdjustmentRow.plain": "the amount for programs",
    "Head.created": "the moment for programs; `made_on` is its day",
    "Rows.currency": "part of every amount",
    "FirmRows.currency": "part of every amount",
    "FirmRows.paper": "what the document is printed on",
}
"""The fields that no medium says, with the reason."""

LIST = (
    table_text()
    .replace(
        'name = "Example clinic"',
        'name = "Example clinic"\naddress = "7 Hill Road, Example Town"\n'
        'registration = "R-77/2026"\nphone = "+91 11 5550 1234"',
    )
    .replace('evidence = "unproven"', 'evidence = "unproven"\nbasis.en = "Hospital exemption 7/2026."')
    .replace(
        '[charge.night]\nlabel.en = "Night"',
        '[charge.night]\nlabel.en = "Night"\nbilling_code = "B-100"\n'
        'note.en = "Paid on arrival and not paid back, also if we cannot treat you."\nincluded = 1',
    )
    .replace(
        'group = "flights"\nstage = "first"',
        'group = "flights"\nstage = "first"\nnote.en = "A seat in the middle."',
    )
    .replace("percent = 100", 'percent = 100\nday_of = "arrival"')
    + """
[tax.inside]
label.en = "Tax that is inside"
percent = 8
included = true
of = ["session"]
"""
)
"""The small list with a text in every field that a document shows."""


def texts(rows: Any, silent: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield every text of some rows with the name of its field, but for those that nobody is to read."""
    name = type(rows).__name__
    if isinstance(rows, Words):
        return
    if is_dataclass(rows):
        for field in fields(rows):
            place = f"{name}.{field.name}"
            inside = (
                place == "TaxRow.span" and isinstance(rows, TaxRow) and rows.included
            )  # it is a range of what nothing is added of
            if place in SILENT or place in silent or inside:
                continue
            value = getattr(rows, field.name)
            if isinstance(value, str | Words):
                yield place, str(value)
            elif isinstance(value, list | tuple) and all(isinstance(each, str | Words) for each in value):
                yield from ((place, str(each)) for each in value)
            else:
                yield from texts(value, silent)
    elif isinstance(rows, list | tuple):
        for each in rows:
            yield from texts(each, silent)


def squeezed(text: str) -> str:
    """Return a text as it is compared: without spaces, and without the currency, which a heading may say."""
    return re.sub(r"\s|USD", "", text).casefold()


def unsaid(rows: Any, said: str, silent: Collection[str] = ()) -> Mapping[str, str]:
    """Return what a medium does not say, by field; a text may go on in another column or on another page."""
    whole = squeezed(said)
    return {place: text for place, text in texts(rows, silent) if not _stands_in(squeezed(text), whole)}


def _stands_in(text: str, whole: str) -> bool:
    ways = range(len(text) + 1)
    return text in whole or any(text[:at] in whole and text[at:] in whole for at in ways[8:-8])
