"""What can stand in a field of a form: each kind of value has one form as text, both ways.

A text that cannot be parsed is kept as it was typed. So it is saved and not lost, and the price list's own check
reports what is wrong with it. An empty field is None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from estimator import figures
from estimator.i18n import folded_digits
from pricing.money import as_written
from pricing.reading import MOST_DECIMALS, MOST_WHOLE_DIGITS, PLURAL_FORMS, TooLong, shown

_NUMBER = re.compile(rf"-?[0-9]{{1,{MOST_WHOLE_DIGITS}}}(\.[0-9]{{1,{MOST_DECIMALS}}})?\Z")
_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})\Z")
_CASES = ("low", "likely", "high")


@dataclass(frozen=True)
class Around:
    """The context in which a value is read: the kinds of all questions and of the one it belongs to, the currency."""

    drivers: Mapping[str, str] = field(default_factory=dict)
    kind: str = ""
    currency: str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of value: `text` writes one, `value` reads what was typed; the control is how it is typed."""

    text: Callable[[Any, Around], str]
    value: Callable[[str, Around], Any]
    control: str = "line"


def typed_number(typed: str, currency: str = "", *, percent: bool = False) -> Decimal | int | None:
    """Parse a number as people type it; None if it is not a number, or can be read in two ways."""
    found = figures.readings(typed, currency, percent=percent)
    if len(found) != 1 or not _NUMBER.match(found[0].text):
        return None
    return Decimal(found[0].text) if "." in found[0].text else int(found[0].text)


def _raw(value: Any) -> str:
    """A value that is of another kind than its field, as text."""
    if isinstance(value, list):
        return ", ".join(map(_raw, value))
    if isinstance(value, (date, TooLong, int, Decimal)) and not isinstance(value, bool):
        return _digits(value)
    return value if isinstance(value, str) else shown(value)


def _digits(value: Any) -> str:
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < 100:
        return figures.shown(as_written(value))
    return str(value)


# Texts, days, words


def _text_value(typed: str, _around: Around) -> Any:
    return typed.strip() or None


def _day_value(typed: str, _around: Around) -> Any:
    text = folded_digits(typed.strip())
    found = _DAY.match(text)
    if found:
        try:
            return date(*map(int, found.groups()))
        except ValueError:
            pass
    return typed.strip() or None


def _flag_text(value: Any, _around: Around) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else _raw(value)


def _flag_value(typed: str, _around: Around) -> Any:
    return {"yes": True, "no": False}.get(typed.strip(), typed.strip() or None)


def _number_value(typed: str, around: Around) -> Any:
    number = typed_number(typed, around.currency)
    return typed.strip() or None if number is None else number


def _percent_value(typed: str, around: Around) -> Any:
    parts = typed.split("|")
    if len(parts) == 3 and all(part.strip() for part in parts):
        return {case: _percent_value(part, around) for case, part in zip(_CASES, parts, strict=True)}
    number = typed_number(typed, percent=True)
    return typed.strip() or None if number is None else number


# Amounts


def _amount_text(value: Any, _around: Around) -> str:
    if isinstance(value, dict) and tuple(value) == _CASES:
        return " | ".join(_raw(part) for part in value.values())
    return _raw(value)


def _amount_value(typed: str, around: Around) -> Any:
    parts = typed.split("|")
    if len(parts) == 3 and all(part.strip() for part in parts):
        return {case: _number_value(part, around) for case, part in zip(_CASES, parts, strict=True)}
    return _number_value(typed, around)


# Names


def _names(typed: str) -> list[str]:
    return [name for part in re.split(r"[,\n]", typed) if (name := part.strip())]


def _names_value(typed: str, _around: Around) -> Any:
    return _names(typed) or None


def _factors_value(typed: str, _around: Around) -> Any:
    names = _names(typed)
    return names[0] if len(names) == 1 else names or None


# Units with their plural forms

_FORM = re.compile(rf"(?:\A|,\s*)({'|'.join(PLURAL_FORMS)})\s*:\s*")


def _unit_text(value: Any, _around: Around) -> str:
    if isinstance(value, dict) and value and all(isinstance(word, str) for word in value.values()):
        return ", ".join(f"{form}: {word}" for form, word in value.items())
    return _raw(value)


