"""A firm quote in words: the rows of its breakdown, what is firm, what is not part of it, and what has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType

from estimator.i18n import Reader, Words
from estimator.i18n import gettext as _
from estimator.paper import Paper
from estimator.wording import asked as asked_about
from estimator.wording import at_least, given_prices
from estimator.wording.breakdown import rows as breakdown_rows
from estimator.wording.how_to_pay import account_number, how_to_pay, nothing_obliges, taken_back_before
from estimator.wording.rounding import to_three_digits
from estimator.wording.rows import (
    AdjustmentRow,
    ChangedRow,
    ComparedRow,
    GroupRows,
    Head,
    HowToPay,
    ItemRow,
    OptionRow,
    Rows,
    Sum,
    TaxRow,
    not_in_it,
)
from estimator.wording.sentences import head, provider
from estimator.wording.terms import not_before
from pricing import PriceTable
from pricing.quote import Adjustment, LineChange, Rate, converted, line_changes, owed_by_stage
from pricing.stored import StoredBreakdown, StoredQuote
from pricing.table import Payment

OF_THE_WHOLE = frozenset({"plan", "option", "account", "valid_until"})
"""The kinds of changed lines that are about a quote with all of its plans."""


@dataclass(frozen=True, slots=True)
class FirmRows(Rows):
    """A firm quote in the order in which a document shows it.

    `total` is what is firm; `beside` is what is not part of it, with its range, and `taxes_beside` the taxes on
    that. `replaces` and `changed` are there when there was a revision before. `about` are the sentences on what is
    firm, and how it is accepted. `since_asked` is what differs from the estimate that was asked about, and
    `firm_stages` what is owed to the provider if the treatment stops early, by the price list.
    Revisions that were issued before these were kept have neither. `asked_by` is the name of whoever asked for the
    patient, None if the patient did. `paper` is what the document is made for, chosen when it is issued; `second` are
    the same rows in the language that the document has below each line, if it has one. `not_before` is the first day on
    which it may be accepted, signed or paid, None if that is any day. `personal` is what the coordinator wrote beside
    the figures, as it was typed, whatever the language of the rows. `days_to_take_back` is how many days its words
    give to take an acceptance back; None of what was issued before that was kept. `how_to_pay` is None of a quote that
    names no account. Where there are several plans, `plan` is the letter of this one, `alternatives` are the others,
    and `compared` all of them side by side; what is said once for all of them stands with the first, as do `options`,
    the lines that may be taken or left.
    """

    head: Head
    number: str
    revision: int
    request: str
    price: Sum
    adjustments: Sequence[AdjustmentRow]
    total: Sum
    converted: str | None
    beside: Sequence[Sum]
    taxes_beside: Sequence[TaxRow]
    replaces: str | None
    changed: Sequence[ChangedRow]
    about: Sequence[str]
    since_asked: Sequence[ChangedRow]
    firm_stages: Sequence[Sum]
    asked_by: str | None
    paper: Paper = "A4"
    not_before: str | None = None
    days_to_take_back: int | None = None
    how_to_pay: HowToPay | None = None
    second: SecondRows | None = None
    personal: str | None = None
    plan: str = ""
    alternatives: Sequence[FirmRows] = ()
    compared: Sequence[ComparedRow] = ()
    options: Sequence[OptionRow] = ()

    @property
    def not_counted_said(self) -> str:
        """What is not counted in it, as a sentence; empty if everything is."""
        return self.headline.not_counted_words()

    @property
    def plans(self) -> Sequence[FirmRows]:
        """Every plan, this one first."""
        return [self, *self.alternatives]

    @property
    def changes(self) -> Sequence[Changes]:
        """What differs from the revision before: of several plans, what is about all of them before each one."""
        if not self.alternatives:
            return [Changes(self.plan, self.changed)] if self.changed else []
        whole = [row for row in self.changed if row.kind in OF_THE_WHOLE]
        own = [
            Changes(plan.plan, [row for row in plan.changed if row.kind not in OF_THE_WHOLE])
            for plan in self.plans
        ]
        return [each for each in (Changes("", whole), *own) if each.rows]

    def by_plan(self) -> dict[str, FirmRows]:
        """Return every plan by its letter; that of an only plan is empty."""
        return {rows.plan: rows for rows in self.plans}


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs under one heading; `plan` is the letter of the plan that it is about, empty for the whole quote."""

    plan: str
    rows: Sequence[ChangedRow]


