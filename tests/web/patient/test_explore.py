"""The cost is explored from an estimate: what a budget buys, how the total grows, and how much each answer moves it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from flask import Flask

from estimator.models import Estimate
from estimator.web.patient import explore
from tests.support.clinic import ANSWERS, TOTAL, table_text
from tests.support.database import count, publish, statement_on_each_connection
from tests.support.visitor import Page, Visitor, words

USD = "USD\N{NO-BREAK SPACE}"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def explored(visitor: Visitor, breakdown: Page) -> Page:
    """Return the page that the breakdown leads to."""
    (link,) = [each for each in breakdown.links() if each.endswith("/explore")]
    return visitor.open(link)


def looked(visitor: Visitor, explored: Page, budget: str) -> Page:
    """Type a budget and press "Show"."""
    return visitor.open(f"{explored.path}?budget={budget}")


def found(page: Page) -> str:
    """Return what is said of the budget."""
    return words(page.one("div", id="found"))


def press(visitor: Visitor, page: Page, value: str) -> Page:
    """Press the button that sends these answers."""
    form = next(
        form
        for form in page.all("form", method="post")
        if any(button.get("value") == value for button in form.iter("button"))
    )
    data = page.typed(form)
    data.add("answers", value)
    return visitor.post(str(form.get("action")), data)


def buttons(page: Page) -> list[str]:
    """Return what each button that makes an estimate sends."""
    return [button.get("value", "") for button in page.all("button", name="answers")]


def test_a_budget_below_the_plan_shows_the_nearest_plans_that_fit_and_what_each_changes(
    visitor: Visitor, explored: Page
) -> None:
    page = looked(visitor, explored, "4700")
    said = found(page)
    assert f"does not fit into {USD}4700: its likely total is {TOTAL}, {USD}111.05 more." in said.replace(
        "4,700", "4700"
    )
    assert "Nights: 0, instead of 2." in said or "Nights: 0, instead of 2" in said
    assert "No longer in it: Night" in said
    assert "sessions=1" in buttons(page)


def test_a_budget_is_looked_at_while_the_database_takes_nothing(
    app: Flask, visitor: Visitor, explored: Page
) -> None:
    with statement_on_each_connection(app, "PRAGMA query_only = ON"):
        page = looked(visitor, explored, "5000")
    assert page.status == 200
    assert f"The likely total fits into {USD}5,000" in found(page)


def test_an_expired_estimate_says_so_first_and_leads_to_todays_prices(
    visitor: Visitor, explored: Page, clock: time_machine.Traveller
) -> None:
    assert "expired" not in words(explored.one("main"))
    clock.shift(timedelta(days=31))
    page = visitor.open(explored.path)
    said = page.one("section", class_="expired")
    assert words(said).startswith("These prices have expired They were valid until")
    (link,) = said.iter("a")
    assert visitor.open(link.get("href", "")).one("form", id="typed") is not None


def test_a_plan_within_the_budget_becomes_the_estimate_at_a_press(
    visitor: Visitor, explored: Page, breakdown: Page
) -> None:
    page = looked(visitor, explored, "3000")
    (value,) = [each for each in buttons(page) if each == "sessions=1"][:1]
    sent = press(visitor, page, value)
    assert sent.status == 303
    new = visitor.open(sent.location)
    assert new.path != breakdown.path
    assert f"{USD}2,811.05" in words(new.one("main"))
    assert "Sessions: 1 session, instead of 2 sessions" in new.text("div", class_="since")


def test_a_budget_above_the_plan_says_what_is_left_and_whether_the_high_end_fits(
    visitor: Visitor, explored: Page
) -> None:
    said = found(looked(visitor, explored, "5000"))
    assert f"The likely total fits into {USD}5,000: it is {TOTAL}, and {USD}188.95 is left." in said
    assert "Your plan fits" not in said
    assert f"Its high end, {USD}7,111.05, does not fit: {USD}2,111.05 more than your budget." in said
    said = found(looked(visitor, explored, "9000"))
    assert f"Your plan fits into {USD}9,000" in said
    assert f"Its high end, {USD}7,111.05, fits too." in said


def test_a_budget_below_everything_says_the_least_that_the_list_comes_to(
    visitor: Visitor, explored: Page
) -> None:
    said = found(looked(visitor, explored, "100"))
    assert f"the least that it can come to is {USD}2,600.00" in said
    assert "Sessions: 1 session, instead of 2 sessions" in said
    assert "fits too" not in said


@pytest.mark.long
def test_the_plan_that_comes_to_the_least_becomes_the_estimate_at_a_press(
    visitor: Visitor, explored: Page
) -> None:
    (value,) = [each for each in buttons(looked(visitor, explored, "100")) if " " in each]
    new = visitor.open(press(visitor, looked(visitor, explored, "100"), value).location)
    assert f"{USD}2,600.00" in words(new.one("main"))


SCAN = """
[charge.scan]
label.en = "Scan"
group = "treatment"
on_request = true
source = "Made for the tests."
"""


def test_a_plan_with_something_on_request_fits_only_as_far_as_it_is_counted(
    start: Callable[..., Flask],
) -> None:
    page = Visitor(start(table_text() + SCAN)).estimate(ANSWERS)
    visitor = Visitor(start(table_text() + SCAN))
    said = found(visitor.open(f"{page.path}/explore?budget=5000"))
    assert f"The likely total fits into {USD}5,000, as far as it is counted: it is {TOTAL} so far" in said
    assert f"{USD}188.95 is left for what is not counted." in said
    assert "Not in this sum, because the price is on request: Scan." in said
    assert "Your plan fits" not in said
    assert f"both together are {USD}211.05 more than your budget." in said
    said = found(visitor.open(f"{page.path}/explore?budget=5211.05"))
    assert (
        f"The suggested reserve of {USD}400.00 is not part of the price. It fits beside the likely total."
        in said
    )


def test_one_plan_that_fits_is_spoken_of_as_one_and_several_say_their_order(
    visitor: Visitor, explored: Page
) -> None:
    for amount in range(2600, 4800, 100):
        page = looked(visitor, explored, str(amount))
        said = found(page)
        many = [each for each in page.all("ol", class_="plans-within") for each in each.iter("li")]
        plans = sum(1 for each in many if list(each.iter("h3")))
        assert ("of this plan fits" in said) == (plans == 1)
        assert ("the one that changes the least comes first" in said) == (plans > 1)


def test_a_budget_with_cents_is_said_with_the_decimals_of_its_currency(
    visitor: Visitor, explored: Page
) -> None:
    assert f"{USD}15,000.50" in found(looked(visitor, explored, "15.000,50"))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("abc", "Enter the budget as an amount in USD, such as 15,000."),
        ("-5", "Enter the budget as an amount in USD, such as 15,000."),
        ("EUR 500", "Enter the budget as an amount in USD, such as 15,000."),
        ("0", "Enter a budget above 0."),
        (
            "0.0001",
            "Amounts in USD go in steps of 0.01. Enter one without finer decimals, for example 15,000.",
        ),
        ("1" * 39, "This budget is too large to be looked at."),
        ("9" * 5000, "Enter the budget as an amount in USD, such as 15,000."),
        ("%00%ff", "Enter the budget as an amount in USD, such as 15,000."),
    ],
)
def test_what_is_no_budget_is_refused_at_its_field_and_stays_there(
    visitor: Visitor, explored: Page, typed: str, sentence: str
) -> None:
    page = looked(visitor, explored, typed)
    assert page.status == 200, "nothing was sent that could be refused, and scripts take what is right"
    (problem,) = page.problems
    assert sentence in problem
    assert not page.all("div", class_="bought")
    assert page.all("section", class_="growth")
    if typed.isalpha():
        assert page.one("input", name="budget").get("value") == typed


def test_a_budget_that_can_be_read_in_two_ways_is_asked_about(visitor: Visitor, app: Flask) -> None:
    publish(app, table_text("2026-2", "2026-02-01").replace('currency = "USD"', 'currency = "KWD"'))
    page = visitor.estimate(ANSWERS)
    asked = looked(visitor, visitor.open(f"{page.path}/explore"), "5.000")
    assert "can be read in two ways" in asked.problems[0]
    leads = [link for link in asked.links() if "budget=" in link]
    assert [visitor.open(link).status for link in leads] == [200, 200]


def test_the_total_is_drawn_and_told_for_each_number_of_sessions_and_nights(explored: Page) -> None:
    sessions, nights = explored.all("section", class_="growth")
    assert f"from {USD}2,811.05 for 1 session to" in words(sessions)
    assert f"2 sessions your plan {TOTAL}" in words(sessions)
    assert "Four sessions need four nights." in words(sessions)
    assert f"0 {USD}4,600.00" in words(nights)
    assert len(list(sessions.iter("figure"))) == 1


def test_numbers_without_a_point_in_the_plot_say_why_below_it(explored: Page) -> None:
    sessions, nights = explored.all("section", class_="growth")
    (said,) = [words(each) for each in list(sessions) if each.get("class") == "note"]
    assert said == "4 sessions; 5 sessions; 6 sessions: Four sessions need four nights."
    assert not [each for each in list(nights) if each.get("class") == "note"]


def test_a_number_of_the_table_becomes_the_estimate_at_a_press(visitor: Visitor, explored: Page) -> None:
    sent = press(visitor, explored, "nights=5")
    assert f"{USD}5,127.63" in words(visitor.open(sent.location).one("main"))


def test_a_budget_is_drawn_into_the_plots_and_each_number_says_whether_it_fits(
    visitor: Visitor, explored: Page
) -> None:
    assert not explored.all(f"{SVG}path", class_="budget-line")
    page = looked(visitor, explored, "3000")
    assert len(page.all(f"{SVG}path", class_="budget-line")) == 2
    said = words(page.all("section", class_="growth")[0])
    assert said.count("fits the budget") == 1
    assert said.count("above the budget") == 2


def test_each_answer_that_moves_the_total_says_so_in_words_beside_its_bar(explored: Page) -> None:
    form = explored.one("form", class_="changes moves")
    said = words(form)
    assert f"3 sessions {USD}2,000.00 more" in said
    assert f"1 session {USD}2,000.00 less" in said
    assert len(list(form.iter(f"{SVG}svg"))) == len(re.findall(r"\d (?:more|less)", said))


@pytest.mark.parametrize(
    "sent", ["", "cells=nothing", "unknown=1", "sessions=4 nights=0", "sessions", "=", "a=b=c"]
)
def test_answers_that_make_no_plan_lead_to_the_questions_and_make_no_estimate(
    app: Flask, visitor: Visitor, explored: Page, sent: str
) -> None:
    before = count(app, Estimate)
    page = visitor.post(explored.path, {"answers": sent, "submission": "x" * 500})
    assert page.status == 303
    assert page.location.endswith("/change")
    assert count(app, Estimate) == before


def test_answers_of_older_prices_lead_to_the_questions(app: Flask, visitor: Visitor, explored: Page) -> None:
    publish(app, table_text("2026-2", "2026-03-01", price="2100.00"))
    assert visitor.post(explored.path, {"answers": "sessions=1"}).location.endswith("/change")


def test_the_same_press_sent_twice_is_one_estimate(visitor: Visitor, explored: Page) -> None:
    first, second = (press(visitor, explored, "nights=5") for _time in range(2))
    assert first.location == second.location


def test_more_budgets_than_a_network_may_look_at_are_refused_until_later(
    visitor: Visitor, explored: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explore, "MOST_BUDGETS", 2)
    assert [looked(visitor, explored, "5000").status for _time in range(3)] == [200, 200, 429]
    assert visitor.open(explored.path).status == 200


def test_nothing_of_a_budget_is_kept(app: Flask, visitor: Visitor, explored: Page) -> None:
    before = count(app, Estimate)
    looked(visitor, explored, "3000")
    assert count(app, Estimate) == before


def test_where_the_range_comes_from_is_told_line_by_line_and_adds_up(explored: Page) -> None:
    told = explored.one("section", id="range")
    amounts = [
        Decimal(each.replace(",", ""))
        for each in re.findall(r"USD\xa0([0-9,.]+)", words(next(told.iter("table"))))
    ]
    assert sum(amounts[:-1]) == amounts[-1] == Decimal("2400.00")
    said = words(told)
    assert "Sessions: it may turn out up to 1 more." in said
    assert f"Session “Sessions” is not known exactly.{USD}2,000.00" in said
    assert f"Flight Its price is a range.{USD}400.00" in said
    assert f"If “Sessions” is known to be 2 sessions, the range is {USD}2,000.00 narrower." in said
    assert f"If the price of “Flight” is fixed, the range is {USD}400.00 narrower." in said
    assert "“Nights” is not answered; we used: 2. Another answer changes the likely total:" in said


def test_the_estimate_says_the_largest_parts_of_its_range_and_leads_to_all_of_them(
    visitor: Visitor, breakdown: Page
) -> None:
    fold = breakdown.one("div", id="range")
    assert f"Session “Sessions” is not known exactly.{USD}2,000.00" in words(fold)
    assert "#range" in breakdown.links()
    (link,) = [each for each in breakdown.links() if each.endswith("/explore#range")]
    assert visitor.open(link.partition("#")[0]).all("section", id="range")


def test_small_parts_of_a_range_are_one_line_with_their_sum(start: Callable[..., Flask]) -> None:
    small = "".join(
        f"""
