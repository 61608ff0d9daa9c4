"""Two or three estimates side by side: begun from an estimate or from price lists, under a link that opens none."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from werkzeug.datastructures import MultiDict

import pricing
from estimator import price_lists
from estimator.clinic import exchange_rates
from estimator.db import db
from estimator.i18n import reader
from estimator.models import Comparison, Estimate, TableVersion
from tests.support.acts import acting
from tests.support.database import count, publish
from tests.support.visitor import Page, Visitor, words

SHIPPED = Path(pricing.__file__).parent / "tables"

TODAY = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
"""A day on which the demonstration lists are in force."""

DELHI = {
    "q_cells": "umbilical",
    "q_sessions": "1",
    "q_room": "ward",
    "q_nights": "7",
    "q_rehab": "none",
    "q_companions": "0",
    "q_attendant": "no",
    "q_hotel_nights": "0",
    "q_transfer": "none",
    "q_interpreter": "none",
    "q_visa": "no",
    "q_flights": "900",
    "q_own_mri": "yes",
}
MEXICO = {
    "q_cells": "donor",
    "q_iv": "no",
    "q_intrathecal": "yes",
    "q_local": "no",
    "q_rehab": "no",
    "q_own_mri": "no",
    "q_nights": "0",
    "q_hotel": "0",
    "q_transport": "0",
    "q_caregiver": "no",
}
JAPAN = {"q_rehab": "no", "q_flights": "150000"}


@pytest.fixture
def shipped(start: Callable[..., Flask], clock: time_machine.Traveller) -> Flask:
    """Return an app with the three demonstration lists."""
    clock.move_to(TODAY)
    app = start(languages=("en", "ar"))
    for name in ("delhi", "japan", "mexico"):
        publish(app, (SHIPPED / f"{name}.toml").read_text(encoding="utf-8"))
    return app


@pytest.fixture
def family(shipped: Flask) -> Visitor:
    """Return somebody who compares hospitals."""
    return Visitor(shipped)


@pytest.fixture
def first(family: Visitor) -> Page:
    """Return the page of their first estimate."""
    return family.estimate(DELHI, "delhi")


def compared(family: Visitor, base: str, slug: str, answers: dict[str, str]) -> Page:
    """Compare an estimate or a comparison with a list, and return the comparison."""
    asked = family.open(f"{base}/{slug}")
    assert asked.status == 200
    sent = family.send(asked, answers, button=None)
    assert sent.status == 303, sent.problems
    return family.open(sent.location)


def why(page: Page) -> list[str]:
    return [words(line) for line in page.one("section", class_="cheapest").iter("li")]


def verdict(page: Page) -> str:
    return page.text("h2", id="verdict")


def enter(app: Flask, base: str, quoted: str, rate: str) -> None:
    """Enter a rate of the day before."""
    with app.app_context():
        exchange_rates.enter(
            acting(actor="user:1", now=TODAY), base, quoted, Decimal(rate), "A bank", date(2026, 11, 30)
        )
        db.session.commit()


# Where it begins ----------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_same_plan_is_compared_at_another_provider_which_asks_only_what_is_missing(
    family: Visitor, first: Page
) -> None:
    begun = family.open(f"{first.path}/compare")
    assert f"{first.path}/compare" in first.links()
    assert f"{begun.path}/mexico" in begun.links()
    asked = family.open(f"{begun.path}/mexico")
    assert asked.control("q_nights") == "7"  # it went along
    assert asked.control("q_flights") == "900"
    assert asked.control("q_iv") is None
    assert "Rehabilitation programme: the question is another one there." in asked.text()
    page = compared(family, begun.path, "mexico", MEXICO)
    assert re.fullmatch(r"/compare/[A-Za-z0-9_-]{43}", page.path)
    heads = [words(head) for head in page.all("section", class_="in-short")]
    assert "Delhi" in heads[0]
    assert "Mexico City" in heads[1]


@pytest.mark.long
def test_needed_questions_are_asked_before_there_is_anything_to_compare(
    app: Flask, family: Visitor, first: Page
) -> None:
    asked = family.open(f"{first.path}/compare/mexico")
    sent = family.send(asked, {"q_cells": "donor"}, button=None)
    assert sent.status == 422
    assert any(line.startswith("Cells into a vein?") for line in sent.problems)
    assert sent.control("q_nights") == "7"


def test_pages_tell_a_browser_an_estimate_by_its_cells_and_sessions_and_by_nothing_of_the_patient(
    family: Visitor,
) -> None:
    mine = family.estimate({**DELHI, "q_blood_thinners": "paused", "q_infection": "no"}, "delhi")
    (told,) = (each for each in mine.all("div") if each.get("data-plan") is not None)
    assert told.get("data-plan") == "Umbilical cord cells, from a donor; 1 session"
    assert str(told.get("data-reference")) in mine.text()
    page = compared(family, f"{mine.path}/compare", "delhi", {"q_sessions": "2"})
    plans = [link.get("data-plan") for link in page.all("a") if link.get("data-total")]
    assert plans == [
        "Umbilical cord cells, from a donor; 1 session",
        "Umbilical cord cells, from a donor; 2 sessions",
    ]
    page = compared(family, f"{mine.path}/compare", "mexico", MEXICO)
    plans = [link.get("data-plan") for link in page.all("a") if link.get("data-total")]
    assert "50 million cells into the spinal canal" in str(plans[1])
    assert "vein" not in str(plans[1])


def test_other_answers_at_the_same_provider_are_compared(family: Visitor, first: Page) -> None:
    page = compared(family, f"{first.path}/compare", "delhi", {"q_sessions": "2"})
    assert page.one("input", id="link").get("value", "").endswith(f"{page.path}?written=en"), (
        "as they read it"
    )
    assert "The plans differ in: Sessions." in why(page)
    assert "1 item is the same" not in page.text()
    assert "items are the same in all" in page.text()


def test_the_same_answers_once_more_are_told_not_to_differ(family: Visitor, first: Page) -> None:
    page = compared(family, f"{first.path}/compare", "delhi", {})
    assert not [line for line in why(page) if line.startswith("The plans differ")]


def test_who_has_the_link_of_a_comparison_alone_is_given_no_answer_about_the_patient(
    shipped: Flask, family: Visitor
) -> None:
    mine = family.estimate({**DELHI, "q_blood_thinners": "paused", "q_infection": "no"}, "delhi")
    page = compared(family, f"{mine.path}/compare", "mexico", MEXICO)
    added = family.open(f"{page.path}/add/delhi")
    assert (added.control("q_blood_thinners"), added.control("q_nights")) == ("paused", "7")
    stranger = Visitor(shipped)
    for slug in ("delhi", "mexico", "japan"):
        added = stranger.open(f"{page.path}/add/{slug}")
        assert added.control("q_nights") == "7", "that stands on the comparison"
        asked = [
            added.control(f"q_{code}") for code in ("blood_thinners", "infection", "own_mri", "breathing")
        ]
        assert asked == [None] * 4, slug


def test_a_third_plan_is_added_and_no_fourth(family: Visitor, first: Page) -> None:
    two = compared(family, f"{first.path}/compare", "mexico", MEXICO)
    add = f"{two.path}/add"
    assert add in two.links()
    assert f"{add}/japan" in family.open(add).links()
    three = compared(family, add, "japan", JAPAN)
    assert len(three.all("section", class_="in-short")) == 3
    assert f"{three.path}/add" not in three.links()
    assert family.open(f"{three.path}/add").location == three.path
    assert family.open(f"{three.path}/add/delhi").location == three.path


def test_chosen_lists_follow_one_after_the_other(family: Visitor) -> None:
    begun = family.open("/compare")
    assert begun.path in family.open("/").links()
    sent = family.post(
        "/compare", MultiDict([*begun.typed().items(multi=True), ("lists", "delhi"), ("lists", "mexico")])
    )
    assert sent.location == "/estimate/delhi?compare=mexico"
    asked = family.open(sent.location)
    second = family.send(asked, DELHI)
    assert second.location.endswith("/compare/mexico")
    page = compared(family, second.location.rpartition("/")[0], "mexico", MEXICO)
    assert len(page.all("section", class_="in-short")) == 2


def test_three_lists_are_answered_one_after_the_other(family: Visitor) -> None:
    asked = family.open("/estimate/delhi?compare=mexico.japan")
    second = family.open(family.send(asked, DELHI).location)
    assert second.one("form").get("action", "").endswith("/compare/mexico?compare=japan")
    third = family.send(second, MEXICO, button=None)
    assert third.location.endswith("/add/japan")
    page = family.open(family.send(family.open(third.location), JAPAN, button=None).location)
    assert len(page.all("section", class_="in-short")) == 3


def test_a_list_that_is_not_there_does_not_follow_and_the_estimate_is_not_lost(family: Visitor) -> None:
    sent = family.send(family.open("/estimate/delhi?compare=nobody.../x"), DELHI)
    assert re.fullmatch(r"/e/[A-Za-z0-9_-]{43}", sent.location)


def test_estimates_that_somebody_has_are_compared_by_their_links(family: Visitor, first: Page) -> None:
    other = family.estimate({**DELHI, "q_sessions": "2"}, "delhi")
    begun = family.open("/compare").typed()
    links = [("link_1", f"http://localhost{first.path}"), ("link_2", f"{other.path}?lang=ar"), ("link_3", "")]
    sent = family.post(
        "/compare",
        MultiDict([*((n, v) for n, v in begun.items(multi=True) if not n.startswith("link")), *links]),
    )
    page = family.open(sent.location)
    assert len(page.all("section", class_="in-short")) == 2


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ([], "Choose two or three, so that there is something to compare."),
        ([("lists", "delhi")], "Choose two or three, so that there is something to compare."),
        (
            [("lists", "nobody"), ("lists", "delhi")],
            "Choose two or three, so that there is something to compare.",
        ),
        ([("link_2", "/e/" + "x" * 43)], "opens no estimate. Copy the whole link, or leave the line empty."),
        ([("link_1", "\u202eabc gpj.exe")], "“abc gpj.exe” opens no estimate."),
        ([("kept", "\x00 hello")], "opens no estimate. Copy the whole link, or leave the line empty."),
    ],
)
def test_a_choice_with_which_nothing_can_be_compared_is_refused_in_a_sentence(
    family: Visitor, chosen: list[tuple[str, str]], said: str
) -> None:
    token = family.open("/compare").typed()["csrf_token"]
    page = family.post("/compare", MultiDict([("csrf_token", token), *chosen]))
    assert page.status == 422
    assert said in " ".join(page.problems)


def test_the_same_estimate_twice_is_no_comparison(family: Visitor, first: Page) -> None:
    token = family.open("/compare").typed()["csrf_token"]
    page = family.post(
        "/compare", MultiDict([("csrf_token", token), ("link_1", first.path), ("kept", first.path)])
    )
    assert page.status == 422
    (ticked,) = (each.get("data-ticked") for each in page.all("fieldset") if each.get("data-ticked"))
    assert ticked == first.path, "the browser ticks it again"


def test_a_form_that_is_sent_twice_makes_one_comparison(shipped: Flask, family: Visitor, first: Page) -> None:
    asked = family.open(f"{first.path}/compare/mexico")
    ways = {family.send(asked, MEXICO, button=None).location for _tap in range(2)}
    assert len(ways) == 1
    assert count(shipped, Comparison) == 1
    assert count(shipped, Estimate) == 2


# Which costs less ----------------------------------------------------------------------------------------------------


def test_nothing_is_said_to_cost_less_while_something_is_on_request_or_open(
    family: Visitor, first: Page
) -> None:
    page = compared(family, f"{first.path}/compare", "mexico", {**MEXICO, "q_nights": "3", "q_hotel": ""})
    assert verdict(page) == "It cannot be told which costs less."
    assert why(page)[:2] == ["Some prices are on request: Plan B.", "Something is not counted yet: Plan B."]
    assert "does not offer what Plan A has: Umbilical" not in page.text()
    assert (
        "Plan A: Umbilical cord cells, from a donor; Plan B: Umbilical cord or placenta cells, from a donor. "
        "The price lists do not say whether that is the same." in page.text()
    )
    (asked,) = re.findall(r"On request in Plan B: ([^.]*)\.", page.text())[:1]
    assert "Nights in hospital" in asked
    evidence = next(row for row in page.all("tr") if words(row).startswith("State of evidence"))
    assert "differs" not in words(evidence)


def test_the_plan_that_stays_below_the_other_costs_less(family: Visitor) -> None:
    fixed = {**MEXICO, "q_sessions": "1", "q_flights": "900"}
    one = family.estimate(fixed, "mexico")
    page = compared(family, f"{one.path}/compare", "mexico", {"q_sessions": "2"})
    assert verdict(page) == "Plan A costs less."
    assert why(page) == [
        "Plan A is likely USD\xa03,300 less than Plan B.",
        "The plans differ in: Sessions.",
        "The largest difference is in: Treatment with cells.",
    ]
    page = compared(family, f"{page.path}/add", "delhi", {**DELHI, "q_sessions": "6"})
    assert verdict(page) in {"Plan A costs less.", "It cannot be told which costs less."}


def test_under_one_list_the_plan_that_is_less_in_each_case_costs_less(family: Visitor, first: Page) -> None:
    page = compared(family, f"{first.path}/compare", "delhi", {"q_nights": "8"})
    assert verdict(page) == "Plan A costs less in each of the three cases."
    assert re.fullmatch(r"Plan A is likely about USD\s[\d,.]+ less than Plan B\.", why(page)[0])
    assert why(page)[1] == (
        "The ranges overlap, but the lowest, the likely and the highest sum are each less."
    )
    assert "The largest difference is in: Hospital stay." in why(page)


def test_what_both_plans_leave_out_alike_keeps_nothing_from_being_told(family: Visitor) -> None:
    one = family.estimate({**DELHI, "q_own_mri": "no", "q_hotel_nights": ""}, "delhi")
    page = compared(family, f"{one.path}/compare", "delhi", {"q_room": "semi_private"})
    assert verdict(page) == "Plan A costs less in each of the three cases."
    assert (
        "What is on request or not counted is the same in these plans, so it changes nothing in this."
        in why(page)
    )


def test_ranges_that_overlap_elsewhere_say_what_is_likely_and_that_it_is_not_certain(
    family: Visitor, first: Page
) -> None:
    page = compared(
        family, f"{first.path}/compare", "mexico", {**MEXICO, "q_own_mri": "yes", "q_flights": "4700"}
    )
    assert verdict(page).endswith("is likely to cost less, but that is not certain.")
    assert "The ranges overlap: Plan A, Plan B." in why(page)


@pytest.mark.long
def test_a_plan_without_a_rate_is_left_out_and_the_others_are_compared(family: Visitor, first: Page) -> None:
    two = compared(family, f"{first.path}/compare", "delhi", {"q_nights": "8"})
    three = compared(family, f"{two.path}/add", "japan", JAPAN)
    assert verdict(three) == "Plan A costs less in each of the three cases."
    assert "Not compared with the others: Plan C. We have no rate between the currencies." in why(three)


def test_without_a_rate_two_currencies_are_not_compared(family: Visitor, first: Page) -> None:
    page = compared(family, f"{first.path}/compare", "japan", JAPAN)
    assert verdict(page) == "It cannot be told which costs less."
    assert why(page)[0] == "We have no rate between the currencies."
    assert "for orientation" not in page.text()


@pytest.mark.long
def test_with_a_rate_the_totals_are_said_in_one_currency_with_day_and_source(
    shipped: Flask, family: Visitor, first: Page
) -> None:
    enter(shipped, "JPY", "USD", "0.0064")
    page = compared(
        family, f"{first.path}/compare", "japan", {**JAPAN, "q_nights": "0", "q_interpreter": "no"}
    )
    assert "In USD, for orientation" in page.text()
    assert "1\xa0JPY\xa0=\xa00.0064\xa0USD on 30 November 2026, according to A bank." in page.text()
    assert "We have no rate" not in page.text()
    enter(shipped, "USD", "EUR", "0.9")
    enter(shipped, "JPY", "EUR", "0.006")
    euros = family.open(f"{page.path}?in=EUR")
    assert "In EUR, for orientation" in euros.text()
    assert family.open(f"{page.path}?in=XXX").status == 200


def test_what_costs_less_by_a_rate_says_that_it_is_one(shipped: Flask, family: Visitor) -> None:
    one = family.estimate({**MEXICO, "q_sessions": "1", "q_flights": "900"}, "mexico")
    enter(shipped, "JPY", "USD", "9.0")
    page = compared(
        family,
        f"{one.path}/compare",
        "japan",
        {
            "q_rehab": "no",
            "q_nights": "0",
            "q_interpreter": "no",
            "q_flights": "150000",
            "q_hotel": "0",
            "q_transport": "0",
            "q_own_mri": "yes",
        },
    )
    assert verdict(page) == "Plan A costs less."
    assert "This holds for the rates below. A rate changes every day." in why(page)


def test_a_share_of_a_session_or_a_night_says_what_it_hides(family: Visitor, first: Page) -> None:
    page = compared(family, f"{first.path}/compare", "mexico", MEXICO)
    said = page.text()
    assert "For each session" in said
    assert "divided by 7." in said
    assert "All of this is in it:" in said
    assert "No nights are counted." in said  # Mexico has none, and nothing is divided by it


@pytest.mark.parametrize("slug", ["delhi", "mexico", "japan"])
def test_where_the_money_goes_adds_up_to_the_likely_total(family: Visitor, slug: str) -> None:
    answers = {
        "delhi": {**DELHI, "q_room": "single"},
        "mexico": {**MEXICO, "q_flights": "900"},
        "japan": JAPAN,
    }[slug]
    one = family.estimate({"q_cells": "marrow", **answers, "q_sessions": "1"}, slug)
    page = compared(family, f"{one.path}/compare", slug, {"q_sessions": "2"})
    (total,) = [row for row in page.all("tr", class_="strong") if words(row).startswith("Likely total")][:1]
    for column in (0, 1):
        wanted = money(words(total.findall("td")[column]))[0]
        rows = iter(page.all("tr"))
        assert any(words(row) == "Where the money goes" for row in rows)
        summed = Decimal(0)
        for row in rows:
            if row.get("class") == "part" or words(row).startswith("To keep in reserve"):
                break
            summed += sum(
                (
                    money(words(span))[0]
                    for span in row.findall("td")[column].iter("span")
                    if span.get("class") == "main" and money(words(span))
                ),
                Decimal(0),
            )
        assert summed == wanted


def money(said: str) -> list[Decimal]:
    return [Decimal(each.replace(",", "")) for each in re.findall(r"[A-Z]{3}\s([\d,]+(?:\.\d+)?)", said)]


def test_a_share_names_the_tax_that_is_in_it(family: Visitor) -> None:
    one = family.estimate({**DELHI, "q_room": "single"}, "delhi")
    page = compared(family, f"{one.path}/compare", "delhi", {"q_room": "ward"})
    with_tax, without = re.findall(r"All of this is in it: [^.]*\.", page.text())[:2]
    assert "GST" in with_tax
    assert "GST" not in without
    assert "GST (Indian tax)" in family.open(f"{page.path}/comparison.txt").body.decode()


def test_plans_of_one_list_are_told_apart_by_their_answers_on_the_first_screen(
    family: Visitor, first: Page
) -> None:
    page = compared(family, f"{first.path}/compare", "delhi", {"q_room": "single"})
    chosen = [words(line) for line in page.all("p", class_="chosen")]
    assert len(chosen) == 2
    assert chosen[0] != chosen[1]
    text = " ".join(family.open(f"{page.path}/comparison.txt").body.decode().split())
    assert all(" ".join(line.split()) in text for line in chosen)


def test_what_this_browser_lists_of_an_estimate_says_at_least_where_it_is(family: Visitor) -> None:
    one = family.estimate({**MEXICO, "q_sessions": "1", "q_flights": ""}, "mexico")
    page = compared(family, f"{one.path}/compare", "mexico", {"q_sessions": "2"})
    totals = [link.get("data-total", "") for link in page.all("a") if link.get("data-total")]
    assert len(totals) == 2
    assert all(total.startswith("at least") or total.endswith("so far") for total in totals)


# What becomes of it --------------------------------------------------------------------------------------------------


def test_its_link_opens_none_of_its_estimates(shipped: Flask, family: Visitor, first: Page) -> None:
    page = compared(family, f"{first.path}/compare", "mexico", MEXICO)
    assert first.path in page.links()  # in the browser in which it was made
    stranger = Visitor(shipped).open(page.path)
    assert stranger.status == 200
    assert not [link for link in stranger.links() if link.startswith("/e/")]
    assert first.path.rpartition("/")[2] not in stranger.html
    assert "EST-" not in stranger.html


def test_what_is_kept_of_an_estimate_says_that_it_is_compared(family: Visitor, first: Page) -> None:
    assert family.open(f"{first.path}/data.json").json["comparisons"] == 0
    compared(family, f"{first.path}/compare", "mexico", MEXICO)
    assert family.open(f"{first.path}/data.json").json["comparisons"] == 1
    assert "1 comparison shows it, under a link of its own." in family.open(f"{first.path}/data").text()


def test_a_deleted_estimate_is_gone_from_it_and_the_last_one_takes_it_along(
    shipped: Flask, family: Visitor, first: Page
) -> None:
    page = compared(family, f"{first.path}/compare", "mexico", MEXICO)
    second = next(link for link in page.links() if link.startswith("/e/") and link != first.path)
    family.send(family.open(f"{first.path}/delete"), button=None)
    left = family.open(page.path)
    assert "This estimate was deleted, or is too old." in left.text()
    assert verdict(left) == "There is nothing left to compare with."
    assert family.open(f"{page.path}/comparison.txt").status == 200
    assert family.open(f"{page.path}/add").status == 200
    family.send(family.open(f"{second}/delete"), button=None)
    assert family.open(page.path).status == 404
    assert count(shipped, Comparison) == 0


def test_a_comparison_of_estimates_that_are_too_old_opens_nothing(
    family: Visitor, first: Page, clock: time_machine.Traveller
) -> None:
    page = compared(family, f"{first.path}/compare", "mexico", MEXICO)
    clock.move_to(TODAY + timedelta(days=91))
    assert family.open(page.path).status == 404


def test_prices_that_have_expired_are_said_to_and_are_not_compared(
    family: Visitor, first: Page, clock: time_machine.Traveller
) -> None:
    page = compared(family, f"{first.path}/compare", "mexico", MEXICO)
    clock.move_to(TODAY + timedelta(days=60))
    later = family.open(page.path)
    assert "These prices have expired." in later.text()
    assert "These prices do not hold any more: Plan A, Plan B." in why(later)
    assert verdict(later) == "It cannot be told which costs less."


def test_a_list_that_was_withdrawn_is_said_to_be(
    shipped: Flask, family: Visitor, first: Page, clock: time_machine.Traveller
) -> None:
    old = (SHIPPED / "delhi.toml").read_text(encoding="utf-8")
    newer = re.sub(r'^version = ".*"', 'version = "wrong"', old, count=1, flags=re.MULTILINE)
    newer = re.sub(r"^valid_from = .*", "valid_from = 2026-12-01", newer, count=1, flags=re.MULTILINE)
    publish(shipped, newer)
    page = compared(family, f"{first.path}/compare", "delhi", {"q_nights": "8"})
    with shipped.app_context():
        versions = {
            version.version: version for version in db.session.query(TableVersion).filter_by(slug="delhi")
        }
        good = next(version for name, version in versions.items() if name != "wrong")
        price_lists.returns.go_back(
            acting(actor="user:1", now=TODAY), good, instead_of=versions["wrong"].id, reason="A wrong price."
        )
        db.session.commit()
    clock.move_to(TODAY + timedelta(minutes=1))
    later = family.open(page.path)
    assert "was made with a price list that was withdrawn" in later.text()
    assert "These prices do not hold any more: Plan B." in why(later)


def test_comparisons_of_a_network_are_limited(
    family: Visitor, first: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("estimator.web.network_limits.COMPARISONS", 1)
    compared(family, f"{first.path}/compare", "mexico", MEXICO)
    asked = family.open(f"{first.path}/compare/japan")
    again = family.send(asked, JAPAN, button=None)
    assert again.status == 429
    assert again.control("q_flights") == "150000"
    other = family.estimate({**DELHI, "q_sessions": "2"}, "delhi")
    token = family.open("/compare").typed()["csrf_token"]
    sent = family.post(
        "/compare", MultiDict([("csrf_token", token), ("kept", first.path), ("kept", other.path)])
    )
    assert sent.status == 429


@pytest.mark.parametrize(
    "path", ["/compare/nothing", "/compare/nothing/add", "/compare/nothing/comparison.pdf"]
)
def test_a_link_that_opens_nothing_is_missing(family: Visitor, path: str) -> None:
    assert family.open(path).status == 404


def test_a_list_that_is_not_there_is_missing(family: Visitor, first: Page) -> None:
    assert family.open(f"{first.path}/compare/nobody").status == 404


# In every medium -----------------------------------------------------------------------------------------------------


def test_the_text_says_what_the_page_says(family: Visitor, first: Page) -> None:
    page = compared(family, f"{first.path}/compare", "mexico", MEXICO)
    text = family.open(f"{page.path}/comparison.txt")
    assert text.headers["Content-Type"].startswith("text/plain")
    said = " ".join(text.body.decode().split())
    for sentence in (verdict(page), *why(page)):
        assert " ".join(sentence.split()) in said
    for part in ("What cannot be compared", "The plan", "What is not in it", "Hospital stay"):
        assert part in said


@pytest.mark.long
def test_the_pdf_says_which_costs_less(family: Visitor, first: Page) -> None:
    page = compared(family, f"{first.path}/compare", "mexico", MEXICO)
    sent = family.open(f"{page.path}/comparison.pdf")
    assert sent.status == 200
    assert sent.body.startswith(b"%PDF")


@pytest.mark.long
def test_the_pdf_bears_the_day_of_the_clinic(
    family: Visitor, first: Page, clock: time_machine.Traveller
) -> None:
    page = compared(family, f"{first.path}/compare", "mexico", MEXICO)
    clock.move_to(TODAY.replace(hour=20), tick=False)  # in Delhi it is the next day already
    sent = family.open(f"{page.path}/comparison.pdf").body
    read = subprocess.run(
        ["pdftotext", "-", "-"], input=sent, capture_output=True, check=True
    ).stdout.decode()
    day = reader("en").day((TODAY + timedelta(days=1)).date())
    assert f"Date: {day}" in read
    assert read.count(day) >= 2  # in its foot, too


def test_the_page_is_read_from_right_to_left_in_arabic(family: Visitor, first: Page) -> None:
    page = compared(family, f"{first.path}/compare", "mexico", MEXICO)
    arabic = family.open(family.open(f"{page.path}?lang=ar").location)
    assert arabic.one("html").get("dir") == "rtl"