@dataclass(frozen=True, slots=True)
class SecondRows:
    """The rows of a firm quote in a second language, with the tag of that language."""

    language: str
    rows: FirmRows


@dataclass(frozen=True)
class Before:
    """The revision that is replaced: its content, its list, its adjustments as far as they are known."""

    content: StoredQuote
    table: PriceTable
    adjustments: Sequence[AdjustmentRow]
    #: whether it is what the patient has accepted, which the next revision ends
    accepted: bool = False


def firm_rows(
    content: StoredQuote,
    table: PriceTable,
    reader: Reader,
    adjustments: Sequence[Adjustment],
    *,
    days_to_take_back: int,
    asked_by: str | None = None,
    before: Before | None = None,
    asked: asked_about.Plan | None = None,
    told_since: Mapping[str, str | bool | None] = MappingProxyType({}),
    paper: Paper = "A4",
    personal: str | None = None,
) -> FirmRows:
    """Word a firm quote for one reader, in the language that is spoken.

    `told_since` is what the patient answered after they asked about the estimate, by question, in normal form.
    """
    rows = breakdown_rows(content["breakdown"], table, reader, list(content["answers"]))
    currency = content["currency"]
    issued, valid_until = (
        datetime.fromisoformat(content["issued"]),
        date.fromisoformat(content["valid_until"]),
    )
    number, revision = content["number"], content["revision"]
    headed = head(table, reader, reference=number, created=issued, valid_until=valid_until)
    accept_from = date.fromisoformat(content["accept_from"]) if "accept_from" in content else None
    first_day = None if accept_from is None else not_before(accept_from, content["time_zone"], reader)
    payments = {payment["code"]: payment["amount"] for payment in content["payments"]}
    days = content.get("payment_days", {})
    known = {field.name: getattr(rows, field.name) for field in fields(Rows)}
    lines = [
        AdjustmentRow(
            Words(adjustment.label),
            reader.money(line["amount"], currency, sign=True),
            adjustment.reason,
            line["amount"],
            adjustment.reason if adjustment.told else None,
        )
        for adjustment, line in zip(adjustments, content["adjustments"], strict=True)
    ]
    taxes = _taxes(content["breakdown"], rows, table)
    known |= {
        "parts": [],  # those of an estimate, which are not all firm
        "stages": [],  # as well: what is paid to others is in them
        "groups": [_firm_group(given_prices.told(group, content, table)) for group in rows.groups],
        "taxes": [replace(row, span=None) for row, firm in taxes if firm],
        "payments": [
            replace(
                sum_,
                amount=_payment(content, payment, reader.money(payments[payment.code], currency)),
                day=None if payment.code not in days else reader.day(days[payment.code]),
            )
            for sum_, payment in zip(rows.payments, table.payments, strict=True)
        ],
        "notices": rows.notices_besides("about_this_estimate"),
    }
    whose = provider(table, reader)
    to_provider = Words(_("To %(provider)s", provider=whose))
    return FirmRows(
        **known,
        head=headed,
        number=number,
        revision=revision,
        request=content["reference"],
        price=Sum(to_provider, _at_least(content, reader.money(content["price"], currency))),
        adjustments=lines,
        total=Sum(
            Words(_("Firm total to %(provider)s", provider=whose)),
            _at_least(content, reader.money(content["total"], currency)),
        ),
        converted=_converted(content, table, reader),
        beside=_beside(rows),
        taxes_beside=[row for row, firm in taxes if not firm],
        replaces=None if before is None else which_is_replaced(before, reader),
        changed=[] if before is None else _changed(before, content, table, reader, lines),
        about=list(_about(headed, first_day, days_to_take_back)),
        since_asked=[]
        if asked is None
        else list(asked_about.since_asked(asked, content, table, reader, lines, told_since)),
        firm_stages=[
            Sum(reader.words(stage.label, table.main_language), reader.money(firm_part, currency))
            for stage, firm_part in zip(
                table.stages,
                owed_by_stage(table, content["breakdown"], Decimal(content["total"])),
                strict=True,
            )
        ],
        asked_by=asked_by,
        paper=paper,
        not_before=None if accept_from is None else reader.day(accept_from),
        days_to_take_back=days_to_take_back,
        how_to_pay=how_to_pay(
            content["pay_to"],
            number,
            None if accept_from is None else reader.day(accept_from),
            days_to_take_back,
            table.main_language,
            reader,
        )
        if "pay_to" in content
        else None,
        personal=personal,
    )


