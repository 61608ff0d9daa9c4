"""Signing in: Flask-Security as this app uses it, and who has signed in to a request.

Passwords (argon2id), second factors and the steps of signing in are Flask-Security's. Ours are the words, the
limits on attempts, and the sessions, which are rows that can be ended. Its ways in for programs, by token, by JSON
and by basic authentication, are shut.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any, cast

import flask_login
from flask import (
    Flask,
    after_this_request,
    current_app,
    flash,
    g,
    make_response,
    render_template,
    session,
)
from flask_login import current_user, user_logged_out
from flask_security import (
    MailUtil,
    PasswordUtil,
    Security,
    password_changed,
    tf_profile_changed,
    user_authenticated,
)
from flask_security.core import _user_loader
from sqlalchemy.exc import DBAPIError
from werkzeug.wrappers import Response

from estimator import audit, staff
from estimator.config import Settings
from estimator.db import db
from estimator.i18n import gettext as _
from estimator.models import StaffRole, StaffUser
from estimator.staff import passwords, sessions
from estimator.web import request_context
from estimator.web.request_context import act_of
from estimator.web.staff import sign_in
from estimator.web.staff.second_factor import HALF_MINUTE, Accounts, RecoveryCodes, SecondFactor
from estimator.web.transaction import committing

KEY = "staff"
"""Where the session's key stands in the cookie."""

HALF_WAY = 600
"""Seconds after the password within which the second factor must follow."""

FRESH = timedelta(minutes=15)
"""Time after the password within which the endpoints in `guard.FRESH` do not ask for it again."""

COSTS = {"argon2__memory_cost": 47_104, "argon2__time_cost": 2, "argon2__parallelism": 1}
"""Parameters of argon2id: what it costs to try a password."""

OWN = ("password_at", "tried")
"""What is in the session of somebody who is signed in, and is gone when they sign out."""

KEPT = ("language", "_user_id", "_fresh", "fs_paa")
"""Keys of the session that survive signing in; everything else is removed."""


class NoMail(MailUtil):
    """Keeps Flask-Security from sending mail: notices go through the outbox."""

    def send_mail(self, template: str, *_arguments: Any, **_values: Any) -> None:
        """Refuse."""
        raise RuntimeError(f"nobody writes {template}")


class Passwords(PasswordUtil):
    """Passwords as Flask-Security has them checked; any characters, no rules about their kinds."""

    def normalize(self, password: str) -> str:
        """Return a password in normal form, cut where no password is so long: more of it only takes time."""
        return super().normalize(password[: sign_in.LONGEST_TYPED])[: sign_in.LONGEST_TYPED]

    def validate(self, password: str, is_register: bool, **values: Any) -> tuple[list[str] | None, str]:
        """Return what is wrong, if anything, and the password as it is kept."""
        password = self.normalize(password)
        user = values.get("user")
        sentence = passwords.weakness(
            password, getattr(user, "email", ""), request_context.settings().host_name
        )
        return ([sentence] if sentence else None), password


def init_app(app: Flask) -> None:
    """Give an app accounts; the guard must be there already, because its forms are checked by it."""
    app.config.update(_settings(app.config["SETTINGS"]))
    security = Security(
        app,
        Accounts(db, StaffUser, StaffRole),
        login_form=sign_in.SignInForm,
        verify_form=sign_in.PasswordAgainForm,
        change_password_form=sign_in.ChangePasswordForm,
        two_factor_verify_code_form=sign_in.CodeForm,
        two_factor_setup_form=sign_in.SecondFactorForm,
        two_factor_rescue_form=sign_in.RescueForm,
        mf_recovery_form=sign_in.RecoveryCodeForm,
        mail_util_cls=NoMail,
        password_util_cls=Passwords,
        totp_cls=SecondFactor,
        mf_recovery_codes_util_cls=RecoveryCodes,
        render_template=_page,  # type: ignore[arg-type]
    )
    security.want_json(lambda _request: False)
    manager = security.login_manager
    manager.session_protection = None  # a phone changes its address; the key in the cookie is what counts
    manager.request_loader(lambda _request: None)
    manager.user_loader(_person)
    # Load the user only where a page asks for it: otherwise every page and file would query the database.
    app.template_context_processors[None].remove(flask_login.utils._user_context_processor)
    before = app.before_request_funcs[None]
    before[:] = [
        function for function in before if getattr(function, "__self__", None) is not security.principal
    ]
    user_authenticated.connect(_signed_in, app)
    user_logged_out.connect(_signed_out, app)
    password_changed.connect(_password_changed, app)
    tf_profile_changed.connect(_second_factor_changed, app)


