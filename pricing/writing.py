"""The canonical text of a price table: one way to write each table, in the order of the form.

Keys that stand at their default are left out, numbers have no trailing zeros, an amount that is the same in
the three cases is one number, and every text has a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Any, assert_never

from pricing.currencies import MINOR_UNIT
from pricing.money import plain
from pricing.reading import PLURAL_FORMS
from pricing.table import (
    Amount,
    Charge,
    Choice,
    ChoiceDriver,
    ChoiceIs,
    Commission,
    Condition,
    DateDriver,
    DateIs,
    Driver,
    FlagIs,
    Group,
    Notice,
    NumberDriver,
    NumberIs,
    OnRequest,
    Package,
    Payment,
    Percent,
    Price,
    PriceTable,
    Tax,
    Term,
    Test,
    Text,
    Tier,
    Tiers,
    UnitPrice,
    UnitText,
    YesNoDriver,
)

Pairs = Iterable[tuple[str, str]]
"""Keys of the notation with their values as TOML."""

_KINDS = {ChoiceDriver: "choice", NumberDriver: "number", YesNoDriver: "yes_no", DateDriver: "date"}
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
_UNWRITABLE = re.compile(r'["\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]')
"""What a text cannot hold as it is, and what nobody could see in it."""


def written(table: PriceTable) -> str:
    """Return the canonical text of a table: blocks of keys with an empty line between them."""
    writer = _Writer(table)
    blocks = [("", writer.header()), ("provider", writer.provider()), *writer.entries()]
    return "\n".join(_block(heading, pairs) for heading, pairs in blocks)


def header(table: PriceTable) -> dict[str, str]:
    """Return the keys before the first heading, with their values as TOML."""
    return dict(_Writer(table).header())


def provider(table: PriceTable) -> dict[str, str]:
    """Return the keys of the provider, with their values as TOML."""
    return dict(_Writer(table).provider())


def entries(table: PriceTable) -> dict[str, dict[str, str]]:
    """Return every coded part of a table by its heading, `charge.ward`, with its keys and values as TOML."""
    return {heading: dict(pairs) for heading, pairs in _Writer(table).entries()}


class _Writer:
    """Writes the parts of one table; it knows the table's languages, whose order its texts have."""

    def __init__(self, table: PriceTable) -> None:
        self.table = table

    def header(self) -> Pairs:
        table = self.table
        yield "format", "1"
        yield "table", _string(table.table)
        yield "version", _string(table.version)
        yield "valid_from", table.valid_from.isoformat()
        yield "currency", _string(table.currency)
        if table.round_to != MINOR_UNIT[table.currency]:
            yield "round_to", plain(table.round_to)
        if table.rounding != "half-up":
            yield "rounding", _string(table.rounding)
        yield "languages", _list(table.languages)
        yield from self._text("title", table.title)
        if table.demo:
            yield "demo", "true"
        if table.quote_valid_days != 30:
            yield "quote_valid_days", str(table.quote_valid_days)
        yield "time_zone", _string(table.time_zone)
        yield from _plain("source", table.source)
        yield from _plain("note", table.note)

    def provider(self) -> Pairs:
        for key in ("name", "country", "address", "email", "phone", "registration", "tax_number"):
            yield from _plain(key, getattr(self.table.provider, key))

    def entries(self) -> Iterable[tuple[str, Pairs]]:
        table = self.table
        for driver in table.drivers:
            yield f"driver.{driver.code}", self._driver(driver)
            if isinstance(driver, ChoiceDriver):
                for choice in driver.choices:
                    yield f"driver.{driver.code}.choice.{choice.code}", self._choice(choice)
        for rule in table.rules:
            yield f"rule.{rule.code}", chain(_conditions(rule), self._text("why", rule.why))
        for group in table.groups:
            yield f"group.{group.code}", self._group(group)
        for stage in table.stages:
            yield f"stage.{stage.code}", self._text("label", stage.label)
        for charge in table.charges:
            yield f"charge.{charge.code}", self._charge(charge)
        for package in table.packages:
            yield f"package.{package.code}", self._package(package)
        for tax in table.taxes:
            yield f"tax.{tax.code}", self._tax(tax)
        yield from self._beside_the_prices()

    def _beside_the_prices(self) -> Iterable[tuple[str, Pairs]]:
        table = self.table
        for commission in table.commissions:
            yield f"commission.{commission.code}", self._commission(commission)
        for payment in table.payments:
            yield f"payment.{payment.code}", self._payment(payment)
        for notice in table.notices:
            yield f"notice.{notice.code}", self._notice(notice)
        for term in table.terms:
            yield f"terms.{term.code}", _term(term)

    def _driver(self, driver: Driver) -> Pairs:
        yield "kind", _string(_KINDS[type(driver)])
        yield "role", _string(driver.role)
        yield from self._text("label", driver.label)
        yield from self._text("help", driver.help)
        yield from _conditions(driver)
        if driver.open:
            yield "open", "true"
        match driver:
            case NumberDriver():
                yield from self._unit(driver.unit)
                yield from self._range(driver)
            case ChoiceDriver(default=str(code)):
                yield "default", _string(code)
            case YesNoDriver(default=bool(answer)):
                yield "default", "true" if answer else "false"
            case DateDriver(default=date() as day):
                yield "default", day.isoformat()

    def _choice(self, choice: Choice) -> Pairs:
        yield from self._text("label", choice.label)
        yield from self._text("note", choice.note)
        if not choice.offered:
            yield "offered", "false"
        yield from self._text("why", choice.why)
        if choice.no_charge:
            yield "no_charge", "true"
        yield from _plain("evidence", choice.evidence)
        yield from self._text("basis", choice.basis)

    def _group(self, group: Group) -> Pairs:
        yield from self._text("label", group.label)
        if group.total != "provider":
            yield "total", _string(group.total)
        yield from self._text("payee", group.payee)

    def _charge(self, charge: Charge) -> Pairs:
        yield from self._common(charge)
        if charge.per:
            yield "per", _one_or_list(charge.per)
        if charge.times != 1:
            yield "times", plain(charge.times)
        if charge.included:
            yield "included", plain(charge.included)
        yield from _number("block", charge.block)
        yield from _price(charge.price)
        for key, bound in (("at_least", charge.at_least), ("at_most", charge.at_most)):
            if bound is not None:
                yield key, _amount(bound)
        yield from self._text("note", charge.note)
        yield from _plain("billing_code", charge.billing_code)
        yield from _plain("source", charge.source)

    def _package(self, package: Package) -> Pairs:
        yield from self._common(package)
        yield "price", _amount(package.price)
        units = {code: '"all"' if most is None else plain(most) for code, most in package.covers}
        yield "covers", _inline(units)
        yield from self._text("note", package.note)
        yield from _plain("source", package.source)

    def _common(self, entry: Charge | Package) -> Pairs:
        yield from self._text("label", entry.label)
        yield "group", _string(entry.group)
        yield from _plain("stage", entry.stage)
        yield from _conditions(entry)

    def _tax(self, tax: Tax) -> Pairs:
        yield from self._text("label", tax.label)
        yield from _conditions(tax)
        yield "percent", plain(tax.percent)
        yield "of", _list(tax.of)
        yield from _number("above", tax.above)
        if tax.included:
            yield "included", "true"

    def _commission(self, commission: Commission) -> Pairs:
        yield from self._text("payee", commission.payee)
        yield from _plain("charge", commission.charge)
        yield from _conditions(commission)
        yield from _number("amount", commission.amount)
        yield from _number("percent", commission.percent)
        if commission.of:
            yield "of", _list(commission.of)
        yield from _plain("source", commission.source)

    def _payment(self, payment: Payment) -> Pairs:
        yield from self._text("label", payment.label)
        yield from self._text("due", payment.due)
        yield from _number("amount", payment.amount)
        yield from _number("percent", payment.percent)
        yield from _plain("day_of", payment.day_of)
        if payment.days_before:
            yield "days_before", str(payment.days_before)

    def _notice(self, notice: Notice) -> Pairs:
        yield "kind", _string(notice.kind)
        yield from _conditions(notice)
        yield from self._text("text", notice.text)
        yield from _plain("link", notice.link)

    def _range(self, driver: NumberDriver) -> Pairs:
        if driver.money:
            yield "money", "true"
        yield "least", plain(driver.least)
        yield "most", plain(driver.most)
        if driver.step != (MINOR_UNIT[self.table.currency] if driver.money else 1):
            yield "step", plain(driver.step)
        yield from _number("default", driver.default)
        varies = dict(chain(_number("less", driver.less), _number("more", driver.more)))
        if varies:
            yield "varies", _inline(varies)
        if driver.usual is not None:
            yield "usual", _three(driver.usual)
        yield from _plain("source", driver.source)

    def _text(self, key: str, text: Text | None) -> Pairs:
        for language in self._languages(text):
            assert text is not None
            yield f"{key}.{language}", _string(text[language])

    def _unit(self, unit: UnitText | None) -> Pairs:
        for language in self._languages(unit):
            assert unit is not None
            words = unit[language]
            if isinstance(words, str):
                yield f"unit.{language}", _string(words)
            else:
                forms = {form: _string(words[form]) for form in PLURAL_FORMS if form in words}
                yield f"unit.{language}", _inline(forms)

    def _languages(self, text: UnitText | None) -> list[str]:
        return [language for language in self.table.languages if text and language in text]


