"""A firm quote as a page shows it: word for word what was kept when it was issued, in the language of then.

The desk's preview can draw the same parts of the rows that it would keep.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template
from markupsafe import Markup

from estimator import price_lists, quotes
from estimator.i18n import Reader, speaking
from estimator.i18n import reader as reader_of
from estimator.models import QuoteRevision
from estimator.web.language import current_reader
from estimator.wording import FirmRows, firm_plans
from estimator.wording.rows import OptionRow


@dataclass(frozen=True)
class Document:
    """The two halves of a quote; `foreign` is its language where that is not the reader's.

    `both` are the languages of its PDF where that has two.
    """

    foreign: Reader | None
    head: Markup
    body: Markup
    both: tuple[Reader, Reader] | None = None


@dataclass(frozen=True)
class AsAgreed:
    """What was accepted, as it is drawn: the letter of the plan, "" for the only one, and the lines that were taken."""

    letter: str
    rows: FirmRows
    taken: Sequence[OptionRow]


def as_agreed(revision: QuoteRevision, rows: FirmRows) -> AsAgreed | None:
    """Return what was accepted of a revision, as it is drawn; None if nothing is."""
    agreed = quotes.agreed(revision)
    if agreed is None:
        return None
    reader, table = reader_of(revision.language), price_lists.parsed(revision.table_version)
    payments = agreed.payments(table)
    paid = [reader.money(payments[payment.code], revision.currency) for payment in table.payments]
    total = reader.money(agreed.total, revision.currency)
    first_to_pay = None if agreed.first_to_pay is None else reader.day(agreed.first_to_pay)
    with speaking(reader):
        said = firm_plans.accepted(rows, agreed.plan, total, paid, first_to_pay)
    return AsAgreed(
        agreed.plan,
        said,
        [row for row in rows.options if row.number in agreed.taken],
    )


def drawn(
    rows: FirmRows,
    *,
    language: str,
    patient: str | None,
    past: bool,
    agreed: AsAgreed | None = None,
) -> Document:
    """Draw a quote in its own language, whatever the reader's is. Of a `past` one no total is to be paid.

    Once it is accepted, what was `agreed` is drawn and nothing else.
    """
    reader = reader_of(language)
    foreign = reader.tag != current_reader().tag
    context = {
        "rows": rows if agreed is None else agreed.rows,
        "patient": patient,
        "past": past,
        "reader": reader,
        "agreed": agreed,
    }
    with speaking(reader):
        drawn = [render_template(f"patient/_quote_{part}.html", **context) for part in ("head", "body")]
    head, body = (Markup(html) for html in drawn)  # noqa: S704 - drawn by a template that escapes what it is given
    both = None if rows.second is None else (reader, reader_of(rows.second.language))
    return Document(reader if foreign else None, head, body, both)