def _settings(settings: Settings) -> dict[str, Any]:
    templates = {
        "LOGIN_USER": "sign_in",
        "VERIFY": "password_again",
        "CHANGE_PASSWORD": "password",
        "TWO_FACTOR_SETUP": "second_factor",
        "TWO_FACTOR_VERIFY_CODE": "code",
        "MULTI_FACTOR_RECOVERY": "recovery_code",
        "MULTI_FACTOR_RECOVERY_CODES": "recovery_codes",
    }
    chosen = {
        **{f"{name}_TEMPLATE": f"security/{file}.html" for name, file in templates.items()},
        "URL_PREFIX": "/staff",
        "LOGIN_URL": "/sign-in",
        "LOGOUT_URL": "/sign-out",
        "VERIFY_URL": "/password-again",
        "CHANGE_URL": "/password",
        "TWO_FACTOR_SETUP_URL": "/second-factor",
        "TWO_FACTOR_TOKEN_VALIDATION_URL": "/code",
        "MULTI_FACTOR_RECOVERY_URL": "/recovery-code",
        "MULTI_FACTOR_RECOVERY_CODES_URL": "/recovery-codes",
        "POST_LOGIN_VIEW": "staff.start",
        "POST_LOGOUT_VIEW": "security.login",
        "POST_VERIFY_VIEW": "staff.account",
        "POST_CHANGE_VIEW": "staff.account",
        "TWO_FACTOR_POST_SETUP_VIEW": "staff.account",
        "CHANGEABLE": True,
        "TWO_FACTOR": True,
        "TWO_FACTOR_REQUIRED": True,
        "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "TWO_FACTOR_AUTHENTICATOR_VALIDITY": HALF_MINUTE,
        "TWO_FACTOR_SETUP_WITHIN": timedelta(seconds=HALF_WAY),
        "TWO_FACTOR_RESCUE_EMAIL": False,
        "MULTI_FACTOR_RECOVERY_CODES": True,
        "TOTP_SECRETS": {"1": "the keys of personal columns seal them instead"},
        "TOTP_ISSUER": settings.host_name.replace(":", "."),
        "PASSWORD_HASH": "argon2",
        "PASSWORD_SCHEMES": ["argon2"],
        "PASSWORD_SINGLE_HASH": {"argon2"},
        "PASSWORD_HASH_PASSLIB_OPTIONS": COSTS,
        "PASSWORD_LENGTH_MIN": passwords.SHORTEST,
        "RETURN_GENERIC_RESPONSES": True,
        "API_ENABLED_METHODS": ["session"],
        "FRESHNESS": FRESH,
        "FRESHNESS_GRACE_PERIOD": timedelta(0),
        "SEND_PASSWORD_CHANGE_EMAIL": False,
        "SEND_PASSWORD_RESET_NOTICE_EMAIL": False,
        "FLASH_MESSAGES": False,
        "CACHE_CONTROL": None,
        "STATIC_FOLDER": None,
        "CLI_USERS_NAME": None,
        "CLI_ROLES_NAME": None,
        "JOIN_USER_ROLES": False,
    }
    return {f"SECURITY_{name}": value for name, value in chosen.items()}


def person() -> StaffUser | None:
    """Return who is signed in to this request."""
    found = current_user._get_current_object()
    return found if isinstance(found, StaffUser) else None


def seen(user: StaffUser, *, attended: bool = True) -> None:
    """Update when a session was last used; if the database cannot be written, the session goes on.

    What a page asks by itself is not `attended`, and does not prolong it.
    """
    g.staff = user
    if not attended or sessions.is_seen(session[KEY], request_context.now()):
        return
    try:
        with committing():
            sessions.seen(session[KEY], request_context.now())
    except DBAPIError:
        pass