def _payment(content: StoredQuote, payment: Payment, amount: str) -> str:
    return amount if payment.amount is not None else _at_least(content, amount)


def _at_least(content: StoredQuote, amount: str) -> str:
    """Say an amount of a draft in which something is on request; such a quote is not issued, but it is looked at."""
    return at_least.said(amount, content["breakdown"]["on_request"])


def number_follows() -> str:
    """Return what stands in place of the number of a quote that was not issued yet, in the language that is spoken."""
    return _("number follows")


def changed_rows(
    changes: Sequence[LineChange],
    old: tuple[StoredBreakdown, PriceTable],
    new: tuple[StoredBreakdown, PriceTable],
    reader: Reader,
) -> list[ChangedRow]:
    """Word what differs between two plans, or between one plan under two lists, in the order of the changes."""
    return [_changed_row(change, old, new, reader) for change in changes]


def _firm_group(group: GroupRows) -> GroupRows:
    """What is paid to the provider is firm: it has no range."""
    if group.total != "provider":
        return group
    items: list[ItemRow] = [replace(item, span=None) for item in group.rows]
    return replace(group, rows=items, span=None)


def _taxes(breakdown: StoredBreakdown, rows: Rows, table: PriceTable) -> list[tuple[TaxRow, bool]]:
    """Say of each tax whether it is on what is paid to the provider, and firm as that is."""
    of_provider = {group.code for group in table.groups if group.total == "provider"}
    of_provider |= {charge.code for charge in table.charges if charge.group in of_provider}
    of_provider |= {package.code for package in table.packages if package.group in of_provider}
    firm = {tax.code for tax in table.taxes if of_provider.issuperset(tax.of)}
    return [(row, tax["code"] in firm) for tax, row in zip(breakdown["taxes"], rows.taxes, strict=True)]


def _beside(rows: Rows) -> list[Sum]:
    """What is shown and not part of the quote: paid to others, and the reserve. Their place among the totals."""
    others = rows.totals[1:2] if len(rows.totals) > 2 else []
    reserve = rows.totals[-1:] if len(rows.totals) % 2 == 0 else []
    return [*others, *reserve]


def _converted(content: StoredQuote, table: PriceTable, reader: Reader) -> str | None:
    said = content["rate"]
    if said is None:
        return None
    rate = Rate(said["base"], said["quoted"], said["rate"], said["source"], date.fromisoformat(said["day"]))
    about = to_three_digits(converted(Decimal(content["total"]), rate))
    return _(
        "About %(amount)s, for orientation: %(rate)s (%(source)s, %(day)s).",
        amount=reader.money(about, rate.quoted),
        rate=reader.rate(rate.base, rate.rate, rate.quoted),
        source=reader.isolated(reader.own(rate.source, table.main_language).marked),
        day=reader.day(rate.day),
    )


def which_is_replaced(before: Before, reader: Reader) -> str:
    """Say which revision is replaced, and whether its acceptance ends with that."""
    issued = datetime.fromisoformat(before.content["issued"])
    day = reader.moment(issued, before.content["time_zone"])
    if before.accepted:
        return _(
            "Replaces revision %(revision)s of %(day)s, which was accepted and counts no longer",
            revision=before.content["revision"],
            day=day,
        )
    return _("Replaces revision %(revision)s of %(day)s", revision=before.content["revision"], day=day)


