"""Try a draft: any answers priced against it beside the version in force, and what differs in words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import render_template, request

import pricing
from estimator import price_lists, wording
from estimator.i18n import Reader
from estimator.i18n import gettext as _
from estimator.models import Draft, TableVersion
from estimator.price_lists import editing
from estimator.web import forms
from estimator.web.desk.price_lists.blueprint import Answer, head_of, pages, the_draft
from estimator.web.desk.price_lists.comparison import compared
from estimator.web.desk.price_lists.problems import problems_in_words
from estimator.web.language import current_reader
from estimator.web.request_context import now
from pricing.table import ChoiceDriver, DateDriver, PriceTable, YesNoDriver


@pages.get("/drafts/<int:draft_id>/differences")
def differences(draft_id: int) -> Answer:
    """Show in words what differs between the version in force and a draft."""
    draft = the_draft(draft_id)
    current = in_force(draft)
    old = None if current is None else price_lists.parsed(current)
    new = editing.look(draft.text).table
    return render_template(
        "desk/differences.html",
        draft=head_of(draft),
        current=None if current is None else current.version,
        found=None if current is None else compared(current.text, draft.text),
        renamed=_renamed(old, new) if old and new else [],
    )


def _renamed(old: PriceTable, new: PriceTable) -> list[tuple[str, str]]:
    """Entries that vanished beside one that appeared with the same name."""
    return [
        (change.place, change.perhaps_renamed)
        for change in pricing.explore.difference(old, new)
        if change.change == "removed" and change.perhaps_renamed
    ]


def in_force(draft: Draft) -> TableVersion | None:
    """Return the version in force of the list that a draft was begun for."""
    try:
        return price_lists.in_force(draft.slug, now())
    except LookupError:
        return None


@pages.route("/drafts/<int:draft_id>/try", methods=["GET", "POST"])
def try_it(draft_id: int) -> Answer:
    """Ask the draft's questions, and price the answers against the draft and the version in force."""
    draft = the_draft(draft_id)
    look = editing.look(draft.text)
    if look.table is None:
        problems = problems_in_words(draft, look.problems, 20)
        return render_template(
            "desk/try.html", draft=head_of(draft), problems=problems, questions=[], result=None
        )
    table, reader = look.table, current_reader()
    form = forms.build(table)
    found = forms.read(form, table, reader)
    result, wrong = None, {}
    if request.method == "POST":
        current = in_force(draft)
        new, refused = _priced(table, found.answers, reader)
        old, refused_old = (
            (None, {}) if current is None else _priced(price_lists.parsed(current), found.answers, reader)
        )
        wrong = {**refused, **found.unreadable}
        if new is not None and not found.unreadable:
            result = {
                "new": new,
                "old": old,
                "refused_old": [text for texts in refused_old.values() for text in texts],
                "current": None if current is None else current.version,
                "rows": _beside(old, new, table, reader),
                "currency": table.currency,
                "same_currency": old is None or old["currency"] == new["currency"],
            }
    page = render_template(
        "desk/try.html",
        draft=head_of(draft),
        problems=[],
        questions=questions_of(form, table, reader, wrong),
        result=result,
        errors=[
            {"target": f"{forms.PREFIX}{code}", "sentence": text}
            for code, texts in wrong.items()
            for text in texts
        ],
    )
    return page, 422 if wrong else 200


def _priced(
    table: PriceTable, answers: Any, reader: Reader
) -> tuple[dict[str, Any] | None, dict[str, list[str]]]:
    known = {driver.code for driver in table.drivers}
    own = {code: answer for code, answer in answers.items() if code in known}
    try:
        return pricing.estimate(table, own).as_dict(), {}
    except pricing.BadAnswers as refusal:
        return None, wording.problem_sentences(refusal, reader)


def questions_of(form: Any, table: PriceTable, reader: Reader, wrong: Any) -> list[dict[str, Any]]:
    """Return the questions of a list as plain controls, with what was typed into them."""
    rows = []
    for driver in table.drivers:
        typed = form[forms.PREFIX + driver.code].data
        options: list[tuple[str, str]] | None = None
        if isinstance(driver, ChoiceDriver):
            options = [
                (choice.code, str(reader.words(choice.label, table.main_language)))
                for choice in driver.choices
                if choice.offered
            ]
        elif isinstance(driver, YesNoDriver):
            options = [("yes", _("Yes")), ("no", _("No"))]
        rows.append(
            {
                "name": forms.PREFIX + driver.code,
                "label": reader.words(driver.label, table.main_language),
                "kind": "day" if isinstance(driver, DateDriver) else "select" if options else "line",
                "options": [("", "–"), *options] if options else None,
                "typed": typed or "",
                "problems": wrong.get(driver.code, []),
            }
        )
    return rows


def _beside(old: Any, new: Any, table: PriceTable, reader: Reader) -> list[dict[str, Any]]:
    """Every item of either breakdown with both of its likely amounts, and the totals below."""
    before = {} if old is None else {item["code"]: item for item in old["items"]}
    after = {item["code"]: item for item in new["items"]}
    taxes_before = {} if old is None else {tax["code"]: tax for tax in old["taxes"]}
    taxes_after = {tax["code"]: tax for tax in new["taxes"]}
    rows = []
    for one, other in ((before, after), (taxes_before, taxes_after)):
        for code in dict.fromkeys((*other, *one)):
            labelled = other.get(code) or one[code]
            rows.append(
                _row(
                    str(reader.words(labelled["label"], next(iter(labelled["label"])))),
                    _likely(one.get(code)),
                    _likely(other.get(code)),
                    code in one,
                    code in other,
                    old is not None,
                    reader,
                )
            )
    for key, label in (
        ("provider", _("What the provider charges")),
        ("others", _("Paid to others")),
        ("total", _("Total")),
    ):
        then = None if old is None else old["totals"][key]["likely"]
        row = _row(label, then, new["totals"][key]["likely"], old is not None, True, old is not None, reader)
        rows.append({**row, "total": True})
    return rows


def _likely(item: Any) -> str | None:
    return None if item is None else item["amount"]["likely"]


def _row(
    label: str, old: str | None, new: str | None, was: bool, there: bool, compares: bool, reader: Reader
) -> dict[str, Any]:
    def words(amount: str | None, present: bool) -> str:
        if not present:
            return "–"
        return _("on request") if amount is None else reader.number(amount)

    change = ""
    if compares and not (was and old is None) and not (there and new is None):
        by = Decimal(new or 0) - Decimal(old or 0)
        if by:
            change = ("+" if by > 0 else "") + reader.number(format(by, "f"))
    differs = compares and (was != there or old != new)
    return {
        "label": label,
        "old": words(old, was),
        "new": words(new, there),
        "change": change,
        "differs": differs,
        "total": False,
    }


def driver_words(table: PriceTable, code: str, reader: Reader) -> str:
    """Return what a question is called; its code if the list does not ask it."""
    for driver in table.drivers:
        if driver.code == code:
            return str(reader.words(driver.label, table.main_language))
    return code


def item_words(table: PriceTable, code: str, reader: Reader) -> str:
    """Return what a charge or a package is called; its code if the list has none."""
    labels = {item.code: item.label for item in table.charges} | {
        item.code: item.label for item in table.packages
    }
    return str(reader.words(labels[code], table.main_language)) if code in labels else code
