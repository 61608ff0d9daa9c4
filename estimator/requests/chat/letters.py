"""Which letters words are made of, so that patterns find whole words of every script."""

from __future__ import annotations

INDIC = "\u0900-\u0963\u0980-\u09ff"
r"""Letters of Devanagari, without its full stops, and of Bengali; with the signs of vowels, which `\w` leaves out."""

JOINED = rf"\w{INDIC}"
"""What a word may go on with."""

END = rf"(?![{JOINED}])"
"""Where a word ends."""

INDIC_END = rf"(?![{INDIC}])"
"""Where a word of those two scripts ends, whatever else follows."""
