"""The fields in which a coordinator gives prices for one quote, and the prices that were given, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypedDict

from flask import request
from wtforms.validators import StopValidation

from estimator import price_lists
from estimator.i18n import Reader, Words
from estimator.i18n import gettext as _
from estimator.models import PatientRequest, QuoteDraft
from estimator.quotes import given_prices, plans
from estimator.quotes.given_prices import GivenPrice
from estimator.quotes.plans import Prepared
from estimator.web.desk.quotes.lines import LONGEST_AMOUNT, AmountField, typed_amount
from estimator.web.desk.which_amount import which_amount
from estimator.web.forms import Form
from estimator.web.language import current_reader
from estimator.web.request_context import now
from estimator.web.staff import signed_in
from pricing import PriceTable
from pricing.currencies import MINOR_UNIT
from pricing.given_prices import is_price, manner
from pricing.money import decimals, plain
from pricing.table import Charge, NumberDriver, Tiers

PREFIX = "price-of-"
PROPORTION = 10
"""Lines whose price was given are asked about if they come to more than this many times the rest of the price."""

MANNER = "price-for-"
"""What a page sends beside a price: in which manner it is given."""

SHOWN = "price-shown-"
"""What a page sends beside a price: the saved one that it has shown in the field, if it has shown one."""


class _Price:
    """Refuses what is no price; a field that is left empty gives none."""

    def __call__(self, form: Form, field: AmountField) -> None:
        if not field.data:
            raise StopValidation
        currency = field.currency
        if unclear := which_amount(field.data, currency, is_price):
            raise StopValidation(unclear)
        amount = field.amount
        if amount is None:
            raise StopValidation(
                _(
                    "“%(typed)s” cannot be read as one amount. Enter it like %(example)s.",
                    typed=field.data
                    if len(field.data) <= LONGEST_AMOUNT
                    else field.data[:LONGEST_AMOUNT] + "…",
                    example=current_reader().number("950"),
                )
            )
        if not amount:
            raise StopValidation(
                _(
                    "A price that is missing is not 0. If the patient is to pay nothing for it, give its price here, "
                    "and take it off with an adjustment that says why."
                )
            )
        if amount < 0:
            raise StopValidation(
                _("A price is above 0. Give it without a minus; a reduction is an adjustment.")
            )
        if not is_price(amount, currency):
            raise StopValidation(
                _(
                    "An amount in %(currency)s is not absurdly large, and has at most %(places)s decimals.",
                    currency=currency,
                    places=decimals(MINOR_UNIT[currency]),
                )
            )


@dataclass(frozen=True)
class PriceLine:
    """One charge on request with its field: what the price is for, who gave it, and what was given otherwise before.

    `only_in` is the version in which alone it is on request, where there are two to choose from. `shown` is the saved
    price that the page has shown in the field: whoever empties it takes that one back.
    """

    label: Words
    field: AmountField
    #: what the price is for, as the page sends it back, and in words
    carried: str
    manner: str
    #: the saved price that stood in the field, as the page sends it back; empty for none
    carried_shown: str
    shown: str
    unit: str
    by: str
    only_in: str
    otherwise: str


class GivenRow(TypedDict):
    """One price that was given for a quote, what it is for, and who gave it."""

    label: Words
    amount: str
    unit: str
    by: str


class PricesForm:
    """The fields of every charge that can be on request, with what this request sent for some of them.

    `typed` are the prices that were sent, None where a field was emptied or cannot be read. Each is the price of what
    its page said, whatever the list that is chosen now says. A field in which the page had not shown the price that is
    saved says nothing about it while it is empty.
    """

    def __init__(self, of: PatientRequest, draft: QuoteDraft, chosen: PriceTable) -> None:
        lists = plans.offered(of, now())
        self.tables = [chosen, *(table for table in lists.tables if table != chosen)]
        self._versions = {
            version.sha256: version.version for version in (lists.kept, lists.in_force) if version is not None
        }
        self._reader = current_reader()
        self._saved = given_prices.of(draft)
        self._known = {
            charge.code: (charge, table)
            for table in reversed(self.tables)
            for charge in table.charges
            if manner(table, charge.code) is not None
        }
        self.form: Form = self._form()
        self.typed: dict[str, GivenPrice | None] = {}
        for code in self._known:
            if PREFIX + code in request.form and (self.field(code).data or self._was_emptied(code)):
                self.typed[code] = self._read(code)
            elif PREFIX + code in request.form:
                self._show_again(code)

    def _was_emptied(self, code: str) -> bool:
        """Return whether the price that is saved stood in the field of the page, so that an empty one takes it back."""
        saved = self._saved.get(code)
        return saved is not None and (saved.manner, saved.text) == (
            request.form.get(MANNER + code),
            request.form.get(SHOWN + code),
        )

    def _show_again(self, code: str) -> None:
        """Fill in the saved price where the page was for another manner, and this one is that of the price again."""
        saved, now_for = self._saved.get(code), manner(self._known[code][1], code)
        if saved is not None and saved.manner == now_for != request.form.get(MANNER + code, now_for):
            self.field(code).fill(typed_amount(saved.amount, self._reader))

    def _shown(self, code: str, for_what: str | None) -> str:
        """Return the saved price that the page shows in a field, or had shown there before something was typed."""
        if PREFIX + code in request.form and request.form.get(MANNER + code) == for_what:
            return request.form.get(SHOWN + code, "")
        saved = self._saved.get(code)
        stands = saved is not None and saved.manner == for_what
        return saved.text if saved is not None and stands and self.field(code).data else ""

    def _read(self, code: str) -> GivenPrice | None:
        field, now_for = self.field(code), manner(self._known[code][1], code)
        field.validate(self.form)
        amount = field.amount
        if field.errors or not field.data or amount is None or now_for is None:
            return None
        for_what = request.form.get(MANNER + code, now_for)
        price = GivenPrice(amount, for_what, signed_in.actor())
        if for_what not in [manner(table, code) for table in self.tables] or not is_price(
            amount, price.currency
        ):
            self.form.refuse(
                _("The price list has changed meanwhile. Look at what this price is for, and save again."),
                field,
            )
            return None
        if for_what != now_for:
            field.fill("")
        return price

    def field(self, code: str) -> AmountField:
        """Return the field of a charge."""
        found: AmountField = self.form[PREFIX + code]
        return found

    @property
    def to_try(self) -> Mapping[str, GivenPrice]:
        """The prices of the draft with what was typed in place of some of them."""
        return given_prices.changed(self._saved, self.typed, self.tables)

    def lines(self, prepared: Prepared) -> list[PriceLine]:
        """Return the charges that are on request in the plan in sight, and those that something was typed for."""
        needed = _needed(prepared)
        shown = needed | {code for code in self.typed if self.field(code).data}
        both = [firm for firm in (prepared.firm_keep, prepared.firm_again) if firm is not None]
        there = [{*firm.breakdown["on_request"], *firm.given} for firm in both]
        differ = len(there) == 2 and there[0] != there[1]
        given, found = self.to_try, []
        for code in [code for code in self._known if code in shown]:
            charge, table = self._known[code]
            saved, for_what = given.get(code), manner(table, code)
            is_same = saved is not None and saved.manner == for_what
            alone = differ and code in needed and sum(code in each for each in there) == 1
            version = prepared.kept if alone and code in there[0] else prepared.in_force
            found.append(
                PriceLine(
                    label=self._reader.words(charge.label, table.main_language),
                    field=self.field(code),
                    carried=MANNER + code,
                    manner=for_what or "",
                    carried_shown=SHOWN + code,
                    shown=self._shown(code, for_what),
                    unit=_for_what(charge, table, self._reader),
                    by=signed_in.name_of(saved.by) if saved is not None and is_same else "",
                    only_in=version.version if alone and version is not None else "",
                    otherwise=""
                    if saved is None or is_same
                    else self._reader.money(saved.text, saved.currency),
                )
            )
        return found

    def doubt(self, prepared: Prepared) -> str:
        """Say that the lines with given prices come to far more than all others, as after a slip; empty if not."""
        for firm in (prepared.firm_keep, prepared.firm_again):
            if firm is None:
                continue
            given, rest = firm.at_discretion, firm.price - firm.at_discretion
            if given > PROPORTION * rest > 0:
                return _(
                    "What has a given price comes to %(given)s, and everything else to %(rest)s. Look at the prices "
                    "again: are there too many figures in one?",
                    given=self._reader.money(firm.text(given), firm.currency),
                    rest=self._reader.money(firm.text(rest), firm.currency),
                )
        return ""

    def not_needed(self, prepared: Prepared) -> list[GivenRow]:
        """Return the prices that are saved and that no plan needs: they are kept, and not issued."""
        needed = {code for plan in prepared.plans for code in _needed(prepared.seen(plan.letter))}
        return self._rows([code for code in self._saved if code not in needed])

    def saved_rows(self) -> list[GivenRow]:
        """Return every price that is saved."""
        return self._rows(list(self._saved))

    def _rows(self, codes: list[str]) -> list[GivenRow]:
        return [row(code, self._saved[code], self.tables, self._reader) for code in codes]

    def _form(self) -> Form:
        fields: dict[str, Any] = {PREFIX + code: AmountField(validators=[_Price()]) for code in self._known}
        data = {
            PREFIX + code: typed_amount(saved.amount, self._reader)
            for code, saved in self._saved.items()
            if code in self._known and saved.manner == manner(self._known[code][1], code)
        }
        form: Form = type("_Prices", (Form,), fields)(data=data)
        for code, (charge, table) in self._known.items():
            field = form[PREFIX + code]
            field.currency = table.currency
            field.place = _("%(line)s:", line=self._reader.words(charge.label, table.main_language))
        return form


def given_in_words(prepared: Prepared, draft: QuoteDraft) -> list[GivenRow]:
    """Return the prices that would be issued, those of every plan, each once."""
    table, saved, reader = price_lists.parsed(prepared.version), given_prices.of(draft), current_reader()
    used = {code for plan in prepared.plans if plan.chosen is not None for code in plan.chosen.given}
    return [
        row(charge.code, saved[charge.code], [table], reader)
        for charge in table.charges
        if charge.code in used
    ]


def row(code: str, price: GivenPrice, tables: list[PriceTable], reader: Reader) -> GivenRow:
    """Return one price in words, as far as a list knows its charge."""
    found = next(
        ((charge, table) for table in tables for charge in table.charges if charge.code == code), None
    )
    return {
        "label": Words(code) if found is None else reader.words(found[0].label, found[1].main_language),
        "amount": reader.money(price.text, price.currency),
        "unit": _for_what(*found, reader) if found is not None and manner(found[1], code) else "",
        "by": signed_in.name_of(price.by),
    }


def _needed(prepared: Prepared) -> set[str]:
    """Return the charges on request in the plan in sight, whatever prices are chosen, and whether they have one yet."""
    return {
        code
        for firm in (prepared.firm_keep, prepared.firm_again)
        if firm is not None
        for code in (*firm.breakdown["on_request"], *firm.given)
    }


def _for_what(charge: Charge, table: PriceTable, reader: Reader) -> str:
    """Say what a price of a charge is for: one unit, a block, what is above the last tier, or all of it."""
    drivers = {driver.code: driver for driver in table.drivers}
    factors = [drivers[code] for code in charge.per]
    unit = " × ".join(
        reader.unit(driver.unit, "1", table.main_language).marked
        if isinstance(driver, NumberDriver) and driver.unit is not None
        else reader.words(driver.label, table.main_language).marked
        for driver in factors
    )
    if isinstance(charge.price, Tiers):
        last = reader.number(plain(charge.price.tiers[-1].up_to or Decimal(0)))
        match charge.price.mode:
            case "graduated":
                return _("for each one above %(number)s (%(unit)s)", number=last, unit=unit)
            case "volume":
                return _("for each one, if there are more than %(number)s (%(unit)s)", number=last, unit=unit)
        return _("for all together, if there are more than %(number)s (%(unit)s)", number=last, unit=unit)
    if charge.block is not None:
        size = reader.number(plain(charge.block))
        return _("for each block of %(number)s that is begun (%(unit)s)", number=size, unit=unit or "1")
    if unit:
        return _("for each: %(unit)s", unit=unit)
    if charge.times != 1:
        return _("for each of %(number)s", number=reader.number(plain(charge.times)))
    return _("for all of it")
