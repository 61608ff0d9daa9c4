"""The demonstration lists keep what they promise: invented, sourced, complete, and right to the cent.

The figures here were worked out by hand from the prices in the lists.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pricing
from pricing.money import plain
from pricing.steps import passed_on
from pricing.table import Charge, ChoiceDriver, NumberDriver, OnRequest, Package, PriceTable
from tests.pricing.strategies import answers_for

FOLDER = Path(pricing.__file__).parent / "tables"
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.toml"))}
TABLES = {name: pricing.read(text) for name, text in TEXTS.items()}

KINDS_OF_NOTICE = {
    "evidence",
    "legal",
    "risk",
    "suitability",
    "not_included",
    "before_you_pay",
    "questions",
    "about_this_estimate",
}
FORBIDDEN = re.compile(
    r"\b(guarantee\w*|cures?|cured|success|best|only today|miracle\w*|breakthrough|revolutionary|hurry)\b|!|100 ?%",
    re.IGNORECASE,
)
WITHOUT_A_PUBLISHED_PRICE = {
    "delhi": {"mri", "robot", "interpreter_all_day"},
    "mexico": {"hospital_nights", "training", "caregiver"},
    "japan": {"mri", "hospital_nights", "training", "interpreter"},
}

DELHI = {
    "cells": "umbilical",
    "sessions": 1,
    "room": "single",
    "nights": 7,
    "rehab": "day",
    "rehab_days": 12,
    "companions": 1,
    "hotel_nights": 12,
    "transfer": "car",
    "visa": True,
    "flights": 900,
    "own_mri": True,
}
MEXICO = {
    "cells": "donor",
    "iv": True,
    "iv_dose": "m100",
    "intrathecal": False,
    "local": True,
    "local_doses": 4,
    "sessions": 1,
    "rehab": False,
    "own_mri": False,
}
JAPAN = {"cells": "marrow", "sessions": 1, "rehab": False, "recent": False, "own_mri": True}
TYPICAL = {"delhi": DELHI, "mexico": MEXICO, "japan": JAPAN}

every_table = pytest.mark.parametrize("name", TABLES)


def price(table: PriceTable | str, plan: Mapping[str, object], **other: object) -> dict[str, Any]:
    """The breakdown of a plan with other answers, as everybody gets it."""
    table = TABLES[table] if isinstance(table, str) else table
    return dict(pricing.estimate(table, {**plan, **other}).as_dict())


def likely(breakdown: dict[str, Any], total: str = "total") -> str:
    """The likely amount of a total."""
    amount: str = breakdown["totals"][total]["likely"]
    return amount


def amounts(breakdown: dict[str, Any]) -> dict[str, str | None]:
    """The likely amount of each item, by its code."""
    return {item["code"]: item["amount"]["likely"] for item in breakdown["items"]}


def read_texts(table: PriceTable) -> Iterator[str]:
    """Every text of a table that a patient reads."""
    choices = [
        choice for driver in table.drivers if isinstance(driver, ChoiceDriver) for choice in driver.choices
    ]
    parts = (
        table,
        *table.drivers,
        *choices,
        *table.rules,
        *table.groups,
        *table.stages,
        *table.charges,
        *table.packages,
        *table.taxes,
        *table.payments,
        *table.notices,
    )
    for part in parts:
        for key in ("title", "label", "help", "note", "why", "basis", "payee", "due", "text"):
            text = getattr(part, key, None)
            if isinstance(text, Mapping):
                yield from text.values()


# What holds for every list ------------------------------------------------------


@pytest.mark.parametrize("name", TEXTS)
def test_an_arabic_unit_of_one_and_of_two_says_the_number_itself(name: str) -> None:
    """Arabic has a dual, and no digit stands before it or before one."""
    units = [getattr(driver, "unit", None) for driver in TABLES[name].drivers]
    forms = [unit["ar"] for unit in units if unit]
    assert forms
    assert [each for each in forms if len({each["one"], each["two"], each["other"]}) < 3] == []


def test_there_is_a_list_for_india_mexico_and_japan() -> None:
    assert {name: table.provider.country for name, table in TABLES.items()} == {
        "delhi": "IN",
        "mexico": "MX",
        "japan": "JP",
    }
    assert {name: table.currency for name, table in TABLES.items()} == {
        "delhi": "USD",
        "mexico": "USD",
        "japan": "JPY",
    }


@every_table
def test_a_list_is_a_demonstration_of_an_invented_provider(name: str) -> None:
    table = TABLES[name]
    assert table.table == name
    assert table.demo
    provider = table.provider
    assert provider.name.startswith("Demonstration ")
    assert provider.name.endswith("(invented)")
    assert provider.registration == "DEMO-0000 (invented)"
    assert provider.email is not None
    assert provider.email.endswith(".example.org")


@every_table
def test_the_canonical_text_of_a_list_is_stable_and_prices_the_same(name: str) -> None:
    table = TABLES[name]
    written = pricing.write(table)
    again = pricing.read(written)
    assert again == table
    assert pricing.write(again) == written
    plan = TYPICAL[name]
    assert pricing.estimate(again, plan).as_json() == pricing.estimate(table, plan).as_json()


@every_table
def test_nothing_in_a_list_is_suspicious(name: str) -> None:
    assert [(warning.place, warning.text) for warning in pricing.lint(TABLES[name])] == []


@every_table
def test_every_price_names_its_source_or_says_that_it_is_an_example(name: str) -> None:
    entries: tuple[Charge | Package, ...] = (*TABLES[name].charges, *TABLES[name].packages)
    for entry in entries:
        if isinstance(entry.price, OnRequest) or "typed" in entry.label["en"]:
            continue
        assert entry.source is not None, entry.code
        assert re.search(r"20\d\d|illustrative|above", entry.source, re.IGNORECASE), entry.code


@every_table
def test_what_nobody_publishes_a_price_for_stays_on_request(name: str) -> None:
    without = {
        charge.code
        for charge in TABLES[name].charges
        if isinstance(charge.price, OnRequest) and not charge.included
    }
    assert without == WITHOUT_A_PUBLISHED_PRICE[name]


@every_table
def test_no_text_promises_a_result_or_presses(name: str) -> None:
    assert [text for text in read_texts(TABLES[name]) if FORBIDDEN.search(text)] == []


@every_table
def test_sentences_are_short(name: str) -> None:
    sentences = [part for text in read_texts(TABLES[name]) for part in re.split(r"(?<=[.?:;।؛؟]) ", text)]
    # Other languages need more words than English for the same.
    assert [part for part in sentences if len(part.split()) > (26 if part.isascii() else 38)] == []


@every_table
def test_every_kind_of_notice_stands_beside_the_price_of_a_typical_plan(name: str) -> None:
    shown = set(price(name, TYPICAL[name])["notices"])
    kinds = {notice.kind for notice in TABLES[name].notices if notice.code in shown}
    assert kinds == KINDS_OF_NOTICE


@every_table
def test_the_warning_of_the_us_authority_is_quoted_word_for_word(name: str) -> None:
    (notice,) = [notice for notice in TABLES[name].notices if notice.code == "fda"]
    assert (
        'if you are charged for such cells outside a trial, "you are likely being deceived"'
        in (notice.text["en"])
    )
    assert notice.when is None
    assert notice.unless is None


@every_table
def test_an_offered_kind_of_cells_is_marked_with_its_evidence_and_an_invented_basis(name: str) -> None:
    (cells,) = [
        driver for driver in TABLES[name].drivers if driver.role == "cell_type" and driver.code == "cells"
    ]
    assert isinstance(cells, ChoiceDriver)
    offered = [choice for choice in cells.choices if choice.offered]
    assert offered
    for choice in offered:
        assert choice.evidence in ("trial", "unproven")
        assert choice.basis is not None
        assert choice.basis["en"].endswith(
            ("(invented for this demonstration).", "(both invented for this demonstration).")
        )


@every_table
def test_neural_and_reprogrammed_cells_are_shown_with_the_reason_why_they_are_not_offered(name: str) -> None:
    (cells,) = [driver for driver in TABLES[name].drivers if driver.code == "cells"]
    assert isinstance(cells, ChoiceDriver)
    shown = {choice.code: choice for choice in cells.choices}
    assert not shown["neural"].offered
    assert "no published price" in (shown["neural"].why or {})["en"]
    assert not shown["ipsc"].offered
    assert "only inside research" in (shown["ipsc"].why or {})["en"]
    with pytest.raises(pricing.BadAnswers):
        price(name, TYPICAL[name], cells="ipsc")


@every_table
def test_a_typical_plan_can_become_a_firm_quote(name: str) -> None:
    assert price(name, TYPICAL[name])["on_request"] == []


@every_table
@given(data=st.data())
@settings(suppress_health_check=list(HealthCheck))
def test_any_possible_plan_is_priced_or_refused_with_words(name: str, data: st.DataObject) -> None:
    table = TABLES[name]
    plan = data.draw(answers_for(table))
    try:
        found = pricing.estimate(table, plan).as_dict()
    except pricing.BadAnswers as refusal:
        if any(problem.kind != "answer_refused_by_rule" for problem in refusal.problems):
            raise
        return
    for case in ("low", "likely", "high"):
        assert float(found["totals"]["provider"][case]) > 0
    assert len(found["payments"]) == len(table.payments)


@every_table
def test_an_open_sore_has_an_estimate_that_says_what_must_heal_first(name: str) -> None:
    with_sore = price(name, TYPICAL[name], infection=True)
    assert likely(with_sore) == likely(price(name, TYPICAL[name], infection=False))
    assert "heals_first" in with_sore["notices"]
    assert "heals_first" not in price(name, TYPICAL[name])["notices"]


@every_table
def test_health_questions_stay_unanswered_until_somebody_answers_them(name: str) -> None:
    expected = {"breathing", "blood_thinners", "infection"}
    assert expected <= set(pricing.unanswered(TABLES[name], TYPICAL[name]))


@every_table
@pytest.mark.parametrize("flights", ["1830", "1849"])
def test_what_a_ticket_costs_is_typed_as_people_have_it(name: str, flights: str) -> None:
    cents = "" if name == "japan" else ".50"
    assert amounts(price(name, TYPICAL[name], flights=flights + cents))["flight_tickets"] == flights + cents


@every_table
def test_what_most_people_spend_is_known_of_every_amount_that_is_typed(name: str) -> None:
    typed = [driver for driver in TABLES[name].drivers if isinstance(driver, NumberDriver) and driver.money]
    assert typed
    example = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))[0]["answers"]
    for driver in typed:
        assert driver.usual is not None
        assert driver.source == "Illustrative, made for this demonstration"
        assert plain(driver.usual.likely) == example[driver.code], "as in the worked example"


@every_table
def test_what_is_passed_on_has_no_default_that_counts_nothing(name: str) -> None:
    for charge in TABLES[name].charges:
        driver = passed_on(TABLES[name], charge.code)
        if driver is not None:
            (asked,) = [each for each in TABLES[name].drivers if each.code == driver]
            assert asked.open


# Delhi --------------------------------------------------------------------------


def test_a_plan_in_delhi_comes_to_what_one_works_out_by_hand() -> None:
    found = price("delhi", DELHI)
    assert amounts(found) == {
        "review": "60.00",
        "consultation": "10.80",  # 2 x 5.40
        "blood_tests": "120.00",
        "cells_umbilical": "6300.00",
        "theatre": "30.00",
        "preparation": "0.00",
        "medicines": "56.00",  # 7 x 8
        "review_credit": "-60.00",
        "single": "441.00",  # 7 x 63
        "rounds": "75.60",  # 7 x 10.80
        "nursing": "0.00",
        "rehab_day": "144.00",  # 12 x 12
        "airport_car": "28.80",  # 2 x 14.40
        "visa_letter": "0.00",
        "visa": "83.00",
        "visa_companions": "83.00",
        "flight_tickets": "900.00",
        "hotel_nights": "432.00",  # 12 x 36
        "longer_stay": "1026.39",  # 15 % of 6,326.00 + 516.60
        "reserve_icu": "270.00",  # 3 x 90
    }
    (gst,) = found["taxes"]
    assert gst["amount"]["likely"] == "22.05"  # 5 % of 441
    assert found["totals"] == {
        "provider": {"low": "6816.90", "likely": "7228.25", "high": "14940.90"},
        "others": {"low": "1286.00", "likely": "1498.00", "high": "1746.00"},
        "reserve": {"low": "859.56", "likely": "1296.39", "high": "4156.80"},
        "total": {"low": "8102.90", "likely": "8726.25", "high": "16686.90"},
    }
    # 60 first; the rest, 7,168.25, in the parts 25, 50 and 25 of a hundred.
    assert [payment["amount"] for payment in found["payments"]] == ["60.00", "1792.06", "3584.13", "1792.06"]


@pytest.mark.parametrize(
    ("night", "tax"),
    [("60.00", None), ("60.01", "21.00"), ("63.00", "22.05")],  # 5 % of 7 x 60.01 = 21.0035
)
def test_indian_tax_begins_above_sixty_dollars_a_night_not_at_it(night: str, tax: str | None) -> None:
    text = TEXTS["delhi"]
    assert text.count("\nprice = 63.00\n") == 1
    table = pricing.read(text.replace("\nprice = 63.00\n", f"\nprice = {night}\n"))
    taxes = price(table, DELHI)["taxes"]
    assert [entry["amount"]["likely"] for entry in taxes] == ([] if tax is None else [tax])


@pytest.mark.parametrize(("room", "taxed"), [("ward", 0), ("semi_private", 0), ("single", 1), ("deluxe", 1)])
def test_indian_tax_falls_on_the_two_dearer_rooms_only(room: str, taxed: int) -> None:
    assert len(price("delhi", DELHI, room=room)["taxes"]) == taxed


@pytest.mark.parametrize("nights", [0, 14])
def test_intensive_care_in_india_is_never_taxed(nights: int) -> None:
    assert price("delhi", DELHI, room="ward", icu_nights=nights)["taxes"] == []
    (gst,) = price("delhi", DELHI, icu_nights=nights)["taxes"]
    assert gst["base"] == {"low": "378.00", "likely": "441.00", "high": "882.00"}  # the room alone


def test_the_bone_marrow_week_costs_what_is_published_for_session_and_ward_together() -> None:
    found = price("delhi", DELHI, cells="marrow", room="ward")
    assert found["package"] == "marrow_week"
    assert amounts(found)["marrow_week"] == "2400.00"
    assert amounts(found)["cells_marrow"] == amounts(found)["ward"] == "0.00"


def test_the_umbilical_cord_fortnight_saves_against_its_parts() -> None:
    found = price("delhi", DELHI, room="semi_private", nights=14)
    assert found["package"] == "cord_fortnight"
    # 6,300 + 14 x 51 + 12 x 12 + 120 = 7,278 against 6,900; 17.10 less reserve, 15 % of 7,014 - 6,900
    assert found["package_saves"] == "395.10"


@pytest.mark.parametrize(
    "answer",
    [{"breathing": True}, {"blood_thinners": "yes"}, {"sessions": 4, "nights": 6}],
    ids=str,
)
def test_delhi_refuses_what_it_cannot_do_safely(answer: dict[str, object]) -> None:
    with pytest.raises(pricing.BadAnswers):
        price("delhi", DELHI, **answer)


def test_what_nobody_answered_in_delhi_is_not_counted_instead_of_nothing() -> None:
    asked = {"cells": "umbilical", "sessions": 1, "room": "single", "nights": 7, "rehab": "day"}
    assert price("delhi", asked)["not_counted"] == [
        "companions",
        "attendant",
        "hotel_nights",
        "transfer",
        "interpreter",
        "visa",
        "flights",
        "own_mri",
    ]


# Mexico -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dose", "sum_of_the_items"),
    [("m100", "7150.00"), ("m200", "11000.00"), ("m300", "14190.00")],
)
def test_vein_and_spinal_canal_together_cost_exactly_the_sum(dose: str, sum_of_the_items: str) -> None:
    # 3,850, 7,700 or 10,890 into the vein, and 3,300 into the canal; the blood tests are taken off again.
    plan = {**MEXICO, "iv_dose": dose, "intrathecal": True, "local": False, "own_mri": True}
    found = price("mexico", plan)
    assert found["package"] is None
    assert likely(found) == sum_of_the_items


def test_only_the_largest_dose_into_a_vein_costs_less_for_each_million() -> None:
    plan = {**MEXICO, "local": False, "own_mri": True}
    prices = {dose: likely(price("mexico", plan, iv_dose=dose)) for dose in ("m100", "m200", "m300")}
    assert prices == {"m100": "3850.00", "m200": "7700.00", "m300": "10890.00"}  # 38.50, 38.50, 36.30


def test_the_spine_plan_has_two_outcomes_and_two_totals() -> None:
    found = price("mexico", MEXICO)
    assert amounts(found) == {
        "blood_panel": "300.00",
        "mri": "500.00",
        "spine_plan": "8250.00",
        "iv_100": "0.00",
        "local": "0.00",
        "blood_credit": "-300.00",
        "mri_credit": "-500.00",
        "longer_stay": "1500.00",
    }
    assert likely(found) == "8250.00"
    by_then = {stage["code"]: stage["cost_by_then"]["likely"] for stage in found["stages"]}
    assert by_then == {"assessment": "800.00", "treatment": "8250.00", "rehabilitation": "8250.00"}
    assert found["package_saves"] == "2200.00"  # 4 x 1,650 + 3,850 = 10,450
    assert [payment["amount"] for payment in found["payments"]] == ["8250.00"]


def test_an_own_mri_takes_500_off_the_spine_plan_whether_it_goes_on_or_not() -> None:
    found = price("mexico", MEXICO, own_mri=True)
    assert likely(found) == "7750.00"
    assert found["stages"][0]["cost_by_then"]["likely"] == "300.00"


def test_two_sessions_of_the_spine_plan_cost_twice_the_plan() -> None:
    found = price("mexico", MEXICO, sessions=2)
    assert found["package"] == "spine_plan_twice"
    assert likely(found) == "16500.00"


def test_in_mexico_nobody_pays_more_for_three_injections_than_for_four() -> None:
    assert likely(price("mexico", MEXICO, local_doses=3)) == "8250.00"  # the items: 4,950 + 3,850
    assert likely(price("mexico", MEXICO, local_doses=2)) == "7150.00"  # the items: 3,300 + 3,850


def test_what_is_typed_in_mexico_is_paid_to_others() -> None:
    found = price("mexico", MEXICO, flights=650, hotel=600, transport=80)
    assert likely(found, "provider") == "8250.00"
    assert likely(found, "others") == "1330.00"
    assert likely(found) == "9580.00"


def test_a_plan_in_mexico_without_any_cells_is_refused() -> None:
    with pytest.raises(pricing.BadAnswers) as refused:
        price("mexico", MEXICO, iv=False, local=False)
    assert "at least one way" in refused.value.problems[0].text


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        ({"intrathecal": True, "local": False}, True),
        ({"intrathecal": False, "local": True}, True),
        ({"intrathecal": False, "local": False}, False),
    ],
    ids=["spinal canal", "beside the spine", "vein alone"],
)
def test_with_blood_thinners_no_needle_goes_near_the_spine(answer: dict[str, object], refused: bool) -> None:
    plan = {**MEXICO, **answer, "blood_thinners": "yes"}
    if refused:
        with pytest.raises(pricing.BadAnswers):
            price("mexico", plan)
    else:
        assert likely(price("mexico", plan)) == "4350.00"  # 3,850 and the MRI


@pytest.mark.parametrize(
    ("answer", "code"),
    [({"nights": 2}, "hospital_nights"), ({"rehab": True}, "training"), ({"caregiver": True}, "caregiver")],
    ids=str,
)
def test_in_mexico_an_unknown_price_is_on_request_and_adds_no_figure(
    answer: dict[str, object], code: str
) -> None:
    found = price("mexico", MEXICO, **answer)
    assert found["on_request"] == [code]
    assert amounts(found)[code] is None
    assert likely(found) == "8250.00"


# Japan --------------------------------------------------------------------------


def test_an_infusion_in_japan_has_its_tax_inside() -> None:
    found = price("japan", JAPAN)
    assert amounts(found) == {
        "blood_test": "17600",
        "consultations": "0",
        "infusion": "3080000",
        "longer_stay": "462000",  # 15 % of 3,080,000
    }
    # The total is the sum of the items: of 3,097,600 yen, 281,600 are tax (3,097,600 x 10 / 110).
    assert found["totals"]["provider"] == {"low": "3097600", "likely": "3097600", "high": "6177600"}
    (tax,) = found["taxes"]
    assert tax["included"] is True
    assert tax["base"]["likely"] == "3097600"
    assert tax["amount"] == {"low": "281600", "likely": "281600", "high": "561600"}


def test_in_japan_the_test_is_paid_first_and_is_all_that_is_owed_without_treatment() -> None:
    found = price("japan", JAPAN)
    assert [payment["amount"] for payment in found["payments"]] == ["17600", "3080000"]
    assert found["stages"][0]["cost_by_then"]["likely"] == "17600"


@pytest.mark.parametrize("infusions", [1, 2, 3])
def test_no_infusion_in_japan_is_cheaper_than_the_first(infusions: int) -> None:
    assert likely(price("japan", JAPAN, sessions=infusions)) == str(17_600 + infusions * 3_080_000)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"rehab": True}, "training"),
        ({"nights": 3}, "hospital_nights"),
        ({"own_mri": False}, "mri"),
        ({"interpreter": True}, "interpreter"),
    ],
    ids=str,
)
def test_in_japan_an_unknown_price_is_on_request_and_adds_no_figure(
    answer: dict[str, object], code: str
) -> None:
    found = price("japan", JAPAN, **answer)
    assert found["on_request"] == [code]
    assert amounts(found)[code] is None
    assert likely(found) == "3097600"


def test_the_product_approved_in_japan_is_shown_and_not_sold_and_its_approval_is_explained() -> None:
    table = TABLES["japan"]
    (cells,) = [driver for driver in table.drivers if driver.code == "cells"]
    assert isinstance(cells, ChoiceDriver)
    (stemirac,) = [choice for choice in cells.choices if choice.code == "stemirac"]
    assert (stemirac.offered, stemirac.evidence) == (False, "conditional")
    assert "stemirac" in price("japan", JAPAN)["notices"]


def test_somebody_hurt_less_than_a_month_ago_is_sent_to_the_hospital_that_treats_them() -> None:
    with pytest.raises(pricing.BadAnswers) as refused:
        price("japan", JAPAN, recent=True)
    assert "stay with the hospital that treats you" in refused.value.problems[0].text
