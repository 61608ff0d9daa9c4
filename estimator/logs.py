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
    """Wraps a formatter, and masks the token of every link and every mail address in its entries."""

    def __init__(self, inner: logging.Formatter | None) -> None:
        super().__init__()
        self.inner = inner or logging.Formatter()

    def format(self, record: logging.LogRecord) -> str:
        """Return the entry, its traceback included, without tokens."""
        return _ADDRESS.sub("…", links.masked(self.inner.format(record)))


class MaskedLine(Masked):
    """The same on one line: a line break in a URL cannot forge an entry."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the entry with control characters escaped."""
        return "".join(
            letter.encode("unicode_escape").decode() if unicodedata.category(letter)[0] in "CZ" else letter
            for letter in super().format(record).replace(" ", "\x00")
        ).replace("\\x00", " ")


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
    if not isinstance(default_handler.formatter, Masked):
        default_handler.setFormatter(Masked(default_handler.formatter))
    assert app.logger  # so that the handler is in place before the first entry
