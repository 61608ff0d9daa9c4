"""What a firm quote comes to, and its canonical content: the figures without anybody's words, to be computed again.

Pure: no database, no clock, no locale. What is firm is the provider's total in its likely case, and the
adjustments on top of it; what is paid to others and the reserve are part of the breakdown and not of the quote.
Amounts are in whole minor units of the currency. An adjustment is final: taxes are not worked out of it again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal, NamedTuple, cast

import pricing
from pricing import PriceTable, canonical_json
from pricing.answers import Answers
from pricing.currencies import MINOR_UNIT
from pricing.given_prices import LARGEST, WrongPrice, with_prices
from pricing.left_open import not_firm
from pricing.money import Rounder, decimals, exactly
from pricing.payments import split
from pricing.problems import Problem
from pricing.stored import (
    ComparableQuote,
    PayTo,
    QuoteTable,
    StoredBreakdown,
    StoredItem,
    StoredQuote,
    StoredTax,
)

FORMAT = 1

_AMOUNT = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,20})?\Z")


class WrongAmount(ValueError):
    """An adjustment is 0, absurdly large, or no whole number of minor units of the currency."""


class NotAQuote(ValueError):
    """Data is not a valid content of a quote; `place` is the first invalid part."""

    def __init__(self, place: str) -> None:
        self.place = place
        super().__init__(place)


@dataclass(frozen=True)
class Adjustment:
    """What a coordinator adds or takes off: `label` is for the patient, `reason` for colleagues.

    The patient reads the reason as well where it is `told`. `currency` is that in which the amount was entered; empty
    is that of the price list.
    """

    amount: Decimal
    label: str
    reason: str
    told: bool = False
    currency: str = ""

    def counts_in(self, currency: str) -> bool:
        """Whether the amount is one of a currency."""
        return self.currency in ("", currency)


@dataclass(frozen=True)
class Firm:
    """What a quote comes to. `payments` are (code, amount) in the order of the price list."""

    breakdown: StoredBreakdown
    #: the provider's total in the likely case
    price: Decimal
    #: the sum of the adjustments
    adjusted: Decimal
    #: what is firm
    total: Decimal
    currency: str
    #: number of decimals that amounts are written with
    decimals: int
    payments: tuple[tuple[str, Decimal], ...]
    #: the prices that were given for it, of what the list has on request for these answers, by charge
    given: Mapping[str, Decimal]

    @property
    def at_discretion(self) -> Decimal:
        """What the provider's lines come to whose price was given, without taxes."""
        of_provider = {group["code"] for group in self.breakdown["groups"] if group["total"] == "provider"}
        with exactly():
            return sum(
                (
                    abs(Decimal(item["amount"]["likely"] or 0))
                    for item in self.breakdown["items"]
                    if item["code"] in self.given and item["group"] in of_provider
                ),
                Decimal(0),
            )

    def text(self, amount: Decimal) -> str:
        """Write an amount in plain digits with the decimals of its currency."""
        return f"{amount:.{self.decimals}f}"


@dataclass(frozen=True)
class Rate:
    """What one `base` was worth in `quoted` on a day; for orientation."""

    base: str
    quoted: str
    rate: str
    source: str
    day: date


class LineChange(NamedTuple):
    """One line that differs. None is a line that is not there; `request` as an amount is on request."""

    kind: Literal["item", "tax", "adjustment", "answer", "total"]
    code: str
    old: str | bool | None
    new: str | bool | None


class Recomputed(NamedTuple):
    """What a content comes to when it is computed again, and every place where it says something else."""

    total: Decimal
    differences: list[str]
    #: the total in plain digits, as a content has it
    text: str


def compute(
    table: PriceTable,
    answers: Answers,
    adjustments: Sequence[Adjustment | Decimal],
    prices: Mapping[str, Decimal] | None = None,
) -> Firm:
    """Work out what a quote comes to; raises pricing.BadAnswers, WrongAmount and WrongPrice.

    `prices` are given for this quote, by charge; those of charges that are not on request for these answers are left
    out. What is on request still counts 0: a quote with any is not issued, but somebody may want to see it before. A
    question that was left open is a problem here if a charge or package of the provider depends on it: the price is
    not firm.
    """
    breakdown, given = _estimated(table, answers, prices or {})
    left_open = not_firm(table, breakdown.get("not_counted", ()))
    if left_open:
        raise pricing.BadAnswers([Problem(driver, None, "answer_left_open") for driver in left_open])
    minor = MINOR_UNIT[table.currency]
    places = max(decimals(minor), decimals(table.round_to))
    with exactly():
        amounts = [_amount_of(adjustment, minor) for adjustment in adjustments]
        price = Decimal(breakdown["totals"]["provider"]["likely"])
        adjusted = sum(amounts, Decimal(0))
        total = price + adjusted
    return Firm(
        breakdown,
        price,
        adjusted,
        total,
        table.currency,
        places,
        _payments(table, breakdown, adjusted, total),
        given,
    )


