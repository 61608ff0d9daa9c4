"""What a quote that is being prepared comes to, with what is missing and where to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TypedDict

from flask import url_for

import pricing
from estimator import clinic, price_lists, wording
from estimator.i18n import Reader, Words
from estimator.i18n import gettext as _
from estimator.models import PatientRequest, QuoteDraft
from estimator.quotes import drafts, plans
from estimator.quotes.plans import Missing, Prepared
from estimator.web.desk.price_lists.try_it import item_words
from estimator.web.desk.quotes.form import Read
from estimator.web.language import current_reader
from estimator.web.request_context import now
from estimator.web.staff import signed_in
from estimator.web.staff.signed_in import act
from estimator.wording.at_least import Certainty
from pricing import PriceTable, legal_terms
from pricing.currencies import MINOR_UNIT
from pricing.money import decimals
from pricing.quote import Firm
from pricing.table import ChoiceDriver


def prepared_of(draft: QuoteDraft) -> Prepared:
    """Return what would be issued from the saved draft at this moment."""
    return drafts.preview(act(), draft)


def trial(of: PatientRequest, draft: QuoteDraft, found: Read) -> Prepared:
    """Return what would be issued if the form were saved; nothing is saved, encrypted or decrypted for it."""
    plan = drafts.plan_with(
        draft, prices=found.prices, adjustments=found.adjustments, valid_until=found.valid_until
    )
    return plans.preview(act(), plan, plans.offered(of, now()))


class BesideRow(TypedDict):
    """What is shown beside a quote and is no part of it."""

    label: str
    amount: str


class DifferenceRow(TypedDict):
    """One line that differs between the prices that would be kept and those in force."""

    label: Words
    old: str
    new: str
    total: bool


class Mend(TypedDict):
    """Something that is missing before a quote can be issued, with a link to where it can be corrected."""

    sentence: str
    address: str
    link: str


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
    needs_approval: bool
    approved: bool


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
        "beside": [] if chosen is None or known is None else _beside(chosen, known, reader),
        "version": prepared.version.version,
        "accept_from": None if first is None else reader.day(first),
        "valid_until": reader.day(prepared.valid_until),
        "zone": prepared.version.time_zone,
        "text_form": terms.text_form,
        "keep": _total(prepared.firm_keep, reader),
        "again": _total(prepared.firm_again, reader),
        "differences": _differences(prepared, reader),
        "missing": [sentence_of(one, prepared, of, reader) for one in prepared.missing],
        "needs_approval": prepared.needs_approval,
        "approved": prepared.approved,
    }


def spoken(figures: Figures) -> str:
    """Return the total as a sentence for screen readers."""
    if figures["total"] is None:
        return _("There is no total yet.")
    return _("Firm total: %(amount)s", amount=figures["total"])


def adjustments_in_words(
    adjustments: Sequence[drafts.Line], currency: str, reader: Reader
) -> list[AdjustmentRow]:
    """Return adjustments as rows of a page, each with who wrote it."""
    places = decimals(MINOR_UNIT[currency])
    return [
        {
            "amount": reader.money(f"{line.adjustment.amount:.{places}f}", currency, sign=True),
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


def sentence_of(missing: Missing, prepared: Prepared, of: PatientRequest, reader: Reader) -> Mend:
    """Return the sentence for something missing, with the link to the page where it can be corrected."""
    table = price_lists.parsed(prepared.version)
    today = price_lists.day_of(now(), table.time_zone)
    here = url_for("quotes_desk.prepare", reference=of.reference)
    answers = url_for("quotes_desk.answers", reference=of.reference)
    match missing.code:
        case "prices_not_chosen":
            said = _("The prices have changed since the estimate. Choose which ones count.")
            return _mend(said, f"{here}#prices", _("Choose the prices"))
        case "table_expired" if prepared.in_force is None:
            said = _("The price list has no version in force, so nothing can be issued from it.")
            return _mend(said, url_for("price_lists.index"), _("To the price lists"))
        case "table_expired":
            said = _(
                "The prices of “%(version)s” could be kept until %(day)s. Price again.",
                version=prepared.kept.version,
                day=reader.day(prepared.kept_until),
            )
            return _mend(said, f"{here}#prices", _("Choose the prices"))
        case "answers":
            said = _("The price list refuses these answers: %(why)s", why=_refusals(prepared, reader))
            return _mend(said, answers, _("Change the answers"))
        case "unanswered" | "left_open":
            names = _listed(_questions(table, missing.detail, reader))
            said = (
                _("Left open, and the price depends on it: %(questions)s.", questions=names)
                if missing.code == "left_open"
                else _(
                    "Nobody has answered: %(questions)s. Ask the patient, and enter the answers.",
                    questions=names,
                )
            )
            return _mend(said, f"{here}#open-title", _("Enter the answers"))
        case "on_request":
            names = _listed(item_words(table, code, reader) for code in missing.detail)
            said = _("Still on request: %(items)s. A quote has a price for everything.", items=names)
            return _mend(said, answers, _("Change the answers, or ask for a price in the list"))
        case "no_basis":
            names = _listed(_choice_words(table, code, reader) for code in missing.detail)
            said = _("The price list names no regulatory basis for: %(choices)s.", choices=names)
            return _mend(said, answers, _("Change the answers, or ask for the basis in the list"))
        case "negative_total":
            said = _("The total would be below 0.")
            return _mend(said, f"{here}#adjustments", _("Change the adjustments"))
        case "demonstration":
            said = _(
                "The price list is a demonstration: its provider is invented. No quote is issued from it."
            )
            return _mend(said, url_for("price_lists.index"), _("To the price lists"))
        case "valid_until" | "never_accepted":
            said = (
                _("The last day has passed already. A quote can be accepted today at the earliest.")
                if missing.code == "valid_until" and prepared.valid_until < today
                else _("The last day lies more than two years ahead.")
                if missing.code == "valid_until"
                else _(
                    "The last day is before %(day)s, the first day on which a quote issued today may be accepted.",
                    day=reader.day(missing.detail[0]),
                )
            )
            return _mend(said, f"{here}#until", _("Change the last day"))
        case "not_approved":
            said = _(
                "The adjustments come to more than %(limit)s of the price, the limit of one person, so a second one "
                "has to approve them.",
                limit=reader.percent(clinic.current().adjustment_limit),
            )
            return _mend(said, f"{here}#approval", _("To the approval"))
        case "closed" | "erased":
            said = (
                _("The request is closed. Take it up again first.")
                if missing.code == "closed"
                else _("The person was removed from this request, so there is nobody to issue a quote to.")
            )
            return _mend(said, url_for("desk.request", reference=of.reference), _("To the request"))
    return _mend(missing.code, here, _("To the quote"))


def _mend(sentence: str, address: str, link: str) -> Mend:
    return {"sentence": sentence, "address": address, "link": link}


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
        ("others", _("Paid to others, an estimate"), totals["others"]["likely"]),
        ("reserve", _("Suggested reserve"), totals["reserve"]["likely"]),
    )
    present = {group["total"] for group in firm.breakdown["groups"]}
    return [
        {
            "label": label,
            "amount": wording.at_least.sum_said(
                likely, reader.money(likely, firm.currency), known.total(total)
            ),
        }
        for total, label, likely in named
        if total in present or known.present(total)
    ]


def _differences(prepared: Prepared, reader: Reader) -> list[DifferenceRow]:
    if not prepared.differences or prepared.in_force is None:
        return []
    keep, again = prepared.firm_keep, prepared.firm_again
    assert keep is not None
    assert again is not None
    rows = wording.changed_rows(
        prepared.differences,
        (keep.breakdown, price_lists.parsed(prepared.kept)),
        (again.breakdown, price_lists.parsed(prepared.in_force)),
        reader,
    )
    return [
        {"label": row.label, "old": row.old, "new": row.new, "total": row.kind == "total"} for row in rows
    ]


def _refusals(prepared: Prepared, reader: Reader) -> str:
    if not isinstance(prepared.refusal, pricing.BadAnswers):
        return ""
    sentences = wording.problem_sentences(prepared.refusal, reader)
    return " ".join(text for texts in sentences.values() for text in texts)


def _choice_words(table: PriceTable, code: str, reader: Reader) -> str:
    """Return what an answer is called that is named as "driver.choice"."""
    driver_code, _dot, choice_code = code.partition(".")
    for driver in table.drivers:
        if driver.code == driver_code and isinstance(driver, ChoiceDriver):
            for choice in driver.choices:
                if choice.code == choice_code:
                    return str(reader.words(choice.label, table.main_language))
    return code


def _questions(table: PriceTable, codes: Sequence[str], reader: Reader) -> list[str]:
    """Return what questions are called, in quotation marks: some of them end with a question mark."""
    return [
        f"“{reader.words(driver.label, table.main_language)}”"
        for driver in table.drivers
        if driver.code in codes
    ]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
