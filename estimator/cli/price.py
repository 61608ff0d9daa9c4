"""`estimator price`: what a plan costs, from a table in a file and answers in another one."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from zoneinfo import ZoneInfoNotFoundError

import click

import pricing
from estimator.cli.problem_lines import problem_lines
from estimator.cli.refusal import Refused, shown_name, text_of
from estimator.messages import gettext as _
from pricing.problems import SENTENCES, say

MOST_DIGITS = 40
"""Maximum number of digits of an answer."""

if TYPE_CHECKING:
    from estimator.i18n import Reader
    from estimator.wording import Head


@click.command(help=_("Price a plan with the price table in the file TABLE."))
@click.argument("table")
@click.option(
    "--answers",
    required=True,
    metavar="FILE",
    help=_("A JSON object with the answers, driver: value; - reads the standard input."),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print the breakdown as canonical JSON."))
@click.option("--pdf", metavar="OUT.pdf", help=_("Write the breakdown as PDF into a file as well."))
def price(table: str, answers: str, as_json: bool, pdf: str | None) -> None:
    """Print a breakdown; nothing is saved."""
    plan = answers_of(answers)
    breakdown = priced(table, plan)
    if pdf is not None:
        _write_pdf(breakdown, plan, pdf)
    if as_json:
        _write(breakdown.as_json())
    elif pdf is None:
        click.echo(_readable(breakdown, plan), nl=False)


def _readable(breakdown: pricing.Breakdown, answers: dict[str, Any]) -> str:
    from estimator import wording
    from estimator.estimates import plain_text
    from pricing.explore import sensitivity

    stored, reader = breakdown.as_dict(), _reader(breakdown)
    changes = wording.changes(
        sensitivity(breakdown.table, stored["answers"]), stored, breakdown.table, reader
    )
    rows = wording.rows(stored, breakdown.table, reader, list(answers))
    ranges = wording.range_sources(stored, breakdown.table, reader, list(answers))
    return plain_text.text(rows, changes, _head(breakdown, datetime.now(UTC)), ranges)


def _write_pdf(breakdown: pricing.Breakdown, answers: dict[str, Any], name: str) -> None:
    from estimator.estimates import pdf_document
    from estimator.pdf import renderer

    now = datetime.now(UTC).replace(microsecond=0)
    head = _head(breakdown, now)
    try:
        content = pdf_document.document(
            breakdown.as_dict(), breakdown.table, head, _reader(breakdown), list(answers), now
        )
    except renderer.RenderingFailed as error:
        raise Refused(_("The PDF could not be made: %(reason)s", reason=error)) from None
    try:
        Path(name).write_bytes(content)
    except OSError as error:
        raise Refused(
            _("%(file)s cannot be written (%(reason)s).", file=name, reason=error.strerror or error)
        ) from None


def _reader(breakdown: pricing.Breakdown) -> Reader:
    from estimator.i18n import reader

    return reader(breakdown.table.main_language)


def _head(breakdown: pricing.Breakdown, now: datetime) -> Head:
    from estimator import price_lists, wording

    table = breakdown.table
    try:
        today = price_lists.day_of(now, table.time_zone)
    except (ZoneInfoNotFoundError, OSError):
        raise Refused(_("There is no time zone “%(zone)s” on this machine.", zone=table.time_zone)) from None
    valid_until = today + timedelta(days=table.quote_valid_days)
    return wording.head(table, _reader(breakdown), reference=None, created=now, valid_until=valid_until)


def priced(table_file: str, answers: dict[str, Any]) -> pricing.Breakdown:
    """Price answers with the table of a file; raises Refused with every problem."""
    text = text_of(table_file)
    try:
        return pricing.estimate(pricing.read(text), answers)
    except pricing.BadTable as error:
        raise Refused(*problem_lines(table_file, error.problems)) from None
    except pricing.BadAnswers as error:
        raise Refused(
            *(f"{problem.driver}: {say(problem, _(SENTENCES[problem.kind]))}" for problem in error.problems)
        ) from None


def answers_of(name: str) -> dict[str, Any]:
    """Read answers from a JSON object, numbers exactly as they stand there; raises Refused."""
    text = text_of(name)
    try:
        answers = json.loads(
            text,
            parse_float=_exact,
            parse_int=_exact,
            parse_constant=_not_a_number,
            object_pairs_hook=_once_each,
        )
    except json.JSONDecodeError as error:
        raise Refused(
            _(
                "%(file)s is not JSON: line %(line)s, column %(column)s: %(what)s.",
                file=shown_name(name),
                line=error.lineno,
                column=error.colno,
                what=error.msg,
            )
        ) from None
    except RecursionError:
        raise Refused(_("%(file)s is nested too deeply.", file=shown_name(name))) from None
    if not isinstance(answers, dict):
        raise Refused(
            _('%(file)s must hold a JSON object, for example {"sessions": 3}.', file=shown_name(name)),
        )
    return answers


def _exact(digits: str) -> Decimal | str:
    """Return a number exactly as written; one of absurd size stays text, so that it is never expanded."""
    number = Decimal(digits)
    return number if len(digits) <= MOST_DIGITS and abs(number.adjusted()) <= MOST_DIGITS else digits


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise Refused(*(_("“%(name)s” is answered twice. Delete one of them.", name=name) for name in twice))
    return found


def _not_a_number(word: str) -> NoReturn:
    raise Refused(_("“%(word)s” is not a number. Write it in digits.", word=word))


def _write(data: bytes) -> None:
    """Print the exact bytes; a line end follows only on a terminal."""
    if sys.stdout is None:
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(data + (b"\n" if sys.stdout.isatty() else b""))
