"""Rates of exchange for orientation: typed in with their day and source, listed, and removed again."""

from __future__ import annotations

from decimal import Decimal
from typing import TypedDict

from babel.numbers import get_currency_name
from flask import render_template, request
from flask.typing import ResponseReturnValue

from estimator import price_lists
from estimator.clinic import exchange_rates as known
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.web import request_context, whole_numbers
from estimator.web.day_fields import IsoDayField
from estimator.web.fields import ChoiceField, NumberField, TextField
from estimator.web.forms import Form, summary
from estimator.web.language import current_reader
from estimator.web.staff import signed_in
from estimator.web.staff.settings.blueprint import done, pages
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing, trying
from estimator.web.validators import Number
from pricing.currencies import MINOR_UNIT


def _currencies() -> list[tuple[str, str]]:
    locale = current_reader().locale
    return [(code, f"{code} – {get_currency_name(code, locale=locale)}") for code in sorted(MINOR_UNIT)]


class RateForm(Form):
    """A rate as it is typed."""

    base = ChoiceField(
        lazy_gettext("From: the currency of the price"),
        choices=_currencies,
        empty=lazy_gettext("Choose"),
        refusal=lazy_gettext("Choose a currency."),
    )
    quoted = ChoiceField(
        lazy_gettext("To: the currency of the reader"),
        choices=_currencies,
        empty=lazy_gettext("Choose"),
        refusal=lazy_gettext("Choose a currency."),
    )
    rate = NumberField(
        lazy_gettext("How much of the second one is one of the first"),
        [Number(lazy_gettext("Enter a number in digits, for example 83.25."))],
    )
    day = IsoDayField(lazy_gettext("Of which day"))
    source = TextField(lazy_gettext("Who says so"))


@pages.route("/rates", methods=["GET", "POST"])
def rates() -> ResponseReturnValue:
    """List the rates, enter one, or remove one."""
    if request.method != "POST":
        first = next(iter(price_lists.all_in_force(request_context.now())), None)
        base = "" if first is None else price_lists.parsed(first).currency
        return _page(RateForm(data={"base": base, "day": request_context.now().date().isoformat()}))
    if request.form.get("act") == "remove":
        with committing():
            known.remove(act(), whole_numbers.read(request.form.get("number")) or 0)
        return done(_("The rate was removed."), "settings.rates")
    form = RateForm()
    form.validate()
    is_read = not summary(form)
    try:
        with committing() if is_read else trying():
            known.enter(
                act(),
                form.base.data or "",
                form.quoted.data or "",
                Decimal(1) if form.rate.number is None else form.rate.number,
                form.source.data,
                form.day.day or request_context.now().date(),
            )
    except known.WrongRate as wrong:
        for name, sentence in wrong.problems.items():
            if not form[name].errors:
                form.refuse(sentence, form[name])
    if summary(form):
        return _page(form)
    return done(_("The rate was entered."), "settings.rates")


class RateRow(TypedDict):
    """One exchange rate, and who entered it."""

    number: int
    sentence: str
    day: str
    source: str
    who: str


def _page(form: RateForm) -> ResponseReturnValue:
    reader = current_reader()
    errors_here = summary(form)
    rows = known.everything()
    names = signed_in.names_of(row.entered_by for row in rows)
    listed: list[RateRow] = [
        {
            "number": row.id,
            "sentence": in_words(row.base, row.quoted, row.rate),
            "day": reader.day(row.day),
            "source": row.source,
            "who": names[row.entered_by],
        }
        for row in rows
    ]
    page = render_template(
        "staff/settings/rates.html",
        rows=listed,
        form=form,
        most=known.MOST_SHOWN,
        errors=errors_here,
    )
    return page, 422 if errors_here else 200


def in_words(base: str, quoted: str, rate: str) -> str:
    """Write a rate with its direction, e.g. "1 USD = 83.25 INR"."""
    space = "\N{NO-BREAK SPACE}"
    return f"1{space}{base} = {current_reader().number(rate)}{space}{quoted}"
