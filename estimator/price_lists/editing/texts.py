"""The texts of a price list by language: where each stands, and which translations are missing or outdated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from estimator.price_lists.editing.columns import SECTIONS, Field
from estimator.price_lists.editing.document import Data, Path, around, get, languages
from estimator.price_lists.editing.forms import entry_label, place_of
from estimator.price_lists.editing.kinds import text_of
from estimator.price_lists.editing.sheets import paths

State = Literal["missing", "outdated", "there"]
"""Whether a translation is there; `outdated` if the original has changed since it was written."""

BETWEEN = " › "


class Text(NamedTuple):
    """One text: its place as code and in words, its field, and what it says by language."""

    key: str
    path: Path
    where: str
    field: Field
    said: Mapping[str, str]


def texts(data: Data) -> dict[str, Text]:
    """Return every text that is there in some language, by its place, in the order of the forms."""
    tags = languages(data)
    return {text.key: text for name in SECTIONS for text in _of_section(data, name, tags)}


def _of_section(data: Data, name: str, tags: Sequence[str]) -> Iterator[Text]:
    section = SECTIONS[name]
    fields = [field for field in section.fields if field.by_language]
    for path in paths(data, name) if fields else ():
        place = place_of(path)
        beside = around(data, path)
        for field in fields:
            found = get(data, (*place, *field.path))
            values: Mapping[Any, Any] = found if isinstance(found, dict) else {tags[0]: found}
            said = {
                tag: text.strip()
                for tag, value in values.items()
                if isinstance(tag, str) and (text := text_of(field.kind, value, beside)).strip()
            }
            if said:
                key = ".".join((*place, field.key))
                yield Text(key, path, BETWEEN.join(_where(data, path, field, tags)), field, said)


def _where(data: Data, path: Path, field: Field, tags: Sequence[str]) -> Iterator[str]:
    """What people call the place of a text, from the part of the list to the field."""
    yield str(SECTIONS["driver" if len(path) == 4 else path[0]].many)
    if len(path) == 4:
        yield _short(entry_label(get(data, path[:2]), tags) or path[1])
        yield str(SECTIONS["choice"].many)
    if len(path) > 1:
        yield _short(entry_label(get(data, path), tags) or path[-1])
    yield str(field.label)


def _short(text: str) -> str:
    first = text.partition("\n")[0]
    return first if len(first) <= 60 else f"{first[:59]}…"


def states(data: Data, earlier: Sequence[Data]) -> dict[str, dict[str, State]]:
    """Return the state of every translation, by the place of the text and by language.

    `earlier` are the lists that this one came from, the newest first. A translation is outdated if the original reads
    otherwise than it did when the translation came to be what it is.
    """
    main, others = languages(data)[0], languages(data)[1:]
    before = [texts(one) for one in earlier]
    found: dict[str, dict[str, State]] = {}
    for key, text in texts(data).items():
        if main in text.said:
            found[key] = {tag: _state(key, text, tag, main, before) for tag in others}
    return found


def _state(key: str, text: Text, tag: str, main: str, before: Sequence[Mapping[str, Text]]) -> State:
    if tag not in text.said:
        return "missing"
    original = text.said[main]
    for one in before:
        then = one.get(key)
        if then is None or then.said.get(tag) != text.said[tag]:
            break
        original = then.said.get(main, original)
    return "there" if original == text.said[main] else "outdated"
