"""What a patient typed is there again after Reload and Back: every form that can be typed into keeps it."""

from __future__ import annotations

import re

import pytest

from tests.support.folders import ROOT

FORM = re.compile(r"<form\b(?P<tag>(?:\{\{.*?\}\}|\{%.*?%\}|[^>])*)>(?P<content>.*?)</form>", re.DOTALL)
TYPED_INTO = re.compile(
    r"""\{\{\s*(?:field|control)\((?!\s*[\w.]*language\b)|\{\{\s*all_questions\(|<textarea|<input[^>]*type="text\""""
)
KEEPS = re.compile(r"\bdata-(?:typed|kept)\b")

NEED_NOT = {
    "my_data_code.html": "a code opens once",
    "quote_code.html": "a code opens once",
    "_verify_forms.html": "no browser puts back a file",
    "compare.html": "a link that was copied is copied again",
    "compare_with.html": "a link that was copied is copied again",
}
"""Forms in which little is typed, and nothing that anybody thinks about."""


def forms() -> dict[str, list[re.Match[str]]]:
    """Return the forms that send something, by template."""
    return {
        path.name: [
            found
            for found in FORM.finditer(path.read_text(encoding="utf-8"))
            if 'method="post"' in found["tag"]
        ]
        for path in sorted((ROOT / "templates" / "patient").glob("*.html"))
    }


def typed_into() -> list[tuple[str, str]]:
    """Return the template and the opening tag of each form with a field for a text."""
    return [
        (name, found["tag"])
        for name, each in forms().items()
        for found in each
        if TYPED_INTO.search(found["content"])
    ]


@pytest.mark.parametrize(("name", "tag"), typed_into())
def test_what_was_typed_is_kept(name: str, tag: str) -> None:
    assert (name in NEED_NOT) != bool(KEEPS.search(tag)), tag


def test_a_message_that_was_sent_is_not_put_back_for_who_asks_again() -> None:
    """It would be sent twice."""
    for name in ("first_question.html", "request.html"):
        kept = [found["tag"] for found in forms()[name] if "data-typed" in found["tag"]]
        assert kept
        assert all("data-forgets" in tag for tag in kept), name


def test_every_form_is_found() -> None:
    found = {name for name, _tag in typed_into()}
    assert {
        "ask.html",
        "estimate.html",
        "first_question.html",
        "quote_question.html",
        "request.html",
    } <= found
    assert found >= set(NEED_NOT)
