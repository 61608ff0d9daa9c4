"""What a quote that is being prepared comes to, with what is missing and where to mend it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypedDict

from flask import url_for

from estimator import price_lists, quotes, wording
from estimator.i18n import Reader, Words
from estimator.i18n import gettext as _
from estimator.models import PatientRequest, QuoteDraft, TableVersion
from estimator.quotes import draft_plans, drafts, plans
from estimator.quotes.given_prices import GivenPrice
from estimator.quotes.plans import Prepared
from estimator.web.desk.quotes.form import Read
from estimator.web.desk.quotes.lines import in_its_currency
from estimator.web.desk.quotes.missing import OPEN_CODES, Mend, sentence_of
from estimator.web.language import current_reader
from estimator.web.request_context import now, settings
from estimator.web.staff import signed_in
from estimator.web.staff.signed_in import act
from estimator.wording import NoticeRow, states_at_desk
from estimator.wording.at_least import Certainty
from pricing import PriceTable, legal_terms, quote_options
from pricing import quote as quote_content
from pricing.quote import Firm, LineChange
from pricing.quote_options import Option
from pricing.stored import StoredBreakdown


def prepared_of(draft: QuoteDraft, letter: str = "") -> Prepared:
    """Return what would be issued from the saved draft at this moment, with the plan of a letter in sight."""
    return drafts.preview(act(), draft).seen(letter)


def version_of(of: PatientRequest, prices: str | None) -> TableVersion:
    """Return the version of a choice of prices, the one whose prices are kept while nobody has chosen."""
    return plans.offered(of, now()).version(prices)


def trial(
    of: PatientRequest,
    draft: QuoteDraft,
    found: Read,
    answers: Mapping[str, str | bool] | None,
    priced: Mapping[str, GivenPrice],
    letter: str = "",
) -> Prepared:
    """Return what would be issued if the form of a plan were saved; nothing is saved or encrypted for it.

    Nor is anything decrypted, but for the other plans where there are some.
    """
    lists = plans.offered(of, now())
    plan = drafts.plan_with(
        draft,
        settings(),
        price_lists.parsed(lists.version(found.prices)),
        seen=letter,
        answers=answers,
        prices=found.prices,
        adjustments=found.adjustments,
        valid_until=found.valid_until,
        priced=priced,
    )
    return plans.preview(act(), plan, lists).seen(letter)


class Replaced(TypedDict):
    """The revision that the one being prepared takes the place of; `accepted` if that ends an acceptance."""

    number: str
    revision: int
    accepted: bool
    state: str


def replaced(of: PatientRequest) -> Replaced | None:
    """Return the revision that the one being prepared takes the place of; None if it is the first."""
    quote = quotes.for_request(of)
    if quote is None:
        return None
    revision = quotes.newest(quote)
    return {
        "number": quote.number,
        "revision": revision.number,
        "accepted": quotes.agreed(revision) is not None,
        "state": str(states_at_desk.revision_at_desk(quotes.state_at(revision, now()))),
    }


class OptionShown(TypedDict):
    """One line that the patient may take or leave; no amount where the price list cannot tax it so."""

    label: str
    net: str
    total: str | None


class PlanTotal(TypedDict):
    """One of several plans: its letter, what it comes to, and whether it is the one in sight."""

    letter: str
    name: str
    total: str | None
    adjusted: str | None
    here: bool


class Against(TypedDict):
    """What differs between the first plan and another one, line by line; empty while nothing does."""

    first: str
    other: str
    rows: list[DifferenceRow]


class BesideRow(TypedDict):
    """What is shown beside a quote and is no part of it."""

    label: str
    amount: str


class DifferenceRow(TypedDict):
    """One line that differs between two prices of a plan, or two plans; `beside` if it is no part of the quote."""

    label: Words
    old: str
    new: str
    total: bool
    beside: bool


class AdjustmentRow(TypedDict):
    """One adjustment, and who wrote it; `told` if the patient reads the reason."""

    amount: str
    label: str
    reason: str
    told: bool
    by: str


class Figures(TypedDict):
    """The figures of a draft quote, formatted for the page: amounts with their currency, days in words."""

    total: str | None
    price: str | None
    adjusted: str | None
    #: what the lines come to whose price was given for this quote; it is in the price
    given: str | None
    beside: list[BesideRow]
    version: str
    #: the first day on which it may be accepted if it is issued today; None if that is any day
    accept_from: str | None
    valid_until: str
    zone: str
    text_form: bool
    keep: str
    again: str
    differences: list[DifferenceRow]
    missing: list[Mend]
    #: what answers about the patient call for before anything else
    first: list[NoticeRow]
    #: where the patient is asked what is open; None if nothing is
    ask: str | None
    needs_approval: bool
    approved: bool
    #: where there are several plans
    plans: list[PlanTotal]
    plan_name: str
    options: list[OptionShown]


def shown(prepared: Prepared, of: PatientRequest) -> Figures:
    """Format the figures of a draft for the page; those that depend on the total are None or empty without one."""
    reader = current_reader()
    chosen = prepared.chosen
    table = price_lists.parsed(prepared.version)
    known, terms = None if chosen is None else Certainty(chosen.breakdown, table), legal_terms.of(table)
    first = terms.accept_from(price_lists.day_of(now(), table.time_zone))
    return {
        "total": None if chosen is None or known is None else _so_far(chosen, chosen.total, known, reader),
        "price": None if chosen is None or known is None else _so_far(chosen, chosen.price, known, reader),
        "adjusted": None
        if chosen is None or not chosen.adjusted
        else reader.money(chosen.text(chosen.adjusted), chosen.currency, sign=True),
        "given": None
        if chosen is None or not chosen.at_discretion
        else _money(chosen, chosen.at_discretion, reader),
        "beside": [] if chosen is None or known is None else _beside(chosen, known, reader),
        "version": prepared.version.version,
        "accept_from": None if first is None else reader.day(first),
        "valid_until": reader.day(prepared.valid_until),
        "zone": reader.zone(prepared.version.time_zone),
        "text_form": terms.text_form,
        "keep": _total(prepared.firm_keep, reader),
        "again": _total(prepared.firm_again, reader),
        "differences": _differences(prepared, reader),
        "missing": [sentence_of(one, prepared, of, reader) for one in prepared.missing],
        "first": _first(prepared, table, reader),
        "ask": asking(of) if any(one.code in OPEN_CODES for one in prepared.missing) else None,
        "needs_approval": prepared.needs_approval,
        "approved": prepared.approved,
        "plans": _plan_totals(prepared, table, reader),
        "plan_name": wording.firm_plans.named(prepared.letter) if prepared.letter else "",
        "options": [_option(option, table, reader) for option in prepared.options],
    }


def _first(prepared: Prepared, table: PriceTable, reader: Reader) -> list[NoticeRow]:
    """Return what the answers of any plan call for before anything else, each once."""
    said = (row for plan in prepared.plans for row in wording.called_for(plan.answers, table, reader))
    return list(dict.fromkeys(said))


def asking(of: PatientRequest) -> str:
    """Return the address at which the answer to a request asks what is open before its quote."""
    return url_for("desk.request", reference=of.reference, ask="open", _anchor="reply")


def tables_of(of: PatientRequest) -> list[PriceTable]:
    """Return the price lists among which the prices of a request's quote are chosen."""
    return plans.offered(of, now()).tables


