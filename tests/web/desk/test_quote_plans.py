"""Several plans of one quote at the desk: added as a copy, changed, compared, removed, and issued together."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal

import pytest
from flask import Flask

from estimator import quotes
from estimator.models.staff import Role
from estimator.quotes import draft_plans
from pricing import quote_plans
from tests.support.quote_desk import accept, ask, issued, newest, page, request_of, settings_of
from tests.support.quote_form import PRICE, SPACE, issue, line, prepare, prepare_two, total
from tests.support.staff_browser import Page, Staff


def two(app: Flask, coordinator: Staff) -> str:
    """Prepare two and three sessions, and return the reference of the request."""
    reference = ask(app)
    prepare_two(coordinator, reference)
    return reference


def test_another_plan_is_added_with_three_buttons_and_one_answer(app: Flask, coordinator: Staff) -> None:
    two(app, coordinator)
    shown = coordinator.page
    assert total(shown) != PRICE
    assert "Answers of Plan B" in shown.text
    assert "What differs: Plan A and Plan B" in shown.text
    (differs,) = shown.all("table", class_="beside differs-table")
    words = " ".join("".join(differs.itertext()).split())
    lines, beside = differs.findall("tbody")
    assert lines[-1].get("class") == "sum", "the firm total is the last of what is firm"
    assert ["".join(row[0].itertext()) for row in beside] == [
        "Estimated, and not part of the quote",
        "Longer stay or treatment of complications",
    ]
    assert "sessions" in words.lower()
    assert PRICE.replace(SPACE, " ") in words.replace(SPACE, " ")


def test_a_copy_in_which_nothing_was_changed_cannot_be_issued(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    prepare(coordinator, reference)
    shown = coordinator.press("Save, and add another plan")
    assert "Plan A and Plan B are the same. Change one of them, or remove it." in shown.text


def test_whoever_goes_to_another_plan_saves_what_was_typed(app: Flask, coordinator: Staff) -> None:
    two(app, coordinator)
    shown = coordinator.send("Save, and go to Plan A", line(0, "-100", label="Courtesy"))
    assert "Adjustments of Plan A" in shown.text
    assert shown.value("amount-0") == ""
    shown = coordinator.press("Save, and go to Plan B")
    assert shown.value("label-0") == "Courtesy"


def test_a_plan_that_is_removed_leaves_the_other_one_alone(app: Flask, coordinator: Staff) -> None:
    reference = two(app, coordinator)
    shown = coordinator.press("Remove Plan B")
    assert (shown.path, total(shown)) == (page(reference), PRICE)
    assert "Save, and add another plan" in shown.text
    assert "Plan A" not in shown.text


def test_there_is_no_button_for_a_fourth_plan_and_no_fourth_plan(app: Flask, coordinator: Staff) -> None:
    two(app, coordinator)
    form, fields = coordinator.page.sent("Save, and add a plan like Plan B", {})
    shown = coordinator.press("Save, and add a plan like Plan B")
    assert "Adjustments of Plan C" in shown.text
    assert "Save, and add a plan" not in shown.text
    fields = shown.sent("Remove Plan C", {})[1]
    fields["act"] = "add-plan"
    late = coordinator.client.post(form, data=fields)
    assert (late.status_code, b"A quote has at most 3 plans." in late.data) == (422, True)


@pytest.mark.long
def test_all_plans_are_checked_and_issued_together(app: Flask, coordinator: Staff) -> None:
    reference = two(app, coordinator)
    shown = coordinator.see(f"{page(reference)}/issue")
    assert "Plan A" in shown.text
    assert "Plan B" in shown.text
    assert PRICE.replace(SPACE, " ") in shown.text.replace(SPACE, " ")
    coordinator.press("Issue this quote")
    assert issued(app) == ["Q-2026-00001/1"]
    with newest(app, reference) as revision:
        assert quote_plans.letters_of(quotes.content_of(revision)) == ["A", "B"]


def test_a_revision_of_several_plans_says_of_each_what_changed_and_nothing_else(
    app: Flask, coordinator: Staff
) -> None:
    reference = two(app, coordinator)
    coordinator.see(f"{page(reference)}?plan=B")
    coordinator.send("save", line(0, "-100"))
    coordinator.see(f"{page(reference)}/issue")
    coordinator.press("Issue this quote")
    coordinator.see(page(reference))
    coordinator.press("Prepare a revision")
    coordinator.see(f"{page(reference)}?plan=B")
    coordinator.send("save", line(0, "-200"))
    shown = coordinator.see(f"{page(reference)}/issue")
    assert "Plan B: What changed" in shown.text
    coordinator.press("Issue this quote")
    assert issued(app) == ["Q-2026-00001/2"]


def test_optional_lines_belong_to_every_plan_and_lead_back_to_the_one_in_sight(
    app: Flask, coordinator: Staff
) -> None:
    reference = two(app, coordinator)
    shown = coordinator.see(f"{page(reference)}?plan=B")
    assert "They are the same for all plans." in shown.text
    shown = coordinator.press("Save, and change the optional lines")
    assert "Amounts are in USD. The lines are the same for all plans" in shown.text
    (back,) = [link.get("href") for link in shown.all("a") if link.get("href", "").endswith("plan=B")]
    assert back == f"{page(reference)}?plan=B"
    shown = coordinator.send("Save", {"label-0": "Interpreter", "net-0": "120", "tax-0": ""})
    assert shown.all("li", aria_current="true")[0][0].text == "Plan B"


@pytest.mark.long
def test_the_request_says_what_each_plan_comes_to_and_then_which_was_accepted(
    app: Flask, coordinator: Staff
) -> None:
    reference = two(app, coordinator)
    coordinator.see(f"{page(reference)}/issue")
    coordinator.press("Issue this quote")
    with newest(app, reference) as revision:
        plans = quote_plans.by_plan(quotes.content_of(revision))
        totals = {letter: Decimal(content["total"]) for letter, content in plans.items()}
    shown = coordinator.see(f"/desk/requests/{reference}").text.replace(SPACE, " ")
    for letter, amount in totals.items():
        assert f"Plan {letter}: USD {amount:,}" in shown
    assert "As asked; the open quote Q-2026-00001 has 2 plans." in shown
    accept(app, reference, plan="B")
    shown = coordinator.see(f"/desk/requests/{reference}").text.replace(SPACE, " ")
    assert f"Plan B: USD {totals['B']:,}" in shown
    assert f"Plan A: USD {totals['A']:,}" not in shown
    plan = " ".join("".join(coordinator.page.one("section", class_="plan").itertext()).split())
    assert f"The plan Plan B: Accepted firm total, to the provider USD {totals['B']:,}" in plan.replace(
        SPACE, " "
    )
    assert "3 sessions" in plan.replace(SPACE, " ")
    assert "Likely total" not in plan
    assert "As asked" not in plan
    assert "accepted plan B of quote Q-" in shown
    (line,) = coordinator.see("/desk/reports/quotes.jsonl").content.splitlines()
    listed = json.loads(line)
    assert (listed["plan"], listed["total"], listed["taken"]) == ("B", str(totals["B"]), None)


def test_the_page_of_a_plan_says_what_somebody_else_changed_in_it(
    app: Flask, coordinator: Staff, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    reference = two(app, coordinator)
    other = sign_in(app, "coordinator")
    other.see(f"{page(reference)}?plan=B")
    coordinator.send("save", line(0, "-100"))
    late = other.send("save", line(0, "-200"))
    assert late.status == 409
    assert "has saved this quote meanwhile" in late.text
    assert late.value("amount-0") == "-200"
    assert "Adjustments of Plan B" in late.text


@pytest.mark.long
def test_whoever_revises_what_was_accepted_reads_that_the_acceptance_ends(
    app: Flask, coordinator: Staff
) -> None:
    reference = two(app, coordinator)
    coordinator.see(f"{page(reference)}/issue")
    coordinator.press("Issue this quote")
    ends = "The patient has accepted revision 1. Once this one is issued, that acceptance ends"
    coordinator.see(page(reference))
    coordinator.press("Prepare a revision")
    assert ends not in coordinator.see(f"{page(reference)}/issue").text
    accept(app, reference, plan="B")
    shown = coordinator.see(f"{page(reference)}/issue").text
    assert ends in shown
    assert "which was accepted and counts no longer" in shown


@pytest.mark.long
def test_after_issue_each_adjustment_stands_under_its_plan(app: Flask, coordinator: Staff) -> None:
    reference = two(app, coordinator)
    coordinator.send("Save, and go to Plan A", line(0, "-100", label="Courtesy"))
    coordinator.see(f"{page(reference)}/issue")
    coordinator.press("Issue this quote")
    coordinator.see(page(reference))
    (table,) = coordinator.page.all("table", class_="cards adjustments-read")
    assert "Courtesy" in "".join(table.itertext())
    assert "coordinator@demonstration.example.org" in "".join(table.itertext())
    assert "Plan B" in [heading.text for heading in coordinator.page.all("h4")]


def removed(shown: Page, heading: str, *typed: str) -> None:
    """Assert that a save was refused because its plan is gone, and that the page keeps what was typed."""
    assert shown.status == 409
    assert heading in shown.text
    assert "Nothing was saved" in shown.text
    for text in typed:
        assert text in shown.text, shown.text


def saved(app: Flask, reference: str) -> list[tuple[str | bool, list[str]]]:
    """Return the sessions and the amounts of the adjustments of each plan that is prepared."""
    with request_of(app, reference) as of:
        draft = quotes.drafts.for_request(of)
        assert draft is not None
        return [
            (plan.answers["sessions"], [str(line.adjustment.amount) for line in plan.lines])
            for plan in draft_plans.all_of(draft, settings_of(app))
        ]


@pytest.fixture
def other(app: Flask, sign_in: Callable[[Flask, Role], Staff]) -> Staff:
    """Return a colleague who works at the same quote."""
    return sign_in(app, "coordinator")


def test_answers_of_a_plan_that_was_removed_meanwhile_land_on_no_other(
    app: Flask, coordinator: Staff, other: Staff
) -> None:
    reference = two(app, coordinator)
    before = saved(app, reference)
    other.see(f"{page(reference)}/answers?plan=B")
    coordinator.press("Remove Plan B")
    removed(other.send("Save the answers", {"q_sessions": "6"}), "Plan B was removed meanwhile")
    assert saved(app, reference) == before[:1]


def test_adjustments_of_a_plan_that_was_removed_meanwhile_land_on_no_other(
    app: Flask, coordinator: Staff, other: Staff
) -> None:
    reference = two(app, coordinator)
    coordinator.see(page(reference))
    coordinator.send("save", line(0, "-1200"))
    other.see(f"{page(reference)}?plan=B")
    coordinator.see(f"{page(reference)}?plan=B")
    coordinator.press("Remove Plan B")
    typed = other.page.sent("save", line(0, "-333", label="Rabais plan B"))
    removed(
        other.send("save", line(0, "-333", label="Rabais plan B")), "Plan B was removed", "-333", "Rabais"
    )
    assert saved(app, reference)[0][1] == ["-1200"]
    assert other.client.post(f"{page(reference)}/figures", data=typed[1]).status_code == 409


def test_a_plan_that_moved_up_is_not_taken_for_the_one_that_had_its_letter(
    app: Flask, coordinator: Staff, other: Staff
) -> None:
    """Plan C is Plan B once that is removed: what was typed for the old one is refused, for the moved one kept."""
    reference = two(app, coordinator)
    coordinator.press("Save, and add a plan like Plan B")
    other.see(f"{page(reference)}?plan=B")
    coordinator.see(f"{page(reference)}?plan=C")
    late = Page(coordinator.client.get(f"{page(reference)}?plan=B"))
    action, fields = late.sent("Remove Plan B", {})
    assert coordinator.client.post(action, data=fields).status_code == 303
    for button in ("save", "Remove Plan B"):
        action, fields = other.page.sent(button, line(0, "-333"))
        removed(Page(other.client.post(action, data=fields)), "Plan B was removed meanwhile")
    shown = coordinator.send("save", line(0, "-50"))
    assert shown.status == 409
    assert "Adjustments of Plan B" in shown.text
    coordinator.press("save")
    assert [amounts for _sessions, amounts in saved(app, reference)] == [[], ["-50"]]


def test_the_only_plan_is_not_taken_for_another_only_one(
    app: Flask, coordinator: Staff, other: Staff
) -> None:
    reference = ask(app)
    prepare(coordinator, reference)
    other.see(page(reference))
    coordinator.press("Save, and add another plan")
    coordinator.see(page(reference))
    coordinator.press("Remove Plan A")
    removed(other.send("save", line(0, "-333")), "This plan was removed meanwhile", "-333")
    assert [amounts for _sessions, amounts in saved(app, reference)] == [[]]


def test_what_was_copied_in_place_of_a_plan_is_another_one(
    app: Flask, coordinator: Staff, other: Staff
) -> None:
    issue(coordinator, ask(app))
    reference = ask(app, name="Otto Young", address="otto@example.org")
    prepare(coordinator, reference)
    other.see(page(reference))
    coordinator.see(f"{page(reference)}/copy")
    coordinator.send("Copy its plans", {"number": "Q-2026-00001"})
    removed(other.send("save", line(0, "-333")), "This plan was removed meanwhile", "-333")


def test_optional_lines_are_saved_also_from_the_page_of_a_plan_that_was_removed(
    app: Flask, coordinator: Staff, other: Staff
) -> None:
    """They are those of every plan."""
    reference = two(app, coordinator)
    other.see(f"{page(reference)}?plan=B")
    other.press("Save, and change the optional lines")
    coordinator.see(f"{page(reference)}?plan=B")
    coordinator.press("Remove Plan B")
    other.send("Save", {"label-0": "Interpreter", "net-0": "120", "tax-0": ""})
    assert other.page.status == 409
    assert other.press("Save").status == 200
    assert "Interpreter" in other.page.text
