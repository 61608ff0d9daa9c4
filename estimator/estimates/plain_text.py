"""A breakdown as plain text: the same rows as on the page, for a terminal or a text mail."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator, Sequence

from estimator.i18n import gettext as _
from estimator.wording import DriverChanges, Head, Rows, Sum
from estimator.wording.rows import ItemRow

WIDTH = 78
AMOUNT = 24


def text(rows: Rows, changes: Sequence[DriverChanges], head: Head) -> str:
    """Return a whole breakdown as lines of at most WIDTH characters, amounts in a column of their own."""
    return "\n".join(line.rstrip() for line in _lines(rows, changes, head)) + "\n"


def _lines(rows: Rows, changes: Sequence[DriverChanges], head: Head) -> Iterator[str]:
    yield _("Cost estimate, not a firm price")
    yield str(rows.title)
    yield head.provider
    if rows.demo:
        yield _("Demonstration: the provider is invented and the figures are examples.")
    yield ""
    yield _("Reference: %(reference)s", reference=head.reference)
    yield _("Date: %(day)s", day=head.made_on)
    yield _("Valid until the end of %(day)s (%(zone)s)", day=head.valid_until, zone=head.time_zone)
    yield _("Price list: %(version)s", version=head.version)
    yield ""
    yield from _headline(rows)
    for section in rows.notice("evidence"):
        yield from _notices(section.heading, [str(row.text) for row in section.rows])
    yield from _heading(_("Your answers"))
    for answers in rows.answers:
        for row in answers.rows:
            open_ = f" {_('(left open)')}" if row.assumed else ""
            yield from _wrapped(f"{row.label}: {row.answer}{open_}")
    yield from _items(rows)
    for section in rows.notice("not_included"):
        yield from _notices(section.heading, [str(row.text) for row in section.rows])
    if changes:
        yield from _heading(_("What would change the cost"))
        for driver in changes:
            for change in driver.rows:
                yield from _amount(f"{driver.label}: {change.answer}", change.effect)
    yield from _sums(_("If the treatment stops early, it has cost by then"), rows.stages)
    yield from _sums(_("When it would be paid"), rows.payments)
    for section in rows.notices_besides("evidence", "not_included"):
        yield from _notices(section.heading, [str(row.text) for row in section.rows])


def _headline(rows: Rows) -> Iterator[str]:
    headline = rows.headline
    yield from _amount(headline.label.upper(), headline.amount)
    if headline.span:
        yield from _wrapped(headline.range_words())
        for reason in headline.reasons:
            yield from _wrapped(reason, bullet=True)
    for sentence in (headline.not_counted_words(), headline.on_request_words()):
        if sentence:
            yield from _wrapped(sentence)


def _items(rows: Rows) -> Iterator[str]:
    yield from _heading(_("Every item"))
    if rows.saving:
        yield from _wrapped(rows.saving)
    for group in rows.groups:
        payee = f" ({_('paid to: %(payee)s', payee=group.payee)})" if group.payee else ""
        yield ""
        yield from _amount(f"{group.label}{payee}", group.amount)
        for item in group.rows:
            yield from _amount(f"  {', '.join([str(item.label), *_quantity(item)])}", item.amount)
            for step in item.steps:
                yield from _wrapped(step, indent=6)
            if item.span:
                yield from _wrapped(_("It may come to %(span)s.", span=item.span), indent=6)
    yield ""
    for tax in rows.taxes:
        inside = f" ({_('already inside the prices above; nothing is added')})" if tax.included else ""
        of = _("%(percent)s of %(base)s", percent=tax.rate, base=tax.base)
        yield from _amount(f"{tax.label}, {of}{inside}", tax.amount)
    yield from _sums(_("Totals"), rows.totals)


def _quantity(item: ItemRow) -> list[str]:
    unit = f" {item.unit}" if item.unit else ""
    return [part for part in (f"{item.quantity}{unit}", item.covered_part) if part]


def _sums(heading: str, sums: Sequence[Sum]) -> Iterator[str]:
    if sums:
        yield from _heading(heading)
    for entry in sums:
        note = f", {entry.note}" if entry.note else ""
        yield from _amount(f"{entry.label}{note}", entry.amount)
        if entry.span:
            yield from _wrapped(_("It may come to %(span)s.", span=entry.span), indent=6)


def _notices(heading: str, texts: Sequence[str]) -> Iterator[str]:
    yield from _heading(heading)
    for notice in texts:
        yield from _wrapped(notice, bullet=True)


def _heading(words: str) -> Iterator[str]:
    yield ""
    yield words
    yield "-" * _width(words)


def _amount(label: str, amount: str) -> Iterator[str]:
    """A label with its amount at the right; a long label goes on in the next lines."""
    indent = len(label) - len(label.lstrip())
    lines = textwrap.wrap(label.strip(), WIDTH - AMOUNT - indent - 1) or [""]
    for number, line in enumerate(lines):
        last = number == len(lines) - 1
        start = " " * (indent + 2 * (number > 0)) + line
        yield start + (amount.rjust(WIDTH - _width(start)) if last else "")


def _wrapped(words: str, indent: int = 2, bullet: bool = False) -> list[str]:
    first = " " * indent + ("- " if bullet else "")
    return textwrap.wrap(words, WIDTH, initial_indent=first, subsequent_indent=" " * len(first)) or [""]


def _width(words: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in words
    )