def _option(option: Option, table: PriceTable, reader: Reader) -> OptionShown:
    if not option.counts_in(table.currency):
        net = in_its_currency(option.net, option.currency, reader, sign=False)
        return {"label": option.label, "net": net, "total": None}
    try:
        priced = quote_options.priced(option, table)
    except (quote_options.NoSuchTax, quote_content.WrongAmount):
        return {"label": option.label, "net": format(option.net, "f"), "total": None}
    net, total = (reader.money(amount, table.currency) for amount in (priced["net"], priced["total"]))
    return {"label": option.label, "net": net, "total": total}


def _plan_totals(prepared: Prepared, table: PriceTable, reader: Reader) -> list[PlanTotal]:
    if len(prepared.plans) == 1:
        return []
    return [
        {
            "letter": plan.letter,
            "name": wording.firm_plans.named(plan.letter),
            "total": None
            if (firm := plan.chosen) is None
            else _so_far(firm, firm.total, Certainty(firm.breakdown, table), reader),
            "adjusted": None
            if firm is None or not firm.adjusted
            else reader.money(firm.text(firm.adjusted), firm.currency, sign=True),
            "here": plan.letter == prepared.letter,
        }
        for plan in prepared.plans
    ]


def against_the_first(prepared: Prepared) -> list[Against]:
    """Return what differs between the first plan and each other one that has a total, as the first one has."""
    reader, table = current_reader(), price_lists.parsed(prepared.version)
    first, *others = prepared.plans
    found: list[Against] = []
    for other in others:
        if first.chosen is None or other.chosen is None:
            continue
        old, new = (
            quote_content.comparable(firm, plan.adjustments)
            for plan in (first, other)
            if (firm := plan.chosen)
        )
        changes = quote_content.line_changes(old, new)
        found.append(
            {
                "first": wording.firm_plans.named(first.letter),
                "other": wording.firm_plans.named(other.letter),
                "rows": _differing(changes, (old["breakdown"], table), (new["breakdown"], table), reader),
            }
        )
    return found


