"""The rooms of staff: what somebody may do, their account, and, for administrators, the people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectMultipleField, StringField

from estimator import staff
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.mail import addresses, outbox
from estimator.models import StaffLink, StaffSession, StaffUser
from estimator.models.staff import Role
from estimator.staff import invitations, recovery_codes, sessions
from estimator.web import errors, request_context
from estimator.web.language import current_reader
from estimator.web.staff import security, signed_in
from estimator.web.transaction import committing

pages = Blueprint("staff", __name__, url_prefix="/staff")

Answer = str | Response | tuple[str, int]

ROLES: Mapping[Role, tuple[Any, Any]] = {
    "coordinator": (
        lazy_gettext("Coordinator"),
        lazy_gettext("answers requests, issues quotes, and reads price lists"),
    ),
    "price_editor": (lazy_gettext("Price editor"), lazy_gettext("changes drafts of price lists")),
    "approver": (
        lazy_gettext("Approver"),
        lazy_gettext("lets a price list come into force, and reads the audit trail"),
    ),
    "administrator": (
        lazy_gettext("Administrator"),
        lazy_gettext("invites people, gives them roles, changes settings, and reads the audit trail"),
    ),
}
"""What each role is called, and what it may do."""


@dataclass(frozen=True)
class Place:
    """Where somebody may go from the start."""

    permission: str
    endpoint: str
    label: Any
    what: Any


PLACES = (
    Place(
        "requests.read",
        "desk.queue",
        lazy_gettext("Requests"),
        lazy_gettext("Who asks for a firm quote; answer, hand on, and enter one for somebody who called."),
    ),
    Place(
        "tables.read",
        "price_lists.index",
        lazy_gettext("Price lists"),
        lazy_gettext("Look at versions; change, try and publish drafts."),
    ),
    Place(
        "requests.work",
        "outbox.page",
        lazy_gettext("Outbox"),
        lazy_gettext("Every mail, with what became of it."),
    ),
    Place(
        "requests.read",
        "reports.page",
        lazy_gettext("Reports"),
        lazy_gettext("What was accepted and declined; the list of quotes as a spreadsheet."),
    ),
    Place(
        "staff.manage",
        "staff.people",
        lazy_gettext("People"),
        lazy_gettext("Invite people, give them roles, and let them in no more."),
    ),
    Place(
        "settings.edit",
        "settings.overview",
        lazy_gettext("Settings"),
        lazy_gettext("Business days, quotes, retention, language, letters, logo and exchange rates."),
    ),
    Place(
        "audit.read",
        "trail.audit_trail",
        lazy_gettext("Audit trail"),
        lazy_gettext("What was done, by whom and when."),
    ),
)
"""The rooms, in their order."""


class InvitationForm(FlaskForm):  # type: ignore[misc]
    """Whom to invite, in which roles."""

    address = StringField()
    roles = SelectMultipleField(validate_choice=False)


@pages.app_context_processor
def _places() -> dict[str, Any]:
    return {
        "staff_places": lambda: [
            place for place in PLACES if staff.may(request_context.person(), place.permission)
        ]
    }


@pages.get("")
def start() -> Answer:
    """Show what somebody may do here."""
    person = request_context.person()
    codes = None if person.demonstration else recovery_codes.left(person)
    return render_template("staff/start.html", roles=_roles(person), codes_left=codes)


@pages.get("/account")
def account() -> Answer:
    """Show somebody their own account, and where they are signed in."""
    person = request_context.person()
    key = security.session_key()
    return render_template(
        "staff/account.html",
        roles=_roles(person),
        codes_left=recovery_codes.left(person),
        sessions=[_shown(row, key) for row in sessions.of(person, request_context.now())],
    )


@pages.post("/account/sign-out-everywhere")
def sign_out_everywhere() -> Answer:
    """End every session of somebody but the one that asks."""
    with committing():
        sessions.end_all(request_context.person(), but=security.session_key())
    flash(_("Everywhere else you are signed out."))
    return redirect(url_for("staff.account"), code=303)


@pages.route("/people", methods=["GET", "POST"])
def people() -> Answer:
    """List the people, and invite one more."""
    form = InvitationForm()
    if request.method != "POST":
        return _people()
    typed, roles = (form.address.data or "").strip(), _wanted(form)
    address = addresses.checked(typed)
    problems: dict[str, str] = {}
    if address is None:
        problems["address"] = _("Write a mail address, like this: name@example.org.")
    if not roles:
        problems["roles"] = _("Choose at least one role.")
    if address is None or problems:
        return _people(typed, roles, problems)
    language = current_reader().tag
    try:
        return _invite(lambda: staff.invite(signed_in.act(), address, roles, language=language))
    except staff.AddressTaken:
        return _people(typed, roles, {"address": _("Somebody with this address is there already.")})


@pages.route("/people/<int(max=2147483647):number>", methods=["GET", "POST"])
def someone(number: int) -> Answer:
    """Show one person, and change what an administrator may change."""
    user = staff.get(number)
    if user is None:
        return errors.missing()
    if request.method != "POST":
        return _someone(user)
    act = ACTS.get(request.form.get("act", ""))
    if act is None:
        return _someone(user)
    try:
        return act(user)
    except staff.LastAdministrator:
        sentence = _("There must be one administrator left. Give somebody else this role first.")
        return _someone(user, {"act": sentence}, 409)
    except staff.NoRole:
        return _someone(user, {"roles": _("Choose at least one role.")}, 422)


def _change_roles(user: StaffUser) -> Answer:
    wanted = _wanted(InvitationForm())
    with committing():
        staff.set_roles(signed_in.act(), user, wanted)
    return _done(user, _("The roles were changed."))


def _deactivate(user: StaffUser) -> Answer:
    with committing():
        staff.deactivate(signed_in.act(), user)
    return _done(user, _("This account lets nobody in any more."))


def _activate(user: StaffUser) -> Answer:
    with committing():
        staff.activate(signed_in.act(), user)
    return _done(user, _("This account lets its owner in again."))


def _end_sessions(user: StaffUser) -> Answer:
    with committing():
        staff.end_sessions(signed_in.act(), user)
    return _done(user, _("This person is signed out everywhere."))


def _invite_again(user: StaffUser) -> Answer:
    return _invite(lambda: (user, *staff.invite_again(signed_in.act(), user)))


ACTS: Mapping[str, Callable[[StaffUser], Answer]] = {
    "roles": _change_roles,
    "deactivate": _deactivate,
    "activate": _activate,
    "sign-out": _end_sessions,
    "invite": _invite_again,
}
"""What the buttons of a person's page do."""


