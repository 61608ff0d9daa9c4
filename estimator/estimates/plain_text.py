"""A breakdown or a firm quote as plain text: the same rows as on the page, for a terminal or a text mail."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from estimator.estimates.other_currency import Beside
from estimator.i18n import gettext as _
from estimator.i18n import listed, with_colon
from estimator.wording import (
    DriverChanges,
    FirmRows,
    Head,
    HowToPay,
    NoticeSection,
    RangeSources,
    Rows,
    Sum,
)
from estimator.wording.rows import ChangedRow, GroupRows, ItemRow, OptionRow, TaxRow

WIDTH = 78
AMOUNT = 24

_AMOUNT = re.compile(r"\b([A-Z]{3}) (?=[0-9])")


def text(
    rows: Rows,
    changes: Sequence[DriverChanges],
    head: Head,
    ranges: RangeSources | None = None,
    beside: Beside | None = None,
) -> str:
    """Return a whole breakdown as lines of at most WIDTH characters, amounts in a column of their own.

    `beside` are its totals in another currency, None where they stand in no other one.
    """
    return _written(_estimate(rows, changes, head, ranges, beside))


def firm_text(rows: FirmRows, patient: str) -> str:
    """Return a whole firm quote in the same way; what counts is its PDF, and the text says so."""
    return _written(_quote(rows, patient))


def _written(lines: Iterable[str]) -> str:
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _estimate(
    rows: Rows,
    changes: Sequence[DriverChanges],
    head: Head,
    ranges: RangeSources | None,
    beside: Beside | None,
) -> Iterator[str]:
    yield _("Cost estimate, not a firm price")
    yield from _wrapped(str(rows.title), indent=0)
    yield from _provider(head)
    if rows.demo:
        yield _("Demonstration: the provider is invented and the figures are examples.")
    if head.withdrawn:
        yield ""
        yield from _wrapped(head.withdrawn, indent=0)
    yield ""
    yield _("Reference: %(reference)s", reference=head.reference)
    yield from _days(head)
    yield ""
    yield from _called_for(rows)
    yield from _headline(rows)
    if beside is not None:
        yield from _amount(
            _("In %(currency)s, for orientation", currency=beside.currency), beside.total.amount
        )
        for sentence in filter(None, (beside.total.span, beside.sentence)):
            yield from _wrapped(sentence)
    for sentence in head.past_bills:
        yield from _wrapped(sentence)
    yield from _notices(rows.notice("commission"))
    yield from _notices(rows.notice("evidence"))
    yield from _answers(rows, _("Your answers"))
    yield from _parts(rows)
    yield from _heading(_("Every item"))
    if rows.saving:
        yield from _wrapped(rows.saving)
    yield from _groups(rows.groups)
    yield from _taxes(rows.taxes)
    yield from _sums(_("Totals"), rows.totals, () if beside is None else beside.sums)
    yield from _notices(rows.notice("not_included"))
    yield from _changes(changes)
    yield from _ranges(ranges, head.past_range)
    yield from _sums(_("If the treatment stops early, it has cost by then"), rows.stages)
    yield from _sums(_("When it would be paid"), rows.payments)
    yield from _notices(rows.notices_besides("evidence", "not_included", "commission"))


def _quote(rows: FirmRows, patient: str) -> Iterator[str]:
    head = rows.head
    yield _("Firm quote")
    yield from _wrapped(str(rows.title), indent=0)
    yield from _provider(head)
    if rows.demo:
        yield _("Demonstration: the provider is invented and the figures are examples.")
    yield from _wrapped(_("This text is for reading. The quote is its PDF, which was sent to you."), indent=0)
    yield ""
    yield _("Number: %(number)s, revision %(revision)s", number=rows.number, revision=rows.revision)
    if rows.replaces:
        yield from _wrapped(rows.replaces, indent=0)
    yield _("Request: %(number)s", number=rows.request)
    yield from _wrapped(_("For: %(name)s", name=patient), indent=0)
    if rows.asked_by:
        yield from _wrapped(_("asked by %(name)s", name=rows.asked_by), indent=0)
    yield from _days(head)
    yield ""
    yield from _called_for(rows)
    yield from _plans(rows)
    if not rows.alternatives:
        yield from _options(rows.options)
    yield from _notices(rows.notice("not_included"))
    if not rows.alternatives:
        yield from _paying(rows, rows.not_before, rows.how_to_pay)
        yield from _personal(rows.personal)
    elif rows.how_to_pay is not None:
        yield from _how_to_pay(rows.how_to_pay)
    yield from _notices(rows.notices_besides("evidence", "not_included", "commission"))
    yield from _heading(_("About this quote, and how to accept it"))
    for sentence in rows.about:
        yield from _wrapped(sentence, bullet=True)


def _called_for(rows: Rows) -> Iterator[str]:
    """Say what the patient's own answers call for before anything else."""
    for row in rows.first:
        yield from _wrapped(row.in_short.text, indent=0)
        yield ""


