"""From text to TOML data: where the file breaks the rules of TOML itself, in sentences for people.

A file with such a mistake has exactly one problem, because nothing after it can be trusted.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

from pricing.problems import BadTable, Problem
from pricing.reading import exact_number, shown

MOST_CHARACTERS = 2_000_000
"""Maximum length of a text; a longer one is not read. A table of 5,000 charges has about a million."""

MOST_HEADINGS = 15_000
MOST_LINES = 100_000
"""Maximum number of headings and of lines; a longer text is not read. A table of 5,000 charges has about a third."""

MOST_KEYS = 150_000
"""Maximum number of keys, parts of dotted keys and values of lists; a longer text is not read.

A table of 5,000 charges has about a third.
"""

_MOST_KEY_PARTS = 100  # tomllib's time grows with their square
_KEY_PARTS = re.compile(
    rf"(?:^|[\[{{,])[ \t]*(?:(?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')[ \t]*\.[ \t]*){{{_MOST_KEY_PARTS}}}"
)
_UNREAD = re.compile(
    r'"""(?:[^"\\]+|\\.|"(?!""))*+(?:"""|\Z)|'
    r"'''.*?(?:'''|\Z)|"
    r'"(?:[^"\\\n]|\\.)*+"?|'
    r"'[^'\n]*+'?|#[^\n]*",
    re.DOTALL,
)
"""Texts and comments. One without an end reaches as far as tomllib reads it, so that nothing is looked at twice."""

_LONG_INTEGER = re.compile(r"(?:[0-9]_?){600}")  # fewer digits than the lowest limit Python can be given
_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|.*)\)\Z")
_KINDS = (
    ("Cannot", "toml_twice"),
    ("Duplicate", "toml_twice"),
    ("Unterminated", "toml_quotation_mark"),
    ("Expected \"'", "toml_quotation_mark"),
    ("Illegal character '\\n'", "toml_quotation_mark"),
    ("Found invalid character '\\n'", "toml_quotation_mark"),
    ("Expected '='", "toml_equals"),
    ("Expected ']", "toml_bracket"),
    ("Unclosed", "toml_bracket"),
    ("Expected newline", "toml_rest"),
    ("Invalid statement", "toml_rest"),
    ("Invalid initial character", "toml_key"),
    ("Invalid value", "toml_value"),
    ("Invalid date", "toml_number"),
    ("Unescaped", "toml_backslash"),
)
"""How the parser's messages begin, and what that means to a person; others are shown as they are."""


def parsed(text: str) -> dict[str, Any]:
    """Return the data of a TOML text; raises BadTable with the one problem that stopped it."""
    if len(text) > MOST_CHARACTERS:
        raise _bad("too_large", None, length=str(len(text)), most=str(MOST_CHARACTERS))
    lines = text.split("\n")
    if len(lines) > MOST_LINES:
        raise _bad("too_many_lines", None, found=str(len(lines)), most=str(MOST_LINES))
    headings = sum(line.lstrip().startswith("[") for line in lines)
    if headings > MOST_HEADINGS:
        raise _bad("too_many_headings", None, found=str(headings), most=str(MOST_HEADINGS))
    keys = sum(map(_UNREAD.sub("", text).count, "=.,"))
    if keys > MOST_KEYS:
        raise _bad("too_many_keys", None, found=str(keys), most=str(MOST_KEYS))
    for number, line in enumerate(lines, start=1):
        if line.count(".") >= _MOST_KEY_PARTS and _KEY_PARTS.search(line):
            raise _bad("toml_dots", number, most=str(_MOST_KEY_PARTS))
    try:
        return tomllib.loads(text, parse_float=exact_number)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(str(error), text) from None
    except RecursionError:
        raise _bad("toml_too_deep", None) from None
    except ValueError:
        # The one thing tomllib lets through: an integer with more digits than Python turns into a number.
        integer = _LONG_INTEGER.search(text)
        raise _bad_at("toml_number", text, integer.start() if integer else 0) from None


def _syntax_error(message: str, text: str) -> BadTable:
    place = _PLACE.search(message)
    what = shown(message[: place.start()] if place else message)
    kind = next((kind for start, kind in _KINDS if message.startswith(start)), "syntax")
    values = {"what": what} if kind == "syntax" else {}
    if place is None or place.group(1) is None:
        return _bad_at(kind, text, len(text.rstrip()), **values)
    line, column = place.groups()
    return _bad(kind, int(line), column=column, **values)


def _bad_at(kind: str, text: str, position: int, **values: str) -> BadTable:
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    return _bad(kind, line, column=str(column), **values)


def _bad(kind: str, line: int | None, **values: str) -> BadTable:
    if line is not None:
        values["line"] = str(line)
    return BadTable([Problem("", line, kind, values)])
