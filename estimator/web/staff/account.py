"""The rooms of staff: what somebody may do, their account, and, for administrators, the people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.validators import StopValidation

from estimator import staff
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.mail import outbox
from estimator.models import StaffLink, StaffSession, StaffUser
from estimator.models.staff import Role
from estimator.staff import invitations, recovery_codes, sessions
from estimator.web import clinics_clock, errors, request_context
from estimator.web.fields import AddressField, LineField, TicksField
from estimator.web.forms import Form, summary
from estimator.web.language import current_reader
from estimator.web.staff import security, signed_in, to_do
from estimator.web.staff.settings.account_words import told
from estimator.web.transaction import committing
from estimator.web.validators import Address, Filled, NotTooLong, PrintableLine, Ticked

pages = Blueprint("staff", __name__, url_prefix="/staff")


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
        lazy_gettext(
            "Requests for a firm quote: answer them, assign them, and enter one for somebody who called."
        ),
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
        lazy_gettext("Every email, and what happened to it."),
    ),
    Place(
        "requests.read",
        "reports.page",
        lazy_gettext("Reports"),
        lazy_gettext("How soon requests are answered, what was accepted and declined; lists to take along."),
    ),
    Place(
        "staff.manage",
        "staff.people",
        lazy_gettext("People"),
        lazy_gettext("Invite people, give them roles, and deactivate accounts."),
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


NO_ADDRESS = lazy_gettext("Enter an email address, like this: name@example.org.")
NO_ROLE = lazy_gettext("Choose at least one role.")


def _roles_field() -> TicksField:
    return TicksField(
        lazy_gettext("Roles"),
        [Ticked(NO_ROLE)],
        choices=[(name, label) for name, (label, _what) in ROLES.items()],
        id=f"role-{staff.ROLES[0]}",
    )


LONGEST_NAME = 60


class NoAddress:
    """Refuses a name that could be taken for somebody's address."""

    def __call__(self, _form: Form, field: LineField) -> None:
        if "@" in field.data:
            raise StopValidation(_("Enter a name, not an email address."))


class InvitationForm(Form):
    """Whom to invite, in which roles."""

    address = AddressField(lazy_gettext("Email address"), [Filled(NO_ADDRESS), Address(NO_ADDRESS)])
    roles = _roles_field()


class NameForm(Form):
    """The name that colleagues read instead of an address."""

    full_name = LineField(lazy_gettext("Name"), [NotTooLong(LONGEST_NAME), PrintableLine(), NoAddress()])


class RolesForm(Form):
    """The roles that somebody is to have."""

    roles = _roles_field()


@pages.app_context_processor
def _places() -> dict[str, Any]:
    return {
        "staff_places": lambda: [
            place for place in PLACES if staff.may(request_context.person(), place.permission)
        ]
    }


@pages.get("")
def start() -> ResponseReturnValue:
    """Show what somebody may do here."""
    person = request_context.person()
    codes = None if person.demonstration else recovery_codes.left(person)
    return render_template(
        "staff/start.html",
        roles=_roles(person),
        codes_left=codes,
        to_do=to_do.strip(),
        account_told=told(request_context.now()) if staff.may(person, "requests.read") else None,
        approvals=to_do.approvals(person),
        sent_back=to_do.sent_back(person),
    )


@pages.get("/to-do")
def what_waits() -> ResponseReturnValue:
    """Return the numbers of what waits, for a page that has them and is open."""
    return jsonify(to_do.refreshed())


@pages.route("/account", methods=["GET", "POST"])
def account() -> ResponseReturnValue:
    """Show somebody their own account, and where they are signed in; take the name that colleagues read."""
    person = request_context.person()
    form = NameForm(*(() if request.method == "POST" else (None,)), data={"full_name": person.full_name})
    if request.method == "POST" and form.validate():
        with committing():
            staff.rename(signed_in.act(), person, form.full_name.data)
        flash(_("Your name is saved."))
        return redirect(url_for("staff.account"), code=303)
    key, errors_here = security.session_key(), summary(form)
    page = render_template(
        "staff/account.html",
        form=form,
        errors=errors_here,
        roles=_roles(person),
        codes_left=recovery_codes.left(person),
        sessions=[_shown(row, key) for row in sessions.for_user(person, request_context.now())],
    )
    return page, 422 if errors_here else 200