def _plans(rows: FirmRows) -> Iterator[str]:
    """Say the totals of every plan, what belongs to all of them, and what each is made of."""
    if rows.alternatives:
        yield from _wrapped(rows.about[0], indent=0)
        yield from _side_by_side(rows)
    for plan in rows.plans:
        if not rows.alternatives:
            yield from _amount(str(plan.total.label), plan.total.amount)
        if plan.converted:
            yield from _wrapped(_of(plan, plan.converted))
        yield from _notices(plan.notice("commission"))
    yield from _notices(rows.notice("evidence"))
    if rows.alternatives:
        yield from _options(rows.options)
        yield from _personal(rows.personal)
    changes = {part.plan: part.rows for part in rows.changes}
    if rows.alternatives:
        yield from _differing(_("What changed"), changes.get("", ()))
    for plan in rows.plans:
        yield from _differing(_of(plan, _("What changed")), changes.get(plan.plan, ()))
        yield from _firm(plan)
        yield from _beside(plan)
        if rows.alternatives:
            yield from _paying(plan, rows.not_before)


def _personal(words: str | None) -> Iterator[str]:
    if words:
        yield from _heading(_("Your coordinator writes:"))
        for line in words.splitlines():
            yield from _wrapped(line)


def _how_to_pay(said: HowToPay) -> Iterator[str]:
    yield from _heading(_("How to pay"))
    for row in said.rows:
        yield from _wrapped(_("%(label)s: %(answer)s", label=row.label, answer=row.value))
    for sentence in (*said.sentences, said.warning):
        yield from _wrapped(sentence, bullet=True)


def _of(plan: FirmRows, words: str) -> str:
    """Say of which of several plans something is."""
    if not plan.plan:
        return words
    return _("%(plan)s: %(what)s", plan=_("Plan %(letter)s", letter=plan.plan), what=words)


def _options(options: Sequence[OptionRow]) -> Iterator[str]:
    if options:
        yield from _heading(_("What you may take with it"))
        yield from _wrapped(
            _("None of it is in the firm total. You are asked before you accept, and each stands by itself.")
        )
    for row in options:
        yield from _amount(f"  {row.label}", row.amount)
        if row.taxes:
            yield from _wrapped(_("%(amount)s without taxes", amount=row.net), indent=6)
        for tax in row.taxes:
            yield from _wrapped(
                _("%(label)s: %(answer)s", label=f"{tax.label} {tax.note}", answer=tax.amount), indent=6
            )


def _side_by_side(rows: FirmRows) -> Iterator[str]:
    """Every line of which the plans are compared, with what each of them says."""
    yield from _heading(_("The plans side by side"))
    for row in rows.compared:
        differs = f" ({_('differs')})" if row.differs else ""
        yield from _wrapped(f"{row.label}{differs}")
        for plan, cell in zip(rows.plans, row.cells, strict=True):
            yield from _amount("    " + _("Plan %(letter)s", letter=plan.plan), str(cell))


def _paying(rows: FirmRows, not_before: str | None, how: HowToPay | None = None) -> Iterator[str]:
    yield from _sums(_of(rows, _("When it is to be paid")), rows.payments)
    if rows.payments and not_before:
        yield from _wrapped(_("Nothing is to be paid before %(day)s.", day=not_before))
    if how is not None:
        yield from _how_to_pay(how)
    owed = _("What is owed to the provider by then, by the price list")
    if rows.adjustments:
        owed = _(
            "What is owed to the provider by then, by the price list; the last line is the firm total, "
            "and no line is more than that"
        )
    if rows.firm_stages:
        yield from _heading(_of(rows, _("If the treatment stops early")))
        yield from _wrapped(owed)
        yield from _entries(rows.firm_stages)


