"""A price list's text as data that can be edited while it is wrong. Every change gives new data, the old stays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import pricing
from estimator.normal_form import normal_form
from estimator.price_lists import reading
from estimator.price_lists.editing.columns import ORDER
from estimator.price_lists.editing.demonstrations import in_english, nobody_earns
from estimator.price_lists.editing.kinds import Around
from estimator.price_lists.editing.writing import DOTTED, PARTS, toml
from pricing import PriceTable, Problem, Warning
from pricing.syntax import parsed

Data = Mapping[str, Any]
Path = tuple[str, ...]

_COMMENT = re.compile(
    r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|(?P<comment>#)', re.DOTALL
)
_LANGUAGE = re.compile(r"[A-Za-z0-9-]{1,40}\Z")


class Look(NamedTuple):
    """A parsed text: its data if it is TOML, the table if it is valid, and its problems and warnings.

    `data` is shared and never changed; the functions of this module return new data.
    """

    data: Data | None
    table: PriceTable | None
    problems: Sequence[Problem]
    warnings: Sequence[Warning]


def data_of(text: str) -> Data | None:
    """Return the data of a text, None if it is no TOML; nothing else is looked at, which is quick."""
    try:
        return parsed(text.removeprefix("\ufeff"))
    except pricing.BadTable:
        return None


@lru_cache(maxsize=16)
def look(text: str) -> Look:
    """Parse a text as far as possible; never raises, whatever the text says."""
    try:
        data = parsed(text.removeprefix("\ufeff"))
    except pricing.BadTable as bad:
        return Look(None, None, bad.problems, ())
    try:
        table = reading.read(text)
    except pricing.BadTable as bad:
        return Look(data, None, bad.problems, ())
    denials = nobody_earns() if table.commissions else ()
    english = () if table.main_language == "en" else in_english()
    return Look(data, table, (), pricing.lint(table, nobody_earns=denials, in_english=english))


def written(data: Data) -> str:
    """Return data as TOML: the canonical text if it is a valid price list, else one in the same order.

    The canonical text has no zeros at the end of a number; where they are what a warning is about, they stay.
    """
    text = toml(data, ORDER)
    table = look(text).table
    return text if table is None or table.finer else pricing.write(table)


def has_comments(text: str) -> bool:
    """Whether a text has comments, which forms do not keep."""
    return any(found["comment"] for found in _COMMENT.finditer(text))


def languages(data: Data) -> list[str]:
    """Return the languages of a list, the main one first; English if it names no valid one."""
    named = data.get("languages")
    found = (
        [tag for tag in named if isinstance(tag, str) and _LANGUAGE.match(tag)]
        if isinstance(named, list)
        else []
    )
    return list(dict.fromkeys(found)) or ["en"]


def around(data: Data, path: Path) -> Around:
    """Return the context in which the values of an entry are read."""
    drivers = _Kinds(entries(data, ("driver",)))
    kind = drivers.get(path[1], "") if len(path) > 1 and path[0] == "driver" else ""
    return Around(drivers, kind, currency_of(data))


class _Kinds(Mapping[str, str]):
    """The kinds of all questions that have one, by code; each is looked up when it is asked for."""

    def __init__(self, drivers: Mapping[str, Any]) -> None:
        self._drivers = drivers

    def __getitem__(self, code: str) -> str:
        entry = self._drivers[code]
        kind = entry.get("kind") if isinstance(entry, dict) else None
        if not isinstance(kind, str):
            raise KeyError(code)
        return kind

    def __iter__(self) -> Iterator[str]:
        return (code for code in self._drivers if code in self)

    def __len__(self) -> int:
        return sum(1 for _code in self)


def currency_of(data: Data) -> str:
    """Return the currency of a list; empty if it names none."""
    found = data.get("currency")
    return found if isinstance(found, str) else ""


def entries(data: Data, section: Path) -> Mapping[str, Any]:
    """Return the entries of a section by code: `("charge",)`, or `("driver", "cells", "choice")`."""
    found = get(data, section)
    return found if isinstance(found, dict) else {}


def get(data: Data, path: Path) -> Any:
    """Return what stands at a place, None if nothing does."""
    found: Any = data
    for key in path:
        if not isinstance(found, dict) or key not in found:
            return None
        found = found[key]
    return found


def put(data: Data, path: Path, value: Any) -> Data:
    """Return data with a value at a place, or without it if None; tables in between are added and removed as needed."""
    key, rest = path[0], path[1:]
    if rest:
        inner = data.get(key)
        kept = inner if isinstance(inner, dict) else {}
        value = put(kept, rest, value)
        if not value and (key in DOTTED or key == "varies"):
            value = None
    if value is None:
        return {name: part for name, part in data.items() if name != key}
    return {**data, key: value}


def add(data: Data, section: Path, code: str, entry: Data, after: str | None = None) -> Data:
    """Return data with another entry at the end of a section, or behind one of its entries."""
    found = dict(entries(data, section))
    if after is None or after not in found:
        return put(data, section, {**found, code: dict(entry)})
    grown: dict[str, Any] = {}
    for name, part in found.items():
        grown[name] = part
        if name == after:
            grown[code] = dict(entry)
    return put(data, section, grown)


def remove(data: Data, section: Path, code: str) -> Data:
    """Return data without one entry; a section that is then empty goes too."""
    left = {name: part for name, part in entries(data, section).items() if name != code}
    return put(data, section, left or None)


def move(data: Data, section: Path, code: str, by: int) -> Data:
    """Return data with an entry moved down by a number of places, or up if negative, as far as there is room."""
    names = list(entries(data, section))
    at = names.index(code)
    names.insert(max(0, min(at + by, len(names) - 1)), names.pop(at))
    found = entries(data, section)
    return put(data, section, {name: found[name] for name in names})


def code_from(label: str) -> str:
    """Return a code that a name suggests; empty if it has no letter of the alphabet from a to z."""
    bare = normal_form("NFKD", label).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", bare).strip("_0123456789")[:40].strip("_")


def free_code(data: Data, section: Path, wanted: str) -> str:
    """Return a code like the wanted one that no entry has; charges, packages and groups share theirs."""
    taken = codes_taken(data, section)
    base = re.sub(r"_[0-9]+\Z", "", wanted)[:70]
    if wanted not in taken:
        return wanted
    return next(code for number in range(2, len(taken) + 3) if (code := f"{base}_{number}") not in taken)


def codes_taken(data: Data, section: Path) -> set[str]:
    """Return the codes that a new entry of a section cannot have."""
    if section[-1] in ("charge", "package", "group"):
        return {code for kind in ("charge", "package", "group") for code in entries(data, (kind,))}
    return set(entries(data, section))


def rename(data: Data, section: Path, code: str, new: str) -> Data:
    """Return data in which an entry has another code, also wherever another entry names it."""
    found = entries(data, section)
    data = put(data, section, {new if name == code else name: part for name, part in found.items()})
    kind = section[-1]
    for part in PARTS:
        for name, entry in entries(data, (part,)).items():
            if isinstance(entry, dict):
                changed = _renamed(entry, kind, section, code, new, is_own=(part, name) == section[:2])
                if changed != entry:
                    data = put(data, (part, name), changed)
    return data


def _renamed(entry: Data, kind: str, section: Path, code: str, new: str, *, is_own: bool) -> Data:
    """One entry that may name what has another code now."""
    changed = dict(entry)
    for key in ("when", "unless"):
        condition = entry.get(key)
        if not isinstance(condition, dict):
            continue
        if kind == "driver":
            changed[key] = {new if name == code else name: test for name, test in condition.items()}
        elif kind == "choice" and section[1] in condition:
            changed[key] = {**condition, section[1]: _names(condition[section[1]], code, new)}
    if kind == "choice" and is_own and entry.get("default") == code:
        changed["default"] = new
    named = {"driver": ("per", "day_of"), "group": ("group", "of"), "stage": ("stage",)}
    for key in named.get(kind, ("of",) if kind in ("charge", "package") else ()):
        if key in entry:
            changed[key] = _names(entry[key], code, new)
    if kind == "notice" and entry.get("notice") == code:
        changed["notice"] = new
    if kind == "charge" and entry.get("charge") == code:
        changed["charge"] = new
    covers = entry.get("covers")
    if kind == "charge" and isinstance(covers, dict):
        changed["covers"] = {new if name == code else name: units for name, units in covers.items()}
    return changed


def _names(value: Any, code: str, new: str) -> Any:
    if isinstance(value, list):
        return [new if name == code else name for name in value]
    return new if value == code else value


def below(problems: Iterable[Problem], place: str) -> list[Problem]:
    """Return the problems that stand at a place or inside of it."""
    return [
        problem
        for problem in problems
        if problem.place == place or problem.place.startswith((f"{place}.", f"{place}["))
    ]
