"""Lines of a quote that the patient may take or leave: what each costs without taxes, and which taxes are on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms.validators import StopValidation

from estimator import price_lists
from estimator.i18n import Reader, lazy_gettext, listed
from estimator.i18n import gettext as _
from estimator.models import PatientRequest, QuoteDraft
from estimator.quotes import draft_plans, drafts
from estimator.web.desk.quotes.blueprint import (
    head_of,
    language_of,
    pages,
    plan_shown,
    save_in,
    save_of,
    saving,
    the_draft,
    the_request,
    to,
    when,
)
from estimator.web.desk.quotes.figures import tables_of, version_of
from estimator.web.desk.quotes.lines import (
    AmountField,
    UnlessLineIsEmpty,
    currencies_in,
    label_field,
    typed_amount,
)
from estimator.web.desk.which_amount import which_amount
from estimator.web.fields import CarriedField, ChoiceField, TextField
from estimator.web.forms import Form, summary
from estimator.web.language import current_reader
from estimator.web.request_context import settings
from estimator.web.staff import signed_in
from estimator.web.staff.signed_in import act
from estimator.web.validators import Filled
from pricing import PriceTable, quote_options
from pricing.currencies import MINOR_UNIT
from pricing.money import decimals
from pricing.quote_options import MOST, Option


class _Net:
    """Refuses what such a line cannot cost."""

    def __call__(self, form: OptionsForm, field: AmountField) -> None:
        currency = field.entered_in
        if unclear := which_amount(field.data, currency, quote_options.is_net):
            raise StopValidation(unclear)
        if field.amount is None or not quote_options.is_net(field.amount, currency):
            raise StopValidation(
                _(
                    "Enter an amount in %(currency)s above 0, with at most %(places)s decimals.",
                    currency=currency,
                    places=decimals(MINOR_UNIT[currency]),
                )
            )


@dataclass(frozen=True)
class Line:
    """The three fields of a line."""

    label: TextField
    net: AmountField
    tax: ChoiceField

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written in it."""
        return not (self.label.data or self.net.data)


def _fields() -> dict[str, Any]:
    found: dict[str, Any] = {}
    unless = UnlessLineIsEmpty("label", "net")
    for number in range(MOST):
        found[f"label-{number}"] = label_field(unless)
        found[f"net-{number}"] = AmountField(
            lazy_gettext("Net amount"),
            [unless, Filled(lazy_gettext("Enter what it costs without taxes.")), _Net()],
        )
        found[f"tax-{number}"] = ChoiceField(
            lazy_gettext("Taxes on it"),
            refusal=lazy_gettext("Choose one of the taxes of the price list."),
            optional=True,
        )
    return found


_LinesForm: type[Form] = type("_LinesForm", (Form,), _fields())


class OptionsForm(_LinesForm):  # type: ignore[misc, valid-type]
    """As many lines as a quote can have; `currency` is that which the page named for amounts."""

    currency = CarriedField()

    def __init__(
        self, table: PriceTable, tables: Sequence[PriceTable], reader: Reader, **values: Any
    ) -> None:
        super().__init__(**values)
        currency, *others = currencies_in(self.currency.data, table.currency, tables)
        self.currency.data = currency
        choices = [("+".join(codes), _taxes(codes, table, reader)) for codes in quote_options.choices(table)]
        for number in range(MOST):
            line = self.line(number)
            line.net.currency, line.net.others = currency, others
            line.tax.choices = choices
            fields: tuple[Any, ...] = (line.label, line.net, line.tax)
            for field in fields:
                field.place = _("Line %(number)s:", number=number + 1)

    @property
    def lines(self) -> list[Line]:
        """Every line."""
        return [self.line(number) for number in range(MOST)]

    def line(self, number: int) -> Line:
        """Return one line."""
        return Line(*(self[f"{part}-{number}"] for part in ("label", "net", "tax")))

    def read(self) -> list[Option]:
        """Return the lines in which something is written."""
        return [
            Option(
                line.net.amount,
                line.label.data,
                tuple(filter(None, (line.tax.data or "").split("+"))),
                line.net.entered_in,
            )
            for line in self.lines
            if line.net.amount is not None and not line.is_empty
        ]


def _taxes(codes: Sequence[str], table: PriceTable, reader: Reader) -> str:
    if not codes:
        return _("no tax")
    return listed(
        f"{reader.words(tax.label, table.main_language)} {reader.percent(tax.percent)}"
        for tax in table.taxes
        if tax.code in codes
    )


@pages.route("/options", methods=["GET", "POST"])
def options(reference: str) -> ResponseReturnValue:
    """Ask for the lines that the patient may take or leave, and save them."""
    of = the_request(reference)
    draft = the_draft(of)
    reader, table = current_reader(), price_lists.parsed(version_of(of, draft.prices))
    form = OptionsForm(table, tables_of(of), reader, data=_saved(draft, table.currency, reader))
    if not form.is_submitted():
        return _page(of, draft, form)
    if not form.validate():
        return _page(of, draft, form, 422)
    try:
        with saving(draft):
            drafts.change(act(), draft, save=save_in(draft), options=form.read())
    except drafts.ChangedMeanwhile:
        of = the_request(reference)
        theirs = the_draft(of)
        form.refuse(
            _(
                "%(who)s has saved this quote meanwhile (%(when)s). What you typed is still in the form; saving again "
                "puts it in place of what is saved.",
                who=signed_in.name_of(theirs.changed_by),
                when=when(theirs.changed_at, of),
            )
        )
        return _page(of, theirs, form, 409)
    return to("prepare", reference=of.reference, plan=plan_shown(draft) or None, saved=1)


def _saved(draft: QuoteDraft, currency: str, reader: Reader) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, option in enumerate(draft_plans.options_of(draft, settings())):
        found[f"label-{number}"] = option.label
        other = "" if option.counts_in(currency) else option.currency
        found[f"net-{number}"] = typed_amount(option.net, reader, other)
        found[f"tax-{number}"] = "+".join(option.taxes)
    return found


def _page(of: PatientRequest, draft: QuoteDraft, form: OptionsForm, status: int = 200) -> ResponseReturnValue:
    plan = plan_shown(draft)
    return render_template(
        "desk/quote_options.html",
        request_=head_of(of),
        errors=summary(form),
        form=form,
        save=save_of(draft),
        document_language=language_of(of),
        currency=form.currency.data,
        plan=plan,
        back=url_for("quotes_desk.prepare", reference=of.reference, plan=plan or None),
    ), status
