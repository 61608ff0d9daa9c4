"""The engine and the plain arithmetic of `by_hand` come to the same breakdowns, to the last digit and step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pricing
from tests.pricing.by_hand import Refused, counted, price
from tests.pricing.dense import Table
from tests.pricing.strategies import answers_for, price_tables

BATCHES = 20
TABLES_PER_BATCH = 50


def agree(text: str, answers: dict[str, Any]) -> None:
    """Price a plan both ways and compare everything; where one refuses answers, so must the other."""
    table = pricing.read(text)
    found: object
    wanted: object
    try:
        wanted = price(text, answers, pricing.write(table))
    except Refused as refused:
        wanted = refused.drivers
    try:
        found = counted(pricing.estimate(table, answers).as_dict())
    except pricing.BadAnswers as refusal:
        found = [problem.driver for problem in refusal.problems]
    assert found == wanted


@pytest.mark.long
@pytest.mark.parametrize("batch", range(BATCHES))
def test_dense_tables_come_out_as_they_do_by_hand(batch: int) -> None:
    for seed in range(batch * TABLES_PER_BATCH, (batch + 1) * TABLES_PER_BATCH):
        plan = Table(seed)
        try:
            agree(plan.text, plan.answers)
        except BaseException as error:
            error.add_note(f"dense.Table({seed}), answers {plan.answers}")
            raise


@pytest.mark.long
@settings(suppress_health_check=list(HealthCheck))
@given(st.data())
def test_tables_with_every_word_come_out_as_they_do_by_hand(data: st.DataObject) -> None:
    table = data.draw(price_tables())
    agree(pricing.write(table), data.draw(answers_for(table)))


def test_dense_tables_reach_everything_that_can_happen_in_a_breakdown() -> None:
    seen: Counter[str] = Counter()
    for seed in range(400):
        plan = Table(seed)
        try:
            found = pricing.estimate(pricing.read(plan.text), plan.answers).as_dict()
        except pricing.BadAnswers:
            seen["refused"] += 1
        else:
            seen.update(set(happenings(found)))
    assert set(seen) == EVERYTHING
    assert {what: number for what, number in seen.items() if number < 3} == {}


EVERYTHING = {
    "refused", "package", "on request", "on request in some case", "range", "absent in a case", "credit",
    "included step", "covered step", "blocks step", "unit step", "graduated step", "volume step",
    "stairstep step", "percent step", "at_least step", "at_most step", "rounded step", "on_request step",
    "several tiers", "added tax", "tax inside", "negative tax base", "stages", "schedule", "schedule of zeros",
    "reserve", "low above likely",
}  # fmt: skip


def happenings(found: Mapping[str, Any]) -> Iterator[str]:
    """What happens in one breakdown."""
    if found["package"]:
        yield "package"
    if found["stages"]:
        yield "stages"
    for item in found["items"]:
        yield from _of_item(item)
    for tax in found["taxes"]:
        yield "tax inside" if tax["included"] else "added tax"
        if tax["base"]["likely"].startswith("-"):
            yield "negative tax base"
    if found["payments"]:
        schedule = [Decimal(payment["amount"]) for payment in found["payments"]]
        yield "schedule" if any(schedule) else "schedule of zeros"
    if Decimal(found["totals"]["reserve"]["likely"]):
        yield "reserve"
    if Decimal(found["totals"]["total"]["low"]) > Decimal(found["totals"]["total"]["likely"]):
        yield "low above likely"


def _of_item(item: dict[str, Any]) -> Iterator[str]:
    amounts = set(item["amount"].values())
    if None in amounts:
        yield "on request" if len(amounts) == 1 else "on request in some case"
    elif len(amounts) > 1:
        yield "range"
    if (item["amount"]["likely"] or "").startswith("-"):
        yield "credit"
    if "0" in item["quantity"].values():
        yield "absent in a case"
    kinds = [step.get("mode", step["kind"]) for step in item["steps"]]
    yield from (f"{kind} step" for kind in kinds)
    if kinds.count("graduated") > 1:
        yield "several tiers"
