"""Serve the app with gunicorn: two listening sockets at most, a few worker processes."""

from __future__ import annotations

import errno
import os
import signal
import socket
import struct
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.workers.sync import SyncWorker

from estimator import logs
from estimator.config import Settings
from estimator.db import db
from estimator.messages import gettext as _
from estimator.processes import own_files
from estimator.processes.demonstration import is_loopback

SECONDS = 60
"""Seconds without an answer after which a process is killed and replaced; a PDF may take 20 seconds."""

GRACE = 25
"""Seconds that answers under way have to finish when the server is told to end; a second Ctrl-C ends at once."""

BACKLOG = 256

PATIENCE = 5
"""Seconds without a byte after which a connection is closed."""

UNSPOKEN = 30
"""Seconds for which the operating system itself holds back connections without data (TCP_DEFER_ACCEPT), if it can."""


class CannotListen(Exception):
    """The address to serve on cannot be used; the message says why and what to do."""


def listen(settings: Settings) -> list[socket.socket]:
    """Return sockets that listen on the host and port of the settings.

    Raises CannotListen; in demonstration mode also for any address that is not this machine's own.
    """
    addresses = _addresses(settings.host, settings.port)
    if settings.demo:
        for _family, address in addresses:
            if not is_loopback(address[0]):
                raise CannotListen(
                    _(
                        "%(host)s can be reached from other machines. The demonstration is served on this machine "
                        "alone, because its prices are invented: leave HOST out, or set it to 127.0.0.1.",
                        host=settings.host,
                    )
                )
    sockets, refusals = [], []
    for family, address in addresses:
        try:
            sockets.append(_bound(family, address))
        except OSError as error:
            refusals.append(error)
    taken = [error for error in refusals if error.errno == errno.EADDRINUSE]
    if taken or not sockets:
        for bound in sockets:
            bound.close()
        raise CannotListen(_refusal(settings, (taken or refusals)[0]))
    return sockets


def run(app: Flask, sockets: Sequence[socket.socket], ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; `ready` is called once when the first page can be asked for.

    Ends with SystemExit, as the server does.
    """
    settings: Settings = app.config["SETTINGS"]
    with app.app_context():
        db.engine.dispose()  # a connection must not be shared with the processes to come
    _Server(app, [listening.detach() for listening in sockets], settings.workers, ready).run()


class _Connection(socket.socket):
    """A connection that ends, as if its other side had closed it, when nothing comes for PATIENCE seconds."""

    def recv(self, *given: Any) -> bytes:
        try:
            return super().recv(*given)
        except BlockingIOError:
            return b""


class _Worker(SyncWorker):  # type: ignore[misc]
    """A sync worker that answers one request at a time, and drops connections that are slow to send theirs."""

    def handle(self, listener: socket.socket, client: socket.socket, addr: Any) -> None:
        connection = _Connection(fileno=client.detach())
        # Not settimeout, which would also end a long answer over a slow connection.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", PATIENCE, 0))
        super().handle(listener, connection, addr)


class _Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with sync workers: for a database in a file they are twice as fast as threads."""

    def __init__(
        self, flask_app: Flask, descriptors: Sequence[int], workers: int, ready: Callable[[], None]
    ) -> None:
        self.flask_app = flask_app
        self.log_format = flask_app.config["SETTINGS"].log_format
        self.ready = ready
        self.options = {
            "accesslog": "-",
            "access_log_format": logs.ACCESS,
            "backlog": BACKLOG,
            "bind": [f"fd://{descriptor}" for descriptor in descriptors],
            "control_socket_disable": True,
            "errorlog": "-",
            "logger_class": logs.JsonServerLog if self.log_format == "json" else logs.ServerLog,
            "loglevel": "warning",
            "graceful_timeout": GRACE,
            "post_fork": self._forget_connections,
            "post_worker_init": self._leave_ctrl_c_to_the_master,
            "preload_app": True,
            "proc_name": "estimator",
            "timeout": SECONDS,
            "when_ready": self._end_in_peace_and_report,
            "worker_class": _Worker,
            "workers": workers,
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.flask_app

    def _forget_connections(self, _arbiter: Any, _worker: Any) -> None:
        with self.flask_app.app_context():
            db.engine.dispose(close=False)
        own_files.use_own_temporary_folder(self.flask_app.config["SETTINGS"].instance)

    def _leave_ctrl_c_to_the_master(self, _worker: Any) -> None:
        # A terminal sends Ctrl-C to every process. A worker would break off the answer it is giving.
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def _end_in_peace_and_report(self, _arbiter: Any) -> None:
        at_once = signal.getsignal(signal.SIGINT)

        def end(_signal: int, _frame: FrameType | None) -> None:
            signal.signal(signal.SIGINT, at_once)
            os.kill(os.getpid(), signal.SIGTERM)

        signal.signal(signal.SIGINT, end)
        self.ready()


def _addresses(host: str, port: int) -> list[tuple[socket.AddressFamily, tuple[Any, ...]]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise CannotListen(
            _("HOST is “%(host)s”, which cannot be resolved to an address.", host=host)
        ) from error
    return list(dict.fromkeys((family, address) for family, _type, _protocol, _name, address in found))


def _bound(family: socket.AddressFamily, address: tuple[Any, ...]) -> socket.socket:
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_DEFER_ACCEPT"):
            # Browsers open connections to have them ready. Each would keep a worker from answering others.
            bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, UNSPOKEN)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind(address)
        bound.listen(BACKLOG)
    except OSError:
        bound.close()
        raise
    return bound


def _refusal(settings: Settings, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return _(
            "Port %(port)s is in use by another program. Stop that one, or choose another port, for example "
            "PORT=%(other)s.",
            port=settings.port,
            other=settings.port + 1 if settings.port < 65535 else 8000,
        )
    if error.errno == errno.EACCES:
        return _(
            "Port %(port)s is reserved for the administrator. Choose one above 1023, for example PORT=8000.",
            port=settings.port,
        )
    return _(
        "%(host)s, port %(port)s, cannot be listened on (%(reason)s).",
        host=settings.host,
        port=settings.port,
        reason=error.strerror or str(error),
    )
