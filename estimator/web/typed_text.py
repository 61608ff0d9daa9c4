"""What phones' keyboards and copied pages add to a text that nobody typed: the one place where it is taken away again.

Joiners stay where a script needs them, as Persian, Hindi and some emoji do. Directions that begin and end in one line,
as chats put them around names and numbers, go; what turns a text round beyond that is never taken away silently:
`validators.Printable` names it.
"""

from __future__ import annotations

import re
import unicodedata

_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"

_ADDED = "".join(
    (
        "\N{SOFT HYPHEN}",
        "\N{ZERO WIDTH SPACE}",
        "\N{WORD JOINER}\u2061\u2062\u2063\u2064",
        "\N{ZERO WIDTH NO-BREAK SPACE}",  # also the byte order mark
        "\N{MONGOLIAN VOWEL SEPARATOR}",
        "\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}\N{ARABIC LETTER MARK}",
    )
)
"""Letters that nobody sees and nobody means."""

FILLERS = (
    "\N{HANGUL CHOSEONG FILLER}\N{HANGUL JUNGSEONG FILLER}\N{HANGUL FILLER}\N{HALFWIDTH HANGUL FILLER}\u2800"
)
"""What Korean fills an empty place with, and Braille's empty cell: they count as seen, and nobody sees them."""

_ENDS_OF_DIRECTIONS = {
    **dict.fromkeys("\u202a\u202b", "\u202c"),
    **dict.fromkeys("\u2066\u2067\u2068", "\u2069"),
}
"""What ends each embedding and each isolate."""

_OVERRIDES = frozenset("\u202d\u202e")
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_NUMBER = re.compile(r"\u202d([0-9 ()+./\u00a0-]*)\u202c")
"""A telephone number as lists of contacts hand it on: an override turns nothing round where there is no letter."""

MOST = 20_000
"""Length above which a text stays as it is: no field takes so much, and looking through it would take its time."""

_NOTHING = str.maketrans("", "", _ADDED)
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FULL_WIDTH_WORDS = {code: to for code, to in _FULL_WIDTH.items() if chr(to).isalnum()}
_SPACE = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004"
    "\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
"""What Python takes for space."""

_WIDE_SPACE = {ord(letter): " " for letter in _SPACE if unicodedata.category(letter) == "Zs"}
_CLEAN = {**_NOTHING, **_FULL_WIDTH_WORDS, **_WIDE_SPACE}
_AROUND_AT = re.compile(r"\s*@\s*")
_FIRST_CAPITAL = re.compile("[A-Z][^A-Z@]*@[^@]*")

_VIRAMA = 9
"""The combining class of the signs after which an Indian script may end a word with a joiner."""


def trimmed(text: str) -> str:
    """Return a text without space and unseen letters around it; what is inside stays as it was typed.

    Nothing is left of a text that is nothing but unseen letters.
    """
    kept = text.lstrip(_SPACE + _ADDED + _JOINERS).rstrip(_SPACE + _ADDED)
    return kept if kept[:1] not in FILLERS or kept.strip(FILLERS + _SPACE) else ""


def has_letter(text: str) -> bool:
    """Whether a text has a letter that is seen."""
    return any(letter.isalpha() and letter not in FILLERS for letter in text)


def without_directions(text: str) -> str:
    """Return a text without embeddings and isolates, in each line in which all end and no letter is overridden."""
    if not _DIRECTIONS.search(text):
        return text
    text = _NUMBER.sub(r"\1", text)
    return "\n".join(_DIRECTIONS.sub("", line) if _is_balanced(line) else line for line in text.split("\n"))


def without_any_direction(text: str) -> str:
    """Return a text without letters that begin or end a direction, for a sentence of ours that repeats it."""
    return _DIRECTIONS.sub("", text)


def _is_balanced(line: str) -> bool:
    """Whether every direction that a line begins ends in it, the last one first, and none overrides letters."""
    waiting: list[str] = []
    for mark in _DIRECTIONS.findall(line):
        if mark in _ENDS_OF_DIRECTIONS:
            waiting.append(_ENDS_OF_DIRECTIONS[mark])
        elif mark in _OVERRIDES or not waiting or waiting.pop() != mark:
            return False
    return not waiting


def cleaned(text: str) -> str:
    """Return somebody's words without what was added to them, lines and needed joiners kept.

    Spaces of all kinds are the usual one; full-width Latin letters and digits, as Asian keyboards write them, have the
    usual width.
    """
    if len(text) > MOST:
        return text
    spaced = without_directions(text).translate(_CLEAN)
    return trimmed(_needed_joiners(spaced) if any(joiner in spaced for joiner in _JOINERS) else spaced)


def compact(text: str) -> str:
    """Return a number, a day, a code or an address without anything unseen, in letters of the usual width.

    What turns it round to its end or overrides it stays, so that it is refused.
    """
    if len(text) > MOST:
        return text
    seen = "".join(
        letter
        for letter in cleaned(text)
        if unicodedata.category(letter) != "Cf" or _DIRECTIONS.match(letter)
    )
    return seen.translate(_FULL_WIDTH).strip()


def mail_address(text: str) -> str:
    """Return a mail address as `compact`, without what phones add: a capital at its beginning, spaces beside the @."""
    typed = _AROUND_AT.sub("@", compact(text))
    return typed[:1].lower() + typed[1:] if _FIRST_CAPITAL.fullmatch(typed) else typed


def _needed_joiners(text: str) -> str:
    kept: list[str] = []
    for place, letter in enumerate(text):
        if letter in _JOINERS and not _is_needed(kept[-1] if kept else "", text[place + 1 : place + 2]):
            continue
        kept.append(letter)
    return "".join(kept)


def _is_needed(before: str, after: str) -> bool:
    """Whether a joiner joins or parts letters of a script that does so, or the parts of one emoji."""
    if before in _JOINERS:  # also at the beginning
        return False
    if unicodedata.combining(before) == _VIRAMA:
        return True
    seen = bool(after) and not before.isspace() and not after.isspace()
    return seen and (_is_joining(before) or _is_joining(after))


def _is_joining(letter: str) -> bool:
    """Whether a letter is none of the Latin, Greek and Cyrillic ones, which are never joined."""
    return letter >= "\u0590" and unicodedata.category(letter)[0] in "LMNS"
