from __future__ import annotations

import io
import logging

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


def test_the_log_of_the_app_is_masked(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(default_handler.formatter)
    monkeypatch.setattr(app.logger, "handlers", [handler])
    app.logger.error("Exception on %s [GET]", f"/e/{TOKEN}")
    assert TOKEN not in written.getvalue()
    assert "Exception on /e/… [GET]" in written.getvalue()
