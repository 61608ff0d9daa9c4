"""Rates of exchange for orientation: typed in with their day and source, listed, and removed again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_name
from flask import render_template, request
from wtforms import StringField

from estimator import price_lists
from estimator.clinic import exchange_rates as known
from estimator.i18n import folded_digits
from estimator.i18n import gettext as _
from estimator.web import forms, request_context
from estimator.web.language import current_reader
from estimator.web.staff import signed_in
from estimator.web.staff.settings.blueprint import Answer, done, pages, summary
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing, trying
from pricing.currencies import MINOR_UNIT


class RateForm(forms.Form):
    """A rate as it is typed."""

    base = StringField()
    quoted = StringField()
    rate = StringField()
    source = StringField()
    day = StringField()


@pages.route("/rates", methods=["GET", "POST"])
def rates() -> Answer:
    """List the rates, enter one, or remove one."""
    if request.method != "POST":
        first = next(iter(price_lists.all_in_force(request_context.now())), None)
        base = "" if first is None else price_lists.parsed(first).currency
        return _page({"base": base, "day": request_context.now().date().isoformat()})
    if request.form.get("act") == "remove":
        number = request.form.get("number", "")
        row = known.get(int(number)) if number.isascii() and number.isdecimal() and len(number) < 10 else None
        if row is not None:  # else somebody else has removed it, which is as well
            with committing():
                known.remove(act(), row)
        return done(_("The rate was removed."), "settings.rates")
    form = RateForm()
    typed = {field: (form[field].data or "").strip() for field in ("base", "quoted", "rate", "day", "source")}
    number_typed = current_reader().read_number(typed["rate"]) if len(typed["rate"]) <= 40 else None
    day = _day(typed["day"])
    problems: dict[str, str] = {}
    is_read = number_typed is not None and day is not None
    try:
        with committing() if is_read else trying():
            known.enter(
                act(),
                typed["base"],
                typed["quoted"],
                Decimal(1 if number_typed is None else number_typed),
                typed["source"],
                day or request_context.now().date(),
            )
    except known.WrongRate as wrong:
        problems = wrong.problems
    if number_typed is None:
        problems["rate"] = _("Write a number in digits, for example 83.25.")
    if day is None:
        problems["day"] = _("Write a day like this: 2026-12-25.")
    if problems:
        return _page({name: forms.printable(text) for name, text in typed.items()}, problems)
    return done(_("The rate was entered."), "settings.rates")


def _day(typed: str) -> date | None:
    text = folded_digits(typed)
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _page(typed: dict[str, str], problems: dict[str, str] | None = None) -> Answer:
    reader = current_reader()
    found = problems or {}
    wrong = {name: found[name] for name in typed if name in found}
    rows = known.everything()
    names = signed_in.names_of(row.entered_by for row in rows)
    listed: list[dict[str, Any]] = [
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
        typed=typed,
        currencies=[(code, get_currency_name(code, locale=reader.locale)) for code in sorted(MINOR_UNIT)],
        most=known.MOST_SHOWN,
        wrong=wrong,
        errors=summary(wrong),
    )
    return page, 422 if wrong else 200


def in_words(base: str, quoted: str, rate: str) -> str:
    """Write a rate with its direction, e.g. "1 USD = 83.25 INR"."""
    space = "\N{NO-BREAK SPACE}"
    return f"1{space}{base} = {current_reader().number(rate)}{space}{quoted}"
