"""What is wrong with a list, in the reader's words, each with the address of the field where it is mended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypedDict

from flask import url_for

from estimator import wording
from estimator.models import Draft
from estimator.price_lists import editing
from estimator.web.language import current_reader
from pricing import Problem


def sentence(problem: Problem) -> str:
    """Say what is wrong in the reader's language."""
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


def split(place: str) -> tuple[editing.Path | None, str]:
    """Return the entry that a place stands in, and the keys below it; None if it is in none."""
    if '"' in place:
        return None, ""
    plain = [part.partition("[")[0] for part in place.split(".")]
    if plain[0] == "provider":
        return ("provider",), ".".join(plain[1:])
    if plain[0] in editing.SECTIONS and plain[0] not in ("header", "choice"):
        if len(plain) == 1:
            return None, ""
        deep = 4 if plain[0] == "driver" and len(plain) >= 4 and plain[2] == "choice" else 2
        return tuple(plain[:deep]), ".".join(plain[deep:])
    return (("header",), ".".join(plain)) if plain[0] else (None, "")


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


def problems_in_words(draft: Draft, problems: Sequence[Problem], most: int | None = None) -> list[ProblemRow]:
    """Return problems as rows of a page, with the address of each."""
    return [
        {"sentence": sentence(one), "place": one.place, "line": one.line, "address": address_of(draft, one)}
        for one in problems[:most]
    ]
