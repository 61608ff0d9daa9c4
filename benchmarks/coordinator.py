"""What a coordinator does, in Chromium: from a chat message to a quote, from a question to an answer, a wrong address.

A script fills in at once, so the seconds are those that the pages take; presses and pages loaded are a person's too.
"""

from __future__ import annotations

import json
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from playwright.sync_api import BrowserContext, Locator, Page, sync_playwright

from benchmarks.measure import Row
from benchmarks.screens import CHROMIUM, demonstration, served

MESSAGE = """Bonjour, je m’appelle Amélie Dubois. Mon frère a une lésion de la moelle épinière depuis 2023.
Nous voudrions savoir combien coûtent 2 injections. Mon WhatsApp : +33 6 12 34 56 78, amelie@example.org
Il pourrait voyager en mars. Merci !"""

QUESTION = "Is breakfast included in the hotel?"
ANSWER = "Yes, breakfast is included."
RIGHT = "amelie.dubois@example.org"
PLAN = json.loads((resources.files("pricing.tables") / "delhi.json").read_text(encoding="utf-8"))


def rows() -> list[Row]:
    """Count presses, fields that were typed in, and pages loaded, and take the time, for each of the three."""
    with tempfile.TemporaryDirectory(prefix="estimator-bench-") as name:
        settings = demonstration(Path(name))
        with served(settings), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            desk, home = (
                browser.new_context(
                    viewport={"width": 1280, "height": 800}, base_url=settings["PUBLIC_URL"], locale="en-GB"
                )
                for _who in range(2)
            )
            found = _all(desk, home, Path(name) / "served.log")
            browser.close()
    return found


def _all(desk: BrowserContext, home: BrowserContext, log: Path) -> list[Row]:
    link = re.search(r"coordinator, once: (\S+)", log.read_text())
    assert link is not None, "the demonstration prints a link for a coordinator"
    hand = _Hand(desk.new_page())
    hand.page.goto(link[1])
    hand.page.get_by_role("button", name="Sign in").click()
    with hand.doing("From a message in a chat to an issued quote with two plans") as quoted:
        reference = _quote(hand)
    _ask(home.new_page(), hand, reference)
    with hand.doing("From a question to its answer") as answered:
        _answer(hand)
    with hand.doing("From a wrong address to the quote sent again") as corrected:
        _correct(hand, reference)
    return [quoted.row, answered.row, corrected.row]


class _Done:
    """What was done in one piece of work, once it is over."""

    row: Row


class _Hand:
    """A coordinator's hand on one page, which counts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.presses = self.fields = self.loads = 0
        page.on("load", self._loaded)

    def press(self, what: Locator) -> None:
        """Press a button, a link or a box."""
        self.presses += 1
        what.click()

    def button(self, name: str) -> None:
        """Press the first button that is called so."""
        self.press(self.page.get_by_role("button", name=name, exact=True).first)
        self.page.wait_for_load_state()

    def link(self, name: str) -> None:
        """Follow the first link that is called so."""
        self.press(self.page.get_by_role("link", name=name).first)
        self.page.wait_for_load_state()

    def type(self, field: Locator, text: str) -> None:
        """Type into a field, or paste."""
        self.fields += 1
        field.fill(text)

    @contextmanager
    def doing(self, what: str) -> Iterator[_Done]:
        """Count what is done in the block."""
        done = _Done()
        self.presses = self.fields = self.loads = 0
        began = time.perf_counter()
        yield done
        seconds = time.perf_counter() - began
        done.row = Row(
            what,
            f"{self.presses} presses, {self.fields} fields",
            f"{self.loads} pages loaded",
            f"{seconds:.1f} s of pages",
        )

    def _loaded(self, _page: Page) -> None:
        self.loads += 1


def _quote(hand: _Hand) -> str:
    """Enter a request from a pasted message, prepare two plans, and issue the quote; return the request's reference."""
    page = hand.page
    page.goto("/desk/requests")
    hand.link("New request")
    hand.press(page.locator('main a[href="/desk/requests/new/delhi"]').first)
    hand.type(page.locator('[name="pasted"]'), MESSAGE)
    hand.button("Find suggestions in it")
    hand.press(page.locator('button[name="use"][value="all"]'))
    page.wait_for_load_state()
    for code, answer in PLAN[0]["answers"].items():
        _give(hand, code, answer)
    hand.press(page.locator('[name="for_whom"][value="other"]'))
    hand.type(page.locator('[name="patient_name"]'), "Luc Dubois")
    for purpose in ("health_data", "contact", "on_behalf"):
        hand.press(page.locator(f'[name="consent_{purpose}"]'))
    hand.button("Enter the request")
    reference = page.url.rpartition("/")[2].partition("#")[0]
    hand.button("Prepare a quote")
    hand.button("Save, and add another plan")
    hand.button("Save, and change the answers")
    _give(hand, "sessions", "3")
    hand.button("Save the answers")
    hand.button("Save, and check to issue")
    hand.button("Issue this quote")
    page.get_by_text("The quote is issued").wait_for()
    return reference


def _give(hand: _Hand, code: str, answer: str | bool) -> None:
    """Answer one question of the form, unless that answer stands there already."""
    page, name = hand.page, f"q_{code}"
    value = answer if isinstance(answer, str) else "yes" if answer else "no"
    choice = page.locator(f'[name="{name}"][value="{value}"]:is([type="radio"])')
    if choice.count():
        if not choice.is_checked():
            hand.press(choice)
        return
    field = page.locator(f'[name="{name}"]')
    if field.is_visible() and field.input_value() != value:
        hand.type(field, value)


def _ask(page: Page, hand: _Hand, reference: str) -> None:
    """Ask a question as the patient, by the link that the chat text gave."""
    hand.page.goto(f"/desk/requests/{reference}")
    text = hand.page.locator("textarea#chat").input_value()
    page.goto(re.findall(r"https?://\S+", text)[0])
    page.locator('textarea[name="words"]').fill(QUESTION)
    page.locator('form:has(textarea[name="words"]) button').click()
    page.locator("ul.outcomes li").first.wait_for()  # its words are shown after a code only


def _answer(hand: _Hand) -> None:
    """Find the question on the first page and answer it."""
    page = hand.page
    page.goto("/staff")
    hand.press(page.locator("main a", has_text="question").first)
    page.wait_for_load_state()
    hand.press(page.locator('main a[href^="/desk/requests/REQ"]').first)
    page.wait_for_load_state()
    hand.type(page.locator('textarea[name="answer"]'), ANSWER)
    hand.press(page.get_by_role("button", name="Send the answer"))
    page.get_by_text(ANSWER).first.wait_for()


def _correct(hand: _Hand, reference: str) -> None:
    """Correct the address of a request, and let the quote go there."""
    page = hand.page
    page.goto(f"/desk/requests/{reference}")
    hand.link("Correct the contact")
    hand.type(page.locator('[name="email"]'), RIGHT)
    hand.press(page.locator('[name="again"][value="quote_issued"]'))
    hand.button("Save the contact")
    page.get_by_text("is sent again").wait_for()
