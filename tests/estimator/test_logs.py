from __future__ import annotations

import io
import json
import logging
import re
import subprocess
import sys
import unicodedata

import pytest
from flask import Flask
from flask.logging import default_handler
from gunicorn.config import Config

from estimator import logs

TOKEN = "x" * 43


@pytest.fixture
def server_log(monkeypatch: pytest.MonkeyPatch) -> tuple[logs.ServerLog, io.StringIO]:
    """Return the server's log and what it has written."""
    written = io.StringIO()
    config = Config()
    config.set("accesslog", "-")
    log = logs.ServerLog(config)
    for handler in (*log.error_log.handlers, *log.access_log.handlers):
        monkeypatch.setattr(handler, "stream", written)
    return log, written


def test_an_exception_is_written_without_the_token(
    server_log: tuple[logs.ServerLog, io.StringIO],
) -> None:
    log, written = server_log
    try:
        raise KeyError(f"/e/{TOKEN}")
    except KeyError:
        log.exception("Error handling request %s", f"/e/{TOKEN}/change")
    assert "Error handling request /e/…/change" in written.getvalue()
    assert "KeyError: '/e/…'" in written.getvalue()
    assert TOKEN not in written.getvalue()


def test_nobody_can_write_a_line_of_their_own_into_the_access_log(
    server_log: tuple[logs.ServerLog, io.StringIO],
) -> None:
    log, written = server_log
    log.access_log.info('"GET %s" 404', "/a b\r\n[2026] 127.0.0.1 GET /\x1b[2J\u2028\u202e")
    assert written.getvalue() == ('"GET /a b\\r\\n[2026] 127.0.0.1 GET /\\x1b[2J\\u2028\\u202e" 404\n')


FORGED = "/verify/x\n[2026-11-28 18:00:00,000] WARNING in security: user:1 signed in\r\x1b[2J\u2028"


def every_handler(server_log: logs.ServerLog) -> list[logging.Handler]:
    """Return each handler that a process of the app writes its logs with, of loggers that are there by now too."""
    known = [each for each in logging.Logger.manager.loggerDict.values() if isinstance(each, logging.Logger)]
    ours = [each for each in known if each.name.split(".")[0] in ("estimator", "gunicorn", "huey", "flask")]
    found = [handler for logger in ours for handler in logger.handlers]
    own = [*found, *server_log.error_log.handlers, *server_log.access_log.handlers, default_handler]
    assert logging.lastResort is not None
    # Not those with which pytest listens.
    return [*(each for each in own if not type(each).__module__.startswith("_pytest")), logging.lastResort]


def test_no_handler_lets_a_message_or_an_exception_begin_a_line_that_looks_like_an_entry(
    app: Flask, server_log: tuple[logs.ServerLog, io.StringIO]
) -> None:
    handlers = every_handler(server_log[0])
    assert len(handlers) > 3
    try:
        raise ValueError(FORGED)
    except ValueError as error:
        given = (type(error), error, error.__traceback__)
    record = logging.LogRecord("estimator", logging.ERROR, "x.py", 1, "Exception on %s", (FORGED,), given)
    for handler in handlers:
        first, *others = handler.format(record).split("\n")
        assert re.search(r"Exception on /.*\\x1b\[2J", first), handler
        assert all(line.startswith("  ") for line in others), handler
        for line in (first, *others):
            assert not any(unicodedata.category(letter) in ("Cc", "Zl", "Zp") for letter in line), handler


def test_a_traceback_keeps_its_lines(server_log: tuple[logs.ServerLog, io.StringIO]) -> None:
    log, written = server_log
    try:
        raise KeyError("missing")
    except KeyError:
        log.exception("Error handling request")
    first, second, *_others, last = written.getvalue().splitlines()
    assert first.endswith("Error handling request")
    assert second == "  Traceback (most recent call last):"
    assert last == "  KeyError: 'missing'"


def test_the_log_of_the_app_is_masked(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(default_handler.formatter)
    monkeypatch.setattr(app.logger, "handlers", [handler])
    app.logger.error("Exception on %s [GET]", f"/e/{TOKEN}")
    assert TOKEN not in written.getvalue()
    assert "Exception on /e/… [GET]" in written.getvalue()


def test_an_entry_of_a_request_ends_its_first_line_with_the_id(
    server_log: tuple[logs.ServerLog, io.StringIO],
) -> None:
    log, written = server_log
    token = logs.request_id.set("0123456789abcdef")
    try:
        try:
            raise KeyError("missing")
        except KeyError:
            log.exception("one\ntwo")
    finally:
        logs.request_id.reset(token)
    assert "one\\ntwo [request 0123456789abcdef]\n  Traceback" in written.getvalue()


def test_an_entry_of_json_is_one_line_without_tokens_with_its_traceback() -> None:
    try:
        raise KeyError(f"/e/{TOKEN}\nanna@example.org")
    except KeyError:
        record = logging.LogRecord(
            "estimator", logging.ERROR, "", 1, "broken %s", (f"/e/{TOKEN}\n",), sys.exc_info()
        )
    line = logs.JsonLine().format(record)
    assert "\n" not in line
    assert TOKEN not in line
    assert "anna@" not in line
    entry = json.loads(line)
    assert (entry["level"], entry["logger"], entry["message"]) == ("ERROR", "estimator", "broken /e/…\n")
    assert "KeyError" in entry["traceback"]


SPEAKING = """
import logging
import subprocess
import sys
from flask import Flask
from estimator import logs
app = Flask("estimator")
logs.init_app(app)
logs.to_standard_error(app)
app.logger.warning("one %s", "anna@example.org")
logging.getLogger("estimator.processes.worker").error("two\\nlines, /e/" + "x" * 43)
"""


def test_a_process_without_a_server_says_everything_once_on_one_line() -> None:
    said = subprocess.run(
        [sys.executable, "-c", SPEAKING], capture_output=True, text=True, check=True
    ).stderr.splitlines()
    assert [line.partition(" ")[2].partition(" ")[2] for line in said] == [
        "WARNING one …",
        "ERROR two\\nlines, /e/…",
    ]
