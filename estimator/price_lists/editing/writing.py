"""TOML text of data that may be wrong: everything in it comes back, in the order of the canonical text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from pricing.money import as_written
from pricing.reading import TooLong

_BARE = re.compile(r"[A-Za-z0-9_-]+\Z")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
_UNWRITABLE = re.compile(r'["\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]')

DOTTED = ("title", "label", "help", "unit", "note", "why", "basis", "payee", "due", "text")
"""Keys whose values are texts by language and have a line for each of them."""

TIERS = ("graduated", "volume", "stairstep")
"""Keys whose values have a line for each of their parts."""

PARTS = (
    "driver",
    "rule",
    "group",
    "stage",
    "charge",
    "package",
    "tax",
    "commission",
    "payment",
    "notice",
    "terms",
)
"""The sections with entries that have a code, in the order of the canonical text."""


def toml(data: Mapping[str, Any], order: Mapping[str, Sequence[str]]) -> str:
    """Return the text of a price list's data; `order` has the keys of each section in their order.

    Keys that the notation does not know stand behind the others, in the order in which they came.
    """
    blocks = [_block("", _pairs(_top(data), order["header"]))]
    provider = data.get("provider")
    if isinstance(provider, dict):
        blocks.append(_block("[provider]", _pairs(provider, order["provider"])))
    for section in PARTS:
        entries = data.get(section)
        if isinstance(entries, dict):
            blocks += _entries((section,), entries, order)
    return "\n".join(blocks)


def _top(data: Mapping[str, Any]) -> dict[str, Any]:
    """What stands before the first heading; a section that is no table, too."""
    return {
        key: value
        for key, value in data.items()
        if not (isinstance(value, dict) and (key in PARTS or key == "provider"))
    }


def _entries(
    place: tuple[str, ...], entries: Mapping[str, Any], order: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    heads = ".".join(map(_key, place))
    loose = {code: entry for code, entry in entries.items() if not isinstance(entry, dict)}
    if loose or not entries:
        yield _block(f"[{heads}]", _pairs(loose, ()))
    for code, entry in entries.items():
        if code in loose:
            continue
        choices = entry.get("choice") if place == ("driver",) else None
        nested = isinstance(choices, dict)
        own = {key: value for key, value in entry.items() if not (nested and key == "choice")}
        yield _block(f"[{heads}.{_key(code)}]", _pairs(own, order[place[-1]]))
        if isinstance(choices, dict):
            yield from _entries((*place, code, "choice"), choices, order)


def _block(heading: str, pairs: Iterable[str]) -> str:
    lines = [heading] if heading else []
    return "\n".join([*lines, *pairs]) + "\n"


def _pairs(entry: Mapping[str, Any], order: Sequence[str]) -> Iterator[str]:
    rank = {key: number for number, key in enumerate(order)}
    for key in sorted(entry, key=lambda key: rank.get(key, len(rank))):
        value = entry[key]
        if key in DOTTED and isinstance(value, dict) and value:
            for language, words in value.items():
                yield f"{_key(key)}.{_key(language)} = {_value(words)}"
        elif key in TIERS and isinstance(value, list) and value:
            yield f"{_key(key)} = [\n" + "".join(f"  {_value(tier)},\n" for tier in value) + "]"
        else:
            yield f"{_key(key)} = {_value(value)}"


def _key(key: str) -> str:
    return key if _BARE.match(key) else _string(key)


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _string(value)
        case Decimal() if value.is_finite():
            text = as_written(value)
            return text if _is_short(text) else str(value)
        case Decimal():
            return str(value).lower().replace("infinity", "inf").replace("snan", "nan")
        case int() | TooLong():
            return str(value)
        case datetime() | date() | time():
            return value.isoformat()
        case list():
            return f"[{', '.join(map(_value, value))}]"
        case dict() if value:
            return "{ " + ", ".join(f"{_key(key)} = {_value(part)}" for key, part in value.items()) + " }"
        case dict():
            return "{}"
    raise TypeError(f"TOML has no {type(value).__name__}")


def _is_short(text: str) -> bool:
    """Whether digits are few enough to be written out, and to be read as the same number."""
    return len(text) <= 100


def _string(text: str) -> str:
    return '"' + _UNWRITABLE.sub(_escape, text) + '"'


def _escape(letter: re.Match[str]) -> str:
    return _ESCAPES.get(letter[0]) or f"\\u{ord(letter[0]):04X}"
