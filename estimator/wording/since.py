"""What another answer has done to an estimate, in words: how much less or more, and which answers are other ones."""

from __future__ import annotations

from decimal import Decimal

from estimator.i18n import Reader, with_colon
from estimator.i18n import gettext as _
from estimator.wording import at_least
from estimator.wording.sentences import answer_words, span
from pricing.stored import StoredBreakdown, is_at_least
from pricing.table import PriceTable


def difference(was: StoredBreakdown, now: StoredBreakdown, reader: Reader) -> str:
    """Say a likely total with its difference from an earlier one: "USD 16,580.10 (USD 330.00 less than before)"."""
    total, before = (Decimal(each["totals"]["total"]["likely"]) for each in (now, was))
    currency = now["currency"]
    totals = now["totals"]["total"]
    has_range = span(totals, currency, reader) is not None
    amount = at_least.likely(reader.money(totals["likely"], currency), is_at_least(now), has_range=has_range)
    if was["currency"] != currency:
        return amount
    moved = reader.money(abs(total - before), currency)
    if total < before:
        said = _("%(amount)s (%(moved)s less than before)", amount=amount, moved=moved)
    elif total > before:
        said = _("%(amount)s (%(moved)s more than before)", amount=amount, moved=moved)
    else:
        said = _("%(amount)s (the same as before)", amount=amount)
    if set(was.get("not_counted", ())) != set(now.get("not_counted", ())):
        said += " " + _("What is not counted yet is not the same as before.")
    if set(was["on_request"]) != set(now["on_request"]):
        said += " " + _("What is on request is not the same as before, and is in neither sum.")
    return said


def moved(was: StoredBreakdown, now: StoredBreakdown, reader: Reader) -> str | None:
    """Say how much less or more a likely total is than an earlier one; None in another currency."""
    if was["currency"] != now["currency"]:
        return None
    total, before = (Decimal(each["totals"]["total"]["likely"]) for each in (now, was))
    amount = reader.money(abs(total - before), now["currency"])
    if total < before:
        return _("%(moved)s less than before", moved=amount)
    if total > before:
        return _("%(moved)s more than before", moved=amount)
    return _("the same as before")


def other_answers(
    was: tuple[StoredBreakdown, PriceTable], now: tuple[StoredBreakdown, PriceTable], reader: Reader
) -> list[str]:
    """Say each answer that differs: "Room: General ward, instead of Single room"."""
    (old, old_table), (new, table) = was, now
    drivers = {driver.code: driver for driver in old_table.drivers}
    said = []
    for driver in table.drivers:
        answer, before = new["answers"].get(driver.code), old["answers"].get(driver.code)
        if answer == before or answer is None:
            continue
        told: object = answer_words(driver, answer, table, reader)
        if before is not None and driver.code in drivers:
            other = answer_words(drivers[driver.code], before, old_table, reader)
            told = _("%(answer)s, instead of %(before)s", answer=told, before=other)
        said.append(with_colon(reader.words(driver.label, table.main_language), told))
    return said
