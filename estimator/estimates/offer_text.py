"""What another clinic wrote beside an estimate, as plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from estimator import wording
from estimator.estimates.offer_rows import Cell, Compared, Side
from estimator.estimates.plain_text import whole
from estimator.i18n import gettext as _
from estimator.i18n import listed_apart

WIDTH = 78


def text(compared: Compared, rows: wording.Rows, head: wording.Head) -> str:
    """Return everything that the page says; the questions in English too, where the reader's language is another."""
    return "\n".join(_lines(compared, rows, head)).strip() + "\n"


def _lines(compared: Compared, rows: wording.Rows, head: wording.Head) -> Iterator[str]:
    yield _("Compare with what another clinic wrote")
    yield from _wrapped(
        _("Estimate %(reference)s, %(provider)s", reference=head.reference, provider=head.provider)
    )
    if rows.demo:
        yield from _wrapped(_("Demonstration: the provider is invented and the figures are examples."))
    for warning in compared.warnings:
        yield from _wrapped(warning)
    for section in rows.notice("evidence"):
        yield from _notice(section.heading, section)
    yield from _heading(_("The totals, and what they leave out"))
    yield from _sides(compared.totals)
    for sentence in compared.sentences:
        yield from _wrapped(sentence)
    for section in rows.notice("not_included"):
        yield from _notice(_("What our estimate does not include"), section)
    yield from _heading(_("Line by line"))
    for row in compared.rows:
        yield row.label
        for side, cell in zip(compared.totals, (row.theirs, row.ours), strict=True):
            yield from _wrapped(_("%(label)s: %(answer)s", label=side.label, answer=_said(cell)), indent=2)
    yield from _heading(_("For each session"))
    yield from _wrapped(
        _(
            "Each divided by its own number of sessions: the whole price of the other clinic, and what our estimate "
            "counts for the parts that they say are included."
        )
    )
    for sentence in compared.per_session_missing:
        yield from _wrapped(sentence)
    yield from _sides(compared.per_session)
    yield from _heading(_("What to ask the other clinic"))
    yield compared.questions.message
    if compared.english is not None:
        yield ""
        yield compared.english.message


def _said(cell: Cell) -> str:
    return listed_apart(filter(None, (cell.amount, cell.said, listed_apart(cell.names))))


def _sides(sides: Sequence[Side]) -> Iterator[str]:
    for side in sides:
        yield from _wrapped(_("%(label)s: %(answer)s", label=side.label, answer=side.amount))
        for note in side.notes:
            yield from _wrapped(note, indent=2)


def _notice(heading: str, section: wording.NoticeSection) -> Iterator[str]:
    yield from _heading(heading)
    for notice in section.rows:
        yield from _wrapped(str(notice.text))
        yield from filter(None, [notice.link])


def _heading(words: str) -> Iterator[str]:
    yield ""
    yield words
    yield "-" * len(words)


def _wrapped(words: str, indent: int = 0) -> list[str]:
    start = " " * indent
    return textwrap.wrap(whole(words), WIDTH, initial_indent=start, subsequent_indent=start)