def _price(price: Price) -> Pairs:
    match price:
        case UnitPrice(amount):
            yield "price", _amount(amount)
        case Percent(percent, of):
            yield "percent", _amount(percent)
            yield "of", _list(of)
        case Tiers(mode, tiers):
            yield mode, "[\n" + "".join(f"  {_tier(tier)},\n" for tier in tiers) + "]"
        case OnRequest():
            yield "on_request", "true"
        case _:
            assert_never(price)


def _tier(tier: Tier) -> str:
    parts = {} if tier.up_to is None else {"up_to": plain(tier.up_to)}
    parts["price"] = _amount(tier.price)
    if tier.flat is not None:
        parts["flat"] = _amount(tier.flat)
    return _inline(parts)


def _term(term: Term) -> Pairs:
    yield "kind", _string(term.kind)
    if term.days is not None:
        yield "days", str(term.days)
    yield from _number("percent", term.percent)
    yield from _plain("notice", term.notice)
    yield from _plain("field", term.field)
    yield "source", _string(term.source)
    yield "as_of", term.as_of.isoformat()


def _conditions(entry: Any) -> Pairs:
    for key in ("when", "unless"):
        condition: Condition | None = getattr(entry, key)
        if condition is not None:
            yield key, _inline({driver: _test(test) for driver, test in condition})


