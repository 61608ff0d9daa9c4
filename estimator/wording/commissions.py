"""What somebody gets for having led the patient to the provider: one plain sentence for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

from estimator.i18n import Reader, Words, listed
from estimator.i18n import gettext as _
from estimator.marked_text import joined
from estimator.wording import at_least
from estimator.wording.rows import NoticeRow, NoticeSection
from estimator.wording.sentences import typed_amount
from pricing.money import plain
from pricing.stored import StoredBreakdown, StoredCommission
from pricing.table import Commission, Condition, PriceTable

KIND = "commission"
"""The kind of the section in which commissions stand among the notices."""


def of_a_plan(breakdown: StoredBreakdown, table: PriceTable, reader: Reader) -> list[NoticeSection]:
    """Return the commissions of a plan as one section of notices; none if it has none."""
    return _section(_said(each, breakdown, table, reader) for each in breakdown.get("commissions", ()))


def who_else_earns(breakdown: StoredBreakdown, table: PriceTable, reader: Reader) -> str:
    """Name everybody who gets a commission from a plan; empty if nobody does."""
    payees = [
        reader.words(each["payee"], table.main_language).marked for each in breakdown.get("commissions", ())
    ]
    return listed(payees) if payees else ""


def of_a_list(
    table: PriceTable,
    reader: Reader,
    conditions: Callable[[Condition | None, Condition | None], Iterator[str]],
) -> list[NoticeSection]:
    """Return the commissions of a whole list; `conditions` says for which answers something is there."""
    return _section(
        joined(
            " ",
            [
                _listed(each, table, reader),
                *(joined("", [said, "."]) for said in conditions(each.when, each.unless)),
            ],
        )
        for each in table.commissions
    )


def _section(sentences: Iterator[str]) -> list[NoticeSection]:
    rows = [NoticeRow(Words(said), None) for said in sentences]
    return [NoticeSection(KIND, _("Who else earns from this"), rows)] if rows else []


def _said(each: StoredCommission, breakdown: StoredBreakdown, table: PriceTable, reader: Reader) -> str:
    payee = reader.words(each["payee"], table.main_language)
    likely = each["amount"]["likely"]
    amount = None if likely is None else reader.money(likely, breakdown["currency"])
    if each["charge"] is not None:
        return _on_top(payee, amount, each["charge"], table, reader)
    assert amount is not None  # inside the price, what is on request counts 0
    if each["percent"] is None:
        return _inside(payee, amount)
    groups = {item["code"]: item["group"] for item in breakdown["items"]}
    lacks = [code for code in breakdown["on_request"] if code in each["of"] or groups[code] in each["of"]]
    said = at_least.likely(amount, lacks, has_range=each["amount"]["low"] != each["amount"]["high"])
    return _inside(payee, said, _share(each["percent"], each["of"], table, reader))


def _listed(each: Commission, table: PriceTable, reader: Reader) -> str:
    payee = reader.words(each.payee, table.main_language)
    if each.charge is not None:
        return _on_top(payee, None, each.charge, table, reader)
    if each.amount is not None:
        return _inside(payee, typed_amount(each.amount, table.currency, reader))
    return _inside(payee, _share(plain(each.percent or Decimal(0)), each.of, table, reader))


def _on_top(payee: Words, amount: str | None, charge: str, table: PriceTable, reader: Reader) -> str:
    label = reader.words(_labels(table)[charge], table.main_language)
    if amount is None:
        return _(
            "%(payee)s gets “%(label)s” as a commission. It is added to the price.", payee=payee, label=label
        )
    return _(
        "%(payee)s gets a commission of %(amount)s. It is added to the price, in the line “%(label)s”.",
        payee=payee,
        amount=amount,
        label=label,
    )


def _inside(payee: Words, amount: str, share: str | None = None) -> str:
    if share is None:
        return _(
            "%(payee)s gets a commission of %(amount)s. It is part of the price: nothing is added for it.",
            payee=payee,
            amount=amount,
        )
    return _(
        "%(payee)s gets a commission of %(amount)s (%(share)s). It is part of the price: nothing is added for it.",
        payee=payee,
        amount=amount,
        share=share,
    )


def _share(percent: str, of: Sequence[str], table: PriceTable, reader: Reader) -> str:
    labels = _labels(table)
    names = listed(reader.words(labels[code], table.main_language).marked for code in of)
    return _("%(percent)s of: %(names)s", percent=reader.percent(percent), names=names)


def _labels(table: PriceTable) -> Mapping[str, Mapping[str, str]]:
    labels = {charge.code: charge.label for charge in table.charges}
    labels |= {package.code: package.label for package in table.packages}
    return labels | {group.code: group.label for group in table.groups}
