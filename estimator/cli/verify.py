"""`estimator verify`: whether PDFs are ours, and whether everything that was ever issued still comes to the same."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from estimator.cli.installation import running_app
from estimator.cli.refusal import Refused, bytes_of
from estimator.messages import gettext as _
from estimator.messages import ngettext

if TYPE_CHECKING:
    from estimator.verification import Checked, Computed
    from estimator.verification.all_quotes import Fault

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
def verify(files: Sequence[str], all_: bool) -> int:
    """Print a verdict on each file, or check every stored revision."""
    if all_ == bool(files):
        raise Refused(_("Name PDFs, or give --all: one of the two."))
    return _all() if all_ else _files(files)


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
            if not (good and (checked.genuine or checked.kind == "estimate")):
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
    yield _(
        "Written: %(currency)s %(written)s. Computed again: %(currency)s %(computed)s.",
        currency=computed.currency,
        written=computed.written or _("nothing"),
        computed=computed.computed,
    )
    for each in computed.differences:
        place = f"{each.place} {each.code}".rstrip()
        if each.written is None and each.computed is None:
            yield _("Differs: %(place)s.", place=place)
        else:
            yield _(
                "Differs: %(place)s, written %(written)s, computed %(computed)s.",
                place=place,
                written=each.written or _("nothing"),
                computed=each.computed or _("nothing"),
            )


def _all() -> int:
    from estimator.verification import all_quotes

    differing = erased = without_pdf = done = 0
    with running_app() as app:
        total = all_quotes.count()
        for found in all_quotes.each(app.config["SETTINGS"].data_keys):
            done += 1
            erased += found.erased
            without_pdf += not found.has_pdf and not found.erased
            differing += bool(found.faults)
            for fault in found.faults:
                for line in _fault_lines(fault):
                    _clear()
                    click.echo(f"{found.reference}: {line}")
            _progress(done, total)
        missing = all_quotes.gaps()
    _clear()
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


def _fault_lines(fault: Fault) -> Iterator[str]:
    sentence = _FAULTS[fault.code]
    yield sentence % {"detail": fault.detail}
    if fault.computed is not None:
        yield from computed_lines(fault.computed)


def _progress(done: int, total: int) -> None:
    """Show the progress on standard error."""
    if sys.stderr is None:
        return
    if sys.stderr.isatty():
        if done % EVERY == 0:
            click.echo("\r" + _("%(done)s of %(total)s", done=done, total=total), nl=False, err=True)
    elif done % (10 * EVERY) == 0:
        click.echo(_("%(done)s of %(total)s", done=done, total=total), err=True)


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
    "sealed": _("Its PDF cannot be opened: a key is missing, or it was changed."),
}
