"""Logging without secrets: tokens of links and mail addresses are masked, and an entry cannot forge another line.

Every request has an id, which stands in its entries, in the header of its answer and on error pages. With
LOG_FORMAT=json each entry is one line of JSON.
"""

from __future__ import annotations

import json
import logging
import re
import unicodedata
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask.logging import default_handler
from gunicorn import glogging

from estimator import links

REQUEST_ID_HEADER = "X-Request-ID"

ACCESS = '%(t)s %(h)s "%(m)s %(U)s" %(s)s %(b)s %(M)sms %({x-request-id}o)s'
"""One line of the access log: when, who, which page without its query, status, bytes, milliseconds, request id."""

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that this thread answers; empty outside of a request."""


_ADDRESS = re.compile(r"[^\s<>\"'():;,=]{1,64}@[\w.-]{1,250}\.\w+")


class Masked(logging.Formatter):
    """Wraps a formatter, and masks the token of every link and every mail address in its entries.

    Control characters are escaped. A traceback keeps its lines, each of them indented, so that none can be taken for
    an entry of its own.
    """

    inner: logging.Formatter

    def __init__(self, inner: logging.Formatter | None) -> None:
        super().__init__()
        # A handler that outlives its server is set up again for the next one.
        self.inner = inner.inner if isinstance(inner, Masked) else inner or logging.Formatter()

    def format(self, record: logging.LogRecord) -> str:
        """Return the entry, its traceback included, without tokens; the request's id ends its first line."""
        said = logging.makeLogRecord({**record.__dict__, "msg": escaped(record.getMessage()), "args": None})
        first, *rest = masked(self.inner.format(said)).split("\n")
        here = request_id.get()
        lines = [f"{first} [request {here}]" if here else first, *rest]
        return "\n  ".join(escaped(line) for line in lines)


def masked(text: str) -> str:
    """Return a text without the tokens of links and without mail addresses."""
    return _ADDRESS.sub("…", links.masked(text))


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


class JsonLine(logging.Formatter):
    """One line of JSON for each entry: time, level, logger, message, request id, and the traceback if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the entry as JSON, without tokens."""
        entry: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            **getattr(record, "parts", {"message": masked(record.getMessage())}),
        }
        if here := request_id.get():
            entry["request"] = here
        if record.exc_info:
            entry["traceback"] = masked(self.formatException(record.exc_info))
        return json.dumps(entry)


class ServerLog(glogging.Logger):  # type: ignore[misc]
    """The server's two logs, access and errors, both without tokens."""

    def setup(self, cfg: Any) -> None:
        """Set both logs up as gunicorn does, then mask them."""
        super().setup(cfg)
        for log, masked in ((self.error_log, Masked), (self.access_log, MaskedLine)):
            for handler in log.handlers:
                handler.setFormatter(masked(handler.formatter))


class JsonServerLog(ServerLog):
    """The server's two logs as lines of JSON; those of the access log have a field for each part."""

    def setup(self, cfg: Any) -> None:
        """Set both logs up as gunicorn does, then let them write JSON."""
        super().setup(cfg)
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            handler.setFormatter(JsonLine())

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """Write an entry about an answer."""
        part = self.atoms(resp, req, environ, request_time)
        parts = {
            "logger": "access",
            "address": part["h"],
            "method": part["m"],
            "path": masked(str(part["U"])),
            "status": int(part["s"]),
            "bytes": resp.sent,
            "milliseconds": part["M"],
            "request": dict(resp.headers).get(REQUEST_ID_HEADER, ""),
        }
        self.access_log.info("", extra={"parts": parts})


def _line(log_format: str) -> logging.Formatter:
    if log_format == "json":
        return JsonLine()
    return MaskedLine(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))


def to_standard_error(app: Flask) -> None:
    """Log to standard error, masked, in a process without a server; each entry once."""
    app.logger.removeHandler(default_handler)
    handler = logging.StreamHandler()
    handler.setFormatter(_line(_format_of(app)))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)


def _format_of(app: Flask) -> str:
    settings = app.config.get("SETTINGS")
    return "text" if settings is None else str(settings.log_format)


_PLAIN = default_handler.formatter


def init_app(app: Flask) -> None:
    """Mask the log of an app."""
    if _format_of(app) == "json":
        default_handler.setFormatter(JsonLine())
    elif not isinstance(default_handler.formatter, Masked):
        default_handler.setFormatter(Masked(_PLAIN))
    # It writes what other packages log without a handler of their own.
    if logging.lastResort is not None and not isinstance(logging.lastResort.formatter, (Masked, JsonLine)):
        json_lines = _format_of(app) == "json"
        logging.lastResort.setFormatter(JsonLine() if json_lines else Masked(logging.lastResort.formatter))
    assert app.logger  # so that the handler is in place before the first entry