def is_fresh() -> bool:
    """Whether the password was entered within FRESH."""
    return 0 <= time.time() - float(session.get("fs_paa", 0)) < FRESH.total_seconds()


def session_key() -> str:
    """Return the key of the session under way."""
    return str(session[KEY])


def forget_half_way() -> None:
    """Drop a half-finished sign-in that is older than HALF_WAY, or whose owner has set up a second factor since."""
    if "tf_user_id" not in session:
        return
    began = float(session.get("password_at", 0))
    user = current_app.extensions["security"].datastore.find_user(fs_uniquifier=session["tf_user_id"])
    overtaken = user is not None and user.tf_totp_secret is not None and session.get("tf_state") != "ready"
    if not 0 <= time.time() - began < HALF_WAY or overtaken or user is None or not user.active:
        for name in ("tf_user_id", "tf_state", "tf_primary_method", "tf_totp_secret", "password_at"):
            session.pop(name, None)


def _person(user_id: str) -> StaffUser | None:
    user = cast("StaffUser | None", _user_loader(user_id))  # type: ignore[no-untyped-call]
    if user is None or not sessions.is_open(user, session.get(KEY, ""), request_context.now()):
        return None
    return None if user.demonstration and not are_invented_let_in() else user


def are_invented_let_in() -> bool:
    """Whether invented people may sign in, and go on: in demonstration mode, until somebody real administers it."""
    return request_context.settings().demo and not staff.is_administered()


def _signed_in(_app: Flask, user: StaffUser, authn_via: list[str] | None = None, **_values: Any) -> None:
    """Begin a session of its own; nothing that was known before it opens it."""
    now = request_context.now()
    kept = {name: session[name] for name in KEPT if name in session}
    session.clear()
    session.update(kept)
    g.pop("csrf_token", None)
    if authn_via == ["change"]:
        sessions.end_all(user)
        session[KEY] = sessions.begin(user, now)
    else:
        session[KEY] = sessions.begin(user, now)
        audit.add(act_of(user.actor), "staff.signed_in", subject=user.actor)
        current_app.logger.info("%s signed in", user.actor)
    sign_in.came_through(user)


def _signed_out(_app: Flask, **_values: Any) -> None:
    key = session.pop(KEY, None)
    for name in OWN:
        session.pop(name, None)
    if key is not None:
        with committing():
            sessions.end(key)
        after_this_request(_clear_browser)


def _clear_browser(response: Response) -> Response:
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _password_changed(_app: Flask, user: StaffUser, **_values: Any) -> None:
    staff.notify(act_of(user.actor), user, "password")
    audit.add(act_of(user.actor), "staff.password_changed", subject=user.actor)
    flash(_("Your password was changed. Everywhere else you are signed out."))


def _second_factor_changed(_app: Flask, user: StaffUser, **_values: Any) -> None:
    """Go on in this browser; all other sessions have ended."""
    session["_user_id"] = user.get_id()
    session[KEY] = sessions.begin(user, request_context.now())
    flash(_("Your second factor was changed. Everywhere else you are signed out."))


def _page(template: str, **context: Any) -> Response:
    """Draw one of Flask-Security's pages, with what is wrong as every page of ours says it."""
    told: list[Any] = [value for value in context.values() if isinstance(value, sign_in.Told)]
    for form in told:
        form.tell()
    errors = [line for form in told for line in form.problems]
    wait = next((form.wait for form in told if form.wait is not None), None)
    status = 429 if wait is not None else 422 if errors else 200
    response = make_response(
        render_template(template, errors=errors, least=passwords.SHORTEST, **context), status
    )
    if wait is not None:
        response.headers["Retry-After"] = str(wait)
    return response


def own_path(path: str | None) -> bool:
    """Whether an address to go on to is a path of this app and nothing else."""
    if not path:
        return True
    return (
        path.startswith("/")
        and not path.startswith("//")
        and path.isascii()
        and path.isprintable()
        and not (set(path) & set("\\ "))
    )