[charge.small_{each}]
label.en = "Small {each}"
group = "treatment"
price = {{ low = 1.00, likely = 1.00, high = {each + 2}.00 }}
source = "Made for the tests."
"""
        for each in range(4)
    )
    page = Visitor(start(table_text() + small)).estimate(ANSWERS)
    said = words(page.one("div", id="range"))
    assert f"Small 3 Its price is a range.{USD}4.00" in said
    assert f"3 more items{USD}6.00" in said


def test_an_estimate_that_is_no_range_has_nowhere_to_come_from(start: Callable[..., Flask]) -> None:
    text = table_text().replace("varies = { more = 1 }", "")
    text = text.replace("{ low = 500.00, likely = 600.00, high = 900.00 }", "600.00")
    page = Visitor(start(text)).estimate(ANSWERS)
    assert not page.all("div", id="range")
    assert "#range" not in page.links()
    explored = Visitor(start(text)).open(f"{page.path}/explore?budget=4000")
    assert "Its high end" not in found(explored)
    assert not explored.all("section", id="range")


def test_a_plan_of_which_nothing_has_a_price_is_compared_with_no_budget(start: Callable[..., Flask]) -> None:
    text = table_text()
    charges = text[text.index("[charge.session]") : text.index("[payment.all]")]
    nothing = charges[: charges.index("[charge.night]")].replace('per = "sessions"\n', "")
    nothing = nothing.replace("price = 2000.00", "on_request = true")
    page = Visitor(start(text.replace(charges, nothing))).estimate(ANSWERS)
    explored = Visitor(start(text.replace(charges, nothing))).open(f"{page.path}/explore?budget=4000")
    assert found(explored).startswith("Nothing in your plan has a price yet")
    assert "fits the budget" not in found(explored)


def test_a_link_that_opens_nothing_explores_nothing(visitor: Visitor) -> None:
    assert visitor.open("/e/nothing/explore").status == 404
    assert visitor.post("/e/nothing/explore", {"answers": "sessions=1"}).status == 404


def test_the_page_is_sound_in_other_scripts(visitor: Visitor, explored: Page) -> None:
    for tag in ("ar", "hi", "ru"):
        visitor.open(f"/?language={tag}")
        page = visitor.open(f"{explored.path}?budget=3000")
        assert page.status == 200
        assert len(page.all("figure")) == 2


def test_a_budget_in_another_currency_is_told_so(visitor: Visitor, explored: Page) -> None:
    page = looked(visitor, explored, "15000 টাকা")
    (said,) = page.problems
    assert "The amount is asked for in USD" in said
    assert "15,000" not in said
    assert "15,000" not in " ".join(looked(visitor, explored, "15000 abc").problems)
    assert looked(visitor, explored, "15000 ডলার").problems == []
