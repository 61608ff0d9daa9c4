"""Telephone numbers: an example, and links that a phone dials."""

from __future__ import annotations

import re

EXAMPLE = "\N{LEFT-TO-RIGHT ISOLATE}+49 30 901820\N{POP DIRECTIONAL ISOLATE}"
"""A number as it is to be typed; in a sentence from right to left its groups would change places."""

FEWEST_DIGITS = 5
"""A text with fewer digits is no number that somebody abroad could dial."""


def dial(text: str) -> str | None:
    """Return the `tel:` address of a number as people write it (RFC 3966), None if there is none to dial.

    What stands after the number, such as an extension, is left to the person who dials; the 0 in "+49 (0)30" is not
    dialled from abroad.
    """
    number = re.match(r"\s*\+?[0-9 ()./\N{NO-BREAK SPACE}\N{NON-BREAKING HYPHEN}\N{EN DASH}-]*", text)
    assert number is not None
    written = number[0].strip()
    if written.startswith("+"):
        written = written.replace("(0)", "")
    digits = re.sub(r"[^0-9]", "", written)
    return f"tel:{'+' * written.startswith('+')}{digits}" if len(digits) >= FEWEST_DIGITS else None
