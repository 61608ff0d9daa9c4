"""A comparison as plain text: the same rows as on the page, plan under plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from estimator.estimates.plain_text import heading, labelled, wrapped, written
from estimator.i18n import gettext as _
from estimator.wording.comparison import Column, ComparisonRows, Row, Said


def text(rows: ComparisonRows) -> str:
    """Return a whole comparison as lines, in the language that is spoken."""
    return written(_comparison(rows))


def _comparison(rows: ComparisonRows) -> Iterator[str]:
    yield _("Comparison of estimates, not a firm price")
    if rows.demo:
        yield _("Demonstration: the provider is invented and the figures are examples.")
    yield ""
    for sentence in (rows.verdict, *rows.why):
        yield from wrapped(sentence, indent=0)
    for column in rows.columns:
        yield from _column(column)
    for name, sentences in ((_("What cannot be compared"), rows.cannot), (_("Exchange rates"), rows.rates)):
        if sentences:
            yield from heading(name)
        for sentence in sentences:
            yield from wrapped(sentence, bullet=True)
    for part in rows.parts:
        yield from heading(str(part.heading))
        for row in part.rows:
            yield from _row(row, rows.columns)
    if rows.items:
        yield from heading(_("Item beside item"))
    for part in rows.items:
        yield ""
        for row in part.rows:
            yield from _row(row, rows.columns)


def _column(column: Column) -> Iterator[str]:
    yield from heading(column.name)
    if column.gone or column.headline is None:
        yield from wrapped(_("This estimate was deleted, or is too old."))
        return
    for line in (column.provider, column.title, column.warning):
        if line:
            yield from wrapped(line)
    yield from labelled(column.headline.label, column.headline.amount)
    for line in (
        column.headline.range_words(),
        column.also,
        " · ".join(column.chosen),
        *column.leaves_out,
        *column.evidence,
    ):
        if line:
            yield from wrapped(line)


def _row(row: Row, columns: Sequence[Column]) -> Iterator[str]:
    differs = f" ({_('differs')})" if row.marked else ""
    yield from wrapped(f"{row.label}{differs}")
    for column, cell in zip(columns, row.cells, strict=True):
        if cell is not None:
            yield from _cell(column, cell)


def _cell(column: Column, cell: Said) -> Iterator[str]:
    yield from labelled(f"    {column.name}", cell.main)
    for note in cell.notes:
        yield from wrapped(note, indent=6)
