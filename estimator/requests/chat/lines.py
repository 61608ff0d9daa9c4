"""The lines that a chat puts before what is copied from it: when each message was written, and by whom.

WhatsApp writes "30/11/2026 à 14:52 - Name: " or "[30/11/2026, 14:52:33] Name: ", each in the language and with the
clock of the telephone; Telegram writes "Name, [30/11/2026 14:52]".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_MARKS = "\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""What turns the direction of writing; telephones put it around names, and between the parts of a date."""

_MARK = f"[{_MARKS}]{{0,2}}"
_DATE = rf"{_MARK}\d{{1,4}}{_MARK}[./-]{_MARK}\d{{1,2}}{_MARK}[./-]{_MARK}\d{{2,4}}{_MARK}"
_AT = r"[,،]?\s(?:(?:à|at|a\sl[ao]s?|в|في|الساعة|को|এ)\s)?"
_HALF_OF_DAY = r"(?:\s?(?:[ap]\.?\s?m\.?|[^\s\d:,.\[\]()–-]{1,14}))?"
_TIME = rf"{_MARK}\d{{1,2}}(?:[:.]|\s?h\s?)\d{{2}}(?:[:.]\d{{2}})?{_HALF_OF_DAY}{_MARK}"
_BRACKETS = r"\[(?=[^\]\n]{0,40}?\d:\d\d)[^\]\n]{1,50}\]"

_WHATSAPP = rf"^{_MARK}(?:{_BRACKETS}|{_DATE}{_AT}{_TIME}\s[-–]\s)"
_TELEGRAM = rf", {_BRACKETS}\s?:?"
_BEGINNING = re.compile(rf"{_WHATSAPP}|(?<=[^\s,]){_TELEGRAM}", re.MULTILINE | re.IGNORECASE)
_SENDERS = re.compile(
    rf"{_WHATSAPP}[ ~\u00a0\u202f{_MARKS}]{{0,6}}(?P<behind>[^:\n\[]{{2,60}}):(?=[\s{_MARKS}])"
    rf"|^{_MARK}(?P<before>[^\n\[\]:]{{2,60}}?){_TELEGRAM}",
    re.MULTILINE | re.IGNORECASE,
)


_MYSELF = frozenset("you me vous toi moi tú tu usted yo вы ты я أنت انت أنا आप तुम मैं আপনি তুমি আমি".split())
"""What a chat calls whoever copies from it: no name."""


def without_moments(text: str) -> str:
    """Return a text without the moments at which a chat says that its messages were written."""
    return _BEGINNING.sub(" ", text)


def senders(text: str, *, most: int) -> Iterator[str]:
    """Yield the names that stand beside those moments, each once, at most so many; a telephone number is none."""
    found: set[str] = set()
    for match in _SENDERS.finditer(text):
        name = " ".join(re.sub(f"[{_MARKS}]", "", match["behind"] or match["before"]).split())
        if name.casefold() in _MYSELF:
            continue
        if name not in found and any(map(str.isalpha, name)) and not any(map(str.isdigit, name)):
            found.add(name)
            yield name
            if len(found) >= most:
                return
