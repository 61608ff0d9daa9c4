"""Logging without secrets: tokens of links and mail addresses are masked, and an entry cannot forge another line."""

from __future__ import annotations

import logging
import re
import unicodedata
from typing import Any

from flask import Flask
from flask.logging import default_handler
from gunicorn import glogging

from estimator import links

ACCESS = '%(t)s %(h)s "%(m)s %(U)s" %(s)s %(b)s %(M)sms'
"""One line of the access log: when, who, which page without its query, status, bytes, milliseconds."""


_ADDRESS = re.compile(r"[^\s<>\"'():;,=]{1,64}@[\w.-]{1,250}\.\w+")


class Masked(logging.Formatter):
    """Wraps a formatter, and masks the token of every link and every mail address in its entries.

    Control characters are escaped. A traceback keeps its lines, each of them indented, so that none can be taken for
    an entry of its own.
    """

    def __init__(self, inner: logging.Formatter | None) -> None:
        super().__init__()
        self.inner = inner or logging.Formatter()

    def format(self, record: logging.LogRecord) -> str:
        """Return the entry, its traceback included, without tokens."""
        said = logging.makeLogRecord({**record.__dict__, "msg": escaped(record.getMessage()), "args": None})
        lines = _ADDRESS.sub("…", links.masked(self.inner.format(said))).split("\n")
        return "\n  ".join(escaped(line) for line in lines)


class MaskedLine(Masked):
    """The same on one line, with its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the entry with its line breaks escaped as well."""
        return escaped(super().format(record))


def escaped(text: str) -> str:
    """Return a text on one line, its control characters, and separators but for the space, written as Python does."""
    return "".join(
        letter.encode("unicode_escape").decode()
        if letter != " " and unicodedata.category(letter)[0] in "CZ"
        else letter
        for letter in text
    )


class ServerLog(glogging.Logger):  # type: ignore[misc]
    """The server's two logs, access and errors, both without tokens."""

    def setup(self, cfg: Any) -> None:
        """Set both logs up as gunicorn does, then mask them."""
        super().setup(cfg)
        for log, masked in ((self.error_log, Masked), (self.access_log, MaskedLine)):
            for handler in log.handlers:
                handler.setFormatter(masked(handler.formatter))


def to_standard_error(app: Flask) -> None:
    """Log to standard error, masked, in a process without a server; each entry once."""
    app.logger.removeHandler(default_handler)
    handler = logging.StreamHandler()
    handler.setFormatter(MaskedLine(logging.Formatter("%(asctime)s %(levelname)s %(message)s")))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)


def init_app(app: Flask) -> None:
    """Mask the log of an app."""
    # The last one writes what other packages log without a handler of their own.
    for handler in (default_handler, logging.lastResort):
        if handler is not None and not isinstance(handler.formatter, Masked):
            handler.setFormatter(Masked(handler.formatter))
    assert app.logger  # so that the handler is in place before the first entry