def _estimated(
    table: PriceTable, answers: Answers, prices: Mapping[str, Decimal]
) -> tuple[StoredBreakdown, dict[str, Decimal]]:
    """Return a breakdown, and the prices that it needed: one that is given can put another charge on request."""
    breakdown, given = pricing.estimate(table, answers).as_dict(), dict[str, Decimal]()
    while needed := {code: prices[code] for code in breakdown["on_request"] if code in prices}:
        given |= needed
        breakdown = pricing.estimate(with_prices(table, given), answers).as_dict()
    return breakdown, given


def is_amount(amount: Decimal, currency: str) -> bool:
    """Whether a sum can be an adjustment: not 0, not absurd, and a whole number of minor units."""
    try:
        _amount_of(amount, MINOR_UNIT[currency])
    except WrongAmount:
        return False
    return True


def exceeds(
    price: Decimal, adjustments: Sequence[Adjustment], limit: Decimal, given: Decimal = Decimal(0)
) -> bool:
    """Whether absolute adjustments and `given`, the part of the price that was given, are above a limit.

    It is `limit` per cent of the rest of the price, which is the list's.
    """
    with exactly():
        moved = sum((abs(adjustment.amount) for adjustment in adjustments), given)
        return moved > 0 and moved * 100 > max(price - given, Decimal(0)) * limit


def converted(total: Decimal, rate: Rate) -> Decimal:
    """Return what an amount is about worth in the reader's currency, in its minor units; for orientation."""
    with exactly():
        return Rounder(MINOR_UNIT[rate.quoted], "half-up").amount(total * Decimal(rate.rate))


def content(
    firm: Firm,
    adjustments: Sequence[Adjustment | Decimal],
    *,
    number: str,
    revision: int,
    reference: str,
    issued: datetime,
    valid_until: date,
    accept_from: date | None = None,
    time_zone: str,
    language: str,
    answers: Mapping[str, str | bool],
    rate: Rate | None = None,
    replaces: int | None = None,
    pay_to: PayTo | None = None,
    payment_days: Mapping[str, date] | None = None,
) -> StoredQuote:
    """Return what a revision says in figures; `as_bytes` of it are the same in every process.

    `accept_from` is the first day on which it may be accepted, None if that is any day; `pay_to` the account that it is
    paid into, None if it names none; `payment_days` the day by which each instalment is due, as far as it is known.
    """
    breakdown = firm.breakdown
    amounts = [each.amount if isinstance(each, Adjustment) else each for each in adjustments]
    found: StoredQuote = {
        "format": FORMAT,
        "kind": "quote",
        "number": number,
        "revision": revision,
        "reference": reference,
        "issued": issued.astimezone(UTC).isoformat(timespec="seconds"),
        "valid_until": valid_until.isoformat(),
        "time_zone": time_zone,
        "language": language,
        "table": _table(breakdown),
        "answers": dict(answers),
        "breakdown": breakdown,
        "adjustments": [{"amount": firm.text(amount)} for amount in amounts],
        "price": firm.text(firm.price),
        "adjusted": firm.text(firm.adjusted),
        "total": firm.text(firm.total),
        "currency": firm.currency,
        "payments": [{"code": code, "amount": firm.text(amount)} for code, amount in firm.payments],
        "rate": None
        if rate is None
        else {
            "base": rate.base,
            "quoted": rate.quoted,
            "rate": rate.rate,
            "source": rate.source,
            "day": rate.day.isoformat(),
        },
        "replaces": replaces,
    }
    if accept_from is not None:
        found["accept_from"] = accept_from.isoformat()
    if pay_to is not None:
        found["pay_to"] = pay_to
    if payment_days:
        found["payment_days"] = {code: day.isoformat() for code, day in payment_days.items()}
    if firm.given:
        found["priced"] = priced_texts(firm)
    return found


def priced_texts(firm: Firm) -> dict[str, str]:
    """Return the prices that were given for a quote as its content has them."""
    return {code: firm.text(price) for code, price in firm.given.items()}


