"""Worded rows as JSON and back: what a document said stays, however its price list or our words change later."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, asdict, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from estimator.marked_text import Sentence, Words, joined
from pricing import canonical_json

T = TypeVar("T")


def as_json(rows: Any) -> str:
    """Return rows as canonical JSON."""
    return canonical_json(_kept(asdict(rows))).decode()


def from_json(kind: type[T], text: str) -> T:
    """Return rows as they were kept.

    Rows that were kept by an older version of this program may lack what is new, and have what is gone: what is
    missing is None, or empty, and what nobody knows any more is left out.
    """
    return cast(T, _made(kind, json.loads(text)))


def _kept(value: Any) -> Any:
    """Return a value as JSON can keep it; a sentence that holds words of another language is kept part by part."""
    if isinstance(value, Sentence):
        return {"parts": [asdict(part) if isinstance(part, Words) else part for part in value.parts]}
    if isinstance(value, dict):
        return {name: _kept(each) for name, each in value.items()}
    return [_kept(each) for each in value] if isinstance(value, (list, tuple)) else value


def _made(kind: Any, value: Any) -> Any:
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        kinds = [part for part in get_args(kind) if part is not type(None)]
        return None if value is None else _made(kinds[0], value)
    if kind is str and isinstance(value, Mapping):
        return joined("", [Words(**part) if isinstance(part, Mapping) else part for part in value["parts"]])
    if isinstance(value, list):
        (part,) = get_args(kind)[:1] or (Any,)
        return [_made(part, each) for each in value]
    if is_dataclass(kind) and isinstance(value, Mapping):
        hints = _hints(cast(type, kind))
        found = {
            field.name: _made(hints[field.name], value[field.name])
            for field in fields(kind)
            if field.name in value
        }
        lacking = {
            field.name: _nothing(hints[field.name])
            for field in fields(kind)
            if field.name not in found and not _has_default(field)
        }
        return cast(type, kind)(**found, **lacking)
    return value


def _nothing(kind: Any) -> Any:
    """Return what stands for something that was not kept."""
    if kind in (str, int, bool):
        return kind()
    return None if type(None) in get_args(kind) or is_dataclass(kind) else []


def _has_default(field: Field[Any]) -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)
