"""How near estimates and quotes came to final bills, by what cases have in common; told of eleven or more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from flask import Flask

from estimator import bills
from estimator.clinic import Clinic
from estimator.db import db
from estimator.reports import accuracy
from estimator.reports.accuracy import Group
from pricing.overruns import Rule
from tests.support import example_quotes as example
from tests.support.acts import acting
from tests.support.example_bills import enter, entered, history
from tests.support.example_list import NOW

# Two sessions at 2,000 and 10 % value added tax make 4,400 to the provider, low, likely and high.
LIKELY = "4400.00"

YEAR = NOW.year


def one(groups: Sequence[Group]) -> Group:
    (found,) = groups
    return found


def test_of_eleven_bills_it_is_told_how_many_were_inside_and_how_far_the_middle_one_was(app: Flask) -> None:
    history(example.publish(), [LIKELY] * 5 + ["4500.00"] * 4 + ["4300.00", "6600.00"])
    found = one(accuracy.groups(YEAR, "list", invented=False))
    assert (found.key, found.bills, found.compared, found.inside, found.above) == ("example", 11, 11, 5, 5)
    assert found.share(found.inside) == Fraction(5, 11)
    assert found.median("likely") == 1
    assert found.median("quoted") is None, "there was no quote"
    assert not found.hidden


def test_of_ten_bills_no_figure_is_told(app: Flask) -> None:
    history(example.publish(), [LIKELY] * 10)
    found = one(accuracy.groups(YEAR, "list", invented=False))
    assert (found.bills, found.hidden) == (10, True)
    assert (found.share(found.inside), found.median("likely")) == (None, None)


def test_a_bill_that_was_corrected_or_withdrawn_is_not_counted(app: Flask) -> None:
    version = example.publish()
    first, second = (example.ask(version, submission=name) for name in ("first", "second"))
    act = acting(actor=example.COORDINATOR, now=NOW, settings=example.settings())
    typed = enter(first, total="9000.00")
    bills.correct(act, first, typed.id, entered(LIKELY), sure=True)
    bills.withdraw(act, second, enter(second, total="9000.00").id)
    found = one(accuracy.groups(YEAR, "month", invented=False))
    assert (found.bills, found.inside, found.above) == (1, 1, 0)


def test_each_case_stands_with_those_that_have_the_same_cells_rehabilitation_and_adjustments(
    app: Flask,
) -> None:
    version = example.publish()
    enter(example.ask(version, submission="alone"))
    for name, adjustments in (("plain", []), ("adjusted", [("-100.00", "Agreed")])):
        request = example.ask(version, submission=name)
        example.prepare(request, adjustments=adjustments)
        example.issue(request)
        enter(request)

    def counted(by: accuracy.By) -> dict[object, int]:
        return {group.key: group.bills for group in accuracy.groups(YEAR, by, invented=False)}

    assert counted("adjustments") == {"none": 1, "with": 1, "without": 1}
    assert counted("cells") == {(("example", "cells", "own"),): 3}
    assert counted("rehabilitation") == {(("example", "rehab", "no"),): 3}
    assert counted("month") == {"2026-03": 3}
    assert accuracy.groups(YEAR - 1, "month", invented=False) == []


def test_an_overrun_is_counted_by_the_rules_of_the_day_on_which_it_was_entered(app: Flask) -> None:
    version = example.publish()
    strict = Clinic(overrun_rules=(Rule("House rule", percent=Decimal(15)),))
    enter(example.ask(version, submission="a"), total="5500.00", clinic=strict)
    enter(example.ask(version, submission="b"), total="5500.00")
    assert one(accuracy.groups(YEAR, "list", invented=False)).overruns == 1


def test_bills_of_a_demonstration_are_never_counted_among_real_ones(app: Flask) -> None:
    version = example.publish()
    enter(example.ask(version), total=LIKELY)
    enter(example.invented(version), total="9000.00")
    real = one(accuracy.groups(YEAR, "list", invented=False))
    assert (real.bills, real.inside) == (1, 1)
    assert one(accuracy.groups(YEAR, "list", invented=True)).bills == 2


def test_once_the_request_is_gone_its_bill_stays_counted_without_its_rehabilitation(app: Flask) -> None:
    request = example.ask(example.publish())
    enter(request)
    db.session.delete(request)
    db.session.commit()
    found = one(accuracy.groups(YEAR, "rehabilitation", invented=False))
    assert (found.key, found.bills) == ((("example", "", ""),), 1)


def test_all_together_are_the_sum_of_the_groups(app: Flask) -> None:
    history(example.publish(), [LIKELY] * 12, NOW - timedelta(days=3))
    parts = accuracy.groups(YEAR, "month", invented=False)
    whole = accuracy.total(parts)
    assert len(parts) == 2, "some are of February"
    assert (whole.bills, whole.inside, whole.median("likely")) == (12, 12, 1)
    assert accuracy.years() == (YEAR, YEAR)