def _changed(
    before: Before,
    content: StoredQuote,
    table: PriceTable,
    reader: Reader,
    adjustments: Sequence[AdjustmentRow],
) -> list[ChangedRow]:
    old, new = (before.content["breakdown"], before.table), (content["breakdown"], table)
    changes = line_changes(before.content, content)
    others = [change for change in changes if change.kind not in ("adjustment", "total")]
    found = changed_rows(others, old, new, reader)
    known = [(row.label.text, row.plain, before.content["currency"]) for row in before.adjustments]
    now = [(row.label.text, row.plain, content["currency"]) for row in adjustments]
    found += _changed_adjustments(known, now, reader)
    accounts = [
        account_number(each["pay_to"]) if "pay_to" in each else not_in_it()
        for each in (before.content, content)
    ]
    if before.content.get("pay_to") != content.get("pay_to"):
        found.append(ChangedRow("account", Words(_("Account to pay into")), *accounts))
    until = [reader.day(each["valid_until"]) for each in (before.content, content)]
    if until[0] != until[1]:
        found.append(ChangedRow("valid_until", Words(_("Last day on which it is valid")), *until))
    return found + changed_rows([change for change in changes if change.kind == "total"], old, new, reader)


_Plain = tuple[str, str, str]
"""An adjustment as it was typed, whatever the language of the rows that it is in: label, amount, currency."""


def _changed_adjustments(
    old: Sequence[_Plain], new: Sequence[_Plain], reader: Reader
) -> Iterator[ChangedRow]:
    """Each adjustment with another amount, taken out or put in; one that only moved has not changed."""
    before, after, nothing = Counter(old), Counter(new), not_in_it()
    put_in = list((after - before).elements())
    for label, amount, currency in (before - after).elements():
        was, now = reader.money(amount, currency, sign=True), nothing
        same = next((one for one in put_in if one[0] == label), None)
        if same is not None:
            put_in.remove(same)
            now = reader.money(*same[1:], sign=True)
        yield ChangedRow("adjustment", Words(label), was, now)
    for label, amount, currency in put_in:
        yield ChangedRow("adjustment", Words(label), nothing, reader.money(amount, currency, sign=True))


def _changed_row(
    change: LineChange,
    old: tuple[StoredBreakdown, PriceTable],
    new: tuple[StoredBreakdown, PriceTable],
    reader: Reader,
) -> ChangedRow:
    if change.kind == "answer":
        label = _label_of_driver(change.code, new[1]) or _label_of_driver(change.code, old[1])
        assert label is not None
        said = [
            asked_about.answered(answer, change.code, plan, reader)
            for answer, plan in ((change.old, old), (change.new, new))
        ]
        return ChangedRow("answer", reader.words(*label), *said)
    if change.kind in ("total", "adjustment"):
        words = Words(_("Firm total") if change.kind == "total" else _("Adjustments"))
    else:
        words = next(
            reader.words(line["label"], table.main_language)
            for breakdown, table in (new, old)
            for line in (breakdown["items"] if change.kind == "item" else breakdown["taxes"])
            if line["code"] == change.code
        )
    amounts = [
        _amount(amount, breakdown["currency"], reader)
        for amount, (breakdown, _table) in ((change.old, old), (change.new, new))
    ]
    return ChangedRow(change.kind, words, *amounts)


def _label_of_driver(code: str, table: PriceTable) -> tuple[Mapping[str, str], str] | None:
    found = (driver.label for driver in table.drivers if driver.code == code)
    label = next(found, None)
    return None if label is None else (label, table.main_language)


def _amount(amount: str | bool | None, currency: str, reader: Reader) -> str:
    if amount is None:
        return not_in_it()
    return _("on request") if amount == "request" else reader.money(str(amount), currency)


def _about(head: Head, first_day: str | None, days_to_take_back: int) -> Iterator[str]:
    """What is firm, and how it is accepted: the sentences that stand in place of those about an estimate."""
    yield _(
        "The firm total holds for the plan described here, if the quote is accepted before the end of %(day)s "
        "(%(zone)s). If the plan changes, a new revision is issued, and you are asked again.",
        day=head.valid_until,
        zone=head.time_zone,
    )
    if first_day is not None:
        yield first_day
    yield _(
        "What is paid to others and what is suggested as a reserve are estimates. They are no part of this quote."
    )
    yield nothing_obliges()
    if days_to_take_back:
        yield taken_back_before(days_to_take_back)
    yield _(
        "If a bill is higher than this quote although the plan was not changed, write to the provider. "
        "Complaining will not affect your care."
    )
    yield _("It rests on the answers printed in it. Keep a copy or a picture of it.")