def _unit_value(typed: str, _around: Around) -> Any:
    text = typed.strip()
    if not _FORM.match(text):
        return text or None
    parts = _FORM.split(text)[1:]
    forms = dict(zip(parts[::2], (word.strip() for word in parts[1::2]), strict=True))
    return forms if len(forms) * 2 == len(parts) and all(forms.values()) else text


# Tiers, one a line: "up to 7: 310", "up to 14: 280 + 50 flat", "above: 260"

# No two parts of these can take the same letter, so that a long line is read in no time.
_TIER = re.compile(
    r"(?:up\s+to\s+(?P<up_to>[^\s:][^:]*)|(?:above|all)\s*):\s*(?P<price>\S.*)\Z", re.IGNORECASE
)
_FLAT = re.compile(r"(?P<price>.[^+]*)\+\s*+(?P<flat>\S.*)(?<=\s)flat\Z", re.IGNORECASE)


def _tiers_text(value: Any, around: Around) -> str:
    if not isinstance(value, list):
        return _raw(value)
    return "\n".join(_tier_text(tier, around) for tier in value)


def _tier_text(tier: Any, around: Around) -> str:
    if not isinstance(tier, dict) or "price" not in tier or set(tier) - {"up_to", "price", "flat"}:
        return _raw(tier)
    start = f"up to {_raw(tier['up_to'])}" if "up_to" in tier else "above"
    flat = f" + {_amount_text(tier['flat'], around)} flat" if "flat" in tier else ""
    return f"{start}: {_amount_text(tier['price'], around)}{flat}"


def _tiers_value(typed: str, around: Around) -> Any:
    lines = [line.strip() for line in typed.splitlines() if line.strip()]
    return [_tier_value(line, around) for line in lines] or None


def _tier_value(line: str, around: Around) -> Any:
    found = _TIER.match(line)
    if found is None:
        return line
    flat = _FLAT.match(found["price"])
    tier = {} if found["up_to"] is None else {"up_to": _number_value(found["up_to"].strip(), around)}
    tier["price"] = _amount_value(flat["price"].strip() if flat else found["price"], around)
    if flat:
        tier["flat"] = _amount_value(flat["flat"].strip(), around)
    return tier


# What a package covers, one charge a line: "ward: 7", "tests: all"


def _covers_text(value: Any, _around: Around) -> str:
    if not isinstance(value, dict):
        return _raw(value)
    return "\n".join(f"{code}: {_raw(units)}" for code, units in value.items())


def _covers_value(typed: str, around: Around) -> Any:
    lines = [line.partition(":") for line in typed.splitlines() if line.strip()]
    found = {code.strip(): _number_value(units, around) for code, colon, units in lines if colon}
    if len(found) < len(lines) or not all(found.values()):
        return typed.strip() or None
    return found or None


# Conditions, one a line

_BOUND = re.compile(r"(>=|<=)\s*(.+)\Z")
_SPAN = re.compile(r"(\S+)\s+to\s+(\S+)\Z")
_WINDOW = re.compile(
    r"(?:months? ?=? ?(?P<months>[0-9][0-9, ]*+))?"
    r" ?(?:from (?P<from>\S+))? ?(?:(?:to|until) (?P<to>\S+))?\Z"
)
_LINE = re.compile(r"(?P<code>[^\s=<>:]+)\s*(?P<rest>.*)\Z", re.DOTALL)


def _condition_text(value: Any, around: Around) -> str:
    if not isinstance(value, dict):
        return _raw(value)
    return "\n".join(_test_text(code, test, around.drivers.get(code, "")) for code, test in value.items())


def _test_text(code: str, test: Any, kind: str) -> str:
    if isinstance(test, bool):
        return f"{code} = {'yes' if test else 'no'}"
    if isinstance(test, dict):
        return f"{code} {_window_text(test) or _raw(test)}"
    if isinstance(test, str) and kind in ("number", "date"):
        return f"{code} {test}"
    return f"{code} = {_raw(test)}"


def _window_text(test: Mapping[str, Any]) -> str:
    keys = set(test)
    if keys == {"least", "most"}:
        return f"{_raw(test['least'])} to {_raw(test['most'])}"
    if keys == {"least"}:
        return f">= {_raw(test['least'])}"
    if keys == {"most"}:
        return f"<= {_raw(test['most'])}"
    if keys and keys <= {"months", "from", "to"}:
        parts = [f"month = {_raw(test['months'])}"] if "months" in test else []
        parts += [f"from {_raw(test['from'])}"] if "from" in test else []
        parts += [f"{'to' if 'from' in test else 'until'} {_raw(test['to'])}"] if "to" in test else []
        return " ".join(parts)
    return ""


