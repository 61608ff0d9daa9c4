"""Which passwords are good enough: long ones that nobody guesses, judged on this machine alone."""

from __future__ import annotations

from typing import Any

from flask_security import PasswordUtil
from zxcvbn import zxcvbn

from estimator.i18n import gettext as _
from estimator.web import request_context

SHORTEST = 12
LONGEST = 128
JUDGED = 72
"""Number of characters that are judged; what follows them makes no password weaker."""

GOOD_ENOUGH = 3
"""Of 4: ten thousand million guesses are not enough."""


class Passwords(PasswordUtil):
    """Passwords as Flask-Security has them checked; any characters, no rules about their kinds."""

    def validate(self, password: str, is_register: bool, **values: Any) -> tuple[list[str] | None, str]:
        """Return what is wrong, if anything, and the password as it is kept."""
        password = self.normalize(password)
        user = values.get("user")
        sentence = weakness(password, getattr(user, "email", ""))
        return ([sentence] if sentence else None), password


def weakness(password: str, address: str) -> str | None:
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
        request_context.settings().host_name,
        "estimator",
        "estimate",
    ]
    if zxcvbn(password[:JUDGED], user_inputs=[word for word in known if word])["score"] < GOOD_ENOUGH:
        return _(
            "This password is easy to guess. Take three or four words that have nothing to do with each other."
        )
    return None