def spoken(figures: Figures) -> str:
    """Return the total as a sentence for screen readers."""
    if figures["total"] is None:
        return _("There is no total yet.")
    return _("Firm total: %(amount)s", amount=figures["total"])


def adjustments_in_words(adjustments: Sequence[draft_plans.Line], reader: Reader) -> list[AdjustmentRow]:
    """Return adjustments as rows of a page, each in the currency in which it was entered, and with who wrote it."""
    return [
        {
            "amount": in_its_currency(line.adjustment.amount, line.adjustment.currency, reader),
            "label": line.adjustment.label,
            "reason": line.adjustment.reason,
            "told": line.adjustment.told,
            "by": signed_in.name_of(line.by),
        }
        for line in adjustments
    ]


def same_prices(prepared: Prepared) -> bool:
    """Whether both choices are the same version: the prices that would be kept are those in force."""
    return prepared.in_force is not None and prepared.in_force.id == prepared.kept.id


def _money(firm: Firm, amount: Decimal, reader: Reader) -> str:
    return reader.money(firm.text(amount), firm.currency)


def _so_far(firm: Firm, amount: Decimal, known: Certainty, reader: Reader) -> str:
    """Say a sum of the provider: at least so much, while something in it is on request."""
    return wording.at_least.said(_money(firm, amount, reader), known.total("provider"))


def _total(firm: Firm | None, reader: Reader) -> str:
    if firm is None:
        return _("no price with these answers")
    total = _money(firm, firm.total, reader)
    return _("%(total)s, and something on request", total=total) if firm.breakdown["on_request"] else total


def _beside(firm: Firm, known: Certainty, reader: Reader) -> list[BesideRow]:
    """What is shown beside the quote and not part of it, in its likely case; what it lacks is said, as in the quote."""
    totals = firm.breakdown["totals"]
    named = (
        ("others", _("Paid to others, an estimate"), totals["others"]),
        ("reserve", _("Suggested reserve"), totals["reserve"]),
    )
    present = {group["total"] for group in firm.breakdown["groups"]}
    return [
        {
            "label": label,
            "amount": wording.at_least.sum_said(
                amounts["likely"],
                reader.money(amounts["likely"], firm.currency),
                known.total(total),
                has_range=wording.at_least.has_range(amounts),
            ),
        }
        for total, label, amounts in named
        if total in present or known.present(total)
    ]


def _differences(prepared: Prepared, reader: Reader) -> list[DifferenceRow]:
    if not prepared.differences or prepared.in_force is None:
        return []
    keep, again = prepared.firm_keep, prepared.firm_again
    assert keep is not None
    assert again is not None
    return _differing(
        prepared.differences,
        (keep.breakdown, price_lists.parsed(prepared.kept)),
        (again.breakdown, price_lists.parsed(prepared.in_force)),
        reader,
    )


def _differing(
    changes: Sequence[LineChange],
    old: tuple[StoredBreakdown, PriceTable],
    new: tuple[StoredBreakdown, PriceTable],
    reader: Reader,
) -> list[DifferenceRow]:
    """Say what differs: the lines of the quote, its total, and then what is no part of it."""
    rows: list[DifferenceRow] = [
        {
            "label": row.label,
            "old": row.old,
            "new": row.new,
            "total": row.kind == "total",
            "beside": change.kind in ("item", "tax")
            and all(_is_beside(change.code, each) for _, each in (old, new)),
        }
        for change, row in zip(changes, wording.changed_rows(changes, old, new, reader), strict=True)
    ]
    return sorted(rows, key=lambda row: row["beside"])


def _is_beside(code: str, table: PriceTable) -> bool:
    """Whether a charge, a package or a tax is no part of the total to the provider, as far as a table has it."""
    totals = {group.code: group.total for group in table.groups}
    group_of = {charge.code: charge.group for charge in table.charges}
    group_of |= {package.code: package.group for package in table.packages}
    taxed = {tax.code: tax.of for tax in table.taxes}
    groups = {group_of.get(each, each) for each in taxed.get(code, (code,))}
    return all(totals.get(group) != "provider" for group in groups)
