"""`estimator tables list`, `export`, `diff` and `publish`: for those who keep their price lists in files."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

import pricing
from estimator.cli.problem_lines import problem_lines
from estimator.cli.refusal import Refused, shown_name, text_of
from estimator.messages import gettext as _
from pricing import PriceTable, Problem
from pricing.problems import SENTENCES, say

if TYPE_CHECKING:
    from estimator.models import TableVersion
    from estimator.price_lists.drafts import Check


@click.command("list", help=_("Print every price list with its versions, and which of them are in force."))
def list_() -> None:
    """Print the lists, and their versions, the newest first."""
    from estimator import price_lists
    from estimator.cli.installation import running_app

    now = datetime.now(UTC)
    with running_app():
        for one in price_lists.lists():
            closed = one.closed_at is not None
            click.echo(_("%(list)s (closed)", list=one.slug) if closed else one.slug)
            for version in price_lists.versions(one.slug):
                state = "" if closed else f"  {_states()[price_lists.state_of(version, now)]}"
                click.echo(
                    f"  {version.valid_from.isoformat()}  {version.sha256[:12]}  {version.version}{state}"
                )


@click.command(help=_("Print the text of the list SLUG as it is in force today."))
@click.argument("slug")
@click.option("--version", "name", metavar="VERSION", help=_("Print the version of that name instead."))
@click.option("--on", "day", metavar="DATE", help=_("Print what is or was in force on a day, YYYY-MM-DD."))
def export(slug: str, name: str | None, day: str | None) -> None:
    """Print the canonical text, byte for byte."""
    from estimator.cli.installation import running_app

    if name is not None and day is not None:
        raise Refused(_("Name a version or a day, not both."))
    with running_app():
        text = _version(slug, name, day).text
    _write(text)


@click.command(
    help=_(
        "Print what differs between two price lists, each a file, SLUG@VERSION, or SLUG for what is in force; "
        "1 is the exit code if anything does."
    )
)
@click.argument("old")
@click.argument("new")
def diff(old: str, new: str) -> int:
    """Print a sentence for every part that differs, with its keys below."""
    from estimator import wording
    from estimator.i18n import reader
    from pricing.explore import difference

    with ExitStack() as stack:
        before, after = (table_of(name, stack) for name in (old, new))
    changes = difference(before, after)
    for found in wording.differences(changes, before, after, reader("en")):
        click.echo(found.sentence)
        for key in found.keys:
            click.echo(f"  {key}")
    return 1 if changes else 0


@click.command(
    help=_(
        "Publish the price list in FILE from its first day on, which must not be over. "
        "Each warning has to be acknowledged by its name. Unless SECOND_APPROVER is 0, another person has to approve."
    )
)
@click.argument("file")
@click.option(
    "--acknowledge", "names", multiple=True, metavar="NAME", help=_("Publish in spite of this warning.")
)
def publish(file: str, names: tuple[str, ...]) -> int:
    """Publish a file, or ask another person to; or say everything that is in the way."""
    from estimator import demonstration, price_lists
    from estimator.cli.installation import act_of, running_app
    from estimator.db import db
    from estimator.price_lists import drafts

    text = text_of(file)
    table = _read(file, text)
    with running_app() as app:
        act = act_of(app)
        price_lists.lock([table.table])  # before the trail, which is written as soon as the draft begins
        draft = drafts.begin(act, table.table, text=text, examples="[]", based_on=None)
        found = drafts.check(draft, act.now, names)
        if "unchanged" in found.obstacles:
            db.session.rollback()
            if (stored := price_lists.of_hash(pricing.sha256(table))) is not None:
                demonstration.keep_tried(act, stored)
                db.session.commit()
            click.echo(_("%(table)s, version %(version)s, is published already.", **_named(table)))
            return 0
        asks = act.settings.second_approver
        try:
            if asks:
                drafts.propose(act, draft, over=1, acknowledged=names)
            else:
                version = drafts.publish(act, draft, over=1, acknowledged=names)
                demonstration.keep_tried(act, version)
        except drafts.NotReady as refused:
            _refuse(file, refused.check, table)
        db.session.commit()
    if asks:
        click.echo(
            _("%(table)s, version %(version)s, waits for the approval of another person.", **_named(table))
        )
    else:
        click.echo(
            _("%(table)s, version %(version)s, is published; its first day is %(day)s.", **_named(table))
        )
    return 0


def _write(text: str) -> None:
    """Print a text as it is; its line ends stay as they are on every system."""
    if sys.stdout is not None:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())


def unaccepted(file: str, warnings: Iterable[Problem], names: Collection[str]) -> list[str]:
    """Return a line for each warning that nobody has acknowledged, with the option that would."""
    return [
        f"{shown_name(file)}: {say(warning, _(SENTENCES[warning.kind]))} --acknowledge '{name}'"
        for warning in warnings
        if (name := f"{warning.kind} {warning.place}") not in names
    ]


def _refuse(file: str, found: Check, table: PriceTable) -> None:
    """Raise Refused with every obstacle, else with what nobody can acknowledge, else with what nobody has."""
    from estimator.price_lists import drafts

    shown = shown_name(file)
    if found.obstacles:
        sentences = _obstacles(table)
        raise Refused(*(f"{shown}: {sentences[obstacle]}" for obstacle in found.obstacles))
    if found.blocking:
        raise Refused(*problem_lines(file, found.blocking), code=1)
    accepted = set(map(drafts.name_of, found.warnings)).difference(found.unacknowledged)
    raise Refused(*unaccepted(file, found.warnings, accepted), code=1)


def _obstacles(table: PriceTable) -> dict[str, str]:
    named = _named(table)
    return {
        "name_taken": _(
            "%(table)s has another version called %(version)s already. Choose another name.", **named
        ),
        "date_past": _(
            "%(day)s has already ended in the list’s time zone. Choose today or a later day.", **named
        ),
        "no_time_zone": _("there is no time zone “%(zone)s”.", zone=table.time_zone),
        "closed": _("%(table)s is closed. Open it again first.", **named),
    }


def _named(table: PriceTable) -> dict[str, str]:
    return {"table": table.table, "version": table.version, "day": table.valid_from.isoformat()}


def _states() -> dict[str, str]:
    return {
        "scheduled": _("scheduled"),
        "in force": _("in force"),
        "past": _("past"),
        "withdrawn": _("withdrawn"),
    }


def table_of(name: str, stack: ExitStack) -> PriceTable:
    """Return the table of a file, or of a list in the database; a file of that name goes first."""
    if name == "-" or Path(name).exists() or "/" in name or name.endswith(".toml"):
        return _read(name, text_of(name))
    from flask import has_app_context

    from estimator import price_lists
    from estimator.cli.installation import running_app

    if not has_app_context():
        stack.enter_context(running_app())
    slug, separator, version = name.partition("@")
    return price_lists.parsed(_version(slug, version if separator else None, None))


def _read(file: str, text: str) -> PriceTable:
    try:
        return pricing.read(text)
    except pricing.BadTable as bad:
        raise Refused(*problem_lines(file, bad.problems)) from None


def _version(slug: str, name: str | None, day: str | None) -> TableVersion:
    """Return a version by its name, by a day, or the one in force; raises Refused."""
    from estimator import price_lists

    try:
        if name is not None:
            return price_lists.find(slug, name)
        if day is not None:
            return price_lists.on(slug, date.fromisoformat(day))
        return price_lists.in_force(slug, datetime.now(UTC))
    except price_lists.NotInForce:
        raise Refused(_("%(list)s has no version that is in force on that day.", list=slug)) from None
    except price_lists.UnknownTable:
        raise Refused(_no_such(slug, name)) from None
    except ValueError:
        raise Refused(_("“%(day)s” is no day. Write it as 2026-03-31.", day=day)) from None


def _no_such(slug: str, name: str | None) -> str:
    from estimator import price_lists

    known = price_lists.versions(slug)
    if not known:
        return _("There is no price list %(list)s. `estimator tables list` shows which there are.", list=slug)
    if name is not None:
        names = ", ".join(version.version for version in known)
        return _(
            "%(list)s has no version %(version)s. There are: %(names)s.", list=slug, version=name, names=names
        )
    return _("%(list)s is closed. Name a version or a day.", list=slug)
