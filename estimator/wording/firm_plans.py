"""The plans of one firm quote in words: side by side what each comes to and what differs, then each of them whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from estimator.i18n import Reader, Words, ngettext
from estimator.i18n import gettext as _
from estimator.wording import asked as asked_about
from estimator.wording.firm import Before, FirmRows, which_is_replaced
from estimator.wording.how_to_pay import nothing_obliges, once_accepted
from estimator.wording.rows import ChangedRow, ComparedRow, NoticeRow, NoticeSection, not_in_it
from pricing import quote_plans
from pricing.stored import StoredQuote
from pricing.table import PriceTable

OF_A_PLAN = ("commission",)
"""The kinds of notices that stand with each plan; the others are said once for all of them."""


def named(letter: str) -> str:
    """Return what a plan is called."""
    return _("Plan %(letter)s", letter=letter)


def totals(content: StoredQuote, reader: Reader) -> list[tuple[str, str]]:
    """Return what each plan of a quote is called and comes to; an only plan has an empty name."""
    return [
        (named(letter) if letter else "", reader.money(plan["total"], plan["currency"]))
        for letter, plan in quote_plans.by_plan(content).items()
    ]


def with_name(name: str, amount: str) -> str:
    """Say what a plan comes to."""
    return _("%(plan)s: %(what)s", plan=name, what=amount) if name else amount


def together(
    worded: Mapping[str, FirmRows],
    contents: Mapping[str, StoredQuote],
    table: PriceTable,
    reader: Reader,
    *,
    before: Mapping[str, Before],
    replacing: Sequence[str | None],
) -> FirmRows:
    """Return the rows of a quote with all of its plans; those of an only plan are what they were.

    `before` are the plans of the revision that is replaced, `replacing` says for each plan whose place it takes: which
    of them came, went or moved up is among what has changed.
    """
    first, *others = worded.values()
    if before:
        moved = _came_or_went(before, dict(zip(contents, replacing, strict=True)), contents, reader)
        replaces = which_is_replaced(next(iter(before.values())), reader)
        first = replace(first, changed=[*first.changed, *moved], replaces=replaces)
    if not others:
        return first
    return replace(
        first,
        plan=next(iter(worded)),
        alternatives=[
            replace(
                rows,
                plan=letter,
                notices=[section for section in rows.notices if section.kind in OF_A_PLAN],
                about=[],
                since_asked=[],
                replaces=None,
            )
            for letter, rows in list(worded.items())[1:]
        ],
        compared=list(_compared(worded, contents, table, reader)),
        notices=_merged(worded.values()),
        since_asked=[],
        about=[_one_of(len(worded)), *first.about],
    )


def about_accepted(rows: FirmRows) -> list[str]:
    """Return what is said of an accepted quote itself: not that nobody need accept it, which was said at its issue."""
    offered = {nothing_obliges()}
    if rows.how_to_pay is not None:  # as it was worded then
        offered.add(rows.how_to_pay.sentences[0])
    return [sentence for sentence in rows.about if sentence not in offered]


def accepted(
    rows: FirmRows, letter: str, total: str, payments: Sequence[str], first_to_pay: str | None
) -> FirmRows:
    """Return the rows of what was accepted, as those of a quote with this plan alone and nothing left to choose.

    `total` and `payments` are what all comes to, with the lines that were taken; the last stage comes to the total.
    `first_to_pay` is the first day on which it is paid, None if any day is one.
    """
    own = rows.by_plan()[letter]
    return replace(
        own,
        plan="",
        alternatives=(),
        compared=(),
        options=(),
        total=replace(own.total, amount=total),
        converted=own.converted if own.total.amount == total else None,
        payments=[replace(row, amount=amount) for row, amount in zip(own.payments, payments, strict=True)],
        firm_stages=[*own.firm_stages[:-1], *(replace(row, amount=total) for row in own.firm_stages[-1:])],
        notices=rows.notices,
        about=about_accepted(rows)[1:] if rows.alternatives else about_accepted(rows),
        replaces=rows.replaces,
        since_asked=rows.since_asked,
        how_to_pay=None if rows.how_to_pay is None else once_accepted(rows.how_to_pay, first_to_pay),
        personal=rows.personal,
    )


def _one_of(plans: int) -> str:
    return ngettext(
        "This quote has %(num)s plan, and it can be accepted.",
        "This quote has %(num)s plans, each with a firm total of its own. One of them can be accepted; the others are "
        "then closed.",
        plans,
    )


def _came_or_went(
    before: Mapping[str, Before],
    replacing: Mapping[str, str | None],
    now: Mapping[str, StoredQuote],
    reader: Reader,
) -> Iterator[ChangedRow]:
    """Yield each plan that this revision has not any more, that has another name in it, and that is new in it.

    A letter of the revision before is never said without it: by now it may be another plan's.
    """
    nothing = not_in_it()
    revision = next(iter(before.values())).content["revision"]

    def total(content: StoredQuote) -> str:
        return reader.money(content["total"], content["currency"])

    for letter, gone in before.items():
        if letter not in replacing.values():
            label = _("Plan %(letter)s of revision %(revision)s", letter=letter, revision=revision)
            yield ChangedRow("plan", Words(label), total(gone.content), nothing)
    for letter, old in replacing.items():
        if old and old != letter and len(before) > 1:
            label = _moved(old, revision, letter)
            yield ChangedRow("plan", Words(label), total(before[old].content), total(now[letter]))
    for letter, old in replacing.items():
        if old is None:
            label = _("Plan %(letter)s is new", letter=letter)
            yield ChangedRow("plan", Words(label), nothing, total(now[letter]))


def _moved(old: str, revision: int, letter: str) -> str:
    if not letter:
        return _(
            "Plan %(letter)s of revision %(revision)s is the only plan now", letter=old, revision=revision
        )
    return _(
        "Plan %(letter)s of revision %(revision)s is plan %(now)s now",
        letter=old,
        revision=revision,
        now=letter,
    )


def _merged(worded: Iterable[FirmRows]) -> list[NoticeSection]:
    """Return the notices of every plan, each once, in the order of their kinds in the first plan that has them."""
    sections: dict[str, NoticeSection] = {}
    first = True
    for rows in worded:
        for section in rows.notices:
            if section.kind in OF_A_PLAN and not first:
                continue
            there = sections.get(section.kind)
            if there is None:
                sections[section.kind] = section
                continue
            known = {_said(row) for row in there.rows}
            more = [row for row in section.rows if _said(row) not in known]
            sections[section.kind] = replace(there, rows=[*there.rows, *more])
        first = False
    return list(sections.values())


def _said(row: NoticeRow) -> str:
    return str(row.text)


def _compared(
    worded: Mapping[str, FirmRows], contents: Mapping[str, StoredQuote], table: PriceTable, reader: Reader
) -> Iterator[ComparedRow]:
    """Yield the answers that differ, and every sum, the firm total after what it is made of."""
    for driver in table.drivers:
        cells = [
            asked_about.answered(
                content["breakdown"]["answers"].get(driver.code),
                driver.code,
                (content["breakdown"], table),
                reader,
            )
            for content in contents.values()
        ]
        if len(set(map(str, cells))) > 1:
            yield _row("answer", reader.words(driver.label, table.main_language), cells)
    plans = list(worded.values())
    firm = [
        {group.code: (group.label, group.amount) for group in rows.groups if group.total == "provider"}
        for rows in plans
    ]
    yield from _lines("group", firm, [group.code for group in table.groups])
    yield from _lines(
        "tax",
        [
            {f"{tax.label}, {tax.rate}": (tax.label, tax.amount) for tax in rows.taxes if not tax.included}
            for rows in plans
        ],
    )
    if any(rows.adjustments for rows in plans):
        sums = [
            reader.money(content["adjusted"], content["currency"], sign=True)
            if content["adjustments"]
            else _("none")
            for content in contents.values()
        ]
        yield _row("adjustment", Words(_("Adjustments")), sums)
    yield _row("total", plans[0].total.label, [rows.total.amount for rows in plans])
    # The reserve says itself that it is no part of the price.
    for kind, reserve in (("beside", False), ("reserve", True)):
        yield from _lines(
            kind,
            [
                {
                    sum_.kind or str(sum_.label): (sum_.label, sum_.amount)
                    for sum_ in rows.beside
                    if (sum_.kind == "reserve") == reserve
                }
                for rows in plans
            ],
        )


def _lines(
    kind: str, plans: Sequence[Mapping[str, tuple[Words, str]]], order: Sequence[str] = ()
) -> Iterator[ComparedRow]:
    """Yield a row for each line that any plan has; where a plan has it not, it says so."""
    there = dict.fromkeys(code for plan in plans for code in plan)
    codes = [code for code in order if code in there] or list(there)
    for code in codes:
        label = next(plan[code][0] for plan in plans if code in plan)
        yield _row(kind, label, [plan[code][1] if code in plan else not_in_it() for plan in plans])


def _row(kind: str, label: Words, cells: Sequence[str]) -> ComparedRow:
    return ComparedRow(kind, label, list(cells), len(set(map(str, cells))) > 1)
