"""The fields of one entry: what stands in them, what is wrong there, and what somebody typed into them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from estimator.price_lists.editing.columns import SECTIONS, TERMS, Field, Section
from estimator.price_lists.editing.document import Data, Path, around, below, get, languages, put
from estimator.price_lists.editing.kinds import KINDS, text_of, value_of
from estimator.price_lists.editing.writing import PARTS
from pricing import Problem

_STRUCTURED = {
    "amount",
    "percent",
    "tiers",
    "covers",
    "condition",
    "names",
    "factors",
    "number",
    "day",
    "flag",
}
"""Kinds of which a text is never a value."""


LONGEST_LISTED = 80
"""Maximum number of characters of a label among those to choose from."""


@dataclass(frozen=True)
class Input:
    """One input of a form. `name` is that of the control, `place` that in the table."""

    field: Field
    name: str
    path: Path
    place: str
    language: str | None
    text: str
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    unreadable: bool = False

    @property
    def control(self) -> str:
        """How it is typed."""
        return KINDS[self.field.kind].control


def section_of(path: Path) -> Section | None:
    """Return which section an entry belongs to: `("header",)`, `("charge", "ward")`; None if it is no entry."""
    if path in (("header",), ("provider",)):
        return SECTIONS[path[0]]
    if len(path) == 2 and path[0] in SECTIONS and path[0] not in ("header", "provider", "choice"):
        return SECTIONS[path[0]]
    if len(path) == 4 and path[0] == "driver" and path[2] == "choice":
        return SECTIONS["choice"]
    return None


def place_of(path: Path) -> Path:
    """Return where an entry's keys stand in the data; those of the header stand at the top."""
    return () if path == ("header",) else path


def inputs(
    data: Data,
    path: Path,
    problems: Sequence[Problem] = (),
    warnings: Sequence[Problem] = (),
    *,
    only: Collection[str] | None = None,
) -> list[Input]:
    """Return the inputs of an entry's form as they stand in the data, with what is wrong at each.

    With `only`, names of inputs, just those: a grid has a few of each of hundreds of entries.
    """
    beside = around(data, path)
    main = languages(data)[0]
    found = []
    for one in _controls(data, path, only):
        value = _value(data, one, main)
        place = ".".join(one.path)
        found.append(
            Input(
                one.field,
                one.name,
                one.path,
                place,
                one.language,
                text_of(one.field.kind, value, beside),
                tuple(_at(problems, place, one.language, main)),
                tuple(below(warnings, place)),
                one.field.kind in _STRUCTURED and isinstance(value, str) and one.field.kind != "factors",
            )
        )
    return found


def texts(data: Data, path: Path, *, only: Collection[str] | None = None) -> dict[str, str]:
    """Return what stands in the inputs of an entry's form, by their names."""
    beside = around(data, path)
    main = languages(data)[0]
    return {
        one.name: text_of(one.field.kind, _value(data, one, main), beside)
        for one in _controls(data, path, only)
    }


def _at(problems: Sequence[Problem], place: str, language: str | None, main: str) -> Iterator[Problem]:
    whole = place.removesuffix(f".{language}") if language is not None else place
    for problem in problems:
        if problem in below([problem], place) or (language == main and problem.place == whole):
            yield problem


class _Control(NamedTuple):
    """What is typed in one place of an entry: its field, the name of its control, where its value stands."""

    field: Field
    name: str
    path: Path
    language: str | None = None


def _value(data: Data, one: _Control, main: str) -> Any:
    """Return what stands at a control; a text that stands where one by language belongs is the main one."""
    if one.language is not None:
        said = get(data, one.path[:-1])
        if not isinstance(said, dict):
            return said if one.language == main else None
    return get(data, one.path)


def _controls(data: Data, path: Path, only: Collection[str] | None = None) -> Iterator[_Control]:
    section = section_of(path)
    assert section is not None
    top = place_of(path)
    entry = get(data, top)
    kind = entry.get("kind") if isinstance(entry, dict) else None
    tags = languages(data)
    keys = None if only is None else {key for name in only for key in (name, name.rpartition(".")[0])}
    for one in section.fields:
        if keys is not None and one.key not in keys:
            continue
        if one.kinds and kind not in one.kinds and get(data, (*top, *one.path)) is None:
            continue
        own = (*top, *one.path)
        if not one.by_language:
            if only is None or one.key in only:
                yield _Control(one, one.key, own)
            continue
        said = get(data, own)
        extra = [tag for tag in said if isinstance(tag, str)] if isinstance(said, dict) else []
        for tag in dict.fromkeys((*tags, *extra)):
            if only is not None and f"{one.key}.{tag}" not in only:
                continue
            yield _Control(one, f"{one.key}.{tag}", (*own, tag), tag)


def elsewhere(problems: Sequence[Problem], path: Path, shown: Sequence[Input]) -> list[Problem]:
    """Return what is wrong with an entry and stands at none of its inputs."""
    top = ".".join(place_of(path))
    own = below(problems, top) if top else [problem for problem in problems if _is_of_header(problem)]
    there = {id(problem) for one in shown for problem in (*one.problems, *one.warnings)}
    inner = f"{top}.choice." if len(path) == 2 and path[0] == "driver" else None
    return [
        problem
        for problem in own
        if id(problem) not in there and not (inner and problem.place.startswith(inner))
    ]


def _is_of_header(problem: Problem) -> bool:
    root = re.split(r"[.\[]", problem.place)[0]
    return root not in PARTS and root != "provider"


def typed_into(data: Data, path: Path, typed: Mapping[str, str], base: Data | None = None) -> Data:
    """Return data with what was typed into the inputs of an entry's form.

    Only what differs from `base`, the data that the form was made of, is put in; so nothing that was not
    touched changes, whoever changed it meanwhile.
    """
    for place, value in values_typed(data, path, typed, base):
        data = put(data, place, value)
    return data


def values_typed(
    data: Data, path: Path, typed: Mapping[str, str], base: Data | None = None
) -> list[tuple[Path, Any]]:
    """Return what `typed_into` puts in: each place with its value, None for nothing."""
    beside = around(data, path)
    before = texts(base or data, path, only=typed.keys())
    return [
        (one.path, value_of(one.field.kind, typed[one.name], beside))
        for one in _controls(base or data, path, typed.keys())
        if one.name in typed and not _same(typed[one.name], before[one.name])
    ]


def _same(one: str, other: str) -> bool:
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()


def changed(data: Data, path: Path, typed: Mapping[str, str]) -> list[tuple[Input, str]]:
    """Return the inputs whose text differs from what was typed, each with that."""
    return [
        (one, typed[one.name])
        for one in inputs(data, path)
        if one.name in typed and not _same(typed[one.name], one.text)
    ]


def entry_label(entry: Any, tags: Sequence[str]) -> str:
    """Return what an entry is called: its label or text in the first language that it has."""
    if not isinstance(entry, dict):
        return ""
    for key in ("label", "text", "why", "payee"):
        texts: Any = entry.get(key)
        if isinstance(texts, str):
            return texts
        if isinstance(texts, dict):
            for words in (*(texts.get(tag) for tag in tags), *texts.values()):
                if isinstance(words, str) and words:
                    return words
    kind = entry.get("kind")
    return str(TERMS[kind]) if isinstance(kind, str) and kind in TERMS else ""


def listed_label(entry: Any, tags: Sequence[str]) -> str:
    """Return what an entry is called, short enough to be one of several to choose from."""
    label = entry_label(entry, tags)
    return label if len(label) <= LONGEST_LISTED else f"{label[: LONGEST_LISTED - 1].rstrip()}…"
