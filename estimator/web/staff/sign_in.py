"""The forms of signing in: what is wrong in our words, the same for known and unknown people, and not too often."""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import after_this_request, current_app, flash, request, session, url_for
from flask_security.forms import ChangePasswordForm as TheirChangePasswordForm
from flask_security.forms import (
    LoginForm,
    TwoFactorRescueForm,
    TwoFactorSetupForm,
    TwoFactorVerifyCodeForm,
    VerifyForm,
)
from flask_security.recovery_codes import MfRecoveryForm
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response
from wtforms import HiddenField

from estimator import keys, staff, throttle
from estimator.i18n import gettext as _
from estimator.i18n import ngettext
from estimator.mail import addresses
from estimator.models import StaffUser
from estimator.staff import passwords
from estimator.web import client_network, request_context, typed_text
from estimator.web.forms import Line, refuse
from estimator.web.request_context import act_of
from estimator.web.transaction import committing

LONGEST_TYPED = 1_000
"""Number of characters of a typed password that are compared: far more than one may have."""

MOST_PASSWORDS = 10
MOST_CODES = 5
MOST_FROM_ADDRESS = 50
"""Maximum number of attempts in a quarter of an hour: on an account, on its second factor, from one address."""

DEVICE = "device"
DEVICE_DAYS = 180


class Told:
    """A form that says what is wrong with it in our own words; `wait` is how many seconds to wait, if any."""

    problems: list[Line]
    wait: int | None = None
    form_errors: Any

    def tell(self: Any) -> None:
        """Replace Flask-Security's errors with ours, each at its field."""
        self.form_errors = []
        for field in self:
            field.errors = []
        for target, sentence in self.problems:
            refuse(self, sentence, None if target is None else self[target])

    def wrong(self, target: str | None, sentence: str) -> bool:
        """Set the only problem of the form; return False, the result of a failed validation."""
        self.problems = [Line(target, sentence)]
        return False

    def too_often(self, wait: timedelta) -> bool:
        """Set the problem that there were too many attempts; return False, the result of a failed validation."""
        self.wait = math.ceil(wait.total_seconds())
        return self.wrong(None, sentence_of(wait))


def sentence_of(wait: timedelta) -> str:
    """Say how long to wait."""
    return ngettext(
        "Too many attempts. Wait one minute, then try again.",
        "Too many attempts. Wait %(num)s minutes, then try again.",
        math.ceil(wait.total_seconds() / 60),
    )


class SignInForm(Told, LoginForm):
    """Address and password."""

    remember = None  # type: ignore[assignment]

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.problems = []
        if not self.next.data:
            self.next.data = url_for("staff.start")

    def validate(self, **values: Any) -> bool:
        """Check who it is; every way to be wrong has the same answer."""
        address = self.email.data = typed_text.mail_address(self.email.data or "")
        if not address:
            self.problems.append(Line("email", _("Enter your email address.")))
        if not self.password.data:
            self.problems.append(Line("password", _("Enter your password.")))
        if self.problems:
            return False
        assert self.password.data
        # Looked up once, before it is counted, so that whatever reaches an account counts as that account.
        self.user = staff.find(address)
        self.ifield = self.email
        buckets = _buckets(self.user, address)
        wait = counted(buckets)
        if wait is not None:
            return self.too_often(wait)
        self.password.data = self.password.data[:LONGEST_TYPED]
        if not super().validate(**values) or not isinstance(self.user, StaffUser) or self.user.demonstration:
            current_app.logger.warning("a sign-in was refused")
            return self.wrong(
                "email", _("The address or the password is not right. Nobody can sign in with these two.")
            )
        what, who, _most = buckets[0]  # the count of one address goes on: it may be many people's
        with committing():
            throttle.forget(what, who, lookup_key=request_context.settings().lookup_key)
        session["password_at"] = time.time()
        return True


class PasswordAgainForm(Told, VerifyForm):
    """The password once more, before something that matters."""

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.problems = []

    def validate(self, **values: Any) -> bool:
        """Check the password."""
        if not self.password.data:
            return self.wrong("password", _("Enter your password."))
        wait = counted([("password", str(self.user.id), MOST_PASSWORDS)])
        if wait is not None:
            return self.too_often(wait)
        if not self.user.password or not super().validate(**values):
            return self.wrong("password", _("This is not your password."))
        return True


class ChangePasswordForm(Told, TheirChangePasswordForm):
    """The password as it is, and the new one twice."""

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.problems = []

    def validate(self, **values: Any) -> bool:
        """Check both."""
        user = request_context.person()
        if not self.password.data:
            return self.wrong("password", _("Enter your current password."))
        wait = counted([("password", str(user.id), MOST_PASSWORDS)])
        if wait is not None:
            return self.too_often(wait)
        problem = new_password_problem(
            self.new_password.data, self.new_password_confirm.data, user.email, field="new_password"
        )
        if problem is not None:
            self.problems = [problem]
            return False
        if self.password.data == self.new_password.data:
            return self.wrong("new_password", _("This is your current password. Enter a different one."))
        if not super().validate(**values):
            return self.wrong("password", _("This is not your current password."))
        return True


