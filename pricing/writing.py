"""The canonical text of a price table: one way to write each table, in the order of the form.

Keys that stand at their default are left out, numbers have no trailing zeros, an amount that is the same in
the three cases is one number, and every text has a line of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pricing.currencies import MINOR_UNIT
from pricing.money import plain
from pricing.table import (
    Amount,
    Charge,
    Choice,
    ChoiceDriver,
    ChoiceIs,
    Condition,
    DateDriver,
    DateIs,
    Driver,
    FlagIs,
    NumberDriver,
    NumberIs,
    OnRequest,
    Package,
    Percent,
    Price,
    PriceTable,
    Test,
    Tier,
    Tiers,
    UnitPrice,
    YesNoDriver,
)

Pairs = Iterator[tuple[str, str]]
"""Keys of the notation with their values as TOML."""

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def written(table: PriceTable) -> str:
    """Write a whole table."""
    blocks = [_block("", header(table)), _block("provider", provider(table))]
    for heading, pairs in entries(table).items():
        blocks.append(_block(heading, pairs.items()))
    return "\n".join(blocks)


def entries(table: PriceTable) -> dict[str, dict[str, str]]:
    """Return every coded part of a table by its heading, `charge.ward`, with its keys and values as TOML."""
    found: dict[str, dict[str, str]] = {}
    for driver in table.drivers:
        found[f"driver.{driver.code}"] = dict(_driver(driver))
        if isinstance(driver, ChoiceDriver):
            for choice in driver.choices:
                found[f"driver.{driver.code}.choice.{choice.code}"] = dict(_choice(choice))
    for rule in table.rules:
        found[f"rule.{rule.code}"] = dict(_sequence(_conditions(rule), _text("why", rule.why)))
    for group in table.groups:
        total = () if group.total == "provider" else (("total", _string(group.total)),)
        found[f"group.{group.code}"] = dict(
            _sequence(_text("label", group.label), total, _text("payee", group.payee))
        )
    for stage in table.stages:
        found[f"stage.{stage.code}"] = dict(_text("label", stage.label))
    for charge in table.charges:
        found[f"charge.{charge.code}"] = dict(_charge(charge))
    for package in table.packages:
        found[f"package.{package.code}"] = dict(_package(package))
    for tax in table.taxes:
        found[f"tax.{tax.code}"] = dict(
            _sequence(
                _text("label", tax.label),
                _conditions(tax),
                [("percent", plain(tax.percent)), ("of", _names(tax.of))],
                _number("above", tax.above),
                [("included", "true")] if tax.included else (),
            )
        )
    for payment in table.payments:
        found[f"payment.{payment.code}"] = dict(
            _sequence(
                _text("label", payment.label),
                _text("due", payment.due),
                _number("amount", payment.amount),
                _number("percent", payment.percent),
            )
        )
    for notice in table.notices:
        found[f"notice.{notice.code}"] = dict(
            _sequence(
                [("kind", _string(notice.kind))],
                _conditions(notice),
                _text("text", notice.text),
                _plain("link", notice.link),
            )
        )
    return found


def header(table: PriceTable) -> Pairs:
    """Return the keys before the first heading."""
    yield "format", "1"
    yield "table", _string(table.table)
    yield "version", _string(table.version)
    yield "valid_from", table.valid_from.isoformat()
    yield "currency", _string(table.currency)
    if table.round_to != MINOR_UNIT[table.currency]:
        yield "round_to", plain(table.round_to)
    if table.rounding != "half-up":
        yield "rounding", _string(table.rounding)
    yield "languages", _names(table.languages, always_list=True)
    yield from _text("title", table.title)
    if table.demo:
        yield "demo", "true"
    if table.quote_valid_days != 30:
        yield "quote_valid_days", str(table.quote_valid_days)
    yield "time_zone", _string(table.time_zone)
    yield from _plain("source", table.source)
    yield from _plain("note", table.note)


def provider(table: PriceTable) -> Pairs:
    """Return the keys of `[provider]`."""
    given = table.provider
    for key in ("name", "country", "address", "email", "phone", "registration"):
        yield from _plain(key, getattr(given, key))


def _driver(driver: Driver) -> Pairs:
    kinds = {ChoiceDriver: "choice", NumberDriver: "number", YesNoDriver: "yes_no", DateDriver: "date"}
    yield "kind", _string(kinds[type(driver)])
    yield "role", _string(driver.role)
    yield from _text("label", driver.label)
    yield from _text("help", driver.help)
    yield from _conditions(driver)
    match driver:
        case NumberDriver():
            yield from _number_driver(driver)
        case ChoiceDriver(default=str(code)):
            yield "default", _string(code)
        case YesNoDriver(default=bool(answer)):
            yield "default", "true" if answer else "false"
        case DateDriver(default=date() as day):
            yield "default", day.isoformat()


def _number_driver(driver: NumberDriver) -> Pairs:
    for language, unit in (driver.unit or {}).items():
        if isinstance(unit, str):
            yield f"unit.{language}", _string(unit)
        else:
            yield f"unit.{language}", _inline({form: _string(text) for form, text in unit.items()})
    yield "least", plain(driver.least)
    yield "most", plain(driver.most)
    if driver.step != 1:
        yield "step", plain(driver.step)
    yield from _number("default", driver.default)
    if driver.less is not None or driver.more is not None:
        yield "varies", _inline(dict(_sequence(_number("less", driver.less), _number("more", driver.more))))


def _choice(choice: Choice) -> Pairs:
    yield from _text("label", choice.label)
    yield from _text("note", choice.note)
    if not choice.offered:
        yield "offered", "false"
    yield from _text("why", choice.why)
    yield from _plain("evidence", choice.evidence)
    yield from _text("basis", choice.basis)


def _common(entry: Charge | Package) -> Pairs:
    yield from _text("label", entry.label)
    yield "group", _string(entry.group)
    yield from _plain("stage", entry.stage)
    yield from _conditions(entry)


def _charge(charge: Charge) -> Pairs:
    yield from _common(charge)
    if charge.per:
        yield "per", _names(charge.per)
    if charge.times != 1:
        yield "times", plain(charge.times)
    if charge.included:
        yield "included", plain(charge.included)
    yield from _number("block", charge.block)
    yield from _price(charge.price)
    for key, bound in (("at_least", charge.at_least), ("at_most", charge.at_most)):
        if bound is not None:
            yield key, _amount(bound)
    yield from _text("note", charge.note)
    yield from _plain("billing_code", charge.billing_code)
    yield from _plain("source", charge.source)


def _price(price: Price) -> Pairs:
    match price:
        case UnitPrice(amount):
            yield "price", _amount(amount)
        case Percent(percent, of):
            yield "percent", _amount(percent)
            yield "of", _names(of, always_list=True)
        case Tiers(mode, tiers):
            yield mode, "[\n" + "".join(f"  {_tier(tier)},\n" for tier in tiers) + "]"
        case OnRequest():
            yield "on_request", "true"


def _tier(tier: Tier) -> str:
    parts = {} if tier.up_to is None else {"up_to": plain(tier.up_to)}
    parts["price"] = _amount(tier.price)
    if tier.flat is not None:
        parts["flat"] = _amount(tier.flat)
    return _inline(parts)


def _package(package: Package) -> Pairs:
    yield from _common(package)
    yield "price", _amount(package.price)
    yield (
        "covers",
        _inline({code: '"all"' if units is None else plain(units) for code, units in package.covers}),
    )
    yield from _text("note", package.note)
    yield from _plain("source", package.source)


def _conditions(entry: Any) -> Pairs:
    for key in ("when", "unless"):
        condition: Condition | None = getattr(entry, key)
        if condition is not None:
            yield key, _inline({driver: _test(test) for driver, test in condition})


def _test(test: Test) -> str:
    match test:
        case ChoiceIs(codes):
            return _names(codes)
        case FlagIs(value):
            return "true" if value else "false"
        case NumberIs(least, most):
            if least is not None and least == most:
                return plain(least)
            return _inline(dict(_sequence(_number("least", least), _number("most", most))))
        case DateIs(months, start, end):
            parts = {"months": f"[{', '.join(map(str, months))}]"} if months else {}
            parts |= {"from": start.isoformat()} if start else {}
            parts |= {"to": end.isoformat()} if end else {}
            return _inline(parts)


def _amount(amount: Amount) -> str:
    if amount.low == amount.likely == amount.high:
        return plain(amount.likely)
    return _inline({"low": plain(amount.low), "likely": plain(amount.likely), "high": plain(amount.high)})


def _text(key: str, text: Mapping[str, str] | None) -> Pairs:
    for language, words in (text or {}).items():
        yield f"{key}.{language}", _string(words)


def _plain(key: str, text: str | None) -> Pairs:
    if text is not None:
        yield key, _string(text)


def _number(key: str, number: Decimal | None) -> Pairs:
    if number is not None:
        yield key, plain(number)


def _names(names: tuple[str, ...], always_list: bool = False) -> str:
    if len(names) == 1 and not always_list:
        return _string(names[0])
    return f"[{', '.join(map(_string, names))}]"


def _inline(parts: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f"{key} = {value}" for key, value in parts.items()) + " }"


def _string(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(letter, letter) for letter in text) + '"'


def _sequence(*parts: Any) -> Pairs:
    for part in parts:
        yield from part


def _block(heading: str, pairs: Any) -> str:
    lines = [f"[{heading}]"] if heading else []
    lines += [f"{key} = {value}" for key, value in pairs]
    return "\n".join(lines) + "\n"
