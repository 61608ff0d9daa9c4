"""Which passwords are good enough: long ones that nobody guesses, judged on this machine alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from zxcvbn import zxcvbn

from estimator.i18n import gettext as _
from estimator.normal_form import normal_form

SHORTEST = 12
LONGEST = 128
JUDGED = 72
"""Number of characters that are judged; what follows them makes no password weaker."""

GOOD_ENOUGH = 3
"""Of 4: ten thousand million guesses are not enough."""

OWN_WORDS = (
    "account admin administrator approver clinic coordinator cost costs desk doctor editor estimate estimates "
    "estimator health hospital invoice list login medicine office passphrase password patient patients price prices "
    "quote quotes request staff therapy treatment treatments welcome"
).split()
"""Words of this site, which somebody who guesses tries first."""

LEAST_INSIDE = 4
"""Minimum length of an own word that is also found inside a longer word."""


def weakness(password: str, address: str, host_name: str) -> str | None:
    """Say what makes a password too weak; None if it is good enough."""
    if len(password) < SHORTEST:
        return _(
            "Enter at least %(least)s characters. Three or four words are easier to remember than symbols.",
            least=SHORTEST,
        )
    if len(password) > LONGEST:
        return _("Enter at most %(most)s characters.", most=LONGEST)
    parts = re.split(r"[^\w]+", f"{address} {host_name}".casefold())
    known = sorted({address.casefold(), host_name, *parts, *OWN_WORDS} - {""})
    if not _is_good(password, known) or not _is_good(_rest(password, known), known):
        return _(
            "This password is easy to guess. Take three or four words that have nothing to do with each other."
        )
    return None


def _rest(password: str, known: Sequence[str]) -> str:
    """Return what is left of a password without the words that belong to the site or its owner, and each word once.

    It is the password itself if nothing can be left out.
    """
    text = normal_form("NFKC", password).casefold()
    words = _words(text)
    for word in sorted(known, key=len, reverse=True):
        if len(word) >= LEAST_INSIDE:
            text = text.replace(word, " ")
    left = list(dict.fromkeys(word for word in _words(text) if word not in known))
    return password if left == words else " ".join(left)


def _words(text: str) -> list[str]:
    """Return the words and numbers of a text, in letters, marks and digits of any script."""
    return "".join(letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in text).split()


def _is_good(password: str, known: Sequence[str]) -> bool:
    if not password:
        return False
    found: int = zxcvbn(password[:JUDGED], user_inputs=list(known))["score"]
    return found >= GOOD_ENOUGH
