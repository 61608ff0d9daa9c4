"""Why a total is a range, in words: numbers that may turn out differently, and prices that are ranges themselves."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import chain

from estimator.i18n import Reader, listed_apart
from estimator.i18n import gettext as _
from estimator.wording.sentences import three
from pricing.money import ZERO, plain
from pricing.stored import StoredBreakdown
from pricing.table import Amount, Charge, NumberDriver, Package, Percent, PriceTable, Tiers, UnitPrice


def reasons(breakdown: StoredBreakdown, table: PriceTable, reader: Reader) -> Iterator[str]:
    """Yield the reasons why the total of a breakdown is a range, a sentence each."""
    for driver in table.drivers:
        if isinstance(driver, NumberDriver) and driver.code in breakdown["answers"]:
            less, more = _room(driver, Decimal(breakdown["answers"][driver.code]))
            if less or more:
                label = reader.words(driver.label, table.main_language).marked
                yield _variation(label, less, more, reader)
    reserve = {group["code"] for group in breakdown["groups"] if group["total"] == "reserve"}
    entries: Iterator[Charge | Package] = chain(table.charges, table.packages)
    by_code = {entry.code: entry for entry in entries}
    ranged = [
        reader.words(item["label"], table.main_language)
        for item in breakdown["items"]
        if item["group"] not in reserve
        and len(set(three(item["amount"]))) > 1
        and any(amount.is_range for amount in _amounts(by_code[item["code"]]))
    ]
    if ranged:
        yield _("These prices are given as a range: %(labels)s.", labels=listed_apart(ranged))


def may_have_range(table: PriceTable) -> bool:
    """Return whether the total of some plan may be a range: one price is, or a number may turn out differently."""
    reserve = {group.code for group in table.groups if group.total == "reserve"}
    entries: Iterator[Charge | Package] = chain(table.charges, table.packages)
    return any(isinstance(each, NumberDriver) and (each.less or each.more) for each in table.drivers) or any(
        amount.is_range for entry in entries if entry.group not in reserve for amount in _amounts(entry)
    )


def _room(driver: NumberDriver, answer: Decimal) -> tuple[Decimal, Decimal]:
    """By how much a number may turn out lower and higher: never beyond what may be answered, as its total counts it."""
    less, more = driver.less or ZERO, driver.more or ZERO
    return min(less, max(ZERO, answer - driver.least)), min(more, max(ZERO, driver.most - answer))


def _variation(label: str, less: Decimal, more: Decimal, reader: Reader) -> str:
    fewer, further = reader.number(plain(less)), reader.number(plain(more))
    if not less:
        return _("%(label)s: it may turn out up to %(more)s more.", label=label, more=further)
    if not more:
        return _("%(label)s: it may turn out up to %(less)s fewer.", label=label, less=fewer)
    return _(
        "%(label)s: it may turn out up to %(less)s fewer or %(more)s more.",
        label=label,
        less=fewer,
        more=further,
    )


def _amounts(entry: Charge | Package) -> Iterator[Amount]:
    """The amounts that a price list writes for a charge or package."""
    match entry.price:
        case Amount() as amount:
            yield amount
        case UnitPrice(price):
            yield price
        case Percent(percent):
            yield percent
        case Tiers(_, tiers):
            for tier in tiers:
                yield from (tier.price,) if tier.flat is None else (tier.price, tier.flat)
    if isinstance(entry, Charge):
        yield from (bound for bound in (entry.at_least, entry.at_most) if bound is not None)