def _invite(make: Callable[[], tuple[StaffUser, StaffLink, str]]) -> Answer:
    """Make a link and send it by mail; where no mail reaches anybody, show it once, to be handed on."""
    settings = request_context.settings()
    try:
        with committing():
            user, link, token = make()
            if settings.sends_mail:
                staff.send_link(signed_in.act(), user, link)
    except outbox.TooMany:
        return errors.page(
            429, _("Not today"), _("This address has had too much mail from here today. Try again tomorrow.")
        )
    if not settings.sends_mail:
        address = f"{settings.public_url}{invitations.PATHS['invitation']}{token}"
        return render_template("staff/link.html", email=user.email, address=address)
    flash(_("A link was sent to %(address)s. It works for three days.", address=user.email))
    return redirect(url_for("staff.people"), code=303)


def _done(user: StaffUser, sentence: str) -> Answer:
    number = user.id
    if number == request_context.person().id:  # whoever changes themselves is signed out
        return redirect(url_for("security.login"), code=303)
    flash(sentence)
    return redirect(url_for("staff.someone", number=number), code=303)


def _people(
    typed: str = "", roles: list[Role] | None = None, problems: Mapping[str, str] | None = None
) -> Answer:
    wrong = problems or {}
    page = render_template(
        "staff/people.html",
        people=[_person(user) for user in staff.everybody()],
        all_roles=ROLES,
        typed=typed,
        chosen=roles or [],
        wrong=wrong,
        errors=_errors(wrong),
    )
    return page, 422 if wrong else 200


def _someone(user: StaffUser, problems: Mapping[str, str] | None = None, status: int = 200) -> Answer:
    wrong = problems or {}
    page = render_template(
        "staff/person.html",
        person=_person(user),
        all_roles=ROLES,
        chosen=user.role_names,
        sessions=len(sessions.of(user, request_context.now())),
        wrong=wrong,
        errors=_errors(wrong),
    )
    return page, status


def _errors(wrong: Mapping[str, str]) -> list[dict[str, str | None]]:
    targets = {"roles": f"role-{staff.ROLES[0]}", "act": None}
    return [{"target": targets.get(name, name), "sentence": sentence} for name, sentence in wrong.items()]


def _person(user: StaffUser) -> dict[str, Any]:
    reader = current_reader()
    if not user.active:
        state = _("not let in")
    elif user.password is None:
        state = _("invited")
    elif user.tf_totp_secret is None:
        state = _("second factor missing")
    else:
        state = _("active")
    seen = user.signed_in_at
    return {
        "number": user.id,
        "email": user.email,
        "roles": _roles(user),
        "active": user.active,
        "begun": user.password is not None,
        "state": state,
        "signed_in": None if seen is None else reader.clock(seen, "UTC"),
        "myself": user.id == request_context.person().id,
    }


def _roles(user: StaffUser) -> list[str]:
    return [str(ROLES[name][0]) for name in user.role_names]


def _wanted(form: InvitationForm) -> list[Role]:
    return [role for role in staff.ROLES if role in (form.roles.data or [])]


def _shown(row: StaffSession, key: str) -> dict[str, Any]:
    reader = current_reader()
    return {
        "began": reader.clock(row.began_at, "UTC"),
        "seen": reader.clock(row.seen_at, "UTC"),
        "this": sessions.is_key(row, key),
    }
