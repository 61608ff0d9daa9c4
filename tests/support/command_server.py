"""A process that becomes the command `estimator` as often as it is asked, by forking.

It has imported the libraries, which cost a second of each command and cannot depend on us, and nothing of the project's
own. A second one, forked from it, has imported what every command that opens an installation imports. So what a command
sees here is what it sees where it is installed: only what it imports itself.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module

LIBRARIES = """
alembic.command alembic.config alembic.script argon2 babel.dates babel.numbers babel.support click
cryptography.hazmat.primitives.ciphers.aead decimal email.message email.policy email_validator flask flask_babel
flask_security flask_sqlalchemy flask_sqlalchemy.cli flask_wtf fractions gunicorn.glogging huey huey.serializer
jinja2.ext json logging.config mmap multiprocessing.connection openpyxl PIL.ImageDraw psycopg pypdf qrcode redis smtplib
sqlalchemy.dialects.postgresql sqlalchemy.dialects.sqlite sqlite3 ssl tomllib unittest uuid wtforms xlsxwriter zoneinfo
zxcvbn
""".split()
"""What commands import of others; WeasyPrint is left to them, because some tests take it away."""


OPENING = """
estimator.cli.installation estimator.db estimator.jobs estimator.logs estimator.migrations estimator.models
estimator.operations.fingerprints estimator.postgresql estimator.processes.own_files
""".split()
"""What `cli.installation.running_app` and the app it creates import; tests/estimator/cli/test_opening.py looks."""


def start(orders: int, answers: int, opening_orders: int, opening_answers: int) -> None:
    """Serve orders with nothing of ours, and in a process of their own those of commands that open an installation.

    All of them are descriptors of pipes.
    """
    for name in LIBRARIES:
        import_module(name)
    ours = imported()
    assert not ours, f"these would be imported before the command: {ours}"
    bare, opening = (orders, answers), (opening_orders, opening_answers)
    own, other = (bare, opening) if os.fork() else (opening, bare)
    for pipe in other:
        os.close(pipe)
    if own is opening:
        for name in OPENING:
            import_module(name)
    serve(*own)


def imported() -> list[str]:
    """Return what this process has imported of the project's own."""
    return sorted(name for name in sys.modules if name.partition(".")[0] in ("estimator", "pricing"))


def serve(orders: int, answers: int) -> None:
    """Fork for every order, a line of JSON; answer "pid" and, once it has ended, "code", each with its number."""
    gc.freeze()  # what all commands share is neither looked through nor copied
    bell, ringing = os.pipe()
    os.set_blocking(ringing, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(ringing)
    running: dict[int, int] = {}
    with open(orders, "rb", buffering=0) as lines, open(answers, "w", encoding="utf-8") as written:
        while True:
            ready, _, _ = select.select([orders, bell], [], [])
            if bell in ready:
                os.read(bell, 1_000)
                for child, code in _ended():
                    if child in running:
                        print("code", running.pop(child), code, file=written, flush=True)
            if orders not in ready:
                continue
            if not (line := lines.readline()):
                return
            number, order = json.loads(line)
            if not (child := os.fork()):
                break
            running[child] = number
            print("pid", number, child, file=written, flush=True)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.close(bell)
    os.close(ringing)
    _become(**order)


def _ended() -> Iterator[tuple[int, int]]:
    with suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            yield found[0], os.waitstatus_to_exitcode(found[1])


def _become(
    arguments: list[str], before: str, environment: dict[str, str], folder: str, files: list[str]
) -> None:
    """Be the command from now on, in a session of its own, with these files as its input, output and errors."""
    os.setsid()
    to_the_end = os.O_WRONLY | os.O_APPEND
    for descriptor, (file, how) in enumerate(zip(files, (os.O_RDONLY, to_the_end, to_the_end), strict=True)):
        opened = os.open(file, how)
        os.dup2(opened, descriptor)
        os.close(opened)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["estimator", *arguments]
    exec(before, {"__name__": "__main__"})
    runpy.run_module("estimator", run_name="__main__", alter_sys=True)
    sys.exit(0)


if __name__ == "__main__":
    start(*map(int, sys.argv[1:]))
