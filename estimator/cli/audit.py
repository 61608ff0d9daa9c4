"""`estimator audit`: look through the audit trail, and make sure that nobody has changed it."""

from __future__ import annotations

import re

import click

from estimator.cli.installation import running_app
from estimator.cli.refusal import Refused
from estimator.messages import gettext as _
from estimator.messages import ngettext


@click.group(help=_("What was done to price lists and accounts, by whom and when."))
def audit() -> None:
    """Group the commands about the audit trail."""


@audit.command(
    help=_("Work out every hash of the trail again; 1 is the exit code if an entry was changed or removed.")
)
@click.option(
    "--since",
    metavar="HASH",
    help=_("The last hash that this command printed before; so an end that was cut off shows too."),
)
def verify(since: str | None) -> int:
    """Say whether the trail is whole, and print its last hash, to be kept elsewhere."""
    from estimator import audit as verbs

    if since is not None and not re.fullmatch(r"[0-9a-f]{64}", since):
        raise Refused(_("“%(given)s” is no hash. It has 64 digits and letters from a to f.", given=since))
    with running_app():
        found = verbs.verify()
        missing = since is not None and since != verbs.BEGINNING and not verbs.has(since)
    if found.broken is not None:
        click.echo(
            ngettext(
                "Entry %(id)s was changed, or one before it was removed, added or moved. "
                "The %(num)s entry before it is whole.",
                "Entry %(id)s was changed, or one before it was removed, added or moved. "
                "The %(num)s entries before it are whole.",
                found.entries,
                id=found.broken,
            )
        )
    if missing:
        click.echo(_("The entry %(hash)s is missing: the end of the trail was cut off.", hash=since))
    if found.broken is not None or missing:
        return 1
    click.echo(
        ngettext(
            "%(num)s entry, nothing was changed.", "%(num)s entries, nothing was changed.", found.entries
        )
    )
    click.echo(_("Keep this hash, and name it next time with --since: %(hash)s", hash=found.last))
    return 0


@audit.command("list", help=_("Print the newest entries, the newest first."))
@click.option(
    "--most", default=100, type=click.IntRange(1, 100_000), show_default=True, help=_("Maximum number.")
)
def list_(most: int) -> None:
    """Print an entry a line: its number, when, who, what, to what, and the details."""
    from estimator import audit as verbs

    with running_app():
        for entry in verbs.entries(most):
            when = entry.at.isoformat(timespec="seconds").replace("+00:00", "Z")
            click.echo(f"{entry.id}  {when}  {entry.actor}  {entry.action}  {entry.subject}  {entry.detail}")
