"""What is missing before a quote can be issued: a sentence, and where to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypedDict

from flask import url_for

import pricing
from estimator import clinic, price_lists, staff, wording
from estimator.i18n import Reader, listed_apart
from estimator.i18n import gettext as _
from estimator.models import PatientRequest
from estimator.quotes.plans import Missing, Prepared
from estimator.web.desk.price_lists.try_it import item_words
from estimator.web.desk.quotes.lines import in_its_currency
from estimator.web.desk.quotes.told_here import ToldHere
from estimator.web.request_context import now, settings
from estimator.web.staff.paid_elsewhere import refusal
from pricing import PriceTable
from pricing.table import ChoiceDriver

OPEN_CODES = ("unanswered", "left_open")
"""What is missing while questions are open."""


class Mend(TypedDict):
    """Something that is missing before a quote can be issued, with a link to where it can be corrected."""

    sentence: str
    address: str
    link: str


def sentence_of(missing: Missing, prepared: Prepared, of: PatientRequest, reader: Reader) -> Mend:
    """Return the sentence for something missing, with the link to the page where it can be corrected.

    Where there are several plans it names the plan.
    """
    if missing.code == "same_plans":
        return _the_same(*missing.detail, of=of)
    if missing.code == "option":
        said = _(
            "Optional line %(number)s cannot be priced with this list: its tax is not in it, or its amount has too "
            "many decimals.",
            number=missing.detail[0],
        )
        there = url_for("quotes_desk.options", reference=of.reference)
        return _mend(said, there, _("Change the optional lines"))
    if not missing.plan:
        return _mend_in(missing, prepared, of, reader)
    found = _mend_in(missing, prepared.seen(missing.plan), of, reader)
    name = wording.firm_plans.named(missing.plan)
    return {**found, "sentence": _("%(plan)s: %(what)s", plan=name, what=found["sentence"])}


def _mend_in(missing: Missing, prepared: Prepared, of: PatientRequest, reader: Reader) -> Mend:
    """Return the sentence about the plan in sight, or about lines that were entered in another currency."""
    if missing.code == "options_currency":
        options = [one for number, one in enumerate(prepared.options, 1) if str(number) in missing.detail]
        lines = [(one.label, in_its_currency(one.net, one.currency, reader, sign=False)) for one in options]
        there = url_for("quotes_desk.options", reference=of.reference)
        return _mend(_in_other_currency(lines, prepared), there, _("Change the optional lines"))
    if missing.code == "adjustments_currency":
        adjustments = [
            one for number, one in enumerate(prepared.adjustments, 1) if str(number) in missing.detail
        ]
        lines = [(one.label, in_its_currency(one.amount, one.currency, reader)) for one in adjustments]
        here = url_for("quotes_desk.prepare", reference=of.reference, plan=missing.plan or None)
        said = _in_other_currency(lines, prepared)
        return _mend(said, f"{here}#adjustments", _("Change the adjustments"))
    if missing.code == "paid_elsewhere":
        return _paid_elsewhere(missing, of)
    return _mend_of(missing, prepared, of, reader)


def _paid_elsewhere(missing: Missing, of: PatientRequest) -> Mend:
    """Say in which words a card or another account stands."""
    named, where = missing.detail
    here = url_for("quotes_desk.prepare", reference=of.reference, plan=missing.plan or None)
    places = {
        "adjustments": (_("Adjustments"), f"{here}#adjustments", _("Change the adjustments")),
        "options": (
            _("Optional lines"),
            url_for("quotes_desk.options", reference=of.reference),
            _("Change the optional lines"),
        ),
        "words": (_("Words to the patient"), f"{here}#to-the-patient", _("Change the words")),
    }
    place, address, link = places[where]
    said = refusal("card" if named == "card" else "iban")
    return _mend(_("%(label)s: %(answer)s", label=place, answer=said), address, link)


def _in_other_currency(lines: Sequence[tuple[str, str]], prepared: Prepared) -> str:
    """Say which lines, each with its amount, are in no currency of the chosen prices, and what to do."""
    return _(
        "Entered in another currency than that of the chosen prices: %(lines)s. Enter each amount again in "
        "%(currency)s, or remove the line.",
        lines=_listed(f"“{label}” ({amount})" for label, amount in lines),
        currency=price_lists.parsed(prepared.version).currency,
    )


def _mend_of(missing: Missing, prepared: Prepared, of: PatientRequest, reader: Reader) -> Mend:
    table = price_lists.parsed(prepared.version)
    today = price_lists.day_of(now(), table.time_zone)
    plan = missing.plan or None
    here = url_for("quotes_desk.prepare", reference=of.reference, plan=plan)
    answers = url_for("quotes_desk.answers", reference=of.reference, plan=plan)
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
            return _refused(missing, prepared, of, reader)
        case "unanswered" | "left_open":
            here_told = ToldHere(of, table)
            told = here_told.usable(prepared.answers)
            by_patient = [code for code in missing.detail if code in told]
            unknown = here_told.unknown(missing.detail) if missing.code == "unanswered" else []
            by_nobody = [code for code in missing.detail if code not in told and code not in unknown]
            said = " ".join(
                _open(which, _listed(_questions(table, codes, reader)))
                for which, codes in (("told", by_patient), ("unknown", unknown), (missing.code, by_nobody))
                if codes
            )
            return _mend(said, f"{here}#open-title", _("Enter the answers"))
        case "on_request":
            names = _listed(item_words(table, code, reader) for code in missing.detail)
            said = _("Still on request: %(items)s. A quote has a price for everything.", items=names)
            said += _who_gives_prices()
            return _mend(said, f"{here}#given-prices", _("Give a price for this quote"))
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
            return _mend(_above_the_limit(prepared, reader), f"{here}#approval", _("To the approval"))
        case "closed" | "erased":
            said = (
                _("The request is closed. Take it up again first.")
                if missing.code == "closed"
                else _("The person was removed from this request, so there is nobody to issue a quote to.")
            )
            return _mend(said, url_for("desk.request", reference=of.reference), _("To the request"))
    return _mend(missing.code, here, _("To the quote"))


def _refused(missing: Missing, prepared: Prepared, of: PatientRequest, reader: Reader) -> Mend:
    """Say which answers the price list refuses, and what to do: about the patient's own nothing can be mended here."""
    table, why = price_lists.parsed(prepared.version), _refusals(prepared, reader)
    asked = _listed(_questions(table, missing.detail, reader))
    if ToldHere(of, table).gave(missing.detail, prepared.answers):
        said = _(
            "With what the patient answered to %(questions)s, this plan is not possible. Write to them; if it may be a "
            "mistake, they can change their answer on the page of the request. Patients read: “%(why)s”",
            questions=asked,
            why=why,
        )
        return _mend(said, url_for("desk.request", reference=of.reference), _("To the request"))
    there = url_for("quotes_desk.answers", reference=of.reference, plan=missing.plan or None)
    said = _(
        "The price list refuses the answers to %(questions)s. Patients read: “%(why)s”",
        questions=asked,
        why=why,
    )
    return _mend(said, there, _("Change the answers"))


