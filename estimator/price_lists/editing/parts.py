"""What is typed in the fields' small language, as rows of a form: conditions, tiers, factors, names, what is covered.

The text of a field is what counts (`kinds`). Rows are another way to write it, for whoever knows no codes: `rows_of`
takes a text apart, `text_of_rows` puts it together again, and a text that has no rows is None and stays a text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from estimator.price_lists.editing.columns import Field
from estimator.price_lists.editing.document import Data, Path, around
from estimator.price_lists.editing.forms import section_of
from estimator.price_lists.editing.kinds import text_of, value_of

Row = Mapping[str, str]

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "condition": ("test", "value"),
    "tiers": ("up_to", "price", "flat"),
    "factors": ("code",),
    "names": ("code",),
    "covers": ("code", "units"),
}
"""The columns of the rows of a kind of field."""

MOST_ROWS = 200
"""Maximum number of rows of one field."""

_SPAN = re.compile(r"(\S+) (?:(from) )?(\S+) to (\S+)\Z")
_BOUND = re.compile(r"(\S+) (>=|<=|from|until)(?: (.*))?\Z")
_MONTHS = re.compile(r"(\S+) month = ([0-9]+(?:, [0-9]+)*)(?: (.+))?\Z")
_EQUAL = re.compile(r"(\S+) =(?: (.*))?\Z")
_TIER = re.compile(r"(?:up to (?P<up_to>[^:]*)|above):(?P<price>.*?)(?:\+(?P<flat>[^+]*?)flat)?\Z")
_NAME = re.compile(r"(?P<key>[a-z_]+)\.(?P<row>[0-9]{1,4})\.(?P<column>[a-z_]+)\Z")


def has_rows(field: Field) -> bool:
    """Whether a field can be filled in as rows; the languages of a list are written with commas."""
    return field.kind in COLUMNS and field.key != "languages"


def rows_of(kind: str, text: str, drivers: Mapping[str, str]) -> list[Row] | None:
    """Take a text apart, with the kinds of all questions by their codes; None if it is not as rows are written."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if kind in ("factors", "names"):
        return [{"code": name.strip()} for name in text.replace("\n", ",").split(",") if name.strip()]
    rows: list[Row] = []
    for line in lines:
        found = _PARTS[kind](line, drivers)
        if found is None:
            return None
        rows += found
    return rows if len(rows) <= MOST_ROWS else None


def _condition(line: str, drivers: Mapping[str, str]) -> list[Row] | None:
    if months := _MONTHS.match(line):
        others = f"{months[1]} {months[3]}" if months[3] else ""
        if _MONTHS.match(others):
            return None
        rest = _condition(others, drivers) if others else []
        own: list[Row] = [
            {"test": f"{months[1]} month = {name}", "value": ""} for name in months[2].split(", ")
        ]
        return None if rest is None else [*own, *rest]
    if span := _SPAN.match(line):
        first, last = ("from", "until") if span[2] else (">=", "<=")
        return [
            {"test": f"{span[1]} {first}", "value": span[3]},
            {"test": f"{span[1]} {last}", "value": span[4]},
        ]
    if bound := _BOUND.match(line):
        return [{"test": f"{bound[1]} {bound[2]}", "value": bound[3] or ""}]
    if equal := _EQUAL.match(line):
        if drivers.get(equal[1]) == "number" or not equal[2]:
            return [{"test": f"{equal[1]} =", "value": equal[2] or ""}]
        return [{"test": f"{equal[1]} = {name.strip()}", "value": ""} for name in equal[2].split(",")]
    return None


def _tier(line: str, _drivers: Mapping[str, str]) -> list[Row] | None:
    found = _TIER.match(line)
    if found is None:
        return None
    return [{column: (found[column] or "").strip() for column in COLUMNS["tiers"]}]


def _covered(line: str, _drivers: Mapping[str, str]) -> list[Row] | None:
    code, colon, units = line.partition(":")
    return [{"code": code.strip(), "units": units.strip()}] if colon else None


_PARTS: Mapping[str, Callable[[str, Mapping[str, str]], list[Row] | None]] = {
    "condition": _condition,
    "tiers": _tier,
    "covers": _covered,
}


def text_of_rows(kind: str, rows: Iterable[Row]) -> str:
    """Put a text together; rows in which nothing stands are left out."""
    stripped = [{name: text.strip() for name, text in row.items()} for row in rows]
    filled = [row for row in stripped if any(row.values())]
    return _WHOLE[kind](filled)


def _text_of_names(rows: Sequence[Row]) -> str:
    return ", ".join(row["code"] for row in rows if row.get("code"))


def _text_of_tiers(rows: Sequence[Row]) -> str:
    lines = []
    for row in rows:
        start = f"up to {row['up_to']}" if row.get("up_to") else "above"
        flat = f" + {row['flat']} flat" if row.get("flat") else ""
        lines.append(f"{start}: {row.get('price', '')}{flat}")
    return "\n".join(lines)


def _text_of_covers(rows: Sequence[Row]) -> str:
    return "\n".join(f"{row.get('code', '')}: {row.get('units') or 'all'}" for row in rows)


def _text_of_condition(rows: Sequence[Row]) -> str:
    """Answers to one question, and months of one day, stand in one line: one of them is enough."""
    lines: dict[str, list[str]] = {}
    for row in rows:
        test, value = row.get("test", ""), row.get("value", "")
        start, equal, answer = test.partition(" = ")
        if equal and answer:
            lines.setdefault(f"{start} =", []).append(answer)
        elif test:
            lines.setdefault(f"{test} {value}".strip(), [])
    return "\n".join(f"{start} {', '.join(answers)}".strip() for start, answers in lines.items())


_WHOLE: Mapping[str, Callable[[Sequence[Row]], str]] = {
    "condition": _text_of_condition,
    "tiers": _text_of_tiers,
    "factors": _text_of_names,
    "names": _text_of_names,
    "covers": _text_of_covers,
}


def typed_rows(data: Data, path: Path, typed: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed into an entry's form with its rows (`when.0.test`) put together to texts (`when`).

    A text is written as the form writes it again, so that what nobody has touched is the same text as before.
    """
    section = section_of(path)
    assert section is not None
    fields = {field.key: field for field in section.fields if has_rows(field)}
    found: dict[str, dict[int, dict[str, str]]] = {}
    others: dict[str, str] = {}
    for name, text in typed.items():
        parts = _NAME.match(name)
        if parts is None or parts["key"] not in fields:
            others[name] = text
        elif parts["column"] in COLUMNS[fields[parts["key"]].kind]:
            found.setdefault(parts["key"], {}).setdefault(int(parts["row"]), {})[parts["column"]] = text
    beside = around(data, path)
    for key, rows in found.items():
        kind = fields[key].kind
        text = text_of_rows(kind, [rows[at] for at in sorted(rows)])
        others[key] = text_of(kind, value_of(kind, text, beside), beside)
    return others
