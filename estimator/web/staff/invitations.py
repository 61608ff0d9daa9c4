"""What a link for staff opens: the beginning of an account, a new password, a demonstration.

To look at such a page uses nothing up, because scanners of mail look at every link; only its button does.
"""

from __future__ import annotations

import time
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import hash_password, login_user, logout_user
from werkzeug.wrappers import Response
from wtforms import PasswordField

from estimator import jobs, staff, throttle
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.mail import outbox
from estimator.models import StaffLink
from estimator.staff import invitations, passwords
from estimator.web import client_network, errors, request_context
from estimator.web.fields import AddressField
from estimator.web.forms import Form, summary
from estimator.web.request_context import act_of
from estimator.web.staff import security, sign_in
from estimator.web.transaction import committing, savepoint
from estimator.web.validators import Address, Filled

pages = Blueprint("staff_links", __name__, url_prefix="/staff")


MOST_RESETS = 3
MOST_RESETS_FROM = 20


NO_ADDRESS = lazy_gettext("Enter your email address, like this: name@example.org.")


class AddressForm(Form):
    """A mail address."""

    address = AddressField(lazy_gettext("Email address"), [Filled(NO_ADDRESS), Address(NO_ADDRESS)])


class NewPasswordForm(Form):
    """A new password, twice."""

    password = PasswordField(lazy_gettext("New password"))
    password_confirm = PasswordField(lazy_gettext("The new password again"))

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse a password that is weak, and two that are not the same."""
        problem = sign_in.new_password_problem(self.password.data, self.password_confirm.data, self.address)
        if problem is not None:
            self.refuse(problem.sentence, self[problem.target])
        return problem is None


@pages.route("/forgotten", methods=["GET", "POST"])
def forgotten() -> ResponseReturnValue:
    """Take an address and send a link to a new password, if it is that of somebody; the answer is the same."""
    form = AddressForm()
    if request.method != "POST":
        return _forgotten(form)
    if not form.validate():
        return _forgotten(form, 422)
    assert form.address.address is not None
    wait = sign_in.counted([("new password from", client_network.counted(), MOST_RESETS_FROM)])
    if wait is not None:
        return _forgotten(form.refuse(sign_in.sentence_of(wait), form.address), 429)
    _send_link(form.address.address)
    return render_template("security/forgotten.html", form=form, sent=True)


def _forgotten(form: AddressForm, status: int = 200) -> ResponseReturnValue:
    return render_template("security/forgotten.html", form=form, errors=summary(form), sent=False), status


def _send_link(address: str) -> None:
    """Send a link to whoever has an address; if nobody may have one, do the same work and undo it.

    So the time that it takes tells nobody whether there is such an account.
    """
    user, somebody = staff.find_or_anybody(address)
    known = user is not None and user.active and not user.demonstration and user.password is not None
    reader = user if known else somebody
    with committing():
        act = act_of("nobody")
        wait = throttle.take(act, "new password", sign_in.account(user, address), most=MOST_RESETS)
        if wait is not None or reader is None:
            return
        try:
            with savepoint(keep=known):
                link, _token = invitations.make(act.by(reader.actor), reader, "reset")
                staff.send_link(act.by(reader.actor), reader, link)
        except outbox.TooMany:
            if known:
                current_app.logger.warning("no more links to a new password today for %s", reader.actor)
        if not known:
            jobs.enqueue("mail", 0)  # there is no such mail, and a worker finds that out


@pages.route("/new-password/<token>", methods=["GET", "POST"])
def new_password(token: str) -> ResponseReturnValue:
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
        throttle.forget("sign-in", sign_in.account(user, user.email), lookup_key=act.settings.lookup_key)
        staff.new_password(act, user, hashed)
    logout_user()
    return render_template("security/password_set.html")


@pages.route("/welcome/<token>", methods=["GET", "POST"])
def welcome(token: str) -> ResponseReturnValue:
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


def _take_password(link: StaffLink) -> tuple[str | None, ResponseReturnValue]:
    """Return the hash of the password that was chosen; without one, what to show instead. The link is still good."""
    form = NewPasswordForm(link.user.email)
    if request.method == "POST" and form.validate():
        password = current_app.extensions["security"].password_util.normalize(form.password.data)
        hashed: str = hash_password(password)
        return hashed, ""
    errors_here = summary(form)
    page = render_template(
        "security/choose_password.html",
        email=link.user.email,
        begins=link.purpose == "invitation",
        errors=errors_here,
        form=form,
        least=passwords.SHORTEST,
    )
    return None, (page, 422 if errors_here else 200)


@pages.route("/demonstration/<token>", methods=["GET", "POST"])
def demonstration(token: str) -> ResponseReturnValue:
    """Sign somebody invented in, without a second factor; only in demonstration mode."""
    link = invitations.find(token, "demonstration", request_context.now())
    if not request_context.settings().demo or link is None or not link.user.demonstration:
        return _no_link()
    if not security.are_invented_let_in():
        return errors.page(
            403,
            _("Invented people are let in no more"),
            _("Somebody real administers this installation since. Sign in with an account of your own."),
            way_out=(url_for("security.login"), _("Sign in")),
        )
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
