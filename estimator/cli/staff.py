"""`estimator staff`: the people who may sign in, for the one who looks after the server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import click

from estimator.cli.installation import act_of, running_app
from estimator.cli.refusal import Refused
from estimator.messages import gettext as _

if TYPE_CHECKING:
    from estimator.models import StaffUser
    from estimator.models.staff import Purpose, Role

ROLES = ("coordinator", "price_editor", "approver", "administrator")
ADDRESS = click.argument("address", metavar="EMAIL")


@click.group(help=_("The people who may sign in, and their roles."))
def staff() -> None:
    """Group the commands about staff."""


@staff.command(help=_("Add somebody and print the link by which they choose a password. It works once."))
@ADDRESS
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice(ROLES),
    help=_("What they are; may be given several times. Without it: administrator."),
)
def create(address: str, roles: Sequence[str]) -> int:
    """Add somebody."""
    from estimator import staff as verbs
    from estimator.db import db
    from estimator.mail import addresses

    checked = addresses.checked(address)
    if checked is None:
        raise Refused(_("%(address)s is not an email address.", address=address))
    with running_app() as app:
        settings = app.config["SETTINGS"]
        lets_invented_in = settings.demo and not verbs.is_administered()
        try:
            _user, _link, token = verbs.invite(
                act_of(app),
                checked,
                cast("Sequence[Role]", roles or ("administrator",)),
                language=settings.languages[0],
            )
        except verbs.AddressTaken:
            raise Refused(
                _(
                    "%(address)s already has an account. `estimator staff link %(address)s` prints a new link.",
                    address=checked,
                )
            ) from None
        db.session.commit()
        click.echo(_address(settings.public_url, "invitation", token))
        if lets_invented_in and "administrator" in (roles or ("administrator",)):
            click.echo(
                _(
                    "The invented people of the demonstration are let in no more once this administrator has chosen "
                    "a password."
                ),
                err=True,
            )
        if settings.demo:
            click.echo(
                _(
                    "Somebody real has an account here now, so `serve --demo` refuses to start with this database."
                ),
                err=True,
            )
    return 0


@staff.command(
    help=_(
        "Print a new link for somebody who has an account, with which they choose a password "
        "and set up a second factor again."
    )
)
@ADDRESS
def link(address: str) -> int:
    """Make a new link."""
    from estimator import staff as verbs
    from estimator.db import db

    with running_app() as app:
        settings = app.config["SETTINGS"]
        user = _found(address)
        if not user.active:
            raise Refused(
                _(
                    "%(address)s can no longer sign in. `estimator staff activate` changes that.",
                    address=address,
                )
            )
        _link, token = verbs.invite_again(act_of(app), user)
        db.session.commit()
        click.echo(_address(settings.public_url, "invitation", token))
    return 0


@staff.command("list", help=_("Print everybody: address, state and roles."))
def list_() -> int:
    """Print a line for each person."""
    from estimator import staff as verbs

    with running_app():
        for user in verbs.everybody():
            state = _("active") if user.active else _("deactivated")
            if user.active and user.password is None:
                state = _("invited")
            click.echo("\t".join((user.email, state, ", ".join(user.role_names))))
    return 0


@staff.command(help=_("Deactivate an account; its sessions end at once."))
@ADDRESS
def deactivate(address: str) -> int:
    """End somebody's access."""
    from estimator import staff as verbs
    from estimator.db import db

    with running_app() as app:
        try:
            verbs.deactivate(act_of(app), _found(address))
        except verbs.LastAdministrator:
            raise Refused(_("There must be one administrator left. Create another one first.")) from None
        db.session.commit()
    click.echo(_("%(address)s can no longer sign in.", address=address))
    return 0


@staff.command(help=_("Activate an account again, with the password and the second factor that it had."))
@ADDRESS
def activate(address: str) -> int:
    """Begin somebody's access again."""
    from estimator import staff as verbs
    from estimator.db import db

    with running_app() as app:
        verbs.activate(act_of(app), _found(address))
        db.session.commit()
    click.echo(_("%(address)s can sign in again.", address=address))
    return 0


def _found(address: str) -> StaffUser:
    from estimator import staff as verbs

    user = verbs.find(address)
    if user is None or user.demonstration:
        raise Refused(_("There is nobody with the address %(address)s.", address=address))
    return user


def _address(public_url: str, purpose: Purpose, token: str) -> str:
    from estimator.staff import invitations

    return f"{public_url}{invitations.PATHS[purpose]}{token}"