def prices_in(content: Mapping[str, object]) -> dict[str, Decimal]:
    """Return the prices that a content says were given for it, by charge; raises NotAQuote for what are none."""
    if "priced" not in content:
        return {}
    priced = content["priced"]
    if not isinstance(priced, dict) or not priced:
        raise NotAQuote("priced")
    return {code: amount_in(price, f"priced.{code}") for code, price in priced.items()}


def as_bytes(content: StoredQuote) -> bytes:
    """Return the canonical JSON of a content."""
    return canonical_json(content)


def recompute(content: object, table: PriceTable) -> Recomputed:
    """Compute a content again from its answers, adjustments and given prices, with the table that it was issued from.

    Every place that says something else is named: "total", "breakdown.items"; "breakdown" is everything in it that no
    breakdown has. Raises NotAQuote for what is no content at all, and pricing.BadAnswers if the table refuses its
    answers. Whoever made the content cannot make this slow: amounts are short, the table prices what it was written
    for, and only what a content has is looked for in theirs.
    """
    found = _checked(content)
    amounts = [
        amount_in(line.get("amount"), f"adjustments.{i}.amount")
        for i, line in enumerate(found["adjustments"])
    ]
    prices = prices_in(found)
    try:
        firm = compute(table, found["answers"], amounts, prices)
    except WrongAmount:
        raise NotAQuote("adjustments") from None
    except WrongPrice as wrong:
        raise NotAQuote(wrong.place) from None
    for code in prices:
        if code not in firm.given:
            raise NotAQuote(f"priced.{code}")
    again: dict[str, object] = {
        "table": _table(firm.breakdown),
        "price": firm.text(firm.price),
        "adjusted": firm.text(firm.adjusted),
        "total": firm.text(firm.total),
        "currency": firm.currency,
        "time_zone": table.time_zone,
        "payments": [{"code": code, "amount": firm.text(amount)} for code, amount in firm.payments],
    }
    if firm.given:
        again["priced"] = priced_texts(firm)
    said: Mapping[str, object] = found
    differences = [key for key, value in again.items() if said[key] != value]
    theirs: Mapping[str, object] = found["breakdown"]
    ours: Mapping[str, object] = firm.breakdown
    differences += [
        f"breakdown.{key}" for key in sorted(ours) if key not in theirs or theirs[key] != ours[key]
    ]
    if not theirs.keys() <= ours.keys():
        differences.append("breakdown")
    return Recomputed(firm.total, differences, firm.text(firm.total))


def line_changes(old: ComparableQuote, new: ComparableQuote) -> list[LineChange]:
    """Return what differs between two contents, line by line in the order of the new one.

    What was left open counts with the answer that the list supposed. Of two plans that were only computed,
    `comparable` makes contents.
    """
    changes = [
        *_changed("answer", old["breakdown"]["answers"], new["breakdown"]["answers"]),
        *_changed("item", _likely(old["breakdown"]["items"]), _likely(new["breakdown"]["items"])),
        *_changed("tax", _likely(old["breakdown"]["taxes"]), _likely(new["breakdown"]["taxes"])),
    ]
    before, after = ([line["amount"] for line in each["adjustments"]] for each in (old, new))
    if before != after:
        changes.append(LineChange("adjustment", "", old["adjusted"], new["adjusted"]))
    if old["total"] != new["total"]:
        changes.append(LineChange("total", "", old["total"], new["total"]))
    return changes


def comparable(firm: Firm, adjustments: Sequence[Adjustment]) -> ComparableQuote:
    """Return the part of a content that `line_changes` compares."""
    return {
        "breakdown": firm.breakdown,
        "adjustments": [{"amount": firm.text(each.amount)} for each in adjustments],
        "adjusted": firm.text(firm.adjusted),
        "total": firm.text(firm.total),
    }


def price_changed(old: StoredBreakdown, new: StoredBreakdown) -> list[tuple[str, str | None, str | None]]:
    """Return each group of the provider whose likely sum differs: its code, the sum before and now, None if absent."""
    before, after = (
        {group["code"]: group["amount"]["likely"] for group in each["groups"] if group["total"] == "provider"}
        for each in (old, new)
    )
    codes = dict.fromkeys((*after, *before))
    return [
        (code, before.get(code), after.get(code))
        for code in codes
        if not _same(before.get(code), after.get(code))
    ]


def _same(old: str | None, new: str | None) -> bool:
    return old == new or (old is not None and new is not None and Decimal(old) == Decimal(new))


