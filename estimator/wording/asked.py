"""What has changed between an estimate that somebody asked about and the firm quote that they got, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType

from estimator.i18n import Reader, Words
from estimator.i18n import gettext as _
from estimator.wording import at_least
from estimator.wording.at_least import Certainty
from estimator.wording.rows import AdjustmentRow, ChangedRow, not_in_it
from estimator.wording.sentences import answer_words, not_answered, provider
from pricing.left_open import Lack, left_open
from pricing.quote import price_changed
from pricing.stored import Cases, StoredBreakdown, StoredQuote
from pricing.table import PriceTable

Plan = tuple[StoredBreakdown, PriceTable]
"""A breakdown and its price list."""


def since_asked(
    asked: Plan,
    content: StoredQuote,
    table: PriceTable,
    reader: Reader,
    adjustments: Sequence[AdjustmentRow],
    told_since: Mapping[str, str | bool | None] = MappingProxyType({}),
) -> Iterator[ChangedRow]:
    """Yield each answer, group of the provider and adjustment that differs, and at the end what the provider gets.

    What the patient answered afterwards, `told_since`, is what was before where the quote says otherwise.
    """
    was = asked[0]
    now = content["breakdown"]
    if was["currency"] != now["currency"]:
        return
    yield from _answers(asked, (now, table), reader, told_since)
    old, new = (_Sums(plan, reader) for plan in (asked, (now, table)))
    labels: dict[str, Mapping[str, str]] = {
        row["code"]: row["label"] for row in (*was["groups"], *now["groups"])
    }
    for code, before, after in price_changed(was, now):
        label = reader.words(labels[code], table.main_language)
        yield ChangedRow("group", label, old.group(code, before), new.group(code, after))
    for row in adjustments:
        yield ChangedRow("adjustment", row.label, not_in_it(), row.amount)
    before, after = was["totals"]["provider"]["likely"], content["total"]
    if Decimal(before) != Decimal(after):
        label = Words(_("To %(provider)s", provider=provider(table, reader)))
        yield ChangedRow("total", label, old.provider(before), new.provider(after))


class _Sums:
    """The sums of one plan in words: what they lack is said, so that what is unknown is never a nought."""

    def __init__(self, plan: Plan, reader: Reader) -> None:
        self._breakdown, table = plan
        self._certainty = Certainty(self._breakdown, table)
        self._groups = {group.code for group in table.groups}
        self._reader = reader

    def group(self, code: str, amount: str | None) -> str:
        """Say what a group comes to, None if it does not stand in the breakdown."""
        lack = self._certainty.group(code) if code in self._groups else None
        cases = next((each["amount"] for each in self._breakdown["groups"] if each["code"] == code), None)
        if amount is None:
            return not_in_it() if lack is None else at_least.alone(lack)
        return self._said(amount, lack, cases)

    def provider(self, amount: str) -> str:
        """Say what the provider gets."""
        return self._said(amount, self._certainty.total("provider"), self._breakdown["totals"]["provider"])

    def _said(self, amount: str, lack: Lack, cases: Cases | None) -> str:
        money = self._reader.money(amount, self._breakdown["currency"])
        has_range = cases is not None and at_least.has_range(cases)
        return at_least.sum_said(amount, money, lack, has_range=has_range)


def answered(answer: str | bool | None, code: str, plan: Plan, reader: Reader) -> str:
    """Say the answer that a plan has to a question, or that it was left open, or not asked."""
    breakdown, table = plan
    driver = next((driver for driver in table.drivers if driver.code == code), None)
    if answer is not None and driver is not None:
        return answer_words(driver, answer, table, reader).marked
    return str(not_answered()) if code in left_open(table, breakdown["answers"]) else _("not asked")


def _answers(
    asked: Plan, quoted: Plan, reader: Reader, told_since: Mapping[str, str | bool | None]
) -> Iterator[ChangedRow]:
    (was, old_table), (now, table) = asked, quoted
    drivers = {driver.code: (driver, old_table) for driver in old_table.drivers}
    drivers |= {driver.code: (driver, table) for driver in table.drivers}
    for code in dict.fromkeys((*now["answers"], *was["answers"])):
        before, after = was["answers"].get(code), now["answers"].get(code)
        if code not in drivers or told_since.get(code, before) == after:
            continue
        driver, of = drivers[code]
        said = [answered(before, code, asked, reader), answered(after, code, quoted, reader)]
        if code in told_since:
            told = told_since[code]
            said[0] = _("I do not know yet") if told is None else answered(told, code, quoted, reader)
        yield ChangedRow("answer", reader.words(driver.label, of.main_language), *said)
