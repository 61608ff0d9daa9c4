"""Explore the cost of an estimate: what a budget buys, how the total grows, and how much each answer moves it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import pricing
from estimator import estimates, figures, price_lists, wording
from estimator.i18n import Reader, lazy_gettext
from estimator.i18n import gettext as _
from estimator.web import request_context, typed_money
from estimator.web.fields import CompactField
from estimator.web.forms import Form, summary
from estimator.web.language import current_reader
from estimator.web.patient import attempts, before, estimate_making, worded
from estimator.web.patient.breakdown import head_of
from estimator.wording import exploring
from pricing import PriceTable
from pricing.budget import within
from pricing.explore import filled_in_for
from pricing.growth import growth
from pricing.table import YesNoDriver
from pricing.unfinished import check_unfinished

pages = Blueprint("exploring", __name__)

MOST_BUDGETS = 300
"""Maximum number of budgets that are looked at for one network in a quarter of an hour; a whole hospital may share one,
and each pause in typing asks for one."""

LARGEST = Decimal(10) ** 12
"""The largest budget that is looked at."""

LONGEST_SUBMISSION = 100


class BudgetForm(Form):
    """An amount of money, in the currency of the price list."""

    class Meta(Form.Meta):
        """It changes nothing, so that it needs no token."""

        csrf = False

    budget = CompactField(lazy_gettext("Your budget"), most_shown=typed_money.LONGEST)


@dataclass(frozen=True)
class _Typed:
    """A budget that was typed: the amount, or what it may mean, as each can be typed so that it is clear."""

    amount: Decimal | None = None
    readings: tuple[tuple[str, str], ...] = ()


@pages.get("/e/<token>/explore")
def page(token: str) -> ResponseReturnValue:
    """Show what a budget buys, how the total grows, and what would change it, of a plan that lacks no answer."""
    record, reader = request_context.estimate_of(token), current_reader()
    table = price_lists.parsed(record.table_version)
    words = worded.words_of(record, reader)
    answers = words.stored["answers"]
    if check_unfinished(table, answers)[1]:
        return redirect(url_for("patient.change", token=token), code=303)  # where it can be finished
    form = BudgetForm(request.args)
    typed, status = _Typed(), 200
    if request.args.get("budget", "").strip():
        typed = _read(form, table, reader)
        if typed.amount is not None and attempts.count("budget", MOST_BUDGETS) is not None:
            form.refuse(
                _(
                    "Many budgets were looked at from your network just now. Try again in a quarter of an hour."
                ),
                form.budget,
            )
            typed, status = _Typed(), 429
    found = None
    if typed.amount is not None:
        found = exploring.budget(within(table, answers, typed.amount), typed.amount, answers, table, reader)
    return (
        render_template(
            "patient/explore.html",
            record=head_of(record, table, reader),
            expired=estimates.has_expired(record, request_context.now()),
            rows=words.rows,
            ranges=words.ranges,
            form=form,
            errors=summary(form),
            readings=[
                (url_for("exploring.page", token=token, budget=figure), shown)
                for figure, shown in typed.readings
            ],
            budget=found,
            growth=exploring.growth(growth(table, answers), table, reader, typed.amount),
            bars=exploring.bars(words.changes, table.currency, reader),
            address=url_for("exploring.page", token=token),
            back=f"{url_for('patient.breakdown', token=token)}#changes",
            apply=url_for("exploring.apply", token=token),
            change=url_for("patient.change", token=token),
            submission=secrets.token_urlsafe(12),
        ),
        status,
    )


@pages.post("/e/<token>/explore")
def apply(token: str) -> ResponseReturnValue:
    """Make the estimate with the answers that were pressed, and go to it; ask for all where that is not possible."""
    earlier = request_context.estimate_of(token)
    version = estimate_making.todays(earlier)
    table = price_lists.parsed(version)
    changes = _changes(request.form.get("answers", ""), table)
    ask = redirect(url_for("patient.change", token=token), code=303)
    if not changes or version.id != earlier.table_version_id:
        return ask  # what the page said of these answers holds for other prices
    stored = estimates.breakdown_of(earlier)["answers"]
    try:
        answers = {**estimates.answers_of(earlier), **changes, **filled_in_for(table, stored, changes)}
        made = estimate_making.make(version, answers, request.form.get("submission", "")[:LONGEST_SUBMISSION])
    except pricing.BadAnswers:
        return ask
    return before.remember(token, redirect(url_for("patient.breakdown", token=made), code=303))


def _changes(sent: str, table: PriceTable) -> Mapping[str, str | bool]:
    """Return the answers that a button sends, "sessions=2 room=ward"; none if one is to no question of the list."""
    drivers = {driver.code: driver for driver in table.drivers}
    found: dict[str, str | bool] = {}
    for part in sent.split():
        code, _is, value = part.partition("=")
        if code not in drivers:
            return {}
        found[code] = value == "yes" if isinstance(drivers[code], YesNoDriver) else value
    return found


def _read(form: BudgetForm, table: PriceTable, reader: Reader) -> _Typed:
    """Return the budget that was typed, or refuse it at its field."""
    amounts = typed_money.readings(form.budget.data, table.currency, reader)
    if len(amounts) > 1:
        shown = form.budget.data[: typed_money.LONGEST]
        form.refuse(
            _("“%(typed)s” can be read in two ways. Choose the one that you mean.", typed=shown), form.budget
        )
        return _Typed(
            readings=tuple(
                (figures.unambiguous(amount), wording.typed_amount(amount, table.currency, reader))
                for amount in amounts
            )
        )
    if typed_money.is_of_another(form.budget.data, table.currency):
        form.refuse(typed_money.another_said(form.budget.data, table.currency), form.budget)
        return _Typed()
    if not amounts:
        form.refuse(
            _(
                "Enter the budget as an amount in %(currency)s, such as %(example)s.",
                currency=table.currency,
                example=reader.number(typed_money.example(form.budget.data, "15000", "24000")),
            ),
            form.budget,
        )
        return _Typed()
    amount = Decimal(amounts[0])
    if not 0 < amount <= LARGEST:
        form.refuse(
            _("Enter a budget above 0.") if amount <= 0 else _("This budget is too large to be looked at."),
            form.budget,
        )
        return _Typed()
    if wording.is_too_fine(amounts[0], table.currency):
        sentence = wording.too_fine(table.currency, reader.number("15000"), reader)
        form.refuse(sentence, form.budget)
        return _Typed()
    return _Typed(amount)
