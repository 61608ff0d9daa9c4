"""Which passwords are good enough: long ones that nobody guesses, judged on this machine alone."""

from __future__ import annotations

from zxcvbn import zxcvbn

from estimator.i18n import gettext as _

SHORTEST = 12
LONGEST = 128
JUDGED = 72
"""Number of characters that are judged; what follows them makes no password weaker."""

GOOD_ENOUGH = 3
"""Of 4: ten thousand million guesses are not enough."""


def weakness(password: str, address: str, host_name: str) -> str | None:
    """Say what makes a password too weak; None if it is good enough."""
    if len(password) < SHORTEST:
        return _(
            "Enter at least %(least)s characters. Three or four words are easier to remember than symbols.",
            least=SHORTEST,
        )
    if len(password) > LONGEST:
        return _("Enter at most %(most)s characters.", most=LONGEST)
    local, _at, domain = address.partition("@")
    known = [
        address,
        local,
        domain,
        *domain.split("."),
        host_name,
        "estimator",
        "estimate",
    ]
    if zxcvbn(password[:JUDGED], user_inputs=[word for word in known if word])["score"] < GOOD_ENOUGH:
        return _(
            "This password is easy to guess. Take three or four words that have nothing to do with each other."
        )
    return None
