"""Typed text in a normal form of Unicode, in bounded time: the one place that asks for one.

Putting combining marks into their order takes time with the square of their number, and a text in a form has no
maximum length until it is checked.
"""

from __future__ import annotations

import unicodedata
from typing import Literal

MOST = 1_000
"""Length above which a text stays as it is: no field that is compared in a normal form takes so much."""


def normal_form(form: Literal["NFKC", "NFKD"], text: str) -> str:
    """Return a text in a normal form; one longer than MOST unchanged."""
    return text if len(text) > MOST else unicodedata.normalize(form, text)
