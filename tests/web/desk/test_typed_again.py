"""What an error page shows again, to be copied: what somebody typed, and nothing that a page carries or lets choose."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from estimator.web import errors, fields, forms

HIDDEN = re.compile(r'type="hidden" name="([a-z_0-9]+)"')
DIGEST = "3f" * 32

TYPED_BEFORE = {"reason", "words", "typed_name", "q", "link_1"}
"""What was typed on the page before, and is carried on by the page that asks once more."""


@pytest.mark.parametrize(
    ("path", "sent", "shown"),
    [
        (
            "/desk/requests/REQ-2345-6789/quote/issue",
            {"fingerprint": DIGEST, "recipient": DIGEST, "standing": DIGEST, "account": "12", "second": "ar"},
            [],
        ),
        (
            "/desk/price-lists/drafts/7/approve",
            {"over": "11", "instead_of": "11", "becomes": "delhi 2026-12"},
            [],
        ),
        (
            "/desk/requests/REQ-2345-6789/contact",
            {"full_name": "Anna Kowalska", "country": "PL", "language": "en", "again": "quote_issued"},
            ["Anna Kowalska"],
        ),
        (
            "/desk/requests/REQ-2345-6789/answer",
            {"words": "August is possible.", "way": "whatsapp", "changes": "12"},
            ["August is possible."],
        ),
        (
            "/desk/requests/REQ-2345-6789/quote/answers",
            {
                "q_cells": "umbilical",
                "q_visa": "yes",
                "q_sessions": "4",
                "q_nights": "14",
                "plan_key": "3f3f",
            },
            ["14", "4"],
        ),
        (
            "/desk/requests/REQ-2345-6789/quote/save",
            {"price-for-robot": "USD unit 1", "price-shown-robot": "7", "price-robot": "9"},
            ["9"],
        ),
    ],
)
def test_what_was_typed_is_shown_again_and_nothing_else(
    app: Flask, path: str, sent: dict[str, str], shown: list[str]
) -> None:
    with app.test_request_context(path, method="POST", data=sent):
        assert errors.typed() == shown


def test_what_pages_carry_is_known_as_carried(app: Flask) -> None:
    assert app.view_functions  # every class of forms is loaded
    every = fields.typed_names(forms.all_forms())
    templates = Path("templates").rglob("*.html")
    carried = {name for file in templates for name in HIDDEN.findall(file.read_text(encoding="utf-8"))}
    assert {name for name in carried - errors.CARRIED - TYPED_BEFORE if name not in every} == set(), (
        "add it to CARRIED"
    )
