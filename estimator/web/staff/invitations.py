"""What a link for staff opens: the beginning of an account, a new password, a demonstration.

To look at such a page uses nothing up, because scanners of mail look at every link; only its button does.
"""

from __future__ import annotations

import time

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask_security import hash_password, login_user, logout_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField

from estimator import staff, throttle
from estimator.i18n import gettext as _
from estimator.mail import addresses, outbox
from estimator.models import StaffLink
from estimator.staff import invitations
from estimator.web import errors, networks, request_context
from estimator.web.request_context import act_of
from estimator.web.staff import passwords, sign_in
from estimator.web.transaction import committing

pages = Blueprint("staff_links", __name__, url_prefix="/staff")

Answer = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]

MOST_RESETS = 3
MOST_RESETS_FROM = 20


class AddressForm(FlaskForm):  # type: ignore[misc]
    """A mail address."""

    address = StringField()


class NewPasswordForm(FlaskForm):  # type: ignore[misc]
    """A new password, twice."""

    password = PasswordField()
    password_confirm = PasswordField()


@pages.route("/forgotten", methods=["GET", "POST"])
def forgotten() -> Answer:
    """Take an address and send a link to a new password, if it is that of somebody; the answer is the same."""
    form = AddressForm()
    if request.method != "POST":
        return render_template("security/forgotten.html", address="", wrong={}, sent=False)
    typed = (form.address.data or "").strip()
    address = addresses.checked(typed)
    if address is None:
        return _forgotten_wrong(typed, _("Write your mail address, like this: name@example.org."), 422)
    wait = sign_in.counted([("new password from", networks.counted(), MOST_RESETS_FROM)])
    if wait is not None:
        return _forgotten_wrong(typed, sign_in.sentence_of(wait), 429)
    _send_link(address)
    return render_template("security/forgotten.html", address=typed, wrong={}, sent=True)


def _forgotten_wrong(typed: str, sentence: str, status: int) -> Answer:
    problems = [{"target": "address", "sentence": sentence}]
    page = render_template(
        "security/forgotten.html", address=typed, errors=problems, wrong={"address": sentence}, sent=False
    )
    return page, status


def _send_link(address: str) -> None:
    if sign_in.counted([("new password", address.lower(), MOST_RESETS)]) is not None:
        return
    user = staff.find(address)
    if user is None or not user.active or user.demonstration or user.password is None:
        return
    try:
        with committing():
            act = act_of(user.actor)
            link, _token = invitations.make(act, user, "reset")
            staff.send_link(act, user, link)
    except outbox.TooMany:
        current_app.logger.warning("no more links to a new password today for %s", user.actor)


@pages.route("/new-password/<token>", methods=["GET", "POST"])
def new_password(token: str) -> Answer:
    """Take a new password; the second factor stays as it is, and is asked for at the next sign-in."""
    link = invitations.find(token, "reset", request_context.now())
    if link is None:
        return _no_link()
    hashed, answer = _take_password(link)
    if hashed is None:
        return answer
    user = link.user
    with committing():
        if not invitations.use(link):
            return _no_link()
        act = act_of(user.actor)
        staff.new_password(act, user, hashed)
        staff.notify(act, user, "password")
        throttle.forget("sign-in", user.email, lookup_key=act.settings.lookup_key)
    logout_user()
    return render_template("security/password_set.html")


@pages.route("/welcome/<token>", methods=["GET", "POST"])
def welcome(token: str) -> Answer:
    """Take the password of somebody who begins, and go on to their second factor."""
    link = invitations.find(token, "invitation", request_context.now())
    if link is None:
        return _no_link()
    hashed, answer = _take_password(link)
    if hashed is None:
        return answer
    user = link.user
    with committing():
        if not invitations.use(link):
            return _no_link()
        staff.begin(act_of(user.actor), user, hashed)
    logout_user()
    plugins = current_app.extensions["security"].two_factor_plugins
    onward: Response = plugins.tf_enter(user, None, "invitation", next_loc=url_for("staff.start"))
    session["password_at"] = time.time()
    return onward


def _take_password(link: StaffLink) -> tuple[str | None, Answer]:
    """Return the hash of the password that was chosen; without one, what to show instead. The link is still good."""
    form = NewPasswordForm()
    problem = None
    if request.method == "POST":
        problem = sign_in.new_password_problem(
            form.password.data, form.password_confirm.data, link.user.email
        )
        if problem is None:
            password = current_app.extensions["security"].password_util.normalize(form.password.data)
            hashed: str = hash_password(password)
            return hashed, ""
    problems = [] if problem is None else [{"target": problem.target, "sentence": problem.sentence}]
    page = render_template(
        "security/choose_password.html",
        email=link.user.email,
        begins=link.purpose == "invitation",
        errors=problems,
        wrong={entry["target"]: entry["sentence"] for entry in problems},
        least=passwords.SHORTEST,
    )
    return None, (page, 200 if problem is None else 422)


@pages.route("/demonstration/<token>", methods=["GET", "POST"])
def demonstration(token: str) -> Answer:
    """Sign somebody invented in, without a second factor; only in demonstration mode."""
    link = invitations.find(token, "demonstration", request_context.now())
    if not request_context.settings().demo or link is None or not link.user.demonstration:
        return _no_link()
    user = link.user
    if request.method != "POST":
        return render_template("security/demonstration.html", email=user.email, roles=user.role_names)
    with committing():
        if not invitations.use(link):
            return _no_link()
        logout_user()
        login_user(user, authn_via=["link"])
    return redirect(url_for("staff.start"), code=303)


def _no_link() -> tuple[str, int]:
    return errors.page(
        404,
        _("This link does not work"),
        _("It was used already, it is too old, or a newer one was made. Ask for a new one."),
        way_out=(url_for("security.login"), _("Sign in")),
    )
