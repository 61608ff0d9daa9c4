"""A process that becomes the command `estimator` as often as it is asked, by forking.

It has imported the libraries, which cost a second of each command and cannot depend on us, and nothing of the project's
own. So what a command sees here is what it sees where it is installed: only what it imports itself.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import sys
from importlib import import_module

LIBRARIES = """
alembic.command alembic.config alembic.script argon2 babel.dates babel.numbers babel.support click
cryptography.hazmat.primitives.ciphers.aead decimal email.message email.policy email_validator flask flask_babel
flask_security flask_sqlalchemy flask_sqlalchemy.cli flask_wtf fractions gunicorn.glogging huey huey.serializer
jinja2.ext json logging.config multiprocessing.connection openpyxl PIL.ImageDraw psycopg qrcode redis smtplib
sqlalchemy.dialects.postgresql sqlalchemy.dialects.sqlite sqlite3 ssl tomllib unittest uuid wtforms xlsxwriter zoneinfo
zxcvbn
""".split()
"""What commands import of others; WeasyPrint is left to them, because some tests take it away."""


def serve(orders: int, codes: int) -> None:
    """Fork for every order, a line of JSON, and write the exit code of each; orders and codes are descriptors."""
    for name in LIBRARIES:
        import_module(name)
    ours = sorted(name for name in sys.modules if name.partition(".")[0] in ("estimator", "pricing"))
    assert not ours, f"these would be imported before the command: {ours}"
    gc.freeze()  # what all commands share is neither looked through nor copied
    with open(orders, encoding="utf-8") as lines, open(codes, "w", encoding="utf-8") as written:
        while (order := lines.readline()) and (child := os.fork()):
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), file=written, flush=True)
    if order:
        _become(**json.loads(order))


def _become(
    arguments: list[str], before: str, environment: dict[str, str], folder: str, files: list[str]
) -> None:
    """Be the command from now on, with these files as its input, output and errors."""
    for descriptor, (file, how) in enumerate(
        zip(files, (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY), strict=True)
    ):
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
    serve(*map(int, sys.argv[1:]))
