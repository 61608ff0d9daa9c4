"""The clinic's rules by which a final bill is far above what was expected, each with its source."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from estimator import clinic
from estimator.clinic.overrun_rules import MOST_RULES
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.web import request_context
from estimator.web.fields import CompactField, LineField, NumberField
from estimator.web.forms import Form, sent, summary
from estimator.web.language import current_reader
from estimator.web.staff.settings.blueprint import MEANWHILE, change, done, pages
from estimator.web.validators import NotTooLong, Number, PrintableLine
from pricing.money import plain
from pricing.overruns import Rule

PARTS = ("by", "percent", "currency", "beyond", "source")
NUMBERS = ("by", "percent", "beyond")
LONGEST_CURRENCY = 40
LONGEST_SOURCE = 200


class _IfFilled(Number):
    """Refuses what is no number; an empty field is none."""

    def __call__(self, form: Any, field: Any) -> None:
        if field.data:
            super().__call__(form, field)


def _fields() -> dict[str, Any]:
    number = [_IfFilled(lazy_gettext("Enter a number in digits."))]
    found: dict[str, Any] = {}
    for rule in range(MOST_RULES):
        found[f"{rule}-by"] = NumberField(lazy_gettext("That much above, or more"), number)
        found[f"{rule}-percent"] = NumberField(lazy_gettext("More than so many per cent above"), number)
        found[f"{rule}-currency"] = CompactField(
            lazy_gettext("Currency"), [NotTooLong(LONGEST_CURRENCY), PrintableLine()]
        )
        found[f"{rule}-beyond"] = NumberField(lazy_gettext("Only where more was expected than"), number)
        found[f"{rule}-source"] = LineField(
            lazy_gettext("Who says so"), [NotTooLong(LONGEST_SOURCE), PrintableLine()]
        )
    return found


OverrunForm: type[Form] = type("OverrunForm", (Form,), _fields())
"""Up to MOST_RULES rules; one whose fields are all empty is none."""


@pages.route("/overruns", methods=["GET", "POST"])
def overruns() -> ResponseReturnValue:
    """Show the rules, and change them."""
    if request.method != "POST":
        return _page(OverrunForm(None, data=_data(request_context.clinic().overrun_rules)))
    form = _as_sent()
    form.validate()
    status = change(form, {} if summary(form) else {"overrun_rules": tuple(_rules(form))})
    if status != 303:
        return _page(form, status)
    return done(_("Saved: %(what)s.", what=_("Overruns of final bills")))


def in_words(rule: Rule) -> str:
    """Say when a bill is far above what was expected, by one rule."""
    reader = current_reader()
    if rule.by is not None:
        said = _("%(amount)s above, or more", amount=reader.money(plain(rule.by), rule.currency))
    else:
        said = _("more than %(share)s above", share=reader.percent(plain(rule.percent or Decimal(0))))
    if rule.beyond is not None:
        beyond = reader.money(plain(rule.beyond), rule.currency)
        said = _("%(said)s, where more than %(amount)s was expected", said=said, amount=beyond)
    return _("%(said)s (%(source)s)", said=said, source=rule.source)


def _as_sent() -> Form:
    """Return the form as it was sent, with no empty rule before one in which something is written."""
    texts = sent(request.form)
    rows = [[texts.get(f"{number}-{part}", "") for part in PARTS] for number in range(MOST_RULES)]
    kept = [row for row in rows if any(text.strip() for text in row)]
    moved = [
        (f"{number}-{part}", text)
        for number, row in enumerate(kept)
        for part, text in zip(PARTS, row, strict=True)
    ]
    return OverrunForm(MultiDict([*moved, ("csrf_token", texts.get("csrf_token", ""))]))


def _data(rules: Iterable[Rule]) -> dict[str, str]:
    reader = current_reader()
    data: dict[str, str] = {}
    for number, rule in enumerate(rules):
        data |= {f"{number}-currency": rule.currency, f"{number}-source": rule.source}
        for part in NUMBERS:
            amount = getattr(rule, part)
            if amount is not None:
                data[f"{number}-{part}"] = reader.number(plain(amount))
    return data


def _rules(form: Form) -> Iterable[Rule]:
    """Yield the rules in which something is written."""
    for number in range(MOST_RULES):
        if any(form[f"{number}-{part}"].data for part in PARTS):
            amounts = {part: form[f"{number}-{part}"].number for part in NUMBERS}
            yield Rule(form[f"{number}-source"].data, form[f"{number}-currency"].data.upper(), **amounts)


def _page(form: Form, status: int = 200) -> ResponseReturnValue:
    stored = clinic.current().overrun_rules if status == MEANWHILE else ()
    for number in range(MOST_RULES):
        for part in PARTS:
            form[f"{number}-{part}"].place = _("Rule %(number)s:", number=number + 1)
    page = render_template(
        "staff/settings/overruns.html",
        rules=[{part: form[f"{number}-{part}"] for part in PARTS} for number in range(MOST_RULES)],
        theirs=[in_words(rule) for rule in stored],
        basis=clinic.bases()["overrun_rules"],
        errors=summary(form),
    )
    return page, status