def _open(which: str, questions: str) -> str:
    """Say which questions are open, and what to do."""
    if which == "told":
        return _(
            "The patient has answered: %(questions)s. Save the quote to use the answers.", questions=questions
        )
    if which == "unknown":
        return _(
            "The patient does not know yet: %(questions)s. Ask again, and enter the answers.",
            questions=questions,
        )
    if which == "left_open":
        return _("Left open, and the price depends on it: %(questions)s.", questions=questions)
    return _(
        "Nobody has answered: %(questions)s. Ask the patient, and enter the answers.", questions=questions
    )


def _above_the_limit(prepared: Prepared, reader: Reader) -> str:
    limit = reader.percent(clinic.current().adjustment_limit)
    if any(plan.chosen is not None and plan.chosen.given for plan in prepared.plans):
        return _(
            "The adjustments and the prices given for this quote come to more than %(limit)s of the rest of the price, "
            "the limit of one person, so a second one has to approve them.",
            limit=limit,
        )
    return _(
        "The adjustments come to more than %(limit)s of the price, the limit of one person, so a second one "
        "has to approve them.",
        limit=limit,
    )


def _who_gives_prices() -> str:
    """Say who can give a price in the list, after another sentence; nothing where nobody can."""
    editors = staff.names(staff.who_may("tables.edit", demonstration=settings().demo).keys())
    if not editors:
        return ""
    return " " + _("Ask %(names)s for a price in the list.", names=listed_apart(sorted(editors.values())[:3]))


def _mend(sentence: str, address: str, link: str) -> Mend:
    return {"sentence": sentence, "address": address, "link": link}


def _the_same(first: str, other: str, *, of: PatientRequest) -> Mend:
    """Say that two plans have nothing that differs."""
    names = [wording.firm_plans.named(letter) for letter in (first, other)]
    said = _(
        "%(first)s and %(other)s are the same. Change one of them, or remove it.",
        first=names[0],
        other=names[1],
    )
    there = url_for("quotes_desk.prepare", reference=of.reference, plan=other)
    return _mend(said, f"{there}#plans", _("To %(plan)s", plan=names[1]))


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
