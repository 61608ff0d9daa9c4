"""The form of what another clinic wrote: the message, and the figures in it, which whoever reads them checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, cast

from estimator import clinic, figures, wording
from estimator.estimates import offer_parts, offer_words, other_offer
from estimator.i18n import Reader, lazy_gettext, listed, listed_apart
from estimator.i18n import gettext as _
from estimator.requests import chat
from estimator.web import typed_money, whole_numbers
from estimator.web.fields import CarriedField, ChoiceField, CompactField, PastedField
from estimator.web.forms import Form, Unnamed
from estimator.web.language import current_reader, own_currency
from estimator.web.patient.request_form import LONGEST_MESSAGE, MOST_SHOWN
from estimator.web.typed_figures import two_readings
from estimator.web.validators import NotTooLong, Printable
from pricing.currencies import MINOR_UNIT
from pricing.money import decimals, exactly

LARGEST = Decimal(10) ** 12
"""The largest amount that is taken; more than any treatment costs in any currency."""

MOST_SESSIONS, MOST_DAYS = 200, 1_000


class FigureField(CompactField):
    """An amount or a number, as somebody types it in their own digits."""

    attributes = {"autocomplete": "off", "dir": "ltr", "inputmode": "decimal", "spellcheck": "false"}  # noqa: RUF012


class OtherOfferForm(Form):
    """What another clinic wrote. Nothing of it is kept, and a form of any visit may be sent."""

    class Meta(Form.Meta):
        """Without a token: sending it changes nothing."""

        csrf = False

    words = PastedField(
        lazy_gettext("The message of the other clinic (not required)"),
        [NotTooLong(LONGEST_MESSAGE), Printable()],
        most_shown=MOST_SHOWN,
    )
    price = FigureField(lazy_gettext("The whole price that they wrote"), most_shown=MOST_SHOWN)
    currency = ChoiceField(
        lazy_gettext("Currency of their amounts"),
        empty=lazy_gettext("Choose"),
        optional=True,
        refusal=lazy_gettext("Choose a currency of the list."),
    )
    sessions = FigureField(lazy_gettext("Sessions or injections"), most_shown=MOST_SHOWN)
    days = FigureField(lazy_gettext("Days or nights there"), most_shown=MOST_SHOWN)
    compared = CarriedField()

    def __init__(self, own: str | None = None, **values: Any) -> None:
        super().__init__(**values)
        first = dict.fromkeys(filter(None, (own, own_currency(), *clinic.exchange_rates.ORIENTATION)))
        codes = [code for code in first if code in MINOR_UNIT]
        self.currency.choices = [(code, code) for code in (*codes, *sorted(set(MINOR_UNIT) - set(codes)))]

    @property
    def lines(self) -> Iterator[tuple[offer_parts.Part, ChoiceField, FigureField]]:
        """Yield each part with its two controls."""
        for part in offer_parts.PARTS:
            yield part, self[f"said-{part}"], self[f"amount-{part}"]

    @property
    def is_empty(self) -> bool:
        """Whether no figure and no line is filled in, whatever the message is."""
        typed = (
            self.price,
            self.sessions,
            self.days,
            *(field for _part, *pair in self.lines for field in pair),
        )
        return not any(field.data for field in typed)

    def read(self) -> other_offer.Offer | None:
        """Return what is filled in; None if something is wrong with it, which is then said at its field."""
        right = self.answers_are_right()
        reader = current_reader()
        if self.is_empty and right:
            self.refuse(
                _("Paste their message and find the figures in it, or fill in at least one line."), self.words
            )
        typed = [self.price, *(amount for _part, _said, amount in self.lines)]
        if any(field.data for field in typed) and not self.currency.data:
            self.refuse(_("Choose the currency of their amounts."), self.currency)
        currency = self.currency.data if self.currency.data in MINOR_UNIT else ""
        price = self._amount(self.price, currency, reader)
        parts = {
            part: other_offer.Stated(cast(Any, said.data or ""), self._amount(amount, currency, reader))
            for part, said, amount in self.lines
            if said.data or amount.data
        }
        for part, said, amount in self.lines:
            own = parts[part].amount if part in parts else None
            if said.data == "included" and price is not None and own is not None and own > price:
                sentence = _(
                    "What is included cannot cost more than the whole price. Check both amounts, or choose “not said”."
                )
                self.refuse(sentence, amount)
        if price is not None and not any(amount.errors for _part, _said, amount in self.lines):
            self._refuse_more_than(price, currency, parts.values(), reader)
        sessions = self._count(self.sessions, MOST_SESSIONS)
        days = self._count(self.days, MOST_DAYS)
        if any(field.errors for field in self) or self.form_errors:
            return None
        return other_offer.Offer(currency, price, sessions, days, parts)

    def _refuse_more_than(
        self, price: Decimal, currency: str, parts: Iterable[other_offer.Stated], reader: Reader
    ) -> None:
        """Refuse the price if what is said to be in it costs more together."""
        with exactly():
            total = sum(
                (one.amount for one in parts if one.standing == "included" and one.amount), Decimal(0)
            )
        if total > price:
            sentence = _(
                "What is included comes to %(total)s together, which is more than the whole price. Check the amounts, "
                "or choose “not said”.",
                total=wording.typed_amount(total, currency, reader),
            )
            self.refuse(sentence, self.price)

    def _amount(self, field: FigureField, currency: str, reader: Reader) -> Decimal | None:
        """Return the amount of a field; None if it is empty, or wrong, which is then said."""
        if not field.data or not currency:
            return None
        found = typed_money.readings(field.data, currency, reader)
        if len(found) == 1 and 0 < Decimal(found[0]) <= LARGEST:
            if not wording.is_too_fine(found[0], currency):
                return Decimal(found[0])
            self.refuse(Unnamed(wording.too_fine(currency, "12000", reader)), field)
            return None
        others = frozenset[str]() if found else typed_money.other_currencies(field.data, currency)
        said = (
            _another_currency(field.shown, others, currency)
            if others
            else _wrong_amount(field.shown, found, reader)
        )
        self.refuse(Unnamed(said), field)
        return None

    def _count(self, field: FigureField, most: int) -> int | None:
        """Return the number of a field; None if it is empty, or wrong, which is then said."""
        if not field.data:
            return None
        number = figures.only(field.data)
        found = None if number is None else whole_numbers.read(format(number, "f"), least=1, most=most)
        if found is None:
            shown = current_reader().number(str(most))
            sentence = _("Enter a whole number from 1 to %(most)s, or leave it empty.", most=shown)
            self.refuse(Unnamed(sentence), field)
        return found

    def fill_in(self, found: chat.offer.Found) -> list[str]:
        """Put what was found in the message into the fields that are empty; return what is to be said of it."""
        if found.is_empty:
            return [_("We found no price and no line in the message. Fill in what you know below.")]
        remarks = [
            _(
                "We filled the empty fields with what we found in the message. Check each one: we may have read it "
                "wrongly."
            ),
            *self._fill_in_price(found),
            *self._fill_in_numbers(found),
        ]
        for part, said, amount in self.lines:
            stated = found.parts.get(part)
            if stated is None:
                continue
            if stated.standing and not said.data:
                said.data = stated.standing
            if stated.money and not stated.money.is_doubtful:
                remarks += self._fill_in_amount(amount, stated.money)
        if found.each:
            remarks.append(
                _(
                    "These are prices for one session, night or person: %(prices)s. Work out what they come to, and "
                    "type that.",
                    prices=listed_apart(f"“{one}”" for one in found.each),
                )
            )
        remarks += _said_of_currencies(found)
        if found.contradictory:
            remarks.append(
                _(
                    "The message says of these that they are included, and also that they are not: %(parts)s. "
                    "Choose what holds.",
                    parts=offer_words.names_of(found.contradictory),
                )
            )
        if found.unclear:
            remarks.append(
                _(
                    "The message lists these as included, but gives an amount of their own: %(parts)s. We left them "
                    "at “not said”. Ask whether that amount comes on top.",
                    parts=offer_words.names_of(found.unclear),
                )
            )
        if found.old:
            remarks.append(
                _(
                    "We read these as prices that no longer hold, and left them out: %(amounts)s. Check it.",
                    amounts=_listed(found.old),
                )
            )
        if found.aside:
            remarks.append(
                _(
                    "We put these amounts into no field: %(amounts)s. Each can be a deposit, a balance, a discount, a "
                    "refund, a fee, an amount for several parts or a further treatment. Decide yourself what it is.",
                    amounts=listed_apart(f"“{one}”" for one in found.aside),
                )
            )
        larger = self._larger_than_the_price()
        if larger:
            remarks.append(
                _(
                    "The amount of these is larger than the whole price: %(parts)s. Check both amounts.",
                    parts=offer_words.names_of(larger),
                )
            )
        if found.is_from:
            remarks.append(
                _("The message says “from”. The price may be higher. Ask for the most that it can be.")
            )
        return remarks

    def _larger_than_the_price(self) -> list[offer_parts.Part]:
        """Return the parts with an amount that is larger than the whole price, as far as both can be read."""
        currency = self.currency.data if self.currency.data in MINOR_UNIT else ""
        price = _only_reading(self.price, currency)
        if price is None:
            return []
        amounts = ((part, _only_reading(amount, currency)) for part, _said, amount in self.lines)
        return [part for part, amount in amounts if amount is not None and amount > price]

    def _fill_in_amount(self, field: FigureField, money: chat.prices.Money) -> Iterator[str]:
        """Put an amount into its field if that is empty; yield what is to be said of it."""
        if field.data:
            return
        if money.currency not in (None, self.currency.data):
            yield _(
                "“%(amount)s” is in another currency than the one chosen below, so we left it out.",
                amount=money.text,
            )
            return
        field.fill(_figure(money))
        readings = typed_money.readings(money.figure, money.currency or "USD", current_reader())
        if len(readings) == 2 and field.data != money.figure:
            yield _(
                "“%(typed)s” can be read in two ways. We filled in %(amount)s. Check it.",
                typed=money.text,
                amount=field.data,
            )

    def _fill_in_numbers(self, found: chat.offer.Found) -> Iterator[str]:
        if len(found.sessions) > 1:
            yield _(
                "It has several numbers of sessions: %(numbers)s. Type the right one.",
                numbers=listed(found.sessions),
            )
        if len(found.days) > 1:
            yield _(
                "It has several numbers of days: %(numbers)s. Type the right one.", numbers=listed(found.days)
            )
        for field, numbers in ((self.sessions, found.sessions), (self.days, found.days)):
            if len(numbers) == 1 and not field.data:
                field.fill(numbers[0])

    def _fill_in_price(self, found: chat.offer.Found) -> Iterable[str]:
        currencies = {money.currency for money in _every(found) if money.currency}
        different = {(_figure(money), money.currency): money for money in found.totals}
        doubtful = any(money.is_doubtful for money in found.totals)
        if doubtful and len(different) == 1:
            return
        if doubtful or len({money.currency for money in found.totals if money.currency}) > 1:
            yield _(
                "It has amounts in several currencies: %(amounts)s. Type the price in one of them, and choose that "
                "currency.",
                amounts=_amounts(found),
            )
            return
        priced = {money.currency for money in found.totals if money.currency} or currencies
        if len(priced) == 1 and not self.currency.data:
            self.currency.data = next(iter(priced))
        if len(different) == 1:
            yield from self._fill_in_amount(self.price, next(iter(different.values())))
        elif different:
            yield _(
                "It has several amounts: %(amounts)s. Type the one that is the whole price. Of a range, type the "
                "higher one.",
                amounts=_amounts(found),
            )


def _add_lines() -> None:
    for part in offer_parts.PARTS:
        said = ChoiceField(
            offer_words.NAMES[part],  # type: ignore[arg-type]
            choices=lambda: [("included", _("included")), ("excluded", _("not included"))],
            empty=lazy_gettext("not said"),
            optional=True,
            refusal=lazy_gettext("Choose one of the three."),
        )
        setattr(OtherOfferForm, f"said-{part}", said)
        setattr(
            OtherOfferForm,
            f"amount-{part}",
            FigureField(offer_words.NAMES[part], most_shown=MOST_SHOWN),
        )


_add_lines()


def _another_currency(typed: str, others: frozenset[str], currency: str) -> str:
    """Say that an amount looks like one in another currency, which can be chosen for all of them."""
    if len(others) == 1:
        return _(
            "“%(typed)s” looks like another currency. If it is the one of their price, choose %(other)s as the "
            "currency of their amounts, or enter the amount in %(currency)s.",
            typed=typed,
            other=next(iter(others)),
            currency=currency,
        )
    return _(
        "“%(typed)s” looks like another currency. Choose the currency of their amounts in the list, or enter the "
        "amount in %(currency)s.",
        typed=typed,
        currency=currency,
    )


def _wrong_amount(typed: str, found: Sequence[str], reader: Reader) -> str:
    """Say what is wrong with what was typed for an amount, and what to do; `found` are its readings."""
    typed = typed if len(typed) <= typed_money.LONGEST else f"{typed[: typed_money.LONGEST]}…"
    if len(found) == 2:
        larger, smaller = map(figures.unambiguous, found)
        return two_readings(typed, (larger, smaller))
    if found and not Decimal(found[0]):
        return _(
            "This amount is zero. If something costs nothing, say that it is included, and leave its "
            "amount empty."
        )
    if found:
        return _("This amount is too large. The most is %(most)s.", most=reader.number(LARGEST))
    return _(
        "“%(typed)s” is not an amount. Enter one amount above zero in digits, for example %(example)s, "
        "or leave it empty.",
        typed=typed,
        example="12000",
    )


def _every(found: chat.offer.Found) -> Iterator[chat.prices.Money]:
    yield from found.totals
    yield from (said.money for said in found.parts.values() if said.money)


def _said_of_currencies(found: chat.offer.Found) -> Iterator[str]:
    """Name the amounts of which it is not clear which currency they are in."""
    doubtful = [money for money in _every(found) if money.is_doubtful]
    if doubtful:
        yield _(
            "We put these amounts into no field, because it is not clear which currency they are in: "
            "%(amounts)s. Ask the clinic, then type the amounts and choose that currency.",
            amounts=_listed(doubtful),
        )


def _figure(money: chat.prices.Money) -> str:
    """Return the figure as it stands in a field.

    Nobody writes three decimals of a dollar: "12,000" and "12.000" are suggested as twelve thousand. Where a currency
    has so many, the figure stays as it is written, and whoever compares is asked.
    """
    found = figures.readings(money.figure)
    finest = decimals(MINOR_UNIT[money.currency]) if money.currency else 0
    if not found or (len(found) == 2 and finest > 2):
        return money.figure
    return figures.unambiguous(format((found[0].number * money.times).normalize(), "f"))


def _amounts(found: chat.offer.Found) -> str:
    return _listed(found.totals)


def _listed(amounts: Sequence[chat.prices.Money]) -> str:
    return listed_apart(dict.fromkeys(map(_named, amounts)))


def _named(money: chat.prices.Money) -> str:
    """Return an amount as it would stand in the fields; one in a currency that is not clear as it is written."""
    return f"“{money.text}”" if money.is_doubtful else f"{money.currency or ''} {_figure(money)}".strip()


def _only_reading(field: FigureField, currency: str) -> Decimal | None:
    found = typed_money.readings(field.data, currency, current_reader()) if field.data and currency else []
    return Decimal(found[0]) if len(found) == 1 else None
