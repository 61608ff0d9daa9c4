"""What is wrong with a list, in the reader's words, each with the address of the field where it is mended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypedDict

from flask import url_for

from estimator import wording
from estimator.models import Draft
from estimator.price_lists import drafts, editing
from estimator.web.desk.price_lists import in_forms
from estimator.web.desk.price_lists.in_forms import split
from estimator.web.desk.price_lists.no_amount import not_an_amount
from estimator.web.language import current_reader
from estimator.web.request_context import now
from pricing import Problem


def sentence(problem: Problem) -> str:
    """Say what is wrong with a text, in the words of the notation."""
    return wording.problem_sentence(problem, current_reader())


def address_of(draft: Draft, problem: Problem) -> str:
    """Return the address of the field in which a problem stands."""
    path, field = split(problem.place)
    if editing.look(draft.text).data is None:
        return url_for("price_lists.text", draft_id=draft.id)
    if path is None:
        section = problem.place if problem.place in editing.SECTIONS else None
        if section is None:
            return url_for("price_lists.text", draft_id=draft.id)
        return url_for("price_lists.section", draft_id=draft.id, path=section)
    anchor = f"f.{field}" if field else None
    return url_for("price_lists.entry", draft_id=draft.id, path="/".join(path), _anchor=anchor)


def warnings_of(look: editing.Look) -> Sequence[Problem]:
    """Return the warnings of a text as every page shows and counts them."""
    return drafts.warned(look, now())


def by_entry(problems: Iterable[Problem]) -> dict[tuple[str, str], list[Problem]]:
    """Return problems by the section and code of the entry in which they stand."""
    found: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        parts = problem.place.split(".")
        if len(parts) > 1:
            found.setdefault((parts[0], parts[1].partition("[")[0]), []).append(problem)
    return found


class ProblemRow(TypedDict):
    """One problem of a list, with the page where it is mended."""

    sentence: str
    place: str
    line: int | None
    address: str


def in_words(problem: Problem, data: editing.Data) -> str:
    """Say what is wrong for people who fill in forms, the same on every page; `data` is the list that it stands in."""
    field = in_forms.field_of(problem)
    if field is not None and field.kind == "amount" and problem.kind == "not_a_number":
        return not_an_amount(str(problem.values.get("given", "")), editing.currency_of(data))
    return in_forms.in_a_form(problem, "" if field is None else field.help)


def problems_in_words(draft: Draft, problems: Sequence[Problem], most: int | None = None) -> list[ProblemRow]:
    """Return problems as rows of a page, with the address of each; of a text that is no TOML, as that says it."""
    data = editing.look(draft.text).data
    rows: list[ProblemRow] = []
    for one in problems[:most]:
        said = sentence(one) if data is None else in_words(one, data)
        place, line = (one.place, one.line) if data is None else (in_forms.entry_in_words(one, data), None)
        rows.append({"sentence": said, "place": place, "line": line, "address": address_of(draft, one)})
    return rows
