"""Terms of quotes and commissions are written in forms, like every other part of a price list."""

from __future__ import annotations

from flask import Flask

from estimator.price_lists import drafts, editing
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
    editor.send("add", {"new.label": "Time to think", "new.code": ""})
    assert editor.page.path.endswith("/entry/terms/time_to_think")
    assert "Days" not in [label.text for label in editor.page.all("label")]
    editor.send("save", {"f.kind": "accept_after", "f.source": "An act, article 1", "f.as_of": "2026-11-29"})
    assert "Error: This is needed." in editor.page.errors()
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
    assert "requires that “tax_number” is printed" in editor.page.text
    editor.see(f"{draft}/entry/provider")
    editor.send("save", {"f.tax_number": "17"})
    assert "Nothing stands in the way of publication." in editor.see(draft).text


def test_a_commission_is_added_by_who_gets_it(app: Flask, editor: Staff, draft: str) -> None:
    editor.see(f"{draft}/section/commission")
    editor.send("add", {"new.label": "Example Agency", "new.code": ""})
    editor.send("save", {"f.percent": "15", "f.of": "treatment", "f.source": "Contract"})
    assert editor.page.errors() == []
    found = entry(app, "commission", "example_agency")
    assert found["percent"] == 15
    assert found["of"] == ["treatment"]
    assert "Example Agency" in editor.see(f"{draft}/section/commission").text
