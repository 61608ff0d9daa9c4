"""The rates of all currencies that readers count in, typed in one form with one day and one source."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_name
from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from wtforms.validators import Optional

from estimator import price_lists
from estimator.clinic import exchange_rates as known
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext, ngettext
from estimator.web import request_context
from estimator.web.day_fields import IsoDayField
from estimator.web.fields import NumberField, TextField
from estimator.web.forms import Form, summary
from estimator.web.language import current_reader
from estimator.web.staff.settings.blueprint import done, pages
from estimator.web.staff.settings.rates import in_words
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing, trying
from estimator.web.validators import Number
from pricing.currencies import MINOR_UNIT

PREFIX = "rate_"


class AllRatesForm(Form):
    """The day and the source of all rates; a subclass has a field for each currency."""

    day = IsoDayField(lazy_gettext("Of which day"))
    source = TextField(lazy_gettext("Who says so"))


def form_of(base: str) -> type[AllRatesForm]:
    """Return the form of the rates from one currency."""
    locale = current_reader().locale
    fields: dict[str, Any] = {
        f"{PREFIX}{code}": NumberField(
            f"{code} – {get_currency_name(code, locale=locale)}",
            [Optional(), Number(lazy_gettext("Enter a number in digits, for example 83.25."))],
        )
        for code in known.ORIENTATION
        if code != base
    }
    return type("AllRatesForm", (AllRatesForm,), fields)


@pages.route("/rates/all", methods=["GET", "POST"])
def all_rates() -> ResponseReturnValue:
    """Enter the rates of a day, those that are filled in; or show the form with what was entered last."""
    bases = _bases()
    if request.method != "POST":
        base = request.args.get("base", "")
        base = base if base in bases else bases[0]
        return _page(form_of(base)(data={"day": request_context.now().date().isoformat()}), base)
    base = request.form.get("base", "")
    if base not in MINOR_UNIT:
        abort(400)  # no form of ours says so
    form = form_of(base)()
    form.validate()
    if base not in bases:
        form.refuse(
            _(
                "No price list in force is in %(currency)s any more, so nothing was entered. Choose another currency "
                "above.",
                currency=base,
            )
        )
        return _page(form, base)
    filled = [field for field in _fields(form) if field.data]
    if not filled:
        form.refuse(_("Enter at least one rate. What stays empty stays as it is."))
    with trying():  # all of them, or none
        _enter(form, base, filled)
    if summary(form):
        return _page(form, base)
    with committing():
        _enter(form, base, filled)
    return done(
        ngettext("%(num)s rate was entered.", "%(num)s rates were entered.", len(filled)), "settings.rates"
    )


def _enter(form: AllRatesForm, base: str, filled: Sequence[NumberField]) -> None:
    """Enter what was filled in; what is refused is said at its field, and about day and source once."""
    for field in filled:
        rate = Decimal(1) if field.number is None else field.number
        day = form.day.day or request_context.now().date()
        try:
            known.enter(act(), base, field.name.removeprefix(PREFIX), rate, form.source.data, day)
        except known.WrongRate as wrong:
            for name, sentence in wrong.problems.items():
                at = field if name == "rate" else form[name]
                if not at.errors:
                    form.refuse(sentence, at)


def _fields(form: AllRatesForm) -> list[NumberField]:
    return [field for field in form if field.name.startswith(PREFIX)]


def _bases() -> list[str]:
    """Return the currencies of the price lists in force, each once; one where no list is in force."""
    versions = price_lists.all_in_force(request_context.now())
    return list(dict.fromkeys(price_lists.parsed(version).currency for version in versions)) or ["USD"]


def _page(form: AllRatesForm, base: str) -> ResponseReturnValue:
    reader, today = current_reader(), request_context.now().date()
    rows = []
    for field in _fields(form):
        newest = known.newest(base, field.name.removeprefix(PREFIX), today)
        last = None
        if newest is not None:
            last = _(
                "Newest: %(rate)s, %(day)s, %(source)s.",
                rate=in_words(newest.base, newest.quoted, newest.rate),
                day=reader.day(newest.day),
                source=newest.source,
            )
        rows.append((field, last))
    page = render_template(
        "staff/settings/all_rates.html",
        rows=rows,
        form=form,
        base=base,
        bases=sorted(_bases()),
        errors=summary(form),
    )
    return page, 422 if summary(form) else 200