def owed_by_stage(table: PriceTable, breakdown: StoredBreakdown, total: Decimal) -> list[Decimal]:
    """Return what is owed to the provider if the treatment stops after each stage; after the last, the firm total.

    It is the likely cost by then by the price list, less what is paid to others by then and the taxes on that, and
    never more than the firm total. Adjustments are for the whole treatment: what they change is in the last stage.
    """
    ranks = {stage.code: rank for rank, stage in enumerate(table.stages)}
    stage_of: dict[str, str | None] = {charge.code: charge.stage for charge in table.charges}
    stage_of |= {package.code: package.stage for package in table.packages}
    total_of = {group.code: group.total for group in table.groups}
    listed = {tax["code"] for tax in breakdown["taxes"]}
    money = Rounder(table.round_to, table.rounding)
    owed = []
    with exactly():
        for rank, stage in enumerate(breakdown["stages"]):
            by_then = {
                item["code"]: (item["group"], Decimal(item["amount"]["likely"] or 0))
                for item in breakdown["items"]
                if total_of[item["group"]] == "others"
                and ranks.get(stage_of[item["code"]] or "", len(ranks) - 1) <= rank
            }
            others = sum((amount for _group, amount in by_then.values()), Decimal(0))
            for tax in table.taxes:
                if tax.code in listed and not tax.included:
                    base = sum(
                        (a for code, (group, a) in by_then.items() if code in tax.of or group in tax.of),
                        Decimal(0),
                    )
                    others += money.amount(base * tax.percent / 100)
            owed.append(min(Decimal(stage["cost_by_then"]["likely"]) - others, total))
    return [*owed[:-1], total] if owed else []


def _table(breakdown: StoredBreakdown) -> QuoteTable:
    return {
        "table": breakdown["table"],
        "version": breakdown["version"],
        "sha256": breakdown["table_sha256"],
    }


def _amount_of(adjustment: Adjustment | Decimal, minor: Decimal) -> Decimal:
    amount = adjustment.amount if isinstance(adjustment, Adjustment) else adjustment
    if not amount.is_finite() or not amount or abs(amount) >= LARGEST:
        raise WrongAmount(str(amount))
    if decimals(amount) > decimals(minor):
        raise WrongAmount(str(amount))
    return amount


def _payments(
    table: PriceTable, breakdown: StoredBreakdown, adjusted: Decimal, total: Decimal
) -> tuple[tuple[str, Decimal], ...]:
    """Split what is firm as the price list splits its price."""
    priced = [(payment["code"], Decimal(payment["amount"])) for payment in breakdown["payments"]]
    if not adjusted or not priced:
        return tuple(priced)
    money = Rounder(min(table.round_to, MINOR_UNIT[table.currency]), table.rounding)
    parts = split(table.payments, total, money)
    return tuple((payment.code, part) for payment, part in zip(table.payments, parts, strict=True))


def _likely(lines: Sequence[StoredItem] | Sequence[StoredTax]) -> dict[str, str]:
    """Return the likely amount of each line by its code; a line on request says so."""
    return {line["code"]: line["amount"]["likely"] or "request" for line in lines}


def _changed(
    kind: Literal["item", "tax", "answer"], old: Mapping[str, str | bool], new: Mapping[str, str | bool]
) -> list[LineChange]:
    codes = [*new, *(code for code in old if code not in new)]
    return [
        LineChange(kind, code, old.get(code), new.get(code))
        for code in codes
        if old.get(code) != new.get(code)
    ]


_SHAPE: Mapping[str, type | tuple[type, ...]] = {
    "format": int,
    "kind": str,
    "number": str,
    "revision": int,
    "answers": dict,
    "breakdown": dict,
    "adjustments": list,
    "table": dict,
    "price": str,
    "adjusted": str,
    "total": str,
    "currency": str,
    "time_zone": str,
    "payments": list,
}


def _checked(content: object) -> StoredQuote:
    """Validate the parts of a content that are computed with, and return it; raises NotAQuote."""
    if not isinstance(content, dict):
        raise NotAQuote("")
    for key, kind in _SHAPE.items():
        if not isinstance(content.get(key), kind):
            raise NotAQuote(key)
    if content["format"] != FORMAT:
        raise NotAQuote("format")
    if content["kind"] != "quote":
        raise NotAQuote("kind")
    for code, answer in content["answers"].items():
        if not isinstance(answer, (str, bool)):
            raise NotAQuote(f"answers.{code}")
    for number, line in enumerate(content["adjustments"]):
        if not isinstance(line, dict):
            raise NotAQuote(f"adjustments.{number}")
    return cast(StoredQuote, content)


def amount_in(text: object, place: str) -> Decimal:
    """Return an amount of data that somebody else may have made; raises NotAQuote."""
    if not isinstance(text, str) or not _AMOUNT.match(text):
        raise NotAQuote(place)
    return Decimal(text)
