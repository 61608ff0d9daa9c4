"""`estimator tables`: check price tables in files, and bring them into the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, datetime

import click

import pricing
from estimator.cli import versions
from estimator.cli.problem_lines import problem_lines
from estimator.cli.refusal import Refused, text_of
from estimator.messages import gettext as _
from estimator.messages import ngettext
from estimator.pdf.substitutes import MARK
from pricing import PriceTable, Warning

ACKNOWLEDGE = click.option(
    "--acknowledge", "names", multiple=True, metavar="NAME", help=_("Go on in spite of this warning.")
)
FILES = click.argument("files", nargs=-1, required=True, metavar="FILE...")


@click.group(help=_("Check price tables, bring them into the database, and take them out again."))
def tables() -> None:
    """Group the commands about price tables."""


for command in (versions.list_, versions.export, versions.diff, versions.publish):
    tables.add_command(command)


@tables.command(
    help=_(
        "Print every problem of each file with its place, and what keeps it from being published; "
        "1 is the exit code if there is one. What looks like a slip of the pen has to be acknowledged by its name."
    )
)
@FILES
@click.option(
    "--before",
    "old",
    metavar="LIST",
    help=_("The version before, a file, SLUG@VERSION or SLUG: prices are compared with it."),
)
@ACKNOWLEDGE
def check(files: Sequence[str], old: str | None, names: tuple[str, ...]) -> int:
    """Print the problems, the warnings that block, and the slips that nobody has acknowledged."""
    blocked = 0
    with ExitStack() as stack:
        before = None if old is None else versions.table_of(old, stack)
    today = datetime.now(UTC).date()

    def look(name: str, table: PriceTable) -> list[str]:
        nonlocal blocked
        found = problem_lines(name, pricing.blocking(table))
        found += versions.unaccepted(name, pricing.slips(table, before, today), names)
        blocked += bool(found)
        return found

    code = _each(files, look)
    if blocked:
        click.echo(
            ngettext("%(num)s file cannot be published.", "%(num)s files cannot be published.", blocked),
            err=True,
        )
    return 1 if blocked else code


@tables.command(help=_("Print what is legal but suspicious in each file."))
@FILES
def lint(files: Sequence[str]) -> int:
    """Print the warnings, letters that no font has, and the problems of tables that cannot be used."""
    from estimator.price_lists.editing.demonstrations import in_english, nobody_earns
    from pricing.lint import lint as warnings_of

    def look(name: str, table: PriceTable) -> list[str]:
        denials = nobody_earns() if table.commissions else ()
        english = () if table.main_language == "en" else in_english()
        found = warnings_of(table, nobody_earns=denials, in_english=english)
        return [*problem_lines(name, found), *_marks(name, text_of(name))]

    return _each(files, look)


def _marks(name: str, text: str) -> list[str]:
    """Return a line for each line of a table with letters for which a PDF has a mark."""
    from estimator.pdf import renderer

    try:
        letters = set(renderer.undrawable(text))
    except renderer.RenderingFailed as failure:
        return [f"{name}: {failure}"]
    return [
        _(
            "%(file)s:%(line)s: a PDF has the mark “%(mark)s” for %(letters)s, because no font here has it.",
            file=name,
            line=number,
            mark=MARK,
            letters=" ".join(sorted(letters.intersection(line))),
        )
        for number, line in enumerate(text.splitlines(), 1)
        if letters.intersection(line)
    ]


@tables.command(
    "import",
    help=_(
        "Add each file to the database as a version of its price list. "
        "What looks like a slip of the pen has to be acknowledged by its name."
    ),
)
@FILES
@ACKNOWLEDGE
def import_(files: Sequence[str], names: tuple[str, ...]) -> int:
    """Add all of the files, or none of them if one cannot be used."""

    from estimator import demonstration
    from estimator import price_lists as verbs
    from estimator.cli.installation import act_of, running_app
    from estimator.db import db

    texts = [(name, text_of(name)) for name in files]
    with running_app() as app:
        act = act_of(app)
        verbs.lock(_slugs(text for _name, text in texts))
        for name, text in texts:
            try:
                slips = _slips(act.now, text)
                if lines := versions.unaccepted(name, slips, names):
                    raise Refused(*lines, code=1)
                version = verbs.import_(act, text)
                demonstration.keep_tried(act, version)
            except pricing.BadTable as error:
                raise Refused(*problem_lines(name, error.problems)) from None
            except verbs.Blocked as blocked:
                raise Refused(*problem_lines(name, blocked.warnings), code=1) from None
            except verbs.VersionTaken as taken:
                raise Refused(
                    _(
                        "%(file)s: %(table)s has another version %(version)s from %(day)s already. A version that was "
                        "published never changes: give this one another name.",
                        file=name,
                        table=taken.slug,
                        day=taken.valid_from.isoformat(),
                        version=taken.version,
                    )
                ) from None
            except verbs.UnknownTimeZone as unknown:
                raise Refused(
                    _("%(file)s: there is no time zone “%(zone)s”.", file=name, zone=unknown.time_zone)
                ) from None
            click.echo(
                _(
                    "%(table)s, version %(version)s, is in force from %(day)s.",
                    table=version.slug,
                    version=version.version,
                    day=version.valid_from.isoformat(),
                )
            )
        db.session.commit()
    return 0


def _slugs(texts: Iterable[str]) -> Iterator[str]:
    """Yield the names of the lists of those texts that can be read."""
    for text in texts:
        with suppress(pricing.BadTable):
            yield pricing.read(text).table


def _slips(now: datetime, text: str) -> list[Warning]:
    """Return the slips of a text that is no version yet; raises BadTable."""
    from estimator.price_lists import of_hash, version_before

    table = pricing.read(text)
    return [] if of_hash(pricing.sha256(table)) else version_before.slips(table, now)


def _each(files: Sequence[str], look: Callable[[str, PriceTable], list[str]]) -> int:
    """Read every file, print what is wrong with it and what `look` finds; return the exit code."""
    unreadable: list[str] = []
    bad = 0
    for name in files:
        try:
            table = pricing.read(text_of(name))
        except Refused as refused:
            unreadable += refused.sentences
        except pricing.BadTable as error:
            bad += 1
            for line in problem_lines(name, error.problems):
                click.echo(line)
        else:
            for line in look(name, table):
                click.echo(line)
    if unreadable:
        raise Refused(*unreadable)
    if bad:
        click.echo(ngettext("%(num)s file cannot be used.", "%(num)s files cannot be used.", bad), err=True)
    return 1 if bad else 0