def _condition_value(typed: str, around: Around) -> Any:
    found: dict[str, Any] = {}
    for line in filter(None, map(str.strip, typed.splitlines())):
        parts = _LINE.match(line)
        if parts is None or not parts["rest"]:
            return typed.strip()
        code = parts["code"]
        test = _test_value(parts["rest"].strip(), around.drivers.get(code, ""), around)
        if test == parts["rest"] and code not in around.drivers:
            return typed.strip()
        if code in found:
            if not (
                isinstance(test, dict) and isinstance(found[code], dict) and not test.keys() & found[code]
            ):
                return typed.strip()
            test = {**found[code], **test}
        found[code] = test
    return found or None


def _test_value(rest: str, kind: str, around: Around) -> Any:
    if kind != "choice":
        if kind == "date":
            return _window_value(rest, around)
        bound = _BOUND.match(rest)
        if bound and typed_number(bound[2]) is not None:
            return {"least" if bound[1] == ">=" else "most": typed_number(bound[2])}
        span = _SPAN.match(rest)
        if span and typed_number(span[1]) is not None and typed_number(span[2]) is not None:
            return {"least": typed_number(span[1]), "most": typed_number(span[2])}
        if kind == "":
            window = _window_value(rest, around)
            if isinstance(window, dict):
                return window
    equal = rest.removeprefix("=").strip() if rest.startswith("=") else None
    if equal is None or not equal:
        return rest
    if kind in ("yes_no", "") and equal in ("yes", "no"):
        return equal == "yes"
    if kind in ("number", "") and typed_number(equal) is not None:
        return typed_number(equal)
    if kind == "number":
        return rest
    return _factors_value(equal, around) or rest


def _window_value(rest: str, around: Around) -> Any:
    found = _WINDOW.match(" ".join(rest.split()))
    if found is None or not any(found.groups()):
        return rest
    window: dict[str, Any] = {}
    if found["months"]:
        window["months"] = [_number_value(month, around) for month in _names(found["months"])]
    for key in ("from", "to"):
        if found[key]:
            window[key] = _day_value(found[key], around)
    return window


# The answer that is used when none is given


def _default_text(value: Any, around: Around) -> str:
    return (_flag_text if around.kind == "yes_no" else _plain_text)(value, around)


def _default_value(typed: str, around: Around) -> Any:
    reads = {"number": _number_value, "yes_no": _flag_value, "date": _day_value}
    return reads.get(around.kind, _text_value)(typed, around)


def _plain_text(value: Any, _around: Around) -> str:
    return _raw(value)


KINDS: Mapping[str, Kind] = {
    "plain": Kind(_plain_text, _text_value),
    "lines": Kind(_plain_text, _text_value, "lines"),
    "number": Kind(_plain_text, _number_value, "number"),
    "amount": Kind(_amount_text, _amount_value, "number"),
    "percent": Kind(_amount_text, _percent_value, "number"),
    "flag": Kind(_flag_text, _flag_value, "flag"),
    "day": Kind(_plain_text, _day_value),
    "word": Kind(_plain_text, _text_value, "select"),
    "name": Kind(_plain_text, _text_value, "select"),
    "names": Kind(_plain_text, _names_value),
    "factors": Kind(_plain_text, _factors_value),
    "condition": Kind(_condition_text, _condition_value, "lines"),
    "tiers": Kind(_tiers_text, _tiers_value, "lines"),
    "covers": Kind(_covers_text, _covers_value, "lines"),
    "unit": Kind(_unit_text, _unit_value),
    "default": Kind(_default_text, _default_value),
}
"""Every kind by its name."""


def text_of(kind: str, value: Any, around: Around) -> str:
    """Return what stands in a field of a kind for a value; empty for None, which is no value."""
    return "" if value is None else KINDS[kind].text(value, around)


def value_of(kind: str, typed: str, around: Around) -> Any:
    """Return the value of what was typed in a field of a kind, None if nothing was."""
    return KINDS[kind].value(typed.replace("\r\n", "\n"), around)
