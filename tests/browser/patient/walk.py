"""How somebody goes through the pages, and every state in which they can meet them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from gettext import NullTranslations, translation

from playwright.sync_api import Page, expect

from tests.browser.patient.served import Site
from tests.support.folders import ROOT
from tests.support.settled import wait_until

Answers = dict[str, str]


@dataclass(frozen=True)
class Plan:
    """Answers to one list, and what would have it refused.

    `half` leaves questions open, `whole` answers the rest. A choice is written as its value, a number as it
    is typed.
    """

    slug: str
    half: Answers
    whole: Answers
    refused: Answers = field(default_factory=dict)


DELHI = Plan(
    "delhi",
    half={"cells": "umbilical", "sessions": "2"},
    whole={"room": "single", "nights": "10", "rehab": "robot", "visa": "yes", "own_mri": "no"},
    refused={"breathing": "yes"},
)

PACKAGE = {
    "sessions": "1",
    "room": "semi_private",
    "nights": "14",
    "rehab": "day",
    "own_mri": "yes",
    "flights": "1200",
    "attendant": "yes",
}
"""Answers for which the Delhi list has a package that is cheaper."""

OFFER = "USD 12,000, 4 injections, 10 days, hotel included, flights not included, visa USD 80"
"""What another clinic wrote in a chat."""

LONG_WORDS = Plan(
    "long-words", half={"sessions": "2"}, whole={"rehab": "yes"}, refused={"sessions": "two or three"}
)


def said(page: Page, message: str) -> str:
    """Return what a page says for an English message: the same in the language of the page."""
    return _catalogue(page.locator("html").get_attribute("lang") or "en").gettext(message)


@cache
def _catalogue(language: str) -> NullTranslations:
    """Return the messages for patients in a language; English is what they are written in."""
    folder = ROOT / "estimator" / "translations"
    return translation("patients", folder, [language], fallback=language == "en")


def at_step_of(page: Page, target: str) -> None:
    """Open the step in which something stands, where the form shows one at a time."""
    if page.locator(f".step[hidden]:has({target})").count():
        page.evaluate(
            "id => { location.hash = id }", page.locator(f".step:has({target})").get_attribute("id")
        )


def answer(page: Page, answers: Answers) -> None:
    """Give answers, whatever kind of question they are for."""
    for code, value in answers.items():
        at_step_of(page, f"[name=q_{code}]")
        inputs = page.locator(f"[name=q_{code}]")
        if inputs.first.get_attribute("type") == "radio":
            page.check(f"[name=q_{code}][value={value}]")
        else:
            inputs.fill(value)


WIDE = 'matchMedia("(min-width: 60.01rem)").matches'
AT_THE_CHECK = 'document.documentElement.classList.contains("to-check")'

STEPS_ARE_THERE = f"""() => {WIDE}
  || document.querySelector(".step-of")?.hidden === false"""
"""Whether the script that shows one step at a time has begun, where the screen is narrow."""


def show(page: Page) -> None:
    """Press the button that makes the estimate."""
    to_check(page)
    page.locator("button[value=show]").click()


def to_check(page: Page) -> bool:
    """Go to the step where answers are checked, and return whether there are steps, which a script makes."""
    if not page.locator("html.scripted").count():
        return False
    wait_until(page, STEPS_ARE_THERE)
    page.evaluate("location.hash = ''; location.hash = 'step-check'")
    wait_until(page, f"{AT_THE_CHECK} || {WIDE}")
    return True


def total_is_shown(page: Page) -> None:
    """Wait until the panel has the total of what was answered, and not only the least that it can come to."""
    expect(page.locator("#total .total-parts")).to_have_count(1)
    expect(page.locator("#total .total-amount")).to_be_visible()
    expect(page.locator("#total")).not_to_have_attribute("aria-busy", "true")


def estimate(page: Page, plan: Plan) -> str:
    """Answer everything anew and make the estimate; return the path of its page."""
    page.goto(f"/estimate/{plan.slug}")
    if page.locator(".kept-here button:visible").count():
        page.evaluate("localStorage.removeItem('answers')")
        page.goto(f"/estimate/{plan.slug}?anew")
    answer(page, plan.half | plan.whole)
    show(page)
    return at_breakdown(page)


def at_breakdown(page: Page) -> str:
    """Wait for the page of an estimate and return its path."""
    # Looks at the address instead of waiting for one way there: of a double click's two, one is broken off.
    expect(page).to_have_url(re.compile(r"/e/[^/]+$"), timeout=30_000)
    expect(page.locator("h1")).to_contain_text(said(page, "Cost estimate"))
    page.wait_for_load_state()
    return "/" + page.url.split("/", 3)[3]


def open_all(page: Page) -> None:
    """Open everything that is closed on a page."""
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")


def unfold(page: Page, summary: str) -> None:
    """Open one part of a page by the words of its heading, or a selector of it, if it is closed."""
    words = (
        page.locator(f"summary{summary}")
        if summary[0] in ":#."
        else page.locator("summary", has_text=summary)
    )
    part = page.locator("details", has=words).last
    if part.get_attribute("open") is None:
        part.locator("summary").first.click()
    expect(part).to_have_attribute("open", "")


def mail(page: Page, address: str) -> None:
    """Have the estimate of a page sent to an address, and wait until it is sent."""
    if page.locator("#send").count():
        unfold(page, "#send-title")
        page.locator("#send a[href$='/email']").click()
    page.fill("#address", address)
    page.locator("form.email button").click()
    expect(page.locator(".outcome").first).to_be_visible()
    for _look in range(100):
        if page.locator(".outcome-sent").count():
            return
        page.wait_for_timeout(200)
        page.reload()
    raise AssertionError("the mail was not sent")


def states(page: Page, plan: Plan, site: Site) -> Iterator[str]:
    """Bring a page into every state of the journey, and yield the name of each."""
    page.goto("/")
    yield "start"
    page.goto(f"/estimate/{plan.slug}")
    yield "empty form"
    answer(page, plan.half)
    expect(page.locator("#total .total-left")).to_be_visible()
    yield "half answered"
    show(page)
    expect(page.locator(".error-summary")).to_be_focused()
    yield "error summary"
    answer(page, plan.whole)
    total_is_shown(page)
    yield "total shown"
    answer(page, plan.refused)
    refused = [said(page, each) for each in ("This plan is not possible", "Please look at this again")]
    expect(page.locator("#total .total-label")).to_have_text(re.compile("|".join(map(re.escape, refused))))
    yield "refused while answering"
    has_steps, label = to_check(page), page.locator("#total .total-label").text_content()
    if has_steps and label == refused[0]:
        expect(page.locator("button[value=show]")).to_be_hidden()
        expect(page.locator(".not-possible")).to_be_visible()
    else:
        show(page)
        expect(page.locator(".error-summary")).to_be_focused()
    yield "refused"
    path = estimate(page, plan)
    yield "breakdown"
    open_all(page)
    yield "breakdown, with everything opened"
    page.locator(".changes button").first.click()
    expect(page.locator(".since a")).to_be_visible()
    yield "one answer changed by a tap"
    page.locator(".answers button").first.evaluate("button => button.click()")
    expect(page.locator("h1")).to_contain_text(said(page, "Change an answer"))
    yield "one question alone"
    page.goto(path)
    if plan is DELHI:
        page.goto(f"{path}/change")
        answer(page, PACKAGE)
        show(page)
        page.wait_for_url(lambda url: not url.endswith("/change"))
        path = at_breakdown(page)
        unfold(page, ":has(#items-title)")
        expect(page.locator(".saving")).to_be_visible()
        yield "package"
    unfold(page, "#send-title")
    page.locator("#send a[href$='/email']").click()
    page.fill("#address", "anna@gmial.com")
    page.locator("form.email button").click()
    expect(page.locator(".suggestion")).to_contain_text("anna@gmail.com")
    yield "address with a slip"
    page.fill("#address", "nobody")
    page.locator("form.email button").click()
    expect(page.locator(".error-summary")).to_be_focused()
    yield "no address"
    mail(page, "anna@example.org")
    yield "mail is sent"
    page.locator(".outcome a").click()
    expect(page.locator(".letter")).to_contain_text("EST-")
    yield "mail of the demonstration"
    page.locator(".back a").click()
    expect(page.locator(".mails")).to_be_visible()
    yield "mailbox of the demonstration"
    page.goto(path)
    site.expire(page.locator("dl.facts bdi").first.inner_text())
    page.goto(path)
    expect(page.locator(".expired")).to_be_visible()
    yield "expired"
    page.goto(f"{path}/change")
    total_is_shown(page)
    yield "change answers"
    page.goto(f"{path}/other-offer")
    yield "what another clinic wrote"
    page.fill("#words", OFFER)
    page.locator("main button[value=find]").click()
    expect(page.locator("#found")).to_be_visible()
    page.locator("main button[value=compare]").last.click()
    expect(page.locator(".beside-table")).to_be_visible()
    yield "what another clinic wrote, compared"
    open_all(page)
    yield "what another clinic wrote, all open"
    page.goto(f"{path}/delete")
    yield "delete"
    page.locator("main button[type=submit]").click()
    expect(page.locator("h1")).to_have_text(said(page, "The estimate is deleted"))
    yield "deleted"
    page.goto(path)
    expect(page.locator("h1")).to_have_text(said(page, "This page does not exist"))
    yield "missing"
