"""`estimator verify`: whether PDFs are ours, and whether everything that was ever issued still comes to the same."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from estimator.cli.installation import running_app
from estimator.cli.refusal import Refused, bytes_of
from estimator.messages import gettext as _
from estimator.messages import ngettext

if TYPE_CHECKING:
    from flask import Flask

    from estimator.verification import Checked, Computed, Reference
    from estimator.verification.all_quotes import Fault, Rechecked

EVERY = 100
"""Number of revisions between two lines of progress on a terminal; ten times as many where none reads along."""


@click.command(
    help=_(
        "Check PDFs: whether each is byte for byte a quote that was issued here, and what its data come to when they "
        "are computed again. With --all, check every quote that was ever issued instead. 1 is the exit code if "
        "anything is not as it was issued."
    )
)
@click.argument("files", nargs=-1, metavar="[FILE.pdf]...")
@click.option(
    "--all", "all_", is_flag=True, help=_("Compute every issued revision again, from what is stored.")
)
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    metavar="N",
    help=_("With --all: how many processes share the work. Otherwise one for each processor, four at most."),
)
@click.option(
    "--from",
    "from_",
    metavar="NUMBER",
    help=_("With --all: begin with this quote or revision, which is how far an interrupted run had come."),
)
def verify(files: Sequence[str], all_: bool, processes: int | None, from_: str | None) -> int:
    """Print a verdict on each file, or check every stored revision."""
    if all_ == bool(files):
        raise Refused(_("Name PDFs, or give --all: one of the two."))
    if not all_ and (processes is not None or from_ is not None):
        raise Refused(_("--processes and --from belong to --all."))
    return _all(processes, from_) if all_ else _files(files)


def _files(files: Sequence[str]) -> int:
    from estimator import verification

    contents = [
        (name, bytes_of(name, verification.LARGEST, _("%(file)s is larger than any document of ours.")))
        for name in files
    ]
    wrong = 0
    with running_app():
        for name, content in contents:
            checked = verification.check(content, datetime.now(UTC))
            good = checked.computed is not None and checked.computed.same
            if not (checked.confirms or (good and (checked.genuine or checked.kind == "estimate"))):
                wrong += 1
            for line in _lines(name, checked):
                click.echo(line)
    return 1 if wrong else 0


def _lines(name: str, checked: Checked) -> Iterator[str]:
    yield f"{name}: {_verdict(checked)}"
    if checked.word is not None and checked.word != "unknown":
        yield "  " + _("%(number)s is %(word)s.", number=checked.reference, word=_WORDS[checked.word])
    if checked.computed is not None:
        yield from (f"  {line}" for line in computed_lines(checked.computed))


def _verdict(checked: Checked) -> str:
    if checked.confirms is not None:
        return (
            _("genuine, a confirmation for others of an acceptance that still holds.")
            if checked.confirms
            else _("genuine, a confirmation for others of an acceptance that does not hold any more.")
        )
    if checked.genuine:
        return _("genuine, byte for byte what was issued.")
    if checked.same_data:
        return _("not the file that was issued, though the data in it are; its pages may have been changed.")
    if checked.kind == "quote":
        return _("not ours: no such quote was issued.")
    if checked.kind == "estimate":
        return _("an estimate; they are not kept to compare files with, only its figures are computed again.")
    return _CARRIED[checked.carried.kind]


def computed_lines(computed: Computed) -> Iterator[str]:
    """Say what data come to when they are computed again, and where they differ."""
    if computed.why is not None:
        yield _WHY[computed.why]
        return
    for plan in computed.plans:
        yield _(
            "Plan %(plan)s, written: %(currency)s %(written)s. Computed again: %(currency)s %(computed)s.",
            plan=plan.plan,
            currency=computed.currency,
            written=plan.written or _("nothing"),
            computed=plan.computed,
        )
    if not computed.plans:
        yield _(
            "Written: %(currency)s %(written)s. Computed again: %(currency)s %(computed)s.",
            currency=computed.currency,
            written=computed.written or _("nothing"),
            computed=computed.computed,
        )
    for each in computed.differences:
        place = f"{each.plan} {each.place} {each.code}".strip()
        if each.written is None and each.computed is None:
            yield _("Differs: %(place)s.", place=place)
        else:
            yield _(
                "Differs: %(place)s, written %(written)s, computed %(computed)s.",
                place=place,
                written=each.written or _("nothing"),
                computed=each.computed or _("nothing"),
            )


def _all(processes: int | None, from_: str | None) -> int:
    from estimator.verification import all_quotes

    differing = erased = without_pdf = done = 0
    with running_app() as app, _resumable():
        after = 0 if from_ is None else _before(from_)
        total = all_quotes.count(after)
        for found in _rechecked(app, after, total, processes):
            done += 1
            erased += found.erased
            without_pdf += not found.has_pdf and not found.erased
            differing += bool(found.faults)
            for fault in found.faults:
                for line in _fault_lines(fault):
                    _clear()
                    click.echo(f"{found.reference}: {line}")
            _progress(done, total, found.reference)
        missing = all_quotes.gaps()
    _clear()
    if from_ is not None:
        click.echo(
            _("What was issued before %(number)s was not computed again in this run.", number=from_.strip())
        )
    for number in missing:
        click.echo(_("%(number)s: a number is missing here, or one was never issued.", number=number))
    click.echo(
        ngettext("%(num)s revision was computed again.", "%(num)s revisions were computed again.", done)
        + " "
        + (
            ngettext("%(num)s is not as it was issued.", "%(num)s are not as they were issued.", differing)
            if differing
            else _("Everything is as it was issued.")
        )
    )
    if erased:
        click.echo(
            ngettext(
                "%(num)s of them is of a person who was erased; only its figures are left.",
                "%(num)s of them are of people who were erased; only their figures are left.",
                erased,
            )
        )
    if without_pdf:
        click.echo(
            ngettext(
                "The PDF of %(num)s is not made yet.", "The PDFs of %(num)s are not made yet.", without_pdf
            )
        )
    return 1 if differing or missing else 0


def _rechecked(app: Flask, after: int, total: int, processes: int | None) -> Iterator[Rechecked]:
    """Check in this process, or in as many as were asked for, or as are worth it."""
    from estimator.processes import rechecking
    from estimator.verification import all_quotes

    os.nice(rechecking.NICE)
    processes = rechecking.enough(total) if processes is None else processes
    if processes == 1:
        return all_quotes.each(app.config["SETTINGS"].data_keys, after)
    return rechecking.each(after, processes)


def _before(typed: str) -> int:
    """Return the place before the revision that somebody named; raises Refused if there is none."""
    from estimator import verification
    from estimator.verification import all_quotes

    reference = verification.reference_of(typed)
    place = all_quotes.place_of(reference) if isinstance(reference, verification.Reference) else None
    if place is None:
        raise Refused(_("There is no quote or revision %(number)s.", number=typed.strip()))
    return place - 1


@contextmanager
def _resumable() -> Iterator[None]:
    """Turn the end of a process that was checking into Refused, which says how to go on."""
    from estimator.processes import rechecking

    try:
        yield
    except rechecking.Failed as failed:
        _clear()
        raise Refused(
            f"{failed} "
            + _("Go on from the last number that was told with: estimator verify --all --from NUMBER"),
            code=1,
        ) from None


def _fault_lines(fault: Fault) -> Iterator[str]:
    sentence = _FAULTS[fault.code]
    yield sentence % {"detail": fault.detail}
    if fault.computed is not None:
        yield from computed_lines(fault.computed)


def _progress(done: int, total: int, reference: Reference) -> None:
    """Show on standard error how far it has come; everything up to that number is checked."""
    if sys.stderr is None:
        return
    terminal = sys.stderr.isatty()
    if done % (EVERY if terminal else 10 * EVERY) == 0:
        line = _("%(done)s of %(total)s, up to %(number)s", done=done, total=total, number=reference)
        click.echo(f"\r{line}\x1b[K" if terminal else line, nl=not terminal, err=True)


def _clear() -> None:
    """Erase the line of progress before something else is printed."""
    if sys.stderr is not None and sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)


_WORDS = {"current": _("current"), "replaced": _("replaced"), "expired": _("expired")}

_WHY = {
    "no_data": _("What it carries are no data of a document of ours."),
    "no_table": _("Its data name a price list that was never published here."),
    "refused": _("The price list that it names does not accept the answers in it."),
}

_CARRIED = {
    "data": _("not ours."),
    "no_pdf": _("no PDF."),
    "nothing": _("not issued here, and there are no data of ours in it."),
    "broken": _("damaged, or not whole; it cannot be read."),
    "encrypted": _("encrypted; our documents never are."),
    "several": _("not ours: there are several files in it."),
    "too_large": _("not ours: what is packed into it is larger than anything of ours."),
    "too_slow": _("given up: it takes longer to read than any document of ours."),
    "too_much": _("given up: it takes more memory to read than any document of ours."),
}

_FAULTS = {
    "table_text": _("The stored price list, %(detail)s, is not the one that was published."),
    "table_hash": _("It was issued from another price list than the stored one, %(detail)s."),
    "content": _("Its stored content is no content of a quote."),
    "column": _("The column %(detail)s says something else than the content."),
    "computed": _("The price list makes other figures of it."),
    "refused": _("The price list does not accept its answers."),
    "pdf_hash": _("Its stored PDF is not the one that was issued."),
    "pdf_data": _("The data in its stored PDF are not its content."),
    "pdf_missing": _("Its PDF was made and is gone."),
    "accepted": _("What was accepted, %(detail)s, is no plan of it, or came to another total."),
    "sealed": _("Its PDF cannot be opened: a key is missing, or it was changed."),
}
