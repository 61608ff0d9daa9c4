"""The form of a quote at the desk, filled in as a coordinator does, and what its pages then show."""

from __future__ import annotations

import subprocess

from flask import Flask
from sqlalchemy import func, select

from estimator.db import db
from estimator.models import QuoteDraft
from tests.support.quote_desk import changed_list, page
from tests.support.staff_browser import Page, Staff

SPACE, MINUS = "\N{NO-BREAK SPACE}", "\N{MINUS SIGN}"

PRICE = f"USD{SPACE}15,890.40"
"""What the plan comes to with the list that the request was made with; the tests of the arithmetic work it out."""


def text_of(content: bytes) -> list[str]:
    """Return the text of each page of a PDF."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return done.stdout.decode().rstrip("\f").split("\f")


def line(
    number: int, amount: str, label: str = "For friends", reason: str = "Agreed by telephone"
) -> dict[str, str]:
    """Return what is typed into the inputs of an adjustment."""
    return {f"amount-{number}": amount, f"label-{number}": label, f"reason-{number}": reason}


def prepare(coordinator: Staff, reference: str, **typed: str) -> Page:
    """Begin a quote, and save what was typed."""
    coordinator.see(page(reference))
    coordinator.press("Prepare a quote")
    return coordinator.send("save", typed)


def prepare_two(coordinator: Staff, reference: str) -> None:
    """Begin a quote, and add a plan with three sessions to it."""
    prepare(coordinator, reference)
    coordinator.press("Save, and add another plan")
    coordinator.press("Save, and change the answers")
    coordinator.send("Save the answers", {"q_sessions": "3"})


def issue(coordinator: Staff, reference: str, **typed: str) -> Page:
    """Prepare a quote and issue it."""
    prepare(coordinator, reference, **typed)
    coordinator.see(f"{page(reference)}/issue")
    return coordinator.press("Issue this quote")


def dearer(app: Flask) -> None:
    """Publish a version in which a night in the ward costs USD 7.40 more: 103.60 for 14 nights."""
    changed_list(app, **{"likely = 42.60, high = 46.20": "likely = 50.00, high = 60.00"})


def drafts(app: Flask) -> int:
    """Return how many quotes are being prepared."""
    with app.app_context():
        return db.session.scalar(select(func.count(QuoteDraft.id))) or 0


def total(shown: Page) -> str:
    """Return the firm total that a page shows beside the form."""
    (found,) = shown.all("p", class_="total-amount")
    return "".join(found.itertext()).strip()