def _firm(rows: FirmRows) -> Iterator[str]:
    yield from _differing(_("Changed since you asked"), rows.since_asked)
    yield from _answers(rows, _of(rows, _("Your answers")))
    yield from _heading(_of(rows, _("Every item of the firm total")))
    if rows.saving:
        yield from _wrapped(rows.saving)
    yield from _groups([group for group in rows.groups if group.total == "provider"])
    yield from _taxes(rows.taxes)
    if rows.adjustments:
        yield from _amount(_("By the price list"), rows.price.amount)
        for row in rows.adjustments:
            yield from _amount(f"{row.label} ({_('Adjustment, taxes included')})", row.amount)
            if row.why is not None:
                yield from _wrapped(row.why)
    yield from _amount(str(rows.total.label), rows.total.amount)


def _beside(rows: FirmRows) -> Iterator[str]:
    beside = [group for group in rows.groups if group.total != "provider"]
    if not (beside or rows.beside):
        return
    yield from _heading(_of(rows, _("Not part of this quote")))
    yield from _wrapped(_("What you pay to others, and what to keep in reserve: estimates, which may change"))
    if rows.headline.not_counted:
        yield from _wrapped(rows.headline.not_counted_words())
    yield from _groups(beside)
    yield from _taxes(rows.taxes_beside)
    yield from _entries(rows.beside)


def _provider(head: Head) -> Iterator[str]:
    registration = _("Registration: %(number)s", number=head.registration) if head.registration else None
    tax = _("Tax number: %(number)s", number=head.tax_number) if head.tax_number else None
    for line in (head.provider, head.address, registration, tax, head.contact, head.phone):
        if line:
            yield from _wrapped(line, indent=0)


def _days(head: Head) -> Iterator[str]:
    yield _("Date: %(day)s", day=head.made_on)
    yield _("Valid until the end of %(day)s (%(zone)s)", day=head.valid_until, zone=head.time_zone)
    version = _("%(version)s, in force from %(day)s", version=head.version, day=head.valid_from)
    yield from _wrapped(_("Price list: %(version)s", version=version), indent=0)


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
    for row in headline.not_counted:
        if row.usual:
            yield from _wrapped(_("%(label)s: %(answer)s", label=row.label, answer=row.usual), bullet=True)


def _answers(rows: Rows, heading: str) -> Iterator[str]:
    yield from _heading(heading)
    for answers in rows.answers:
        for row in answers.rows:
            evidence = f" ({row.evidence})" if row.evidence else ""
            open_ = f" {_('(not answered; we used this)')}" if row.assumed else ""
            yield from _wrapped(with_colon(row.label, f"{row.answer}{evidence}{open_}"))
            if row.basis:
                yield from _wrapped(str(row.basis), indent=6)


def _parts(rows: Rows) -> Iterator[str]:
    if rows.parts:
        yield from _heading(_("Where the money goes"))
    for part in rows.parts:
        yield from _amount(str(part.label), part.amount)


def _groups(groups: Sequence[GroupRows]) -> Iterator[str]:
    for group in groups:
        payee = f" ({_('paid to: %(payee)s', payee=group.payee)})" if group.payee else ""
        reserve = f" ({_('a suggestion, not part of the price')})" if group.total == "reserve" else ""
        yield ""
        yield from _amount(f"{group.label}{payee}{reserve}", group.amount)
        yield from _range(group.span)
        for item in group.rows:
            yield from _item(item)
    yield ""


def _item(item: ItemRow) -> Iterator[str]:
    marks = [_("Package")] * item.package + [_("Discount")] * item.discount
    price = [_("Unit price: %(price)s", price=item.unit_price)] if item.unit_price else []
    yield from _amount(f"  {listed([item.label, *marks, *_quantity(item), *price])}", item.amount)
    if item.covered_by:
        yield from _wrapped(_("in “%(package)s”", package=item.covered_by), indent=6)
    for said in (item.note, item.given):
        if said:
            yield from _wrapped(str(said), indent=6)
    for step in item.steps:
        yield from _wrapped(step, indent=6)
    yield from _range(item.span)
    if item.billing_code:
        yield from _wrapped(_("Billing code: %(code)s", code=item.billing_code), indent=6)
    if item.source:
        yield from _wrapped(_("Where the price comes from: %(source)s", source=item.source), indent=6)


def _quantity(item: ItemRow) -> list[str]:
    unit = "" if item.unit is None else str(item.unit)
    counted = f"{item.quantity_beside_unit} {unit}".strip()
    return [part for part in (counted, item.covered_part) if part]


def _taxes(taxes: Sequence[TaxRow]) -> Iterator[str]:
    for tax in taxes:
        if tax.included:
            yield from _amount(listed([tax.label, tax.rate]), _("included"))
            for said in (
                _("%(base)s, of which %(amount)s is this tax", base=tax.base, amount=tax.amount),
                _("already inside the prices above; nothing is added"),
            ):
                yield from _wrapped(said, indent=6)
        else:
            of = _("%(percent)s of %(base)s", percent=tax.rate, base=tax.base)
            yield from _amount(listed([tax.label, of]), tax.amount)
            yield from _range(tax.span)


