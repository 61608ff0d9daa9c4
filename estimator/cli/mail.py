"""`estimator mail`: mail held back after a copy was restored, and what becomes of it."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from estimator.cli.installation import running_app
from estimator.messages import gettext as _
from estimator.messages import ngettext


@click.group(help=_("Hold mail back, and let it go out again."))
def mail() -> None:
    """Group the commands about mail."""


@mail.command(help=_("Hold all mail from now on: nothing is sent until `estimator mail release`."))
def hold() -> None:
    """Hold mail; idempotent."""
    from estimator.db import db
    from estimator.mail import holding

    with running_app():
        holding.hold(datetime.now(UTC))
        db.session.commit()
        waiting = holding.unsent()
    click.echo(
        ngettext(
            "Mail is held. %(num)s mail is waiting.", "Mail is held. %(num)s mails are waiting.", waiting
        )
    )


@mail.command(help=_("Let mail go out again, and say how much is waiting."))
@click.option(
    "--give-up-waiting",
    is_flag=True,
    help=_(
        "Give up what is waiting first, because the installation that was copied has sent it; the outbox at the "
        "desk can send single ones again."
    ),
)
def release(give_up_waiting: bool) -> None:
    """Release mail that is held."""
    from estimator.db import db
    from estimator.mail import holding

    given_up = 0
    with running_app():
        if give_up_waiting and holding.held_since() is not None:
            words = _("Held after a copy was restored, and given up: it may have been sent before.")
            given_up = holding.give_up(words, datetime.now(UTC))
        was_held = holding.release()
        db.session.commit()
        waiting = holding.unsent()
    if not was_held:
        click.echo(_("Mail was not held."))
        return
    if given_up:
        click.echo(ngettext("%(num)s mail was given up.", "%(num)s mails were given up.", given_up))
    click.echo(
        ngettext(
            "Mail goes out again. %(num)s mail is waiting.",
            "Mail goes out again. %(num)s mails are waiting.",
            waiting,
        )
    )