def _test(test: Test) -> str:
    match test:
        case ChoiceIs(codes):
            return _one_or_list(codes)
        case FlagIs(value):
            return "true" if value else "false"
        case NumberIs(least, most):
            if least is not None and least == most:
                return plain(least)
            return _inline(dict(chain(_number("least", least), _number("most", most))))
        case DateIs(months, start, end):
            parts = {"months": f"[{', '.join(map(str, months))}]"} if months else {}
            parts |= {"from": start.isoformat()} if start else {}
            parts |= {"to": end.isoformat()} if end else {}
            return _inline(parts)
        case _:
            assert_never(test)


def _amount(amount: Amount) -> str:
    if amount.low == amount.likely == amount.high:
        return plain(amount.likely)
    return _three(amount)


def _three(amount: Amount) -> str:
    return _inline({"low": plain(amount.low), "likely": plain(amount.likely), "high": plain(amount.high)})


def _plain(key: str, text: str | None) -> Pairs:
    if text is not None:
        yield key, _string(text)


def _number(key: str, number: Decimal | None) -> Pairs:
    if number is not None:
        yield key, plain(number)


def _one_or_list(names: tuple[str, ...]) -> str:
    return _string(names[0]) if len(names) == 1 else _list(names)


def _list(names: tuple[str, ...]) -> str:
    return f"[{', '.join(map(_string, names))}]"


def _inline(parts: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f"{key} = {value}" for key, value in parts.items()) + " }"


def _string(text: str) -> str:
    return '"' + _UNWRITABLE.sub(_escape, text) + '"'


def _escape(letter: re.Match[str]) -> str:
    return _ESCAPES.get(letter[0]) or f"\\u{ord(letter[0]):04X}"


def _block(heading: str, pairs: Pairs) -> str:
    lines = [f"[{heading}]"] if heading else []
    lines += [f"{key} = {value}" for key, value in pairs]
    return "\n".join(lines) + "\n"
