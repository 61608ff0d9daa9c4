"""`estimator price`: what a plan costs, from a table in a file and answers in another one."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from typing import Any, NoReturn

import click

import pricing
from estimator.cli.refusal import Refused, shown_name, text_of
from estimator.cli.tables import problem_lines
from estimator.messages import gettext as _
from pricing.problems import SENTENCES, say

MOST_DIGITS = 40
"""No answer has more digits."""


@click.command(help=_("Price a plan with the price table in the file TABLE."))
@click.argument("table")
@click.option(
    "--answers",
    required=True,
    metavar="FILE",
    help=_("A JSON object with the answers, driver: value; - reads the standard input."),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print the breakdown as canonical JSON."))
def price(table: str, answers: str, as_json: bool) -> None:
    """Print a breakdown; nothing is saved."""
    breakdown = priced(table, answers)
    if as_json:
        _write(breakdown.as_json())
        return
    raise Refused(_("Add --json: the readable breakdown is not there yet."))


def priced(table_file: str, answers_file: str) -> pricing.Breakdown:
    """Price the answers of one file with the table of another; raises Refused with every problem."""
    text = text_of(table_file)
    given = answers_of(answers_file)
    try:
        return pricing.estimate(pricing.read(text), given)
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
        given = json.loads(
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
        raise Refused(_("%(file)s is nested too deeply for answers.", file=shown_name(name))) from None
    if not isinstance(given, dict):
        raise Refused(
            _('%(file)s must hold a JSON object, for example {"sessions": 3}.', file=shown_name(name)),
        )
    return given


def _exact(digits: str) -> Decimal | str:
    """Return a number as it stands there; one of absurd size stays text, so that nobody counts its zeros."""
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
    """Print the exact bytes; a line end follows only where a person looks at them."""
    if sys.stdout is None:
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(data + (b"\n" if sys.stdout.isatty() else b""))