class CodeForm(Told, TwoFactorVerifyCodeForm):
    """The code that the phone shows."""

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.problems = []

    def validate(self, **values: Any) -> bool:
        """Check the code."""
        assert self.user is not None
        if not self.code.data:
            return self.wrong("code", _("Enter the six digits that your app shows."))
        bucket = ("code", str(self.user.id), MOST_CODES)
        wait = counted([bucket])
        if wait is not None:
            return self.too_often(wait)
        if not super().validate(**values):
            sentence = _(
                "This code is not right, or it was used already. Wait for the next one. "
                "If it is never right, look at the clock of your phone."
            )
            if self.is_setup:
                flash(sentence)  # Flask-Security goes back to the beginning without a word
            return self.wrong("code", sentence)
        throttle.forget(bucket[0], bucket[1], lookup_key=request_context.settings().lookup_key)
        return True


class SecondFactorForm(TwoFactorSetupForm):
    """The wish for a second factor; there is one kind, so there is nothing to choose."""

    setup = HiddenField()  # type: ignore[assignment]


class NothingToChoose(HiddenField):
    """A field without choices where Flask-Security adds some, which WTForms would warn of."""

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.choices: list[object] = []


class RescueForm(TwoFactorRescueForm):
    """Flask-Security's other ways in, which are closed."""

    help_setup = NothingToChoose()  # type: ignore[assignment]


class RecoveryCodeForm(Told, MfRecoveryForm):
    """One of the recovery codes."""

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.problems = []

    def validate(self, **values: Any) -> bool:
        """Check the code, and use it up."""
        assert self.user is not None
        if not self.code.data:
            return self.wrong("code", _("Enter one of your recovery codes."))
        wait = counted([("code", str(self.user.id), MOST_CODES)])
        if wait is not None:
            return self.too_often(wait)
        if not super().validate(**values):
            return self.wrong("code", _("This is no recovery code of yours, or it was used already."))
        throttle.forget("code", str(self.user.id), lookup_key=request_context.settings().lookup_key)
        return True


def new_password_problem(
    password: str | None, again: str | None, address: str, field: str = "password"
) -> Line | None:
    """Return what is wrong with a new password that was written twice."""
    if not password:
        return Line(field, _("Enter a new password."))
    weak = passwords.weakness(password, address, request_context.settings().host_name)
    if weak is not None:
        return Line(field, weak)
    if password != again:
        return Line(f"{field}_confirm", _("The two are not the same. Enter the new password again."))
    return None


Bucket = tuple[str, str, int]


def counted(buckets: Sequence[Bucket]) -> timedelta | None:
    """Count an attempt in each bucket and commit; return how long to wait if one is over its limit, else None."""
    with committing():
        act = act_of("nobody")  # the person is only known afterwards
        waits = [throttle.take(act, what, who, most=most) for what, who, most in buckets]
    return max((wait for wait in waits if wait is not None), default=None)


def account(user: StaffUser | None, address: str) -> str:
    """Return what attempts on an account are counted as: its number, or the address where nobody has it."""
    return addresses.counted(address) if user is None else str(user.id)


def _buckets(user: StaffUser | None, address: str) -> list[Bucket]:
    """Return the buckets in which an attempt to sign in is counted: (what, who, maximum).

    A browser in which this very person has come through before has a count of its own, so that strangers who
    try their account elsewhere keep nobody out.
    """
    known = None if user is None else _device(user)
    if known is not None:
        return [("sign-in in a known browser", known, MOST_PASSWORDS)]
    return [
        ("sign-in", account(user, address), MOST_PASSWORDS),
        ("sign-in from", client_network.counted(), MOST_FROM_ADDRESS),
    ]


def came_through(user: StaffUser) -> None:
    """Set a cookie by which this browser is recognised the next time somebody signs in with that address."""
    settings = request_context.settings()
    value = _signer().dumps([_lookup(user), secrets.token_hex(16)])

    def remember(response: Response) -> Response:
        response.set_cookie(
            _device_cookie(),
            value,
            max_age=DEVICE_DAYS * 86_400,
            secure=settings.https,
            httponly=True,
            samesite="Lax",
        )
        return response

    if _device(user) is None:
        after_this_request(remember)


def _device(user: StaffUser) -> str | None:
    try:
        whose, number = _signer().loads(request.cookies.get(_device_cookie(), ""))
    except (BadSignature, ValueError, TypeError):
        return None
    return str(number) if whose == _lookup(user) else None


def _lookup(user: StaffUser) -> str:
    return keys.lookup(request_context.settings().lookup_key, "known browser", user.email)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(request_context.settings().secret_key, salt="known browser")


def _device_cookie() -> str:
    return f"__Host-{DEVICE}" if request_context.settings().https else DEVICE
