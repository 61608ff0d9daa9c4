"""What became of the packages of a price list in one plan, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import islice

from estimator.i18n import Reader, Words, listed
from estimator.i18n import gettext as _
from estimator.marked_text import joined
from estimator.wording.sentences import answer_words
from pricing.answers import look
from pricing.conditions import holds
from pricing.money import plain
from pricing.stored import StoredBreakdown, StoredStep
from pricing.table import ChoiceIs, DateIs, Driver, FlagIs, NumberIs, Package, PriceTable, Test

MOST = 3
"""Maximum number of packages of which a document says why they are left out."""


def in_short(label: Words) -> Words:
    """A package's label up to its colon: what is in it stands at its own line."""
    return replace(label, text=label.text.partition(":")[0].rstrip())


def covered_part(steps: Sequence[StoredStep], reader: Reader) -> str | None:
    """Say how many units the package pays for, and how many are left to pay; None if it pays for none."""
    covered = [step["quantity"] for step in steps if step["kind"] == "covered"]
    left = [step["quantity"] for step in steps if step["kind"] == "unit"]
    if not covered:
        return None
    number = reader.number(covered[0])
    if len(left) != 1:
        return _("%(number)s of them in the package", number=number)
    return _("%(number)s in the package, %(left)s to pay", number=number, left=reader.number(left[0]))


def left_out(breakdown: StoredBreakdown, table: PriceTable, reader: Reader) -> Iterator[str]:
    """Say of the packages that are nearly used why they are not: one other answer, or what the parts cost."""
    return islice(_left_out(breakdown, table, reader), MOST)


def _left_out(breakdown: StoredBreakdown, table: PriceTable, reader: Reader) -> Iterator[str]:
    values, _problems = look(table, breakdown["answers"])
    standing = {item["code"] for item in breakdown["items"]}
    for package in table.packages:
        if package.unless is not None and holds(package.unless, values):
            continue
        label = reader.words(package.label, table.main_language)
        wanting = [part for part in package.when or () if not holds((part,), values)]
        if len(wanting) == 1:
            words = _wanted(*wanting[0], table, reader)
            if words is not None:
                yield _(
                    "“%(package)s” applies only with this answer: %(answer)s. So it is left out here.",
                    package=label,
                    answer=words,
                )
        elif not wanting and _covers(package, standing):
            yield _("“%(package)s” would not be cheaper here, so the single prices are used.", package=label)


def _covers(package: Package, standing: set[str]) -> bool:
    return any(code in standing for code, _units in package.covers)


def _wanted(code: str, test: Test, table: PriceTable, reader: Reader) -> str | None:
    """Say which answer a condition asks for; None of a day."""
    driver = next(driver for driver in table.drivers if driver.code == code)
    if isinstance(test, DateIs):
        return None
    label = reader.words(driver.label, table.main_language)
    return listed([label, answers_wanted(driver, test, table, reader)])


def answers_wanted(driver: Driver, test: Test, table: PriceTable, reader: Reader) -> str:
    """Say which answers to one question pass a test."""
    match test:
        case ChoiceIs(codes):
            answers = [answer_words(driver, answer, table, reader).marked for answer in codes]
        case FlagIs(value):
            answers = [answer_words(driver, value, table, reader).marked]
        case NumberIs(least, most):
            if least is not None and least == most:
                answers = [answer_words(driver, plain(least), table, reader).marked]
            else:
                answers = [_bounds(driver, least, most, table, reader)]
        case DateIs():
            answers = list(_days(test, reader))
    return joined(" / ", answers)


def _days(test: DateIs, reader: Reader) -> Iterator[str]:
    """Say between which days a day has to be, and in which months."""
    if test.start is not None and test.end is not None:
        yield _("from %(least)s to %(most)s", least=reader.day(test.start), most=reader.day(test.end))
    elif test.start is not None:
        yield f"{reader.day(test.start)} –"
    elif test.end is not None:
        yield f"– {reader.day(test.end)}"
    if test.months:
        yield listed(reader.month_names()[month - 1] for month in test.months)


def _bounds(
    driver: Driver, least: Decimal | None, most: Decimal | None, table: PriceTable, reader: Reader
) -> str:
    """Say between which numbers an answer has to be."""
    low, high = (
        None if bound is None else answer_words(driver, plain(bound), table, reader)
        for bound in (least, most)
    )
    if low is not None and high is not None:
        return _("from %(least)s to %(most)s", least=low, most=high)
    return _("%(least)s or more", least=low) if high is None else _("up to %(most)s", most=high)