def _changes(changes: Sequence[DriverChanges]) -> Iterator[str]:
    if changes:
        yield from _heading(_("What would change the cost"))
    for driver in changes:
        before = _("instead of %(answer)s", answer=driver.rows[0].instead_of)
        yield from _wrapped(f"{driver.label} ({before})")
        for change in driver.rows:
            yield from _amount(f"    {change.answer}", change.effect)
            for remark in change.remarks:
                yield from _wrapped(remark, indent=6)


def _ranges(ranges: RangeSources | None, past_range: Sequence[str]) -> Iterator[str]:
    """Say where the range comes from, what past bills make of it, what would make it narrower, what is not in it."""
    if ranges is not None or past_range:
        yield from _heading(_("Where the range comes from"))
    for sentence in past_range:
        yield from _wrapped(sentence)
    if ranges is None:
        return
    for row in ranges.rows:
        yield from _amount(f"  {row.label}", row.amount)
        for sentence in row.why:
            yield from _wrapped(sentence, indent=6)
    yield from _amount(_("From the low to the high end"), ranges.width)
    for heading, sentences in (
        (_("What would make it narrower"), ranges.narrower),
        (_("Not in this range"), ranges.outside),
    ):
        if sentences:
            yield from _heading(heading)
        for sentence in sentences:
            yield from _wrapped(sentence, bullet=True)


def _differing(heading: str, rows: Sequence[ChangedRow]) -> Iterator[str]:
    if rows:
        yield from _heading(heading)
    for row in rows:
        yield from _wrapped(_("%(label)s: %(answer)s", label=row.label, answer=row.in_one))


def _sums(heading: str, sums: Sequence[Sum], beside: Sequence[str] = ()) -> Iterator[str]:
    if sums:
        yield from _heading(heading)
    yield from _entries(sums, beside)


def _entries(sums: Sequence[Sum], beside: Sequence[str] = ()) -> Iterator[str]:
    """Say each sum, and what stands `beside` it in another currency."""
    for place, entry in enumerate(sums):
        yield from _amount(listed(filter(None, (entry.label, entry.note))), entry.amount)
        if entry.day:
            yield from _wrapped(_("by %(day)s", day=entry.day), indent=6)
        yield from _range(entry.span)
        if beside and beside[place]:
            yield from _amount("", beside[place])


def _range(span: str | None) -> Iterator[str]:
    if span:
        yield from _wrapped(_("It may come to %(span)s.", span=span), indent=6)


def _notices(sections: Sequence[NoticeSection]) -> Iterator[str]:
    for section in sections:
        yield from _heading(section.heading)
        for row in section.rows:
            yield from _wrapped(str(row.text), bullet=True)
            if row.link:
                yield f"    {row.link}"


def _heading(words: str) -> Iterator[str]:
    yield ""
    yield words
    yield "-" * _width(words)


def _amount(label: str, amount: str) -> Iterator[str]:
    """A label with its amount at the right; a long label goes on in the next lines."""
    indent = len(label) - len(label.lstrip())
    room = max(AMOUNT, _width(amount) + 2)
    lines = textwrap.wrap(_whole(label.strip()), WIDTH - room - indent - 1) or [""]
    for number, line in enumerate(lines):
        last = number == len(lines) - 1
        start = " " * (indent + 2 * (number > 0)) + line
        yield start + (" " * (WIDTH - _width(start + amount)) + amount if last else "")


def _wrapped(words: str, indent: int = 2, bullet: bool = False) -> list[str]:
    first = " " * indent + ("- " if bullet else "")
    return textwrap.wrap(_whole(words), WIDTH, initial_indent=first, subsequent_indent=" " * len(first)) or [
        ""
    ]


def _whole(words: str) -> str:
    """Keep a currency and its figure on one line, also where a price list has a plain space between them."""
    return _AMOUNT.sub("\\1\N{NO-BREAK SPACE}", words)


def _width(words: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(map(_columns, words))


def _columns(letter: str) -> int:
    """How many columns a letter takes: none where it stands on another one, or only turns a text round."""
    if unicodedata.combining(letter) or unicodedata.category(letter) == "Cf":
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


heading, labelled, whole, wrapped, written = _heading, _amount, _whole, _wrapped, _written
"""How lines are laid out, for what else is told as plain text."""