@pages.post("/account/sign-out-everywhere")
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session of somebody but the one that asks."""
    with committing():
        sessions.end_all(request_context.person(), but=security.session_key())
    flash(_("Everywhere else you are signed out."))
    return redirect(url_for("staff.account"), code=303)


@pages.route("/people", methods=["GET", "POST"])
def people() -> ResponseReturnValue:
    """List the people, and invite one more."""
    form = InvitationForm()
    if request.method != "POST" or not form.validate():
        return _people(form)
    address, roles, language = form.address.address, _wanted(form), current_reader().tag
    assert address is not None
    try:
        return _invite(
            lambda by_mail: staff.invite(signed_in.act(), address, roles, language=language, by_mail=by_mail)
        )
    except staff.AddressTaken:
        return _people(form.refuse(_("There is already an account with this address."), form.address))


@pages.route("/people/<whole:number>", methods=["GET", "POST"])
def someone(number: int) -> ResponseReturnValue:
    """Show one person, and change what an administrator may change."""
    user = staff.get(number)
    if user is None:
        raise errors.Missing
    if request.method != "POST":
        return _someone(user)
    act = ACTS.get(request.form.get("act", ""))
    if act is None:
        return _someone(user)
    try:
        return act(user)
    except staff.LastAdministrator:
        sentence = _("There must be one administrator left. Give somebody else this role first.")
        form = RolesForm() if act is _change_roles else RolesForm(None, data={"roles": user.role_names})
        return _someone(user, form.refuse(sentence), 409)
    except staff.RolesChanged:
        sentence = _(
            "Somebody else changed these roles while you had the page open. They are now: %(roles)s. What you "
            "ticked is still here; save again to put it in their place.",
            roles=", ".join(_roles(user)),
        )
        return _someone(user, RolesForm().refuse(sentence), 409)
    except staff.NoRole:
        form = RolesForm()
        return _someone(user, form.refuse(str(NO_ROLE), form.roles), 422, seen=_seen())


def _change_roles(user: StaffUser) -> ResponseReturnValue:
    wanted = _wanted(RolesForm())
    with committing():
        staff.set_roles(signed_in.act(), user, wanted, seen=_seen())
    return _done(user, _("The roles were changed."))


def _seen() -> Sequence[str]:
    """Return the roles that a person had on the page from which others were sent."""
    return request.form.get("seen", "").split()


def _rename(user: StaffUser) -> ResponseReturnValue:
    form = NameForm()
    if not form.validate():
        return _someone(user, naming=form, status=422)
    with committing():
        staff.rename(signed_in.act(), user, form.full_name.data)
    flash(_("The name is saved."))
    return redirect(url_for("staff.someone", number=user.id), code=303)


def _deactivate(user: StaffUser) -> ResponseReturnValue:
    with committing():
        staff.deactivate(signed_in.act(), user)
    return _done(user, _("This account is deactivated."))


def _activate(user: StaffUser) -> ResponseReturnValue:
    with committing():
        staff.activate(signed_in.act(), user)
    return _done(user, _("This account is active again."))


def _end_sessions(user: StaffUser) -> ResponseReturnValue:
    with committing():
        staff.end_sessions(signed_in.act(), user)
    return _done(user, _("This person is signed out everywhere."))


def _invite_again(user: StaffUser) -> ResponseReturnValue:
    return _invite(lambda by_mail: (user, *staff.invite_again(signed_in.act(), user, by_mail=by_mail)))


ACTS: Mapping[str, Callable[[StaffUser], ResponseReturnValue]] = {
    "roles": _change_roles,
    "name": _rename,
    "deactivate": _deactivate,
    "activate": _activate,
    "sign-out": _end_sessions,
    "invite": _invite_again,
}
"""What the buttons of a person's page do."""


def _invite(make: Callable[[bool], tuple[StaffUser, StaffLink, str]]) -> ResponseReturnValue:
    """Make a link and send it by mail; where no mail reaches anybody, show it once, to be handed on."""
    settings = request_context.settings()
    try:
        with committing():
            user, _link, token = make(settings.sends_mail)
    except outbox.TooMany:
        return errors.page(
            429,
            _("Not today"),
            _("This address has had more than today’s limit of emails. Try again tomorrow."),
        )
    if not settings.sends_mail:
        address = f"{settings.public_url}{invitations.PATHS['invitation']}{token}"
        return render_template("staff/link.html", email=user.email, address=address)
    flash(_("A link was sent to %(address)s. It works for three days.", address=user.email))
    return redirect(url_for("staff.people"), code=303)


def _done(user: StaffUser, sentence: str) -> ResponseReturnValue:
    number = user.id
    if number == request_context.person().id:  # to change one's own account ends one's session
        return redirect(url_for("security.login"), code=303)
    flash(sentence)
    return redirect(url_for("staff.someone", number=number), code=303)


def _people(form: InvitationForm) -> ResponseReturnValue:
    errors_here = summary(form)
    page = render_template(
        "staff/people.html",
        people=[_person(user) for user in staff.everybody()],
        form=form,
        what_roles_do={name: what for name, (_label, what) in ROLES.items()},
        errors=errors_here,
    )
    return page, 422 if errors_here else 200


def _someone(
    user: StaffUser,
    form: RolesForm | None = None,
    status: int = 200,
    seen: Sequence[str] | None = None,
    naming: NameForm | None = None,
) -> ResponseReturnValue:
    naming = naming or NameForm(None, data={"full_name": user.full_name})
    form = form or RolesForm(None, data={"roles": user.role_names})
    page = render_template(
        "staff/person.html",
        person=_person(user),
        form=form,
        naming=naming,
        seen=" ".join(user.role_names if seen is None else seen),
        what_roles_do={name: what for name, (_label, what) in ROLES.items()},
        sessions=len(sessions.for_user(user, request_context.now())),
        errors=summary(form, naming),
    )
    return page, status


class PersonRow(TypedDict):
    """One member of staff; `begun` once they have a password."""

    number: int
    email: str
    full_name: str | None
    roles: list[str]
    active: bool
    begun: bool
    state: str
    signed_in: str | None
    myself: bool


def _person(user: StaffUser) -> PersonRow:
    if not user.active:
        state = _("deactivated")
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
        "full_name": user.full_name,
        "roles": _roles(user),
        "active": user.active,
        "begun": user.password is not None,
        "state": state,
        "signed_in": None if seen is None else clinics_clock.written(seen),
        "myself": user.id == request_context.person().id,
    }


def _roles(user: StaffUser) -> list[str]:
    return [str(ROLES[name][0]) for name in user.role_names]


def _wanted(form: InvitationForm | RolesForm) -> list[Role]:
    return [role for role in staff.ROLES if role in form.roles.ticked]


class SessionRow(TypedDict):
    """One session; `this` if it is the one of this browser."""

    began: str
    seen: str
    this: bool


def _shown(row: StaffSession, key: str) -> SessionRow:
    return {
        "began": clinics_clock.written(row.began_at),
        "seen": clinics_clock.written(row.seen_at),
        "this": sessions.is_key(row, key),
    }
