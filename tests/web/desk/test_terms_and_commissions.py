"""Terms of quotes and commissions are written in forms, like every other part of a price list."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from estimator.models.staff import Role
from estimator.price_lists import drafts, editing
from tests.support.quote_desk import ask, changed_list
from tests.support.quote_form import prepare
from tests.support.staff_browser import Staff


def entry(app: Flask, section: str, code: str) -> dict[str, object]:
    with app.app_context():
        data = editing.look(drafts.find(1).text).data
    assert data is not None
    found = editing.get(data, (section, code))
    assert isinstance(found, dict)
    return found


def test_a_term_is_added_and_has_the_fields_of_its_kind(app: Flask, editor: Staff, draft: str) -> None:
    editor.see(f"{draft}/section/terms")
    assert "It becomes the code. Patients do not see it." in editor.page.text
    editor.send("add", {"new.label": "Time to think", "new.code": ""})
    assert editor.page.path.endswith("/entry/terms/time_to_think")
    assert "Days" not in [label.text for label in editor.page.all("label")]
    editor.send("save", {"f.kind": "accept_after", "f.source": "An act, article 1", "f.as_of": "2026-11-29"})
    assert "Error: This is needed." in editor.page.errors()
    assert "time_to_think: days that pass before a quote may be accepted" in editor.page.text, (
        "as it was named"
    )
    editor.send("save", {"f.days": "15"})
    assert editor.page.errors() == []
    assert (
        editing.written({"terms": {"time_to_think": entry(app, "terms", "time_to_think")}})
        .strip()
        .endswith("as_of = 2026-11-29")
    )
    assert entry(app, "terms", "time_to_think")["days"] == 15
    assert "days that pass before a quote may be accepted" in editor.see(f"{draft}/section/terms").text


def test_a_required_notice_that_is_missing_keeps_the_list_from_being_published(
    editor: Staff, draft: str
) -> None:
    editor.see(f"{draft}/section/terms")
    editor.send("add", {"new.label": "", "new.code": "number"})
    editor.send("save", {"f.kind": "print", "f.source": "An act", "f.as_of": "2026-11-29"})
    editor.send("save", {"f.field": "tax_number"})
    assert "One warning must be fixed before this draft can be published." in editor.see(draft).text
    assert "requires that “the provider’s tax number” is printed" in editor.page.text
    editor.see(f"{draft}/entry/provider")
    editor.send("save", {"f.tax_number": "17"})
    assert "Nothing stands in the way of publication." in editor.see(draft).text


def test_a_commission_is_added_by_who_gets_it(app: Flask, editor: Staff, draft: str) -> None:
    editor.see(f"{draft}/section/commission")
    editor.send("add", {"new.label": "Example Agency", "new.code": ""})
    editor.send("save", {"f.percent": "15", "f.of.0.code": "treatment", "f.source": "Contract"})
    assert editor.page.errors() == []
    found = entry(app, "commission", "example_agency")
    assert found["percent"] == 15
    assert found["of"] == ["treatment"]
    assert "Example Agency" in editor.see(f"{draft}/section/commission").text


TERMS = """
[terms.wait]
kind = "accept_after"
days = 15
source = "An act"
as_of = 2026-01-01

[terms.form]
kind = "text_form"
source = "An act"
as_of = 2026-01-01
"""


@pytest.mark.long
def test_the_desk_sees_the_first_day_before_it_issues_and_until_that_day(
    app: Flask, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    changed_list(app, version="terms", **{"[provider]\n": f"{TERMS}\n[provider]\n"})
    coordinator, reference = sign_in(app, "coordinator"), ask(app, address=None)
    prepare(coordinator, reference)
    shown = coordinator.send("issue", {})
    assert "First day on which it may be accepted" in shown.text
    assert "26 November 2026" in shown.text
    assert "hand the PDF over as well" in shown.text
    coordinator.press("Issue this quote")
    assert "Cannot be accepted before 26 November 2026." in coordinator.page.text


def test_a_last_day_before_the_first_is_told_with_what_to_do(
    app: Flask, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    changed_list(app, version="terms", **{"[provider]\n": f"{TERMS}\n[provider]\n"})
    coordinator, reference = sign_in(app, "coordinator"), ask(app)
    prepare(coordinator, reference, **{"until-day": "25", "until-month": "11", "until-year": "2026"})
    said = "The last day is before 26 November 2026, the first day on which a quote issued today may be accepted."
    assert said in coordinator.page.text
