"""The command `estimator`: one file for each subject, imported only when it is needed."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from estimator.cli.refusal import Refused
from estimator.messages import gettext as _

COMMANDS = {
    "price": "estimator.cli.price:price",
    "tables": "estimator.cli.tables:tables",
    "audit": "estimator.cli.audit:audit",
    "staff": "estimator.cli.staff:staff",
    "serve": "estimator.cli.serve:serve",
    "worker": "estimator.cli.serve:worker",
    "backup": "estimator.cli.copies:backup",
    "restore": "estimator.cli.copies:restore",
    "mail": "estimator.cli.mail:mail",
    "keys": "estimator.cli.keys:keys",
    "prepare": "estimator.cli.installation:prepare",
    "purge": "estimator.cli.installation:purge",
    "affected": "estimator.cli.affected:affected",
    "verify": "estimator.cli.verify:verify",
    "doctor": "estimator.cli.doctor:doctor",
    "demo": "estimator.cli.demo:demo",
}
"""Where each command is, in the order of `estimator --help`."""


class Commands(click.Group):
    """Commands that are imported when they are asked for, so that none waits for what another one needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the name of every command."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, None if there is no such one."""
        if cmd_name not in COMMANDS:
            return None
        module, _colon, name = COMMANDS[cmd_name].partition(":")
        found: click.Command = getattr(import_module(module), name)
        return found


@click.group(
    cls=Commands,
    invoke_without_command=True,
    help=_("Tell what a treatment will really cost, item by item."),
)
@click.pass_context
def commands(context: click.Context) -> None:
    """Show what there is when nothing is asked for."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end with its exit code: 0 done, 1 something was found or is missing, 2 bad input.

    What is wrong is said on standard error, one sentence a problem.
    """
    sys.exit(_exit_code(arguments))


def _exit_code(arguments: Sequence[str] | None) -> int:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if sys.stdout is None:
            raise Refused(_("There is no standard output to write to."))
        # Not through click's own `main`: it ends silently when nobody reads the output any more.
        with commands.make_context("estimator", given) as context:
            code = commands.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except Refused as refused:
        return _refuse(refused.sentences, refused.code)
    except click.ClickException as error:
        return _refuse([error.format_message()], 2)
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        _give_up_output()
        return _refuse([_("The output was closed before everything was written.")], 2)
    except OSError as error:
        if not _is_about_output(error):
            raise
        _give_up_output()
        reason = error.strerror or str(error)
        return _refuse([_("The output cannot be written (%(reason)s).", reason=reason)], 2)
    return code if isinstance(code, int) else 0


def _refuse(sentences: Sequence[str], code: int) -> int:
    try:
        for sentence in sentences:
            click.echo(f"estimator: {sentence}", err=True)
    except OSError:
        pass  # nobody reads what is wrong; the exit code still says it
    return code


def _is_about_output(error: OSError) -> bool:
    """Whether an error comes from writing to standard output; every file that is named has its own sentences."""
    return error.filename is None


def _give_up_output() -> None:
    """Let Python end without another try at writing what nobody reads."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
