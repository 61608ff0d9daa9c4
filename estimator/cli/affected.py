"""`estimator affected`: who is concerned if data went astray, as a list to write letters from."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING

import click

from estimator.cli.installation import act_of, running_app
from estimator.cli.refusal import Refused
from estimator.messages import gettext as _
from estimator.messages import ngettext

if TYPE_CHECKING:
    from estimator.privacy.affected import Affected
    from estimator.spreadsheets import Cell, Column

MOMENT = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d"])


@click.command(
    help=_(
        "Print as CSV whose data were here in a span of time: name, address, telephone number and language of each "
        "person. It is written into the audit trail that somebody did. Moments are in UTC."
    )
)
@click.option("--since", required=True, type=MOMENT, help=_("When it began."))
@click.option("--until", type=MOMENT, help=_("When it ended. Without it: now."))
@click.option(
    "--opened-by",
    metavar="user:NUMBER",
    help=_(
        "Only those whose request this account opened or worked on in that time; the audit trail names accounts."
    ),
)
def affected(since: datetime, until: datetime | None, opened_by: str | None) -> None:
    """Print the people and addresses of a span of time, and on standard error what the list cannot tell."""
    if opened_by is not None and not re.fullmatch(r"user:[0-9]{1,18}", opened_by):
        raise Refused(_("“%(given)s” is no account; write user:12, for example.", given=opened_by))
    from estimator import audit, spreadsheets
    from estimator.db import db
    from estimator.privacy import affected as verbs

    begin = since.replace(tzinfo=UTC)
    with running_app() as app:
        act = act_of(app)
        end = act.now if until is None else until.replace(tzinfo=UTC)
        if end < begin:
            raise Refused(_("The span ends before it begins."))
        span = {"since": begin.isoformat(timespec="minutes"), "until": end.isoformat(timespec="minutes")}
        audit.add(act, "people.listed", subject=opened_by or "people", **span)
        db.session.commit()
        found = verbs.people(act, begin, end, opened_by=opened_by)
        if opened_by is None:
            found = chain(found, verbs.addresses(act, end))
        counted = _Counted(found)
        out = sys.stdout.buffer
        for piece in spreadsheets.csv(_columns(), counted.rows()):
            out.write(piece)
        out.flush()
        erased = verbs.erased_since(begin)
    for sentence in _unknown(counted, erased):
        click.echo(sentence, file=sys.stderr)


class _Counted:
    """The rows of the list, and how many there were when all of them were written."""

    def __init__(self, found: Iterator[Affected]) -> None:
        self.found, self.listed, self.unreadable = found, 0, 0

    def rows(self) -> Iterator[Sequence[Cell]]:
        """Yield a row for each person."""
        for one in self.found:
            self.listed += 1
            self.unreadable += not one.readable
            yield (
                one.reference, one.since, one.name, one.email, one.phone, one.country, one.language, one.quote,
                one.patient,
            )  # fmt: skip


def _columns() -> Sequence[Column]:
    from estimator.spreadsheets import Column

    return [
        Column(_("Reference")),
        Column(_("Here since (UTC)"), "moment"),
        Column(_("Name")),
        Column(_("Email address")),
        Column(_("Telephone")),
        Column(_("Country")),
        Column(_("Language")),
        Column(_("Quote")),
        Column(_("Asked for")),
    ]


def _unknown(counted: _Counted, erased: int) -> Iterator[str]:
    yield ngettext("%(num)s person or address.", "%(num)s people and addresses.", counted.listed)
    if counted.unreadable:
        yield ngettext(
            "%(num)s of them cannot be read, because its key is missing.",
            "%(num)s of them cannot be read, because their key is missing.",
            counted.unreadable,
        )
    if erased:
        yield ngettext(
            "%(num)s person was erased since then, and cannot be named any more.",
            "%(num)s people were erased since then, and cannot be named any more.",
            erased,
        )
