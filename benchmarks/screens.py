"""How much a patient has to scroll and to read on a cheap phone, with everything folded that can be."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from urllib.error import URLError

from playwright.sync_api import Page, sync_playwright

import pricing
from benchmarks.acts import acting
from benchmarks.measure import Row
from estimator import clinic, config, create_app, estimates, price_lists, quotes, requests
from estimator.act import Act
from estimator.db import db
from estimator.models import PatientRequest
from estimator.price_lists import worked_examples
from estimator.quotes import drafts
from pricing.money import plain
from pricing.table import ChoiceDriver, Driver, NumberDriver, PriceTable

WIDTH, HEIGHT = 360, 740
CHROMIUM = "/usr/bin/chromium-headless-shell"
SLUGS = ("delhi", "japan", "mexico")
PERSON = requests.Person("Anna Example", None, "+49 30 901820", "")

MEASURE = """() => {
  for (const more of document.querySelectorAll("details")) more.open = false;
  const seen = document.body.innerText.split(/\\s+/).filter((word) => /[\\p{L}\\p{N}]/u.test(word));
  return [document.documentElement.scrollHeight, seen.length];
}"""

Answers = dict[str, str | bool]


def rows() -> list[Row]:
    """Open every page on a phone, and count its screens and the words that are seen."""
    found = []
    with tempfile.TemporaryDirectory(prefix="estimator-bench-") as name:
        settings = demonstration(Path(name))
        with served(settings), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            context = browser.new_context(
                viewport={"width": WIDTH, "height": HEIGHT}, base_url=settings["PUBLIC_URL"]
            )
            page = context.new_page()
            found.append(_measured(page, "/", "Start"))
            for slug in SLUGS:
                plans = plans_of(slug)
                found += _steps(page, slug, plans["largest"])
                links = links_of(settings, slug, plans)
                for what, path in links.items():
                    found.append(_measured(page, path, f"{slug}: {what}"))
            browser.close()
    return found


def _measured(page: Page, path: str, what: str) -> Row:
    page.goto(path, wait_until="networkidle")
    return _row(page, what)


def _row(page: Page, what: str) -> Row:
    high, words = page.evaluate(MEASURE)
    return Row(what, f"{high / HEIGHT:.1f} screens", f"{words} words")


def _steps(page: Page, slug: str, answers: Answers) -> Iterator[Row]:
    """Fill the form in with a plan, and measure each of its steps."""
    page.goto(f"/estimate/{slug}", wait_until="networkidle")
    for code, value in answers.items():
        page.evaluate(
            """([name, value]) => {
              for (const input of document.getElementsByName(name)) {
                if (input.type === "radio") input.checked = input.value === value;
                else input.value = value;
                input.dispatchEvent(new Event("input", { bubbles: true }));
              }
            }""",
            [f"q_{code}", value if isinstance(value, str) else "yes" if value else "no"],
        )
    page.wait_for_load_state("networkidle")
    page.locator("#total .total-amount").wait_for()
    for step in page.locator(".step").all():
        page.evaluate("id => { location.hash = id }", step.get_attribute("id"))
        step.wait_for()
        yield _row(page, f"{slug}: step “{page.locator('.step-of bdi').inner_text()}”")
    page.evaluate("localStorage.clear()")


def plans_of(slug: str) -> dict[str, Answers]:
    """Return the plan with the least of everything, the worked example, and the one with the most."""
    folder = resources.files("pricing.tables")
    table = pricing.read((folder / f"{slug}.toml").read_text(encoding="utf-8"))
    (example, *_others) = worked_examples.parsed((folder / f"{slug}.json").read_text(encoding="utf-8"))
    found = {
        "smallest": _every(table, most=False),
        "default": dict(example.answers),
        "largest": _every(table, most=True),
    }
    return {name: _possible(table, answers) for name, answers in found.items()}


def _possible(table: PriceTable, answers: Answers) -> Answers:
    """Return a plan, with the answers that a rule refuses turned round."""
    try:
        pricing.estimate(table, answers)
    except pricing.BadAnswers as refused:
        turned = {problem.driver: True for problem in refused.problems if answers[problem.driver] is False}
        if not turned:
            raise
        return _possible(table, {**answers, **dict(list(turned.items())[:1])})
    return answers


def _every(table: PriceTable, *, most: bool) -> Answers:
    """Answer every question with the most or the least of it; about the patient nothing stands in the way."""
    return {driver.code: _answer(driver, most and driver.role != "about_you") for driver in table.drivers}


def _answer(driver: Driver, most: bool) -> str | bool:
    if isinstance(driver, ChoiceDriver):
        offered = [choice.code for choice in driver.choices if choice.offered]
        return offered[-1 if most else 0]
    if isinstance(driver, NumberDriver):
        return plain(driver.most if most else driver.least)
    return most


def links_of(
    settings: Mapping[str, str], slug: str, plans: Mapping[str, Answers], language: str = "en"
) -> dict[str, str]:
    """Make estimates and firm quotes of plans in the served installation; return their paths."""
    loaded, now = config.load(settings), datetime.now(UTC)
    app = create_app(loaded, pages=False)
    found = {}
    try:
        with app.app_context():
            patient = acting("patient", now, loaded, clinic.current())
            version = price_lists.in_force(slug, now)
            for name, answers in plans.items():
                token = estimates.make(patient, version, answers, language=language, submission="")
                found[f"breakdown, {name} plan"] = f"/e/{token}"
                made = estimates.find(patient, token)
                assert made is not None
                asked = requests.Asked(PERSON, "DE", language, "self", None, [])
                record = requests.ask(patient, made, asked, origin="page", submission="")
                link = _quote(patient.by("user:1"), record)
                if link is not None:
                    found[f"quote, {name} plan"] = link
                db.session.commit()
    finally:
        app.extensions["jobs"].close()
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
    return found


def _quote(coordinator: Act, record: PatientRequest) -> str | None:
    """Issue a firm quote of a request as it was asked for; return its link, or None if something is missing for it."""
    draft = drafts.begin(coordinator, record)
    draft = drafts.change(coordinator, draft, save=draft.save, prices="keep", adjustments=[])
    state = drafts.preview(coordinator, draft)
    if state.missing:
        return None
    revision = quotes.issue(coordinator, record, save=draft.save, fingerprint=state.fingerprint)
    return f"/q/{quotes.token_of(revision.quote, coordinator.settings.link_key)}"


def demonstration(folder: Path) -> dict[str, str]:
    """Return the settings of a demonstration in a folder, at a free port."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    return {
        **{name: value for name, value in os.environ.items() if not name.endswith("_FILE")},
        "INSTANCE": str(folder),
        "DATABASE_URL": "",
        "DEMO": "1",
        "HOST": "127.0.0.1",
        "PORT": port,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
    }


@contextmanager
def served(settings: dict[str, str]) -> Iterator[None]:
    """Serve the demonstration until the end."""
    with (Path(settings["INSTANCE"]) / "served.log").open("wb") as log:
        call = [sys.executable, "-m", "estimator", "serve", "--demo"]
        server = subprocess.Popen(call, env=settings, stdout=log, stderr=subprocess.STDOUT)
        try:
            for _look in range(300):
                try:
                    urllib.request.urlopen(settings["PUBLIC_URL"], timeout=5).close()
                    break
                except (URLError, ConnectionError, TimeoutError):
                    time.sleep(0.1)
            yield
        finally:
            server.terminate()
            server.wait(30)
